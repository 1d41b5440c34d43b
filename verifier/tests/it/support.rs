//! Pacts out of JSON text, and providers on a port of their own.

use std::time::Duration;

use axum::Router;
use intact_pact_model::Pact;
use intact_verifier::{Report, Verifier, VerifierBuilder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A V4 pact between `Web` and `Orders` with these interactions.
pub(crate) fn pact(interactions: &serde_json::Value) -> Pact {
    let text = pact_text(interactions);
    Pact::read(text.as_bytes()).expect("a pact").value
}

/// The same as a file.
pub(crate) fn pact_text(interactions: &serde_json::Value) -> String {
    serde_json::json!({
        "consumer": { "name": "Web" },
        "provider": { "name": "Orders" },
        "interactions": interactions,
        "metadata": { "pactSpecification": { "version": "4.0" } },
    })
    .to_string()
}

/// `GET path`, answered by 200.
pub(crate) fn get(path: &str) -> serde_json::Value {
    serde_json::json!([{
        "type": "Synchronous/HTTP",
        "description": format!("a request for {path}"),
        "request": { "method": "GET", "path": path },
        "response": { "status": 200 },
    }])
}

/// Verifies `Orders` against these interactions.
pub(crate) fn verifying(interactions: &serde_json::Value) -> VerifierBuilder {
    Verifier::for_provider("Orders").pact(pact(interactions))
}

/// The report of the run.
pub(crate) async fn report<C: Clone + Send + Sync + 'static>(verification: VerifierBuilder<C>) -> Report {
    verification.run(&mut ()).await.expect("a verification that can be run")
}

/// The report as text.
pub(crate) async fn text<C: Clone + Send + Sync + 'static>(verification: VerifierBuilder<C>) -> String {
    intact_verifier::report::terminal::text(&report(verification).await)
}

/// The one failure of the run, as text.
pub(crate) async fn error<C: Clone + Send + Sync + 'static>(verification: VerifierBuilder<C>) -> String {
    let report = report(verification).await;
    assert!(!report.is_success());
    let errors: Vec<_> =
        report.interactions().flat_map(|interaction| &interaction.errors).map(ToString::to_string).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.into_iter().next().expect("one")
}

/// Serves the routes on a port of their own until the test ends.
pub(crate) async fn serve(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

/// Answers every connection with these bytes, then closes it.
pub(crate) async fn serve_bytes(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(answer).await;
        }
    });
    format!("http://{address}")
}

/// Accepts connections and never answers.
pub(crate) async fn serve_nothing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            held.push(socket);
        }
    });
    format!("http://{address}")
}

/// A URL where nobody listens.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

/// A limit that no working call reaches, and no test waits for.
pub(crate) const SHORT: Duration = Duration::from_millis(50);

/// Port numbers differ from run to run.
pub(crate) fn without_port(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        assert_ne!(rest.len(), part.len(), "a port should follow");
        result.push_str("127.0.0.1:[port]");
        result.push_str(rest);
    }
    result
}
