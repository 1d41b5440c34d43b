//! Lists of texts: the values of one header, query or form parameter under matching rules.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::rules::RuleList;
use intact_pact_model::{Combine, Json};

use crate::body::json;
use crate::comparison::Flow;
use crate::mismatch::Reason;
use crate::rule::{Asks, CompileError, Compiling, Outcome, Rule, RuleSet, explain_size, within};
use crate::show;

/// The rules for the values of one name.
#[derive(Debug, Default)]
pub(crate) struct ValueRules<'r> {
    /// For all values.
    pub(crate) whole: Option<&'r RuleSet>,
    /// Do the rules for all stand at a parent? Then they ask nothing of the list.
    pub(crate) cascaded: bool,
    /// For the value at one position, in the order of the positions; they count before those for all.
    pub(crate) at: Vec<(usize, &'r RuleSet)>,
}

/// The same, owning its rules.
#[derive(Debug, Default)]
pub(crate) struct CompiledValueRules {
    whole: Option<RuleSet>,
    at: Vec<(usize, RuleSet)>,
}

impl CompiledValueRules {
    pub(crate) fn as_rules(&self) -> ValueRules<'_> {
        let at = self.at.iter().map(|(index, set)| (*index, set)).collect();
        ValueRules { whole: self.whole.as_ref(), cascaded: false, at }
    }
}

type Entry<'r> = (&'r str, &'r RuleList);

/// The rules of a category whose keys are names: under the plain name, or under a path such as `$.name`, `$['name']` or
/// `$.name[0]`, which some tools write.
pub(crate) struct NamedRules<'r> {
    category: &'static str,
    fold: fn(&str) -> Cow<'_, str>,
    plain: HashMap<Cow<'r, str>, Entry<'r>>,
    by_path: HashMap<String, Entry<'r>>,
    at: HashMap<String, BTreeMap<usize, Entry<'r>>>,
}

impl<'r> NamedRules<'r> {
    /// `fold` makes the spellings of one name the same.
    pub(crate) fn new(
        rules: &'r IndexMap<String, RuleList>,
        fold: fn(&str) -> Cow<'_, str>,
        category: &'static str,
    ) -> Self {
        let mut named = Self { category, fold, plain: HashMap::new(), by_path: HashMap::new(), at: HashMap::new() };
        for (key, list) in rules.iter().filter(|(_, list)| !list.is_empty()) {
            let entry = (key.as_str(), list);
            named.plain.insert(fold(key), entry);
            let Ok(path) = key.parse::<PathExpression>() else { continue };
            match path.segments() {
                [Segment::Field(name)] | [Segment::Field(name), Segment::StarIndex] => {
                    named.by_path.entry(fold(name).into_owned()).or_insert(entry);
                }
                [Segment::Field(name), Segment::Index(index)] => {
                    named.at.entry(fold(name).into_owned()).or_default().entry(*index).or_insert(entry);
                }
                _ => {}
            }
        }
        named
    }

    /// The rules for the values of `name`; its plain name counts before paths.
    pub(crate) fn compile(&self, name: &str) -> Result<CompiledValueRules, CompileError> {
        let name = (self.fold)(name);
        let compile = |(key, list): Entry<'_>| RuleSet::compile(list, key, Compiling::category(self.category).at(key));
        let whole = self.plain.get(&name).or_else(|| self.by_path.get(&*name));
        let at = self.at.get(&*name).into_iter().flatten();
        Ok(CompiledValueRules {
            whole: whole.copied().map(compile).transpose()?,
            at: at.map(|(index, entry)| Ok((*index, compile(*entry)?))).collect::<Result<_, _>>()?,
        })
    }
}

/// What is wrong with a list of values or, with an index, with one of them.
pub(crate) struct Finding<'r> {
    pub(crate) index: Option<usize>,
    pub(crate) reason: Reason,
    pub(crate) rule: &'r Rule,
    pub(crate) set: &'r RuleSet,
    pub(crate) text: String,
}

impl<'r> ValueRules<'r> {
    /// The rules for the value at `index`.
    pub(crate) fn for_value(&self, index: usize) -> Option<&'r RuleSet> {
        self.at_position(index).or(self.whole)
    }

    fn at_position(&self, index: usize) -> Option<&'r RuleSet> {
        self.at.binary_search_by_key(&index, |(at, _)| *at).ok().map(|at| self.at[at].1)
    }

    /// What a rule for all asks of one value. Rules about a list or its keys cascade to nothing.
    fn check_value(&self, rule: &Rule, expected: &str, actual: &str) -> Outcome {
        match &rule.asks {
            Asks::ArrayContains(_) | Asks::EachValue(_) | Asks::EachKey(_) if self.cascaded => Ok(()),
            _ => rule.check_text(expected, actual),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.whole.is_none() && self.at.is_empty()
    }

    /// Is there a rule that is about the list rather than about each value?
    pub(crate) fn is_about_the_list(&self) -> bool {
        !self.cascaded && self.whole.is_some_and(|set| set.rules.iter().any(|rule| is_about_lists(rule, &[""])))
    }
}

