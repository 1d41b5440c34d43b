use http::Method;

use crate::testing::{Answer, TestBroker, on_every_database, on_every_database_with, pact};
use crate::{Badges, Config};

async fn badge(broker: &TestBroker, path: &str) -> Answer {
    broker.send(Method::GET, path, &[("accept", "image/svg+xml")], "").await
}

/// The last segment of the address a badge redirects to.
async fn said(broker: &TestBroker, path: &str) -> String {
    let answer = badge(broker, path).await.expect(307);
    // Who is not known is told so in words, too.
    let words = answer.body.starts_with(r#"{"error":"No pacticipant with name '"#);
    let media = if words { "application/hal+json;charset=utf-8" } else { "image/svg+xml;charset=utf-8" };
    assert_eq!((answer.header("content-type"), answer.body.is_empty()), (media, !words));
    let address = answer.header("location").to_owned();
    address.strip_prefix("https://img.shields.io/badge/").expect(&address).to_owned()
}

const PAIR: &str = "/pacts/provider/Order%20API/consumer/Checkout%20Web";

async fn publish(broker: &TestBroker, number: &str) {
    let pact = pact("Checkout Web", "Order API", number);
    broker.publish("Checkout Web", number, "Order API", &pact).await.expect(201);
}

#[tokio::test]
async fn a_pacts_badge_says_how_its_verification_stands() {
    on_every_database(async |broker| {
        let latest = format!("{PAIR}/latest/badge");
        assert_eq!(said(&broker, &latest).await, "pact%20not%20found-unknown-lightgrey.svg");
        publish(&broker, "1").await;
        broker.tag("Checkout Web", "1", "prod").await.expect(201);
        assert_eq!(said(&broker, &latest).await, "checkout%20web%2Forder%20api%20pact-unknown-lightgrey.svg");
        broker.verify("Checkout Web", "1", "Order API", "7", true).await.expect(201);
        assert_eq!(said(&broker, &latest).await, "checkout%20web%2Forder%20api%20pact-verified-brightgreen.svg");
        publish(&broker, "2").await;
        assert_eq!(said(&broker, &latest).await, "checkout%20web%2Forder%20api%20pact-changed-orange.svg");
        broker.verify("Checkout Web", "2", "Order API", "7", false).await.expect(201);

        for (path, expected) in [
            ("latest/badge?label=consumer", "checkout%20web%20pact-failed-red.svg"),
            ("latest/badge.svg?label=provider", "order%20api%20pact-failed-red.svg"),
            ("latest/badge?initials=true", "cw%2Foa%20pact-failed-red.svg"),
            ("latest/prod/badge", "checkout%20web%2Forder%20api%20pact-verified-brightgreen.svg"),
            ("latest/nope/badge", "pact%20not%20found-unknown-lightgrey.svg"),
            ("latest-untagged/badge", "checkout%20web%2Forder%20api%20pact-failed-red.svg"),
        ] {
            assert_eq!(said(&broker, &format!("{PAIR}/{path}")).await, expected, "{path}");
        }
        broker.get(&latest).await.expect(406);
    })
    .await;
}

#[tokio::test]
async fn the_newest_version_with_a_result_counts_not_the_result_recorded_last() {
    let configure = |config: &mut Config| config.allow_dangerous_contract_modification = true;
    on_every_database_with(configure, async |broker| {
        let latest = format!("{PAIR}/latest/badge");
        for number in ["1", "2", "3"] {
            publish(&broker, number).await;
            broker.tag("Checkout Web", number, "dev").await.expect(201);
        }
        broker.tag("Checkout Web", "1", "prod").await.expect(201);
        broker.verify("Checkout Web", "2", "Order API", "7", false).await.expect(201);
        broker.verify("Checkout Web", "1", "Order API", "7", true).await.expect(201);

        assert_eq!(said(&broker, &latest).await, "checkout%20web%2Forder%20api%20pact-failed-red.svg");
        for (tag, expected) in [("dev", "failed-red"), ("prod", "verified-brightgreen")] {
            let expected = format!("checkout%20web%2Forder%20api%20pact-{expected}.svg");
            assert_eq!(said(&broker, &format!("{PAIR}/latest/{tag}/badge")).await, expected);
        }
        // What the version published before counts for as long as what it published since has no result.
        broker.verify("Checkout Web", "3", "Order API", "7", true).await.expect(201);
        let changed = pact("Checkout Web", "Order API", "changed");
        broker.publish("Checkout Web", "3", "Order API", &changed).await.expect(200);
        assert_eq!(said(&broker, &latest).await, "checkout%20web%2Forder%20api%20pact-changed-orange.svg");
        broker.verify("Checkout Web", "3", "Order API", "7", true).await.expect(201);
        assert_eq!(said(&broker, &latest).await, "checkout%20web%2Forder%20api%20pact-verified-brightgreen.svg");
    })
    .await;
}

#[tokio::test]
async fn badges_answer_whether_something_can_be_deployed_or_merged() {
    on_every_database(async |broker| {
        let merge = "/pacticipants/Checkout%20Web/main-branch/can-i-merge/badge";
        assert_eq!(said(&broker, merge).await, "pacticipant-not%20found-lightgrey.svg");
        publish(&broker, "1").await;
        assert_eq!(said(&broker, merge).await, "main%20branch%20version-not%20found-lightgrey.svg");
        broker.add_to_branch("Checkout Web", "main", "1").await.expect(201);
        broker.verify("Checkout Web", "1", "Order API", "7", true).await.expect(201);
        broker.add_to_branch("Order API", "main", "7").await.expect(201);
        broker.deploy("Order API", "7", "production").await.expect(201);
        broker.tag("Checkout Web", "1", "dev").await.expect(201);

        assert_eq!(said(&broker, merge).await, "can--i--merge-success-brightgreen.svg");
        assert_eq!(badge(&broker, merge).await.header("cache-control"), "max-age=30");
        let to = |branch: &str, environment: &str| {
            format!("/pacticipants/Checkout%20Web/branches/{branch}/latest-version/can-i-deploy/to-environment/{environment}/badge")
        };
        assert_eq!(said(&broker, &to("main", "production")).await, "can--i--deploy-main%20to%20production-brightgreen.svg");
        assert_eq!(said(&broker, &format!("{}?label=web", to("main", "test"))).await, "web-main%20to%20test-red.svg");
        assert_eq!(said(&broker, &to("other", "test")).await, "branch-not%20found-lightgrey.svg");
        assert_eq!(said(&broker, &to("main", "nowhere")).await, "environment-not%20found-lightgrey.svg");
        let tags = "/pacticipants/Checkout%20Web/latest-version/dev/can-i-deploy/to/prod/badge";
        assert_eq!(said(&broker, tags).await, "can--i--deploy-dev%20to%20prod-red.svg");
        broker.tag("Order API", "7", "prod").await.expect(201);
        assert_eq!(said(&broker, tags).await, "can--i--deploy-dev%20to%20prod-brightgreen.svg");
        let both = "/matrix/provider/Order%20API/latest/prod/consumer/Checkout%20Web/latest/dev/badge";
        assert_eq!(said(&broker, both).await, "checkout%20web%20%28dev%29%2Forder%20api%20%28prod%29%20pact-verified-brightgreen.svg");
    })
    .await;
}

#[tokio::test]
async fn the_broker_draws_badges_itself_if_told() {
    let configure = |config: &mut Config| config.badges = Badges::Own;
    on_every_database_with(configure, async |broker| {
        publish(&broker, "1").await;

        let badge = badge(&broker, &format!("{PAIR}/latest/badge")).await.expect(200);

        assert_eq!(badge.header("content-type"), "image/svg+xml;charset=utf-8");
        assert!(badge.body.contains("<title>checkout web/order api pact: unknown</title>"), "{}", badge.body);
    })
    .await;
}
