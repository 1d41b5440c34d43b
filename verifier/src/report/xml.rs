//! The report as XML: the document that other Pact verifiers hand to a stylesheet to make HTML of it.
//!
//! It holds what the JSON report does, less the text of the terminal.

use std::fmt::Write as _;

use intact_pact_model::json::{Json, JsonValue, Object};

use super::junit::escaped;
use super::{Report, json};

/// One `report` element: the provider, the result, errors, pending errors, and a line for each interaction.
pub fn document(report: &Report) -> String {
    let document = json::document(report);
    let list = |name: &str| document.get(name).and_then(Json::as_array).unwrap_or_default();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<report>");
    element(&mut text, "provider", &report.provider);
    element(&mut text, "result", &report.is_success().to_string());
    for (name, errors) in [("errors", list("errors")), ("pending_errors", list("pendingErrors"))] {
        _ = write!(text, "<{name}>");
        for error in errors {
            write_error(&mut text, error);
        }
        _ = write!(text, "</{name}>");
    }
    text.push_str("<interaction_results>");
    for (interaction, result) in report.interactions().zip(list("interactionResults")) {
        text.push_str("<interaction>");
        for (name, member) in [
            ("interaction_id", "interactionId"),
            ("interaction_key", "interactionKey"),
            ("description", "description"),
            ("result", "result"),
        ] {
            optional(&mut text, name, result.get(member));
        }
        element(&mut text, "pending", &interaction.pending.to_string());
        optional(&mut text, "duration_ms", result.get("durationMs"));
        text.push_str("</interaction>");
    }
    text.push_str("</interaction_results></report>\n");
    text
}

fn write_error(text: &mut String, error: &JsonValue) {
    text.push_str("<error>");
    optional(text, "interaction", error.get("interaction"));
    if let Some(mismatch) = error.get("mismatch") {
        open(text, mismatch);
        optional(text, "interaction_id", mismatch.get("interactionId"));
        optional(text, "error_message", mismatch.get("message"));
        if let Some(mismatches) = mismatch.get("mismatches").and_then(Json::as_array) {
            text.push_str("<mismatches>");
            for mismatch in mismatches {
                open(text, mismatch);
                optional(text, "description", mismatch.get("mismatch"));
                let others = mismatch.as_object().into_iter().flat_map(Object::iter);
                for (name, value) in others.filter(|(name, _)| !["type", "mismatch"].contains(name)) {
                    optional(text, name, Some(value));
                }
                text.push_str("</mismatch>");
            }
            text.push_str("</mismatches>");
        }
        text.push_str("</mismatch>");
    }
    text.push_str("</error>");
}

fn open(text: &mut String, mismatch: &JsonValue) {
    let kind = mismatch.get("type").map(Json::to_text).unwrap_or_default();
    _ = write!(text, "<mismatch type=\"{}\">", escaped(&kind));
}

fn optional(text: &mut String, name: &str, value: Option<&JsonValue>) {
    if let Some(value) = value {
        element(text, name, &value.to_text());
    }
}

fn element(text: &mut String, name: &str, content: &str) {
    _ = write!(text, "<{name}>{}</{name}>", escaped(content));
}
