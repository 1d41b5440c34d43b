//! Pact files of other tools: the examples in them satisfy their own rules.
//!
//! The files are read from `INTACT_REAL_PACTS_DIR` (default `../shared/real-pacts`). A contract whose example does not satisfy it
//! would fail the consumer that wrote it. Requests are taken as they stand; responses and messages also as a consumer gets them,
//! with generated values: some are empty until then. What cannot be generated stays as it stands.

use std::path::Path;

use intact_matching::generate::{self, GenerateContext};
use intact_matching::{Comparison, MessageMatcher, RequestMatcher, ResponseMatcher};
use intact_pact_model::{HttpResponse, Interaction, Kind, MessagePart, Pact, SpecVersion};
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

/// What is held against the contract's own rules, and what came of it.
type Compared = Vec<(String, Comparison)>;

fn satisfies_itself(interaction: &Interaction, version: SpecVersion) -> Result<(), String> {
    let compared = compare(interaction, version)?;
    let mut faults = Vec::new();
    for (part, comparison) in compared {
        for mismatch in comparison.mismatches() {
            let place = mismatch.identifier().unwrap_or_else(|| mismatch.attribute());
            faults.push(format!("{part} {place} -> {mismatch}"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

fn compare(interaction: &Interaction, version: SpecVersion) -> Result<Compared, String> {
    let compared = match &interaction.kind {
        Kind::Http(request, response) => {
            let matcher = RequestMatcher::compile(request, version).map_err(|error| error.to_string())?;
            vec![("request".to_owned(), matcher.compare_with(request)), answer(response, version)?]
        }
        Kind::AsyncMessage(own) => vec![message("message", own, version)?],
        Kind::SyncMessage { request, responses } => {
            let responses = responses.iter().enumerate();
            let responses = responses.map(|(at, response)| message(&format!("response {at}"), response, version));
            std::iter::once(message("request", request, version)).chain(responses).collect::<Result<_, _>>()?
        }
        // What is not known has no examples.
        Kind::Unknown { .. } => Vec::new(),
    };
    Ok(compared)
}

const MOCK_SERVER: &str = "http://127.0.0.1:8080";

fn answer(response: &HttpResponse, version: SpecVersion) -> Result<(String, Comparison), String> {
    let matcher = ResponseMatcher::compile(response, version).map_err(|error| error.to_string())?;
    let context = GenerateContext::consumer(Some(MOCK_SERVER), generate::now());
    let made = generate::response(response, &context, &mut generate::rng("any")).map_err(|error| error.to_string())?;
    Ok((title("response", made.value == *response), matcher.compare_with(&made.value)))
}

fn message(part: &str, message: &MessagePart, version: SpecVersion) -> Result<(String, Comparison), String> {
    let matcher = MessageMatcher::compile(message, version).map_err(|error| error.to_string())?;
    let context = GenerateContext::consumer(Some(MOCK_SERVER), generate::now());
    let made = generate::message(message, &context, &mut generate::rng("any")).map_err(|error| error.to_string())?;
    Ok((title(part, made.value == *message), matcher.compare_with(&made.value)))
}

fn title(part: &str, as_it_stands: bool) -> String {
    if as_it_stands { part.to_owned() } else { format!("generated {part}") }
}
