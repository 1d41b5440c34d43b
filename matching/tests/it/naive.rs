//! Compares JSON documents a second time, in the plainest way: for each value every rule of the contract is asked whether its
//! path fits, the fitting paths are weighed, and the rules of the heaviest are applied. Slow, and written from the description
//! of the rules alone; it shares no code with the engine that it is held against.

mod single;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use intact_pact_model::json::Object;
use intact_pact_model::rules::ArrayVariant;
use intact_pact_model::{Combine, Json, MatchingRule, RuleList};

pub(crate) use single::PATTERNS;
use single::{equal, scalar, text};

/// Where the documents differ.
pub(crate) type Places = BTreeSet<String>;

/// Compares two documents; `strict` as requests are, where more than expected is a mismatch.
pub(crate) fn compare<'r>(
    expected: &Json<'_>,
    actual: &Json<'_>,
    rules: impl IntoIterator<Item = (&'r String, &'r RuleList)>,
    strict: bool,
) -> Places {
    let mut places = Places::new();
    let judge = Judge { strict, without_example: false };
    judge.value(expected, actual, &Path::default(), &in_force(rules), &mut places);
    places
}

/// How documents are held against each other.
#[derive(Clone, Copy)]
struct Judge {
    strict: bool,
    /// Within a member that the example lacks and the rules call by name; it stands in for its own example.
    without_example: bool,
}

/// A rule list of the contract with the steps of its path.
#[derive(Clone)]
struct Ruled {
    steps: Vec<Step>,
    key: String,
    list: RuleList,
    /// Made of an `eachValue` rule, in place of whatever else stands at this path.
    of_each_value: bool,
}

#[derive(Clone, PartialEq)]
enum Step {
    Field(String),
    Index(usize),
    Any,
    AnyIndex,
}

fn in_force<'r>(rules: impl IntoIterator<Item = (&'r String, &'r RuleList)>) -> Vec<Ruled> {
    let ruled = |(key, list): (&String, &RuleList)| Ruled {
        steps: steps(key),
        key: key.clone(),
        list: list.clone(),
        of_each_value: false,
    };
    rules.into_iter().filter(|(_, list)| !list.rules.is_empty()).map(ruled).collect()
}

/// The steps of a path such as `$.a['b c'][0].*[*]`, without escapes.
fn steps(key: &str) -> Vec<Step> {
    let mut rest = key.strip_prefix('$').expect("the tests write paths from the root");
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let step;
        if let Some(after) = rest.strip_prefix("['") {
            let (name, after) = after.split_once("']").expect("a quoted name");
            (step, rest) = (Step::Field(name.to_owned()), after);
        } else if let Some(after) = rest.strip_prefix("[*]") {
            (step, rest) = (Step::AnyIndex, after);
        } else if let Some(after) = rest.strip_prefix('[') {
            let (index, after) = after.split_once(']').expect("an index");
            (step, rest) = (Step::Index(index.parse().expect("digits")), after);
        } else if let Some(after) = rest.strip_prefix(".*") {
            (step, rest) = (Step::Any, after);
        } else {
            let after = rest.strip_prefix('.').expect("a name");
            let end = after.find(['.', '[']).unwrap_or(after.len());
            (step, rest) = (Step::Field(after[..end].to_owned()), &after[end..]);
        }
        steps.push(step);
    }
    steps
}

/// The way to a value.
#[derive(Clone, Default)]
struct Path(Vec<Fragment>);

#[derive(Clone)]
enum Fragment {
    Key(String),
    Index(usize),
}

impl Path {
    fn member(&self, name: &str) -> Self {
        self.then(Fragment::Key(name.to_owned()))
    }

    fn item(&self, index: usize) -> Self {
        self.then(Fragment::Index(index))
    }

    fn then(&self, fragment: Fragment) -> Self {
        let mut path = self.clone();
        path.0.push(fragment);
        path
    }

