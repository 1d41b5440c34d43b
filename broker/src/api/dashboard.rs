//! `GET /dashboard`: the pacts that matter now, each with how its verification stands.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use intact_pact_model::json::Json;

use crate::api::extract::Path;
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::{Accept, HAL};
use crate::api::pacts::Pair;
use crate::api::page::{Page, Paging};
use crate::api::problem::ApiError;
use crate::api::text_table::table;
use crate::app::App;
use crate::domain::dashboard::VerificationStatus;
use crate::domain::id::{PacticipantId, VersionId};
use crate::store::ReadTx;
use crate::store::dashboard::{Item, ItemVersion, Part};

const TEXT: &str = "text/plain";
/// What is shown when no page is asked for: other than the lists, never everything.
const FIRST_PAGE: Page = Page { number: 1, size: 30 };

/// `GET /dashboard`
pub(crate) async fn show(
    accept: Accept,
    page: Paging,
    State(app): State<App>,
    links: Links,
) -> Result<Response, ApiError> {
    let mut tx = app.store().glance().await?;
    let answer = answer(&accept, None, page, &mut tx, &links).await?;
    app.store().done(tx);
    Ok(answer)
}

/// `GET /dashboard/provider/{provider}/consumer/{consumer}`
pub(crate) async fn show_pair(
    Path((provider, consumer)): Path<Pair>,
    accept: Accept,
    page: Paging,
    State(app): State<App>,
    links: Links,
) -> Result<Response, ApiError> {
    let mut tx = app.store().glance().await?;
    let consumer = tx.pacticipants().find(&consumer).await?.ok_or_else(|| ApiError::no_consumer(&consumer))?;
    let provider = tx.pacticipants().find(&provider).await?.ok_or_else(|| ApiError::no_provider(&provider))?;
    let answer = answer(&accept, Some((consumer.id, provider.id)), page, &mut tx, &links).await?;
    app.store().done(tx);
    Ok(answer)
}

async fn answer(
    accept: &Accept,
    pair: Option<(PacticipantId, PacticipantId)>,
    Paging(page): Paging,
    tx: &mut ReadTx,
    links: &Links,
) -> Result<Response, ApiError> {
    let form = accept.choose(&[HAL, TEXT])?;
    let page = page.unwrap_or(FIRST_PAGE);
    let Part { mut items, versions } = tx.pacts_that_matter_now(pair, (page.size, page.offset())).await?;
    if form == TEXT {
        return Ok(([(CONTENT_TYPE, "text/plain;charset=utf-8")], text(&items, &versions)).into_response());
    }
    items.sort_by_key(|item| {
        let verified = item.result.as_ref().map(|result| result.executed_at);
        std::cmp::Reverse(verified.max(Some(item.created_at)))
    });
    let items = list(items.iter().map(|item| document(item, &versions, links)));
    Ok(Hal::from(Doc::new().with("items", items)).into_response())
}

fn status(item: &Item) -> VerificationStatus {
    let known = item.result.as_ref().map(|result| (result.success, result.pending, result.is_of_this_content));
    VerificationStatus::of(known)
}

fn document(item: &Item, versions: &HashMap<VersionId, ItemVersion>, links: &Links) -> Doc {
    let Item { consumer, provider, .. } = item;
    let nothing = ItemVersion::default();
    let known = |version: VersionId| versions.get(&version).unwrap_or(&nothing);
    let published = known(item.version_id);
    let pact = links.pact(consumer, provider, &published.number);
    let consumer_version = version(published).link("self", Link::to(links.version(consumer, &published.number)));
    let result = item.result.as_ref().map(|result| {
        Doc::new()
            .with("success", result.success)
            .with("verifiedAt", result.executed_at)
            .link("self", Link::to(format!("{pact}/verification-results/latest")))
    });
    let provider_version = item.result.as_ref().map(|result| known(result.version_id));
    let webhooks = Link::to(format!("{}/webhooks/status", links.pair(consumer, provider)))
        .title(format!("Status of webhooks for {consumer}/{provider} pact"));
    Doc::new()
        .with(
            "consumer",
            Doc::new()
                .with("name", consumer.clone())
                .with("version", consumer_version)
                .link("self", Link::to(links.pacticipant(consumer))),
        )
        .with(
            "provider",
            Doc::new()
                .with("name", provider.clone())
                .nullable("version", provider_version.map(version))
                .link("self", Link::to(links.pacticipant(provider))),
        )
        .with("pact", Doc::new().with("createdAt", item.created_at).link("self", Link::to(pact)))
        .with("pactTags", tags(consumer, published, links))
        .nullable("latestVerificationResult", result)
        .with(
            "latestVerificationResultTags",
            match provider_version {
                Some(version) => tags(provider, version, links),
                None => Json::Array(Vec::new()),
            },
        )
        .with("verificationStatus", status(item).as_str())
        .with("webhookStatus", "none")
        .with("latestWebhookExecution", Json::Null)
        .link("pb:webhook-status", webhooks)
}

fn version(version: &ItemVersion) -> Doc {
    Doc::new()
        .with("number", version.number.clone())
        .nullable("branch", version.branches.last().cloned())
        .with("headBranchNames", Json::array(version.branches.iter().cloned()))
}

fn tags(pacticipant: &str, version: &ItemVersion, links: &Links) -> Json<'static> {
    list(version.tags.iter().map(|tag| {
        Doc::new()
            .with("name", tag.clone())
            .with("latest", true)
            .link("self", Link::to(links.tag(pacticipant, &version.number, tag)))
    }))
}

fn text(items: &[Item], versions: &HashMap<VersionId, ItemVersion>) -> String {
    const HEADER: [&str; 7] =
        ["CONSUMER_NAME", "C_VERSION", "C_TAGS", "PROVIDER_NAME", "P_VERSION", "P_TAGS", "SUCCESS"];
    let shown = |version: Option<VersionId>| match version.and_then(|version| versions.get(&version)) {
        Some(version) => (version.number.clone(), version.tags.join(", ")),
        None => Default::default(),
    };
    let rows: Vec<[String; 7]> = items
        .iter()
        .map(|item| {
            let (number, tags) = shown(Some(item.version_id));
            let (verified_by, its_tags) = shown(item.result.as_ref().map(|result| result.version_id));
            let (consumer, provider) = (item.consumer.clone(), item.provider.clone());
            [consumer, number, tags, provider, verified_by, its_tags, status(item).as_str().to_owned()]
        })
        .collect();
    format!("{}\n", table(&HEADER, &rows))
}

#[cfg(test)]
mod tests;
