//! What can be wrong with the database, and what that means to who waits for an answer.

use std::cmp::Ordering;

use crate::config::Database;
use crate::store::dialect::Engine;
use crate::store::{first_connection, lock, migrations};

/// The database could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("the database failed while {doing}: {cause}")]
pub(crate) struct StoreError {
    doing: &'static str,
    #[source]
    cause: sqlx::Error,
}

/// What is being done when the database may or may not have stored everything by the time it fails.
pub(super) const COMMITTING: &str = "committing";

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

    /// Are there more requests than connections, or does one hold a lock, or take, for very long?
    pub(crate) fn is_overload(&self) -> bool {
        match &self.cause {
            sqlx::Error::PoolTimedOut => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| match engine_of(&**error) {
                // Lock not available in time, statement cancelled because it took too long.
                Engine::Postgres => matches!(&*code, "55P03" | "57014"),
                // Busy; the higher bytes say why.
                Engine::Sqlite => code.parse::<u32>().is_ok_and(|code| code & 0xff == 5),
            }),
            _ => false,
        }
    }

    /// Is the database not there at the moment: restarting, or out of reach? One that only lets itself be read is there: who
    /// tries again hears the same.
    pub(crate) fn is_absence(&self) -> bool {
        match &self.cause {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed => true,
            // Connection exceptions; too many connections; shutting down, crashed, starting.
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                let known = matches!(&*code, "53300" | "57P01" | "57P02" | "57P03");
                engine_of(&**error) == Engine::Postgres && (known || code.starts_with("08"))
            }),
            _ => false,
        }
    }

    /// May what failed have been stored all the same? An answer that does not arrive may have been good.
    pub(crate) fn may_be_stored(&self) -> bool {
        self.doing == COMMITTING
    }

    /// Names what was being done, for `map_err`.
    pub(crate) fn while_doing(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |cause| Self { doing, cause }
    }
}

fn engine_of(error: &dyn sqlx::error::DatabaseError) -> Engine {
    let postgres = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some();
    if postgres { Engine::Postgres } else { Engine::Sqlite }
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
    #[error(
        "the database belongs to a newer version of Intact: its tables are of step {found}, this version knows them up to {known}"
    )]
    Newer { found: i64, known: i64 },
    #[error("the database has no tables of a broker")]
    NoTables,
    #[error(
        "the tables of the database are of step {found}, this version works with step {known} and is not to change them here"
    )]
    Older { found: i64, known: i64 },
    #[error("cannot look at the tables of the database: {0}")]
    Look(#[source] sqlx::Error),
    #[error("cannot bring the tables of the database up to date: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
}

impl OpenStoreError {
    pub(super) fn migrating(cause: sqlx::migrate::MigrateError) -> Self {
        let known = migrations::newest();
        match cause {
            sqlx::migrate::MigrateError::VersionMissing(found) if found > known => Self::Newer { found, known },
            cause => Self::Migrate(cause),
        }
    }

    /// Tables of another step than they are to be of.
    pub(super) fn expecting(known: i64, found: i64) -> Result<(), Self> {
        match found.cmp(&known) {
            Ordering::Less if found == 0 => Err(Self::NoTables),
            Ordering::Less => Err(Self::Older { found, known }),
            Ordering::Equal => Ok(()),
            Ordering::Greater => Err(Self::Newer { found, known }),
        }
    }

    /// What to try, if there is something to try.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoConnection(error) => Some(error.hint()),
            Self::Newer { .. } => Some("start that version or a newer one, or give this one a database of its own"),
            Self::Older { .. } => Some("start a broker of this version on it once, which brings them up to date"),
            Self::NoTables => Some("name the database that the broker uses, with --database-url"),
            Self::Lock(_) | Self::Connect { .. } | Self::Look(_) | Self::Migrate(_) => None,
        }
    }
}
