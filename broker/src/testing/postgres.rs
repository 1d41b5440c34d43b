//! PostgreSQL for tests: a server, and a database per test cloned from a migrated template.
//!
//! The server is that of `INTACT_TEST_POSTGRES_URL`, or one that is started for this process on a Unix socket in a temporary
//! directory. Test processes run no destructors of statics, and may be killed; so the server is a child of a shell that reads
//! from a pipe of ours and ends the server when the pipe closes, which the operating system does however we end.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::{Broker, Config, Database};

/// Where the programs of PostgreSQL are when they are not on the path.
const USUAL_PLACES: [&str; 4] = ["/opt/homebrew/bin", "/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"];
/// Where Debian keeps them, below the version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A database of its own for one test.
#[derive(Debug)]
pub(super) struct TestPostgres {
    address: String,
    name: String,
    server: &'static Server,
}

impl TestPostgres {
    /// Creates a database, if there is a server.
    pub(super) async fn create() -> Option<Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Other tests wait here, on their own threads, while the first of them starts the server.
        let server = SERVER
            .get_or_init(|| std::thread::spawn(Server::start).join().expect("starting PostgreSQL for tests failed"))
            .as_ref()?;
        let name = format!("intact_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        server.execute(&format!("CREATE DATABASE {name} TEMPLATE {} STRATEGY file_copy", server.template)).await;
        Some(Self { address: server.address_of(&name), name, server })
    }

    /// The address of the database.
    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for TestPostgres {
    /// Leaves nothing on a server that outlives the test; one of our own goes as a whole.
    fn drop(&mut self) {
        if self.server.keeper.is_some() {
            return;
        }
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let server = self.server;
        // A destructor cannot wait in the test's own runtime.
        let dropping = std::thread::spawn(move || block_on(server.execute(&statement)));
        let dropped = dropping.join().is_ok();
        assert!(dropped || std::thread::panicking(), "the test's database could not be dropped");
    }
}

/// A running server with the template database.
#[derive(Debug)]
struct Server {
    /// The address of its administrative database.
    address: String,
    template: String,
    /// The shell that ends a server of our own when this end of its input closes.
    keeper: Option<Child>,
}

impl Server {
    fn start() -> Option<Self> {
        let given = std::env::var("INTACT_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
        let (address, keeper) = if let Some(url) = given {
            (url, None)
        } else if let Some(programs) = programs() {
            let (address, keeper) = start_cluster(&programs);
            (address, Some(keeper))
        } else {
            let required = std::env::var("INTACT_REQUIRE").is_ok_and(|value| value == "all");
            assert!(!required, "INTACT_REQUIRE=all, but there is no PostgreSQL to test on");
            skip_notice();
            return None;
        };
        // Test processes that share a server also share the template, until the tables change.
        let template = format!("intact_template_{:016x}", crate::store::tables_fingerprint());
        let server = Self { address, template, keeper };
        block_on(server.create_template());
        Some(server)
    }

    /// Creates the template unless another process did. It gets its name only when it is complete.
    async fn create_template(&self) {
        const LOCK: i64 = 0x0001_7AC7;
        let options: PgConnectOptions = self.address.parse().expect("the address of PostgreSQL is an address");
        let mut connection = options.connect().await.expect("PostgreSQL for tests answers");
        let locked = sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut connection).await;
        locked.expect("PostgreSQL for tests can lock");
        let found: (bool,) = sqlx::query_as("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
            .bind(&self.template)
            .fetch_one(&mut connection)
            .await
            .expect("PostgreSQL for tests lists its databases");
        if !found.0 {
            let unfinished = format!("{}_unfinished", self.template);
            self.execute(&format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await;
            self.execute(&format!("CREATE DATABASE {unfinished} TEMPLATE template0 ENCODING 'UTF8'")).await;
            let config = Config::new(Database::Postgres(self.address_of(&unfinished)));
            let broker = Broker::open(config).await.expect("the broker's tables can be created");
            broker.close().await;
            self.execute(&format!("ALTER DATABASE {unfinished} RENAME TO {}", self.template)).await;
        }
        connection.close().await.expect("a connection closes");
    }

    fn address_of(&self, database: &str) -> String {
        let mut url = url::Url::parse(&self.address).expect("the address of PostgreSQL is an address");
        url.set_path(database);
        url.into()
    }

    async fn execute(&self, statement: &str) {
        let options: PgConnectOptions = self.address.parse().expect("the address of PostgreSQL is an address");
        let mut connection = options.connect().await.expect("PostgreSQL for tests answers");
        let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        connection.close().await.expect("a connection closes");
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a thread can have a runtime").block_on(future)
}

fn skip_notice() {
    // Not `eprintln!`, which the test harness keeps for itself when a test passes.
    let reason = "skipped on PostgreSQL: INTACT_TEST_POSTGRES_URL is not set and no PostgreSQL is installed\n";
    let _ = std::io::Write::write_all(&mut std::io::stderr(), reason.as_bytes());
}

/// The directory with `initdb` and `postgres`.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("bin"))
        .collect();
    versions.sort();
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let candidates =
        versions.into_iter().rev().chain(USUAL_PLACES.map(PathBuf::from)).chain(on_path.into_iter().flatten());
    candidates.into_iter().find(|place| place.join("initdb").is_file() && place.join("postgres").is_file())
}

/// Starts a cluster and waits until it answers.
fn start_cluster(programs: &Path) -> (String, Child) {
    // The path of a socket may have about a hundred bytes, and an unprivileged user must be able to walk to it.
    let parent = Path::new("/tmp");
    let directory = tempfile::Builder::new().prefix("intact-pg-").tempdir_in(parent).expect("a temporary directory");
    // The shell deletes it: we may not be there any more.
    let directory = directory.keep();
    let mut keeper = Command::new("/bin/sh")
        .arg("-c")
        .arg(include_str!("keep_postgres.sh"))
        .arg("keep_postgres")
        .arg(programs)
        .arg(&directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell can be started");
    let output = keeper.stdout.take().expect("the shell's output is a pipe");
    let mut said = String::new();
    BufReader::new(output).read_line(&mut said).expect("the shell's output can be read");
    if said.trim() != "ready" {
        let _ = keeper.wait();
        panic!("PostgreSQL for tests did not start; see the logs in {}", directory.display());
    }
    let socket = crate::api::links::encoded(directory.to_str().expect("a temporary path is text"));
    (format!("postgres://intact@{socket}/postgres"), keeper)
}
