//! The questions of pipelines over HTTP, on every database.

use serde_json::{Value, json};

use crate::testing::{TestBroker, on_every_database};

/// Web 1 and 2 on main, with a pact with Orders each; Orders 50 (tag prod) verified the first successfully and runs in test.
async fn build_world(broker: &TestBroker) {
    for (version, content) in [("1", "one"), ("2", "two")] {
        let pact = json!({ "interactions": [{ "description": content, "request": {}, "response": {} }] });
        broker.add_to_branch("Web", "main", version).await.expect(201);
        broker.publish("Web", version, "Orders", &pact).await.expect(201);
        broker.tag("Web", version, "main").await.expect(201);
    }
    broker.tag("Orders", "50", "prod").await.expect(201);
    broker.verify("Web", "1", "Orders", "50", true).await.expect(201);
    broker.deploy("Orders", "50", "test").await.expect(201);
}

async fn summary(broker: &TestBroker, path: &str) -> (Value, String) {
    let answer = broker.get(path).await.expect(200).json();
    let reason = answer["summary"]["reason"].as_str().expect("a reason").to_owned();
    (answer["summary"]["deployable"].clone(), reason)
}

#[tokio::test]
async fn a_version_can_be_deployed_to_an_environment_that_has_verified_it() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let ask = async |version: &str| {
            summary(&broker, &format!("/can-i-deploy?pacticipant=Web&version={version}&environment=test")).await
        };
        let verified = "All required verification results are published and successful".to_owned();
        assert_eq!(ask("1").await, (json!(true), verified));
        let unknown = "There is no verified pact between version 2 of Web and the version of Orders currently in test (50)";
        assert_eq!(ask("2").await, (Value::Null, unknown.to_owned()));
        broker.verify("Web", "2", "Orders", "50", false).await.expect(201);
        let failed =
            "The verification for the pact between version 2 of Web and the version of Orders currently in test (50) failed";
        assert_eq!(ask("2").await, (json!(false), failed.to_owned()));
        let missing = "No pacts or verifications have been published for version 3 of Web";
        assert_eq!(ask("3").await, (json!(false), missing.to_owned()));
    })
    .await;
}

#[tokio::test]
async fn tags_serve_as_environments() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let (deployable, _) = summary(&broker, "/can-i-deploy?pacticipant=Web&version=1&to=prod").await;
        assert_eq!(deployable, json!(true));
        let (deployable, reason) = summary(&broker, "/pacticipants/Web/latest-version/main/can-i-deploy/to/prod").await;
        assert_eq!(deployable, Value::Null);
        assert!(reason.starts_with("WARN: It is recommended to specify the version number"), "{reason}");
        assert!(
            reason.ends_with(
                "the latest version of Web with tag main (2) and the latest version of Orders with tag prod (50)"
            ),
            "{reason}"
        );
        broker.get("/pacticipants/Web/latest-version/nope/can-i-deploy/to/prod").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn the_head_of_a_branch_is_asked_about() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let path = |branch: &str, environment: &str| {
            format!("/pacticipants/Web/branches/{branch}/latest-version/can-i-deploy/to-environment/{environment}")
        };
        let (deployable, reason) = summary(&broker, &path("main", "test")).await;
        assert_eq!(deployable, Value::Null);
        assert!(
            reason.ends_with(
                "the latest version of Web from branch main (2) and the version of Orders currently in test (50)"
            ),
            "{reason}"
        );
        broker.get(&path("nope", "test")).await.expect(404);
        broker.get(&path("main", "nope")).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn what_is_ignored_does_not_count_and_the_answer_says_how_much_that_is() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let path = "/can-i-deploy?pacticipant=Web&version=2&environment=test";
        let ask =
            async |ignore: &str| broker.get(&format!("{path}{ignore}")).await.expect(200).json()["summary"].clone();
        assert_eq!(ask("").await.get("ignored"), None);
        let by_name = ask("&ignore[]=Orders").await;
        assert_eq!((&by_name["deployable"], &by_name["ignored"]), (&json!(true), &json!(1)));
        let by_version = ask("&ignore[][pacticipant]=Orders&ignore[][version]=50").await;
        assert_eq!((&by_version["deployable"], &by_version["ignored"]), (&Value::Null, &json!(0)));
    })
    .await;
}

#[tokio::test]
async fn questions_that_lack_something_are_told_all_of_it() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let errors =
            async |query: &str| broker.get(&format!("/can-i-deploy{query}")).await.expect(400).json()["errors"].clone();
        assert_eq!(
            errors("?pacticipant=&version=").await,
            json!({ "pacticipant": ["is missing"], "version": ["is missing"],
                    "": ["Must specify either an environment or a 'to' tag."] })
        );
        assert_eq!(
            errors("?pacticipant=Nobody&version=1&environment=nope&to=prod").await,
            json!({ "pacticipant": ["does not match an existing pacticipant"],
                    "environment": ["with name 'nope' does not exist"],
                    "": ["Cannot specify both a 'to' tag and an environment."] })
        );
    })
    .await;
}
