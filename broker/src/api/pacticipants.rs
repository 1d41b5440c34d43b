//! Pacticipants: `/pacticipants…`.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use intact_pact_model::json::{Json, JsonValue, Object};

use crate::api::extract::{Path, Query, Submission};
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::{AcceptsHal, JSON, MERGE_PATCH};
use crate::api::page::{Paging, bounds};
use crate::api::problem::ApiError;
use crate::api::validation::{Checked, FieldErrors, TextRule};
use crate::app::App;
use crate::domain::deployment::DeployedVersion;
use crate::domain::id::PacticipantId;
use crate::domain::pacticipant::{Attributes, Pacticipant};
use crate::domain::version::Version;
use crate::store::ReadTx;
use crate::store::pacticipants::Label;

/// `GET /pacticipants`
pub(crate) async fn index(
    _: AcceptsHal,
    Paging(page): Paging,
    query: Query,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let (found, total) = db.pacticipants().list(query.get("q"), None, bounds(page)).await?;
    let items = documents(&mut db, &found, &links).await?;
    // Old clients read a copy of the collection outside `_embedded`.
    let deprecated = items.iter().cloned().map(|doc| doc.with("title", DEPRECATED_COLLECTION));
    let doc = collection(items.clone(), &found, &links).with("pacticipants", list(deprecated));
    let doc = match page {
        Some(page) => page.describe(doc, total, &links),
        None => doc,
    };
    Ok(doc.into())
}

const DEPRECATED_COLLECTION: &str = "DEPRECATED - Please use the embedded pacticipants collection";

/// `GET /pacticipants/label/{label}`
pub(crate) async fn with_label(
    _: AcceptsHal,
    Paging(page): Paging,
    Path(label): Path<String>,
    query: Query,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let (found, total) = db.pacticipants().list(query.get("q"), Some(&label), bounds(page)).await?;
    let items = documents(&mut db, &found, &links).await?;
    let doc = collection(items, &found, &links);
    Ok(match page {
        Some(page) => page.describe(doc, total, &links).into(),
        None => doc.into(),
    })
}

fn collection(items: Vec<Doc>, found: &[Pacticipant], links: &Links) -> Doc {
    let to = |pacticipant: &Pacticipant| Link::to(links.pacticipant(&pacticipant.name));
    let titled = found.iter().map(|one| to(one).title("Pacticipant").name(one.name.clone()));
    let deprecated =
        found.iter().map(|one| to(one).title(one.name.clone()).name("DEPRECATED - please use pb:pacticipants"));
    let with_label =
        Link::to(links.path("/pacticipants/label/{label}")).title("Find pacticipants by label").templated();
    Doc::new()
        .embed("pacticipants", list(items))
        .link("self", Link::to(links.path("/pacticipants")))
        .link("pb:pacticipants-with-label", with_label)
        .links("pb:pacticipants", titled)
        .links("pacticipants", deprecated)
}

async fn documents(db: &mut ReadTx, found: &[Pacticipant], links: &Links) -> Result<Vec<Doc>, ApiError> {
    let ids: Vec<_> = found.iter().map(|pacticipant| pacticipant.id).collect();
    let mut labels: HashMap<PacticipantId, Vec<Label>> = HashMap::new();
    for label in db.pacticipants().labels(&ids).await? {
        labels.entry(label.pacticipant_id).or_default().push(label);
    }
    let latest = db.versions().latest_of(&ids).await?;
    let latest: HashMap<PacticipantId, Version> = latest.into_iter().map(|one| (one.pacticipant_id, one)).collect();
    let document = |pacticipant: &Pacticipant| {
        let labels = labels.get(&pacticipant.id).map(Vec::as_slice).unwrap_or_default();
        document(pacticipant, latest.get(&pacticipant.id), labels, links)
    };
    Ok(found.iter().map(document).collect())
}

