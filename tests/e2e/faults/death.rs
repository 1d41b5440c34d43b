//! The broker is killed while many clients publish.

use std::collections::BTreeSet;

use intact_tests::stored::contradictions;

use super::client::Client;
use super::storm::{Storm, broken};
use super::{Database, rounds};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_a_broker_on_sqlite_is_killed() {
    kill_again_and_again(&Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_a_broker_on_postgres_is_killed() {
    let Some(database) = Database::postgres() else { return };
    kill_again_and_again(&database).await;
}

async fn kill_again_and_again(database: &Database) {
    let mut promises = Vec::new();
    for round in 0..rounds() {
        let broker = database.broker();
        let production = Client::of(&broker.url).production().await;
        let mut storm = Storm::begin(&broker.url, &production, &round.to_string());
        // Not always at the same moment of what the clients do, and sometimes while they do it for the first time.
        storm.until_promised(1 + (round as usize * 37 + 60) % 97).await;
        // Dropped, a process is killed by a signal that it cannot hear.
        drop(broker);
        let promised = storm.end().await;

        assert_eq!(contradictions(&database.address).await, [""; 0], "round {round}");
        let broker = database.broker();
        let client = Client::of(&broker.url);
        assert_eq!(broken(&client, &promised).await, [""; 0], "round {round}");
        half_published(&client).await;
        promises.extend(promised);
    }
    let broker = database.broker();
    assert_eq!(broken(&Client::of(&broker.url), &promises).await, [""; 0], "of all rounds");
    report(promises.len(), &database.address);
}

/// A publication is stored with its version's branch and tag, or not at all: also one whose answer nobody heard.
async fn half_published(client: &Client) {
    let index = client.get("/pacts/latest").await.expect("an answer").success().json();
    let consumers: BTreeSet<&str> = (index["pacts"].as_array().expect("a list").iter())
        .filter_map(|pact| pact["_embedded"]["consumer"]["name"].as_str())
        .collect();
    assert!(!consumers.is_empty());
    for consumer in consumers {
        let versions = client.get(&format!("/pacticipants/{consumer}/versions?size=100000")).await;
        for version in
            versions.expect("an answer").success().json()["_embedded"]["versions"].as_array().expect("a list")
        {
            let has = |what: &str, name: &str| {
                version["_embedded"][what].as_array().is_some_and(|list| list.iter().any(|one| one["name"] == name))
            };
            let pacts = version["_links"]["pb:pact-versions"].as_array().map_or(0, Vec::len);
            assert!(has("branchVersions", "main") && has("tags", "built") && pacts == 1, "{consumer}: {version}");
        }
    }
}

fn report(promises: usize, address: &str) {
    let engine = address.split(':').next().unwrap_or_default();
    let text = format!("{} rounds on {engine}: {promises} acknowledged changes, none lost\n", rounds());
    // Not `eprintln!`, which the test harness keeps for itself when a test passes.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
}
