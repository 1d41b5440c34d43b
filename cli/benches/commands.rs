//! What commands cost that pipelines run at every build: processor time and memory of the whole process, beside the goals.
//!
//! `cargo bench -p intact-cli` runs the built binary against a broker of its own on this machine. Only Linux says what a process
//! has used; elsewhere nothing is measured.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

const INTACT: &str = env!("CARGO_BIN_EXE_intact");

/// A command, and what it may cost: milliseconds of processor time, MiB of memory.
struct Row {
    name: &'static str,
    arguments: String,
    times: u32,
    goal: (f64, f64),
}

#[expect(clippy::print_stdout, reason = "that is what a benchmark is for")]
fn main() {
    if !cfg!(target_os = "linux") {
        println!("skipped: only Linux says what a process has used");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let broker = Broker::start(folder.path());
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file can be written");
        path.display().to_string()
    };
    let (small, large) = (file("small.json", pact("Web", 1, 1)), file("large.json", pact("Large", 400, 57)));
    let bytes = std::fs::metadata(&large).map(|file| file.len()).unwrap_or_default();
    println!("the large pact has {} kB", bytes / 1000);
    run(&format!("publish {small} -a 1 --branch main -b {}", broker.url));

    let row = |name, arguments: &str, times, goal| Row {
        name,
        arguments: arguments.replace("BROKER", &broker.url).replace("LARGE", &large),
        times,
        goal,
    };
    println!("{:<16} {:>8} {:>20} {:>20}", "command", "wall ms", "processor ms (goal)", "memory MiB (goal)");
    for Row { name, arguments, times, goal } in [
        row("version", "--version", 50, (10.0, 15.0)),
        row("help", "--help", 50, (10.0, 15.0)),
        row("can-i-deploy", "can-i-deploy -a Web -e 1 --to-environment production -b BROKER", 50, (10.0, 15.0)),
        row("publish, large", "publish LARGE -a VERSION --branch main -b BROKER", 10, (500.0, 100.0)),
    ] {
        let (began, before) = (Instant::now(), processor_time_of_children());
        let peaks = (0..times).map(|time| run(&arguments.replace("VERSION", &time.to_string())));
        let peak = peaks.fold(0.0, f64::max);
        let each = |time: Duration| time.as_secs_f64() * 1e3 / f64::from(times);
        let (wall, processor) = (each(began.elapsed()), each(processor_time_of_children().saturating_sub(before)));
        let beside = |found: f64, goal: f64| format!("{found:.1} ({goal:.0}){}", if found > goal { " !" } else { "" });
        println!("{name:<16} {wall:>8.1} {:>20} {:>20}", beside(processor, goal.0), beside(peak, goal.1));
    }
}

/// Runs a command to its end and gives the most memory that it was seen to have, in MiB.
fn run(arguments: &str) -> f64 {
    let mut command = Command::new(INTACT);
    command.args(arguments.split(' ')).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = command.spawn().expect("the binary can be run");
    let status = format!("/proc/{}/status", process.id());
    let mut most = 0.0;
    while process.try_wait().expect("it is our own process").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB"));
        let kilobytes: Option<f64> = peak.and_then(|text| text.trim().parse().ok());
        most = kilobytes.map_or(most, |kilobytes| f64::max(most, kilobytes / 1024.0));
    }
    most
}

/// What all processes that were run and are over have used of the processors, in steps of ten milliseconds.
fn processor_time_of_children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name in parentheses; user and system time of children are the 16th and 17th.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_ascii_whitespace();
    let ticks: u64 = fields.skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// A pact of so many interactions, each with so many items in its response.
fn pact(consumer: &str, interactions: u32, items: u32) -> String {
    let interaction = |number: u32| {
        let item = |id: u32| {
            json!({
                "id": id, "name": format!("item {id} of {number}"), "price": f64::from(id) * 1.25, "tags": ["a", "b", "c"],
                "nested": { "x": id, "y": [1, 2, 3], "s": "x".repeat(60) },
            })
        };
        json!({
            "description": format!("a request for page {number}"),
            "request": { "method": "GET", "path": format!("/pages/{number}") },
            "response": {
                "status": 200, "headers": { "Content-Type": "application/json" },
                "body": { "items": (0..items).map(item).collect::<Vec<_>>() },
                "matchingRules": { "body": { "$.items[*].id": { "matchers": [{ "match": "integer" }] } } },
            },
        })
    };
    let document = json!({
        "consumer": { "name": consumer }, "provider": { "name": "Orders" },
        "interactions": (0..interactions).map(interaction).collect::<Vec<_>>(),
        "metadata": { "pactSpecification": { "version": "3.0.0" } },
    });
    serde_json::to_string_pretty(&document).expect("a document can be written")
}

/// A broker on a port of its own; it ends with the benchmark.
struct Broker {
    process: Child,
    url: String,
}

impl Broker {
    fn start(folder: &Path) -> Self {
        let database = format!("sqlite://{}", folder.join("broker.sqlite").display());
        let mut command = Command::new(INTACT);
        command.args(["broker", "serve", "--port", "0", "--database-url", &database]);
        let mut process =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the broker can be started");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it is a pipe")).read_line(&mut line).expect("it says its address");
        let url = line.split_whitespace().find(|word| word.starts_with("http")).expect("an address").to_owned();
        Self { process, url }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
