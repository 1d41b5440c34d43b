//! The same words to both command lines, and what a broker sees of it.
//!
//! A row is a line of `rows.txt`. Writes must be the same, in the same order; questions to the matrix too; of the other reads, which
//! resources were asked for. Exit codes must both be zero or both not, and what is printed as JSON must be the same. Where the
//! official tool errs, `known.toml` says how, and why ours is otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::help::Help;
use super::scripted::{Asked, ScriptedBroker};
use super::{filled, folder, in_parallel, words};
use crate::known::Known;
use crate::support::{Output, Workspace};

const KINDS: [&str; 8] = ["writes", "order", "matrix", "times", "reads", "exit", "json", "headers"];

/// What is said.
#[derive(Debug, Clone)]
struct Row {
    text: String,
    in_repository: bool,
    variables: Vec<(String, String)>,
    words: Vec<String>,
}

/// What came of it.
struct Outcome {
    output: Output,
    asked: Vec<Asked>,
}

impl Row {
    fn read(text: &str) -> Self {
        let mut words = words(text);
        let in_repository = words[0] == "git";
        words.drain(..usize::from(in_repository));
        let variables = words.iter().take_while(|word| word.chars().all(|c| c != '-') && word.contains('=')).count();
        let pair = |word: String| {
            let (name, value) = word.split_once('=').expect("a variable");
            (name.to_owned(), value.to_owned())
        };
        let variables = words.drain(..variables).map(pair).collect();
        Self { text: text.to_owned(), in_repository, variables, words }
    }

    fn command(&self) -> Vec<&str> {
        // The only command with another below it.
        let words = if self.words[0] == "provider-states" { 2 } else { 1 };
        self.words.iter().take(words).map(String::as_str).collect()
    }

    /// Says it, after other words, to a broker of its own.
    fn say(&self, program: &Path, before: &[&str]) -> Outcome {
        let broker = ScriptedBroker::start();
        let workspace = folder();
        if self.in_repository {
            make_repository(&workspace);
        }
        let url = broker.url();
        let mut words: Vec<String> = self.words.iter().map(|word| filled(word, &url)).collect();
        // The commands that have no broker say so by taking no such flag.
        if !self.text.contains("{broker}") && self.words[0] != "generate-uuid" {
            words.extend(["--broker-base-url".to_owned(), url.clone()]);
        }
        let variables: Vec<(&str, String)> =
            self.variables.iter().map(|(name, value)| (name.as_str(), filled(value, &url))).collect();
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let words = before.iter().copied().chain(words.iter().map(String::as_str));
        let mut output = workspace.run_in(&variables, program, words);
        output.stdout = output.stdout.replace(&url, "{broker}");
        let mut asked = broker.asked();
        for body in asked.iter_mut().filter_map(|asked| asked.body.as_mut()) {
            *body = serde_json::from_str(&body.to_string().replace(&url, "{broker}")).expect("it was JSON before");
        }
        Outcome { output, asked }
    }
}

/// A commit that is always the same, on the branch `feat/a`.
fn make_repository(workspace: &Workspace) {
    let of_commit = ["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_DATE"), "2026-01-02T03:04:05Z"));
    let variables: Vec<(&str, &str)> = of_commit.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let commit = "-c user.name=me -c user.email=me@example.org commit --quiet --allow-empty -m first";
    for words in ["init --quiet --initial-branch feat/a", commit] {
        workspace.run_in(&variables, Path::new("git"), words.split(' ')).expect_code(0);
    }
}

