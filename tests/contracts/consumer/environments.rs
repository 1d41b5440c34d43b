//! Environments.

use intact::matchers::{array_containing, each_like, from_provider_state, like, regex};
use intact::{Response, Upcoming, json_like};
use intact_broker_client::NewEnvironment;
use serde_json::json;

use super::{AsBrokersAnswer as _, AsTheClientSends as _, ENVIRONMENT, UUID, client, contract_from_index, link};

fn staging() -> NewEnvironment {
    NewEnvironment {
        name: "staging".to_owned(),
        display_name: Some("Staging".to_owned()),
        production: false,
        ..NewEnvironment::default()
    }
}

/// The environments, among which the client looks for one by its name. Other tests go on from here, by its link to itself.
pub(super) fn list(i: Upcoming) -> Response {
    i.given("there is an environment staging").get("/environments").accepting_hal().will_respond_with(200).hal(json_like!({
        "_embedded": {
            "environments": array_containing([json_like!({
                "uuid": regex(UUID, ENVIRONMENT),
                "name": "staging",
                "displayName": "Staging",
                "production": false,
                "_links": { "self": link(&format!("/environments/{UUID}"), &format!("/environments/{ENVIRONMENT}")) },
            })]),
        },
    }))
}

#[tokio::test]
async fn environments_are_listed() {
    contract_from_index()
        .upon_receiving("a request for the environments", list)
        .test(async |server| {
            let environments = client(server).environments().await?;
            assert_eq!(environments.len(), 1);
            assert_eq!(environments[0].uuid, ENVIRONMENT);
            assert_eq!(environments[0].name, "staging");
            assert_eq!(environments[0].display_name.as_deref(), Some("Staging"));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn an_environment_is_found_by_its_id() {
    contract_from_index()
        .upon_receiving("a request for an environment", |i| {
            i.given("there is an environment staging")
                .get(from_provider_state("/environments/${environment}", format!("/environments/{ENVIRONMENT}")))
                .accepting_hal()
                .will_respond_with(200)
                .hal(json_like!({ "uuid": regex(UUID, ENVIRONMENT), "name": "staging", "production": false }))
        })
        .test(async |server| {
            let environment = client(server).environment(ENVIRONMENT).await?.expect("it exists");
            assert_eq!(environment.name, "staging");
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn an_environment_is_created() {
    contract_from_index()
        .upon_receiving("a request to create the environment staging", |i| {
            i.post("/environments")
                .accepting_hal()
                .json(json!({ "name": "staging", "displayName": "Staging", "production": false }))
                .will_respond_with(201)
                .hal(json_like!({ "uuid": regex(UUID, ENVIRONMENT), "name": "staging", "displayName": "Staging", "production": false }))
        })
        .test(async |server| {
            let created = client(server).create_environment(&staging()).await?;
            assert_eq!((created.uuid.as_str(), created.name.as_str()), (ENVIRONMENT, "staging"));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_with_the_field_that_is_wrong() {
    contract_from_index()
        .upon_receiving("a request to create the environment staging", |i| {
            i.given("there is an environment staging")
                .post("/environments")
                .accepting_hal()
                .json(json!({ "name": "staging", "displayName": "Staging", "production": false }))
                .will_respond_with(400)
                .hal(json_like!({
                    "errors": { "name": each_like(like("Another environment with name 'staging' already exists")) },
                }))
        })
        .test(async |server| {
            let error = client(server).create_environment(&staging()).await.expect_err("the name is taken");
            assert_eq!(error.status(), Some(400));
            assert_eq!(error.messages(), ["name: Another environment with name 'staging' already exists"]);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn an_environment_is_deleted() {
    contract_from_index()
        .upon_receiving("a request to delete an environment", |i| {
            i.given("there is an environment staging")
                .delete(from_provider_state("/environments/${environment}", format!("/environments/{ENVIRONMENT}")))
                .accepting_hal()
                .will_respond_with(204)
        })
        .test(async |server| Ok(client(server).delete_environment(ENVIRONMENT).await?))
        .await;
}
