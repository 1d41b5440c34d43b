//! Matching rules and generators in the spellings of V3 and later.

use indexmap::IndexMap;

use crate::generators::{Generator, Generators};
use crate::json::{Json, JsonValue, Object};
use crate::rules::{ArrayVariant, Combine, EachRule, MatchingRule, MatchingRules, RuleList, StatusClass};

use super::{insert_unless_empty, sorted_object};

/// The rule as it stands in a file, in its canonical spelling. A rule that could not be read is written as it was found.
pub fn matching_rule(rule: &MatchingRule) -> JsonValue {
    let mut object = Object::new();
    match rule {
        MatchingRule::Unreadable { json, .. } => return json.clone(),
        MatchingRule::Other { params, .. } => object = sorted_object(params),
        MatchingRule::Regex(regex) => object.insert("regex", regex.clone()),
        MatchingRule::Type { min, max } => {
            for (name, bound) in [("min", min), ("max", max)] {
                if let Some(bound) = bound {
                    object.insert(name, *bound);
                }
            }
        }
        MatchingRule::Include(text) => object.insert("value", text.clone()),
        MatchingRule::Date(format) | MatchingRule::Time(format) | MatchingRule::DateTime(format) => {
            if !format.is_empty() {
                object.insert("format", format.clone());
            }
        }
        MatchingRule::ContentType(content_type) => object.insert("value", content_type.clone()),
        MatchingRule::ArrayContains(variants) => {
            object.insert("variants", Json::Array(variants.iter().map(variant).collect()));
        }
        MatchingRule::StatusCode(class) => object.insert("status", status_class(class)),
        MatchingRule::EachKey(each) | MatchingRule::EachValue(each) => insert_rules(&mut object, each),
        MatchingRule::Equality
        | MatchingRule::Number
        | MatchingRule::Integer
        | MatchingRule::Decimal
        | MatchingRule::Boolean
        | MatchingRule::Null
        | MatchingRule::Values
        | MatchingRule::NotEmpty
        | MatchingRule::Semver => {}
    }
    object.insert("match", rule.name().to_owned());
    object.sort();
    object.into()
}

fn insert_rules(object: &mut Object<'static>, each: &EachRule) {
    object.insert("rules", Json::Array(each.rules.iter().map(matching_rule).collect()));
    if let Some(example) = &each.example {
        object.insert("value", example.clone());
    }
    if let Some(own) = &each.generator {
        object.insert("generator", generator(own));
    }
}

fn variant(variant: &ArrayVariant) -> JsonValue {
    let mut object = Object::new();
    object.insert("index", variant.index);
    insert_unless_empty(&mut object, "generators", generators_by_name(&variant.generators));
    object.insert("rules", rules_by_name(&variant.rules));
    object.sort();
    object.into()
}

fn status_class(class: &StatusClass) -> JsonValue {
    Json::from(match class {
        StatusClass::Codes(codes) => return Json::array(codes.iter().copied()),
        StatusClass::Information => "info",
        StatusClass::Success => "success",
        StatusClass::Redirect => "redirect",
        StatusClass::ClientError => "clientError",
        StatusClass::ServerError => "serverError",
        StatusClass::NonError => "nonError",
        StatusClass::Error => "error",
    })
}

/// The rules by category, as V3 and later write them; an empty object if there are none.
pub fn matching_rules(rules: &MatchingRules) -> JsonValue {
    by_category(rules).into()
}

pub(super) fn by_category(rules: &MatchingRules) -> Object<'static> {
    let mut object = Object::new();
    for (name, named) in
        [("body", &rules.body), ("header", &rules.header), ("metadata", &rules.metadata), ("query", &rules.query)]
    {
        insert_unless_empty(&mut object, name, rules_by_name(named));
    }
    for (name, list) in [("method", &rules.method), ("path", &rules.path), ("status", &rules.status)] {
        if !list.is_empty() {
            object.insert(name, rule_list(list));
        }
    }
    object.sort();
    object
}

fn rules_by_name(rules: &IndexMap<String, RuleList>) -> Object<'static> {
    let mut object: Object<'static> = rules
        .iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(name, list)| (name.clone().into(), rule_list(list)))
        .collect();
    object.sort();
    object
}

fn rule_list(list: &RuleList) -> JsonValue {
    let combine = match list.combine {
        Combine::And => "AND",
        Combine::Or => "OR",
    };
    let rules: Vec<JsonValue> = list.rules.iter().map(matching_rule).collect();
    Json::object([("combine", Json::from(combine)), ("matchers", Json::from(rules))])
}

/// The generator as it stands in a file.
pub fn generator(generator: &Generator) -> JsonValue {
    let mut object = sorted_object(&generator.params);
    object.insert("type", generator.kind.clone());
    object.sort();
    object.into()
}

/// The generators by category; an empty object if there are none.
pub fn generators(generators: &Generators) -> JsonValue {
    generators_by_category(generators).into()
}

pub(super) fn generators_by_category(generators: &Generators) -> Object<'static> {
    let mut object = Object::new();
    for (name, named) in [
        ("body", &generators.body),
        ("header", &generators.header),
        ("metadata", &generators.metadata),
        ("query", &generators.query),
    ] {
        insert_unless_empty(&mut object, name, generators_by_name(named));
    }
    for (name, one) in [("method", &generators.method), ("path", &generators.path), ("status", &generators.status)] {
        if let Some(one) = one {
            object.insert(name, generator(one));
        }
    }
    object.sort();
    object
}

fn generators_by_name(generators: &IndexMap<String, Generator>) -> Object<'static> {
    let mut object: Object<'static> =
        generators.iter().map(|(name, own)| (name.clone().into(), generator(own))).collect();
    object.sort();
    object
}
