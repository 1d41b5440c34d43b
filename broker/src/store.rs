//! Where everything is kept: one text of SQL for SQLite and PostgreSQL.
//!
//! A [`Store`] is one of two engines, a transaction one of two native transactions, and the [`on!`] macro compiles a query
//! for both. There is no trait of repositories: it would have one implementation. What the engines cannot say alike is in
//! [`dialect`]. Reads see one moment ([`ReadTx`]); writes ([`WriteTx`]) are serialised on SQLite, and on PostgreSQL those that
//! concern the same pacticipants, by locks on their names. One file per noun holds its SQL.
//!
//! A [`WriteTx`] is never taken before the request's body has been read: a slow upload would hold SQLite's only writer.

pub(crate) mod dialect;
mod first_connection;
mod lock;
mod migrations;

pub(crate) mod badges;
pub(crate) mod branches;
pub(crate) mod dashboard;
pub(crate) mod deployments;
pub(crate) mod environments;
pub(crate) mod integrations;
pub(crate) mod matrix;
pub(crate) mod metrics;
pub(crate) mod pacticipants;
pub(crate) mod pacts;
pub(crate) mod required_versions;
pub(crate) mod selection;
pub(crate) mod tags;
pub(crate) mod triggered_webhooks;
pub(crate) mod verifications;
pub(crate) mod version_details;
pub(crate) mod versions;
pub(crate) mod webhook_outbox;
pub(crate) mod webhooks;

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::config::{Config, Database};
use crate::store::dialect::Engine;
pub(crate) use crate::store::lock::FileLock;
#[cfg(any(test, feature = "testing"))]
pub(crate) use crate::store::migrations::tables_fingerprint;

/// Runs `$body` on the connection of a transaction, compiled once for each engine.
///
/// `$tx` is a [`ReadTx`] or [`WriteTx`] (or a borrow of one); `$db` is what sqlx executes queries on.
macro_rules! on {
    ($tx:expr, |$db:ident| $body:expr) => {
        match $tx.connection() {
            $crate::store::Connection::Sqlite(transaction) => {
                let $db = &mut **transaction;
                $body
            }
            $crate::store::Connection::Postgres(transaction) => {
                let $db = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use on;

/// All rows of a query: `all!(tx, Row, SQL, bind, …)`.
macro_rules! all {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::on!($tx, |db| sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(db).await)
    };
}
pub(crate) use all;

/// The only row of a query, or none: `maybe!(tx, Row, SQL, bind, …)`.
macro_rules! maybe {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::on!($tx, |db| sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(db).await)
    };
}
pub(crate) use maybe;

/// The only row of a query that always has one: `one!(tx, Row, SQL, bind, …)`.
macro_rules! one {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::on!($tx, |db| sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_one(db).await)
    };
}
pub(crate) use one;

/// Runs a statement and answers how many rows it touched: `run!(tx, SQL, bind, …)`.
macro_rules! run {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::on!($tx, |db| sqlx::query($sql)$(.bind($bind))*.execute(db).await.map(|done| done.rows_affected()))
    };
}
pub(crate) use run;

/// The database of a broker.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pools: Pools,
}