    fn print(&self) -> String {
        let print = |fragment: &Fragment| match fragment {
            Fragment::Index(index) => format!("[{index}]"),
            Fragment::Key(key) if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("[{key}]")
            }
            Fragment::Key(key)
                if key.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
                    && !key.starts_with(|c: char| c.is_ascii_digit())
                    && !key.is_empty() =>
            {
                format!(".{key}")
            }
            Fragment::Key(key) => format!("['{}']", key.replace('\\', "\\\\").replace('\'', "\\'")),
        };
        format!("${}", self.0.iter().map(print).collect::<String>())
    }
}

/// What the step weighs against one fragment of a value's path; 0 if it does not fit.
fn weight(step: &Step, fragment: &Fragment) -> u64 {
    let text = match fragment {
        Fragment::Key(key) => key.clone(),
        Fragment::Index(index) => index.to_string(),
    };
    match step {
        Step::Field(name) if *name == text => 2,
        Step::Index(index) if text.parse() == Ok(*index) => 2,
        Step::Any => 1,
        Step::AnyIndex if text.parse::<usize>().is_ok() => 1,
        _ => 0,
    }
}

/// Does a rule call the member of the object at `path` by its name, itself or on its way further down?
fn is_named(force: &[Ruled], path: &Path, name: &str) -> bool {
    let at = Fragment::Key(name.to_owned());
    force.iter().any(|ruled| {
        ruled.steps.len() > path.0.len()
            && ruled.steps.iter().zip(&path.0).all(|(step, at)| weight(step, at) > 0)
            && weight(&ruled.steps[path.0.len()], &at) == 2
    })
}

/// The rule list that governs the value at `path`, and whether it stands at a parent.
fn governing<'f>(force: &'f [Ruled], path: &Path) -> Option<(&'f Ruled, bool)> {
    let fits = |ruled: &&Ruled| {
        ruled.steps.len() <= path.0.len() && ruled.steps.iter().zip(&path.0).all(|(step, at)| weight(step, at) > 0)
    };
    let rank = |ruled: &&'f Ruled| {
        let product: u64 = 2 * ruled.steps.iter().zip(&path.0).map(|(step, at)| weight(step, at)).product::<u64>();
        let length = ruled.steps.len() + 1;
        let is_wild = |at: &usize| matches!(ruled.steps[*at], Step::Any | Step::AnyIndex);
        let wildcards: Vec<usize> = (0..ruled.steps.len()).filter(is_wild).collect();
        let total = product * length as u64;
        // An `eachValue` goes before rules written for the values, unless it says nothing.
        let origin = match (ruled.of_each_value, ruled.list.rules.is_empty()) {
            (true, true) => 0,
            (false, _) => 1,
            (true, false) => 2,
        };
        (total, Reverse(wildcards.len()), length, wildcards, origin, Reverse(ruled.key.clone()))
    };
    let ruled = force.iter().filter(fits).max_by_key(rank).filter(|ruled| !ruled.list.rules.is_empty())?;
    Some((ruled, ruled.steps.len() < path.0.len()))
}

impl Judge {
    fn value(self, e: &Json<'_>, a: &Json<'_>, path: &Path, force: &[Ruled], out: &mut Places) {
        let governing = governing(force, path);
        match (e, a, governing) {
            (Json::Array(e), Json::Array(a), None) => {
                if e.is_empty() != a.is_empty() || e.len() != a.len() {
                    out.insert(path.print());
                }
                for (index, (e, a)) in e.iter().zip(a).enumerate() {
                    self.value(e, a, &path.item(index), force, out);
                }
            }
            (Json::Object(e), Json::Object(a), None) => {
                if self.is_more_than_nothing(e, a, path, force) {
                    out.insert(path.print());
                } else {
                    self.members(e, a, path, false, force, out);
                }
            }
            (Json::Array(_), Json::Array(_), Some((ruled, cascaded)))
            | (Json::Object(_), Json::Object(_), Some((ruled, cascaded))) => {
                self.collection(e, a, path, (ruled, cascaded), force, out);
            }
            (Json::Array(_) | Json::Object(_), _, governing) => {
                // Another type: only an alternative that really judges the value can allow it.
                let judges = |rule: &MatchingRule| {
                    !matches!(
                        rule,
                        MatchingRule::EachKey(_) | MatchingRule::EachValue(_) | MatchingRule::ArrayContains(_)
                    )
                };
                let allowed = governing.is_some_and(|(ruled, _)| {
                    ruled.list.combine == Combine::Or
                        && ruled.list.rules.iter().any(|rule| judges(rule) && scalar(rule, e, a))
                });
                if !allowed {
                    out.insert(path.print());
                }
            }
            (_, _, None) => {
                if !equal(e, a) {
                    out.insert(path.print());
                }
            }
            (_, _, Some((ruled, _))) => {
                let mut rules = ruled.list.rules.iter();
                let holds = match ruled.list.combine {
                    Combine::And => rules.all(|rule| scalar(rule, e, a)),
                    Combine::Or => rules.any(|rule| scalar(rule, e, a)),
                };
                if !holds {
                    out.insert(path.print());
                }
            }
        }
    }

