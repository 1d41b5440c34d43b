//! Publishing contracts.

use base64::Engine as _;
use intact::json_like;
use intact::matchers::each_like;
use intact_broker_client::{Contract, Publication};
use serde_json::{Value, json};

use super::{AsBrokersAnswer as _, AsTheClientSends as _, client, contract_from_index, link, notices};

const PACT: &str = r#"{"consumer":{"name":"Web"},"provider":{"name":"Orders"},"interactions":[{"description":"a request for order 7","request":{"method":"GET","path":"/orders/7"},"response":{"status":200}}],"metadata":{"pactSpecification":{"version":"2.0.0"}}}"#;

fn publication() -> Publication {
    Publication {
        consumer: "Web".to_owned(),
        version: "1.0.0".to_owned(),
        branch: Some("main".to_owned()),
        tags: vec!["dev".to_owned()],
        build_url: Some("https://ci.example.com/web/7".to_owned()),
        merge: false,
        contracts: vec![Contract { provider: "Orders".to_owned(), content: PACT.into() }],
    }
}

/// The publication as it travels.
fn body() -> Value {
    json!({
        "pacticipantName": "Web",
        "pacticipantVersionNumber": "1.0.0",
        "branch": "main",
        "tags": ["dev"],
        "buildUrl": "https://ci.example.com/web/7",
        "contracts": [{
            "consumerName": "Web",
            "providerName": "Orders",
            "specification": "pact",
            "contentType": "application/json",
            "content": base64::engine::general_purpose::STANDARD.encode(PACT),
        }],
    })
}

#[tokio::test]
async fn a_publication_says_what_became_of_it() {
    contract_from_index()
        .upon_receiving("a publication of a contract", |i| {
            i.post("/contracts/publish").accepting_hal().json(body()).will_respond_with(200).hal(json_like!({
                "notices": notices("success", "Pact successfully published for Web version 1.0.0 and provider Orders."),
                "_links": {
                    "pb:contracts": [link(
                        "/pacts/provider/Orders/consumer/Web/version/1\\.0\\.0",
                        "/pacts/provider/Orders/consumer/Web/version/1.0.0",
                    )],
                },
            }))
        })
        .test(async |server| {
            let published = client(server).publish_contracts(&publication()).await?;
            assert_eq!(published.notices[0].kind, "success");
            assert!(published.notices[0].text.contains("Web version 1.0.0"));
            assert_eq!(published.pacts[0].href, "http://localhost/pacts/provider/Orders/consumer/Web/version/1.0.0");
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn merging_into_what_is_published_is_asked_for_per_contract() {
    let mut body = body();
    body["contracts"][0]["onConflict"] = json!("merge");
    contract_from_index()
        .upon_receiving("a publication of a contract to be merged", |i| {
            i.given("Web 1.0.0 has another pact with Orders")
                .post("/contracts/publish")
                .accepting_hal()
                .json(body)
                .will_respond_with(200)
                .hal(json_like!({
                    "notices": notices("success", "Pact successfully merged."),
                }))
        })
        .test(async |server| {
            let publication = Publication { merge: true, ..publication() };
            let published = client(server).publish_contracts(&publication).await?;
            assert_eq!(published.notices.len(), 1);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn other_content_for_the_same_version_is_a_conflict() {
    contract_from_index()
        .upon_receiving("a publication of a contract", |i| {
            i.given("Web 1.0.0 has another pact with Orders")
                .post("/contracts/publish")
                .accepting_hal()
                .json(body())
                .will_respond_with(409)
                .hal(json_like!({
                    "notices": notices("error", "Cannot change the content of the pact for Web version 1.0.0 and provider Orders"),
                    "errors": { "contracts": each_like("Cannot change the content of the pact for Web version 1.0.0") },
                }))
        })
        .test(async |server| {
            let error = client(server).publish_contracts(&publication()).await.expect_err("a conflict");
            assert_eq!(error.status(), Some(409));
            assert_eq!(error.notices()[0].kind, "error");
            assert!(error.messages()[0].contains("Cannot change the content"), "{error}");
            Ok(())
        })
        .await;
}
