//! Examples held against their own matching rules, and what the generators make too.
//!
//! A provider is held to the examples and rules, whatever generators stand beside them; so the examples are judged. Only where an
//! example is empty and a generator fills it, the generated value is judged in its place.

use std::collections::HashMap;

use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::{Interaction, Json, MatchingRule};

use super::file::{File, Part, Side};
use super::rules::is_own_generator;
use super::secrets::{holds_secret, is_secret};
use super::{Code, Finding, Notes};
use crate::generate::{self, GenerateContext, GenerateError, Generated, Mode};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::rule::CompileError;
use crate::{Comparison, MessageMatcher, RequestMatcher, ResponseMatcher};

pub(super) fn check(file: &File<'_>, index: usize, interaction: &Interaction, findings: &mut Vec<Finding>) {
    for part in Part::all(file, index, interaction) {
        let mut notes = Notes::default();
        match compare(&part, &mut notes) {
            Ok(compared) => add_all(&compared, &part, &mut notes),
            Err(error) => {
                notes.add(Code::UnreadableRule, || part.place.member(&["matchingRules"]), || error.to_string());
            }
        }
        notes.finish(findings);
    }
}

/// An example held against its rules, and what generators make of it, if there are any.
#[derive(Default)]
struct Compared {
    example: Comparison,
    generated: Option<Comparison>,
}

fn compare(part: &Part<'_>, notes: &mut Notes) -> Result<Compared, CompileError> {
    let version = part.version();
    let mut compared = Compared::default();
    if let Some(request) = part.request {
        compared.example = RequestMatcher::compile(request, version)?.compare_with(request);
    }
    if let Some(response) = part.response {
        let matcher = ResponseMatcher::compile(response, version)?;
        compared.example = matcher.compare_with(response);
        if has_generators(part) {
            let made = generate::response(response, &context(), &mut generate::rng("lint"));
            compared.generated = settled(made, part, notes).map(|made| matcher.compare_with(&made));
        }
    }
    if let Some(message) = part.message {
        let matcher = MessageMatcher::compile(message, version)?;
        compared.example = matcher.compare_with(message);
        if part.side == Side::Provider && has_generators(part) {
            let made = generate::message(message, &context(), &mut generate::rng("lint"));
            compared.generated = settled(made, part, notes).map(|made| matcher.compare_with(&made));
        }
    }
    Ok(compared)
}

/// Variants of `arrayContains` carry generators too.
fn has_generators(part: &Part<'_>) -> bool {
    let mut rules = part.rules.body.values().flat_map(|list| &list.rules);
    !part.generators.is_empty() || rules.any(|rule| matches!(rule, MatchingRule::ArrayContains(_)))
}

/// For whom the values are made; the clock is of no account here, so it stands still.
fn context() -> GenerateContext<'static> {
    let then = jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
    GenerateContext { mode: Mode::Consumer, ..GenerateContext::consumer(Some("http://127.0.0.1:8080"), then) }
}

fn settled<T>(made: Result<Generated<T>, GenerateError>, part: &Part<'_>, notes: &mut Notes) -> Option<T> {
    let (value, errors) = match made {
        Ok(Generated { value, warnings }) => (Some(value), warnings),
        Err(error) => (None, vec![error]),
    };
    for error in errors {
        // Nobody provides it, which is said already.
        if !error.generator.is_empty() && !is_own_generator(&error.generator) {
            continue;
        }
        let (category, key) = error.at.split_once(' ').unwrap_or((&error.at, ""));
        notes.add(
            Code::BrokenGenerator,
            || part.place.generator(category, key),
            || format!("the generator {}: {}", error.generator, error.reason),
        );
    }
    value
}

fn add_all(compared: &Compared, part: &Part<'_>, notes: &mut Notes) {
    let by_place = |comparison: &Comparison| -> HashMap<Location, Shown> {
        comparison.mismatches().iter().map(|found| (found.at.clone(), found.actual.clone())).collect()
    };
    let generated = compared.generated.as_ref().map(by_place);
    for mismatch in compared.example.mismatches() {
        // Did a generator put something else there, good or bad?
        let is_filled = generated.as_ref().is_some_and(|made| made.get(&mismatch.at) != Some(&mismatch.actual));
        if !(is_empty(&mismatch.actual) && is_filled) {
            add(mismatch, part, notes);
        }
    }
    let Some(made) = &compared.generated else { return };
    let examples = by_place(&compared.example);
    for mismatch in made.mismatches() {
        let is_said =
            examples.get(&mismatch.at).is_some_and(|example| !is_empty(example) || *example == mismatch.actual);
        if !is_said && mismatch.reason != Reason::InvalidRule {
            let text = || format!("a generated value breaks the contract: {}", sentence(mismatch, part));
            notes.add(Code::GeneratorBreaksRule, || place(mismatch, part), text);
        }
    }
}

