//! A broker and nothing else: `cargo run --example serve -- sqlite://broker.db 127.0.0.1:9292`.
//!
//! The `intact broker` command is the one to use; this shows how little is needed to embed a broker.

use intact_broker::{Broker, Config};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let database = arguments.next().unwrap_or_else(|| "sqlite://broker.db".to_owned());
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:9292".to_owned());

    let broker = Broker::open(Config::new(database.parse()?)).await?;
    let listener = TcpListener::bind(&address).await?;
    let interrupted = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    broker.serve(listener, interrupted).await?;
    Ok(())
}
