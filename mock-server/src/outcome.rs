//! What a mock server saw, and what that says about the contract: for programs as data, for people in the words of `explain`.

use std::collections::BTreeMap;

use bytes::Bytes;
use intact_matching::{Explanation, Mismatch};
use intact_pact_model::json::{Json, JsonValue, Object};
use intact_pact_model::{Headers, Interaction, Pact, ProviderState};

use crate::listen::Received;
use crate::plugins;
use crate::select::{Candidates, Compared};

/// How much of a body is kept for the explanation.
const RECORDED_BODY: usize = 16 * 1024;

/// What a mock server saw.
///
/// Its [`Display`](std::fmt::Display) is the text for people: what came, the nearest expected interaction, the differences, and
/// what never came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// Name of the consumer.
    pub consumer: String,
    /// Name of the provider.
    pub provider: String,
    /// How many requests came, of every kind.
    pub requests: usize,
    /// How many of them came for each path; of the first 10,000 paths.
    pub requests_by_path: BTreeMap<String, usize>,
    /// Interactions that were answered as the contract says, in its order.
    pub matched: Vec<MatchedInteraction>,
    /// Requests with the method and path of an interaction that differed in something else, in the order they came.
    pub mismatches: Vec<MismatchedRequest>,
    /// Requests that no interaction expects, in the order they came.
    pub unexpected: Vec<UnexpectedRequest>,
    /// Requests that could not be read, and why, in the order they came.
    pub unreadable: Vec<String>,
    /// Requests that were right, but whose response in the contract is none that can be sent: which interaction, and why.
    pub unsendable: Vec<String>,
    /// Interactions that no request came for, in the order of the contract.
    pub missing: Vec<MissingInteraction>,
    /// How many connections sent something that is not HTTP, such as the beginning of TLS. Not held against the consumer.
    pub not_http: usize,
    /// Why clients and a server with TLS could not agree on it, the first 10 reasons. Not held against the consumer either.
    pub failed_handshakes: Vec<String>,
    /// How many requests went wrong beyond those in the lists, which end at 200 each.
    pub not_listed: usize,
}

/// An interaction that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatchedInteraction {
    /// Which one.
    pub interaction: InteractionName,
    /// How often.
    pub times: usize,
}

/// A request that was nearly right.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MismatchedRequest {
    /// The request.
    pub request: SeenRequest,
    /// The interaction it has the method and path of.
    pub interaction: InteractionName,
    /// What is different.
    pub mismatches: Vec<Mismatch>,
    /// The same as people want to see it.
    pub explanation: Explanation,
}

/// A request that nothing in the contract is like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnexpectedRequest {
    /// The request.
    pub request: SeenRequest,
    /// The nearest interactions, best first.
    pub closest: Vec<NearInteraction>,
}

/// An interaction that a request came near to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NearInteraction {
    /// Which one.
    pub interaction: InteractionName,
    /// What is different.
    pub mismatches: Vec<Mismatch>,
    /// The same as people want to see it; empty for all but the nearest.
    pub explanation: Explanation,
}

/// An interaction that no request came for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingInteraction {
    /// Which one.
    pub interaction: InteractionName,
}

/// What people call an interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InteractionName {
    /// Its description.
    pub description: String,
    /// Names of its provider states.
    pub states: Vec<String>,
    /// The method of its request.
    pub method: String,
    /// The path of its request, and the query if there is one.
    pub target: String,
    /// The plugins that it was made with, with their versions. Intact runs none of them.
    pub plugins: Vec<String>,
    path: String,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeenRequest {
    /// The method.
    pub method: String,
    /// The path, not decoded.
    pub path: String,
    /// The text after the `?`, not decoded.
    pub query: Option<String>,
    /// The headers.
    pub headers: Headers,
    /// The beginning of the body; at most 16 KiB.
    pub body: Bytes,
    /// How long the body was.
    pub body_length: usize,
}

impl Outcome {
    /// Did the consumer do just what the contract says: every interaction used, nothing else tried?
    pub fn is_satisfied(&self) -> bool {
        self.mismatches.is_empty()
            && self.unexpected.is_empty()
            && self.unreadable.is_empty()
            && self.unsendable.is_empty()
            && self.missing.is_empty()
            && self.not_listed == 0
    }

