//! Whole runs beside a bare loop of the same requests in the same process: what verifying costs beyond calling the provider.
//!
//! Each line says its goal and whether it is met. Memory is that of a process of its own, at its peak, with the provider
//! elsewhere.

#![expect(clippy::print_stdout, reason = "the result of the run")]

use std::path::Path;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path as Segment;
use axum::routing::get;
use intact_broker_client::http::{HttpOptions, http_client};
use intact_verifier::{Report, Verifier};
use serde_json::{Value, json};

/// The first argument of the process whose memory is measured; the pact, the provider's URL and the number of jobs follow.
const ALONE: &str = "verify-alone";
const MIB: u64 = 1024 * 1024;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == ALONE) {
        return verify_alone(Path::new(&arguments[2]), &arguments[3], arguments[4].parse().expect("a number of jobs"));
    }
    // `cargo test --benches` only wants to know whether it runs.
    let in_earnest = arguments.iter().any(|argument| argument == "--bench");
    let (few, many, slowly, big) = if in_earnest { (1_000, 5_000, 160, 10_000_000) } else { (10, 50, 2, 10_000) };
    let directory = tempfile::tempdir().expect("a directory");
    let written = |name: &str, text: String| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let big = Bytes::from(orders(big));
    let url = provider(big.clone());
    let many_orders = pact((0..many).map(order).collect());
    let big_body = pact(json!([one_big(&big)]));
    let few_file = written("few.json", pretty(&pact((0..few).map(order).collect())));
    let many_file = written("many.json", pretty(&many_orders));
    let slow_file = written("slow.json", pretty(&pact((0..slowly).map(slow).collect())));
    let big_file = written("big.json", pretty(&big_body));

    let [bare_few, run_few, bare_many, run_many] =
        best([&|| bare(&url, few), &|| verify(&few_file, &url, 1), &|| bare(&url, many), &|| {
            verify(&many_file, &url, 1)
        }]);
    println!("{few} requests in a bare loop: {bare_few:.1?}; {many}: {bare_many:.1?}");
    goal(&format!("{few} interactions, one job"), run_few, &ratio("of the bare loop", run_few, bare_few, 3.0));
    goal(&format!("{many} interactions, one job"), run_many, &growth(run_many, run_few, bare_many, bare_few));

    let [one_job, sixteen] = best([&|| verify(&slow_file, &url, 1), &|| verify(&slow_file, &url, 16)]);
    let faster = one_job.as_secs_f64() / sixteen.as_secs_f64();
    let verdict =
        format!("{faster:.1} times faster than with one, {one_job:.1?} (goal: over 12) {}", met(faster > 12.0));
    goal(&format!("{slowly} answers of 20 ms, 16 jobs"), sixteen, &verdict);

    let [fetched, verified] = best([&|| bare_big(&url, &big), &|| verify(&big_file, &url, 1)]);
    let name = format!("one body of {} MB", big.len() / 1_000_000);
    goal(&name, verified, &ratio("of fetching it and reading both bodies with serde_json", verified, fetched, 3.0));

    for (what, file) in [
        ("many interactions, in lines", many_file),
        ("many interactions, compact", written("many-compact.json", many_orders.to_string())),
        ("one big body, in lines", big_file),
        ("one big body, compact", written("big-compact.json", big_body.to_string())),
    ] {
        let size = std::fs::metadata(&file).expect("a file").len();
        for jobs in ["1", "16"] {
            let Some(peak) = peak_of_a_run(&file, &url, jobs) else { continue };
            let limit = 3 * size + 30 * MIB;
            let (peak_mib, size_mib, limit_mib) = (peak / MIB, size / MIB, limit / MIB);
            let verdict = met(peak < limit);
            println!(
                "peak memory, {what}, jobs {jobs}: {peak_mib} MiB, file {size_mib} MiB (goal: below {limit_mib}) {verdict}"
            );
        }
    }
}

fn goal(what: &str, took: Duration, verdict: &str) {
    println!("{what:<32} {took:>9.1?}  {verdict}");
}

fn ratio(of_what: &str, took: Duration, measure: Duration, most: f64) -> String {
    let times = took.as_secs_f64() / measure.as_secs_f64();
    format!("{times:.2} times {of_what} (goal: below {most:.1}) {}", met(times < most))
}

/// How the cost grows with the number of interactions. No faster than that number (a tenth for chance), or than the bare loop's
/// own cost in this run: what the machine does to both is not ours.
fn growth(many: Duration, few: Duration, bare_many: Duration, bare_few: Duration) -> String {
    let (own, bare) = (many.as_secs_f64() / few.as_secs_f64(), bare_many.as_secs_f64() / bare_few.as_secs_f64());
    let verdict = met(own <= (5.0 * 1.1_f64).max(bare));
    format!(
        "{own:.2} times of the few, the bare loop {bare:.2} times (goal: at most 5.5, or as the bare loop) {verdict}"
    )
}

fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "MISSED" }
}

