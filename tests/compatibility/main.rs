//! Runs the Pact compatibility suite: Gherkin scenarios that say how every implementation behaves.
//!
//! The suite is read from `INTACT_COMPATIBILITY_SUITE_DIR` (default `../shared/compatibility-suite`). Its steps drive the public
//! API of our crates and talk to mock servers over HTTP, as users do. A scenario may fail only if `known_failures.toml` lists it
//! with a reason; a listed scenario that passes fails the run, so that the list stays true. A step without code, or with
//! two candidates, fails its scenario.
//!
//! Words on the command line run only scenarios whose name (`V1/http_consumer: Request with headers`) contains one of them.
//!
//! | Part | What is in it |
//! |---|---|
//! | [`suite`] | what a scenario has defined and seen up to now |
//! | [`fixture`], [`table`] | bodies, rules and interactions as the feature files write them |
//! | [`written`] | pact files as plain JSON |
//! | [`provider`], [`broker`] | the other side of a verification |
//! | [`steps`] | what the sentences mean |
//! | [`outcomes`] | which scenarios passed |

mod broker;
mod fixture;
mod outcomes;
mod provider;
mod steps;
mod suite;
mod table;
mod written;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cucumber::World as _;
use cucumber::gherkin::{Feature, Scenario};
use intact_pact_model::SpecVersion;
use intact_tests::data_folder;

use self::outcomes::{KnownFailures, Outcomes};
use self::suite::Suite;

fn main() -> ExitCode {
    let Some(folder) = data_folder("INTACT_COMPATIBILITY_SUITE_DIR", "../shared/compatibility-suite") else {
        return Outcomes::default().judge(KnownFailures::new(), true);
    };
    fixture::read_from(folder.join("fixtures"));
    let known: KnownFailures =
        toml::from_str(include_str!("known_failures.toml")).expect("known_failures.toml is a table of texts");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let outcomes = runtime.block_on(run(folder.join("features"), wanted.clone()));
    outcomes.judge(known, !wanted.is_empty())
}

async fn run(features: PathBuf, wanted: Vec<String>) -> Outcomes {
    Suite::cucumber()
        .with_writer(Outcomes::default())
        .with_default_cli()
        .max_concurrent_scenarios(8)
        .before(|feature, _, _, suite| {
            suite.version = version_of(feature);
            Box::pin(async {})
        })
        .filter_run(features, move |feature, _, scenario| {
            let name = name_of(feature, scenario);
            wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()))
        })
        .await
}

/// `V1/http_consumer: Request with headers`
fn name_of(feature: &Feature, scenario: &Scenario) -> String {
    format!("{}: {}", feature_name(feature), scenario.name)
}

/// `V1/http_consumer`
fn feature_name(feature: &Feature) -> String {
    let path = feature.path.as_deref().unwrap_or(Path::new(&feature.name));
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    format!("{}/{}", folder.display(), Path::new(path.file_stem().unwrap_or_default()).display())
}

/// The folder of a feature is the version of the specification it is about.
fn version_of(feature: &Feature) -> SpecVersion {
    let name = feature_name(feature);
    name.split('/').next().and_then(SpecVersion::parse).unwrap_or_else(|| panic!("{name} is in no version's folder"))
}
