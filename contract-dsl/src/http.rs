//! Describing an HTTP interaction: what the consumer sends, and what it expects back.
//!
//! Three builders follow one another, so that the compiler knows which half of the exchange a `.json(…)` belongs to:
//! [`Upcoming`] (before the request), [`Request`], [`Response`]. A mistake in a template does not stop the chain; it is kept,
//! and fails the test with all others.

use intact_pact_model::json::Object;
use intact_pact_model::{
    Body, ContentType, Headers, HttpRequest, HttpResponse, Interaction, Json, Kind, ProviderState, Query,
};
use serde::Serialize;

use crate::template::{Split, Template};
use crate::text_part::{TextPart, is_token};

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
        if !is_token(method) {
            self.problem(format!("`{method}` is no HTTP method"));
        }
        if let Some(part) = self.text_part("the path", &path).map(TextPart::of_request)
            && let Err(problem) = self.set_path(part)
        {
            self.problem(problem);
        }
        Request(self)
    }

    fn set_path(&mut self, part: TextPart) -> Result<(), String> {
        let [path] = part.values.as_slice() else { return Err("the path is one text, not a list".to_owned()) };
        if part.accepts_every_text() {
            return Err(format!(
                "a path that may be any text would answer every request: say with `regex` what it looks like, or expect \
                 `{path}` itself"
            ));
        }
        let request = &mut self.request;
        match path.split_once('?') {
            Some(_) if !part.rules.is_empty() || part.generator.is_some() => {
                return Err("a matcher for the path is only for the path: give the query with `query`".to_owned());
            }
            Some((path, query)) => {
                path.clone_into(&mut request.path);
                request.query = Query::parse(query);
            }
            None => request.path.clone_from(path),
        }
        request.matching_rules.path = part.rules;
        request.generators.path = part.generator;
        if request.path.starts_with('/') {
            Ok(())
        } else {
            Err(format!("the path must begin with `/`, and `{}` does not", request.path))
        }
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

impl Request {
    /// Expects the query parameter with this value: text, a number, a matcher, or a list for several values. Parameters that
    /// are not mentioned must not be sent. A parameter that is given again has one value more.
    pub fn query(mut self, name: &str, value: impl Serialize) -> Self {
        let place = format!("the query parameter `{}`", name.escape_debug());
        if let Some(part) = self.0.text_part(&place, &value).map(TextPart::of_request) {
            let HttpRequest { query, matching_rules, generators, .. } = &mut self.0.request;
            if let Err(error) = part.add_to_query(name, query, &mut matching_rules.query, &mut generators.query) {
                self.0.problem(format!("{place}: {error}"));
            }
        }
        self
    }

    /// Expects the header with this value: text, a matcher, or a list for several values. Other headers may be sent. A header
    /// that is given again has one value more.
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        let place = format!("the request header `{}`", name.escape_debug());
        if let Some(part) = self.0.text_part(&place, &value).map(TextPart::of_request) {
            let HttpRequest { headers, matching_rules, generators, .. } = &mut self.0.request;
            if let Err(error) = part.add_to_headers(name, headers, &mut matching_rules.header, &mut generators.header) {
                self.0.problem(format!("{place}: {error}"));
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
            let request = &mut self.0.request;
            request.body = Body::new(body.into(), Some(content_type));
            // Those of a body that was given before.
            request.matching_rules.body.clear();
            request.generators.body.clear();
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
    /// Answers with the header. The provider must send it so; other headers may be sent too. A header that is given again (such
    /// as `Set-Cookie`) has one value more.
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        let place = format!("the response header `{}`", name.escape_debug());
        if let Some(part) = self.upcoming.text_part(&place, &value) {
            let HttpResponse { headers, matching_rules, generators, .. } = &mut self.response;
            if let Err(error) = part.add_to_headers(name, headers, &mut matching_rules.header, &mut generators.header) {
                self.upcoming.problem(format!("{place}: {error}"));
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
            let response = &mut self.response;
            response.body = Body::new(body.into(), Some(content_type));
            // Those of a body that was given before.
            response.matching_rules.body.clear();
            response.generators.body.clear();
        }
        self
    }

    /// The interaction, and what is wrong with it.
    pub(crate) fn finish(mut self) -> (Interaction, Vec<String>) {
        expect_type_of(&self.response.body, &mut self.response.headers);
        let (status, method) = (self.response.status, &self.upcoming.request.method);
        if !self.response.body.bytes().is_empty() && (matches!(status, 204 | 304) || method == "HEAD") {
            let problem = format!("HTTP sends no body with a {status} response to a {method} request");
            self.upcoming.problem(problem);
        }
        let mut interaction = self.upcoming.interaction;
        interaction.kind = Kind::Http(self.upcoming.request, self.response);
        (interaction, self.upcoming.problems)
    }
}

/// The header that says what a body is belongs to the body, unless the author wrote another.
fn expect_type_of(body: &Body, headers: &mut Headers) {
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
