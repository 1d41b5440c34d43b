use serde_json::json;

use crate::testing::{TestBroker, on_every_database};

#[tokio::test]
async fn a_new_broker_has_test_and_production() {
    on_every_database(async |broker| {
        let answer = broker.get("/environments").await.expect(200).json();

        let environments = answer["_embedded"]["environments"].as_array().unwrap();
        let shown: Vec<_> =
            environments.iter().map(|one| (&one["name"], &one["displayName"], &one["production"])).collect();
        assert_eq!(
            shown,
            [
                (&json!("production"), &json!("Production"), &json!(true)),
                (&json!("test"), &json!("Test"), &json!(false)),
            ]
        );
        assert_eq!(answer["_links"]["pb:environments"][1]["name"], "test");
        let one = broker.get("/environments?name=test").await.expect(200).json();
        assert_eq!(one["_embedded"]["environments"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_environment_is_created_replaced_and_deleted() {
    on_every_database(async |broker| {
        let body = json!({ "name": "pre-prod", "production": false, "contacts": [{ "name": "Ops", "details": { "mail": "a@b" } }] });
        let created = broker.post("/environments", &body).await.expect(201);
        let path = created.header("location").to_owned();
        assert_eq!(created.json()["displayName"], "Pre Prod");
        assert_eq!(created.json()["contacts"], body["contacts"]);

        let replaced = broker.put(&path, &json!({ "name": "stage", "production": true })).await.expect(200).json();
        assert_eq!((&replaced["displayName"], replaced.get("contacts")), (&json!("Stage"), None));

        broker.delete(&path).await.expect(204);
        broker.get(&path).await.expect(404);
        broker.put(&path, &json!({ "name": "stage", "production": true })).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_an_environment_is_said() {
    let broker = TestBroker::on_sqlite().await;

    let taken = broker.post("/environments", &json!({ "name": "test", "production": false })).await.expect(400);
    let wrong = json!({ "name": "a b", "production": "yes", "contacts": [{}, { "name": "a\nb" }] });
    let wrong = broker.post("/environments", &wrong).await.expect(400);

    insta::assert_snapshot!(taken.body, @r#"{"errors":{"name":["name 'test' is already used by an existing environment."]}}"#);
    insta::assert_snapshot!(wrong.body, @r#"{"errors":{"name":["cannot contain spaces"],"production":["must be one of: true, false"],"contacts":["name is missing (at index 0)","name cannot contain multiple lines (at index 1)"]}}"#);
}
