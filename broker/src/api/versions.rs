//! Versions: `/pacticipants/{pacticipant}/versions…` and the lists of them.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use intact_pact_model::json::{Json, Object};

use crate::api::extract::{Path, Submission};
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::{AcceptsHal, JSON, MERGE_PATCH};
use crate::api::page::{Page, Paging, bounds};
use crate::api::problem::ApiError;
use crate::api::validation::{Checked, FieldErrors, TextRule};
use crate::app::App;
use crate::domain::deployment::{DeployedVersion, ReleasedVersion};
use crate::domain::id::VersionId;
use crate::domain::version::{Tag, Version};
use crate::operations::delete_version::delete_version;
use crate::operations::update_version::{BuildUpdate, VersionUpdate, update_version};
use crate::store::ReadTx;
use crate::store::versions::VersionScope;

/// A branch of a version, as versions and the matrix embed it.
pub(crate) fn branch_version_item(
    pacticipant: &str,
    number: &str,
    (branch, is_head): (&str, bool),
    links: &Links,
) -> Doc {
    let link = Link::to(links.branch_version(pacticipant, branch, number)).title("Branch version").name(branch);
    Doc::new().with("name", branch.to_owned()).with("latest", is_head).link("self", link)
}

/// Rows of several versions, by version.
fn by_version<T>(rows: Vec<T>, version: impl Fn(&T) -> VersionId) -> HashMap<VersionId, Vec<T>> {
    let mut grouped: HashMap<VersionId, Vec<T>> = HashMap::new();
    for row in rows {
        grouped.entry(version(&row)).or_default().push(row);
    }
    grouped
}

/// Versions with their branches, tags and pacts, as lists embed them.
async fn documents(
    db: &mut ReadTx,
    pacticipant: &str,
    versions: &[Version],
    links: &Links,
) -> Result<Vec<Doc>, ApiError> {
    let ids: Vec<_> = versions.iter().map(|version| version.id).collect();
    let branches = by_version(db.branches().of_versions(&ids).await?, |branch| branch.version_id);
    let tags = by_version(db.tags().of_versions(&ids).await?, |tag| tag.version_id);
    let pacts = by_version(db.pacts().of_versions(&ids).await?, |pact| pact.version_id);
    let document = |version: &Version| {
        let number = &version.number;
        let branches = branches.get(&version.id).into_iter().flatten();
        let tags = tags.get(&version.id).into_iter().flatten().map(|tag: &Tag| {
            let link = Link::to(links.tag(pacticipant, number, &tag.name)).title("Tag").name(tag.name.clone());
            Doc::new().with("name", tag.name.clone()).link("self", link)
        });
        let pacts = pacts.get(&version.id).into_iter().flatten().map(|pact| {
            let href = links.pact(&pact.consumer, &pact.provider, &pact.number);
            Link::to(href).title("Pact").name(pact.name())
        });
        let href = links.version(pacticipant, number);
        Doc::new()
            .with("number", number.clone())
            .maybe("buildUrl", version.build_url.clone())
            .with("createdAt", version.created_at)
            .maybe("updatedAt", (version.updated_at != version.created_at).then_some(version.updated_at))
            .embed(
                "branchVersions",
                list(branches.map(|of| branch_version_item(pacticipant, &of.number, (&of.branch, of.is_head), links))),
            )
            .embed("tags", list(tags))
            .link("self", links.version_link(pacticipant, number))
            .link("pb:pacticipant", Link::to(links.pacticipant(pacticipant)).title("Pacticipant").name(pacticipant))
            .link(
                "pb:tag",
                Link::to(format!("{href}/tags/{{tag}}"))
                    .title("Get, create or delete a tag for this pacticipant version")
                    .templated(),
            )
            .link(
                "pb:latest-verification-results-where-pacticipant-is-consumer",
                Link::to(links.at(&["verification-results", "consumer", pacticipant, "version", number, "latest"]))
                    .title("Latest verification results for consumer version"),
            )
            .links("pb:pact-versions", pacts)
            .curies(links.base(), "version")
    };
    Ok(versions.iter().map(document).collect())
}

fn deployed_link(deployed: &DeployedVersion, links: &Links) -> Link {
    let link = Link::to(links.deployed_version(&deployed.uuid))
        .title(format!("Version deployed to {}", deployed.environment_shown))
        .name(deployed.environment_shown.clone())
        .with("currently_deployed", deployed.is_current);
    match &deployed.target {
        Some(target) => link.with("application_instance", target.clone()),
        None => link,
    }
}

fn released_link(released: &ReleasedVersion, links: &Links) -> Link {
    Link::to(links.released_version(&released.uuid))
        .title(format!("Version released to {}", released.environment_shown))
        .name(released.environment_shown.clone())
        .with("currently_supported", released.support_ended_at.is_none())
}

