//! Receivers of webhooks that behave badly, and a broker that is killed while it delivers to them.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use intact_tests::stored::contradictions;
use serde_json::json;
use tokio::sync::watch;

use super::Database;
use super::client::{Client, Contract};

/// How many versions are published: an event each.
const VERSIONS: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Good,
    Failing,
    Resetting,
    Hanging,
}

/// What was received: how often, by version.
type Received = BTreeMap<String, usize>;

/// Receives for as long as the test runs.
struct Receiver {
    url: String,
    manner: Arc<Mutex<Manner>>,
    received: watch::Receiver<Received>,
}

fn lock(manner: &Mutex<Manner>) -> MutexGuard<'_, Manner> {
    manner.lock().expect("nobody panics with it")
}

impl Receiver {
    fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("a bound listener has an address"));
        let manner = Arc::new(Mutex::new(manner));
        let (send, received) = watch::channel(Received::new());
        let send = Arc::new(send);
        let current = Arc::clone(&manner);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (now, send) = (*lock(&current), Arc::clone(&send));
                std::thread::spawn(move || receive(stream, now, &send));
            }
        });
        Self { url, manner, received }
    }
}

/// Reads a request and answers in its manner; only what was answered well is received.
fn receive(mut stream: TcpStream, manner: Manner, received: &watch::Sender<Received>) -> Option<()> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let version = loop {
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some(version) = text.split("\"version\":\"").nth(1).and_then(|rest| rest.split_once("\"}")) {
            break version.0.to_owned();
        }
    };
    match manner {
        Manner::Good => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").ok()?;
            received.send_modify(|received| *received.entry(version).or_default() += 1);
        }
        Manner::Failing => {
            stream.write_all(b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").ok()?;
        }
        Manner::Resetting => {}
        // Until the other side loses patience.
        Manner::Hanging => while stream.read(&mut chunk).is_ok_and(|read| read > 0) {},
    }
    Some(())
}

const SETTINGS: [(&str, &str); 3] = [
    ("PACT_BROKER_WEBHOOK_SCHEME_WHITELIST", "http"),
    ("PACT_BROKER_WEBHOOK_HOST_WHITELIST", "127.0.0.1"),
    ("PACT_BROKER_WEBHOOK_RETRY_SCHEDULE", "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "waits minutes for the lease of a broker that is dead"]
async fn no_event_is_lost_by_bad_receivers_and_a_killed_broker_on_sqlite() {
    deliver(&Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "waits minutes for the lease of a broker that is dead"]
async fn no_event_is_lost_by_bad_receivers_and_a_killed_broker_on_postgres() {
    let Some(database) = Database::postgres() else { return };
    deliver(&database).await;
}

async fn deliver(database: &Database) {
    let start = || database.try_broker(&SETTINGS).unwrap_or_else(|output| panic!("no broker: {output:?}"));
    let mut receivers = [Manner::Good, Manner::Failing, Manner::Resetting, Manner::Hanging].map(Receiver::start);
    let broker = start();
    let client = Client::of(&broker.url);
    for receiver in &receivers {
        let webhook = json!({
            "events": [{ "name": "contract_published" }],
            "request": {
                "method": "POST", "url": receiver.url, "body": { "version": "${pactbroker.consumerVersionNumber}" },
            },
        });
        client.post("/webhooks", &webhook).await.expect("an answer").success();
    }
    let versions: Vec<String> = (0..VERSIONS).map(|number| number.to_string()).collect();
    for version in &versions {
        let contract = Contract { consumer: "Web", version, provider: "Orders", description: "a", tag: "built" };
        client.publish(&contract).await.expect("an answer").success();
    }
    // The one that behaves well has everything although the others do not; and then the broker dies among deliveries.
    let all = |received: &Received| versions.iter().all(|version| received.contains_key(version));
    receivers[0].received.wait_for(all).await.expect("the receiver goes on");
    drop(broker);
    assert_eq!(contradictions(&database.address).await, [""; 0]);

    let broker = start();
    // All at once: one whose delivery waits for the lease of the dead must not use up the attempts of the others.
    for receiver in &receivers {
        *lock(&receiver.manner) = Manner::Good;
    }
    for receiver in &mut receivers {
        receiver.received.wait_for(all).await.expect("the receiver goes on");
    }
    drop(broker);
    assert_eq!(contradictions(&database.address).await, [""; 0]);
}
