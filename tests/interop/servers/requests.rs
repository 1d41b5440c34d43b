//! The requests: each interaction's own, and that with one thing changed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::variations;

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    /// Whether the body is sent in chunks, without saying how long it is.
    pub(crate) chunked: bool,
    /// The path as the contract has it, if this one has it encoded. To ours that is the same.
    pub(crate) path_of_contract: Option<String>,
}

impl Request {
    /// What the official server must be sent to understand the same: it does not decode paths.
    pub(crate) fn for_official(&self) -> Self {
        Self { path: self.path_of_contract.as_ref().unwrap_or(&self.path).clone(), ..self.clone() }
    }

    /// Is there a header in several lines?
    pub(crate) fn repeats_a_header(&self) -> bool {
        let is_again = |(at, (name, _)): (usize, &(String, String))| {
            self.headers[..at].iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
        };
        self.headers.iter().enumerate().any(is_again)
    }

    /// Path and query.
    pub(crate) fn target(&self) -> String {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }
}

/// The requests of a contract as they stand there.
pub(crate) fn as_written(contract: &str) -> Vec<Request> {
    let contract: Value = serde_json::from_str(contract).expect("the contract is JSON");
    http(&contract).map(request_of).collect()
}

fn http(contract: &Value) -> impl Iterator<Item = &Value> {
    contract["interactions"].as_array().expect("a list").iter().filter(|one| one["request"]["path"].is_string())
}

/// Each interaction's request, and what becomes of it when one thing is changed.
pub(crate) fn of_contract(contract: &str) -> Vec<Request> {
    let contract: Value = serde_json::from_str(contract).expect("the contract is JSON");
    http(&contract).flat_map(|interaction| variations(&request_of(interaction), has_path_rule(interaction))).collect()
}

fn has_path_rule(interaction: &Value) -> bool {
    let rules = &interaction["request"]["matchingRules"];
    ["path", "$.path"].iter().any(|name| !rules[name].is_null())
}

/// The request of an interaction, in whatever version of the specification.
fn request_of(interaction: &Value) -> Request {
    let request = &interaction["request"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let values = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let members = |name: &str| -> Vec<(String, String)> {
        let members = request[name].as_object().into_iter().flatten();
        members
            .flat_map(|(name, all)| values(all).iter().map(|one| (name.clone(), text(one))).collect::<Vec<_>>())
            .collect()
    };
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let query = if let Value::String(query) = &request["query"] {
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    } else {
        members("query").iter().map(|(name, value)| (encoded(name), encoded(value))).collect()
    };
    let version_4 = interaction["type"].is_string();
    let (content, encoded) = match &request["body"] {
        body if version_4 => (&body["content"], body["encoded"] == "base64"),
        body => (body, false),
    };
    let body = match content {
        Value::Null => None,
        Value::String(text) if encoded => Some(STANDARD.decode(text).expect("the body is base64")),
        Value::String(text) => Some(text.clone().into_bytes()),
        json => Some(json.to_string().into_bytes()),
    };
    Request {
        name: text(&interaction["description"]),
        method: request["method"].as_str().unwrap_or("GET").to_ascii_uppercase(),
        path: sendable(&text(&request["path"])),
        query,
        headers: members("headers"),
        body,
        chunked: false,
        path_of_contract: None,
    }
}

/// The path with what cannot be sent encoded. A percent sign stays: what a contract has encoded is sent so.
fn sendable(path: &str) -> String {
    let byte = |byte: u8| if byte.is_ascii_graphic() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(byte).collect()
}

/// Each character of a form's text as `%XX`.
fn all_encoded(text: &str) -> String {
    let meant: String = url::form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name).collect();
    meant.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect()
}

fn encoded_at_the_end(path: &str) -> String {
    let (rest, last) = path.split_at(path.len() - 1);
    format!("{rest}%{:02X}", last.as_bytes()[0])
}