/// All that differs, by kind, with both sides.
fn differences(row: &Row, official: &Outcome, ours: &Outcome) -> BTreeMap<&'static str, String> {
    let mut all = BTreeMap::new();
    let mut compare = |kind, official: String, ours: String| {
        if official != ours {
            all.insert(kind, format!("  they: {official}\n  ours: {ours}"));
        }
    };
    let sides = [official, ours];
    let [official_writes, our_writes] = sides.map(|side| writes(&side.asked));
    let sorted = |writes: &[String]| writes.iter().cloned().collect::<BTreeSet<_>>();
    let kind = if sorted(&official_writes) == sorted(&our_writes) { "order" } else { "writes" };
    compare(kind, official_writes.join("\n        "), our_writes.join("\n        "));
    // Ours asks more, to say why.
    let questions = sides.map(|side| {
        let all: Vec<String> = side.asked.iter().filter(|asked| asked.path == "/matrix").map(question).collect();
        let first = all.first().cloned().unwrap_or_default();
        (all.iter().filter(|other| **other == first).count(), first)
    });
    let [official_times, our_times] = questions.each_ref().map(|(times, _)| format!("{times} times"));
    compare("times", official_times, our_times);
    let [official_question, our_question] = questions.map(|(_, question)| question);
    compare("matrix", official_question, our_question);
    let is_question = official_writes.is_empty() && our_writes.is_empty();
    if is_question {
        let [official_reads, our_reads] = sides.map(|side| reads(&side.asked));
        let missing: Vec<_> = official_reads.difference(&our_reads).collect();
        compare("reads", format!("{missing:?} of {official_reads:?}"), format!("[] of {official_reads:?}"));
    }
    let both_write = !official_writes.is_empty() && !our_writes.is_empty();
    let [official_exit, our_exit] = sides.map(|side| match side.output.code {
        0 => "done",
        // Of a panic.
        101 => "broken",
        _ => "failed",
    });
    let [official_said, our_said] = sides.map(|side| format!("{}{}", side.output.stdout, side.output.stderr));
    if official_exit != our_exit {
        compare("exit", format!("{official_exit}\n{official_said}"), format!("{our_exit}\n{our_said}"));
    }
    let format = |words: &[String]| {
        words.windows(2).any(|two| two[0] == "--output" && ["json", "pretty"].contains(&two[1].as_str()))
    };
    if (format(&row.words) || row.words.iter().any(|word| word == "--json")) && official_exit == our_exit {
        // They say something before.
        let begin = |line: &&str| !line.starts_with(['{', '[']);
        let official_json: Vec<&str> = official.output.stdout.lines().skip_while(begin).collect();
        let [official_json, our_json] = [json(&official_json.join("\n")), json(&ours.output.stdout)];
        compare("json", official_json, our_json);
    }
    // What one of them refuses before it asks is told by its exit code.
    if both_write || (is_question && sides.iter().all(|side| !side.asked.is_empty())) {
        let [official_headers, our_headers] = sides.map(|side| format!("{:?}", headers(&side.asked)));
        compare("headers", official_headers, our_headers);
    }
    all
}

fn writes(asked: &[Asked]) -> Vec<String> {
    let line = |asked: &Asked, body: Option<&Value>| {
        let mut body = body.cloned().unwrap_or_default();
        // Nothing is said by what is empty, and neither by its absence.
        if let Some(request) = body.get_mut("request").and_then(Value::as_object_mut) {
            request.retain(|_, value| !value.is_null() && *value != serde_json::json!({}));
        }
        let query: Vec<String> = asked.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {} {} {body}", asked.method, asked.path, query.join("&"))
    };
    let of = |asked: &Asked| match asked.body.as_ref() {
        Some(body) if body["contracts"].is_array() => {
            publications(body).iter().map(|body| line(asked, Some(body))).collect()
        }
        body => vec![line(asked, body)],
    };
    let mut all: Vec<String> = asked.iter().filter(|asked| asked.writes()).flat_map(of).collect();
    // They publish in an order that is made by chance.
    if all.iter().all(|write| write.contains(" /contracts/publish ")) {
        all.sort();
    }
    all
}

/// A publication of several contracts as several publications of one. What the official tool adds to a contract that it prints anew
/// is left out, and its wish to overwrite: the older tool and ours have a changed contract of the same version refused.
fn publications(body: &Value) -> Vec<Value> {
    let one = |contract: &Value| {
        let mut publication = body.clone();
        let mut contract = contract.clone();
        if let Some(metadata) = contract.pointer_mut("/content/metadata").and_then(Value::as_object_mut) {
            metadata.remove("pactRust");
        }
        let interactions = contract.pointer_mut("/content/interactions").and_then(Value::as_array_mut);
        for members in interactions.into_iter().flatten().filter_map(Value::as_object_mut) {
            if members.get("pending") == Some(&Value::Bool(false)) {
                members.remove("pending");
            }
        }
        if let Some(members) =
            contract.as_object_mut().filter(|members| members.get("onConflict") == Some(&"overwrite".into()))
        {
            members.remove("onConflict");
        }
        publication["contracts"] = Value::Array(vec![contract]);
        publication
    };
    let mut all: Vec<Value> = body["contracts"].as_array().into_iter().flatten().map(one).collect();
    all.sort_by_key(Value::to_string);
    all
}

/// What the matrix was asked: selectors in their order, then the rest by name.
fn question(asked: &Asked) -> String {
    // Only our broker has reasons; others overlook the wish.
    let (selectors, mut rest): (Vec<_>, Vec<_>) =
        asked.query.iter().filter(|(name, _)| name != "reasons").partition(|(name, _)| name.contains("[]"));
    rest.sort();
    let pairs = selectors.into_iter().chain(rest).map(|(name, value)| format!("{name}={value}"));
    // One that the official tool sends for a single version hides rows; ours asks for all.
    let pairs = pairs.map(|pair| if pair == "latestby=cvp" { "latestby=cvpv".to_owned() } else { pair });
    pairs.collect::<Vec<_>>().join("&")
}

