//! A provider behind a URL.

use bytes::{Bytes, BytesMut};
use http::Request;
use intact_broker_client::http::failure_reason;
use url::{Position, Url};

use super::{Answer, Limits, too_large};
use crate::execute::InteractionError;

/// Calls a provider with one client for all interactions. It follows no redirects, adds no headers but `Host`,
/// `Content-Length`, `Accept: */*` and `User-Agent`, and leaves the answer as it is.
#[derive(Debug, Clone)]
pub(crate) struct HttpTarget {
    pub(crate) client: reqwest::Client,
}

/// The most room that is made for a body before its first byte.
const ROOM: usize = 16 * 1024 * 1024;

impl HttpTarget {
    pub(super) async fn call(
        &self,
        origin: &Url,
        request: Request<Bytes>,
        limits: Limits,
    ) -> Result<Answer, InteractionError> {
        let (parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let url = format!("{}{target}", &origin[..Position::BeforePath]);
        let url = Url::parse(&url)
            .map_err(|error| InteractionError::Request { reason: format!("`{url}` is not a URL: {error}") })?;
        // The URL library removes dot segments; sending another path than the contract's would verify something else.
        if url[Position::BeforePath..Position::AfterPath] != *parts.uri.path() {
            return Err(InteractionError::Request {
                reason: format!(
                    "the path `{}` cannot be sent as it is: it would become `{}`",
                    parts.uri.path(),
                    url.path()
                ),
            });
        }
        let method = parts.method.clone();
        let mut sending = self.client.request(parts.method, url).headers(parts.headers).timeout(limits.timeout);
        if !body.is_empty() {
            sending = sending.body(body);
        }
        let mut response = sending.send().await.map_err(|error| failure(error, origin, limits))?;
        tracing::debug!(status = response.status().as_u16(), "the provider answered {method} {}", parts.uri);
        // Room for what is announced, so that a large body is not copied as it grows; an announcement may be a lie.
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        let mut body = BytesMut::with_capacity(announced.min(limits.body).min(ROOM));
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(error, origin, limits))? {
            if body.len() + chunk.len() > limits.body {
                return Err(too_large(limits.body));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body: body.freeze() })
    }
}

fn failure(error: reqwest::Error, origin: &Url, limits: Limits) -> InteractionError {
    if error.is_timeout() {
        return InteractionError::TimedOut { limit: limits.timeout };
    }
    let unreachable = error.is_connect();
    let reason = failure_reason(error);
    if unreachable {
        // The URL's origin: user name and password are nobody's business.
        InteractionError::Unreachable { url: origin.origin().ascii_serialization(), reason }
    } else {
        InteractionError::Answer { reason }
    }
}
