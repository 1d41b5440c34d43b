//! How long builds wait for a broker that runs in a process of its own, with one client and with eight at once.
//!
//! `cargo bench -p intact-broker --bench load` measures with 10,000 verification results, where the times of the official
//! broker are known; with `-- --full` it is 1,000,000 (200 applications, 1,000 integrations, 100,000 versions). First on SQLite,
//! in a temporary file, then on PostgreSQL: on a new database of the server that `INTACT_TEST_POSTGRES_URL` names, or on a
//! server of its own, if it is installed. Or on the one database that `INTACT_BENCH_DATABASE_URL` names, which is filled if it
//! is empty. Other words choose the questions whose names have them: `-- hub`.
//!
//! Every figure stands beside its goal. The clients, and PostgreSQL, take their share of the same processors; what the broker
//! alone uses of them for an answer is the last figure, which other programs on the machine hardly change.
//!
//! The made-up company: every application builds two versions in three days, each fifth from a branch; a branch has five
//! versions in five weeks. The contract of a pair changes twenty times in its history, and the provider verifies every content
//! with fifty versions (five in the small shape). One application, the hub, provides for all others, and is asked about by
//! itself as well. Providers ask for main branches, what runs somewhere, pending ones, and work in progress of ninety days.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use intact_broker::{Broker, Config, Database, Seed};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

/// The shape of what is known of the official broker's times.
const SMALL: Seed = Seed { pacticipants: 40, integrations: 100, versions: 2_000, results: 10_000 };

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--serve") {
        serve(&arguments[at + 1]);
        return;
    }
    if arguments.iter().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let full = arguments.iter().any(|argument| argument == "--full");
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !word.starts_with("--")).collect();
    if let Ok(database) = std::env::var("INTACT_BENCH_DATABASE_URL") {
        measure_all("the given database", &database, full, &words);
        return;
    }
    let directory = TempDir::new().expect("a temporary directory");
    let file = Database::sqlite(directory.path().join("broker.db")).to_string();
    measure_all("SQLite", &file, full, &words);
    match Postgres::new() {
        Some(server) => measure_all("PostgreSQL", &server.database, full, &words),
        None => println!("PostgreSQL: skipped, INTACT_TEST_POSTGRES_URL is not set and none is installed"),
    }
}

fn measure_all(engine: &str, database: &str, full: bool, words: &[&str]) {
    let seed = if full { Seed::default() } else { SMALL };
    fill(database, seed);
    let mut server = Server::start(database);
    println!("{engine}, {} verification results; times in milliseconds", seed.results);
    println!("{:<34} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8}   goal", "", "clients", "p50", "p95", "p99", "each s", "CPU");
    let asked = |question: &&Question| words.is_empty() || words.iter().any(|word| question.name.contains(word));
    for clients in [1, 8] {
        for question in QUESTIONS.iter().filter(asked) {
            let times = measure(&server, &seed, question, clients, if full { 1_000 } else { 2_000 });
            times.print(question.name, clients, if full { &question.full } else { &question.small });
        }
        let memory = server.anonymous_megabytes();
        let verdict = memory.map_or("", |megabytes| if megabytes < 150 { "met" } else { "missed" });
        let memory = memory.map_or("unknown".to_owned(), |megabytes| megabytes.to_string());
        println!("anonymous memory after {clients:>3} clients: {memory} MB   goal: < 150 {verdict}");
    }
    server.stop();
}

/// What a figure shall be: milliseconds, and answers a second of eight clients.
#[derive(Default)]
struct Goal {
    p50: Option<f64>,
    p99: Option<f64>,
    each_second: Option<f64>,
}

const NONE: Goal = Goal { p50: None, p99: None, each_second: None };

/// The official broker's p50, of one client, divided.
const fn times_faster(official: f64, times: f64) -> Goal {
    Goal { p50: Some(official / times), ..NONE }
}

