//! The first connection to PostgreSQL, made before the pool, because a pool tries again and again until its time is up and
//! then knows only that. This one knows what was wrong.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(5);

/// There is no connection: to whom, and why.
#[derive(Debug, thiserror::Error)]
#[error("no connection to PostgreSQL at {place}: {reason}")]
pub(crate) struct NoConnection {
    place: String,
    reason: String,
    hint: &'static str,
}

impl NoConnection {
    /// What to try.
    pub(crate) fn hint(&self) -> &'static str {
        self.hint
    }
}

/// Connects once.
pub(crate) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, NoConnection> {
    connect_within(LIMIT, options).await
}

/// Closes a connection; whether the server hears the goodbye does not matter.
pub(crate) async fn say_goodbye(connection: PgConnection) {
    let _ = tokio::time::timeout(LIMIT, connection.close()).await;
}

async fn connect_within(limit: Duration, options: &PgConnectOptions) -> Result<PgConnection, NoConnection> {
    let (reason, hint) = match tokio::time::timeout(limit, options.connect()).await {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(error)) => why(&error),
        Err(_) => (format!("no answer within {limit:?}"), "check host and port, and that no firewall is between"),
    };
    Err(NoConnection { place: place(options), reason, hint })
}

/// Host, port, database and user, and never the password.
fn place(options: &PgConnectOptions) -> String {
    let at = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let user = options.get_username();
    format!("{at} (database {}, user {user})", options.get_database().unwrap_or(user))
}

fn why(error: &sqlx::Error) -> (String, &'static str) {
    match error {
        sqlx::Error::Io(error) => (error.to_string(), "check host and port, and that PostgreSQL runs there"),
        sqlx::Error::Tls(error) => (error.to_string(), "check the certificate, or set sslmode in the address"),
        sqlx::Error::Database(error) => {
            let hint = match error.code().as_deref() {
                Some("28P01" | "28000") => "check user and password in the address, and the server's pg_hba.conf",
                Some("3D000") => "create the database first: createdb NAME",
                Some("53300") => "the server has no connection left: raise max_connections, or end other clients",
                _ => "the log of the server says more",
            };
            (error.message().to_owned(), hint)
        }
        other => (other.to_string(), "check the address: postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Database;
    use crate::testing::TestBroker;

    async fn refused(address: &str) -> String {
        let options = address.parse().expect("an address");
        let error = connect(&options).await.expect_err("no connection");
        format!("{error}\nhint: {}", error.hint())
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named_with_the_reason_and_without_the_password() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let told = refused(&format!("postgres://me:s3cret@127.0.0.1:{port}/contracts")).await;
        let told = told.replace(" (os error 111)", "").replace(" (os error 61)", "");
        insta::assert_snapshot!(told.replace(&port.to_string(), "PORT"), @r"
        no connection to PostgreSQL at 127.0.0.1:PORT (database contracts, user me): Connection refused
        hint: check host and port, and that PostgreSQL runs there
        ");
    }

    #[tokio::test]
    async fn a_server_that_speaks_something_else_is_told_from_one_that_is_not_there() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            }
        });
        let told = refused(&format!("postgres://me:s3cret@127.0.0.1:{port}/contracts")).await;
        assert!(
            told.starts_with(&format!("no connection to PostgreSQL at 127.0.0.1:{port} (database contracts")),
            "{told}"
        );
        assert!(!told.contains("s3cret"), "{told}");
    }

    #[tokio::test]
    async fn a_server_that_says_nothing_is_not_waited_for() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = silent.local_addr().expect("an address").port();
        let options = format!("postgres://me:s3cret@127.0.0.1:{port}/contracts").parse().expect("an address");
        let error = connect_within(Duration::from_millis(20), &options).await.expect_err("no connection");
        insta::assert_snapshot!(format!("{error}\nhint: {}", error.hint()).replace(&port.to_string(), "PORT"), @r"
        no connection to PostgreSQL at 127.0.0.1:PORT (database contracts, user me): no answer within 20ms
        hint: check host and port, and that no firewall is between
        ");
    }

    #[tokio::test]
    async fn a_database_that_does_not_exist_is_told_with_what_to_do() {
        let Some(broker) = TestBroker::on_postgres().await else { return };
        let Database::Postgres(address) = &broker.app().config().database else { panic!("not PostgreSQL") };
        let mut address = url::Url::parse(address).expect("a URL");
        address.set_path("nowhere");
        let told = refused(address.as_str()).await;
        assert!(told.contains(r"(database nowhere, user "), "{told}");
        assert!(
            told.ends_with("database \"nowhere\" does not exist\nhint: create the database first: createdb NAME"),
            "{told}"
        );
    }
}
