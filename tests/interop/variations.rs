//! One thing changed in a document.

use serde_json::{Value, json};

/// The document with one thing changed, at every place of it: what was done, and the result.
pub(crate) fn documents(document: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for pointer in places(document) {
        let at = if pointer.is_empty() { "all".to_owned() } else { pointer.clone() };
        let own = document.pointer(&pointer).expect("a place of the document");
        let mut replaced = |what: String, by: Value| {
            let mut changed = document.clone();
            *changed.pointer_mut(&pointer).expect("a place of the document") = by;
            all.push((format!("{at} {what}"), changed));
        };
        for other in others(own) {
            replaced(format!("is {other}"), other);
        }
        match own {
            Value::Object(members) => {
                let mut more = members.clone();
                more.insert("added".to_owned(), json!(1));
                replaced("with a member more".to_owned(), Value::Object(more));
                for name in members.keys() {
                    let mut less = members.clone();
                    less.remove(name);
                    replaced(format!("without {name}"), Value::Object(less));
                }
            }
            Value::Array(items) if !items.is_empty() => {
                let longer = |last: Value| Value::Array(items.iter().cloned().chain([last]).collect());
                replaced("longer".to_owned(), longer(items[0].clone()));
                replaced("longer by another kind".to_owned(), longer(json!([[]])));
                replaced("shorter".to_owned(), Value::Array(items[1..].to_vec()));
                if items.len() > 1 {
                    replaced("reversed".to_owned(), Value::Array(items.iter().rev().cloned().collect()));
                }
            }
            _ => {}
        }
    }
    all
}

/// Values of other kinds, and one of the same kind.
fn others(own: &Value) -> Vec<Value> {
    let mut others = vec![json!(null), json!("other"), json!(8), json!(8.5), json!(false), json!([]), json!({})];
    match own {
        Value::Number(number) => others.push(json!(number.to_string())),
        Value::String(text) => others.push(json!(format!("{text} "))),
        Value::Bool(own) => others.push(json!(own.to_string())),
        _ => {}
    }
    others.retain(|other| other != own);
    others
}

/// JSON pointers of all places, the root first.
fn places(document: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let below: Vec<(String, &Value)> = match document {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in below {
        all.extend(places(value).into_iter().map(|rest| format!("/{name}{rest}")));
    }
    all
}

/// A text of a content type with one thing changed: an element, a parameter, a part.
pub(crate) fn texts(content_type: &str, text: &str) -> Vec<(String, String)> {
    match content_type.split(';').next().unwrap_or_default() {
        own if own.ends_with("xml") => of_xml(text),
        "application/x-www-form-urlencoded" => of_form(text),
        own if own.starts_with("multipart/") => of_parts(text),
        _ => vec![
            ("longer".to_owned(), format!("{text} more")),
            ("in capitals".to_owned(), text.to_uppercase()),
            ("with a line break".to_owned(), format!("{text}\n")),
        ],
    }
}

fn of_xml(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let attribute = regex(r#" ([\w:]+)="([^"]*)""#);
    for found in attribute.captures_iter(text).filter(|found| !found[1].starts_with("xmlns")) {
        let (name, whole) = (&found[1], &found[0]);
        all.push((format!("without attribute {name}"), text.replacen(whole, "", 1)));
        for other in ["other", "77", ""] {
            let by = format!(" {name}=\"{other}\"");
            all.push((format!("attribute {name} is {other:?}"), text.replacen(whole, &by, 1)));
        }
        all.push((format!("attribute beside {name}"), text.replacen(whole, &format!("{whole} added=\"1\""), 1)));
    }
    // An element that has text only, and its end.
    let leaf = regex(r"<([\w:]+)((?: [^<>]*)?)>([^<>]*)</[\w:]+>");
    for found in leaf.captures_iter(text) {
        let (whole, name) = (&found[0], &found[1]);
        let element = |content: &str| format!("<{name}{}>{content}</{name}>", &found[2]);
        all.push((format!("without element {name}"), text.replacen(whole, "", 1)));
        all.push((format!("element {name} twice"), text.replacen(whole, &format!("{whole}{whole}"), 1)));
        all.push((format!("another element before {name}"), text.replacen(whole, &format!("<added/>{whole}"), 1)));
        for (what, content) in [("other", "other"), ("77", "77"), ("nothing", ""), ("an element", "<added/>")] {
            all.push((format!("element {name} has {what}"), text.replacen(whole, &element(content), 1)));
        }
        let spaced = format!("  {}\n", &found[3]);
        all.push((format!("element {name} with spaces"), text.replacen(whole, &element(&spaced), 1)));
    }
    all.push(("indented".to_owned(), text.replace("><", ">\n  <")));
    all.push(("with a comment".to_owned(), text.replacen("</", "<!-- c --></", 1)));
    all
}

fn of_form(text: &str) -> Vec<(String, String)> {
    let pairs: Vec<&str> = text.split('&').collect();
    let mut all = Vec::new();
    let mut add = |what: String, pairs: &[&str]| all.push((what, pairs.join("&")));
    for (at, pair) in pairs.iter().enumerate() {
        let name = pair.split('=').next().unwrap_or_default();
        let mut less = pairs.clone();
        less.remove(at);
        add(format!("without {name} {at}"), &less);
        let mut twice = pairs.clone();
        twice.insert(at, pair);
        add(format!("{name} {at} twice"), &twice);
        for other in ["other", "77", ""] {
            let by = format!("{name}={other}");
            let mut changed = pairs.clone();
            changed[at] = &by;
            add(format!("{name} {at} is {other:?}"), &changed);
        }
    }
    add("with a parameter more".to_owned(), &[text, "added=1"]);
    let mut reversed = pairs.clone();
    reversed.reverse();
    add("reversed".to_owned(), &reversed);
    all
}

fn of_parts(text: &str) -> Vec<(String, String)> {
    let boundary = text.lines().next().unwrap_or_default();
    let parts: Vec<&str> = text.split(boundary).filter(|part| part.starts_with("\r\n")).collect();
    let joined = |parts: &[&str]| {
        let all: String = parts.iter().flat_map(|part| [boundary, part]).collect();
        format!("{all}{boundary}--\r\n")
    };
    let mut all = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let mut less = parts.clone();
        less.remove(at);
        all.push((format!("without part {at}"), joined(&less)));
        let head = part.split("\r\n\r\n").next().unwrap_or_default();
        for (what, by) in [
            ("other", format!("{head}\r\n\r\nother\r\n")),
            ("77", format!("{head}\r\n\r\n77\r\n")),
            ("nothing", format!("{head}\r\n\r\n\r\n")),
            ("another name", part.replace("; name=\"", "; name=\"x")),
            ("another type", regex(r"Content-Type: \S+").replace(part, "Content-Type: text/other").into_owned()),
        ] {
            let mut changed = parts.clone();
            changed[at] = &by;
            all.push((format!("part {at} has {what}"), joined(&changed)));
        }
    }
    let added = "\r\nContent-Disposition: form-data; name=\"added\"\r\n\r\n1\r\n";
    all.push(("with a part more".to_owned(), joined(&[parts.as_slice(), &[added]].concat())));
    let reversed: Vec<&str> = parts.iter().rev().copied().collect();
    all.push(("reversed".to_owned(), joined(&reversed)));
    all
}

fn regex(expression: &str) -> regex::Regex {
    regex::Regex::new(expression).expect("an expression")
}
