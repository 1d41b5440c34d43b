//! Can I deploy?

use intact::json_like;
use intact::matchers::{like, regex};
use intact_broker_client::{MatrixQuery, MatrixTarget, VersionSelector};

use super::{AsBrokersAnswer as _, AsTheClientSends as _, client, contract, notices};

const RESULT: &str = "/pacts/provider/Orders/consumer/Web/pact-version/a1b2c3/verification-results/1";

const YES: &str = "All required verification results are published and successful";
const NO: &str = "The verification for the pact between Web and Orders failed";
const UNKNOWN: &str = "There is no verified pact between Web and Orders";

fn web() -> MatrixQuery {
    MatrixQuery::of(VersionSelector::version("Web", "1.0.0"))
}

/// The result of the row, when it has one.
fn result(success: bool) -> intact::Template {
    json_like!({
        "success": success,
        "verifiedAt": regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*", "2026-01-01T00:00:00+00:00"),
        "_links": {
            "self": {
                "href": regex(
                    "https?://[^/]+/pacts/provider/Orders/consumer/Web/pact-version/[^/]+/(metadata/[^/]+/)?verification-results/\\d+",
                    format!("http://localhost{RESULT}"),
                ),
            },
        },
    })
}

#[tokio::test]
async fn yes_with_the_row_that_says_so() {
    contract()
        .upon_receiving("a question whether Web 1.0.0 can be deployed to staging", |i| {
            i.given("there is an environment staging")
                .given("Orders 2.0.0 (branch main) keeps the pact of Web 1.0.0")
                .given("Orders 2.0.0 is deployed to staging")
                .get("/matrix")
                .query("q[][pacticipant]", "Web")
                .query("q[][version]", "1.0.0")
                .query("latestby", "cvpv")
                .query("environment", "staging")
                .accepting_hal()
                .will_respond_with(200)
                .hal(json_like!({
                    "summary": {
                        "deployable": true,
                        "reason": like(YES),
                        "success": 1,
                        "failed": 0,
                        "unknown": 0,
                    },
                    "notices": notices("success", YES),
                    "matrix": [{
                        "consumer": {
                            "name": "Web",
                            "version": { "number": "1.0.0", "branch": "main", "environments": [] },
                        },
                        "provider": {
                            "name": "Orders",
                            "version": { "number": "2.0.0", "branch": "main", "environments": [{ "name": "staging" }] },
                        },
                        "verificationResult": result(true),
                    }],
                }))
        })
        .test(async |server| {
            let matrix = client(server).matrix(&web().to(MatrixTarget::environment("staging"))).await?;
            assert!(matrix.summary.is_deployable() && !matrix.summary.is_waiting_for_results());
            assert_eq!(matrix.notices[0].kind, "success");
            let row = &matrix.rows[0];
            assert_eq!(row.consumer.version.as_ref().and_then(|version| version.branch.as_deref()), Some("main"));
            assert_eq!(row.provider.version.as_ref().map(|version| &*version.environments[0].name), Some("staging"));
            assert!(row.verification_result.as_ref().is_some_and(|result| result.success && result.url().is_some()));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn no_if_what_is_deployed_breaks_the_pact() {
    contract()
        .upon_receiving("a question whether Web 1.0.0 can be deployed to staging", |i| {
            i.given("there is an environment staging")
                .given("Orders 2.0.0 (branch main) breaks the pact of Web 1.0.0")
                .given("Orders 2.0.0 is deployed to staging")
                .get("/matrix")
                .query("q[][pacticipant]", "Web")
                .query("q[][version]", "1.0.0")
                .query("latestby", "cvpv")
                .query("environment", "staging")
                .accepting_hal()
                .will_respond_with(200)
                .hal(json_like!({
                    "summary": {
                        "deployable": false,
                        "reason": like(NO),
                        "success": 0,
                        "failed": 1,
                        "unknown": 0,
                    },
                    "notices": notices("error", NO),
                    "matrix": [{
                        "consumer": { "name": "Web", "version": { "number": "1.0.0" } },
                        "provider": { "name": "Orders", "version": { "number": "2.0.0" } },
                        "verificationResult": result(false),
                    }],
                }))
        })
        .test(async |server| {
            let matrix = client(server).matrix(&web().to(MatrixTarget::environment("staging"))).await?;
            assert_eq!(matrix.summary.deployable, Some(false));
            assert!(!matrix.summary.is_waiting_for_results());
            assert!(matrix.rows[0].verification_result.as_ref().is_some_and(|result| !result.success));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn neither_while_a_result_is_missing() {
    contract()
        .upon_receiving("a question whether Web 1.0.0 works with the newest of everything", |i| {
            i.given("Web 1.0.0 (branch main, tag dev) has a pact with Orders")
                .get("/matrix")
                .query("q[][pacticipant]", "Web")
                .query("q[][version]", "1.0.0")
                .query("latestby", "cvpv")
                .query("latest", "true")
                .accepting_hal()
                .will_respond_with(200)
                .hal(json_like!({
                    "summary": {
                        "deployable": null,
                        "reason": like(UNKNOWN),
                        "success": 0,
                        "failed": 0,
                        "unknown": 1,
                    },
                    "notices": notices("error", UNKNOWN),
                    "matrix": [{
                        "consumer": { "name": "Web", "version": { "number": "1.0.0" } },
                        "provider": { "name": "Orders", "version": null },
                        "verificationResult": null,
                    }],
                }))
        })
        .test(async |server| {
            let matrix = client(server).matrix(&web()).await?;
            assert_eq!(matrix.summary.deployable, None);
            assert!(matrix.summary.is_waiting_for_results());
            assert!(matrix.rows[0].provider.version.is_none() && matrix.rows[0].verification_result.is_none());
            Ok(())
        })
        .await;
}
