//! What requests, responses and messages consist of.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use intact_pact_model::path::PathExpression;
use intact_pact_model::{
    Body, ContentType, Generator, Generators, Headers, HttpRequest, HttpResponse, Json, MatchingRules, MessagePart,
    RuleList, SpecVersion,
};

use super::constraint::{Constraint, Relation};
use super::values::{Category, Named};
use super::{Changes, Class, Direction, hides, json};
use crate::ResponseMatcher;
use crate::comparison::Verdict;
use crate::in_words;
use crate::lint::reach;
use crate::parts::status::StatusMatcher;
use crate::rule::{Compiling, RuleSet};
use crate::rule_tree::RuleTree;

/// Compares the parts of an interaction.
pub(super) struct Compare<'c> {
    pub(super) changes: &'c mut Changes,
}

/// What is said where rules cannot be compiled.
pub(super) const UNREADABLE: &str = "its rules cannot be read";

/// A body with all that decides how it is compared.
struct BodyPart<'b> {
    body: &'b Body,
    content_type: Option<ContentType>,
    rules: &'b MatchingRules,
}

impl Compare<'_> {
    pub(super) fn requests(&mut self, old: &HttpRequest, new: &HttpRequest) {
        let sent = Direction::Sent;
        let (rules, new_rules) = (&old.matching_rules, &new.matching_rules);
        self.text("request method", sent, (&old.method, &rules.method), (&new.method, &new_rules.method));
        self.text("request path", sent, (&old.path, &rules.path), (&new.path, &new_rules.path));
        let query = |request: &HttpRequest| -> Named {
            let own =
                |values: &[Option<String>]| values.iter().map(|value| value.clone().unwrap_or_default()).collect();
            request.query.iter().map(|(name, values)| (name.to_owned(), own(values))).collect()
        };
        let (own, others) = ((query(old), &rules.query), (query(new), &new_rules.query));
        Category::query("request query", sent).compare(self.changes, &own, &others);
        self.headers("request header", sent, (&old.headers, rules), (&new.headers, new_rules));
        let part = |request: &'_ HttpRequest| request.content_type();
        self.bodies(
            "request body",
            sent,
            &BodyPart { body: &old.body, content_type: part(old), rules },
            &BodyPart { body: &new.body, content_type: part(new), rules: new_rules },
        );
        self.generators("request", sent, &old.generators, &new.generators);
    }

    pub(super) fn responses(&mut self, old: &HttpResponse, new: &HttpResponse) {
        let needed = Direction::Needed;
        let (rules, new_rules) = (&old.matching_rules, &new.matching_rules);
        self.statuses(old, new);
        self.headers("response header", needed, (&old.headers, rules), (&new.headers, new_rules));
        self.bodies(
            "response body",
            needed,
            &BodyPart { body: &old.body, content_type: old.content_type(), rules },
            &BodyPart { body: &new.body, content_type: new.content_type(), rules: new_rules },
        );
        self.generators("response", needed, &old.generators, &new.generators);
    }

    pub(super) fn messages(&mut self, name: &str, direction: Direction, old: &MessagePart, new: &MessagePart) {
        let (rules, new_rules) = (&old.matching_rules, &new.matching_rules);
        self.metadata(name, direction, old, new);
        let place = if name == "message" { "contents".to_owned() } else { format!("{name} contents") };
        self.bodies(
            &place,
            direction,
            &BodyPart { body: &old.contents, content_type: old.content_type(), rules },
            &BodyPart { body: &new.contents, content_type: new.content_type(), rules: new_rules },
        );
        self.generators(name, direction, &old.generators, &new.generators);
    }

    fn metadata(&mut self, name: &str, direction: Direction, old: &MessagePart, new: &MessagePart) {
        let (rules, new_rules) = (&old.matching_rules, &new.matching_rules);
        if old.metadata == new.metadata && used(&rules.metadata) == used(&new_rules.metadata) {
            return;
        }
        let compile = |rules: &MatchingRules| RuleTree::compile(&rules.metadata, Compiling::category("metadata"));
        let (Ok(tree), Ok(new_tree)) = (compile(rules), compile(new_rules)) else {
            return self.changes.add(Class::Breaking, format!("{name} metadata"), UNREADABLE);
        };
        if tree.unreadable != new_tree.unreadable {
            return self.changes.add(Class::Breaking, format!("{name} metadata"), UNREADABLE);
        }
        let (root, new_root) = (tree.cursor(), new_tree.cursor());
        // The type of the contents is compared with them.
        let is_type = |key: &str| key.replace('-', "").eq_ignore_ascii_case("contenttype");
        let place = |key: &str| format!("{name} metadata {key}");
        for (key, value) in new.metadata.iter().filter(|(key, _)| !is_type(key)) {
            let cursor = new_root.field(key);
            let hidden = hides(key, &value.to_text());
            match old.metadata.get(key) {
                None => {
                    let text = format!("{}: {}", direction.appeared(), json::in_words(value, &cursor, hidden));
                    self.changes.add(Class::Breaking, place(key), text);
                }
                Some(before) => {
                    let hidden = hidden || hides(key, &before.to_text());
                    json::Walk::new(direction, self.changes, place(key), (&rules.metadata, &new_rules.metadata))
                        .hiding(hidden)
                        .value((before, &root.field(key)), (value, &cursor));
                }
            }
        }
        for key in old.metadata.names().filter(|key| !is_type(key) && !new.metadata.contains(key)) {
            let (class, text) = direction.vanished();
            self.changes.add(class, place(key), text);
        }
    }

    fn text(&mut self, place: &str, direction: Direction, old: (&str, &RuleList), new: (&str, &RuleList)) {
        if old == new {
            return;
        }
        let compile = |list: &RuleList| RuleSet::compile(list, "", Compiling::category("rules"));
        let (Ok(rules), Ok(new_rules)) = (compile(old.1), compile(new.1)) else {
            return self.changes.add(Class::Breaking, place, UNREADABLE);
        };
        let (example, new_example) = (Json::from(old.0), Json::from(new.0));
        let old = Constraint { rules: Some(&rules), example: &example, is_text: true, is_hidden: false };
        let new = Constraint { rules: Some(&new_rules), example: &new_example, ..old };
        constraint(self.changes, place, direction, old, new);
    }

    fn statuses(&mut self, old: &HttpResponse, new: &HttpResponse) {
        let is_same = |one: &HttpResponse, other: &HttpResponse| {
            one.status == other.status && one.matching_rules.status == other.matching_rules.status
        };
        if is_same(old, new) {
            return;
        }
        let (Ok(before), Ok(now)) = (StatusMatcher::compile(old), StatusMatcher::compile(new)) else {
            return self.changes.add(Class::Breaking, "response status", UNREADABLE);
        };
        let accepts = |matcher: &StatusMatcher, status| matcher.compare(status, &mut Verdict).is_continue();
        let all = |in_one: &StatusMatcher, in_other: &StatusMatcher| {
            (100..600).all(|status| !accepts(in_one, status) || accepts(in_other, status))
        };
        let relation = Relation::of(all(&before, &now), all(&now, &before));
        let words = |response: &HttpResponse| match &response.matching_rules.status {
            list if list.is_empty() => response.status.to_string(),
            list => in_words::rules(list, &Json::from(response.status)).unwrap_or_default(),
        };
        if relation != Relation::Same {
            let class = Direction::Needed.class(relation);
            self.changes.add(class, "response status", format!("is {}, was {}", words(new), words(old)));
        } else if old.status != new.status {
            let text = format!("the example is {}, was {}", new.status, old.status);
            self.changes.add(Class::Documentation, "response status", text);
        }
    }

    fn headers(
        &mut self,
        place: &'static str,
        direction: Direction,
        old: (&Headers, &MatchingRules),
        new: (&Headers, &MatchingRules),
    ) {
        let lines = |headers: &Headers| -> Named {
            headers.iter().map(|(name, values)| (name.to_owned(), values.to_vec())).collect()
        };
        let (old, new) = ((lines(old.0), &old.1.header), (lines(new.0), &new.1.header));
        Category::header(place, direction).compare(self.changes, &old, &new);
    }

    fn bodies(&mut self, place: &str, direction: Direction, old: &BodyPart<'_>, new: &BodyPart<'_>) {
        match (old.body, new.body) {
            (Body::Missing, Body::Missing) => return,
            (Body::Missing, _) => {
                return self.changes.add(Class::Breaking, place, direction.appeared());
            }
            (_, Body::Missing) => {
                let (class, text) = direction.vanished();
                return self.changes.add(class, place, text);
            }
            _ => {}
        }
        if old.body.content().is_none() || new.body.content().is_none() {
            return self.absent_bodies(place, direction, old, new);
        }
        let type_of = |part: &BodyPart<'_>| part.content_type.as_ref().map(ContentType::base_type);
        if type_of(old) != type_of(new) {
            let words = |part: &BodyPart<'_>| {
                part.content_type.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string)
            };
            let text = format!("is of the type {}, was {}", words(new), words(old));
            return self.changes.add(Class::Breaking, place, text);
        }
        if let (Some(one), Some(other)) = (document(old), document(new)) {
            let compiling = Compiling::category("body");
            let trees = (RuleTree::compile(&old.rules.body, compiling), RuleTree::compile(&new.rules.body, compiling));
            if let (Ok(tree), Ok(new_tree)) = trees {
                if tree.unreadable != new_tree.unreadable {
                    return self.changes.add(Class::Breaking, place, UNREADABLE);
                }
                json::Walk::new(direction, self.changes, place.to_owned(), (&old.rules.body, &new.rules.body))
                    .value((&one, &tree.cursor()), (&other, &new_tree.cursor()));
                self.optional(place, direction, (&one, old.rules), (&other, new.rules));
                return;
            }
        }
        self.other_bodies(place, direction, old, new);
    }

    /// Rules about members that the examples do not have: they decide if the members are there.
    fn optional(
        &mut self,
        place: &str,
        direction: Direction,
        old: (&Json<'_>, &MatchingRules),
        new: (&Json<'_>, &MatchingRules),
    ) {
        let (before, now) = (unselected(old.0, old.1), unselected(new.0, new.1));
        let selects = |document, path: &PathExpression| reach::selects(document, path.segments());
        for (path, list) in now.iter().filter(|(path, list)| !selects(old.0, path) && before.get(*path) != Some(list)) {
            let text = match in_words::rules(list, &Json::from("")) {
                Ok(words) => format!("if it is there, it has to be {words}"),
                Err(_) => "if it is there, other rules decide".to_owned(),
            };
            self.changes.add(Class::Breaking, format!("{place} {path}"), text);
        }
        for (path, _) in before.iter().filter(|(path, _)| !selects(new.0, path) && !now.contains_key(*path)) {
            let (class, text) = match direction {
                Direction::Needed => (Class::Compatible, "if it is there, it may be anything"),
                Direction::Sent => (Class::Compatible, "is never sent any more"),
            };
            self.changes.add(class, format!("{place} {path}"), text);
        }
    }

    /// Bodies of which one is empty or null: no bytes, or perhaps the document `null`.
    fn absent_bodies(&mut self, place: &str, direction: Direction, old: &BodyPart<'_>, new: &BodyPart<'_>) {
        let state = |part: &BodyPart<'_>| match part.body {
            Body::Missing => "not looked at",
            Body::Empty => "empty",
            Body::Null => "empty or null",
            Body::Present(_) => "not empty",
        };
        let relation = match (old.body, new.body) {
            (Body::Empty, Body::Null) => Relation::Looser,
            (Body::Null, Body::Empty) => Relation::Tighter,
            (one, other) if one == other => Relation::Same,
            _ => Relation::Other,
        };
        if relation != Relation::Same {
            self.changes.add(direction.class(relation), place, format!("is {}, was {}", state(new), state(old)));
        } else if used(&old.rules.body) != used(&new.rules.body) {
            self.changes.add(Class::Breaking, place, "has other matching rules");
        }
    }

    /// Bodies that are no JSON: by their bytes, and by their rules as a whole.
    fn other_bodies(&mut self, place: &str, direction: Direction, old: &BodyPart<'_>, new: &BodyPart<'_>) {
        let same_rules = used(&old.rules.body) == used(&new.rules.body);
        let same_body = old.body == new.body || (old.body.content().is_some() && old.body.bytes() == new.body.bytes());
        if same_rules && same_body {
            return;
        }
        if same_rules && accepts(new, old) && accepts(old, new) {
            return self.changes.add(
                direction.other_example(),
                place,
                "has another example, which the same rules accept",
            );
        }
        let text = match (same_rules, same_body) {
            (false, true) => "has other matching rules",
            (true, false) => "is another one",
            _ => "is another one, with other matching rules",
        };
        self.changes.add(Class::Breaking, place, text);
    }

    fn generators(&mut self, name: &str, direction: Direction, old: &Generators, new: &Generators) {
        let (before, now) = (all_generators(old), all_generators(new));
        // A value that the provider chooses, or chose, is one that it has to know.
        let from_state = |generator: Option<&&Generator>| {
            direction == Direction::Sent && generator.is_some_and(|own| own.kind == "ProviderState")
        };
        for (key, generator) in &now {
            if before.get(key) == Some(generator) {
                continue;
            }
            let place = format!("{name} {key}");
            if from_state(Some(generator)) {
                let expression = generator.text("expression").unwrap_or_default();
                let text = format!("its value comes from the provider state now: {expression}");
                self.changes.add(Class::Breaking, place, text);
            } else {
                let text = format!("its value is generated by {} now", generator.kind);
                let class = if from_state(before.get(key)) { Class::Breaking } else { direction.other_example() };
                self.changes.add(class, place, text);
            }
        }
        for (key, generator) in before.iter().filter(|(key, _)| !now.contains_key(*key)) {
            let text = format!("its value is not generated any more (was: {})", generator.kind);
            let class = if from_state(Some(generator)) { Class::Breaking } else { direction.other_example() };
            self.changes.add(class, format!("{name} {key}"), text);
        }
    }
}

