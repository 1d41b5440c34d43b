//! Answers that HTTP allows no body: those to `HEAD`, 204 and 304.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use intact_mock_server::{ControlOptions, ControlServer, MockServer, Options, StubOptions, StubServer};
use intact_pact_model::{Interaction, Pact};

use crate::support::{With as _, call, expecting, http_client, pact, send, start, status};

/// Status, `Content-Length` and body of an answer.
type Seen = (u16, Option<u64>, String);

fn over_http_1(address: SocketAddr, request: &str) -> Seen {
    let answer = call(address, request);
    let (head, body) = answer.split_once("\n\n").unwrap_or((&answer, ""));
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    (status(&answer), length.map(|length| length.parse().expect("a number")), body.to_owned())
}

async fn over_http_2(client: &reqwest::Client, address: SocketAddr, request: &str) -> Seen {
    let (method, path) = request.split_once(' ').expect("method and path");
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
    let response = client.request(method, format!("http://{address}{path}")).send().await.expect(request);
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    let length = response.headers().get("content-length").map(|length| length.to_str().unwrap().parse().unwrap());
    let status = response.status().as_u16();
    // A body that is not allowed is an error of the protocol.
    (status, length, response.text().await.unwrap_or_else(|error| panic!("{request}: {error:?}")))
}

/// Request, status, length and body of the contract, and the length that is sent.
type Row = (&'static str, u16, Option<&'static str>, &'static str, Option<u64>);

#[rustfmt::skip] // A table.
const ANSWERS: &[Row] = &[
    ("HEAD /both",       200, Some("1000"), "[1]",  Some(1000)),
    ("HEAD /length",     200, Some("1000"), "",     Some(1000)),
    ("HEAD /body",       200, None,         "[12]", Some(4)),
    ("HEAD /neither",    200, None,         "",     None),
    ("HEAD /nothing",    204, Some("1000"), "[1]",  None),
    ("HEAD /same",       304, Some("1000"), "[1]",  Some(1000)),
    ("GET /nothing",     204, Some("1000"), "[1]",  None),
    ("GET /same",        304, Some("1000"), "[1]",  Some(1000)),
    ("GET /same/length", 304, Some("1000"), "",     Some(1000)),
    ("GET /same/empty",  304, Some("0"),    "",     Some(0)),
    ("GET /same/body",   304, None,         "[1]",  None),
];

/// The table, and an answer with a body, whose length is left to the server.
fn contract() -> Pact {
    let usual: Row = ("GET /usual", 200, Some("1000"), "[1]", Some(3));
    let interaction = |&(request, status, length, body, _): &Row| -> Interaction {
        let interaction = expecting(request, request, status);
        let interaction = if body.is_empty() { interaction } else { interaction.answering_json(body) };
        match length {
            Some(length) => interaction.answering_header("Content-Length", length),
            None => interaction,
        }
    };
    pact(ANSWERS.iter().chain([&usual]).map(interaction))
}

async fn answers_of(address: SocketAddr, refusal: u16) {
    let client = http_client(reqwest::ClientBuilder::http2_prior_knowledge);
    let usual = (200, Some(3), "[1]".to_owned());
    for &(request, status, _, _, length) in ANSWERS {
        let expected = (status, length, String::new());
        assert_eq!(over_http_1(address, request), expected, "{request} over HTTP/1.1");
        assert_eq!(over_http_2(&client, address, request).await, expected, "{request} over HTTP/2");
        assert_eq!(over_http_2(&client, address, "GET /usual").await, usual, "after {request}");
    }
    // What we say of our own accord is as long as it would be, and not sent either.
    let unexpected = over_http_1(address, "HEAD /unexpected");
    assert!(unexpected.0 == refusal && unexpected.1 > Some(100) && unexpected.2.is_empty(), "{unexpected:?}");
    assert_eq!(over_http_2(&client, address, "HEAD /unexpected").await.0, refusal);
    assert_eq!(over_http_2(&client, address, "GET /usual").await, usual, "after a refusal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mock_server_sends_none_and_keeps_the_length_that_the_contract_states() {
    let server = MockServer::start(contract(), Options::default()).expect("a free port");
    answers_of(server.address(), 500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stub_server_sends_none_and_keeps_the_length_that_the_contract_states() {
    let server = StubServer::start([contract()], StubOptions::default()).expect("a free port");
    answers_of(server.address(), 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_server_sends_none_to_head() {
    let control = ControlServer::start(ControlOptions::default()).expect("a free port");
    let client = http_client(reqwest::ClientBuilder::http2_prior_knowledge);
    let list = r#"{"mockServers":[]}"#.to_owned();
    let length = Some(18);
    assert_eq!(over_http_2(&client, control.address(), "HEAD /").await, (200, length, String::new()));
    assert_eq!(over_http_2(&client, control.address(), "GET /").await, (200, length, list));
}

#[test]
fn the_next_request_on_the_same_connection_is_answered() {
    let server = MockServer::start(contract(), Options::default()).expect("a free port");
    for path in ["HEAD /both", "HEAD /unexpected", "GET /nothing", "GET /same"] {
        let requests = format!(
            "{path} HTTP/1.1\r\nHost: test\r\n\r\nGET /usual HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
        );
        let answers = send(server.address(), requests.as_bytes());
        let (_, second) = answers.split_once("\n\n").expect("two answers");
        assert!(second.starts_with("HTTP/1.1 200 OK\n") && second.ends_with("\n\n[1]"), "{path}: {answers}");
    }
}

#[test]
fn what_is_wrong_with_a_head_request_is_told_where_no_body_can_tell_it() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = {
        let told = Arc::clone(&told);
        move |reason: &str| told.lock().unwrap().push(reason.to_owned())
    };
    let expected = expecting("a look", "HEAD /products", 200).expecting_header("X-Id", "1");
    let server = MockServer::start(pact([expected]), Options::default().on_refusal(tell)).expect("a free port");
    assert_eq!(over_http_1(server.address(), "HEAD /products\nX-Id: 2").2, "");
    let said = told.lock().unwrap().join("\n");
    assert!(said.contains("header X-Id: Expected header 'X-Id' to have value '1' but was '2'"), "{said}");
    let outcome = server.finish_blocking();
    assert_eq!(outcome.mismatches.len(), 1);
    assert!(outcome.to_string().contains("HEAD /products came, but not as \"a look\" expects it"), "{outcome}");
}

#[test]
fn a_length_that_is_none_is_not_sent() {
    for lengths in [&["+5"][..], &["-1"], &["long"], &[""], &["5", "6"], &["99999999999999999999"]] {
        let odd = expecting("odd", "HEAD /", 200).with_response(|response| {
            response.headers.append("Content-Length", lengths.iter().map(ToString::to_string));
        });
        let server = start([odd]);
        assert_eq!(status(&call(server.address(), "HEAD /")), 500, "{lengths:?}");
        let outcome = server.finish_blocking();
        let reason = format!("the header `Content-Length` cannot be sent: `{}` is no length", lengths.join(", "));
        assert!(outcome.unsendable.iter().any(|said| said.contains(&reason)), "{outcome:?}");
    }
}
