//! Describing an HTTP interaction: what the consumer sends, and what it expects back.
//!
//! Three builders follow one another, so that the compiler knows which half of the exchange a `.json(…)` belongs to:
//! [`Upcoming`] (before the request), [`Request`], [`Response`]. A mistake in a template does not stop the chain; it is kept,
//! and fails the test with all others.

use intact_pact_model::json::{JsonValue, Object};
use intact_pact_model::{
    Body, ContentType, Generator, HttpRequest, HttpResponse, Interaction, Json, Kind, MatchingRule, ProviderState,
    Query, RuleList,
};
use serde::Serialize;

use crate::template::{Split, Template};

/// An interaction whose request is still to come: its states, and how it is annotated.
#[derive(Debug)]
pub struct Upcoming {
    interaction: Interaction,
    request: HttpRequest,
    problems: Vec<String>,
}

/// An interaction whose request is being described.
#[derive(Debug)]
#[must_use = "without `will_respond_with` there is no interaction"]
pub struct Request(Upcoming);

/// An interaction whose response is being described.
#[derive(Debug)]
pub struct Response {
    upcoming: Upcoming,
    response: HttpResponse,
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident: $method:literal),* $(,)?) => { $(
        $(#[$doc])*
        pub fn $name(self, path: impl Serialize) -> Request {
            self.method($method, path)
        }
    )* };
}

impl Upcoming {
    pub(crate) fn new(description: &str) -> Self {
        let request = HttpRequest::default();
        let interaction = Interaction::new(description, Kind::Http(request.clone(), HttpResponse::default()));
        Self { interaction, request, problems: Vec::new() }
    }

    /// The provider must be in this state; several are set up in order.
    pub fn given(mut self, state: impl Into<String>) -> Self {
        self.interaction.provider_states.push(ProviderState::named(state));
        self
    }

    /// As [`given`](Self::given), with parameters for the provider's state handler: an object (V3 and later).
    pub fn given_with(mut self, state: impl Into<String>, params: impl Serialize) -> Self {
        let name = state.into();
        let place = format!("the parameters of the state `{name}`");
        let Some(Split { example, rules, .. }) = self.json_part(&place, &params) else { return self };
        if !rules.is_empty() {
            self.problem(format!(
                "{place} are given to the provider as they stand, so there can be no matchers in them"
            ));
        }
        match example {
            Json::Object(params) => self.interaction.provider_states.push(ProviderState { name, params }),
            other => self.problem(format!("{place} must be an object, not {}", other.kind())),
        }
        self
    }

    /// A failing verification of this interaction does not fail the provider's build yet (V4).
    pub fn pending(mut self) -> Self {
        self.interaction.pending = true;
        self
    }

    /// A remark for readers of the contract; may be repeated (V4).
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        let comments = &mut self.interaction.comments;
        let mut texts = comments.get("text").and_then(Json::as_array).unwrap_or_default().to_vec();
        texts.push(Json::from(text.into()));
        comments.insert("text", Json::Array(texts));
        self
    }

    /// An identifier that stays when the description changes (V4).
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.interaction.key = Some(key.into());
        self
    }

    methods! {
        /// A `GET` of the path: text, or a matcher such as `regex(r"/products/\d+", "/products/42")`.
        get: "GET",
        /// A `POST` to the path.
        post: "POST",
        /// A `PUT` to the path.
        put: "PUT",
        /// A `PATCH` of the path.
        patch: "PATCH",
        /// A `DELETE` of the path.
        delete: "DELETE",
        /// A `HEAD` of the path.
        head: "HEAD",
        /// `OPTIONS` of the path.
        options: "OPTIONS",
    }

    /// Any method with the path. A query may stand in the path (`/products?page=2`) or be given with [`Request::query`].
    pub fn method(mut self, method: &str, path: impl Serialize) -> Request {
        self.request.method = method.to_ascii_uppercase();
        if let Some(part) = self.text_part("the path", &path).map(TextPart::of_request) {
            match part.values.first().map(|path| path.split_once('?')) {
                Some(Some((path, query))) if part.rules.is_empty() => {
                    path.clone_into(&mut self.request.path);
                    self.request.query = Query::parse(query);
                }
                _ => self.request.path = part.values.concat(),
            }
            self.request.matching_rules.path = part.rules;
            self.request.generators.path = part.generator;
        }
        if !self.request.path.starts_with('/') {
            let problem = format!("the path must begin with `/`, and `{}` does not", self.request.path);
            self.problem(problem);
        }
        Request(self)
    }

    fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// A template for a place that holds text: a path, or the values of a header or query parameter.
    fn text_part(&mut self, place: &str, value: &impl Serialize) -> Option<TextPart> {
        match Template::of(value).split().map_err(|error| error.to_string()).and_then(TextPart::of) {
            Ok(part) => Some(part),
            Err(error) => {
                self.problem(format!("{place}: {error}"));
                None
            }
        }
    }

    fn json_part(&mut self, place: &str, value: &impl Serialize) -> Option<Split> {
        Template::of(value).split().map_err(|error| self.problem(format!("{place}: {error}"))).ok()
    }
}

