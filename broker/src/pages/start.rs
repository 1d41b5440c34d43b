//! `GET /`: who has contracts with whom, and how they stand.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;

use crate::api::extract::Query;
use crate::api::page::Paging;
use crate::api::problem::ApiError;
use crate::domain::dashboard::VerificationStatus;
use crate::domain::id::{PacticipantId, VersionId};
use crate::domain::pact::PublishedPact;
use crate::pages::shown::{Moment, Pager, State};
use crate::pages::site::Site;
use crate::pages::{PageBody, never_kept};
use crate::store::ReadTx;
use crate::store::dashboard::LatestResult;
use crate::store::integrations::Integration;

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    site: Site,
    asked: String,
    rows: Vec<IntegrationRow>,
    pager: Pager,
}

/// An integration with its latest pact.
#[derive(Debug)]
pub(crate) struct IntegrationRow {
    /// Who expects.
    pub(crate) consumer: String,
    /// Who provides.
    pub(crate) provider: String,
    /// The latest pact, if any is left.
    pub(crate) pact: Option<PactRow>,
}

/// What is shown of a latest pact.
#[derive(Debug)]
pub(crate) struct PactRow {
    /// The consumer's version.
    pub(crate) number: String,
    /// When it was published.
    pub(crate) published: Moment,
    /// How its verification stands.
    pub(crate) state: State,
    /// When it was verified last, by which version of the provider.
    pub(crate) verified: Option<(Moment, String)>,
}

/// The latest result of each of these pacts, by consumer version and provider.
pub(crate) async fn results_of(
    tx: &mut ReadTx,
    pacts: &[PublishedPact],
) -> Result<HashMap<(VersionId, PacticipantId), LatestResult>, ApiError> {
    let versions: Vec<VersionId> = pacts.iter().map(|pact| pact.version_id).collect();
    let results = tx.latest_results(&versions).await?;
    Ok(results.into_iter().map(|result| ((result.consumer_version_id, result.provider_id), result)).collect())
}

impl PactRow {
    /// A pact with its latest result.
    pub(crate) fn new(pact: &PublishedPact, result: Option<&LatestResult>) -> Self {
        let known = result.map(|of| (of.success, of.pending, of.pact_content_id == pact.pact_content_id));
        Self {
            number: pact.number.clone(),
            published: pact.created_at.into(),
            state: VerificationStatus::of(known).into(),
            verified: result.map(|of| (of.executed_at.into(), of.provider_version.clone())),
        }
    }
}

/// Rows for integrations, in the same order.
pub(crate) async fn rows(tx: &mut ReadTx, integrations: &[Integration]) -> Result<Vec<IntegrationRow>, ApiError> {
    let ids: Vec<_> = integrations.iter().map(|integration| integration.id).collect();
    let pacts = tx.integrations().latest_pacts(&ids).await?;
    let results = results_of(tx, &pacts).await?;
    let mut shown: HashMap<(&str, &str), PactRow> = pacts
        .iter()
        .map(|pact| {
            let result = results.get(&(pact.version_id, pact.provider_id));
            ((pact.consumer.as_str(), pact.provider.as_str()), PactRow::new(pact, result))
        })
        .collect();
    let mut made = Vec::with_capacity(integrations.len());
    for Integration { consumer, provider, .. } in integrations {
        let pact = shown.remove(&(consumer.as_str(), provider.as_str()));
        made.push(IntegrationRow { consumer: consumer.clone(), provider: provider.clone(), pact });
    }
    Ok(made)
}

/// `GET /`; `q` is a part of a name.
pub(crate) async fn show(Paging(page): Paging, query: Query, mut tx: ReadTx, site: Site) -> Result<Response, ApiError> {
    let page = Pager::bounded(page);
    let asked = query.get("q").unwrap_or_default().trim().to_owned();
    let like = (!asked.is_empty()).then_some(asked.as_str());
    let (integrations, total) = tx.integrations().list(like, (page.size, page.offset())).await?;
    let rows = rows(&mut tx, &integrations).await?;
    let kept: Vec<(&str, &str)> = like.map(|like| ("q", like)).into_iter().collect();
    let pager = Pager::new(page, total, &site.path("/"), &kept);
    Ok(never_kept(PageBody::of(&Start { site, asked, rows, pager })?))
}
