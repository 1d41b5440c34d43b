//! Templates where text stands: the path, and the values of headers and query parameters.
//!
//! A body has a rule for each of its places. Here there is one list of rules for all values of a name, so what cannot be said
//! that way is a problem of the contract: a plain value beside a matcher of the same name would become as free as the matcher.
//! (Intact's engine would understand a rule for one value, [`of_all_values`] says why none is written.)

use indexmap::IndexMap;
use intact_pact_model::json::JsonValue;
use intact_pact_model::{Combine, Generator, Headers, Json, MatchingRule, Query, RuleList};

use crate::template::Split;

/// What a template says about text.
#[derive(Debug)]
pub(crate) struct TextPart {
    pub(crate) values: Vec<String>,
    pub(crate) rules: RuleList,
    pub(crate) generator: Option<Generator>,
}

impl TextPart {
    pub(crate) fn of(split: Split) -> Result<Self, String> {
        let text = |value: &JsonValue| match value {
            Json::Object(_) | Json::Array(_) | Json::Null => Err(format!("expected text, found {}", value.kind())),
            scalar => Ok(scalar.to_text().into_owned()),
        };
        let values = match &split.example {
            Json::Array(items) if items.is_empty() => return Err("expected text, found an empty list".to_owned()),
            Json::Array(items) => items.iter().map(text).collect::<Result<_, _>>()?,
            scalar => vec![text(scalar)?],
        };
        let mut rules = of_all_values(split.rules, values.len())?;
        let mut generators = of_all_values(split.generators, values.len())?;
        // Those about the list and those about its elements stand together.
        let mut all = rules.next().unwrap_or_default();
        for list in rules {
            all.rules.extend(list.rules);
        }
        Ok(Self { values, rules: all, generator: generators.next() })
    }

    /// For a request: the `type` rule that comes with a value from a provider state goes. Any text satisfies it, so the
    /// interaction would answer requests for every path there is.
    pub(crate) fn of_request(mut self) -> Self {
        if self.generator.as_ref().is_some_and(|generator| generator.kind == "ProviderState") {
            self.rules.rules.retain(|rule| !matches!(rule, MatchingRule::Type { .. }));
        }
        self
    }

    /// Do the rules let any text pass, whatever it looks like?
    pub(crate) fn accepts_every_text(&self) -> bool {
        let is_open = |rule: &MatchingRule| matches!(rule, MatchingRule::Type { .. } | MatchingRule::NotEmpty);
        match self.rules.combine {
            Combine::And => !self.rules.is_empty() && self.rules.rules.iter().all(is_open),
            Combine::Or => self.rules.rules.iter().any(is_open),
        }
    }

    /// Adds the values to a query parameter.
    pub(crate) fn add_to_query(
        self,
        name: &str,
        query: &mut Query,
        rules: &mut IndexMap<String, RuleList>,
        generators: &mut IndexMap<String, Generator>,
    ) -> Result<(), String> {
        if query.get(name).is_some()
            && (self.has_matchers() || rules.contains_key(name) || generators.contains_key(name))
        {
            return Err(GIVEN_TWICE.to_owned());
        }
        for value in &self.values {
            query.append(name, Some(value.clone()));
        }
        self.put_matchers(name, rules, generators);
        Ok(())
    }

    /// Adds the values to a header.
    pub(crate) fn add_to_headers(
        self,
        name: &str,
        headers: &mut Headers,
        rules: &mut IndexMap<String, RuleList>,
        generators: &mut IndexMap<String, Generator>,
    ) -> Result<(), String> {
        if !is_token(name) {
            return Err("HTTP allows no such name".to_owned());
        }
        if self.values.iter().flat_map(|value| value.chars()).any(|c| c.is_control() && c != '\t') {
            return Err("HTTP allows no line breaks or other control characters in a value".to_owned());
        }
        let is_this = |own: &String| own.eq_ignore_ascii_case(name);
        let has_matchers = self.has_matchers() || rules.keys().any(is_this) || generators.keys().any(is_this);
        if headers.get(name).is_some() && has_matchers {
            return Err(GIVEN_TWICE.to_owned());
        }
        for value in &self.values {
            // One line such as `text/html, */*` is two values, if the header is a list.
            headers.append_line(name, value);
        }
        self.put_matchers(name, rules, generators);
        Ok(())
    }

    fn has_matchers(&self) -> bool {
        !self.rules.is_empty() || self.generator.is_some()
    }

    fn put_matchers(
        self,
        name: &str,
        rules: &mut IndexMap<String, RuleList>,
        generators: &mut IndexMap<String, Generator>,
    ) {
        if !self.rules.is_empty() {
            rules.insert(name.to_owned(), self.rules);
        }
        if let Some(generator) = self.generator {
            generators.insert(name.to_owned(), generator);
        }
    }
}

/// What is said of the list, of its elements, or of each of its `count` elements in the same words.
///
/// An index in the key of a rule would say more, but the official tools read such a key as another name.
fn of_all_values<T: PartialEq>(at: IndexMap<String, T>, count: usize) -> Result<impl Iterator<Item = T>, String> {
    let (each, all): (Vec<_>, Vec<_>) = at.into_iter().partition(|(path, _)| path != "$" && path != "$[*]");
    let each: Vec<T> = each.into_iter().map(|(_, said)| said).collect();
    if !each.is_empty() && (each.len() != count || each.iter().any(|said| *said != each[0])) {
        return Err(MIXED.to_owned());
    }
    Ok(all.into_iter().map(|(_, said)| said).chain(each.into_iter().take(1)))
}

const MIXED: &str = "a pact has one matcher for all values of a name, so a list is of plain values, or of values that all have \
                     the same matcher: give each the same, or expect the values as they stand";
const GIVEN_TWICE: &str = "it is given twice, and a matcher is for all its values: give it once, with a list";

/// Is the text a name as HTTP allows it for methods and headers?
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
