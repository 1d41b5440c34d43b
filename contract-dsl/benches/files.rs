//! What the pact file costs the tests that write it: many tests of one process, a process for each test, and many processes
//! at once. Each test is a whole one (server, request, file), as users write it. Goals are printed with what was measured.
//!
//! The processes are this binary itself, told by an environment variable which test to run.

#![expect(clippy::print_stdout, reason = "the result of the run")]

use std::io::{Read as _, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use intact::matchers::{each_like, integer, like, regex, uuid};
use intact::{Contract, json_like};

/// `<directory>\t<first test>\t<number of tests>`
const TASK: &str = "INTACT_BENCH_TESTS";

fn main() {
    if let Ok(task) = std::env::var(TASK) {
        let mut task = task.split('\t');
        let dir = PathBuf::from(task.next().unwrap_or_default());
        let mut number = || task.next().and_then(|text| text.parse().ok()).expect("a number of the parent process");
        let (first, count): (usize, usize) = (number(), number());
        (first..first + count).for_each(|test| run(&dir, test));
        return;
    }
    // `cargo test --benches` only wants to know whether it runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let scale = |count: usize| if is_bench { count } else { count / 100 + 4 };
    one_process(scale(1000));
    a_process_for_each(scale(950));
    processes_at_once(if is_bench { 64 } else { 2 }, if is_bench { 20 } else { 2 });
}

/// From this one on, interactions have keys.
const KEYED: usize = 100_000;

/// A test of a consumer. Their descriptions are in an order that is not that of the file.
fn run(dir: &Path, test: usize) {
    let product = test * 7919 % 10_007;
    Contract::between("order-service", "product-service")
        .output_dir(dir)
        .upon_receiving(&format!("a request for product {product}"), |i| {
            let i = if test < KEYED { i } else { i.key(format!("product-{product}")) };
            i.given(format!("product {product} exists"))
                .get(format!("/products/{product}"))
                .header("Accept", "application/json")
                .will_respond_with(200)
                .json(json_like!({
                    "id": integer(product),
                    "key": uuid("3fa85f64-5717-4562-b3fc-2c963f66afa6"),
                    "name": like("Wireless Headphones"),
                    "state": regex("new|sold", "new"),
                    "reviews": each_like(json_like!({ "stars": integer(5), "text": like("very good") })),
                }))
        })
        .test_blocking(|server| {
            let mut stream = std::net::TcpStream::connect(server.address())?;
            let request = format!(
                "GET /products/{product} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
            );
            stream.write_all(request.as_bytes())?;
            stream.read_to_end(&mut Vec::new())?;
            Ok(())
        });
}

/// What is to be seen here is whether each test costs the same, however many there are. It cannot be quite so: the file is sorted and
/// always whole, so what stands after a test's interaction has to be moved. Most of all else that a file costs need not grow with it.
fn one_process(tests: usize) {
    let dir = tempfile::tempdir().expect("a directory");
    let counts = [tests / 2, tests, 2 * tests, 4 * tests];
    let (mut times, mut processor) = (Vec::new(), vec![processor_time()]);
    for test in 0..4 * tests {
        times.push(timed(|| run(dir.path(), test)));
        if counts.contains(&times.len()) {
            processor.push(processor_time());
        }
    }
    let text = std::fs::read(file(dir.path())).expect("a pact file");
    let quarter = &text[..text.len() / 4];
    let copies: Vec<Duration> = (0..20)
        .map(|_| {
            let copy = dir.path().join("copy");
            timed(|| {
                std::fs::write(&copy, quarter).expect("a copy");
                std::fs::remove_file(&copy).expect("removed");
            })
        })
        .collect();
    println!("tests of one process into one file");
    // Of the whole process, also of the server's threads; not of what else runs on the machine.
    let used = |mark: usize| processor[mark].zip(processor[0]).map(|(then, begin)| then.saturating_sub(begin));
    for (mark, count) in counts.into_iter().enumerate() {
        let (all, last) = (&times[..count], &times[count - (count / 10).max(1)..count]);
        print!("  {count:>5}: {:>9.2?}, {:.2?} a test, {:.2?} the last tenth", total(all), mean(all), mean(last));
        println!("{}", used(mark + 1).map_or_else(String::new, |used| format!("; {used:.2?} of processor time")));
    }
    let each = mean(&times[..tests]);
    println!("  a test of {tests} {each:>20.2?}   {}", goal(each, Duration::from_millis(3)));
    println!("  a new file of the {} KiB of these would take {:.2?}", quarter.len() / 1024, mean(&copies));
    for (mark, pair) in counts.windows(2).enumerate() {
        let in_all = total(&times[..pair[1]]).div_duration_f64(total(&times[..pair[0]]));
        let of_processor = used(mark + 1).zip(used(mark + 2)).map(|(once, twice)| twice.div_duration_f64(once));
        let growth = of_processor.filter(|growth| growth.is_finite()).unwrap_or(in_all);
        let verdict = match pair[1] {
            // Of so many, the bytes are what counts.
            count if count > 2 * tests => String::new(),
            _ if growth <= LINEAR => format!("   goal: at most {LINEAR}, met"),
            _ => format!("   goal: at most {LINEAR}, MISSED"),
        };
        println!("  {:>5} cost {growth:.2} times as much as {} ({in_all:.2} by the clock){verdict}", pair[1], pair[0]);
    }
}

/// How many times as much twice as many may cost. Exactly linear would be 2; the rest is for the bytes that are moved, of which each test has
/// more than the one before (`docs/adr/0004-writing-pact-files.md`).
const LINEAR: f64 = 2.2;

/// What this process has used until now; Linux alone tells.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The 14th and the 15th field, in hundredths of a second; the second may contain anything, in parentheses.
    let fields = stat.rsplit_once(") ")?.1.split(' ').skip(11).take(2);
    let ticks: Vec<u64> = fields.filter_map(|field| field.parse().ok()).collect();
    (ticks.len() == 2).then(|| Duration::from_millis(10 * ticks.iter().sum::<u64>()))
}

