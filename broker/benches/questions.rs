//! How long the questions take that builds wait for, on a database as a company has it after a while.
//!
//! Two hundred applications with 25 versions each, every version with two contracts (10,000 publications of 2,000 different
//! contents); one of them, the hub, is a provider of all others and has verified the newest contents with 100 versions more.
//! Compared are an application with few neighbours and the hub. Requests go through the whole broker except for the socket.
//!
//! On SQLite in a temporary file, or on the database that `INTACT_BENCH_DATABASE_URL` names, which is filled if it is empty:
//! `cargo bench -p intact-broker`.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use divan::Bencher;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use intact_broker::{Broker, Config};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

const APPLICATIONS: usize = 200;
const VERSIONS: usize = 25;
const HUB: usize = 0;
const SMALL: usize = 150;
const LATER_HUB_VERSIONS: std::ops::RangeInclusive<usize> = 101..=200;

fn main() {
    divan::main();
}

/// A broker that has been in use for a while.
struct World {
    runtime: Runtime,
    router: Router,
    _directory: TempDir,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let directory = TempDir::new().expect("a temporary directory");
    let own = || format!("sqlite://{}", directory.path().join("broker.db").display());
    let address = std::env::var("INTACT_BENCH_DATABASE_URL").unwrap_or_else(|_| own());
    let mut config = Config::new(address.parse().expect("the address of a database"));
    config.sync_every_commit = false;
    let broker = runtime.block_on(Broker::open(config)).expect("a broker");
    let world = World { router: broker.router(), runtime, _directory: directory };
    if world.send(Method::GET, &format!("/pacticipants/{}", name(HUB)), &Value::Null).0 == StatusCode::NOT_FOUND {
        world.fill();
    }
    // Dropping it would only release the lock of the file, which nobody else asks for.
    std::mem::forget(broker);
    world
});

impl World {
    fn send(&self, method: Method, path: &str, body: &Value) -> (StatusCode, String) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("accept", "application/hal+json")
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .expect("a request");
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
            let (parts, body) = response.into_parts();
            let body = body.collect().await.expect("a body in memory").to_bytes();
            (parts.status, String::from_utf8(body.to_vec()).expect("text"))
        })
    }

    #[track_caller]
    fn expect(&self, method: Method, path: &str, body: &Value) -> String {
        let (status, text) = self.send(method, path, body);
        assert!(status.is_success(), "{path}: {status} {text}");
        text
    }

    #[track_caller]
    fn get(&self, path: &str) -> String {
        self.expect(Method::GET, path, &Value::Null)
    }

    fn fill(&self) {
        for number in 1..=VERSIONS {
            for consumer in 0..APPLICATIONS {
                self.expect(Method::POST, "/contracts/publish", &publication(consumer, number));
            }
        }
        let environments: Value = serde_json::from_str(&self.get("/environments?name=production")).expect("JSON");
        let production = environments["_embedded"]["environments"][0]["uuid"].as_str().expect("a uuid").to_owned();
        for consumer in 0..APPLICATIONS {
            let version = format!("/pacticipants/{}/versions/20", name(consumer));
            self.expect(Method::POST, &format!("{version}/deployed-versions/environment/{production}"), &json!({}));
            for provider in providers(consumer) {
                for number in (1..=VERSIONS).step_by(5) {
                    self.verify(consumer, provider, number, [15, 20, 25]);
                }
                if provider == HUB {
                    self.verify(consumer, provider, VERSIONS, LATER_HUB_VERSIONS);
                }
            }
        }
        for number in LATER_HUB_VERSIONS {
            let path = format!("/pacticipants/{}/branches/main/versions/{number}", name(HUB));
            self.expect(Method::PUT, &path, &json!({}));
        }
    }

    fn verify(&self, consumer: usize, provider: usize, number: usize, by: impl IntoIterator<Item = usize>) {
        let pair = format!("/pacts/provider/{}/consumer/{}", name(provider), name(consumer));
        let pact: Value = serde_json::from_str(&self.get(&format!("{pair}/version/{number}"))).expect("JSON");
        let sha = pact["_links"]["pb:pact-version"]["name"].as_str().expect("a sha");
        for version in by {
            let result = json!({ "success": true, "providerApplicationVersion": version.to_string() });
            self.expect(Method::POST, &format!("{pair}/pact-version/{sha}/verification-results"), &result);
        }
    }
}

fn name(application: usize) -> String {
    format!("app{application}-{}", char::from(b'a' + u8::try_from(application % 26).expect("a letter")))
}

