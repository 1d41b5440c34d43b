use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::testing::{TestBroker, on_every_database, on_every_database_with};

async fn exchange(url: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_broker_answers_on_its_port_until_it_is_stopped() {
    on_every_database_with(
        |config| config.base_url = None,
        async |broker| {
            let listening = broker.listen().await;
            let url = listening.url();
            let host = url.strip_prefix("http://").unwrap();

            let request = format!("GET /pacticipants HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
            let answer = exchange(&url, &request).await;

            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
            assert!(answer.contains(&format!(r#""self":{{"href":"{url}/pacticipants"}}"#)), "{answer}");
            listening.stop().await;
            assert!(TcpStream::connect(host).await.is_err(), "nobody listens any more");
        },
    )
    .await;
}

#[tokio::test]
async fn an_idle_connection_does_not_keep_a_stopped_broker_alive() {
    on_every_database(async |broker| {
        let listening = broker.listen().await;
        let url = listening.url();
        let mut idle = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut first = [0; 15];
        idle.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200 OK");

        tokio::time::timeout(Duration::from_secs(8), listening.stop()).await.expect("stops before the grace is over");
    })
    .await;
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    on_every_database_with(
        |config| config.request_timeout = Duration::from_millis(50),
        async |broker| {
            let listening = broker.listen().await;

            let request = "POST /pacticipants HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                           content-type: application/json\r\ncontent-length: 100\r\n\r\n{";
            let answer = exchange(&listening.url(), request).await;

            assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
            listening.stop().await;
        },
    )
    .await;
}

#[tokio::test]
async fn the_heartbeat_and_the_database_are_asked_separately() {
    let broker = TestBroker::on_sqlite().await;

    let heartbeat = broker.get("/diagnostic/status/heartbeat").await.expect(200);
    let dependencies = broker.get("/diagnostic/status/dependencies").await.expect(200);
    assert_eq!(heartbeat.header("content-type"), "application/hal+json");
    assert_eq!(dependencies.json()["database"]["ok"], true);

    broker.app().store().close().await;
    broker.get("/diagnostic/status/heartbeat").await.expect(200);
    let dependencies = broker.get("/diagnostic/status/dependencies").await.expect(500);
    assert_eq!(dependencies.json()["database"]["ok"], false);
}

#[tokio::test]
async fn a_fault_of_ours_is_answered_with_a_reference_and_nothing_else() {
    let broker = TestBroker::on_sqlite().await;
    broker.app().store().close().await;

    let answer = broker.get("/pacticipants").await.expect(500);

    let reference = answer.json()["error"]["reference"].as_str().unwrap().to_owned();
    assert_eq!(reference.len(), 10);
    assert_eq!(
        answer.json()["error"]["message"],
        format!("An error has occurred. The details have been logged with the reference {reference}")
    );
}

#[tokio::test]
async fn a_client_that_sends_too_much_hears_so_and_not_a_broken_connection() {
    on_every_database_with(
        |config| config.max_body_size = 1000,
        async |broker| {
            let listening = broker.listen().await;

            let body = "x".repeat(8_000_000);
            let request = format!(
                "POST /pacticipants HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let answer = exchange(&listening.url(), &request).await;

            assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
            listening.stop().await;
        },
    )
    .await;
}
