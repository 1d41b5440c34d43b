//! What a provider's verification asks and tells: which pacts, their content, the results.

use intact::matchers::{each_like, equal_to, from_provider_state, like, regex};
use intact::{Contract, json_like};
use intact_broker_client::{
    ConsumerVersionSelector, FetchedPact, PactsForVerificationQuery, VerificationResult, VerifiedBy,
};
use serde_json::json;

use super::{AsBrokersAnswer as _, AsTheClientSends as _, client, contract, contract_from_index, link, template};

const PACT: &str = "/pacts/provider/Orders/consumer/Web/pact-version/a1b2c3/metadata/d4e5f6";

/// Another pact, still in progress.
const GIFTS: &str = "/pacts/provider/Orders/consumer/Web/pact-version/b2c3d4/metadata/e5f6a7";

/// The content of a pact, chosen for some consumer version; the rest of the path is the broker's business.
const CONTENT: &str = "/pacts/provider/Orders/consumer/Web/pact-version/[^/]+/metadata/[^/]+";

const FOR_VERIFICATION: &str = "/pacts/provider/Orders/for-verification";

/// Before the client asks which pacts to verify, it follows a link to where that is asked.
fn contract_from_pacts_for_verification() -> Contract {
    contract_from_index().upon_receiving("a request for the pacts to verify", |i| {
        i.given("Web 1.0.0 (branch main, tag dev) has a pact with Orders")
            .get(FOR_VERIFICATION)
            .accepting_hal()
            .will_respond_with(200)
            .hal(json_like!({ "_links": { "self": template(FOR_VERIFICATION) } }))
    })
}

