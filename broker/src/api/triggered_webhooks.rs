//! What triggered webhooks came to: logs, and lists for a pact, a result and a pair.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

use crate::api::extract::Path;
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::{Accept, AcceptsHal, HAL};
use crate::api::pacts::Pair;
use crate::api::problem::ApiError;
use crate::api::verifications::find as find_verification;
use crate::app::App;
use crate::domain::pact::pact_name;
use crate::domain::webhook::{TriggeredStatus, request_name};
use crate::store::ReadTx;
use crate::store::triggered_webhooks::TriggeredWebhook;

const TEXT: &str = "text/plain";

/// What a triggered webhook does, as long as its webhook exists.
fn name(triggered: &TriggeredWebhook) -> Option<String> {
    Some(request_name(triggered.method.as_deref()?, triggered.url.as_deref()?))
}

fn is(triggered: &TriggeredWebhook, status: TriggeredStatus) -> bool {
    triggered.status == status.as_str()
}

fn logs_link(triggered: &TriggeredWebhook, title: &str, links: &Links) -> Link {
    let link = Link::to(links.at(&["triggered-webhooks", &triggered.uuid, "logs"])).title(title);
    match name(triggered) {
        Some(name) => link.name(name),
        None => link,
    }
}

fn document(triggered: &TriggeredWebhook, app: &App, links: &Links) -> Doc {
    let most = i64::try_from(app.config().webhook_retry_schedule.len()).unwrap_or(i64::MAX).saturating_add(1);
    let finished = is(triggered, TriggeredStatus::Success) || is(triggered, TriggeredStatus::Failure);
    let remaining = if finished { 0 } else { (most - triggered.attempts).max(0) };
    let doc = Doc::new()
        .maybe("name", name(triggered))
        .with("status", triggered.status.clone())
        .with("attemptsMade", triggered.attempts)
        .with("attemptsRemaining", remaining)
        .with("triggerType", triggered.trigger_type.clone())
        .with("eventName", triggered.event_name.clone())
        .with("triggeredAt", triggered.created_at)
        .link("pb:logs", logs_link(triggered, "Webhook execution logs", links))
        .link("logs", logs_link(triggered, "DEPRECATED - Use pb:logs", links));
    match name(triggered) {
        Some(name) => {
            let href = links.at(&["webhooks", &triggered.webhook_uuid]);
            doc.link("pb:webhook", Link::to(href).title("Webhook").name(name))
        }
        None => doc,
    }
}

