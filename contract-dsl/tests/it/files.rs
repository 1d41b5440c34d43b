//! What test processes leave behind: pact files, whatever runs at once, in whatever order, and whoever is killed. The processes
//! are this test binary itself, told by an environment variable which tests to run.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use intact::matchers::{integer, like, regex};
use intact::{Contract, Pact, json_like};

/// Names of tests, in their order.
const TASK: &str = "INTACT_TEST_FILES";

/// What users' environments hold of this is not ours.
const VARIABLES: [&str; 4] = ["INTACT_RUN_ID", "NEXTEST_RUN_ID", "PACT_OVERWRITE", "PACT_OUTPUT_DIR"];

fn process(tests: &[String], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "files::fixture_tests_of_a_consumer", "--nocapture"]);
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.env(TASK, tests.join("\n")).envs(environment.iter().copied());
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Runs the tests in a process of their own, as a part of this run.
fn tests(dir: &Path, names: &[&str], environment: &[(&str, &str)]) -> Output {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut command = process(&names, environment);
    command.env("PACT_OUTPUT_DIR", dir).output().expect("a process")
}

fn passes(dir: &Path, names: &[&str], environment: &[(&str, &str)]) {
    let output = tests(dir, names, environment);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn text(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("order-service-product-service.json")).expect("a pact file")
}

/// Kind and description of what is in the file.
fn contents(dir: &Path) -> Vec<String> {
    let pact = Pact::read(text(dir).as_bytes()).expect("a whole file").value;
    let shown = |one: &intact::Interaction| format!("{} {}", one.kind.type_name(), one.description);
    pact.interactions.iter().map(shown).collect()
}

/// What the processes run. The kind of a test is the first word of its name.
#[test]
fn fixture_tests_of_a_consumer() {
    let Ok(task) = std::env::var(TASK) else { return };
    let contract = || Contract::between("order-service", "product-service");
    for name in task.lines() {
        let shop = json_like!({ "name": like(name), "number": integer(7), "size": "large" });
        match name.split(' ').next() {
            Some("message") => contract().message(name, |m| m.json(shop)).handle_blocking(|_| Ok(())),
            Some("exchange") => contract()
                .synchronous_message(name, |m| m.given("a shop").json(shop).will_respond().text(like("yes")))
                .exchange_blocking(|_| Ok(())),
            // The same interaction with another answer.
            Some("changed") => contract()
                .message(name.trim_start_matches("changed "), |m| m.json(json_like!({ "name": 1 })))
                .handle_blocking(|_| Ok(())),
            _ => contract()
                .upon_receiving(name, |i| {
                    i.given("a shop").get(regex("/shop/.*", "/shop/1")).will_respond_with(200).json(shop)
                })
                .test_blocking(|server| {
                    let mut stream = std::net::TcpStream::connect(server.address())?;
                    stream.write_all(b"GET /shop/7 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
                    stream.read_to_end(&mut Vec::new())?;
                    Ok(())
                }),
        }
        // A reader that has gone away is one that is about to kill this process.
        let _ = writeln!(std::io::stderr(), "passed");
    }
}

#[test]
fn sixty_four_processes_at_once_lose_nothing_and_leave_the_bytes_of_a_serial_run() {
    const PROCESSES: usize = 64;
    const EACH: usize = 20;
    let name = |process: usize, test: usize| match test % 4 {
        0 => format!("http {test} of {process}"),
        1 => format!("exchange {test} of {process}"),
        _ => format!("message {test} of {process}"),
    };
    let (parallel, serial) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let start = |process_number: usize| -> Child {
        let names: Vec<String> = (0..EACH).map(|test| name(process_number, test)).collect();
        let mut command = process(&names, &[("INTACT_RUN_ID", "1")]);
        command.env("PACT_OUTPUT_DIR", parallel.path()).spawn().expect("a process")
    };
    let children: Vec<Child> = (0..PROCESSES).map(start).collect();
    for child in children {
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    let all: Vec<String> = (0..EACH).flat_map(|test| (0..PROCESSES).map(move |process| name(process, test))).collect();
    let output = process(&all, &[]).env("PACT_OUTPUT_DIR", serial.path()).output().expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    assert_eq!(contents(parallel.path()).len(), PROCESSES * EACH);
    assert!(text(parallel.path()) == text(serial.path()), "the bytes are those of the serial run");
}

#[test]
fn a_killed_process_leaves_all_that_had_passed_in_a_whole_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut known = 0;
    for round in 0..6 {
        let names: Vec<String> = (0..2_000).map(|test| format!("message {test} of {round}")).collect();
        let mut child =
            process(&names, &[("INTACT_RUN_ID", "1")]).env("PACT_OUTPUT_DIR", dir.path()).spawn().expect("a process");
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let passed = lines.map_while(Result::ok).filter(|line| line == "passed").take(3 + 7 * round).count();
        child.kill().expect("killed");
        child.wait().expect("an end");
        assert_eq!(passed, 3 + 7 * round, "it goes on until it is killed");
        let found = contents(dir.path()).len();
        assert!(
            found >= known + passed,
            "{found} interactions, of which {known} were known, and {passed} tests passed"
        );
        known = found;
    }
    passes(dir.path(), &["message at last"], &[("INTACT_RUN_ID", "1")]);
    assert_eq!(contents(dir.path()).len(), known + 1);
}

#[test]
fn the_order_in_which_processes_run_leaves_no_trace() {
    let names = ["http b", "message a", "exchange c", "http a", "message b"];
    let mut texts = Vec::new();
    for turn in 0..names.len() {
        let dir = tempfile::tempdir().unwrap();
        for at in 0..names.len() {
            passes(dir.path(), &[names[(at * 2 + turn) % names.len()]], &[("INTACT_RUN_ID", "1")]);
        }
        texts.push(text(dir.path()));
    }
    assert!(texts.iter().all(|text| *text == texts[0]));
    assert_eq!(texts[0].matches("\"description\"").count(), 5);
}

#[test]
fn the_directory_may_be_set_in_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    passes(&dir.path().join("not/there/yet"), &["http a", "message a"], &[]);
    assert_eq!(
        contents(&dir.path().join("not/there/yet")),
        ["Synchronous/HTTP http a", "Asynchronous/Messages message a"]
    );

    // An empty value is none.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("cargo's target directory").join("pacts");
    let output = process(&["message of no directory".to_owned()], &[("PACT_OUTPUT_DIR", "")]).output().unwrap();
    assert!(output.status.success());
    assert!(contents(&target).contains(&"Asynchronous/Messages message of no directory".to_owned()));
}

