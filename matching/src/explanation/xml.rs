//! Excerpts of XML documents: the element that holds what differs.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use intact_pact_model::path::{PathExpression, Segment};

use crate::body::xml::{Element, Name, attribute_fits, by_name, compare_below, may_be_any_number, step, text_fits};
use crate::comparison::Verdict;
use crate::mismatch::Mismatch;
use crate::rule_tree::{Cursor, RuleTree};

use super::parts::{Parts, with_context};
use super::visible::{WIDEST, cut, cut_around, quoted, shown, visible};
use super::{Finding, Hide, Row, hints, rename, words};

/// An XML body.
pub(super) struct XmlParts<'b> {
    pub(super) expected: &'b Element,
    pub(super) actual: &'b Element,
    pub(super) rules: &'b RuleTree,
    pub(super) strict: bool,
    pub(super) hide: Hide<'b>,
}

/// An element and what it is compared with.
#[derive(Clone)]
struct Pair<'b> {
    expected: &'b Element,
    actual: &'b Element,
    cursor: Cursor<'b>,
}

/// An attribute, the text or a child of a pair.
enum Inside<'b> {
    Attribute { name: &'b Name, expected: Option<&'b str>, actual: Option<&'b str> },
    Text,
    Child { expected: Option<&'b Element>, actual: Option<&'b Element>, cursor: Cursor<'b> },
}

impl Parts for XmlParts<'_> {
    fn part_of(&self, path: &str) -> String {
        let Ok(parsed) = path.parse::<PathExpression>() else { return path.to_owned() };
        let part = match parsed.segments() {
            // An element's text is best seen in the line of the element.
            [above @ .., _, Segment::Field(text)] if text == "#text" && !above.is_empty() => above,
            [above @ .., Segment::Field(name)] if name.starts_with('@') || name == "#text" => above,
            all => all,
        };
        PathExpression::from(part.to_vec()).to_string()
    }

    fn show(&self, part: &str, _mismatches: &[&Mismatch], finding: &mut Finding) {
        let cursor = step(&self.rules.cursor(), "", &self.expected.name);
        let root = Pair { expected: self.expected, actual: self.actual, cursor };
        if root.expected.name.qualified != root.actual.name.qualified {
            let (expected, actual) = (self.line(root.expected, None), self.line(root.actual, None));
            finding.excerpt.push(Row::different(Some(visible(&expected)), Some(visible(&actual))));
            return;
        }
        let names: Vec<String> = match part.parse::<PathExpression>() {
            Ok(path) => path.segments().iter().skip(1).filter_map(name_of).collect(),
            Err(_) => return,
        };
        let found = self.find(&root, &names, true).or_else(|| self.find(&root, &names, false));
        if let Some(pair) = found {
            self.show_element(&pair, finding);
        }
    }
}

fn name_of(step: &Segment) -> Option<String> {
    match step {
        Segment::Field(name) => Some(name.clone()),
        Segment::Index(index) => Some(index.to_string()),
        Segment::Star | Segment::StarIndex => None,
    }
}

impl<'b> XmlParts<'b> {
    fn fits(&self, pair: &Pair<'_>) -> bool {
        compare_below(pair.expected, pair.actual, &pair.cursor, self.strict, &mut Verdict).is_continue()
    }

