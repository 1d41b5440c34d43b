//! The official tools against ours: their command line with our broker, their verifier with our pact files, our verifier with theirs.
//!
//! The official tools come from npm (`npm ci --prefix tests/interop`).

mod clients;
mod command_line;
mod known;
mod servers;
#[path = "../support/mod.rs"]
mod support;
mod variations;
mod verdicts;
mod written;

use std::path::{Path, PathBuf};

use support::{Provider, Workspace};

/// The folder that npm installed the official tools into.
fn official_tools() -> Option<PathBuf> {
    let modules = intact_tests::repository().join("tests/interop/node_modules");
    let folder = modules.join("@pact-foundation").is_dir().then_some(modules);
    intact_tests::required(folder, "the official Pact tools are not installed (npm ci --prefix tests/interop)")
}

/// The official `pact` binary.
fn official_pact(modules: &Path) -> PathBuf {
    let scope = modules.join("@pact-foundation");
    let platform = std::fs::read_dir(&scope)
        .expect("the packages can be listed")
        .filter_map(Result::ok)
        .map(|package| package.path().join("standalone").join(format!("pact{}", std::env::consts::EXE_SUFFIX)))
        .find(|binary| binary.is_file());
    platform.unwrap_or_else(|| panic!("there is no `pact` binary below {}", scope.display()))
}

/// The contract that the DSL wrote for the order service, as it is kept in the repository.
fn contract_of_our_dsl() -> String {
    intact_tests::repository().join("examples/pacts/order-service-product-service.json").display().to_string()
}

#[test]
fn the_official_command_line_drives_our_broker_and_verifies_our_pact() {
    let Some(modules) = official_tools() else { return };
    let pact = official_pact(&modules);
    let workspace = Workspace::new();
    let broker = workspace.start_broker();
    let provider = Provider::start();
    let official = |arguments: &[&str]| workspace.run(&pact, arguments);
    let verify = |version: &str| {
        official(&[
            "verifier",
            "--broker-url",
            &broker.url,
            "--provider-name",
            "product-service",
            "--hostname",
            "127.0.0.1",
            "--port",
            &provider.port(),
            "--state-change-url",
            &provider.state_change_url(),
            "--consumer-version-selectors",
            r#"{"mainBranch": true}"#,
            "--enable-pending",
            "--publish",
            "--provider-version",
            version,
            "--provider-branch",
            "main",
        ])
    };
    let can_i_deploy = |application: &str, version: &str| {
        official(&[
            "broker",
            "can-i-deploy",
            "--pacticipant",
            application,
            "--version",
            version,
            "--to-environment",
            "production",
            "--broker-base-url",
            &broker.url,
        ])
    };

    let published = official(&[
        "broker",
        "publish",
        &contract_of_our_dsl(),
        "--consumer-app-version",
        "1.0.0",
        "--branch",
        "main",
        "--broker-base-url",
        &broker.url,
    ])
    .expect_code(0);
    assert!(published.stdout.contains("successfully published"), "{published:?}");

    verify("2.0.0").expect_code(0);
    for (application, version) in [("product-service", "2.0.0"), ("order-service", "1.0.0")] {
        can_i_deploy(application, version).expect_code(0);
        let recorded = official(&[
            "broker",
            "record-deployment",
            "--pacticipant",
            application,
            "--version",
            version,
            "--environment",
            "production",
            "--broker-base-url",
            &broker.url,
        ])
        .expect_code(0);
        assert!(recorded.stdout.contains("Recorded deployment"), "{recorded:?}");
    }

    provider.break_contract();
    verify("2.1.0").expect_code(1);
    let no = can_i_deploy("product-service", "2.1.0").expect_code(1);
    assert!(no.stdout.contains("Computer says no"), "{no:?}");
}

#[test]
fn the_official_verifier_accepts_the_pact_file_that_our_dsl_wrote() {
    let Some(modules) = official_tools() else { return };
    let workspace = Workspace::new();
    let provider = Provider::start();

    let verified = workspace
        .run(
            &official_pact(&modules),
            [
                "verifier",
                "--file",
                &contract_of_our_dsl(),
                "--provider-name",
                "product-service",
                "--hostname",
                "127.0.0.1",
                "--port",
                &provider.port(),
                "--state-change-url",
                &provider.state_change_url(),
            ],
        )
        .expect_code(0);

    assert!(!verified.stdout.contains("FAILED"), "{verified:?}");
}

#[test]
fn our_verifier_accepts_a_pact_that_pact_js_wrote_and_refuses_a_provider_that_breaks_it() {
    let Some(modules) = official_tools() else { return };
    let Some(node) = intact_tests::required(find_node(), "node is not installed") else { return };
    let workspace = Workspace::new();
    let provider = Provider::start();
    let script = modules.with_file_name("consumer.mjs");
    let pacts = workspace.path().join("pacts");
    workspace.run(&node, [script.as_os_str(), pacts.as_os_str()]).expect_code(0);
    let verify = || {
        workspace.intact([
            "verify",
            "--dir",
            &pacts.display().to_string(),
            "--provider-name",
            "product-service",
            "--hostname",
            "127.0.0.1",
            "--port",
            &provider.port(),
            "--state-change-url",
            &provider.state_change_url(),
        ])
    };

    verify().expect_code(0);
    provider.break_contract();
    let refused = verify().expect_code(1);

    assert!(refused.stdout.contains("$.price"), "{refused:?}");
}

fn find_node() -> Option<PathBuf> {
    let name = format!("node{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(&name)).find(|path| path.is_file())
}
