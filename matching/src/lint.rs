//! What is wrong with a contract, or could be better, before anybody runs it.
//!
//! A [`Finding`] names what was found by a stable [`Code`], where it stands in the file, and says it in a sentence; what to do about it
//! is the code's [`remedy`](Code::remedy). An **error** is what makes a contract fail whatever the provider does; a **warning** what hardly
//! anybody means; **advice** what makes contracts break without a reason later. Nothing is asked of the network or the clock, and secrets
//! are never repeated in a text.
//!
//! Each room looks for a few things: `names` (descriptions, states, duplicates), `rules` (rules and generators by themselves), `reach` (what
//! they select), `examples` (examples held against their own rules), `values` (values that are over-specified), `secrets`. What a value
//! or an expression looks like is in `looks` and `catastrophic`.

mod catastrophic;
mod code;
mod examples;
mod file;
mod looks;
mod names;
pub(crate) mod reach;
mod rules;
pub(crate) mod secrets;
#[cfg(test)]
mod tests;
mod values;

use std::collections::HashMap;
use std::fmt::Write as _;

use intact_pact_model::path::PathExpression;
use intact_pact_model::read::Loaded;
use intact_pact_model::{Json, Pact};

pub use code::{Code, Severity};

use file::{File, Part};

/// So many findings of one code are listed for one request, response or message.
const MOST_OF_ONE_CODE: usize = 3;

/// Something that was found in a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// The description of the interaction, if it is about one.
    pub interaction: Option<String>,
    /// Where it stands in the file, for example `$.interactions[2].response.body.id`.
    pub at: PathExpression,
    /// What was found, in a sentence without a period.
    pub text: String,
}

impl Finding {
    /// Something at a place of the file.
    pub fn new(code: Code, at: PathExpression, text: impl Into<String>) -> Self {
        Self { code, interaction: None, at, text: text.into() }
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        self.code.remedy()
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} [{}] {}: {}", self.severity(), self.code, self.at, self.text)
    }
}

/// Looks at a contract: `document` is the file, `loaded` what was read from it.
///
/// The findings are in the order of the file's interactions. What the reader warned of is among them, unless something else says
/// it better.
///
/// ```
/// use intact_matching::lint::{self, Code};
/// use intact_pact_model::{Json, Pact};
///
/// let file = br#"{ "consumer": { "name": "Web" }, "provider": { "name": "Orders" }, "interactions": [{
///     "description": "a request", "request": { "method": "GET", "path": "/orders" }, "response": { "status": 200,
///         "headers": { "Content-Type": "application/json" }, "body": { "next": "6f1c5a60-7f25-4f0c-a8a7-6b5ad1c6ab66" } }
/// }], "metadata": { "pactSpecification": { "version": "2.0.0" } } }"#;
/// let findings = lint::check(&Json::parse(file)?, &Pact::read(file)?);
/// assert_eq!(findings[0].code, Code::ExactUuid);
/// assert_eq!(findings[0].at.to_string(), "$.interactions[0].response.body.next");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check(document: &Json<'_>, loaded: &Loaded<Pact>) -> Vec<Finding> {
    let pact = &loaded.value;
    let file = File::new(document, pact.version);
    let mut findings = Vec::new();
    names::of_pact(&file, pact, &mut findings);
    for (index, interaction) in pact.interactions.iter().enumerate() {
        let before = findings.len();
        names::of_interaction(&file, index, interaction, &mut findings);
        file.newer_members(index, &mut findings);
        let plugins = !pact.plugins().is_empty();
        let asked = values::Asked::new(interaction);
        for part in Part::all(&file, index, interaction) {
            let mut notes = Notes::default();
            rules::check(&part, plugins, &mut notes);
            reach::check(&part, &mut notes);
            values::check(&part, &asked, &mut notes);
            secrets::check(&part, &mut notes);
            notes.finish(&mut findings);
        }
        examples::check(&file, index, interaction, &mut findings);
        for finding in &mut findings[before..] {
            finding.interaction = Some(interaction.description.clone());
        }
    }
    add_warnings(loaded, &mut findings);
    findings
}

/// What the reader said, where nothing else is said about the place.
fn add_warnings(loaded: &Loaded<Pact>, findings: &mut Vec<Finding>) {
    let said: std::collections::HashSet<PathExpression> = findings.iter().map(|finding| finding.at.clone()).collect();
    for warning in &loaded.warnings {
        let at: PathExpression = warning.at.parse().unwrap_or_default();
        if !said.contains(&at) {
            let is_hidden = secrets::is_secret(examples::last_name(at.segments()), &warning.text);
            let text = if is_hidden { "what stands here was not read as it is (not shown)" } else { &warning.text };
            findings.push(Finding::new(Code::Odd, at, text));
        }
    }
}

/// The findings in one request, response or message; many of one code are counted, not listed.
#[derive(Default)]
struct Notes {
    findings: Vec<Finding>,
    counts: HashMap<Code, (usize, usize)>,
}

impl Notes {
    fn add(&mut self, code: Code, at: impl FnOnce() -> PathExpression, text: impl FnOnce() -> String) {
        let (count, last) = self.counts.entry(code).or_default();
        *count += 1;
        if *count <= MOST_OF_ONE_CODE {
            *last = self.findings.len();
            self.findings.push(Finding::new(code, at(), text()));
        }
    }

    fn finish(mut self, into: &mut Vec<Finding>) {
        for (count, last) in self.counts.values() {
            if let more @ 1.. = count.saturating_sub(MOST_OF_ONE_CODE) {
                let text = &mut self.findings[*last].text;
                _ = write!(text, " (and {more} more such {})", if more == 1 { "place" } else { "places" });
            }
        }
        into.append(&mut self.findings);
    }
}
