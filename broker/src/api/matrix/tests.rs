//! Questions over HTTP, on every database.
//!
//! The world of most tests: A 1 has pacts with X and Y; Z 1 has a pact with A; X x1 verified A 1 successfully, x2 failed, x3 and
//! x9 have no result.

use serde_json::{Value, json};

use super::*;
use crate::domain::matrix::DEFAULT_LIMIT;
use crate::testing::{TestBroker, on_every_database, on_every_database_with};

fn pact(description: &str) -> Value {
    json!({ "interactions": [{ "description": description, "request": {}, "response": {} }] })
}

async fn build_world(broker: &TestBroker) {
    broker.publish("A", "1", "X", &pact("a with x")).await.expect(201);
    broker.publish("A", "1", "Y", &pact("a with y")).await.expect(201);
    broker.publish("Z", "1", "A", &pact("z with a")).await.expect(201);
    broker.verify("A", "1", "X", "x1", true).await.expect(201);
    broker.verify("A", "1", "X", "x2", false).await.expect(201);
    for version in ["x3", "x9"] {
        broker.add_to_branch("X", "b", version).await.expect(201);
    }
}

/// The verdict in a line: deployable success/failed/unknown[/ignored]: rows
fn shown(answer: &Value) -> String {
    let summary = &answer["summary"];
    let rows: Vec<String> = answer["matrix"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let consumer = format!(
                "{}{}",
                text(&row["consumer"]["name"]).unwrap(),
                text(&row["consumer"]["version"]["number"]).unwrap()
            );
            let provider =
                text(&row["provider"]["version"]["number"]).or_else(|| text(&row["provider"]["name"])).unwrap();
            let success =
                row["verificationResult"]["success"].as_bool().map_or("none".to_owned(), |success| success.to_string());
            format!("{consumer}-{provider} {success}{}", if row["ignored"] == true { " ignored" } else { "" })
        })
        .collect();
    let ignored = summary.get("ignored").map(|n| format!("/{n}")).unwrap_or_default();
    format!(
        "{} {}/{}/{}{ignored}: {}",
        summary["deployable"],
        summary["success"],
        summary["failed"],
        summary["unknown"],
        rows.join(", ")
    )
}

async fn ask(broker: &TestBroker, query: &str) -> String {
    shown(&broker.get(&format!("/matrix?{query}")).await.expect(200).json())
}

async fn reason(broker: &TestBroker, query: &str) -> String {
    let answer = broker.get(&format!("/matrix?{query}")).await.expect(200).json();
    answer["summary"]["reason"].as_str().expect("a reason").to_owned()
}

const A1: &str = "q[][pacticipant]=A&q[][version]=1";
const A1_TO_TEST: &str = "q[][pacticipant]=A&q[][version]=1&environment=test&latestby=cvpv";

#[tokio::test]
async fn a_consumer_needs_every_provider_in_the_environment() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        assert_eq!(ask(&broker, A1_TO_TEST).await, "null 0/0/2: A1-X none, A1-Y none");

        for version in ["x1", "x2"] {
            broker.release("X", version, "test").await.expect(201);
        }

        assert_eq!(ask(&broker, A1_TO_TEST).await, "null 1/1/1: A1-x2 false, A1-x1 true, A1-Y none");
        let cvp = format!("{A1}&environment=test&latestby=cvp");
        assert_eq!(ask(&broker, &cvp).await, "null 0/1/1: A1-x2 false, A1-Y none");
        let unknown = format!("{A1_TO_TEST}&ignore[][pacticipant]=NN");
        assert_eq!(ask(&broker, &unknown).await, "null 1/1/1/0: A1-x2 false, A1-x1 true, A1-Y none");
        assert!(
            reason(&broker, &unknown)
                .await
                .starts_with("WARN: Cannot ignore any version of NN (no such pacticipant exists)\n")
        );
    })
    .await;
}

