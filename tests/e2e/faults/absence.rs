//! PostgreSQL is restarted under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use intact_tests::stored::contradictions;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::client::{Answer, Client, Contract};
use super::{Database, rounds};

/// How many clients ask.
const CLIENTS: usize = 6;

/// What clients have seen: how often they were served, and how often they were told to come back later.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    served: usize,
    put_off: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgres_is_away_clients_are_told_so_and_when_it_is_back_they_are_served() {
    let Some(mut database) = Database::postgres() else { return };
    let broker = database.broker();
    let (seen, mut watched) = watch::channel(Seen::default());
    let (seen, stop) = (Arc::new(seen), Arc::new(AtomicBool::new(false)));
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(build(Client::of(&broker.url), number, Arc::clone(&seen), Arc::clone(&stop)));
    }
    let mut most = 0;
    for _ in 0..rounds() {
        let before = watched.wait_for(|seen| seen.served > most).await.map(|seen| *seen).expect("clients go on");
        let server = database.server.as_mut().expect("this database has a server");
        tokio::task::block_in_place(|| server.stop());
        let away = watched.wait_for(|seen| seen.put_off >= before.put_off + 2 * CLIENTS).await;
        let away = away.map(|seen| *seen).expect("clients go on");
        let ready = Client::of(&broker.url).get("/readyz").await.expect("an answer");
        assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{}", ready.text);
        tokio::task::block_in_place(|| server.start_again());
        most = away.served + 2 * CLIENTS;
    }
    watched.wait_for(|seen| seen.served > most).await.expect("clients are served again");
    stop.store(true, Ordering::Relaxed);

    let published: Vec<_> = clients.join_all().await.into_iter().flatten().collect();
    let client = Client::of(&broker.url);
    for (path, description) in &published {
        let pact = client.get(path).await.expect("an answer").success().json();
        assert_eq!(pact["interactions"][0]["description"], **description, "{path}");
    }
    assert_eq!(client.get("/readyz").await.expect("an answer").status, StatusCode::OK);
    assert_eq!(contradictions(&database.address).await, [""; 0]);
    let text =
        format!("{} restarts: {} acknowledged publications, {:?}\n", rounds(), published.len(), *watched.borrow());
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
}

/// Publishes and asks until it is to stop; gives what was acknowledged. Any answer but success and the one that says that the
/// database is away is a fault, and so is none.
async fn build(
    client: Client,
    number: usize,
    seen: Arc<watch::Sender<Seen>>,
    stop: Arc<AtomicBool>,
) -> Vec<(String, String)> {
    let mut published = Vec::new();
    for turn in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let (consumer, description) = (format!("Web-{number}"), format!("want {turn}"));
        let version = turn.to_string();
        let contract = Contract {
            consumer: &consumer,
            version: &version,
            provider: "Orders",
            description: &description,
            tag: "built",
        };
        let answer = client.publish(&contract).await.expect("an answer in time");
        if served(&seen, &answer) {
            published.push((contract.path(), description.clone()));
        }
        let questions = [
            format!("/can-i-deploy?pacticipant={consumer}&version={turn}&environment=production"),
            "/pacts/provider/Orders/for-verification".to_owned(),
            "/pacticipants".to_owned(),
        ];
        let answer = client.get(&questions[turn % 3]).await.expect("an answer in time");
        if answer.status != StatusCode::BAD_REQUEST && answer.status != StatusCode::NOT_FOUND {
            served(&seen, &answer);
        }
    }
    published
}

/// Whether the answer is one of success; if not it is the right one.
fn served(seen: &watch::Sender<Seen>, answer: &Answer) -> bool {
    let success = answer.status.is_success();
    if success {
        seen.send_modify(|seen| seen.served += 1);
    } else {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
        let known = [
            "The database cannot be reached at the moment. Nothing was stored; please try again.",
            "The database went away while it stored this. Whether it is stored is not known; please try again.",
            "The broker has more to do than it can at the moment. Nothing was stored; please try again.",
        ];
        assert!(known.iter().any(|text| answer.json() == json!({ "error": text })), "{}", answer.text);
        seen.send_modify(|seen| seen.put_off += 1);
    }
    success
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_about_the_database_is_a_problem_document_for_who_asks_for_one() {
    let Some(mut database) = Database::postgres() else { return };
    let broker = database.broker();
    let server = database.server.as_mut().expect("this database has a server");
    tokio::task::block_in_place(|| server.stop());

    let answer = crate::http::exchange(
        &crate::http::port_of(&broker.url),
        "GET /pacticipants",
        &["Accept: application/hal+json, application/problem+json"],
    );

    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("\r\nretry-after: 1\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: application/problem+json"), "{head}");
    let problem: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(problem["title"], "Service unavailable", "{problem}");
}
