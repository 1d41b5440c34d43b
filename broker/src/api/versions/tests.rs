use std::time::Duration;

use serde_json::json;

use crate::testing::{on_every_database, pact};

#[tokio::test]
async fn the_head_of_a_branch_is_the_version_added_last() {
    on_every_database(async |broker| {
        for number in ["1", "2", "3"] {
            broker.put(&format!("/pacticipants/Web/versions/{number}"), &json!({})).await.expect(201);
        }
        for number in ["3", "1"] {
            broker.add_to_branch("Web", "feat/x", number).await.expect(201);
        }
        let head = async || {
            let version = broker.get("/pacticipants/Web/branches/feat%2Fx/latest-version").await.expect(200).json();
            version["number"].as_str().unwrap().to_owned()
        };

        assert_eq!(head().await, "1");
        broker.add_to_branch("Web", "feat/x", "3").await.expect(200);
        assert_eq!(head().await, "1", "it was there already");
        broker.add_to_branch("Web", "feat/x", "2").await.expect(201);
        broker.delete("/pacticipants/Web/branches/feat%2Fx/versions/2").await.expect(204);
        assert_eq!(head().await, "3", "the newest of the rest");
        broker.delete("/pacticipants/Web/versions/3").await.expect(204);
        assert_eq!(head().await, "1");
        broker.delete("/pacticipants/Web/branches/feat%2Fx").await.expect(204);
        broker.get("/pacticipants/Web/versions/1").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn the_first_tag_of_a_fresh_version_names_its_branch() {
    on_every_database(async |broker| {
        broker.tag("Web", "1", "main").await.expect(201);
        broker.put("/pacticipants/Web/versions/2", &json!({})).await.expect(201);
        broker.pass(Duration::from_secs(11));
        broker.tag("Web", "2", "late").await.expect(201);

        let first = broker.get("/pacticipants/Web/versions/1").await.expect(200).json();
        let second = broker.get("/pacticipants/Web/versions/2").await.expect(200).json();

        assert_eq!(first["_embedded"]["branchVersions"][0]["name"], "main");
        assert_eq!(second["_embedded"]["branchVersions"], json!([]));
        assert_eq!(broker.get("/pacticipants/Web").await.expect(200).json()["mainBranch"], "main");
    })
    .await;
}

#[tokio::test]
async fn the_latest_version_of_a_tag_is_the_newest_that_has_it() {
    on_every_database(async |broker| {
        for number in ["1", "2", "3"] {
            broker.put(&format!("/pacticipants/Web/versions/{number}"), &json!({})).await.expect(201);
        }
        for number in ["3", "1"] {
            broker.tag("Web", number, "prod").await.expect(201);
        }
        let latest = async || {
            let answer = broker.get("/pacticipants/Web/latest-version/prod").await;
            answer.json()["number"].as_str().map(str::to_owned)
        };

        assert_eq!(latest().await.as_deref(), Some("3"));
        broker.delete("/pacticipants/Web/versions/3/tags/prod").await.expect(204);
        assert_eq!(latest().await.as_deref(), Some("1"));
        broker.tag("Web", "2", "prod").await.expect(201);
        broker.delete("/pacticipants/Web/versions/2").await.expect(204);
        assert_eq!(latest().await.as_deref(), Some("1"));
        broker.delete("/pacticipants/Web/versions/1/tags/prod").await.expect(204);
        assert_eq!(latest().await, None);
    })
    .await;
}

#[tokio::test]
async fn a_version_says_where_its_deployment_and_release_can_be_recorded() {
    on_every_database(async |broker| {
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);

        let version = broker.get("/pacticipants/Web/versions/1").await.expect(200).json();

        let names = |rel: &str| -> Vec<String> {
            let links = version["_links"][rel].as_array().unwrap();
            links.iter().map(|link| format!("{}: {}", link["name"], link["title"])).collect()
        };
        assert_eq!(
            names("pb:record-deployment"),
            [r#""production": "Record deployment to Production""#, r#""test": "Record deployment to Test""#]
        );
        assert_eq!(names("pb:record-release")[1], r#""test": "Record release to Test""#);
        assert_eq!(version["_links"]["pb:pact-versions"][0]["name"], "Pact between Web (1) and Orders");
        assert!(version["updatedAt"].is_string(), "mentioned by a single pact");
    })
    .await;
}

#[tokio::test]
async fn put_replaces_and_patch_merges() {
    on_every_database(async |broker| {
        let path = "/pacticipants/Web/versions/1";
        let body = json!({ "buildUrl": "https://ci/1", "tags": [{ "name": "a" }, { "name": "b" }] });
        broker.put(path, &body).await.expect(201);

        let patched = broker.patch(path, &json!({ "tags": [{ "name": "c" }] })).await.expect(200).json();
        let replaced = broker.put(path, &json!({})).await.expect(200).json();

        assert_eq!(patched["buildUrl"], "https://ci/1");
        assert_eq!(patched["_embedded"]["tags"].as_array().unwrap().len(), 1);
        assert_eq!(patched["_embedded"]["branchVersions"], json!([]));
        assert_eq!(replaced.get("buildUrl"), None);
        assert_eq!(replaced["_embedded"]["tags"][0]["name"], "c", "not given, so not replaced");
        let wrong = broker.patch(path, &json!({ "tags": [{ "name": "" }, 1] })).await.expect(400);
        insta::allow_duplicates! { insta::assert_snapshot!(wrong.body, @r#"{"errors":{"tags":["name must be filled (at index 0)","must be a hash (at index 1)"]}}"#); }
    })
    .await;
}

#[tokio::test]
async fn branches_can_be_deleted_together_but_not_the_main_one() {
    on_every_database(async |broker| {
        for (number, branch) in [("1", "main"), ("2", "feat/a"), ("3", "feat/b")] {
            broker.add_to_branch("Web", branch, number).await.expect(201);
            broker.pass(Duration::from_secs(1));
        }

        let answer = broker.delete("/pacticipants/Web/branches?exclude[]=feat%2Fb").await.expect(202);

        assert_eq!(
            answer.json()["notices"][0]["text"],
            "Scheduled deletion of 1 branches for pacticipant Web. Remaining branches are: main, feat/b"
        );
        let branches = broker.get("/pacticipants/Web/branches").await.expect(200).json();
        assert_eq!(branches["_embedded"]["branches"][0]["name"], "feat/b", "updated last");
        assert_eq!(branches["page"]["totalElements"], 2);
    })
    .await;
}

#[tokio::test]
async fn deleting_a_pacticipant_deletes_everything_that_belongs_to_it() {
    on_every_database(async |broker| {
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
        broker.verify("Web", "1", "Orders", "10", true).await.expect(201);
        broker.tag("Orders", "10", "prod").await.expect(201);
        broker.deploy("Orders", "10", "production").await.expect(201);

        broker.delete("/pacticipants/Orders").await.expect(204);

        let mut tx = broker.app().store().read().await.unwrap();
        for count in [
            "SELECT count(*) FROM pact_contents",
            "SELECT count(*) FROM pact_publications",
            "SELECT count(*) FROM verifications",
            "SELECT count(*) FROM latest_verifications",
            "SELECT count(*) FROM integrations",
            "SELECT count(*) FROM environment_versions",
            "SELECT count(*) FROM deployed_versions",
            "SELECT count(*) FROM tag_heads",
        ] {
            let (rows,): (i64,) = crate::store::one!(tx, (i64,), count).unwrap();
            assert_eq!(rows, 0, "{count}");
        }
    })
    .await;
}
