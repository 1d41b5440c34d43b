//! Providers that misbehave: each interaction gets a clear result, and the run goes on.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::get;
use intact_verifier::Verdict;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{self, SHORT, report, serve, text, verifying};

/// `GET path` for each path, with a JSON body expected.
fn expecting_json(paths: &[&str]) -> Value {
    let interactions = paths.iter().map(|path| {
        json!({
            "type": "Synchronous/HTTP", "description": path,
            "request": { "method": "GET", "path": path },
            "response": { "status": 200, "body": { "content": { "id": 1 }, "contentType": "application/json" } },
        })
    });
    interactions.collect()
}

/// A provider below HTTP: what it sends depends on the path.
async fn misbehaving() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let Ok(read) = socket.peek(&mut buffer).await else { return };
                let request = String::from_utf8_lossy(&buffer[..read]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default();
                if path != "/reset-in-the-body" {
                    // What is not read when a socket is closed makes the system reset the connection.
                    let _ = socket.read(&mut buffer).await;
                }
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
                match path {
                    "/good" => {
                        let answer = format!("{head}Content-Length: 8\r\nConnection: close\r\n\r\n{{\"id\":1}}");
                        let _ = socket.write_all(answer.as_bytes()).await;
                    }
                    "/reset" => drop(socket),
                    "/garbage" => {
                        let _ = socket.write_all(&[0xff; 100]).await;
                    }
                    "/silent" => {
                        let _ = socket.read(&mut buffer).await;
                    }
                    "/truncated" => {
                        let answer = format!("{head}Content-Length: 1000\r\n\r\n{{\"id\":");
                        let _ = socket.write_all(answer.as_bytes()).await;
                    }
                    "/reset-in-the-body" => {
                        let answer = format!("{head}Content-Length: 1000\r\n\r\n{{\"id\":");
                        let _ = socket.write_all(answer.as_bytes()).await;
                        drop(socket);
                    }
                    "/no-chunk" => {
                        let answer = format!("{head}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n");
                        let _ = socket.write_all(answer.as_bytes()).await;
                    }
                    "/two-lengths" => {
                        let answer = format!("{head}Content-Length: 8\r\nContent-Length: 9\r\n\r\n{{\"id\":1}}");
                        let _ = socket.write_all(answer.as_bytes()).await;
                    }
                    "/no-status" => {
                        let _ = socket.write_all(b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n").await;
                    }
                    "/always-continue" => while socket.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.is_ok() {},
                    "/many-headers" => {
                        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\n").await;
                        while socket.write_all(b"X-One-More: 1\r\n").await.is_ok() {}
                    }
                    "/no-gzip" | "/half-a-gzip" => {
                        let gzip: &[u8] =
                            if path == "/no-gzip" { b"\x1f\x8bnonsense" } else { b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab" };
                        let head = format!("{head}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", gzip.len());
                        let _ = socket.write_all(&[head.as_bytes(), gzip].concat()).await;
                    }
                    "/huge" => {
                        let _ = socket.write_all(format!("{head}Content-Length: 100000000\r\n\r\n").as_bytes()).await;
                        let chunk = vec![b' '; 1 << 16];
                        while socket.write_all(&chunk).await.is_ok() {}
                    }
                    "/endless" => {
                        let _ = socket.write_all(format!("{head}Transfer-Encoding: chunked\r\n\r\n").as_bytes()).await;
                        while socket.write_all(b"1\r\n \r\n").await.is_ok() {}
                    }
                    "/headers" => {
                        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\nX-Long: ").await;
                        let chunk = vec![b'x'; 1 << 16];
                        while socket.write_all(&chunk).await.is_ok() {}
                    }
                    _ => {}
                }
            });
        }
    });
    format!("http://{address}")
}

/// Verifies a request for each path, and holds what is said against one of the given beginnings.
async fn each_is_named(cases: &[(&str, &[&str])], timeout: std::time::Duration) {
    let paths: Vec<_> = cases.iter().map(|(path, _)| *path).collect();
    let verification = verifying(&expecting_json(&paths))
        .provider_url(misbehaving().await)
        .jobs(1)
        .largest_body(1_000_000)
        .request_timeout(timeout);

    let report = report(verification).await;

    assert_eq!(report.verdict(), Verdict::Failed);
    for (interaction, (path, begins)) in report.interactions().zip(cases) {
        let errors: Vec<_> = interaction.errors.iter().map(ToString::to_string).collect();
        assert_eq!(interaction.description, *path);
        assert_eq!(errors.len(), begins.len().min(1), "{path}: {errors:?}");
        let named = errors.iter().all(|error| begins.iter().any(|begin| error.starts_with(begin)));
        assert!(named && interaction.mismatches.is_empty(), "{path}: {errors:?}");
    }
    assert_eq!(report.interactions().count(), cases.len());
}

