//! HTTP requests and responses.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::body::Body;
use crate::content_type::ContentType;
use crate::generators::Generators;
use crate::json::Object;
use crate::rules::MatchingRules;

/// A request as the contract expects it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Upper-case method.
    pub method: String,
    /// Path as the consumer sent it, without the query.
    pub path: String,
    /// Query parameters.
    pub query: Query,
    /// Headers.
    pub headers: Headers,
    /// Body.
    pub body: Body,
    /// How the parts are compared; without a rule, by equality.
    pub matching_rules: MatchingRules,
    /// Values put in place of examples before the request is sent by a verifier.
    pub generators: Generators,
    /// Members that this version of Intact does not know, also of the body's wrapping, the matching rules and the generators; kept, so
    /// that files round-trip. See [`Pact::unknown`](crate::Pact::unknown).
    pub unknown: Object<'static>,
}

/// A response as the contract expects it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: Headers,
    /// Body.
    pub body: Body,
    /// How the parts are compared; without a rule, by equality.
    pub matching_rules: MatchingRules,
    /// Values put in place of examples before the response is sent by a mock server.
    pub generators: Generators,
    /// Members that this version of Intact does not know, also of the body's wrapping, the matching rules and the generators; kept, so
    /// that files round-trip. See [`Pact::unknown`](crate::Pact::unknown).
    pub unknown: Object<'static>,
}

/// `GET /`, nothing else expected: what the specification says of an absent request.
impl Default for HttpRequest {
    fn default() -> Self {
        Self {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: Query::default(),
            headers: Headers::default(),
            body: Body::Missing,
            matching_rules: MatchingRules::default(),
            generators: Generators::default(),
            unknown: Object::new(),
        }
    }
}

/// Status 200, nothing else expected: what the specification says of an absent response.
impl Default for HttpResponse {
    fn default() -> Self {
        Self {
            status: 200,
            headers: Headers::default(),
            body: Body::Missing,
            matching_rules: MatchingRules::default(),
            generators: Generators::default(),
            unknown: Object::new(),
        }
    }
}

impl HttpRequest {
    /// The type of the body: its own, else that of the `Content-Type` header, else detected from the text.
    pub fn content_type(&self) -> Option<ContentType> {
        content_type(&self.body, &self.headers)
    }
}

impl HttpResponse {
    /// The type of the body: its own, else that of the `Content-Type` header, else detected from the text.
    pub fn content_type(&self) -> Option<ContentType> {
        content_type(&self.body, &self.headers)
    }
}

fn content_type(body: &Body, headers: &Headers) -> Option<ContentType> {
    body.content_type()
        .cloned()
        .or_else(|| headers.content_type())
        .or_else(|| body.content().and_then(|content| ContentType::detect(&content.bytes)))
}

/// Header names with their values, in the order and spelling of the file; names are looked up ignoring case.
///
/// Equality ignores the order of the names and their case, as HTTP does; that of a name's values counts.
#[derive(Debug, Clone, Default)]
pub struct Headers(Vec<(String, Vec<String>)>);

/// Headers whose one line holds a list: their values are split at commas.
const LIST_HEADERS: [&str; 12] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-expose-headers",
    "access-control-request-headers",
    "allow",
    "cache-control",
    "if-match",
    "if-none-match",
    "vary",
];

impl Headers {
    /// The values of the header called `name`.
    pub fn get(&self, name: &str) -> Option<&[String]> {
        self.0.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, values)| values.as_slice())
    }

    /// Adds values to a header, after those it has.
    pub fn append(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        if let Some((_, own)) = self.0.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            own.extend(values);
        } else {
            self.0.push((name.to_owned(), values.into_iter().collect()));
        }
    }

    /// Adds one physical header line, split at commas if the header is a list (`Accept: a, b` has two values).
    pub fn append_line(&mut self, name: &str, line: &str) {
        self.append(name, Self::split_line(name, line));
    }

    /// Sets the values of a header, replacing those it has.
    pub fn set(&mut self, name: &str, values: Vec<String>) {
        if let Some((_, own)) = self.0.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            *own = values;
        } else {
            self.0.push((name.to_owned(), values));
        }
    }

    /// The values of one physical line of the header `name`, each trimmed: split at commas only where the header is known
    /// to be a list (never a date or a cookie).
    pub fn split_line(name: &str, line: &str) -> Vec<String> {
        if LIST_HEADERS.iter().any(|list| list.eq_ignore_ascii_case(name)) {
            line.split(',').map(|value| value.trim().to_owned()).collect()
        } else {
            vec![line.trim().to_owned()]
        }
    }

    /// The type named by the `Content-Type` header, if there is one that can be understood.
    pub fn content_type(&self) -> Option<ContentType> {
        self.get("content-type")?.first().and_then(|value| ContentType::parse(value))
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &[String])> {
        self.0.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Headers {
    /// Headers whose names are known to differ, also ignoring case: nothing is searched.
    pub(crate) fn of_distinct(headers: Vec<(String, Vec<String>)>) -> Self {
        Self(headers)
    }

    fn by_name(&self) -> BTreeMap<String, &[String]> {
        self.iter().map(|(name, values)| (name.to_ascii_lowercase(), values)).collect()
    }
}

impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || (self.len() == other.len() && self.by_name() == other.by_name())
    }
}

