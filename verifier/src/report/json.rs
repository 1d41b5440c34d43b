//! The report as JSON, in the shape that other Pact verifiers write.

use intact_pact_model::json::{Json, JsonValue, Object};

use super::{InteractionReport, Report, terminal};
use crate::plan::FailedInteraction;

/// The document: `result`, `notices`, `output`, `errors`, `pendingErrors` and `interactionResults`.
pub fn document(report: &Report) -> JsonValue {
    let mut errors = Vec::new();
    let mut pending = Vec::new();
    let mut results = Vec::new();
    for failure in &report.failed_sources {
        let mut entry = Object::new();
        entry.insert("interaction", format!("Loading {}", failure.source));
        entry.insert("mismatch", Json::object([("type", "error"), ("message", &failure.reason)]).into_owned());
        errors.push(Json::Object(entry));
    }
    for pact in &report.pacts {
        for interaction in &pact.interactions {
            let list = if interaction.pending { &mut pending } else { &mut errors };
            list.extend(errors_of(interaction, &interaction.long_name(pact)));
            results.push(result_of(interaction));
        }
    }
    let notices = report.pacts.iter().flat_map(|pact| pact.notices_before().chain(pact.notices_after()));
    let output = terminal::text(report);
    let mut document = Object::new();
    document.insert("result", report.is_success());
    document.insert("notices", Json::array(notices.map(str::to_owned)));
    document.insert("output", Json::array(output.lines().map(str::to_owned)));
    document.insert("errors", errors);
    document.insert("pendingErrors", pending);
    document.insert("interactionResults", results);
    Json::Object(document)
}

/// The interactions that failed according to a report that [`document`] or another Pact verifier wrote; pending ones too.
///
/// # Errors
///
/// If this is no such report; the text says why.
pub fn failed(report: &[u8]) -> Result<Vec<FailedInteraction>, String> {
    let report = Json::parse(report).map_err(|error| error.to_string())?;
    let Some(Json::Array(results)) = report.get("interactionResults") else {
        return Err("it has no `interactionResults`".to_owned());
    };
    let failed = results.iter().filter(|result| result.get("result").and_then(Json::as_str) != Some("OK"));
    let text = |result: &Json<'_>, name| result.get(name).and_then(Json::as_str).map(str::to_owned);
    Ok(failed
        .map(|result| FailedInteraction {
            key: text(result, "interactionKey"),
            id: text(result, "interactionId"),
            description: text(result, "description").unwrap_or_default(),
        })
        .collect())
}

fn errors_of(interaction: &InteractionReport, name: &str) -> Vec<JsonValue> {
    let entry = |mut mismatch: Object<'static>| {
        if let Some(id) = &interaction.id {
            mismatch.insert("interactionId", id.clone());
        }
        let mut entry = Object::new();
        entry.insert("interaction", name.to_owned());
        entry.insert("mismatch", mismatch);
        Json::Object(entry)
    };
    let mut entries = Vec::new();
    if !interaction.mismatches.is_empty() {
        let mut mismatches = Object::new();
        mismatches.insert("type", "mismatches");
        mismatches
            .insert("mismatches", Json::array(interaction.mismatches.iter().map(intact_matching::Mismatch::to_json)));
        // Not in the reports of other verifiers.
        if let Json::Array(findings) = interaction.explanation.to_json()
            && !findings.is_empty()
        {
            mismatches.insert("explanation", findings);
        }
        entries.push(entry(mismatches));
    }
    for error in &interaction.errors {
        let mut failed = Object::new();
        failed.insert("type", "error");
        failed.insert("message", error.to_string());
        entries.push(entry(failed));
    }
    entries
}

fn result_of(interaction: &InteractionReport) -> JsonValue {
    let milliseconds = u64::try_from(interaction.duration.as_millis()).unwrap_or(u64::MAX);
    let mut result = Object::new();
    if let Some(id) = &interaction.id {
        result.insert("interactionId", id.clone());
    }
    if let Some(key) = &interaction.key {
        result.insert("interactionKey", key.clone());
    }
    result.insert("description", interaction.description.clone());
    result.insert("result", if interaction.is_success() { "OK" } else { "Error" });
    result.insert("duration", format!("{milliseconds}ms"));
    result.insert("durationMs", milliseconds);
    Json::Object(result)
}