/// The text form of a template, for a place that holds text.
struct TextPart {
    values: Vec<String>,
    rules: RuleList,
    generator: Option<Generator>,
}

impl TextPart {
    fn of(split: Split) -> Result<Self, String> {
        let text = |value: &JsonValue| match value {
            Json::Object(_) | Json::Array(_) | Json::Null => Err(format!("expected text, found {}", value.kind())),
            scalar => Ok(scalar.to_text().into_owned()),
        };
        let values = match &split.example {
            Json::Array(items) => items.iter().map(text).collect::<Result<_, _>>()?,
            scalar => vec![text(scalar)?],
        };
        // There is one list of rules for all values; those about the list and those about its elements stand together.
        let mut lists = split.rules.into_values();
        let mut rules = lists.next().unwrap_or_default();
        for list in lists {
            rules.rules.extend(list.rules);
        }
        Ok(Self { values, rules, generator: split.generators.into_values().next() })
    }

    /// For a request: the `type` rule that comes with a value from a provider state goes. Any text satisfies it, so the
    /// interaction would answer requests for every path there is.
    fn of_request(mut self) -> Self {
        if self.generator.as_ref().is_some_and(|generator| generator.kind == "ProviderState") {
            self.rules.rules.retain(|rule| !matches!(rule, MatchingRule::Type { .. }));
        }
        self
    }
}

impl Request {
    /// Expects the query parameter with this value: text, a number, a matcher, or a list for several values. Parameters that
    /// are not mentioned must not be sent.
    pub fn query(mut self, name: &str, value: impl Serialize) -> Self {
        if let Some(part) = self.0.text_part(&format!("the query parameter `{name}`"), &value).map(TextPart::of_request)
        {
            let request = &mut self.0.request;
            for value in part.values {
                request.query.append(name, Some(value));
            }
            if !part.rules.is_empty() {
                request.matching_rules.query.insert(name.to_owned(), part.rules);
            }
            if let Some(generator) = part.generator {
                request.generators.query.insert(name.to_owned(), generator);
            }
        }
        self
    }

