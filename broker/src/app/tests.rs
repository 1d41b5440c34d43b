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
    let dependencies = broker.get("/diagnostic/status/dependencies").await.expect(503);
    assert_eq!(dependencies.header("retry-after"), "1");
    assert_eq!(dependencies.header("content-type"), "application/hal+json");
    assert_eq!(dependencies.json()["database"]["ok"], false);
    assert!(dependencies.json()["database"]["error"]["message"].as_str().unwrap().contains("does not answer"));
}

#[tokio::test]
async fn a_fault_of_ours_is_answered_with_a_reference_and_nothing_else() {
    let broker = TestBroker::on_sqlite().await;

    let answer = broker.get("/test/error").await.expect(500);

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

#[tokio::test]
async fn probes_are_answered_without_credentials_and_tell_whether_requests_can_be_served() {
    let configure = |config: &mut crate::Config| config.access.writer = Some(crate::Credentials::new("a", "b"));
    on_every_database_with(configure, async |broker| {
        for path in ["/livez", "/readyz", "/startupz"] {
            assert_eq!(broker.get(path).await.expect(200).body, "ok\n", "{path}");
        }
        broker.get("/").await.expect(401);
        broker.app().store().close().await;

        assert_eq!(broker.get("/readyz").await.expect(503).body, "the database does not answer\n");
        broker.get("/livez").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_broker_that_is_asked_to_stop_says_so_while_it_still_takes_requests() {
    on_every_database_with(
        |config| config.shutdown_delay = Duration::from_hours(1),
        async |broker| {
            let app = broker.app().clone();
            let listening = broker.listen().await;
            let url = listening.url();
            let probe = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            assert!(exchange(&url, probe).await.starts_with("HTTP/1.1 200 OK\r\n"));

            drop(listening.stop());
            while !app.is_draining() {
                tokio::task::yield_now().await;
            }

            let answer = exchange(&url, probe).await;
            assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
            assert!(answer.ends_with("stopping\n"), "{answer}");
            let request = "GET /pacticipants HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            assert!(exchange(&url, request).await.starts_with("HTTP/1.1 200 OK\r\n"), "for as long as the delay lasts");
        },
    )
    .await;
}

#[tokio::test]
async fn a_listener_answers_probes_while_the_database_is_being_opened() {
    let directory = tempfile::tempdir().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let database = crate::Database::sqlite(directory.path().join("broker.db"));
    // Asked first: a connection waits in the listener's queue until somebody accepts it.
    let probes = ["livez", "startupz", "readyz", ""].map(|path| {
        let url = url.clone();
        tokio::spawn(async move { exchange(&url, &format!("GET /{path} HTTP/1.1\r\nhost: x\r\n\r\n")).await })
    });

    let answering = crate::serve::answer_while_starting(&listener);
    let all = async {
        let mut answers = Vec::new();
        for probe in probes {
            answers.push(probe.await.unwrap());
        }
        answers
    };
    let answers = tokio::select! { answers = all => answers, never = answering => match never {} };
    let broker = crate::Broker::open_listening(crate::Config::new(database), &listener).await.unwrap();

    assert!(answers[0].starts_with("HTTP/1.1 200 OK\r\n"), "{}", answers[0]);
    for answer in &answers[1..] {
        assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
        assert!(answer.contains("retry-after: 1\r\n") && answer.contains("connection: close\r\n"), "{answer}");
    }
    broker.close().await;
}

#[tokio::test]
async fn a_broker_that_starts_keeps_no_connection_of_http_2() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    // The preface of a client that knows that it may speak HTTP/2, and its empty settings.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();

    let mut answer = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer));
    let answering = crate::serve::answer_while_starting(&listener);

    tokio::select! {
        ended = ended => drop(ended.expect("the connection is closed")),
        never = answering => match never {},
    }
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_off_when_the_broker_stops() {
    on_every_database_with(
        |config| config.shutdown_timeout = Duration::from_millis(50),
        async |broker| {
            let listening = broker.listen().await;
            let mut stream = TcpStream::connect(listening.url().strip_prefix("http://").unwrap()).await.unwrap();
            let request = "POST /pacticipants HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                           expect: 100-continue\r\ncontent-length: 100\r\n\r\n";
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut begun = [0; 12];
            stream.read_exact(&mut begun).await.unwrap();
            assert_eq!(&begun, b"HTTP/1.1 100", "the handler waits for the body");

            listening.stop().await;

            let mut rest = String::new();
            let ended = tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut rest));
            // Closed, or reset.
            let _ = ended.await.expect("nobody reads from it any more");
            assert!(!rest.contains("HTTP/1.1 "), "{rest}");
        },
    )
    .await;
}
