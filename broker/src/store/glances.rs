//! Connections for single statements.
//!
//! A transaction takes PostgreSQL three more messages: one to begin, one to end, and the pool asks a connection that comes back
//! whether it is well. A question that one statement answers needs none of them, and to wait for them takes longer than what it
//! asks. So the connections of such questions are kept here, as long as they are used again and again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

use crate::store::{POSTGRES_CONNECTIONS, SURELY_ALIVE};

/// The most that are kept: others wait for connections too.
const MOST: usize = POSTGRES_CONNECTIONS as usize / 2;

/// Connections that have just answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Glances {
    idle: Arc<Mutex<Idle>>,
}

#[derive(Debug, Default)]
struct Idle(Vec<(PoolConnection<Postgres>, Instant)>);

impl Drop for Idle {
    fn drop(&mut self) {
        if tokio::runtime::Handle::try_current().is_err() {
            // There is nothing left that could bring them back to the pool: they are hung up.
            self.0.drain(..).for_each(|(connection, _)| drop(connection.leak()));
        }
    }
}

impl Glances {
    /// One that is surely alive. The others go back to the pool, which looks at them.
    pub(super) fn take(&self) -> Option<PoolConnection<Postgres>> {
        let mut idle = self.idle();
        idle.0.retain(|(_, since)| since.elapsed() < SURELY_ALIVE);
        idle.0.pop().map(|(connection, _)| connection)
    }

    /// Keeps one whose last statement was answered to its end.
    pub(super) fn keep(&self, pool: &PgPool, connection: PoolConnection<Postgres>) {
        let mut idle = self.idle();
        if idle.0.len() < MOST && !pool.is_closed() {
            idle.0.push((connection, Instant::now()));
        }
    }

    /// Gives one back if the pool has none.
    pub(super) fn make_room(&self, pool: &PgPool) {
        if pool.num_idle() == 0 && pool.size() >= POSTGRES_CONNECTIONS {
            drop(self.idle().0.pop());
        }
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
