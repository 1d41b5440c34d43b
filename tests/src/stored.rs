//! Whether what brokers stored hangs together: asked of the database itself, which a broker that shows only what it expects
//! cannot embellish.

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

/// What can only be if a change was stored in part, or twice, each with a query that counts it. Nothing may have been deleted.
const CONTRADICTIONS: &[(&str, &str)] = &[
    (
        "publications of another version than they say",
        "SELECT count(*) FROM pact_publications p JOIN versions v ON v.id = p.consumer_version_id
         WHERE v.ord <> p.consumer_version_ord OR v.pacticipant_id <> p.consumer_id",
    ),
    (
        "publications of another pair's content",
        "SELECT count(*) FROM pact_publications p JOIN pact_contents c ON c.id = p.pact_content_id
         WHERE c.consumer_id <> p.consumer_id OR c.provider_id <> p.provider_id",
    ),
    (
        "pacts of a version of which not exactly one revision counts",
        "SELECT count(*) FROM (SELECT 1 FROM pact_publications GROUP BY consumer_version_id, provider_id
         HAVING sum(CASE WHEN is_latest THEN 1 ELSE 0 END) <> 1) AS odd",
    ),
    (
        "contents that nobody published",
        "SELECT count(*) FROM pact_contents c WHERE NOT EXISTS
         (SELECT 1 FROM pact_publications p WHERE p.pact_content_id = c.id)",
    ),
    (
        "pacts without an integration",
        "SELECT count(*) FROM pact_contents c WHERE NOT EXISTS
         (SELECT 1 FROM integrations i WHERE i.consumer_id = c.consumer_id AND i.provider_id = c.provider_id)",
    ),
    (
        "results that should count and do not, or the other way round",
        "SELECT count(*) FROM (SELECT pact_content_id, provider_version_id, max(id) AS id FROM verifications
             GROUP BY pact_content_id, provider_version_id) AS newest
         LEFT JOIN latest_verifications l ON l.pact_content_id = newest.pact_content_id
             AND l.provider_version_id = newest.provider_version_id
         WHERE l.verification_id IS NULL OR l.verification_id <> newest.id",
    ),
    (
        "results with a number that is still to be given",
        "SELECT count(*) FROM verifications v JOIN counters c ON c.name = 'verification' WHERE v.number > c.value",
    ),
    (
        "tags whose newest version is another than noted",
        "SELECT count(*) FROM (SELECT pacticipant_id, name, max(version_ord) AS ord FROM version_tags
             GROUP BY pacticipant_id, name) AS newest
         LEFT JOIN tag_heads h ON h.pacticipant_id = newest.pacticipant_id AND h.name = newest.name
         WHERE h.head_ord IS NULL OR h.head_ord <> newest.ord",
    ),
    (
        "branches whose newest version is not on them",
        "SELECT count(*) FROM branches b WHERE NOT EXISTS
         (SELECT 1 FROM branch_versions v WHERE v.branch_id = b.id AND v.version_id = b.head_version_id)",
    ),
    (
        "deployed versions that are not noted as being in their environment",
        "SELECT count(*) FROM deployed_versions d WHERE d.is_current AND NOT EXISTS (SELECT 1 FROM environment_versions e
         WHERE e.environment_id = d.environment_id AND e.pacticipant_id = d.pacticipant_id AND e.version_id = d.version_id)",
    ),
    (
        "versions noted as being in an environment that are not",
        "SELECT count(*) FROM environment_versions e WHERE NOT EXISTS (SELECT 1 FROM deployed_versions d WHERE d.is_current
             AND e.environment_id = d.environment_id AND e.version_id = d.version_id)
         AND NOT EXISTS (SELECT 1 FROM released_versions r WHERE r.support_ended_at IS NULL
             AND e.environment_id = r.environment_id AND e.version_id = r.version_id)",
    ),
    (
        "events that wait for their delivery and that nobody will deliver",
        "SELECT count(*) FROM triggered_webhooks t WHERE t.status IN ('not_run', 'retrying') AND t.trigger_type <> 'user'
         AND NOT EXISTS (SELECT 1 FROM webhook_outbox o WHERE o.triggered_webhook_id = t.id)",
    ),
];

/// What does not hang together in the database of this address (`sqlite://PATH` or `postgres://…`), one line for each kind.
///
/// # Panics
///
/// If the database cannot be asked.
pub async fn contradictions(address: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(path) = address.strip_prefix("sqlite://") {
        let options = SqliteConnectOptions::new().filename(path);
        let mut database = options.connect().await.expect("the file can be opened");
        let whole: Vec<String> = texts(&mut database, "PRAGMA integrity_check").await;
        found.extend(whole.into_iter().filter(|line| line != "ok"));
        let orphans = database.fetch_all("PRAGMA foreign_key_check").await.expect("a check of references");
        found.extend((!orphans.is_empty()).then(|| format!("{} references lead nowhere", orphans.len())));
        for (what, query) in CONTRADICTIONS {
            let count: i64 = sqlx::query_scalar(*query).fetch_one(&mut database).await.expect(what);
            found.extend((count != 0).then(|| format!("{count} {what}")));
        }
        database.close().await.expect("a connection closes");
    } else {
        let mut database = PgConnection::connect(address).await.expect("PostgreSQL answers");
        database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.expect("a transaction begins");
        for (what, query) in CONTRADICTIONS {
            let count: i64 = sqlx::query_scalar(*query).fetch_one(&mut database).await.expect(what);
            found.extend((count != 0).then(|| format!("{count} {what}")));
        }
        database.close().await.expect("a connection closes");
    }
    found
}

async fn texts(database: &mut SqliteConnection, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(database).await.expect(query)
}

/// Notes in the database of this address that a migration ran which no broker knows yet.
///
/// # Panics
///
/// If there are no migrations in it.
pub async fn pretend_a_newer_version(address: &str) {
    const LATER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         SELECT 9999, 'of the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    let noted = if let Some(path) = address.strip_prefix("sqlite://") {
        let mut database = SqliteConnectOptions::new().filename(path).connect().await.expect("the file can be opened");
        let noted = database.execute(LATER).await.expect("a row can be written").rows_affected();
        database.close().await.expect("a connection closes");
        noted
    } else {
        let mut database = PgConnection::connect(address).await.expect("PostgreSQL answers");
        let noted = database.execute(LATER).await.expect("a row can be written").rows_affected();
        database.close().await.expect("a connection closes");
        noted
    };
    assert_eq!(noted, 1, "the broker has noted its first migration");
}