#[derive(Debug, Clone)]
enum Pools {
    /// One writer, because a second would only wait for the file's lock, unfairly; readers beside it see the last commit.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction's connection on one of the engines.
pub(crate) enum Connection {
    /// The embedded engine.
    Sqlite(Transaction<'static, Sqlite>),
    /// The server.
    Postgres(Transaction<'static, Postgres>),
}

/// How many connections read a SQLite file at once.
const SQLITE_READERS: u32 = 4;
/// How many connections a broker keeps to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 10;
/// How long a request waits for a free connection, and SQLite for its file's lock.
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(5);

impl Store {
    /// Opens the database, creates or upgrades its tables, and for a file takes its lock, which the caller keeps.
    pub(crate) async fn open(config: &Config) -> Result<(Self, Option<FileLock>), OpenStoreError> {
        match &config.database {
            Database::Sqlite(path) => {
                let lock = FileLock::take(path).map_err(OpenStoreError::Lock)?;
                let pools = open_sqlite(path, config.sync_every_commit).await?;
                Ok((Self { pools }, Some(lock)))
            }
            Database::Postgres(address) => Ok((Self { pools: open_postgres(address).await? }, None)),
        }
    }

    /// Begins to read: everything read in it is of one moment.
    pub(crate) async fn read(&self) -> Result<ReadTx, StoreError> {
        let connection = match &self.pools {
            Pools::Sqlite { read, .. } => read.begin().await.map(Connection::Sqlite),
            Pools::Postgres(pool) => {
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(Connection::Postgres)
            }
        };
        Ok(ReadTx { connection: connection.map_err(StoreError::while_doing("beginning to read"))? })
    }

    /// Begins to write. Dropping the transaction without [`WriteTx::commit`] cancels everything done in it.
    pub(crate) async fn write(&self) -> Result<WriteTx, StoreError> {
        let connection = match &self.pools {
            // IMMEDIATE takes the write lock now: a reading transaction that turns into a writing one can only fail.
            Pools::Sqlite { write, .. } => write.begin_with("BEGIN IMMEDIATE").await.map(Connection::Sqlite),
            Pools::Postgres(pool) => pool.begin().await.map(Connection::Postgres),
        };
        Ok(WriteTx { tx: ReadTx { connection: connection.map_err(StoreError::while_doing("beginning to write"))? } })
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        let mut tx = self.read().await?;
        one!(tx, (i64,), "SELECT CAST(1 AS BIGINT)")
            .map_err(StoreError::while_doing("asking whether the database answers"))?;
        Ok(())
    }

    /// Waits for running transactions and closes every connection.
    pub(crate) async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(path: &Path, sync_every_commit: bool) -> Result<Pools, OpenStoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(WAIT_FOR_CONNECTION)
        .foreign_keys(true)
        // Answers of a few hundred rows are common; handed over one by one, two threads would wake each other for each.
        .row_buffer_size(1024)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-8192")
        .pragma("mmap_size", "268435456");
    let synchronous = if sync_every_commit { SqliteSynchronous::Full } else { SqliteSynchronous::Normal };
    let writer = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .optimize_on_close(true, None);
    let failed = |cause| OpenStoreError::Connect { database: Database::sqlite(path), cause };
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        // Writers queue for the one connection; a burst of builds publishing at once must not see errors.
        .acquire_timeout(WAIT_FOR_CONNECTION * 6)
        .connect_with(writer)
        .await
        .map_err(failed)?;
    migrations::migrator(Engine::Sqlite).run(&write).await.map_err(OpenStoreError::Migrate)?;
    let read = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(WAIT_FOR_CONNECTION * 6)
        .connect_with(options.read_only(true))
        .await
        .map_err(failed)?;
    Ok(Pools::Sqlite { write, read })
}

async fn open_postgres(address: &str) -> Result<Pools, OpenStoreError> {
    let failed = |cause| OpenStoreError::Connect { database: Database::Postgres(address.to_owned()), cause };
    let options: PgConnectOptions = address.parse().map_err(failed)?;
    // The server's default price of a random read fits spinning disks and makes it sort whole tables here. A statement that
    // runs for long holds locks others wait for.
    let options = options.options([("random_page_cost", "1.1"), ("statement_timeout", "30s"), ("lock_timeout", "15s")]);
    first_connection::try_to_connect(&options).await?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(WAIT_FOR_CONNECTION * 2)
        .connect_with(options)
        .await
        .map_err(failed)?;
    migrations::migrator(Engine::Postgres).run(&pool).await.map_err(OpenStoreError::Migrate)?;
    Ok(Pools::Postgres(pool))
}

/// A moment of the database, to read from. Handlers get it as an argument.
pub(crate) struct ReadTx {
    connection: Connection,
}

impl ReadTx {
    /// The connection, for [`on!`].
    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Which engine this is, for [`dialect`].
    pub(crate) fn engine(&self) -> Engine {
        match self.connection {
            Connection::Sqlite(_) => Engine::Sqlite,
            Connection::Postgres(_) => Engine::Postgres,
        }
    }
}

/// A change of the database: all of it or nothing. Reads what a [`ReadTx`] does, with its own changes visible.
pub(crate) struct WriteTx {
    tx: ReadTx,
}

impl WriteTx {
    /// Makes the changes visible and lasting.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self.tx.connection {
            Connection::Sqlite(transaction) => transaction.commit().await,
            Connection::Postgres(transaction) => transaction.commit().await,
        }
        .map_err(StoreError::while_doing("committing"))
    }
}

impl Deref for WriteTx {
    type Target = ReadTx;

    fn deref(&self) -> &ReadTx {
        &self.tx
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut ReadTx {
        &mut self.tx
    }
}

/// The database could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("the database failed while {doing}: {cause}")]
pub(crate) struct StoreError {
    doing: &'static str,
    #[source]
    cause: sqlx::Error,
}

impl StoreError {
    /// Did another transaction change the same things at the same moment? Done again, it may succeed.
    ///
    /// Transactions that lock the pacticipants they write below do not meet; what is left are environments, and deletions
    /// that reach far.
    pub(crate) fn is_conflict(&self) -> bool {
        let sqlx::Error::Database(error) = &self.cause else { return false };
        // Deadlock detected, could not serialise.
        let undone = error.code().is_some_and(|code| code == "40P01" || code == "40001");
        undone || error.is_foreign_key_violation() || error.is_unique_violation()
    }

    /// Are there more requests than connections, or does one hold a lock for very long?
    pub(crate) fn is_overload(&self) -> bool {
        match &self.cause {
            sqlx::Error::PoolTimedOut => true,
            // Lock not available in time.
            sqlx::Error::Database(error) => error.code().is_some_and(|code| code == "55P03"),
            _ => false,
        }
    }

    /// Names what was being done, for `map_err`.
    pub(crate) fn while_doing(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |cause| Self { doing, cause }
    }
}

/// The database could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenStoreError {
    #[error(transparent)]
    Lock(lock::LockError),
    #[error(transparent)]
    NoConnection(#[from] first_connection::NoConnection),
    #[error("cannot open {database}: {cause}")]
    Connect {
        database: Database,
        #[source]
        cause: sqlx::Error,
    },
    #[error("cannot bring the tables of the database up to date: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
}

impl OpenStoreError {
    /// What to try, if there is something to try.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoConnection(error) => Some(error.hint()),
            Self::Lock(_) | Self::Connect { .. } | Self::Migrate(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
