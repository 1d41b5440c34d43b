//! Verification results: `C/pact-version/{sha}[/metadata/{metadata}]/verification-results…`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{LINK, LOCATION};
use http::{HeaderName, StatusCode};
use intact_pact_model::json::{Json, JsonValue, Object};

use crate::api::extended::Form;
use crate::api::extract::{Path, Submission};
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::{AcceptsHal, AcceptsHalOrJson, HAL, JSON};
use crate::api::pacts::named_by_metadata;
use crate::api::problem::ApiError;
use crate::api::validation::{Checked, FieldErrors, TextRule};
use crate::app::App;
use crate::domain::pact::{PublishedPact, pact_name};
use crate::domain::selection_metadata::SelectionMetadata;
use crate::domain::verification::{InteractionResult, NewVerification, Verification};
use crate::operations::publish_verification::publish_verification;
use crate::store::ReadTx;
use crate::store::pacts::PactScope;

fn document(verification: &Verification, pact: &PublishedPact, links: &Links) -> Doc {
    let Verification { consumer, provider, sha, number, .. } = verification;
    let name = pact_name(consumer, &pact.number, provider);
    let href = links.verification(consumer, provider, sha, None, *number);
    let metadata = SelectionMetadata::of_consumer_version(&pact.number).encode();
    Doc::new()
        .with("providerName", provider.clone())
        .with("providerApplicationVersion", verification.provider_version.clone())
        .with("success", verification.success)
        .with("verificationDate", verification.executed_at)
        .maybe("buildUrl", verification.build_url.clone())
        .maybe("testResults", verification.test_results.as_deref().and_then(parsed))
        .with("verifiedBy", verified_by(verification))
        .link(
            "self",
            Link::to(href.clone())
                .title("Verification result")
                .name(format!("Verification result {number} for {name}")),
        )
        .link(
            "pb:pact-version",
            Link::to(links.pact_content(consumer, provider, sha, Some(&metadata))).title("Pact").name(name),
        )
        .link(
            "pb:triggered-webhooks",
            Link::to(format!("{href}/triggered-webhooks"))
                .title("Webhooks triggered by the publication of this verification result"),
        )
}

fn parsed(json: &[u8]) -> Option<JsonValue> {
    Json::parse(json).ok().map(Json::into_owned)
}

/// What verified, as clients are shown it: flat, whatever it was posted as.
fn verified_by(verification: &Verification) -> Doc {
    let posted = verification.verified_by.as_deref().and_then(|json| parsed(json.as_bytes())).unwrap_or_default();
    let mut doc = Doc::new();
    for (shown, path) in [
        ("implementation", &["implementation"][..]),
        ("version", &["version"]),
        ("client_implementation", &["clientLanguage", "name"]),
        ("client_test_framework", &["clientLanguage", "testFramework"]),
        ("client_version", &["clientLanguage", "version"]),
    ] {
        let value = path.iter().try_fold(&posted, |value, name| value.get(name));
        doc = doc.maybe(shown, value.filter(|value| !value.is_null()).cloned());
    }
    doc
}

/// `POST C/pact-version/{sha}/verification-results`
pub(crate) async fn create(
    State(app): State<App>,
    Path((provider, consumer, sha)): Path<(String, String, String)>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    record(&app, (provider, consumer, sha, None), &links, body).await
}

/// `POST C/pact-version/{sha}/metadata/{metadata}/verification-results`
pub(crate) async fn create_with_metadata(
    State(app): State<App>,
    Path((provider, consumer, sha, metadata)): Path<(String, String, String, String)>,
    links: Links,
    body: Submission,
) -> Result<Response, ApiError> {
    record(&app, (provider, consumer, sha, Some(metadata)), &links, body).await
}

async fn record(
    app: &App,
    (provider, consumer, sha, segment): (String, String, String, Option<String>),
    links: &Links,
    body: Submission,
) -> Result<Response, ApiError> {
    let (body, mut new) = body
        .work(|body| {
            let object = if body.bytes.is_empty() { Object::new() } else { body.object()? };
            Ok(checked(&object)?)
        })
        .await?;
    body.accepts(&[HAL, JSON])?;
    let metadata = segment.as_deref().map(SelectionMetadata::decode).unwrap_or_default();
    new.wip = metadata.wip;
    new.pending = metadata.pending.unwrap_or(metadata.wip);
    new.selectors = segment;
    let mut db = app.store().read().await?;
    let pact = named_by_metadata(&mut db, (&provider, &consumer), &sha, &metadata).await?;
    let pact = pact.ok_or(ApiError::NotFound)?;
    drop(db);
    body.is_one_of(&[JSON])?;
    let recorded = publish_verification(app.store(), links.base(), &pact, &new, app.now()).await?;
    let recorded = recorded.ok_or(ApiError::NotFound)?;
    app.wake_deliveries();
    let location = links.verification(&consumer, &provider, &sha, None, recorded.number);
    let doc = Hal::from(document(&recorded, &pact, links));
    let interactions = link_to_interactions(&recorded, links);
    Ok((StatusCode::CREATED, [(LOCATION, location)], interactions, doc).into_response())
}

