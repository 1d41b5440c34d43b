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
                // Both orders of the two names: locks are taken in one order whatever is asked.
                let names = if number % 2 == 0 { ["Web", "Orders"] } else { ["Orders", "Web"] };
                let locked = tx.pacticipants().find_or_create_all(&names, now).await.unwrap();
                let web = locked.iter().find(|pacticipant| pacticipant.name == "Web").unwrap();
                let (version, _) = tx.versions().find_or_create(web, &number.to_string(), now).await.unwrap();
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
async fn a_directory_that_does_not_exist_is_named() {
    let config = Config::new(Database::sqlite("/nowhere/at/all/broker.db"));

    let error = Broker::open(config).await.unwrap_err().to_string();

    assert!(error.starts_with("cannot create the lock file /nowhere/at/all/broker.db.lock: "), "{error}");
}
