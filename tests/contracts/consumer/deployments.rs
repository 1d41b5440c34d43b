//! Recording what is deployed and released, and that it is no longer.

use intact::matchers::{array_containing, from_provider_state, regex};
use intact::{Contract, Response, Upcoming, json_like};
use intact_broker_client::RecordError;
use serde_json::json;

use super::{
    AsBrokersAnswer as _, AsTheClientSends as _, ENVIRONMENT, UUID, client, contract_from_index, environments, link,
};

const RECORD: &str = "7f1a1b6e-3c52-4f0b-9d64-0c2d6f8a9b10";

/// The version with the links by which things are recorded about it.
fn contract_from_version() -> Contract {
    contract_from_index().upon_receiving("a request for Web 1.0.0", |i| {
        let links = |kind: &str| {
            let path = format!("/pacticipants/Web/versions/1\\.0\\.0/{kind}/environment/{UUID}");
            let example = format!("http://localhost/pacticipants/Web/versions/1.0.0/{kind}/environment/{ENVIRONMENT}");
            array_containing([
                json_like!({ "name": "staging", "href": regex(&format!("https?://[^/]+{path}"), example) }),
            ])
        };
        i.given("there is an environment staging")
            .given("Web 1.0.0 (branch main, tag dev) has a pact with Orders")
            .get("/pacticipants/Web/versions/1.0.0")
            .accepting_hal()
            .will_respond_with(200)
            .hal(json_like!({
                "number": "1.0.0",
                "_links": {
                    "pb:record-deployment": links("deployed-versions"),
                    "pb:record-release": links("released-versions"),
                },
            }))
    })
}

/// A request to record that Web 1.0.0 is in the environment.
fn record(i: Upcoming, kind: &str) -> intact::Request {
    let path = |environment: &str| format!("/pacticipants/Web/versions/1.0.0/{kind}/environment/{environment}");
    i.given("there is an environment staging")
        .given("Web 1.0.0 (branch main, tag dev) has a pact with Orders")
        .post(from_provider_state(&path("${environment}"), path(ENVIRONMENT)))
        .accepting_hal()
}

