//! Single pacts: `/pacts/provider/{provider}/consumer/{consumer}/…`. Lists of them are in [`super::pact_lists`].

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use intact_pact_model::json::{Json, JsonValue};

use crate::api::extended::{Form, Formed};
use crate::api::extract::{Path, Submission, non_utf8, read_json, shortened};
use crate::api::hal::{Doc, Hal, Link};
use crate::api::links::Links;
use crate::api::negotiate::{AcceptsHal, AcceptsHalOrJson, HAL, JSON};
use crate::api::problem::ApiError;
use crate::api::validation::{CANNOT_BE_BLANK, FieldErrors, ruby_class};
use crate::app::App;
use crate::domain::content::{IdentifiedContent, identify};
use crate::domain::pact::PublishedPact;
use crate::domain::publishing::Change;
use crate::domain::selection_metadata::SelectionMetadata;
use crate::operations::publish_pact::{Outcome, SinglePact, publish_pact};
use crate::store::ReadTx;
use crate::store::pacts::PactScope;

/// The consumer and the provider of an address, as they stand in it: the provider first.
pub(crate) type Pair = (String, String);

/// What a pact's document says beside its content.
#[derive(Debug, Default)]
struct About<'a> {
    /// The metadata of the address for publishing results.
    metadata: Option<String>,
    /// The consumer versions the metadata name, newest first: only on addresses with metadata.
    consumer_versions: Option<&'a [String]>,
}

/// The stored content with `createdAt` and links.
async fn document(
    db: &mut ReadTx,
    pact: &PublishedPact,
    about: About<'_>,
    links: &Links,
) -> Result<JsonValue, ApiError> {
    let content = db.pacts().content(pact.pact_content_id).await?;
    let Ok(Json::Object(mut content)) = Json::parse(&content) else {
        return Err(ApiError::internal(&CorruptContent { sha: pact.sha.clone() }));
    };
    content.insert("createdAt", pact.created_at.to_string());
    content.remove("updatedAt");
    let described = Json::from(describe(pact, about, links));
    if let Some(own) = described.as_object().and_then(|members| members.get("_links")) {
        content.insert("_links", own.clone());
    }
    Ok(Json::Object(content).into_owned())
}

#[derive(Debug, thiserror::Error)]
#[error("the stored content {sha} is not a JSON object")]
struct CorruptContent {
    sha: String,
}

