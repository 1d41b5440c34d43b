use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::{Connection, Store, StoreError, Tables, within};
use crate::app::App;
use crate::store::pacticipants::Parties;
use crate::testing::{TestBroker, on_every_database};
use crate::{Broker, Config, Database};

#[tokio::test]
async fn the_bundled_sqlite_does_not_lose_commits_when_a_checkpoint_meets_a_writer() {
    let broker = TestBroker::on_sqlite().await;
    let mut tx = broker.app().store().read().await.unwrap();

    let (version,) = one!(tx, (String,), "SELECT sqlite_version()").unwrap();

    let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(parts >= vec![3, 51, 3], "SQLite {version} has the WAL-reset bug");
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing_behind() {
    on_every_database(async |broker| {
        let store = broker.app().store().clone();
        let mut tx = store.write().await.unwrap();
        tx.pacticipants().find_or_create("Web", broker.app().now()).await.unwrap();
        drop(tx);

        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.pacticipants().find("Web").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_reading_transaction_cannot_write() {
    on_every_database(async |broker| {
        let mut tx = broker.app().store().read().await.unwrap();

        let result = tx.pacticipants().find_or_create("Web", broker.app().now()).await;

        assert!(result.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_reading_transaction_does_not_see_what_is_written_after_it_began() {
    on_every_database(async |broker| {
        let store = broker.app().store();
        let mut reading = store.read().await.unwrap();
        assert_eq!(reading.pacticipants().find("Web").await.unwrap(), None);

        let mut tx = store.write().await.unwrap();
        tx.pacticipants().find_or_create("Web", broker.app().now()).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(reading.pacticipants().find("Web").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn versions_created_at_once_are_numbered_without_gaps_or_twins() {
    on_every_database(async |broker| {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..16 {
            let store = broker.app().store().clone();
            let now = broker.app().now();
            tasks.spawn(async move {
                let mut tx = store.write().await.unwrap();
                // Half of them publish with another that publishes with them: locks are taken in one order whatever is asked.
                let names = if number % 2 == 0 { ["Web", "Orders"] } else { ["Orders", "Web"] };
                tx.pacticipants().lock(&names).await.unwrap();
                let parties = tx.pacticipants().consumer_and_providers("Web", &["Orders"], now).await.unwrap();
                let (version, _) =
                    tx.versions().find_or_create(&parties.consumer, &number.to_string(), now).await.unwrap();
                tx.commit().await.unwrap();
                version.ord
            });
        }

        let mut orders = tasks.join_all().await;
        orders.sort_unstable();

        assert_eq!(orders, (1..=16).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn consumers_publish_with_the_same_new_providers_at_once() {
    on_every_database(async |broker| {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..16 {
            let store = broker.app().store().clone();
            let now = broker.app().now();
            tasks.spawn(async move {
                let mut tx = store.write().await.unwrap();
                // In both orders, and each third is a provider of the others as well.
                let mut providers = ["Orders", "Prices", "consumer 0", "consumer 3", "consumer 6"];
                if number % 2 == 0 {
                    providers.reverse();
                }
                let consumer = format!("consumer {number}");
                let Parties { consumer, providers: found, .. } =
                    tx.pacticipants().consumer_and_providers(&consumer, &providers, now).await.unwrap();
                let (version, created) = tx.versions().find_or_create(&consumer, "1", now).await.unwrap();
                tx.commit().await.unwrap();
                assert!(created && version.ord == 1);
                let names: Vec<&str> = found.iter().map(|provider| provider.name.as_str()).collect();
                assert_eq!(names, providers, "in the order they were asked for");
                found.into_iter().map(|provider| (provider.name, provider.id)).collect::<BTreeMap<_, _>>()
            });
        }

        let found = tasks.join_all().await;

        assert!(found.iter().all(|providers| providers == &found[0]), "{found:?}");
    })
    .await;
}

#[tokio::test]
async fn a_second_broker_on_the_same_file_is_refused() {
    let directory = tempfile::TempDir::new().unwrap();
    let config = Config::new(Database::sqlite(directory.path().join("broker.db")));
    let _first = Broker::open(config.clone()).await.unwrap();

    let error = Broker::open(config).await.unwrap_err().to_string();

    let place = directory.path().join("broker.db").display().to_string();
    assert_eq!(
        error,
        format!("another broker is using {place}: stop it first, or give this one a database of its own")
    );
}

#[tokio::test]
async fn a_database_can_be_opened_again_with_what_was_in_it() {
    let directory = tempfile::TempDir::new().unwrap();
    let config = Config::new(Database::sqlite(directory.path().join("broker.db")));
    let broker = Broker::open(config.clone()).await.unwrap();
    let mut tx = broker.app().store().write().await.unwrap();
    tx.pacticipants().find_or_create("Web", broker.app().now()).await.unwrap();
    tx.commit().await.unwrap();
    broker.close().await;

    let broker = Broker::open(config).await.unwrap();

    let mut tx = broker.app().store().read().await.unwrap();
    assert!(tx.pacticipants().find("Web").await.unwrap().is_some());
    assert_eq!(tx.environments().list().await.unwrap().len(), 2, "the first environments are not created twice");
}

#[tokio::test]
async fn samples_of_values_that_somebody_had_taken_are_forgotten() {
    async fn samples(broker: &Broker, before: &'static str) -> i64 {
        let mut tx = broker.app().store().write().await.unwrap();
        let Connection::Sqlite(connection) = tx.connection() else { panic!("not SQLite") };
        sqlx::raw_sql(before).execute(&mut **connection).await.unwrap();
        let (count,): (i64,) =
            sqlx::query_as("SELECT count(*) FROM sqlite_stat4").fetch_one(&mut **connection).await.unwrap();
        tx.commit().await.unwrap();
        count
    }
    let directory = tempfile::TempDir::new().unwrap();
    let config = Config::new(Database::sqlite(directory.path().join("broker.db")));
    let broker = Broker::open(config.clone()).await.unwrap();
    assert!(samples(&broker, "ANALYZE").await > 0);
    broker.close().await;

    let broker = Broker::open(config).await.unwrap();

    assert_eq!(samples(&broker, "").await, 0);
}

/// How many results SQLite believes there are, after a statement.
pub(crate) async fn counted_results(app: &App, after: &'static str) -> i64 {
    const COUNTED: &str = "SELECT coalesce(max(CAST(substr(stat, 1, instr(stat, ' ')) AS INTEGER)), 0) FROM sqlite_stat1 WHERE tbl = 'verifications'";
    let mut tx = app.store().write().await.unwrap();
    let Connection::Sqlite(connection) = tx.connection() else { panic!("not SQLite") };
    sqlx::raw_sql(after).execute(&mut **connection).await.unwrap();
    let (rows,): (i64,) = sqlx::query_as(COUNTED).fetch_one(&mut **connection).await.unwrap();
    tx.commit().await.unwrap();
    rows
}

/// Makes SQLite believe that there are ten results.
pub(crate) const AS_IF_THERE_WERE_TEN: &str =
    "UPDATE sqlite_stat1 SET stat = '10 1' WHERE tbl = 'verifications'; ANALYZE sqlite_schema";

/// As many versions as SQLite counts, and more results.
pub(crate) const ENOUGH: crate::Seed =
    crate::Seed { pacticipants: 3, integrations: 3, versions: 1_200, results: 1_800 };

#[tokio::test]
async fn tables_are_counted_when_a_file_is_opened() {
    let directory = tempfile::TempDir::new().unwrap();
    let config = Config::new(Database::sqlite(directory.path().join("broker.db")));
    let broker = Broker::open(config.clone()).await.unwrap();
    broker.seed(ENOUGH, |_, _| {}).await.unwrap();
    assert_eq!(counted_results(broker.app(), AS_IF_THERE_WERE_TEN).await, 10);
    broker.close().await;

    let broker = Broker::open(config).await.unwrap();

    assert!(counted_results(broker.app(), "").await > 1_000);
}

#[tokio::test]
async fn what_is_few_is_not_counted_because_it_may_soon_be_many() {
    let broker = TestBroker::on_sqlite().await;
    broker.put("/pacticipants/Web/versions/1", &serde_json::json!({})).await.expect(201);

    broker.app().store().count_rows().await.unwrap();

    let mut tx = broker.app().store().read().await.unwrap();
    let (tables,): (i64,) =
        super::one!(tx, (i64,), "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'").unwrap();
    assert_eq!(tables, 0);
}

#[tokio::test]
async fn a_directory_that_does_not_exist_is_named() {
    let config = Config::new(Database::sqlite("/nowhere/at/all/broker.db"));

    let error = Broker::open(config).await.unwrap_err().to_string();

    assert!(error.starts_with("cannot create the lock file /nowhere/at/all/broker.db.lock: "), "{error}");
}

#[tokio::test]
async fn an_answer_of_the_database_that_never_comes_is_not_waited_for() {
    let never = std::future::pending::<Result<(), sqlx::Error>>();

    let error = within(Duration::from_millis(20), never).await.map_err(StoreError::while_doing("looking")).unwrap_err();

    assert_eq!(
        error.to_string(),
        "the database failed while looking: error communicating with database: PostgreSQL did not answer within 20ms"
    );
    assert!(error.is_absence() && !error.is_overload() && !error.is_conflict() && !error.may_be_stored());
}

#[tokio::test]
async fn a_database_that_is_closed_is_away_and_nothing_failed() {
    on_every_database(async |broker| {
        broker.app().store().close().await;

        let answer = broker.get("/pacticipants").await.expect(503);

        assert_eq!(answer.header("retry-after"), "1");
        let text = "The database cannot be reached at the moment. Nothing was stored; please try again.";
        assert_eq!(answer.json(), serde_json::json!({ "error": text }));
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_opened_as_it_is_is_one_of_this_version_or_stays_closed() {
    async fn refused(config: &Config) -> String {
        Broker::open_as_it_is(config.clone()).await.expect_err("not of this version").to_string()
    }
    let newest = super::migrations::newest();
    let directory = tempfile::TempDir::new().unwrap();
    let file = directory.path().join("broker.db");
    let config = Config::new(Database::sqlite(&file));
    assert_eq!(refused(&config).await, "the database has no tables of a broker");
    assert!(!file.exists());
    std::fs::write(&file, "").unwrap();
    assert_eq!(refused(&config).await, "the database has no tables of a broker");
    assert_eq!(std::fs::read(&file).unwrap(), b"", "nothing was written to it");
    Broker::open(config.clone()).await.unwrap().close().await;
    Broker::open_as_it_is(config.clone()).await.unwrap().close().await;

    let postgres = TestBroker::on_postgres().await;
    let on_postgres = postgres.as_ref().map(|broker| broker.app().config().clone());
    for config in [Some(config), on_postgres].into_iter().flatten() {
        let broker = Broker::open_as_it_is(config.clone()).await.unwrap();
        let mut tx = broker.app().store().write().await.unwrap();
        let last = "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
        run!(tx, last).unwrap();
        tx.commit().await.unwrap();
        broker.close().await;
        let found = newest - 1;
        let text = format!(
            "the tables of the database are of step {found}, this version works with step {newest} and is not to change them here"
        );
        assert_eq!(refused(&config).await, text);
        assert_eq!(refused(&config).await, text, "it was not changed");
    }
}

/// Passes bytes on in both directions, until told to fall silent for good.
#[cfg(unix)]
async fn relay<S>(mut client: tokio::net::TcpStream, mut server: S, mut silent: tokio::sync::watch::Receiver<bool>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        () = async { drop(silent.wait_for(|silent| *silent).await) } => std::future::pending().await,
    }
}

#[cfg(unix)]
#[tokio::test]
async fn connections_to_a_server_that_fell_silent_are_given_up() {
    let Some(broker) = TestBroker::on_postgres().await else { return };
    let Database::Postgres(address) = &broker.app().config().database else { panic!("not PostgreSQL") };
    let options: sqlx::postgres::PgConnectOptions = address.parse().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut between = url::Url::parse(address).unwrap();
    between.set_host(Some("127.0.0.1")).unwrap();
    between.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    let (silence, silent) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let port = options.get_port();
            if let Some(directory) = options.get_socket() {
                let socket = directory.join(format!(".s.PGSQL.{port}"));
                let server = tokio::net::UnixStream::connect(socket).await.unwrap();
                tokio::spawn(relay(client, server, silent.clone()));
            } else {
                let server = tokio::net::TcpStream::connect((options.get_host(), port)).await.unwrap();
                tokio::spawn(relay(client, server, silent.clone()));
            }
        }
    });
    let config = Config::new(Database::Postgres(between.into()));
    let (store, _) = Store::open(&config, Tables::AsTheyAre).await.unwrap();
    let reading = store.read().await.unwrap();
    let count = || store.connections().iter().map(|(_, _, count)| count).sum::<u32>();
    assert!(count() > 0);

    silence.send(true).unwrap();
    drop(reading);

    let given_up = async {
        while count() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), given_up).await.expect("they are not kept for ever");
}

/// Those who come while others wait do not overtake them, though connections are kept at hand for whoever comes next.
#[tokio::test]
async fn everybody_gets_a_turn_however_many_ask_at_once() {
    const CLIENTS: usize = 24;
    let Some(broker) = TestBroker::on_postgres().await else { return };
    let store = broker.app().store().clone();
    let turns: std::sync::Arc<[AtomicUsize; CLIENTS]> = std::sync::Arc::default();
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let (store, turns) = (store.clone(), std::sync::Arc::clone(&turns));
        clients.spawn(async move {
            // Until the last has had some.
            while turns.iter().any(|turns| turns.load(Ordering::Relaxed) < 5) {
                let mut tx =
                    if client % 4 == 0 { store.read().await } else { store.glance().await }.expect("a connection");
                one!(tx, (i64,), "SELECT CAST(1 AS BIGINT) FROM pg_sleep(0.005)").expect("an answer");
                store.done(tx);
                turns[client].fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    clients.join_all().await;
    assert!(store.glance().await.is_ok());
}
