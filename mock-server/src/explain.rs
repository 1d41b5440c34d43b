//! Words for what went wrong: the text of a failed test, and the body of the answer to the request that was wrong.
//!
//! Both begin with the request that came, because that is what the reader's code did; then comes the nearest expected
//! interaction, then the differences. Headers are named only where they differ: they may hold credentials.

use std::fmt::{self, Display, Formatter};

use intact_matching::explanation::Layout;
use intact_matching::{Explanation, Mismatch};
use intact_pact_model::json::{Json, JsonValue, Object};

use crate::listen::{Received, Unreadable};
use crate::outcome::{
    InteractionName, MismatchedRequest, NearInteraction, Outcome, SeenRequest, UnexpectedRequest, insert_warnings,
    mismatches_json,
};
use crate::plugins;

/// How much of a body is shown.
const SHOWN_BODY: usize = 1000;
/// How many requests of one kind are shown.
const SHOWN_REQUESTS: usize = 10;

/// `"a request for product 42" given "product 42 exists"`
impl Display for InteractionName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.description)?;
        for (at, state) in self.states.iter().enumerate() {
            write!(f, " {} \"{state}\"", if at == 0 { "given" } else { "and" })?;
        }
        Ok(())
    }
}

impl Display for SeenRequest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target())
    }
}

impl Display for Unreadable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.method, self.path, self.reason)
    }
}

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.is_satisfied() {
            return write!(f, "{} used {} as their contract says", self.consumer, self.provider);
        }
        write!(f, "{} did not use {} as their contract says", self.consumer, self.provider)?;
        let mut not_shown = self.not_listed;
        not_shown += write_each(f, &self.mismatches, write_mismatched)?;
        not_shown += write_each(f, &self.unexpected, write_unexpected)?;
        not_shown +=
            write_each(f, &self.unreadable, |f, request, times| write!(f, "\n\n  ✗ {request}{}", Times(times)))?;
        not_shown += write_each(f, &self.unsendable, |f, reason, times| write!(f, "\n\n  ✗ {reason}{}", Times(times)))?;
        if not_shown > 0 {
            write!(f, "\n\n  and {not_shown} more requests that went wrong")?;
        }
        for missing in &self.missing {
            let name = &missing.interaction;
            write!(f, "\n\n  ✗ {name} never came: {} {}", name.method, name.target)?;
        }
        if !self.missing.is_empty() {
            self.write_what_came_instead(f)?;
        }
        Ok(())
    }
}

impl Outcome {
    fn write_what_came_instead(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seen = self.mismatches.iter().map(|m| &m.request).chain(self.unexpected.iter().map(|u| &u.request));
        let wrong: Vec<String> = seen.map(ToString::to_string).collect();
        let right =
            self.matched.iter().map(|m| (format!("{} {}", m.interaction.method, m.interaction.target), m.times));
        let mut came: Vec<String> = right.map(|(request, times)| format!("{request}{}", Times(times))).collect();
        came.extend(counted(&wrong).into_iter().map(|(request, times)| format!("{request}{}", Times(times))));
        if came.is_empty() && self.requests == 0 && !self.failed_handshakes.is_empty() {
            f.write_str("\n      no request came at all: a client and the server could not agree on TLS:")?;
            for (reason, times) in counted(&self.failed_handshakes) {
                write!(f, "\n        {reason}{}", Times(times))?;
            }
            return f.write_str("\n      does the client use `https`, and trust the server's certificate?");
        }
        if came.is_empty() {
            return f.write_str(match (self.requests, self.not_http) {
                (0, 0) => "\n      no request came at all: does the client under test use the server's URL?",
                (0, _) => {
                    "\n      no request came at all, only a connection that sent no valid HTTP: does the client use `https`?"
                }
                _ if !self.unreadable.is_empty() => "\n      no request came that could be read",
                _ => "\n      only `OPTIONS` requests came, which the contract does not expect",
            });
        }
        write!(f, "\n      what came instead:")?;
        came.iter().take(SHOWN_REQUESTS).try_for_each(|request| write!(f, "\n        {request}"))?;
        if came.len() > SHOWN_REQUESTS {
            write!(f, "\n        and {} others", came.len() - SHOWN_REQUESTS)?;
        }
        Ok(())
    }
}

/// Writes the first few, and says how many it left out.
fn write_each<T: PartialEq>(
    f: &mut Formatter<'_>,
    all: &[T],
    write: impl Fn(&mut Formatter<'_>, &T, usize) -> fmt::Result,
) -> Result<usize, fmt::Error> {
    let counted = counted(all);
    let (shown, left_out) = counted.split_at(counted.len().min(SHOWN_REQUESTS));
    shown.iter().try_for_each(|&(one, times)| write(f, one, times))?;
    Ok(left_out.iter().map(|(_, times)| times).sum())
}

/// Equal things once, with their number: clients try again.
fn counted<T: PartialEq>(all: &[T]) -> Vec<(&T, usize)> {
    let mut counted: Vec<(&T, usize)> = Vec::new();
    for one in all {
        match counted.iter_mut().find(|(known, _)| *known == one) {
            Some((_, times)) => *times += 1,
            None => counted.push((one, 1)),
        }
    }
    counted
}

/// ` (3 times)`
struct Times(usize);

impl Display for Times {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 > 1 { write!(f, " ({} times)", self.0) } else { Ok(()) }
    }
}

