//! Many processes write one pact file at once, and some are killed while they do. The processes are this test binary itself, told
//! by an environment variable what to do.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use intact_pact_model::file::{FileError, PactFile};
use intact_pact_model::{Body, HttpRequest, HttpResponse, Interaction, Kind, Pact};

/// `<directory>\t<name>\t<count>\t<length>`: write that many interactions of that many pieces, and a line to standard error after each.
const TASK: &str = "INTACT_TEST_PROCESS";

const PROCESSES: usize = 12;
const EACH: usize = 6;

/// How long interactions are, in pieces of forty letters.
const SHORT: usize = 50;
/// A few of these make a file long enough for a process to keep two of them, which take turns.
const LONG: usize = 2_000;

fn interaction(description: String, path: &str, length: usize) -> Interaction {
    let request = HttpRequest { path: path.to_owned(), ..HttpRequest::default() };
    let body = format!("[{}]", vec!["\"some text that makes the file longer\""; length].join(","));
    let response = HttpResponse { body: Body::new(body, None), ..HttpResponse::default() };
    Interaction::new(description, Kind::Http(request, response))
}

fn write(dir: &Path, interaction: Interaction) -> Result<usize, FileError> {
    let pact = Pact { interactions: vec![interaction], ..Pact::new("Web", "Orders") };
    PactFile::in_dir(dir, "Web", "Orders").merge(&pact).map(|written| written.interactions)
}

fn descriptions(dir: &Path) -> Vec<String> {
    let pact = PactFile::in_dir(dir, "Web", "Orders").read().unwrap_or_else(|error| panic!("{error}")).value;
    pact.interactions.into_iter().map(|interaction| interaction.description).collect()
}

fn start(dir: &Path, name: &str, count: usize, environment: &[(&str, &str)]) -> Child {
    start_with(dir, name, count, SHORT, environment)
}