    /// Expects the header with this value: text, a matcher, or a list for several values. Other headers may be sent.
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        if let Some(part) = self.0.text_part(&format!("the request header `{name}`"), &value).map(TextPart::of_request)
        {
            let request = &mut self.0.request;
            request.headers.set(name, lines(name, part.values));
            if !part.rules.is_empty() {
                request.matching_rules.header.insert(name.to_owned(), part.rules);
            }
            if let Some(generator) = part.generator {
                request.generators.header.insert(name.to_owned(), generator);
            }
        }
        self
    }

    /// Expects a JSON body: members that are not mentioned must not be sent. Also expects the header
    /// `Content-Type: application/json`, unless [`header`](Self::header) says another.
    pub fn json(mut self, body: impl Serialize) -> Self {
        if let Some(split) = self.0.json_part("the request body", &body) {
            let request = &mut self.0.request;
            request.body = Body::new(split.example.to_compact(), Some(ContentType::json()));
            request.matching_rules.body = split.rules;
            request.generators.body = split.generators;
        }
        self
    }

    /// Expects this text as the body, with the header `Content-Type: text/plain`.
    pub fn text(self, body: impl Into<String>) -> Self {
        self.body("text/plain", body.into())
    }

    /// Expects these bytes as the body, with the content type as a header.
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        if let Some(content_type) = self.0.content_type(content_type) {
            self.0.request.body = Body::new(body.into(), Some(content_type));
        }
        self
    }

    /// What the provider answers.
    pub fn will_respond_with(mut self, status: u16) -> Response {
        if !(200..=599).contains(&status) {
            self.0.problem(format!("a response has a status from 200 to 599, not {status}"));
        }
        expect_type_of(&self.0.request.body, &mut self.0.request.headers);
        Response { upcoming: self.0, response: HttpResponse { status, ..HttpResponse::default() } }
    }
}

impl Upcoming {
    fn content_type(&mut self, text: &str) -> Option<ContentType> {
        let parsed = ContentType::parse(text);
        if parsed.is_none() {
            self.problem(format!("`{text}` is no content type"));
        }
        parsed
    }
}

impl Response {
    /// Answers with the header. The provider must send it so; other headers may be sent too.
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        if let Some(part) = self.upcoming.text_part(&format!("the response header `{name}`"), &value) {
            let response = &mut self.response;
            response.headers.set(name, lines(name, part.values));
            if !part.rules.is_empty() {
                response.matching_rules.header.insert(name.to_owned(), part.rules);
            }
            if let Some(generator) = part.generator {
                response.generators.header.insert(name.to_owned(), generator);
            }
        }
        self
    }

    /// Answers with a JSON body. The provider may send further members. Also answers with the header
    /// `Content-Type: application/json`, unless [`header`](Self::header) says another.
    pub fn json(mut self, body: impl Serialize) -> Self {
        if let Some(split) = self.upcoming.json_part("the response body", &body) {
            self.response.body = Body::new(split.example.to_compact(), Some(ContentType::json()));
            self.response.matching_rules.body = split.rules;
            self.response.generators.body = split.generators;
        }
        self
    }

    /// Answers with this text, with the header `Content-Type: text/plain`.
    pub fn text(self, body: impl Into<String>) -> Self {
        self.body("text/plain", body.into())
    }

    /// Answers with these bytes, with the content type as a header.
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        if let Some(content_type) = self.upcoming.content_type(content_type) {
            self.response.body = Body::new(body.into(), Some(content_type));
        }
        self
    }

    /// The interaction, and what is wrong with it.
    pub(crate) fn finish(mut self) -> (Interaction, Vec<String>) {
        expect_type_of(&self.response.body, &mut self.response.headers);
        let mut interaction = self.upcoming.interaction;
        interaction.kind = Kind::Http(self.upcoming.request, self.response);
        (interaction, self.upcoming.problems)
    }
}

/// One line such as `text/html, */*` is two values, if the header is a list.
fn lines(name: &str, values: Vec<String>) -> Vec<String> {
    values.iter().flat_map(|value| intact_pact_model::Headers::split_line(name, value)).collect()
}

/// The header that says what a body is belongs to the body, unless the author wrote another.
fn expect_type_of(body: &Body, headers: &mut intact_pact_model::Headers) {
    match body.content_type() {
        Some(content_type) if headers.get("content-type").is_none() => {
            headers.set("Content-Type", vec![content_type.to_string()]);
        }
        _ => {}
    }
}

/// What is put into every interaction that Intact served.
pub(crate) fn mark_as_served(interaction: &mut Interaction) {
    interaction.transport = Some("http".to_owned());
}

/// Who wrote the file.
pub(crate) fn written_by() -> Object<'static> {
    let mut version = Object::new();
    version.insert("version", env!("CARGO_PKG_VERSION"));
    version
}
