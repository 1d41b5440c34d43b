//! Webhooks: `/webhooks…` and `C/webhooks`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use intact_pact_model::json::{Json, JsonValue};
use serde::Deserialize;

use crate::api::extract::{Path, Submission};
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::{AcceptsHal, JSON};
use crate::api::problem::ApiError;
use crate::api::validation::FieldErrors;
use crate::api::webhook_body::checked;
use crate::app::App;
use crate::domain::id::PacticipantId;
use crate::domain::webhook::{Party, Webhook, WebhookDefinition, WebhookRequest};
use crate::operations::trigger_webhooks::new_uuid;
use crate::store::ReadTx;
use crate::store::webhooks::WebhookScope;

const EXECUTE: &str = "Test the execution of the webhook with the latest matching pact or verification by sending a POST request to this URL";

/// A webhook with everything about it but its secrets.
fn document(webhook: &Webhook, links: &Links) -> Doc {
    let definition = &webhook.definition;
    let href = links.at(&["webhooks", &webhook.uuid]);
    let mut doc = Doc::new().with("uuid", webhook.uuid.clone()).with("description", definition.shown_name());
    for (role, party) in [("consumer", &definition.consumer), ("provider", &definition.provider)] {
        doc = doc.maybe(role, party.as_ref().map(shown_party));
    }
    doc = doc
        .with("enabled", definition.enabled)
        .with("request", shown_request(&definition.request))
        .with("events", list(definition.events.iter().map(|event| Doc::new().with("name", event.as_str()))))
        .maybe("createdAt", webhook.created_at)
        .maybe("updatedAt", webhook.updated_at)
        .link("self", Link::to(href.clone()).title(definition.shown_name()))
        .link("pb:execute", Link::to(format!("{href}/execute")).title(EXECUTE));
    let parties = [
        (&definition.consumer, "pb:consumer", "Consumer", "pb:consumers", "Consumers by label"),
        (&definition.provider, "pb:provider", "Provider", "pb:providers", "Providers by label"),
    ];
    for (party, one, title_of_one, some, title_of_some) in parties {
        doc = match party {
            None => doc,
            Some(Party::Name(name)) => {
                doc.link(one, Link::to(links.pacticipant(name)).title(title_of_one).name(name.clone()))
            }
            Some(Party::Label(label)) => {
                let href = links.at(&["pacticipants", "label", label]);
                doc.link(some, Link::to(href).title(title_of_some).name(label.clone()))
            }
        };
    }
    if let (Some(Party::Name(consumer)), Some(Party::Name(provider))) = (&definition.consumer, &definition.provider) {
        let href = links.at(&["webhooks", "provider", provider, "consumer", consumer]);
        let title = format!("All webhooks for consumer {consumer} and provider {provider}");
        doc = doc.link("pb:pact-webhooks", Link::to(href).title(title));
    }
    doc.link("pb:webhooks", Link::to(links.path("/webhooks")).title("All webhooks"))
}

fn shown_party(party: &Party) -> Doc {
    match party {
        Party::Name(name) => Doc::new().with("name", name.clone()),
        Party::Label(label) => Doc::new().with("label", label.clone()),
    }
}

fn shown_request(request: &WebhookRequest) -> Doc {
    let headers: Vec<(String, JsonValue)> =
        request.shown_headers().map(|(name, value)| (name.to_owned(), value.to_owned().into())).collect();
    Doc::new()
        .with("method", request.method.clone())
        .with("url", request.shown_url())
        .maybe("headers", (!headers.is_empty()).then(|| Json::object(headers)))
        .maybe("body", request.body.clone())
        .maybe("username", request.username.clone())
        .maybe("password", request.shown_password().map(str::to_owned))
}