/// Which resources were read; the index is how they are found.
fn reads(asked: &[Asked]) -> BTreeSet<String> {
    let reading = asked.iter().filter(|asked| !asked.writes() && !["", "/", "/matrix"].contains(&asked.path.as_str()));
    reading.map(|asked| asked.path.clone()).collect()
}

/// Who asked with what, and what kind of documents were sent.
fn headers(asked: &[Asked]) -> BTreeSet<String> {
    let line = |asked: &Asked| {
        let mut headers = asked.headers.clone();
        let kind = headers.remove("content-type").filter(|_| asked.body.is_some()).unwrap_or_default();
        let what = if asked.writes() { asked.method.as_str() } else { "read" };
        format!("{what} {headers:?} {}", kind.split(';').next().unwrap_or_default())
    };
    asked.iter().map(line).collect()
}

/// What stands on standard output, as one line of JSON.
fn json(text: &str) -> String {
    serde_json::from_str::<Value>(text).map_or_else(|_| format!("no JSON: {text}"), |json| json.to_string())
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn rows() -> Vec<Row> {
    lines(include_str!("rows.txt")).map(Row::read).collect()
}

/// The first row of each command, with each flag that all of them have.
fn rows_of_common_flags() -> Vec<Row> {
    let mut seen = BTreeSet::new();
    let first: Vec<Row> = rows()
        .into_iter()
        .filter(|row| row.words[0] != "generate-uuid" && row.variables.is_empty())
        .filter(|row| seen.insert(row.command().join(" ")))
        .collect();
    let flags: Vec<&str> = lines(include_str!("everywhere.txt")).collect();
    first.iter().flat_map(|row| flags.iter().map(|flag| Row::read(&format!("{} {flag}", row.text)))).collect()
}

/// Says each row to both, and fails if something differs that is not known.
fn hold(rows: &[Row], known: &mut Known) {
    let Some(modules) = crate::official_tools() else { return };
    let pact = crate::official_pact(&modules);
    let intact = Path::new(env!("CARGO_BIN_EXE_intact"));
    let found = in_parallel(rows, |row| {
        let official = row.say(&pact, &["broker"]);
        let ours = row.say(intact, &["broker"]);
        let refused = official.output.stderr.contains("Usage:").then(|| official.output.stderr.clone());
        (differences(row, &official, &ours), refused)
    });
    let mut unknown = Vec::new();
    for (row, (differences, refused)) in rows.iter().zip(found) {
        for kind in KINDS {
            match differences.get(kind) {
                Some(text) if !known.covers(kind, &row.text) => unknown.push(format!("{kind}: {}\n{text}", row.text)),
                Some(_) => {}
                None => known.is_equal(&[kind], &row.text),
            }
        }
        // A row that they do not understand shows nothing, unless that is the point.
        if let Some(text) = refused.filter(|_| !known.covers("refused", &row.text)) {
            unknown.push(format!("refused: {}\n{text}", row.text));
        }
    }
    assert!(unknown.is_empty(), "{} differences\n{}", unknown.len(), unknown.join("\n"));
}

#[test]
fn the_same_words_bring_the_same_writes_and_questions_to_a_broker() {
    let mut known = Known::read(include_str!("known.toml"));
    hold(&rows(), &mut known);
    if crate::official_tools().is_some() {
        known.finish(&KINDS);
    }
}

/// One command goes with every test run; all of them in the soak.
#[test]
fn flags_of_all_commands_mean_the_same() {
    let mut known = Known::read(include_str!("known.toml"));
    let rows: Vec<Row> = rows_of_common_flags()
        .into_iter()
        .filter(|row| ["publish", "list-pacticipants"].contains(&row.command()[0]))
        .collect();
    hold(&rows, &mut known);
}

#[test]
#[ignore = "takes a minute; runs with `cargo xtask soak`"]
fn flags_of_all_commands_mean_the_same_in_each() {
    hold(&rows_of_common_flags(), &mut Known::read(include_str!("known.toml")));
}

/// Every flag that the official broker commands have stands in a row.
#[test]
fn every_flag_of_the_official_broker_commands_is_said_in_a_row() {
    let Some(modules) = crate::official_tools() else { return };
    let pact = crate::official_pact(&modules);
    let said: Vec<Row> = rows().into_iter().chain(rows_of_common_flags()).collect();
    let mut commands: Vec<Vec<&str>> = said.iter().map(Row::command).collect();
    commands.sort();
    commands.dedup();
    let missing = in_parallel(&commands, |command| {
        let asked = ["broker"].iter().chain(command).chain(&["--help"]);
        let help = Help::read(&Workspace::new().run(&pact, asked).expect_code(0).stdout);
        let of_command: Vec<&Row> = said.iter().filter(|row| row.command() == *command).collect();
        let is_said =
            |long: &str| of_command.iter().any(|row| row.words.iter().any(|word| word == &format!("--{long}")));
        let missing =
            help.flags.iter().filter(|flag| !["help", "version", "broker-base-url"].contains(&flag.long.as_str()));
        let missing = missing.filter(|flag| command != &["generate-uuid"] && !is_said(&flag.long));
        missing.map(|flag| format!("{} --{}", command.join(" "), flag.long)).collect::<Vec<_>>()
    });
    let missing = missing.concat();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(commands.len() >= 28, "{commands:?}");
}

/// Other spellings of a row: short forms, `--name=value`, underscores, and without the word `broker` before it.
#[test]
fn other_spellings_of_a_sample_of_rows_send_the_same() {
    spell_otherwise(8);
}

#[test]
#[ignore = "takes a minute; runs with `cargo xtask soak`"]
fn other_spellings_of_all_rows_send_the_same() {
    spell_otherwise(1);
}

/// Of each so many rows one.
fn spell_otherwise(one_of: usize) {
    let intact = Path::new(env!("CARGO_BIN_EXE_intact"));
    let seen = |outcome: &Outcome| {
        let questions = outcome.asked.iter().filter(|asked| asked.path == "/matrix").map(question).collect::<Vec<_>>();
        (outcome.output.code, writes(&outcome.asked), headers(&outcome.asked), questions)
    };
    let all = rows().into_iter().chain(rows_of_common_flags().into_iter().take(14));
    let rows: Vec<Row> = all.step_by(one_of).collect();
    let wrong = in_parallel(&rows, |row| {
        let expected = seen(&row.say(intact, &["broker"]));
        assert_ne!(expected.0, 101, "{}", row.text);
        let mut wrong = Vec::new();
        for (spelling, other) in spellings(row) {
            let before: &[&str] = if spelling == "alone" { &[] } else { &["broker"] };
            let outcome = other.say(intact, before);
            if seen(&outcome) != expected {
                let words = other.words.join(" ");
                wrong.push(format!(
                    "{spelling}: {words}\n  {:?}\n  but {expected:?}\n{}",
                    seen(&outcome),
                    outcome.output.stderr
                ));
            }
        }
        wrong
    });
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn spellings(row: &Row) -> Vec<(&'static str, Row)> {
    let with = |change: &dyn Fn(&str) -> Option<String>| {
        let mut other = row.clone();
        for word in other.words.iter_mut().filter(|word| word.starts_with("--")) {
            if let Some(by) = change(word) {
                *word = by;
            }
        }
        other
    };
    let underscores = with(&|word| Some(format!("--{}", word[2..].replace('-', "_"))));
    let has_none =
        |long: &str| [("get-pacts", "--latest"), ("can-i-deploy", "--tag")].contains(&(row.command()[0], long));
    let letter = |word: &str| SHORT.iter().find(|(long, _)| *long == word && !has_none(long));
    let short = with(&|word| letter(word).map(|(_, short)| (*short).to_owned()));
    let mut joined = row.clone();
    let mut at = 0;
    while at + 1 < joined.words.len() {
        let is_pair = joined.words[at].starts_with("--") && !joined.words[at + 1].starts_with('-');
        if is_pair && !FLAGS_WITHOUT_VALUE.contains(&joined.words[at].as_str()) {
            let value = joined.words.remove(at + 1);
            joined.words[at] = format!("{}={value}", joined.words[at]);
        }
        at += 1;
    }
    let mut all = vec![("alone", row.clone()), ("underscores", underscores), ("short", short), ("joined", joined)];
    all.retain(|(name, other)| *name == "alone" || other.words != row.words);
    all
}

/// Flags that a word may follow which is not theirs.
const FLAGS_WITHOUT_VALUE: [&str; 2] = ["--json", "--main-branch"];

const SHORT: [(&str, &str); 13] = [
    ("--consumer-app-version", "-a"),
    ("--auto-detect-version-properties", "-r"),
    ("--tag", "-t"),
    ("--output", "-o"),
    ("--pacticipant", "-a"),
    ("--version", "-e"),
    ("--latest", "-l"),
    ("--request", "-X"),
    ("--header", "-H"),
    ("--data", "-d"),
    ("--broker-username", "-u"),
    ("--broker-token", "-k"),
    ("--ssl-certificate", "-c"),
];
