//! Environments: `/environments…`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use intact_pact_model::json::{Json, Object};
use uuid::Uuid;

use crate::api::extract::{Path, Query, Submission};
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::{AcceptsHal, JSON};
use crate::api::problem::ApiError;
use crate::api::validation::{Checked, FieldErrors, IS_MISSING, TextRule};
use crate::app::App;
use crate::domain::environment::{Environment, NewEnvironment};
use crate::domain::pacticipant::display_name_of;
use crate::store::ReadTx;

/// An environment as the matrix embeds it: without contacts and with only its own link.
pub(crate) fn brief(environment: &Environment, links: &Links) -> Doc {
    Doc::new()
        .with("uuid", environment.uuid.clone())
        .with("name", environment.name.clone())
        .maybe("displayName", environment.display_name.clone())
        .with("production", environment.production)
        .with("createdAt", environment.created_at)
        .maybe("updatedAt", (environment.updated_at != environment.created_at).then_some(environment.updated_at))
        .link(
            "self",
            Link::to(links.environment(&environment.uuid)).title("Environment").name(environment.name.clone()),
        )
}

/// An environment with everything about it.
pub(crate) fn document(environment: &Environment, links: &Links) -> Doc {
    let href = links.environment(&environment.uuid);
    let shown = environment.shown_name();
    let contacts = environment
        .contacts
        .as_deref()
        .and_then(|contacts| Json::parse(contacts.as_bytes()).ok())
        .map(Json::into_owned);
    brief(environment, links)
        .maybe("contacts", contacts)
        .link(
            "pb:currently-deployed-deployed-versions",
            Link::to(format!("{href}/deployed-versions/currently-deployed"))
                .title(format!("Versions currently deployed to {shown} environment")),
        )
        .link(
            "pb:currently-supported-released-versions",
            Link::to(format!("{href}/released-versions/currently-supported"))
                .title(format!("Versions released and supported in {shown} environment")),
        )
        .link("pb:environments", Link::to(links.path("/environments")).title("Environments"))
}

/// `GET /environments`
pub(crate) async fn index(_: AcceptsHal, query: Query, mut db: ReadTx, links: Links) -> Result<Hal, ApiError> {
    let mut environments = db.environments().list().await?;
    if let Some(name) = query.get("name") {
        environments.retain(|environment| environment.name == name);
    }
    let link = |environment: &Environment| {
        Link::to(links.environment(&environment.uuid)).title("Environment").name(environment.name.clone())
    };
    let doc = Doc::new()
        .embed("environments", list(environments.iter().map(|environment| document(environment, &links))))
        .link("self", Link::to(links.this()).title("Environments"))
        .links("pb:environments", environments.iter().map(link));
    Ok(doc.into())
}

/// `GET /environments/{uuid}`
pub(crate) async fn show(
    _: AcceptsHal,
    Path(uuid): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let environment = db.environments().find(&uuid).await?.ok_or(ApiError::NotFound)?;
    Ok(document(&environment, &links).into())
}

/// `POST /environments`
pub(crate) async fn create(State(app): State<App>, links: Links, body: Submission) -> Result<Response, ApiError> {
    let (new, errors) = checked(&body.object()?);
    let mut tx = app.store().write().await?;
    let taken = match &new.name {
        name if name.is_empty() => false,
        name => tx.environments().find_by_name(name).await?.is_some(),
    };
    refuse(errors, taken, &new)?;
    body.accepts_hal()?;
    body.is_one_of(&[JSON])?;
    let uuid = Uuid::now_v7().to_string();
    let environment = tx.environments().create(&uuid, &new, app.now()).await?;
    let Some(environment) = environment else { return Err(name_is_taken(&new.name).into()) };
    tx.commit().await?;
    let doc = Hal::from(document(&environment, &links));
    Ok((StatusCode::CREATED, [(LOCATION, links.environment(&uuid))], doc).into_response())
}

/// `PUT /environments/{uuid}`: replaces everything; does not create.
pub(crate) async fn replace(
    State(app): State<App>,
    Path(uuid): Path<String>,
    links: Links,
    body: Submission,
) -> Result<Hal, ApiError> {
    let (new, errors) = checked(&body.object_if_json()?);
    let mut tx = app.store().write().await?;
    let namesake = tx.environments().find_by_name(&new.name).await?;
    let errors = if body.says_json() { errors } else { FieldErrors::new() };
    refuse(errors, namesake.is_some_and(|namesake| namesake.uuid != uuid), &new)?;
    body.accepts_hal()?;
    if tx.environments().find(&uuid).await?.is_none() {
        return Err(ApiError::NotFound);
    }
    body.is_one_of(&[JSON])?;
    tx.environments().replace(&uuid, &new, app.now()).await?;
    let environment = tx.environments().find(&uuid).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    Ok(document(&environment, &links).into())
}

/// `DELETE /environments/{uuid}`
pub(crate) async fn delete(
    State(app): State<App>,
    _: AcceptsHal,
    Path(uuid): Path<String>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    if !tx.environments().delete(&uuid).await? {
        return Err(ApiError::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn name_is_taken(name: &str) -> FieldErrors {
    FieldErrors::one("name", format!("name '{name}' is already used by an existing environment."))
}

fn refuse(mut errors: FieldErrors, taken: bool, new: &NewEnvironment) -> Result<(), FieldErrors> {
    if taken && !errors.has("name", None, None) {
        for error in name_is_taken(&new.name).iter() {
            errors.add(error.field.clone(), error.text.clone());
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn checked(object: &Object<'_>) -> (NewEnvironment, FieldErrors) {
    let mut checked = Checked::new(object);
    let name = checked.text("name", TextRule::REQUIRED.filled().not_blank().single_line().no_spaces());
    let display_name = checked.text("displayName", TextRule::OPTIONAL.single_line());
    let production = checked.boolean("production", "must be one of: true, false");
    let contacts = checked.array("contacts");
    for (index, contact) in contacts.unwrap_or_default().iter().enumerate() {
        let Json::Object(contact) = contact else {
            checked.errors.add_at("contacts", index, "must be a hash");
            continue;
        };
        match contact.get("name") {
            None => checked.errors.add_property("contacts", index, "name", IS_MISSING),
            name => {
                for fault in TextRule::REQUIRED.filled().single_line().check(name).err().unwrap_or_default() {
                    checked.errors.add_property("contacts", index, "name", fault);
                }
            }
        }
        if contact.get("details").is_some_and(|details| !matches!(details, Json::Object(_) | Json::Null)) {
            checked.errors.add_property("contacts", index, "details", "must be a hash");
        }
    }
    let name = name.unwrap_or_default();
    let shown = display_name.filter(|shown| !shown.trim().is_empty()).unwrap_or_else(|| display_name_of(&name));
    let new = NewEnvironment {
        display_name: Some(shown),
        production: production.unwrap_or_default(),
        contacts: contacts.map(|contacts| Json::array(contacts.iter().cloned()).to_compact()),
        name,
    };
    (new, checked.errors)
}

#[cfg(test)]
mod tests;
