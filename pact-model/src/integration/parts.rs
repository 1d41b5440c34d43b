//! Requests, responses and messages of which every value may be a template.

use super::{Document, IntegrationError, Value, document_at, is_matcher, loaded, value_at, xml};
use crate::body::Body;
use crate::content_type::ContentType;
use crate::generators::Generators;
use crate::http::{Headers, HttpRequest, HttpResponse, Query};
use crate::json::{Json, JsonValue, Object};
use crate::message::{MessagePart, metadata_content_type};
use crate::place::{At, Notes};
use crate::read::Loaded;
use crate::rules::MatchingRules;

/// Reads a request with the members `method`, `path`, `query`, `headers` and `body`, each of which may hold matcher objects.
///
/// The body is a document; under an XML `Content-Type` it is a description as [`super::xml_document`] reads it. If it is a text and the `Content-Type` is not JSON, it is the text.
///
/// # Errors
///
/// As [`super::document`]; also values of the wrong kind and unknown members.
pub fn http_request(json: &Json<'_>) -> Result<Loaded<HttpRequest>, IntegrationError> {
    loaded(|at, notes| {
        let mut request = HttpRequest::default();
        let (mut matching_rules, mut generators) = (MatchingRules::default(), Generators::default());
        let mut body = None;
        for (name, json) in members(json, "a request", at)?.iter() {
            let at = at.field(name);
            match name {
                "method" => request.method = plain_text(json, &at)?.to_uppercase(),
                "path" => {
                    let value = value_at(json, &at, notes)?;
                    request.path = plain_text(&value.example, &at)?;
                    (matching_rules.path, generators.path) = (value.rules, value.generator);
                }
                "query" => request.query = query(json, &mut matching_rules, &mut generators, &at, notes)?,
                "headers" => request.headers = headers(json, &mut matching_rules, &mut generators, &at, notes)?,
                "body" => body = Some(json),
                _ => return Err(unknown(&at)),
            }
        }
        let stated = request.headers.content_type();
        request.body = contents(body, stated.as_ref(), &mut matching_rules, &mut generators, &at.field("body"), notes)?;
        Ok(HttpRequest { matching_rules, generators, ..request })
    })
}

/// Reads a response with the members `status`, `headers` and `body`, each of which may hold matcher objects.
///
/// # Errors
///
/// As [`http_request`].
pub fn http_response(json: &Json<'_>) -> Result<Loaded<HttpResponse>, IntegrationError> {
    loaded(|at, notes| {
        let mut response = HttpResponse::default();
        let (mut matching_rules, mut generators) = (MatchingRules::default(), Generators::default());
        let mut body = None;
        for (name, json) in members(json, "a response", at)?.iter() {
            let at = at.field(name);
            match name {
                "status" => {
                    let value = value_at(json, &at, notes)?;
                    let code = value.example.to_text().trim().parse();
                    response.status = code.map_err(|_| IntegrationError::new(&at, "a status code is needed"))?;
                    (matching_rules.status, generators.status) = (value.rules, value.generator);
                }
                "headers" => response.headers = headers(json, &mut matching_rules, &mut generators, &at, notes)?,
                "body" => body = Some(json),
                _ => return Err(unknown(&at)),
            }
        }
        let stated = response.headers.content_type();
        response.body =
            contents(body, stated.as_ref(), &mut matching_rules, &mut generators, &at.field("body"), notes)?;
        Ok(HttpResponse { matching_rules, generators, ..response })
    })
}

/// Reads a message with the members `contents` and `metadata`, each of which may hold matcher objects.
///
/// # Errors
///
/// As [`http_request`].
pub fn message_part(json: &Json<'_>) -> Result<Loaded<MessagePart>, IntegrationError> {
    loaded(|at, notes| {
        let (mut matching_rules, mut generators) = (MatchingRules::default(), Generators::default());
        let mut metadata = Object::new();
        let mut body = None;
        for (name, json) in members(json, "a message", at)?.iter() {
            let at = at.field(name);
            match name {
                "metadata" => {
                    for (key, json) in members(json, "metadata", &at)?.iter() {
                        let value = value_at(json, &at.field(key), notes)?;
                        named(&mut matching_rules.metadata, &mut generators.metadata, key, &value);
                        metadata.insert(key.to_owned(), value.example);
                    }
                }
                "contents" => body = Some(json),
                _ => return Err(unknown(&at)),
            }
        }
        let stated = metadata_content_type(&metadata);
        let contents =
            contents(body, stated.as_ref(), &mut matching_rules, &mut generators, &at.field("contents"), notes)?;
        Ok(MessagePart { contents, metadata, matching_rules, generators, ..MessagePart::default() })
    })
}

