//! From the contract's response to one that can be sent: generators applied, headers completed.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::Full;
use intact_matching::generate::{self, Draws, GenerateContext};
use intact_pact_model::json::{Json, JsonValue};
use intact_pact_model::{Body, HttpResponse, Interaction};

/// A response that cannot be sent as the contract has it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RespondError {
    #[error("{0}")]
    Generate(#[from] generate::GenerateError),
    #[error("the status {0} cannot be sent")]
    Status(u16),
    #[error("the header `{0}` cannot be sent: its name or value has characters that HTTP does not allow")]
    Header(String),
    #[error("the header `Content-Length` cannot be sent: `{0}` is no length in bytes")]
    Length(String),
}

/// The contract's response, with generators applied.
pub(crate) fn generated<'r>(
    (draws, interaction): (&Draws, &Interaction),
    expected: &'r HttpResponse,
    context: impl FnOnce() -> GenerateContext<'r>,
) -> Result<Cow<'r, HttpResponse>, RespondError> {
    if expected.generators.is_empty() && !has_variants(expected) {
        return Ok(Cow::Borrowed(expected));
    }
    let generated = generate::response(expected, &context(), &mut draws.rng(&generate::drawn_for("", interaction)))?;
    for warning in &generated.warnings {
        tracing::warn!("{warning}; the example is sent instead");
    }
    Ok(Cow::Owned(generated.value))
}

/// Variants of `arrayContains` rules bring generators of their own.
fn has_variants(response: &HttpResponse) -> bool {
    use intact_pact_model::MatchingRule::ArrayContains;
    let mut rules = response.matching_rules.body.values().flat_map(|list| &list.rules);
    rules.any(
        |rule| matches!(rule, ArrayContains(variants) if variants.iter().any(|variant| !variant.generators.is_empty())),
    )
}

/// The response to send to a request of this method, without headers that the contract does not name, except the type of a
/// body that it does not state.
pub(crate) fn to_http(response: &HttpResponse, method: &str) -> Result<Response<Full<Bytes>>, RespondError> {
    let status = StatusCode::from_u16(response.status).ok().filter(|status| !status.is_informational());
    let mut result = Response::new(Full::new(match &response.body {
        Body::Present(content) => content.bytes.clone(),
        Body::Missing | Body::Empty | Body::Null => Bytes::new(),
    }));
    *result.status_mut() = status.ok_or(RespondError::Status(response.status))?;
    let states_length = method == Method::HEAD.as_str() || result.status() == StatusCode::NOT_MODIFIED;
    for (name, values) in response.headers.iter() {
        let invalid = || RespondError::Header(name.to_owned());
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        // These describe the connection at hand, not the provider's; a wrong length would break it. The length is content
        // only where no body is sent.
        let is_framing = key == header::TRANSFER_ENCODING || key == header::CONNECTION;
        if is_framing || (key == header::CONTENT_LENGTH && !states_length) {
            continue;
        }
        if key == header::CONTENT_LENGTH {
            result.headers_mut().insert(key, length_of(values)?.into());
            continue;
        }
        for value in values {
            result.headers_mut().append(&key, HeaderValue::from_str(value).map_err(|_| invalid())?);
        }
    }
    if !response.body.bytes().is_empty()
        && !result.headers().contains_key(header::CONTENT_TYPE)
        && let Some(content_type) = response.content_type().filter(|content_type| !content_type.is_unknown())
        && let Ok(value) = HeaderValue::from_str(&content_type.to_string())
    {
        result.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    Ok(result)
}

/// The one length that the values of a `Content-Length` header state.
fn length_of(values: &[String]) -> Result<u64, RespondError> {
    let parsed = |text: &String| {
        let digits = text.trim();
        // A sign is one to Rust, but not to HTTP.
        let length = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
        length.ok_or_else(|| RespondError::Length(text.clone()))
    };
    let lengths: Vec<u64> = values.iter().map(parsed).collect::<Result<_, _>>()?;
    match lengths.as_slice() {
        [first, others @ ..] if others.iter().all(|other| other == first) => Ok(*first),
        _ => Err(RespondError::Length(values.join(", "))),
    }
}

/// Adds what browsers want before they let a page read the response, wherever the contract says nothing of its own.
pub(crate) fn add_cors(headers: &mut HeaderMap, origin: Option<&str>) {
    let origin = origin.and_then(|origin| HeaderValue::from_str(origin).ok());
    let defaults = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.unwrap_or(HeaderValue::from_static("*"))),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*")),
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH"),
        ),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Location, Link")),
        (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(value);
    }
}

/// The answer to a browser that asks before it sends the request proper.
pub(crate) fn preflight(
    status: StatusCode,
    origin: Option<&str>,
    wanted_headers: Option<&str>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    let allowed = wanted_headers.map_or_else(|| "*".to_owned(), |wanted| format!("{wanted}, *"));
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    add_cors(response.headers_mut(), origin);
    response
}

/// Our own answer, where the contract has none.
pub(crate) fn problem(status: StatusCode, kind: &'static str, body: &JsonValue) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_pretty()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert("x-pact", HeaderValue::from_static(kind));
    response
}

/// Why the contract's own response cannot be sent.
pub(crate) fn unsendable_reason(interaction: &str, error: &RespondError) -> String {
    format!("the response of \"{interaction}\" cannot be sent: {error}")
}

/// The answer if the contract's own response cannot be sent.
pub(crate) fn unsendable(reason: String) -> Response<Full<Bytes>> {
    tracing::warn!("{reason}");
    problem(StatusCode::INTERNAL_SERVER_ERROR, "Unsendable-Response", &Json::object([("error", reason)]))
}
