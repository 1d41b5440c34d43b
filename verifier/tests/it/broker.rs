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

/// A broker whose addresses have nothing in common with those of other brokers, behind a proxy that takes a prefix off: each
/// document is a number in the query, links are absolute and name an address inside, and some lack the flag of templates.
async fn stranger(told: Arc<Mutex<Vec<String>>>) -> String {
    async fn answer(State(told): State<Arc<Mutex<Vec<String>>>>, request: Request) -> (StatusCode, Json<Value>) {
        let inside = |query: &str| format!("http://inside.example:9292/?{query}");
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 100_000).await.unwrap();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        told.lock().unwrap().push(format!("{} {}?{query}", parts.method, parts.uri.path()));
        let document = match (parts.method.as_str(), query.as_str()) {
            ("GET", "") => json!({ "_links": {
                "self": { "href": inside("") },
                "PB:Provider-Pacts-For-Verification": { "href": inside("n=2&of={provider}") },
                "pb:pacticipant-version-tag": { "href": inside("n=3&of={pacticipant}&v={version}&t={tag}"), "templated": true },
                "pb:pacticipant-branch-version": { "href": inside("n=4&of={pacticipant}&b={branch}&v={version}"), "templated": true },
            } }),
            ("GET", "n=2&of=Orders") => json!({ "_links": { "self": { "href": inside("n=5") } } }),
            ("POST", "n=5") => json!({ "_embedded": { "pacts": [
                { "_links": { "self": { "href": inside("n=6&for=a%2Fb"), "name": "one" } }, "verificationProperties": { "wip": true } },
                { "_links": { "self": { "href": inside("n=7"), "name": "two" } } },
            ] } }),
            ("GET", "n=6&for=a%2Fb" | "n=7") => {
                let mut pact: Value = serde_json::from_str(&pact_text(&support::get("/"))).unwrap();
                let results = if query == "n=7" { "n=8&of=7" } else { "n=8&of=6" };
                pact["_links"] = json!({ "pb:publish-verification-results": [{ "href": inside(results) }] });
                pact
            }
            ("POST", results) if results.starts_with("n=8") => {
                let body: Value = serde_json::from_slice(&body).unwrap();
                told.lock().unwrap().push(format!("  {}", body["success"]));
                json!({ "_links": { "self": { "href": inside("n=9") } } })
            }
            ("PUT", _) => json!({}),
            _ => return (StatusCode::NOT_FOUND, Json(json!({ "error": format!("no {} {query}", parts.method) }))),
        };
        (StatusCode::OK, Json(document))
    }
    let routes = Router::new().route("/proxy/", axum::routing::any(answer));
    format!("{}/proxy", serve(routes.with_state(told)).await)
}

