//! What one matcher object says: its rules, its generator, and where its example is.

use super::walk::variants;
use super::{GENERATOR, IntegrationError, MATCHER};
use crate::expression::{Definition, is_definition};
use crate::generators::Generator;
use crate::json::{Json, JsonValue, Object};
use crate::place::{At, Notes};
use crate::read::matching_rule;
use crate::rules::{EachRule, MatchingRule};

/// More copies of an item than this are not made, whatever `atLeast` says.
const MAX_COPIES: u64 = 100;

pub(super) struct Said<'n, 'a> {
    pub(super) rules: Vec<MatchingRule>,
    pub(super) generator: Option<Generator>,
    pub(super) example: Example<'n, 'a>,
}

/// Where the example of a matcher object is.
pub(super) enum Example<'n, 'a> {
    /// There is nothing to be walked any more.
    Ready(JsonValue),
    /// The member of this name; matcher objects may stand in it.
    Value(&'n str, &'n Json<'a>),
    /// The members of these names, which stand beside those that say something.
    Beside(Vec<&'n str>),
    /// A collection of the member called `name`: under a key, or as many as this in an array.
    Each { name: &'n str, key: Option<String>, item: &'n Json<'a>, count: usize },
}

/// What the `pact:matcher:type` of an object stands for.
#[derive(Default)]
struct Matched {
    rules: Vec<MatchingRule>,
    generator: Option<Generator>,
    example: Option<JsonValue>,
    definition: Option<Definition>,
}

pub(super) fn read<'n, 'a>(
    node: &'n Json<'a>,
    object: &'n Object<'a>,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<Said<'n, 'a>, IntegrationError> {
    let matched = matched(node, object, at, notes, 0)?;
    let generator = generator(object, &at.field(GENERATOR))?.or(matched.generator);
    let is_foreign = matched.rules.iter().any(|rule| matches!(rule, MatchingRule::Other { .. }))
        || generator.as_ref().is_some_and(|own| parameters_of_generator(&own.kind).is_none());
    let referred: Vec<&str> =
        matched.definition.iter().flat_map(|own| [&own.like, &own.each_like]).filter_map(Option::as_deref).collect();
    let example = if let Some(value) = example_member(object, &matched.rules, generator.as_ref()) {
        if !is_foreign {
            check_members(object, &referred, at)?;
        }
        Example::Value(value.0, value.1)
    } else if let Some(definition) = &matched.definition {
        of_definition(definition, object, at)?
    } else if let Some(example) = matched.example {
        Example::Ready(example)
    } else {
        let mut known: Vec<&str> =
            matched.rules.iter().flat_map(|rule| parameters_of_rule(rule.name())).copied().collect();
        known.extend(generator.iter().filter_map(|own| parameters_of_generator(&own.kind)).flatten().map(|own| own.0));
        let beside: Vec<&str> =
            object.names().filter(|name| !name.starts_with("pact:") && !known.contains(name)).collect();
        if beside.is_empty() || is_foreign { Example::Ready(Json::Null) } else { Example::Beside(beside) }
    };
    Ok(Said { rules: matched.rules, generator, example })
}

/// What a matcher object says apart from its example.
pub(super) fn rules_and_generator(
    node: &Json<'_>,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<(Vec<MatchingRule>, Option<Generator>), IntegrationError> {
    let Some(object) = node.as_object() else { return Ok((Vec::new(), None)) };
    let matched = matched(node, object, at, notes, 0)?;
    let generator = generator(object, &at.field(GENERATOR))?.or(matched.generator);
    Ok((matched.rules, generator))
}

/// The member that holds the example: `value`, unless that is the parameter of the rule and `example` is there too.
fn example_member<'n, 'a>(
    object: &'n Object<'a>,
    rules: &[MatchingRule],
    generator: Option<&Generator>,
) -> Option<(&'static str, &'n Json<'a>)> {
    let is_parameter = rules.iter().any(|rule| matches!(rule, MatchingRule::Include(_) | MatchingRule::ContentType(_)));
    let of_generator = generator.is_some_and(|own| own.kind == "MockServerURL");
    let named = |name: &'static str| object.get(name).map(|value| (name, value));
    named("example").filter(|_| is_parameter && !of_generator).or_else(|| named("value"))
}

/// The rules that the member `pact:matcher:type` stands for.
fn matched(
    node: &Json<'_>,
    object: &Object<'_>,
    at: &At<'_>,
    notes: &mut Notes,
    depth: usize,
) -> Result<Matched, IntegrationError> {
    let here = at.field(MATCHER);
    let name = match object.get(MATCHER) {
        None => return Ok(Matched::default()),
        Some(Json::String(name)) => &**name,
        Some(Json::Array(items)) if depth == 0 => {
            let mut all = Matched::default();
            for (index, item) in items.iter().enumerate() {
                let at = here.index(index);
                let object = item.as_object().filter(|object| object.contains(MATCHER));
                let object = object.ok_or_else(|| {
                    IntegrationError::new(&at, format!("one of several matchers is an object with `{MATCHER}`"))
                })?;
                let one = matched(item, object, &at, notes, 1)?;
                let own = generator(object, &at)?.or(one.generator);
                all.generator = all.generator.or(own);
                all.example = all.example.or(one.example);
                all.definition = all.definition.or(one.definition);
                all.rules.extend(one.rules);
            }
            return Ok(all);
        }
        Some(_) => {
            let reason = format!("`{MATCHER}` is the name of a rule, a definition expression or a list of matchers");
            return Err(IntegrationError::new(at, reason));
        }
    };
    if is_definition(name) {
        let loaded = Definition::parse(name).map_err(|error| IntegrationError::new(at, error))?;
        for warning in loaded.warnings {
            notes.warn(&here, warning.to_string());
        }
        let definition = loaded.value;
        let (rules, generator) = (definition.rules.clone(), definition.generator.clone());
        return Ok(Matched { rules, generator, example: None, definition: Some(definition) });
    }
    match name {
        "arrayContains" | "array-contains" => {
            let items = object.get("variants").and_then(Json::as_array);
            let items =
                items.ok_or_else(|| IntegrationError::new(at, format!("`{name}` needs a list of `variants`")))?;
            let (variants, examples) = variants(items, &at.field("variants"), notes)?;
            let rules = vec![MatchingRule::ArrayContains(variants)];
            Ok(Matched { rules, example: Some(Json::Array(examples)), ..Matched::default() })
        }
        "eachKey" | "each-key" => {
            let mut each = each(object, at, notes, depth)?;
            if each.example.is_none() {
                let first = object.get("value").and_then(Json::as_object).and_then(|object| object.names().next());
                each.example = first.map(|name| name.to_owned().into());
            }
            Ok(Matched { rules: vec![MatchingRule::EachKey(each)], ..Matched::default() })
        }
        "eachValue" | "each-value" => {
            let each = each(object, at, notes, depth)?;
            Ok(Matched { rules: vec![MatchingRule::EachValue(each)], ..Matched::default() })
        }
        _ => {
            let rule = match matching_rule(node) {
                MatchingRule::Unreadable { reason, .. } => return Err(IntegrationError::new(at, reason)),
                rule @ MatchingRule::Other { .. } => {
                    notes.warn(&here, "no rule of Pact has this name; kept as the rule of a plugin");
                    rule
                }
                rule => rule,
            };
            Ok(Matched { rules: vec![rule], ..Matched::default() })
        }
    }
}

/// The inner rules of `eachKey` and `eachValue`: a list of matcher objects.
fn each(object: &Object<'_>, at: &At<'_>, notes: &mut Notes, depth: usize) -> Result<EachRule, IntegrationError> {
    let at = at.field("rules");
    if depth > crate::json::MAX_DEPTH {
        return Err(IntegrationError::new(&at, "nests too deeply"));
    }
    let items = match object.get("rules") {
        None | Some(Json::Null) => &[],
        Some(Json::Array(items)) => items.as_slice(),
        Some(_) => return Err(IntegrationError::new(&at, "a list of matchers is needed")),
    };
    let mut each = EachRule::default();
    for (index, item) in items.iter().enumerate() {
        let at = at.index(index);
        let Some(inner) = item.as_object() else {
            return Err(IntegrationError::new(&at, "a matcher is an object"));
        };
        if !inner.contains(MATCHER) {
            // A rule as it stands in pact files.
            match matching_rule(item) {
                MatchingRule::Unreadable { reason, .. } => return Err(IntegrationError::new(&at, reason)),
                rule => each.rules.push(rule),
            }
            continue;
        }
        let one = matched(item, inner, &at, notes, depth + 1)?;
        let own = generator(inner, &at)?.or(one.generator);
        each.generator = each.generator.or_else(|| own.map(Box::new));
        let own_example = inner.get("value").filter(|value| is_scalar(value)).map(|value| value.clone().into_owned());
        let expressed = one.definition.and_then(|definition| definition.example);
        each.example = each.example.or(own_example).or(expressed);
        each.rules.extend(one.rules);
    }
    let own = object.get("value").filter(|value| is_scalar(value)).map(|value| value.clone().into_owned());
    each.example = each.example.or(own);
    Ok(each)
}

fn is_scalar(json: &Json<'_>) -> bool {
    !matches!(json, Json::Array(_) | Json::Object(_))
}

/// The example of a definition expression: its own, or made of the members it refers to.
fn of_definition<'n, 'a>(
    definition: &Definition,
    object: &'n Object<'a>,
    at: &At<'_>,
) -> Result<Example<'n, 'a>, IntegrationError> {
    let member = |wanted: &str| {
        let found = object.iter().find(|(name, _)| *name == wanted);
        found.ok_or_else(|| {
            IntegrationError::new(at, format!("the expression refers to `{wanted}`, which is not beside it"))
        })
    };
    let key = definition.rules.iter().find_map(|rule| match rule {
        MatchingRule::EachKey(each) => each.example.as_ref().map(|key| key.to_text().into_owned()),
        _ => None,
    });
    let least = definition.rules.iter().find_map(|rule| match rule {
        MatchingRule::Type { min, .. } => *min,
        _ => None,
    });
    let count = usize::try_from(least.unwrap_or(1).clamp(1, MAX_COPIES)).unwrap_or(1);
    if let Some(name) = &definition.like {
        let (name, value) = member(name)?;
        return Ok(Example::Value(name, value));
    }
    if let Some(name) = &definition.each_like {
        let (name, item) = member(name)?;
        return Ok(Example::Each { name, key, item, count });
    }
    let each_value = definition.rules.iter().find_map(|rule| match rule {
        MatchingRule::EachValue(each) => each.example.clone(),
        _ => None,
    });
    Ok(Example::Ready(match (&definition.example, each_value, key) {
        (Some(example), ..) => example.clone(),
        (None, Some(value), Some(key)) => Json::object([(key, value)]),
        (None, Some(value), None) => Json::Array(vec![value; count]),
        (None, None, Some(key)) => Json::object([(key, Json::Null)]),
        (None, None, None) => Json::Null,
    }))
}

/// Members that belong to some rule or generator; any other is a slip of the pen.
fn check_members(object: &Object<'_>, referred: &[&str], at: &At<'_>) -> Result<(), IntegrationError> {
    const KNOWN: [&str; 18] = [
        "value",
        "example",
        "regex",
        "min",
        "max",
        "format",
        "date",
        "time",
        "datetime",
        "timestamp",
        "rules",
        "variants",
        "status",
        "expression",
        "digits",
        "size",
        "dataType",
        "generator",
    ];
    let odd =
        object.names().find(|name| !name.starts_with("pact:") && !KNOWN.contains(name) && !referred.contains(name));
    match odd {
        None => Ok(()),
        Some(name) => {
            Err(IntegrationError::new(&at.field(name), "no rule and no generator has a parameter of this name"))
        }
    }
}

fn parameters_of_rule(name: &str) -> &'static [&'static str] {
    match name {
        "regex" => &["regex"],
        "type" => &["min", "max"],
        "include" | "contentType" => &["value", "example"],
        "date" => &["format", "date"],
        "time" => &["format", "time"],
        "datetime" => &["format", "datetime", "timestamp"],
        "arrayContains" => &["variants"],
        "statusCode" => &["status"],
        "eachKey" | "eachValue" => &["rules", "generator"],
        _ => &[],
    }
}

/// The parameters of a generator with their defaults; `None` if the generator is unknown.
fn parameters_of_generator(kind: &str) -> Option<&'static [(&'static str, Option<u64>)]> {
    Some(match kind {
        "RandomInt" => &[("min", Some(0)), ("max", Some(10))],
        "RandomDecimal" | "RandomHexadecimal" => &[("digits", Some(10))],
        "RandomString" => &[("size", Some(10))],
        "Regex" => &[("regex", None)],
        "Uuid" => &[("format", None)],
        "Date" | "Time" | "DateTime" => &[("format", None), ("expression", None)],
        "RandomBoolean" => &[],
        "ProviderState" => &[("expression", None), ("dataType", None)],
        "MockServerURL" => &[("regex", None), ("example", None)],
        _ => return None,
    })
}

/// The generator of a matcher object: its name, and those of the members that are its parameters.
fn generator(object: &Object<'_>, at: &At<'_>) -> Result<Option<Generator>, IntegrationError> {
    let Some(name) = object.get(GENERATOR) else { return Ok(None) };
    let Some(name) = name.as_str() else {
        return Err(IntegrationError::new(at, "the name of a generator is a text"));
    };
    let mut generator = Generator::named(name);
    match parameters_of_generator(name) {
        Some(parameters) => {
            for &(parameter, default) in parameters {
                let given = object.get(parameter).map(|value| value.clone().into_owned());
                if let Some(value) = given.or_else(|| default.map(Json::from)) {
                    generator.params.insert(parameter, value);
                }
            }
        }
        // Which members a plugin's generator needs is not known: it gets all.
        None => {
            for (name, value) in object.iter().filter(|(name, _)| !name.starts_with("pact:") && *name != "value") {
                generator.params.insert(name.to_owned(), value.clone().into_owned());
            }
        }
    }
    Ok(Some(generator))
}