fn providers(consumer: usize) -> [usize; 2] {
    let neighbour = (consumer * 7 + 3) % APPLICATIONS;
    let first = if consumer == HUB { 1 } else { HUB };
    [first, if neighbour == first || neighbour == consumer { (neighbour + 11) % APPLICATIONS } else { neighbour }]
}

/// The contracts of a version; every fifth version changes them.
fn publication(consumer: usize, number: usize) -> Value {
    let contract = |provider: usize| {
        let interactions = (0..5).map(|i| {
            json!({
                "description": format!("request {i}"),
                "request": { "method": "GET", "path": format!("/things/{i}/{}", (number - 1) / 5) },
                "response": { "status": 200, "headers": { "content-type": "application/json" }, "body": { "id": i } },
            })
        });
        let pact = json!({
            "consumer": { "name": name(consumer) },
            "provider": { "name": name(provider) },
            "interactions": interactions.collect::<Vec<_>>(),
            "metadata": { "pactSpecification": { "version": "3.0.0" } },
        });
        json!({
            "consumerName": name(consumer),
            "providerName": name(provider),
            "specification": "pact",
            "contentType": "application/json",
            "content": base64::engine::general_purpose::STANDARD.encode(pact.to_string()),
        })
    };
    json!({
        "pacticipantName": name(consumer),
        "pacticipantVersionNumber": number.to_string(),
        "branch": "main",
        "contracts": providers(consumer).map(contract),
    })
}

fn can_i_deploy(bencher: Bencher<'_, '_>, application: usize, version: usize) {
    let path = format!("/can-i-deploy?pacticipant={}&version={version}&environment=production", name(application));
    let world = &*WORLD;
    let answer = world.get(&path);
    assert!(answer.contains(r#""deployable":true"#), "{answer}");
    bencher.bench(|| world.get(&path));
}

#[divan::bench]
fn can_i_deploy_small(bencher: Bencher<'_, '_>) {
    can_i_deploy(bencher, SMALL, 20);
}

#[divan::bench]
fn can_i_deploy_hub(bencher: Bencher<'_, '_>) {
    can_i_deploy(bencher, HUB, 20);
}

fn for_verification(bencher: Bencher<'_, '_>, provider: usize, branch: &str) {
    let path = format!("/pacts/provider/{}/for-verification", name(provider));
    let request = json!({
        "providerVersionBranch": branch,
        "includePendingStatus": true,
        "includeWipPactsSince": "2020-01-01",
        "consumerVersionSelectors": [{ "mainBranch": true }, { "deployedOrReleased": true }],
    });
    let world = &*WORLD;
    bencher.bench(|| world.expect(Method::POST, &path, &request));
}

#[divan::bench]
fn pacts_for_verification_small(bencher: Bencher<'_, '_>) {
    for_verification(bencher, SMALL, "main");
}

#[divan::bench]
fn pacts_for_verification_hub(bencher: Bencher<'_, '_>) {
    for_verification(bencher, HUB, "main");
}

#[divan::bench]
fn pacts_for_verification_hub_on_a_new_branch(bencher: Bencher<'_, '_>) {
    for_verification(bencher, HUB, "feat/new");
}

#[divan::bench]
fn publish_unchanged_content(bencher: Bencher<'_, '_>) {
    let world = &*WORLD;
    let body = publication(SMALL, VERSIONS);
    bencher.bench(|| world.expect(Method::POST, "/contracts/publish", &body));
}

#[divan::bench]
fn show_one_pact(bencher: Bencher<'_, '_>) {
    let world = &*WORLD;
    let path = format!("/pacts/provider/{}/consumer/{}/version/3", name(HUB), name(SMALL));
    bencher.bench(|| world.get(&path));
}

#[divan::bench]
fn matrix_of_the_hub(bencher: Bencher<'_, '_>) {
    let world = &*WORLD;
    let path = format!("/matrix?q[][pacticipant]={}&latestby=cvpv", name(HUB));
    bencher.bench(|| world.get(&path));
}

#[divan::bench]
fn latest_pacts_of_all(bencher: Bencher<'_, '_>) {
    let world = &*WORLD;
    bencher.bench(|| world.get("/pacts/latest"));
}

#[divan::bench]
fn list_pacticipants(bencher: Bencher<'_, '_>) {
    let world = &*WORLD;
    bencher.bench(|| world.get("/pacticipants"));
}
