//! Generators: values that take the place of examples just before a request, response or message is used.
//!
//! A generator that cannot do its work keeps the example and leaves a warning, except `ProviderState`: sending the example
//! where the value of a provider state belongs asks the provider for something else, and costs people hours. The clock and
//! the source of chance are arguments, so that tests are repeatable; users repeat a run by its seed (`generate/chance.rs`).
//!
//! Values are made in `generate/value.rs`; `generate/body.rs` finds the places for them.

mod body;
mod chance;
mod date_expression;
mod provider_state;
mod regex_text;
mod value;
mod xml;

use std::sync::LazyLock;

use indexmap::IndexMap;
use intact_pact_model::json::Object;
use intact_pact_model::{Generator, Headers, HttpRequest, HttpResponse, Json, JsonValue, MessagePart};
pub use jiff::Zoned;
pub use rand::Rng;

pub use chance::{Draws, SEED_VARIABLE, drawn_for, how_to_repeat, rng};

/// Who is about to use the value; generators that need the other side do not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A mock server prepares a response, or a consumer test a message. `ProviderState` does not run.
    Consumer,
    /// A verifier prepares a request. `MockServerURL` does not run.
    Provider,
}

/// What generators may draw from.
#[derive(Debug, Clone)]
pub struct GenerateContext<'a> {
    /// Who uses the value.
    pub mode: Mode,
    /// Parameters of the provider states, overridden by what the state handlers returned.
    pub provider_state: &'a Object<'a>,
    /// Base URL of the mock server, for example `http://127.0.0.1:1234`.
    pub mock_server_url: Option<&'a str>,
    /// The instant that dates and times start from, with its time zone.
    pub now: Zoned,
}

impl<'a> GenerateContext<'a> {
    /// For a mock server at `mock_server_url`.
    pub fn consumer(mock_server_url: Option<&'a str>, now: Zoned) -> Self {
        static NO_VALUES: LazyLock<Object<'static>> = LazyLock::new(Object::new);
        Self { mode: Mode::Consumer, provider_state: &NO_VALUES, mock_server_url, now }
    }

    /// For a verifier that has set up provider states with these values.
    pub fn provider(provider_state: &'a Object<'a>, now: Zoned) -> Self {
        Self { mode: Mode::Provider, provider_state, mock_server_url: None, now }
    }
}

/// A part with generated values in place of its examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated<T> {
    /// The part.
    pub value: T,
    /// Generators that could not do their work; there the example was kept.
    pub warnings: Vec<GenerateError>,
}

/// A generator that could not make a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the generator {generator} of {at} failed: {reason}")]
pub struct GenerateError {
    /// Which value it is for, for example `body $.id`.
    pub at: String,
    /// The name of the generator, for example `ProviderState`.
    pub generator: String,
    /// What went wrong.
    pub reason: String,
}

/// The clock that [`GenerateContext::now`] usually comes from: now, in the local time zone.
pub fn now() -> Zoned {
    Zoned::now()
}

/// Applies the generators of a request.
///
/// # Errors
///
/// A `ProviderState` generator that finds no value, or one of the wrong type: the request would ask for something else.
/// All other failures keep the example and are reported as warnings.
pub fn request(
    expected: &HttpRequest,
    context: &GenerateContext<'_>,
    rng: &mut dyn Rng,
) -> Result<Generated<HttpRequest>, GenerateError> {
    let mut applying = Applying::new(context, rng);
    let mut request = expected.clone();
    let generators = &expected.generators;
    if let Some(method) = applying.text("method", generators.method.as_ref(), &expected.method) {
        request.method = method.to_uppercase();
    }
    if let Some(path) = applying.text("path", generators.path.as_ref(), &expected.path) {
        request.path = path;
    }
    for (name, generator) in &generators.query {
        let at = format!("query {name}");
        let examples = expected.query.get(name).map_or_else(|| vec![None], <[_]>::to_vec);
        let values = examples.into_iter().map(|example| {
            let made = applying.text(&at, Some(generator), example.as_deref().unwrap_or_default());
            made.or(example)
        });
        let values: Vec<_> = values.collect();
        if expected.query.get(name).is_some() || values.iter().any(Option::is_some) {
            request.query.set(name, values);
        }
    }
    applying.headers(&mut request.headers, &generators.header);
    if let Some(body) = body::generated(
        &expected.body,
        expected.content_type().as_ref(),
        &generators.body,
        &expected.matching_rules,
        &mut applying,
    ) {
        request.body = body;
    }
    applying.finish(request)
}

