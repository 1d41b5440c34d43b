//! Environments, deployments, releases, pacticipants.

use intact_broker_client::{NewEnvironment, PacticipantChange, RecordError};
use serde_json::{Value, json};

use crate::server::{Server, hal, status};

async fn server() -> Server {
    let server = Server::with_index(&[
        ("pb:environments", "/environments"),
        ("pb:environment", "/environments/{uuid}"),
        ("pb:pacticipants", "/pacticipants"),
        ("pb:pacticipant", "/pacticipants/{pacticipant}"),
        ("pb:pacticipant-version", "/pacticipants/{pacticipant}/versions/{version}"),
    ])
    .await;
    let environments = json!({ "_embedded": { "environments": [
        { "uuid": "u1", "name": "test", "displayName": "Test", "production": false },
        { "uuid": "u2", "name": "production", "displayName": "Production", "production": true },
    ] } });
    server.on("GET /environments", [hal(&environments)]);
    server.on(
        "GET /environments/u1",
        [hal(&json!({ "_links": {
        "pb:currently-deployed-deployed-versions": { "href": "/environments/u1/deployed" },
        "pb:currently-supported-released-versions": { "href": "/environments/u1/supported" },
    } }))],
    );
    server.on(
        "GET /pacticipants/Web/versions/1",
        [hal(&json!({ "number": "1", "_links": {
        "pb:record-deployment": [{ "name": "test", "href": "/deploy/test" }],
        "pb:record-release": [{ "name": "test", "href": "/release/test" }],
    } }))],
    );
    server.on("GET /pacticipants/Web/versions/2", [status(404)]);
    server
}

fn shown(error: &RecordError) -> String {
    format!("{error}\nhint: {}", error.hint().unwrap_or_else(|| "none".into()))
}

#[tokio::test]
async fn a_deployment_is_recorded_at_the_link_named_after_the_environment() {
    let server = server().await;
    server.on("POST /deploy/test", [hal(&json!({ "uuid": "d1", "currentlyDeployed": true })).status(201)]);
    let client = server.client();
    let deployed = client.record_deployment("Web", "1", "test", Some("blue")).await.unwrap();
    client.record_deployment("Web", "1", "test", None).await.unwrap();
    assert!(deployed.currently_deployed);
    let bodies: Vec<Value> =
        server.asked().iter().filter(|asked| asked.line.starts_with("POST")).map(crate::server::Asked::json).collect();
    assert_eq!(bodies, [json!({ "applicationInstance": "blue", "target": "blue" }), json!({})]);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let client = server().await.client();
    let version = client.record_deployment("Web", "2", "test", None).await.unwrap_err();
    let environment = client.record_deployment("Web", "1", "tset", None).await.unwrap_err();
    let unavailable = client.record_release("Web", "1", "production").await.unwrap_err();
    insta::assert_snapshot!([shown(&version), shown(&environment), shown(&unavailable)].join("\n"), @r"
    Web version 2 is not known to the broker
    hint: a version must have been created before, by publishing a pact or a verification result, or with create-or-update-version
    there is no environment `tset`
    hint: the environments are: test, production
    the environment `production` exists, but is not available for Web
    hint: none
    ");
}

#[tokio::test]
async fn undeploying_takes_the_named_instance_only() {
    let server = server().await;
    let entry = |id: &str, instance: Value| json!({ "uuid": id, "applicationInstance": instance, "_links": { "self": { "href": format!("/deployed/{id}") } } });
    let entries =
        json!({ "_embedded": { "deployedVersions": [entry("a", json!("blue")), entry("b", json!("green"))] } });
    server.on("GET /environments/u1/deployed?pacticipant=Web+App", [hal(&entries)]);
    let answer = json!({ "uuid": "b", "currentlyDeployed": false, "_embedded": { "version": { "number": "7" } } });
    server.on("PATCH /deployed/b", [hal(&answer)]);
    let client = server.client();

    let undeployed = client.record_undeployment("Web App", "test", Some("green")).await.unwrap();

    assert_eq!((undeployed.len(), undeployed[0].version.as_deref()), (1, Some("7")));
    let patch = server.asked().pop().unwrap();
    assert_eq!(patch.header("content-type"), Some("application/merge-patch+json"));
    assert_eq!(patch.json(), json!({ "currentlyDeployed": false }));
    let error = client.record_undeployment("Web App", "test", None).await.unwrap_err();
    insta::assert_snapshot!(shown(&error), @r"
    Web App is not currently deployed to test
    hint: specify one of the application instances: blue, green
    ");
}

#[tokio::test]
async fn support_ends_for_the_given_version_only() {
    let server = server().await;
    let entry = |id: &str, number: &str| json!({ "_links": { "self": { "href": format!("/released/{id}") } }, "_embedded": { "version": { "number": number } } });
    let entries = json!({ "_embedded": { "releasedVersions": [entry("a", "1"), entry("b", "2")] } });
    server.on("GET /environments/u1/supported?pacticipant=Web&version=1", [hal(&entries)]);
    server.on("GET /environments/u1/supported?pacticipant=Web&version=3", [hal(&json!({}))]);
    server.on("PATCH /released/a", [hal(&json!({ "uuid": "a", "currentlySupported": false }))]);
    let client = server.client();
    assert_eq!(client.record_support_ended("Web", "1", "test").await.unwrap().len(), 1);
    let error = client.record_support_ended("Web", "3", "test").await.unwrap_err();
    assert_eq!(error.to_string(), "Web version 3 is not currently released and supported in test");
}

#[tokio::test]
async fn an_environment_is_not_created_twice_by_a_retry() {
    let server = server().await;
    server.on("POST /environments", [status(502)]);
    let new = NewEnvironment { name: "new".into(), ..NewEnvironment::default() };
    assert_eq!(server.client().create_environment(&new).await.unwrap_err().status(), Some(502));
    assert_eq!(server.lines(), ["GET /", "POST /environments"]);
    assert_eq!(server.asked()[1].json(), json!({ "name": "new", "production": false }));
}

#[tokio::test]
async fn a_pacticipant_is_created_or_changed() {
    let server = server().await;
    server.on("GET /pacticipants/New", [status(404)]);
    server.on("GET /pacticipants/Old", [hal(&json!({ "name": "Old" }))]);
    server.on("POST /pacticipants", [hal(&json!({ "name": "New", "mainBranch": "main" })).status(201)]);
    server.on("PATCH /pacticipants/Old", [hal(&json!({ "name": "Old", "mainBranch": "main" }))]);
    let client = server.client();
    let change = PacticipantChange { main_branch: Some("main".into()), ..PacticipantChange::default() };
    let (created, is_new) = client.create_or_update_pacticipant("New", &change).await.unwrap();
    assert_eq!((created.main_branch.as_deref(), is_new), (Some("main"), true));
    let (_, is_new) = client.create_or_update_pacticipant("Old", &change).await.unwrap();
    assert!(!is_new);
    let sent: Vec<Value> =
        server.asked().iter().filter(|asked| !asked.body.is_empty()).map(crate::server::Asked::json).collect();
    assert_eq!(sent, [json!({ "name": "New", "mainBranch": "main" }), json!({ "name": "Old", "mainBranch": "main" })]);
}