impl Eq for Headers {}

impl FromIterator<(String, Vec<String>)> for Headers {
    fn from_iter<I: IntoIterator<Item = (String, Vec<String>)>>(headers: I) -> Self {
        let mut result = Self::default();
        for (name, values) in headers {
            result.append(&name, values);
        }
        result
    }
}

/// Query parameters: names with their values in order; a value is `None` where the name stands without `=`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    parameters: IndexMap<String, Vec<Option<String>>>,
    raw: Option<String>,
}

impl Query {
    /// Reads the text after the `?`: split at `&`, both sides decoded, `+` is a space. Escapes that are not valid stay as
    /// they are. The text itself is kept: version 1 of the specification compares it.
    pub fn parse(raw: &str) -> Self {
        let mut parameters = IndexMap::<String, Vec<Option<String>>>::new();
        for piece in raw.split('&').filter(|piece| !piece.is_empty()) {
            let (name, value) = match piece.split_once('=') {
                Some((name, value)) => (name, Some(decode(value))),
                None => (piece, None),
            };
            parameters.entry(decode(name)).or_default().push(value);
        }
        Self { parameters, raw: Some(raw.to_owned()) }
    }

    /// The text this was parsed from, if it was.
    pub fn raw(&self) -> Option<&str> {
        self.raw.as_deref()
    }

    /// The values of the parameter called `name`; names are case-sensitive.
    pub fn get(&self, name: &str) -> Option<&[Option<String>]> {
        self.parameters.get(name).map(Vec::as_slice)
    }

    /// Adds a value after those that the parameter has.
    pub fn append(&mut self, name: impl Into<String>, value: Option<String>) {
        self.parameters.entry(name.into()).or_default().push(value);
        self.raw = None;
    }

    /// Sets the values of a parameter, replacing those it has.
    pub fn set(&mut self, name: impl Into<String>, values: Vec<Option<String>>) {
        self.parameters.insert(name.into(), values);
        self.raw = None;
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &[Option<String>])> {
        self.parameters.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// The text to send: parameters in order, names and values encoded as form data (space as `+`), a `None` value as the
    /// bare name.
    pub fn to_query_string(&self) -> String {
        let mut text = String::new();
        for (name, values) in &self.parameters {
            for value in values {
                if !text.is_empty() {
                    text.push('&');
                }
                text.push_str(&encode(name));
                if let Some(value) = value {
                    text.push('=');
                    text.push_str(&encode(value));
                }
            }
        }
        text
    }
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    match percent_encoding::percent_decode_str(&spaced).decode_utf8() {
        Ok(decoded) => decoded.into_owned(),
        Err(_) => spaced,
    }
}

fn encode(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b' ');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string().replace(' ', "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_parsed_and_printed() {
        let query = Query::parse("b=2&a=x+y%2Bz&flag&b=&&=v&%zz=%ff");
        assert_eq!(query.get("b"), Some(&[Some("2".to_owned()), Some(String::new())][..]));
        assert_eq!(query.get("a"), Some(&[Some("x y+z".to_owned())][..]));
        assert_eq!(query.get("flag"), Some(&[None][..]));
        assert_eq!(query.get("%zz"), Some(&[Some("%ff".to_owned())][..]));
        assert_eq!(query.to_query_string(), "b=2&b=&a=x+y%2Bz&flag&=v&%25zz=%25ff");
    }

    #[test]
    fn names_and_values_of_a_query_are_encoded_byte_by_byte() {
        let mut query = Query::default();
        query.set("größe & co", vec![Some("1 €+%".to_owned()), None, Some(String::new())]);
        query.set("ids[]", vec![Some("a=b".to_owned())]);
        let text = query.to_query_string();
        assert_eq!(
            text,
            "gr%C3%B6%C3%9Fe+%26+co=1+%E2%82%AC%2B%25&gr%C3%B6%C3%9Fe+%26+co&gr%C3%B6%C3%9Fe+%26+co=&ids%5B%5D=a%3Db"
        );
        assert_eq!(Query::parse(&text).iter().collect::<Vec<_>>(), query.iter().collect::<Vec<_>>());
    }

    #[test]
    fn header_names_ignore_case_and_only_lists_are_split() {
        let mut headers = Headers::default();
        headers.append_line("Accept", "text/html, */*");
        headers.append_line("ACCEPT", "a/b");
        headers.append_line("Date", "Tue, 15 Nov 1994 08:12:31 GMT ");
        assert_eq!(headers.get("accept"), Some(&["text/html".to_owned(), "*/*".to_owned(), "a/b".to_owned()][..]));
        assert_eq!(headers.get("date"), Some(&["Tue, 15 Nov 1994 08:12:31 GMT".to_owned()][..]));
    }
}
