//! A whole run against the recorded answers of the reference broker: its index, a list of pacts, a pact, the answer to a result.
//!
//! They are looked for in the directory that `INTACT_BROKER_RECORDINGS_DIR` names; without them nothing is tested, which is an
//! error if `INTACT_REQUIRE` is `all`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use intact_broker_client::{BrokerClient, PactsForVerificationQuery};
use intact_verifier::report::Publication;
use intact_verifier::{BrokerSource, PactSource, PublishOptions, Verdict, Verifier};
use serde_json::{Value, json};

use crate::support::{report, serve};

/// The first recorded answer to such a request, or nothing if there are no recordings.
fn recorded(scenario: &str, wanted: impl Fn(&str, &str, u64) -> bool) -> Option<Value> {
    let directory = std::env::var_os("INTACT_BROKER_RECORDINGS_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/broker-recordings"), PathBuf::from);
    let Ok(text) = std::fs::read(directory.join("recordings").join(scenario)) else {
        let required = std::env::var("INTACT_REQUIRE").is_ok_and(|required| required == "all");
        assert!(!required, "there are no recordings in {}", directory.display());
        return None;
    };
    let recording: Value = serde_json::from_slice(&text).expect("a recording");
    let steps = recording["steps"].as_array().expect("steps");
    let fits = |step: &&Value| {
        let (request, response) = (&step["request"], &step["response"]);
        response["body"].is_object()
            && wanted(
                request["method"].as_str().unwrap_or_default(),
                request["path"].as_str().unwrap_or_default(),
                response["status"].as_u64().unwrap_or_default(),
            )
    };
    Some(steps.iter().find(fits).unwrap_or_else(|| panic!("no such step in {scenario}"))["response"]["body"].clone())
}

/// With an address in place of `{BASE}`, and the names of other placeholders in place of what they stand for.
fn at(base: &str, document: &Value) -> Value {
    let mut text = document.to_string().replace("{BASE}", base);
    for placeholder in ["SHA:", "META:", "VNUM:", "TS"] {
        while let Some(begin) = text.find(&format!("{{{placeholder}")) {
            // Those of metadata hold `{ID}`.
            let mut depth = 0;
            let end = text[begin..]
                .find(|c| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    depth == 0
                })
                .expect("its end");
            let name: String = text[begin..begin + end].chars().filter(char::is_ascii_alphanumeric).collect();
            text.replace_range(begin..=begin + end, &name);
        }
    }
    serde_json::from_str(&text).expect("still JSON")
}

/// Addresses that say nothing, in place of those of a broker: who builds addresses instead of following links gets lost.
#[derive(Clone, Default)]
struct Opaque(Arc<Mutex<Vec<String>>>);

impl Opaque {
    /// Replaces every `href` of a document. The variables of a template stay variables, each a step of the path.
    fn take_over(&self, base: &str, document: &mut Value) {
        match document {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(href) if name == "href" => *href = self.address(base, href),
                        value => self.take_over(base, value),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.take_over(base, item)),
            _ => {}
        }
    }

    fn address(&self, base: &str, href: &str) -> String {
        let mut hrefs = self.0.lock().unwrap();
        hrefs.push(href.replace(base, ""));
        let variables: String =
            href.split('{').skip(1).filter_map(|rest| Some(format!("/{{{}}}", rest.split_once('}')?.0))).collect();
        format!("{base}/-/{}{variables}", hrefs.len() - 1)
    }

    /// What an address stands for.
    fn meant(&self, path: &str) -> Option<String> {
        let mut steps = path.strip_prefix("/-/")?.split('/');
        let mut meant = self.0.lock().unwrap().get(steps.next()?.parse::<usize>().ok()?)?.clone();
        for step in steps {
            let variable = meant.find('{')?..=meant.find('}')?;
            meant.replace_range(variable, step);
        }
        Some(meant)
    }
}

#[tokio::test]
async fn a_run_against_what_the_reference_broker_answers() {
    run(None).await;
}

#[tokio::test]
async fn a_run_follows_the_links_of_the_reference_broker_wherever_they_lead() {
    run(Some(Opaque::default())).await;
}

