//! Pacts from a broker, pending pacts, and publishing. The broker is a small one of our own that writes down what it is told.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use intact_broker_client::{BrokerClient, ConsumerVersionSelector, PactsForVerificationQuery};
use intact_verifier::report::Publication;
use intact_verifier::{BrokerSource, PactSource, PublishOptions, Verdict, Verifier, VerifierBuilder};
use serde_json::{Value, json};

use crate::support::{self, nobody, pact_text, report, serve, without_port};

#[derive(Clone, Default)]
struct Broker {
    told: Arc<Mutex<Vec<String>>>,
    refuses_results: bool,
}

impl Broker {
    async fn start(self) -> String {
        let routes = Router::new()
            .route("/", get(async || Json(json!({ "_links": {
                "self": { "href": "/" },
                "pb:latest-provider-pacts": { "href": "/latest/{provider}", "templated": true },
                "pb:provider-pacts-for-verification": { "href": "/for-verification/{provider}", "templated": true },
                "pb:pacticipant-version-tag": { "href": "/tag/{pacticipant}/{version}/{tag}", "templated": true },
                "pb:pacticipant-branch-version": { "href": "/branch/{pacticipant}/{branch}/{version}", "templated": true },
            } }))))
            .route("/latest/{provider}", get(async || Json(json!({ "_links": { "pb:pacts": [{ "href": "/pact/one", "name": "Web" }] } }))))
            .route(
                "/for-verification/{provider}",
                get(async || Json(json!({ "_links": { "self": { "href": "/for-verification/Orders" } } })))
                    .post(async |State(broker): State<Broker>, Json(body): Json<Value>| {
                        broker.tell(format!("asked {body}"));
                        let notice = |when: &str, text: &str| json!({ "when": when, "text": text });
                        Json(json!({ "_embedded": { "pacts": [{
                            "shortDescription": "latest",
                            "verificationProperties": { "pending": true, "notices": [
                                notice("before_verification", "This pact is pending."),
                                notice("after_verification:success_false_published_true", "Still pending."),
                                notice("after_verification:success_false_published_false", "never shown"),
                            ] },
                            "_links": { "self": { "href": "/pact/one", "name": "a pact" } },
                        }] } }))
                    }),
            )
            .route("/pact/{name}", get(async || {
                let interaction = |id: &str, path: &str| json!({
                    "_id": id, "type": "Synchronous/HTTP", "description": format!("a request for {path}"),
                    "request": { "method": "GET", "path": path }, "response": { "status": 200 },
                });
                let mut pact: Value = serde_json::from_str(&pact_text(&json!([interaction("a1", "/"), interaction("b2", "/gone")]))).unwrap();
                pact["_links"] = json!({ "self": { "href": "/pact/one" }, "pb:publish-verification-results": { "href": "/results" } });
                Json(pact)
            }))
            .route("/branch/{pacticipant}/{branch}/{version}", put(async |State(broker): State<Broker>, Path(path): Path<(String, String, String)>| {
                broker.tell(format!("branch {path:?}"));
                Json(json!({}))
            }))
            .route("/tag/{pacticipant}/{version}/{tag}", put(async |State(broker): State<Broker>, Path(path): Path<(String, String, String)>| {
                broker.tell(format!("tag {path:?}"));
                Json(json!({}))
            }))
            .route("/results", post(async |State(broker): State<Broker>, Json(body): Json<Value>| {
                if broker.refuses_results {
                    return (StatusCode::BAD_REQUEST, Json(json!({ "errors": { "success": ["is wrong"] } })));
                }
                let body = serde_json::to_string_pretty(&body).unwrap().replace(env!("CARGO_PKG_VERSION"), "[version]");
                broker.tell(format!("result {body}"));
                (StatusCode::CREATED, Json(json!({ "_links": { "self": { "href": "http://broker/results/1" } } })))
            }))
            .fallback(async |request: Request| (StatusCode::NOT_FOUND, format!("nothing at {}", request.uri())))
            .with_state(self);
        serve(routes).await
    }

    fn tell(&self, line: String) {
        self.told.lock().unwrap().push(line);
    }
}

fn client(url: &str) -> BrokerClient {
    BrokerClient::builder(url).retries(0).build().expect("a client")
}

fn from_broker(url: &str, query: Option<PactsForVerificationQuery>) -> VerifierBuilder {
    Verifier::for_provider("Orders")
        .source(PactSource::Broker(BrokerSource { client: client(url), query }))
        .service(Router::new().route("/", get(async || "")))
}

fn asking() -> PactsForVerificationQuery {
    PactsForVerificationQuery {
        consumer_version_selectors: vec![ConsumerVersionSelector {
            main_branch: Some(true),
            ..ConsumerVersionSelector::default()
        }],
        provider_version_branch: Some("main".to_owned()),
        include_pending_status: true,
        ..PactsForVerificationQuery::default()
    }
}

