//! The same requests to the official servers and to ours.
//!
//! Requests are made from the contracts in `servers/`, one for each version of the specification: each interaction's own, and
//! that with one thing changed: a part dropped, added or of another kind, other methods, other paths. Statuses, the headers that
//! clients look at, and the bodies of contract answers must be the same; the bodies of refusals are not compared, since ours
//! explain. Where an answer differs on purpose, `servers/known.toml` says why; an entry that fits an equal answer, or none, is an
//! error too.

pub(crate) mod requests;
pub(crate) mod wire;

use std::path::Path;

use serde_json::Value;

use crate::known::Known;
use crate::support::{RunningServer, Workspace};
use crate::verdicts::contract::{Kind, Version};
use crate::verdicts::of_chance;
use requests::Request;
use wire::{Answer, Official, free_port, plain, port_of, send};

/// One contract for each version of the specification.
const CONTRACTS: [&str; 3] =
    [include_str!("servers/v2.json"), include_str!("servers/v3.json"), include_str!("servers/v4.json")];
const KNOWN: &str = include_str!("servers/known.toml");

#[test]
fn the_stub_answers_as_the_official_one() {
    let Some(modules) = super::official_tools() else { return };
    let workspace = Workspace::new();
    let files = contract_files(&workspace);
    let files: Vec<&str> = files.iter().flat_map(|file| ["--file", file]).collect();
    let port = free_port();
    let number = port.to_string();
    let arguments = [&["stub", "--port", &number, "--loglevel", "none"], files.as_slice()].concat();
    let _official = Official::start(&super::official_pact(&modules), &arguments, port);
    let ours = workspace.start(["stub"].iter().chain(&files));

    let ours = port_of(&ours.url);
    compare(
        "stub",
        |_| (port, ours),
        |answer| {
            // Ours explains why nothing answers, which makes it a document with a type.
            if answer.status == 404 {
                answer.headers.remove("content-type");
                answer.headers.remove("x-pact");
                answer.body.clear();
            }
        },
    );
}

/// The masters of mock servers of both tools.
struct Masters {
    official: u16,
    ours: u16,
    _processes: (Official, RunningServer),
    /// The folder that both write to.
    _folder: Workspace,
}

impl Masters {
    fn start(official: &Path) -> Self {
        let workspace = Workspace::new();
        let port = free_port();
        let output = workspace.path().display().to_string();
        let arguments = ["mock", "start", "-o", &output, "-p", &port.to_string(), "--server-key", "K", "--no-file-log"];
        let theirs = Official::start(official, &arguments, port);
        let ours = workspace.start(["mock", "start", "-o", "pacts", "-p", "0", "--server-key", "K"]);
        Self { official: port, ours: port_of(&ours.url), _processes: (theirs, ours), _folder: workspace }
    }

    /// Creates a mock server by each: port and id.
    fn create(&self, contract: &str) -> [(u16, String); 2] {
        [self.official, self.ours].map(|master| {
            let request = Request {
                query: vec![("cors".into(), "true".into())],
                headers: vec![("Content-Type".into(), "application/json".into())],
                body: Some(contract.as_bytes().to_vec()),
                ..plain("POST", "/")
            };
            let answer = send(master, &request);
            let created: Value = serde_json::from_str(&answer.body).expect("a JSON answer");
            let port = created["mockServer"]["port"].as_u64().and_then(|port| port.try_into().ok()).expect("a port");
            (port, created["mockServer"]["id"].as_str().expect("an id").to_owned())
        })
    }
}

#[test]
fn the_mock_answers_as_the_official_one_and_is_controlled_in_the_same_way() {
    let Some(modules) = super::official_tools() else { return };
    let official = super::official_pact(&modules);
    let masters = Masters::start(&official);
    let servers = CONTRACTS.map(|contract| masters.create(contract));

    compare(
        "mock",
        |contract| (servers[contract][0].0, servers[contract][1].0),
        |answer| {
            if answer.status == 500 {
                answer.body.clear();
            }
        },
    );

    // What the control API says of all this: the same kinds and numbers of problems, requests and paths.
    let state = |master: u16, id: &str| -> Value {
        let path = format!("/mockserver/{id}/verify");
        let answer = send(master, &plain("POST", &path));
        assert_eq!(answer.status, 422, "{answer:?}");
        let mut state: Value = serde_json::from_str(&answer.body).expect("a JSON answer");
        let server = state["mockServer"].as_object_mut().expect("the server's state");
        for changing in ["id", "port", "address", "metrics"] {
            assert!(server.remove(changing).is_some(), "{changing} is missing in {server:?}");
        }
        state["mockServer"].take()
    };
    for [(_, their_id), (_, our_id)] in &servers {
        assert_eq!(state(masters.official, their_id), state(masters.ours, our_id));
        for (master, id) in [(masters.official, their_id), (masters.ours, our_id)] {
            assert_eq!(send(master, &plain("DELETE", &format!("/mockserver/{id}"))).status, 204);
            assert_eq!(send(master, &plain("GET", &format!("/mockserver/{id}"))).status, 404);
            assert_eq!(send(master, &plain("POST", "/shutdown")).status, 403);
        }
    }
}

