//! Pacts that our DSL wrote, in the hands of the official tools.
//!
//! The contracts of [`contracts`] are run as consumers run them, their requests sent by a plain client. The files that this
//! leaves are verified by the official verifier, by that of pact-js and by that of pact-python, and by ours, against a provider
//! whose answers are not the examples; and refused by each when it breaks them.

mod contracts;
mod provider;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::servers::requests;
use crate::servers::wire::send;
use crate::support::{Output, Workspace};
use provider::Provider;

/// Runs all contracts, and gives the folder of the files and how many interactions each has.
fn write(workspace: &Workspace) -> (PathBuf, BTreeMap<String, usize>) {
    let folder = workspace.path().join("pacts");
    for contract in [contracts::http_v4(&folder), contracts::http_v3(&folder), contracts::http_v2(&folder)] {
        let pact = contract.pact().unwrap_or_else(|error| panic!("{error}"));
        let written = pact.write(pact.version).expect("a pact of its version").to_string();
        contract.test_blocking(|server| {
            let port = server.url().rsplit(':').next().and_then(|port| port.parse().ok()).ok_or("a port")?;
            for request in requests::as_written(&written) {
                let answer = send(port, &request);
                assert_ne!(answer.status, 500, "{}: {answer:?}", request.name);
            }
            Ok(())
        });
    }
    for contract in [contracts::messages_v4(&folder), contracts::messages_v3(&folder)] {
        contract.handle_blocking(|message| if message.contents().is_empty() { Err("no contents")? } else { Ok(()) });
    }
    contracts::exchanges(&folder).exchange_blocking(|exchange| {
        let sent = exchange.request().contents().to_vec();
        exchange.respond_to(&sent)?;
        Ok(())
    });
    let mut interactions = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).expect("the folder of the pacts") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let pact: Value = serde_json::from_slice(&std::fs::read(&path).expect("a file")).expect("JSON");
            let list = pact["interactions"].as_array().or_else(|| pact["messages"].as_array()).expect("a list");
            interactions.insert(path.display().to_string(), list.len());
        }
    }
    (folder, interactions)
}

/// What the verifier says of each interaction of a file.
fn results(report: &Path) -> BTreeMap<String, bool> {
    let text = std::fs::read_to_string(report).unwrap_or_else(|error| panic!("{}: {error}", report.display()));
    let report: Value = serde_json::from_str(&text).expect("the report is JSON");
    let results = report["interactionResults"].as_array().expect("results of the interactions");
    results
        .iter()
        .map(|one| (one["description"].as_str().unwrap_or_default().to_owned(), one["result"] == "OK"))
        .collect()
}

#[test]
fn the_official_verifier_and_ours_accept_pacts_of_every_kind_that_our_dsl_wrote() {
    let Some(modules) = super::official_tools() else { return };
    let official = super::official_pact(&modules);
    let workspace = Workspace::new();
    let (_, files) = write(&workspace);
    assert!(files.values().sum::<usize>() >= 40, "{files:?}");
    let provider = Provider::start();
    let verify = |program: Option<&Path>, file: &str| -> (Output, BTreeMap<String, bool>) {
        let port = provider.port.to_string();
        let (messages, states) = (format!("message:{port}/_messages"), format!("http://127.0.0.1:{port}/_states"));
        let report = workspace.path().join("report.json");
        let words = ["-f", file, "-n", "everything-service", "-h", "127.0.0.1", "-p", &port, "--transports", &messages];
        let words = words.iter().copied().chain(["-s", &states, "-j", report.to_str().expect("a path"), "--no-colour"]);
        let output = match program {
            Some(program) => workspace.run(program, ["verifier"].into_iter().chain(words)),
            None => workspace.intact(["verify"].into_iter().chain(words)),
        };
        (output, results(&report))
    };
    for program in [Some(official.as_path()), None] {
        for (file, count) in &files {
            let (output, results) = verify(program, file);
            assert_eq!(results.len(), *count, "{output:?}");
            output.expect_code(0);
        }
    }

    provider.break_everything();
    for program in [Some(official.as_path()), None] {
        for (file, count) in &files {
            let (output, results) = verify(program, file);
            let accepted: Vec<_> = results.iter().filter(|(_, accepted)| **accepted).collect();
            assert!(accepted.is_empty() && results.len() == *count, "broken, but {accepted:?} of {file} are accepted");
            output.expect_code(1);
        }
    }
}

#[test]
fn pact_js_verifies_what_our_dsl_wrote() {
    let Some(modules) = super::official_tools() else { return };
    let Some(node) = intact_tests::required(super::find_node(), "node is not installed") else { return };
    verifies(&node, &modules.with_file_name("provider.mjs"));
}

#[test]
fn pact_python_verifies_what_our_dsl_wrote() {
    let folder = intact_tests::repository().join("tests/interop");
    let python = folder.join(".venv/bin/python");
    if !python.is_file() {
        use std::io::Write as _;
        let text = "skipped: pact-python is not installed (python3 -m venv tests/interop/.venv && \
                    tests/interop/.venv/bin/pip install -r tests/interop/requirements.txt)";
        let _ = writeln!(std::io::stderr(), "{text}");
        return;
    }
    verifies(&python, &folder.join("provider.py"));
}

/// A script of another language, which is given the provider's port and the files, ends with 0 if the files are verified.
fn verifies(interpreter: &Path, script: &Path) {
    let workspace = Workspace::new();
    let (_, files) = write(&workspace);
    let provider = Provider::start();
    let port = provider.port.to_string();
    let run = || {
        let words = [script.to_str().expect("a path"), &port].into_iter().chain(files.keys().map(String::as_str));
        workspace.run(interpreter, words)
    };
    run().expect_code(0);
    provider.break_everything();
    run().expect_code(1);
}