/// The request, and what becomes of it when one thing is changed.
fn variations(base: &Request, has_path_rule: bool) -> Vec<Request> {
    let mut all = vec![base.clone()];
    let mut with = |what: String, change: &dyn Fn(&mut Request)| {
        let mut changed = base.clone();
        changed.name = format!("{}: {what}", base.name);
        change(&mut changed);
        all.push(changed);
    };
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PURGE"] {
        if method != base.method {
            with(format!("method {method}"), &|request| method.clone_into(&mut request.method));
        }
    }
    for (what, path) in [
        ("path with more", format!("{}/more", base.path)),
        ("path with a slash", format!("{}/", base.path)),
        ("path with two slashes", format!("/{}", base.path)),
        ("path in capitals", base.path.to_uppercase()),
        ("path of nothing", "/nothing".to_owned()),
    ] {
        with(what.to_owned(), &|request| request.path.clone_from(&path));
    }
    // An encoded slash is none.
    if !base.path.ends_with('/') {
        with("path encoded".to_owned(), &|request| {
            request.path = encoded_at_the_end(&base.path);
            // Rules see a path as it was sent, with both.
            request.path_of_contract = (!has_path_rule).then(|| base.path.clone());
        });
    }
    with("query added".to_owned(), &|request| request.query.push(("added".into(), "1".into())));
    with("query added without value".to_owned(), &|request| request.query.push(("added".into(), String::new())));
    for at in 0..base.query.len() {
        with(format!("query {at} dropped"), &|request| _ = request.query.remove(at));
        with(format!("query {at} changed"), &|request| "other".clone_into(&mut request.query[at].1));
        with(format!("query {at} twice"), &|request| request.query.push(request.query[at].clone()));
        with(format!("query {at} empty"), &|request| request.query[at].1.clear());
        with(format!("query {at} all encoded"), &|request| {
            let (name, value) = &mut request.query[at];
            *name = all_encoded(name);
            *value = all_encoded(value);
        });
        with(format!("query {at} a number"), &|request| "77".clone_into(&mut request.query[at].1));
    }
    if base.query.len() > 1 {
        with("query reversed".to_owned(), &|request| request.query.reverse());
    }
    with("header added".to_owned(), &|request| request.headers.push(("X-Added".into(), "1".into())));
    for at in 0..base.headers.len() {
        with(format!("header {at} dropped"), &|request| _ = request.headers.remove(at));
        with(format!("header {at} changed"), &|request| "text/other".clone_into(&mut request.headers[at].1));
        with(format!("header {at} empty"), &|request| request.headers[at].1.clear());
        with(format!("header {at} twice"), &|request| request.headers.push(request.headers[at].clone()));
        if base.headers[at].0.eq_ignore_ascii_case("content-type") {
            let other = || ("Content-Type".to_owned(), "text/other".to_owned());
            with(format!("header {at} after another"), &|request| request.headers.insert(at, other()));
            with(format!("header {at} before another"), &|request| request.headers.insert(at + 1, other()));
        }
        with(format!("header {at} in capitals"), &|request| request.headers[at].0.make_ascii_uppercase());
        with(format!("header {at} with charset"), &|request| request.headers[at].1 += "; charset=utf-8");
    }
    if base.headers.iter().any(|(name, _)| base.headers.iter().filter(|(other, _)| other == name).count() > 1) {
        with("headers reversed".to_owned(), &|request| request.headers.reverse());
        with("headers in one line".to_owned(), &|request| {
            let (name, first) = request.headers.remove(0);
            let (others, rest): (Vec<_>, Vec<_>) = request.headers.drain(..).partition(|(other, _)| *other == name);
            let values = others.into_iter().fold(first, |all, (_, value)| format!("{all}, {value}"));
            request.headers = rest;
            request.headers.push((name, values));
        });
    }
    if base.body.is_none() {
        with("body added".to_owned(), &|request| request.body = Some(b"{\"added\":1}".to_vec()));
        with("JSON added".to_owned(), &|request| {
            request.body = Some(b"{\"added\":1}".to_vec());
            request.headers.push(("Content-Type".into(), "application/json".into()));
        });
    }
    if let Some(body) = &base.body {
        with("body in chunks".to_owned(), &|request| request.chunked = true);
        with("body dropped".to_owned(), &|request| request.body = None);
        with("body empty".to_owned(), &|request| request.body = Some(Vec::new()));
        with("body broken".to_owned(), &|request| request.body = Some(b"{".to_vec()));
        with("body other text".to_owned(), &|request| request.body = Some(b"other".to_vec()));
        with("body half".to_owned(), &|request| request.body = Some(body[..body.len() / 2].to_vec()));
        with("body and more bytes".to_owned(), &|request| request.body.iter_mut().for_each(|body| body.extend([0, 1])));
        with("body a JPEG".to_owned(), &|request| {
            request.body = Some(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01".to_vec());
        });
        let own_type = base.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let own_type = own_type.map_or("", |(_, value)| value.as_str());
        if let Ok(json) = serde_json::from_slice::<Value>(body) {
            for (what, changed) in variations::documents(&json) {
                with(format!("body {what}"), &|request| request.body = Some(changed.to_string().into_bytes()));
            }
        } else if let Ok(text) = std::str::from_utf8(body) {
            for (what, changed) in variations::texts(own_type, text) {
                with(format!("body {what}"), &|request| request.body = Some(changed.clone().into_bytes()));
            }
        }
        if own_type.contains("boundary=XX") {
            with("another boundary".to_owned(), &|request| {
                let text = String::from_utf8_lossy(body).replace("XX", "YY");
                request.body = Some(text.into_bytes());
                request.headers.iter_mut().for_each(|(_, value)| *value = value.replace("=XX", "=YY"));
            });
            let text = String::from_utf8_lossy(body);
            for (what, changed) in [
                ("with a preamble", format!("for those who cannot read parts\r\n{text}")),
                ("with an epilogue", format!("{text}the end\r\n--XX\r\nmore")),
                ("with spaces after boundaries", text.replace("--XX\r\n", "--XX \t\r\n")),
                ("after a longer boundary", format!("--XXX\r\n{text}")),
                ("with a boundary within a line", format!("a{text}")),
                ("with short line ends", text.replace("\r\n", "\n")),
            ] {
                with(format!("body {what}"), &|request| request.body = Some(changed.clone().into_bytes()));
            }
        }
    }
    all
}
