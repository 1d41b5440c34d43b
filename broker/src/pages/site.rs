//! The frame of every page: addresses relative to this server, and the style.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use sha1::{Digest, Sha1};
use url::Url;

use crate::api::extract::Path;
use crate::api::links::{Links, base_url};
use crate::api::problem::ApiError;
use crate::app::App;

const STYLE: &str = include_str!("style.css");

/// The name of the style sheet, another one whenever it changes: browsers keep it for good.
static STYLE_NAME: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha1::digest(STYLE.as_bytes());
    let name = digest[..8].iter().fold("intact-".to_owned(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    });
    name + ".css"
});

/// Where things are, for links of a page: without host, but below the path the broker is mounted at.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    links: Links,
    base: String,
    path: String,
}

impl Site {
    /// Addresses for a page at `path` of the broker whose clients know it by `base`.
    pub(crate) fn new(base: String, path: &str) -> Self {
        let mounted = Url::parse(&base).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        Self { links: Links::new(mounted, path, None), base, path: path.to_owned() }
    }

    /// Addresses of things.
    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    /// The address that clients of the API know the broker by.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// An address with a literal path.
    pub(crate) fn path(&self, path: &str) -> String {
        self.links.path(path)
    }

    /// Where the API browser shows the document at a path of this broker.
    pub(crate) fn browse(&self, path: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("path", path).finish();
        self.links.path(&format!("/hal-browser/browser.html?{query}"))
    }

    /// Where the API browser shows the document that this page is made from.
    pub(crate) fn browse_this(&self) -> String {
        self.browse(if self.path.starts_with("/hal-browser/") { "/" } else { &self.path })
    }

    /// The address of the style sheet.
    pub(crate) fn style(&self) -> String {
        self.links.path(&format!("/assets/{}", *STYLE_NAME))
    }

    /// The table of the two applications' results.
    pub(crate) fn matrix(&self, consumer: &str, provider: &str) -> String {
        self.links.at(&["matrix", "provider", provider, "consumer", consumer])
    }

    /// Who is connected with an application.
    pub(crate) fn network(&self, pacticipant: &str) -> String {
        self.links.at(&["pacticipants", pacticipant, "network"])
    }
}

impl FromRequestParts<App> for Site {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(Self::new(base_url(app.config(), &parts.headers, &parts.uri), parts.uri.path()))
    }
}

/// `GET /assets/{file}`
pub(crate) async fn asset(Path(file): Path<String>) -> Result<Response, ApiError> {
    if file != *STYLE_NAME {
        return Err(ApiError::NotFound);
    }
    let headers = [(CONTENT_TYPE, "text/css;charset=utf-8"), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, STYLE).into_response())
}
