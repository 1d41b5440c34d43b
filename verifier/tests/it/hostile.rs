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
                let Ok(read) = socket.read(&mut buffer).await else { return };
                let request = String::from_utf8_lossy(&buffer[..read]).into_owned();
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
                match request.split(' ').nth(1).unwrap_or_default() {
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

#[tokio::test]
async fn each_misbehaviour_is_named_and_the_run_goes_on() {
    let paths = ["/reset", "/garbage", "/silent", "/truncated", "/huge", "/endless", "/headers", "/good"];
    let verification = verifying(&expecting_json(&paths))
        .provider_url(misbehaving().await)
        .jobs(1)
        .largest_body(1_000_000)
        .request_timeout(std::time::Duration::from_millis(500));

    let report = report(verification).await;

    assert_eq!(report.verdict(), Verdict::Failed);
    let results: Vec<_> = report
        .interactions()
        .map(|one| (one.description.as_str(), one.errors.first().map(ToString::to_string).unwrap_or_default()))
        .collect();
    for (path, begins) in [
        ("/reset", "the provider's answer cannot be used: "),
        ("/garbage", "the provider's answer cannot be used: "),
        ("/silent", "the provider did not answer within 500ms"),
        ("/truncated", "the provider's answer cannot be used: "),
        ("/huge", "the provider's answer cannot be used: its body is larger than the limit of 1000000 bytes"),
        ("/headers", "the provider's answer cannot be used: "),
        ("/good", ""),
    ] {
        let (_, error) = results.iter().find(|(own, _)| *own == path).expect("it was verified");
        assert!(error.starts_with(begins) && error.is_empty() == begins.is_empty(), "{path}: {error:?}");
    }
    let (_, endless) = results.iter().find(|(own, _)| *own == "/endless").expect("it was verified");
    assert!(endless.contains("larger than the limit") || endless.contains("did not answer within"), "{endless}");
}

#[tokio::test]
async fn answers_that_lie_about_themselves_are_differences() {
    let with_type =
        |content_type: &'static str, body: &'static [u8]| async move { ([("content-type", content_type)], body) };
    let routes = Router::new()
        .route("/no-json", get(move || with_type("application/json", b"{oops")))
        .route("/latin1", get(move || with_type("application/json; charset=iso-8859-1", b"{\"id\": \"\xe9\"}")))
        .route("/unknown", get(move || with_type("application/json; charset=klingon", b"{\"id\": 2}")))
        .route("/loop", get(async || Redirect::temporary("/loop")));
    let paths = ["/no-json", "/latin1", "/unknown", "/loop"];

    let report = report(verifying(&expecting_json(&paths)).provider_url(serve(routes).await)).await;

    for interaction in report.interactions() {
        assert!(!interaction.mismatches.is_empty() && interaction.errors.is_empty(), "{interaction:?}");
    }
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

    let outputs = [
        format!("{report:?}"),
        intact_verifier::report::terminal::text(&report),
        intact_verifier::report::json::document(&report).to_pretty(),
        intact_verifier::report::junit::document(&report),
        intact_verifier::report::markdown::document(&report),
        intact_verifier::report::github::annotations(&report).join("\n"),
    ];
    for output in outputs {
        assert!(!output.contains("s3cret"), "{output}");
        assert!(output.contains("401") || output.contains("refused"), "{output}");
    }
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
