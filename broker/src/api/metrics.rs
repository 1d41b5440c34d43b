//! `GET /metrics`: how much of everything there is, and for Prometheus how the broker is doing.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use intact_pact_model::json::{Json, JsonValue, Object};

use crate::api::hal::Hal;
use crate::api::negotiate::{Accept, HAL};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::store::ReadTx;
use crate::telemetry::Readings;

/// What scrapers of Prometheus ask for first.
const OPEN_METRICS: &str = "application/openmetrics-text";
/// What older scrapers ask for; they take the newer form for what it has in common with theirs.
const TEXT: &str = "text/plain";

/// How long the database may take to say what a scraper wants to know of it.
const OUTBOX_TIMEOUT: Duration = Duration::from_secs(1);

/// `GET /metrics`: the contents of the broker, or for a scraper of Prometheus what the broker does. That is told whether the
/// database answers or not: when it does not is when somebody wants to see it.
pub(crate) async fn show(accept: Accept, State(app): State<App>) -> Result<Response, ApiError> {
    if accept.choose(&[HAL, OPEN_METRICS, TEXT])? == HAL {
        let mut tx = app.store().read().await?;
        return Ok(contents(&mut tx).await?.into_response());
    }
    let depth = async { app.store().read().await?.webhook_outbox().depth(app.now()).await };
    let outbox = match tokio::time::timeout(OUTBOX_TIMEOUT, depth).await {
        Ok(Ok(depth)) => depth,
        Ok(Err(error)) => {
            tracing::warn!("the webhooks to deliver are not counted: {error}");
            Vec::new()
        }
        Err(_) => {
            tracing::warn!("the webhooks to deliver are not counted: the database does not answer in time");
            Vec::new()
        }
    };
    let readings = Readings { connections: app.store().connections(), outbox };
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, content_type)], app.telemetry().text(&readings)).into_response())
}

async fn contents(tx: &mut ReadTx) -> Result<Hal, ApiError> {
    let metrics = tx.metrics().await?;
    let mut groups: Vec<(&'static str, Object<'static>)> = Vec::new();
    let mut put = |group: &'static str, name: &'static str, value: JsonValue| {
        let at = groups.iter().position(|(known, _)| *known == group).unwrap_or_else(|| {
            groups.push((group, Object::new()));
            groups.len() - 1
        });
        groups[at].1.insert(name, value);
    };
    for (group, name, count) in metrics.counts {
        put(group, name, count.into());
    }
    for (group, first, last) in metrics.periods {
        put(group, "first", first.map_or(Json::Null, JsonValue::from));
        put(group, "last", last.map_or(Json::Null, JsonValue::from));
    }
    for (group, distribution) in metrics.distributions {
        put(group, "distribution", Json::object(distribution.into_iter().map(|(n, count)| (n.to_string(), count))));
    }
    // The matrix is not a table here or there; clients know this number for "not counted".
    put("matrix", "count", (-1_i64).into());
    Ok(Hal::from(Json::object(groups.into_iter().map(|(group, members)| (group, Json::Object(members))))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{on_every_database, pact};

    #[tokio::test]
    async fn a_scraper_is_answered_when_the_database_is_not() {
        on_every_database(async |broker| {
            let scrape = async || {
                let accept = [("accept", "application/openmetrics-text")];
                broker.send(http::Method::GET, "/metrics", &accept, "").await.expect(200).body
            };
            assert!(scrape().await.contains("webhook_outbox{"));
            broker.app().store().close().await;

            let text = scrape().await;

            assert!(text.contains("intact_broker_http_requests_total{") && !text.contains("webhook_outbox{"), "{text}");
        })
        .await;
    }

    #[tokio::test]
    async fn everything_is_counted() {
        on_every_database(async |broker| {
            let empty = broker.get("/metrics").await.expect(200).json();
            assert_eq!(empty["pactPublications"], json!({ "count": 0, "first": null, "last": null }));
            assert_eq!(empty["interactions"]["latestInteractionsCount"], 0);
            assert_eq!(empty["verificationResultsPerPactVersion"], json!({ "distribution": {} }));

            for number in ["1", "2"] {
                broker.publish("Web", number, "Orders", &pact("Web", "Orders", number)).await.expect(201);
                broker.add_to_branch("Web", "main", number).await.expect(201);
                broker.tag("Web", number, "dev").await.expect(201);
            }
            broker.verify("Web", "2", "Orders", "7", true).await.expect(201);
            broker.verify("Web", "2", "Orders", "7", false).await.expect(201);
            broker.deploy("Web", "1", "production").await.expect(201);

            let metrics = broker.get("/metrics").await.expect(200).json();

            assert_eq!(metrics["interactions"]["latestInteractionsAndMessagesCount"], 1);
            assert_eq!(metrics["pacticipants"]["count"], 2);
            assert_eq!(metrics["pactVersions"]["count"], 2);
            assert_eq!(metrics["pactRevisionsPerConsumerVersion"]["distribution"], json!({ "1": 2 }));
            let results = &metrics["verificationResults"];
            assert_eq!(
                (&results["count"], &results["successCount"], &results["distinctCount"]),
                (&json!(2), &json!(1), &json!(2))
            );
            assert_eq!(metrics["verificationResultsPerPactVersion"]["distribution"], json!({ "2": 1 }));
            assert_eq!(metrics["tags"], json!({ "count": 2, "distinctCount": 1, "distinctWithPacticipantCount": 1 }));
            assert_eq!(metrics["deployedVersions"]["currentlyDeployedCount"], 1);
            assert!(metrics["pactPublications"]["first"].is_string());
        })
        .await;
    }
}
