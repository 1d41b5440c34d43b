//! Rows that are read by the hundred.
//!
//! The driver of SQLite hands rows over from one thread to another, one at a time; waking each other takes them longer than
//! reading a row. There such rows come all together, as one JSON text of arrays. PostgreSQL sends many at once anyway.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Column, Postgres, Row as _, SqlSafeStr, SqlStr};

/// A row of a statement that may find many, whose columns are its members in their order ([`bulk!`]).
pub(crate) trait Bulk: DeserializeOwned {
    /// The names of the columns.
    const COLUMNS: &'static [&'static str];

    /// Reads a row that PostgreSQL sent. Columns are known by their places: to look for each by its name takes longer than to
    /// read it.
    fn of_postgres(row: &PgRow) -> Result<Self, sqlx::Error>;
}

/// Makes a type a [`Bulk`] row: `bulk!(Row: first_member, second_member, …)`, in the order in which statements select them.
macro_rules! bulk {
    ($row:ident: $($column:ident),+ $(,)?) => {
        impl $crate::store::bulk::Bulk for $row {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn of_postgres(row: &sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
                let mut columns = $crate::store::bulk::Columns::of(row);
                Ok(Self { $($column: columns.next()?),+ })
            }
        }
    };
}
pub(crate) use bulk;

/// The columns of a row, one after the other.
pub(crate) struct Columns<'r> {
    row: &'r PgRow,
    at: usize,
}

impl<'r> Columns<'r> {
    pub(crate) fn of(row: &'r PgRow) -> Self {
        Self { row, at: 0 }
    }

    /// The value of the next one.
    pub(crate) fn next<T>(&mut self) -> Result<T, sqlx::Error>
    where
        T: sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
    {
        self.at += 1;
        self.row.try_get(self.at - 1)
    }
}

/// What reads the rows of one answer of PostgreSQL. The columns are those of the first row.
pub(crate) fn reader_of<Row: Bulk>() -> impl FnMut(PgRow) -> Result<Row, sqlx::Error> {
    let mut is_first = true;
    move |row| {
        if std::mem::take(&mut is_first) && !row.columns().iter().map(Column::name).eq(Row::COLUMNS.iter().copied()) {
            return Err(sqlx::Error::Decode("a statement has other columns than its rows".into()));
        }
        Row::of_postgres(&row)
    }
}

/// All rows of a query: `many!(tx, Row, SQL, bind, …)`. An order that must be kept needs a `LIMIT` beside it.
macro_rules! many {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx.connection() {
            $crate::store::Connection::Sqlite(transaction) => {
                let sql = $crate::store::statement($crate::store::bulk::as_one_text::<$row>($sql));
                sqlx::query_scalar::<_, String>(sql)$(.bind($bind))*
                    .fetch_one(&mut **transaction)
                    .await
                    .and_then(|text| $crate::store::bulk::rows_of::<$row>(&text))
            }
            $crate::store::Connection::Postgres(transaction) => {
                let sql = $crate::store::statement($sql);
                $crate::store::in_time(
                    sqlx::query(sql)$(.bind($bind))*
                        .try_map($crate::store::bulk::reader_of::<$row>())
                        .fetch_all(&mut **transaction)
                ).await
            }
        }
    };
}
pub(crate) use many;

/// The statement whose only value is what `sql` finds.
pub(crate) fn as_one_text<Row: Bulk>(sql: impl SqlSafeStr) -> SqlStr {
    let sql = sql.into_sql_str();
    // Both parts are the program's own constants.
    let text = format!("SELECT json_group_array(json_array({})) FROM ({})", Row::COLUMNS.join(", "), sql.as_str());
    AssertSqlSafe(text).into_sql_str()
}

/// The rows in the text that such a statement finds.
pub(crate) fn rows_of<Row: Bulk>(text: &str) -> Result<Vec<Row>, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// A yes or no, which SQLite keeps as a number.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    i64::deserialize(deserializer).map(|number| number != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ReadTx, StoreError};
    use crate::testing::on_every_database;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Odd {
        name: String,
        missing: Option<String>,
        number: i64,
        #[serde(deserialize_with = "flag")]
        is_it: bool,
    }

    bulk!(Odd: name, missing, number, is_it);

    async fn odd(tx: &mut ReadTx, names: &[&str]) -> Vec<Odd> {
        // A limit keeps the order.
        const ODD: &str = "SELECT p.name, p.main_branch AS missing, CAST(9223372036854775807 AS BIGINT) AS number,
                CASE WHEN p.id > 0 THEN TRUE ELSE FALSE END AS is_it FROM pacticipants p ORDER BY p.id DESC LIMIT CAST($1 AS BIGINT)";
        let limit = i64::try_from(names.len()).expect("few");
        many!(tx, Odd, ODD, limit).map_err(StoreError::while_doing("reading")).expect("rows")
    }

    #[tokio::test]
    async fn rows_are_the_same_however_they_come() {
        let names = ["a \"quoted\" \\ name", "line\nbreak\ttab\u{1}", "日本語 🦀", "{\"json\":[1]}"];
        on_every_database(async |broker| {
            let app = broker.app();
            let mut tx = app.store().write().await.expect("a database");
            assert_eq!(odd(&mut tx, &names).await, []);
            for name in names {
                tx.pacticipants().find_or_create(name, app.now()).await.expect("a pacticipant");
            }
            let expected: Vec<Odd> = names
                .iter()
                .rev()
                .map(|name| Odd { name: (*name).to_owned(), missing: None, number: i64::MAX, is_it: true })
                .collect();
            assert_eq!(odd(&mut tx, &names).await, expected);
        })
        .await;
    }

    #[test]
    fn a_text_of_other_rows_is_an_error() {
        assert!(matches!(rows_of::<Odd>("[[1,2]]"), Err(sqlx::Error::Decode(_))));
    }
}