#[tokio::test]
async fn a_provider_version_in_the_environment_without_result_is_not_overlooked() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        for version in ["x1", "x3"] {
            broker.release("X", version, "test").await.expect(201);
        }

        let ignoring_y = format!("{A1_TO_TEST}&ignore[][pacticipant]=Y");
        assert_eq!(ask(&broker, &ignoring_y).await, "null 1/0/1/1: A1-x3 none, A1-x1 true, A1-Y none ignored");
        assert_eq!(
            reason(&broker, &ignoring_y).await,
            "There is no verified pact between version 1 of A and one of the versions of X currently in test (x3)"
        );

        broker.verify("A", "1", "X", "x3", true).await.expect(201);

        assert_eq!(ask(&broker, &ignoring_y).await, "true 2/0/0/1: A1-x3 true, A1-x1 true, A1-Y none ignored");
    })
    .await;
}

#[tokio::test]
async fn a_broker_can_be_set_to_overlook_it_as_pact_brokers_do() {
    on_every_database_with(
        |config| config.every_provider_version_needs_a_result = false,
        async |broker| {
            build_world(&broker).await;
            for version in ["x1", "x2", "x3"] {
                broker.release("X", version, "test").await.expect(201);
            }

            assert_eq!(ask(&broker, A1_TO_TEST).await, "null 1/1/1: A1-x2 false, A1-x1 true, A1-Y none");
            let ignoring_y = format!("{A1_TO_TEST}&ignore[][pacticipant]=Y");
            assert_eq!(ask(&broker, &ignoring_y).await, "false 1/1/0/1: A1-x2 false, A1-x1 true, A1-Y none ignored");
            let ignoring_x2 = format!("{ignoring_y}&ignore[][pacticipant]=X&ignore[][version]=x2");
            assert_eq!(
                ask(&broker, &ignoring_x2).await,
                "true 1/0/0/2: A1-x1 true, A1-x2 false ignored, A1-Y none ignored"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn a_provider_needs_a_result_for_every_consumer_in_the_environment() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let x = |version: &str| format!("q[][pacticipant]=X&q[][version]={version}&environment=test&latestby=cvpv");
        assert_eq!(ask(&broker, &x("x1")).await, "true 0/0/0: ");
        assert_eq!(reason(&broker, &x("x9")).await, "There are no missing dependencies");
        assert_eq!(ask(&broker, &x("x7")).await, "false 0/0/0: ");

        broker.deploy("A", "1", "test").await.expect(201);

        assert_eq!(ask(&broker, &x("x1")).await, "true 1/0/0: A1-x1 true");
        assert_eq!(ask(&broker, &x("x9")).await, "null 0/0/1: A1-X none");
        assert_eq!(ask(&broker, &x("x7")).await, "false 0/0/1: A1-X none");
        assert_eq!(
            reason(&broker, &x("x7")).await,
            "No pacts or verifications have been published for version x7 of X"
        );
    })
    .await;
}

#[tokio::test]
async fn named_versions_are_asked_about_alone_when_there_is_no_target() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let both = |a: &str, b: &str| {
            format!(
                "q[][pacticipant]={}&q[][version]={a}&q[][pacticipant]={}&q[][version]={b}",
                if a == "1" { "A" } else { "X" },
                if b == "1" { "A" } else { "X" }
            )
        };
        assert_eq!(ask(&broker, &format!("{}&latestby=cvpv", both("1", "x1"))).await, "true 1/0/0: A1-x1 true");
        assert_eq!(ask(&broker, &format!("{}&latestby=cvpv", both("x9", "1"))).await, "null 0/0/1: A1-X none");
        let z = "q[][pacticipant]=Z&q[][version]=1&q[][pacticipant]=X&q[][version]=x1&latestby=cvpv";
        assert_eq!(ask(&broker, z).await, "true 0/0/0: ");
        let to_test = format!("{}&environment=test&latestby=cvpv", both("1", "x1"));
        assert_eq!(ask(&broker, &to_test).await, "null 1/0/1: A1-x1 true, A1-Y none");
    })
    .await;
}