fn start_with(dir: &Path, name: &str, count: usize, length: usize, environment: &[(&str, &str)]) -> Child {
    let binary = std::env::current_exe().expect("this binary");
    Command::new(binary)
        .args(["--exact", "a_process_with_a_task_does_it", "--nocapture"])
        .env(TASK, format!("{}\t{name}\t{count}\t{length}", dir.display()))
        .env_remove("PACT_OVERWRITE")
        .env_remove("NEXTEST_RUN_ID")
        .env("INTACT_RUN_ID", "1")
        .envs(environment.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process")
}

/// What the other tests start; without a task there is nothing to do.
#[test]
fn a_process_with_a_task_does_it() {
    let Ok(task) = std::env::var(TASK) else { return };
    let mut task = task.split('\t');
    let dir = PathBuf::from(task.next().expect("a directory"));
    let name = task.next().expect("a name");
    let mut number = || task.next().and_then(|number| number.parse::<usize>().ok()).expect("a number");
    let (count, length) = (number(), number());
    let mut out = std::io::stderr();
    for index in 0..count {
        write(&dir, interaction(format!("{name} {index:04}"), "/", length)).unwrap_or_else(|error| panic!("{error}"));
        // A reader that has gone away is one that is about to kill this process.
        let _ = writeln!(out, "wrote");
    }
}

#[test]
fn processes_lose_nothing_and_leave_the_same_bytes() {
    let mut texts = Vec::new();
    for round in 0..2 {
        let dir = tempfile::tempdir().expect("a directory");
        let names: Vec<String> = (0..PROCESSES).map(|process| format!("{process:02}")).collect();
        let ordered: Vec<&String> = if round == 0 { names.iter().collect() } else { names.iter().rev().collect() };
        let children: Vec<Child> = ordered.into_iter().map(|name| start(dir.path(), name, EACH, &[])).collect();
        for child in children {
            let output = child.wait_with_output().expect("an end");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let expected: Vec<String> =
            names.iter().flat_map(|name| (0..EACH).map(move |index| format!("{name} {index:04}"))).collect();
        assert_eq!(descriptions(dir.path()), expected);
        texts.push(std::fs::read(dir.path().join("Web-Orders.json")).expect("a file"));
    }
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn a_run_of_several_processes_overwrites_once() {
    let dir = tempfile::tempdir().expect("a directory");
    for (run, name, expected) in [
        ("1", "a", &["a 0000"][..]),
        ("1", "b", &["a 0000", "b 0000"]),
        ("2", "c", &["c 0000"]),
        ("2", "d", &["c 0000", "d 0000"]),
    ] {
        let output =
            start(dir.path(), name, 1, &[("PACT_OVERWRITE", "true"), ("INTACT_RUN_ID", run)]).wait_with_output();
        assert!(output.expect("an end").status.success());
        assert_eq!(descriptions(dir.path()), expected);
    }
}

/// Without a name, the parent process is the run: two binaries under one parent belong together, and the same binary started
/// again begins a new one.
#[test]
#[cfg(unix)]
fn the_same_binary_under_the_same_parent_is_a_new_run() {
    let dir = tempfile::tempdir().expect("a directory");
    for name in ["a", "b"] {
        let output = start(dir.path(), name, 2, &[("PACT_OVERWRITE", "1"), ("INTACT_RUN_ID", "")]).wait_with_output();
        assert!(output.expect("an end").status.success());
        assert_eq!(descriptions(dir.path()), [format!("{name} 0000"), format!("{name} 0001")]);
    }
}

#[test]
fn processes_of_one_run_may_not_contradict_each_other() {
    let dir = tempfile::tempdir().expect("a directory");
    let run = intact_pact_model::file::run::Run::named("1");
    let pact =
        Pact { interactions: vec![interaction("a 0000".to_owned(), "/other", SHORT)], ..Pact::new("Web", "Orders") };
    PactFile::in_dir(dir.path(), "Web", "Orders").in_run(run).overwrite(false).merge(&pact).expect("written");
    let output = start(dir.path(), "a", 1, &[]).wait_with_output().expect("an end");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        text.contains(
            r#"two tests of this run define the interaction "a 0000" differently, at $.request.path: "/other" and "/""#
        ),
        "{text}"
    );
}

#[test]
fn killed_processes_leave_a_file_that_is_whole() {
    for (length, rounds, least) in [(SHORT, 12, 1), (LONG, 6, 12)] {
        let dir = tempfile::tempdir().expect("a directory");
        let mut complete = 0;
        for round in 0..rounds {
            let mut child = start_with(dir.path(), &format!("killed {round:02}"), 100_000, length, &[]);
            let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
            let wanted = least + round;
            let written = lines.by_ref().take(wanted).filter(|line| line.as_ref().is_ok_and(|line| line == "wrote"));
            let written = written.count();
            child.kill().expect("killed");
            child.wait().expect("an end");
            assert_eq!(written, wanted, "the process writes until it is killed");
            complete += written;
            let all = descriptions(dir.path());
            assert!(all.len() >= complete, "what was written before the process was killed is there");
            complete = all.len();
        }
        write(dir.path(), interaction("at last".to_owned(), "/", SHORT)).expect("the lock of a dead process is free");
        assert_eq!(descriptions(dir.path()).len(), complete + 1);
        assert_eq!(
            files(dir.path()),
            [".Web-Orders.json.lock", "Web-Orders.json"],
            "what killed processes left is gone"
        );
    }
}

fn files(dir: &Path) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(dir).expect("a directory");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    names
}

#[test]
fn who_reads_along_always_sees_a_whole_pact() {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), interaction("the first".to_owned(), "/", LONG)).expect("written");
    // Before that in the file, so that all of it moves with each write.
    let mut child = start_with(dir.path(), "a", 60, LONG, &[]);
    let mut seen = 1;
    let mut has_ended = false;
    while !has_ended {
        has_ended = child.try_wait().expect("a child").is_some();
        let mut file = std::fs::File::open(dir.path().join("Web-Orders.json")).expect("always there");
        let (mut text, mut piece) = (Vec::new(), [0; 5000]);
        loop {
            match file.read(&mut piece).expect("readable") {
                0 => break,
                length => text.extend_from_slice(&piece[..length]),
            }
            // Lets the others write.
            std::thread::yield_now();
        }
        let pact = Pact::read(&text).unwrap_or_else(|error| panic!("{error}, after {seen} interactions")).value;
        assert!(pact.interactions.len() >= seen, "nothing goes away again");
        seen = pact.interactions.len();
    }
    assert!(child.wait().expect("an end").success());
    assert_eq!(descriptions(dir.path()).len(), 61);
}
