//! What the mock server answers when a request is as expected.

use insta::assert_snapshot;
use intact_mock_server::{MockServer, Options};
use intact_pact_model::{Generator, Interaction, Kind, MessagePart};

use crate::support::{With as _, call, expecting, pact, start, status};

#[test]
fn an_expected_request_gets_the_contracts_response() {
    let server = start([expecting("a product", "GET /products/42?full", 200).answering_json(r#"{"id":"42"}"#)]);

    let answer = call(server.address(), "GET /products/42?full=\nOrigin: http://shop.example");

    assert_snapshot!(answer, @r#"
    HTTP/1.1 200 OK
    content-type: application/json
    access-control-allow-origin: http://shop.example
    access-control-allow-headers: *
    access-control-allow-methods: GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH
    access-control-expose-headers: Location, Link
    access-control-allow-credentials: true
    connection: close
    content-length: 11

    {"id":"42"}
    "#);
    assert_snapshot!(server.finish_blocking(), @"order-service used product-service as their contract says");
}

#[test]
fn headers_of_the_contract_are_neither_repeated_nor_overruled() {
    let server = start([expecting("a page", "GET /", 200)
        .answering_json("{}")
        .answering_header("Access-Control-Allow-Origin", "http://one.example")
        .answering_header("Content-Type", "application/hal+json")
        .answering_header("Set-Cookie", "a=1")
        .answering_header("Set-Cookie", "b=2")
        .answering_header("Content-Length", "999")
        .answering_header("Transfer-Encoding", "chunked")]);

    let answer = call(server.address(), "GET /\nOrigin: http://two.example");

    let count = |line: &str| answer.lines().filter(|own| own.starts_with(line)).count();
    assert_eq!(count("access-control-allow-origin: http://one.example"), 1);
    assert_eq!(count("access-control-allow-origin"), 1);
    assert_eq!(count("content-type: application/hal+json"), 1);
    assert_eq!((count("content-type"), count("set-cookie")), (1, 2));
    assert_eq!((count("content-length: 2"), count("content-length"), count("transfer-encoding")), (1, 1, 0));
}

/// A request has one type (RFC 9110 §8.3). Where a broken client sends two, the first says what the body is, as in most servers; a
/// contract that names the header wants one.
#[test]
fn of_two_content_types_the_first_counts_unless_the_contract_names_the_header() {
    let server = start([
        expecting("any type", "POST /any", 201).expecting_json("[1]"),
        expecting("this type", "POST /this", 202)
            .expecting_json("[1]")
            .expecting_header("Content-Type", "application/json"),
    ]);
    let status_of = |path: &str, types: [&str; 2]| {
        let lines = types.map(|content_type| format!("Content-Type: {content_type}\n")).concat();
        status(&call(server.address(), &format!("POST {path}\n{lines}\n[1]")))
    };
    let [json, text] = ["application/json", "text/plain"];
    assert_eq!([[json, json], [json, text], [text, json]].map(|types| status_of("/any", types)), [201, 201, 500]);
    assert_eq!([[json, json], [json, text], [text, json]].map(|types| status_of("/this", types)), [500; 3]);
}

#[test]
fn a_full_match_beats_a_partial_one_that_has_more_in_common() {
    let many_headers = expecting("with headers", "GET /", 201)
        .expecting_header("A", "1")
        .expecting_header("B", "2")
        .expecting_header("C", "3");
    let server = start([many_headers, expecting("plain", "GET /", 202)]);

    assert_eq!(status(&call(server.address(), "GET /\nA: 1\nB: 2\nC: 4")), 202);
    assert_eq!(status(&call(server.address(), "GET /\nA: 1\nB: 2\nC: 3")), 201, "the more exact of two full matches");
}

#[test]
fn the_first_of_equal_interactions_answers_and_stands_for_both() {
    let server = start([expecting("first", "GET /", 201), expecting("second", "GET /", 202)]);

    assert_eq!(status(&call(server.address(), "GET /")), 201);

    let outcome = server.finish_blocking();
    assert!(outcome.is_satisfied());
    assert_eq!(outcome.matched.len(), 1);
}

#[test]
fn interactions_may_be_used_in_any_order_and_any_number_of_times() {
    let server = start([expecting("one", "GET /one", 200), expecting("two", "POST /two", 204)]);
    for request in ["POST /two", "GET /one", "POST /two"] {
        call(server.address(), request);
    }
    let outcome = server.finish_blocking();
    let times: Vec<_> =
        outcome.matched.iter().map(|matched| (matched.interaction.description.as_str(), matched.times)).collect();
    assert_eq!(times, [("one", 1), ("two", 2)]);
    assert!(outcome.is_satisfied());
    assert_eq!(outcome.requests, 3);
}

#[test]
fn links_in_the_response_lead_to_the_mock_server() {
    let example = r#"{"href":"http://localhost:1234/orders/7"}"#;
    let server = start([expecting("an order", "GET /", 200).answering_json(example).with_response(|response| {
        let link = Generator::named("MockServerURL")
            .with("example", "http://localhost:1234/orders/7")
            .with("regex", ".*(/orders/\\d+)$");
        response.generators.body.insert("$.href".to_owned(), link);
    })]);
    let answer = call(server.address(), "GET /");
    assert!(answer.ends_with(&format!(r#"{{"href":"{}/orders/7"}}"#, server.url())), "{answer}");
}

#[test]
fn a_browsers_preflight_is_answered_if_wanted_and_never_held_against_the_test() {
    let expected = || pact([expecting("an order", "POST /orders", 201)]);
    let preflight = "OPTIONS /orders\nOrigin: http://shop.example\nAccess-Control-Request-Headers: X-Id, X-Trace";

    let server = MockServer::start(expected(), Options::default().cors_preflight(true)).unwrap();
    assert_snapshot!(call(server.address(), preflight), @r#"
    HTTP/1.1 204 No Content
    access-control-allow-headers: X-Id, X-Trace, *
    access-control-allow-origin: http://shop.example
    access-control-allow-methods: GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH
    access-control-expose-headers: Location, Link
    access-control-allow-credentials: true
    connection: close
    "#);
    call(server.address(), "POST /orders");
    assert!(server.finish_blocking().is_satisfied());

    let server = MockServer::start(expected(), Options::default()).unwrap();
    assert_eq!(status(&call(server.address(), preflight)), 500);
    call(server.address(), "POST /orders");
    assert!(server.finish_blocking().is_satisfied());
}

#[test]
fn an_expected_options_request_wins_over_the_preflight() {
    let server = MockServer::start(
        pact([expecting("options", "OPTIONS /orders", 200)]),
        Options::default().cors_preflight(true),
    )
    .unwrap();
    assert_eq!(status(&call(server.address(), "OPTIONS /orders")), 200);
    assert!(server.finish_blocking().is_satisfied());
}

#[test]
fn responses_without_a_body_are_sent_without_one() {
    let head = expecting("head", "HEAD /file", 200).answering_header("Content-Length", "1234");
    let server = start([head, expecting("gone", "DELETE /file", 204)]);
    assert!(call(server.address(), "HEAD /file").contains("content-length: 1234"));
    assert_eq!(status(&call(server.address(), "DELETE /file")), 204);
}

#[test]
fn a_response_that_http_cannot_carry_is_explained() {
    let server = start([
        expecting("odd status", "GET /status", 99),
        expecting("odd header", "GET /header", 200).answering_header("X Y", "1"),
    ]);
    let answer = call(server.address(), "GET /status");
    assert!(
        answer.contains(r#"the response of \"odd status\" cannot be sent: the status 99 cannot be sent"#),
        "{answer}"
    );
    let answer = call(server.address(), "GET /header");
    assert!(answer.contains("the header `X Y` cannot be sent"), "{answer}");
    let outcome = server.finish_blocking();
    assert!(!outcome.is_satisfied(), "a contract that nobody can keep must not be written");
    assert_snapshot!(outcome, @r#"
    order-service did not use product-service as their contract says

      ✗ the response of "odd status" cannot be sent: the status 99 cannot be sent

      ✗ the response of "odd header" cannot be sent: the header `X Y` cannot be sent: its name or value has characters that HTTP does not allow
    "#);
}

#[test]
fn messages_play_no_role() {
    let message = Interaction::new("an event", Kind::AsyncMessage(MessagePart::default()));
    let server = start([message]);
    assert!(server.finish_blocking().is_satisfied());
}
