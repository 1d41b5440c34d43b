//! A provider that is a service in this process, such as an axum `Router`: no socket, no port, no server to stop.

use std::panic::AssertUnwindSafe;

use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::FutureExt as _;
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use tower::ServiceExt as _;
use tower::util::BoxCloneSyncService;

use super::{Answer, Limits, too_large};
use crate::execute::InteractionError;
use crate::handlers::panic_text;
use crate::state::BoxError;

/// The service, whatever its type.
#[derive(Clone)]
pub(crate) struct ServiceTarget(
    pub(crate) BoxCloneSyncService<Request<Full<Bytes>>, Response<UnsyncBoxBody<Bytes, BoxError>>, BoxError>,
);

/// Any body as one of bytes.
pub(crate) fn whole_chunks<B>(body: B) -> UnsyncBoxBody<Bytes, BoxError>
where
    B: Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    body.map_frame(|frame| frame.map_data(|mut data| data.copy_to_bytes(data.remaining())))
        .map_err(Into::into)
        .boxed_unsync()
}

impl ServiceTarget {
    pub(super) async fn call(&self, request: Request<Bytes>, limits: Limits) -> Result<Answer, InteractionError> {
        let (mut parts, body) = request.into_parts();
        parts.headers.entry(HOST).or_insert(HeaderValue::from_static("localhost"));
        let request = Request::from_parts(parts, Full::new(body));
        let answering = AssertUnwindSafe(self.answer(request, limits.body)).catch_unwind();
        match tokio::time::timeout(limits.timeout, answering).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => {
                Err(InteractionError::Answer { reason: format!("the service panicked: {}", panic_text(&*panic)) })
            }
            Err(_) => Err(InteractionError::TimedOut { limit: limits.timeout }),
        }
    }

    async fn answer(&self, request: Request<Full<Bytes>>, limit: usize) -> Result<Answer, InteractionError> {
        let failed = |error: BoxError| InteractionError::Answer {
            reason: format!("the service failed: {}", intact_broker_client::http::chain(&*error)),
        };
        let (parts, mut body) = self.0.clone().oneshot(request).await.map_err(failed)?.into_parts();
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(failed)?.into_data() else { continue };
            if bytes.len() + data.len() > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body: bytes.freeze() })
    }
}