#[tokio::test]
async fn other_targets_are_the_latest_and_the_main_branch() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let latest = format!("{A1}&latest=true&latestby=cvp");
        assert_eq!(ask(&broker, &latest).await, "null 0/0/3: A1-X none, A1-Y none, Z1-A none");
        assert!(reason(&broker, &latest).await.starts_with("WARN: It is recommended to specify the environment"));
        let main = format!("{A1}&mainBranch=true&latest=true&latestby=cvpv");
        assert_eq!(ask(&broker, &main).await, "null 0/0/2: A1-X none, A1-Y none");
        assert!(
            reason(&broker, &main)
                .await
                .contains("the latest version of X from the main branch (no versions exist for this branch)")
        );
    })
    .await;
}

#[tokio::test]
async fn a_name_alone_means_every_version_and_results_can_be_filtered() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let a = "q[][pacticipant]=A&latestby=cvpv";
        assert_eq!(ask(&broker, a).await, "null 1/1/1: A1-x2 false, A1-x1 true, A1-Y none");
        assert_eq!(ask(&broker, &format!("{a}&success=true")).await, "null 1/0/1: A1-x1 true");
        assert_eq!(
            ask(&broker, &format!("{a}&success[]=false&success[]=")).await,
            "null 0/1/1: A1-x2 false, A1-Y none"
        );
        let branch = "q[][pacticipant]=A&q[][branch]=nope&q[][latest]=true&environment=test";
        assert_eq!(ask(&broker, branch).await, "false 0/0/0: ");
        assert!(reason(&broker, branch).await.ends_with("\nNo version of A from branch nope exists"));
    })
    .await;
}

#[tokio::test]
async fn without_latestby_all_of_history_is_shown() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        broker.verify("A", "1", "X", "x2", true).await.expect(201);

        let both = "q[][pacticipant]=A&q[][pacticipant]=X";
        assert_eq!(ask(&broker, both).await, "false 2/1/0: A1-x2 true, A1-x2 false, A1-x1 true");
        assert_eq!(ask(&broker, &format!("{both}&latestby=cvpv")).await, "true 2/0/0: A1-x2 true, A1-x1 true");
        assert_eq!(ask(&broker, &format!("{both}&latestby=cvpv&limit=1")).await, "true 2/0/0: A1-x2 true");
    })
    .await;
}

#[tokio::test]
async fn overwritten_contracts_are_in_the_history_of_either_side() {
    on_every_database_with(
        |config| config.allow_dangerous_contract_modification = true,
        async |broker| {
            broker.publish("A", "1", "X", &pact("a with x")).await.expect(201);
            broker.verify("A", "1", "X", "x1", false).await.expect(201);
            broker.publish("A", "1", "X", &pact("a with x, changed")).await.expect(200);

            for (question, rows) in [
                ("q[][pacticipant]=X", "false 0/1/0: A1-x1 false"),
                ("q[][pacticipant]=X&q[][version]=x1", "false 0/1/0: A1-x1 false"),
                ("q[][pacticipant]=A", "null 0/1/1: A1-X none, A1-x1 false"),
                ("q[][pacticipant]=A&q[][version]=1", "null 0/1/1: A1-X none, A1-x1 false"),
                ("q[][pacticipant]=A&q[][pacticipant]=X", "null 0/1/1: A1-X none, A1-x1 false"),
                ("q[][pacticipant]=X&latestby=cvpv", "true 0/0/0: "),
            ] {
                assert_eq!(ask(&broker, question).await, rows, "{question}");
            }
        },
    )
    .await;
}

#[tokio::test]
async fn results_belong_to_the_content_whatever_version_published_it() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        broker.publish("A", "2", "X", &pact("a with x")).await.expect(201);
        broker.release("X", "x1", "test").await.expect(201);

        let query = "q[][pacticipant]=A&q[][version]=2&environment=test&latestby=cvpv";
        assert_eq!(ask(&broker, query).await, "true 1/0/0: A2-x1 true");
    })
    .await;
}

