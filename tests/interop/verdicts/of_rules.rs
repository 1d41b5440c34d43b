//! Every matching rule, in every place where a rule may stand, with values that satisfy it and values that do not.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Trial;
use super::contract::{Answer, Body, Expectation, Kind, Version};

#[derive(Deserialize)]
struct Table {
    everywhere: String,
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    example: String,
    matchers: String,
    #[serde(default = "and")]
    combine: String,
    values: String,
    #[serde(default = "three")]
    since: u8,
}

fn and() -> String {
    "AND".to_owned()
}

fn three() -> u8 {
    3
}

/// One value to try: the JSON text that is sent, which may be a spelling that no printer would choose.
#[derive(Clone, Copy)]
struct Tried<'a>(&'a str);

impl Tried<'_> {
    /// Where there is only text, that of a string, and of other values their JSON.
    fn text(self) -> String {
        match serde_json::from_str(self.0) {
            Ok(Value::String(text)) => text,
            _ => self.0.to_owned(),
        }
    }
}

pub(super) fn trials() -> Vec<Trial> {
    let table: Table = toml::from_str(include_str!("rules.toml")).expect("rules.toml is as it should be");
    let everywhere: Vec<_> = table.everywhere.lines().filter(|line| !line.is_empty()).map(Tried).collect();
    table.rule.iter().flat_map(|rule| rule.trials(&everywhere)).collect()
}

