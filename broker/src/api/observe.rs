//! What is noted of every request: how long its answer took, in the log and in the counters, under its correlation id.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use prometheus_client::metrics::gauge::Gauge;
use tracing::Instrument as _;

use crate::app::App;
use crate::correlation;

/// Where the template of the route that answers is left for [`observe`].
#[derive(Debug, Clone, Default)]
struct Route(Arc<OnceLock<MatchedPath>>);

/// Stands around every single route: tells [`observe`] which one it was.
pub(crate) async fn note_route(matched: MatchedPath, request: Request, next: Next) -> Response {
    if let Some(route) = request.extensions().get::<Route>() {
        let _ = route.0.set(matched);
    }
    next.run(request).await
}

/// The outermost layer of all.
pub(crate) async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = Route::default();
    request.extensions_mut().insert(route.clone());
    let id = correlation::of(request.headers());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("request", correlation_id = %id);
    let _in_flight = InFlight::begin(&app.telemetry().in_flight);
    let mut response = correlation::scope(id.clone(), next.run(request).instrument(span.clone())).await;
    let duration = started.elapsed();
    let status = response.status().as_u16();
    let route = route.0.get().map_or("none", MatchedPath::as_str);
    app.telemetry().answered(label(&method), route, status, duration);
    let milliseconds = duration.as_secs_f64() * 1000.0;
    span.in_scope(|| tracing::info!(%method, path, route, status, milliseconds, "answered"));
    if let Some(value) = correlation::header_value(&id) {
        response.headers_mut().insert(correlation::CORRELATION_ID, value);
    }
    response
}

/// The method as it is counted: anybody may invent others.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Counts a request for as long as it is being answered, also if its client goes away meanwhile.
struct InFlight<'a>(&'a Gauge);

impl<'a> InFlight<'a> {
    fn begin(gauge: &'a Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use crate::testing::{on_every_database, pact};

    #[tokio::test]
    async fn a_request_and_its_answer_have_one_correlation_id() {
        on_every_database(async |broker| {
            let given = broker.send(Method::GET, "/nowhere", &[("x-correlation-id", "build-42")], "").await.expect(404);
            let made_up = broker.get("/").await.expect(200);

            assert_eq!(given.header("x-correlation-id"), "build-42");
            assert_eq!(made_up.header("x-correlation-id").len(), 36);
        })
        .await;
    }

    #[tokio::test]
    async fn requests_are_counted_by_the_template_of_their_route() {
        on_every_database(async |broker| {
            broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
            broker.get("/pacticipants/Web").await.expect(200);
            broker.get("/pacticipants/Nobody/").await.expect(404);
            broker.get("/nowhere").await.expect(404);
            broker.delete("/pacticipants").await.expect(405);

            let accept = [("accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5,*/*;q=0.1")];
            let scraped = broker.send(Method::GET, "/metrics", &accept, "").await.expect(200);

            assert_eq!(scraped.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
            for line in [
                r#"http_requests_total{method="GET",route="/pacticipants/{pacticipant}",status="200"} 1"#,
                r#"http_requests_total{method="GET",route="/pacticipants/{pacticipant}",status="404"} 1"#,
                r#"http_requests_total{method="GET",route="none",status="404"} 1"#,
                r#"http_requests_total{method="DELETE",route="/pacticipants",status="405"} 1"#,
                "http_requests_in_flight 1",
                r#"webhook_outbox{state="due"} 0"#,
            ] {
                assert!(scraped.body.contains(&format!("\nintact_broker_{line}\n")), "{line} in\n{}", scraped.body);
            }
            assert!(!scraped.body.contains("Nobody"));
            assert!(scraped.body.contains("intact_broker_database_connections{purpose="));
        })
        .await;
    }
}
