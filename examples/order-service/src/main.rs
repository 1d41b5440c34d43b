//! Runs the order service: `order-service [--port 8080] [--products http://127.0.0.1:8081]`.

use anyhow::Context as _;
use order_service::{ProductClient, app};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut port = 8080;
    let mut products = "http://127.0.0.1:8081".to_owned();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--port" => {
                let text = value()?;
                port = text.parse().with_context(|| format!("`{text}` is not a port"))?;
            }
            "--products" => products = value()?,
            unknown => anyhow::bail!("unknown argument `{unknown}`; there are --port NUMBER and --products URL"),
        }
    }
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
        .await
        .with_context(|| format!("port {port} cannot be used"))?;
    announce(&format!("listening on http://{}, products from {products}", listener.local_addr()?));
    axum::serve(listener, app(ProductClient::new(products.trim_end_matches('/')))).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a program without a log says where it listens")]
fn announce(text: &str) {
    println!("{text}");
}