fn unknown(at: &At<'_>) -> IntegrationError {
    IntegrationError::new(at, "there is no member of this name")
}

fn members<'j, 'a>(json: &'j Json<'a>, what: &str, at: &At<'_>) -> Result<&'j Object<'a>, IntegrationError> {
    json.as_object().ok_or_else(|| IntegrationError::new(at, format!("{what} is an object")))
}

/// The text of a scalar.
fn plain_text(json: &Json<'_>, at: &At<'_>) -> Result<String, IntegrationError> {
    match json {
        Json::Array(_) | Json::Object(_) | Json::Null => Err(IntegrationError::new(at, "a text is needed")),
        scalar => Ok(scalar.to_text().into_owned()),
    }
}

fn named(
    rules: &mut indexmap::IndexMap<String, crate::rules::RuleList>,
    generators: &mut indexmap::IndexMap<String, crate::generators::Generator>,
    name: &str,
    value: &Value,
) {
    if !value.rules.is_empty() {
        rules.insert(name.to_owned(), value.rules.clone());
    }
    if let Some(generator) = &value.generator {
        generators.insert(name.to_owned(), generator.clone());
    }
}

fn query(
    json: &Json<'_>,
    rules: &mut MatchingRules,
    generators: &mut Generators,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<Query, IntegrationError> {
    if let Some(text) = json.as_str() {
        return Ok(Query::parse(text));
    }
    let mut query = Query::default();
    for (name, json) in members(json, "a query", at)?.iter() {
        let at = at.field(name);
        let value = value_at(json, &at, notes)?;
        named(&mut rules.query, &mut generators.query, name, &value);
        let one = |json: &JsonValue| match json {
            Json::Null => Ok(None),
            json => plain_text(json, &at).map(Some),
        };
        query.set(
            name,
            match &value.example {
                Json::Array(items) => items.iter().map(one).collect::<Result<_, _>>()?,
                json => vec![one(json)?],
            },
        );
    }
    Ok(query)
}

fn headers(
    json: &Json<'_>,
    rules: &mut MatchingRules,
    generators: &mut Generators,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<Headers, IntegrationError> {
    let mut all = Vec::new();
    for (name, json) in members(json, "headers", at)?.iter() {
        let at = at.field(name);
        let value = value_at(json, &at, notes)?;
        named(&mut rules.header, &mut generators.header, name, &value);
        let values = match &value.example {
            Json::Array(items) => items.iter().map(|json| plain_text(json, &at)).collect::<Result<_, _>>()?,
            json => Headers::split_line(name, &plain_text(json, &at)?),
        };
        all.push((name.to_owned(), values));
    }
    Ok(all.into_iter().collect())
}

fn contents(
    json: Option<&Json<'_>>,
    stated: Option<&ContentType>,
    rules: &mut MatchingRules,
    generators: &mut Generators,
    at: &At<'_>,
    notes: &mut Notes,
) -> Result<Body, IntegrationError> {
    let Some(json) = json else { return Ok(Body::Missing) };
    let is_json = stated.map_or_else(|| json.as_str().is_none(), ContentType::is_json);
    // A matcher object around the text of a document is no description of one.
    let described = stated.is_some_and(ContentType::is_xml) && json.as_str().is_none() && !is_matcher(json);
    let document = if described { xml::document_at(json, at, notes) } else { document_at(json, at, notes) };
    let Document { example, rules: of_body, generators: own } = document?;
    (rules.body, generators.body) = (of_body, own);
    Ok(if is_json {
        let content_type = if stated.is_none() { Some(ContentType::json()) } else { None };
        Body::new(example.to_compact(), content_type)
    } else {
        Body::new(example.to_text().into_owned(), None)
    })
}