fn document(pacticipant: &Pacticipant, latest: Option<&Version>, labels: &[Label], links: &Links) -> Doc {
    let name = &pacticipant.name;
    let below = |path: &str| format!("{}{path}", links.pacticipant(name));
    let label = |label: &Label| {
        let href = format!("{}/labels/{}", links.pacticipant(name), crate::api::links::encoded(&label.name));
        Doc::new().with("name", label.name.clone()).link("self", Link::to(href).title("Label").name(label.name.clone()))
    };
    let mut doc = Doc::new()
        .with("name", name.clone())
        .maybe("displayName", pacticipant.display_name.clone())
        .maybe("repositoryUrl", pacticipant.repository_url.clone())
        .maybe("repositoryName", pacticipant.repository_name.clone())
        .maybe("repositoryNamespace", pacticipant.repository_namespace.clone())
        .maybe("mainBranch", pacticipant.main_branch.clone())
        .with("createdAt", pacticipant.created_at)
        .maybe("updatedAt", (pacticipant.updated_at != pacticipant.created_at).then_some(pacticipant.updated_at));
    if let Some(latest) = latest {
        let number = &latest.number;
        let version = |doc: Doc| doc.with("number", number.clone()).link("self", links.version_link(name, number));
        let note = "DEPRECATED - please use latestVersion";
        doc = doc
            .embed("latestVersion", version(Doc::new()))
            .embed("latest-version", version(Doc::new().with("name", note).with("title", note)));
    }
    doc.embed("labels", list(labels.iter().map(label)))
        .link("self", Link::to(links.pacticipant(name)))
        .link("pb:versions", Link::to(below("/versions")))
        .link("versions", Link::to(below("/versions")).title("Deprecated - use pb:versions"))
        .link(
            "pb:version",
            Link::to(below("/versions/{version}")).title("Get, create or delete a pacticipant version").templated(),
        )
        .link(
            "pb:version-tag",
            Link::to(below("/versions/{version}/tags/{tag}"))
                .title(format!("Get, create or delete a tag for a version of {name}"))
                .templated(),
        )
        .link("pb:branches", Link::to(below("/branches")))
        .link(
            "pb:branch-version",
            Link::to(below("/branches/{branch}/versions/{version}"))
                .title(format!("Get or add/create a version for a branch of {name}"))
                .templated(),
        )
        .link(
            "pb:label",
            Link::to(below("/labels/{label}")).title(format!("Get, create or delete a label for {name}")).templated(),
        )
        .link(
            "pb:can-i-deploy-badge",
            Link::to(below("/latest-version/{tag}/can-i-deploy/to/{environmentTag}/badge"))
                .title(format!("Can I Deploy {name} badge"))
                .templated(),
        )
        .link(
            "pb:can-i-deploy-branch-to-environment-badge",
            Link::to(below("/branches/{branch}/latest-version/can-i-deploy/to-environment/{environment}/badge"))
                .title(format!("Can I Deploy {name} from branch to environment badge"))
                .templated(),
        )
        .curies(links.base(), "pacticipant")
}

async fn full(db: &mut ReadTx, pacticipant: &Pacticipant, links: &Links) -> Result<Doc, ApiError> {
    let deployed = db.deployments().currently_deployed_of(pacticipant.id).await?;
    let doc = documents(db, std::slice::from_ref(pacticipant), links).await?.remove(0);
    let link = |deployed: &DeployedVersion| {
        Link::to(links.deployed_version(&deployed.uuid))
            .title(format!("Version deployed to {}", deployed.environment_shown))
            .name(deployed.environment_shown.clone())
            .with("currently_deployed", deployed.is_current)
    };
    Ok(doc.links("pb:deployed-environments", deployed.iter().map(link)))
}

/// `GET /pacticipants/{pacticipant}`
pub(crate) async fn show(
    _: AcceptsHal,
    Path(name): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let pacticipant = db.pacticipants().find(&name).await?.ok_or_else(|| ApiError::no_pacticipant(&name))?;
    Ok(full(&mut db, &pacticipant, &links).await?.into())
}

/// `POST /pacticipants`
pub(crate) async fn create(State(app): State<App>, links: Links, body: Submission) -> Result<Response, ApiError> {
    let object = body.object()?;
    let mut checked = Checked::new(&object);
    let name = checked.text("name", TextRule::REQUIRED.name().single_line());
    if checked.errors.has("name", None, None) && object.get("name").and_then(Json::as_str).is_some() {
        // The name's rules are applied twice by every Pact Broker, and clients show what they get.
        let again: Vec<_> = checked.errors.iter().map(|error| error.text.clone()).collect();
        for text in again {
            checked.errors.add("name", text);
        }
    }
    let attributes = attributes(&mut checked, Attributes::default());
    let Some(name) = name.filter(|_| checked.errors.is_empty()) else { return Err(checked.errors.into()) };
    body.accepts_hal()?;
    body.is_one_of(&[JSON])?;
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&name]).await?;
    tx.pacticipants().create(&name, &attributes, app.now()).await?;
    let pacticipant = tx.pacticipants().find(&name).await?.ok_or(ApiError::NotFound)?;
    let doc = documents(&mut tx, &[pacticipant], &links).await?.remove(0);
    tx.commit().await?;
    // The misspelling is part of the API: see the reference broker.
    let location = links.at(&["pacticpants", &name]);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Hal::from(doc)).into_response())
}

/// `PUT /pacticipants/{pacticipant}`: all attributes.
pub(crate) async fn replace(
    State(app): State<App>,
    Path(name): Path<String>,
    links: Links,
    body: Submission,
) -> Result<Hal, ApiError> {
    let object = body.object_if_json()?;
    let attributes = checked_attributes(&object, Attributes::default())?;
    body.accepts_hal()?;
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&name]).await?;
    if tx.pacticipants().find(&name).await?.is_none() {
        return Err(ApiError::no_pacticipant(&name));
    }
    body.is_one_of(&[JSON])?;
    tx.pacticipants().set(&name, &attributes, app.now()).await?;
    let pacticipant = tx.pacticipants().find(&name).await?.ok_or(ApiError::NotFound)?;
    let doc = full(&mut tx, &pacticipant, &links).await?;
    tx.commit().await?;
    Ok(doc.into())
}

