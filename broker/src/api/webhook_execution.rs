//! Trying a webhook out: `/webhooks/{uuid}/execute` and `/webhooks/execute`.

use axum::extract::State;
use intact_pact_model::json::{Json, JsonValue};
use url::Url;

use crate::api::extract::{Path, Submission};
use crate::api::hal::{Doc, Hal, Link};
use crate::api::links::Links;
use crate::api::negotiate::JSON;
use crate::api::problem::ApiError;
use crate::api::webhook_body::checked;
use crate::api::webhooks::parties;
use crate::app::App;
use crate::correlation;
use crate::domain::webhook::WebhookDefinition;
use crate::domain::webhook_template::EventContext;
use crate::operations::trigger_webhooks::{Publisher, context_of_publication, context_of_verification};
use crate::store::{ReadTx, StoreError};
use crate::webhooks::attempt::{About, Attempt, attempt};

/// `POST /webhooks/{uuid}/execute`: the body is not looked at.
pub(crate) async fn execute(
    State(app): State<App>,
    Path(uuid): Path<String>,
    links: Links,
    body: Submission,
) -> Result<Hal, ApiError> {
    body.accepts_hal()?;
    let stored = app.store().read().await?.webhooks().find(&uuid).await?.ok_or(ApiError::NotFound)?;
    body.is_one_of(&[JSON])?;
    tried(&app, &uuid, &stored.webhook.definition, &links).await
}

/// `POST /webhooks/execute`: the body is a webhook, which is not stored.
pub(crate) async fn try_out(State(app): State<App>, links: Links, body: Submission) -> Result<Hal, ApiError> {
    let definition = checked(&body.object()?, app.config())?;
    parties(&mut app.store().read().await?, &definition).await?;
    body.accepts_hal()?;
    body.is_one_of(&[JSON])?;
    tried(&app, "", &definition, &links).await
}

async fn tried(app: &App, uuid: &str, definition: &WebhookDefinition, links: &Links) -> Result<Hal, ApiError> {
    let mut db = app.store().read().await?;
    let context = context(&mut db, definition, links.base()).await?;
    // Nobody waits for a receiver with a transaction open.
    drop(db);
    let logged_context = EventContext::new(links.base(), "test").to_json();
    let correlation_id = correlation::current();
    let about =
        About { uuid, context: &context, logged_context: &logged_context, correlation_id: correlation_id.as_deref() };
    let mut attempt = attempt(app, &definition.request, about).await;
    if !attempt.success {
        attempt.log.line("INFO", "Webhook execution failed");
    }
    let webhook = (!uuid.is_empty()).then(|| Link::to(links.at(&["webhooks", uuid])));
    let mut doc = document(&attempt, !app.config().webhook_host_whitelist.is_empty(), links);
    if let Some(webhook) = webhook {
        doc = doc.link("webhook", webhook);
    }
    Ok(doc.link("try-again", Link::to(links.this()).title("Execute the webhook again")).into())
}

/// The values of the latest pact, and the latest result if the webhook listens to results, that the webhook is about; words
/// in their place if there are none.
async fn context(db: &mut ReadTx, definition: &WebhookDefinition, base_url: &str) -> Result<EventContext, StoreError> {
    let Some(pact) = db.webhooks().latest_pact(definition).await? else { return Ok(placeholders(base_url)) };
    let of_results = definition.events.iter().any(|event| event.is_of_verification());
    let verification = if of_results { db.verifications().latest(pact.pact_content_id).await? } else { None };
    let mut context = if let Some(verification) = &verification {
        context_of_verification(db, verification, &pact, base_url).await?
    } else {
        let publisher = Publisher { base_url, branch: None, build_url: None };
        context_of_publication(db, &pact, &publisher).await?
    };
    context.set("event_name", "test");
    Ok(context)
}

fn placeholders(base_url: &str) -> EventContext {
    let mut context = EventContext::new(base_url, "test");
    for (name, value) in [
        ("consumer_name", "placeholder-consumer"),
        ("provider_name", "placeholder-provider"),
        ("consumer_version_number", "1"),
        ("provider_version_number", "1"),
    ] {
        context.set(name, value);
    }
    context.set_statuses(None);
    context
}

fn document(attempt: &Attempt, open: bool, links: &Links) -> Doc {
    let url = Url::parse(&attempt.request.url).map_or_else(
        |_| attempt.request.url.clone(),
        |url| url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())),
    );
    let headers = |pairs: Vec<(&str, &str)>| {
        let mut shown = intact_pact_model::json::Object::new();
        for (name, value) in pairs {
            shown.insert(name.to_owned(), value.to_owned());
        }
        Json::Object(shown)
    };
    let sent = attempt.request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let request = Doc::new()
        .with("headers", headers(sent))
        .maybe("body", attempt.request.body.as_deref().map(shown_body))
        .with("url", url);
    let doc = Doc::new().with("request", request);
    let doc = match &attempt.result {
        Ok(received) if open => doc.with(
            "response",
            Doc::new()
                .with("status", received.status.as_u16())
                .with("headers", headers(received.shown_headers().collect()))
                .with("body", shown_body(&received.body)),
        ),
        Err(error) if open => doc.with("error", Doc::new().with("message", error.to_string())),
        Ok(_) | Err(_) => {
            let text = format!(
                "For security purposes, the response details are not shown. To enable them, configure the \
                 webhook_host_whitelist property. See {}/doc/webhooks#whitelist for more information.",
                links.base()
            );
            doc.with("message", text)
        }
    };
    doc.with("logs", attempt.log.text()).with("success", attempt.success)
}

/// A body as JSON if it is some, else as text.
fn shown_body(body: &str) -> JsonValue {
    Json::parse_owned(body.as_bytes()).unwrap_or_else(|_| body.to_owned().into())
}