#[test]
fn stale_interactions_stay_unless_the_run_overwrites() {
    let dir = tempfile::tempdir().unwrap();
    let first = ["http old", "message old", "exchange old"];
    passes(dir.path(), &first, &[("INTACT_RUN_ID", "1")]);
    passes(dir.path(), &["http new"], &[("INTACT_RUN_ID", "2")]);
    assert_eq!(contents(dir.path()).len(), 4, "a run of one test deletes nobody else's");

    // All processes of a run, whatever their number, replace the file together.
    let overwrite = |run| [("INTACT_RUN_ID", run), ("PACT_OVERWRITE", "true")];
    passes(dir.path(), &["message new"], &overwrite("3"));
    passes(dir.path(), &["http new", "exchange new"], &overwrite("3"));
    let new = ["Asynchronous/Messages message new", "Synchronous/HTTP http new", "Synchronous/Messages exchange new"];
    let sorted = |mut all: Vec<String>| {
        all.sort();
        all
    };
    assert_eq!(sorted(contents(dir.path())), new);
    passes(dir.path(), &["message new"], &overwrite("4"));
    assert_eq!(contents(dir.path()), ["Asynchronous/Messages message new"]);

    // The same with the name that cargo-nextest gives a run.
    let nextest = |run| [("NEXTEST_RUN_ID", run), ("PACT_OVERWRITE", "1")];
    passes(dir.path(), &["http a"], &nextest("5"));
    passes(dir.path(), &["message b"], &nextest("5"));
    assert_eq!(contents(dir.path()), ["Synchronous/HTTP http a", "Asynchronous/Messages message b"]);
    passes(dir.path(), &["http a"], &[("NEXTEST_RUN_ID", "6"), ("PACT_OVERWRITE", "false")]);
    assert_eq!(contents(dir.path()).len(), 2, "`false` is no");
}

#[test]
#[cfg(unix)]
fn without_a_name_the_second_process_of_a_binary_is_a_new_run() {
    let dir = tempfile::tempdir().unwrap();
    for (names, left) in [(&["message a", "http b"][..], 2), (&["message c"], 1)] {
        passes(dir.path(), names, &[("PACT_OVERWRITE", "true")]);
        assert_eq!(contents(dir.path()).len(), left);
    }
}

#[test]
fn a_run_that_contradicts_itself_is_told_and_a_later_one_may_say_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    passes(dir.path(), &["message a"], &[("INTACT_RUN_ID", "1")]);
    let output = tests(dir.path(), &["changed message a"], &[("INTACT_RUN_ID", "1")]);
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        printed
            .contains("two tests of this run define the interaction \"message a\" differently, at $.contents.content"),
        "{printed}"
    );
    passes(dir.path(), &["changed message a"], &[("INTACT_RUN_ID", "2")]);
    assert!(text(dir.path()).contains("\"name\": 1"));
    assert_eq!(contents(dir.path()).len(), 1);
}
