//! Several brokers on one PostgreSQL.

use std::collections::BTreeSet;

use intact_tests::stored::contradictions;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::client::{Client, Contract};
use super::{Database, rounds};
use crate::support::RunningBroker;

const REPLICAS: usize = 3;
const CLIENTS: usize = 16;

/// Starts all of them at the same moment.
fn start(database: &Database) -> Vec<RunningBroker> {
    std::thread::scope(|scope| {
        let starting: Vec<_> = (0..REPLICAS).map(|_| scope.spawn(|| database.broker())).collect();
        starting.into_iter().map(|broker| broker.join().expect("a broker starts")).collect()
    })
}

fn names(list: &Value, of: &str) -> Vec<String> {
    let list = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    list.iter().map(|one| one[of].as_str().expect("a text").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_clients_of_three_brokers_publish_the_same_at_once() {
    let Some(database) = Database::postgres() else { return };
    // On an empty database: each of them would like to create its tables.
    let brokers = start(&database);
    let environments = Client::of(&brokers[0].url).get("/environments").await.expect("an answer").success().json();
    let mut found = names(&environments["_embedded"]["environments"], "name");
    found.sort();
    assert_eq!(found, ["production", "test"]);
    for round in 0..rounds() {
        play(&brokers, round).await;
    }
    assert_eq!(contradictions(&database.address).await, [""; 0]);
}

async fn play(brokers: &[RunningBroker], round: u32) {
    let version = format!("{round}.0");
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let client = Client::of(&brokers[number % brokers.len()].url);
        let version = version.clone();
        clients.spawn(async move { build(&client, round, number, &version).await });
    }
    let results: BTreeSet<String> = clients.join_all().await.into_iter().collect();
    assert_eq!(results.len(), CLIENTS, "each result has a number of its own");

    let mut orders = Vec::new();
    for broker in brokers {
        let client = Client::of(&broker.url);
        let get = async |path: String| client.get(&path).await.expect("an answer").success().json();

        let pact = get(format!("/pacts/provider/Orders/consumer/Same/version/{version}")).await;
        assert_eq!(names(&pact["interactions"], "description"), ["the same"], "the same content, published once");
        let merged = get(format!("/pacts/provider/Orders/consumer/Merged/version/{version}")).await;
        let mut wants = names(&merged["interactions"], "description");
        wants.sort();
        assert_eq!(wants, numbered("want"), "no client's interaction is lost");
        let same = get(format!("/pacticipants/Same/versions/{version}")).await;
        let mut tags = names(&same["_embedded"]["tags"], "name");
        tags.sort();
        let mut expected = numbered("tag");
        expected.insert(0, "built".to_owned());
        assert_eq!(tags, expected, "no client's tag is lost");
        assert_eq!(names(&same["_embedded"]["branchVersions"], "name"), ["main"]);
        let labels = get("/pacticipants/Same".to_owned()).await;
        let mut labels = names(&labels["_embedded"]["labels"], "name");
        labels.sort();
        assert_eq!(labels, numbered("label"), "no client's label is lost");

        let versions = get("/pacticipants/Many/versions?size=100000".to_owned()).await;
        let versions = names(&versions["_embedded"]["versions"], "number");
        assert_eq!(versions.len(), CLIENTS * (round as usize + 1));
        assert_eq!(versions.iter().collect::<BTreeSet<_>>().len(), versions.len(), "no version is there twice");
        let branch = get("/pacticipants/Many/branches/main/versions?size=100000".to_owned()).await;
        let branch = names(&branch["_embedded"]["versions"], "number");
        orders.push((versions, branch));
    }
    assert!(orders.iter().all(|order| *order == orders[0]), "every broker answers in the same order: {orders:?}");
}

/// `want 00` to `want 15`.
fn numbered(what: &str) -> Vec<String> {
    (0..CLIENTS).map(|number| format!("{what} {number:02}")).collect()
}

/// What each client does; it gives the address of its verification result.
async fn build(client: &Client, round: u32, number: usize, version: &str) -> String {
    let contract =
        |consumer, version, description| Contract { consumer, version, provider: "Orders", description, tag: "built" };
    // The same consumer, version and content.
    let same = contract("Same", version, "the same");
    client.publish(&same).await.expect("an answer").success();
    // The same consumer and version, an interaction of its own: to be merged with those of the others.
    let want = format!("want {number:02}");
    client.publish(&contract("Merged", version, &want)).await.expect("an answer").success();
    // A version of its own of the same consumer.
    let own = format!("{round}.{number}");
    client.publish(&contract("Many", &own, "the same")).await.expect("an answer").success();
    let path = format!("/pacticipants/Same/versions/{version}/tags/tag%20{number:02}");
    client.put(&path).await.expect("an answer").success();
    client.put(&format!("/pacticipants/Same/labels/label%20{number:02}")).await.expect("an answer").success();

    let pact = client.get(&same.path()).await.expect("an answer").success().json();
    let results = pact["_links"]["pb:publish-verification-results"]["href"].as_str().expect("a link").to_owned();
    let result = json!({ "success": true, "providerApplicationVersion": version });
    let result = client.post(&results, &result).await.expect("an answer").success().json();
    let result = result["_links"]["self"]["href"].as_str().expect("a link");
    result.rsplit('/').next().expect("a number").to_owned()
}