/// `PATCH /pacticipants/{pacticipant}`: the given attributes; creates the pacticipant.
pub(crate) async fn update(
    State(app): State<App>,
    Path(name): Path<String>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    let object = body.object_if_json()?;
    checked_attributes(&object, Attributes::default())?;
    body.accepts_hal()?;
    body.is_one_of(&[JSON, MERGE_PATCH])?;
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&name]).await?;
    let existing = tx.pacticipants().find(&name).await?;
    let known = existing.as_ref().map(Pacticipant::attributes).unwrap_or_default();
    let attributes = checked_attributes(&object, known)?;
    if existing.is_some() {
        tx.pacticipants().set(&name, &attributes, app.now()).await?;
    } else {
        tx.pacticipants().create(&name, &attributes, app.now()).await?;
    }
    let pacticipant = tx.pacticipants().find(&name).await?.ok_or(ApiError::NotFound)?;
    let doc = full(&mut tx, &pacticipant, &links).await?;
    tx.commit().await?;
    Ok(match existing {
        Some(_) => Hal::from(doc).into_response(),
        None => (StatusCode::CREATED, [(LOCATION, links.pacticipant(&name))], Hal::from(doc)).into_response(),
    })
}

fn checked_attributes(object: &Object<'_>, known: Attributes) -> Result<Attributes, FieldErrors> {
    let mut checked = Checked::new(object);
    let attributes = attributes(&mut checked, known);
    if checked.errors.is_empty() { Ok(attributes) } else { Err(checked.errors) }
}

/// The attributes of a body; those it does not name stay as known.
fn attributes(checked: &mut Checked<'_>, known: Attributes) -> Attributes {
    let line = TextRule::OPTIONAL.single_line();
    let mut given = |field: &'static str, rule: TextRule, known: Option<String>| {
        let text = checked.text(field, rule);
        if checked.has(field) { text } else { known }
    };
    Attributes {
        display_name: given("displayName", line.not_blank(), known.display_name),
        main_branch: given("mainBranch", line.name().no_spaces(), known.main_branch),
        repository_url: given("repositoryUrl", line, known.repository_url),
        repository_name: given("repositoryName", line, known.repository_name),
        repository_namespace: given("repositoryNamespace", line, known.repository_namespace),
    }
}

/// `DELETE /pacticipants/{pacticipant}`
pub(crate) async fn delete(
    State(app): State<App>,
    _: AcceptsHal,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    if !tx.pacticipants().delete(&name).await? {
        return Err(ApiError::no_pacticipant(&name));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /labels`
pub(crate) async fn labels(_: AcceptsHal, Paging(page): Paging, mut db: ReadTx, links: Links) -> Result<Hal, ApiError> {
    let (names, total) = db.pacticipants().label_names(bounds(page)).await?;
    let doc = Doc::new()
        .embed("labels", list(names.into_iter().map(|name| Doc::new().with("name", name))))
        .link("self", Link::to(links.this()).title("Labels"));
    Ok(match page {
        Some(page) => page.describe(doc, total, &links).into(),
        None => doc.into(),
    })
}

fn label_document(pacticipant: &str, label: &Label, links: &Links) -> JsonValue {
    let href = links.at(&["pacticipants", pacticipant, "labels", &label.name]);
    Doc::new()
        .with("name", label.name.clone())
        .with("createdAt", label.created_at)
        .link("self", Link::to(href).title("Label").name(label.name.clone()))
        .link("pacticipant", Link::to(links.pacticipant(pacticipant)).title("Pacticipant").name(pacticipant))
        .into()
}

/// `GET /pacticipants/{pacticipant}/labels/{label}`
pub(crate) async fn show_label(
    _: AcceptsHal,
    Path((pacticipant, label)): Path<(String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let label = db.pacticipants().label(&pacticipant, &label).await?.ok_or(ApiError::NotFound)?;
    Ok(Hal::from(label_document(&pacticipant, &label, &links)))
}

/// `PUT /pacticipants/{pacticipant}/labels/{label}`
pub(crate) async fn put_label(
    State(app): State<App>,
    Path((pacticipant, label)): Path<(String, String)>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    body.object_if_json()?;
    body.accepts_hal()?;
    body.is_one_of(&[JSON])?;
    let now = app.now();
    let mut tx = app.store().write().await?;
    let owner = tx.pacticipants().find_or_create(&pacticipant, now).await?;
    let is_new = tx.pacticipants().add_label(owner.id, &label, now).await?;
    let label = tx.pacticipants().label(&pacticipant, &label).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    let doc = Hal::from(label_document(&pacticipant, &label, &links));
    Ok(if is_new {
        (StatusCode::CREATED, [(LOCATION, links.this())], doc).into_response()
    } else {
        doc.into_response()
    })
}

/// `DELETE /pacticipants/{pacticipant}/labels/{label}`
pub(crate) async fn delete_label(
    State(app): State<App>,
    _: AcceptsHal,
    Path((pacticipant, label)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&pacticipant]).await?;
    if !tx.pacticipants().delete_label(&pacticipant, &label).await? {
        return Err(ApiError::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