/// The shortest of a few runs each: those that the machine disturbed least. They take turns, so that a busy moment is
/// nobody's alone.
fn best<const N: usize>(runs: [&dyn Fn() -> Duration; N]) -> [Duration; N] {
    let mut shortest = [Duration::MAX; N];
    for _ in 0..5 {
        for (run, shortest) in runs.iter().zip(&mut shortest) {
            *shortest = run().min(*shortest);
        }
    }
    shortest
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn verify(pact: &Path, url: &str, jobs: usize) -> Duration {
    let begun = Instant::now();
    let report = run(pact, url, jobs);
    let took = begun.elapsed();
    assert!(report.is_success(), "{}", intact_verifier::report::terminal::text(&report));
    took
}

fn run(pact: &Path, url: &str, jobs: usize) -> Report {
    let verification = Verifier::for_provider("Orders").pact_file(pact).provider_url(url).jobs(jobs);
    runtime().block_on(verification.run(&mut ())).expect("a verification that can be run")
}

/// The same requests, one after the other over one connection, with nothing but their bodies read.
fn bare(url: &str, requests: u32) -> Duration {
    runtime().block_on(async {
        let begun = Instant::now();
        let client = http_client(&HttpOptions::for_provider(Duration::from_secs(5))).expect("a client");
        for n in 0..requests {
            let response = client.get(format!("{url}/orders/{n}")).send().await.expect("an answer");
            assert!(!response.bytes().await.expect("a body").is_empty());
        }
        begun.elapsed()
    })
}

fn bare_big(url: &str, expected: &Bytes) -> Duration {
    runtime().block_on(async {
        let begun = Instant::now();
        let client = http_client(&HttpOptions::for_provider(Duration::from_secs(5))).expect("a client");
        let response = client.get(format!("{url}/big")).send().await.expect("an answer");
        let actual = response.bytes().await.expect("a body");
        let read = |text: &[u8]| serde_json::from_slice::<Value>(text).expect("a document");
        assert_eq!(read(expected), read(&actual));
        begun.elapsed()
    })
}

/// The most memory that a process needed which does nothing but verify; `None` where the system does not tell.
fn peak_of_a_run(pact: &Path, url: &str, jobs: &str) -> Option<u64> {
    let this = std::env::current_exe().expect("the path of this program");
    let output = std::process::Command::new(this).arg(ALONE).arg(pact).args([url, jobs]).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

fn verify_alone(pact: &Path, url: &str, jobs: usize) {
    let report = run(pact, url, jobs);
    assert!(report.is_success(), "{}", intact_verifier::report::terminal::text(&report));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB"));
    println!("{}", peak.map_or("unknown", str::trim));
}

/// A provider on a thread of its own.
fn provider(big: Bytes) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    listener.set_nonblocking(true).expect("the system can");
    const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
    let routes = Router::new()
        .route("/orders/{n}", get(async |Segment(n): Segment<u32>| (JSON, order_body(n + 1).to_string())))
        .route("/big", get(async move || (JSON, Body::from(big.clone()))))
        .route(
            "/slow/{n}",
            get(async |Segment(n): Segment<u32>| {
                tokio::time::sleep(Duration::from_millis(20)).await;
                (JSON, order_body(n).to_string())
            }),
        );
    std::thread::spawn(move || {
        runtime().block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, routes).await.expect("it serves");
        });
    });
    url
}

fn pact(interactions: Value) -> Value {
    json!({
        "consumer": { "name": "Web" }, "provider": { "name": "Orders" }, "interactions": interactions,
        "metadata": { "pactSpecification": { "version": "4.0" } },
    })
}

/// In lines, as all tools write pact files.
fn pretty(pact: &Value) -> String {
    serde_json::to_string_pretty(pact).expect("it is JSON")
}

fn order_body(n: u32) -> Value {
    let line = json!({ "sku": "A-1", "quantity": 2, "price": 12.5 });
    json!({
        "id": n, "state": "paid", "customer": { "id": 7, "name": "Ann", "email": "ann@example.com" },
        "lines": [line, line, line], "created": "2024-02-29T10:30:00Z",
    })
}

fn interaction(description: &str, path: &str, content: &Value, rules: &Value) -> Value {
    json!({
        "type": "Synchronous/HTTP", "description": description,
        "request": { "method": "GET", "path": path, "headers": { "Accept": ["application/json"] } },
        "response": {
            "status": 200, "headers": { "Content-Type": ["application/json"] },
            "body": { "content": content, "contentType": "application/json" },
            "matchingRules": { "body": rules },
        },
    })
}

fn rule(matcher: &Value) -> Value {
    json!({ "combine": "AND", "matchers": [matcher] })
}

fn order(n: u32) -> Value {
    let rules = json!({
        "$.id": rule(&json!({ "match": "integer" })),
        "$.state": rule(&json!({ "match": "regex", "regex": "open|paid|sent" })),
        "$.lines": rule(&json!({ "match": "type", "min": 1 })),
        "$.created": rule(&json!({ "match": "timestamp", "format": "yyyy-MM-dd'T'HH:mm:ssXXX" })),
    });
    interaction(&format!("a request for order {n}"), &format!("/orders/{n}"), &order_body(n), &rules)
}

fn slow(n: u32) -> Value {
    interaction(&format!("a slow request for order {n}"), &format!("/slow/{n}"), &order_body(n), &json!({}))
}

fn one_big(body: &[u8]) -> Value {
    let content: Value = serde_json::from_slice(body).expect("a document");
    let rules = json!({ "$.orders[*].id": rule(&json!({ "match": "integer" })) });
    interaction("a request for all orders", "/big", &content, &rules)
}

/// A list of orders in about as many bytes.
fn orders(bytes: usize) -> String {
    let one = order_body(1).to_string().len();
    let count = u32::try_from(bytes / one).expect("a number of orders");
    json!({ "orders": (0..count).map(order_body).collect::<Vec<_>>() }).to_string()
}
