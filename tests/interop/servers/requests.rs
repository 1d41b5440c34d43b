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
}

/// The requests of a contract as they stand there.
pub(crate) fn as_written(contract: &str) -> Vec<Request> {
    let contract: Value = serde_json::from_str(contract).expect("the contract is JSON");
    contract["interactions"].as_array().expect("a list").iter().map(request_of).collect()
}

/// Each interaction's request, and what becomes of it when one thing is changed.
pub(crate) fn of_contract(contract: &str) -> Vec<Request> {
    let contract: Value = serde_json::from_str(contract).expect("the contract is JSON");
    let interactions = contract["interactions"].as_array().expect("a list");
    interactions.iter().flat_map(|interaction| variations(&request_of(interaction))).collect()
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
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
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
        method: text(&request["method"]),
        path: text(&request["path"]),
        query,
        headers: members("headers"),
        body,
    }
}

fn encoded_at_the_end(path: &str) -> String {
    let (rest, last) = path.split_at(path.len() - 1);
    format!("{rest}%{:02X}", last.as_bytes()[0])
}

/// The request, and what becomes of it when one thing is changed.
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
        ("path encoded", encoded_at_the_end(&base.path)),
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
    if let Some(body) = &base.body {
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
        }
    }
    all
}
