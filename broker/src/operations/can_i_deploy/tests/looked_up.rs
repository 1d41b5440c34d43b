//! What is looked up for a question, beside what its answer shows of it.

use crate::domain::matrix::Question;
use crate::domain::matrix_selector::{Criteria, Selector};
use crate::operations::can_i_deploy::{answer, look_up};
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
            let provider = row.provider_version.as_ref().map(|version| version.number.as_str());
            let consumer = row.pact.consumer_version.number.as_str();
            let one = Question::about(vec![selector("app-001", Some(consumer)), selector("app-000", provider)]);
            let few = look_up(&mut tx, &one).await.expect("facts");
            for (version, details) in few.details.expect("so few are looked up at once") {
                compared += 1;
                assert_eq!(format!("{details:?}"), format!("{:?}", many.versions[&version]));
            }
        }
        assert!(compared >= 100, "only {compared} were compared");
    })
    .await;
}