    /// The members of two objects; `any_key` if no names are asked for.
    fn members(self, e: &Object<'_>, a: &Object<'_>, path: &Path, any_key: bool, force: &[Ruled], out: &mut Places) {
        let unexpected = |name: &&str| e.get(name).is_none() && !is_named(force, path, name);
        let missing = e.names().any(|name| a.get(name).is_none());
        if !any_key && (missing || self.strict && a.names().any(|name| unexpected(&name))) {
            out.insert(path.print());
        }
        for (name, a) in a.iter() {
            match e.get(name) {
                Some(e) => self.value(e, a, &path.member(name), force, out),
                None => self.optional(name, a, path, force, out),
            }
        }
    }

    /// A member that no example is there for: the rules that call it by its name decide, if there are any.
    fn optional(self, name: &str, a: &Json<'_>, path: &Path, force: &[Ruled], out: &mut Places) {
        if is_named(force, path, name) {
            Self { without_example: true, ..self }.value(a, a, &path.member(name), force, out);
        }
    }

    /// Where nothing is expected, members that no rule names are all there is to say.
    fn is_more_than_nothing(self, e: &Object<'_>, a: &Object<'_>, path: &Path, force: &[Ruled]) -> bool {
        self.strict && e.is_empty() && a.names().any(|name| !is_named(force, path, name))
    }

    /// Two arrays or two objects under rules: each rule by itself, and all or one of them must hold.
    fn collection(
        self,
        e: &Json<'_>,
        a: &Json<'_>,
        path: &Path,
        (ruled, cascaded): (&Ruled, bool),
        force: &[Ruled],
        out: &mut Places,
    ) {
        use MatchingRule::{EachKey, EachValue, Values};
        let list = &ruled.list;
        let has = |wanted: fn(&MatchingRule) -> bool| !cascaded && list.rules.iter().any(wanted);
        let any_key = has(|rule| matches!(rule, Values | EachKey(_) | EachValue(_)));
        let each_value = has(|rule| matches!(rule, EachValue(_)));
        if let (Json::Object(e), Json::Object(a)) = (e, a)
            && !any_key
            && self.is_more_than_nothing(e, a, path, force)
        {
            out.insert(path.print());
            return;
        }
        let mut found = Vec::new();
        for rule in &list.rules {
            let mut own = Places::new();
            // What is equal here is equal below, so `equality` is asked once, where it stands.
            let asked_above = cascaded && list.combine == Combine::And && *rule == MatchingRule::Equality;
            if !asked_above && !self.itself(rule, e, a, cascaded) {
                own.insert(path.print());
            }
            if let (EachKey(each), Json::Object(a), false) = (rule, a, cascaded) {
                for name in a.names().filter(|name| !each.rules.iter().all(|rule| text(rule, name, name))) {
                    own.insert(path.member(name).print());
                }
            }
            // An alternative that fails by itself is not looked into; `eachKey` leaves the values to an `eachValue` beside it.
            let is_refuted = list.combine == Combine::Or && !own.is_empty();
            let leaves_values = list.combine == Combine::And && each_value && matches!(rule, EachKey(_));
            if !is_refuted && !leaves_values {
                self.contents(rule, e, a, path, (ruled, cascaded), any_key, force, &mut own);
            }
            found.push(own);
        }
        if list.combine == Combine::And || found.iter().all(|own| !own.is_empty()) {
            out.extend(found.into_iter().flatten());
        }
    }

