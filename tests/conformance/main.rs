//! Runs the published cases of the Pact specification and our own ([`own`]), one test a case, and holds the examples of
//! real pact files against their own rules ([`real`]).
//!
//! The cases are read from `INTACT_PACT_SPEC_DIR` (default `../shared/pact-spec`). A case may fail only if
//! `known_failures.toml` lists it with a reason; a listed case that passes fails the run, so that the list stays true.

mod case;
mod own;
mod real;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use intact_tests::data_folder;
use libtest_mimic::{Arguments, Failed, Trial};

/// Path of a case relative to the folder of the cases → why it fails.
type KnownFailures = BTreeMap<String, String>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let known: KnownFailures =
        toml::from_str(include_str!("known_failures.toml")).expect("known_failures.toml is a table of texts");
    let (known_real, known) = known.into_iter().partition(|(name, _)| name.starts_with("real/"));
    let mut trials = match data_folder("INTACT_PACT_SPEC_DIR", "../shared/pact-spec") {
        Some(folder) => trials(&folder, known),
        None => Vec::new(),
    };
    trials.extend(own::trials());
    if let Some(folder) = data_folder("INTACT_REAL_PACTS_DIR", "../shared/real-pacts") {
        trials.extend(real::trials(&folder, known_real));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(folder: &Path, mut known: KnownFailures) -> Vec<Trial> {
    let mut trials: Vec<Trial> = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("the folder of the cases can be read").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path
                .strip_prefix(folder)
                .unwrap_or(&path)
                .display()
                .to_string()
                .replace('\\', "/")
                .replace("/testcases", "");
            let known_reason = known.remove(&name);
            Trial::test(name.clone(), move || judge(&case::run(&path, &name), known_reason.as_deref()))
        })
        .collect();
    assert!(!trials.is_empty(), "there are no cases in {}", folder.display());
    trials.extend(not_there(known));
    trials
}

/// What is listed but was not found: the list must stay true.
fn not_there(left: KnownFailures) -> impl Iterator<Item = Trial> {
    let failed = || Err(Failed::from("known_failures.toml lists a case that does not exist"));
    left.into_keys().map(move |name| Trial::test(name, failed))
}

fn judge(outcome: &Result<(), String>, known_reason: Option<&str>) -> Result<(), Failed> {
    match (outcome, known_reason) {
        (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
        (Err(why), None) => Err(Failed::from(why.as_str())),
        (Ok(()), Some(reason)) => {
            Err(Failed::from(format!("passes, but known_failures.toml says it does not: {reason}")))
        }
    }
}