    /// The list that other Pact mock servers report: entries of the types `request-mismatch`, `request-not-found` and
    /// `missing-request`; empty if the outcome is satisfied.
    pub fn results(&self) -> JsonValue {
        let mut results = Vec::new();
        for mismatched in &self.mismatches {
            let mut entry = result("request-mismatch", &mismatched.interaction.method, &mismatched.interaction.path);
            entry.insert("mismatches", mismatches_json(&mismatched.mismatches));
            insert_warnings(&mut entry, [&mismatched.interaction]);
            results.push(Json::Object(entry));
        }
        for unexpected in &self.unexpected {
            let mut entry = result("request-not-found", &unexpected.request.method, &unexpected.request.path);
            entry.insert("request", unexpected.request.to_json());
            insert_warnings(&mut entry, unexpected.closest.iter().map(|near| &near.interaction));
            results.push(Json::Object(entry));
        }
        for unreadable in &self.unreadable {
            results.push(Json::object([("type", "request-not-found"), ("error", unreadable)]).into_owned());
        }
        for reason in &self.unsendable {
            results.push(Json::object([("type", "request-mismatch"), ("error", reason)]).into_owned());
        }
        for missing in &self.missing {
            let name = &missing.interaction;
            let mut entry = result("missing-request", &name.method, &name.path);
            entry.insert("request", Json::object([("method", name.method.clone()), ("path", name.path.clone())]));
            insert_warnings(&mut entry, [name]);
            results.push(Json::Object(entry));
        }
        Json::Array(results)
    }
}

fn result(kind: &'static str, method: &str, path: &str) -> Object<'static> {
    let mut entry = Object::new();
    entry.insert("type", kind);
    entry.insert("method", method.to_owned());
    entry.insert("path", path.to_owned());
    entry
}

/// What is to be said of the plugins of these interactions. Not in what other mock servers report.
pub(crate) fn insert_warnings<'n>(entry: &mut Object<'_>, names: impl IntoIterator<Item = &'n InteractionName>) {
    let warnings: Vec<String> = names.into_iter().filter_map(InteractionName::plugin_warning).collect();
    if !warnings.is_empty() {
        entry.insert("warnings", strings(warnings.into_iter()));
    }
}

pub(crate) fn mismatches_json(mismatches: &[Mismatch]) -> JsonValue {
    Json::Array(mismatches.iter().map(Mismatch::to_json).collect())
}

impl SeenRequest {
    pub(crate) fn of(request: &Received) -> Self {
        Self {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            // A copy: a slice would keep the whole body in memory.
            body: Bytes::copy_from_slice(&request.body[..request.body.len().min(RECORDED_BODY)]),
            body_length: request.body.len(),
        }
    }

    /// How much memory that takes, about.
    pub(crate) fn size_of(request: &Received) -> usize {
        let headers: usize = request
            .headers
            .iter()
            .map(|(name, values)| name.len() + values.iter().map(String::len).sum::<usize>())
            .sum();
        let target = request.path.len() + request.query.as_ref().map_or(0, String::len);
        target + headers + request.body.len().min(RECORDED_BODY)
    }

    /// Path and query.
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    fn to_json(&self) -> JsonValue {
        let mut request = Object::new();
        request.insert("method", self.method.clone());
        request.insert("path", self.path.clone());
        let headers = self.headers.iter().map(|(name, values)| (name.to_owned(), strings(values.iter().cloned())));
        request.insert("headers", Json::object(headers));
        let query = intact_pact_model::Query::parse(self.query.as_deref().unwrap_or_default());
        let query = query
            .iter()
            .map(|(name, values)| (name.to_owned(), strings(values.iter().map(|v| v.clone().unwrap_or_default()))));
        request.insert("query", Json::object(query));
        if !self.body.is_empty() {
            request.insert("body", String::from_utf8_lossy(&self.body).into_owned());
        }
        Json::Object(request)
    }
}

fn strings(texts: impl Iterator<Item = String>) -> JsonValue {
    Json::array(texts)
}

impl InteractionName {
    pub(crate) fn of(pact: &Pact, interaction: &Interaction) -> Self {
        let (method, path, query) = interaction.as_http().map_or_else(Default::default, |(request, _)| {
            (request.method.clone(), request.path.clone(), request.query.to_query_string())
        });
        let target = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
        let states = interaction.provider_states.iter().map(|ProviderState { name, .. }| name.clone()).collect();
        let plugins = pact.plugins_of(interaction);
        Self { description: interaction.description.clone(), states, method, target, plugins, path }
    }

    /// That its rules are not applied, if it was made with plugins.
    pub(crate) fn plugin_warning(&self) -> Option<String> {
        plugins::warning(&self.to_string(), &self.plugins)
    }
}

impl NearInteraction {
    /// The nearest interactions, best first.
    pub(crate) fn all(candidates: &Candidates, near: &[Compared], request: &Received) -> Vec<Self> {
        let of = |(rank, compared): (usize, &Compared)| {
            let mismatches = compared.comparison.mismatches().to_vec();
            let explanation = match rank {
                0 => candidates.explain(compared.at, &request.actual(), &mismatches),
                _ => Explanation::default(),
            };
            let interaction = candidates.name(compared.at);
            Self { interaction, mismatches, explanation }
        };
        near.iter().enumerate().map(of).collect()
    }
}