#[tokio::test]
async fn selected_pacts_are_listed_with_what_to_say_about_them() {
    contract_from_pacts_for_verification()
        .upon_receiving("a request for the pacts to verify of selected versions", |i| {
            i.given("Web 1.0.0 (branch main, tag dev) has a pact with Orders")
                .post(FOR_VERIFICATION)
                .accepting_hal()
                .json(json!({
                    "consumerVersionSelectors": [{ "mainBranch": true }, { "deployedOrReleased": true }],
                    "providerVersionBranch": "main",
                    "includePendingStatus": true,
                }))
                .will_respond_with(200)
                .hal(json_like!({
                    "_embedded": {
                        "pacts": each_like(json_like!({
                            "shortDescription": like("latest from main branch"),
                            "verificationProperties": {
                                "pending": equal_to(true),
                                "notices": each_like(json_like!({
                                    "when": regex("(before|after)_verification(:.+)?", "before_verification"),
                                    "text": like("This pact is in pending state for this version of Orders"),
                                })),
                            },
                            "_links": {
                                "self": {
                                    "href": regex(&format!("https?://[^/]+{CONTENT}"), format!("http://localhost{PACT}")),
                                    "name": like("Pact between Web (1.0.0) and Orders"),
                                },
                            },
                        })),
                    },
                }))
        })
        .test(async |server| {
            let query = PactsForVerificationQuery {
                consumer_version_selectors: vec![
                    ConsumerVersionSelector { main_branch: Some(true), ..ConsumerVersionSelector::default() },
                    ConsumerVersionSelector { deployed_or_released: Some(true), ..ConsumerVersionSelector::default() },
                ],
                provider_version_branch: Some("main".to_owned()),
                include_pending_status: true,
                ..PactsForVerificationQuery::default()
            };
            let pacts = client(server).pacts_for_verification("Orders", &query).await?.expect("a known provider");
            assert_eq!(pacts.len(), 1);
            assert_eq!(pacts[0].href, format!("http://localhost{PACT}"));
            assert_eq!(pacts[0].name.as_deref(), Some("Pact between Web (1.0.0) and Orders"));
            assert_eq!(pacts[0].short_description, "latest from main branch");
            assert!(pacts[0].pending && !pacts[0].wip);
            assert_eq!(pacts[0].notices[0].when, "before_verification");
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn work_in_progress_is_marked() {
    contract_from_pacts_for_verification()
        .upon_receiving("a request for the pacts to verify with work in progress", |i| {
            i.given("Orders 2.0.0 (branch main) keeps the pact of Web 1.0.0")
                .given("Web 1.1.0 (branch feat/gifts) has another pact with Orders")
                .post(FOR_VERIFICATION)
                .accepting_hal()
                .json(json!({
                    "consumerVersionSelectors": [],
                    "providerVersionBranch": "main",
                    "providerVersionTags": ["dev"],
                    "includePendingStatus": true,
                    "includeWipPactsSince": "2020-01-01",
                }))
                .will_respond_with(200)
                .hal(json_like!({
                    "_embedded": {
                        "pacts": [
                            {
                                "verificationProperties": { "pending": false },
                                "_links": { "self": link(CONTENT, PACT) },
                            },
                            {
                                "verificationProperties": { "pending": true, "wip": true },
                                "_links": { "self": link(CONTENT, GIFTS) },
                            },
                        ],
                    },
                }))
        })
        .test(async |server| {
            let query = PactsForVerificationQuery {
                provider_version_branch: Some("main".to_owned()),
                provider_version_tags: vec!["dev".to_owned()],
                include_pending_status: true,
                include_wip_pacts_since: Some("2020-01-01".to_owned()),
                ..PactsForVerificationQuery::default()
            };
            let pacts = client(server).pacts_for_verification("Orders", &query).await?.expect("a known provider");
            let marks: Vec<_> = pacts.iter().map(|pact| (pact.href.as_str(), pact.pending, pact.wip)).collect();
            let (kept, gifts) = (format!("http://localhost{PACT}"), format!("http://localhost{GIFTS}"));
            assert_eq!(marks, [(kept.as_str(), false, false), (gifts.as_str(), true, true)]);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_provider_that_nobody_has_a_pact_with_is_not_known() {
    contract_from_index()
        .upon_receiving("a request for the pacts to verify of an unknown provider", |i| {
            i.get("/pacts/provider/Nobody/for-verification").accepting_hal().will_respond_with(404)
        })
        .test(async |server| {
            let pacts = client(server).pacts_for_verification("Nobody", &PactsForVerificationQuery::default()).await?;
            assert_eq!(pacts, None);
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn the_newest_pacts_of_a_provider_are_listed_by_consumer() {
    contract_from_index()
        .upon_receiving("a request for the newest pacts of Orders", |i| {
            i.given("Web 1.0.0 (branch main, tag dev) has a pact with Orders")
                .get("/pacts/provider/Orders/latest")
                .accepting_hal()
                .will_respond_with(200)
                .hal(json_like!({
                    "_links": {
                        "pb:pacts": [{
                            "href": regex(
                                r"https?://[^/]+/pacts/provider/Orders/consumer/Web/version/1\.0\.0",
                                "http://localhost/pacts/provider/Orders/consumer/Web/version/1.0.0",
                            ),
                            "name": "Web",
                        }],
                    },
                }))
        })
        .test(async |server| {
            let pacts = client(server).latest_provider_pacts("Orders").await?;
            assert_eq!(pacts[0].consumer.as_deref(), Some("Web"));
            assert_eq!(pacts[0].href, "http://localhost/pacts/provider/Orders/consumer/Web/version/1.0.0");
            Ok(())
        })
        .await;
}

fn contract_from_pact() -> Contract {
    contract().upon_receiving("a request for a pact to verify", |i| {
        i.given("Web 1.0.0 (branch main, tag dev) has a pact with Orders")
            .get(from_provider_state("${pact}", PACT))
            .accepting_hal()
            .will_respond_with(200)
            .hal(json_like!({
                "consumer": { "name": "Web" },
                "provider": { "name": "Orders" },
                "interactions": each_like(json_like!({ "description": like("a request for order 7") })),
                "_links": {
                    "pb:publish-verification-results":
                        link(&format!("{CONTENT}/verification-results"), &format!("{PACT}/verification-results")),
                    "pb:consumer-versions": [{ "name": "1.0.0" }],
                },
            }))
    })
}

async fn fetch(server: &intact::MockServer) -> Result<FetchedPact, intact_broker_client::BrokerError> {
    client(server).fetch_pact(&format!("http://localhost{PACT}")).await
}

#[tokio::test]
async fn a_pact_knows_for_which_versions_it_was_chosen_and_where_its_results_go() {
    contract_from_pact()
        .test(async |server| {
            let pact = fetch(server).await?;
            let content: serde_json::Value = serde_json::from_slice(&pact.content)?;
            assert_eq!(content["consumer"]["name"], "Web");
            assert_eq!(content["interactions"][0]["description"], "a request for order 7");
            assert!(pact.link("pb:publish-verification-results").is_some());
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_result_is_published_where_the_pact_says() {
    contract_from_pact()
        .upon_receiving("a verification result", |i| {
            i.given("Web 1.0.0 (branch main, tag dev) has a pact with Orders")
                .post(from_provider_state("${pact}/verification-results", format!("{PACT}/verification-results")))
                .accepting_hal()
                .json(json!({
                    "success": true,
                    "providerApplicationVersion": "2.0.0",
                    "buildUrl": "https://ci.example.com/orders/9",
                    "testResults": { "tests": [{ "interactionDescription": "a request for order 7", "success": true }] },
                    "verifiedBy": { "implementation": "Intact", "version": "0.1.0" },
                }))
                .will_respond_with(201)
                .hal(json_like!({
                    "_links": {
                        "self": link(
                            "/pacts/provider/Orders/consumer/Web/pact-version/[^/]+/(metadata/[^/]+/)?verification-results/\\d+",
                            "/pacts/provider/Orders/consumer/Web/pact-version/a1b2c3/verification-results/1",
                        ),
                    },
                }))
        })
        .test(async |server| {
            let result = VerificationResult {
                success: true,
                provider_application_version: "2.0.0".to_owned(),
                build_url: Some("https://ci.example.com/orders/9".to_owned()),
                test_results: json!({
                    "tests": [{ "interactionDescription": "a request for order 7", "success": true }],
                }),
                verified_by: Some(VerifiedBy { implementation: "Intact".to_owned(), version: "0.1.0".to_owned() }),
            };
            let pact = fetch(server).await?;
            let published = client(server).publish_verification_results(&pact, &result).await?;
            assert!(published.url.is_some_and(|url| url.ends_with("/verification-results/1")));
            Ok(())
        })
        .await;
}
