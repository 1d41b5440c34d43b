//! The same requests to the official servers and to ours.
//!
//! Requests are made from the contracts in `servers/`, of each version of the specification: each interaction's own, and that
//! with one thing changed: a part dropped, added or of another kind, other methods, other paths. Statuses, the headers that
//! clients look at, and the bodies of contract answers must be the same; the bodies of refusals are not compared, since ours
//! explain. Where an answer differs on purpose, `servers/known.toml` says why; an entry that fits an equal answer, or none, is an
//! error too.
//!
//! With every test run go one in [`SAMPLE`] of the requests; all of them with `--include-ignored`.

pub(crate) mod comparison;
mod options;
pub(crate) mod requests;
pub(crate) mod wire;

use std::cell::Cell;
use std::path::Path;

use serde_json::Value;

use crate::support::{RunningServer, Workspace};
use crate::verdicts::contract::Version;
use crate::verdicts::of_chance;
use comparison::{Comparison, Sender, known};
use requests::Request;
use wire::{Official, free_port, plain, port_of, send};

/// Contracts of each version of the specification.
const CONTRACTS: [&str; 7] = [
    include_str!("servers/v1.json"),
    include_str!("servers/v2.json"),
    include_str!("servers/v2-more.json"),
    include_str!("servers/v3.json"),
    include_str!("servers/v3-more.json"),
    include_str!("servers/v4.json"),
    include_str!("servers/v4-more.json"),
];
/// One in so many requests goes with every test run.
pub(crate) const SAMPLE: usize = 8;

/// Requests byte by byte, one of so many.
fn raw(one_of: usize) -> Sender<'static> {
    let send_all = &|ports: [u16; 2], pairs: &[[Request; 2]]| {
        pairs.iter().map(|pair| [0, 1].map(|at| send(ports[at], &pair[at]))).collect()
    };
    Sender { send: send_all, one_of, tidies: false }
}

#[test]
fn the_stub_answers_a_sample_of_requests_as_the_official_one() {
    stub_answers(SAMPLE);
}

#[test]
#[ignore = "takes minutes; runs with `cargo xtask soak`"]
fn the_stub_answers_all_requests_as_the_official_one() {
    stub_answers(1);
}

fn stub_answers(one_of: usize) {
    let Some(modules) = super::official_tools() else { return };
    let sent = compare_stubs(&modules, &raw(one_of));
    assert!(sent > 4000 / one_of, "{sent} requests are too few");
}

/// The contracts in pieces: the official servers take long for each request if there are many interactions.
fn pieces() -> Vec<String> {
    let mut pieces = Vec::new();
    for contract in CONTRACTS {
        let contract: Value = serde_json::from_str(contract).expect("the contract is JSON");
        for interactions in contract["interactions"].as_array().expect("a list").chunks(10) {
            let mut piece = contract.clone();
            piece["interactions"] = interactions.into();
            pieces.push(piece.to_string());
        }
    }
    pieces
}

/// Compares stub servers of both tools, and says how many requests were sent.
pub(crate) fn compare_stubs(modules: &Path, sender: &Sender<'_>) -> usize {
    let mut comparison = Comparison::new("stub", sender);
    for piece in pieces() {
        let workspace = Workspace::new();
        let file = workspace.file("contract.json", &piece).display().to_string();
        let port = free_port();
        let arguments = ["stub", "--port", &port.to_string(), "--loglevel", "none", "--file", &file];
        let _official = Official::start(&super::official_pact(modules), &arguments, port);
        let ours = workspace.start(["stub", "--file", &file]);
        comparison.of(&piece, [port, port_of(&ours.url)], |answer| {
            // Ours explains why nothing answers, which makes it a document with a type.
            if answer.status == 404 && answer.headers.remove("x-pact").is_some() {
                answer.headers.remove("content-type");
                answer.body.clear();
            }
        });
    }
    comparison.finish()
}

