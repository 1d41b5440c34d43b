//! The stand-alone servers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::support::{RunningServer, Workspace};

/// Sends a request as bytes and gives the whole answer.
fn exchange(server: &RunningServer, request_line: &str) -> String {
    let address = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let request = format!("{request_line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the request can be sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is text");
    answer
}

fn contract() -> String {
    intact_tests::repository().join("examples/pacts/order-service-product-service.json").display().to_string()
}

#[test]
fn the_stub_serves_what_the_contract_promises() {
    let workspace = Workspace::new();
    let stub = workspace.start(["stub", "--file", &contract(), "--port", "0"]);

    let found = exchange(&stub, "GET /products/42");
    let unknown = exchange(&stub, "GET /nothing");

    assert!(found.starts_with("HTTP/1.1 200 OK") && found.contains("Wireless Headphones"), "{found}");
    assert!(unknown.starts_with("HTTP/1.1 404 Not Found"), "{unknown}");
}

#[cfg(unix)]
#[test]
fn the_mock_says_at_its_end_what_never_came() {
    let workspace = Workspace::new();
    let mock = workspace.start(["mock", "--file", &contract(), "--port", "0"]);
    exchange(&mock, "GET /products/42");

    let output = mock.interrupt().expect_code(1);

    assert!(output.stdout.contains("a request for the products in stock"), "{output:?}");
}
