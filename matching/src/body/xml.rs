//! XML documents: elements by qualified name, whatever their prefixes; the order of different names does not matter.
//!
//! All siblings of one name share a path, so rule paths have no indexes here (those that have are read without). An
//! attribute is the step `@name`, an element's text the step `#text`; rules at an element also govern its text.

mod groups;
mod limits;
mod prolog;
mod tree;

use std::cell::RefCell;
use std::collections::HashMap;

use intact_pact_model::path::write_field;

use crate::comparison::{Flow, Sink, Verdict};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::rule::{Asks, Outcome, Rule, within};
use crate::rule_tree::{Cursor, RuleTree};
use crate::show;

use groups::Groups;
pub(crate) use groups::by_name;
use prolog::without_doctype;
pub(crate) use tree::Name;
pub(crate) use tree::{Element, readable};

/// Compares two documents.
pub(crate) fn compare<S: Sink>(
    expected: &Element,
    actual: &Element,
    rules: &RuleTree,
    strict: bool,
    sink: &mut S,
) -> Flow {
    let root = Place { parent: None, name: "" };
    let cursor = step(&rules.cursor(), "", &expected.name);
    Walk { strict, known: RefCell::default() }.element(
        expected,
        actual,
        &cursor,
        &root.child(&expected.name.qualified),
        sink,
    )
}

/// Compares two elements, with the rules at and below a cursor.
pub(crate) fn compare_below<S: Sink>(
    expected: &Element,
    actual: &Element,
    cursor: &Cursor<'_>,
    strict: bool,
    sink: &mut S,
) -> Flow {
    let place = Place { parent: None, name: "" };
    Walk { strict, known: RefCell::default() }.element(expected, actual, cursor, &place, sink)
}

/// Is the value of an attribute as its example and rules want it?
pub(crate) fn attribute_fits(cursor: &Cursor<'_>, name: &Name, expected: &str, actual: &str) -> bool {
    let rules = step(cursor, "@", name).rules().map(|rules| (rules.set, rules.cascaded));
    by_text_rules(rules, expected, actual, &Place { parent: None, name: "" }, &mut Verdict).is_continue()
}

/// Is the text of an element as its example and rules want it?
pub(crate) fn text_fits(expected: &Element, actual: &Element, cursor: &Cursor<'_>) -> bool {
    text(expected, actual, cursor, &Place { parent: None, name: "" }, &mut Verdict).is_continue()
}

/// Do rules let there be any number of elements?
pub(crate) fn may_be_any_number(cursor: &Cursor<'_>) -> bool {
    let is_type = |rule: &Rule| matches!(rule.asks, Asks::Type { .. });
    cursor.rules().is_some_and(|rules| rules.set.rules.iter().any(is_type))
}

/// The place of a member called so, with its namespace or with the prefix the contract writes: with the mark `@` of an
/// attribute, without a mark of an element.
pub(crate) fn step<'t>(cursor: &Cursor<'t>, mark: &str, name: &Name) -> Cursor<'t> {
    let [qualified, written] =
        if mark.is_empty() { [&name.qualified, &name.written] } else { name.attribute_steps.each_ref() };
    cursor.either_field(qualified, written)
}

/// Where in the document the walk is.
struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    name: &'p str,
}

impl Place<'_> {
    fn child<'p>(&'p self, name: &'p str) -> Place<'p> {
        Place { parent: Some(self), name }
    }

    /// For example `$.order.line['@sku']`.
    fn path(&self) -> String {
        let Some(parent) = self.parent else { return "$".to_owned() };
        let mut path = parent.path();
        write_field(&mut path, self.name).expect("writing to a string cannot fail");
        path
    }

    fn location(&self) -> Location {
        Location::Body(self.path())
    }
}

struct Walk {
    /// Is more than expected a mismatch?
    strict: bool,
    /// Which elements are like which examples, where there is more than one to compare with: to find that out again for each
    /// would double the work at each level.
    known: RefCell<HashMap<(*const Element, *const Element), bool>>,
}

impl Walk {
    fn element<S: Sink>(
        &self,
        expected: &Element,
        actual: &Element,
        cursor: &Cursor<'_>,
        place: &Place<'_>,
        sink: &mut S,
    ) -> Flow {
        if expected.name.qualified != actual.name.qualified {
            return sink.mismatch(|| {
                let (expected, actual) = (&expected.name.qualified, &actual.name.qualified);
                let text = format!("Expected '{actual}' to be equal to '{expected}'");
                Mismatch::new(place.location(), Reason::Different, text).showing(expected.as_str(), actual.as_str())
            });
        }
        if let Some(rules) = cursor.rules() {
            let failures = rules.set.failing(|rule| check_element(rule, expected, actual, rules.cascaded));
            for (rule, reason) in &failures {
                sink.mismatch(|| {
                    Mismatch::new(place.location(), *reason, explain_element(rule, actual))
                        .showing(expected.to_string(), actual.to_string())
                        .ruled(rule.name(), &rules.set.key)
                })?;
            }
            if !failures.is_empty() {
                return Flow::Continue(());
            }
        }
        self.attributes(expected, actual, cursor, place, sink)?;
        self.children(expected, actual, cursor, place, sink)?;
        text(expected, actual, cursor, place, sink)
    }