const UNUSABLE: &str = "the provider's answer cannot be used: ";
const NO_GZIP: &str = "the provider's answer cannot be used: its body is not valid gzip";
const TOO_LARGE: &str = "the provider's answer cannot be used: its body is larger than the limit of 1000000 bytes";

#[tokio::test]
async fn each_misbehaviour_is_named_and_the_run_goes_on() {
    let cases: &[(&str, &[&str])] = &[
        ("/reset", &[UNUSABLE]),
        ("/garbage", &[UNUSABLE]),
        ("/truncated", &[UNUSABLE]),
        ("/reset-in-the-body", &[UNUSABLE]),
        ("/no-chunk", &[UNUSABLE]),
        ("/two-lengths", &[UNUSABLE]),
        ("/no-status", &[UNUSABLE]),
        ("/headers", &[UNUSABLE]),
        ("/many-headers", &[UNUSABLE]),
        ("/no-gzip", &[NO_GZIP]),
        ("/half-a-gzip", &[NO_GZIP]),
        ("/huge", &[TOO_LARGE]),
        ("/good", &[]),
    ];
    each_is_named(cases, std::time::Duration::from_mins(1)).await;
}

#[tokio::test]
async fn what_would_take_for_ever_ends() {
    const LATE: &str = "the provider did not answer within 500ms";
    // Several where the machine decides which limit is reached first.
    let cases: &[(&str, &[&str])] =
        &[("/silent", &[LATE]), ("/endless", &[TOO_LARGE, LATE]), ("/always-continue", &[LATE, UNUSABLE])];
    each_is_named(cases, std::time::Duration::from_millis(500)).await;
}

#[tokio::test]
async fn a_provider_that_goes_away_leaves_the_rest_unverified_and_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a call");
        let _ = socket.read(&mut [0; 4096]).await;
        drop(listener);
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    });
    let interactions = json!([support::get("/1")[0], support::get("/2")[0], support::get("/3")[0]]);

    let report = report(verifying(&interactions).provider_url(url).jobs(1)).await;

    let results: Vec<_> = report.interactions().map(|one| (one.is_success(), one.errors.len())).collect();
    assert_eq!(results, [(true, 0), (false, 1), (false, 1)]);
    assert_eq!(report.verdict(), Verdict::Unavailable);
}

