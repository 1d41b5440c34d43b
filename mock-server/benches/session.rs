//! What a mock server costs a test, by the number of interactions: to start it, to call it, to finish; what an unexpected request
//! costs, which is compared with all of them; and how much memory it takes when nobody calls. Goals are printed with what was
//! measured, beside a bare hyper server with a fixed body in the same run.
//!
//! Memory is that of a process of its own: this binary, told by an environment variable how many interactions to load.

#![expect(clippy::print_stdout, reason = "the result of the run")]

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use intact_mock_server::{MockServer, Options};
use intact_pact_model::{Body, ContentType, HttpRequest, HttpResponse, Interaction, Kind, Pact};

const BODY: &str = r#"{"id":42,"name":"Wireless Headphones","price":79.99,"inStock":true}"#;
/// How many interactions a process shall load whose memory is wanted.
const LOADED: &str = "INTACT_BENCH_LOADED";

fn main() {
    if let Some(count) = std::env::var(LOADED).ok().and_then(|count| count.parse().ok()) {
        let server = MockServer::start(pact(count), Options::default()).expect("a free port");
        request(&mut connect(server.address()), "/products/0");
        println!("{}", resident_kib().unwrap_or_default());
        return;
    }
    // `cargo test --benches` only wants to know whether it runs.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { 2_000 } else { 5 };
    let mut bare = connect(bare_hyper());
    let bare = best(5, || mean(rounds, || request(&mut bare, "/products/0")));
    println!("{:<60} {bare:>9.1?}", "bare hyper, a request on an open connection");
    let mut few = Duration::ZERO;
    for interactions in [1, 100, 1000] {
        println!("{interactions} interactions");
        let pact = pact(interactions);
        let cycle = best(3, || mean(rounds / 20 + 1, || cycle(&pact)));
        println!("  {:<58} {cycle:>9.1?}", "start, one request, finish");
        let server = MockServer::start(Arc::clone(&pact), Options::default()).expect("a free port");
        let mut stream = connect(server.address());
        let mut n = 0;
        let expected = best(5, || {
            mean(rounds, || {
                n += 7;
                request(&mut stream, &format!("/products/{}", n % interactions));
            })
        });
        few = if interactions == 1 { expected } else { few };
        let goals = [
            goal("less than twice the bare server's", expected < bare * 2),
            goal("flat: at most half more than with one", expected * 2 <= few * 3),
        ];
        println!("  {:<58} {expected:>9.1?}   {}", "a request on an open connection", goals.join("; "));
        let unexpected = mean(rounds.min(200), || request(&mut stream, "/elsewhere"));
        println!("  {:<58} {unexpected:>9.1?}", "an unexpected request, compared with all");
        if let Some(memory) = memory(interactions) {
            let goal = goal("below 20 MiB", memory < 20 * 1024);
            println!("  {:<58} {memory:>6} KiB   {goal}", "memory of a process with such a server");
        }
    }
}

fn goal(goal: &str, is_met: bool) -> String {
    format!("goal: {goal}, {}", if is_met { "met" } else { "MISSED" })
}

fn pact(interactions: usize) -> Arc<Pact> {
    let mut pact = Pact::new("order-service", "product-service");
    for n in 0..interactions {
        let request = HttpRequest { path: format!("/products/{n}"), ..HttpRequest::default() };
        let body = Body::new(BODY, Some(ContentType::json()));
        let response = HttpResponse { body, ..HttpResponse::default() };
        pact.interactions.push(Interaction::new(format!("product {n}"), Kind::Http(request, response)));
    }
    Arc::new(pact)
}

fn cycle(pact: &Arc<Pact>) {
    let server = MockServer::start(Arc::clone(pact), Options::default()).expect("a free port");
    request(&mut connect(server.address()), "/products/0");
    server.finish_blocking();
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    let _ = stream.set_nodelay(true);
    stream
}

/// Reads the answer to the end of the body: what the head says of its length, and that much more.
fn request(stream: &mut TcpStream, path: &str) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n").expect("the server reads");
    let mut answer = Vec::with_capacity(4096);
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).expect("the server answers");
        assert!(read > 0, "unexpected end: {}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or_default() {
                return;
            }
        }
    }
}

/// The best of several measurements: the others were disturbed.
fn best(times: usize, mut measure: impl FnMut() -> Duration) -> Duration {
    (0..times).map(|_| measure()).min().unwrap_or_default()
}

fn mean(times: usize, mut run: impl FnMut()) -> Duration {
    let begun = Instant::now();
    (0..times).for_each(|_| run());
    begun.elapsed() / u32::try_from(times).unwrap_or(u32::MAX)
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

/// What a process takes that has loaded so many interactions, in KiB.
fn memory(interactions: usize) -> Option<u64> {
    let process = Command::new(std::env::current_exe().ok()?).env(LOADED, interactions.to_string()).output().ok()?;
    String::from_utf8_lossy(&process.stdout).trim().parse().ok().filter(|kib| *kib > 0)
}

/// What the system says of this process, where it says it in the way of Linux.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?.trim().parse().ok())
}
