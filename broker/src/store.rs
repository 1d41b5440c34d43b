//! Where everything is kept: one text of SQL for SQLite and PostgreSQL.
//!
//! A [`Store`] is one of two engines, a transaction one of two native transactions, and the [`on!`] macro compiles a query
//! for both. There is no trait of repositories: it would have one implementation. What the engines cannot say alike is in
//! [`dialect`]. Reads see one moment ([`Store::read`]), or one for each statement where one answers the question
//! ([`Store::glance`]); writes ([`WriteTx`]) are serialised on SQLite, and on PostgreSQL those that concern the same
//! pacticipants, by locks on their names. One file per noun holds its SQL.
//!
//! A [`WriteTx`] is never taken before the request's body has been read: a slow upload would hold SQLite's only writer.

pub(crate) mod dialect;
mod errors;
mod first_connection;
mod glances;
mod lock;
mod migrations;
mod opening;

pub(crate) mod badges;
pub(crate) mod branches;
mod bulk;
pub(crate) mod clean_up;
pub(crate) mod dashboard;
pub(crate) mod deployments;
pub(crate) mod environments;
pub(crate) mod integrations;
pub(crate) mod jobs;
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
use std::time::Duration;

use sqlx::{PgPool, Postgres, SqlSafeStr, SqlStr, Sqlite, SqlitePool, Transaction};

use crate::config::{Config, Database};
use crate::store::dialect::Engine;
use crate::store::errors::COMMITTING;
pub(crate) use crate::store::errors::{OpenStoreError, StoreError};
use crate::store::glances::{Glance, Glances};
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
                $crate::store::in_time(async { $body }).await
            }
        }
    };
}
pub(crate) use on;

/// All rows of a query: `all!(tx, Row, SQL, bind, …)`.
macro_rules! all {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::on!($tx, |db| sqlx::query_as::<_, $row>($crate::store::statement($sql))$(.bind($bind))*.fetch_all(db).await)
    };
}
pub(crate) use all;

/// The only row of a query, or none: `maybe!(tx, Row, SQL, bind, …)`.
macro_rules! maybe {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::on!($tx, |db| sqlx::query_as::<_, $row>($crate::store::statement($sql))$(.bind($bind))*.fetch_optional(db).await)
    };
}
pub(crate) use maybe;

/// The only row of a query that always has one: `one!(tx, Row, SQL, bind, …)`.
macro_rules! one {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::on!($tx, |db| sqlx::query_as::<_, $row>($crate::store::statement($sql))$(.bind($bind))*.fetch_one(db).await)
    };
}
pub(crate) use one;

/// Runs a statement and answers how many rows it touched: `run!(tx, SQL, bind, …)`.
macro_rules! run {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::on!($tx, |db| sqlx::query($crate::store::statement($sql))$(.bind($bind))*.execute(db).await.map(|done| done.rows_affected()))
    };
}
pub(crate) use run;

/// A statement as it goes to the engine. Tests note it, to look at the plans of those that builds wait for.
pub(crate) fn statement(sql: impl SqlSafeStr) -> SqlStr {
    let sql = sql.into_sql_str();
    #[cfg(test)]
    plans::noted(sql.as_str());
    sql
}

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
    Postgres(PgPool, Glances),
}

/// A connection to one of the engines.
pub(crate) enum Connection {
    /// The embedded engine.
    Sqlite(Held<Sqlite>),
    /// The server.
    Postgres(Held<Postgres>),
}

/// What statements run in.
pub(crate) enum Held<DB: sqlx::Database> {
    /// One moment for all of them, or one change.
    Transaction(Transaction<'static, DB>),
    /// A moment for each.
    Single(Glance<DB>),
}

impl<DB: sqlx::Database> Deref for Held<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        match self {
            Self::Transaction(transaction) => transaction,
            Self::Single(glance) => &glance.connection,
        }
    }
}

impl<DB: sqlx::Database> DerefMut for Held<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Self::Transaction(transaction) => transaction,
            Self::Single(glance) => &mut glance.connection,
        }
    }
}

impl<DB: sqlx::Database> Held<DB> {
    async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Transaction(transaction) => transaction.commit().await,
            // Each of its statements was a change of its own.
            Self::Single(_) => Ok(()),
        }
    }
}

/// How many connections a broker keeps to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 10;
/// How long a request waits for a free connection, and SQLite for its file's lock.
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(5);
/// How long PostgreSQL may take for a statement before it gives up on it. One that runs for long holds locks others wait for.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);
/// What a server that is alive has beyond that to say so. One that is not may never say anything.
const SPARE_TIME: Duration = Duration::from_secs(5);
/// For how long a connection to PostgreSQL that was not used may be taken as alive.
const SURELY_ALIVE: Duration = Duration::from_secs(1);
/// How long a connection may take to show that it can be used again.
const RELEASE_TIMEOUT: Duration = if cfg!(test) { Duration::from_millis(500) } else { Duration::from_secs(5) };

/// Waits for PostgreSQL, but not for ever: its machine, or the network, may be gone without a word.
pub(crate) async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    within(STATEMENT_TIMEOUT + SPARE_TIME, answer).await
}

async fn within<T>(limit: Duration, answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
        let text = format!("PostgreSQL did not answer within {limit:?}");
        Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, text)))
    })
}