#[tokio::test]
async fn a_deployment_is_recorded() {
    contract_from_version()
        .upon_receiving("a record that Web 1.0.0 is deployed", |i| {
            record(i, "deployed-versions").json(json!({})).will_respond_with(201).hal(json_like!({
                "uuid": regex(UUID, RECORD),
                "currentlyDeployed": true,
                "_embedded": { "version": { "number": "1.0.0" } },
            }))
        })
        .test(async |server| {
            let deployed = client(server).record_deployment("Web", "1.0.0", "staging", None).await?;
            assert_eq!(deployed.uuid, RECORD);
            assert!(deployed.currently_deployed);
            assert_eq!(deployed.version.as_deref(), Some("1.0.0"));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_deployment_of_one_of_several_instances_is_recorded() {
    contract_from_version()
        .upon_receiving("a record that Web 1.0.0 is deployed as the instance blue", |i| {
            record(i, "deployed-versions")
                .json(json!({ "applicationInstance": "blue", "target": "blue" }))
                .will_respond_with(201)
                .hal(json_like!({ "currentlyDeployed": true, "applicationInstance": "blue" }))
        })
        .test(async |server| {
            let deployed = client(server).record_deployment("Web", "1.0.0", "staging", Some("blue")).await?;
            assert_eq!(deployed.application_instance.as_deref(), Some("blue"));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_release_is_recorded() {
    contract_from_version()
        .upon_receiving("a record that Web 1.0.0 is released", |i| {
            record(i, "released-versions").json(json!({})).will_respond_with(201).hal(json_like!({
                "uuid": regex(UUID, RECORD),
                "currentlySupported": true,
                "_embedded": { "version": { "number": "1.0.0" } },
            }))
        })
        .test(async |server| {
            let released = client(server).record_release("Web", "1.0.0", "staging").await?;
            assert!(released.currently_supported);
            assert_eq!(released.version.as_deref(), Some("1.0.0"));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_version_that_is_not_known_cannot_be_deployed() {
    contract_from_index()
        .upon_receiving("a request for Web 1.0.0", |i| {
            i.get("/pacticipants/Web/versions/1.0.0").accepting_hal().will_respond_with(404)
        })
        .test(async |server| {
            let error =
                client(server).record_deployment("Web", "1.0.0", "staging", None).await.expect_err("no version");
            assert!(matches!(error, RecordError::NoVersion { .. }), "{error}");
            Ok(())
        })
        .await;
}

/// What is in the environment is found by links of the environment, which is found in the list.
fn contract_from_environment() -> Contract {
    let path = |environment: &str, rest: &str| format!("/environments/{environment}{rest}");
    let below = move |rest: &str| link(&path(UUID, rest), &path(ENVIRONMENT, rest));
    contract_from_index().upon_receiving("a request for the environments", environments::list).upon_receiving(
        "a request for what is in an environment",
        |i| {
            i.given("there is an environment staging")
                .get(from_provider_state("/environments/${environment}", path(ENVIRONMENT, "")))
                .accepting_hal()
                .will_respond_with(200)
                .hal(json_like!({
                    "_links": {
                        "pb:currently-deployed-deployed-versions": below("/deployed-versions/currently-deployed"),
                        "pb:currently-supported-released-versions": below("/released-versions/currently-supported"),
                    },
                }))
        },
    )
}

fn list_in_environment(i: Upcoming, state: &str, path: &str) -> intact::Request {
    i.given("there is an environment staging")
        .given(state)
        .get(from_provider_state(
            &format!("/environments/${{environment}}{path}"),
            format!("/environments/{ENVIRONMENT}{path}"),
        ))
        .query("pacticipant", "Orders")
        .accepting_hal()
}

/// A request to change a record, found by its link to itself.
fn change(i: Upcoming, state: &str, kind: &str, change: serde_json::Value) -> Response {
    i.given("there is an environment staging")
        .given(state)
        .patch(from_provider_state(&format!("/{kind}/${{record}}"), format!("/{kind}/{RECORD}")))
        .merge_patch(&change)
        .will_respond_with(200)
        .hal(json_like!({ "_embedded": { "version": { "number": "2.0.0" } }, "uuid": regex(UUID, RECORD) }))
}

#[tokio::test]
async fn what_is_deployed_is_found_and_undeployed() {
    let state = "Orders 2.0.0 is deployed to staging";
    contract_from_environment()
        .upon_receiving("a request for where Orders is deployed", |i| {
            list_in_environment(i, state, "/deployed-versions/currently-deployed").will_respond_with(200).hal(
                json_like!({
                    "_embedded": {
                        "deployedVersions": [{
                            "_links": {
                                "self": link(&format!("/deployed-versions/{UUID}"), &format!("/deployed-versions/{RECORD}")),
                            },
                        }],
                    },
                }),
            )
        })
        .upon_receiving("a record that a version is no longer deployed", |i| {
            change(i, state, "deployed-versions", json!({ "currentlyDeployed": false }))
        })
        .test(async |server| {
            let undeployed = client(server).record_undeployment("Orders", "staging", None).await?;
            assert_eq!(undeployed.len(), 1);
            assert_eq!(undeployed[0].version.as_deref(), Some("2.0.0"));
            assert!(!undeployed[0].currently_deployed);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn what_is_released_is_found_and_no_longer_supported() {
    let state = "Orders 2.0.0 is released to staging";
    contract_from_environment()
        .upon_receiving("a request for what of Orders is supported", |i| {
            list_in_environment(i, state, "/released-versions/currently-supported")
                .query("version", "2.0.0")
                .will_respond_with(200)
                .hal(json_like!({
                    "_embedded": {
                        "releasedVersions": [{
                            "_embedded": { "version": { "number": "2.0.0" } },
                            "_links": {
                                "self": link(&format!("/released-versions/{UUID}"), &format!("/released-versions/{RECORD}")),
                            },
                        }],
                    },
                }))
        })
        .upon_receiving("a record that a version is no longer supported", |i| {
            change(i, state, "released-versions", json!({ "currentlySupported": false }))
        })
        .test(async |server| {
            let ended = client(server).record_support_ended("Orders", "2.0.0", "staging").await?;
            assert_eq!(ended.len(), 1);
            assert!(!ended[0].currently_supported);
            Ok(())
        })
        .await;
}