fn checked(object: &Object<'_>) -> Result<NewVerification, FieldErrors> {
    let mut checked = Checked::new(object);
    let success = checked.boolean("success", "must be boolean");
    let version = checked.text("providerApplicationVersion", TextRule::REQUIRED.name().single_line());
    let build_url = checked.text("buildUrl", TextRule::OPTIONAL);
    if build_url.as_deref().is_some_and(|url| !is_uri_like(url)) {
        checked.errors.add("buildUrl", "must be a valid URL");
    }
    let test_results = checked.raw("testResults").filter(|results| !results.is_null());
    let verified_by = checked.raw("verifiedBy").filter(|verifier| matches!(verifier, Json::Object(_)));
    match (success, version) {
        (Some(success), Some(provider_version)) if checked.errors.is_empty() => Ok(NewVerification {
            success,
            provider_version,
            build_url,
            verified_by: verified_by.map(Json::to_compact),
            interactions: test_results.map(interaction_results).unwrap_or_default(),
            test_results: test_results.map(|results| results.to_compact().into_bytes()),
            wip: false,
            pending: false,
            selectors: None,
        }),
        _ => Err(checked.errors),
    }
}

/// Could it be a URI reference? White space and other characters that no URI has are what is refused.
fn is_uri_like(text: &str) -> bool {
    !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
}

/// The longest interaction id that is looked at; the broker's own have 40 bytes.
const MAX_INTERACTION_ID: usize = 200;

/// The results of single interactions, of the two forms verifiers report: a list, or `tests` of an object.
fn interaction_results(results: &Json<'_>) -> Vec<InteractionResult> {
    let items = results.as_array().or_else(|| results.get("tests")?.as_array()).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| {
            let interaction_id = item.get("interactionId").and_then(Json::as_str)?;
            if interaction_id.len() > MAX_INTERACTION_ID || interaction_id.contains('\0') {
                return None;
            }
            let interaction_id = interaction_id.to_owned();
            let passed = item.get("success").and_then(Json::as_bool);
            let success = passed.or_else(|| Some(item.get("status")?.as_str()? == "passed"))?;
            let description = ["interactionDescription", "testDescription"]
                .iter()
                .find_map(|name| item.get(name)?.as_str())
                .map(|text| text.replace('\0', "\u{fffd}"));
            Some(InteractionResult { interaction_id, success, description })
        })
        .collect()
}

/// What is said of something that is no number.
fn no_such(number: &str) -> ApiError {
    const HINT: &str = "The results of a pact are not listed here. The matrix shows them all.";
    if number == "all" { ApiError::Message(StatusCode::NOT_FOUND, HINT.to_owned()) } else { ApiError::NotFound }
}

/// A result by its number, and the newest pact it is of.
pub(crate) async fn find(
    db: &mut ReadTx,
    (provider, consumer, sha): (&str, &str, &str),
    number: &str,
) -> Result<(Verification, PublishedPact), ApiError> {
    let number = number.parse().map_err(|_| no_such(number))?;
    let verification = db.verifications().find(consumer, provider, sha, number).await?.ok_or(ApiError::NotFound)?;
    let pact = db.pacts().with_content(consumer, provider, sha, &[]).await?.ok_or(ApiError::NotFound)?;
    Ok((verification, pact))
}

