use super::*;
use crate::store::all;
use crate::testing::on_every_database;

const NOW: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
const SMALL: Seed = Seed { pacticipants: 10, integrations: 30, versions: 300, results: 18_000 };

#[tokio::test]
async fn the_same_history_is_made_up_on_every_database_and_only_once() {
    on_every_database(async |broker| {
        let mut told = Vec::new();
        broker.seed(SMALL, |done, of| told.push((done, of))).await.expect("an empty database");

        assert_eq!(told.last(), Some(&(10, 10)));
        let mut tx = broker.app().store().read().await.expect("a database");
        for (table, rows) in [
            ("pacticipants", 10),
            ("integrations", 30),
            ("versions", 300),
            ("pact_contents", 600),
            ("pact_publications", 900),
            ("verifications", 18_000),
            ("environments", 5),
        ] {
            let sql = || sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
            let counted = all!(tx, (i64,), sql()).expect("a count");
            assert_eq!(counted, [(rows,)], "{table}");
        }
        drop(tx);
        let again = broker.seed(SMALL, |_, _| {}).await.expect_err("it is not empty any more");
        assert!(again.to_string().contains("only written to an empty one"), "{again}");

        let path = "/can-i-deploy?pacticipant=app-003&version=10&environment=production";
        let verdict = broker.get(path).await.expect(200).json();
        assert!(verdict["summary"]["success"].as_u64() > Some(3), "{verdict}");
    })
    .await;
}

#[test]
fn a_size_that_makes_no_sense_is_refused() {
    for seed in [
        Seed { pacticipants: 1, ..SMALL },
        Seed { pacticipants: 0, ..SMALL },
        Seed { versions: 3, ..SMALL },
        Seed { integrations: 91, ..SMALL },
        Seed { integrations: 0, ..SMALL },
    ] {
        assert!(Plan::of(seed, NOW).is_none(), "{seed:?}");
    }
    let all = Plan::of(Seed { integrations: 90, ..SMALL }, NOW).expect("every pair");
    let mut pairs = all.pairs.clone();
    pairs.sort_unstable();
    pairs.dedup();
    assert_eq!(pairs.len(), 90);
}