    /// How the contents are compared under one rule.
    #[expect(clippy::too_many_arguments, reason = "everything that the comparison depends on, and no state")]
    fn contents(
        self,
        rule: &MatchingRule,
        e: &Json<'_>,
        a: &Json<'_>,
        path: &Path,
        (ruled, cascaded): (&Ruled, bool),
        any_key: bool,
        force: &[Ruled],
        out: &mut Places,
    ) {
        let mut force = force.to_vec();
        if let (MatchingRule::EachValue(each), false) = (rule, cascaded) {
            let mut steps = ruled.steps.clone();
            steps.push(Step::Any);
            let list = RuleList { combine: Combine::And, rules: each.rules.clone() };
            force.push(Ruled { steps, key: ruled.key.clone(), list, of_each_value: true });
        }
        match (e, a) {
            (Json::Array(e), Json::Array(a)) => {
                if let (MatchingRule::ArrayContains(variants), false) = (rule, cascaded) {
                    // Without example nothing says what the items should be like.
                    if !self.without_example && !self.contains_all(variants, e, a) {
                        out.insert(path.print());
                    }
                    return;
                }
                for (index, a) in a.iter().enumerate() {
                    if let Some(e) = e.get(index).or(e.first()) {
                        self.value(e, a, &path.item(index), &force, out);
                    }
                }
            }
            (Json::Object(e), Json::Object(a)) => {
                use MatchingRule::{ArrayContains, EachValue, Values};
                if !cascaded && matches!(rule, Values | EachValue(_) | ArrayContains(_)) {
                    let first = e.names().min().and_then(|first| e.get(first));
                    for (name, a) in a.iter() {
                        match e.get(name).or(first) {
                            Some(e) => self.value(e, a, &path.member(name), &force, out),
                            None => self.optional(name, a, path, &force, out),
                        }
                    }
                    return;
                }
                self.members(e, a, path, any_key, &force, out);
            }
            _ => unreachable!("two arrays or two objects"),
        }
    }

    fn contains_all(self, variants: &[ArrayVariant], e: &[Json<'_>], a: &[Json<'_>]) -> bool {
        let found = |index: usize, force: &[Ruled]| {
            e.get(index).is_some_and(|e| {
                a.iter().any(|a| {
                    let mut places = Places::new();
                    self.value(e, a, &Path::default(), force, &mut places);
                    places.is_empty()
                })
            })
        };
        if variants.is_empty() {
            return (0..e.len()).all(|index| found(index, &[]));
        }
        variants.iter().all(|variant| found(variant.index, &in_force(&variant.rules)))
    }

    /// What a rule says of an array or object itself.
    fn itself(self, rule: &MatchingRule, e: &Json<'_>, a: &Json<'_>, cascaded: bool) -> bool {
        use MatchingRule as R;
        let is_about_scalars = matches!(
            rule,
            R::Regex(_)
                | R::Include(_)
                | R::Number
                | R::Integer
                | R::Decimal
                | R::Boolean
                | R::Null
                | R::Date(_)
                | R::Semver
        );
        if self.without_example && !cascaded && is_about_scalars {
            return scalar(rule, e, a);
        }
        let size = a.as_array().map_or_else(|| a.as_object().map_or(0, Object::len), <[_]>::len) as u64;
        match rule {
            R::Type { min, max } => cascaded || min.is_none_or(|min| size >= min) && max.is_none_or(|max| size <= max),
            R::NotEmpty => size > 0,
            R::Equality => equal(e, a),
            R::Null => false,
            R::Include(_) | R::Number | R::Integer | R::Decimal | R::Boolean | R::Date(_) | R::Semver => {
                a.as_array().is_some()
            }
            R::Regex(_) | R::Values | R::EachKey(_) | R::EachValue(_) | R::ArrayContains(_) => true,
            other => unreachable!("{other:?} is not generated"),
        }
    }
}
