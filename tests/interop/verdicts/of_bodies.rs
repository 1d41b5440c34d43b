//! Bodies of every kind, and what providers make of them; statuses, headers and metadata.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Trial;
use super::asked::Asked;
use super::contract::{Answer, Body, Expectation, Framing, Kind, Version};
use crate::variations;

#[derive(Deserialize)]
struct Bodies {
    body: Vec<OfBody>,
}

#[derive(Deserialize)]
struct OfBody {
    name: String,
    r#type: String,
    body: Option<String>,
    hex: Option<String>,
    rules: Option<String>,
    versions: Option<Vec<u8>>,
    #[serde(default)]
    variants: Vec<[String; 3]>,
    #[serde(default)]
    answers: Vec<String>,
}

#[derive(Deserialize)]
struct Heads {
    status: Vec<OfStatus>,
    head: Vec<OfHead>,
    metadata: Vec<OfMetadata>,
}

#[derive(Deserialize)]
struct OfStatus {
    name: String,
    expected: u16,
    matchers: Option<String>,
    tried: Vec<u16>,
}

#[derive(Deserialize)]
struct OfHead {
    name: String,
    headers: String,
    status: Option<u16>,
    rules: Option<String>,
    versions: Option<Vec<u8>>,
    answers: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct OfMetadata {
    name: String,
    expected: String,
    rules: Option<String>,
    answers: Vec<[String; 2]>,
}

/// Those that are named, or all that can say it.
fn versions(named: Option<&Vec<u8>>, has_rules: bool) -> impl Iterator<Item = Version> {
    let able = [Version::One].into_iter().filter(move |_| !has_rules).chain(Version::ALL);
    able.filter(move |version| named.is_none_or(|named| named.contains(&version.number())))
}

fn rules(text: Option<&String>) -> Value {
    text.map_or_else(|| json!({}), |text| serde_json::from_str(text).expect("the rules are JSON"))
}

pub(super) fn trials() -> Vec<Trial> {
    let bodies = bodies_of_all_kinds();
    let documents: Bodies = toml::from_str(include_str!("documents.toml")).expect("documents.toml is as it should be");
    let heads: Heads = toml::from_str(include_str!("heads.toml")).expect("heads.toml is as it should be");
    let mut all: Vec<_> = bodies.iter().chain(&documents.body).flat_map(OfBody::trials).collect();
    all.extend(heads.status.iter().flat_map(OfStatus::trials));
    all.extend(heads.head.iter().flat_map(OfHead::trials));
    all.extend(heads.metadata.iter().flat_map(OfMetadata::trials));
    all
}

fn bodies_of_all_kinds() -> Vec<OfBody> {
    let bodies: Bodies = toml::from_str(include_str!("bodies.toml")).expect("bodies.toml is as it should be");
    let kinds: Bodies = toml::from_str(include_str!("kinds.toml")).expect("kinds.toml is as it should be");
    bodies.body.into_iter().chain(kinds.body).collect()
}

/// The bodies that are not JSON, as a consumer may send them.
pub(super) fn asked() -> Vec<Asked> {
    let others = bodies_of_all_kinds().into_iter().filter(|body| !body.r#type.contains("json"));
    let can_be_sent = others.filter(|body| body.versions.as_ref().is_none_or(|versions| versions.contains(&4)));
    let asked = can_be_sent.map(|body| {
        let expected = Expectation::new(Some(&body.r#type), body.expected(), rules(body.rules.as_ref()));
        let sent = body.answers(&expected, Kind::Message);
        Asked { name: body.name, expected, sent }
    });
    asked.collect()
}

impl OfBody {
    fn trials(&self) -> Vec<Trial> {
        let expected = Expectation::new(Some(&self.r#type), self.expected(), rules(self.rules.as_ref()));
        let mut all = Vec::new();
        for version in versions(self.versions.as_ref(), self.rules.is_some()) {
            let mut kinds = vec![Kind::Response];
            if self.rules.is_none() || !self.rules.as_ref().is_some_and(|rules| rules.contains("header")) {
                kinds.extend((version >= Version::Three).then_some(Kind::Message));
                kinds.extend((version == Version::Four).then_some(Kind::Reply));
            }
            for kind in kinds {
                for (at, (what, answer)) in self.answers(&expected, kind).into_iter().enumerate() {
                    // Documents have many places; versions and kinds share what looks at them.
                    let share = if version == Version::Four && kind == Kind::Response { 1 } else { 4 };
                    if at < 12 || !self.answers.is_empty() || (at + self.name.len()).is_multiple_of(share) {
                        let place = format!("{kind:?}").to_lowercase();
                        let name = format!("{}, {place}, V{}: {what}", self.name, version.number());
                        all.push(Trial::new(&name, kind, version, &expected, answer));
                    }
                }
            }
        }
        all
    }

    fn expected(&self) -> Body {
        match (&self.body, &self.hex) {
            (Some(text), _) if self.r#type.contains("json") => {
                Body::Json(serde_json::from_str(text).expect("the body is JSON"))
            }
            (Some(text), _) => Body::Text(text.clone()),
            (None, Some(hex)) => Body::Binary(bytes_of(hex)),
            (None, None) => Body::Missing,
        }
    }

    /// The expected answer, and what becomes of it when one thing is changed.
    fn answers(&self, expected: &Expectation, kind: Kind) -> Vec<(String, Answer)> {
        let good = Answer::of(expected);
        let mut all = vec![("as expected".to_owned(), good.clone())];
        let mut add = |what: &str, answer: Answer| all.push((what.to_owned(), answer));
        for answer in &self.answers {
            add(&format!("{answer:?}"), good.with_body(answer.as_str()));
        }
        if !self.answers.is_empty() {
            return all;
        }
        for [what, from, to] in &self.variants {
            let changed = match &self.hex {
                Some(hex) => bytes_of(&replaced(hex, from, to)),
                None => replaced(&String::from_utf8_lossy(&good.body), from, to).into_bytes(),
            };
            let mut answer = good.with_body(changed);
            if what == "boundary" {
                answer = answer.with_header(
                    "Content-Type",
                    &[&format!("Content-Type: {}", self.r#type.replace(from.as_str(), to))],
                );
            }
            add(what, answer);
        }
        add("no body", good.with_body(""));
        add("other text", good.with_body("other"));
        add("not UTF-8", good.with_body([good.body.as_slice(), &[0xff, 0xfe, 0xe9]].concat()));
        let half = good.body[..good.body.len() / 2].to_vec();
        add("half of it", good.with_body(half));
        if kind == Kind::Response {
            add("status 500", good.with_status(500));
            add("status 404", good.with_status(404));
            add("chunked", good.with_framing(Framing::Chunked));
            add("cut off", good.with_framing(Framing::CutOff));
            add("until the end", good.with_framing(Framing::UntilClose));
        }
        let base = self.r#type.split(';').next().unwrap_or_default();
        let types = ["text/html", "application/json", "application/octet-stream", "*/*", "nonsense"];
        add("no type", good.with_header("Content-Type", &[]));
        for other in types.into_iter().filter(|other| *other != self.r#type) {
            add(&format!("type {other}"), good.with_header("Content-Type", &[&format!("Content-Type: {other}")]));
        }
        for (what, changed) in [
            ("with charset", format!("{base}; charset=utf-8")),
            ("with charset in capitals", format!("{base};charset=UTF-8")),
            ("with another charset", format!("{base}; charset=iso-8859-1")),
            ("in capitals", self.r#type.to_uppercase()),
            ("with a suffix", base.replacen('/', "/vnd.shop+", 1)),
        ] {
            add(&format!("type {what}"), good.with_header("Content-Type", &[&format!("Content-Type: {changed}")]));
        }
        if let Body::Json(document) = &expected.body {
            let pretty = serde_json::to_string_pretty(document).expect("JSON can be printed");
            let own = document.to_string();
            add("indented", good.with_body(pretty));
            add("with a byte order mark", good.with_body(format!("\u{feff}{own}")));
            add("with something behind it", good.with_body(format!("{own} x")));
            add("twice", good.with_body(format!("{own}{own}")));
            add("with a comma too many", good.with_body(own.replacen('}', ",}", 1)));
            add("in single quotes", good.with_body(own.replace('"', "'")));
            add("with a name twice", good.with_body(own.replacen('{', r#"{"id": "first","#, 1)));
            for (what, changed) in variations::documents(document) {
                add(&what, good.with_body(changed.to_string()));
            }
        }
        all
    }
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| digit.try_into().ok()).unwrap_or(0_u8);
    hex.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1])).collect()
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is not in {text:?}");
    text.replace(from, to)
}

impl OfStatus {
    fn trials(&self) -> Vec<Trial> {
        let rules = self.matchers.as_ref().map_or_else(
            || json!({}),
            |matchers| {
                let matchers: Value = serde_json::from_str(matchers).expect("the matchers are JSON");
                json!({ "status": { "$": { "combine": "AND", "matchers": matchers } } })
            },
        );
        let mut expected = Expectation::new(None, Body::Missing, rules);
        expected.status = self.expected;
        let only = self.matchers.is_some().then(|| vec![4]);
        let mut all = Vec::new();
        for version in versions(only.as_ref(), self.matchers.is_some()) {
            for status in self.tried.iter().chain([&self.expected]) {
                let name = format!("{}, V{}: {status}", self.name, version.number());
                let answer = Answer::of(&expected).with_status(*status);
                all.push(Trial::new(&name, Kind::Response, version, &expected, answer));
            }
        }
        all
    }
}

impl OfHead {
    fn trials(&self) -> Vec<Trial> {
        let mut expected = Expectation::new(None, Body::Missing, rules(self.rules.as_ref()));
        expected.headers = serde_json::from_str(&self.headers).expect("the headers are JSON");
        expected.status = self.status.unwrap_or(200);
        let name = expected.headers.keys().next().cloned().unwrap_or_default();
        let good = Answer::of(&expected);
        let mut answers =
            vec![("as expected".to_owned(), good.clone()), ("none".to_owned(), good.with_header(&name, &[]))];
        for answer in &self.answers {
            let (what, lines) = answer.split_first().expect("what it is called");
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            answers.push((format!("{what} ({})", lines.join(" | ")), good.with_header(&name, &lines)));
        }
        let mut all = Vec::new();
        for version in versions(self.versions.as_ref(), self.rules.is_some()) {
            for (what, answer) in &answers {
                let name = format!("{}, V{}: {what}", self.name, version.number());
                all.push(Trial::new(&name, Kind::Response, version, &expected, answer.clone()));
            }
        }
        all
    }
}

impl OfMetadata {
    fn trials(&self) -> Vec<Trial> {
        let document = |text: &str| -> Map<String, Value> { serde_json::from_str(text).expect("metadata is JSON") };
        let metadata = document(&self.expected);
        let own_type = metadata.get("contentType").and_then(Value::as_str).unwrap_or("application/json").to_owned();
        let body = Body::Json(json!({ "id": 7 }));
        let mut expected = Expectation::new(Some(&own_type), body, rules(self.rules.as_ref()));
        expected.metadata = metadata;
        let good = Answer::of(&expected);
        let mut all = Vec::new();
        for (kind, version) in
            [(Kind::Message, Version::Three), (Kind::Message, Version::Four), (Kind::Reply, Version::Four)]
        {
            let mut add = |what: &str, answer: Answer| {
                let place = format!("{kind:?}").to_lowercase();
                let name = format!("{}, {place}, V{}: {what}", self.name, version.number());
                all.push(Trial::new(&name, kind, version, &expected, answer));
            };
            add("as expected", good.clone());
            add("as expected, no header", good.with_metadata(&json!({})));
            add("status 404", good.with_status(404));
            add(
                "a header that is no base64",
                good.with_header("Pact-Message-Metadata", &["Pact-Message-Metadata: {}"]),
            );
            for [what, metadata] in &self.answers {
                add(what, good.with_metadata(&Value::Object(document(metadata))));
            }
        }
        all
    }
}