/// `GET C/pact-version/{sha}/verification-results/{number}`
pub(crate) async fn show(
    form: Form,
    Path((provider, consumer, sha, number)): Path<(String, String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Response, ApiError> {
    let (verification, pact) = find(&mut db, (&provider, &consumer, &sha), &number).await?;
    let document = form.of_verification(document(&verification, &pact, &links), &mut db, &verification).await?;
    Ok((link_to_interactions(&verification, &links), document).into_response())
}

/// Where the results of single interactions are: in a header, because clients compare the document with those of other brokers.
fn link_to_interactions(verification: &Verification, links: &Links) -> [(HeaderName, String); 1] {
    let Verification { consumer, provider, sha, number, .. } = verification;
    let href = links.verification(consumer, provider, sha, None, *number);
    [(LINK, format!(r#"<{href}/interactions>; rel="intact:interaction-results""#))]
}

/// `GET C/pact-version/{sha}/verification-results/{number}/interactions`: how each interaction went, as far as that was
/// reported.
pub(crate) async fn interactions(
    _: AcceptsHalOrJson,
    Path((provider, consumer, sha, number)): Path<(String, String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let (verification, pact) = find(&mut db, (&provider, &consumer, &sha), &number).await?;
    let results = db.verifications().interactions(verification.number).await?;
    let shown = results.into_iter().map(|InteractionResult { interaction_id, success, description }| {
        Doc::new().with("interactionId", interaction_id).with("success", success).maybe("description", description)
    });
    let name = pact_name(&consumer, &pact.number, &provider);
    let result = links.verification(&consumer, &provider, &sha, None, verification.number);
    let doc = Doc::new()
        .with("success", verification.success)
        .with("interactionResults", list(shown))
        .link("self", Link::to(links.this()).title(format!("Results of the interactions of the {name}")))
        .link("pb:verification-result", Link::to(result).title("Verification result"))
        .link(
            "pb:pact-version",
            Link::to(links.pact_content(&consumer, &provider, &sha, None)).title("Pact").name(name),
        );
    Ok(doc.into())
}

/// `GET C/pact-version/{sha}/metadata/{metadata}/verification-results/{number}`
pub(crate) async fn show_with_metadata(
    _: AcceptsHalOrJson,
    Path((provider, consumer, sha, segment, number)): Path<(String, String, String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let (verification, _) = find(&mut db, (&provider, &consumer, &sha), &number).await?;
    let metadata = SelectionMetadata::decode(&segment);
    let pact = named_by_metadata(&mut db, (&provider, &consumer), &sha, &metadata).await?;
    Ok(document(&verification, &pact.ok_or(ApiError::NotFound)?, &links).into())
}

async fn latest_of(db: &mut ReadTx, pact: Option<PublishedPact>, links: &Links) -> Result<Hal, ApiError> {
    let pact = pact.ok_or(ApiError::NotFound)?;
    let verification = db.verifications().latest(pact.pact_content_id).await?.ok_or(ApiError::NotFound)?;
    Ok(document(&verification, &pact, links).into())
}

/// `GET C/pact-version/{sha}/verification-results/latest`
pub(crate) async fn latest_of_content(
    _: AcceptsHalOrJson,
    Path((provider, consumer, sha)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let pact = db.pacts().with_content(&consumer, &provider, &sha, &[]).await?;
    latest_of(&mut db, pact, &links).await
}

/// `GET C/version/{number}/verification-results/latest`
pub(crate) async fn latest_of_version(
    _: AcceptsHalOrJson,
    Path((provider, consumer, number)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let pact = db.pacts().of_version(&consumer, &provider, &number).await?;
    latest_of(&mut db, pact, &links).await
}

/// `GET C/latest/verification-results/latest`
pub(crate) async fn latest_of_latest(
    _: AcceptsHalOrJson,
    Path((provider, consumer)): Path<(String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let pact = db.pacts().latest(&consumer, &provider, PactScope::All).await?;
    latest_of(&mut db, pact, &links).await
}

/// `GET C/latest/{tag}/verification-results/latest`: as in every Pact Broker the tag is not looked at.
pub(crate) async fn latest_of_latest_with_tag(
    accepts: AcceptsHalOrJson,
    Path((provider, consumer, _)): Path<(String, String, String)>,
    db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    latest_of_latest(accepts, Path((provider, consumer)), db, links).await
}

/// `DELETE C/pact-version/{sha}/verification-results/{number}`
pub(crate) async fn delete(
    State(app): State<App>,
    _: AcceptsHalOrJson,
    Path((provider, consumer, sha, number)): Path<(String, String, String, String)>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&consumer, &provider]).await?;
    let (verification, _) = find(&mut tx, (&provider, &consumer, &sha), &number).await?;
    tx.verifications().delete(&verification).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE C/pact-version/{sha}/metadata/{metadata}/verification-results/{number}`
pub(crate) async fn delete_with_metadata(
    state: State<App>,
    accepts: AcceptsHalOrJson,
    Path((provider, consumer, sha, _, number)): Path<(String, String, String, String, String)>,
) -> Result<StatusCode, ApiError> {
    delete(state, accepts, Path((provider, consumer, sha, number))).await
}

/// `GET /verification-results/consumer/{consumer}/version/{number}/latest`
pub(crate) async fn latest_of_consumer_version(
    _: AcceptsHal,
    Path((consumer, number)): Path<(String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let version = db.versions().find(&consumer, &number).await?.ok_or(ApiError::NotFound)?;
    let pacts = db.pacts().of_versions(&[version.id]).await?;
    let results = db.verifications().of_consumer_version(version.id).await?;
    let result_of =
        |pact: &&PublishedPact| results.iter().find(|result| result.pact_content_id == pact.pact_content_id);
    let names = |wanted: Option<bool>| {
        let matching = pacts.iter().filter(|pact| result_of(pact).map(|result| result.success) == wanted);
        Json::array(matching.map(|pact| pact.provider.clone()))
    };
    let summary = Doc::new()
        .with("successful", names(Some(true)))
        .with("failed", names(Some(false)))
        .with("unknown", names(None));
    let succeeded = pacts.iter().all(|pact| result_of(&pact).is_some_and(|result| result.success));
    let documents = pacts.iter().filter_map(|pact| Some(document(result_of(&pact)?, pact, &links)));
    let title = format!("Latest verification results for consumer {consumer} version {number}");
    let doc = Doc::new()
        .with("success", succeeded)
        .with("providerSummary", summary)
        .embed("verificationResults", list(documents))
        .link("self", Link::to(links.this()).title(title));
    Ok(doc.into())
}

#[cfg(test)]
mod tests;