/// What becomes of the tables when a database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tables {
    /// They are created, or brought up to date.
    UpToDate,
    /// Nothing: they are of this version, or the database is not opened.
    AsTheyAre,
}

impl Store {
    /// Opens the database, and for a file takes its lock, which the caller keeps.
    pub(crate) async fn open(config: &Config, tables: Tables) -> Result<(Self, Option<FileLock>), OpenStoreError> {
        match &config.database {
            Database::Sqlite(path) => {
                if tables == Tables::AsTheyAre && !path.exists() {
                    return Err(OpenStoreError::NoTables);
                }
                let lock = FileLock::take(path).map_err(OpenStoreError::Lock)?;
                let pools = opening::sqlite(path, config.sync_every_commit, tables).await?;
                Ok((Self { pools }, Some(lock)))
            }
            Database::Postgres(address) => Ok((Self { pools: opening::postgres(address, tables).await? }, None)),
        }
    }

    /// Begins to read: everything read in it is of one moment.
    pub(crate) async fn read(&self) -> Result<ReadTx, StoreError> {
        let connection = match &self.pools {
            Pools::Sqlite { read, .. } => read.begin().await.map(Held::Transaction).map(Connection::Sqlite),
            Pools::Postgres(pool, glances) => {
                let _waiting = glances.wait(pool);
                in_time(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))
                    .await
                    .map(Held::Transaction)
                    .map(Connection::Postgres)
            }
        };
        Ok(ReadTx { connection: connection.map_err(StoreError::while_doing("beginning to read"))? })
    }

    /// Begins to read with single statements, each of a moment of its own. [`Store::done`] makes the next one fast.
    pub(crate) async fn glance(&self) -> Result<ReadTx, StoreError> {
        let connection = match &self.pools {
            Pools::Sqlite { read, .. } => {
                read.acquire().await.map(Glance::new).map(Held::Single).map(Connection::Sqlite)
            }
            Pools::Postgres(pool, glances) => {
                let glance = if let Some(glance) = glances.take() {
                    Ok(glance)
                } else {
                    let _waiting = glances.wait(pool);
                    in_time(pool.acquire()).await.map(Glance::new)
                };
                glance.map(Held::Single).map(Connection::Postgres)
            }
        };
        Ok(ReadTx { connection: connection.map_err(StoreError::while_doing("beginning to read"))? })
    }

    /// What was begun by [`Store::glance`] has its answers, all of them.
    pub(crate) fn done(&self, glance: ReadTx) {
        if let (Pools::Postgres(pool, glances), Connection::Postgres(Held::Single(glance))) =
            (&self.pools, glance.connection)
        {
            glances.keep(pool, glance);
        }
    }

    /// Begins to write. Dropping the transaction without [`WriteTx::commit`] cancels everything done in it.
    pub(crate) async fn write(&self) -> Result<WriteTx, StoreError> {
        let connection = match &self.pools {
            // IMMEDIATE takes the write lock now: a reading transaction that turns into a writing one can only fail.
            Pools::Sqlite { write, .. } => {
                write.begin_with("BEGIN IMMEDIATE").await.map(Held::Transaction).map(Connection::Sqlite)
            }
            Pools::Postgres(pool, glances) => {
                let _waiting = glances.wait(pool);
                in_time(pool.begin()).await.map(Held::Transaction).map(Connection::Postgres)
            }
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

    /// How many connections there are: what they are for, whether they are busy.
    pub(crate) fn connections(&self) -> Vec<(&'static str, &'static str, u32)> {
        fn of<DB: sqlx::Database>(
            purpose: &'static str,
            pool: &sqlx::Pool<DB>,
        ) -> [(&'static str, &'static str, u32); 2] {
            let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
            [(purpose, "idle", idle), (purpose, "busy", pool.size().saturating_sub(idle))]
        }
        match &self.pools {
            Pools::Sqlite { write, read } => [of("write", write), of("read", read)].concat(),
            Pools::Postgres(pool, glances) => {
                let mut all = of("any", pool);
                let idle = u32::try_from(glances.count()).unwrap_or(u32::MAX).min(all[1].2);
                all[0].2 += idle;
                all[1].2 -= idle;
                all.to_vec()
            }
        }
    }

    /// Which engine this is.
    pub(crate) fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(..) => Engine::Postgres,
        }
    }

    /// Counts the rows of the tables again, if the engine does not do so by itself.
    pub(crate) async fn count_rows(&self) -> Result<(), StoreError> {
        match &self.pools {
            Pools::Sqlite { write, .. } => {
                let failed = StoreError::while_doing("counting the rows of the tables");
                opening::count_rows(write).await.map_err(failed)
            }
            Pools::Postgres(..) => Ok(()),
        }
    }

    /// Waits for running transactions and closes every connection.
    pub(crate) async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool, glances) => {
                let closed = pool.close();
                glances.give_back();
                closed.await;
            }
        }
    }
}

/// A moment of the database, to read from. Handlers get it as an argument. One of [`Store::glance`] sees another moment with each
/// statement.
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
            Connection::Postgres(transaction) => in_time(transaction.commit()).await,
        }
        .map_err(StoreError::while_doing(COMMITTING))
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

#[cfg(test)]
mod plans;
#[cfg(test)]
pub(crate) mod tests;