/// Says how a value is asked for, if that is not as before.
pub(super) fn constraint(
    changes: &mut Changes,
    place: &str,
    direction: Direction,
    old: Constraint<'_>,
    new: Constraint<'_>,
) {
    let relation = old.relation(new);
    if relation == Relation::Same {
        if old.example != new.example {
            let text = if old.is_hidden || new.is_hidden {
                "the example is another value (not shown)".to_owned()
            } else {
                format!("the example is {}, was {}", in_words::shown(new.example), in_words::shown(old.example))
            };
            changes.add(direction.other_example(), place, text);
        }
        return;
    }
    let is_hidden = old.is_hidden || new.is_hidden;
    let (old, new) = (Constraint { is_hidden, ..old }, Constraint { is_hidden, ..new });
    let (before, now) = (old.in_words(), new.in_words());
    let text = match (direction, relation) {
        _ if is_hidden && before == now => "is another value (not shown)".to_owned(),
        (Direction::Needed, Relation::Looser) => format!("may be {now}, had to be {before}"),
        (Direction::Needed, _) => format!("has to be {now}, was {before}"),
        (Direction::Sent, _) => format!("is {now}, was {before}"),
    };
    changes.add(direction.class(relation), place, text);
}

/// The rules that ask for something, without the order of their keys.
fn used(rules: &IndexMap<String, RuleList>) -> BTreeMap<&str, &RuleList> {
    rules.iter().filter(|(_, list)| !list.is_empty()).map(|(key, list)| (key.as_str(), list)).collect()
}

