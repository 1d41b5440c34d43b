//! Development tasks.
//!
//! `cargo xtask check` runs what must hold before a change lands; `cargo xtask soak` runs the long suites; `cargo xtask fuzz
//! [--seconds N] [TARGET…]` runs the fuzz targets, each for so many seconds; `cargo xtask dist` makes the folder of which a package
//! of the binary is made.

mod dist;
mod fuzz;

use std::fmt::Write as _;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context as _, bail};

/// One command of a task: what is said about it, program, arguments, additional environment.
struct Step(&'static str, &'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

const CHECK: &[Step] = &[
    Step("formatting", "cargo", &["fmt", "--all", "--check"], &[]),
    Step("lints", "cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[]),
    Step("documentation", "cargo", &["doc", "--workspace", "--no-deps", "--quiet"], &[("RUSTDOCFLAGS", "-D warnings")]),
    Step("packages", "cargo", PACKAGE, &[]),
    Step("the newcomer's command", "cargo", &["run", "--", "demo"], &[]),
    Step(
        "a user's own crate, outside the workspace",
        "cargo",
        &["test", "--manifest-path", "tests/outside-workspace/Cargo.toml", "--target-dir", "target/outside-workspace"],
        &[],
    ),
    Step("all tests, as in the README", "cargo", &["test", "--workspace"], &[]),
];

/// Every library crate makes a package that is complete; building them from the packages is left to a release.
const PACKAGE: &[&str] = &[
    "package",
    "--quiet",
    "--allow-dirty",
    "--no-verify",
    "-p",
    "intact-pact-model",
    "-p",
    "intact-matching",
    "-p",
    "intact-mock-server",
    "-p",
    "intact-pact",
    "-p",
    "intact-broker-client",
    "-p",
    "intact-verifier",
    "-p",
    "intact-broker",
];

/// Everything that is too long for each change: property tests with many cases, documents of 100 MB, all trials against the
/// official tools, brokers killed many times. About an hour on two cores, and the fuzz targets after it; the numbers of cases
/// are what to turn.
const SOAK: &[Step] = &[
    Step(
        "building what is soaked",
        "cargo",
        &["test", "--release", "--no-run", "--tests", "-p", "intact-pact-model", "-p", "intact-matching"],
        &[],
    ),
    Step(
        "reading and writing: made-up pacts, any bytes, 100 MB",
        "cargo",
        &["test", "--release", "-p", "intact-pact-model", "--tests", "--", "--include-ignored"],
        &[("PROPTEST_CASES", "20000")],
    ),
    Step(
        "matching: against a second implementation, damaged pacts and bodies, 100 MB",
        "cargo",
        &["test", "--release", "-p", "intact-matching", "--tests", "--", "--include-ignored"],
        &[("PROPTEST_CASES", "100000")],
    ),
    Step(
        "can-i-deploy: against a second implementation, 10,000 histories",
        "cargo",
        &["test", "--release", "-p", "intact-broker", "--lib", "--", "a_second_implementation"],
        &[("PROPTEST_CASES", "10000")],
    ),
    Step(
        "the verdicts of the official verifier, the answers of the official stub and mock server",
        "cargo",
        &["test", "-p", "intact-cli", "--test", "interop", "--", "--ignored"],
        &[],
    ),
    Step(
        "the broker: killed while many publish, without its database, with receivers of webhooks that hang, as three replicas",
        "cargo",
        &["test", "-p", "intact-cli", "--test", "e2e", "--", "--include-ignored", "--skip", "schemathesis", "faults::"],
        &[("INTACT_FAULT_ROUNDS", "20")],
    ),
    Step(
        "the broker: every odd value in every place of its description",
        "cargo",
        &["test", "-p", "intact-tests", "--test", "hostile"],
        &[("INTACT_HOSTILE", "all")],
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first().map(|(task, rest)| (task.as_str(), rest)) {
        Some(("check", [])) => run(CHECK),
        Some(("soak", [])) => run(SOAK).and_then(|()| fuzz::run(&[])),
        Some(("fuzz", rest)) => fuzz::run(rest),
        Some(("dist", [])) => dist::run(),
        _ => {
            say("usage: cargo xtask check|soak|dist|fuzz [--seconds N] [TARGET…]");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs the steps up to the first that fails, and says at the end how long each took.
fn run(steps: &[Step]) -> anyhow::Result<()> {
    let mut summary = String::new();
    let began = Instant::now();
    let outcome = steps.iter().try_for_each(|step| {
        let started = Instant::now();
        let outcome = run_step(step);
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        let _ = write!(summary, "\n{:>6} s  {verdict:6}  {}", started.elapsed().as_secs(), step.0);
        outcome
    });
    say(&format!("── {} s in all{summary}", began.elapsed().as_secs()));
    outcome
}

fn run_step(Step(name, program, arguments, environment): &Step) -> anyhow::Result<()> {
    say(&format!("── {name}: {program} {}", arguments.join(" ")));
    let status = Command::new(program)
        .args(*arguments)
        .envs(environment.iter().copied())
        .status()
        .with_context(|| format!("{program} could not be started"))?;
    if !status.success() {
        bail!("{name} failed: {status}");
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a development task talks to its developer")]
fn say(text: &str) {
    eprintln!("{text}");
}