impl Rule {
    fn trials(&self, everywhere: &[Tried<'_>]) -> Vec<Trial> {
        let example: Value = serde_json::from_str(&self.example).expect("the example is JSON");
        let own: Vec<_> = self.values.lines().filter(|line| !line.is_empty()).map(Tried).collect();
        // Its own values, and of the others one in `nth`, other ones in each place.
        let thin = |nth: usize| {
            let others =
                everywhere.iter().enumerate().filter(move |(at, _)| (at + self.name.len()).is_multiple_of(nth));
            let mut all = own.clone();
            all.extend(others.map(|(_, tried)| *tried).filter(|tried| own.iter().all(|own| own.0 != tried.0)));
            all.push(Tried(&self.example));
            all
        };
        let mut all = Vec::new();
        for version in Version::ALL.into_iter().filter(|version| version.number() >= self.since) {
            let nth = if version == Version::Four { 1 } else { 2 };
            let member = self.json(json!({ "x": example }), "$.x");
            self.add(&mut all, &member, Kind::Response, version, "member", thin(nth), |tried| {
                format!(r#"{{"x": {}, "more": 1}}"#, tried.0).into_bytes()
            });
            let left_out = Trial::new(
                &format!("{}, member, V{}: left out", self.name, version.number()),
                Kind::Response,
                version,
                &member,
                Answer::of(&member).with_body(r#"{"more": 1}"#),
            );
            all.push(left_out);
        }
        let element = self.json(json!({ "x": [example, example] }), "$.x[*]");
        self.add(&mut all, &element, Kind::Response, Version::Four, "element", thin(3), |tried| {
            format!(r#"{{"x": [{}, {}]}}"#, self.example, tried.0).into_bytes()
        });
        let below = self.json(json!({ "x": [example], "y": { "z": example } }), "$");
        self.add(&mut all, &below, Kind::Response, Version::Four, "below", thin(3), |tried| {
            format!(r#"{{"x": [{0}], "y": {{"z": {0}}}}}"#, tried.0).into_bytes()
        });
        let root = self.json(example.clone(), "$");
        self.add(&mut all, &root, Kind::Response, Version::Four, "root", thin(2), |tried| tried.0.as_bytes().to_vec());
        for version in [Version::Three, Version::Four] {
            let message = self.json(json!({ "x": example }), "$.x");
            self.add(&mut all, &message, Kind::Message, version, "message", thin(4), |tried| {
                format!(r#"{{"x": {}}}"#, tried.0).into_bytes()
            });
        }
        self.in_metadata(&mut all, &example, &thin(3));
        if !(example.is_array() || example.is_object() || example.is_null()) {
            self.in_texts(&mut all, &thin(2));
        }
        all
    }

    fn rules(&self, category: &str, path: &str) -> Value {
        let matchers: Value = serde_json::from_str(&self.matchers).expect("the matchers are JSON");
        json!({ category: { path: { "combine": self.combine, "matchers": matchers } } })
    }

    fn json(&self, document: Value, path: &str) -> Expectation {
        Expectation::new(Some("application/json"), Body::Json(document), self.rules("body", path))
    }

    #[expect(clippy::too_many_arguments, reason = "each says one thing of where the values stand")]
    fn add(
        &self,
        all: &mut Vec<Trial>,
        expected: &Expectation,
        kind: Kind,
        version: Version,
        place: &str,
        tried: Vec<Tried<'_>>,
        body: impl Fn(Tried<'_>) -> Vec<u8>,
    ) {
        let answer = Answer::of(expected);
        all.extend(tried.into_iter().map(|tried| {
            let name = format!("{}, {place}, V{}: {}", self.name, version.number(), tried.0);
            Trial::new(&name, kind, version, expected, answer.with_body(body(tried)))
        }));
    }

    /// Metadata of messages, which may be any JSON.
    fn in_metadata(&self, all: &mut Vec<Trial>, example: &Value, tried: &[Tried<'_>]) {
        let text = Body::Text("hello".to_owned());
        let mut expected = Expectation::new(Some("text/plain"), text, self.rules("metadata", "x"));
        expected.metadata.insert("x".to_owned(), example.clone());
        for tried in tried {
            let value: Value = serde_json::from_str(tried.0).expect("the values are JSON");
            let name = format!("{}, metadata, V4: {}", self.name, tried.0);
            let answer = Answer::of(&expected).with_metadata(&json!({ "x": value }));
            all.push(Trial::new(&name, Kind::Message, Version::Four, &expected, answer));
        }
    }

    /// Headers, XML, forms and plain text, where every value is text.
    fn in_texts(&self, all: &mut Vec<Trial>, tried: &[Tried<'_>]) {
        let example = Tried(&self.example).text();
        let xml = |attribute: &str, text: &str| {
            format!(r#"<r a="{}"><x>{}</x></r>"#, escaped(attribute), escaped(text)).into_bytes()
        };
        let form = |value: &str| format!("x={}&y=1", encoded(value)).into_bytes();
        let body = |content_type: &str, bytes: Vec<u8>, path: &str| {
            let text = String::from_utf8(bytes).expect("the examples are text");
            Expectation::new(Some(content_type), Body::Text(text), self.rules("body", path))
        };
        let mut header = Expectation::new(None, Body::Missing, self.rules("header", "X-Value"));
        header.headers.insert("X-Value".to_owned(), json!(example));
        let of_text = body("application/xml", xml("a", &example), "$.r.x['#text']");
        let of_attribute = body("application/xml", xml(&example, "t"), "$.r['@a']");
        let of_form = body("application/x-www-form-urlencoded", form(&example), "$.x");
        let of_body = body("text/plain", example.clone().into_bytes(), "$");
        for version in Version::ALL.into_iter().filter(|version| version.number() >= self.since.max(3)) {
            let mut add = |place: &str, tried: Tried<'_>, expected: &Expectation, answer: Answer| {
                let name = format!("{}, {place}, V{}: {}", self.name, version.number(), tried.0);
                all.push(Trial::new(&name, Kind::Response, version, expected, answer));
            };
            for (at, &tried) in tried.iter().enumerate() {
                // Version 4 gets all; in version 3 the files look otherwise, but the rules are the same.
                if version == Version::Three && at % 3 != 0 {
                    continue;
                }
                let text = tried.text();
                if !text.contains('\n') && text.is_ascii() {
                    let line = format!("X-Value: {text}");
                    add("header", tried, &header, Answer::of(&header).with_header("X-Value", &[&line]));
                }
                add("XML text", tried, &of_text, Answer::of(&of_text).with_body(xml("a", &text)));
                add("XML attribute", tried, &of_attribute, Answer::of(&of_attribute).with_body(xml(&text, "t")));
                add("form", tried, &of_form, Answer::of(&of_form).with_body(form(&text)));
                add("text", tried, &of_body, Answer::of(&of_body).with_body(text));
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\n', "&#10;").replace('\r', "&#13;")
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
