//! What SQLite and PostgreSQL cannot say alike.
//!
//! And one thing that both can say in two ways: a bound limit is `LIMIT CAST($1 AS BIGINT)`. SQLite looks at the value of a bare
//! `LIMIT $1` while it plans, and therefore plans the statement anew each time.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use sha1::{Digest, Sha1};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::store::{Connection, ReadTx, StoreError};

/// The two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A server.
    Postgres,
}

/// A statement with lists: `IN IDS($1)` asks for the numbers, `IN TEXTS($1)` for the texts of the JSON array bound to `$1`,
/// `IN SOME(SELECT …)` for what a query without lists of its own finds. `FROM ELEMENTS($1)` has each element of such an array as
/// `value`, which `->>` looks into.
///
/// `WHERE v.id IN IDS($1)` with [`json_list`] bound to it. One parameter whatever the length, so one prepared statement.
/// PostgreSQL is given an array instead of a sub-select: it expects ten elements then and looks each up in an index, where
/// for a sub-select of JSON it expects a hundred and reads whole tables (10 to 40 times slower on the matrix).
pub(crate) fn with_lists(engine: Engine, sql: &'static str) -> SqlStr {
    /// The statements that were asked for, by where and how long the program has them: as many as it has.
    type Known = HashMap<(Engine, usize, usize), SqlStr>;
    static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);
    let key = (engine, sql.as_ptr() as usize, sql.len());
    // A lock is poisoned by a panic only; what is in the map stays true.
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    known.unwrap_or_else(|| {
        let made = put_lists(engine, sql);
        KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(key, made.clone());
        made
    })
}

/// A statement with lists that was put together from the program's own constants.
pub(crate) fn put_lists(engine: Engine, sql: &str) -> SqlStr {
    let mut text = String::with_capacity(sql.len() * 3 / 2);
    let mut rest = sql;
    while let Some((at, list)) = next_list(rest) {
        text.push_str(&rest[..at]);
        let after = &rest[at + list.token().len()..];
        let close = end_of(after);
        list.write(engine, &after[..close], &mut text);
        rest = after.get(close + 1..).unwrap_or_default();
    }
    text.push_str(rest);
    // The parts come from the program's own constants only: values stay bound parameters.
    AssertSqlSafe(text).into_sql_str()
}

/// Where the parenthesis is closed that was opened before `sql`.
fn end_of(sql: &str) -> usize {
    let mut open = 1;
    let closed = sql.bytes().position(|byte| {
        match byte {
            b'(' => open += 1,
            b')' => open -= 1,
            _ => {}
        }
        open == 0
    });
    closed.unwrap_or(sql.len())
}

/// How a list is asked for.
#[derive(Debug, Clone, Copy)]
enum List {
    Ids,
    Texts,
    Some,
    Elements,
}

impl List {
    const ALL: [Self; 4] = [Self::Ids, Self::Texts, Self::Some, Self::Elements];

    fn token(self) -> &'static str {
        match self {
            Self::Ids => "IN IDS(",
            Self::Texts => "IN TEXTS(",
            Self::Some => "IN SOME(",
            Self::Elements => "ELEMENTS(",
        }
    }

    fn write(self, engine: Engine, of: &str, text: &mut String) {
        let [before, after] = match (engine, self) {
            (Engine::Sqlite, Self::Ids | Self::Texts) => ["IN (SELECT value FROM json_each(", "))"],
            (Engine::Sqlite, Self::Some) => ["IN (", ")"],
            (Engine::Sqlite, Self::Elements) => ["json_each(", ")"],
            (Engine::Postgres, Self::Ids) => {
                ["= ANY(ARRAY(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(", " AS JSON))))"]
            }
            (Engine::Postgres, Self::Texts) => {
                ["= ANY(ARRAY(SELECT value FROM json_array_elements_text(CAST(", " AS JSON))))"]
            }
            (Engine::Postgres, Self::Some) => ["= ANY(ARRAY(", "))"],
            (Engine::Postgres, Self::Elements) => ["json_array_elements(CAST(", " AS JSON)) AS elements (value)"],
        };
        text.extend([before, of, after]);
    }
}