async fn collection(db: &mut ReadTx, scope: WebhookScope, title: &str, links: &Links) -> Result<Hal, ApiError> {
    let webhooks = db.webhooks().list(scope).await?;
    let link = |webhook: &Webhook| {
        Link::to(links.at(&["webhooks", &webhook.uuid]))
            .title(webhook.definition.scope())
            .name(webhook.definition.shown_name())
    };
    let curie = Link::to(format!("{}/doc/webhooks-{{rel}}", links.base())).name("pb").templated();
    let doc = Doc::new()
        .link("self", Link::to(links.this()).title(title))
        .link("pb:create", Link::to(links.this()).title("POST to create a webhook"))
        .links("pb:webhooks", webhooks.iter().map(|stored| link(&stored.webhook)))
        .links("curies", [curie]);
    Ok(doc.into())
}

/// `GET /webhooks`
pub(crate) async fn index(_: AcceptsHal, mut db: ReadTx, links: Links) -> Result<Hal, ApiError> {
    collection(&mut db, WebhookScope::All, "Webhooks", &links).await
}

/// The pacticipants of an address that it names; what it does not name is nothing.
async fn found(
    db: &mut ReadTx,
    consumer: Option<&str>,
    provider: Option<&str>,
) -> Result<(Option<PacticipantId>, Option<PacticipantId>), ApiError> {
    let consumer = match consumer {
        Some(name) => Some(db.pacticipants().find(name).await?.ok_or_else(|| ApiError::no_consumer(name))?.id),
        None => None,
    };
    let provider = match provider {
        Some(name) => Some(db.pacticipants().find(name).await?.ok_or_else(|| ApiError::no_provider(name))?.id),
        None => None,
    };
    Ok((consumer, provider))
}

/// Whose webhooks an address is about.
#[derive(Debug, Deserialize)]
pub(crate) struct Scope {
    consumer: Option<String>,
    provider: Option<String>,
}

async fn listed(db: &mut ReadTx, scope: &Scope, title: &str, links: &Links) -> Result<Hal, ApiError> {
    let (consumer, provider) = found(db, scope.consumer.as_deref(), scope.provider.as_deref()).await?;
    collection(db, WebhookScope::Exactly(consumer, provider), title, links).await
}

/// `GET /webhooks/provider/{provider}`, `/webhooks/consumer/{consumer}` and `/webhooks/provider/{provider}/consumer/{consumer}`
pub(crate) async fn in_scope(
    _: AcceptsHal,
    Path(scope): Path<Scope>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    listed(&mut db, &scope, "Webhooks", &links).await
}

/// `GET C/webhooks`
pub(crate) async fn of_pact(
    _: AcceptsHal,
    Path(scope): Path<Scope>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    listed(&mut db, &scope, "Pact webhooks", &links).await
}

/// `GET /webhooks/{uuid}`
pub(crate) async fn show(
    _: AcceptsHal,
    Path(uuid): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let stored = db.webhooks().find(&uuid).await?.ok_or(ApiError::NotFound)?;
    Ok(document(&stored.webhook, &links).into())
}

/// `POST /webhooks`
pub(crate) async fn create(State(app): State<App>, links: Links, body: Submission) -> Result<Response, ApiError> {
    created(&app, (None, None), &links, body).await
}

/// `POST` to the address of a scope.
pub(crate) async fn create_in_scope(
    State(app): State<App>,
    Path(scope): Path<Scope>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    created(&app, (scope.consumer.as_deref(), scope.provider.as_deref()), &links, body).await
}

async fn created(
    app: &App,
    (consumer, provider): (Option<&str>, Option<&str>),
    links: &Links,
    body: Submission,
) -> Result<Response, ApiError> {
    let mut new = checked(&body.object()?, app.config())?;
    // The names of the address are looked up below, with another answer for unknown ones.
    for (party, name) in [(&mut new.consumer, consumer), (&mut new.provider, provider)] {
        if name.is_some() {
            *party = None;
        }
    }
    let mut tx = app.store().write().await?;
    lock(&mut tx, &new, &[consumer, provider]).await?;
    let named = parties(&mut tx, &new).await?;
    body.accepts_hal()?;
    let scope = found(&mut tx, consumer, provider).await?;
    body.is_one_of(&[JSON])?;
    let uuid = new_uuid();
    tx.webhooks().create(&uuid, &new, (scope.0.or(named.0), scope.1.or(named.1)), app.now()).await?;
    let stored = tx.webhooks().find(&uuid).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    let doc = Hal::from(document(&stored.webhook, links));
    Ok((StatusCode::CREATED, [(LOCATION, links.at(&["webhooks", &uuid]))], doc).into_response())
}

