//! Brokers for tests, on every database the environment offers.
//!
//! SQLite is always there: a file in a directory of its own. PostgreSQL is taken from `INTACT_TEST_POSTGRES_URL` (a server on
//! which databases may be created) or, if its programs are installed, started for the test process alone; see [`postgres`].
//! Where neither is possible the tests say that they skip it, unless `INTACT_REQUIRE=all` makes that an error.

mod postgres;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tower::ServiceExt;

use crate::domain::timestamp::Timestamp;
use crate::{Broker, Config, Database};

/// Runs a test once on each database, each time with a fresh broker.
///
/// ```ignore
/// on_every_database(async |broker| {
///     broker.get("/pacticipants").await.expect(200);
/// })
/// .await;
/// ```
pub async fn on_every_database(test: impl AsyncFn(TestBroker)) {
    on_every_database_with(|_| {}, test).await;
}

/// Like [`on_every_database`] with settings of the test's own.
pub async fn on_every_database_with(configure: impl Fn(&mut Config), test: impl AsyncFn(TestBroker)) {
    test(TestBroker::on_sqlite_with(&configure).await).await;
    if let Some(broker) = TestBroker::on_postgres_with(&configure).await {
        test(broker).await;
    }
}

/// A broker on a throw-away database, with a clock that stands still until a test moves it.
#[derive(Debug)]
pub struct TestBroker {
    broker: Broker,
    router: Router,
    clock: Arc<AtomicI64>,
    database: TestDatabase,
}

/// Kept for as long as the broker lives.
#[derive(Debug)]
enum TestDatabase {
    Sqlite(#[expect(dead_code, reason = "deleted when dropped")] TempDir),
    Postgres(#[expect(dead_code, reason = "dropped from the server when dropped")] postgres::TestPostgres),
}

/// The moment a test clock begins with: 2026-01-01T00:00:00Z.
const BEGINNING: i64 = 1_767_225_600_000_000;

impl TestBroker {
    /// A broker on SQLite.
    pub async fn on_sqlite() -> Self {
        Self::on_sqlite_with(&|_| {}).await
    }

    async fn on_sqlite_with(configure: &impl Fn(&mut Config)) -> Self {
        let directory = TempDir::new().expect("a test can create a temporary directory");
        let database = Database::sqlite(directory.path().join("broker.db"));
        Self::open(database, TestDatabase::Sqlite(directory), configure).await
    }

    /// A broker on PostgreSQL, if there is one.
    pub async fn on_postgres() -> Option<Self> {
        Self::on_postgres_with(&|_| {}).await
    }

    async fn on_postgres_with(configure: &impl Fn(&mut Config)) -> Option<Self> {
        let database = postgres::TestPostgres::create().await?;
        let address = Database::Postgres(database.address().to_owned());
        Some(Self::open(address, TestDatabase::Postgres(database), configure).await)
    }

    async fn open(address: Database, database: TestDatabase, configure: &impl Fn(&mut Config)) -> Self {
        let mut config = Config::new(address);
        config.sync_every_commit = false;
        config.base_url = Some("http://broker".parse().expect("a constant address"));
        configure(&mut config);
        let clock = Arc::new(AtomicI64::new(BEGINNING));
        let ticking = Arc::clone(&clock);
        let now = Arc::new(move || Timestamp::from_micros(ticking.load(Ordering::SeqCst)));
        let broker = Broker::open_with_clock(config, now).await.expect("a broker opens on an empty database");
        let router = broker.router();
        Self { broker, router, clock, database }
    }

    /// Is it SQLite, or else PostgreSQL?
    pub fn is_sqlite(&self) -> bool {
        matches!(self.database, TestDatabase::Sqlite(_))
    }

    /// Moves the broker's clock.
    pub fn pass(&self, duration: Duration) {
        let micros = i64::try_from(duration.as_micros()).expect("tests do not wait for ages");
        self.clock.fetch_add(micros, Ordering::SeqCst);
    }

    /// Fills the broker with made-up history.
    ///
    /// # Errors
    ///
    /// See [`Broker::seed`].
    pub async fn seed(&self, seed: crate::Seed, progress: impl FnMut(u32, u32)) -> Result<(), crate::SeedError> {
        self.broker.seed(seed, progress).await
    }

    /// The broker as a service, for tests that call it in another way than this type does.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// What the broker's parts share.
    #[cfg(test)]
    pub(crate) fn app(&self) -> &crate::app::App {
        self.broker.app()
    }

    /// Delivers every webhook that is due, and answers how many deliveries were tried.
    #[cfg(test)]
    pub(crate) async fn deliver_webhooks(&self) -> usize {
        crate::webhooks::worker::Worker::new(self.app().clone()).deliver_all_due().await
    }

    /// Sends a request; header names are as in `"content-type"`.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.into())).expect("a test's request is well-formed");
        let response = self.router.clone().oneshot(request).await;
        Answer::of(response.unwrap_or_else(|never| match never {})).await
    }

    /// `GET`, accepting HAL. `path` may be an address of a link.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[(ACCEPT.as_str(), HAL)], "").await
    }

