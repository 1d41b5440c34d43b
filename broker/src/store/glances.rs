//! Connections for single statements.
//!
//! A transaction takes PostgreSQL three more messages: one to begin, one to end, and the pool asks a connection that comes back
//! whether it is well. A question that one statement answers needs none of them, and to wait for them takes longer than what it
//! asks. So the connections of such questions are kept here, while they are used again and again and nobody waits for one.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Database, PgPool, Postgres};

use crate::store::{POSTGRES_CONNECTIONS, SURELY_ALIVE};

/// The most that are kept: others need connections too.
const MOST: usize = POSTGRES_CONNECTIONS as usize / 2;
/// For how long one is kept from the pool, which renews old connections.
const LONGEST: Duration = Duration::from_mins(1);

/// A connection out of the pool.
pub(crate) struct Glance<DB: Database> {
    pub(super) connection: PoolConnection<DB>,
    /// When it left the pool.
    since: Instant,
    /// When it last answered.
    used: Instant,
}

impl<DB: Database> Glance<DB> {
    pub(super) fn new(connection: PoolConnection<DB>) -> Self {
        let now = Instant::now();
        Self { connection, since: now, used: now }
    }
}

/// Connections that have just answered.
#[derive(Clone, Default)]
pub(super) struct Glances {
    idle: Arc<Mutex<Idle>>,
    /// How many wait for the pool.
    waiting: Arc<AtomicUsize>,
}

impl fmt::Debug for Glances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Glances").field("idle", &self.count()).field("waiting", &self.waiting).finish()
    }
}

#[derive(Default)]
struct Idle(Vec<Glance<Postgres>>);

impl Drop for Idle {
    fn drop(&mut self) {
        if tokio::runtime::Handle::try_current().is_err() {
            // There is nothing left that could bring them back to the pool: they are hung up.
            self.0.drain(..).for_each(|glance| drop(glance.connection.leak()));
        }
    }
}

/// Somebody waits for the pool until this is dropped.
#[derive(Debug)]
pub(super) struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Glances {
    /// One that is surely alive, unless others wait for the pool: they were there first.
    pub(super) fn take(&self) -> Option<Glance<Postgres>> {
        let mut idle = self.idle();
        idle.0.retain(|glance| glance.used.elapsed() < SURELY_ALIVE);
        if self.waiting.load(Ordering::SeqCst) > 0 { None } else { idle.0.pop() }
    }

    /// Keeps one whose last statement was answered to its end.
    pub(super) fn keep(&self, pool: &PgPool, glance: Glance<Postgres>) {
        let mut idle = self.idle();
        idle.0.retain(|glance| glance.used.elapsed() < SURELY_ALIVE);
        let is_wanted = self.waiting.load(Ordering::SeqCst) > 0 || pool.is_closed();
        if idle.0.len() < MOST && !is_wanted && glance.since.elapsed() < LONGEST {
            idle.0.push(Glance { used: Instant::now(), ..glance });
        }
    }

    /// Announces that somebody is going to wait for the pool, and gives it one if it has too few. Those that are kept after
    /// this go to the pool.
    pub(super) fn wait(&self, pool: &PgPool) -> Waiting {
        let waiting = self.waiting.fetch_add(1, Ordering::SeqCst) + 1;
        if pool.num_idle() < waiting {
            drop(self.idle().0.pop());
        }
        Waiting(Arc::clone(&self.waiting))
    }

    /// Gives all back to the pool.
    pub(super) fn give_back(&self) {
        self.idle().0.clear();
    }

    /// How many are kept and not busy.
    pub(super) fn count(&self) -> usize {
        self.idle().0.len()
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        // A panic elsewhere leaves the list as it was.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
