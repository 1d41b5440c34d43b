//! Fetching pacts for verification and publishing results.

use intact_broker_client::{
    ConsumerVersionSelector, PactsForVerificationQuery, VerificationNotice, VerificationResult, VerifiedBy,
};
use serde_json::json;

use crate::server::{Server, hal};

const FOR_VERIFICATION: &str = "/pacts/provider/{provider}/for-verification";

#[tokio::test]
async fn the_pacts_to_verify_come_with_what_the_broker_says_about_them() {
    let server = Server::with_index(&[("pb:provider-pacts-for-verification", FOR_VERIFICATION)]).await;
    let this = json!({ "_links": { "self": { "href": format!("{}/pacts/provider/Order%20API/for-verification", server.url) } } });
    server.on("GET /pacts/provider/Order%20API/for-verification", [hal(&this)]);
    let answer = json!({ "_embedded": { "pacts": [
        {
            "shortDescription": "latest from main branch",
            "verificationProperties": {
                "pending": true, "wip": true, "notices": [{ "when": "before_verification", "text": "because" }],
            },
            "_links": { "self": { "href": "http://b/1", "name": "Pact between Web (1) and Order API" } },
        },
        { "_links": { "self": { "href": "http://b/2" } }, "verificationProperties": { "notices": null }, "extra": 1 },
    ] } });
    server.on("POST /pacts/provider/Order%20API/for-verification", [hal(&answer)]);
    let query = PactsForVerificationQuery {
        consumer_version_selectors: vec![
            ConsumerVersionSelector { main_branch: Some(true), ..ConsumerVersionSelector::default() },
            ConsumerVersionSelector { deployed_or_released: Some(true), ..ConsumerVersionSelector::default() },
        ],
        provider_version_branch: Some("main".into()),
        include_pending_status: true,
        include_wip_pacts_since: Some("2026-01-01".into()),
        ..PactsForVerificationQuery::default()
    };

    let pacts = server.client().pacts_for_verification("Order API", &query).await.unwrap().unwrap();

    assert_eq!(
        server.asked()[2].json(),
        json!({
            "consumerVersionSelectors": [{ "mainBranch": true }, { "deployedOrReleased": true }],
            "providerVersionBranch": "main",
            "includePendingStatus": true,
            "includeWipPactsSince": "2026-01-01",
        })
    );
    assert_eq!(pacts.len(), 2);
    assert_eq!((pacts[0].pending, pacts[0].wip, pacts[0].href.as_str()), (true, true, "http://b/1"));
    let notice = VerificationNotice { when: "before_verification".into(), text: "because".into() };
    assert_eq!(pacts[0].notices, [notice]);
    assert_eq!((pacts[1].pending, pacts[1].wip, pacts[1].short_description.as_str()), (false, false, ""));
}

#[tokio::test]
async fn no_selectors_are_an_empty_list() {
    let server = Server::with_index(&[("pb:provider-pacts-for-verification", FOR_VERIFICATION)]).await;
    let path = "/pacts/provider/P/for-verification";
    server.on(&format!("GET {path}"), [hal(&json!({}))]);
    server.on(&format!("POST {path}"), [hal(&json!({}))]);
    server.client().pacts_for_verification("P", &PactsForVerificationQuery::default()).await.unwrap();
    assert_eq!(server.asked()[2].json(), json!({ "consumerVersionSelectors": [], "includePendingStatus": false }));
}

#[tokio::test]
async fn the_latest_pact_of_each_pair_is_read_with_one_link_or_several() {
    let server = Server::with_index(&[("pb:latest-pact-versions", "/pacts/latest")]).await;
    let pact = |this: serde_json::Value| {
        json!({
            "createdAt": "2026-01-02T03:04:05+00:00",
            "_embedded": {
                "consumer": { "name": "Web", "_embedded": { "version": { "number": "1" } } },
                "provider": { "name": "P" },
            },
            "_links": { "self": this },
        })
    };
    let pacts =
        [pact(json!([{ "href": "http://b/1" }, { "href": "http://b/2" }])), pact(json!({ "href": "http://b/1" }))];
    server.on("GET /pacts/latest", [hal(&json!({ "pacts": pacts }))]);
    let latest = server.client().latest_pacts().await.unwrap().value;
    assert_eq!(latest[0], latest[1]);
    let found = [&latest[0].consumer, &latest[0].consumer_version, &latest[0].provider, &latest[0].href];
    assert_eq!(found, ["Web", "1", "P", "http://b/1"]);
}

