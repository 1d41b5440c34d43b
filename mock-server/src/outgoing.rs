//! What of an answer goes over the wire: no body where HTTP allows none.
//!
//! A contract may state a body for an answer that has none in HTTP, and our own explanations are answers to `HEAD` too.
//! HTTP/2 ends the whole connection when such a body is sent, so every answer passes here.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, Version, header};
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};

/// The body of an answer as it is sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    content: Full<Bytes>,
    /// The length that the head promises, if that is not the content's. HTTP/1.1 would leave it out of a 304 otherwise.
    promised: Option<u64>,
}

impl From<Full<Bytes>> for Outgoing {
    fn from(content: Full<Bytes>) -> Self {
        Self { content, promised: None }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.content).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.promised.is_none() && self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.promised.map_or_else(|| self.content.size_hint(), SizeHint::with_exact)
    }
}

/// The answer as it may be sent to a request of this method. Its `Content-Length` stays where it says something of a body that
/// is not sent.
pub(crate) fn outgoing(method: &Method, version: Version, mut response: Response<Full<Bytes>>) -> Response<Outgoing> {
    let (status, is_head) = (response.status(), method == Method::HEAD);
    let has_none = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if !is_head && !has_none {
        return response.map(Outgoing::from);
    }
    let left_out = std::mem::take(response.body_mut()).size_hint().exact().unwrap_or_default();
    let headers = response.headers_mut();
    if is_head && !has_none && left_out > 0 {
        headers.entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from(left_out));
    }
    if status == StatusCode::NO_CONTENT {
        headers.remove(header::CONTENT_LENGTH);
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let promised = length.filter(|_| version < Version::HTTP_2);
    response.map(|content| Outgoing { content, promised })
}
