//! What can be set on a broker, with the reference broker's defaults.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use crate::access::Access;
use crate::domain::clean_up::CleanUp;
use crate::domain::cron::Cron;
use crate::domain::webhook_hosts::HostRule;

/// The settings of a broker.
///
/// ```
/// use intact_broker::{Config, Database};
///
/// let database: Database = "sqlite://broker.db".parse()?;
/// let mut config = Config::new(database);
/// config.base_url = Some("https://contracts.example.org".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Where contracts and results are kept.
    pub database: Database,
    /// The address clients know this broker by, used in every link. `None`: taken from each request, honouring
    /// `X-Forwarded-*` headers.
    pub base_url: Option<Url>,
    /// Other addresses that clients know this broker by: who asks at one of them is given links of it. Only looked at beside
    /// a `base_url`.
    pub more_base_urls: Vec<Url>,
    /// Who may read and who may write. Default: everybody may do both.
    pub access: Access,
    /// Whether a consumer version's pact may be published again with other content. Default `false`: two builds of one
    /// version would make can-i-deploy unreliable.
    pub allow_dangerous_contract_modification: bool,
    /// Whether the first pact of a name that is confusingly like an existing one is refused. Default `true`.
    pub check_for_potential_duplicate_pacticipant_names: bool,
    /// Whether the first branch or tag called like one of `main_branch_candidates` becomes the main branch. Default `true`.
    pub auto_detect_main_branch: bool,
    /// Names that can become the main branch without being asked for. Default `develop`, `main`, `master`.
    pub main_branch_candidates: Vec<String>,
    /// Whether the first tag of a version without a branch names its branch as well. Default `true`.
    pub use_first_tag_as_branch: bool,
    /// How young a version must be for `use_first_tag_as_branch` to apply. Default 10 seconds.
    pub use_first_tag_as_branch_time_limit: Duration,
    /// Whether a tag called like an environment records a deployment to it. Default `true`.
    pub create_deployed_versions_for_tags: bool,
    /// Whether can-i-deploy answers "unknown" when one of several provider versions in the environment has no result. Default
    /// `true`. Pact Brokers overlook such a version if another one has a result: `false` does so too.
    pub every_provider_version_needs_a_result: bool,
    /// How badges are answered. Default: as the addresses of pictures at the service that the reference broker names.
    pub badges: Badges,
    /// The `Cache-Control` of the badge about merging. Default `max-age=30`.
    pub badge_cache: String,
    /// The methods that webhooks may use. Default `POST`.
    pub webhook_http_method_whitelist: Vec<String>,
    /// The schemes of the addresses that webhooks may call. Default `https`.
    pub webhook_scheme_whitelist: Vec<String>,
    /// The hosts that webhooks may call. Default empty: any host with a public address, but then the logs of deliveries do
    /// not tell what was answered. Hosts in the list may have any address.
    pub webhook_host_whitelist: Vec<HostRule>,
    /// How long after each failed delivery of a webhook the next is tried. Default 10 seconds, 1, 2, 5, 10 and 20 minutes.
    pub webhook_retry_schedule: Vec<Duration>,
    /// The statuses that say that a webhook was delivered. Default 200 to 206.
    pub webhook_http_code_success: Vec<u16>,
    /// How long a webhook's receiver may take to accept a connection, and to send anything. Default 15 seconds.
    pub webhook_timeout: Duration,
    /// The largest accepted request body, in bytes. Default 64 MiB.
    pub max_body_size: usize,
    /// How long a client may take to send its request. Default 30 seconds.
    pub request_timeout: Duration,
    /// When what is no longer needed is deleted, and what that is. Default `None`: nothing is deleted.
    pub clean_up: Option<CleanUpSchedule>,
    /// How long the logs of webhooks that are done are kept. Default 90 days; `None`: for ever.
    pub webhook_log_max_age: Option<Duration>,
    /// For how long a broker that is asked to stop still takes requests, while `/readyz` says that it is going. Default none.
    pub shutdown_delay: Duration,
    /// How long requests in progress may take to finish when the broker stops. Default 10 seconds.
    pub shutdown_timeout: Duration,
    /// Whether a SQLite commit waits until it is on the disk. Default `true`: an acknowledged write survives a power cut.
    pub sync_every_commit: bool,
}

