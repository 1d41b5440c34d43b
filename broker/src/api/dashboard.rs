//! `GET /dashboard`: the pacts that matter now, each with how its verification stands.

use std::collections::{HashMap, HashSet};

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
use crate::domain::pact::PublishedPact;
use crate::store::ReadTx;
use crate::store::dashboard::LatestResult;
use crate::store::version_details::VersionDetails;

const TEXT: &str = "text/plain";
/// What is shown when no page is asked for: other than the lists, never everything.
const FIRST_PAGE: Page = Page { number: 1, size: 30 };

/// A pact and what is known about it.
struct Item {
    pact: PublishedPact,
    result: Option<LatestResult>,
    status: VerificationStatus,
}

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
    let part = (page.size, page.offset());
    let mut items = items(tx, pair, part).await?;
    let versions: HashSet<VersionId> = items
        .iter()
        .flat_map(|item| [Some(item.pact.version_id), item.result.as_ref().map(|result| result.provider_version_id)])
        .flatten()
        .collect();
    let versions = tx.version_details(&versions).await?;
    if form == TEXT {
        return Ok(([(CONTENT_TYPE, "text/plain;charset=utf-8")], text(&items, &versions)).into_response());
    }
    items.sort_by_key(|item| {
        let verified = item.result.as_ref().map(|result| result.executed_at);
        std::cmp::Reverse(verified.max(Some(item.pact.created_at)))
    });
    let items = list(items.iter().map(|item| document(item, &versions, links)));
    Ok(Hal::from(Doc::new().with("items", items)).into_response())
}

/// The items of a part of the dashboard, by consumer, newest version first.
async fn items(
    tx: &mut ReadTx,
    pair: Option<(PacticipantId, PacticipantId)>,
    part: (i64, i64),
) -> Result<Vec<Item>, ApiError> {
    let pacts = tx.pacts_that_matter_now(pair, part).await?;
    let items = pacts.into_iter().map(|(pact, result)| {
        let known = result.as_ref().map(|of| (of.success, of.pending, of.pact_content_id == pact.pact_content_id));
        Item { pact, result, status: VerificationStatus::of(known) }
    });
    Ok(items.collect())
}

fn document(item: &Item, versions: &HashMap<VersionId, VersionDetails>, links: &Links) -> Doc {
    let PublishedPact { consumer, provider, number, .. } = &item.pact;
    let nothing = VersionDetails::default();
    let details = |version: VersionId| versions.get(&version).unwrap_or(&nothing);
    let pact = links.pact(consumer, provider, number);
    let consumer_details = details(item.pact.version_id);
    let consumer_version = version(number, consumer_details).link("self", Link::to(links.version(consumer, number)));
    let result = item.result.as_ref().map(|result| {
        Doc::new()
            .with("success", result.success)
            .with("verifiedAt", result.executed_at)
            .link("self", Link::to(format!("{pact}/verification-results/latest")))
    });
    let provider_version =
        item.result.as_ref().map(|result| (&result.provider_version, details(result.provider_version_id)));
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
                .nullable("version", provider_version.map(|(number, details)| version(number, details)))
                .link("self", Link::to(links.pacticipant(provider))),
        )
        .with("pact", Doc::new().with("createdAt", item.pact.created_at).link("self", Link::to(pact)))
        .with("pactTags", tags(consumer, number, consumer_details, links))
        .nullable("latestVerificationResult", result)
        .with(
            "latestVerificationResultTags",
            match provider_version {
                Some((number, details)) => tags(provider, number, details, links),
                None => Json::Array(Vec::new()),
            },
        )
        .with("verificationStatus", item.status.as_str())
        .with("webhookStatus", "none")
        .with("latestWebhookExecution", Json::Null)
        .link("pb:webhook-status", webhooks)
}

fn version(number: &str, details: &VersionDetails) -> Doc {
    let heads = || details.branches.iter().filter(|branch| branch.is_head).map(|branch| branch.branch.clone());
    Doc::new()
        .with("number", number.to_owned())
        .nullable("branch", heads().next_back())
        .with("headBranchNames", Json::array(heads()))
}

/// The tags whose head a version is, by name.
fn head_tags(details: &VersionDetails) -> Vec<&str> {
    let mut names: Vec<&str> = details.tags.iter().filter(|tag| tag.is_head).map(|tag| tag.name.as_str()).collect();
    names.sort_unstable();
    names
}

fn tags(pacticipant: &str, number: &str, details: &VersionDetails, links: &Links) -> Json<'static> {
    list(head_tags(details).into_iter().map(|tag| {
        Doc::new()
            .with("name", tag.to_owned())
            .with("latest", true)
            .link("self", Link::to(links.tag(pacticipant, number, tag)))
    }))
}

fn text(items: &[Item], versions: &HashMap<VersionId, VersionDetails>) -> String {
    const HEADER: [&str; 7] =
        ["CONSUMER_NAME", "C_VERSION", "C_TAGS", "PROVIDER_NAME", "P_VERSION", "P_TAGS", "SUCCESS"];
    let tags = |version: VersionId| versions.get(&version).map(head_tags).unwrap_or_default().join(", ");
    let rows: Vec<[String; 7]> = items
        .iter()
        .map(|Item { pact, result, status }| {
            let verified = result.as_ref();
            [
                pact.consumer.clone(),
                pact.number.clone(),
                tags(pact.version_id),
                pact.provider.clone(),
                verified.map(|result| result.provider_version.clone()).unwrap_or_default(),
                verified.map(|result| tags(result.provider_version_id)).unwrap_or_default(),
                status.as_str().to_owned(),
            ]
        })
        .collect();
    format!("{}\n", table(&HEADER, &rows))
}

#[cfg(test)]
mod tests;
