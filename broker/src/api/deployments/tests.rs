use std::time::Duration;

use serde_json::{Value, json};

use crate::testing::{TestBroker, on_every_database};

async fn record_link(broker: &TestBroker, rel: &str, number: &str) -> String {
    let version = broker.get(&format!("/pacticipants/Web/versions/{number}")).await.expect(200).json();
    let links = version["_links"][rel].as_array().unwrap().clone();
    let link = links.iter().find(|link| link["name"] == "production").unwrap();
    link["href"].as_str().unwrap().to_owned()
}

async fn versions(broker: &TestBroker) {
    for number in ["1", "2"] {
        broker.put(&format!("/pacticipants/Web/versions/{number}"), &json!({})).await.expect(201);
    }
}

/// Numbers and instances of what is deployed to production.
async fn deployed(broker: &TestBroker, query: &str) -> Vec<String> {
    let environments = broker.get("/environments?name=production").await.expect(200).json();
    let link =
        &environments["_embedded"]["environments"][0]["_links"]["pb:currently-deployed-deployed-versions"]["href"];
    let list = broker.get(&format!("{}{query}", link.as_str().unwrap())).await.expect(200).json();
    let items = list["_embedded"]["deployedVersions"].as_array().unwrap().clone();
    let shown = |item: &Value| {
        let number = item["_embedded"]["version"]["number"].as_str().unwrap();
        format!("{number} {}", item.get("applicationInstance").and_then(Value::as_str).unwrap_or("-"))
    };
    items.iter().map(shown).collect()
}

async fn in_environments(broker: &TestBroker) -> i64 {
    let mut tx = broker.app().store().read().await.unwrap();
    let (rows,): (i64,) = crate::store::one!(tx, (i64,), "SELECT count(*) FROM environment_versions").unwrap();
    rows
}

#[tokio::test]
async fn a_deployment_takes_the_place_of_the_one_before_on_the_same_instance() {
    on_every_database(async |broker| {
        versions(&broker).await;
        let first = record_link(&broker, "pb:record-deployment", "1").await;
        let second = record_link(&broker, "pb:record-deployment", "2").await;
        broker.post(&first, &json!({ "applicationInstance": "blue" })).await.expect(201);
        let old = broker.post(&first, &json!({})).await.expect(201);
        broker.pass(Duration::from_mins(1));

        let new = broker.post(&second, &json!({})).await.expect(201);
        let again = broker.post(&second, &json!({})).await.expect(201);

        assert_eq!(deployed(&broker, "").await, ["2 -", "1 blue"]);
        assert_eq!(deployed(&broker, "?applicationInstance=blue").await, ["1 blue"]);
        assert_eq!(deployed(&broker, "?applicationInstance=").await, ["2 -"]);
        assert_eq!(deployed(&broker, "?pacticipant=Nobody").await, Vec::<String>::new());
        assert_eq!(new.header("location"), again.header("location"), "already there");
        let old = broker.get(old.header("location")).await.expect(200).json();
        assert_eq!(old["currentlyDeployed"], false);
        assert_eq!(old["undeployedAt"], "2026-01-01T00:01:00+00:00");
        assert_eq!(in_environments(&broker).await, 2);
    })
    .await;
}

#[tokio::test]
async fn no_instance_and_the_empty_one_share_a_place_but_are_told_apart() {
    on_every_database(async |broker| {
        versions(&broker).await;
        let first = record_link(&broker, "pb:record-deployment", "1").await;
        let second = record_link(&broker, "pb:record-deployment", "2").await;
        let old = broker.post(&first, &json!({})).await.expect(201);

        let new = broker.post(&second, &json!({ "target": "" })).await.expect(201).json();

        let old = broker.get(old.header("location")).await.expect(200).json();
        assert_eq!((&old["currentlyDeployed"], old.get("undeployedAt")), (&json!(false), None));
        assert_eq!((&new["applicationInstance"], &new["target"]), (&json!(""), &json!("")));
    })
    .await;
}

#[tokio::test]
async fn an_undeployed_version_is_not_in_the_environment_and_cannot_be_put_back() {
    on_every_database(async |broker| {
        versions(&broker).await;
        let location = broker.deploy("Web", "1", "production").await.expect(201).header("location").to_owned();

        broker.patch(&location, &json!({})).await.expect(200);
        assert_eq!(in_environments(&broker).await, 1);
        let undeployed = broker.patch(&location, &json!({ "currentlyDeployed": false })).await.expect(200).json();
        broker.patch(&location, &json!({ "currentlyDeployed": false })).await.expect(200);
        let back = broker.patch(&location, &json!({ "currentlyDeployed": true })).await.expect(422);

        assert_eq!(undeployed["currentlyDeployed"], false);
        assert_eq!(in_environments(&broker).await, 0);
        insta::allow_duplicates! { insta::assert_snapshot!(back.body, @r#"{"errors":{"currentlyDeployed":["The currentlyDeployed property cannot be set back to true. Please record a new deployment."]}}"#); }
        broker.put(&location, &json!({})).await.expect(405);
    })
    .await;
}

#[tokio::test]
async fn releases_stand_beside_each_other_until_support_ends() {
    on_every_database(async |broker| {
        versions(&broker).await;
        let first = broker.release("Web", "1", "production").await.expect(201);
        broker.release("Web", "2", "production").await.expect(201);
        assert_eq!(in_environments(&broker).await, 2);

        let ended =
            broker.patch(first.header("location"), &json!({ "currentlySupported": false })).await.expect(200).json();
        assert_eq!((&ended["currentlySupported"], ended["supportEndedAt"].is_string()), (&json!(false), true));
        assert_eq!(in_environments(&broker).await, 1);

        broker.pass(Duration::from_secs(1));
        let reopened = broker.release("Web", "1", "production").await.expect(200);
        assert_eq!(reopened.header("location"), first.header("location"));
        assert_eq!(reopened.json()["currentlySupported"], true);
        assert!(reopened.json()["updatedAt"].is_string());
        assert_eq!(in_environments(&broker).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_tag_called_like_an_environment_records_a_deployment() {
    on_every_database(async |broker| {
        versions(&broker).await;

        broker.tag("Web", "2", "production").await.expect(201);

        assert_eq!(deployed(&broker, "").await, ["2 -"]);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_exist_cannot_be_deployed() {
    on_every_database(async |broker| {
        versions(&broker).await;
        let link = record_link(&broker, "pb:record-deployment", "1").await;

        broker.post(&link.replace("/versions/1/", "/versions/9/"), &json!({})).await.expect(404);
        broker.post(&format!("{link}x"), &json!({})).await.expect(404);
        broker.get("/deployed-versions/nope").await.expect(404);
        broker.get("/released-versions/nope").await.expect(404);
    })
    .await;
}
