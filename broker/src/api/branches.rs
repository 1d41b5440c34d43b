//! Branches and the versions on them: `/pacticipants/{pacticipant}/branches…`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;

use crate::api::extract::{Path, Query, Submission};
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::{AcceptsHal, JSON};
use crate::api::page::{DEFAULT_SIZE, Page, Paging, bounds};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::domain::version::{Branch, BranchVersion};
use crate::operations::tag_version::add_to_branch;
use crate::store::ReadTx;

fn document(pacticipant: &str, branch: &Branch, links: &Links) -> Doc {
    let href = links.branch(pacticipant, &branch.name);
    let latest = Link::to(format!("{href}/latest-version")).title("Latest version for branch");
    Doc::new()
        .with("name", branch.name.clone())
        .with("createdAt", branch.created_at)
        .maybe("updatedAt", (branch.updated_at != branch.created_at).then_some(branch.updated_at))
        .link("self", Link::to(href).title("Branch"))
        .link("pb:latest-version", latest)
}

/// `GET /pacticipants/{pacticipant}/branches`
pub(crate) async fn index(
    _: AcceptsHal,
    Paging(page): Paging,
    Path(pacticipant): Path<String>,
    query: Query,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let owner = db.pacticipants().find(&pacticipant).await?.ok_or_else(|| ApiError::no_pacticipant(&pacticipant))?;
    let page = page.unwrap_or(Page { number: 1, size: DEFAULT_SIZE });
    let (branches, total) = db.branches().list(owner.id, query.get("q"), bounds(Some(page))).await?;
    let to = |branch: &Branch| Link::to(links.branch(&pacticipant, &branch.name)).name(branch.name.clone());
    let doc = Doc::new()
        .embed("branches", list(branches.iter().map(|branch| document(&pacticipant, branch, &links))))
        .link("self", Link::to(links.this_with_query()).title(format!("{pacticipant} branches")))
        .links("pb:branches", branches.iter().map(to));
    Ok(page.describe(doc, total, &links).into())
}

/// `DELETE /pacticipants/{pacticipant}/branches?exclude[]=…`: all but the main branch and the named ones.
pub(crate) async fn delete_all(
    State(app): State<App>,
    _: AcceptsHal,
    Path(pacticipant): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&pacticipant]).await?;
    let owner = tx.pacticipants().find(&pacticipant).await?.ok_or_else(|| ApiError::no_pacticipant(&pacticipant))?;
    let (mut branches, _) = tx.branches().list(owner.id, None, bounds(None)).await?;
    // Told least recently updated first.
    branches.reverse();
    let keeps = |branch: &Branch| {
        owner.main_branch.as_ref() == Some(&branch.name) || query.list("exclude").any(|name| name == branch.name)
    };
    let (kept, gone): (Vec<Branch>, Vec<Branch>) = branches.into_iter().partition(keeps);
    for branch in &gone {
        tx.branches().delete(branch.id).await?;
    }
    tx.commit().await?;
    let kept: Vec<&str> = kept.iter().map(|branch| branch.name.as_str()).collect();
    let text = format!(
        "Scheduled deletion of {} branches for pacticipant {pacticipant}. Remaining branches are: {}",
        gone.len(),
        kept.join(", ")
    );
    let notice = Doc::new().with("type", "success").with("text", text);
    Ok((StatusCode::ACCEPTED, Hal::from(Doc::new().with("notices", list([notice])))).into_response())
}

/// `GET /pacticipants/{pacticipant}/branches/{branch}`
pub(crate) async fn show(
    _: AcceptsHal,
    Path((pacticipant, branch)): Path<(String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let branch = db.branches().find(&pacticipant, &branch).await?.ok_or(ApiError::NotFound)?;
    Ok(document(&pacticipant, &branch, &links).into())
}

/// `DELETE /pacticipants/{pacticipant}/branches/{branch}`
pub(crate) async fn delete(
    State(app): State<App>,
    _: AcceptsHal,
    Path((pacticipant, branch)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&pacticipant]).await?;
    let branch = tx.branches().find(&pacticipant, &branch).await?.ok_or(ApiError::NotFound)?;
    tx.branches().delete(branch.id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn version_document(pacticipant: &str, branch_version: &BranchVersion, links: &Links) -> Doc {
    let BranchVersion { branch, number, created_at, .. } = branch_version;
    let href = links.branch_version(pacticipant, branch, number);
    Doc::new()
        .with("createdAt", *created_at)
        .link("self", Link::to(href).title("Branch version"))
        .link("pb:branch", Link::to(links.branch(pacticipant, branch)).title("Branch").name(branch.clone()))
        .link("pb:version", links.version_link(pacticipant, number))
}

/// `GET /pacticipants/{pacticipant}/branches/{branch}/versions/{version}`
pub(crate) async fn show_version(
    _: AcceptsHal,
    Path((pacticipant, branch, number)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let found = db.branches().version(&pacticipant, &branch, &number).await?.ok_or(ApiError::NotFound)?;
    Ok(version_document(&pacticipant, &found, &links).into())
}

/// `PUT /pacticipants/{pacticipant}/branches/{branch}/versions/{version}`: creates whatever is missing.
pub(crate) async fn put_version(
    State(app): State<App>,
    Path((pacticipant, branch, number)): Path<(String, String, String)>,
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
    let is_new = add_to_branch(&mut tx, app.config(), &owner, &version, &branch, now).await?;
    let found = tx.branches().version(&pacticipant, &branch, &number).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    let doc = Hal::from(version_document(&pacticipant, &found, &links));
    let location = links.branch_version(&pacticipant, &branch, &number);
    Ok(if is_new { (StatusCode::CREATED, [(LOCATION, location)], doc).into_response() } else { doc.into_response() })
}

/// `DELETE /pacticipants/{pacticipant}/branches/{branch}/versions/{version}`
pub(crate) async fn delete_version(
    State(app): State<App>,
    _: AcceptsHal,
    Path((pacticipant, branch, number)): Path<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&pacticipant]).await?;
    let found = tx.branches().version(&pacticipant, &branch, &number).await?.ok_or(ApiError::NotFound)?;
    let branch = tx.branches().find(&pacticipant, &branch).await?.ok_or(ApiError::NotFound)?;
    tx.branches().remove_version(branch.id, found.version_id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