/// Requests with bodies and rules that a die chose, and with faults: both servers take them, or both do not.
#[test]
fn the_mock_takes_and_refuses_bodies_by_chance_as_the_official_one() {
    let Some(modules) = super::official_tools() else { return };
    let masters = Masters::start(&super::official_pact(&modules));
    let mut drawn = of_chance::drawn();
    drawn.truncate(100);
    let mut known = Known::read(KNOWN);
    let (mut taken, mut refused, mut unknown) = (0, 0, Vec::new());
    for version in Version::ALL {
        let of_version: Vec<_> = drawn.iter().enumerate().filter(|(_, drawn)| drawn.version == version).collect();
        // The official server compares each request with every interaction.
        for chunk in of_version.chunks(10) {
            let interactions: Vec<Value> = chunk.iter().map(|(at, drawn)| asking(*at, drawn)).collect();
            let contract = serde_json::json!({
                "consumer": { "name": "asker" }, "provider": { "name": "teller" }, "interactions": interactions,
                "metadata": { "pactSpecification": { "version": format!("{}.0.0", version.number()) } },
            });
            let [(official, _), (ours, _)] = masters.create(&contract.to_string());
            for (at, drawn) in chunk {
                let example = ("as expected".to_owned(), String::from_utf8_lossy(&drawn.expected.body.bytes()).into());
                for (what, body) in std::iter::once(&example).chain(&drawn.faults) {
                    let content_type = drawn.expected.content_type.clone().unwrap_or_default();
                    let request = Request {
                        name: format!("by chance {at}, V{}: {what}", version.number()),
                        headers: vec![("Content-Type".into(), content_type)],
                        body: Some(body.clone().into_bytes()),
                        ..plain("POST", &format!("/chance/{at}"))
                    };
                    let (theirs, own) = (send(official, &request).status, send(ours, &request));
                    if own.status < 300 {
                        taken += 1;
                    } else {
                        refused += 1;
                    }
                    if theirs == own.status {
                        known.is_equal(&["mock"], &request.name);
                    } else if !known.covers("mock", &request.name) {
                        let asked = asking(*at, drawn);
                        unknown.push(format!(
                            "\n{}\n  official {theirs}, intact {own:?}\n  sent {body}\n  {asked}",
                            request.name
                        ));
                    }
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{} of {} differ:{}", unknown.len(), taken + refused, unknown.concat());
    assert!(taken > 100 && refused > 100, "{taken} taken, {refused} refused");
}

/// An interaction that expects what was drawn in its request.
fn asking(at: usize, drawn: &of_chance::Drawn) -> Value {
    let mut interaction = drawn.expected.interaction(Kind::Response, drawn.version, &format!("by chance {at}"), "/");
    let mut request = interaction["response"].take();
    request["method"] = "POST".into();
    request["path"] = format!("/chance/{at}").into();
    request.as_object_mut().expect("an object").remove("status");
    interaction["request"] = request;
    interaction["response"] = serde_json::json!({ "status": 202 });
    interaction
}

/// `create`, `list`, `verify`, `shutdown` and `shutdown-master` of each tool, with the master of each.
#[test]
fn the_mock_commands_of_both_drive_the_masters_of_both() {
    let Some(modules) = super::official_tools() else { return };
    let official = super::official_pact(&modules);
    let intact = Path::new(env!("CARGO_BIN_EXE_intact"));
    let pact = r#"{"consumer": {"name": "C"}, "provider": {"name": "P"}, "metadata": {"pactSpecification": {"version": "3.0.0"}},
        "interactions": [{"description": "one", "request": {"method": "GET", "path": "/one"}, "response": {"status": 203}}]}"#;
    for (master_is, client_is) in
        [("official", "official"), ("official", "ours"), ("ours", "official"), ("ours", "ours")]
    {
        let workspace = Workspace::new();
        let file = workspace.file("pact.json", pact).display().to_string();
        let port = free_port().to_string();
        let master = if master_is == "official" { official.as_path() } else { intact };
        let start =
            ["mock", "start", "-o", "pacts", "-p", &port, "--server-key", "K", "--no-file-log", "--loglevel", "none"];
        std::fs::create_dir_all(workspace.path().join("pacts")).expect("a folder can be made");
        let _master = Official::start_in(workspace.path(), master, &start, port.parse().expect("a port"));
        let client = if client_is == "official" { official.as_path() } else { intact };
        let mock = |words: &[&str], code: i32| {
            let words: Vec<_> = ["mock"]
                .iter()
                .chain(words)
                .chain(&["-p", &port, "-h", "127.0.0.1", "--loglevel", "none"])
                .copied()
                .collect();
            let output = workspace.run(client, words);
            assert_eq!(output.code, code, "{client_is} commands, {master_is} master: {output:?}");
            output.stdout
        };
        // "Mock server <id> started on port <port>"
        let created = |text: String| -> (String, String) {
            let words: Vec<&str> = text.split_whitespace().skip_while(|word| *word != "server").collect();
            let [_, id, "started", "on", "port", port] = words[..] else { panic!("{client_is}: {text}") };
            (id.to_owned(), port.to_owned())
        };

        let (id, server) = created(mock(&["create", "-f", &file, "--cors-preflight", "--specification", "V3"], 0));
        let list = mock(&["list"], 0);
        assert!(list.contains(&id) && list.contains(&server), "{list}");
        mock(&["verify", "-m", &server], 2);
        assert_eq!(send(server.parse().expect("a port"), &plain("GET", "/one")).status, 203);
        assert_eq!(send(server.parse().expect("a port"), &plain("OPTIONS", "/one")).status, 204);
        mock(&["verify", "-i", &id], 0);
        assert!(workspace.path().join("pacts/C-P.json").is_file(), "{client_is} commands, {master_is} master");
        mock(&["shutdown", "-i", &id], 0);
        mock(&["shutdown", "-m", &server], 3);

        let (_, secure) = created(mock(&["create", "-f", &file, "--tls"], 0));
        let over_tls =
            ["-f", &file, "-h", "localhost", "-p", &secure, "--transport", "https", "--disable-ssl-verification"];
        // The official server of TLS listens on a port that it does not tell, or on none.
        if master_is == "ours" {
            workspace.run(&official, ["verifier"].iter().chain(&over_tls)).expect_code(0);
            workspace.intact(["verify"].iter().chain(&over_tls)).expect_code(0);
        }
        mock(&["shutdown", "-m", &secure], 0);
        mock(&["shutdown-master", "--server-key", "wrong"], 30);
        mock(&["shutdown-master", "--server-key", "K"], 0);
    }
}

fn contract_files(workspace: &Workspace) -> Vec<String> {
    let file = |(at, text): (usize, &&str)| workspace.file(&format!("contract-{at}.json"), text).display().to_string();
    CONTRACTS.iter().enumerate().map(file).collect()
}

/// Sends all requests to both servers of each contract, and fails if an answer differs that is not known to, or is known to and
/// does not.
fn compare(kind: &str, servers: impl Fn(usize) -> (u16, u16), normalise: impl Fn(&mut Answer)) {
    let mut known = Known::read(KNOWN);
    let mut unknown = Vec::new();
    let mut sent = 0;
    for (at, contract) in CONTRACTS.iter().enumerate() {
        let (official, ours) = servers(at);
        for request in requests::of_contract(contract) {
            sent += 1;
            let (mut theirs, mut own) = (send(official, &request), send(ours, &request));
            normalise(&mut theirs);
            normalise(&mut own);
            if theirs == own {
                known.is_equal(&[kind], &request.name);
            } else if !known.covers(kind, &request.name) {
                unknown.push(format!("\n{}\n  official: {theirs:?}\n  intact:   {own:?}", request.name));
            }
        }
    }
    assert!(sent > 500, "{sent} requests are too few");
    assert!(unknown.is_empty(), "{} of {sent} answers of the {kind} differ:{}", unknown.len(), unknown.concat());
    known.finish(&[kind]);
}