impl Config {
    /// The default settings on `database`.
    pub fn new(database: Database) -> Self {
        Self {
            database,
            base_url: None,
            more_base_urls: Vec::new(),
            access: Access::default(),
            allow_dangerous_contract_modification: false,
            check_for_potential_duplicate_pacticipant_names: true,
            auto_detect_main_branch: true,
            main_branch_candidates: ["develop", "main", "master"].map(str::to_owned).to_vec(),
            use_first_tag_as_branch: true,
            use_first_tag_as_branch_time_limit: Duration::from_secs(10),
            create_deployed_versions_for_tags: true,
            every_provider_version_needs_a_result: true,
            badges: Badges::Redirect(shields_io()),
            badge_cache: "max-age=30".to_owned(),
            webhook_http_method_whitelist: vec!["POST".to_owned()],
            webhook_scheme_whitelist: vec!["https".to_owned()],
            webhook_host_whitelist: Vec::new(),
            webhook_retry_schedule: [10, 60, 120, 300, 600, 1200].map(Duration::from_secs).to_vec(),
            webhook_http_code_success: (200..=206).collect(),
            webhook_timeout: Duration::from_secs(15),
            max_body_size: 64 * 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            clean_up: None,
            webhook_log_max_age: Some(Duration::from_hours(90 * 24)),
            shutdown_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(10),
            sync_every_commit: true,
        }
    }
}

/// A clean-up that a served broker does by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanUpSchedule {
    /// When.
    pub schedule: Cron,
    /// What is kept.
    pub rules: CleanUp,
    /// Whether it is only told, in the log, what would be deleted.
    pub dry_run: bool,
}

/// Where the pictures of badges come from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Badges {
    /// From the broker itself: names stay within the network, and nothing else has to be reachable.
    Own,
    /// From a badge service: the broker redirects to an address below this one that holds the texts and the colour.
    Redirect(Url),
}

/// The service that the reference broker redirects to.
fn shields_io() -> Url {
    Url::parse("https://img.shields.io").expect("the address is well-formed")
}

/// Where a broker keeps its data.
///
/// Parsed from `sqlite://PATH` (`sqlite:///var/lib/broker.db` is absolute, `sqlite://broker.db` relative) or
/// `postgres://user:password@host/name`. `Debug` and `Display` hide the password.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Database {
    /// A file; created when it does not exist.
    Sqlite(PathBuf),
    /// The address of a PostgreSQL database.
    Postgres(String),
}

impl Database {
    /// The SQLite database in `file`.
    pub fn sqlite(file: impl AsRef<Path>) -> Self {
        Self::Sqlite(file.as_ref().to_path_buf())
    }
}

impl FromStr for Database {
    type Err = DatabaseUrlError;

    fn from_str(address: &str) -> Result<Self, Self::Err> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" | ":memory:" => Err(DatabaseUrlError::NoFile),
                path if path.contains('?') => Err(DatabaseUrlError::Parameters),
                path => Ok(Self::Sqlite(PathBuf::from(path))),
            };
        }
        match Url::parse(address) {
            Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => Ok(Self::Postgres(address.to_owned())),
            Ok(url) => Err(DatabaseUrlError::Scheme { scheme: url.scheme().to_owned() }),
            Err(cause) => Err(DatabaseUrlError::Malformed { cause }),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(address) => match Url::parse(address) {
                Ok(mut url) => {
                    // A password may also stand in the query (`?password=…`), so the query is not shown either.
                    url.set_query(None);
                    if url.password().is_some() {
                        let _ = url.set_password(Some("***"));
                    }
                    write!(f, "{url}")
                }
                Err(_) => f.write_str("postgres://***"),
            },
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}

/// The text does not name a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseUrlError {
    /// `sqlite:` without a file, or the in-memory form, which a broker with several connections cannot share.
    #[error("a SQLite database needs a file, as in `sqlite://broker.db`")]
    NoFile,
    /// `sqlite://broker.db?mode=rwc`: other programs understand parameters, for us they would become a part of the file's name.
    #[error("a SQLite database is named by its file alone, without `?…`")]
    Parameters,
    /// Neither SQLite nor PostgreSQL.
    #[error("unknown kind of database `{scheme}`: expected `sqlite://PATH` or `postgres://…`")]
    Scheme {
        /// What stands before the colon.
        scheme: String,
    },
    /// Not an address at all.
    #[error("not a database address ({cause}): expected `sqlite://PATH` or `postgres://…`")]
    Malformed {
        /// What is wrong with it.
        cause: url::ParseError,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_address_names_a_file() {
        assert_eq!("sqlite://broker.db".parse(), Ok(Database::sqlite("broker.db")));
        assert_eq!("sqlite:///var/lib/broker.db".parse(), Ok(Database::sqlite("/var/lib/broker.db")));
        assert_eq!("sqlite::memory:".parse::<Database>(), Err(DatabaseUrlError::NoFile));
        assert_eq!("sqlite://broker.db?mode=rwc".parse::<Database>(), Err(DatabaseUrlError::Parameters));
    }

    #[test]
    fn other_databases_are_refused_by_name() {
        let error = "mysql://localhost/broker".parse::<Database>().unwrap_err();

        assert_eq!(error.to_string(), "unknown kind of database `mysql`: expected `sqlite://PATH` or `postgres://…`");
    }

    #[test]
    fn a_shown_database_hides_its_password() {
        let database: Database = "postgres://broker:secret@db/contracts?password=secret".parse().unwrap();

        assert_eq!(format!("{database:?}"), "Database(postgres://broker:***@db/contracts)");
    }
}