/// Some libraries write nothing, an empty text or null where a generator makes the value.
fn is_empty(example: &Shown) -> bool {
    match example {
        Shown::Nothing => true,
        Shown::Text(text) => text.is_empty() || text == "null",
        Shown::Number(_) => false,
    }
}

fn add(mismatch: &Mismatch, part: &Part<'_>, notes: &mut Notes) {
    let code = match mismatch.reason {
        // Said by who looks at the rules.
        Reason::InvalidRule => return,
        Reason::GaveUp => Code::SlowRegex,
        Reason::Unparsable => Code::UnparsableBody,
        _ => match &mismatch.rule {
            Some(rule) if rule.rule == "regex" => Code::RegexMissesExample,
            _ => Code::ExampleBreaksRule,
        },
    };
    notes.add(code, || place(mismatch, part), || sentence(mismatch, part));
}

fn place(mismatch: &Mismatch, part: &Part<'_>) -> PathExpression {
    let place = &part.place;
    let named = |list: &str, name: &str| place.member(&[list, name]);
    match &mismatch.at {
        Location::Method => place.member(&["method"]),
        Location::Path => place.member(&["path"]),
        Location::Status => place.member(&["status"]),
        Location::Query(name) => named("query", name),
        Location::Header(name) => named("headers", name),
        Location::Metadata(name) => named("metadata", name),
        Location::ContentType => place.in_body(&[]),
        Location::Body(path) => place.in_body(&steps(path)),
    }
}

/// What differs, without secrets.
fn sentence(mismatch: &Mismatch, part: &Part<'_>) -> String {
    if !shows_secret(mismatch, part) {
        return mismatch.sentence().to_owned();
    }
    let rule = mismatch.rule.as_ref().map_or("equality", |rule| rule.rule.as_str());
    format!("Expected another value (not shown: it looks like a real credential) by the rule `{rule}`")
}

/// Is there a secret in the sentence? It may show the value in whole or in parts, and the rule.
fn shows_secret(mismatch: &Mismatch, part: &Part<'_>) -> bool {
    let texts = [mismatch.expected.to_string(), mismatch.actual.to_string(), mismatch.sentence().to_owned()];
    let in_texts = |name: &str| texts.iter().any(|text| is_secret(name, text));
    match &mismatch.at {
        Location::Header(name) => {
            let values = part.headers().and_then(|headers| headers.get(name)).unwrap_or_default();
            in_texts(name) || values.iter().any(|value| is_secret(name, value))
        }
        Location::Query(name) => {
            let mut query = part.request.into_iter().flat_map(|request| request.query.iter());
            let is_meant = |own: &str| name.is_empty() || own == name;
            in_texts(name)
                || query
                    .any(|(own, values)| is_meant(own) && values.iter().flatten().any(|value| is_secret(own, value)))
        }
        Location::Metadata(name) => {
            let value = part.message.and_then(|message| message.metadata.get(name));
            in_texts(name) || value.is_some_and(|value| holds_secret(name, value))
        }
        Location::Body(path) => {
            let steps = steps(path);
            let name = last_name(&steps);
            let document = part.json();
            let value = document.as_ref().and_then(|document| at(document, &steps));
            in_texts(name) || value.is_some_and(|value| holds_secret(name, value))
        }
        Location::Method | Location::Path | Location::Status | Location::ContentType => in_texts(""),
    }
}

/// The name of the member, or of the array that it is in.
pub(super) fn last_name(steps: &[Segment]) -> &str {
    let name = steps.iter().rev().find_map(|step| match step {
        Segment::Field(name) => Some(name.as_str()),
        _ => None,
    });
    name.unwrap_or_default()
}

fn at<'j>(document: &'j Json<'j>, steps: &[Segment]) -> Option<&'j Json<'j>> {
    steps.iter().try_fold(document, |at, step| match step {
        Segment::Field(name) => at.get(name),
        Segment::Index(index) => at.as_array()?.get(*index),
        Segment::Star | Segment::StarIndex => None,
    })
}

/// The steps of a path in the body; `/` is the body itself.
fn steps(path: &str) -> Vec<Segment> {
    path.parse::<PathExpression>().map(|path| path.segments().to_vec()).unwrap_or_default()
}
