//! What SQLite and PostgreSQL cannot say alike.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

/// The two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A server.
    Postgres,
}

/// A statement with lists: `IDS($1)` stands for the numbers, `TEXTS($1)` for the texts of the JSON array bound to `$1`.
///
/// `WHERE v.id IN IDS($1)` with [`json_list`] bound to it. One parameter whatever the length, so one prepared statement.
pub(crate) fn with_lists(engine: Engine, sql: &'static str) -> SqlStr {
    let mut text = String::with_capacity(sql.len() + 80);
    let mut rest = sql;
    while let Some((at, token, numbers)) = next_list(rest) {
        text.push_str(&rest[..at]);
        let after = &rest[at + token.len()..];
        let close = after.find(')').unwrap_or(after.len());
        let parameter = &after[..close];
        let select = match (engine, numbers) {
            (Engine::Sqlite, _) => format!("(SELECT value FROM json_each({parameter}))"),
            (Engine::Postgres, true) => {
                format!("(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST({parameter} AS JSON)))")
            }
            (Engine::Postgres, false) => {
                format!("(SELECT value FROM json_array_elements_text(CAST({parameter} AS JSON)))")
            }
        };
        text.push_str(&select);
        rest = after.get(close + 1..).unwrap_or_default();
    }
    text.push_str(rest);
    // The parts come from the program's own constants only: values stay bound parameters.
    AssertSqlSafe(text).into_sql_str()
}

fn next_list(sql: &str) -> Option<(usize, &'static str, bool)> {
    let ids = sql.find("IDS(").map(|at| (at, "IDS(", true));
    let texts = sql.find("TEXTS(").map(|at| (at, "TEXTS(", false));
    match (ids, texts) {
        (Some(ids), Some(texts)) => Some(if ids.0 < texts.0 { ids } else { texts }),
        (ids, texts) => ids.or(texts),
    }
}

/// The JSON text of a list, to bind where [`with_lists`] is used.
pub(crate) fn json_list<T: serde::Serialize>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<T> = values.into_iter().collect();
    serde_json::to_string(&values).expect("numbers and texts always serialise")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_one_json_parameter_on_each_engine() {
        const SQL: &str = "SELECT 1 FROM t WHERE id IN IDS($1) AND name IN TEXTS($2) AND x = $3";

        assert_eq!(
            with_lists(Engine::Sqlite, SQL).as_str(),
            "SELECT 1 FROM t WHERE id IN (SELECT value FROM json_each($1)) AND name IN (SELECT value FROM json_each($2)) AND x = $3"
        );
        assert_eq!(
            with_lists(Engine::Postgres, SQL).as_str(),
            "SELECT 1 FROM t WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS JSON))) \
             AND name IN (SELECT value FROM json_array_elements_text(CAST($2 AS JSON))) AND x = $3"
        );
    }
}
