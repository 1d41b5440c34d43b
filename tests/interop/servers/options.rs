//! What the stubs of both do with their options, and with bodies that are large.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::Masters;
use super::requests::Request;
use super::wire::{Official, free_port, plain, port_of, send};
use crate::support::{RunningServer, Workspace};

/// Lamps in two states, and something else without one.
fn lamps() -> Value {
    let get = |description: &str, states: Value, path: &str, status: u16| {
        json!({
            "description": description, "providerStates": states,
            "request": { "method": "GET", "path": path }, "response": { "status": status },
        })
    };
    json!({
        "consumer": { "name": "C" }, "provider": { "name": "P" }, "metadata": { "pactSpecification": { "version": "3.0.0" } },
        "interactions": [
            get("lamps", json!([{ "name": "lamps are in stock" }]), "/lamps", 200),
            get("no lamps", json!([{ "name": "lamps are sold out" }, { "name": "it is night" }]), "/lamps", 410),
            get("any lamps", json!([]), "/lamps", 203),
            get("health", json!([]), "/health", 204),
            get("an owl", json!([{ "name": "it is night" }]), "/owl", 206),
        ],
    })
}

/// A stub of each tool with these options.
fn stubs(pact: &Path, workspace: &Workspace, file: &str, options: &[&str]) -> ((Official, RunningServer), [u16; 2]) {
    let port = free_port();
    let own_port = port.to_string();
    let theirs = [&["stub", "--port", &own_port, "--loglevel", "none", "--file", file], options].concat();
    let official = Official::start(pact, &theirs, port);
    let ours = workspace.start([&["stub", "--file", file], options].concat());
    let ports = [port, port_of(&ours.url)];
    ((official, ours), ports)
}

#[test]
fn provider_states_choose_the_same_interactions() {
    let Some(modules) = crate::official_tools() else { return };
    let pact = crate::official_pact(&modules);
    let workspace = Workspace::new();
    let file = workspace.file("lamps.json", &lamps().to_string()).display().to_string();
    let by_header = ["--provider-state-header-name", "X-State"];
    let mut statuses = BTreeMap::new();
    for options in [
        &[][..],
        &["--provider-state", "lamps"],
        &["--provider-state", "^it is night$"],
        &["-s", "in stock|night"],
        &["--provider-state", "lamps", "--empty-provider-state"],
        &["--provider-state", "of no interaction", "--empty-provider-state"],
        &by_header,
    ] {
        let (_servers, ports) = stubs(&pact, &workspace, &file, options);
        for path in ["/lamps", "/health", "/owl"] {
            for state in
                [None, Some("lamps are sold out"), Some("lamps are in stock"), Some("it is night"), Some("unheard of")]
            {
                let headers = state.map(|state| ("X-State".to_owned(), state.to_owned())).into_iter().collect();
                let request = Request { headers, ..plain("GET", path) };
                let both = ports.map(|port| send(port, &request).status);
                assert_eq!(both[0], both[1], "official and intact: {options:?}, {path} in state {state:?}");
                *statuses.entry(both[0]).or_insert(0) += 1;
            }
        }
    }
    // Ours serves nothing but what the filter lets through, and the header chooses among that; in the official stub, the header
    // replaces the filter.
    let (_servers, ports) = stubs(&pact, &workspace, &file, &[by_header[0], by_header[1], "--provider-state", "lamps"]);
    let at_night = Request { headers: vec![("X-State".into(), "it is night".into())], ..plain("GET", "/owl") };
    assert_eq!(ports.map(|port| send(port, &at_night).status), [206, 404]);
    // The official stub would answer every request with 404.
    let none = workspace.intact(["stub", "--file", &file, "-s", "of no interaction"]).expect_code(2).stderr;
    assert!(none.contains("no HTTP interaction has a provider state"), "{none}");
    let seen: Vec<u16> = statuses.into_keys().collect();
    assert_eq!(seen, [200, 203, 204, 206, 404, 410], "each interaction answered once, and none");
}

#[test]
fn a_pact_is_fetched_from_a_server_with_any_certificate_if_that_is_wanted() {
    let Some(modules) = crate::official_tools() else { return };
    let pact = crate::official_pact(&modules);
    let workspace = Workspace::new();
    let response = json!({ "status": 200, "headers": { "Content-Type": "application/json" }, "body": lamps() });
    let server_of_pacts = json!({
        "consumer": { "name": "C" }, "provider": { "name": "P" }, "metadata": { "pactSpecification": { "version": "3.0.0" } },
        "interactions": [{ "description": "a pact", "request": { "method": "GET", "path": "/pact.json" }, "response": response }],
    });
    let file = workspace.file("server.json", &server_of_pacts.to_string()).display().to_string();
    let master = workspace.start(["mock", "start", "-o", "pacts", "-p", "0"]);
    let master = port_of(&master.url).to_string();
    let created = workspace.intact(["mock", "create", "-f", &file, "--tls", "-p", &master]).expect_code(0).stdout;
    let secure = created.split_whitespace().last().expect("the port stands at the end");
    let url = format!("https://localhost:{secure}/pact.json");

    for program in [pact.as_path(), Path::new(env!("CARGO_BIN_EXE_intact"))] {
        let port = free_port();
        let own = port.to_string();
        let arguments = ["stub", "--url", &url, "--port", &own, "--loglevel", "none", "--insecure-tls"];
        let _stub = Official::start(program, &arguments, port);
        assert_eq!(send(port, &plain("GET", "/owl")).status, 206, "{}", program.display());
        let strict = workspace.run(program, &arguments[..arguments.len() - 1]);
        assert_ne!(strict.code, 0, "{}: {strict:?}", program.display());
    }
}

/// 2 MB, there and back.
#[test]
fn large_bodies_are_taken_and_given_as_the_official_servers_do() {
    let Some(modules) = crate::official_tools() else { return };
    let large = |letter: &str| json!({ "lines": vec![letter.repeat(1_000); 2_000] });
    let contract = json!({
        "consumer": { "name": "C" }, "provider": { "name": "P" }, "metadata": { "pactSpecification": { "version": "3.0.0" } },
        "interactions": [{
            "description": "much",
            "request": {
                "method": "POST", "path": "/much", "headers": { "Content-Type": "application/json" }, "body": large("a"),
                "matchingRules": { "body": { "$.lines[*]": { "matchers": [{ "match": "type" }] } } },
            },
            "response": { "status": 200, "headers": { "Content-Type": "application/json" }, "body": large("b") },
        }],
    })
    .to_string();
    let workspace = Workspace::new();
    let file = workspace.file("much.json", &contract).display().to_string();
    let pact = crate::official_pact(&modules);
    let (_servers, stubs) = stubs(&pact, &workspace, &file, &[]);
    let masters = Masters::start(&pact);
    let mocks = masters.create(&contract);
    for (name, ports) in [("stub", stubs), ("mock", mocks.map(|(port, _)| port))] {
        for (body, chunked, right) in
            [(large("a"), false, true), (large("c"), true, true), (json!({ "lines": [large("a")] }), false, false)]
        {
            let request = Request {
                headers: vec![("Content-Type".into(), "application/json".into())],
                body: Some(body.to_string().into_bytes()),
                chunked,
                ..plain("POST", "/much")
            };
            let [theirs, own] = ports.map(|port| send(port, &request));
            assert_eq!(theirs.status, own.status, "{name}");
            assert_eq!(own.status == 200, right, "{name}");
            assert!(!right || theirs == own && own.body.len() > 2_000_000, "{name}: {} bytes", own.body.len());
        }
    }
}
