//! Deployed and released versions.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use intact_pact_model::json::Json;
use uuid::Uuid;

use crate::api::environments;
use crate::api::extract::{Path, Query, Submission};
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::{AcceptsHal, JSON, MERGE_PATCH};
use crate::api::problem::ApiError;
use crate::api::validation::{Checked, FieldErrors, TextRule};
use crate::app::App;
use crate::domain::deployment::{DeployedVersion, ReleasedVersion};
use crate::domain::environment::Environment;
use crate::operations::record_deployment::{record_deployment, record_release};
use crate::store::ReadTx;

fn deployed_item(deployed: &DeployedVersion, links: &Links) -> Doc {
    Doc::new()
        .with("uuid", deployed.uuid.clone())
        .with("currentlyDeployed", deployed.is_current)
        .maybe("target", deployed.target.clone())
        .maybe("applicationInstance", deployed.target.clone())
        .maybe("undeployedAt", deployed.undeployed_at)
        .with("createdAt", deployed.created_at)
        .link("self", Link::to(links.deployed_version(&deployed.uuid)))
}

fn released_item(released: &ReleasedVersion, links: &Links) -> Doc {
    Doc::new()
        .with("uuid", released.uuid.clone())
        .with("currentlySupported", released.support_ended_at.is_none())
        .with("createdAt", released.created_at)
        .maybe("updatedAt", (released.updated_at != released.created_at).then_some(released.updated_at))
        .maybe("supportEndedAt", released.support_ended_at)
        .link("self", Link::to(links.released_version(&released.uuid)))
}

fn with_names(item: Doc, pacticipant: &str, number: &str, links: &Links) -> Doc {
    let owner = Doc::new().with("name", pacticipant.to_owned()).link("self", Link::to(links.pacticipant(pacticipant)));
    let version = Doc::new().with("number", number.to_owned()).link("self", links.version_link(pacticipant, number));
    item.embed("pacticipant", owner).embed("version", version)
}

fn deployed_document(deployed: &DeployedVersion, environment: &Environment, links: &Links) -> Doc {
    with_names(deployed_item(deployed, links), &deployed.pacticipant, &deployed.number, links)
        .embed("environment", environments::document(environment, links))
}

fn released_document(released: &ReleasedVersion, environment: &Environment, links: &Links) -> Doc {
    with_names(released_item(released, links), &released.pacticipant, &released.number, links)
        .embed("environment", environments::document(environment, links))
}

/// `GET /deployed-versions/{uuid}`
pub(crate) async fn show_deployed(
    _: AcceptsHal,
    Path(uuid): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let deployed = db.deployments().find_deployed(&uuid).await?.ok_or(ApiError::NotFound)?;
    let environment = db.environments().find(&deployed.environment_uuid).await?.ok_or(ApiError::NotFound)?;
    Ok(deployed_document(&deployed, &environment, &links).into())
}

