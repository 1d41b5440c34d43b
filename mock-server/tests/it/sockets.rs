//! Connections: many, slow, broken, and of both versions of HTTP.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use intact_mock_server::{MockServer, Options};
use proptest::prelude::*;

use crate::support::{With as _, call, expecting, http_client, pact, send, start, status};

#[tokio::test(flavor = "current_thread")]
async fn a_blocking_client_gets_its_answer_inside_a_current_thread_runtime() {
    let server = start([expecting("one", "GET /", 204)]);
    assert_eq!(status(&call(server.address(), "GET /")), 204);
    assert!(server.finish().await.is_satisfied());
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_is_understood_without_negotiation() {
    let server = start([expecting("one", "POST /", 201).expecting_json("[1]").answering_json("[2]")]);
    let client = http_client(reqwest::ClientBuilder::http2_prior_knowledge);
    let request = client.post(server.url()).header("Content-Type", "application/json").body("[1]");
    let response = request.send().await.unwrap();
    assert_eq!((response.version(), response.status().as_u16()), (reqwest::Version::HTTP_2, 201));
    assert_eq!(response.text().await.unwrap(), "[2]");
    assert!(server.finish().await.is_satisfied());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_at_once_are_all_answered_and_counted() {
    let server = start([expecting("one", "GET /one", 200).answering_json("[1]"), expecting("two", "GET /two", 200)]);
    let client = http_client(|client| client);
    let calls: Vec<_> = (0..1000)
        .map(|n| {
            let request = client.get(format!("{}/{}", server.url(), if n % 4 == 0 { "two" } else { "one" }));
            tokio::spawn(
                async move { request.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap() },
            )
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let outcome = server.finish().await;
    assert!(outcome.is_satisfied());
    assert_eq!(outcome.matched.iter().map(|matched| matched.times).collect::<Vec<_>>(), [750, 250]);
}

#[test]
fn servers_of_parallel_tests_do_not_meet() {
    std::thread::scope(|scope| {
        for n in 200_u16..232 {
            scope.spawn(move || {
                let server = start([expecting("one", &format!("GET /{n}"), n)]);
                assert_eq!(status(&call(server.address(), &format!("GET /{n}"))), n);
                assert!(server.finish_blocking().is_satisfied());
            });
        }
    });
}

#[test]
fn a_server_may_be_shared_by_threads() {
    let server = start([expecting("one", "GET /", 204)]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(status(&call(server.address(), "GET /")), 204));
        }
    });
    assert_eq!(server.finish_blocking().matched[0].times, 4);
}

#[test]
fn a_dropped_server_frees_its_port() {
    for _ in 0..20 {
        let server = start([expecting("one", "GET /", 200)]);
        let address = server.address();
        // A connection that is kept open must not hold the port.
        let idle = TcpStream::connect(address).unwrap();
        drop(server);
        TcpListener::bind(address).unwrap();
        drop(idle);
    }
}

#[tokio::test]
async fn a_finished_server_frees_its_port_too() {
    let server = start([]);
    let address = server.address();
    let kept_alive = TcpStream::connect(address).unwrap();
    server.finish().await;
    let again = MockServer::start(pact([]), Options::default().port(address.port())).unwrap();
    assert_eq!(again.port(), address.port());
    drop(kept_alive);
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = MockServer::start(pact([]), Options::default().port(port)).unwrap_err();
    let text = error.to_string().replace(&port.to_string(), "PORT");
    insta::assert_snapshot!(text, @"cannot listen on 127.0.0.1:PORT: Address already in use (os error 98)");
}

#[test]
fn a_body_beyond_the_limit_is_refused() {
    let server = MockServer::start(pact([expecting("one", "POST /", 200)]), Options::default().body_limit(10)).unwrap();
    let answer = call(server.address(), "POST /\n\n12345678901");
    assert_eq!(status(&answer), 413);
    let outcome = server.finish_blocking();
    assert_eq!(outcome.unreadable, ["POST /: the body is larger than the limit of 10 bytes"]);
    assert!(!outcome.is_satisfied());
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for_without_end() {
    let options = Options::default().read_timeout(Duration::from_millis(50));
    let server = MockServer::start(pact([expecting("one", "POST /", 200)]), options).unwrap();
    let answer = send(server.address(), b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n12345");
    assert_eq!(status(&answer), 408);
    assert_eq!(server.finish_blocking().unreadable, ["POST /: the body did not arrive within 0.05 seconds"]);
}

#[test]
fn a_head_that_does_not_come_ends_the_connection() {
    let options = Options::default().read_timeout(Duration::from_millis(50));
    let server = MockServer::start(pact([]), options).unwrap();
    let answer = send(server.address(), b"POST / HTTP/1.1\r\nHost: te");
    assert!(answer.is_empty() || status(&answer) == 408, "{answer}");
    assert!(server.finish_blocking().is_satisfied());
}

#[test]
fn what_is_no_text_or_no_http_is_refused() {
    let server = start([]);
    let answer = send(server.address(), b"GET / HTTP/1.1\r\nHost: test\r\nX-Name: \xff\r\nConnection: close\r\n\r\n");
    assert_eq!(status(&answer), 500);
    assert!(answer.ends_with("GET /: the value of the header `x-name` is not UTF-8 text"), "{answer}");
    assert_eq!(status(&send(server.address(), b"\x16\x03\x01 no TLS here\r\n\r\n")), 400);
    assert_eq!(server.finish_blocking().unreadable.len(), 1);
}

#[test]
fn a_body_compressed_for_the_way_is_unpacked() {
    let expected = || pact([expecting("one", "POST /", 201).expecting_json("[1]")]);
    let head = "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n";
    let post = |server: &MockServer, body: &[u8]| {
        let mut request = format!("{head}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        request.extend(body);
        send(server.address(), &request)
    };
    let server = MockServer::start(expected(), Options::default()).unwrap();
    assert_eq!(status(&post(&server, &gzipped(b"[1]"))), 201);
    assert!(post(&server, b"\x1f\x8bbroken").contains("the body could not be unpacked"));

    let server = MockServer::start(expected(), Options::default().body_limit(1000)).unwrap();
    let bomb = gzipped(&vec![b' '; 100_000]);
    assert!(bomb.len() < 1000);
    assert!(post(&server, &bomb).contains("the unpacked body is larger than the limit of 1000 bytes"));
}

#[test]
fn a_body_that_the_contract_has_compressed_is_compared_as_it_is() {
    let file = gzipped(b"a file");
    let body = intact_pact_model::Body::new(file.clone(), intact_pact_model::ContentType::parse("application/gzip"));
    let server = start([expecting("one", "POST /", 201).with_request(|request| request.body = body)]);
    let mut request = format!(
        "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/gzip\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        file.len()
    )
    .into_bytes();
    request.extend(&file);
    assert_eq!(status(&send(server.address(), &request)), 201);
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// So many cases, unless `PROPTEST_CASES` asks for a number.
fn cases(usually: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { usual } else { ProptestConfig { cases: usually, ..usual } }
}

proptest! {
    #![proptest_config(cases(64))]
    #[test]
    fn no_bytes_bring_the_server_down(head in "[A-Z]{0,7} ?[ -~]{0,30}( HTTP/1.1)?", rest in proptest::collection::vec(any::<u8>(), 0..200)) {
        let server = start([expecting("one", "GET /", 204)]);
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(b"\r\n")).and_then(|()| stream.write_all(&rest)).ok();
        stream.shutdown(std::net::Shutdown::Write).ok();
        prop_assert_eq!(status(&call(server.address(), "GET /")), 204);
    }
}

#[test]
fn a_client_that_hangs_up_does_no_harm() {
    let server = start([expecting("one", "GET /", 200)]);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n12345").unwrap();
    drop(stream);
    assert_eq!(status(&call(server.address(), "GET /")), 200);
}

#[test]
fn a_connection_serves_one_request_without_keep_alive() {
    let options = Options::default().keep_alive(false);
    let server = MockServer::start(pact([expecting("one", "GET /", 204)]), options).unwrap();
    // The client does not ask for it, and still the connection ends: `send` reads to its end.
    let answer = send(server.address(), b"GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    assert!(answer.contains("connection: close"), "{answer}");
}

#[test]
fn all_addresses_are_shown_as_the_local_one() {
    let options = Options::default().host(SocketAddr::from(([0, 0, 0, 0], 0)).ip());
    let server = MockServer::start(pact([]), options).unwrap();
    assert_eq!(server.url(), format!("http://127.0.0.1:{}", server.port()));
}

#[cfg(feature = "tls")]
#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_with_a_certificate_made_on_the_spot_and_both_versions_of_http() {
    let identity = intact_mock_server::TlsIdentity::generate().unwrap();
    let options = Options::default().tls(identity.clone());
    let server = MockServer::start(pact([expecting("one", "GET /", 204)]), options).unwrap();
    assert!(server.url().starts_with("https://127.0.0.1:"));
    for only_http_1 in [false, true] {
        let client = crate::support::https_client(identity.certificate_pem(), only_http_1);
        let response = client.get(server.url()).send().await.unwrap();
        let version = if only_http_1 { reqwest::Version::HTTP_11 } else { reqwest::Version::HTTP_2 };
        assert_eq!((response.status().as_u16(), response.version()), (204, version));
    }
    // Whoever speaks without TLS gets nothing, and is no reason to wait at the end.
    let _silent = TcpStream::connect(server.address()).unwrap();
    let _ = send(server.address(), b"GET / HTTP/1.1\r\n\r\n");
    let outcome = server.finish().await;
    assert!(outcome.is_satisfied());
    assert_eq!((outcome.matched[0].times, outcome.not_http, outcome.failed_handshakes.len()), (2, 0, 1));
}

#[cfg(feature = "tls")]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_trust_the_certificate_is_told_apart_from_no_request() {
    let identity = intact_mock_server::TlsIdentity::generate().unwrap();
    let stranger = intact_mock_server::TlsIdentity::generate().unwrap();
    let server = MockServer::start(pact([expecting("one", "GET /", 204)]), Options::default().tls(identity)).unwrap();
    let client = crate::support::https_client(stranger.certificate_pem(), true);
    assert!(client.get(server.url()).send().await.is_err());
    // The client knows before the server does.
    while server.outcome().failed_handshakes.is_empty() {
        tokio::task::yield_now().await;
    }
    let text = server.finish().await.to_string();
    assert!(
        text.contains(
            "no request came at all: a client and the server could not agree on TLS:\n        received fatal alert: "
        ),
        "{text}"
    );
    assert!(text.ends_with("does the client use `https`, and trust the server's certificate?"), "{text}");
}

#[test]
fn bodies_at_the_same_time_have_a_limit_together() {
    let options = Options::default().total_body_limit(1_000);
    let server = MockServer::start(pact([expecting("one", "POST /", 204)]), options).unwrap();
    let post = |stream: &mut TcpStream, sent: usize| {
        let head = "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 700\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&vec![b'x'; sent]).unwrap();
    };
    let answer = |stream: &mut TcpStream| {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let mut refused = 0;
    let mut begun = TcpStream::connect(server.address()).unwrap();
    post(&mut begun, 600);
    // How soon the server reads what the first has sent is its own business.
    while refused == 0 {
        let mut second = TcpStream::connect(server.address()).unwrap();
        post(&mut second, 700);
        let answer = answer(&mut second);
        if answer.starts_with("HTTP/1.1 503") {
            assert!(
                answer.contains("POST /: the bodies of all requests at once are larger than the limit of 1000 bytes")
            );
            refused += 1;
        }
    }
    begun.write_all(&[b'x'; 100]).unwrap();
    assert!(answer(&mut begun).starts_with("HTTP/1.1 204"), "there is room for one");
    let mut third = TcpStream::connect(server.address()).unwrap();
    post(&mut third, 700);
    assert!(answer(&mut third).starts_with("HTTP/1.1 204"), "and for the next when it is gone");
    assert_eq!(server.finish_blocking().unreadable.len(), 1);
}

#[test]
fn what_is_remembered_of_requests_has_a_limit() {
    let server = start([expecting("one", "GET /", 204)]);
    let long = "x".repeat(60_000);
    for n in 0..400 {
        let answer = call(server.address(), &format!("GET /{n}/{long}\nX-Long: {long}"));
        assert!(answer.starts_with("HTTP/1.1 500"), "{}", &answer[..100]);
    }
    let outcome = server.finish_blocking();
    assert_eq!((outcome.requests, outcome.unexpected.len() + outcome.not_listed), (400, 400));
    assert!((50..200).contains(&outcome.unexpected.len()), "{}", outcome.unexpected.len());
    assert!(outcome.requests_by_path.len() < 400);
    assert!(outcome.to_string().contains("more requests that went wrong"));
}

#[cfg(feature = "tls")]
#[test]
fn a_certificate_with_another_key_is_refused() {
    use intact_mock_server::TlsIdentity;
    let one = TlsIdentity::generate().unwrap();
    assert!(TlsIdentity::from_pem(one.certificate_pem(), "no key").is_err());
    assert!(TlsIdentity::from_pem("no certificate", "no key").is_err());
}