    /// The first pair below, by these names, that differs; `itself`: in its own attributes, text or children.
    fn find(&self, pair: &Pair<'b>, names: &[String], itself: bool) -> Option<Pair<'b>> {
        let Some((name, rest)) = names.split_first() else {
            let differs = !itself || self.inside(pair).iter().any(|inside| self.differs(pair, inside));
            return differs.then(|| pair.clone());
        };
        pair.children(self.strict).into_iter().find_map(|inside| match inside {
            Inside::Child { expected: Some(expected), actual: Some(actual), cursor }
                if actual.name.qualified == *name =>
            {
                let below = Pair { expected, actual, cursor };
                (!self.fits(&below)).then(|| self.find(&below, rest, itself)).flatten()
            }
            _ => None,
        })
    }

    fn inside(&self, pair: &Pair<'b>) -> Vec<Inside<'b>> {
        let mut inside = pair.attributes();
        inside.push(Inside::Text);
        inside.extend(pair.children(self.strict));
        inside
    }

    fn differs(&self, pair: &Pair<'_>, inside: &Inside<'_>) -> bool {
        match inside {
            Inside::Attribute { name, expected, actual } => match (expected, actual) {
                (Some(expected), Some(actual)) => !attribute_fits(&pair.cursor, name, expected, actual),
                (Some(_), None) => true,
                (None, _) => self.strict,
            },
            Inside::Text => !text_fits(pair.expected, pair.actual, &pair.cursor),
            Inside::Child { expected: Some(expected), actual: Some(actual), cursor } => {
                !text_fits(expected, actual, cursor)
            }
            Inside::Child { expected: Some(_), actual: None, .. } => true,
            Inside::Child { expected: None, cursor, .. } => self.strict || may_be_any_number(cursor),
        }
    }

    fn show_element(&self, pair: &Pair<'b>, finding: &mut Finding) {
        let has_text = !pair.expected.text.is_empty() || !pair.actual.text.is_empty();
        let all = self.inside(pair);
        let any_missing = all.iter().any(Inside::is_missing);
        let shown: Vec<(&Inside<'_>, bool)> = all
            .iter()
            .map(|inside| (inside, self.differs(pair, inside)))
            .filter(|(inside, differs)| match inside {
                Inside::Text => has_text,
                Inside::Attribute { expected, .. } => *differs || any_missing || expected.is_some(),
                Inside::Child { expected, .. } => *differs || any_missing || expected.is_some(),
            })
            .collect();
        let (attributes, others): (Vec<_>, Vec<_>) =
            shown.iter().partition(|(inside, _)| matches!(inside, Inside::Attribute { .. }));
        let (ours, theirs) = (self.name(&pair.expected.name), self.name(&pair.actual.name));
        // In lines of their own only where they are of interest.
        let attributes = if attributes.iter().any(|(_, differs)| *differs) { attributes } else { Vec::new() };
        finding.excerpt.push(match attributes.as_slice() {
            [] => Row::same(visible(&self.start(pair.expected)) + ">", visible(&self.start(pair.actual)) + ">"),
            _ => Row::same(visible(&format!("<{ours}")), visible(&format!("<{theirs}"))),
        });
        for (rows, indent) in [(&attributes, "    "), (&others, "  ")] {
            let differs: Vec<bool> = rows.iter().map(|(_, differs)| *differs).collect();
            let rows = with_context(&differs, indent, |at| self.row(pair, rows[at].0, rows[at].1, indent));
            finding.excerpt.extend(rows);
            if indent == "    " && !attributes.is_empty() {
                finding.excerpt.push(Row::same(">", ">"));
            }
        }
        finding.excerpt.push(Row::same(visible(&format!("</{ours}>")), visible(&format!("</{theirs}>"))));
        for (inside, _) in shown.iter().filter(|(_, differs)| *differs).take(5) {
            if let Some(hint) = self.hint_about(pair, inside, &all) {
                finding.hint((self.hide)(&hint));
            }
        }
    }

    fn row(&self, pair: &Pair<'_>, inside: &Inside<'_>, differs: bool, indent: &str) -> Row {
        let (expected, actual) = match inside {
            Inside::Attribute { name, expected, actual } => {
                let rules = step(&pair.cursor, "@", name).rules().map(|rules| rules.set);
                let marked = |value: String| format!("{}={value}", self.name(name));
                let (expected, actual) = self.texts(words::of_text(rules, self.hide), *expected, *actual, "\"");
                (expected.map(marked), actual.map(marked))
            }
            Inside::Text => {
                let rules = pair.cursor.field("#text").rules().map(|rules| rules.set);
                self.texts(words::of_text(rules, self.hide), Some(&pair.expected.text), Some(&pair.actual.text), "")
            }
            Inside::Child { expected, actual, cursor } => {
                let rules = cursor.field("#text").rules().map(|rules| rules.set);
                let rules =
                    words::of_text(rules, self.hide).filter(|_| expected.is_some_and(|own| own.children.is_empty()));
                let rules = rules.filter(|_| expected.is_some_and(|own| !own.text.is_empty()) || differs);
                (expected.map(|own| self.line(own, rules.as_deref())), actual.map(|own| self.line(own, None)))
            }
        };
        let indented = |line: String| format!("{indent}{}", visible(&line));
        Row { expected: expected.map(indented), actual: actual.map(indented), differs }
    }

    /// Two texts, or rules in words and a text.
    fn texts(
        &self,
        rules: Option<String>,
        expected: Option<&str>,
        actual: Option<&str>,
        quote: &str,
    ) -> (Option<String>, Option<String>) {
        let quoted = |text: String| format!("{quote}{text}{quote}");
        let hidden = |text: &str| (self.hide)(text).into_owned();
        let (expected, actual) = (expected.map(hidden), actual.map(hidden));
        match (rules, expected, actual) {
            (None, Some(expected), Some(actual)) => {
                let (expected, actual) = cut_around(&expected, &actual, WIDEST);
                (Some(quoted(expected)), Some(quoted(actual)))
            }
            (rules, expected, actual) => {
                let cut = |text: String| quoted(cut(&text, WIDEST));
                (expected.map(|text| rules.unwrap_or_else(|| cut(text))), actual.map(cut))
            }
        }
    }

    /// A name as it is written.
    fn name(&self, name: &Name) -> String {
        shown(&name.written, WIDEST, self.hide)
    }

    /// The tag that an element begins with, up to its `>`.
    fn start(&self, element: &Element) -> String {
        let name = self.name(&element.name);
        let mut line = format!("<{name}");
        for (attribute, value) in &element.attributes {
            if line.len() > WIDEST / 2 {
                line.push_str(" …");
                break;
            }
            _ = write!(line, " {}=\"{}\"", shown(&attribute.written, 20, self.hide), shown(value, 20, self.hide));
        }
        line
    }

    /// An element in one line.
    fn line(&self, element: &Element, text_rule: Option<&str>) -> String {
        let (name, line) = (self.name(&element.name), self.start(element));
        let inside = match (text_rule, element.children.is_empty()) {
            (Some(rule), _) => rule.to_owned(),
            (None, false) => "…".to_owned(),
            (None, true) if element.text.is_empty() => return format!("{line}/>"),
            (None, true) => shown(&element.text, WIDEST / 2, self.hide),
        };
        format!("{line}>{inside}</{name}>")
    }

    fn hint_about(&self, pair: &Pair<'b>, inside: &Inside<'b>, all: &[Inside<'b>]) -> Option<String> {
        match inside {
            Inside::Attribute { name, expected: Some(expected), actual: None } => {
                let extra = || {
                    all.iter().filter_map(|other| match other {
                        Inside::Attribute { name, expected: None, actual: Some(value) } => Some((*name, *value)),
                        _ => None,
                    })
                };
                let alike = rename::like(&name.qualified, extra().map(|(name, _)| name.qualified.as_str()));
                let fits = |found: &&&str| {
                    let value = extra().find(|(own, _)| own.qualified == **found).map(|(_, value)| value);
                    value.is_some_and(|value| attribute_fits(&pair.cursor, name, expected, value))
                };
                let found = alike.iter().find(fits)?;
                Some(format!(
                    "the attribute {} is missing; {} is there and would match",
                    quoted(&name.written, self.hide),
                    quoted(found, self.hide)
                ))
            }
            Inside::Attribute { name, expected: Some(expected), actual: Some(actual) } => {
                let fits = |text: &str| attribute_fits(&pair.cursor, name, expected, text);
                let set = step(&pair.cursor, "@", name).rules().map(|rules| rules.set);
                let hint = hints::of_text(actual, &fits).or_else(|| hints::of_kind(expected, set, actual))?;
                Some(format!("{} {hint}", quoted(&name.written, self.hide)))
            }
            Inside::Text => self.hint_about_text(pair),
            Inside::Child { expected: Some(expected), actual: Some(actual), cursor } => {
                self.hint_about_text(&Pair { expected, actual, cursor: cursor.clone() })
            }
            Inside::Child { expected: Some(missing), actual: None, cursor } => {
                let extra = || {
                    all.iter().filter_map(|other| match other {
                        Inside::Child { expected: None, actual: Some(actual), .. } => Some(*actual),
                        _ => None,
                    })
                };
                let alike = rename::like(&missing.name.qualified, extra().map(|child| child.name.qualified.as_str()));
                let found = alike.into_iter().find(|found| {
                    let child = extra().find(|child| child.name.qualified == **found);
                    child.is_some_and(|child| {
                        let renamed = Element { name: missing.name.clone(), ..child.clone() };
                        self.fits(&Pair { expected: missing, actual: &renamed, cursor: cursor.clone() })
                    })
                })?;
                let [missing, found] =
                    [missing.name.qualified.as_str(), found].map(|name| shown(name, WIDEST, self.hide));
                Some(format!("<{missing}> is missing; <{found}> is there and would match"))
            }
            Inside::Attribute { .. } | Inside::Child { .. } => None,
        }
    }

    fn hint_about_text(&self, pair: &Pair<'_>) -> Option<String> {
        let fits = |text: &str| {
            let changed = Element { text: text.to_owned(), children: Vec::new(), ..pair.actual.clone() };
            text_fits(pair.expected, &changed, &pair.cursor)
        };
        let set = pair.cursor.field("#text").rules().map(|rules| rules.set);
        let actual = &pair.actual.text;
        let hint = hints::of_text(actual, &fits).or_else(|| hints::of_kind(&pair.expected.text, set, actual))?;
        Some(format!("the text of <{}> {hint}", self.name(&pair.actual.name)))
    }
}

impl Inside<'_> {
    fn is_missing(&self) -> bool {
        matches!(
            self,
            Inside::Attribute { expected: Some(_), actual: None, .. }
                | Inside::Child { expected: Some(_), actual: None, .. }
        )
    }
}

impl<'b> Pair<'b> {
    fn attributes(&self) -> Vec<Inside<'b>> {
        let (expected, actual) = (self.expected, self.actual);
        let ours = expected.attributes.iter().map(|(name, value)| Inside::Attribute {
            name,
            expected: Some(value),
            actual: actual.attribute(&name.qualified),
        });
        let theirs = actual.attributes.iter().filter(|(name, _)| expected.attribute(&name.qualified).is_none());
        let theirs = theirs.map(|(name, value)| Inside::Attribute { name, expected: None, actual: Some(value) });
        ours.chain(theirs).collect()
    }

    /// Children by name, paired as the comparison does it: in the order of the contract, then what only the traffic has.
    fn children(&self, strict: bool) -> Vec<Inside<'b>> {
        let examples = by_name(&self.expected.children);
        let received = by_name(&self.actual.children);
        let by_their_name: HashMap<&str, &[&Element]> =
            received.iter().map(|(name, group)| (*name, &group[..])).collect();
        let find = |name: &str| by_their_name.get(name).copied().unwrap_or_default();
        let mut children = Vec::new();
        for (name, group) in &examples {
            let cursor = step(&self.cursor, "", &group[0].name);
            let found = find(name);
            let any_number = may_be_any_number(&cursor) && !found.is_empty();
            let count = if any_number { found.len() } else { group.len().max(found.len()) };
            for index in 0..count {
                let own = group.get(index).copied();
                let actual = found.get(index).copied();
                let expected = match (own, actual) {
                    (_, Some(actual)) if any_number => Some(example_for(group, index, actual, &cursor, strict)),
                    _ => own,
                };
                children.push(Inside::Child { expected, actual, cursor: cursor.clone() });
            }
        }
        let known: HashSet<&str> = examples.iter().map(|(name, _)| *name).collect();
        for (_, group) in received.iter().filter(|(name, _)| !known.contains(name)) {
            let cursor = step(&self.cursor, "", &group[0].name);
            children.extend(group.iter().map(|actual| Inside::Child {
                expected: None,
                actual: Some(*actual),
                cursor: cursor.clone(),
            }));
        }
        children
    }
}

/// Of any number of elements each is like the first example, or like the one at its place.
fn example_for<'b>(
    examples: &[&'b Element],
    index: usize,
    actual: &Element,
    cursor: &Cursor<'_>,
    strict: bool,
) -> &'b Element {
    match examples.get(index) {
        Some(own) if index > 0 && compare_below(own, actual, cursor, strict, &mut Verdict).is_continue() => own,
        _ => examples[0],
    }
}
