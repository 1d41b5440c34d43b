//! Where two documents differ, in words.

use crate::json::{Json, JsonValue};
use crate::path::write_field;

/// More differences than anybody reads.
const MAX_DIFFERENCES: usize = 20;

/// How much of a value is shown.
const MAX_SHOWN: usize = 60;

/// One place where two documents differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// JSON path of the place.
    pub(crate) at: String,
    /// What the two say there, in words.
    pub(crate) what: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// The places where the two documents differ, in the order of the first; at most twenty.
pub(crate) fn differences(one: &JsonValue, other: &JsonValue) -> Vec<Difference> {
    let mut found = Vec::new();
    collect(one, other, "$", &mut found);
    found
}

fn collect(one: &JsonValue, other: &JsonValue, at: &str, found: &mut Vec<Difference>) {
    if found.len() >= MAX_DIFFERENCES || one == other {
        return;
    }
    let below = |name: &str| {
        let mut path = at.to_owned();
        let _ = write_field(&mut path, name);
        path
    };
    match (one, other) {
        (Json::Object(own), Json::Object(others)) => {
            let names = own.names().chain(others.names().filter(|name| !own.contains(name)));
            for name in names {
                match (own.get(name), others.get(name)) {
                    (Some(one), Some(other)) => collect(one, other, &below(name), found),
                    (Some(_), None) => {
                        found.push(Difference { at: below(name), what: "one has it, the other has not".to_owned() });
                    }
                    _ => found.push(Difference { at: below(name), what: "the other has it, one has not".to_owned() }),
                }
            }
            found.truncate(MAX_DIFFERENCES);
        }
        (Json::Array(own), Json::Array(others)) if own.len() == others.len() => {
            for (index, (one, other)) in own.iter().zip(others).enumerate() {
                let at = if own.len() == 1 { at.to_owned() } else { format!("{at}[{index}]") };
                collect(one, other, &at, found);
            }
        }
        _ => {
            let shown = |json: &JsonValue| json.to_compact().chars().take(MAX_SHOWN).collect::<String>();
            found.push(Difference { at: at.to_owned(), what: format!("{} and {}", shown(one), shown(other)) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_has_its_place() {
        let json = |text: &str| Json::parse(text.as_bytes()).expect("JSON").into_owned();
        let shown = |one: &str, other: &str| {
            differences(&json(one), &json(other)).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(shown(r#"{"a":1,"b":[2]}"#, r#"{"b":[2],"a":1}"#), [""; 0]);
        assert_eq!(
            shown(r#"{"a":1,"b":[1,2],"c":[{"d e":1}],"f":0}"#, r#"{"a":1.0,"b":[1,3],"c":[{"d e":2}],"g":0}"#),
            [
                "$.a: 1 and 1.0",
                "$.b[1]: 2 and 3",
                "$.c['d e']: 1 and 2",
                "$.f: one has it, the other has not",
                "$.g: the other has it, one has not"
            ]
        );
        let many = Json::array(0..100);
        assert_eq!(differences(&many, &Json::array(1..101)).len(), MAX_DIFFERENCES);
    }
}