/// `GET /pacticipants/{pacticipant}/versions/{version}/deployed-versions/environment/{environment}`
pub(crate) async fn list_deployed(
    _: AcceptsHal,
    Path((pacticipant, number, environment)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let environment = db.environments().find(&environment).await?.ok_or(ApiError::NotFound)?;
    let version = db.versions().find(&pacticipant, &number).await?.ok_or(ApiError::NotFound)?;
    let deployed = db.deployments().deployed_to(environment.id, version.id).await?;
    let title =
        format!("Deployed versions for {pacticipant} version {number} in environment {}", environment.shown_name());
    let doc = Doc::new()
        .embed("deployedVersions", list(deployed.iter().map(|deployed| deployed_item(deployed, &links))))
        .link("self", Link::to(links.this()).title(title));
    Ok(doc.into())
}

/// `POST /pacticipants/{pacticipant}/versions/{version}/deployed-versions/environment/{environment}`
pub(crate) async fn record_deployed(
    State(app): State<App>,
    Path((pacticipant, number, environment)): Path<(String, String, String)>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    let target = {
        let object = body.object_if_json()?;
        let mut checked = Checked::new(&object);
        let instance = checked.text("applicationInstance", TextRule::OPTIONAL.single_line());
        let target = checked.text("target", TextRule::OPTIONAL.single_line());
        if !checked.errors.is_empty() {
            return Err(checked.errors.into());
        }
        instance.or(target)
    };
    body.accepts_hal()?;
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&pacticipant]).await?;
    let environment = tx.environments().find(&environment).await?.ok_or(ApiError::NotFound)?;
    let version = tx.versions().find(&pacticipant, &number).await?.ok_or(ApiError::NotFound)?;
    body.is_one_of(&[JSON])?;
    let now = app.now();
    let uuid = Uuid::now_v7().to_string();
    let uuid = record_deployment(&mut tx, &uuid, environment.id, &version, target.as_deref(), false, now).await?;
    let deployed = tx.deployments().find_deployed(&uuid).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    let doc = Hal::from(deployed_document(&deployed, &environment, &links));
    Ok((StatusCode::CREATED, [(LOCATION, links.deployed_version(&uuid))], doc).into_response())
}

/// What a patch asks of a flag that can only be set to false.
fn asked_to_end(body: &Submission, field: &'static str) -> Result<bool, ApiError> {
    let object = body.object_if_json()?;
    match object.get(field) {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(false)) => Ok(true),
        Some(Json::Bool(true)) => {
            let text = format!("The {field} property cannot be set back to true. Please record a new deployment.");
            Err(ApiError::Unprocessable(FieldErrors::one(field, text)))
        }
        Some(_) => Err(FieldErrors::one(field, "must be boolean").into()),
    }
}

/// `PATCH /deployed-versions/{uuid}`
pub(crate) async fn patch_deployed(
    State(app): State<App>,
    Path(uuid): Path<String>,
    links: Links,
    body: Submission,
) -> Result<Hal, ApiError> {
    let ends = asked_to_end(&body, "currentlyDeployed");
    body.accepts_hal()?;
    let mut tx = app.store().write().await?;
    let deployed = tx.deployments().find_deployed(&uuid).await?.ok_or(ApiError::NotFound)?;
    let environment = tx.environments().find(&deployed.environment_uuid).await?.ok_or(ApiError::NotFound)?;
    body.is_one_of(&[MERGE_PATCH])?;
    if ends? {
        let now = app.now();
        tx.pacticipants().lock(&[&deployed.pacticipant]).await?;
        let owner = tx.pacticipants().find(&deployed.pacticipant).await?.ok_or(ApiError::NotFound)?;
        tx.deployments().undeploy(&uuid, now).await?;
        tx.deployments().set_present(environment.id, owner.id).await?;
    }
    let deployed = tx.deployments().find_deployed(&uuid).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    Ok(deployed_document(&deployed, &environment, &links).into())
}

/// `GET /environments/{uuid}/deployed-versions/currently-deployed`
pub(crate) async fn currently_deployed(
    _: AcceptsHal,
    Path(uuid): Path<String>,
    query: Query,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let environment = db.environments().find(&uuid).await?.ok_or(ApiError::NotFound)?;
    let target = query.get("applicationInstance").or_else(|| query.get("target"));
    let deployed = db.deployments().currently_deployed(environment.id, query.get("pacticipant"), target).await?;
    let item = |deployed: &DeployedVersion| {
        with_names(deployed_item(deployed, &links), &deployed.pacticipant, &deployed.number, &links)
    };
    let title = format!("Currently deployed versions for {}", environment.shown_name());
    let doc = Doc::new()
        .embed("deployedVersions", list(deployed.iter().map(item)))
        .link("self", Link::to(links.this_with_query()).title(title));
    Ok(doc.into())
}

/// `GET /released-versions/{uuid}`
pub(crate) async fn show_released(
    _: AcceptsHal,
    Path(uuid): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let released = db.deployments().find_released(&uuid).await?.ok_or(ApiError::NotFound)?;
    let environment = db.environments().find(&released.environment_uuid).await?.ok_or(ApiError::NotFound)?;
    Ok(released_document(&released, &environment, &links).into())
}

