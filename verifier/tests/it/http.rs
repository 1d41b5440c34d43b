//! HTTP interactions: what is sent, what is accepted, what can go wrong on the way.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{any, get, post};
use intact_verifier::{Verdict, Verifier};
use serde_json::json;

use crate::support::{self, SHORT, nobody, report, serve, serve_bytes, serve_nothing, text, verifying, without_port};

fn orders() -> Router {
    Router::new().route(
        "/orders/{id}",
        get(async |axum::extract::Path(id): axum::extract::Path<u32>| {
            if id == 42 {
                axum::Json(json!({ "id": 42, "total": "12.50", "extra": true })).into_response()
            } else {
                (StatusCode::NOT_FOUND, axum::Json(json!({ "error": format!("no order {id}") }))).into_response()
            }
        }),
    )
}

#[tokio::test]
async fn a_provider_that_answers_as_expected_is_verified() {
    let url = serve(orders()).await;
    let interactions = json!([{
        "type": "Synchronous/HTTP", "description": "a request for an order", "key": "k1",
        "request": { "method": "GET", "path": "/orders/42", "headers": { "Accept": ["application/json"] } },
        "response": {
            "status": 200, "headers": { "content-type": ["application/json"] },
            "body": { "content": { "id": 1 }, "contentType": "application/json" },
            "matchingRules": { "body": { "$.id": { "combine": "AND", "matchers": [{ "match": "integer" }] } } },
        },
    }]);

    insta::assert_snapshot!(text(verifying(&interactions).provider_url(url)).await, @r"
    Web → Orders   in memory (V4)
      ✓ a request for an order

    1 interaction verified
    ");
}

#[tokio::test]
async fn a_difference_is_named_with_its_place_and_the_rule() {
    let url = serve(orders()).await;
    let interactions = json!([
        {
            "type": "Synchronous/HTTP", "description": "a request for an order",
            "providerStates": [{ "name": "order 42 exists" }],
            "request": { "method": "GET", "path": "/orders/42" },
            "response": {
                "status": 200,
                "body": { "content": { "id": 42, "total": 12.5 }, "contentType": "application/json" },
                "matchingRules": { "body": { "$.total": { "combine": "AND", "matchers": [{ "match": "decimal" }] } } },
            },
        },
        {
            "type": "Synchronous/HTTP", "description": "a request for an order that is gone",
            "request": { "method": "GET", "path": "/orders/7" }, "response": { "status": 410 },
            "comments": { "text": ["410 tells clients to forget it"], "testname": "orders::gone" },
        },
        {
            "type": "Synchronous/HTTP", "description": "a request for the first order",
            "request": { "method": "GET", "path": "/orders/1" }, "response": { "status": 404 },
        },
    ]);

    insta::assert_snapshot!(text(verifying(&interactions).provider_url(url)).await, @r#"
    Web → Orders   in memory (V4)
      ✗ a request for an order, given order 42 exists
          GET /orders/42 answered 200 OK
          body $.total  Expected '12.50' (String) to be a decimal number   (rule decimal at $.total)
              expected                         actual
              {                                {
                "id": 42                         "id": 42
            ✗   "total": any decimal number  ✗   "total": "12.50"
              }                                }
            → `total` is a string that holds the number 12.50, which would match
          warning: nothing sets up the provider state `order 42 exists`: no state handler is configured
      ✗ a request for an order that is gone
          GET /orders/7 answered 404 Not Found
          status  expected 410 but was 404
          its body: {"error":"no order 7"}
          the contract's test: orders::gone
          comment: 410 tells clients to forget it
      ✓ a request for the first order

    2 of 3 interactions failed
    "#);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let routes = Router::new()
        .route("/old", get(async || Redirect::permanent("/new")))
        .route("/new", get(async || "the new place"));
    let mut interactions = support::get("/old");
    interactions[0]["response"] = json!({ "status": 308, "headers": { "Location": "/new" } });

    let report = report(verifying(&interactions).provider_url(serve(routes).await)).await;

    assert!(report.is_success(), "{report:?}");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_in_time_fails_the_interaction() {
    let verification = verifying(&support::get("/")).provider_url(serve_nothing().await).request_timeout(SHORT);
    let report = report(verification).await;
    assert_eq!(report.pacts[0].interactions[0].errors[0].to_string(), "the provider did not answer within 50ms");
    assert_eq!(report.verdict(), Verdict::Failed);
}

#[tokio::test]
async fn a_provider_that_is_not_there_says_nothing_about_the_contract() {
    let report = report(verifying(&support::get("/")).provider_url(nobody().await)).await;
    assert_eq!(report.verdict(), Verdict::Unavailable);
    let error = without_port(&report.pacts[0].interactions[0].errors[0].to_string());
    assert!(error.starts_with("the provider cannot be reached at http://127.0.0.1:[port]: "), "{error}");
    assert!(error.contains("onnection refused"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_no_http_fails_the_interaction() {
    for garbage in [&b"SSH-2.0-OpenSSH_9.6\r\n"[..], b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", b""] {
        let error = support::error(verifying(&support::get("/")).provider_url(serve_bytes(garbage).await)).await;
        assert!(error.starts_with("the provider's answer cannot be used: "), "{error}");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read() {
    let routes = Router::new().route("/", get(async || Body::from(vec![b'x'; 10_000])));
    let url = serve(routes).await;
    let error = support::error(verifying(&support::get("/")).provider_url(&url).largest_body(9_999)).await;
    assert_eq!(error, "the provider's answer cannot be used: its body is larger than the limit of 9999 bytes");
    assert!(report(verifying(&support::get("/")).provider_url(&url).largest_body(10_000)).await.is_success());
}

#[tokio::test]
async fn repeated_headers_are_all_compared() {
    let routes = Router::new().route(
        "/",
        get(async || {
            let mut headers = HeaderMap::new();
            headers.append("X-Tag", "a".parse().unwrap());
            headers.append("X-Tag", "b".parse().unwrap());
            headers.append("Vary", "Accept, Origin".parse().unwrap());
            headers
        }),
    );
    let url = serve(routes).await;
    let expecting = |tags: serde_json::Value| {
        let mut interactions = support::get("/");
        interactions[0]["response"]["headers"] = json!({ "X-Tag": tags, "Vary": ["Accept", "Origin"] });
        verifying(&interactions).provider_url(&url)
    };
    assert!(report(expecting(json!(["a", "b"]))).await.is_success());
    let different = report(expecting(json!(["a", "c"]))).await;
    assert_eq!(different.pacts[0].interactions[0].mismatches[0].identifier(), Some("X-Tag"));
}

type Seen = Arc<Mutex<Vec<String>>>;

/// Writes down each request: method, target, chosen headers and body.
fn recorder(seen: &Seen) -> Router {
    let seen = seen.clone();
    Router::new().fallback(any(async move |request: Request| {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 10_000).await.unwrap();
        let mut line = format!("{} {}", parts.method, parts.uri);
        for (name, value) in &parts.headers {
            if !["host", "content-length", "accept", "traceparent"].contains(&name.as_str()) {
                let value = value.to_str().unwrap().replace(env!("CARGO_PKG_VERSION"), "[version]");
                _ = write!(line, " | {name}: {value}");
            }
        }
        _ = write!(line, " | {:?}", String::from_utf8_lossy(&body));
        seen.lock().unwrap().push(line);
    }))
}

#[tokio::test]
async fn requests_are_sent_as_the_contract_has_them() {
    let seen = Seen::default();
    let url = serve(recorder(&seen)).await;
    let interactions = json!([
        { "type": "Synchronous/HTTP", "description": "1", "response": {},
          "request": { "method": "get", "path": "/a%2Fb//c d/é/", "query": { "q": ["a&b =", "2"], "empty": [""] }, "headers": { "X-Two": ["a", "b"] } } },
        { "type": "Synchronous/HTTP", "description": "2", "response": {},
          "request": { "method": "POST", "path": "/x", "body": { "content": { "a": 1.10 }, "contentType": "application/json" } } },
        { "type": "Synchronous/HTTP", "description": "3", "response": {},
          "request": { "method": "PUT", "path": "/x", "headers": { "Content-Type": "image/png", "User-Agent": "me" },
                       "query": { "none": [] }, "body": { "content": "aGVsbG8=", "contentType": "image/png", "encoded": "base64" } } },
    ]);

    let verification = verifying(&interactions)
        .provider_url(format!("{url}/api/"))
        .header("X-Custom", "yes")
        .request_filter(|request| {
            request.headers_mut().insert(header::AUTHORIZATION, "Bearer fresh".parse()?);
            Ok(())
        });
    assert!(report(verification).await.is_success());

    insta::assert_snapshot!(seen.lock().unwrap().join("\n"), @r#"
    GET /api/a%2Fb//c%20d/%C3%A9/?empty=&q=a%26b+%3D&q=2 | x-two: a | x-two: b | x-custom: yes | authorization: Bearer fresh | user-agent: intact/[version] | ""
    POST /api/x | content-type: application/json | x-custom: yes | authorization: Bearer fresh | user-agent: intact/[version] | "{\"a\":1.1}"
    PUT /api/x | content-type: image/png | user-agent: me | x-custom: yes | authorization: Bearer fresh | "hello"
    "#);
}

#[tokio::test]
async fn a_path_that_would_change_on_the_way_is_not_sent() {
    let error = support::error(verifying(&support::get("/a/../b")).provider_url(serve(Router::new()).await)).await;
    assert_eq!(error, "the request cannot be sent: the path `/a/../b` cannot be sent as it is: it would become `/b`");
}

#[tokio::test]
async fn a_request_filter_can_refuse() {
    let verification = verifying(&support::get("/"))
        .provider_url(serve(Router::new()).await)
        .request_filter(|_| Err("no token".into()));
    assert_eq!(support::error(verification).await, "the request filter failed: no token");
}

#[tokio::test]
async fn binary_bodies_are_compared_by_their_bytes() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0";
    let routes = Router::new().route("/", get(async || ([(header::CONTENT_TYPE, "image/png")], PNG)));
    let url = serve(routes).await;
    let expecting = |content: &str| {
        let mut interactions = support::get("/");
        interactions[0]["response"]["body"] =
            json!({ "content": content, "contentType": "image/png", "encoded": "base64" });
        verifying(&interactions).provider_url(&url)
    };
    assert!(report(expecting("iVBORw0KGgoAAA==")).await.is_success());
    assert!(!report(expecting("iVBORw0KGgoAAQ==")).await.is_success());
}

#[tokio::test]
async fn a_compressed_answer_is_compared_unpacked() {
    use std::io::Write as _;
    let routes = Router::new().route(
        "/",
        get(async || {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(br#"{"id": 42}"#).unwrap();
            ([(header::CONTENT_ENCODING, "gzip"), (header::CONTENT_TYPE, "application/json")], packed.finish().unwrap())
        }),
    );
    let mut interactions = support::get("/");
    interactions[0]["response"] = json!({
        "status": 200, "headers": { "Content-Encoding": "gzip" },
        "body": { "content": { "id": 42 }, "contentType": "application/json" },
    });
    let report = report(verifying(&interactions).provider_url(serve(routes).await)).await;
    assert!(report.is_success(), "{report:?}");
}

#[tokio::test]
async fn filters_that_let_nothing_through_are_a_failure_unless_that_is_fine() {
    let verification =
        || verifying(&support::get("/")).provider_url("http://localhost").filter_description("nothing like it");
    let report = report(verification()).await;
    assert_eq!(report.verdict(), Verdict::NothingVerified);
    insta::assert_snapshot!(intact_verifier::report::terminal::text(&report), @"nothing was verified: no pact, or no interaction that the filters let through");
    assert!(support::report(verification().ignore_no_pacts(true)).await.is_success());
}

#[tokio::test]
async fn failures_of_pending_interactions_do_not_count_and_do_not_stop_the_run() {
    let mut interactions = support::get("/1");
    interactions[0]["pending"] = json!(true);
    let others = [support::get("/2")[0].clone(), support::get("/3")[0].clone()];
    interactions.as_array_mut().unwrap().extend(others);
    let verification = verifying(&interactions).service(Router::new()).stop_at_first_failure(true);

    let report = report(verification).await;

    let run: Vec<_> = report.interactions().map(|interaction| interaction.description.as_str()).collect();
    assert_eq!(run, ["a request for /1", "a request for /2"]);
    assert!(report.stopped_early);
    assert_eq!(report.verdict(), Verdict::Failed);

    interactions.as_array_mut().unwrap().truncate(1);
    assert!(support::report(verifying(&interactions).service(Router::new())).await.is_success());
}

#[tokio::test]
async fn a_source_that_fails_fails_the_run_but_not_the_other_sources() {
    let directory = tempfile::tempdir().unwrap();
    let broken = directory.path().join("broken.json");
    std::fs::write(&broken, r#"{"interactions": "#).unwrap();
    let verification = Verifier::for_provider("Orders")
        .pact_file(&broken)
        .pact(support::pact(&support::get("/")))
        .service(Router::new().route("/", get(async || "")));

    let report = report(verification).await;

    assert_eq!(report.interactions().filter(|interaction| interaction.is_success()).count(), 1);
    assert_eq!(report.verdict(), Verdict::Failed);
    assert!(report.failed_sources[0].reason.contains("not a JSON document"), "{:?}", report.failed_sources);
}

#[tokio::test]
async fn descriptions_regular_expressions_and_headers_that_are_none_are_refused_before_anything_is_sent() {
    let refused =
        |verification: intact_verifier::VerifierBuilder| verification.build().expect_err("no verification").to_string();
    let one = || verifying(&support::get("/")).provider_url("http://localhost");
    assert!(refused(one().filter_description("(")).starts_with("the description filter is not a regular expression: "));
    assert_eq!(refused(one().header("a b", "c")), "the header `a b` cannot be sent: invalid HTTP header name");
    assert_eq!(
        refused(one().provider_url("localhost:80")),
        "the provider URL `localhost:80` is not an http or https URL: write http:// or https:// before it"
    );
    assert_eq!(refused(Verifier::for_provider("P").provider_url("http://x")), "there is no source of pacts");
    assert!(refused(verifying(&support::get("/"))).starts_with("there is no provider"));
}

#[tokio::test]
async fn the_body_of_an_http_1_0_answer_ends_with_the_connection() {
    let mut interactions = support::get("/");
    interactions[0]["response"]["body"] = json!({ "content": "hello", "contentType": "text/plain" });
    let url = serve_bytes(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhello").await;
    assert!(report(verifying(&interactions).provider_url(url)).await.is_success());
}

#[tokio::test]
async fn many_interactions_share_connections() {
    let connections = Arc::new(Mutex::new(std::collections::HashSet::new()));
    let routes = Router::new().route(
        "/",
        post(
            async |axum::extract::ConnectInfo(peer): axum::extract::ConnectInfo<std::net::SocketAddr>,
                   axum::extract::State(seen): axum::extract::State<Arc<Mutex<std::collections::HashSet<u16>>>>,
                   _body: Bytes| {
                seen.lock().unwrap().insert(peer.port());
            },
        )
        .with_state(connections.clone()),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let service = routes.into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let one = json!({ "type": "Synchronous/HTTP", "description": "d", "request": { "method": "POST", "path": "/" }, "response": {} });

    let report = report(verifying(&json!(vec![one; 20])).provider_url(url)).await;

    assert!(report.is_success(), "{report:?}");
    assert_eq!(connections.lock().unwrap().len(), 1);
}

#[test]
fn a_time_limit_of_nothing_is_refused() {
    let verification = verifying(&support::get("/")).provider_url("http://localhost");
    let error = verification.request_timeout(std::time::Duration::ZERO).build().expect_err("no time");
    assert_eq!(error.to_string(), "the request timeout or the deadline is zero, which leaves no time for any request");
}
