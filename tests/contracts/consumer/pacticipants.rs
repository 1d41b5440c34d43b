//! Pacticipants, and their versions, branches and tags.

use intact::json_like;
use intact::matchers::{each_like, like};
use intact_broker_client::PacticipantChange;
use serde_json::json;

use super::{AsBrokersAnswer as _, AsTheClientSends as _, client, contract_from_index};

const KNOWN: &str = "Web 1.0.0 (branch main, tag dev) has a pact with Orders";

fn trunk() -> PacticipantChange {
    PacticipantChange {
        display_name: Some("The web shop".to_owned()),
        main_branch: Some("trunk".to_owned()),
        repository_url: Some("https://git.example.com/web".to_owned()),
    }
}

#[tokio::test]
async fn pacticipants_are_listed() {
    contract_from_index()
        .upon_receiving("a request for the pacticipants", |i| {
            i.given(KNOWN).get("/pacticipants").accepting_hal().will_respond_with(200).hal(json_like!({
                "_embedded": { "pacticipants": each_like(json_like!({ "name": like("Web") })) },
            }))
        })
        .test(async |server| {
            let pacticipants = client(server).pacticipants().await?;
            assert_eq!(pacticipants[0].name, "Web");
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_pacticipant_that_is_new_is_created() {
    contract_from_index()
        .upon_receiving("a request for the pacticipant Web", |i| {
            i.get("/pacticipants/Web").accepting_hal().will_respond_with(404)
        })
        .upon_receiving("a request to create the pacticipant Web", |i| {
            i.post("/pacticipants")
                .accepting_hal()
                .json(json!({
                    "name": "Web",
                    "displayName": "The web shop",
                    "mainBranch": "trunk",
                    "repositoryUrl": "https://git.example.com/web",
                }))
                .will_respond_with(201)
                .hal(json_like!({
                    "name": "Web",
                    "displayName": "The web shop",
                    "mainBranch": "trunk",
                    "repositoryUrl": "https://git.example.com/web",
                }))
        })
        .test(async |server| {
            let (web, created) = client(server).create_or_update_pacticipant("Web", &trunk()).await?;
            assert!(created);
            assert_eq!(web.main_branch.as_deref(), Some("trunk"));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_pacticipant_that_there_is_is_changed() {
    contract_from_index()
        .upon_receiving("a request for the pacticipant Web", |i| {
            i.given(KNOWN)
                .get("/pacticipants/Web")
                .accepting_hal()
                .will_respond_with(200)
                .hal(json_like!({ "name": "Web", "mainBranch": "main" }))
        })
        .upon_receiving("a request to change the main branch of Web", |i| {
            i.given(KNOWN)
                .patch("/pacticipants/Web")
                .merge_patch(json!({ "name": "Web", "mainBranch": "trunk" }))
                .will_respond_with(200)
                .hal(json_like!({ "name": "Web", "mainBranch": "trunk" }))
        })
        .test(async |server| {
            let change = PacticipantChange { main_branch: Some("trunk".to_owned()), ..PacticipantChange::default() };
            let (web, created) = client(server).create_or_update_pacticipant("Web", &change).await?;
            assert!(!created);
            assert_eq!((web.name.as_str(), web.main_branch.as_deref()), ("Web", Some("trunk")));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_version_names_its_branches_and_tags() {
    contract_from_index()
        .upon_receiving("a request for the branches and tags of Web 1.0.0", |i| {
            i.given(KNOWN).get("/pacticipants/Web/versions/1.0.0").accepting_hal().will_respond_with(200).hal(
                json_like!({
                    "number": "1.0.0",
                    "_embedded": { "branchVersions": [{ "name": "main" }], "tags": [{ "name": "dev" }] },
                }),
            )
        })
        .test(async |server| {
            let version = client(server).version("Web", "1.0.0").await?.expect("it exists");
            assert_eq!((&*version.branches, &*version.tags), (&["main".to_owned()][..], &["dev".to_owned()][..]));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_version_that_is_new_is_created_by_what_is_said_of_it() {
    contract_from_index()
        .upon_receiving("a request to create Orders 2.0.0", |i| {
            i.patch("/pacticipants/Orders/versions/2.0.0")
                .merge_patch(json!({ "buildUrl": "https://ci.example.com/orders/9" }))
                .will_respond_with(201)
                .hal(json_like!({ "number": "2.0.0" }))
        })
        .upon_receiving("a request to put Orders 2.0.0 on the branch feat/gifts", |i| {
            i.put("/pacticipants/Orders/branches/feat%2Fgifts/versions/2.0.0")
                .accepting_hal()
                .json(json!({ "name": "feat/gifts" }))
                .will_respond_with(201)
        })
        .upon_receiving("a request to tag Orders 2.0.0", |i| {
            i.put("/pacticipants/Orders/versions/2.0.0/tags/dev")
                .accepting_hal()
                .json(json!({ "name": "dev" }))
                .will_respond_with(201)
        })
        .test(async |server| {
            let client = client(server);
            let version = client.put_version("Orders", "2.0.0", Some("https://ci.example.com/orders/9")).await?;
            assert_eq!(version.number, "2.0.0");
            client.put_branch_version("Orders", "feat/gifts", "2.0.0").await?;
            client.put_tag("Orders", "2.0.0", "dev").await?;
            Ok(())
        })
        .await;
}