/// The rules that select nothing in the example.
fn unselected<'r>(document: &Json<'_>, rules: &'r MatchingRules) -> BTreeMap<PathExpression, &'r RuleList> {
    let parsed =
        used(&rules.body).into_iter().filter_map(|(key, list)| Some((key.parse::<PathExpression>().ok()?, list)));
    let selects = |path: &PathExpression| reach::selects(document, reach::without_last_wildcards(path.segments()));
    parsed.filter(|(path, _)| !selects(path)).collect()
}

fn document<'b>(part: &BodyPart<'b>) -> Option<Json<'b>> {
    let content = part.body.content()?;
    part.content_type.as_ref().filter(|own| own.is_json())?;
    Json::parse(&content.bytes).ok()
}

/// Is the example of one accepted by the other?
fn accepts(one: &BodyPart<'_>, example: &BodyPart<'_>) -> bool {
    let response = |part: &BodyPart<'_>| {
        let mut body = part.body.clone();
        if let Body::Present(content) = &mut body {
            content.content_type.clone_from(&part.content_type);
        }
        let matching_rules = MatchingRules { body: part.rules.body.clone(), ..MatchingRules::default() };
        HttpResponse { body, matching_rules, ..HttpResponse::default() }
    };
    ResponseMatcher::compile(&response(one), SpecVersion::V4)
        .is_ok_and(|matcher| matcher.compare_with(&response(example)).is_match())
}

fn all_generators(generators: &Generators) -> IndexMap<String, &Generator> {
    let single = [("method", &generators.method), ("path", &generators.path), ("status", &generators.status)];
    let named = [
        ("query", &generators.query),
        ("header", &generators.header),
        ("body", &generators.body),
        ("metadata", &generators.metadata),
    ];
    let single = single.into_iter().filter_map(|(place, own)| Some((place.to_owned(), own.as_ref()?)));
    let named = named
        .into_iter()
        .flat_map(|(place, named)| named.iter().map(move |(key, own)| (format!("{place} {key}"), own)));
    single.chain(named).collect()
}