/// `GET /pacticipants/{pacticipant}/versions/{version}/released-versions/environment/{environment}`
pub(crate) async fn list_released(
    _: AcceptsHal,
    Path((pacticipant, number, environment)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let environment = db.environments().find(&environment).await?.ok_or(ApiError::NotFound)?;
    let version = db.versions().find(&pacticipant, &number).await?.ok_or(ApiError::NotFound)?;
    let released = db.deployments().released_to(environment.id, version.id).await?;
    let title = format!("Released versions for {pacticipant} version {number} in {}", environment.shown_name());
    let doc = Doc::new()
        .embed("releasedVersions", list(released.iter().map(|released| released_item(released, &links))))
        .link("self", Link::to(links.this()).title(title));
    Ok(doc.into())
}

/// `POST /pacticipants/{pacticipant}/versions/{version}/released-versions/environment/{environment}`
pub(crate) async fn record_released(
    State(app): State<App>,
    Path((pacticipant, number, environment)): Path<(String, String, String)>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    body.object_if_json()?;
    body.accepts_hal()?;
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&pacticipant]).await?;
    let environment = tx.environments().find(&environment).await?.ok_or(ApiError::NotFound)?;
    let version = tx.versions().find(&pacticipant, &number).await?.ok_or(ApiError::NotFound)?;
    body.is_one_of(&[JSON])?;
    let now = app.now();
    let uuid = Uuid::now_v7().to_string();
    let is_new = record_release(&mut tx, &uuid, environment.id, &version, now).await?;
    let released = tx.deployments().released_to(environment.id, version.id).await?;
    let released = released.into_iter().next().ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    let doc = Hal::from(released_document(&released, &environment, &links));
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, [(LOCATION, links.released_version(&released.uuid))], doc).into_response())
}

/// `PATCH /released-versions/{uuid}`
pub(crate) async fn patch_released(
    State(app): State<App>,
    Path(uuid): Path<String>,
    links: Links,
    body: Submission,
) -> Result<Hal, ApiError> {
    let ends = asked_to_end(&body, "currentlySupported");
    body.accepts_hal()?;
    let mut tx = app.store().write().await?;
    let released = tx.deployments().find_released(&uuid).await?.ok_or(ApiError::NotFound)?;
    let environment = tx.environments().find(&released.environment_uuid).await?.ok_or(ApiError::NotFound)?;
    body.is_one_of(&[MERGE_PATCH])?;
    if ends? {
        let now = app.now();
        tx.pacticipants().lock(&[&released.pacticipant]).await?;
        let owner = tx.pacticipants().find(&released.pacticipant).await?.ok_or(ApiError::NotFound)?;
        tx.deployments().set_support_ended(&uuid, Some(now), now).await?;
        tx.deployments().set_present(environment.id, owner.id).await?;
    }
    let released = tx.deployments().find_released(&uuid).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    Ok(released_document(&released, &environment, &links).into())
}

/// `GET /environments/{uuid}/released-versions/currently-supported`
pub(crate) async fn currently_supported(
    _: AcceptsHal,
    Path(uuid): Path<String>,
    query: Query,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let environment = db.environments().find(&uuid).await?.ok_or(ApiError::NotFound)?;
    let (pacticipant, number) = (query.get("pacticipant"), query.get("version"));
    let released = db.deployments().currently_supported(environment.id, pacticipant, number).await?;
    let item = |released: &ReleasedVersion| {
        with_names(released_item(released, &links), &released.pacticipant, &released.number, &links)
    };
    let title = format!("Currently supported versions in {}", environment.shown_name());
    let doc = Doc::new()
        .embed("releasedVersions", list(released.iter().map(item)))
        .link("self", Link::to(links.this_with_query()).title(title));
    Ok(doc.into())
}

#[cfg(test)]
mod tests;
