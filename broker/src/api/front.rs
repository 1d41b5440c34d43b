//! What happens to every request before its route is looked up, and to every answer before it leaves.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, LOCATION, VARY, X_CONTENT_TYPE_OPTIONS};
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use percent_encoding::percent_decode_str;

use crate::api::hal::HAL_JSON;
use crate::api::links::base_url;
use crate::api::negotiate::{Accept, HAL, JSON};
use crate::api::problem::{ApiError, Asked, render};
use crate::api::validation::MAX_NAME;
use crate::app::App;
use crate::pages;
use crate::pages::site::Site;

const BROKER_VERSION: HeaderName = HeaderName::from_static("x-pact-broker-version");
const METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::CONNECT,
    Method::OPTIONS,
    Method::TRACE,
    Method::PATCH,
];

/// Endings of a path that say what form is wanted. [`encoded`](crate::api::links::encoded) hides them in names.
pub(crate) const ENDINGS: [(&str, &str); 4] =
    [(".csv", "text/csv"), (".svg", "image/svg+xml"), (".json", "application/hal+json"), (".yaml", "application/yaml")];
/// The longest selection metadata; we never make so long ones.
const MAX_METADATA: usize = 32 * 1024;

/// The outermost layer.
pub(crate) async fn front(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let base = base_url(app.config(), request.headers(), request.uri());
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let problem = accept.to_ascii_lowercase().contains("application/problem+json");
    let reads_pages = pages::reads_pages(request.headers());
    // Only resources that answer to this type let such a request through; the document is the same.
    let wants_plain_json = matches!(Accept::of(request.headers()).choose(&[HAL, JSON]), Ok(JSON));
    let allowed = app.config().access.check(request.method(), request.uri().path(), request.headers());
    let checked = check_path(request.method(), request.uri().path())
        .and_then(|()| allowed.map_err(ApiError::Refused))
        .and_then(|()| check_query(request.uri().query()));
    let early = checked.is_err();
    let mut page = pages::is_for_page(request.method(), request.uri().path(), request.headers());
    let response = match checked {
        Err(error) => error.into_response(),
        Ok(()) if !METHODS.contains(request.method()) => {
            ApiError::UnknownMethod(request.method().to_string()).into_response()
        }
        Ok(()) if wants_browser(&request) => {
            let asked = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
            let browser = Site::new(base.clone(), request.uri().path()).browse(asked);
            (StatusCode::SEE_OTHER, [(LOCATION, browser)]).into_response()
        }
        Ok(()) => {
            normalise(&mut request);
            page = pages::is_for_page(request.method(), request.uri().path(), request.headers());
            next.run(request).await
        }
    };
    let mut response = match response.extensions().get::<ApiError>() {
        Some(error) => {
            let configured = app.config().base_url.as_ref().map(|url| url.as_str().trim_end_matches('/'));
            let page = (page && reads_pages).then(|| pages::problem::page(error, base.clone())).flatten();
            page.unwrap_or_else(|| {
                render(error, &Asked { problem, base: &base, configured_base: configured.unwrap_or_default() })
            })
        }
        None => response,
    };
    if wants_plain_json
        && response.status().is_success()
        && response.headers().get(CONTENT_TYPE).is_some_and(|media| media == HAL_JSON)
    {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"));
    }
    if response.status() == StatusCode::NO_CONTENT {
        response.headers_mut().remove(CONTENT_TYPE);
    }
    let uncached = early || response.status() == StatusCode::NOT_IMPLEMENTED;
    let headers = response.headers_mut();
    headers.insert(BROKER_VERSION, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !uncached && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    response
}

/// Does somebody with a browser want to see JSON? The page for that shows it with links to follow.
fn wants_browser(request: &Request) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accept = accept.trim().to_ascii_lowercase();
    *request.method() == Method::GET
        && accept.starts_with("text/html")
        && accept.contains("json")
        && !pages::has_only_pages(request.uri().path())
}

fn check_query(query: Option<&str>) -> Result<(), ApiError> {
    if percent_decode_str(query.unwrap_or_default()).any(|byte| byte == 0) {
        return Err(ApiError::Unreadable("The URL query cannot contain a null character.".to_owned()));
    }
    Ok(())
}

fn check_path(method: &Method, path: &str) -> Result<(), ApiError> {
    // A name that a script left empty must not delete all that the name would have been one of.
    let lacks_name = *method == Method::DELETE && path.ends_with('/');
    if lacks_name || path.contains("//") {
        return Err(ApiError::BadAddress {
            status: StatusCode::NOT_FOUND,
            title: "Not Found",
            slug: "not-found",
            detail: "Empty path component found",
        });
    }
    let decoded: Vec<u8> = percent_decode_str(path).collect();
    let forbidden = |detail| ApiError::BadAddress {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        title: "Unprocessable",
        slug: "invalid-request-parameter-value",
        detail,
    };
    if decoded.contains(&b'\n') {
        return Err(forbidden("URL path cannot contain a new line character."));
    }
    if decoded.contains(&b'\t') {
        return Err(forbidden("URL path cannot contain a tab character."));
    }
    if decoded.contains(&0) {
        return Err(ApiError::Unreadable("The URL path cannot contain a null character.".to_owned()));
    }
    if std::str::from_utf8(&decoded).is_err() {
        return Err(ApiError::Unreadable("The URL path is not valid UTF-8 after percent-decoding.".to_owned()));
    }
    let mut before = "";
    for segment in path.split('/') {
        let decoded: Vec<u8> = percent_decode_str(segment).collect();
        if decoded.len() > if before == "metadata" { MAX_METADATA } else { MAX_NAME } {
            let text = format!("A segment of the URL path is longer than {MAX_NAME} bytes.");
            return Err(ApiError::Message(StatusCode::URI_TOO_LONG, text));
        }
        if decoded == b"." || decoded == b".." {
            // Clients and proxies resolve them, so nothing of that name could be addressed again.
            return Err(ApiError::Unreadable("A segment of the URL path cannot be `.` or `..`.".to_owned()));
        }
        before = segment;
    }
    Ok(())
}

/// Drops a slash at the end, and where something is read, an ending that only says in which form. What is written is written
/// under the name it came with: `1.0.json` may be the number of a version.
fn normalise(request: &mut Request) {
    let path = request.uri().path();
    let mut shorter = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
    let mut wanted = None;
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    for (ending, form) in ENDINGS.into_iter().filter(|_| reads) {
        if let Some(stem) = shorter.strip_suffix(ending)
            && !stem.ends_with('/')
        {
            shorter = stem;
            wanted = Some(form);
        }
    }
    if shorter == path {
        return;
    }
    let path_and_query = match request.uri().query() {
        Some(query) => format!("{shorter}?{query}"),
        None => shorter.to_owned(),
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = path_and_query.parse::<PathAndQuery>().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    if let Some(form) = wanted {
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(form));
    }
}

#[cfg(test)]
mod tests;