async fn run(opaque: Option<Opaque>) {
    let Some(index) = recorded("01_index_and_negotiation.json", |method, path, _| (method, path) == ("GET", "/"))
    else {
        // Not `eprintln!`, which the test harness keeps for itself when a test passes.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: there are no recordings\n");
        return;
    };
    let list = recorded("07_pacts_for_verification_selectors.json", |method, path, status| {
        (method, status) == ("POST", 200) && path.ends_with("/for-verification")
    });
    let pact =
        recorded("06_verification_results.json", |method, path, _| method == "GET" && path.ends_with("/version/1"));
    let result = recorded("06_verification_results.json", |method, path, status| {
        (method, status) == ("POST", 201) && path.ends_with("/verification-results")
    });
    let [list, pact, result] = [list, pact, result].map(|answer| answer.expect("recorded"));
    let listed = list["_embedded"]["pacts"].as_array().expect("pacts").clone();
    let told = Arc::<Mutex<Vec<(String, Value)>>>::default();
    let seen = told.clone();
    let addresses = opaque.clone();
    let routes = Router::new().fallback(async move |request: Request| {
        let (parts, body) = request.into_parts();
        let base = format!("http://{}", parts.headers["host"].to_str().unwrap());
        let path = parts.uri.path();
        let meant = match &addresses {
            Some(opaque) if path != "/" => opaque.meant(path),
            _ => Some(path.to_owned()),
        };
        let path = meant.as_deref().unwrap_or("nowhere");
        let is = |end: &str| path.ends_with(end);
        let answer = match parts.method {
            Method::GET if path == "/" => &index,
            Method::GET | Method::POST if is("/for-verification") => &list,
            Method::GET if path.contains("/pact-version/") => &pact,
            Method::POST if is("/verification-results") => &result,
            Method::PUT if path.starts_with("/pacticipants/") => &json!({}),
            _ => return (StatusCode::NOT_FOUND, Json(json!({ "error": format!("nothing at {path}") }))),
        };
        let body = axum::body::to_bytes(body, 1_000_000).await.unwrap();
        if parts.method != Method::GET {
            let body = serde_json::from_slice(&body).unwrap_or_default();
            seen.lock().unwrap().push((format!("{} {path}", parts.method), body));
        }
        let mut answer = at(&base, answer);
        if let Some(opaque) = &addresses {
            opaque.take_over(&base, &mut answer);
        }
        (StatusCode::OK, Json(answer))
    });
    let client = BrokerClient::builder(serve(routes).await).retries(0).build().expect("a client");
    let query = PactsForVerificationQuery { include_pending_status: true, ..PactsForVerificationQuery::default() };
    let order_1 = get(async || {
        let body = json!({ "id": 1, "status": "PAID", "total": 19.99 });
        ([("content-type", "application/json;charset=utf-8")], body.to_string())
    });
    let verification = Verifier::for_provider("Order API")
        .source(PactSource::Broker(BrokerSource { client, query: Some(query) }))
        .service(Router::new().route("/orders/1", order_1))
        .jobs(1)
        .publish(PublishOptions {
            provider_version: "9".to_owned(),
            branch: Some("main".to_owned()),
            tags: vec!["dev".to_owned()],
            ..PublishOptions::default()
        });

    let report = report(verification).await;

    // Some of the pacts are pending, some are not.
    assert_eq!(report.verdict(), Verdict::Failed);
    assert_eq!(report.pacts.len(), listed.len());
    for (pact, listed) in report.pacts.iter().zip(&listed) {
        let properties = &listed["verificationProperties"];
        assert_eq!(json!(pact.pending), properties["pending"]);
        assert_eq!(Some(pact.notices.len()), properties["notices"].as_array().map(Vec::len));
        let results: Vec<_> = pact.interactions.iter().map(|one| (one.is_success(), one.id.as_deref())).collect();
        assert_eq!(results, [(true, Some("SHA1")), (false, Some("SHA2"))]);
        let Publication::Published(Some(url)) = &pact.publication else { panic!("{pact:?}") };
        let url = match &opaque {
            Some(opaque) => opaque.meant(&url[url.find("/-/").expect("an address")..]).expect("a link"),
            None => url.clone(),
        };
        assert!(url.ends_with("/verification-results/VNUM1"), "{url}");
    }
    let told = told.lock().unwrap();
    let lines: Vec<_> = told.iter().map(|(line, _)| line.as_str()).take(4).collect();
    assert_eq!(
        lines,
        [
            "POST /pacts/provider/Order%20API/for-verification",
            "PUT /pacticipants/Order%20API/branches/main/versions/9",
            "PUT /pacticipants/Order%20API/versions/9/tags/dev",
            "POST /pacts/provider/Order%20API/consumer/Checkout%20Web/pact-version/SHA3/verification-results",
        ]
    );
    assert_eq!((&told[3].1["success"], &told[3].1["testResults"][1]["interactionId"]), (&json!(false), &json!("SHA2")));
}