    fn attributes<S: Sink>(
        &self,
        expected: &Element,
        actual: &Element,
        cursor: &Cursor<'_>,
        place: &Place<'_>,
        sink: &mut S,
    ) -> Flow {
        let (wanted, received) = (expected.attributes.len(), actual.attributes.len());
        if self.strict && wanted == 0 && received > 0 {
            return sink.mismatch(|| {
                let names: Vec<&str> = actual.attributes.iter().map(|(name, _)| name.written.as_str()).collect();
                let text = format!("Did not expect any attributes but received {}", show::texts(&names));
                Mismatch::new(place.location(), Reason::Unexpected, text).showing("[]", show::texts(&names))
            });
        }
        if (self.strict && received != wanted) || received < wanted {
            sink.mismatch(|| {
                let least = if self.strict { "" } else { "at least " };
                let text = format!("Expected {least}{wanted} attribute(s) but received {received} attribute(s)");
                Mismatch::new(place.location(), Reason::WrongSize, text)
                    .showing(wanted.to_string(), received.to_string())
            })?;
        }
        for (name, example) in &expected.attributes {
            let Some(value) = actual.attribute(&name.qualified) else {
                sink.mismatch(|| {
                    let text =
                        format!("Expected attribute '{}'='{}' but was missing", name.qualified, show::cut(example));
                    Mismatch::new(place.location(), Reason::Missing, text).showing(example.as_str(), Shown::Nothing)
                })?;
                continue;
            };
            let rules = step(cursor, "@", name).rules().map(|rules| (rules.set, rules.cascaded));
            by_text_rules(rules, example, value, &place.child(&name.attribute_steps[0]), sink)?;
        }
        Flow::Continue(())
    }

    fn children<S: Sink>(
        &self,
        expected: &Element,
        actual: &Element,
        cursor: &Cursor<'_>,
        place: &Place<'_>,
        sink: &mut S,
    ) -> Flow {
        if self.strict && expected.children.is_empty() && !actual.children.is_empty() {
            return sink.mismatch(|| {
                let names: Vec<&str> = actual.children.iter().map(|child| child.name.written.as_str()).collect();
                let text = format!("Expected no children but received {}", show::texts(&names));
                Mismatch::new(place.location(), Reason::Unexpected, text).showing("[]", show::texts(&names))
            });
        }
        if expected.children.is_empty() && actual.children.is_empty() {
            return Flow::Continue(());
        }
        let examples = Groups::of(&expected.children);
        let received = Groups::of(&actual.children);
        for (name, group) in &received.groups {
            let examples = examples.called(name);
            // The contract's prefixes are those that its rules use.
            let below = step(cursor, "", &examples.unwrap_or(group)[0].name);
            let any_number = may_be_any_number(&below);
            let place_below = place.child(name);
            match examples {
                Some(examples) if any_number => {
                    for (index, child) in group.iter().enumerate() {
                        self.any_of(examples, index, child, &below, &place_below, sink)?;
                    }
                }
                Some(examples) => {
                    for (example, child) in examples.iter().zip(group) {
                        self.element(example, child, &below, &place_below, sink)?;
                    }
                    for missing in examples.iter().skip(group.len()) {
                        is_missing(missing, place, sink)?;
                    }
                    if self.strict {
                        for surplus in group.iter().skip(examples.len()) {
                            is_unexpected(surplus, place, sink)?;
                        }
                    }
                }
                None if self.strict || any_number => {
                    for surplus in group {
                        is_unexpected(surplus, place, sink)?;
                    }
                }
                None => {}
            }
        }
        for (_, group) in examples.groups.iter().filter(|(name, _)| received.called(name).is_none()) {
            for missing in group {
                is_missing(missing, place, sink)?;
            }
        }
        Flow::Continue(())
    }
}

impl Walk {
    /// One of any number of children: like the first example, or like the one at its place, which may lack something that
    /// the first has.
    fn any_of<S: Sink>(
        &self,
        examples: &[&Element],
        index: usize,
        actual: &Element,
        cursor: &Cursor<'_>,
        place: &Place<'_>,
        sink: &mut S,
    ) -> Flow {
        let is_like = |example| self.is_like(example, actual, cursor, place);
        match examples.get(index) {
            Some(own) if index > 0 && (is_like(examples[0]) || is_like(own)) => Flow::Continue(()),
            Some(_) if index > 0 && !S::WANTS_ALL => Flow::Break(()),
            _ => self.element(examples[0], actual, cursor, place, sink),
        }
    }

