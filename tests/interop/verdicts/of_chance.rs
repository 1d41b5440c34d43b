//! Documents, rules and faults that a die chose: what nobody thought of.
//!
//! The die is the same in each run, unless `INTACT_VERDICTS_SEED` gives another number. Rules are such that known differences do
//! not show: no expression here fits the JSON text of a value that is no text.

use serde_json::{Map, Value, json};

use super::Trial;
use super::contract::{Answer, Body, Expectation, Kind, Version};
use crate::variations;

/// How many documents are made, each with [`FAULTS`] answers.
const DOCUMENTS: usize = 300;
const FAULTS: usize = 6;

/// A generator of numbers (`SplitMix64`).
struct Die(u64);

impl Die {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let end_wide = u64::try_from(end).expect("a small number");
        usize::try_from((mixed ^ (mixed >> 31)) % end_wide).expect("below a small number")
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// An expectation, and bodies with faults: what was done, and the body.
pub(crate) struct Drawn {
    pub(crate) version: Version,
    pub(crate) expected: Expectation,
    pub(crate) faults: Vec<(String, String)>,
    is_message: bool,
}

/// What the die gives.
pub(crate) fn drawn() -> Vec<Drawn> {
    let mut die = Die(seed());
    let one = |number| {
        let version = *die.one(&Version::ALL);
        let is_message = version != Version::Two && die.chance(4);
        let (expected, faults) = if number % 3 == 2 { xml(&mut die, version) } else { document(&mut die, version) };
        Drawn { version, expected, faults, is_message }
    };
    (0..DOCUMENTS).map(one).collect()
}

fn seed() -> u64 {
    std::env::var("INTACT_VERDICTS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

pub(super) fn trials() -> Vec<Trial> {
    let seed = seed();
    let mut all = Vec::new();
    for (number, Drawn { version, expected, faults, is_message }) in drawn().into_iter().enumerate() {
        let kind = if is_message { Kind::Message } else { Kind::Response };
        let good = Answer::of(&expected);
        let mut add = |what: String, answer: Answer| {
            let name = format!("by chance {seed}.{number}, V{}: {what}", version.number());
            all.push(Trial::new(&name, kind, version, &expected, answer));
        };
        add("as expected".to_owned(), good.clone());
        for (what, body) in faults {
            add(what, good.with_body(body));
        }
    }
    all
}

/// A JSON document with rules, and faulty ones.
fn document(die: &mut Die, version: Version) -> (Expectation, Vec<(String, String)>) {
    let document = object(die, 3);
    let mut rules = Map::new();
    for path in paths(&document, "$", die) {
        if die.chance(2) {
            let (path, value) = path;
            let matchers = matchers(die, &value, version);
            rules.insert(path, json!({ "combine": "AND", "matchers": matchers }));
        }
    }
    // The official verifier forgets the rules below an eachValue.
    let each: Vec<String> =
        rules.iter().filter(|(_, list)| list.to_string().contains("eachValue")).map(|(path, _)| path.clone()).collect();
    rules.retain(|path, _| !each.iter().any(|each| path.len() > each.len() && path.starts_with(each.as_str())));
    let changed = variations::documents(&document);
    let mut faults = Vec::new();
    for _ in 0..FAULTS {
        let (mut what, mut body) = die.one(&changed).clone();
        // Some with two faults, or one in what the other brought.
        if die.chance(3) {
            let (more, twice) = die.one(&variations::documents(&body)).clone();
            (what, body) = (format!("{what} and {more}"), twice);
        }
        faults.push((what, body.to_string()));
    }
    let rules = if rules.is_empty() { json!({}) } else { json!({ "body": rules }) };
    (Expectation::new(Some("application/json"), Body::Json(document), rules), faults)
}

fn object(die: &mut Die, depth: usize) -> Value {
    let names = ["a", "b", "c", "d e", "f-g"];
    let count = 1 + die.below(4);
    (0..count).map(|_| ((*die.one(&names)).to_owned(), value(die, depth - 1))).collect::<Map<_, _>>().into()
}

fn value(die: &mut Die, depth: usize) -> Value {
    match die.below(if depth == 0 { 7 } else { 11 }) {
        0 => json!("A-1"),
        1 => json!("~q text"),
        2 => json!(die.below(100)),
        3 => json!(1.25),
        4 => json!(true),
        5 => json!("2024-02-29"),
        6 => json!(null),
        7 | 8 => object(die, depth),
        9 => {
            // A list of equals, as most lists are.
            let item = value(die, depth - 1);
            Value::Array(vec![item; 1 + die.below(3)])
        }
        // Of an expected list that is empty, the official verifier checks nothing.
        _ => Value::Array((0..=die.below(2)).map(|_| value(die, depth - 1)).collect()),
    }
}

/// Paths of the places in a document, some with wildcards, and what is there.
fn paths(document: &Value, at: &str, die: &mut Die) -> Vec<(String, Value)> {
    let mut all = vec![(at.to_owned(), document.clone())];
    match document {
        Value::Object(members) => {
            for (name, value) in members {
                let step = if die.chance(8) {
                    ".*".to_owned()
                } else if name.contains([' ', '-']) {
                    format!("['{name}']")
                } else {
                    format!(".{name}")
                };
                all.extend(paths(value, &format!("{at}{step}"), die));
            }
        }
        Value::Array(items) => {
            if let Some(first) = items.first() {
                let step = if die.chance(4) { "[0]" } else { "[*]" };
                all.extend(paths(first, &format!("{at}{step}"), die));
            }
        }
        _ => {}
    }
    all
}

/// Rules that suit a value, and seldom ones that do not.
fn matchers(die: &mut Die, value: &Value, version: Version) -> Value {
    let like = json!({ "match": "type" });
    let suitable = match value {
        Value::String(text) => {
            let mut all = vec![like, json!({ "match": "regex", "regex": "[A-Z0-9~].*[0-9t]" })];
            if version != Version::Two {
                all.push(json!({ "match": "equality" }));
                all.push(json!({ "match": "include", "value": if text.starts_with('~') { "~q" } else { "-" } }));
            }
            if text.starts_with("20") && version != Version::Two {
                all.push(json!({ "match": "date", "format": "yyyy-MM-dd" }));
            }
            all
        }
        Value::Number(number) if version != Version::Two => {
            let exact = if number.is_f64() { "decimal" } else { "integer" };
            vec![like, json!({ "match": "number" }), json!({ "match": exact }), json!({ "match": "equality" })]
        }
        Value::Bool(_) if version != Version::Two => vec![like, json!({ "match": "boolean" })],
        Value::Null if version != Version::Two => vec![like, json!({ "match": "null" })],
        Value::Array(items) => {
            let mut all =
                vec![like, json!({ "match": "type", "min": 1 }), json!({ "match": "type", "max": items.len() + 1 })];
            if version != Version::Two {
                all.push(json!({ "match": "type", "min": 1, "max": items.len() + 1 }));
                all.push(json!({ "match": "equality" }));
            }
            if version == Version::Four {
                all.push(json!({ "match": "notEmpty" }));
                all.push(json!({ "match": "eachValue", "rules": [{ "match": "type" }], "value": "x" }));
                all.push(json!({ "match": "arrayContains", "variants": [{ "index": 0, "rules": {} }] }));
            }
            all
        }
        Value::Object(_) if version == Version::Four => vec![
            like,
            json!({ "match": "values" }),
            json!({ "match": "notEmpty" }),
            json!({ "match": "eachValue", "rules": [{ "match": "type" }], "value": "x" }),
            json!({ "match": "eachKey", "rules": [{ "match": "regex", "regex": "[a-z -]+" }], "value": "a" }),
        ],
        _ => vec![like],
    };
    let mut all = vec![die.one(&suitable).clone()];
    if version != Version::Two && die.chance(6) {
        all.push(die.one(&suitable).clone());
    }
    Value::Array(all)
}

/// An element with its text after its children.
#[derive(Clone)]
struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Element>,
    text: String,
}

const NAMES: [&str; 3] = ["a", "b", "c"];
const TEXTS: [&str; 5] = ["A-1", "42", "1.5", "2024-02-29", "some text"];

impl Element {
    fn by(die: &mut Die, name: &'static str, depth: usize) -> Self {
        let mut attributes = Vec::new();
        for attribute in ["p", "q"] {
            if die.chance(3) {
                attributes.push((attribute, (*die.one(&TEXTS)).to_owned()));
            }
        }
        let mut children = Vec::new();
        if depth > 0 {
            // Siblings of one name are alike: of others, the official verifier compares all with the first.
            for name in NAMES {
                if die.chance(3) {
                    continue;
                }
                let child = Self::by(die, name, depth - 1);
                children.extend(std::iter::repeat_n(child, 1 + die.below(2)));
            }
        }
        let text = if children.is_empty() && !die.chance(5) { (*die.one(&TEXTS)).to_owned() } else { String::new() };
        Self { name, attributes, children, text }
    }

    fn written(&self) -> String {
        let attributes: String =
            self.attributes.iter().flat_map(|(name, value)| [" ", name, "=\"", value.as_str(), "\""]).collect();
        let children: String = self.children.iter().map(Self::written).collect();
        format!("<{0}{attributes}>{children}{1}</{0}>", self.name, self.text)
    }

    /// Paths of elements, texts and attributes with what stands there.
    fn paths(&self, at: &str, all: &mut Vec<(String, Option<String>)>) {
        let at = format!("{at}.{}", self.name);
        all.push((at.clone(), None));
        if !self.text.is_empty() {
            all.push((format!("{at}['#text']"), Some(self.text.clone())));
        }
        for (name, value) in &self.attributes {
            all.push((format!("{at}['@{name}']"), Some(value.clone())));
        }
        for child in &self.children {
            child.paths(&at, all);
        }
    }

    /// Changes one thing somewhere.
    fn disturb(&mut self, die: &mut Die) -> String {
        if !self.children.is_empty() && die.chance(2) {
            let at = die.below(self.children.len());
            let below = self.children[at].disturb(die);
            return format!("{}/{below}", self.name);
        }
        let what = match die.below(8) {
            0 if !self.attributes.is_empty() => {
                let at = die.below(self.attributes.len());
                let (name, _) = self.attributes.remove(at);
                format!("without attribute {name}")
            }
            1 if !self.attributes.is_empty() => {
                let at = die.below(self.attributes.len());
                (*die.one(&["7", "B-2", "x", "1999-12-31"])).clone_into(&mut self.attributes[at].1);
                format!("attribute is {}", self.attributes[at].1)
            }
            2 => {
                self.attributes.push(("z", "1".to_owned()));
                "with an attribute more".to_owned()
            }
            3 if !self.children.is_empty() => {
                let at = die.below(self.children.len());
                format!("without {}", self.children.remove(at).name)
            }
            4 if !self.children.is_empty() => {
                let again = die.one(&self.children).clone();
                let text = format!("with {} again", again.name);
                self.children.push(again);
                text
            }
            5 => {
                let new = Self::by(die, "d", 1);
                self.children.insert(0, new);
                "with a child more".to_owned()
            }
            6 if self.children.len() > 1 => {
                self.children.reverse();
                "reversed".to_owned()
            }
            _ if !self.text.is_empty() => {
                (*die.one(&["7", "B-2", "x", "1999-12-31"])).clone_into(&mut self.text);
                format!("text is {}", self.text)
            }
            _ => {
                "more".clone_into(&mut self.text);
                "with text".to_owned()
            }
        };
        format!("{} {what}", self.name)
    }
}

fn xml(die: &mut Die, version: Version) -> (Expectation, Vec<(String, String)>) {
    let root = Element::by(die, "r", 3);
    let mut paths = Vec::new();
    root.paths("$", &mut paths);
    let mut rules = Map::new();
    for (path, text) in paths {
        if !die.chance(3) {
            continue;
        }
        let mut suitable = vec![json!({ "match": "type" })];
        match &text {
            Some(text) if version != Version::Two => {
                suitable.push(json!({ "match": "regex", "regex": "[A-Z0-9].*" }));
                suitable.push(json!({ "match": "equality" }));
                if text.parse::<u32>().is_ok() {
                    suitable.push(json!({ "match": "integer" }));
                }
                if text.parse::<f64>().is_ok() {
                    suitable.push(json!({ "match": "number" }));
                    suitable.push(json!({ "match": "decimal" }));
                }
                if text.starts_with("20") {
                    suitable.push(json!({ "match": "date", "format": "yyyy-MM-dd" }));
                }
            }
            Some(_) => suitable.push(json!({ "match": "regex", "regex": "[A-Z0-9].*" })),
            None => {}
        }
        rules.insert(path, json!({ "combine": "AND", "matchers": [die.one(&suitable)] }));
    }
    let mut faults = Vec::new();
    for _ in 0..FAULTS {
        let mut changed = root.clone();
        let what = changed.disturb(die);
        faults.push((what, changed.written()));
    }
    let rules = if rules.is_empty() { json!({}) } else { json!({ "body": rules }) };
    (Expectation::new(Some("application/xml"), Body::Text(root.written()), rules), faults)
}