#[tokio::test]
async fn answers_that_lie_about_themselves_are_differences() {
    let with_type =
        |content_type: &'static str, body: &'static [u8]| async move { ([("content-type", content_type)], body) };
    let deep = || async { ([("content-type", "application/json")], "[".repeat(1_000_000)) };
    let routes = Router::new()
        .route("/no-json", get(move || with_type("application/json", b"{oops")))
        .route("/nothing", get(move || with_type("application/json", b"")))
        .route("/deep", get(deep))
        .route("/latin1", get(move || with_type("application/json; charset=iso-8859-1", b"{\"id\": \"\xe9\"}")))
        .route("/no-utf8", get(move || with_type("application/json; charset=utf-8", b"{\"id\": \"\xff\"}")))
        .route("/unknown", get(move || with_type("application/json; charset=klingon", b"{\"id\": 2}")))
        .route("/no-type", get(move || with_type("nonsense;;=", b"{\"id\": 2}")))
        .route("/loop", get(async || Redirect::temporary("/loop")));
    let paths = ["/no-json", "/nothing", "/deep", "/latin1", "/no-utf8", "/unknown", "/no-type", "/loop"];

    let report = report(verifying(&expecting_json(&paths)).provider_url(serve(routes).await)).await;

    let mut lines = Vec::new();
    for interaction in report.interactions() {
        assert!(interaction.errors.is_empty(), "{interaction:?}");
        let differences: Vec<_> = interaction.mismatches.iter().map(ToString::to_string).collect();
        lines.push(format!("{}: {}", interaction.description, differences.join("; ")));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    /no-json: Failed to parse the actual body: 'key must be a string at line 1, column 2'
    /nothing: Expected body Present(8 bytes, application/json) but was empty
    /deep: Failed to parse the actual body: 'arrays and objects nest deeper than 256 levels at line 1, column 257'
    /latin1: Expected 'é' (String) to be equal to 1 (Integer)
    /no-utf8: Failed to parse the actual body: 'invalid unicode code point at line 1, column 9'
    /unknown: Expected 2 (Integer) to be equal to 1 (Integer)
    /no-type: Expected 2 (Integer) to be equal to 1 (Integer)
    /loop: expected 200 but was 307; Expected body Present(8 bytes, application/json) but was empty
    ");
}

#[tokio::test]
async fn credentials_never_appear_in_any_report_even_if_the_provider_repeats_them() {
    async fn repeats(headers: HeaderMap, request: Request) -> (StatusCode, HeaderMap, String) {
        let sent = headers.get("authorization").map(|sent| sent.to_str().unwrap_or_default().to_owned());
        let own = headers.get("x-api-key").map(|sent| sent.to_str().unwrap_or_default().to_owned());
        let mut answer = HeaderMap::new();
        answer.insert("x-user", "s3cret-header".parse().expect("a header"));
        (StatusCode::UNAUTHORIZED, answer, format!("{} refused: {sent:?} {own:?}", request.uri()))
    }
    let mut interactions = support::get("/");
    interactions[0]["response"]["headers"] = json!({ "X-User": "bob" });
    let verification = verifying(&interactions)
        .service(Router::new().fallback(repeats))
        .header("Authorization", "Bearer s3cret-header")
        .print_curl(true)
        .request_filter(|request| {
            request.headers_mut().insert("X-Api-Key", "s3cret-filter".parse()?);
            Ok(())
        });

    let report = report(verification).await;

    for output in outputs(&report) {
        assert!(!output.contains("s3cret"), "{output}");
        assert!(output.contains("401") || output.contains("refused"), "{output}");
    }
}

#[tokio::test]
async fn half_a_secret_is_not_shown_either() {
    let body = format!("{}s3cret-0123456789", "x".repeat(290));
    let verification = verifying(&support::get("/"))
        .service(Router::new().fallback(async move || (StatusCode::NOT_FOUND, body)))
        .header("X-Token", "s3cret-0123456789");
    let text = text(verification).await;
    assert!(text.contains("x[hidden]") && !text.contains("s3c"), "{text}");
}

#[tokio::test]
async fn credentials_in_urls_never_appear_in_any_report() {
    async fn repeats(headers: HeaderMap, request: Request) -> (StatusCode, String) {
        let sent = headers.get("authorization").map(|sent| sent.to_str().unwrap_or_default().to_owned());
        (StatusCode::INTERNAL_SERVER_ERROR, format!("{sent:?} and {} are wrong", request.uri()))
    }
    let url = serve(Router::new().fallback(repeats)).await;
    let with_password = url.replace("http://", "http://bob:s3cret%21pw@");
    let interactions = json!([support::get("/1")[0]]);
    let verifications = [
        verifying(&interactions).provider_url(&with_password),
        verifying(&interactions)
            .provider_url(&url)
            .state_change_url(format!("{with_password}/states?token=s3cret-key")),
        verifying(&interactions).provider_url(support::nobody().await.replace("http://", "http://bob:s3cret@")),
        verifying(&interactions).provider_url(&url).transport("http", format!("{with_password}/api")),
    ];
    for verification in verifications {
        let report = report(verification.print_curl(true)).await;
        assert!(!report.is_success());
        for output in outputs(&report) {
            for secret in ["s3cret", "Ym9iOnMzY3JldCFwdw=="] {
                assert!(!output.contains(secret), "{output}");
            }
        }
    }
    let error = verifying(&interactions).provider_url("http//bob:s3cret@host").build().expect_err("no URL");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
}

/// Everything that is written of a report.
fn outputs(report: &intact_verifier::Report) -> [String; 8] {
    [
        format!("{report:?}"),
        intact_verifier::report::terminal::text(report),
        intact_verifier::report::json::document(report).to_pretty(),
        intact_verifier::report::junit::document(report),
        intact_verifier::report::xml::document(report),
        intact_verifier::report::html::document(report),
        intact_verifier::report::markdown::document(report),
        intact_verifier::report::github::annotations(report).join("\n"),
    ]
}

#[tokio::test]
async fn each_request_carries_a_trace_of_its_own() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(std::collections::HashSet::new()));
    let traces = seen.clone();
    let routes = Router::new().fallback(async move |headers: HeaderMap| {
        traces.lock().unwrap().extend(headers.get("traceparent").cloned());
    });
    let interactions = json!([support::get("/1")[0], support::get("/2")[0]]);
    let url = serve(routes).await;
    assert!(report(verifying(&interactions).provider_url(&url).state_change_url(&url)).await.is_success());
    assert_eq!(seen.lock().unwrap().len(), 4, "two requests and two state changes");
}

#[tokio::test]
async fn a_run_ends_at_its_deadline_and_says_what_was_not_verified() {
    let interactions = json!([support::get("/1")[0], support::get("/2")[0]]);
    let verification = verifying(&interactions).provider_url(support::serve_nothing().await).jobs(1).deadline(SHORT);
    insta::assert_snapshot!(text(verification).await, @r"
    Web → Orders   in memory (V4)
      ✗ a request for /1
          the run has reached its deadline of 50ms
      ✗ a request for /2
          the run has reached its deadline of 50ms

    2 of 2 interactions failed
    ");
}
