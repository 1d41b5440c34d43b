//! The stand-alone servers.

use crate::http::{exchange, port_of};
use crate::support::Workspace;

fn contract() -> String {
    intact_tests::repository().join("examples/pacts/order-service-product-service.json").display().to_string()
}

#[test]
fn the_stub_serves_what_the_contract_promises() {
    let workspace = Workspace::new();
    let stub = workspace.start(["stub", "--file", &contract(), "--port", "0"]);

    let found = exchange(&port_of(&stub.url), "GET /products/42", &[]);
    let unknown = exchange(&port_of(&stub.url), "GET /nothing", &[]);

    assert!(found.starts_with("HTTP/1.1 200 OK") && found.contains("Wireless Headphones"), "{found}");
    assert!(unknown.starts_with("HTTP/1.1 404 Not Found"), "{unknown}");
}

#[cfg(unix)]
#[test]
fn the_mock_says_at_its_end_what_never_came() {
    let workspace = Workspace::new();
    let mock = workspace.start(["mock", "--file", &contract(), "--port", "0"]);
    exchange(&port_of(&mock.url), "GET /products/42", &[]);

    let output = mock.interrupt().expect_code(1);

    assert!(output.stdout.contains("a request for the products in stock"), "{output:?}");
}

#[cfg(unix)]
#[test]
fn why_the_stub_has_no_answer_to_head_is_in_its_log() {
    let workspace = Workspace::new();
    let stub = workspace.start(["stub", "--file", &contract(), "--port", "0", "--loglevel", "info"]);

    let answer = exchange(&port_of(&stub.url), "HEAD /nothing", &[]);

    assert!(answer.starts_with("HTTP/1.1 404 Not Found") && answer.ends_with("\r\n\r\n"), "{answer}");
    let log = stub.interrupt().stderr;
    assert!(log.contains("no interaction answers the request: HEAD /nothing is not \"a request for "), "{log}");
}
