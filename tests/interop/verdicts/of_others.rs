//! Responses of pact files that other tools wrote, and of the specification's cases.

use intact_pact_model::{Kind as Interaction, Pact, SpecVersion};
use serde_json::Value;

use super::contract::{Answer, Framing, Kind, Version};
use super::{Expected, Trial};
use crate::variations;

pub(super) fn trials() -> Vec<Trial> {
    let mut all = Vec::new();
    if let Some(folder) = intact_tests::data_folder("INTACT_REAL_PACTS_DIR", "../shared/real-pacts") {
        for (file, text) in json_files(&folder) {
            all.extend(of_pact(&file, &text));
        }
    }
    if let Some(folder) = intact_tests::data_folder("INTACT_PACT_SPEC_DIR", "../shared/pact-spec") {
        for (version, name) in [(Version::Two, "v2"), (Version::Three, "v3"), (Version::Four, "v4")] {
            for (file, text) in json_files(&folder.join(name).join("testcases/response")) {
                all.extend(of_case(version, &file, &text));
            }
        }
    }
    all
}

fn json_files(folder: &std::path::Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let path = entry.expect("the folder can be read").into_path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.strip_prefix(folder).unwrap_or(&path).with_extension("").display().to_string();
            files.push((name, std::fs::read_to_string(&path).expect("the file can be read")));
        }
    }
    files
}

/// Each response of a pact file, as its example stands there and with one thing of it changed.
fn of_pact(file: &str, text: &str) -> Vec<Trial> {
    let Ok(pact) = Pact::read(text.as_bytes()) else { return Vec::new() };
    let pact = pact.value;
    let raw: Value = serde_json::from_str(text).expect("a pact that could be read is JSON");
    let version = match pact.version {
        SpecVersion::V4 => Version::Four,
        SpecVersion::V3 => Version::Three,
        _ => Version::Two,
    };
    let mut all = Vec::new();
    for (at, interaction) in pact.interactions.iter().enumerate() {
        let Interaction::Http(_, response) = &interaction.kind else { continue };
        let found = &raw["interactions"][at];
        // What a plugin must compare is no matter of this test.
        if !found["response"].is_object() || !interaction.plugin_configuration.is_empty() {
            continue;
        }
        let mut headers = Vec::new();
        for (name, values) in response.headers.iter() {
            headers.extend(values.iter().map(|value| format!("{name}: {value}")));
        }
        let has_type = headers.iter().any(|line| line.to_ascii_lowercase().starts_with("content-type:"));
        if let Some(own) = response.body.content_type().filter(|_| !has_type) {
            headers.push(format!("Content-Type: {own}"));
        }
        let good =
            Answer { status: response.status, headers, body: response.body.bytes().to_vec(), framing: Framing::Length };
        let mut add = |what: &str, answer: Answer| {
            all.push(Trial {
                name: format!("{file} #{at}: {what}"),
                version,
                kind: Kind::Response,
                expected: Expected::Found(found["response"].clone()),
                answer,
            });
        };
        add("as expected", good.clone());
        add("other status", good.with_status(if response.status == 418 { 419 } else { 418 }));
        add("no type", good.with_header("Content-Type", &[]));
        add("type text/plain", good.with_header("Content-Type", &["Content-Type: text/plain"]));
        add("no body", good.with_body(""));
        for (name, _) in response.headers.iter() {
            let (line, other) = (good.with_header(name, &[]), format!("{name}: other"));
            add(&format!("no {name}"), line);
            add(&format!("other {name}"), good.with_header(name, &[&other]));
        }
        if let Ok(document) = serde_json::from_slice::<Value>(&good.body) {
            let changed = variations::documents(&document);
            // Large documents say the same at many places.
            let nth = changed.len().div_ceil(60);
            for (what, changed) in changed.iter().step_by(nth.max(1)) {
                add(what, good.with_body(changed.to_string()));
            }
        }
    }
    all
}

/// A case of the specification: what is expected, and one answer.
fn of_case(version: Version, file: &str, text: &str) -> Option<Trial> {
    let case: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let (expected, actual) = (case.get("expected")?, case.get("actual")?);
    // The response that would give `actual` is that whose example it is.
    let as_pact = serde_json::json!({
        "consumer": { "name": "c" }, "provider": { "name": "p" },
        "interactions": [{ "type": "Synchronous/HTTP", "description": "d", "request": { "method": "GET", "path": "/" }, "response": actual }],
        "metadata": { "pactSpecification": { "version": format!("{}.0.0", version.number()) } },
    });
    let pact = Pact::read(as_pact.to_string().as_bytes()).ok()?.value;
    let Interaction::Http(_, response) = &pact.interactions.first()?.kind else { return None };
    let mut headers = Vec::new();
    for (name, values) in response.headers.iter() {
        headers.extend(values.iter().map(|value| format!("{name}: {value}")));
    }
    // A header over several lines cannot be sent.
    if headers.iter().any(|line| line.contains(['\r', '\n'])) {
        return None;
    }
    let mut expected = expected.clone();
    // Cases may leave out what a response of a pact file has.
    expected.as_object_mut()?.entry("status").or_insert_with(|| 200.into());
    Some(Trial {
        name: format!("case V{} {file}", version.number()),
        version,
        kind: Kind::Response,
        expected: Expected::Found(expected),
        answer: Answer {
            status: response.status,
            headers,
            body: response.body.bytes().to_vec(),
            framing: Framing::Length,
        },
    })
}