#[tokio::test]
async fn links_are_followed_whatever_the_brokers_addresses_look_like() {
    let told = Arc::<Mutex<Vec<String>>>::default();
    let url = stranger(told.clone()).await;
    let verification = from_broker(&url, Some(asking())).publish(publication()).jobs(1);

    let report = report(verification).await;

    assert_eq!(report.verdict(), Verdict::Verified, "{report:?}");
    assert_eq!(
        report.pacts.iter().map(|pact| (pact.wip, pact.pending)).collect::<Vec<_>>(),
        [(true, true), (false, false)]
    );
    let mut told = told.lock().unwrap().clone();
    // The two pacts are fetched at once.
    told[3..5].sort();
    insta::assert_snapshot!(told.join("\n"), @r"
    GET /proxy/?
    GET /proxy/?n=2&of=Orders
    POST /proxy/?n=5
    GET /proxy/?n=6&for=a%2Fb
    GET /proxy/?n=7
    PUT /proxy/?n=4&of=Orders&b=main&v=1.2.3
    PUT /proxy/?n=3&of=Orders&v=1.2.3&t=dev
    POST /proxy/?n=8&of=6
      true
    POST /proxy/?n=8&of=7
      true
    ");
}

#[tokio::test]
async fn without_a_relation_for_the_newest_pacts_the_broker_chooses() {
    let told = Arc::<Mutex<Vec<String>>>::default();
    let report = report(from_broker(&stranger(told.clone()).await, None)).await;
    assert_eq!((report.verdict(), report.pacts.len()), (Verdict::Verified, 2));
    assert!(told.lock().unwrap().contains(&"POST /proxy/?n=5".to_owned()));
}

#[tokio::test]
async fn pacts_of_other_consumers_are_left_out() {
    let url = Broker::default().start().await;
    let others = report(from_broker(&url, None).filter_consumer("Mobile")).await;
    assert_eq!((others.verdict(), others.pacts.len()), (Verdict::NothingVerified, 0));
    let own = report(from_broker(&url, None).filter_consumer("Mobile").filter_consumer("Web")).await;
    assert_eq!(own.pacts.len(), 1);
}

#[tokio::test]
async fn what_could_not_be_verified_is_published_as_an_exception() {
    let broker = Broker::default();
    let told = broker.told.clone();
    let url = broker.start().await;
    let verification = from_broker(&url, None)
        .publish(PublishOptions { branch: None, tags: Vec::new(), build_url: None, ..publication() })
        .before_each(async |()| Err("no database".into()));
    let report = report(verification).await;
    assert_eq!(report.verdict(), Verdict::Failed);
    insta::assert_snapshot!(told.lock().unwrap().join("\n"));
}

#[tokio::test]
async fn several_pacts_are_fetched_at_once() {
    // Nobody is answered before all have asked.
    let together = Arc::new(tokio::sync::Barrier::new(3));
    let pact = pact_text(&support::get("/"));
    let routes = Router::new().route(
        "/{name}",
        get(async move || {
            together.wait().await;
            pact.clone()
        }),
    );
    let url = serve(routes).await;
    let mut verification = Verifier::for_provider("Orders").service(Router::new().route("/", get(async || "")));
    for name in ["a", "b", "c"] {
        let pact = format!("{url}/{name}");
        let client = BrokerClient::builder(&pact).retries(0).timeout(std::time::Duration::from_secs(20)).build();
        verification = verification.source(PactSource::Url(client.expect("a client"), pact));
    }
    let report = report(verification).await;
    let sources: Vec<_> = report.pacts.iter().map(|pact| without_port(&pact.source)).collect();
    assert_eq!(sources, ["a", "b", "c"].map(|name| format!("http://127.0.0.1:[port]/{name}")));
}

#[tokio::test]
async fn a_failed_verification_is_published_and_outweighs_a_failed_publication() {
    let (good, refusing) = (Broker::default(), Broker { refuses_results: true, ..Broker::default() });
    let told = good.told.clone();
    for (broker, published) in [(good, true), (refusing, false)] {
        let url = broker.start().await;
        let report = report(from_broker(&url, None).publish(publication())).await;
        assert_eq!(report.verdict(), Verdict::Failed);
        assert_eq!(matches!(report.pacts[0].publication, Publication::Published(_)), published);
    }
    let told = told.lock().unwrap().join("\n");
    assert!(told.contains(r#""success": false"#) && told.contains(r#""interactionId": "b2""#), "{told}");
}

#[tokio::test]
async fn a_token_in_the_query_of_a_pacts_url_is_sent_but_never_shown() {
    let pact = pact_text(&support::get("/"));
    let routes = Router::new().route(
        "/pact.json",
        get(async move |request: Request| {
            if request.uri().query() == Some("access_token=s3cret-key") {
                (StatusCode::OK, pact.clone())
            } else {
                (StatusCode::FORBIDDEN, String::new())
            }
        }),
    );
    let url = serve(routes).await;
    for (path, verdict) in [("pact.json", Verdict::Verified), ("missing.json", Verdict::Failed)] {
        let pact = format!("{url}/{path}?access_token=s3cret-key");
        let verification = Verifier::for_provider("Orders")
            .source(PactSource::Url(client(&pact), pact))
            .service(Router::new().route("/", get(async || "")));
        let report = report(verification).await;
        assert_eq!(report.verdict(), verdict, "{report:?}");
        assert!(!format!("{report:?}").contains("s3cret"), "{report:?}");
    }
    let source = PactSource::Url(client(&url), url.replace("http://", "http://bob:s3cret@"));
    assert!(!format!("{source:?}").contains("s3cret"), "{source:?}");
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
