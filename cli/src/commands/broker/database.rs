//! Where the data of a broker is.

use std::path::{Path, PathBuf};

use intact_broker::Database;
use url::Url;

use super::settings_file::FileFlag;
use crate::context::Environment;
use crate::error::Problem;

/// How a command that works on a database, without serving it, is told which.
#[derive(Debug, clap::Args)]
pub(super) struct DatabaseFlags {
    /// Where data is kept: sqlite://PATH or postgres://…; a SQLite file in the user's data directory unless given
    /// [env: PACT_BROKER_DATABASE_URL]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    #[command(flatten)]
    file: FileFlag,
}

impl DatabaseFlags {
    /// The database, and the variables with the settings of the file below them.
    pub(super) fn read(&self, environment: &Environment) -> anyhow::Result<(Database, Environment)> {
        let environment = self.file.read(environment)?.below(environment);
        Ok((database(self.database_url.as_deref(), &environment)?, environment))
    }
}

/// The database of the flag, of the variables, or the usual one.
pub(super) fn database(flag: Option<&str>, environment: &Environment) -> anyhow::Result<Database> {
    let variable = environment.get("PACT_BROKER_DATABASE_URL").map(|url| (url, "PACT_BROKER_DATABASE_URL"));
    if let Some((url, origin)) = flag.map(|url| (url, "--database-url")).or(variable) {
        let database = url.parse().map_err(|error| Problem::usage(format!("{origin}: {error}")))?;
        return Ok(match environment.get("PACT_BROKER_DATABASE_PASSWORD") {
            Some(password) => with_password(database, password),
            None => database,
        });
    }
    match of_parts(environment)? {
        Some(database) => Ok(database),
        None => Ok(Database::sqlite(default_database(environment)?)),
    }
}

/// An address that has no password is completed by the one that is kept apart from it.
fn with_password(database: Database, password: &str) -> Database {
    let Database::Postgres(address) = &database else { return database };
    match Url::parse(address) {
        Ok(mut url) if url.password().is_none() && !url.query_pairs().any(|(name, _)| name == "password") => {
            // The address of a socket has no place before the host.
            if url.set_password(Some(password)).is_err() {
                url.query_pairs_mut().append_pair("password", password);
            }
            Database::Postgres(url.into())
        }
        _ => database,
    }
}

/// The database of the variables that say its address in parts.
fn of_parts(environment: &Environment) -> Result<Option<Database>, Problem> {
    let part = |name: &str| environment.get(&format!("PACT_BROKER_DATABASE_{name}"));
    let name = part("NAME");
    match part("ADAPTER") {
        Some("sqlite") => {
            let missing = || {
                Problem::usage("PACT_BROKER_DATABASE_ADAPTER is `sqlite`, but PACT_BROKER_DATABASE_NAME names no file")
            };
            Ok(Some(Database::sqlite(name.ok_or_else(missing)?)))
        }
        None | Some("postgres" | "postgresql") => {
            let Some(name) = name else {
                const OTHERS: [&str; 6] = ["ADAPTER", "HOST", "PORT", "USERNAME", "PASSWORD", "SSLMODE"];
                let Some(other) = OTHERS.into_iter().find(|other| part(other).is_some()) else { return Ok(None) };
                let text = format!("PACT_BROKER_DATABASE_{other} is set, but nothing says which database to use");
                return Err(Problem::usage(text)
                    .hint("set PACT_BROKER_DATABASE_NAME, or PACT_BROKER_DATABASE_URL with the whole address"));
            };
            let mut url = Url::parse("postgres://localhost").expect("a constant address");
            let wrong =
                |what: &str| Problem::usage(format!("PACT_BROKER_DATABASE_{what} cannot be a part of an address"));
            if let Some(host) = part("HOST") {
                url.set_host(Some(host)).map_err(|_| wrong("HOST"))?;
            }
            if let Some(port) = part("PORT") {
                let port = port.parse().map_err(|_| wrong("PORT"))?;
                url.set_port(Some(port)).map_err(|()| wrong("PORT"))?;
            }
            url.set_username(part("USERNAME").unwrap_or_default()).map_err(|()| wrong("USERNAME"))?;
            url.set_password(part("PASSWORD")).map_err(|()| wrong("PASSWORD"))?;
            url.path_segments_mut().map_err(|()| wrong("NAME"))?.push(name);
            if let Some(mode) = part("SSLMODE") {
                url.query_pairs_mut().append_pair("sslmode", mode);
            }
            Ok(Some(url.as_str().parse().map_err(|error| Problem::usage(format!("the database: {error}")))?))
        }
        Some(other) => {
            Err(Problem::usage(format!("PACT_BROKER_DATABASE_ADAPTER is `{other}`, expected `postgres` or `sqlite`")))
        }
    }
}

