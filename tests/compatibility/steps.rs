//! What the sentences of the feature files mean, one file for each concern.

mod consumer;
mod definition;
mod generating;
mod matching;
mod message_consumer;
mod pact_file;
mod provider;
pub(crate) mod verification;

use intact_matching::{Location, Mismatch};

/// Is the mismatch of the kind that the feature files call so?
fn is_of_kind(mismatch: &Mismatch, kind: &str) -> bool {
    match mismatch.at {
        Location::ContentType => kind == "body-content-type",
        _ => kind == mismatch.attribute(),
    }
}

/// The mismatches as a list for people.
fn listed<'a>(mismatches: impl IntoIterator<Item = &'a Mismatch>) -> String {
    let lines = mismatches.into_iter().map(|mismatch| {
        let at = mismatch.identifier().unwrap_or_default();
        format!("\n      {} {at} -> {mismatch}", mismatch.type_name())
    });
    let list: String = lines.collect();
    if list.is_empty() { " none".to_owned() } else { list }
}

/// Does the value look like what the generator of this kind makes?
fn is_made_like(text: &str, kind: &str) -> bool {
    let pattern = match kind {
        "integer" => r"^-?\d+$",
        "decimal number" => r"^-?\d+\.\d+$",
        "hexadecimal number" => r"^[0-9a-fA-F]+$",
        "random string" => r"^[A-Za-z0-9]+$",
        "string from the regex" => r"^\d{1,8}$",
        "date" => r"^\d{4}-\d{2}-\d{2}$",
        "time" => r"^\d{2}:\d{2}:\d{2}",
        "date-time" => r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+",
        "boolean" => "^(true|false)$",
        "UUID" => r"^(urn:uuid:)?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$",
        "simple UUID" => "^[0-9a-f]{32}$",
        "lower-case-hyphenated UUID" => "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        "upper-case-hyphenated UUID" => "^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$",
        "URN UUID" => "^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        // Anything else is the value itself.
        value => return text == value,
    };
    regex::Regex::new(pattern).expect("the patterns above are regular expressions").is_match(text)
}