#[tokio::test]
async fn wrong_questions_are_told_everything_that_is_wrong() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let errors = async |query: &str| broker.get(&format!("/matrix{query}")).await.expect(400).json()["errors"].to_string();
        assert_eq!(errors("").await, r#"["Please provide 1 or more version selectors."]"#);
        assert_eq!(errors("?q[][pacticipant]=NN").await, r#"["Pacticipant NN not found"]"#);
        assert_eq!(
            errors("?q[]=x&q[][pacticipant]=A&q[][version]=1&q[][latest]=true&tag=a&environment=nope&latest=true&limit=0&latestby=cp").await,
            r#"["Please specify the pacticipant name","A version number and latest flag cannot both be specified for A","Cannot specify more than one of tag, environment and mainBranch.","Cannot specify both latest=true and an environment.","Environment with name 'nope' does not exist","The limit must be 1 or greater.","The latestby value must be cvpv or cvp, not cp."]"#
        );
        let injection = "?q[][pacticipant]=A'%20OR%20'1'%3D'1";
        assert_eq!(errors(injection).await, r#"["Pacticipant A' OR '1'='1 not found"]"#);
    })
    .await;
}

#[tokio::test]
async fn the_text_form_is_a_table_and_a_sentence() {
    on_every_database(async |broker| {
        build_world(&broker).await;
        let text = broker.send(http::Method::GET, "/matrix?q[][pacticipant]=A&latestby=cvpv", &[("accept", "text/plain")], "").await.expect(200);
        assert_eq!(text.header("content-type"), "text/plain;charset=utf-8");
        insta::allow_duplicates! {
            insta::assert_snapshot!(text.body, @r"
            CONSUMER | C_VERSION | REVISION | PROVIDER | P_VERSION | NUMBER | SUCCESS
            ---------|-----------|----------|----------|-----------|--------|--------
            A        | 1         | 1        | X        | x2        | 2      | false  
            A        | 1         | 1        | X        | x1        | 1      | true   
            A        | 1         | 1        | Y        |           |        |        

            Deployable: nil
            Reason: WARN: It is recommended to specify the environment into which you are deploying. Without the environment, this result will not be reliable.
            The verification for the pact between any version of A and version x2 of X failed
            There is no verified pact between any version of A and any version of Y
            ");
        }
        let nothing = broker.send(http::Method::GET, "/matrix?q[][pacticipant]=Y&latestby=cvpv", &[("accept", "text/plain")], "").await.expect(200);
        assert!(nothing.body.starts_with("No data.\n\nDeployable: true\nReason: WARN"), "{}", nothing.body);
    })
    .await;
}

#[tokio::test]
async fn a_row_shows_branches_tags_and_environments_of_both_versions() {
    on_every_database(async |broker| {
        broker.publish("My App", "1.0", "X", &pact("one")).await.expect(201);
        broker.add_to_branch("My App", "feat/x", "1.0").await.expect(201);
        broker.tag("My App", "1.0", "v 1").await.expect(201);
        broker.release("My App", "1.0", "test").await.expect(201);
        broker.verify("My App", "1.0", "X", "x1", true).await.expect(201);

        let answer = broker.get("/matrix/provider/X/consumer/My%20App").await.expect(200).json();

        assert_eq!(answer["matrix"].as_array().map(Vec::len), Some(1));
        let row = &answer["matrix"][0];
        let version = &row["consumer"]["version"];
        assert_eq!(version["branch"], "feat/x");
        assert_eq!(
            version["branches"],
            json!([{ "name": "feat/x", "latest": true, "_links": { "self": { "title": "Branch version", "name": "feat/x",
                     "href": "http://broker/pacticipants/My%20App/branches/feat%2Fx/versions/1.0" } } }])
        );
        assert_eq!(version["branches"], version["branchVersions"]);
        assert_eq!(
            version["tags"],
            json!([{ "name": "v 1", "latest": true,
                     "_links": { "self": { "href": "http://broker/pacticipants/My%20App/versions/1.0/tags/v%201" } } }])
        );
        assert_eq!(version["environments"][0]["name"], "test");
        assert_eq!(version["environments"].as_array().map(Vec::len), Some(1));
        assert_eq!(row["pact"]["_links"]["self"]["href"], "http://broker/pacts/provider/X/consumer/My%20App/version/1.0");
        let result = broker.get(row["verificationResult"]["_links"]["self"]["href"].as_str().unwrap()).await.expect(200);
        assert_eq!(result.json()["providerApplicationVersion"], "x1");
        assert_eq!(row["provider"]["version"]["branch"], Value::Null);
        broker.get("/matrix/provider/NN/consumer/X").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_question_may_have_many_selectors_and_not_any_number() {
    let broker = TestBroker::on_sqlite().await;
    build_world(&broker).await;
    let query = |count: usize| vec!["q[][pacticipant]=A"; count].join("&");

    broker.get(&format!("/matrix?{}", query(200))).await.expect(200);
    let many = broker.get(&format!("/matrix?{}", query(201))).await.expect(400);
    assert_eq!(many.body, r#"{"errors":["Please provide at most 200 version selectors."]}"#);
    let ignored = vec!["ignore[][pacticipant]=A"; 201].join("&");
    broker.get(&format!("/matrix?q[][pacticipant]=A&{ignored}")).await.expect(400);
    let query = format!("pacticipant=A&version=1&environment=test&{ignored}");
    let ignored = broker.get(&format!("/can-i-deploy?{query}")).await.expect(400);
    assert_eq!(ignored.body, r#"{"errors":{"ignore":["size cannot be greater than 200"]}}"#);
    // What else is wrong is said first, and all of it.
    let query = format!("pacticipant=Nobody&environment=nowhere&{}", query.rsplit_once("test&").unwrap().1);
    let wrong = broker.get(&format!("/can-i-deploy?{query}")).await.expect(400);
    assert_eq!(
        wrong.body,
        r#"{"errors":{"pacticipant":["does not match an existing pacticipant"],"version":["is missing"],"environment":["with name 'nowhere' does not exist"]}}"#
    );
}

#[tokio::test]
async fn a_failure_counts_however_often_other_pacts_were_published_since() {
    on_every_database(async |broker| {
        broker.publish("Old", "1", "Orders", &pact("old")).await.expect(201);
        broker.verify("Old", "1", "Orders", "7", false).await.expect(201);
        // More of another consumer than are looked at.
        for number in 0..=DEFAULT_LIMIT {
            broker.publish("Busy", &number.to_string(), "Orders", &pact("busy")).await.expect(201);
            broker.pass(std::time::Duration::from_secs(1));
        }
        broker.verify("Busy", "0", "Orders", "7", true).await.expect(201);

        let answer =
            broker.get("/matrix?q[][pacticipant]=Orders&q[][version]=7&latestby=cvpv").await.expect(200).json();

        assert_eq!(answer["summary"]["deployable"], false, "{}", answer["summary"]);
        assert_eq!(answer["summary"]["failed"], 1, "{}", answer["summary"]);
        assert_eq!(answer["matrix"].as_array().unwrap().len(), DEFAULT_LIMIT);
    })
    .await;
}

#[test]
fn a_repeated_key_begins_the_next_element_and_keys_need_not_stand_together() {
    let query = Query::of(Some(
        "q[][pacticipant]=A&q%5B%5D%5Bversion%5D=1&latestby=cvpv&q[][latest]=true&q[][pacticipant]=B+C&ignore[]=X&ignore[]=Y",
    ));

    let members = ["pacticipant", "version", "latest"];
    let elements = |name| query.elements(name).into_iter().map(|of| (members.map(|member| of.get(member)), of.bare()));
    assert_eq!(
        elements("q").collect::<Vec<_>>(),
        [([Some("A"), Some("1"), Some("true")], None), ([Some("B C"), None, None], None)]
    );
    assert_eq!(
        elements("ignore").collect::<Vec<_>>(),
        [([None, None, None], Some("X")), ([None, None, None], Some("Y"))]
    );
}
