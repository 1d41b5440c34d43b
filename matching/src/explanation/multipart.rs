//! Multipart bodies: each part is shown as the body that it is.

use std::cell::OnceCell;

use intact_pact_model::ContentType;

use crate::actual::ActualBody;
use crate::body::multipart::parse::{self, Part};
use crate::body::multipart::{MultipartMatcher, PartMatcher};
use crate::mismatch::Mismatch;

use super::body::{Read, with_parts};
use super::named;
use super::parts::Parts;
use super::visible::quoted;
use super::{Finding, Hide, Row, hints, rename, words};

/// A multipart body.
pub(super) struct MultipartParts<'b> {
    expected: &'b MultipartMatcher,
    received: Vec<Part>,
    /// What came for each expected part, once somebody has asked for it.
    read: Vec<OnceCell<Read<'b>>>,
    hide: Hide<'b>,
}

impl<'b> MultipartParts<'b> {
    /// `None` if the actual body cannot be taken apart.
    pub(super) fn new(
        expected: &'b MultipartMatcher,
        actual: &[u8],
        content_type: Option<&ContentType>,
        hide: Hide<'b>,
    ) -> Option<Self> {
        let boundary = content_type.and_then(|found| found.parameter("boundary"));
        let received = parse::parse(actual, boundary).ok()?;
        Some(Self { expected, received, read: expected.parts.iter().map(|_| OnceCell::new()).collect(), hide })
    }

    /// Gives the parts of a file to `take`. There may be many mismatches in one file, which is read only once.
    fn with_parts_of(&self, index: usize, actual: &Part, take: &mut dyn FnMut(&dyn Parts)) {
        let expected = &self.expected.parts[index].content;
        let body = ActualBody::of_part(&actual.content, actual.content_type());
        let read = self.read[index].get_or_init(|| Read::new(expected, &body, self.hide));
        with_parts(expected, &body, self.hide, read, take);
    }

    /// The part that a path leads into, and the rest of the path.
    fn find<'p>(&self, path: &'p str) -> Option<(usize, &'p str)> {
        let mut inside = self.expected.parts.iter().enumerate().filter_map(|(at, part)| {
            let rest = path.strip_prefix(part.path.as_str())?;
            (rest.is_empty() || rest.starts_with(['.', '['])).then_some((at, rest))
        });
        inside.next()
    }

    /// What came for a part. Several of one name are paired in order.
    fn actual_of(&self, index: usize) -> Option<&Part> {
        let expected = &self.expected.parts[index].part;
        match &expected.name {
            Some(name) => {
                let before = &self.expected.parts[..index];
                let earlier = before.iter().filter(|part| part.part.name.as_ref() == Some(name)).count();
                self.received.iter().filter(|part| part.name.as_ref() == Some(name)).nth(earlier)
            }
            None => self.received.get(index),
        }
    }

    fn renamed(&self, expected: &PartMatcher, finding: &mut Finding) {
        let Some(name) = &expected.part.name else { return };
        let is_expected = |part: &&Part| self.expected.parts.iter().any(|own| own.part.name == part.name);
        let others: Vec<&Part> = self.received.iter().filter(|part| !is_expected(part)).collect();
        let alike = rename::like(name, others.iter().filter_map(|part| part.name.as_deref()));
        let fits = |name: &str| {
            let part = others.iter().find(|part| part.name.as_deref() == Some(name));
            part.is_some_and(|part| expected.accepts(part))
        };
        if let Some(found) = alike.iter().find(|found| fits(found)) {
            let (name, found) = (quoted(name, self.hide), quoted(found, self.hide));
            finding.hint((self.hide)(&format!("the part {name} is missing; {found} is there and would match")));
        }
    }

    /// A field, or a header of a part.
    fn show_text(&self, expected: &PartMatcher, actual: &Part, rest: &str, finding: &mut Finding) {
        let header = expected.part.headers.iter().find(|(name, _)| {
            let step = intact_pact_model::path::PathExpression::root().field(name).to_string();
            rest == step.trim_start_matches('$')
        });
        let (set, example, value, name) = if let Some((name, example)) = header {
            let Some(value) = actual.header(name) else { return };
            (expected.header_rules(name), example.clone(), value.to_owned(), name.as_str())
        } else {
            let name = expected.part.name.as_deref().unwrap_or("the part");
            (
                expected.content.rules.cursor().exact_rules(),
                expected.part.text().into_owned(),
                actual.text().into_owned(),
                name,
            )
        };
        finding.excerpt.push(named::lines(
            words::of_text(set, self.hide),
            &(self.hide)(&example),
            &(self.hide)(&value),
        ));
        let fits = |text: &str| match set {
            Some(set) => set.holds(|rule| rule.check_text(&example, text)),
            None => text == example,
        };
        let hint = hints::of_text(&value, &fits).or_else(|| hints::of_kind(&example, set, &value));
        if let Some(hint) = hint {
            finding.hint((self.hide)(&format!("{} {hint}", quoted(name, self.hide))));
        }
    }
}

impl Parts for MultipartParts<'_> {
    fn part_of(&self, path: &str) -> String {
        let Some((at, rest)) = self.find(path) else { return path.to_owned() };
        let expected = &self.expected.parts[at];
        let inner = OnceCell::new();
        if let Some(actual) = self.actual_of(at).filter(|_| expected.part.is_file()) {
            self.with_parts_of(at, actual, &mut |parts| {
                _ = inner.set(parts.part_of(&format!("${rest}")));
            });
        }
        let rest = inner.into_inner().unwrap_or_else(|| rest.to_owned());
        format!("{}{}", expected.path, rest.trim_start_matches(['$', '/']))
    }

    fn show(&self, part: &str, mismatches: &[&Mismatch], finding: &mut Finding) {
        let Some((at, rest)) = self.find(part) else { return };
        let expected = &self.expected.parts[at];
        let Some(actual) = self.actual_of(at) else {
            let names = self.received.iter().map(|part| {
                part.name.as_deref().map_or_else(|| "(no name)".to_owned(), |name| quoted(name, self.hide))
            });
            let names: Vec<String> = names.take(10).collect();
            let wanted =
                expected.part.name.as_deref().map_or_else(|| "a part".to_owned(), |name| quoted(name, self.hide));
            finding.excerpt.push(Row::different(Some(wanted), None));
            if !names.is_empty() {
                finding.hint((self.hide)(&format!("the parts that came: {}", names.join(", "))));
            }
            self.renamed(expected, finding);
            return;
        };
        if expected.part.is_file() != actual.is_file() {
            if expected.part.is_file() && !actual.is_file() {
                finding.hint("a part is a file if its `Content-Disposition` has a `filename`");
            }
            return;
        }
        if !expected.part.is_file() || mismatches.iter().any(|one| one.description().contains("a header '")) {
            self.show_text(expected, actual, rest, finding);
            return;
        }
        self.with_parts_of(at, actual, &mut |parts| {
            parts.show(&format!("${rest}"), mismatches, finding);
        });
    }
}

impl PartMatcher {
    /// Would this part do for the expected one, whatever its name?
    fn accepts(&self, actual: &Part) -> bool {
        if self.part.is_file() != actual.is_file() {
            return false;
        }
        if self.part.is_file() {
            let body = ActualBody::of_part(&actual.content, actual.content_type());
            return self.content.compare(&body, None, &mut crate::comparison::Verdict).is_continue();
        }
        let (expected, actual) = (self.part.text(), actual.text());
        match self.content.rules.cursor().exact_rules() {
            Some(set) => set.holds(|rule| rule.check_text(&expected, &actual)),
            None => expected == actual,
        }
    }
}
