//! The API, link by link: asks it as a program would, and shows the document with its links to follow.
//!
//! It is at the address that Pact Brokers have it at. Theirs is a program in the browser that takes the path from behind `#`;
//! ours is a page of the server, so it takes the path from the query.

use askama::Template;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request};
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, CONTENT_TYPE, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use intact_pact_model::json::{Json, Object};
use tower::ServiceExt as _;

use crate::api::extract::Query;
use crate::api::problem::ApiError;
use crate::pages::PageBody;
use crate::pages::site::Site;

/// How long an answer may be that is shown, in bytes, and how many of its lines are.
const MOST_BYTES: usize = 16 * 1024 * 1024;
const MOST_LINES: usize = 5000;

/// The API as a browser's page may ask it: with its access rules and errors.
#[derive(Debug, Clone)]
pub(crate) struct Api(pub(crate) Router);

#[derive(Template)]
#[template(path = "browse.html")]
struct BrowsePage {
    site: Site,
    path: String,
    status: String,
    content_type: String,
    links: Vec<LinkShown>,
    lines: Vec<Line>,
    /// How many lines are left out.
    cut: usize,
}

struct LinkShown {
    rel: String,
    /// Where the relation is explained.
    doc: Option<String>,
    title: String,
    href: String,
    /// Where this page shows it; not for templates and other servers.
    to: Option<String>,
}

/// A line of a document, with the address in it if it is one of ours.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    before: String,
    /// Where this page shows it, and the text of the link.
    link: Option<(String, String)>,
    after: &'static str,
}

/// `GET /hal-browser/browser.html`
pub(crate) async fn show(
    Extension(Api(api)): Extension<Api>,
    query: Query,
    site: Site,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let path = query.get("path").filter(|path| !path.is_empty()).unwrap_or("/");
    // Without a host: it is this broker that is asked, whatever the address says.
    let uri = path.parse::<Uri>().ok().filter(|uri| uri.authority().is_none() && path.starts_with('/'));
    let uri = uri.ok_or_else(|| {
        ApiError::Message(StatusCode::BAD_REQUEST, "The path to show must begin with a slash, encoded.".to_owned())
    })?;
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request.headers_mut().remove(IF_NONE_MATCH);
    let accept = "application/hal+json, application/json;q=0.9, text/plain;q=0.8, */*;q=0.7";
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static(accept));
    let answer = api.oneshot(request).await.unwrap_or_else(|never| match never {});
    let (head, body) = answer.into_parts();
    let bytes = to_bytes(body, MOST_BYTES).await.map_err(|_| {
        ApiError::Message(StatusCode::PAYLOAD_TOO_LARGE, "The document is too large to be shown here.".to_owned())
    })?;
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (path, content_type, status) = (path.to_owned(), content_type.to_owned(), head.status.to_string());
    let rendering = move || {
        let (links, text) = match Json::parse(&bytes) {
            Ok(document) => (links(&document, &site), document.to_pretty()),
            Err(_) => (Vec::new(), String::from_utf8_lossy(&bytes).into_owned()),
        };
        let cut = text.lines().count().saturating_sub(MOST_LINES);
        let lines = text.lines().take(MOST_LINES).map(|text| line(text, &site)).collect();
        PageBody::of(&BrowsePage { site, path, status, content_type, links, lines, cut })
    };
    let body = tokio::task::spawn_blocking(rendering).await.map_err(|error| ApiError::internal(&error))??;
    let mut response = body.into_response();
    // As of Pact Brokers' browser; the character set stands in the page.
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    Ok(response)
}

/// Where this page shows an address, if it is one of this broker and not a template.
fn to(href: &str, site: &Site) -> Option<String> {
    let path = href.strip_prefix(site.base()).unwrap_or(href);
    let path = if path.is_empty() { "/" } else { path };
    (path.starts_with('/') && !path.starts_with("//") && !path.contains(['{', '}'])).then(|| site.browse(path))
}

/// The links of a document, in its order.
fn links(document: &Json<'_>, site: &Site) -> Vec<LinkShown> {
    let mut shown = Vec::new();
    for (rel, value) in document.get("_links").and_then(Json::as_object).into_iter().flat_map(Object::iter) {
        let several = value.as_array();
        for link in several.unwrap_or(std::slice::from_ref(value)) {
            let Some(href) = link.get("href").and_then(Json::as_str) else { continue };
            let text = |name: &str| link.get(name).and_then(Json::as_str).unwrap_or_default();
            let title = if text("title").is_empty() { text("name") } else { text("title") };
            shown.push(LinkShown {
                rel: rel.to_owned(),
                doc: rel.strip_prefix("pb:").map(|name| site.links().at(&["doc", name])),
                title: title.to_owned(),
                href: href.to_owned(),
                to: to(href, site),
            });
        }
    }
    shown
}

/// Makes the address in a line of a printed document a link.
fn line(text: &str, site: &Site) -> Line {
    let plain = || Line { before: text.to_owned(), link: None, after: "" };
    let Some(at) = text.find(r#""href": ""#).filter(|at| text[..*at].trim().is_empty()) else { return plain() };
    let value_at = at + r#""href": "#.len();
    let value = text[value_at..].trim_end_matches(',');
    let after = if text.ends_with(',') { "\"," } else { "\"" };
    match Json::parse(value.as_bytes()) {
        Ok(Json::String(href)) => match to(&href, site) {
            Some(link) => {
                let link = Some((link, value.trim_matches('"').to_owned()));
                Line { before: format!("{}\"", &text[..value_at]), link, after }
            }
            None => plain(),
        },
        _ => plain(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site::new("http://broker/pact".to_owned(), "/")
    }

    #[test]
    fn only_addresses_of_this_broker_become_links() {
        let shown = line(r#"  "href": "http://broker/pact/pacticipants/A","#, &site());

        assert_eq!(shown.before, r#"  "href": ""#);
        let to = "/pact/hal-browser/browser.html?path=%2Fpacticipants%2FA";
        assert_eq!(shown.link, Some((to.to_owned(), "http://broker/pact/pacticipants/A".to_owned())));
        assert_eq!(shown.after, "\",");
        for plain in [
            r#"  "href": "http://elsewhere/x","#,
            r#"  "href": "javascript:alert(1)""#,
            r#"  "href": "//elsewhere/x""#,
            r#"  "href": "http://broker/pact/webhooks/{uuid}""#,
            r#"  "text": "\"href\": \"http://broker/pact/x\"""#,
        ] {
            assert_eq!(line(plain, &site()).link, None, "{plain}");
        }
    }
}