pub(super) fn create_directory_of(file: &Path) -> anyhow::Result<()> {
    let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(directory).map_err(|error| {
        let text = format!("cannot create the directory {} for the broker's database: {error}", directory.display());
        Problem::unavailable(text).hint("choose another place with --database-url sqlite://PATH").into()
    })
}

/// `broker.sqlite` in the directory that the platform has for the data of users' programs.
fn default_database(environment: &Environment) -> anyhow::Result<PathBuf> {
    let directory = data_directory(environment, std::env::consts::OS).ok_or_else(|| {
        Problem::usage("the user's data directory is not known")
            .hint("say where to keep data with --database-url sqlite://PATH")
    })?;
    Ok(directory.join("intact").join("broker.sqlite"))
}

fn data_directory(environment: &Environment, platform: &str) -> Option<PathBuf> {
    // The XDG specification wants relative paths ignored.
    let xdg = environment.get("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || environment.get("HOME").map(PathBuf::from);
    match platform {
        _ if xdg.is_some() => xdg,
        "windows" => environment.get("LOCALAPPDATA").map(PathBuf::from),
        "macos" => Some(home()?.join("Library").join("Application Support")),
        _ => Some(home()?.join(".local").join("share")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_kept_where_the_platform_wants_it() {
        let user = Environment::of([("HOME", "/home/me"), ("LOCALAPPDATA", "/local"), ("XDG_DATA_HOME", "relative")]);
        for (platform, expected) in [
            ("linux", "/home/me/.local/share"),
            ("macos", "/home/me/Library/Application Support"),
            ("windows", "/local"),
        ] {
            assert_eq!(data_directory(&user, platform), Some(expected.into()), "{platform}");
        }
        let xdg = Environment::of([("HOME", "/home/me"), ("XDG_DATA_HOME", "/data")]);
        assert_eq!(data_directory(&xdg, "macos"), Some("/data".into()));
        assert_eq!(data_directory(&Environment::default(), "linux"), None);
    }

    #[test]
    fn an_address_in_parts_is_put_together() {
        let parts = |more: &[(&str, &str)]| {
            let variables = more.iter().map(|(name, value)| (format!("PACT_BROKER_DATABASE_{name}"), *value));
            of_parts(&Environment::of(variables)).map_err(|problem| problem.to_string())
        };
        let full =
            [("NAME", "contracts"), ("HOST", "db"), ("PORT", "5433"), ("USERNAME", "pact"), ("PASSWORD", "p@ss/1")];

        let Ok(Some(Database::Postgres(url))) = parts(&full) else { panic!("no address") };
        assert_eq!(url, "postgres://pact:p%40ss%2F1@db:5433/contracts");
        assert_eq!(parts(&[("ADAPTER", "sqlite"), ("NAME", "/data/b.db")]), Ok(Some(Database::sqlite("/data/b.db"))));
        assert_eq!(parts(&[("MAX_CONNECTIONS", "5")]), Ok(None));
        for lone in ["USERNAME", "PASSWORD", "PORT", "SSLMODE", "HOST"] {
            let refused = parts(&[(lone, "5")]).unwrap_err();
            assert_eq!(refused, format!("PACT_BROKER_DATABASE_{lone} is set, but nothing says which database to use"));
        }
        assert!(parts(&[("ADAPTER", "mysql"), ("NAME", "x")]).is_err());
    }

    #[test]
    fn an_address_without_a_password_takes_the_one_that_is_kept_apart() {
        let url = |address: &str| {
            let environment = Environment::of([("PACT_BROKER_DATABASE_PASSWORD", "p@ss")]);
            match database(Some(address), &environment).unwrap() {
                Database::Postgres(address) => address,
                other => other.to_string(),
            }
        };
        for (address, completed) in [
            ("postgres://me@db/x", "postgres://me:p%40ss@db/x"),
            ("postgres://me:own@db/x", "postgres://me:own@db/x"),
            ("postgres://me@db/x?password=own", "postgres://me@db/x?password=own"),
            ("postgres:///x", "postgres:///x?password=p%40ss"),
            ("sqlite://x.db", "sqlite://x.db"),
        ] {
            assert_eq!(url(address), completed);
        }
    }
}
