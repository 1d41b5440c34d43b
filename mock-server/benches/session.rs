//! What a mock server costs a test: start it, call it once, finish.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use intact_mock_server::{MockServer, Options};
use intact_pact_model::{HttpRequest, HttpResponse, Interaction, Kind, Pact};

fn main() {
    divan::main();
}

fn pact(interactions: usize) -> Arc<Pact> {
    let mut pact = Pact::new("order-service", "product-service");
    for n in 0..interactions {
        let request = HttpRequest { path: format!("/products/{n}"), ..HttpRequest::default() };
        pact.interactions.push(Interaction::new(format!("product {n}"), Kind::Http(request, HttpResponse::default())));
    }
    Arc::new(pact)
}

#[divan::bench(args = [1, 100])]
fn start_one_request_finish(bencher: divan::Bencher<'_, '_>, interactions: usize) {
    let pact = pact(interactions);
    bencher.bench_local(|| {
        let server = MockServer::start(Arc::clone(&pact), Options::default()).expect("a free port");
        let mut stream = TcpStream::connect(server.address()).expect("the server listens");
        stream
            .write_all(b"GET /products/0 HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
            .expect("the server reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the server answers");
        server.finish_blocking()
    });
}

#[divan::bench]
fn request_on_an_open_connection(bencher: divan::Bencher<'_, '_>) {
    let server = MockServer::start(pact(1), Options::default()).expect("a free port");
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    let mut answer = [0; 4096];
    bencher.bench_local(|| {
        stream.write_all(b"GET /products/0 HTTP/1.1\r\nHost: bench\r\n\r\n").expect("the server reads");
        stream.read(&mut answer).expect("the server answers")
    });
}
