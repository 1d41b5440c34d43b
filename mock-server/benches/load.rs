//! Stub and mock under load, beside a bare hyper server with a fixed body in the same run: requests per second, the 99th
//! percentile, and memory. Goals: more than half of what the bare server does, whatever the number of interactions, and less
//! than 20 MiB with a thousand of them.

#![expect(clippy::print_stdout, reason = "the result of the run")]

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use intact_mock_server::{MockServer, Options, StubOptions, StubServer};
use intact_pact_model::{Body, ContentType, HttpRequest, HttpResponse, Interaction, Kind, Pact};

const BODY: &str = r#"{"id":42,"name":"Wireless Headphones","price":79.99,"inStock":true}"#;
const CLIENTS: usize = 4;
const REQUESTS: usize = 5_000;

fn main() {
    // `cargo test --benches` only wants to know whether it runs.
    let requests = if std::env::args().any(|argument| argument == "--bench") { REQUESTS } else { 20 };
    let (bare, bare_p99) = load(bare_hyper(), requests, 1);
    println!("{:<28} {bare:>9.0} requests/s  p99 {bare_p99:>9.1?}", "bare hyper, fixed body");
    for interactions in [1, 100, 1000] {
        let stub = StubServer::start([pact(interactions)], StubOptions::default()).expect("a free port");
        report("stub", interactions, load(stub.address(), requests, interactions), bare);
        let mock = MockServer::start(pact(interactions), Options::default()).expect("a free port");
        report("mock", interactions, load(mock.address(), requests, interactions), bare);
        if interactions == 1000
            && let Some(memory) = resident_kib()
        {
            let mib = memory / 1024;
            println!(
                "memory of this process, with a stub and a mock of 1,000 interactions and the clients: {mib} MiB (goal: below 20, {})",
                if mib < 20 { "met" } else { "MISSED" }
            );
        }
    }
}

fn report(what: &str, interactions: usize, (rate, p99): (f64, Duration), bare: f64) {
    let name = format!("{what}, {interactions} interactions");
    println!(
        "{name:<28} {rate:>9.0} requests/s  p99 {p99:>9.1?}  {:.0} % of bare (goal: over 50 %, {})",
        100.0 * rate / bare,
        if rate * 2.0 > bare { "met" } else { "MISSED" }
    );
}

fn pact(interactions: usize) -> Pact {
    let mut pact = Pact::new("order-service", "product-service");
    for n in 0..interactions {
        let request = HttpRequest { path: format!("/products/{n}"), ..HttpRequest::default() };
        let body = Body::new(BODY, Some(ContentType::json()));
        let response = HttpResponse { body, ..HttpResponse::default() };
        pact.interactions.push(Interaction::new(format!("product {n}"), Kind::Http(request, response)));
    }
    pact
}

/// A server on a thread of its own, as ours are, that answers everything with the same bytes.
fn bare_hyper() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    listener.set_nonblocking(true).expect("the system can");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                tokio::spawn(async move {
                    let service = service_fn(|_| async {
                        Ok::<_, Infallible>(http::Response::new(Full::new(Bytes::from_static(BODY.as_bytes()))))
                    });
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
    });
    address
}

/// Requests per second and the 99th percentile, of a few clients with open connections that ask for every interaction in turn.
fn load(address: SocketAddr, requests: usize, interactions: usize) -> (f64, Duration) {
    let begun = Instant::now();
    let clients: Vec<_> =
        (0..CLIENTS).map(|_| std::thread::spawn(move || client(address, requests, interactions))).collect();
    let mut times: Vec<Duration> =
        clients.into_iter().flat_map(|client| client.join().expect("the client ends")).collect();
    let took = begun.elapsed();
    times.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let rate = times.len() as f64 / took.as_secs_f64();
    (rate, times[times.len() * 99 / 100])
}

fn client(address: SocketAddr, requests: usize, interactions: usize) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let _ = stream.set_nodelay(true);
    let mut buffer = [0; 4096];
    (0..requests)
        .map(|n| {
            let path = n * 7 % interactions;
            let begun = Instant::now();
            let request = format!("GET /products/{path} HTTP/1.1\r\nHost: bench\r\n\r\n");
            stream.write_all(request.as_bytes()).expect("the server reads");
            let mut length = 0;
            while !buffer[..length].ends_with(BODY.as_bytes()) {
                let read = stream.read(&mut buffer[length..]).expect("the server answers");
                assert!(read > 0, "unexpected answer: {}", String::from_utf8_lossy(&buffer[..length]));
                length += read;
            }
            begun.elapsed()
        })
        .collect()
}

/// What the system says of this process, where it says it in the way of Linux.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?.trim().parse().ok())
}
