//! The worked selections of a Pact Broker, over HTTP on every database.

mod in_progress;

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::testing::{Answer, TestBroker, on_every_database};

fn pact(description: &str) -> Value {
    json!({ "interactions": [{ "description": description, "request": {}, "response": {} }] })
}

async fn ask(broker: &TestBroker, body: &Value) -> Answer {
    broker.pass(Duration::from_secs(1));
    broker.post("/pacts/provider/WP/for-verification", body).await.expect(200)
}

fn entries_in(answer: &Answer) -> Vec<Value> {
    answer.json()["_embedded"]["pacts"].as_array().expect("a list of pacts").clone()
}

/// `version [pending] [wip]: short description`, for each entry.
fn shown(answer: &Answer) -> Vec<String> {
    entries_in(answer)
        .iter()
        .map(|entry| {
            let name = entry["_links"]["self"]["name"].as_str().expect("a name");
            let version = name.split(['(', ')']).nth(1).expect("a version in the name");
            let flags = [
                ("pending", &entry["verificationProperties"]["pending"]),
                ("wip", &entry["verificationProperties"]["wip"]),
            ];
            let flags: Vec<_> = flags.into_iter().filter(|(_, set)| **set == true).map(|(name, _)| name).collect();
            let flags = if flags.is_empty() { String::new() } else { format!(" {}", flags.join(" ")) };
            format!("{version}{flags}: {}", entry["shortDescription"].as_str().expect("a description"))
        })
        .collect()
}

/// Publishes a result through the link that an entry was handed out with.
async fn verify_entry(broker: &TestBroker, entry: &Value, provider_version: &str, success: bool) {
    broker.pass(Duration::from_secs(1));
    let href = entry["_links"]["self"]["href"].as_str().expect("an address");
    let publish = broker.get(href).await.expect(200).link("pb:publish-verification-results");
    let result = json!({ "success": success, "providerApplicationVersion": provider_version });
    broker.post(&publish, &result).await.expect(201);
}

fn standard() -> Value {
    json!({ "providerVersionBranch": "main", "includePendingStatus": true, "includeWipPactsSince": "2020-01-01",
            "consumerVersionSelectors": [{ "mainBranch": true }] })
}

fn with(body: &Value, key: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[key] = value;
    body
}

async fn publish_on_branch(broker: &TestBroker, version: &str, branch: &str, content: &str) {
    broker.pass(Duration::from_secs(1));
    broker.add_to_branch("WC", branch, version).await.expect(201);
    broker.publish("WC", version, "WP", &pact(content)).await.expect(201);
}

