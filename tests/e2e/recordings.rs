//! The recorded answers of the reference broker, replayed against ours.
//!
//! The recordings come with the program that replays them (Python 3). How many steps of each scenario are equal is kept in
//! `recordings.toml`: fewer is a fault, more must be written down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use intact_tests::postgres::Postgres;

use crate::support::{RunningServer, Workspace};

#[test]
fn our_broker_answers_as_the_recorded_one_did_on_every_database() {
    let Some(folder) = intact_tests::data_folder("INTACT_BROKER_RECORDINGS_DIR", "../shared/broker-recordings") else {
        return;
    };
    let Some(python) = intact_tests::required(find_python(), "python3 is not installed") else { return };
    let replay = |databases: [&str; 2]| {
        let workspace = Workspace::new();
        let (broker, restricted) = (start(databases[0], &WEBHOOKS), start(databases[1], &ACCESS));
        let script = folder.join("compare.py").display().to_string();
        let recordings = as_of_today(&folder.join("recordings"), &workspace).display().to_string();
        let (url, restricted) = (&broker.0.url, &restricted.0.url);
        let words = ["-B", &script, url, "--recordings", &recordings, "--auth-url", restricted];
        let replayed = workspace.run(&python, words);
        (equal_steps(&replayed.stdout), replayed)
    };

    let (on_sqlite, replayed) = replay(["", ""]);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/e2e/recordings.toml");
    if std::env::var("INTACT_ACCEPT").as_deref() == Ok("1") {
        let lines: Vec<String> =
            on_sqlite.iter().map(|(scenario, steps)| format!("{scenario} = \"{steps}\"\n")).collect();
        std::fs::write(&kept, format!("{HEAD}{}", lines.concat())).expect("the file can be written");
    }
    let expected: BTreeMap<String, String> =
        toml::from_str(&std::fs::read_to_string(&kept).expect("the file can be read")).expect("a table of texts");
    assert_eq!(
        on_sqlite, expected,
        "equal steps by scenario on SQLite (INTACT_ACCEPT=1 writes the new numbers)\n{}\n{}",
        replayed.stdout, replayed.stderr
    );

    let Some(server) = Postgres::start() else { return };
    let databases = ["recorded", "restricted"].map(|name| server.create_database(name));
    let (on_postgres, replayed) = replay(databases.each_ref().map(String::as_str));
    assert_eq!(
        on_postgres, expected,
        "equal steps by scenario on PostgreSQL\n{}\n{}",
        replayed.stdout, replayed.stderr
    );
}

/// The recordings as if they had been made today: titles name the day on which something was made.
fn as_of_today(recordings: &Path, workspace: &Workspace) -> PathBuf {
    let today = jiff::Timestamp::now().strftime("%d/%m/%Y").to_string();
    let day = regex::Regex::new(r"\b\d{2}/\d{2}/\d{4}\b").expect("a pattern");
    for file in recordings.read_dir().expect("the recordings can be listed") {
        let file = file.expect("the recordings can be listed");
        let text = std::fs::read_to_string(file.path()).expect("a recording can be read");
        workspace.file(&format!("recordings/{}", file.file_name().display()), &day.replace_all(&text, today.as_str()));
    }
    workspace.path().join("recordings")
}

/// As the recorded broker was set up.
const WEBHOOKS: [(&str, &str); 3] = [
    ("PACT_BROKER_WEBHOOK_SCHEME_WHITELIST", "http https"),
    ("PACT_BROKER_WEBHOOK_HTTP_METHOD_WHITELIST", "GET PUT POST"),
    ("PACT_BROKER_WEBHOOK_HOST_WHITELIST", r"127.0.0.1 localhost /.*\.example\.org$/"),
];

/// As the second recorded broker was set up, which asks for credentials.
const ACCESS: [(&str, &str); 5] = [
    ("PACT_BROKER_BASIC_AUTH_USERNAME", "admin"),
    ("PACT_BROKER_BASIC_AUTH_PASSWORD", "secret"),
    ("PACT_BROKER_BASIC_AUTH_READ_ONLY_USERNAME", "reader"),
    ("PACT_BROKER_BASIC_AUTH_READ_ONLY_PASSWORD", "readpass"),
    ("PACT_BROKER_ENABLE_PUBLIC_BADGE_ACCESS", "true"),
];

/// Starts a broker on a database of PostgreSQL; without an address, on a file of SQLite in the folder that is kept with it.
fn start(address: &str, variables: &[(&str, &str)]) -> (RunningServer, Workspace) {
    let workspace = Workspace::new();
    let file = format!("sqlite://{}", workspace.path().join("broker.sqlite").display());
    let database = if address.is_empty() { &file } else { address };
    let arguments = ["broker", "serve", "--port", "0", "--database-url", database];
    let started = workspace.try_start(variables, arguments);
    (started.unwrap_or_else(|output| panic!("the broker does not start: {output:?}")), workspace)
}

const HEAD: &str = "\
# How many steps of each recorded scenario our broker answers exactly as the reference broker did, of how many.
# What differs is a resource that is not there yet, or a row of docs/differences.md.
";

/// Reads lines such as `02_contracts_publish    25/ 29 steps match   (…)`.
fn equal_steps(report: &str) -> BTreeMap<String, String> {
    let scenario = |line: &str| {
        let (left, _) = line.split_once(" steps match")?;
        let (equal, all) = left.rsplit_once('/')?;
        let (name, equal) = equal.rsplit_once(' ')?;
        let name = name.trim();
        (!name.is_empty() && name != "TOTAL").then(|| (name.to_owned(), format!("{} of {}", equal.trim(), all.trim())))
    };
    report.lines().filter_map(scenario).collect()
}

fn find_python() -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join("python3")).find(|path| path.is_file())
}