fn write_mismatched(f: &mut Formatter<'_>, mismatched: &MismatchedRequest, times: usize) -> fmt::Result {
    write!(f, "\n\n  ✗ {} came{}, but not as {} expects it", mismatched.request, Times(times), mismatched.interaction)?;
    write_explanation(f, &mismatched.explanation)?;
    write_plugins(f, &mismatched.interaction)?;
    write_body(f, &mismatched.request)
}

fn write_unexpected(f: &mut Formatter<'_>, unexpected: &UnexpectedRequest, times: usize) -> fmt::Result {
    write!(f, "\n\n  ✗ {} came{}, which the contract does not expect", unexpected.request, Times(times))?;
    if let Some(NearInteraction { interaction, explanation, .. }) = unexpected.closest.first() {
        write!(f, "\n      the nearest is {interaction}: {} {}", interaction.method, interaction.target)?;
        write_explanation(f, explanation)?;
        write_plugins(f, interaction)?;
    }
    write_body(f, &unexpected.request)
}

fn write_explanation(f: &mut Formatter<'_>, explanation: &Explanation) -> fmt::Result {
    let mut text = String::new();
    explanation.write(&mut text, &Layout { indent: 8, ..Layout::default() })?;
    write!(f, "\n{}", text.trim_end())
}

fn write_plugins(f: &mut Formatter<'_>, interaction: &InteractionName) -> fmt::Result {
    match plugins::warning("the interaction", &interaction.plugins) {
        Some(warning) => write!(f, "\n      {warning}"),
        None => Ok(()),
    }
}

fn write_body(f: &mut Formatter<'_>, request: &SeenRequest) -> fmt::Result {
    if request.body_length == 0 {
        return Ok(());
    }
    write!(f, "\n      its body, {} bytes", request.body_length)?;
    if let Some(content_type) = request.headers.content_type() {
        write!(f, " of {content_type}")?;
    }
    let text = String::from_utf8_lossy(&request.body);
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Ok(());
    }
    let shown: String = text.chars().take(SHOWN_BODY).collect();
    write!(f, ":")?;
    shown.lines().try_for_each(|line| write!(f, "\n        {line}"))?;
    if request.body_length > shown.len() {
        write!(f, "\n        …")?;
    }
    Ok(())
}

/// The body of the answer to a request that is not as expected: what other mock servers say in `error`, and why.
pub(crate) fn answer(kind: &str, reason: &str, near: &[NearInteraction]) -> JsonValue {
    let mut body = Object::new();
    body.insert("error", format!("{kind} : {reason}"));
    if let Some(best) = near.first() {
        body.insert("interaction", best.interaction.description.clone());
        body.insert("mismatches", mismatches_json(&best.mismatches));
        // Not in the answers of other mock servers.
        if let Json::Array(findings) = best.explanation.to_json()
            && !findings.is_empty()
        {
            body.insert("explanation", findings);
        }
    }
    let closest = near.iter().map(|near| {
        Json::object([("interaction", near.interaction.to_string()), ("reason", reasons(&near.mismatches))])
    });
    body.insert("closest", Json::Array(closest.collect()));
    insert_warnings(&mut body, near.iter().map(|near| &near.interaction));
    Json::Object(body)
}

/// What came, what is nearest to it, and how they differ.
pub(crate) fn one_line(request: &Received, nearest: Option<&NearInteraction>) -> String {
    let request = SeenRequest::of(request);
    match nearest {
        None => format!("{request}, and the contract has no HTTP interactions"),
        Some(NearInteraction { interaction, mismatches, .. }) => {
            let (method, target) = (&interaction.method, &interaction.target);
            let mut line = format!("{request} is not {interaction} ({method} {target}): {}", reasons(mismatches));
            if let Some(warning) = plugins::warning("the interaction", &interaction.plugins) {
                line.push_str("; ");
                line.push_str(&warning);
            }
            line
        }
    }
}

/// The first few differences in one line.
fn reasons(mismatches: &[Mismatch]) -> String {
    const SHOWN: usize = 3;
    let reason = |mismatch: &Mismatch| format!("{}: {}", mismatch.place(), mismatch.sentence());
    let mut reasons: Vec<String> = mismatches.iter().take(SHOWN).map(reason).collect();
    if mismatches.len() > SHOWN {
        reasons.push(format!("and {} more", mismatches.len() - SHOWN));
    }
    reasons.join("; ")
}