    /// `DELETE`, accepting HAL.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[(ACCEPT.as_str(), HAL)], "").await
    }

    /// `PUT` of JSON.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, &JSON_HEADERS, body.to_string()).await
    }

    /// `POST` of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, &JSON_HEADERS, body.to_string()).await
    }

    /// `PATCH` with a merge patch.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        let headers = [(ACCEPT.as_str(), HAL), (CONTENT_TYPE.as_str(), "application/merge-patch+json")];
        self.send(Method::PATCH, path, &headers, body.to_string()).await
    }

    /// Publishes a pact as `PUT` of it and answers what the broker says.
    pub async fn publish(&self, consumer: &str, number: &str, provider: &str, pact: &Value) -> Answer {
        let pair = format!("/pacts/provider/{}/consumer/{}", segment(provider), segment(consumer));
        self.put(&format!("{pair}/version/{}", segment(number)), pact).await
    }

    /// Records a verification result for the pact of a consumer version.
    pub async fn verify(&self, consumer: &str, number: &str, provider: &str, version: &str, success: bool) -> Answer {
        let path =
            format!("/pacts/provider/{}/consumer/{}/version/{}", segment(provider), segment(consumer), segment(number));
        let pact = self.get(&path).await.expect(200);
        let link = pact.link("pb:publish-verification-results");
        self.post(&link, &serde_json::json!({ "success": success, "providerApplicationVersion": version })).await
    }

    /// Puts a version on a branch.
    pub async fn add_to_branch(&self, pacticipant: &str, branch: &str, number: &str) -> Answer {
        let path =
            format!("/pacticipants/{}/branches/{}/versions/{}", segment(pacticipant), segment(branch), segment(number));
        self.put(&path, &serde_json::json!({})).await
    }

    /// Tags a version.
    pub async fn tag(&self, pacticipant: &str, number: &str, tag: &str) -> Answer {
        let path = format!("/pacticipants/{}/versions/{}/tags/{}", segment(pacticipant), segment(number), segment(tag));
        self.put(&path, &serde_json::json!({})).await
    }

    /// Records a deployment of a version to an environment.
    pub async fn deploy(&self, pacticipant: &str, number: &str, environment: &str) -> Answer {
        self.record("pb:record-deployment", pacticipant, number, environment).await
    }

    /// Records a release of a version to an environment.
    pub async fn release(&self, pacticipant: &str, number: &str, environment: &str) -> Answer {
        self.record("pb:record-release", pacticipant, number, environment).await
    }

    async fn record(&self, rel: &str, pacticipant: &str, number: &str, environment: &str) -> Answer {
        let path = format!("/pacticipants/{}/versions/{}", segment(pacticipant), segment(number));
        let version = self.get(&path).await.expect(200).json();
        let links = version["_links"][rel].as_array().expect("a list of links").clone();
        let link = links.iter().find(|link| link["name"] == environment).expect("a link for the environment");
        self.post(link["href"].as_str().expect("an address"), &serde_json::json!({})).await
    }

    /// Serves the broker on a port of this machine.
    pub async fn listen(self) -> ListeningBroker {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a test can bind a port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let Self { broker, database, .. } = self;
        let serving = tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            broker.serve(listener, shutdown).await.expect("a bound listener can be served");
            drop(database);
        });
        ListeningBroker { address, stop: Some(stop), serving }
    }
}

/// A broker that answers on a port, until it is stopped or dropped.
#[derive(Debug)]
pub struct ListeningBroker {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<()>,
}

impl ListeningBroker {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops it and waits until its last answer was sent.
    pub fn stop(mut self) -> impl Future<Output = ()> {
        drop(self.stop.take());
        async move { self.serving.await.expect("the broker stops without a panic") }
    }
}

/// A pact with one interaction that gets `path`.
pub fn pact(consumer: &str, provider: &str, path: &str) -> Value {
    serde_json::json!({
        "consumer": { "name": consumer },
        "provider": { "name": provider },
        "interactions": [{
            "description": format!("a request for {path}"),
            "request": { "method": "GET", "path": path },
            "response": { "status": 200 },
        }],
        "metadata": { "pactSpecification": { "version": "2.0.0" } },
    })
}

/// The body of a publication of one contract.
pub fn publication(consumer: &str, number: &str, provider: &str, pact: &Value) -> Value {
    use base64::Engine as _;
    let content = base64::engine::general_purpose::STANDARD.encode(pact.to_string());
    serde_json::json!({
        "pacticipantName": consumer,
        "pacticipantVersionNumber": number,
        "branch": "main",
        "contracts": [{
            "consumerName": consumer,
            "providerName": provider,
            "specification": "pact",
            "contentType": "application/json",
            "content": content,
        }],
    })
}

/// The texts of the notices of an answer, each after its kind.
pub fn notices(answer: &Answer) -> String {
    let json = answer.json();
    let notices = json["notices"].as_array().expect("an answer with notices");
    let line = |notice: &Value| {
        format!("{}: {}", notice["type"].as_str().unwrap_or("?"), notice["text"].as_str().unwrap_or("?"))
    };
    notices.iter().map(line).collect::<Vec<_>>().join("\n")
}

const HAL: &str = "application/hal+json";
const JSON_HEADERS: [(&str, &str); 2] = [("accept", HAL), ("content-type", "application/json")];

/// A name as a segment of a path.
pub fn segment(name: &str) -> String {
    crate::api::links::encoded(name)
}

/// What the broker answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("the broker's bodies are in memory");
        let body = String::from_utf8(body.to_vec()).expect("the broker answers UTF-8");
        Self { status: parts.status, headers: parts.headers, body }
    }

    /// Asserts the status and answers itself.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.body))
    }

    /// A header's text, or `""`.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The address of a link of the body.
    #[track_caller]
    pub fn link(&self, rel: &str) -> String {
        match &self.json()["_links"][rel]["href"] {
            Value::String(href) => href.clone(),
            _ => panic!("no link {rel} in {}", self.body),
        }
    }
}
