//! What both verifiers send: requests of every version of the specification, state changes, questions for messages.
//!
//! Requests are compared as a server understands them: percent-encoding, the order of parameters and the spelling of JSON do
//! not count. Differences on purpose are in `sent.toml`.

use std::fmt::Write as _;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::known::Known;
use crate::support::Workspace;

const KNOWN: &str = include_str!("sent.toml");
const PATHS: [&str; 24] = [
    "/", "/a b", "/a%20b", "/a+b", "/ü", "/%C3%BC", "/%c3%bc", "/a%2Fb", "/a//b", "/a/", "/a:b", "/a;b=1", "/@a",
    "/a%3Fb", "/100%25", "/a[0]", "/{a}", "/a'b", "/a\"b", "/a%23b", "/a|b", "/~a", "/a\\b", "no/slash",
];
type Values = &'static [(&'static str, &'static [&'static str])];
/// As text of versions 1 and 2, and as values of later ones.
const QUERIES: [(&str, Values); 18] = [
    ("a=1", &[("a", &["1"])]),
    ("b=2&a=1", &[("b", &["2"]), ("a", &["1"])]),
    ("a=1&b=x&a=2", &[("a", &["1", "2"]), ("b", &["x"])]),
    ("a=x%20y", &[("a", &["x y"])]),
    ("a=x%2By", &[("a", &["x+y"])]),
    ("a=x+y", &[("a", &["x y"])]),
    ("a=", &[("a", &[""])]),
    ("a=%C3%BC", &[("a", &["ü"])]),
    ("a=x%26y", &[("a", &["x&y"])]),
    ("a=!*()~-._", &[("a", &["!*()~-._"])]),
    ("a=/x:y", &[("a", &["/x:y"])]),
    ("a[]=1&a[]=2", &[("a[]", &["1", "2"])]),
    ("a%20b=1", &[("a b", &["1"])]),
    ("a=x=y", &[("a", &["x=y"])]),
    ("a='x'", &[("a", &["'x'"])]),
    ("a=100%25", &[("a", &["100%"])]),
    ("a={\"b\":[1]}", &[("a", &["{\"b\":[1]}"])]),
    ("", &[("a", &[])]),
];
const HEADERS: [&[(&str, &str)]; 18] = [
    &[("X-A", "1")],
    &[("x-a", "1")],
    &[("X-A", "1, 2")],
    &[("X-A", "\"a, b\"")],
    &[("X-A", "ü")],
    &[("X-A", "")],
    &[("X-B", "1"), ("X-A", "2")],
    &[("Accept", "text/plain")],
    &[("Accept", "text/plain;q=0.5, application/json")],
    &[("Host", "shop.example")],
    &[("User-Agent", "me")],
    &[("Accept-Encoding", "br")],
    &[("Cookie", "a=1; b=2")],
    &[("Authorization", "Basic YTpi")],
    &[("If-Modified-Since", "Thu, 29 Feb 2024 10:30:00 GMT")],
    &[("Content-Type", "application/json")],
    &[("TE", "trailers")],
    &[("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")],
];
/// Content types with contents as JSON.
const BODIES: [(&str, &str); 13] = [
    ("application/json", r#"{"b": 1, "a": [1.0, null, "ü"]}"#),
    ("application/json;charset=utf-8", r#"{"a": 1}"#),
    ("application/json", r#""text""#),
    ("application/json", "5"),
    ("application/json", "null"),
    ("application/json", "false"),
    ("application/json", r#""""#),
    ("application/vnd.shop+json", r#"{"a": 1}"#),
    ("text/plain", r#""hello ü\n""#),
    ("text/plain", r#""""#),
    ("text/plain", r#"{"a": 1}"#),
    ("application/x-www-form-urlencoded", r#""a=1&b=x+y""#),
    ("application/xml", r#""<?xml version=\"1.0\"?><a/>""#),
];
const STATES: [&str; 5] = [
    r#"[{"name": "one"}]"#,
    r#"[{"name": "one"}, {"name": "two ü & more"}]"#,
    r#"[{"name": "with parameters", "params": {"text": "a b", "number": 7, "list": [1, {"x": null}], "none": null, "yes": true}}]"#,
    r#"[{"name": ""}]"#,
    "[]",
];

#[test]
fn both_verifiers_send_the_same() {
    let Some(modules) = super::super::official_tools() else { return };
    let official = super::super::official_pact(&modules);
    let workspace = Workspace::new();
    let recorder = Recorder::start();
    let mut known = Known::read(KNOWN);
    let mut unknown = String::new();
    let mut compared = 0;
    for version in 1..=4 {
        for form in ["body", "query"] {
            let pact = pact(version);
            let file = workspace.file(&format!("v{version}.json"), &pact.to_string()).display().to_string();
            let [theirs, ours] =
                [Some(&*official), None].map(|official| recorder.run(&workspace, official, &file, form == "query"));
            let names: std::collections::BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
            for name in names {
                let told = format!("{name}, V{version}, states as {form}");
                compared += 1;
                if theirs.get(name) == ours.get(name) {
                    known.is_equal(&["sent"], &told);
                } else if !known.covers("sent", &told) {
                    let (theirs, ours) = (theirs.get(name), ours.get(name));
                    let _ = write!(unknown, "\n{told}\n  official {theirs:?}\n  intact   {ours:?}");
                }
            }
        }
    }
    assert!(unknown.is_empty(), "of {compared} requests these differ:{unknown}");
    assert!(compared > 500, "{compared} requests are too few");
    known.finish(&["sent"]);
}

/// A pact with all requests that its version can say.
fn pact(version: u8) -> Value {
    let mut requests = Vec::new();
    for path in PATHS {
        requests.push((format!("path {path}"), json!({ "path": path })));
    }
    for method in ["get", "POST", "PATCH", "DELETE", "PURGE"] {
        requests.push((format!("method {method}"), json!({ "method": method })));
    }
    for (text, values) in QUERIES {
        let values: Map<String, Value> =
            values.iter().map(|(name, values)| ((*name).to_owned(), json!(values))).collect();
        let query = if version < 3 { json!(text) } else { Value::Object(values) };
        requests.push((format!("query {text}"), json!({ "query": query })));
    }
    for headers in HEADERS {
        requests.push((format!("headers {headers:?}"), json!({ "headers": headers_of(version, headers) })));
    }
    for (content_type, contents) in BODIES {
        let contents: Value = serde_json::from_str(contents).expect("JSON");
        let body = match version {
            4 => json!({ "content": contents, "contentType": content_type, "encoded": false }),
            _ => contents.clone(),
        };
        let headers = headers_of(version, &[("Content-Type", content_type)]);
        let name = format!("body {content_type} {contents}");
        requests.push((format!("{name}, typed"), json!({ "method": "POST", "headers": headers, "body": body })));
        requests.push((name, json!({ "method": "POST", "body": body })));
    }
    let mut interactions: Vec<Value> = Vec::new();
    let mut messages = Vec::new();
    for (at, (name, mut request)) in requests.into_iter().enumerate() {
        let own = json!({ "method": "GET", "path": "/x" });
        for (member, value) in own.as_object().expect("an object") {
            request.as_object_mut().expect("an object").entry(member.clone()).or_insert_with(|| value.clone());
        }
        let mut headers = request["headers"].as_object().cloned().unwrap_or_default();
        headers.extend(headers_of(version, &[("X-Case", &name.escape_default().to_string())]));
        request["headers"] = Value::Object(headers);
        let mut interaction = json!({ "description": name, "request": request, "response": { "status": 200 } });
        let states: Value = serde_json::from_str(STATES[at % STATES.len()]).expect("JSON");
        if version < 3 {
            interaction["providerState"] = states[0]["name"].clone();
        } else {
            interaction["providerStates"] = states.clone();
        }
        if version == 4 {
            interaction["type"] = json!("Synchronous/HTTP");
            if at < STATES.len() {
                messages.push(json!({
                    "type": "Asynchronous/Messages", "description": format!("message {at}"), "providerStates": states,
                    "contents": { "content": "hi", "contentType": "text/plain", "encoded": false },
                }));
            }
        }
        interactions.push(interaction);
    }
    interactions.extend(messages);
    json!({
        "consumer": { "name": "asker" }, "provider": { "name": "teller" }, "interactions": interactions,
        "metadata": { "pactSpecification": { "version": format!("{version}.0.0") } },
    })
}

fn headers_of(version: u8, headers: &[(&str, &str)]) -> Map<String, Value> {
    let value = |value: &str| if version == 4 { json!([value]) } else { json!(value) };
    headers.iter().map(|(name, text)| ((*name).to_owned(), value(text))).collect()
}

/// A provider that notes what it is asked.
struct Recorder {
    port: u16,
    seen: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
}

impl Recorder {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let seen = Arc::<Mutex<BTreeMap<String, Vec<String>>>>::default();
        let noted = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let noted = noted.clone();
                std::thread::spawn(move || {
                    let (name, sent) = read(&stream)?;
                    noted.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default().push(sent);
                    let mut stream = &stream;
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nhi").ok()
                });
            }
        });
        Self { port, seen }
    }

    /// What a verifier sends of the pact, by the names of the requests.
    fn run(
        &self,
        workspace: &Workspace,
        official: Option<&Path>,
        file: &str,
        states_as_query: bool,
    ) -> BTreeMap<String, Vec<String>> {
        let port = self.port.to_string();
        let (states, messages) = (format!("http://127.0.0.1:{port}/states"), format!("message:{port}/messages"));
        let arguments =
            ["-f", file, "-n", "teller", "-h", "127.0.0.1", "-p", &port, "-s", &states, "--transports", &messages];
        let mut arguments = arguments.to_vec();
        arguments.extend(["--state-change-teardown", "-H", "X-Custom=1", "-l", "error", "--no-colour"]);
        arguments.extend(states_as_query.then_some("--state-change-as-query"));
        match official {
            Some(pact) => workspace.run(pact, ["verifier"].iter().chain(&arguments)),
            None => workspace.intact(["verify"].iter().chain(&arguments)),
        };
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The name of a request, and what it means.
fn read(stream: &TcpStream) -> Option<(String, String)> {
    // What belongs to the connection, or to whoever sends.
    const OF_THE_CLIENT: [&str; 3] = ["connection", "content-length", "x-case"];
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut headers, mut length, mut name) = (BTreeMap::<String, Vec<String>>::new(), 0, None);
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).ok()?;
        let line = String::from_utf8_lossy(&line);
        let Some((header, value)) = line.trim_end().split_once(':') else { break };
        let (header, value) = (header.to_ascii_lowercase(), value.trim());
        let added = match header.as_str() {
            "content-length" => {
                length = value.parse().ok()?;
                true
            }
            "x-case" => {
                name = Some(value.to_owned());
                true
            }
            "user-agent" => value.starts_with("pact") || value.starts_with("intact/"),
            "accept-encoding" => value.starts_with("gzip"),
            "host" => value.starts_with("127."),
            // The one of the contract is told from one that is made by chance.
            "traceparent" => !value.contains("0af7651916cd43dd8448eb211c80319c"),
            _ => false,
        };
        if !added && !OF_THE_CLIENT.contains(&header.as_str()) {
            headers.entry(header).or_default().push(value.to_owned());
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(path, query)| (path, Some(query)));
    // An encoded slash is none.
    let path = path.replace("%2F", "%252F").replace("%2f", "%252F");
    let path = percent_decode_str(&path).decode_utf8_lossy().into_owned();
    let query = query.map(|query| {
        let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        pairs.sort_by(|one, other| one.0.cmp(&other.0));
        pairs
    });
    let document: Option<Value> = serde_json::from_slice(&body).ok();
    let described = document.as_ref().and_then(|document| document["description"].as_str()).map(str::to_owned);
    let body = document.map_or_else(|| String::from_utf8_lossy(&body).into_owned(), |document| document.to_string());
    let headers: Vec<_> = headers.into_iter().map(|(name, values)| format!("{name}: {}", values.join(", "))).collect();
    let name = name.or(described).unwrap_or_else(|| path.clone());
    Some((name, format!("{method} {path} {query:?} {headers:?} {body}")))
}