fn describe(pact: &PublishedPact, about: About<'_>, links: &Links) -> Doc {
    let PublishedPact { consumer, provider, number, sha, .. } = pact;
    let pair = links.pair(consumer, provider);
    let this = links.pact(consumer, provider, number);
    let content = links.pact_content(consumer, provider, sha, None);
    let results = links.pact_content(consumer, provider, sha, about.metadata.as_deref());
    let consumer_version =
        |number: &str| Link::to(links.version(consumer, number)).title("Consumer version").name(number);
    let form = |name: &str| url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>();
    let matrix = format!(
        "/matrix?q%5B%5D%5Bpacticipant%5D={}&q%5B%5D%5Bversion%5D={}&latestby=cvpv",
        form(consumer),
        form(number)
    );
    let mut doc = Doc::new()
        .link("self", Link::to(this.clone()).title("Pact").name(pact.name()))
        .link("pb:consumer", Link::to(links.pacticipant(consumer)).title("Consumer").name(consumer.clone()))
        .link("pb:consumer-version", consumer_version(number));
    if let Some(versions) = about.consumer_versions {
        doc = doc.links("pb:consumer-versions", versions.iter().map(|number| consumer_version(number)));
    }
    doc.link("pb:provider", Link::to(links.pacticipant(provider)).title("Provider").name(provider.clone()))
        .link("pb:pact-version", Link::to(content.clone()).title("Pact content version permalink").name(sha.clone()))
        .link("pb:latest-pact-version", Link::to(format!("{pair}/latest")).title("Latest version of this pact"))
        .link("pb:all-pact-versions", Link::to(format!("{pair}/versions")).title("All versions of this pact"))
        .link(
            "pb:latest-untagged-pact-version",
            Link::to(format!("{pair}/latest-untagged")).title("Latest untagged version of this pact"),
        )
        .link(
            "pb:latest-tagged-pact-version",
            Link::to(format!("{pair}/latest/{{tag}}")).title("Latest tagged version of this pact").templated(),
        )
        .link(
            "pb:previous-distinct",
            Link::to(format!("{this}/previous-distinct")).title("Previous distinct version of this pact"),
        )
        .link(
            "pb:diff-previous-distinct",
            Link::to(format!("{this}/diff/previous-distinct"))
                .title("Diff with previous distinct version of this pact"),
        )
        .link(
            "pb:diff",
            Link::to(format!("{content}/diff/pact-version/{{pactVersion}}"))
                .title("Diff with another specified version of this pact")
                .templated(),
        )
        .link(
            "pb:pact-webhooks",
            Link::to(links.at(&["webhooks", "provider", provider, "consumer", consumer]))
                .title(format!("Webhooks for the pact between {consumer} and {provider}")),
        )
        .link(
            // It names the provider in every Pact Broker; nobody reads it, and documents are compared.
            "pb:consumer-webhooks",
            Link::to(links.at(&["webhooks", "consumer", provider]))
                .title(format!("Webhooks for all pacts with provider {provider}")),
        )
        .link(
            "pb:tag-prod-version",
            Link::to(links.tag(consumer, number, "prod"))
                .title("PUT to this resource to tag this consumer version as 'production'"),
        )
        .link(
            "pb:tag-version",
            Link::to(format!("{}/tags/{{tag}}", links.version(consumer, number)))
                .title("PUT to this resource to tag this consumer version"),
        )
        .link(
            "pb:publish-verification-results",
            Link::to(format!("{results}/verification-results")).title("Publish verification results"),
        )
        .link("pb:latest-verification-results", Link::to(format!("{content}/verification-results/latest")))
        .link(
            "pb:triggered-webhooks",
            Link::to(format!("{this}/triggered-webhooks")).title("Webhooks triggered by the publication of this pact"),
        )
        .link(
            "pb:matrix-for-consumer-version",
            Link::to(links.path(&matrix)).title("View matrix rows for the consumer version to which this pact belongs"),
        )
        .curies(links.base(), "pact")
}

