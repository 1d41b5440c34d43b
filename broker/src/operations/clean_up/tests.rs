use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Found, delete_branch, delete_obsolete, delete_versions};
use crate::domain::clean_up::{CleanUp, KeepVersions};
use crate::operations::clean_up::{clean_up, plan_clean_up};
use crate::store::clean_up::Obsolete;
use crate::testing::{TestBroker, on_every_database, pact};

const DAY: Duration = Duration::from_hours(24);

/// Versions 1 to 4 of Web, a hundred days apart: 1 is deployed, 2 has a tag, 3 is on a branch, 4 is the newest.
async fn history(broker: &TestBroker) {
    for number in ["1", "2", "3", "4"] {
        broker.publish("Web", number, "Orders", &pact("Web", "Orders", &format!("/{number}"))).await.expect(201);
        broker.verify("Web", number, "Orders", &format!("p{number}"), true).await.expect(201);
        match number {
            "1" => drop(broker.deploy("Web", "1", "production").await.expect(201)),
            "2" => drop(broker.tag("Web", "2", "dev").await.expect(201)),
            "3" => drop(broker.add_to_branch("Web", "feature", "3").await.expect(201)),
            _ => {}
        }
        broker.pass(DAY * 100);
    }
}

async fn numbers(broker: &TestBroker, pacticipant: &str) -> Vec<String> {
    let versions = broker.get(&format!("/pacticipants/{pacticipant}/versions")).await.expect(200).json();
    let number = |version: &Value| version["number"].as_str().unwrap().to_owned();
    versions["_embedded"]["versions"].as_array().unwrap().iter().map(number).collect()
}

fn only(rule: &str) -> CleanUp {
    CleanUp { keep_versions: CleanUp::versions_from_json(rule).unwrap(), ..CleanUp::default() }
}

