use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::verification::InteractionResult;
use crate::testing::{TestBroker, on_every_database, pact};

const PAIR: &str = "/pacts/provider/Orders/consumer/Web";

#[tokio::test]
async fn a_result_is_recorded_and_shown_with_everything_reported() {
    on_every_database(async |broker| {
        let published = broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/1")).await.expect(201);
        let body = json!({
            "success": false,
            "providerApplicationVersion": "10",
            "buildUrl": "https://ci/10",
            "verifiedBy": { "implementation": "intact", "version": "0.1", "clientLanguage": { "name": "rust" } },
            "testResults": [{ "interactionId": "a", "success": false, "interactionDescription": "a request", "mismatches": [1.10] }],
        });

        let answer = broker.post(&published.link("pb:publish-verification-results"), &body).await.expect(201);

        let shown = answer.json();
        assert_eq!(answer.header("location"), answer.link("self"));
        assert_eq!(shown["providerName"], "Orders");
        assert_eq!(shown["verificationDate"], "2026-01-01T00:00:00+00:00");
        assert_eq!(shown["verifiedBy"], json!({ "implementation": "intact", "version": "0.1", "client_implementation": "rust" }));
        assert!(answer.body.contains(r#""mismatches":[1.1"#), "{}", answer.body);
        assert_eq!(broker.get(&answer.link("self")).await.expect(200).body, answer.body);
        let mut tx = broker.app().store().read().await.unwrap();
        let interactions = tx.verifications().interactions(1).await.unwrap();
        let expected =
            InteractionResult { interaction_id: "a".to_owned(), success: false, description: Some("a request".to_owned()) };
        assert_eq!(interactions, [expected]);
    })
    .await;
}

#[tokio::test]
async fn a_result_belongs_to_the_content_whichever_version_published_it() {
    on_every_database(async |broker| {
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/same")).await.expect(201);
        broker.verify("Web", "1", "Orders", "10", true).await.expect(201);
        broker.publish("Web", "2", "Orders", &pact("Web", "Orders", "/same")).await.expect(201);

        let latest = broker.get(&format!("{PAIR}/version/2/verification-results/latest")).await.expect(200).json();
        let summary = broker.get("/verification-results/consumer/Web/version/2/latest").await.expect(200).json();

        assert_eq!(latest["providerApplicationVersion"], "10");
        assert_eq!(latest["_links"]["pb:pact-version"]["name"], "Pact between Web (2) and Orders");
        assert_eq!(summary["success"], true);
        assert_eq!(summary["providerSummary"], json!({ "successful": ["Orders"], "failed": [], "unknown": [] }));
    })
    .await;
}

#[tokio::test]
async fn deleting_a_result_lets_the_one_before_it_count_again() {
    on_every_database(async |broker| {
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
        broker.verify("Web", "1", "Orders", "10", true).await.expect(201);
        let second = broker.verify("Web", "1", "Orders", "10", false).await.expect(201);
        let latest = format!("{PAIR}/latest/verification-results/latest");
        assert_eq!(broker.get(&latest).await.expect(200).json()["success"], false);

        broker.delete(&second.link("self")).await.expect(204);

        assert_eq!(broker.get(&latest).await.expect(200).json()["success"], true);
        let mut tx = broker.app().store().read().await.unwrap();
        let (number,): (i64,) = crate::store::one!(
            tx,
            (i64,),
            "SELECT v.number FROM latest_verifications l JOIN verifications v ON v.id = l.verification_id"
        )
        .unwrap();
        assert_eq!(number, 1);
        let third = broker.verify("Web", "1", "Orders", "10", false).await.expect(201);
        assert!(third.link("self").ends_with("/verification-results/3"), "a number is not used twice");
    })
    .await;
}

#[tokio::test]
async fn successes_count_for_branches_and_tags_that_come_later_until_their_version_is_deleted() {
    on_every_database(async |broker| {
        let pending_for = async |provider: Value| {
            let path = "/pacts/provider/Orders/for-verification";
            let pacts = broker.post(path, &provider).await.expect(200).json()["_embedded"]["pacts"].clone();
            pacts[0]["verificationProperties"]["pending"].as_bool().unwrap()
        };
        let feature = json!({ "providerVersionBranch": "feat/x" });
        let tagged = json!({ "providerVersionTags": ["prod"] });
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
        broker.add_to_branch("Orders", "main", "10").await.expect(201);
        broker.tag("Orders", "9", "prod").await.expect(201);
        broker.add_to_branch("Orders", "feat/x", "9").await.expect(201);
        broker.pass(Duration::from_mins(1));
        broker.verify("Web", "1", "Orders", "10", true).await.expect(201);
        assert!(pending_for(feature.clone()).await && pending_for(tagged.clone()).await);

        broker.tag("Orders", "10", "prod").await.expect(201);
        assert!(pending_for(feature.clone()).await && !pending_for(tagged.clone()).await);
        broker.add_to_branch("Orders", "feat/x", "10").await.expect(201);
        assert!(!pending_for(feature.clone()).await);

        broker.delete("/pacticipants/Orders/versions/10").await.expect(204);
        assert!(pending_for(feature).await && pending_for(tagged).await);
    })
    .await;
}

#[tokio::test]
async fn a_result_that_says_too_little_is_refused() {
    let broker = TestBroker::on_sqlite().await;
    let pact = broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
    let link = pact.link("pb:publish-verification-results");

    let empty = broker.post(&link, &json!({})).await.expect(400);
    let wrong = broker.post(&link, &json!({ "success": "true", "providerApplicationVersion": " " })).await.expect(400);

    insta::assert_snapshot!(empty.body, @r#"{"errors":{"success":["is missing"],"providerApplicationVersion":["is missing"]}}"#);
    insta::assert_snapshot!(wrong.body, @r#"{"errors":{"success":["must be boolean"],"providerApplicationVersion":["cannot be blank"]}}"#);
    let good = json!({ "success": true, "providerApplicationVersion": "1" });
    broker.post(&format!("{PAIR}/pact-version/unknown/verification-results"), &good).await.expect(404);
    broker.get(&format!("{PAIR}/pact-version/unknown/verification-results/all")).await.expect(404);
}

#[tokio::test]
async fn what_reports_hold_beside_results_does_no_harm() {
    on_every_database(async |broker| {
        let pact = broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
        let long = "x".repeat(10_000);
        let body = json!({
            "success": true,
            "providerApplicationVersion": "10",
            "testResults": { "tests": [
                { "interactionId": "a", "status": "passed", "testDescription": "nul \u{0} byte" },
                { "interactionId": long, "status": "passed" },
                { "interactionId": 7 }, "text", null,
            ] },
        });

        let answer = broker.post(&pact.link("pb:publish-verification-results"), &body).await.expect(201);

        assert_eq!(answer.json()["testResults"], body["testResults"]);
    })
    .await;
}

#[tokio::test]
async fn the_results_of_single_interactions_are_linked_from_the_result() {
    on_every_database(async |broker| {
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
        let document = broker.get("/pacts/provider/Orders/consumer/Web/version/1").await.expect(200);
        let id = document.json()["interactions"][0]["_id"].clone();
        let results = json!({
            "success": false,
            "providerApplicationVersion": "7",
            "testResults": [{ "interactionId": id, "success": false, "interactionDescription": "a request for /" }],
        });
        let posted = broker.post(&document.link("pb:publish-verification-results"), &results).await.expect(201);

        let read = broker.get(&posted.link("self")).await.expect(200);

        let href = format!("{}/interactions", posted.link("self"));
        let link = format!(r#"<{href}>; rel="intact:interaction-results""#);
        assert_eq!((posted.header("link"), read.header("link")), (link.as_str(), link.as_str()));
        let interactions = broker.get(&href).await.expect(200).json();
        let expected = json!([{ "interactionId": id, "success": false, "description": "a request for /" }]);
        assert_eq!((&interactions["interactionResults"], &interactions["success"]), (&expected, &json!(false)));
        broker.get(&href.replace("/interactions", "0/interactions")).await.expect(404);
    })
    .await;
}