/// Keeps the pacticipants that a webhook refers to from being deleted meanwhile.
async fn lock(tx: &mut ReadTx, new: &WebhookDefinition, others: &[Option<&str>]) -> Result<(), ApiError> {
    let named = [&new.consumer, &new.provider].into_iter().filter_map(|party| match party {
        Some(Party::Name(name)) => Some(name.as_str()),
        Some(Party::Label(_)) | None => None,
    });
    let names: Vec<&str> = named.chain(others.iter().copied().flatten()).collect();
    Ok(tx.pacticipants().lock(&names).await?)
}

/// The pacticipants that a webhook names.
pub(crate) async fn parties(
    db: &mut ReadTx,
    new: &WebhookDefinition,
) -> Result<(Option<PacticipantId>, Option<PacticipantId>), ApiError> {
    let mut errors = FieldErrors::new();
    let mut ids = [None, None];
    for (id, (role, party)) in ids.iter_mut().zip([("consumer", &new.consumer), ("provider", &new.provider)]) {
        let Some(Party::Name(name)) = party else { continue };
        *id = db.pacticipants().find(name).await?.map(|pacticipant| pacticipant.id);
        if id.is_none() {
            errors.add(format!("{role}.name"), "does not match an existing pacticipant");
        }
    }
    if errors.is_empty() { Ok(ids.into()) } else { Err(errors.into()) }
}

/// `PUT /webhooks/{uuid}`: replaces everything but secrets that are not told, or creates.
pub(crate) async fn put(
    State(app): State<App>,
    Path(uuid): Path<String>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    if !body.says_json() {
        body.accepts_hal()?;
        return Err(ApiError::UnsupportedMediaType);
    }
    let mut new = match (uuid_fault(&uuid), checked(&body.object()?, app.config())) {
        (None, Ok(new)) => new,
        (Some(fault), Ok(_)) => return Err(FieldErrors::one("uuid", fault).into()),
        (fault, Err(mut errors)) => {
            if let Some(fault) = fault {
                errors.add("uuid", fault);
            }
            return Err(errors.into());
        }
    };
    let mut tx = app.store().write().await?;
    lock(&mut tx, &new, &[]).await?;
    let named = parties(&mut tx, &new).await?;
    body.accepts_hal()?;
    body.is_one_of(&[JSON])?;
    let status = if let Some(stored) = tx.webhooks().find(&uuid).await? {
        new.request.keep_secrets_of(&stored.webhook.definition.request);
        // Told apart from the creation, whose moment it may have.
        let now = stored.webhook.created_at.map_or(app.now(), |created_at| app.now().max(created_at.next()));
        tx.webhooks().replace(stored.id, &new, named, now).await?;
        StatusCode::OK
    } else {
        tx.webhooks().create(&uuid, &new, named, app.now()).await?;
        StatusCode::CREATED
    };
    let stored = tx.webhooks().find(&uuid).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    Ok((status, Hal::from(document(&stored.webhook, &links))).into_response())
}

fn uuid_fault(uuid: &str) -> Option<&'static str> {
    let fits = uuid.len() >= 16 && uuid.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
    (!fits).then_some(
        "The UUID can only contain the characters A-Z, a-z, 0-9, _ and -, and must be 16 or more characters.",
    )
}

/// `DELETE /webhooks/{uuid}`
pub(crate) async fn delete(
    State(app): State<App>,
    _: AcceptsHal,
    Path(uuid): Path<String>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    if !tx.webhooks().delete(&uuid).await? {
        return Err(ApiError::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
