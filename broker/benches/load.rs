//! How long builds wait for a broker that runs in a process of its own, with one client and with eight at once.
//!
//! `cargo bench -p intact-broker --bench load` measures with 10,000 verification results, where the times of the official
//! broker are known; with `-- --full` it is 1,000,000 (200 applications, 1,000 integrations, 100,000 versions). The database is
//! a file in a temporary directory, or the one that `INTACT_BENCH_DATABASE_URL` names, which is filled if it is empty. Every
//! figure stands beside its goal. The clients take their share of the same processors; what the server alone uses of them for
//! an answer is the last figure, which other programs on the machine hardly change.
//!
//! The made-up company: every application builds two versions in three days, each fifth from a branch; a branch has five
//! versions in five weeks. The contract of a pair changes twenty times in its history, and the provider verifies every content
//! with fifty versions (five in the small shape). One application, the hub, provides for all others, and is asked about by
//! itself as well. Providers ask for main branches, what runs somewhere, pending ones, and work in progress of ninety days.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use intact_broker::{Broker, Config, Database, Seed};
use tempfile::TempDir;

/// The shape of what is known of the official broker's times.
const SMALL: Seed = Seed { pacticipants: 40, integrations: 100, versions: 2_000, results: 10_000 };

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--serve") {
        serve(&arguments[at + 1]);
        return;
    }
    if arguments.iter().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let full = arguments.iter().any(|argument| argument == "--full");
    let directory = TempDir::new().expect("a temporary directory");
    let own = || Database::sqlite(directory.path().join("broker.db")).to_string();
    let database = std::env::var("INTACT_BENCH_DATABASE_URL").unwrap_or_else(|_| own());
    let seed = if full { Seed::default() } else { SMALL };
    fill(&database, seed);
    let mut server = Server::start(&database);
    println!("{} verification results; times in milliseconds", seed.results);
    println!("{:<34} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8}   goal", "", "clients", "p50", "p95", "p99", "each s", "CPU");
    let goals = if full { FULL_GOALS } else { SMALL_GOALS };
    for (question, goal) in QUESTIONS.iter().zip(goals) {
        for clients in [1, 8] {
            let times = measure(&server, &seed, question, clients, 2_000);
            times.print(question.name, clients, goal);
        }
    }
    println!("anonymous memory of the server: {} MB   goal: < 150", server.anonymous_megabytes());
    server.stop();
}

const FULL_GOALS: [&str; 7] = ["p50 < 5, p99 < 25", "p50 < 5, p99 < 25", "", "", "p99 < 50", "p99 < 50", "p99 < 50"];
/// The official broker's p50 divided by 20, 20, 20, 8 and 8; it answers 45 can-i-deploy a second.
const SMALL_GOALS: [&str; 7] = [
    "p50 < 1.05 (21 / 20); 8: 900/s",
    "",
    "p50 < 3.1 (62 / 20)",
    "p50 < 2.7 (54 / 20)",
    "p50 < 2.25 (18 / 8)",
    "",
    "p50 < 4.75 (38 / 8)",
];

/// Something a build asks.
struct Question {
    name: &'static str,
    request: fn(&Seed, usize) -> String,
}

const QUESTIONS: [Question; 7] = [
    Question { name: "can-i-deploy", request: |seed, count| can_i_deploy(seed, &application(seed, count), count) },
    Question { name: "can-i-deploy of the hub", request: |seed, count| can_i_deploy(seed, HUB, count) },
    Question { name: "matrix of a pair", request: matrix_of_a_pair },
    Question { name: "dashboard", request: |_, _| get("/dashboard") },
    Question {
        name: "pacts for verification",
        request: |seed, count| for_verification(&application(seed, count), count),
    },
    Question { name: "pacts for verification of the hub", request: |_, count| for_verification(HUB, count) },
    Question { name: "publish", request: publish },
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
    fn print(&self, name: &str, clients: usize, goal: &str) {
        let [p50, p95, p99] = [50, 95, 99].map(|percent| self.percentile(percent));
        let each_second = self.sorted.len() as f64 / self.all.as_secs_f64();
        let processor = self.processor.as_secs_f64() * 1e3 / self.sorted.len() as f64;
        println!(
            "{name:<34} {clients:>8} {p50:>8.2} {p95:>8.2} {p99:>8.2} {each_second:>9.0} {processor:>8.2}   {goal}"
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
    fn anonymous_megabytes(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kilobytes: Option<u64> = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        kilobytes.map_or_else(|| "unknown".to_owned(), |kilobytes| (kilobytes / 1024).to_string())
    }

    fn stop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
