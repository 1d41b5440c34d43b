//! Describing an HTTP interaction: what the consumer sends, and what it expects back.
//!
//! Three builders follow one another, so that the compiler knows which half of the exchange a `.json(…)` belongs to:
//! [`Upcoming`] (before the request), [`Request`], [`Response`].

use indexmap::IndexMap;
use intact_pact_model::{
    ContentType, Headers, HttpRequest, HttpResponse, Interaction, Kind, MatchingRule, Query, RuleList,
};
use serde::Serialize;

use crate::contents::{Contents, bodies};
use crate::cookies;
use crate::draft::{Draft, annotations};
use crate::template::Split;
use crate::text_part::{TextPart, is_token};

/// An interaction whose request is still to come: its states, and how it is annotated.
#[derive(Debug)]
pub struct Upcoming {
    draft: Draft,
}

/// An interaction whose request is being described.
#[derive(Debug)]
#[must_use = "without `will_respond_with` there is no interaction"]
pub struct Request {
    draft: Draft,
    expected: HttpRequest,
    type_rule: Option<MatchingRule>,
}

/// An interaction whose response is being described.
#[derive(Debug)]
pub struct Response {
    draft: Draft,
    request: HttpRequest,
    answer: HttpResponse,
    type_rule: Option<MatchingRule>,
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
        Self { draft: Draft::new(description) }
    }

    annotations!();

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
    pub fn method(self, method: &str, path: impl Serialize) -> Request {
        let request = HttpRequest { method: method.to_ascii_uppercase(), ..HttpRequest::default() };
        let mut this = Request { draft: self.draft, expected: request, type_rule: None };
        if !is_token(method) {
            this.draft.problem(format!("`{method}` is no HTTP method"));
        }
        if let Some(part) = this.draft.text_part("the path", &path).map(TextPart::of_request)
            && let Err(problem) = set_path(&mut this.expected, part)
        {
            this.draft.problem(problem);
        }
        this
    }
}

fn set_path(request: &mut HttpRequest, part: TextPart) -> Result<(), String> {
    let [path] = part.values.as_slice() else { return Err("the path is one text, not a list".to_owned()) };
    if part.accepts_every_text() {
        return Err(format!(
            "a path that may be any text would answer every request: say with `regex` what it looks like, or expect \
             `{path}` itself"
        ));
    }
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

impl Request {
    /// Expects the query parameter with this value: text, a number, a matcher, or a list for several values. Parameters that
    /// are not mentioned must not be sent. A parameter that is given again has one value more.
    pub fn query(mut self, name: &str, value: impl Serialize) -> Self {
        let place = format!("the query parameter `{}`", name.escape_debug());
        if let Some(part) = self.draft.text_part(&place, &value).map(TextPart::of_request) {
            let HttpRequest { query, matching_rules, generators, .. } = &mut self.expected;
            let added = part.add_to_query(name, query, &mut matching_rules.query, &mut generators.query);
            self.draft.noted(&place, added);
        }
        self
    }

    /// Expects the header with this value: text, a matcher, or a list for several values. Other headers may be sent. A header
    /// that is given again has one value more.
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        let place = format!("the request header `{}`", name.escape_debug());
        if let Some(part) = self.draft.text_part(&place, &value).map(TextPart::of_request) {
            let HttpRequest { headers, matching_rules, generators, .. } = &mut self.expected;
            let added = part.add_to_headers(name, headers, &mut matching_rules.header, &mut generators.header);
            self.draft.noted(&place, added);
        }
        self
    }

    /// Expects the cookie with this value: text, or a matcher such as `regex`. Other cookies may be sent, in any order.
    ///
    /// Written as a `regex` rule for the header `Cookie`, one for each cookie (several: V3 and later).
    pub fn cookie(mut self, name: &str, value: impl Serialize) -> Self {
        let place = format!("the cookie `{}`", name.escape_debug());
        if let Some(part) = self.draft.text_part(&place, &value) {
            let HttpRequest { headers, matching_rules, .. } = &mut self.expected;
            let added = cookies::add(name, part, headers, &mut matching_rules.header);
            self.draft.noted(&place, added);
        }
        self
    }

    bodies!();

    fn with_contents(mut self, contents: Result<Contents, String>) -> Self {
        if let Some(contents) = self.draft.noted("the request body", contents) {
            self.expected.body = contents.body;
            self.expected.matching_rules.body = contents.rules;
            self.expected.generators.body = contents.generators;
            self.type_rule = contents.type_rule;
        }
        self
    }

    /// What the provider answers: a status from 200 to 599, or a matcher such as
    /// [`status_code`](crate::matchers::status_code).
    pub fn will_respond_with(mut self, status: impl Serialize) -> Response {
        let HttpRequest { body, headers, matching_rules, .. } = &mut self.expected;
        expect_type_of(body.content_type(), self.type_rule, headers, &mut matching_rules.header);
        let mut response = HttpResponse::default();
        if let Some(split) = self.draft.split("the status", &status)
            && let Err(problem) = set_status(&mut response, split)
        {
            self.draft.problem(problem);
        }
        Response { draft: self.draft, request: self.expected, answer: response, type_rule: None }
    }
}

