//! Multipart bodies: parts are paired by name, and each pair is compared like a body of its own.
//!
//! Each side is taken apart by its own boundary, which says nothing about the content. Parts with a file name are files and
//! compared by their type; the others are fields and compared as text. Additional parts are ignored.

pub(crate) mod parse;

use bytes::Bytes;
use indexmap::IndexMap;
use intact_pact_model::body::Content;
use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::{Body, ContentType, MatchingRules, RuleList};

use crate::actual::ActualBody;
use crate::body::{BodyMatcher, Of};
use crate::comparison::{Flow, Sink};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::parts::headers::is_same_with_parameters;
use crate::rule::{CompileError, Rule, RuleSet};
use crate::show;

use parse::{Part, PartView};

/// An expected multipart body, ready to be compared.
#[derive(Debug)]
pub(crate) struct MultipartMatcher {
    pub(crate) parts: Vec<PartMatcher>,
}

#[derive(Debug)]
pub(crate) struct PartMatcher {
    pub(crate) part: Part,
    /// Its name, or its position if it has none.
    title: String,
    pub(crate) path: String,
    /// Compares the content of a file; its rules govern fields and headers too.
    pub(crate) content: BodyMatcher,
}

/// How deep multipart bodies may hold multipart bodies.
const MAX_DEPTH: usize = 8;

/// Headers that a part may lack, because they only describe how it travels.
const OPTIONAL: [&str; 3] = ["content-type", "content-disposition", "content-transfer-encoding"];

impl MultipartMatcher {
    /// The first error is about the rules, the second about the expected body.
    pub(crate) fn compile(
        bytes: &Bytes,
        content_type: &ContentType,
        rules: &IndexMap<String, RuleList>,
        of: Of,
        depth: usize,
    ) -> Result<Result<Self, String>, CompileError> {
        if depth == MAX_DEPTH {
            return Ok(Err(format!("multipart bodies nest deeper than {MAX_DEPTH} levels")));
        }
        let parts = match parse::shared(bytes, content_type.parameter("boundary")) {
            Ok(parts) => parts,
            Err(error) => return Ok(Err(error)),
        };
        let rules: Vec<(PathExpression, &RuleList)> = rules
            .iter()
            .filter(|(_, list)| !list.is_empty())
            .filter_map(|(key, list)| Some((key.parse().ok()?, list)))
            .collect();
        let mut matchers = Vec::new();
        for (index, part) in parts.into_iter().enumerate() {
            let (title, step) = match &part.name {
                Some(name) => (name.clone(), Segment::Field(name.clone())),
                None => (index.to_string(), Segment::Index(index)),
            };
            let own = MatchingRules { body: rules_below(&rules, &step), ..MatchingRules::default() };
            let content_type = part.content_type();
            let body_type = content_type.clone().or_else(|| {
                Some(&part.content).filter(|bytes| !bytes.is_empty()).and_then(|it| ContentType::detect(it))
            });
            // A part is always there: without bytes it is an empty text, not a body that is missing.
            let body = Body::Present(Content { bytes: part.content.clone(), content_type, hint: None });
            let content = BodyMatcher::compile_nested(&body, body_type, &own, of, depth + 1)?;
            let path = PathExpression::from(vec![step]).to_string();
            matchers.push(PartMatcher { part, title, path, content });
        }
        Ok(Ok(Self { parts: matchers }))
    }

    pub(crate) fn compare<S: Sink>(&self, actual: &[u8], content_type: Option<&ContentType>, sink: &mut S) -> Flow {
        let boundary = content_type.and_then(|found| found.parameter("boundary"));
        let mut received: Vec<Option<PartView<'_>>> = match parse::views(actual, boundary) {
            Ok(parts) => parts.into_iter().map(Some).collect(),
            Err(error) => {
                return sink.mismatch(|| {
                    let text = format!("Failed to parse the actual body: '{error}'");
                    Mismatch::new(Location::Body("$".to_owned()), Reason::Unparsable, text)
                        .showing(Shown::Nothing, Shown::bytes(actual))
                });
            }
        };
        for (index, expected) in self.parts.iter().enumerate() {
            let pair = match &expected.part.name {
                // Several parts of one name are paired in order: each is taken once.
                Some(name) => {
                    let is_it = |part: &&mut Option<PartView<'_>>| {
                        part.as_ref().is_some_and(|part| part.name.as_ref() == Some(name))
                    };
                    received.iter_mut().find(is_it).and_then(Option::take)
                }
                None => received.get_mut(index).and_then(Option::take),
            };
            match pair {
                Some(actual) => expected.compare(&actual, sink)?,
                None => sink.mismatch(|| {
                    let text = format!("Expected a MIME part '{}' but was missing", expected.title);
                    Mismatch::new(Location::Body(expected.path.clone()), Reason::Missing, text)
                        .showing(Shown::bytes(&expected.part.content), Shown::Nothing)
                })?,
            }
        }
        Flow::Continue(())
    }
}

/// The rules at and below a part, as if the part were the document. Those that call the part by its name come last: of
/// two for one place they count.
fn rules_below(rules: &[(PathExpression, &RuleList)], part: &Segment) -> IndexMap<String, RuleList> {
    let below = |fits: &dyn Fn(&Segment) -> bool| {
        let below = rules.iter().filter_map(|(path, list)| {
            let (_, rest) = path.segments().split_first().filter(|(first, _)| fits(first))?;
            Some((PathExpression::from(rest.to_vec()).to_string(), (*list).clone()))
        });
        below.collect::<Vec<_>>()
    };
    let by_wildcard =
        |first: &Segment| matches!((first, part), (Segment::Star, _) | (Segment::StarIndex, Segment::Index(_)));
    below(&by_wildcard).into_iter().chain(below(&|first| first == part)).collect()
}

