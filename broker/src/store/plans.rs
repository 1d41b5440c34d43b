//! How the engines look up what builds wait for: never by reading the whole of a table that grows.
//!
//! The statements of a request are noted while it is answered ([`noted`]), then each is explained by the engine. SQLite is
//! asked without statistics about the tables, PostgreSQL as if reading whole tables were dear: on few rows it is not.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row as _};

use crate::seeding::Seed;
use crate::store::{Connection, WriteTx};
use crate::testing::{TestBroker, on_every_database, pact, publication};

thread_local! {
    static STATEMENTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Notes a statement for the test that runs on this thread.
pub(crate) fn noted(sql: &str) {
    STATEMENTS.with_borrow_mut(|statements| statements.push(sql.to_owned()));
}

/// The statements of what is done.
async fn statements_of<T>(done: impl Future<Output = T>) -> Vec<String> {
    STATEMENTS.with_borrow_mut(Vec::clear);
    done.await;
    STATEMENTS.with_borrow_mut(std::mem::take)
}

/// The tables that grow with every build.
const GROWING: [&str; 12] = [
    "versions",
    "branches",
    "branch_versions",
    "version_tags",
    "tag_heads",
    "deployed_versions",
    "released_versions",
    "pact_contents",
    "pact_publications",
    "verifications",
    "latest_verifications",
    "interaction_results",
];

/// What a statement calls each table.
fn aliases(sql: &str) -> HashMap<String, String> {
    let names =
        Regex::new(r"(?i)\b(?:FROM|JOIN|UPDATE|INTO)\s+([a-z_]+)(?:\s+(?:AS\s+)?([a-z]+[0-9]*))?").expect("a regex");
    let mut aliases = HashMap::new();
    for found in names.captures_iter(sql) {
        aliases.insert(found[1].to_owned(), found[1].to_owned());
        if let Some(alias) = found.get(2) {
            aliases.insert(alias.as_str().to_owned(), found[1].to_owned());
        }
    }
    aliases
}

/// The growing tables that a statement reads as a whole, with the plan.
async fn whole_reads(tx: &mut WriteTx, sql: &str) -> Vec<String> {
    let plan: Vec<String> = match tx.connection() {
        Connection::Sqlite(connection) => {
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let rows = sqlx::query(explain).fetch_all(&mut **connection).await.expect("a plan");
            rows.iter().map(|row| row.get::<String, _>("detail")).collect()
        }
        Connection::Postgres(connection) => {
            let parameters = Regex::new(r"\$([0-9]+)").expect("a regex");
            let count = parameters.captures_iter(sql).filter_map(|found| found[1].parse::<usize>().ok()).max();
            let nulls = vec!["NULL"; count.unwrap_or(0)].join(", ");
            let execute = if nulls.is_empty() { String::new() } else { format!("({nulls})") };
            // A parameter has the type of what is bound to it; here PostgreSQL finds it out, and says where it cannot.
            let mut types = vec!["unknown"; count.unwrap_or(0)];
            loop {
                sqlx::raw_sql("SAVEPOINT before").execute(&mut **connection).await.expect("a transaction");
                let of = if types.is_empty() { String::new() } else { format!("({})", types.join(", ")) };
                let prepare = AssertSqlSafe(format!("PREPARE hot{of} AS {sql}"));
                let Err(error) = sqlx::raw_sql(prepare).execute(&mut **connection).await else { break };
                let message = error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
                let unclear = parameters.captures(&message).and_then(|found| found[1].parse::<usize>().ok());
                match unclear.and_then(|number| types.get_mut(number - 1)) {
                    Some(of @ &mut "unknown") => *of = "text",
                    Some(of @ &mut "text") => *of = "bigint",
                    _ => panic!("{error}: {sql}"),
                }
                sqlx::raw_sql("ROLLBACK TO before").execute(&mut **connection).await.expect("a savepoint");
            }
            let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE hot{execute}"));
            let rows = sqlx::raw_sql(explain).fetch_all(&mut **connection).await.expect("a plan");
            sqlx::raw_sql("DEALLOCATE hot").execute(&mut **connection).await.expect("it was prepared");
            rows.iter().map(|row| row.get::<String, _>(0)).collect()
        }
    };
    let aliases = aliases(sql);
    let scan = Regex::new(r"(?:^|-> *| )(?:SCAN|Seq Scan on) ([a-z_0-9]+)").expect("a regex");
    plan.iter()
        .filter(|line| {
            scan.captures(line)
                .is_some_and(|found| aliases.get(&found[1]).is_some_and(|table| GROWING.contains(&table.as_str())))
        })
        .map(|line| format!("{line}\n  in {sql}\n  {}", plan.join("\n  ")))
        .collect()
}

/// What builds wait for, as they would ask it of the made-up history.
async fn ask_everything(broker: &TestBroker, round: u32) {
    for path in [
        "/can-i-deploy?pacticipant=app-003&version=10&environment=production&reasons=true",
        "/can-i-deploy?pacticipant=app-003&version=1&environment=production&reasons=true",
        "/can-i-deploy?pacticipant=app-003&version=10&to=prod",
        "/matrix?q[][pacticipant]=app-003&q[][latest]=true&q[][branch]=main&latestby=cvp&mainBranch=true&latest=true",
        "/matrix?q[][pacticipant]=app-003&q[][tag]=dev&q[][environment]=test&latestby=cvpv&latest=true",
        "/matrix?q[][pacticipant]=app-003&q[][pacticipant]=app-000&latestby=cvpv",
        "/matrix?q[][pacticipant]=app-003&latestby=cvpv",
        "/matrix?q[][pacticipant]=app-000",
        "/matrix?q[][pacticipant]=app-000&q[][version]=10",
        "/pacts/provider/app-000/consumer/app-003/latest",
        "/pacts/provider/app-000/consumer/app-003/latest/dev",
        "/pacts/provider/app-000/consumer/app-003/version/10",
        "/pacticipants/app-003/versions/10",
        "/pacticipants/app-003/branches/main/latest-version/can-i-deploy/to-environment/production",
        "/dashboard",
        "/dashboard?pageSize=1000",
        "/dashboard/provider/app-000/consumer/app-003",
    ] {
        let answer = broker.get(path).await;
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{path}: {}", answer.body);
    }
    for selectors in [
        json!([]),
        json!([{ "mainBranch": true }, { "deployedOrReleased": true }, { "branch": "feat/0" }]),
        json!([{ "tag": "dev", "latest": true }, { "tag": "prod" }, { "latest": true }, { "environment": "test" }]),
    ] {
        let body = json!({
            "providerVersionBranch": "main",
            "includePendingStatus": true,
            "includeWipPactsSince": "2020-01-01",
            "consumerVersionSelectors": selectors,
        });
        broker.post("/pacts/provider/app-000/for-verification", &body).await.expect(200);
    }
    let contract = pact("app-003", "app-000", &format!("/new/{round}"));
    let number = format!("new-{round}");
    let body: Value = publication("app-003", &number, "app-000", &contract);
    broker.post("/contracts/publish", &body).await.expect(200);
    broker.verify("app-003", &number, "app-000", &number, true).await.expect(201);
    broker.tag("app-003", &number, "dev").await.expect(201);
    broker.deploy("app-003", &number, "production").await.expect(201);
}

const SMALL: Seed = Seed { pacticipants: 6, integrations: 15, versions: 120, results: 1_800 };

#[tokio::test]
async fn nothing_that_builds_wait_for_reads_a_growing_table_as_a_whole() {
    on_every_database(async |broker| {
        broker.seed(SMALL, |_, _| {}).await.expect("an empty database");
        let mut statements = statements_of(ask_everything(&broker, 0)).await;
        statements.sort_unstable();
        statements.dedup();
        assert!(statements.len() > 60, "only {} statements were noted", statements.len());

        let mut tx = broker.app().store().write().await.expect("a database");
        match tx.connection() {
            Connection::Sqlite(connection) => {
                // As on a new broker: it was counted after it was filled.
                sqlx::raw_sql("DELETE FROM sqlite_stat1; ANALYZE sqlite_schema")
                    .execute(&mut **connection)
                    .await
                    .map(drop)
            }
            Connection::Postgres(connection) => {
                let settings = "SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan";
                sqlx::raw_sql(settings).execute(&mut **connection).await.map(drop)
            }
        }
        .expect("settings");
        let mut found = Vec::new();
        for sql in &statements {
            found.extend(whole_reads(&mut tx, sql).await);
        }
        assert!(found.is_empty(), "{}", found.join("\n\n"));
        // The test would also pass if it did not see anything. In no index, not even behind other columns, is this one.
        let bad = "SELECT pp.id FROM pact_publications pp WHERE pp.created_at = $1";
        assert_eq!(whole_reads(&mut tx, bad).await.len(), 1, "{:?}", tx.engine());
    })
    .await;
}

/// SQLite looks at a value that is bound to a bare `LIMIT`, and at one that it has samples to compare with, and plans the
/// statement anew with every other value; that takes longer than most of them do.
#[tokio::test]
async fn no_statement_is_planned_anew_for_every_value() {
    let limit = Regex::new(r"LIMIT\s+\$").expect("a regex");
    on_every_database(async |broker| {
        broker.seed(SMALL, |_, _| {}).await.expect("an empty database");
        let statements = statements_of(ask_everything(&broker, 0)).await;
        let bare: Vec<&String> = statements.iter().filter(|sql| limit.is_match(sql)).collect();
        assert!(bare.is_empty(), "write LIMIT CAST($1 AS BIGINT): {bare:#?}");
        assert!(statements.iter().any(|sql| sql.contains("LIMIT CAST(")), "no statement has a limit");

        let mut tx = broker.app().store().write().await.expect("a database");
        if let Connection::Sqlite(connection) = tx.connection() {
            let samples = "SELECT count(*) FROM sqlite_master m JOIN sqlite_stat4 s ON s.tbl = m.name";
            let (count,): (i64,) = match sqlx::query_as(samples).fetch_one(&mut **connection).await {
                Ok(count) => count,
                Err(sqlx::Error::Database(error)) if error.message().contains("no such table") => (0,),
                Err(error) => panic!("{error}"),
            };
            assert_eq!(count, 0, "made-up data is counted as a broker that is closed counts its own");
        }
    })
    .await;
}

#[tokio::test]
async fn the_number_of_statements_does_not_depend_on_how_much_there_is() {
    on_every_database(async |broker| {
        broker.seed(SMALL, |_, _| {}).await.expect("an empty database");
        let hub = json!({
            "providerVersionBranch": "main",
            "includePendingStatus": true,
            "includeWipPactsSince": "2020-01-01",
            "consumerVersionSelectors": [{ "mainBranch": true }, { "deployedOrReleased": true }],
        });
        let deploy = "/can-i-deploy?pacticipant=app-000&version=10&environment=production&reasons=true";
        let count = async || {
            let verdict = statements_of(broker.get(deploy)).await.len();
            let chosen = statements_of(broker.post("/pacts/provider/app-000/for-verification", &hub)).await.len();
            (verdict, chosen)
        };
        let before = count().await;
        for consumer in 0..20 {
            let name = format!("consumer-{consumer}");
            broker.publish(&name, "1", "app-000", &pact(&name, "app-000", "/")).await.expect(201);
            broker.add_to_branch(&name, "main", "1").await.expect(201);
            broker.deploy(&name, "1", "production").await.expect(201);
        }
        assert_eq!(count().await, before);
    })
    .await;
}
