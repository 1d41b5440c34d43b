//! A provider that is a service in this process, such as an axum `Router`: no socket, no port, no server to stop.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use tower::{Service, ServiceExt as _};

use super::{Answer, Limits, too_large};
use crate::execute::InteractionError;
use crate::handlers::panic_text;
use crate::state::BoxError;

/// The service, whatever its type.
#[derive(Clone)]
pub(crate) struct ServiceTarget(Arc<dyn InProcess>);

/// A service that takes whole requests and gives whole answers.
trait InProcess: Send + Sync {
    fn answer(
        &self,
        request: Request<Full<Bytes>>,
        limit: usize,
    ) -> BoxFuture<'static, Result<Answer, InteractionError>>;
}

struct TowerService<S>(S);

impl ServiceTarget {
    pub(crate) fn new<S, B>(service: S) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        Self(Arc::new(TowerService(service)))
    }

    pub(super) async fn call(&self, request: Request<Bytes>, limits: Limits) -> Result<Answer, InteractionError> {
        let (mut parts, body) = request.into_parts();
        parts.headers.entry(HOST).or_insert(HeaderValue::from_static("localhost"));
        let request = Request::from_parts(parts, Full::new(body));
        match tokio::time::timeout(limits.timeout, self.0.answer(request, limits.body)).await {
            Ok(answer) => answer,
            Err(_) => Err(InteractionError::TimedOut { limit: limits.timeout }),
        }
    }
}

impl<S, B> InProcess for TowerService<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    fn answer(
        &self,
        request: Request<Full<Bytes>>,
        limit: usize,
    ) -> BoxFuture<'static, Result<Answer, InteractionError>> {
        let service = self.0.clone();
        let answering = async move {
            let failed = |error: BoxError| InteractionError::Answer {
                reason: format!("the service failed: {}", intact_broker_client::http::chain(&*error)),
            };
            let (parts, body) = service.oneshot(request).await.map_err(|error| failed(error.into()))?.into_parts();
            let mut body = Box::pin(body);
            let mut bytes = BytesMut::new();
            while let Some(frame) = body.frame().await {
                let Ok(mut data) = frame.map_err(|error| failed(error.into()))?.into_data() else { continue };
                if bytes.len() + data.remaining() > limit {
                    return Err(too_large(limit));
                }
                bytes.put(&mut data);
            }
            Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body: bytes.freeze() })
        };
        Box::pin(async move {
            AssertUnwindSafe(answering).catch_unwind().await.unwrap_or_else(|panic| {
                Err(InteractionError::Answer { reason: format!("the service panicked: {}", panic_text(&*panic)) })
            })
        })
    }
}
