use http::Method;
use serde_json::json;

use crate::testing::{TestBroker, on_every_database, pact};

const PAIR: &str = "/pacts/provider/Orders/consumer/Web";

#[tokio::test]
async fn a_published_pact_comes_back_as_it_was_written_with_ids_and_links() {
    on_every_database(async |broker| {
        let json = [("accept", "application/hal+json"), ("content-type", "application/json")];
        let written = r#"{"zeta":1.10,"interactions":[{"description":"d","number":12345678901234567890123,"exact":1e2}],"alpha":"é"}"#;
        let path = format!("{PAIR}/version/1");

        broker.send(Method::PUT, &path, &json, written).await.expect(201);
        broker.send(Method::PUT, &path, &json, written).await.expect(200);
        let answer = broker.get(&path).await.expect(200);

        assert!(answer.body.starts_with(r#"{"zeta":1.10,"interactions":[{"_id":""#), "{}", answer.body);
        assert!(answer.body.contains(r#""number":12345678901234567890123,"exact":1e2}],"alpha":"é","createdAt":"2026-01-01T00:00:00+00:00","_links":{"#), "{}", answer.body);
        let sha = answer.json()["_links"]["pb:pact-version"]["name"].as_str().unwrap().to_owned();
        assert_eq!(answer.link("pb:publish-verification-results"), format!("http://broker{PAIR}/pact-version/{sha}/verification-results"));
        let by_content = broker.get(&format!("{PAIR}/pact-version/{sha}")).await.expect(200);
        assert_eq!(by_content.body, answer.body);
        let plain = broker.send(Method::GET, &path, &[("accept", "application/json")], "").await.expect(200);
        assert_eq!(plain.header("content-type"), "application/json;charset=utf-8");
    })
    .await;
}

#[tokio::test]
async fn the_latest_pact_is_that_of_the_newest_version_of_all_of_a_tag_or_of_a_branch() {
    on_every_database(async |broker| {
        for number in ["1", "2", "3"] {
            broker.publish("Web", number, "Orders", &pact("Web", "Orders", &format!("/{number}"))).await.expect(201);
        }
        broker.tag("Web", "1", "prod").await.expect(201);
        broker.add_to_branch("Web", "feat/x", "2").await.expect(201);
        let latest = async |path: &str| {
            let answer = broker.get(&format!("{PAIR}{path}")).await;
            answer.header("x-pact-consumer-version").to_owned()
        };

        assert_eq!(latest("/latest").await, "3");
        assert_eq!(latest("/latest/prod").await, "1");
        assert_eq!(latest("/latest-untagged").await, "3");
        assert_eq!(latest("/branch/feat%2Fx/latest").await, "2");
        assert_eq!(latest("/latest/nope").await, "");
        broker.get(&format!("{PAIR}/latest/nope")).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn metadata_of_an_address_say_which_consumer_version_is_meant() {
    on_every_database(async |broker| {
        for number in ["1", "2"] {
            broker.publish("Web", number, "Orders", &pact("Web", "Orders", "/same")).await.expect(201);
        }
        broker.tag("Web", "1", "prod").await.expect(201);
        let tagged = broker.get(&format!("{PAIR}/latest/prod")).await.expect(200);
        let results = tagged.link("pb:publish-verification-results");
        let content = results.strip_suffix("/verification-results").unwrap();

        let pact = broker.get(content).await.expect(200);

        assert_eq!(pact.json()["_links"]["self"]["name"], "Pact between Web (1) and Orders");
        assert_eq!(pact.json()["_links"]["pb:consumer-versions"][0]["name"], "1");
        assert_eq!(pact.link("pb:publish-verification-results"), results);
        let garbage = content.rsplit_once('/').unwrap().0;
        let pact = broker.get(&format!("{garbage}/%21%21")).await.expect(200);
        assert_eq!(pact.json()["_links"]["self"]["name"], "Pact between Web (2) and Orders");
    })
    .await;
}

#[tokio::test]
async fn lists_of_a_provider_have_the_relation_and_its_deprecated_twin() {
    on_every_database(async |broker| {
        for consumer in ["web", "App", "Backoffice"] {
            broker.publish(consumer, "1", "Orders", &pact(consumer, "Orders", "/1")).await.expect(201);
            broker.publish(consumer, "2", "Orders", &pact(consumer, "Orders", "/2")).await.expect(201);
        }
        broker.add_to_branch("App", "main", "1").await.expect(201);

        let latest = broker.get("/pacts/provider/Orders/latest").await.expect(200).json();

        let names = |list: &serde_json::Value| -> Vec<String> {
            list.as_array().unwrap().iter().map(|link| link["href"].as_str().unwrap().to_owned()).collect()
        };
        let expected = [
            "http://broker/pacts/provider/Orders/consumer/App/version/2",
            "http://broker/pacts/provider/Orders/consumer/Backoffice/version/2",
            "http://broker/pacts/provider/Orders/consumer/web/version/2",
        ];
        assert_eq!(names(&latest["_links"]["pb:pacts"]), expected);
        assert_eq!(names(&latest["_links"]["pacts"]), expected);
        let main = broker.get("/pacts/provider/Orders/branch/latest").await.expect(200).json();
        assert_eq!(names(&main["_links"]["pb:pacts"]), ["http://broker/pacts/provider/Orders/consumer/App/version/1"]);
        let all = broker.get("/pacts/latest").await.expect(200).json();
        assert_eq!(all["pacts"].as_array().unwrap().len(), 3);
        assert!(all["pacts"][0]["_links"]["self"].is_array());
        let unknown = broker.get("/pacts/provider/Nobody/latest").await.expect(404);
        assert_eq!(unknown.json()["error"], "No provider with name 'Nobody' found");
    })
    .await;
}

#[tokio::test]
async fn a_deleted_pact_is_gone_and_what_remains_is_linked() {
    on_every_database(async |broker| {
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/1")).await.expect(201);
        broker.publish("Web", "2", "Orders", &pact("Web", "Orders", "/2")).await.expect(201);

        let first = broker.delete(&format!("{PAIR}/version/1")).await.expect(200);
        let second = broker.delete(&format!("{PAIR}/version/2")).await.expect(200);

        assert_eq!(first.link("pb:latest-pact-version"), format!("http://broker{PAIR}/latest"));
        assert_eq!(second.json()["_links"].get("pb:latest-pact-version"), None);
        broker.get(&format!("{PAIR}/latest")).await.expect(404);
        broker.delete(&format!("{PAIR}/version/2")).await.expect(404);
        let versions = broker.get(&format!("{PAIR}/versions")).await.expect(200).json();
        assert_eq!(versions["_embedded"]["pacts"], json!([]), "the integration is remembered");
    })
    .await;
}

#[tokio::test]
async fn a_pact_of_other_names_than_its_address_is_refused() {
    let broker = TestBroker::on_sqlite().await;

    let answer = broker.publish("Web", "1", "Orders", &pact("Other", "Orders", "/")).await.expect(400);

    insta::assert_snapshot!(answer.body, @r#"{"errors":{"consumer.name":["name in pact 'Other' does not match name in URL path 'Web'."]}}"#);
}

#[tokio::test]
async fn a_patch_merges_and_refuses_only_contradictions() {
    on_every_database(async |broker| {
        let path = format!("{PAIR}/version/1");
        let json = [("accept", "application/hal+json"), ("content-type", "application/json")];
        let patch = async |pact: &serde_json::Value| broker.send(Method::PATCH, &path, &json, pact.to_string()).await;
        patch(&pact("Web", "Orders", "/1")).await.expect(201);

        let merged = patch(&pact("Web", "Orders", "/2")).await.expect(200).json();
        let mut other = pact("Web", "Orders", "/1");
        other["interactions"][0]["request"]["method"] = json!("POST");
        let refused = patch(&other).await.expect(409);

        assert_eq!(merged["interactions"].as_array().unwrap().len(), 2);
        assert_eq!(refused.body, "");
    })
    .await;
}