    fn is_like(&self, example: &Element, actual: &Element, cursor: &Cursor<'_>, place: &Place<'_>) -> bool {
        let question = (std::ptr::from_ref(example), std::ptr::from_ref(actual));
        let known = self.known.borrow().get(&question).copied();
        known.unwrap_or_else(|| {
            let answer = self.element(example, actual, cursor, place, &mut Verdict).is_continue();
            self.known.borrow_mut().insert(question, answer);
            answer
        })
    }
}

fn is_missing<S: Sink>(child: &Element, place: &Place<'_>, sink: &mut S) -> Flow {
    sink.mismatch(|| {
        let text = format!("Expected child {child} but was missing");
        Mismatch::new(place.location(), Reason::Missing, text).showing(child.to_string(), Shown::Nothing)
    })
}

fn is_unexpected<S: Sink>(child: &Element, place: &Place<'_>, sink: &mut S) -> Flow {
    sink.mismatch(|| {
        let text = format!("Unexpected child {child}");
        Mismatch::new(place.location(), Reason::Unexpected, text).showing(Shown::Nothing, child.to_string())
    })
}

/// What a rule asks of the element itself; rules about text are asked about its text.
fn check_element(rule: &Rule, expected: &Element, actual: &Element, cascaded: bool) -> Outcome {
    match &rule.asks {
        // Bounds on elements that hold only text are meant for their number, which nothing else can say in XML.
        Asks::Type { min, max }
            if !cascaded && !expected.children.is_empty() && !within(actual.children.len(), *min, *max) =>
        {
            Err(Reason::WrongSize)
        }
        // An empty example below a value that must not be empty says that this one may be.
        Asks::NotEmpty if (!cascaded || !expected.is_empty()) && actual.is_empty() => Err(Reason::RuleNotSatisfied),
        Asks::Invalid(_) => Err(Reason::InvalidRule),
        _ => Ok(()),
    }
}

fn explain_element(rule: &Rule, actual: &Element) -> String {
    let name = &actual.name.qualified;
    let count = actual.children.len() as u64;
    match &rule.asks {
        Asks::Type { min: Some(min), .. } if count < *min => {
            format!("Expected '{name}' to have at least {min} children")
        }
        Asks::Type { max: Some(max), .. } => format!("Expected '{name}' to have at most {max} children"),
        Asks::Invalid(text) => text.clone(),
        _ => format!("Expected '{name}' to not be empty"),
    }
}

fn text<S: Sink>(expected: &Element, actual: &Element, cursor: &Cursor<'_>, place: &Place<'_>, sink: &mut S) -> Flow {
    let below = cursor.field("#text");
    let place = place.child("#text");
    let is_container = !expected.children.is_empty();
    let (expected, actual) = (expected.text.as_str(), actual.text.as_str());
    let Some(rules) = below.rules() else { return by_text_rules(None, expected, actual, &place, sink) };
    // A rule for the text itself or, where there is nothing but text, for the element is meant for an empty text, too.
    let is_for_text = !rules.cascaded || (!is_container && cursor.exact_rules().is_some());
    if !is_for_text && expected.is_empty() && actual.is_empty() {
        return Flow::Continue(());
    }
    let accepts_any = rules.set.rules.iter().any(|rule| matches!(rule.asks, Asks::Type { .. }));
    if accepts_any && !expected.is_empty() && actual.is_empty() {
        return sink.mismatch(|| {
            let text = format!("Expected text such as '{}' but there was none", show::cut(expected));
            Mismatch::new(place.location(), Reason::Missing, text)
                .showing(expected, actual)
                .ruled("type", &rules.set.key)
        });
    }
    by_text_rules(Some((rules.set, rules.cascaded)), expected, actual, &place, sink)
}

fn by_text_rules<S: Sink>(
    rules: Option<(&crate::rule::RuleSet, bool)>,
    expected: &str,
    actual: &str,
    place: &Place<'_>,
    sink: &mut S,
) -> Flow {
    let Some((set, cascaded)) = rules else {
        if expected == actual {
            return Flow::Continue(());
        }
        return sink.mismatch(|| {
            Mismatch::new(
                place.location(),
                Reason::Different,
                Rule::equality().explain_text(expected, actual, Reason::Different),
            )
            .showing(expected, actual)
        });
    };
    let check = |rule: &Rule| match &rule.asks {
        // These are about elements, not about their texts.
        Asks::NotEmpty | Asks::EachKey(_) | Asks::EachValue(_) | Asks::ArrayContains(_) | Asks::Invalid(_)
            if cascaded =>
        {
            Ok(())
        }
        _ => rule.check_text(expected, actual),
    };
    for (rule, reason) in set.failing(check) {
        sink.mismatch(|| {
            Mismatch::new(place.location(), reason, rule.explain_text(expected, actual, reason))
                .showing(expected, actual)
                .ruled(rule.name(), &set.key)
        })?;
    }
    Flow::Continue(())
}
