//! Pages for people: what a browser gets at the addresses where programs get documents.
//!
//! Who asks for a page is decided by [`is_for_page`]; what has no page is answered by the API. Pages are rendered from templates
//! that are checked when the broker is compiled and escape every value, read the same functions of [`crate::store`] and
//! [`crate::operations`] as the API does, and work without scripts: there are none, and the policy of [`PageBody`] forbids
//! them. Everything is linked with addresses relative to this server, so a page works by whichever name it was reached.
//!
//! One file per page. Shared by them are [`site`], the addresses and the frame of every page, and [`shown`], how moments,
//! versions and states look.

pub(crate) mod problem;
pub(crate) mod site;

mod browse;
mod doc;
mod interactions;
mod matrix;
mod network;
mod pact;
mod pacticipant;
mod relations;
mod shown;
mod start;

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderMap, HeaderName, Method};
use tower::ServiceExt as _;

use crate::api::badges;
use crate::api::problem::ApiError;
use crate::router::{GET, Routes, resource};

/// Nothing but our own style; forms lead to us, and nobody shows our pages inside theirs.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Every address that has a page.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .route("/", resource(GET, get(start::show)))
        .route("/pacts/provider/{provider}/consumer/{consumer}/version/{version}", resource(GET, get(pact::of_version)))
        .route("/pacts/provider/{provider}/consumer/{consumer}/latest", resource(GET, get(pact::latest)))
        .route("/pacts/provider/{provider}/consumer/{consumer}/latest/{tag}", resource(GET, get(pact::latest_with_tag)))
        // Not the page of a tag called so: a badge is a badge for everybody.
        .route("/pacts/provider/{provider}/consumer/{consumer}/latest/badge", resource(GET, get(badges::latest)))
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/latest-untagged",
            resource(GET, get(pact::latest_untagged)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/branch/{branch}/latest",
            resource(GET, get(pact::latest_on_branch)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}",
            resource(GET, get(pact::with_content)),
        )
        .route("/matrix", resource(GET, get(matrix::ask)))
        .route("/matrix/provider/{provider}/consumer/{consumer}", resource(GET, get(matrix::of_pair)))
        .route("/pacticipants/{pacticipant}", resource(GET, get(pacticipant::show)))
        .route("/pacticipants/{pacticipant}/network", resource(GET, get(network::around)))
        .route("/groups/{pacticipant}", resource(GET, get(network::around)))
        .route("/relationships", resource(GET, get(network::whole)))
        .route("/doc/{rel}", resource(GET, get(doc::show)))
        .route("/hal-browser/browser.html", resource(GET, get(browse::show)))
        .route("/assets/{file}", resource(GET, get(site::asset)))
}

/// Does the client want a page, if there is one? Programs name a form of the API, or nothing (`*/*`); browsers do neither.
///
/// An address that has a page and nothing else is a page for everybody.
pub(crate) fn is_for_page(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    const FORMS_OF_THE_API: [&str; 4] = ["json", "csv", "yaml", "text/plain"];
    if !matches!(*method, Method::GET | Method::HEAD) {
        return false;
    }
    if has_only_pages(path) {
        return true;
    }
    let accept = text(headers, &ACCEPT);
    let is_program = |header: &str| FORMS_OF_THE_API.iter().any(|form| header.contains(form));
    !accept.is_empty() && accept != "*/*" && !is_program(&accept) && !is_program(&text(headers, &CONTENT_TYPE))
}

/// Is there nothing but pages at such addresses?
pub(crate) fn has_only_pages(path: &str) -> bool {
    const STARTS: [&str; 3] = ["/assets/", "/doc/", "/hal-browser/"];
    STARTS.iter().any(|start| path.starts_with(start))
}

/// Does the client read HTML, so that an error may be a page too?
pub(crate) fn reads_pages(headers: &HeaderMap) -> bool {
    text(headers, &ACCEPT).contains("text/html")
}

fn text(headers: &HeaderMap, name: &HeaderName) -> String {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.collect::<Vec<_>>().join(",").trim().to_ascii_lowercase()
}

/// The pages, and the API that one of them asks.
#[derive(Debug, Clone)]
pub(crate) struct Pages {
    /// The pages; at other addresses, the API.
    pub(crate) router: Router,
    /// The API with everything that stands before it.
    pub(crate) api: Router,
}

/// The layer that hands over to the pages.
pub(crate) async fn pages_for_people(State(pages): State<Pages>, mut request: Request, next: Next) -> Response {
    if !is_for_page(request.method(), request.uri().path(), request.headers()) {
        return next.run(request).await;
    }
    request.extensions_mut().insert(browse::Api(pages.api));
    pages.router.oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// A rendered page.
#[derive(Debug)]
pub(crate) struct PageBody(String);

impl PageBody {
    /// Renders a template.
    pub(crate) fn of(template: &impl Template) -> Result<Self, ApiError> {
        template.render().map(Self).map_err(|error| ApiError::internal(&error))
    }
}

impl IntoResponse for PageBody {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, "text/html;charset=utf-8"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (REFERRER_POLICY, "same-origin"),
        ];
        (headers, self.0).into_response()
    }
}

/// A page that is asked for anew each time, also on the way back.
pub(crate) fn never_kept(body: PageBody) -> Response {
    ([(CACHE_CONTROL, "no-cache, no-store, must-revalidate")], body).into_response()
}

#[cfg(test)]
mod tests;