const P99_50: Goal = Goal { p99: Some(50.0), ..NONE };
const VERDICT: Goal = Goal { p50: Some(5.0), p99: Some(25.0), ..NONE };

/// Something a build asks, and the goals with few results and with many.
struct Question {
    name: &'static str,
    request: fn(&Seed, usize) -> String,
    small: Goal,
    full: Goal,
}

const QUESTIONS: [Question; 7] = [
    Question {
        name: "can-i-deploy",
        request: |seed, count| can_i_deploy(seed, &application(seed, count), count),
        // It answers 45 a second to eight clients.
        small: Goal { each_second: Some(900.0), ..times_faster(21.0, 20.0) },
        full: VERDICT,
    },
    Question {
        name: "can-i-deploy of the hub",
        request: |seed, count| can_i_deploy(seed, HUB, count),
        small: NONE,
        full: NONE,
    },
    Question { name: "matrix of a pair", request: matrix_of_a_pair, small: times_faster(62.0, 20.0), full: NONE },
    Question { name: "dashboard", request: |_, _| get("/dashboard"), small: times_faster(54.0, 20.0), full: NONE },
    Question {
        name: "pacts for verification",
        request: |seed, count| for_verification(&application(seed, count), count),
        small: times_faster(18.0, 8.0),
        full: P99_50,
    },
    Question {
        name: "pacts for verification of the hub",
        request: |_, count| for_verification(HUB, count),
        small: NONE,
        full: P99_50,
    },
    Question { name: "publish", request: publish, small: times_faster(38.0, 8.0), full: P99_50 },
];

/// The application that provides for all others.
const HUB: &str = "app-000";

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: broker\r\nAccept: application/hal+json\r\n\r\n")
}

fn post(path: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: broker\r\nAccept: application/hal+json\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Mixes a count, so that requests do not come in the order of the tables.
fn mixed(count: usize) -> usize {
    (count.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20) % 1_000_003
}

fn application(seed: &Seed, count: usize) -> String {
    format!("app-{:03}", mixed(count) % seed.pacticipants as usize)
}

fn can_i_deploy(seed: &Seed, application: &str, count: usize) -> String {
    let newest = (seed.versions / seed.pacticipants) as usize;
    let version = newest - mixed(count + 7) % 25;
    get(&format!("/can-i-deploy?pacticipant={application}&version={version}&environment=production"))
}

fn matrix_of_a_pair(seed: &Seed, count: usize) -> String {
    // Every application but the hub itself uses the hub.
    let consumer = 1 + mixed(count) % (seed.pacticipants as usize - 1);
    get(&format!("/matrix?q[][pacticipant]=app-{consumer:03}&q[][pacticipant]=app-000&latestby=cvpv"))
}

fn for_verification(provider: &str, count: usize) -> String {
    let since = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(90 * 24);
    let branch = if count.is_multiple_of(4) { "feat/new" } else { "main" };
    post(
        &format!("/pacts/provider/{provider}/for-verification"),
        &format!(
            r#"{{"providerVersionBranch":"{branch}","includePendingStatus":true,"includeWipPactsSince":"{since}",
                "consumerVersionSelectors":[{{"mainBranch":true}},{{"deployedOrReleased":true}}]}}"#
        ),
    )
}

/// A new version of a consumer; the contract of every fifth is new.
fn publish(seed: &Seed, count: usize) -> String {
    let consumer = format!("app-{:03}", 1 + mixed(count) % (seed.pacticipants as usize - 1));
    let (state, process) = (if count.is_multiple_of(5) { count } else { 0 }, std::process::id());
    let pact = format!(
        r#"{{"consumer":{{"name":"{consumer}"}},"provider":{{"name":"app-000"}},"interactions":[
             {{"description":"a request for things","request":{{"method":"GET","path":"/things/{state}"}},"response":{{"status":200}}}}],
             "metadata":{{"pactSpecification":{{"version":"2.0.0"}}}}}}"#
    );
    let content = base64::engine::general_purpose::STANDARD.encode(pact);
    post(
        "/contracts/publish",
        &format!(
            r#"{{"pacticipantName":"{consumer}","pacticipantVersionNumber":"{process}.{count}","branch":"main","contracts":[
                {{"consumerName":"{consumer}","providerName":"app-000","specification":"pact","contentType":"application/json","content":"{content}"}}]}}"#
        ),
    )
}