fn total(times: &[Duration]) -> Duration {
    times.iter().sum()
}

fn a_process_for_each(tests: usize) {
    let dir = tempfile::tempdir().expect("a directory");
    let nothing: Vec<Duration> = (0..20).map(|_| timed(|| wait(&mut process(dir.path(), 0, 0)))).collect();
    let run = |tests: Range<usize>| -> Vec<Duration> {
        tests.map(|test| timed(|| wait(&mut process(dir.path(), test, 1)))).collect()
    };
    let times = run(0..tests);
    let end = tests.saturating_sub(20);
    let last = mean(&times[end..]);
    let again = mean(&run(end..tests));
    let keyed = mean(&run(KEYED..KEYED + tests - end));
    println!("{tests} tests, a process for each, one after the other, into one file of {} KiB", kib(dir.path()));
    println!("  a process that does nothing {:>9.2?}", mean(&nothing));
    println!(
        "  a test                      {:>9.2?}   {}",
        mean(&times),
        goal(mean(&times), Duration::from_millis(15))
    );
    for (what, took) in [("the last ones", last), ("the same again", again), ("with keys", keyed)] {
        println!("  {what:<27} {took:>9.2?}   {}", goal(took, Duration::from_millis(15)));
    }
}

fn processes_at_once(processes: usize, each: usize) {
    let dir = tempfile::tempdir().expect("a directory");
    let begun = Instant::now();
    let mut children: Vec<_> = (0..processes)
        .map(|process_number| process(dir.path(), process_number * each, each).spawn().expect("a process"))
        .collect();
    let failed = children.iter_mut().filter_map(|child| child.wait().ok()).filter(|status| !status.success()).count();
    let took = begun.elapsed();
    let text = std::fs::read_to_string(file(dir.path())).expect("a pact file");
    let found = text.matches("\n      \"description\": ").count();
    let wanted = processes * each;
    println!("{processes} processes at once with {each} tests each: {took:.1?}, {failed} failed");
    println!("  interactions in the file: {found} of {wanted}   {}", if found == wanted { "met" } else { "MISSED" });
}

fn process(dir: &Path, first: usize, count: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command
        .env(TASK, format!("{}\t{first}\t{count}", dir.display()))
        .env("INTACT_RUN_ID", "bench")
        .env_remove("PACT_OVERWRITE");
    command
}

fn wait(command: &mut Command) {
    assert!(command.status().expect("a process").success(), "the test failed");
}

fn file(dir: &Path) -> PathBuf {
    dir.join("order-service-product-service.json")
}

fn kib(dir: &Path) -> u64 {
    std::fs::metadata(file(dir)).map_or(0, |metadata| metadata.len() / 1024)
}

fn timed(run: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

fn mean(times: &[Duration]) -> Duration {
    total(times) / u32::try_from(times.len().max(1)).unwrap_or(u32::MAX)
}

fn goal(measured: Duration, goal: Duration) -> String {
    format!("goal: below {goal:.2?}, {}", if measured < goal { "met" } else { "MISSED" })
}
