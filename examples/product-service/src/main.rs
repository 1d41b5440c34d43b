//! Runs the product service: `product-service [--port 8081] [--pact-states]`.

use anyhow::Context as _;
use product_service::{Store, app, pact_states};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut port = 8081;
    let mut with_pact_states = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--port" => {
                let text = arguments.next().context("--port needs a number")?;
                port = text.parse().with_context(|| format!("`{text}` is not a port"))?;
            }
            "--pact-states" => with_pact_states = true,
            unknown => anyhow::bail!("unknown argument `{unknown}`; there are --port NUMBER and --pact-states"),
        }
    }
    let store = Store::default();
    store.put(pact_states::headphones());
    let mut routes = app(store.clone());
    if with_pact_states {
        routes = routes.merge(pact_states::routes(store));
    }
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
        .await
        .with_context(|| format!("port {port} cannot be used"))?;
    announce(&format!("listening on http://{}", listener.local_addr()?));
    axum::serve(listener, routes).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a program without a log says where it listens")]
fn announce(text: &str) {
    println!("{text}");
}