#[tokio::test]
async fn pending_and_work_in_progress_follow_the_results() {
    on_every_database(async |broker| {
        publish_on_branch(&broker, "c1", "main", "one").await;
        broker.add_to_branch("WP", "main", "p1").await.expect(201);
        let (c1_pending, c1) = ("c1 pending: latest from main branch", "c1: latest from main branch");
        let c2_in_progress = "c2 pending wip: latest from branch feat/a";
        assert_eq!(shown(&ask(&broker, &standard()).await), [c1_pending]);

        publish_on_branch(&broker, "c2", "feat/a", "two").await;
        let answer = ask(&broker, &standard()).await;
        assert_eq!(shown(&answer), [c1_pending, c2_in_progress]);

        verify_entry(&broker, &entries_in(&answer)[1], "p1", true).await;
        assert_eq!(shown(&ask(&broker, &standard()).await), [c1_pending, c2_in_progress]);

        verify_entry(&broker, &entries_in(&answer)[0], "p1", false).await;
        assert_eq!(shown(&ask(&broker, &standard()).await), [c1_pending, c2_in_progress]);

        verify_entry(&broker, &entries_in(&answer)[0], "p1", true).await;
        assert_eq!(shown(&ask(&broker, &standard()).await), [c1, c2_in_progress]);
        let unborn = with(&standard(), "providerVersionBranch", json!("new"));
        assert_eq!(shown(&ask(&broker, &unborn).await), [c1, c2_in_progress]);

        let explicit =
            with(&standard(), "consumerVersionSelectors", json!([{ "branch": "feat/a" }, { "mainBranch": true }]));
        let answer = ask(&broker, &explicit).await;
        assert_eq!(shown(&answer), [c1, "c2: latest from branch feat/a"]);

        verify_entry(&broker, &entries_in(&answer)[1], "p1", true).await;
        assert_eq!(shown(&ask(&broker, &standard()).await), [c1]);

        broker.add_to_branch("WC", "main", "c9").await.expect(201);
        assert_eq!(shown(&ask(&broker, &standard()).await), [""; 0]);

        publish_on_branch(&broker, "c10", "main", "one").await;
        assert_eq!(shown(&ask(&broker, &standard()).await), ["c10: latest from main branch"]);

        broker.deploy("WC", "c1", "test").await.expect(201);
        broker.deploy("WC", "c2", "production").await.expect(201);
        let running = json!([{ "deployedOrReleased": true }, { "mainBranch": true }]);
        assert_eq!(
            shown(&ask(&broker, &with(&standard(), "consumerVersionSelectors", running)).await),
            ["c2: deployed to production", "c10: deployed to test, latest from main branch"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_fallback_branch_is_used_for_consumers_without_a_pact_on_the_branch() {
    on_every_database(async |broker| {
        publish_on_branch(&broker, "c1", "main", "one").await;
        let selectors = json!([{ "branch": "nope", "fallbackBranch": "main" }]);

        let answer = ask(&broker, &json!({ "consumerVersionSelectors": selectors })).await;

        assert_eq!(shown(&answer), ["c1 pending: latest from branch main"]);
        let why = entries_in(&answer)[0]["verificationProperties"]["notices"][0]["text"].to_string();
        assert!(
            why.contains(
                "latest version from branch 'main' (fallback branch used as no pact was found from branch 'nope') (c1)"
            ),
            "{why}"
        );
    })
    .await;
}

#[tokio::test]
async fn tags_of_the_provider_are_decided_one_by_one() {
    on_every_database(async |broker| {
        publish_on_branch(&broker, "c1", "main", "one").await;
        broker.tag("WC", "c1", "t").await.expect(201);
        broker.publish("WC", "c2", "WP", &pact("two")).await.expect(201);
        broker.tag("WC", "c2", "other").await.expect(201);
        let body = json!({ "providerVersionTags": ["master", "feat"], "includeWipPactsSince": "2020-01-01",
                           "consumerVersionSelectors": [{ "tag": "t", "latest": true }] });
        let answer = ask(&broker, &body).await;
        assert_eq!(
            shown(&answer),
            ["c1 pending: latest with tag t", "c2 pending wip: latest with tag other, latest from branch other"]
        );

        broker.tag("WP", "p1", "master").await.expect(201);
        broker.pass(Duration::from_secs(1));
        broker.tag("WP", "p0", "feat").await.expect(201);
        verify_entry(&broker, &entries_in(&answer)[0], "p1", true).await;

        let answer = ask(&broker, &body).await;
        assert_eq!(shown(&answer)[0], "c1 pending: latest with tag t");
        let pending = entries_in(&answer)[0]["verificationProperties"]["notices"][1]["text"].to_string();
        assert!(pending.contains("a version of WP with tag 'feat' has not yet"), "{pending}");
        let master = with(&body, "providerVersionTags", json!(["master"]));
        assert_eq!(shown(&ask(&broker, &master).await)[0], "c1: latest with tag t");
    })
    .await;
}

#[tokio::test]
async fn work_in_progress_needs_a_date_and_a_branch_or_tag() {
    on_every_database(async |broker| {
        publish_on_branch(&broker, "c1", "feat/a", "one").await;
        let none =
            json!({ "includeWipPactsSince": "2020-01-01", "consumerVersionSelectors": [{ "mainBranch": true }] });
        assert!(shown(&ask(&broker, &none).await).is_empty());
        assert_eq!(shown(&ask(&broker, &standard()).await).len(), 1);
        assert!(shown(&ask(&broker, &with(&standard(), "includeWipPactsSince", json!("2026-01-02"))).await).is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_get_form_is_deprecated_and_knows_tags_only() {
    on_every_database(async |broker| {
        publish_on_branch(&broker, "c1", "main", "one").await;

        let answer = broker.get("/pacts/provider/WP/for-verification").await.expect(200);

        assert_eq!(shown(&answer), ["c1 pending: latest from main branch"]);
        assert_eq!(answer.link("self"), "http://broker/pacts/provider/WP/for-verification");
        let first = &entries_in(&answer)[0]["verificationProperties"]["notices"][0];
        assert!(
            first["text"]
                .as_str()
                .unwrap()
                .starts_with("WARNING - this version of the Pact library uses a beta version")
        );
        let refused =
            broker.get("/pacts/provider/WP/for-verification?consumer_version_selectors[][mainBranch]=true").await;
        assert_eq!(
            refused.expect(400).body,
            r#"{"errors":{"consumer_version_selectors":["tag is missing (at index 0)"]}}"#
        );
    })
    .await;
}

#[tokio::test]
async fn requests_are_refused_in_the_order_clients_know() {
    on_every_database(async |broker| {
        let path = "/pacts/provider/Nobody/for-verification";
        let unknown = broker.post(path, &json!({})).await.expect(404);
        assert_eq!(unknown.body, r#"{"error":"No provider with name 'Nobody' found"}"#);
        broker.post(path, &json!({ "consumerVersionSelectors": [{}] })).await.expect(400);
        broker.send(http::Method::POST, path, &[("content-type", "text/plain")], "{").await.expect(415);
        broker
            .send(http::Method::POST, path, &[("content-type", "application/json"), ("accept", "text/html")], "{}")
            .await
            .expect(406);
        broker.publish("WC", "c1", "WP", &pact("one")).await.expect(201);
        let empty = broker
            .send(
                http::Method::POST,
                "/pacts/provider/WP/for-verification",
                &[("content-type", "application/json")],
                "",
            )
            .await;
        assert_eq!(shown(&empty.expect(200)), ["c1 pending: latest"]);
    })
    .await;
}

#[tokio::test]
async fn names_that_no_database_holds_are_refused_or_found_nowhere() {
    on_every_database(async |broker| {
        broker.publish("WC", "c1", "WP", &pact("one")).await.expect(201);
        let path = "/pacts/provider/WP/for-verification";
        let null = json!({ "providerVersionBranch": "a\0", "providerVersionTags": ["\0"], "consumerVersionSelectors": [{ "tag": "\0" }] });
        assert_eq!(
            broker.post(path, &null).await.expect(400).json()["errors"],
            json!({ "providerVersionBranch": ["cannot contain a null character"],
                    "providerVersionTags": ["cannot contain a null character (at index 0)"],
                    "consumerVersionSelectors": ["tag cannot contain a null character (at index 0)"] })
        );
        let odd = json!({ "providerVersionBranch": "'; DROP TABLE versions; --", "includeWipPactsSince": "2020-01-01",
                          "consumerVersionSelectors": [{ "branch": "\"]') OR 1=1 --" }, { "tag": "\u{1f980}<b>" }] });
        assert!(shown(&ask(&broker, &odd).await).is_empty());
        let many = vec![json!({ "latest": true }); 1001];
        broker.post(path, &json!({ "consumerVersionSelectors": many })).await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn without_pending_status_nothing_is_said_about_it() {
    on_every_database(async |broker| {
        publish_on_branch(&broker, "c1", "main", "one").await;

        let answer = ask(&broker, &with(&standard(), "includePendingStatus", json!(false))).await;

        let properties = entries_in(&answer)[0]["verificationProperties"].clone();
        assert_eq!(properties.get("pending"), None);
        assert_eq!(properties["notices"].as_array().map(Vec::len), Some(1));
    })
    .await;
}

fn faults(body: &str) -> String {
    let json = Json::parse(body.as_bytes()).unwrap();
    let environments = HashSet::from(["test".to_owned()]);
    match posted(Checked::new(json.as_object().unwrap()), &environments) {
        Ok(request) => format!("{request:?}"),
        Err(errors) => errors.to_json().to_compact(),
    }
}

#[test]
fn everything_wrong_with_a_body_is_told_at_once() {
    insta::assert_snapshot!(
        faults(
            r#"{"providerVersionBranch":" ","providerVersionTags":"a","includePendingStatus":"yes","includeWipPactsSince":"x",
                "consumerVersionSelectors":[{"branch":"a"},{},{"tag":"a","branch":"b"}]}"#
        ),
        @r#"{"providerVersionTags":["must be an array"],"includePendingStatus":["must be one of: true, false"],"includeWipPactsSince":["must be a date"],"providerVersionBranch":["cannot be blank"],"consumerVersionSelectors":["must specify a value for environment or tag or branch, or specify mainBranch=true, matchingBranch=true, latest=true, deployed=true, released=true or deployedOrReleased=true (at index 1)","cannot specify both a tag and a branch (at index 2)"]}"#
    );
    insta::assert_snapshot!(faults(r#"{"consumerVersionSelectors":{}}"#), @r#"{"consumerVersionSelectors":["must be an array"]}"#);
}

#[test]
fn an_empty_branch_is_refused_only_where_it_would_matter() {
    assert!(faults(r#"{"providerVersionBranch":"","includePendingStatus":true}"#).contains(EMPTY_BRANCH));
    assert!(faults(r#"{"providerVersionBranch":"","includeWipPactsSince":"2026-01-01"}"#).contains(EMPTY_BRANCH));
    assert!(
        !faults(r#"{"providerVersionBranch":"","includePendingStatus":true,"providerVersionTags":["a"]}"#)
            .contains("errors")
    );
    assert!(faults(r#"{"providerVersionBranch":""}"#).contains("provider_branch: None"));
}

#[test]
fn dates_and_moments_are_understood() {
    let micros = |text| moment(text).map(Timestamp::as_micros);
    assert_eq!(micros("1970-01-02"), Some(86_400_000_000));
    assert_eq!(micros("1970-01-01T02:00:00+02:00"), Some(0));
    assert_eq!(micros("1970-01-01T00:00:01Z"), Some(1_000_000));
    assert_eq!(micros("yesterday"), None);
}

#[tokio::test]
async fn a_pact_that_was_chosen_for_very_many_reasons_is_still_found_under_its_address() {
    on_every_database(async |broker| {
        for number in 1..=70 {
            let number = number.to_string();
            broker.publish("Web", &number, "WP", &crate::testing::pact("Web", "WP", "/")).await.expect(201);
            broker.tag("Web", &number, "production").await.expect(201);
        }

        let answer = ask(&broker, &json!({ "consumerVersionSelectors": [{ "tag": "production" }] })).await.expect(200);

        let entries = entries_in(&answer);
        assert_eq!(entries.len(), 1);
        let href = entries[0]["_links"]["self"]["href"].as_str().unwrap();
        assert!(href.len() > 3000 && href.len() < 8000, "{}", href.len());
        let pact = broker.get(href).await.expect(200);
        let result = json!({ "success": true, "providerApplicationVersion": "1" });
        broker.post(&pact.link("pb:publish-verification-results"), &result).await.expect(201);
    })
    .await;
}
