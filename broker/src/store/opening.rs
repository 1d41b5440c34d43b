//! How the engines are opened: their settings, and how many connections there are.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgConnection, SqlitePool};

use crate::config::Database;
use crate::store::dialect::Engine;
use crate::store::glances::Glances;
use crate::store::{
    OpenStoreError, POSTGRES_CONNECTIONS, Pools, RELEASE_TIMEOUT, STATEMENT_TIMEOUT, SURELY_ALIVE, Tables,
    WAIT_FOR_CONNECTION, first_connection, migrations, within,
};

/// The fewest connections that read a SQLite file at once; else there are as many as processors. More would take turns on
/// these, and each keeps pages of its own in memory.
const FEWEST_SQLITE_READERS: usize = 2;
/// The most of them.
const MOST_SQLITE_READERS: usize = 8;
/// With fewer versions nothing is counted. Plans for tables that were never counted are good for many rows and fast with few; those
/// for ten rows are slow with the thousands that somebody may fill in before it is counted again.
const FEWEST_COUNTED_VERSIONS: i64 = 1000;
/// For how long a connection reads a SQLite file.
const SQLITE_READER_LIFETIME: Duration = Duration::from_hours(1);
/// How much of a SQLite file all connections together keep in memory.
const SQLITE_CACHE_KILOBYTES: usize = 48 * 1024;

/// Opens a file.
pub(super) async fn sqlite(path: &Path, sync_every_commit: bool, tables: Tables) -> Result<Pools, OpenStoreError> {
    let processors = std::thread::available_parallelism().map_or(FEWEST_SQLITE_READERS, std::num::NonZero::get);
    let readers = processors.clamp(FEWEST_SQLITE_READERS, MOST_SQLITE_READERS);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(WAIT_FOR_CONNECTION)
        .foreign_keys(true)
        // Answers of a few hundred rows are common; handed over one by one, two threads would wake each other for each.
        .row_buffer_size(1024)
        .pragma("temp_store", "memory")
        // Pages that are kept have been read and understood once; pages of a mapped file are understood at each look.
        .pragma("cache_size", format!("-{}", SQLITE_CACHE_KILOBYTES / (readers + 1)));
    let synchronous = if sync_every_commit { SqliteSynchronous::Full } else { SqliteSynchronous::Normal };
    let writer = options.clone().synchronous(synchronous);
    let writer = match tables {
        Tables::UpToDate => writer.create_if_missing(true).journal_mode(SqliteJournalMode::Wal),
        Tables::AsTheyAre => writer,
    };
    let failed = |cause| OpenStoreError::Connect { database: Database::sqlite(path), cause };
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // Writers queue for the one connection; a burst of builds publishing at once must not see errors.
        .acquire_timeout(WAIT_FOR_CONNECTION * 6)
        .connect_with(writer)
        .await
        .map_err(failed)?;
    match tables {
        Tables::UpToDate => {
            migrations::run(Engine::Sqlite, &write).await.map_err(OpenStoreError::migrating)?;
            forget_samples(&write).await.map_err(OpenStoreError::Look)?;
            if let Err(error) = count_rows(&write).await {
                tracing::warn!("the rows of the tables could not be counted, questions may take longer: {error}");
            }
        }
        Tables::AsTheyAre => {
            migrations::expect_newest!(&write, "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'");
        }
    }
    let read = SqlitePoolOptions::new()
        .max_connections(u32::try_from(readers).unwrap_or(1))
        .idle_timeout(None)
        // A new one knows how many rows there are now (`Store::count_rows`).
        .max_lifetime(SQLITE_READER_LIFETIME)
        // A file does not hang up, and every statement costs two changes of threads.
        .test_before_acquire(false)
        .acquire_timeout(WAIT_FOR_CONNECTION * 6)
        .connect_with(options.read_only(true))
        .await
        .map_err(failed)?;
    Ok(Pools::Sqlite { write, read })
}

/// Deletes the samples of values that a full `ANALYZE` takes. With them SQLite plans a statement anew for each value that is
/// bound to it, which takes longer than what the statement does.
async fn forget_samples(write: &SqlitePool) -> Result<(), sqlx::Error> {
    let mut connection = write.acquire().await?;
    let tables = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat4'";
    let (tables,): (i64,) = sqlx::query_as(tables).fetch_one(&mut *connection).await?;
    if tables > 0 {
        sqlx::raw_sql("DELETE FROM sqlite_stat4; ANALYZE sqlite_schema").execute(&mut *connection).await?;
    }
    Ok(())
}

/// Lets SQLite count the rows of the tables that have changed a lot since it last did, so that it plans for as many as there are.
pub(super) async fn count_rows(write: &SqlitePool) -> Result<(), sqlx::Error> {
    /// Counts what needs it (0x02), by a sample (0x10), not only the tables that were asked (0x10000).
    const COUNT: &str = "PRAGMA optimize = 0x10012";
    const VERSIONS: &str = "SELECT count(*) FROM (SELECT 1 FROM versions LIMIT CAST($1 AS BIGINT))";
    let mut connection = write.acquire().await?;
    let (versions,): (i64,) =
        sqlx::query_as(VERSIONS).bind(FEWEST_COUNTED_VERSIONS).fetch_one(&mut *connection).await?;
    if versions == FEWEST_COUNTED_VERSIONS {
        sqlx::raw_sql(COUNT).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Opens a database of a server.
pub(super) async fn postgres(address: &str, tables: Tables) -> Result<Pools, OpenStoreError> {
    let failed = |cause| OpenStoreError::Connect { database: Database::Postgres(address.to_owned()), cause };
    let options: PgConnectOptions = address.parse().map_err(failed)?;
    // Before the limits below: an index on a large table takes its time, and other replicas wait until it is there.
    let mut first = first_connection::connect(&options).await?;
    match tables {
        Tables::UpToDate => {
            migrations::run(Engine::Postgres, &mut first).await.map_err(OpenStoreError::migrating)?;
        }
        Tables::AsTheyAre => {
            migrations::expect_newest!(&mut first, "SELECT count(to_regclass('_sqlx_migrations'))");
        }
    }
    first_connection::say_goodbye(first).await;
    let statement_timeout = format!("{}s", STATEMENT_TIMEOUT.as_secs());
    let options = options.options([
        // The server's default price of a random read fits spinning disks and makes it sort whole tables here.
        ("random_page_cost", "1.1"),
        // Statements are written so that one plan does for all values. Planning anew, or compiling to machine code what
        // looks dear, takes longer than what they do.
        ("plan_cache_mode", "force_generic_plan"),
        ("jit", "off"),
        ("statement_timeout", &statement_timeout),
        ("lock_timeout", "15s"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(WAIT_FOR_CONNECTION * 2)
        // Not before every request: it waits for each answer of the server.
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(
                async move { if about.idle_for < SURELY_ALIVE { Ok(true) } else { still_answers(connection).await } },
            )
        })
        // The pool's own look at a connection that comes back has no end if the server is silent, and none would be left.
        .after_release(|connection, _| Box::pin(still_answers(connection)))
        .connect_with(options)
        .await
        .map_err(failed)?;
    Ok(Pools::Postgres(pool, Glances::default()))
}

/// Whether a connection can be used again. An error ends it without a goodbye, which nobody would hear.
async fn still_answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    within(RELEASE_TIMEOUT, connection.ping()).await.map(|()| true)
}
