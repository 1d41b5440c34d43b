//! The pipelines of `examples/pipelines`, with the official command line in the place of ours.

use std::path::Path;

use crate::support::pipelines::{Tools, tell};

fn told(tools: impl for<'a> Fn(&'a Path, &'a Path) -> Tools<'a>) {
    let Some(modules) = crate::official_tools() else { return };
    tell(tools(Path::new(env!("CARGO_BIN_EXE_intact")), &crate::official_pact(&modules)));
}

#[test]
fn ours_publishes_the_official_one_verifies_and_ours_deploys() {
    told(|ours, official| Tools { consumer: ours, provider: official, deployment: ours });
}

#[test]
fn the_official_one_publishes_ours_verifies_and_the_official_one_deploys() {
    told(|ours, official| Tools { consumer: official, provider: ours, deployment: official });
}

#[test]
fn all_scripts_run_with_the_official_command_line() {
    told(|_, official| Tools { consumer: official, provider: official, deployment: official });
}