impl PartMatcher {
    fn compare<S: Sink>(&self, actual: &PartView<'_>, sink: &mut S) -> Flow {
        if self.part.is_file() != actual.is_file() {
            return sink.mismatch(|| {
                let kind = |is_file| if is_file { "file" } else { "field" };
                let (wanted, found) = (kind(self.part.is_file()), kind(actual.is_file()));
                let text = format!("Expected a MIME {wanted} '{}' but was {found}", self.title);
                Mismatch::new(Location::Body(self.path.clone()), Reason::WrongType, text).showing(wanted, found)
            });
        }
        self.headers(actual, sink)?;
        if self.part.is_file() {
            let body = ActualBody::of_part(&actual.content, actual.content_type());
            let mut put = |make: Make<'_>| sink.mismatch(make);
            return self.content.compare(&body, None, &mut InPart { part: self, put: &mut put });
        }
        self.field(actual, sink)
    }

    fn field<S: Sink>(&self, actual: &PartView<'_>, sink: &mut S) -> Flow {
        let (expected, actual) = (self.part.text(), actual.text());
        let mismatch = |reason, text: String| {
            let text = format!("MIME part '{}': {text}", self.title);
            Mismatch::new(Location::Body(self.path.clone()), reason, text).showing(&*expected, &*actual)
        };
        match self.content.rules.cursor().exact_rules() {
            Some(set) => {
                for (rule, reason) in set.failing(|rule| rule.check_text(&expected, &actual)) {
                    sink.mismatch(|| {
                        mismatch(reason, rule.explain_text(&expected, &actual, reason)).ruled(rule.name(), &set.key)
                    })?;
                }
                Flow::Continue(())
            }
            None if expected == actual => Flow::Continue(()),
            None => sink.mismatch(|| {
                mismatch(Reason::Different, Rule::equality().explain_text(&expected, &actual, Reason::Different))
            }),
        }
    }

    /// The rules for a header. Wildcards are about the content: nobody says with one what all headers are.
    pub(crate) fn header_rules(&self, name: &str) -> Option<&RuleSet> {
        self.content.rules.cursor().field(name).exact_rules().filter(|set| calls_by_name(&set.key, name))
    }

    fn headers<S: Sink>(&self, actual: &PartView<'_>, sink: &mut S) -> Flow {
        for (at, (name, expected)) in self.part.headers.iter().enumerate() {
            let rules = self.header_rules(name);
            let mismatch = |reason, text: String, actual: Shown| {
                let text = format!("MIME part '{}': {text}", self.title);
                let mut path = self.path.clone();
                path.push_str(PathExpression::root().field(name).to_string().trim_start_matches('$'));
                Mismatch::new(Location::Body(path), reason, text).showing(expected.as_str(), actual)
            };
            // Several lines of one name are paired in order.
            let earlier = self.part.headers[..at].iter().filter(|(other, _)| other == name).count();
            let Some(value) = actual.headers_called(name).nth(earlier) else {
                if !OPTIONAL.contains(&name.as_str()) {
                    let missing = || {
                        mismatch(Reason::Missing, format!("Expected a header '{name}' but was missing"), Shown::Nothing)
                    };
                    sink.mismatch(missing)?;
                }
                continue;
            };
            if let Some(set) = rules {
                for (rule, reason) in set.failing(|rule| rule.check_text(expected, value)) {
                    sink.mismatch(|| {
                        mismatch(reason, rule.explain_text(expected, value, reason), value.into())
                            .ruled(rule.name(), &set.key)
                    })?;
                }
                continue;
            }
            // The name has paired the parts; the type decides how the content is compared, unless a text is no type at all; the
            // encoding is undone.
            let are_types = || self.part.content_type().is_some() && actual.content_type().is_some();
            let says_nothing = name == "content-disposition"
                || (name == "content-type" && self.part.is_file() && are_types())
                || name == "content-transfer-encoding";
            if !says_nothing
                && expected != value
                && !(name == "content-type" && is_same_with_parameters(expected, value))
            {
                sink.mismatch(|| {
                    let (wanted, found) = (show::cut(expected), show::cut(value));
                    let text = format!("Expected header '{name}' to have value '{wanted}' but was '{found}'");
                    mismatch(Reason::Different, text, value.into())
                })?;
            }
        }
        Flow::Continue(())
    }
}

/// Does the path of a rule end in this name?
fn calls_by_name(key: &str, name: &str) -> bool {
    let path = key.parse::<PathExpression>();
    path.is_ok_and(|path| matches!(path.segments().last(), Some(Segment::Field(last)) if last == name))
}

/// Makes a mismatch when it is wanted.
type Make<'m> = Box<dyn FnOnce() -> Mismatch + 'm>;

/// Puts what is found in a part under the part's path, and names the part. The sink behind is a function, not a type, or
/// multipart bodies in multipart bodies would make types without end.
struct InPart<'p> {
    part: &'p PartMatcher,
    put: &'p mut dyn FnMut(Make<'_>) -> Flow,
}

impl Sink for InPart<'_> {
    const WANTS_ALL: bool = true;

    fn mismatch(&mut self, make: impl FnOnce() -> Mismatch) -> Flow {
        let part = self.part;
        (self.put)(Box::new(|| {
            let mut mismatch = make();
            mismatch.text = format!("MIME part '{}': {}", part.title, mismatch.text);
            match &mut mismatch.at {
                Location::Body(path) => *path = format!("{}{}", part.path, path.trim_start_matches(['$', '/'])),
                // The body is of the right type: what differs is in it.
                at => *at = Location::Body(part.path.clone()),
            }
            mismatch.bodies = None;
            mismatch
        }))
    }

    fn part(&mut self, _matched: bool) {}
}