fn set_status(response: &mut HttpResponse, split: Split) -> Result<(), String> {
    let wrong = || format!("a response has a status from 200 to 599, not {}", split.example);
    let status = split.example.as_u64().and_then(|status| u16::try_from(status).ok());
    response.status = status.filter(|status| (200..=599).contains(status)).ok_or_else(wrong)?;
    response.matching_rules.status = split.rules.into_values().next().unwrap_or_default();
    response.generators.status = split.generators.into_values().next();
    Ok(())
}

impl Response {
    /// Answers with the header. The provider must send it so; other headers may be sent too. A header that is given again (such
    /// as `Set-Cookie`) has one value more.
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        let place = format!("the response header `{}`", name.escape_debug());
        if let Some(part) = self.draft.text_part(&place, &value) {
            let HttpResponse { headers, matching_rules, generators, .. } = &mut self.answer;
            let added = part.add_to_headers(name, headers, &mut matching_rules.header, &mut generators.header);
            self.draft.noted(&place, added);
        }
        self
    }

    /// Answers with a cookie, text or a matcher such as `regex`, whatever attributes (`Path`, `HttpOnly`) the provider gives
    /// it. Written as a `regex` rule for the header `Set-Cookie`.
    pub fn set_cookie(mut self, name: &str, value: impl Serialize) -> Self {
        let place = format!("the cookie `{}` of the response", name.escape_debug());
        if let Some(part) = self.draft.text_part(&place, &value) {
            let HttpResponse { headers, matching_rules, .. } = &mut self.answer;
            let added = cookies::set(name, part, headers, &mut matching_rules.header);
            self.draft.noted(&place, added);
        }
        self
    }

    bodies!();

    fn with_contents(mut self, contents: Result<Contents, String>) -> Self {
        if let Some(contents) = self.draft.noted("the response body", contents) {
            self.answer.body = contents.body;
            self.answer.matching_rules.body = contents.rules;
            self.answer.generators.body = contents.generators;
            self.type_rule = contents.type_rule;
        }
        self
    }

    /// The interaction, and what is wrong with it.
    pub(crate) fn finish(mut self) -> (Interaction, Vec<String>) {
        let HttpResponse { body, headers, matching_rules, .. } = &mut self.answer;
        expect_type_of(body.content_type(), self.type_rule, headers, &mut matching_rules.header);
        let (status, method) = (self.answer.status, &self.request.method);
        if !self.answer.body.bytes().is_empty() && (matches!(status, 204 | 304) || method == "HEAD") {
            self.draft.problem(format!("HTTP sends no body with a {status} response to a {method} request"));
        }
        self.draft.finish(Kind::Http(self.request, self.answer))
    }
}

/// The header that says what a body is belongs to the body, unless the author wrote another.
fn expect_type_of(
    content_type: Option<&ContentType>,
    rule: Option<MatchingRule>,
    headers: &mut Headers,
    rules: &mut IndexMap<String, RuleList>,
) {
    let Some(content_type) = content_type else { return };
    if headers.get("content-type").is_some() {
        return;
    }
    headers.set("Content-Type", vec![content_type.to_string()]);
    if let Some(rule) = rule {
        rules.insert("Content-Type".to_owned(), RuleList::of(rule));
    }
}
