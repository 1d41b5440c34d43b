//! The same few hundred requests to the official servers and to ours.
//!
//! Requests are made from the contract in `servers.json`: each interaction's own, and that with one thing changed: a part
//! dropped, added or of another kind, other methods, other paths. Statuses, the headers that clients look at, and the bodies of
//! contract answers must be the same; the bodies of refusals are not compared, since ours explain. Where an answer differs on
//! purpose, `known_differences.toml` says why; an entry that is no longer needed is an error too.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::Workspace;

const CONTRACT: &str = include_str!("servers.json");
const KNOWN: &str = include_str!("known_differences.toml");
/// How long a server of the official tool may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
struct Request {
    name: String,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// The part of an answer that must be the same.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

#[test]
fn the_stub_answers_as_the_official_one() {
    let Some(modules) = super::official_tools() else { return };
    let workspace = Workspace::new();
    let contract = workspace.file("contract.json", CONTRACT).display().to_string();
    let port = free_port();
    let _official = Official::start(
        &super::official_pact(&modules),
        &["stub", "--file", &contract, "--port", &port.to_string(), "--loglevel", "none"],
        port,
    );
    let ours = workspace.start(["stub", "--file", &contract]);

    compare("stub", port, port_of(&ours.url), |answer| {
        // Ours explains why nothing answers, which makes it a document with a type.
        if answer.status == 404 {
            answer.headers.remove("content-type");
            answer.headers.remove("x-pact");
            answer.body.clear();
        }
    });
}

#[test]
fn the_mock_answers_as_the_official_one_and_is_controlled_in_the_same_way() {
    let Some(modules) = super::official_tools() else { return };
    let workspace = Workspace::new();
    let port = free_port();
    let output = workspace.path().display().to_string();
    let official = super::official_pact(&modules);
    let arguments = ["mock", "start", "-o", &output, "-p", &port.to_string(), "--server-key", "K", "--no-file-log"];
    let _official = Official::start(&official, &arguments, port);
    let ours = workspace.start(["mock", "start", "-o", "pacts", "-p", "0", "--server-key", "K"]);
    let our_port = port_of(&ours.url);
    let create = |master: u16| -> (u16, String) {
        let request = Request {
            name: "create".into(),
            method: "POST".into(),
            path: "/".into(),
            query: vec![("cors".into(), "true".into())],
            headers: vec![("Content-Type".into(), "application/json".into())],
            body: Some(CONTRACT.to_owned()),
        };
        let answer = send(master, &request);
        let created: Value = serde_json::from_str(&answer.body).expect("a JSON answer");
        let port = created["mockServer"]["port"].as_u64().and_then(|port| port.try_into().ok()).expect("a port");
        (port, created["mockServer"]["id"].as_str().expect("an id").to_owned())
    };
    let (theirs, their_id) = create(port);
    let (our_mock, our_id) = create(our_port);

    compare("mock", theirs, our_mock, |answer| {
        if answer.status == 500 {
            answer.body.clear();
        }
    });

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
    assert_eq!(state(port, &their_id), state(our_port, &our_id));
    for (master, id) in [(port, &their_id), (our_port, &our_id)] {
        assert_eq!(send(master, &plain("DELETE", &format!("/mockserver/{id}"))).status, 204);
        assert_eq!(send(master, &plain("GET", &format!("/mockserver/{id}"))).status, 404);
        assert_eq!(send(master, &plain("POST", "/shutdown")).status, 403);
    }
    // Our commands drive the official master, and the official commands ours.
    let list =
        |program: &Path, port: u16| workspace.run(program, ["mock", "list", "-p", &port.to_string()]).expect_code(0);
    let intact = Path::new(env!("CARGO_BIN_EXE_intact"));
    for output in [list(intact, port), list(&official, our_port)] {
        assert!(output.stdout.contains("Mock Server Id"), "{output:?}");
    }
}

/// Sends all requests to both, and fails if an answer differs that is not known to, or is known to and does not.
fn compare(kind: &str, official: u16, ours: u16, normalise: impl Fn(&mut Answer)) {
    let known: toml::Table = KNOWN.parse().expect("known_differences.toml is TOML");
    let known: BTreeSet<String> =
        known.get(kind).and_then(toml::Value::as_table).into_iter().flat_map(|table| table.keys().cloned()).collect();
    let requests = requests();
    assert!(requests.len() > 200, "{} requests are too few", requests.len());
    let mut differing = BTreeSet::new();
    let mut unknown = Vec::new();
    for request in &requests {
        let (mut theirs, mut own) = (send(official, request), send(ours, request));
        normalise(&mut theirs);
        normalise(&mut own);
        if theirs != own {
            if !known.contains(&request.name) {
                unknown.push(format!("\n{}\n  official: {theirs:?}\n  intact:   {own:?}", request.name));
            }
            differing.insert(request.name.clone());
        }
    }
    assert!(unknown.is_empty(), "answers of the {kind} differ ({} requests):{}", requests.len(), unknown.concat());
    let stale: Vec<_> = known.difference(&differing).collect();
    assert!(stale.is_empty(), "these no longer differ; remove them from known_differences.toml: {stale:?}");
}

/// Each interaction's request, and what becomes of it when one thing is changed.
fn requests() -> Vec<Request> {
    let contract: Value = serde_json::from_str(CONTRACT).expect("the contract is JSON");
    let interactions = contract["interactions"].as_array().expect("a list");
    interactions.iter().flat_map(|interaction| variations(&request_of(interaction))).collect()
}

fn request_of(interaction: &Value) -> Request {
    let request = &interaction["request"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let members = |name: &str| request[name].as_object().into_iter().flatten();
    let query = members("query").flat_map(|(name, values)| {
        values
            .as_array()
            .into_iter()
            .flatten()
            .map(|value| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
    });
    let body = match &request["body"] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        json => Some(json.to_string()),
    };
    Request {
        name: text(&interaction["description"]),
        method: text(&request["method"]),
        path: text(&request["path"]),
        query: query.collect(),
        headers: members("headers").map(|(name, value)| (name.clone(), text(value))).collect(),
        body,
    }
}

fn variations(base: &Request) -> Vec<Request> {
    let mut all = vec![base.clone()];
    let mut with = |what: String, change: &dyn Fn(&mut Request)| {
        let mut changed = base.clone();
        changed.name = format!("{}: {what}", base.name);
        change(&mut changed);
        all.push(changed);
    };
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
        if method != base.method {
            with(format!("method {method}"), &|request| method.clone_into(&mut request.method));
        }
    }
    for (what, path) in [
        ("path with more", format!("{}/more", base.path)),
        ("path with a slash", format!("{}/", base.path)),
        ("path in capitals", base.path.to_uppercase()),
        ("path encoded", base.path.replace('o', "%6F")),
        ("path of nothing", "/nothing".to_owned()),
    ] {
        with(what.to_owned(), &|request| request.path.clone_from(&path));
    }
    with("query added".to_owned(), &|request| request.query.push(("added".into(), "1".into())));
    for at in 0..base.query.len() {
        with(format!("query {at} dropped"), &|request| _ = request.query.remove(at));
        with(format!("query {at} changed"), &|request| "other".clone_into(&mut request.query[at].1));
        with(format!("query {at} a number"), &|request| "77".clone_into(&mut request.query[at].1));
    }
    if base.query.len() > 1 {
        with("query reversed".to_owned(), &|request| request.query.reverse());
    }
    with("header added".to_owned(), &|request| request.headers.push(("X-Added".into(), "1".into())));
    for at in 0..base.headers.len() {
        with(format!("header {at} dropped"), &|request| _ = request.headers.remove(at));
        with(format!("header {at} changed"), &|request| "text/other".clone_into(&mut request.headers[at].1));
        with(format!("header {at} in capitals"), &|request| request.headers[at].0.make_ascii_uppercase());
        with(format!("header {at} with charset"), &|request| request.headers[at].1 += "; charset=utf-8");
    }
    if let Some(body) = &base.body {
        with("body dropped".to_owned(), &|request| request.body = None);
        with("body broken".to_owned(), &|request| request.body = Some("{".to_owned()));
        with("body other text".to_owned(), &|request| request.body = Some("other".to_owned()));
        if let Ok(json) = serde_json::from_str::<Value>(body) {
            for (what, changed) in changed_documents(&json) {
                with(format!("body {what}"), &|request| request.body = Some(changed.to_string()));
            }
        }
    }
    all
}

/// The document with one thing changed.
fn changed_documents(document: &Value) -> Vec<(String, Value)> {
    let mut all = vec![
        ("null".to_owned(), Value::Null),
        ("empty array".to_owned(), json!([])),
        ("empty object".to_owned(), json!({})),
        ("a string".to_owned(), json!("x")),
    ];
    let Some(object) = document.as_object() else {
        if let Some(items) = document.as_array() {
            all.push(("longer".to_owned(), Value::Array(items.iter().cloned().chain([json!(3)]).collect())));
            all.push(("shorter".to_owned(), Value::Array(items[1..].to_vec())));
            all.push(("reversed".to_owned(), Value::Array(items.iter().rev().cloned().collect())));
        }
        return all;
    };
    let mut more = object.clone();
    more.insert("added".to_owned(), json!(1));
    all.push(("field added".to_owned(), Value::Object(more)));
    for name in object.keys() {
        let mut less = object.clone();
        less.remove(name);
        all.push((format!("without {name}"), Value::Object(less)));
        for other in
            [json!("text"), json!("ZZ-9"), json!(8), json!(8.5), json!(false), Value::Null, json!([]), json!({})]
        {
            let mut changed = object.clone();
            let what = format!("{name} is {other}");
            changed.insert(name.clone(), other);
            all.push((what, Value::Object(changed)));
        }
    }
    all
}

fn plain(method: &str, path: &str) -> Request {
    Request {
        name: path.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: None,
    }
}

fn send(port: u16, request: &Request) -> Answer {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let body = request.body.as_deref().unwrap_or_default();
    let mut lines = vec![format!("{} {}{query} HTTP/1.1", request.method, request.path)];
    lines.extend(["Host: localhost".to_owned(), "Connection: close".to_owned()]);
    lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(request.body.iter().map(|body| format!("Content-Length: {}", body.len())));
    let text = format!("{}\r\n\r\n{body}", lines.join("\r\n"));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit can be set");
    stream.write_all(text.as_bytes()).expect("the request can be sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the answer can be read");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    // Those of the connection say nothing about the contract.
    let of_connection = ["date", "connection", "content-length", "transfer-encoding"];
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if !of_connection.contains(&name) {
            let values = headers.entry(name.to_owned()).or_default();
            *values += if values.is_empty() { "" } else { ", " };
            *values += value;
        }
    }
    Answer { status, headers, body: body.to_owned() }
}

fn port_of(url: &str) -> u16 {
    url.rsplit(':').next().and_then(|port| port.trim_end_matches(')').parse().ok()).expect("a port")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// A server of the official tool; it is ended when this is dropped.
struct Official(Child);

impl Official {
    fn start(program: &Path, arguments: &[&str], port: u16) -> Self {
        let process = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut this = Self(process.expect("the official tool can be started"));
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = this.0.try_wait().expect("its state is known");
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "the official server does not listen: {ended:?}");
            std::thread::yield_now();
        }
        this
    }
}

impl Drop for Official {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