/// Applies the generators of a response.
///
/// # Errors
///
/// As [`request`].
pub fn response(
    expected: &HttpResponse,
    context: &GenerateContext<'_>,
    rng: &mut dyn Rng,
) -> Result<Generated<HttpResponse>, GenerateError> {
    let mut applying = Applying::new(context, rng);
    let mut response = expected.clone();
    let generators = &expected.generators;
    if let Some(generator) = &generators.status
        && let Some(status) = applying.status(generator, expected.status)
    {
        response.status = status;
    }
    applying.headers(&mut response.headers, &generators.header);
    if let Some(body) = body::generated(
        &expected.body,
        expected.content_type().as_ref(),
        &generators.body,
        &expected.matching_rules,
        &mut applying,
    ) {
        response.body = body;
    }
    applying.finish(response)
}

/// Applies the generators of a message.
///
/// # Errors
///
/// As [`request`].
pub fn message(
    expected: &MessagePart,
    context: &GenerateContext<'_>,
    rng: &mut dyn Rng,
) -> Result<Generated<MessagePart>, GenerateError> {
    let mut applying = Applying::new(context, rng);
    let mut message = expected.clone();
    for (key, generator) in &expected.generators.metadata {
        let made = applying.make(&format!("metadata {key}"), generator, expected.metadata.get(key));
        if let Some(value) = made {
            message.metadata.insert(key.clone(), value);
        }
    }
    if let Some(contents) = body::generated(
        &expected.contents,
        expected.content_type().as_ref(),
        &expected.generators.body,
        &expected.matching_rules,
        &mut applying,
    ) {
        message.contents = contents;
    }
    applying.finish(message)
}

/// Generators at work on one part: what they draw from, and what went wrong up to now.
struct Applying<'c, 'r> {
    context: &'c GenerateContext<'c>,
    rng: &'r mut dyn Rng,
    warnings: Vec<GenerateError>,
    error: Option<GenerateError>,
}

impl<'c, 'r> Applying<'c, 'r> {
    fn new(context: &'c GenerateContext<'c>, rng: &'r mut dyn Rng) -> Self {
        Self { context, rng, warnings: Vec::new(), error: None }
    }

    /// The generator's value; `None` keeps the example.
    fn make(&mut self, at: &str, generator: &Generator, example: Option<&Json<'_>>) -> Option<JsonValue> {
        match value::make(generator, example, self.context, self.rng) {
            Ok(made) => made,
            Err(reason) => {
                let error = GenerateError { at: at.to_owned(), generator: generator.kind.clone(), reason };
                if generator.kind == "ProviderState" {
                    self.error.get_or_insert(error);
                } else {
                    self.warnings.push(error);
                }
                None
            }
        }
    }

    fn text(&mut self, at: &str, generator: Option<&Generator>, example: &str) -> Option<String> {
        let made = self.make(at, generator?, Some(&Json::from(example)))?;
        Some(made.to_text().into_owned())
    }

    fn status(&mut self, generator: &Generator, example: u16) -> Option<u16> {
        if !matches!(generator.kind.as_str(), "RandomInt" | "ProviderState") {
            self.warn("status", &generator.kind, "a status code can only be a RandomInt or a ProviderState".to_owned());
            return None;
        }
        let made = self.make("status", generator, Some(&Json::from(example)))?;
        let status = made.to_text().parse().ok().filter(|status| (100..1000).contains(status));
        if status.is_none() {
            self.warn("status", &generator.kind, format!("{made} is no status code"));
        }
        status
    }

    /// A header with several values becomes one value; one that is not there is added.
    fn headers(&mut self, headers: &mut Headers, generators: &IndexMap<String, Generator>) {
        for (name, generator) in generators {
            let example = headers.get(name).and_then(|values| values.first()).cloned().unwrap_or_default();
            if let Some(value) = self.text(&format!("header {name}"), Some(generator), &example) {
                headers.set(name, vec![value]);
            }
        }
    }

    fn warn(&mut self, at: &str, generator: &str, reason: String) {
        self.warnings.push(GenerateError { at: at.to_owned(), generator: generator.to_owned(), reason });
    }

    fn failed(&self) -> bool {
        self.error.is_some()
    }

    fn finish<T>(self, value: T) -> Result<Generated<T>, GenerateError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(Generated { value, warnings: self.warnings }),
        }
    }
}

#[cfg(test)]
mod tests;
