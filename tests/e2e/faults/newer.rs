//! A database that a newer version has changed.

use intact_tests::stored::pretend_a_newer_version;

use super::Database;

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_on_sqlite() {
    refused(&Database::sqlite()).await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_on_postgres() {
    let Some(database) = Database::postgres() else { return };
    refused(&database).await;
}

async fn refused(database: &Database) {
    drop(database.broker());
    pretend_a_newer_version(&database.address).await;

    let output = database.try_broker(&[]).err().expect("the broker does not start");

    assert_ne!(output.code, 0);
    let said = output.stderr.split_once(", this version knows them up to ").expect(&output.stderr);
    assert!(
        said.0.ends_with("the database belongs to a newer version of Intact: its tables are of step 9999"),
        "{}",
        output.stderr
    );
    let hint = "hint: start that version or a newer one, or give this one a database of its own";
    assert!(said.1.contains(hint), "{}", output.stderr);
}