fn publication() -> PublishOptions {
    PublishOptions {
        provider_version: "1.2.3".to_owned(),
        branch: Some("main".to_owned()),
        tags: vec!["dev".to_owned()],
        build_url: Some("http://ci/1".to_owned()),
        even_if_partial: false,
    }
}

#[tokio::test]
async fn a_pending_pact_from_a_broker_fails_without_failing_the_run_and_is_published_as_failed() {
    let broker = Broker::default();
    let told = broker.told.clone();
    let url = broker.start().await;

    let report = report(from_broker(&url, Some(asking())).publish(publication())).await;

    assert_eq!(report.verdict(), Verdict::Verified);
    insta::assert_snapshot!(without_port(&intact_verifier::report::terminal::text(&report)), @r"
    Web → Orders   http://127.0.0.1:[port]/pact/one (V4)
      This pact is pending.
      ✓ a request for / (pending)
      ! a request for /gone (pending: does not count)
          GET /gone answered 404 Not Found
          status  expected 200 but was 404

    Still pending.
    published the result for Web → Orders: http://broker/results/1
    1 interaction verified, 1 pending failure does not count
    ");
    insta::assert_snapshot!(told.lock().unwrap().join("\n"));
}

#[tokio::test]
async fn without_selectors_the_newest_pacts_are_verified_and_nothing_is_published_unasked() {
    let broker = Broker::default();
    let told = broker.told.clone();
    let report = report(from_broker(&broker.start().await, None)).await;
    assert_eq!(report.verdict(), Verdict::Failed);
    assert_eq!(
        report.interactions().map(|interaction| interaction.id.as_deref()).collect::<Vec<_>>(),
        [Some("a1"), Some("b2")]
    );
    assert!(told.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_result_that_cannot_be_published_fails_the_run() {
    let url = Broker { refuses_results: true, ..Broker::default() }.start().await;
    let report = report(from_broker(&url, Some(asking())).publish(publication())).await;
    assert_eq!(report.verdict(), Verdict::NotPublished);
    let Publication::Failed { reason, unavailable } = &report.pacts[0].publication else { panic!("{report:?}") };
    assert!(reason.ends_with("the broker answered 400 Bad Request: success: is wrong"), "{reason}");
    assert!(!unavailable);
}

#[tokio::test]
async fn a_broker_that_is_not_there_is_not_a_no_of_the_contract() {
    let report = report(from_broker(&nobody().await, None)).await;
    assert_eq!(report.verdict(), Verdict::Unavailable);
}

#[tokio::test]
async fn a_pact_behind_a_url_can_be_verified_and_published() {
    let broker = Broker::default();
    let told = broker.told.clone();
    let url = broker.start().await;
    let verification = Verifier::for_provider("Orders")
        .source(PactSource::Url(client(&url), format!("{url}/pact/one")))
        .service(Router::new())
        .publish(publication());

    let report = report(verification).await;

    assert!(matches!(report.pacts[0].publication, Publication::Published(_)), "{report:?}");
    assert_eq!(told.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_partial_run_is_not_published_unless_forced() {
    let partial = |options| from_broker("http://broker", None).filter_description("x").publish(options).build();
    assert_eq!(
        partial(publication()).expect_err("refused").to_string(),
        "the results of a run that verifies only a part of the pacts are not published (filters leave out interactions)"
    );
    assert!(partial(PublishOptions { even_if_partial: true, ..publication() }).is_ok());
    assert!(from_broker("http://broker", None).filter_consumer("Web").publish(publication()).build().is_ok());
    assert!(from_broker("http://broker", None).stop_at_first_failure(true).publish(publication()).build().is_err());
    let nowhere = Verifier::for_provider("P").pact_file("a.json").provider_url("http://x").publish(publication());
    assert!(nowhere.build().is_err());
}

#[tokio::test]
async fn credentials_in_the_url_of_a_pact_are_sent_but_never_shown() {
    let pact = pact_text(&support::get("/"));
    let served = Router::new().route(
        "/pact.json",
        get(async move |headers: HeaderMap| match headers.get("authorization") {
            Some(sent) if sent == "Basic bWU6czNjcmV0" => (StatusCode::OK, pact.clone()),
            _ => (StatusCode::UNAUTHORIZED, String::new()),
        }),
    );
    let url = serve(served).await.replace("http://", "http://me:s3cret@");
    for (path, verdict) in [("pact.json", Verdict::Verified), ("missing.json", Verdict::Failed)] {
        let pact = format!("{url}/{path}");
        let verification = Verifier::for_provider("Orders")
            .source(PactSource::Url(client(&pact), pact))
            .service(Router::new().route("/", get(async || "")));
        let report = report(verification).await;
        assert_eq!(report.verdict(), verdict, "{report:?}");
        assert!(!format!("{report:?}").contains("s3cret"), "{report:?}");
    }
}