/// Is the rule about the list of these values rather than about each?
fn is_about_lists(rule: &Rule, values: &[&str]) -> bool {
    match &rule.asks {
        Asks::ArrayContains(_) | Asks::EachValue(_) => true,
        Asks::Type { min, max } => min.is_some() || max.is_some(),
        Asks::NotEmpty => values.is_empty(),
        _ => false,
    }
}

/// Holds the values against the rules: any number of values, unless a rule counts them; each is compared with the expected
/// value at its position, or with the first if there is none. Of alternatives one must hold for the list, or each value
/// must satisfy one of those that are about values.
pub(crate) fn compare<'r>(
    rules: &ValueRules<'r>,
    expected: &[&str],
    actual: &[&str],
    mut report: impl FnMut(Finding<'r>) -> Flow,
) -> Flow {
    let with_examples = actual.iter().enumerate().filter_map(|(index, value)| {
        let example = expected.get(index).or(expected.first())?;
        Some((index, *example, *value))
    });
    let own = |index| rules.at_position(index);
    if let Some(set) = rules.whole {
        let (of_list, of_values): (Vec<&Rule>, Vec<&Rule>) =
            set.rules.iter().partition(|rule| !rules.cascaded && is_about_lists(rule, actual));
        let mut findings = Vec::new();
        let mut one_holds = false;
        for rule in of_list {
            let before = findings.len();
            check_list(rule, set, expected, actual, &mut findings);
            one_holds |= findings.len() == before;
        }
        let before = findings.len();
        for (index, example, value) in with_examples.clone().filter(|(index, ..)| own(*index).is_none()) {
            let failing = |rule: &&'r Rule| Some((*rule, rules.check_value(rule, example, value).err()?));
            let failures: Vec<(&Rule, Reason)> = of_values.iter().filter_map(failing).collect();
            if set.combine == Combine::And || failures.len() == of_values.len() {
                findings.extend(failures.into_iter().map(|(rule, reason)| {
                    let text = rule.explain_text(example, value, reason);
                    Finding { index: Some(index), reason, rule, set, text }
                }));
            }
        }
        one_holds |= !of_values.is_empty() && findings.len() == before;
        if set.combine == Combine::And || !one_holds {
            findings.into_iter().try_for_each(&mut report)?;
        }
    }
    for (index, example, value) in with_examples {
        let Some(set) = own(index) else { continue };
        for (rule, reason) in set.failing(|rule| rule.check_text(example, value)) {
            let text = rule.explain_text(example, value, reason);
            report(Finding { index: Some(index), reason, rule, set, text })?;
        }
    }
    Flow::Continue(())
}

/// What a rule about the list finds.
fn check_list<'r>(
    rule: &'r Rule,
    set: &'r RuleSet,
    expected: &[&str],
    actual: &[&str],
    findings: &mut Vec<Finding<'r>>,
) {
    let mut fail = |reason, text| findings.push(Finding { index: None, reason, rule, set, text });
    match &rule.asks {
        Asks::Type { min, max } if !within(actual.len(), *min, *max) => {
            fail(Reason::WrongSize, explain_size(&show::texts(actual), actual.len(), *min, *max));
        }
        Asks::NotEmpty if actual.is_empty() => {
            fail(Reason::RuleNotSatisfied, "Expected [] (Array) to not be empty".to_owned());
        }
        Asks::ArrayContains(variants) => {
            let strings =
                |values: &[&str]| values.iter().map(|value| Json::from((*value).to_owned())).collect::<Vec<_>>();
            for (reason, text) in json::missing_variants(&strings(expected), &strings(actual), variants, true) {
                fail(reason, text);
            }
        }
        Asks::EachValue(values) => {
            for (index, value) in actual.iter().enumerate() {
                let example = expected.get(index).or(expected.first()).copied().unwrap_or_default();
                if values.rules.is_empty() && example != *value {
                    fail(Reason::Different, Rule::equality().explain_text(example, value, Reason::Different));
                }
                for (inner, reason) in values.failing(|inner| inner.check_text(example, value)) {
                    fail(reason, inner.explain_text(example, value, reason));
                }
            }
        }
        _ => {}
    }
}
