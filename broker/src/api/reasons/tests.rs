use serde_json::{Value, json};

use super::*;
use crate::testing::{TestBroker, on_every_database, on_every_database_with, pact};

const QUESTION: &str = "/can-i-deploy?pacticipant=Web&environment=production&reasons=true&version=";

/// The reasons of an answer: cause, text and command, one a paragraph.
async fn reasons(broker: &TestBroker, question: &str) -> String {
    let answer = broker.get(question).await.expect(200).json();
    let shown = |reason: &Value| {
        let text = |name: &str| reason[name].as_str().unwrap_or("-").to_owned();
        format!("{}: {}\n  {}: {}", text("cause"), text("text"), text("precondition"), text("command"))
    };
    answer["reasons"].as_array().expect("reasons").iter().map(shown).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn each_cause_is_told_with_the_command_that_resolves_it() {
    on_every_database(async |broker| {
        let mut story = Vec::new();
        broker.get(&format!("{QUESTION}1")).await.expect(400);
        broker.add_to_branch("Web", "main", "0").await.expect(201);
        story.push(reasons(&broker, &format!("{QUESTION}1")).await);
        story.push(reasons(&broker, &format!("{QUESTION}0")).await);

        broker.publish("Web", "1", "Orders & Co", &pact("Web", "Orders & Co", "/a")).await.expect(201);
        story.push(reasons(&broker, &format!("{QUESTION}1")).await);

        broker.verify("Web", "1", "Orders & Co", "7", true).await.expect(201);
        story.push(reasons(&broker, &format!("{QUESTION}1")).await);

        broker.deploy("Orders & Co", "7", "production").await.expect(201);
        assert_eq!(reasons(&broker, &format!("{QUESTION}1")).await, "");
        broker.publish("Web", "2", "Orders & Co", &pact("Web", "Orders & Co", "/b")).await.expect(201);
        story.push(reasons(&broker, &format!("{QUESTION}2")).await);

        broker.verify("Web", "2", "Orders & Co", "8", true).await.expect(201);
        story.push(reasons(&broker, &format!("{QUESTION}2")).await);

        broker.add_to_branch("Orders & Co", "main", "9").await.expect(201);
        broker.deploy("Orders & Co", "9", "production").await.expect(201);
        broker.publish("App", "1", "Orders & Co", &pact("App", "Orders & Co", "/")).await.expect(201);
        broker.deploy("App", "1", "production").await.expect(201);
        let orders = "/can-i-deploy?pacticipant=Orders%20%26%20Co&environment=production&reasons=true&version=";
        story.push(reasons(&broker, &format!("{orders}9")).await);
        story.push(reasons(&broker, &format!("{orders}10")).await);

        let filtered = "/matrix?q[][pacticipant]=Web&q[][version]=2&environment=production&latestby=cvpv&success=false&reasons=true";
        story.push(reasons(&broker, filtered).await);
        let branch = "/matrix?q[][pacticipant]=Web&q[][branch]=nope&q[][latest]=true&environment=production&reasons=true";
        story.push(reasons(&broker, branch).await);
        insta::allow_duplicates! {
            insta::assert_snapshot!(story.join("\n"), @"
            unknown_version: Web 1 does not exist: nothing was ever published for it
              with the pacts that the tests of Web 1 wrote: intact publish PACTS --consumer-app-version 1
            no_contracts: there are no contracts to hold it against
              -: -
            nothing_in_target: no version of Orders & Co is in production, and no version ever verified the pact of Web 1
              with Orders & Co checked out: intact verify --provider-name 'Orders & Co' --url http://broker/pacts/provider/Orders%20%26%20Co/consumer/Web/version/1 --publish
            nothing_in_target: no version of Orders & Co is in production; 7 would do: it verified the pact of Web 1
              deploy Orders & Co 7 to production, then record it: intact record-deployment --pacticipant 'Orders & Co' --version 7 --environment production
            verified_for_other_content: Orders & Co 7 verified other pacts of the consumer, but not what Web 2 expects
              with Orders & Co 7 checked out: intact verify --provider-name 'Orders & Co' --url http://broker/pacts/provider/Orders%20%26%20Co/consumer/Web/version/2 --publish --provider-version 7
            verified_by_other_version: the pact of Web 2 was verified by 8, but not by Orders & Co 7
              with Orders & Co 7 checked out: intact verify --provider-name 'Orders & Co' --url http://broker/pacts/provider/Orders%20%26%20Co/consumer/Web/version/2 --publish --provider-version 7
            never_verified: Orders & Co 9 never verified a pact of App 1
              with Orders & Co 9 checked out: intact verify --provider-name 'Orders & Co' --url http://broker/pacts/provider/Orders%20%26%20Co/consumer/App/version/1 --publish --provider-version 9
            unknown_version: Orders & Co 10 does not exist: nothing was ever published for it
              with Orders & Co 10 checked out: intact verify --provider-name 'Orders & Co' --publish --provider-version 10
            not_considered: the question leaves out every result between Web and Orders & Co
              -: -
            unknown_version: no version of Web is on the branch nope
              if a version of Web was built from nope: intact create-or-update-version --pacticipant Web --version VERSION --branch nope
            ");
        }
    })
    .await;
}

#[tokio::test]
async fn a_failure_names_the_interactions_that_failed_and_where_to_see_more() {
    on_every_database(async |broker| {
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/a")).await.expect(201);
        let published = broker.get("/pacts/provider/Orders/consumer/Web/version/1").await.expect(200);
        let id = published.json()["interactions"][0]["_id"].as_str().expect("an id").to_owned();
        let results = json!({
            "success": false,
            "providerApplicationVersion": "7",
            "testResults": { "tests": [
                { "interactionId": id, "interactionDescription": "a request for /a", "success": false },
            ] },
        });
        broker.post(&published.link("pb:publish-verification-results"), &results).await.expect(201);
        broker.deploy("Orders", "7", "production").await.expect(201);

        let answer = broker.get(&format!("{QUESTION}1")).await.expect(200).json();
        let reason = &answer["reasons"][0];
        assert_eq!(reason["cause"], "failed", "{reason}");
        assert_eq!(reason["failedInteractions"][0]["id"], id.as_str());
        assert_eq!(reason["provider"], json!({ "name": "Orders", "version": "7" }));
        let result = reason["_links"]["pb:verification-result"]["href"].as_str().expect("a link");
        assert_eq!(broker.get(result).await.expect(200).json()["success"], false);
        let command = reason["command"].as_str().expect("a command");
        assert!(!command.contains("--provider-version"), "another version is needed: {command}");
    })
    .await;
}

#[tokio::test]
async fn a_result_with_many_failures_hides_no_other() {
    on_every_database(async |broker| {
        for (consumer, failures) in [("App", 1200), ("Web", 1)] {
            broker.publish(consumer, "1", "Orders", &pact(consumer, "Orders", "/a")).await.expect(201);
            let path = format!("/pacts/provider/Orders/consumer/{consumer}/version/1");
            let published = broker.get(&path).await.expect(200);
            let test = |number| json!({ "interactionId": format!("{consumer} {number}"), "success": false });
            let results = json!({
                "success": false,
                "providerApplicationVersion": "7",
                "testResults": { "tests": (0..failures).map(test).collect::<Vec<_>>() },
            });
            broker.post(&published.link("pb:publish-verification-results"), &results).await.expect(201);
            broker.deploy(consumer, "1", "production").await.expect(201);
        }

        let question = "/can-i-deploy?pacticipant=Orders&environment=production&reasons=true&version=7";
        let answer = broker.get(question).await.expect(200).json();

        let told: Vec<(&str, usize, &str)> = answer["reasons"]
            .as_array()
            .expect("reasons")
            .iter()
            .map(|reason| {
                let failed = reason["failedInteractions"].as_array().expect("interactions");
                (reason["text"].as_str().unwrap(), failed.len(), failed[0]["id"].as_str().unwrap())
            })
            .collect();
        assert_eq!(
            told,
            [
                ("Orders 7 does not do what App 1 expects in 1200 interactions", 100, "App 0"),
                ("Orders 7 does not do what Web 1 expects in 1 interaction", 1, "Web 0"),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn clients_that_insist_on_the_official_form_get_exactly_that() {
    on_every_database(async |broker| {
        broker.add_to_branch("Web", "main", "1").await.expect(201);
        let path = "/can-i-deploy?pacticipant=Web&environment=production&version=1";
        let has_reasons = async |path: &str, accept: &[(&str, &str)]| {
            let answer = broker.send(http::Method::GET, path, accept, "").await.expect(200);
            answer.json().get("reasons").is_some()
        };
        assert!(!has_reasons(path, &[("accept", "application/hal+json")]).await);
        assert!(!has_reasons(path, &[("accept", "application/hal+json, */*;q=0.5")]).await);
        assert!(has_reasons(&format!("{path}&reasons=true"), &[("accept", "application/hal+json")]).await);
        assert!(has_reasons(path, &[("accept", "*/*")]).await);
        assert!(has_reasons(path, &[]).await);
    })
    .await;
}

#[tokio::test]
async fn a_deployed_provider_version_without_result_is_overlooked_only_on_request() {
    let question = "/can-i-deploy?pacticipant=Web&environment=production&version=1";
    for (strict, expected) in [(true, Value::Null), (false, json!(true))] {
        on_every_database_with(
            |config| config.every_provider_version_needs_a_result = strict,
            async |broker| {
                broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/a")).await.expect(201);
                broker.verify("Web", "1", "Orders", "7", true).await.expect(201);
                broker.add_to_branch("Orders", "main", "8").await.expect(201);
                for number in ["7", "8"] {
                    broker.release("Orders", number, "production").await.expect(201);
                }
                let answer = broker.get(question).await.expect(200).json();
                assert_eq!(answer["summary"]["deployable"], expected, "{answer}");
            },
        )
        .await;
    }
}

#[test]
fn names_are_one_word_in_a_command() {
    for (name, word) in [
        ("orders-api", "orders-api"),
        ("Orders API", "'Orders API'"),
        ("it's; rm -rf /", r"'it'\''s; rm -rf /'"),
        ("$(id)", "'$(id)'"),
        ("--help", "'--help'"),
        ("", "''"),
    ] {
        assert_eq!(quoted(name), word);
    }
}
