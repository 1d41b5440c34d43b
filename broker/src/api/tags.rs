//! Tags of versions: `/pacticipants/{pacticipant}/versions/{version}/tags/{tag}`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;

use crate::api::extract::{Path, Submission};
use crate::api::hal::{Doc, Hal, Link};
use crate::api::links::Links;
use crate::api::negotiate::{AcceptsHal, JSON};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::domain::version::Tag;
use crate::operations::tag_version::tag_version;
use crate::store::ReadTx;

fn document(pacticipant: &str, number: &str, tag: &Tag, links: &Links) -> Doc {
    let href = links.tag(pacticipant, number, &tag.name);
    Doc::new()
        .with("name", tag.name.clone())
        .with("createdAt", tag.created_at)
        .link("self", Link::to(href).title("Tag").name(tag.name.clone()))
        .link("version", links.version_link(pacticipant, number))
        .link("pacticipant", Link::to(links.pacticipant(pacticipant)).title("Pacticipant").name(pacticipant))
}

/// `GET`
pub(crate) async fn show(
    _: AcceptsHal,
    Path((pacticipant, number, tag)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let tag = db.tags().find(&pacticipant, &number, &tag).await?.ok_or(ApiError::NotFound)?;
    Ok(document(&pacticipant, &number, &tag, &links).into())
}

/// `PUT`: creates whatever is missing.
pub(crate) async fn put(
    State(app): State<App>,
    Path((pacticipant, number, tag)): Path<(String, String, String)>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    body.object_if_json()?;
    body.accepts_hal()?;
    body.is_one_of(&[JSON])?;
    let now = app.now();
    let mut tx = app.store().write().await?;
    let owner = tx.pacticipants().find_or_create(&pacticipant, now).await?;
    let (version, _) = tx.versions().find_or_create_implicitly(&owner, &number, now).await?;
    let is_new = tag_version(&mut tx, app.config(), &owner, &version, &tag, now).await?;
    let found = tx.tags().find(&pacticipant, &number, &tag).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    let doc = Hal::from(document(&pacticipant, &number, &found, &links));
    let location = links.tag(&pacticipant, &number, &tag);
    Ok(if is_new { (StatusCode::CREATED, [(LOCATION, location)], doc).into_response() } else { doc.into_response() })
}

/// `DELETE`
pub(crate) async fn delete(
    State(app): State<App>,
    _: AcceptsHal,
    Path((pacticipant, number, tag)): Path<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&pacticipant]).await?;
    let version = tx.versions().find(&pacticipant, &number).await?.ok_or(ApiError::NotFound)?;
    if !tx.tags().remove(&version, &tag).await? {
        return Err(ApiError::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