/// `GET C/version/{number}/triggered-webhooks`
pub(crate) async fn of_pact(
    State(app): State<App>,
    _: AcceptsHal,
    Path((provider, consumer, number)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    db.pacts().of_version(&consumer, &provider, &number).await?.ok_or(ApiError::NotFound)?;
    let triggered = db.triggered_webhooks().of_pact(&consumer, &provider, &number).await?;
    let title =
        format!("Webhooks triggered by the publication of the pact between {consumer} ({number}) and {provider}");
    Ok(listed(&triggered, title, &app, &links))
}

/// `GET C/pact-version/{sha}/verification-results/{number}/triggered-webhooks`
pub(crate) async fn of_verification(
    State(app): State<App>,
    _: AcceptsHal,
    Path((provider, consumer, sha, number)): Path<(String, String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let (verification, _) = find_verification(&mut db, (&provider, &consumer, &sha), &number).await?;
    let triggered = db.triggered_webhooks().of_verification(verification.id).await?;
    let title = format!("Webhooks triggered by the publication of verification result {}", verification.number);
    Ok(listed(&triggered, title, &app, &links))
}

/// `GET C/pact-version/{sha}/metadata/{metadata}/verification-results/{number}/triggered-webhooks`
pub(crate) async fn of_verification_with_metadata(
    state: State<App>,
    accepts: AcceptsHal,
    Path((provider, consumer, sha, _, number)): Path<(String, String, String, String, String)>,
    db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    of_verification(state, accepts, Path((provider, consumer, sha, number)), db, links).await
}

fn listed(triggered: &[TriggeredWebhook], title: String, app: &App, links: &Links) -> Hal {
    Doc::new()
        .embed("triggeredWebhooks", list(triggered.iter().map(|triggered| document(triggered, app, links))))
        .link("self", Link::to(links.this()).title(title))
        .into()
}

/// `GET C/webhooks/status`
pub(crate) async fn status(
    State(app): State<App>,
    _: AcceptsHal,
    Path((provider, consumer)): Path<Pair>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let of_consumer = db.pacticipants().find(&consumer).await?.ok_or_else(|| ApiError::no_consumer(&consumer))?;
    let of_provider = db.pacticipants().find(&provider).await?.ok_or_else(|| ApiError::no_provider(&provider))?;
    let triggered = db.triggered_webhooks().latest_of_pair(of_consumer.id, of_provider.id).await?;
    let count = |status| triggered.iter().filter(|triggered| is(triggered, status)).count();
    let some = |count: usize| (count > 0).then_some(count);
    let summary = Doc::new()
        .with("successful", count(TriggeredStatus::Success))
        .with("failed", count(TriggeredStatus::Failure))
        .maybe("retrying", some(count(TriggeredStatus::Retrying)))
        .maybe("notRun", some(count(TriggeredStatus::NotRun)));
    let failing = |one: &&TriggeredWebhook| is(one, TriggeredStatus::Failure) || is(one, TriggeredStatus::Retrying);
    let error_logs = triggered.iter().filter(failing).map(|one| logs_link(one, "Error logs", &links));
    let pair_webhooks = format!("{}/webhooks", links.pair(&consumer, &provider));
    let mut doc = Doc::new()
        .with("summary", summary)
        .embed("triggeredWebhooks", list(triggered.iter().map(|triggered| document(triggered, &app, &links))))
        .link("self", Link::to(links.this()).title("Webhooks status"))
        .links("pb:error-logs", error_logs)
        .link(
            "pb:pact-webhooks",
            Link::to(pair_webhooks).title(format!("Webhooks for the pact between {consumer} and {provider}")),
        );
    if let Some(first) = triggered.first() {
        let href = links.pact(&consumer, &provider, &first.consumer_version);
        let name = pact_name(&consumer, &first.consumer_version, &provider);
        doc = doc.link("pb:pact-version", Link::to(href).title("Pact").name(name));
    }
    let doc = doc
        .link("pb:consumer", Link::to(links.pacticipant(&consumer)).title("Consumer").name(consumer.clone()))
        .link("pb:provider", Link::to(links.pacticipant(&provider)).title("Provider").name(provider.clone()));
    Ok(doc.into())
}

/// `GET /triggered-webhooks/{uuid}/logs`
pub(crate) async fn logs(
    accept: Accept,
    Path(uuid): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Response, ApiError> {
    let form = accept.choose(&[TEXT, HAL])?;
    let triggered = db.triggered_webhooks().find(&uuid).await?.ok_or(ApiError::NotFound)?;
    let executions = db.triggered_webhooks().executions(triggered.id).await?;
    if form == TEXT {
        let text = if executions.is_empty() {
            "Webhook has not executed yet. Please retry in a few seconds.".to_owned()
        } else {
            executions.iter().map(|execution| execution.logs.as_str()).collect::<Vec<_>>().join("\n")
        };
        return Ok(([(CONTENT_TYPE, "text/plain;charset=utf-8")], text).into_response());
    }
    let executions = executions.into_iter().map(|execution| {
        Doc::new()
            .with("success", execution.success)
            .with("logs", execution.logs)
            .with("createdAt", execution.created_at)
    });
    let doc = Doc::new()
        .with("eventName", triggered.event_name.clone())
        .with("consumerName", triggered.consumer.clone())
        .with("providerName", triggered.provider.clone())
        .with("executions", list(executions))
        .embed("triggeredWebhook", Doc::new().with("uuid", triggered.uuid.clone()))
        .link("self", Link::to(links.this()));
    let doc = match name(&triggered) {
        Some(_) => doc.link("pb:webhook", Link::to(links.at(&["webhooks", &triggered.webhook_uuid]))),
        None => doc,
    };
    Ok(Hal::from(doc).into_response())
}