/// `GET C/version/{number}`
pub(crate) async fn show(
    form: Form,
    Path((provider, consumer, number)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Formed, ApiError> {
    let pact = db.pacts().of_version(&consumer, &provider, &number).await?.ok_or(ApiError::NotFound)?;
    let document = document(&mut db, &pact, About::default(), &links).await?;
    form.of_pact(document, &mut db, &pact, &links).await
}

/// `GET C/version/{number}/previous-distinct`
pub(crate) async fn previous_distinct(
    _: AcceptsHalOrJson,
    Path((provider, consumer, number)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let pact = db.pacts().of_version(&consumer, &provider, &number).await?.ok_or(ApiError::NotFound)?;
    let previous = db.pacts().previous_distinct(&pact).await?.ok_or(ApiError::NotFound)?;
    Ok(Hal::from(document(&mut db, &previous, About::default(), &links).await?))
}

/// `GET C/pact-version/{sha}`
pub(crate) async fn show_content(
    _: AcceptsHalOrJson,
    Path((provider, consumer, sha)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let pact = db.pacts().with_content(&consumer, &provider, &sha, &[]).await?.ok_or(ApiError::NotFound)?;
    Ok(Hal::from(document(&mut db, &pact, About::default(), &links).await?))
}

/// The publication that metadata name: of their newest consumer version, else of the newest of all.
pub(crate) async fn named_by_metadata(
    db: &mut ReadTx,
    (provider, consumer): (&str, &str),
    sha: &str,
    metadata: &SelectionMetadata,
) -> Result<Option<PublishedPact>, ApiError> {
    let mut versions = metadata.consumer_versions();
    if let Some(number) = &metadata.consumer_version_number
        && let Some(version) = db.versions().find(consumer, number).await?
    {
        versions.push(version.id);
    }
    Ok(db.pacts().with_content(consumer, provider, sha, &versions).await?)
}

/// `GET C/pact-version/{sha}/metadata/{metadata}`
pub(crate) async fn show_content_with_metadata(
    _: AcceptsHalOrJson,
    Path((provider, consumer, sha, segment)): Path<(String, String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let metadata = SelectionMetadata::decode(&segment);
    let pact = named_by_metadata(&mut db, (&provider, &consumer), &sha, &metadata).await?;
    let pact = pact.ok_or(ApiError::NotFound)?;
    let mut numbers = db.versions().numbers(&metadata.consumer_versions()).await?;
    if numbers.is_empty() {
        numbers.push(pact.number.clone());
    }
    let about = About { metadata: Some(segment), consumer_versions: Some(&numbers) };
    Ok(Hal::from(document(&mut db, &pact, about, &links).await?))
}

async fn latest_in(
    form: Form,
    db: &mut ReadTx,
    (provider, consumer): (&str, &str),
    scope: PactScope<'_>,
    tag: Option<&str>,
    links: &Links,
) -> Result<Response, ApiError> {
    let pact = db.pacts().latest(consumer, provider, scope).await?.ok_or(ApiError::NotFound)?;
    let metadata = SelectionMetadata {
        consumer_version: Some(pact.version_id),
        consumer_version_tags: tag.map(str::to_owned).into_iter().collect(),
        ..SelectionMetadata::default()
    };
    let about = About { metadata: Some(metadata.encode()), consumer_versions: None };
    let document = document(db, &pact, about, links).await?;
    let body = form.of_pact(document, db, &pact, links).await?;
    // Header values are bytes; a number that cannot be one is left out rather than mangled.
    Ok(match http::HeaderValue::from_str(&pact.number) {
        Ok(number) => ([("x-pact-consumer-version", number)], body).into_response(),
        Err(_) => body.into_response(),
    })
}

/// `GET C/latest`
pub(crate) async fn latest(
    form: Form,
    Path((provider, consumer)): Path<Pair>,
    mut db: ReadTx,
    links: Links,
) -> Result<Response, ApiError> {
    latest_in(form, &mut db, (&provider, &consumer), PactScope::All, None, &links).await
}

/// `GET C/latest/{tag}`
pub(crate) async fn latest_with_tag(
    form: Form,
    Path((provider, consumer, tag)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Response, ApiError> {
    latest_in(form, &mut db, (&provider, &consumer), PactScope::Tag(&tag), Some(&tag), &links).await
}

/// `GET C/latest-untagged`
pub(crate) async fn latest_untagged(
    form: Form,
    Path((provider, consumer)): Path<Pair>,
    mut db: ReadTx,
    links: Links,
) -> Result<Response, ApiError> {
    latest_in(form, &mut db, (&provider, &consumer), PactScope::Untagged, Some("untagged"), &links).await
}

/// `GET C/branch/{branch}/latest`
pub(crate) async fn latest_on_branch(
    form: Form,
    Path((provider, consumer, branch)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Response, ApiError> {
    latest_in(form, &mut db, (&provider, &consumer), PactScope::Branch(&branch), None, &links).await
}

/// `PUT C/version/{number}`
pub(crate) async fn put(
    State(app): State<App>,
    Path(names): Path<(String, String, String)>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    publish(&app, names, &links, body, false).await
}

/// `PATCH C/version/{number}`
pub(crate) async fn patch(
    State(app): State<App>,
    Path(names): Path<(String, String, String)>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    publish(&app, names, &links, body, true).await
}

async fn publish(
    app: &App,
    (provider, consumer, number): (String, String, String),
    links: &Links,
    body: Submission,
    merge: bool,
) -> Result<Response, ApiError> {
    let names = (consumer.clone(), provider.clone(), number.clone());
    let (body, content) = body
        .work(move |body| {
            if body.says_json() {
                checked_content(&body.bytes, &names.0, &names.1, &names.2).map(Some)
            } else {
                Ok(None)
            }
        })
        .await?;
    body.accepts(&[HAL, JSON])?;
    body.is_one_of(&[JSON])?;
    let Some(content) = content else { return Err(ApiError::UnsupportedMediaType) };
    let pact = SinglePact { consumer, number, provider, content, merge };
    match publish_pact(app.store(), app.config(), links.base(), &pact, app.now()).await? {
        Outcome::Published(published) => {
            app.wake_deliveries();
            let mut db = app.store().read().await?;
            let document = Hal::from(document(&mut db, &published.pact, About::default(), links).await?);
            let status = if published.change == Change::New { StatusCode::CREATED } else { StatusCode::OK };
            Ok((status, document).into_response())
        }
        Outcome::SimilarNames(texts) => Err(ApiError::Text(StatusCode::CONFLICT, texts.join("\n"))),
        Outcome::Changed(_) if merge => Err(ApiError::Empty(StatusCode::CONFLICT)),
        Outcome::Changed(refusal) => Err(ApiError::Message(StatusCode::CONFLICT, refusal.text)),
    }
}

fn checked_content(bytes: &[u8], consumer: &str, provider: &str, number: &str) -> Result<IdentifiedContent, ApiError> {
    let document = read_json(bytes).map_err(ApiError::Unreadable)?;
    match &document {
        Json::Object(_) => {}
        Json::Array(_) => {
            return Err(ApiError::Unreadable("TypeError - no implicit conversion of String into Integer".to_owned()));
        }
        other => {
            let class = ruby_class(other);
            let text = format!("RuntimeError - Expected JSON Object in request body but found {class}");
            return Err(ApiError::Unreadable(text));
        }
    }
    let mut errors = FieldErrors::new();
    if number.trim().is_empty() {
        errors.add("consumer_version_number", CANNOT_BE_BLANK);
    }
    for (role, name) in [("consumer", consumer), ("provider", provider)] {
        let within = document.get(role).and_then(|role| role.get("name"));
        if let Some(within) = within.filter(|within| !within.is_null() && within.as_str() != Some(name)) {
            let text =
                format!("name in pact '{}' does not match name in URL path '{name}'.", shortened(&within.to_text()));
            errors.add(format!("{role}.name"), text);
        }
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    identify(bytes).map_err(|error| ApiError::Unreadable(error.to_string()))
}

/// What remains to be seen of a pair whose pacts were deleted.
async fn after_deletion(db: &mut ReadTx, (provider, consumer): (&str, &str), links: &Links) -> Result<Hal, ApiError> {
    let mut doc = Doc::new().link("index", Link::to(links.base().to_owned()));
    if db.pacts().exist(consumer, provider).await? {
        let href = format!("{}/latest", links.pair(consumer, provider));
        doc = doc.link("pb:latest-pact-version", Link::to(href).title("Latest pact"));
    }
    Ok(doc.into())
}

async fn delete_scope(
    app: &App,
    (provider, consumer): (&str, &str),
    scope: PactScope<'_>,
    number: Option<&str>,
    links: &Links,
) -> Result<Hal, ApiError> {
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[consumer, provider]).await?;
    if tx.pacts().delete(consumer, provider, scope, number).await? == 0 {
        return Err(ApiError::NotFound);
    }
    let doc = after_deletion(&mut tx, (provider, consumer), links).await?;
    tx.commit().await?;
    Ok(doc)
}

/// `DELETE C/version/{number}`
pub(crate) async fn delete(
    State(app): State<App>,
    _: AcceptsHalOrJson,
    Path((provider, consumer, number)): Path<(String, String, String)>,
    links: Links,
) -> Result<Hal, ApiError> {
    delete_scope(&app, (&provider, &consumer), PactScope::All, Some(&number), &links).await
}

/// `DELETE C/tag/{tag}`
pub(crate) async fn delete_with_tag(
    State(app): State<App>,
    _: AcceptsHal,
    Path((provider, consumer, tag)): Path<(String, String, String)>,
    links: Links,
) -> Result<Hal, ApiError> {
    delete_scope(&app, (&provider, &consumer), PactScope::Tag(&tag), None, &links).await
}

/// `DELETE C/branch/{branch}`
pub(crate) async fn delete_on_branch(
    State(app): State<App>,
    _: AcceptsHal,
    Path((provider, consumer, branch)): Path<(String, String, String)>,
    links: Links,
) -> Result<Hal, ApiError> {
    delete_scope(&app, (&provider, &consumer), PactScope::Branch(&branch), None, &links).await
}

/// `DELETE C/versions`
pub(crate) async fn delete_all(
    State(app): State<App>,
    _: AcceptsHal,
    Path((provider, consumer)): Path<Pair>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&consumer, &provider]).await?;
    if tx.pacts().delete(&consumer, &provider, PactScope::All, None).await? == 0 {
        return Err(ApiError::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is wrong with the bytes of a contract, if they are not UTF-8.
pub(crate) fn content_is_not_utf8(bytes: &[u8]) -> Option<String> {
    non_utf8(bytes).map(|text| format!("contract content has a {text}"))
}

#[cfg(test)]
mod tests;