/// How long single answers took, and all of them together.
struct Times {
    sorted: Vec<Duration>,
    all: Duration,
    /// What the server used of the processors meanwhile.
    processor: Duration,
}

impl Times {
    fn percentile(&self, percent: usize) -> f64 {
        let at = (self.sorted.len() * percent / 100).min(self.sorted.len() - 1);
        self.sorted[at].as_secs_f64() * 1e3
    }

    #[expect(clippy::cast_precision_loss, reason = "a few thousand requests")]
    fn print(&self, name: &str, clients: usize, goal: &Goal) {
        let [p50, p95, p99] = [50, 95, 99].map(|percent| self.percentile(percent));
        let each_second = self.sorted.len() as f64 / self.all.as_secs_f64();
        let processor = self.processor.as_secs_f64() * 1e3 / self.sorted.len() as f64;
        // What is known of the official broker's p50 is that of one client.
        let goals = [
            goal.p50.filter(|_| clients == 1).map(|most| (p50 < most, format!("p50 < {most}"))),
            goal.p99.map(|most| (p99 < most, format!("p99 < {most}"))),
            goal.each_second.filter(|_| clients > 1).map(|least| (each_second > least, format!("{least}/s"))),
        ];
        let goals: Vec<String> = goals
            .into_iter()
            .flatten()
            .map(|(met, goal)| format!("{goal} {}", if met { "met" } else { "MISSED" }))
            .collect();
        println!(
            "{name:<34} {clients:>8} {p50:>8.2} {p95:>8.2} {p99:>8.2} {each_second:>9.0} {processor:>8.2}   {}",
            goals.join(", ")
        );
    }
}

fn measure(server: &Server, seed: &Seed, question: &Question, clients: usize, requests: usize) -> Times {
    let address = server.address;
    let each = requests / clients;
    // The first requests fill caches and prepare statements; a broker that runs has done that.
    run(address, seed, question, usize::MAX / 2 + clients, 8);
    let (began, used) = (Instant::now(), server.processor_time());
    let mut sorted: Vec<Duration> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..clients)
            .map(|client| scope.spawn(move || run(address, seed, question, (clients * 1_000 + client) * 100_000, each)))
            .collect();
        running.into_iter().flat_map(|thread| thread.join().expect("a client does not panic")).collect()
    });
    let (all, processor) = (began.elapsed(), server.processor_time().saturating_sub(used));
    sorted.sort_unstable();
    Times { sorted, all, processor }
}

/// Asks on one connection, one after the other.
fn run(address: SocketAddr, seed: &Seed, question: &Question, first: usize, requests: usize) -> Vec<Duration> {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket");
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    let mut writer = stream;
    let mut times = Vec::with_capacity(requests);
    let mut body = Vec::new();
    for count in first..first + requests {
        let request = (question.request)(seed, count);
        let began = Instant::now();
        writer.write_all(request.as_bytes()).expect("the server reads");
        let status = read_answer(&mut reader, &mut body);
        times.push(began.elapsed());
        assert_eq!(status, 200, "{request}: {}", String::from_utf8_lossy(&body));
    }
    times
}

/// Reads an answer with a length, and answers its status.
fn read_answer(reader: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> u16 {
    let (mut status, mut length) = (0, 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("the server answers");
        let line = line.trim_end();
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            status = rest[..3].parse().expect("a status");
        } else if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().expect("a length");
        } else if line.is_empty() {
            break;
        }
    }
    body.resize(length, 0);
    reader.read_exact(body).expect("the whole body");
    status
}

