//! What a broker counts about itself, told in the form of Prometheus.
//!
//! Each broker has a registry of its own: a recorder of the whole process would be a default that a library must not install,
//! and two brokers of one process would count into each other. Numbers that the database or the connections know are asked
//! for when they are read, not kept in step.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Names and values that tell the numbers of one metric apart. Values come from small sets: a route's template, never a path.
type Labels = Vec<(&'static str, String)>;

/// Upper bounds of the durations that are counted apart, in seconds.
const DURATIONS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The counters of a broker.
pub(crate) struct Telemetry {
    registry: Registry,
    requests: Family<Labels, Counter>,
    durations: Family<Labels, Histogram>,
    /// Requests that are being answered.
    pub(crate) in_flight: Gauge,
    connections: Family<Labels, Gauge>,
    deliveries: Family<Labels, Counter>,
    outbox: Family<Labels, Gauge>,
    cleaned: Family<Labels, Counter>,
}

/// What is only known when it is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readings {
    /// The connections to the database: what they are for, whether they are busy, how many.
    pub(crate) connections: Vec<(&'static str, &'static str, u32)>,
    /// Deliveries of webhooks: how they stand, how many. Nothing if that is not known.
    pub(crate) outbox: Vec<(&'static str, i64)>,
}

impl Telemetry {
    /// Counters that begin at nothing.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("intact_broker");
        let durations = Family::<Labels, Histogram>::new_with_constructor(|| Histogram::new(DURATIONS));
        let telemetry = Self {
            requests: Family::default(),
            durations,
            in_flight: Gauge::default(),
            connections: Family::default(),
            deliveries: Family::default(),
            outbox: Family::default(),
            cleaned: Family::default(),
            registry: Registry::default(),
        };
        registry.register("http_requests", "Requests answered", telemetry.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "How long answers took",
            Unit::Seconds,
            telemetry.durations.clone(),
        );
        registry.register("http_requests_in_flight", "Requests being answered", telemetry.in_flight.clone());
        registry.register("database_connections", "Connections to the database", telemetry.connections.clone());
        registry.register("webhook_deliveries", "Tries to deliver a webhook", telemetry.deliveries.clone());
        registry.register("webhook_outbox", "Webhooks that are to be delivered", telemetry.outbox.clone());
        registry.register("cleaned", "What clean-ups and housekeeping deleted", telemetry.cleaned.clone());
        let build: Family<Labels, Gauge> = Family::default();
        build.get_or_create(&vec![("version", env!("CARGO_PKG_VERSION").to_owned())]).set(1);
        registry.register("build", "The version that runs", build);
        Self { registry, ..telemetry }
    }

    /// Counts an answered request.
    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, duration: Duration) {
        let labels = vec![("method", method.to_owned()), ("route", route.to_owned())];
        self.durations.get_or_create(&labels).observe(duration.as_secs_f64());
        let labels = [labels, vec![("status", status.to_string())]].concat();
        self.requests.get_or_create(&labels).inc();
    }

    /// Counts a try to deliver a webhook; `outcome` is `success`, `retrying` or `failure`.
    pub(crate) fn delivered(&self, outcome: &'static str) {
        self.deliveries.get_or_create(&vec![("outcome", outcome.to_owned())]).inc();
    }

    /// Counts what a clean-up deleted.
    pub(crate) fn cleaned(&self, what: &'static str, count: u64) {
        if count > 0 {
            self.cleaned.get_or_create(&vec![("what", what.to_owned())]).inc_by(count);
        }
    }

    /// Everything as OpenMetrics text.
    pub(crate) fn text(&self, readings: &Readings) -> String {
        for &(purpose, state, count) in &readings.connections {
            let labels = vec![("purpose", purpose.to_owned()), ("state", state.to_owned())];
            self.connections.get_or_create(&labels).set(count.into());
        }
        if readings.outbox.is_empty() {
            self.outbox.clear();
        }
        for &(state, count) in &readings.outbox {
            self.outbox.get_or_create(&vec![("state", state.to_owned())]).set(count);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a String can always be written to");
        text
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_by_route_and_not_by_path() {
        let telemetry = Telemetry::new();
        telemetry.answered("GET", "/pacticipants/{pacticipant}", 200, Duration::from_millis(3));
        telemetry.answered("GET", "/pacticipants/{pacticipant}", 404, Duration::from_millis(300));
        telemetry.delivered("success");
        telemetry.cleaned("versions", 0);

        let text = telemetry
            .text(&Readings { connections: vec![("read", "idle", 4)], outbox: vec![("due", 2), ("waiting", 0)] });

        for line in [
            r#"intact_broker_http_requests_total{method="GET",route="/pacticipants/{pacticipant}",status="404"} 1"#,
            r#"intact_broker_http_request_duration_seconds_bucket{le="0.005",method="GET",route="/pacticipants/{pacticipant}"} 1"#,
            r#"intact_broker_http_request_duration_seconds_count{method="GET",route="/pacticipants/{pacticipant}"} 2"#,
            r#"intact_broker_database_connections{purpose="read",state="idle"} 4"#,
            r#"intact_broker_webhook_outbox{state="due"} 2"#,
            r#"intact_broker_webhook_deliveries_total{outcome="success"} 1"#,
        ] {
            assert!(text.lines().any(|other| other == line), "{line} in\n{text}");
        }
        assert!(!text.contains("what=\"versions\""), "nothing was deleted");
        assert!(text.ends_with("# EOF\n"));
    }
}