#[tokio::test]
async fn an_unknown_provider_is_no_error() {
    let server = Server::with_index(&[
        ("pb:provider-pacts-for-verification", FOR_VERIFICATION),
        ("pb:latest-provider-pacts", "/pacts/provider/{provider}/latest"),
    ])
    .await;
    let missing = hal(&json!({ "error": "No provider with name 'X' found" })).status(404);
    server.on("GET /pacts/provider/X/for-verification", [missing.clone()]);
    server.on("GET /pacts/provider/X/latest", [missing]);
    let client = server.client();
    assert!(client.pacts_for_verification("X", &PactsForVerificationQuery::default()).await.unwrap().is_none());
    assert!(client.latest_provider_pacts("X").await.unwrap().is_empty());
}

#[tokio::test]
async fn the_latest_pacts_are_found_under_the_new_relation_or_the_old_one() {
    for relation in ["pb:pacts", "pacts"] {
        let server = Server::with_index(&[("pb:latest-provider-pacts", "/pacts/provider/{provider}/latest")]).await;
        let mut links = json!({});
        links[relation] = json!([{ "href": "http://b/1", "title": "Pact", "name": "Web" }]);
        server.on("GET /pacts/provider/P/latest", [hal(&json!({ "_links": links }))]);
        let pacts = server.client().latest_provider_pacts("P").await.unwrap();
        assert_eq!((pacts.len(), pacts[0].consumer.as_deref()), (1, Some("Web")), "{relation}");
    }
}

#[tokio::test]
async fn results_are_published_where_the_pact_says() {
    let server = Server::with_index(&[]).await;
    let pact = json!({
        "consumer": { "name": "Web" },
        "_links": {
            "pb:publish-verification-results": { "href": "http://internal/pact-version/abc/metadata/x/verification-results" },
            "pb:consumer-version": { "href": "http://b/v", "name": "1.0.0" },
        },
    });
    server.on("GET /pacts/1?x=%2F", [hal(&pact)]);
    let stored = json!({ "_links": { "self": { "href": "http://b/results/7" } } });
    server.on("POST /pact-version/abc/metadata/x/verification-results", [hal(&stored).status(201)]);
    let client = server.client();

    let fetched = client.fetch_pact(&format!("{}/pacts/1?x=%2F", server.url)).await.unwrap();
    assert_eq!(fetched.content.as_ref(), pact.to_string().as_bytes());
    assert_eq!(fetched.consumer_versions(), ["1.0.0"]);
    let result = VerificationResult {
        success: false,
        provider_application_version: "2.0".into(),
        build_url: None,
        test_results: json!([{ "interactionId": "1", "success": false }]),
        verified_by: Some(VerifiedBy { implementation: "intact".into(), version: "0".into() }),
    };
    let published = client.publish_verification_results(&fetched, &result).await.unwrap();

    assert_eq!(published.url.as_deref(), Some("http://b/results/7"));
    assert_eq!(
        server.asked()[1].json(),
        json!({
            "success": false,
            "providerApplicationVersion": "2.0",
            "testResults": [{ "interactionId": "1", "success": false }],
            "verifiedBy": { "implementation": "intact", "version": "0" },
        })
    );
}

#[tokio::test]
async fn a_pact_without_the_link_cannot_take_results() {
    let server = Server::with_index(&[]).await;
    server.on("GET /pacts/1", [hal(&json!({}))]);
    let client = server.client();
    let fetched = client.fetch_pact("/pacts/1").await.unwrap();
    let result = VerificationResult {
        success: true,
        provider_application_version: "1".into(),
        build_url: None,
        test_results: json!(null),
        verified_by: None,
    };
    let error = client.publish_verification_results(&fetched, &result).await.unwrap_err();
    assert!(error.to_string().ends_with("the document has no link `pb:publish-verification-results`"), "{error}");
}

#[tokio::test]
async fn a_fetched_pact_is_held_as_its_text_and_its_links() {
    let server = Server::with_index(&[]).await;
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let text = format!(
        "\u{feff}{{\"interactions\": [{deep}], \"_li\\u006eks\": {{\"pb:publish-verification-results\": {{\"href\": \"/r\"}}}}}}"
    );
    server.on("GET /pacts/1", [hal(&json!(null)).body(text.clone())]);
    server.on("GET /pacts/2", [hal(&json!(null)).body(r#"{"interactions": [], "_links": 7}"#)]);
    let client = server.client();

    let fetched = client.fetch_pact("/pacts/1").await.unwrap();

    assert_eq!(fetched.content, text.as_bytes());
    assert_eq!(fetched.link("pb:publish-verification-results").map(|link| link.href).as_deref(), Some("/r"));
    assert!(client.fetch_pact("/pacts/2").await.unwrap().link("self").is_none());
    for (no_pact, reason) in
        [("[1]", "expected a"), ("{\"a\": ", "EOF"), ("<html>login</html>", "an HTML page"), ("", "it is empty")]
    {
        server.on("GET /pacts/3", [hal(&json!(null)).body(no_pact)]);
        let error = client.fetch_pact("/pacts/3").await.unwrap_err().to_string();
        assert!(error.contains("cannot be read") && error.contains(reason), "{no_pact}: {error}");
    }
}
