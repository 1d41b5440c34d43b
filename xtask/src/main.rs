//! Development tasks.
//!
//! `cargo xtask check` runs what must hold before a change lands; `cargo xtask soak` runs the long suites.

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

const SOAK: &[Step] = &[Step(
    "property tests with many cases, and the tests that take long",
    "cargo",
    &[
        "test",
        "--release",
        "-p",
        "intact-pact-model",
        "-p",
        "intact-matching",
        "-p",
        "intact-broker",
        "--",
        "--include-ignored",
    ],
    &[("PROPTEST_CASES", "20000")],
)];

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let steps = match task.as_deref() {
        Some("check") => CHECK,
        Some("soak") => SOAK,
        _ => {
            say("usage: cargo xtask check|soak");
            return ExitCode::from(2);
        }
    };
    match run(steps) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(steps: &[Step]) -> anyhow::Result<()> {
    for Step(name, program, arguments, environment) in steps {
        say(&format!("── {name}: {program} {}", arguments.join(" ")));
        let started = Instant::now();
        let status = Command::new(program)
            .args(*arguments)
            .envs(environment.iter().copied())
            .status()
            .with_context(|| format!("{program} could not be started"))?;
        if !status.success() {
            bail!("{name} failed: {status}");
        }
        say(&format!("── {name}: ok after {:.0?}", started.elapsed()));
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a development task talks to its developer")]
fn say(text: &str) {
    eprintln!("{text}");
}