/// A version with everything that can be said about it, and where its deployment and release can be recorded.
pub(crate) async fn full(
    db: &mut ReadTx,
    pacticipant: &str,
    version: &Version,
    links: &Links,
) -> Result<Doc, ApiError> {
    let deployed = db.deployments().deployed_of(&[version.id]).await?;
    let released = db.deployments().released_of(&[version.id]).await?;
    let environments = db.environments().list().await?;
    let doc = documents(db, pacticipant, std::slice::from_ref(version), links).await?.remove(0);
    let record = |what: &'static str, title: &'static str| {
        environments.iter().map(move |environment| {
            let href = format!(
                "{}/{what}/environment/{}",
                links.version(pacticipant, &version.number),
                crate::api::links::encoded(&environment.uuid)
            );
            Link::to(href).title(format!("{title} {}", environment.shown_name())).name(environment.name.clone())
        })
    };
    Ok(doc
        .links("pb:deployed-environments", deployed.iter().map(|deployed| deployed_link(deployed, links)))
        .links("pb:released-environments", released.iter().map(|released| released_link(released, links)))
        .links("pb:record-deployment", record("deployed-versions", "Record deployment to"))
        .links("pb:record-release", record("released-versions", "Record release to")))
}

/// `GET /pacticipants/{pacticipant}/versions/{version}`
pub(crate) async fn show(
    _: AcceptsHal,
    Path((pacticipant, number)): Path<(String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let version = db.versions().find(&pacticipant, &number).await?.ok_or(ApiError::NotFound)?;
    Ok(full(&mut db, &pacticipant, &version, &links).await?.into())
}

async fn shown_here(db: &mut ReadTx, pacticipant: &str, version: &Version, links: &Links) -> Result<Hal, ApiError> {
    let doc = full(db, pacticipant, version, links).await?;
    let link = Link::to(links.this()).title("Version").name(version.number.clone());
    Ok(doc.link("self", link).into())
}

/// `GET /pacticipants/{pacticipant}/latest-version`
pub(crate) async fn latest(
    _: AcceptsHal,
    Path(pacticipant): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let version = db.versions().latest(&pacticipant).await?.ok_or(ApiError::NotFound)?;
    shown_here(&mut db, &pacticipant, &version, &links).await
}

/// `GET /pacticipants/{pacticipant}/latest-version/{tag}`
pub(crate) async fn latest_with_tag(
    _: AcceptsHal,
    Path((pacticipant, tag)): Path<(String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let version = db.versions().latest_with_tag(&pacticipant, &tag).await?.ok_or(ApiError::NotFound)?;
    shown_here(&mut db, &pacticipant, &version, &links).await
}

/// `GET /pacticipants/{pacticipant}/branches/{branch}/latest-version`
pub(crate) async fn head_of_branch(
    _: AcceptsHal,
    Path((pacticipant, branch)): Path<(String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let version = db.versions().head_of_branch(&pacticipant, &branch).await?.ok_or(ApiError::NotFound)?;
    shown_here(&mut db, &pacticipant, &version, &links).await
}

/// `GET /pacticipants/{pacticipant}/versions`
pub(crate) async fn index(
    _: AcceptsHal,
    Paging(page): Paging,
    Path(pacticipant): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let owner = db.pacticipants().find(&pacticipant).await?.ok_or_else(|| ApiError::no_pacticipant(&pacticipant))?;
    let (versions, total) = db.versions().list(owner.id, VersionScope::All, bounds(page)).await?;
    let title = format!("All application versions of {pacticipant}");
    collection(&mut db, &pacticipant, (&versions, total), title, page, false, &links).await
}

/// `GET /pacticipants/{pacticipant}/branches/{branch}/versions`
pub(crate) async fn on_branch(
    _: AcceptsHal,
    Paging(page): Paging,
    Path((pacticipant, branch)): Path<(String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    db.branches().find(&pacticipant, &branch).await?.ok_or(ApiError::NotFound)?;
    let owner = db.pacticipants().find(&pacticipant).await?.ok_or(ApiError::NotFound)?;
    let (versions, total) = db.versions().list(owner.id, VersionScope::Branch(&branch), bounds(page)).await?;
    let title = format!("Versions for branch {branch} of {pacticipant}");
    collection(&mut db, &pacticipant, (&versions, total), title, page, false, &links).await
}

/// `GET /pacticipants/{pacticipant}/tags/{tag}/versions`
pub(crate) async fn with_tag(
    _: AcceptsHal,
    Paging(page): Paging,
    Path((pacticipant, tag)): Path<(String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    db.versions().latest_with_tag(&pacticipant, &tag).await?.ok_or(ApiError::NotFound)?;
    let owner = db.pacticipants().find(&pacticipant).await?.ok_or(ApiError::NotFound)?;
    let (versions, total) = db.versions().list(owner.id, VersionScope::Tag(&tag), bounds(page)).await?;
    let title = format!("All application versions of {pacticipant}");
    collection(&mut db, &pacticipant, (&versions, total), title, page, false, &links).await
}

/// `GET /pacticipants/{pacticipant}/environments/{environment}/versions`
pub(crate) async fn in_environment(
    _: AcceptsHal,
    Paging(page): Paging,
    Path((pacticipant, environment)): Path<(String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let environment = db.environments().find(&environment).await?.ok_or(ApiError::NotFound)?;
    let owner = db.pacticipants().find(&pacticipant).await?.ok_or(ApiError::NotFound)?;
    let (versions, total) =
        db.versions().list(owner.id, VersionScope::Environment(environment.id), bounds(page)).await?;
    let title = format!("Versions for {pacticipant} in environment {}", environment.shown_name());
    collection(&mut db, &pacticipant, (&versions, total), title, page, true, &links).await
}

async fn collection(
    db: &mut ReadTx,
    pacticipant: &str,
    (versions, total): (&[Version], i64),
    title: String,
    page: Option<Page>,
    with_deployments: bool,
    links: &Links,
) -> Result<Hal, ApiError> {
    let mut items = documents(db, pacticipant, versions, links).await?;
    if with_deployments {
        let ids: Vec<_> = versions.iter().map(|version| version.id).collect();
        let deployed = db.deployments().deployed_of(&ids).await?;
        items = items
            .into_iter()
            .zip(versions)
            .map(|(item, version)| {
                let deployed = deployed.iter().filter(|deployed| deployed.version_id == version.id);
                item.links("pb:deployed-environments", deployed.map(|deployed| deployed_link(deployed, links)))
            })
            .collect();
    }
    let to = |version: &Version| Link::to(links.version(pacticipant, &version.number));
    let titled = |version: &Version| format!("Version {} - {}", version.number, version.updated_at.day());
    let doc = Doc::new()
        .embed("versions", list(items))
        .link("self", Link::to(links.this_with_query()).title(title))
        .link("pb:pacticipant", Link::to(links.pacticipant(pacticipant)).title(pacticipant))
        .links("pb:versions", versions.iter().map(|version| to(version).title(titled(version))))
        .link("pacticipant", Link::to(links.pacticipant(pacticipant)).title("Deprecated - please use pb:pacticipant"))
        .links("versions", versions.iter().map(|version| to(version).title("Deprecated - please use pb:versions")));
    Ok(match page {
        Some(page) => page.describe(doc, total, links).into(),
        None => doc.into(),
    })
}

/// `PUT /pacticipants/{pacticipant}/versions/{version}`: everything is replaced.
pub(crate) async fn put(
    State(app): State<App>,
    Path(names): Path<(String, String)>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    let update = {
        let object = body.object_if_json()?;
        let mut update = checked_update(&object)?;
        if let BuildUpdate::Merge(build_url) = update.build {
            update.build = BuildUpdate::Replace(build_url);
        } else {
            update.build = BuildUpdate::Replace(None);
        }
        update
    };
    body.accepts_hal()?;
    body.is_one_of(&[JSON])?;
    apply(&app, &names, &update, &links).await
}

/// `PATCH /pacticipants/{pacticipant}/versions/{version}`: what is given is replaced.
pub(crate) async fn patch(
    State(app): State<App>,
    Path(names): Path<(String, String)>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    let update = checked_update(&body.object_if_json()?)?;
    body.accepts_hal()?;
    body.is_one_of(&[MERGE_PATCH])?;
    apply(&app, &names, &update, &links).await
}

async fn apply(
    app: &App,
    (pacticipant, number): &(String, String),
    update: &VersionUpdate,
    links: &Links,
) -> Result<Response, ApiError> {
    let mut tx = app.store().write().await?;
    let created = update_version(&mut tx, pacticipant, number, update, app.now()).await?;
    let version = tx.versions().find(pacticipant, number).await?.ok_or(ApiError::NotFound)?;
    let doc = full(&mut tx, pacticipant, &version, links).await?;
    tx.commit().await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Hal::from(doc)).into_response())
}

fn checked_update(object: &Object<'_>) -> Result<VersionUpdate, FieldErrors> {
    let mut checked = Checked::new(object);
    let build_url = checked.text("buildUrl", TextRule::OPTIONAL.single_line());
    let build = if checked.has("buildUrl") { BuildUpdate::Merge(build_url) } else { BuildUpdate::Keep };
    let mut update = VersionUpdate { build, tags: None };
    if let Some(tags) = checked.array("tags") {
        let mut names = Vec::new();
        for (index, tag) in tags.iter().enumerate() {
            match TextRule::REQUIRED.filled().name().check(tag.get("name")) {
                Ok(name) => names.extend(name.map(str::to_owned)),
                Err(_) if !matches!(tag, Json::Object(_)) => checked.errors.add_at("tags", index, "must be a hash"),
                Err(faults) => {
                    for fault in faults {
                        checked.errors.add_property("tags", index, "name", fault);
                    }
                }
            }
        }
        update.tags = Some(names);
    }
    if checked.errors.is_empty() { Ok(update) } else { Err(checked.errors) }
}

/// `DELETE /pacticipants/{pacticipant}/versions/{version}`
pub(crate) async fn delete(
    State(app): State<App>,
    _: AcceptsHal,
    Path((pacticipant, number)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&pacticipant]).await?;
    let version = tx.versions().find(&pacticipant, &number).await?.ok_or(ApiError::NotFound)?;
    delete_version(&mut tx, &version).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