/// The masters of mock servers of both tools.
pub(crate) struct Masters {
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
fn the_mock_answers_a_sample_of_requests_as_the_official_one_and_is_controlled_in_the_same_way() {
    mock_answers(SAMPLE);
}

#[test]
#[ignore = "takes minutes; runs with `cargo xtask soak`"]
fn the_mock_answers_all_requests_as_the_official_one_and_is_controlled_in_the_same_way() {
    mock_answers(1);
}

/// Instead of a status: the official server's control API sometimes closes a connection without an answer.
const HUNG_UP: u16 = 0;

fn mock_answers(one_of: usize) {
    let Some(modules) = super::official_tools() else { return };
    // What the control API says of all this: the same kinds and numbers of problems, requests and paths.
    let state = |master: u16, id: &str| -> Option<Value> {
        let path = format!("/mockserver/{id}/verify");
        let answer = send(master, &plain("POST", &path));
        if answer.status == HUNG_UP {
            return None;
        }
        assert_eq!(answer.status, 422, "{answer:?}");
        let mut state: Value = serde_json::from_str(&answer.body).expect("a JSON answer");
        let server = state["mockServer"].as_object_mut().expect("the server's state");
        for changing in ["id", "port", "address", "metrics"] {
            assert!(server.remove(changing).is_some(), "{changing} is missing in {server:?}");
        }
        Some(state["mockServer"].take())
    };
    let compared = Cell::new(0);
    let sent = compare_mocks(&modules, &raw(one_of), |masters, [their_id, our_id]| {
        let own = state(masters.ours, our_id).expect("an answer");
        if let Some(theirs) = state(masters.official, their_id) {
            assert_eq!(theirs, own);
            compared.set(compared.get() + 1);
        }
        let ended = |master: u16, id: &str| {
            let server = format!("/mockserver/{id}");
            let asked = [plain("DELETE", &server), plain("GET", &server), plain("POST", "/shutdown")];
            asked.map(|request| send(master, &request).status)
        };
        assert_eq!(ended(masters.ours, our_id), [204, 404, 403]);
        let theirs = ended(masters.official, their_id);
        assert!(theirs == [204, 404, 403] || theirs.contains(&HUNG_UP), "the official one answers {theirs:?}");
    });
    assert!(compared.get() > 5, "{} states were compared", compared.get());
    assert!(sent > 4000 / one_of, "{sent} requests are too few");
}

/// Compares mock servers of both tools, calls `then` with the ids of each two, and says how many requests were sent.
pub(crate) fn compare_mocks(modules: &Path, sender: &Sender<'_>, then: impl Fn(&Masters, [&str; 2])) -> usize {
    let masters = Masters::start(&super::official_pact(modules));
    let mut comparison = Comparison::new("mock", sender);
    for piece in pieces() {
        let [(official, their_id), (ours, our_id)] = masters.create(&piece);
        comparison.of(&piece, [official, ours], |answer| {
            if answer.status == 500 && answer.headers.contains_key("x-pact") {
                answer.body.clear();
            }
        });
        then(&masters, [&their_id, &our_id]);
    }
    comparison.finish()
}

/// Requests with bodies and rules that a die chose, and with faults: both servers take them, or both do not.
#[test]
fn the_mock_takes_and_refuses_some_bodies_by_chance_as_the_official_one() {
    mock_takes_by_chance(25);
}

#[test]
#[ignore = "takes minutes; runs with `cargo xtask soak`"]
fn the_mock_takes_and_refuses_many_bodies_by_chance_as_the_official_one() {
    mock_takes_by_chance(200);
}

fn mock_takes_by_chance(bodies: usize) {
    let Some(modules) = super::official_tools() else { return };
    let masters = Masters::start(&super::official_pact(&modules));
    let mut drawn = of_chance::drawn();
    drawn.truncate(bodies);
    let mut known = known();
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
    assert!(taken >= bodies && refused >= bodies, "{taken} taken, {refused} refused");
}

/// An interaction that expects what was drawn in its request.
fn asking(at: usize, drawn: &of_chance::Drawn) -> Value {
    drawn.expected.asking(drawn.version, &format!("by chance {at}"), &format!("/chance/{at}"))
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
            let mut output = workspace.run(client, &words);
            // The official server's control API sometimes closes a connection without an answer; then ours ends with 10.
            for _ in 0..3 {
                if master_is == "official" && [10, 40].contains(&output.code) {
                    output = workspace.run(client, &words);
                }
            }
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
