//! The official verifier, pact-js and ours, with the contracts of our broker: which ones they are given, what fails the run, what
//! is sent to the broker, and which results are published.
//!
//! Each verifier has a broker of its own and each row a provider version and branch of its own, so that one row does not change
//! what is pending in the next. Afterwards every broker must know the same of each version.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::recording::Recording;
use super::scripted::Asked;
use super::words;
use crate::servers::wire::{plain, port_of, send};
use crate::support::{Output, Provider, RunningBroker, Workspace};

/// What is asked for, how the run ends, and how many contracts are verified.
struct Row {
    words: &'static str,
    code: i32,
    contracts: usize,
}

const fn row(words: &'static str, code: i32, contracts: usize) -> Row {
    Row { words, code, contracts }
}

/// `main` keeps its contract, `feat/x` has an interaction that the provider does not keep, and `legacy-service` is tagged.
const ROWS: [Row; 22] = [
    row("", 1, 2),
    row(r#"--consumer-version-selectors '{"mainBranch":true}'"#, 0, 1),
    row(r#"--consumer-version-selectors '{"branch":"main"}'"#, 0, 1),
    row(r#"--consumer-version-selectors '{"branch":"feat/x"}'"#, 1, 1),
    row(r#"--consumer-version-selectors '{"branch":"feat/x"}' --enable-pending"#, 0, 1),
    row(r#"--consumer-version-selectors '{"branch":"none","fallbackBranch":"main"}'"#, 0, 1),
    row(r#"--consumer-version-selectors '{"deployed":true}'"#, 0, 1),
    row(r#"--consumer-version-selectors '{"released":true}'"#, 0, 1),
    row(r#"--consumer-version-selectors '{"deployedOrReleased":true}'"#, 0, 2),
    row(r#"--consumer-version-selectors '{"environment":"production"}'"#, 0, 2),
    row(r#"--consumer-version-selectors '{"tag":"prod","latest":true}'"#, 0, 1),
    row(r#"--consumer-version-selectors '{"latest":true,"consumer":"legacy-service"}'"#, 0, 1),
    row(r#"--consumer-version-selectors '{"mainBranch":true}' --consumer-version-selectors '{"tag":"prod"}'"#, 0, 2),
    row("--consumer-version-tags prod", 0, 1),
    row("--consumer-version-tags prod,test", 0, 1),
    row(
        r#"--consumer-version-selectors '{"mainBranch":true}' --enable-pending --include-wip-pacts-since 2020-01-01"#,
        0,
        2,
    ),
    row(
        r#"--consumer-version-selectors '{"mainBranch":true}' --enable-pending --include-wip-pacts-since 2999-01-01"#,
        0,
        1,
    ),
    row(
        r#"--consumer-version-selectors '{"mainBranch":true}' --provider-tags a,b --build-url http://ci.example.org/1"#,
        0,
        1,
    ),
    row("--consumer-version-tags prod --filter-consumer legacy-service", 0, 1),
    row(r#"--consumer-version-selectors '{"branch":"none"}'"#, 1, 0),
    row(r#"--consumer-version-selectors '{"branch":"none"}' --ignore-no-pacts-error"#, 0, 0),
    row("--webhook-callback-url {broker}/pacts/provider/product-service/consumer/order-service/version/1", 0, 1),
];

/// A broker with contracts.
struct Scene {
    folder: Workspace,
    broker: RunningBroker,
    /// Where the verifier takes the broker to be.
    recording: Recording,
    provider: Provider,
}

impl Scene {
    fn new() -> Self {
        let folder = Workspace::new();
        let broker = folder.start_broker();
        let text = std::fs::read_to_string(crate::contract_of_our_dsl()).expect("the contract can be read");
        let kept: Value = serde_json::from_str(&text).expect("the contract is JSON");
        let mut more = kept.clone();
        let broken = [
            json!({
                "type": "Synchronous/HTTP", "description": "a request for what is not there",
                "request": { "method": "GET", "path": "/nothing" }, "response": { "status": 200 },
            }),
            json!({
                "type": "Synchronous/HTTP", "description": "a request for a product that has another name",
                "providerStates": [{ "name": "product 42 exists" }],
                "request": { "method": "GET", "path": "/products/42" },
                "response": {
                    "status": 200, "headers": { "Content-Type": ["application/json"], "X-Shelf": ["7"] },
                    "body": { "content": { "title": "a", "name": "b" }, "contentType": "application/json", "encoded": false },
                },
            }),
        ];
        more["interactions"].as_array_mut().expect("a list").extend(broken);
        let mut legacy = kept.clone();
        legacy["consumer"]["name"] = json!("legacy-service");
        for (name, contract) in [("kept.json", &kept), ("more.json", &more), ("legacy.json", &legacy)] {
            folder.file(name, &contract.to_string());
        }
        let recording = Recording::before(&broker.url);
        let this = Self { folder, broker, recording, provider: Provider::start() };
        for line in [
            "create-or-update-pacticipant --name order-service --main-branch main",
            "publish kept.json -a 1 --branch main",
            "publish more.json -a 2 --branch feat/x",
            "publish legacy.json -a 7 --tag prod",
            "record-deployment -a order-service -e 1 --environment production",
            "record-release -a legacy-service -e 7 --environment production",
        ] {
            let all = words(line).into_iter().chain(["-b".to_owned(), this.broker.url.clone()]);
            this.folder.intact(all).expect_code(0);
        }
        this
    }

    fn verify(&self, program: &Path, version: usize, more: &str) -> Output {
        let branch = format!("b{version}");
        let (states, port) = (self.provider.state_change_url(), self.provider.port());
        let mut all = words(&format!(
            "verifier --broker-url {} --provider-name product-service --hostname 127.0.0.1 --port {port} --state-change-url {states} \
             --publish --provider-version {version} --provider-branch {branch}",
            self.recording.url()
        ));
        all.extend(words(&more.replace("{broker}", &self.recording.url())));
        self.folder.run(program, all)
    }

    /// The same with pact-js.
    fn verify_with_js(&self, node: &Path, script: &Path, version: usize, more: &Value) -> Output {
        let mut options = json!({
            "provider": "product-service", "providerBaseUrl": self.provider.url(),
            "providerStatesSetupUrl": self.provider.state_change_url(), "pactBrokerUrl": self.broker.url,
            "publishVerificationResult": true, "providerVersion": version.to_string(),
            "providerVersionBranch": format!("b{version}"),
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            options[name] = value.clone();
        }
        self.folder.run(node, [script.display().to_string(), options.to_string()])
    }

    /// What the broker was asked to change, or to find by a document, since this was last asked.
    fn writes(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for write in self.recording.take().iter().filter(|asked| asked.writes()).map(written) {
            // They put branch and tags again with each result.
            if !(write.starts_with("PUT") && all.contains(&write)) {
                all.push(write);
            }
        }
        all
    }

    /// What the broker knows of a version of the provider: a line for each result, then branches and tags.
    fn known_of(&self, version: usize) -> (usize, String) {
        let get = |path: &str| -> Value {
            let body = send(port_of(&self.broker.url), &plain("GET", path)).body;
            serde_json::from_str(&body).unwrap_or(Value::String(body))
        };
        let question = format!("q[][pacticipant]=product-service&q[][version]={version}&latestby=cvpv");
        let mut results: Vec<String> = get(&format!("/matrix?{question}"))["matrix"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|row| row["verificationResult"].is_object())
            .map(|row| {
                let (consumer, success) = (&row["consumer"], &row["verificationResult"]["success"]);
                format!("{} {}: {success}", consumer["name"], consumer["version"]["number"])
            })
            .collect();
        results.sort();
        let count = results.len();
        let own = get(&format!("/pacticipants/product-service/versions/{version}"));
        let names =
            |of: &Value| -> Vec<Value> { of.as_array().into_iter().flatten().map(|one| one["name"].clone()).collect() };
        let (branches, tags) = (names(&own["_embedded"]["branchVersions"]), names(&own["_embedded"]["tags"]));
        let mut known = results.join("\n");
        _ = write!(known, "\nbranches {branches:?}, tags {tags:?}, build {}", own["buildUrl"]);
        (count, known)
    }
}

/// Method, path and document of a request, without the name of the tool and its own words for what does not match, which it says
/// in an order made by chance.
fn written(asked: &Asked) -> String {
    let mut body = asked.body.clone().unwrap_or_default();
    if let Some(members) = body.as_object_mut() {
        members.remove("verifiedBy");
    }
    for test in body.get_mut("testResults").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(mismatches) = test.get_mut("mismatches").and_then(Value::as_array_mut) {
            mismatches.iter_mut().filter_map(Value::as_object_mut).for_each(|one| _ = one.remove("description"));
            mismatches.sort_by_key(Value::to_string);
        }
    }
    format!("{} {} {body}", asked.method, asked.path)
}

#[test]
fn the_official_verifier_and_ours_verify_the_same_contracts_of_our_broker_and_publish_the_same_results() {
    let Some(modules) = crate::official_tools() else { return };
    let pact = crate::official_pact(&modules);
    let programs = [pact.as_path(), Path::new(env!("CARGO_BIN_EXE_intact"))];
    let found = super::in_parallel(&programs, |program| {
        let scene = Scene::new();
        let run = |(version, row): (usize, &Row)| {
            let output = scene.verify(program, version, row.words);
            (output, scene.known_of(version), scene.writes())
        };
        ROWS.iter().enumerate().map(run).collect::<Vec<_>>()
    });

    let mut wrong = Vec::new();
    for (row, (official, ours)) in ROWS.iter().zip(found[0].iter().zip(&found[1])) {
        for (who, (output, (contracts, known), _)) in [("official", official), ("ours", ours)] {
            if output.code != row.code || *contracts != row.contracts {
                let (stdout, stderr) = (&output.stdout, &output.stderr);
                let text = format!("exit {}, {contracts} contracts: {known}\n{stdout}{stderr}", output.code);
                wrong.push(format!("{who}: {:?} ends with {text}", row.words));
            }
        }
        if official.2 != ours.2 {
            let [official, ours] = [official, ours].map(|(_, _, writes)| writes.join("\n        "));
            wrong.push(format!("{:?}\n  they: {official}\n  ours: {ours}", row.words));
        }
        if official.1 != ours.1 {
            wrong.push(format!("{:?}\n  they: {}\n  ours: {}", row.words, official.1.1, ours.1.1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pact_js_verifies_the_contracts_of_our_broker_and_publishes_results() {
    let Some(modules) = crate::official_tools() else { return };
    let Some(node) = intact_tests::required(crate::find_node(), "node is not installed") else { return };
    let script = modules.with_file_name("verifier.mjs");
    let scene = Scene::new();
    let rows = [
        (json!({ "consumerVersionSelectors": [{ "mainBranch": true }] }), 0, 1),
        (json!({ "consumerVersionSelectors": [{ "branch": "feat/x" }] }), 1, 1),
        (json!({ "consumerVersionSelectors": [{ "branch": "feat/x" }], "enablePending": true }), 0, 1),
        (
            json!({
                "consumerVersionSelectors": [{ "mainBranch": true }], "enablePending": true,
                "includeWipPactsSince": "2020-01-01", "providerVersionTags": ["a"],
            }),
            0,
            3,
        ),
        (json!({ "consumerVersionTags": ["prod"] }), 0, 1),
    ];

    for (version, (options, code, contracts)) in rows.into_iter().enumerate() {
        let output = scene.verify_with_js(&node, &script, version, &options).expect_code(code);
        let (count, known) = scene.known_of(version);
        assert_eq!(count, contracts, "{options}: {known}\n{output:?}");
    }
}