fn next_list(sql: &str) -> Option<(usize, List)> {
    List::ALL.into_iter().filter_map(|list| Some((sql.find(list.token())?, list))).min_by_key(|(at, _)| *at)
}

/// The JSON text of a list, to bind where [`with_lists`] is used.
pub(crate) fn json_list<T: serde::Serialize>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<T> = values.into_iter().collect();
    serde_json::to_string(&values).expect("numbers and texts always serialise")
}

/// Waits until no other transaction holds the lock of one of these names, and holds them until this one ends. Those `shared`
/// may be held by several who share them.
///
/// On SQLite the writer is alone. On PostgreSQL the locks are on names, not on rows: rows come and go while one waits for
/// them, and whoever creates a row of the same name meanwhile would have to be waited for in another order.
pub(crate) async fn lock_names(tx: &mut ReadTx, names: &[&str], shared: &[&str]) -> Result<(), StoreError> {
    // The keys are an array, so they are taken in its order, which is the same for everybody.
    const LOCK: &str = "SELECT CASE WHEN CAST(key ->> 1 AS BOOLEAN)
                    THEN pg_advisory_xact_lock_shared(CAST(key ->> 0 AS BIGINT)) ELSE pg_advisory_xact_lock(CAST(key ->> 0 AS BIGINT)) END
               FROM json_array_elements(CAST($1 AS JSON)) AS keys (key)";
    let Connection::Postgres(transaction) = tx.connection() else { return Ok(()) };
    let alone = names.iter().map(|name| (lock_key(name), false));
    let mut keys: Vec<(i64, bool)> = alone.chain(shared.iter().map(|name| (lock_key(name), true))).collect();
    // Of one key the lock that is not shared comes first and is the one that stays.
    keys.sort_unstable();
    keys.dedup_by_key(|(key, _)| *key);
    sqlx::query(LOCK)
        .bind(json_list(keys))
        .execute(&mut **transaction)
        .await
        .map_err(StoreError::while_doing("waiting for others that change the same pacticipants"))?;
    Ok(())
}

/// A number for a name, the same in every process. Two names with one number only wait for each other.
fn lock_key(name: &str) -> i64 {
    let digest = Sha1::digest(name.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_one_json_parameter_on_each_engine() {
        const SQL: &str = "SELECT 1 FROM t WHERE id IN IDS($1) AND name IN TEXTS($2) AND x = $3 \
                           AND y IN SOME(SELECT value ->> 0 FROM a)";
        const OF_ELEMENTS: &str = "SELECT value ->> 0 FROM ELEMENTS($1)";

        assert_eq!(
            with_lists(Engine::Sqlite, SQL).as_str(),
            "SELECT 1 FROM t WHERE id IN (SELECT value FROM json_each($1)) AND name IN (SELECT value FROM json_each($2)) AND x = $3 \
             AND y IN (SELECT value ->> 0 FROM a)"
        );
        assert_eq!(with_lists(Engine::Sqlite, OF_ELEMENTS).as_str(), "SELECT value ->> 0 FROM json_each($1)");
        assert_eq!(
            with_lists(Engine::Postgres, SQL).as_str(),
            "SELECT 1 FROM t WHERE id = ANY(ARRAY(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS JSON)))) \
             AND name = ANY(ARRAY(SELECT value FROM json_array_elements_text(CAST($2 AS JSON)))) AND x = $3 \
             AND y = ANY(ARRAY(SELECT value ->> 0 FROM a))"
        );
        assert_eq!(
            with_lists(Engine::Postgres, OF_ELEMENTS).as_str(),
            "SELECT value ->> 0 FROM json_array_elements(CAST($1 AS JSON)) AS elements (value)"
        );
    }
}
