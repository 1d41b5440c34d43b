//! Pact files of other tools: the examples in them satisfy their own rules.
//!
//! The files are read from `INTACT_REAL_PACTS_DIR` (default `../shared/real-pacts`). Examples are taken as they stand, with
//! nothing generated: a contract whose example does not satisfy it would fail the consumer that wrote it.

use std::path::Path;

use intact_matching::{Comparison, MessageMatcher, RequestMatcher, ResponseMatcher};
use intact_pact_model::{Interaction, Kind, Pact, SpecVersion};
use libtest_mimic::{Failed, Trial};

use crate::{KnownFailures, judge, not_there};

/// One trial for each request, response and message of each file.
pub(crate) fn trials(folder: &Path, mut known: KnownFailures) -> Vec<Trial> {
    let mut trials = Vec::new();
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    for path in files.map(|entry| entry.expect("the folder of the pacts can be read").into_path()) {
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        let pact = std::fs::read(&path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| Pact::read(&bytes).map(|loaded| loaded.value).map_err(|error| error.to_string()));
        match pact {
            Err(error) => trials.push(Trial::test(format!("real/{name}"), move || Err(Failed::from(error)))),
            Ok(pact) => {
                for (at, interaction) in pact.interactions.into_iter().enumerate() {
                    let title = format!("real/{name}/{at} {}", interaction.description.escape_debug());
                    let (version, known_reason) = (pact.version, known.remove(&title));
                    trials.push(Trial::test(title, move || {
                        judge(&satisfies_itself(&interaction, version), known_reason.as_deref())
                    }));
                }
            }
        }
    }
    assert!(!trials.is_empty(), "there are no pact files in {}", folder.display());
    trials.extend(not_there(known));
    trials
}

fn satisfies_itself(interaction: &Interaction, version: SpecVersion) -> Result<(), String> {
    let compared = compare(interaction, version).map_err(|error| error.to_string())?;
    let mut faults = Vec::new();
    for (part, comparison) in compared {
        for mismatch in comparison.mismatches() {
            let place = mismatch.identifier().unwrap_or_else(|| mismatch.attribute());
            faults.push(format!("{part} {place} -> {mismatch}"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

fn compare(
    interaction: &Interaction,
    version: SpecVersion,
) -> Result<Vec<(String, Comparison)>, intact_matching::CompileError> {
    let mut compared = Vec::new();
    match &interaction.kind {
        Kind::Http(request, response) => {
            compared.push(("request".to_owned(), RequestMatcher::compile(request, version)?.compare_with(request)));
            compared.push(("response".to_owned(), ResponseMatcher::compile(response, version)?.compare_with(response)));
        }
        Kind::AsyncMessage(message) => {
            compared.push(("message".to_owned(), MessageMatcher::compile(message, version)?.compare_with(message)));
        }
        Kind::SyncMessage { request, responses } => {
            compared.push(("request".to_owned(), MessageMatcher::compile(request, version)?.compare_with(request)));
            for (at, response) in responses.iter().enumerate() {
                let comparison = MessageMatcher::compile(response, version)?.compare_with(response);
                compared.push((format!("response {at}"), comparison));
            }
        }
        // What is not known has no examples.
        Kind::Unknown { .. } => {}
    }
    Ok(compared)
}