#[tokio::test]
async fn what_rules_keep_stays_and_the_rest_goes_with_all_that_belongs_to_it() {
    on_every_database(async |broker| {
        history(&broker).await;
        let rules = only(r#"[{"tag": "dev"}, {"pacticipant": "Orders", "max_age": 150}]"#);

        let result = clean_up(broker.app(), &rules, broker.app().now()).await.unwrap();

        assert_eq!(numbers(&broker, "Web").await, ["2", "1"], "deployed, though no rule says so");
        assert_eq!(numbers(&broker, "Orders").await, ["p4"]);
        let result = serde_json::to_value(&result).unwrap();
        assert_eq!(result["versions"], json!({ "deleted": 5, "kept": 3 }));
        assert_eq!(result["pact_publications"], json!({ "deleted": 2, "kept": 2 }));
        assert_eq!(result["pact_versions"], json!({ "deleted": 2, "kept": 2 }), "contents without a pact");
        assert_eq!(result["verifications"], json!({ "deleted": 4, "kept": 0 }));
        assert_eq!(result["branches"], json!({ "deleted": 2, "kept": 0 }), "nobody built it for 90 days");
        broker.get("/pacts/provider/Orders/consumer/Web/version/4").await.expect(404);
        let again = clean_up(broker.app(), &rules, broker.app().now()).await.unwrap();
        assert!(again.tables.values().all(|counts| counts.deleted == 0), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn the_default_rules_keep_heads_and_what_is_young() {
    on_every_database(async |broker| {
        history(&broker).await;
        broker.publish("Web", "5", "Orders", &pact("Web", "Orders", "/5")).await.expect(201);
        let mut rules = CleanUp::default();
        rules.keep_branches.clear();

        clean_up(broker.app(), &rules, broker.app().now()).await.unwrap();

        assert_eq!(numbers(&broker, "Web").await, ["5", "3", "2", "1"], "4 is neither the newest nor young any more");
    })
    .await;
}

#[tokio::test]
async fn each_condition_of_a_rule_narrows_what_it_keeps() {
    on_every_database(async |broker| {
        history(&broker).await;
        broker.add_to_branch("Web", "main", "1").await.expect(201);
        broker.add_to_branch("Web", "main", "2").await.expect(201);
        broker.tag("Web", "1", "dev").await.expect(201);
        broker.release("Web", "4", "test").await.expect(201);
        let now = broker.app().now();
        for (rule, kept) in [
            (json!({ "pacticipant": "Web" }), vec!["1", "2", "3", "4"]),
            (json!({ "pacticipant": "Web", "latest": true }), vec!["4"]),
            (json!({ "tag": true }), vec!["1", "2"]),
            (json!({ "tag": "dev", "latest": true }), vec!["2"]),
            (json!({ "tag": "prod" }), vec![]),
            (json!({ "branch": true, "pacticipant": "Web" }), vec!["1", "2", "3"]),
            (json!({ "branch": "main", "latest": true }), vec!["2"]),
            (json!({ "mainBranch": true }), vec!["1", "2"]),
            (json!({ "environment": "test" }), vec!["4"]),
            (json!({ "environment": "nowhere" }), vec![]),
            (json!({ "deployed": true }), vec!["1"]),
            (json!({ "released": true }), vec!["4"]),
            (json!({ "maxAge": 250, "pacticipant": "Web" }), vec!["3", "4"]),
            (json!({ "maxAge": 250, "branch": true }), vec!["3"]),
        ] {
            let rule: KeepVersions = serde_json::from_value(rule.clone()).unwrap();
            let mut db = broker.app().store().read().await.unwrap();
            let ids = db.clean_ups().kept(&rule, None, now).await.unwrap();
            let mut numbers = db.versions().numbers(&ids).await.unwrap();
            numbers.reverse();
            assert_eq!(numbers, kept, "{rule:?}");
            let none = db.clean_ups().kept(&rule, Some(&[]), now).await.unwrap();
            assert_eq!(none, [], "of no versions none is kept");
        }
    })
    .await;
}

#[tokio::test]
async fn a_plan_tells_what_would_go_and_changes_nothing() {
    on_every_database(async |broker| {
        history(&broker).await;
        let mut rules = only(r#"[{"tag": "dev"}]"#);
        rules.version_limit = 3;

        let plan = plan_clean_up(broker.app().store(), &rules, broker.app().now()).await.unwrap();

        insta::allow_duplicates! {
            insta::assert_snapshot!(serde_json::to_string_pretty(&plan).unwrap(), @r#"
            {
              "counts": {
                "totalVersions": 8,
                "versionsToDelete": 3,
                "versionsNotToKeep": 6,
                "versionsToKeep": 2,
                "versionsToKeepBySelector": [
                  {
                    "selector": {
                      "tag": "dev"
                    },
                    "count": 1
                  },
                  {
                    "selector": {
                      "deployed": true
                    },
                    "count": 1
                  },
                  {
                    "selector": {
                      "released": true
                    },
                    "count": 0
                  }
                ],
                "totalBranches": 2,
                "branchesToDelete": 2,
                "branchesToKeep": 0
              },
              "rowsToDelete": {
                "branches": 2,
                "pact_publications": 1,
                "pact_versions": 1,
                "triggered_webhooks": 0,
                "verifications": 3,
                "versions": 3,
                "webhook_executions": 0
              },
              "versionSummary": {
                "Orders": {
                  "toDelete": {
                    "count": 2,
                    "fromVersion": "p1",
                    "toVersion": "p2"
                  },
                  "toKeep": {
                    "count": 2,
                    "fromVersion": "p3",
                    "toVersion": "p4"
                  }
                },
                "Web": {
                  "toDelete": {
                    "count": 1,
                    "fromVersion": "3",
                    "toVersion": "3"
                  },
                  "toKeep": {
                    "count": 3,
                    "fromVersion": "1",
                    "toVersion": "4"
                  }
                }
              }
            }
            "#);
        }
        assert_eq!(numbers(&broker, "Web").await, ["4", "3", "2", "1"]);
    })
    .await;
}

#[tokio::test]
async fn data_that_newer_data_has_replaced_goes_when_it_is_old() {
    crate::testing::on_every_database_with(
        |config| config.allow_dangerous_contract_modification = true,
        async |broker| {
            broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/1")).await.expect(201);
            broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/2")).await.expect(200);
            broker.verify("Web", "1", "Orders", "7", false).await.expect(201);
            broker.verify("Web", "1", "Orders", "7", true).await.expect(201);
            broker.pass(DAY * 2);
            let mut rules = only("[{}]");
            rules.overwritten_max_age = Some(DAY * 3);
            let young = clean_up(broker.app(), &rules, broker.app().now()).await.unwrap();
            assert!(young.tables.values().all(|counts| counts.deleted == 0), "{young:?}");

            rules.overwritten_max_age = Some(DAY);
            let old = clean_up(broker.app(), &rules, broker.app().now()).await.unwrap();

            let deleted = |table: &str| old.tables[table].deleted;
            assert_eq!((deleted("pact_publications"), deleted("pact_versions"), deleted("verifications")), (1, 1, 1));
            let left = broker.get("/pacts/provider/Orders/consumer/Web/version/1/verification-results/latest").await;
            assert_eq!(left.expect(200).json()["success"], true);
        },
    )
    .await;
}

/// Webhooks, overwritten revisions and results, contents that nobody publishes: everything that a clean-up may meet.
async fn everything(broker: &TestBroker) {
    let webhook = json!({
        "events": [{ "name": "contract_published" }, { "name": "provider_verification_published" }],
        "request": { "method": "POST", "url": "http://127.0.0.1:1/" },
    });
    broker.post("/webhooks", &webhook).await.expect(201);
    history(broker).await;
    for path in ["/once", "/twice"] {
        broker.publish("Web", "5", "Orders", &pact("Web", "Orders", path)).await;
        broker.verify("Web", "5", "Orders", "p4", path == "/once").await.expect(201);
        broker.verify("Web", "5", "Orders", "p4", true).await.expect(201);
        broker.pass(DAY);
    }
    broker.deliver_webhooks().await;
}

#[tokio::test]
async fn a_plan_and_a_report_count_exactly_what_is_deleted() {
    let configure = |config: &mut crate::Config| {
        config.allow_dangerous_contract_modification = true;
        config.webhook_scheme_whitelist = vec!["http".to_owned()];
    };
    let met: RefCell<HashMap<&str, u64>> = RefCell::default();
    for (keep, limit, overwritten) in [
        ("[]", 1000, None),
        ("[]", 2, None),
        (r#"[{"latest": true}]"#, 1000, Some(DAY)),
        (r#"[{"latest": true}]"#, 3, Some(DAY * 30)),
        ("[{}]", 1000, Some(Duration::ZERO)),
        (r#"[{"pacticipant": "Orders"}]"#, 1000, None),
    ] {
        crate::testing::on_every_database_with(configure, async |broker| {
            everything(&broker).await;
            let mut rules = only(keep);
            rules.version_limit = limit;
            rules.overwritten_max_age = overwritten;
            let now = broker.app().now();
            let store = broker.app().store();
            let before = store.read().await.unwrap().clean_ups().counts().await.unwrap();

            let plan = plan_clean_up(store, &rules, now).await.unwrap();
            let result = clean_up(broker.app(), &rules, now).await.unwrap();

            for (table, before) in before {
                let counts = result.tables[table];
                assert_eq!(counts.deleted, before - counts.kept, "{table} with {keep} {limit} {overwritten:?}");
                assert_eq!(plan.rows_to_delete[table], counts.deleted, "{table} with {keep} {limit} {overwritten:?}");
                *met.borrow_mut().entry(table).or_default() += counts.deleted;
            }
        })
        .await;
    }
    assert!(met.borrow().values().all(|deleted| *deleted > 0), "a table of which nothing was ever deleted: {met:?}");
}

#[tokio::test]
async fn main_branches_and_branches_that_rules_name_stay() {
    on_every_database(async |broker| {
        for branch in ["main", "release", "feature"] {
            broker.add_to_branch("Web", branch, branch).await.expect(201);
        }
        broker.pass(DAY * 100);
        broker.add_to_branch("Web", "young", "young").await.expect(201);
        let mut rules = only("[{}]");
        rules.keep_branches = CleanUp::branches_from_json(r#"[{"max_age": 90}, {"branch": "release"}]"#).unwrap();

        clean_up(broker.app(), &rules, broker.app().now()).await.unwrap();

        for (branch, status) in [("main", 200), ("release", 200), ("feature", 404), ("young", 200)] {
            broker.get(&format!("/pacticipants/Web/branches/{branch}")).await.expect(status);
        }
        assert_eq!(numbers(&broker, "Web").await.len(), 4, "versions stay when their branch goes");
    })
    .await;
}

#[tokio::test]
async fn what_was_deployed_or_built_after_it_was_found_stays() {
    on_every_database(async |broker| {
        for number in ["1", "2", "3"] {
            broker.put(&format!("/pacticipants/Web/versions/{number}"), &json!({})).await.expect(201);
        }
        for branch in ["old", "older"] {
            broker.add_to_branch("Web", branch, "3").await.expect(201);
        }
        broker.pass(DAY * 100);
        let (store, rules, now) = (broker.app().store(), only("[]"), broker.app().now());
        let found = Found::by(&mut store.read().await.unwrap(), &rules, now).await.unwrap();
        let ids: Vec<_> = found.versions_to_delete(&rules).map(|version| version.id).collect();
        let branches: Vec<_> = found.branches_to_delete(&rules, now).collect();
        assert_eq!((ids.len(), branches.len()), (3, 2));

        broker.deploy("Web", "1", "production").await.expect(201);
        broker.release("Web", "2", "test").await.expect(201);
        broker.add_to_branch("Web", "old", "4").await.expect(201);
        for branch in branches {
            delete_branch(store, branch, &rules.keep_branches, now).await.unwrap();
        }
        delete_versions(store, &ids, &rules.all_keep_versions(), now).await.unwrap();

        assert_eq!(numbers(&broker, "Web").await, ["4", "2", "1"]);
        broker.get("/pacticipants/Web/branches/old").await.expect(200);
        broker.get("/pacticipants/Web/branches/older").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_replaced_result_stays_if_the_newer_one_is_being_deleted() {
    on_every_database(async |broker| {
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
        broker.verify("Web", "1", "Orders", "7", false).await.expect(201);
        let newest = broker.verify("Web", "1", "Orders", "7", true).await.expect(201);
        let address = newest.link("self");
        let mut parts = address.rsplit('/');
        let (number, sha) = (parts.next().unwrap().parse().unwrap(), parts.nth(1).unwrap());
        broker.pass(DAY);
        let store = broker.app().store();
        let mut deleting = store.write().await.unwrap();
        deleting.pacticipants().lock(&["Web", "Orders"]).await.unwrap();
        let newest = deleting.verifications().find("Web", "Orders", sha, number).await.unwrap().unwrap();
        deleting.verifications().delete(&newest).await.unwrap();

        let commit = async {
            // On SQLite whoever writes waits for the only writer, on PostgreSQL for a lock.
            while !broker.is_sqlite() && waiting(store).await == 0 {}
            deleting.commit().await.unwrap();
        };
        let (deleted, ()) =
            tokio::join!(Box::pin(delete_obsolete(store, Obsolete::Results, broker.app().now())), Box::pin(commit));

        assert!(deleted.unwrap().values().all(|count| *count == 0), "the older one counts again");
        let left = broker.get("/pacts/provider/Orders/consumer/Web/version/1/verification-results/latest").await;
        assert_eq!(left.expect(200).json()["success"], false);
    })
    .await;
}

/// How many connections of PostgreSQL wait for a lock.
async fn waiting(store: &crate::store::Store) -> i64 {
    const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut tx = store.read().await.unwrap();
    crate::store::one!(tx, (i64,), WAITING).unwrap().0
}

#[tokio::test]
async fn more_versions_than_fit_a_transaction_are_deleted_oldest_first_up_to_the_limit() {
    on_every_database(async |broker| {
        for number in 0..50 {
            broker.put(&format!("/pacticipants/Web/versions/{number}"), &json!({})).await.expect(201);
        }
        let mut rules = only("[]");
        rules.version_limit = 45;

        let result = clean_up(broker.app(), &rules, broker.app().now()).await.unwrap();

        assert_eq!(result.tables["versions"].deleted, 45);
        assert_eq!(numbers(&broker, "Web").await, ["49", "48", "47", "46", "45"]);
    })
    .await;
}
