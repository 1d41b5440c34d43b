//! What is looked up for a question, beside what its answer shows of it.

use crate::domain::matrix::{Question, Row};
use crate::domain::matrix_selector::{Criteria, Selector};
use crate::operations::can_i_deploy::{answer, can_i_deploy, look_up};
use crate::testing::{TestBroker, on_every_database, pact};

fn selector(pacticipant: &str, number: Option<&str>) -> Selector {
    let criteria = Criteria { version: number.map(str::to_owned), ..Criteria::default() };
    Selector { pacticipant: pacticipant.to_owned(), criteria }
}

async fn create_environment(broker: &TestBroker, name: &str) {
    let environment = serde_json::json!({ "name": name, "production": true });
    broker.post("/environments", &environment).await.expect(201);
}

#[tokio::test]
async fn other_versions_of_the_selected_ones_are_not_in_the_target() {
    on_every_database(async |broker| {
        create_environment(&broker, "live").await;
        for number in ["1", "2"] {
            broker.publish("Web", number, "Orders", &pact("Web", "Orders", "/orders")).await.expect(201);
        }
        broker.verify("Web", "1", "Orders", "9", true).await.expect(201);
        for (pacticipant, number) in [("Web", "1"), ("Orders", "9")] {
            broker.deploy(pacticipant, number, "live").await.expect(201);
        }
        let target = Criteria { environment: Some("live".to_owned()), ..Criteria::default() };
        let selected = vec![selector("Web", Some("2")), selector("Orders", Some("9"))];
        let question = Question { target, ..Question::about(selected) };
        let mut tx = broker.app().store().read().await.expect("a database");
        let looked_up = look_up(&mut tx, &question).await.expect("facts");
        let consumers: Vec<&str> =
            looked_up.facts.pacts.iter().map(|pact| pact.consumer_version.number.as_str()).collect();
        assert_eq!(consumers, ["2"]);
    })
    .await;
}

#[tokio::test]
async fn a_version_without_a_result_is_shown_with_what_it_has() {
    on_every_database(async |broker| {
        create_environment(&broker, "live").await;
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/orders")).await.expect(201);
        broker.verify("Web", "1", "Orders", "8", true).await.expect(201);
        broker.add_to_branch("Orders", "main", "9").await;
        for number in ["8", "9"] {
            broker.release("Orders", number, "live").await.expect(201);
        }
        let criteria = Criteria { environment: Some("live".to_owned()), ..Criteria::default() };
        let question = Question::about(vec![Selector { criteria, ..selector("Orders", None) }]);
        let mut tx = broker.app().store().read().await.expect("a database");
        let answer = can_i_deploy(&mut tx, &question).await.expect("an answer");
        let unverified = answer.verdict.rows.iter().find(|row| row.result.is_none()).expect("a row without a result");
        let version = unverified.provider_version.as_ref().expect("a version");
        let details = &answer.versions[&version.id];
        assert_eq!(version.number, "9");
        assert_eq!((details.branches[0].name.as_str(), details.environments[0].name.as_str()), ("main", "live"));
    })
    .await;
}

#[tokio::test]
async fn what_is_shown_of_versions_is_the_same_however_many_there_are() {
    const SEED: crate::Seed = crate::Seed { pacticipants: 3, integrations: 3, versions: 120, results: 1_800 };
    on_every_database(async |broker| {
        broker.seed(SEED, |_, _| {}).await.expect("an empty database");
        let mut tx = broker.app().store().read().await.expect("a database");
        let pair = Question::about(vec![selector("app-001", None), selector("app-000", None)]);
        let many = look_up(&mut tx, &pair).await.expect("facts");
        assert!(many.details.is_none(), "so many are not looked up at once");
        let many = answer(&mut tx, &pair, many).await.expect("an answer");
        let mut compared = 0;
        for row in many.verdict.rows.iter().filter(|row| row.provider_version.is_some()) {
            let Row { pact, provider_version, .. } = row;
            let consumer = selector(&pact.consumer.name, Some(&pact.consumer_version.number));
            let provider = provider_version.as_ref().map(|version| version.number.as_str());
            let one = Question::about(vec![consumer, selector(&pact.provider.name, provider)]);
            let few = look_up(&mut tx, &one).await.expect("facts");
            let few = few.details.expect("so few are looked up at once");
            for version in [Some(row.pact.consumer_version.id), row.provider_version.as_ref().map(|of| of.id)] {
                let version = version.expect("both sides");
                compared += 1;
                assert_eq!(format!("{:?}", few.get(&version)), format!("{:?}", many.versions.get(&version)));
            }
        }
        assert!(compared >= 100, "only {compared} were compared");
    })
    .await;
}