fn fill(database: &str, seed: Seed) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut config = Config::new(database.parse().expect("the address of a database"));
        config.sync_every_commit = false;
        let broker = Broker::open(config).await.expect("a broker");
        let began = Instant::now();
        match broker.seed(seed, |_, _| {}).await {
            Ok(()) => println!("filled in {} s", began.elapsed().as_secs()),
            Err(error) => println!("taken as it is: {error}"),
        }
        broker.close().await;
    });
}

/// The broker as people run it, but for the port.
fn serve(database: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let config = Config::new(database.parse().expect("the address of a database"));
        let broker = Broker::open(config).await.expect("a broker");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("an address"));
        let stop = async {
            // Its end is that of the benchmark, however that ends.
            let _ = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0; 1])).await;
        };
        broker.serve(listener, stop).await.expect("it serves");
    });
}

struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(database: &str) -> Self {
        let this = std::env::current_exe().expect("a program");
        let mut process = Command::new(this)
            .args(["--serve", database])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("the server says where it listens");
        Self { process, address: line.trim().parse().expect("an address") }
    }

    /// What the process has used of the processors, itself and in the kernel, in steps of ten milliseconds; zero where that
    /// is not told.
    fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        // The second field is the program's name in parentheses; user and system time are the 14th and 15th.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_ascii_whitespace();
        let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// What the process has for itself: file pages that SQLite maps can be dropped at any time.
    fn anonymous_megabytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kilobytes: u64 = line?.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes / 1024)
    }

    fn stop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// A database on PostgreSQL, and the server if it is our own.
struct Postgres {
    database: String,
    server: Option<(Child, TempDir)>,
}

impl Postgres {
    /// What tests turn off to be fast, as people have it.
    const LASTING: [&str; 10] = [
        "-c",
        "fsync=on",
        "-c",
        "synchronous_commit=on",
        "-c",
        "full_page_writes=on",
        "-c",
        "autovacuum=on",
        "-c",
        "shared_buffers=256MB",
    ];

    fn new() -> Option<Self> {
        if let Some(url) = std::env::var("INTACT_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty()) {
            let name = format!("intact_load_{}", std::process::id());
            execute(&url, format!("CREATE DATABASE {name}"));
            let mut database = url::Url::parse(&url).expect("the address of PostgreSQL is an address");
            database.set_path(&name);
            return Some(Self { database: database.into(), server: None });
        }
        let programs = programs()?;
        let directory = tempfile::Builder::new().prefix("intact-load-").tempdir_in("/tmp").expect("a directory");
        let mut keeper = Command::new("/bin/sh")
            .args(["-c", include_str!("../src/testing/keep_postgres.sh"), "keep_postgres"])
            .arg(programs)
            .arg(directory.path())
            .args(Self::LASTING)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell can be started");
        let mut line = String::new();
        let output = keeper.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("the shell's output can be read");
        assert_eq!(line.trim(), "ready", "PostgreSQL did not start");
        let socket = directory.path().to_str().expect("a temporary path is text").replace('/', "%2F");
        Some(Self { database: format!("postgres://intact@{socket}/postgres"), server: Some((keeper, directory)) })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some((keeper, _)) = &mut self.server {
            // The end of its input ends it, and deletes its directory.
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        } else {
            let url = url::Url::parse(&self.database).expect("the address of PostgreSQL is an address");
            let name = url.path().trim_start_matches('/').to_owned();
            let mut server = url;
            server.set_path("postgres");
            execute(server.as_str(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// The directory with the programs of PostgreSQL.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut places: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    places.sort();
    places.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    places.extend(std::env::split_paths(&path));
    places.into_iter().find(|place| place.join("initdb").is_file() && place.join("postgres").is_file())
}

fn execute(url: &str, statement: String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await.expect("PostgreSQL answers");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.expect("a statement");
        connection.close().await.expect("a connection closes");
    });
}
