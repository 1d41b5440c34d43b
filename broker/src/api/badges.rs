//! Badges for readmes: how the verification of a pact stands, whether something can be deployed or merged.
//!
//! A badge is always answered: a readme shows no error texts, so what is missing is said by the badge itself.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use serde::Deserialize;

use crate::api::extract::{Path, Query};
use crate::api::hal::{Doc, Hal};
use crate::api::links::encoded_wholly;
use crate::api::negotiate::Accept;
use crate::api::pacts::Pair;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::config::Badges;
use crate::domain::badge::{Badge, Colour, shown_name};
use crate::domain::dashboard::VerificationStatus;
use crate::domain::matrix::{LatestBy, Question};
use crate::domain::matrix_selector::{Criteria, Selector};
use crate::operations::can_i_deploy::can_i_deploy;
use crate::store::ReadTx;
use crate::store::pacts::PactScope;

const SVG: &str = "image/svg+xml";

/// Accepts pictures and knows how badges are answered.
pub(crate) struct Badger {
    app: App,
    query: Query,
}

impl<S> axum::extract::FromRequestParts<S> for Badger
where
    S: Send + Sync,
    App: axum::extract::FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut http::request::Parts, state: &S) -> Result<Self, ApiError> {
        Accept::of(&parts.headers).choose(&[SVG])?;
        Ok(Self { app: axum::extract::FromRef::from_ref(state), query: Query::of(parts.uri.query()) })
    }
}

impl Badger {
    fn answer(&self, badge: &Badge) -> Response {
        let svg = [(CONTENT_TYPE, "image/svg+xml;charset=utf-8")];
        match &self.app.config().badges {
            Badges::Own => (svg, badge.to_svg()).into_response(),
            Badges::Redirect(service) => {
                let base = service.as_str().trim_end_matches('/');
                let address = format!("{base}/badge/{}", encoded_wholly(&badge.service_name()));
                (StatusCode::TEMPORARY_REDIRECT, svg, [(LOCATION, address)]).into_response()
            }
        }
    }

    /// The badge for a pacticipant that does not exist. Redirected, it says so in its body as well, as other Pact Brokers do.
    fn no_pacticipant(&self, name: &str) -> Response {
        let answer = self.answer(&Badge::not_found("pacticipant"));
        if answer.status() != StatusCode::TEMPORARY_REDIRECT {
            return answer;
        }
        let (mut parts, _) = answer.into_parts();
        parts.headers.remove(CONTENT_TYPE);
        let error = Doc::new().with("error", format!("No pacticipant with name '{name}' found"));
        (parts, Hal::from(error)).into_response()
    }

    /// The names of a pair as the left text of a badge.
    fn names(&self, consumer: (&str, Option<&str>), provider: (&str, Option<&str>)) -> String {
        let initials = self.query.get("initials") == Some("true");
        let name = |(name, tag): (&str, Option<&str>)| match tag {
            Some(tag) => format!("{} ({tag})", shown_name(name, initials)),
            None => shown_name(name, initials),
        };
        match self.query.get("label") {
            Some("consumer") => format!("{} pact", name(consumer)),
            Some("provider") => format!("{} pact", name(provider)),
            _ => format!("{}/{} pact", name(consumer), name(provider)),
        }
    }
}

fn no_pact() -> Badge {
    Badge::new("pact not found", "unknown", Colour::LightGrey)
}

/// Where a pact's badge is: of which tag, or of versions without one.
#[derive(Deserialize)]
pub(crate) struct Latest {
    provider: String,
    consumer: String,
    tag: Option<String>,
}

/// `GET C/latest/badge`, `C/latest/{tag}/badge`
pub(crate) async fn latest(
    badger: Badger,
    Path(Latest { provider, consumer, tag }): Path<Latest>,
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    let scope = tag.as_deref().map_or(PactScope::All, PactScope::Tag);
    of_pact(&badger, (&provider, &consumer), scope, &mut tx).await
}

/// `GET C/latest-untagged/badge`
pub(crate) async fn latest_untagged(
    badger: Badger,
    Path((provider, consumer)): Path<Pair>,
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    of_pact(&badger, (&provider, &consumer), PactScope::Untagged, &mut tx).await
}

async fn of_pact(
    badger: &Badger,
    (provider, consumer): (&str, &str),
    scope: PactScope<'_>,
    tx: &mut ReadTx,
) -> Result<Response, ApiError> {
    let Some(pact) = tx.pacts().latest(consumer, provider, scope).await? else { return Ok(badger.answer(&no_pact())) };
    let verdict = tx.latest_verdict(consumer, provider, scope).await?;
    let known = verdict.map(|of| (of.success, of.pending, of.pact_content_id == pact.pact_content_id));
    let left = badger.names((consumer, None), (provider, None));
    Ok(badger.answer(&Badge::of_status(left, VerificationStatus::of(known))))
}

/// `GET /matrix/provider/{provider}/latest/{tag}/consumer/{consumer}/latest/{tag}/badge`
pub(crate) async fn of_tags(
    badger: Badger,
    Path((provider, provider_tag, consumer, consumer_tag)): Path<(String, String, String, String)>,
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    let tagged = |pacticipant: &str, tag: &str| Selector {
        pacticipant: pacticipant.to_owned(),
        criteria: Criteria { tag: Some(tag.to_owned()), latest: true, ..Criteria::default() },
    };
    if tx.pacts().latest(&consumer, &provider, PactScope::Tag(&consumer_tag)).await?.is_none() {
        return Ok(badger.answer(&no_pact()));
    }
    let question = Question::about(vec![tagged(&consumer, &consumer_tag), tagged(&provider, &provider_tag)]);
    let answer = can_i_deploy(&mut tx, &question).await?;
    // Of this pair: the matrix of two applications holds a row for each direction they have contracts in.
    let result =
        answer.verdict.rows.iter().find(|row| row.pact.consumer.name == consumer).and_then(|row| row.result.as_ref());
    let left = badger.names((&consumer, Some(&consumer_tag)), (&provider, Some(&provider_tag)));
    let status = VerificationStatus::of(result.map(|result| (result.success, false, true)));
    Ok(badger.answer(&Badge::of_status(left, status)))
}

/// `GET /pacticipants/{pacticipant}/latest-version/{tag}/can-i-deploy/to/{to}/badge`
pub(crate) async fn tag_to_tag(
    badger: Badger,
    Path((pacticipant, tag, to)): Path<(String, String, String)>,
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    if tx.pacticipants().find(&pacticipant).await?.is_none() {
        return Ok(badger.no_pacticipant(&pacticipant));
    }
    if tx.versions().latest_with_tag(&pacticipant, &tag).await?.is_none() {
        return Ok(badger.answer(&Badge::not_found("version")));
    }
    let criteria = Criteria { tag: Some(tag.clone()), latest: true, ..Criteria::default() };
    let target = Criteria { tag: Some(to.clone()), latest: true, ..Criteria::default() };
    let selector = Selector { pacticipant, criteria };
    deployable(&badger, selector, target, LatestBy::ConsumerVersionAndProvider, (&tag, &to), &mut tx).await
}

/// `GET /pacticipants/{pacticipant}/branches/{branch}/latest-version/can-i-deploy/to-environment/{environment}/badge`
pub(crate) async fn branch_to_environment(
    badger: Badger,
    Path((pacticipant, branch, environment)): Path<(String, String, String)>,
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    if tx.pacticipants().find(&pacticipant).await?.is_none() {
        return Ok(badger.no_pacticipant(&pacticipant));
    }
    let missing = if tx.branches().find(&pacticipant, &branch).await?.is_none() {
        Some("branch")
    } else if tx.versions().head_of_branch(&pacticipant, &branch).await?.is_none() {
        Some("version")
    } else if tx.environments().find_by_name(&environment).await?.is_none() {
        Some("environment")
    } else {
        None
    };
    if let Some(what) = missing {
        return Ok(badger.answer(&Badge::not_found(what)));
    }
    let criteria = Criteria { branch: Some(branch.clone()), latest: true, ..Criteria::default() };
    let target = Criteria { environment: Some(environment.clone()), ..Criteria::default() };
    let selector = Selector { pacticipant, criteria };
    let way = (branch.as_str(), environment.as_str());
    deployable(&badger, selector, target, LatestBy::ConsumerVersionAndProviderVersion, way, &mut tx).await
}

async fn deployable(
    badger: &Badger,
    selector: Selector,
    target: Criteria,
    latest_by: LatestBy,
    (from, to): (&str, &str),
    tx: &mut ReadTx,
) -> Result<Response, ApiError> {
    let yes = verdict(badger, selector, target, latest_by, tx).await? == Some(true);
    let left = badger.query.get("label").filter(|label| !label.is_empty()).unwrap_or("can-i-deploy");
    let colour = if yes { Colour::BrightGreen } else { Colour::Red };
    Ok(badger.answer(&Badge::new(left, format!("{from} to {to}"), colour)))
}

async fn verdict(
    badger: &Badger,
    selector: Selector,
    target: Criteria,
    latest_by: LatestBy,
    tx: &mut ReadTx,
) -> Result<Option<bool>, ApiError> {
    let question = Question {
        target,
        latest_by: Some(latest_by),
        limit: usize::MAX,
        every_provider_version_needs_a_result: badger.app.config().every_provider_version_needs_a_result,
        ..Question::about(vec![selector])
    };
    Ok(can_i_deploy(tx, &question).await?.verdict.deployable)
}

/// `GET /pacticipants/{pacticipant}/main-branch/can-i-merge/badge`
pub(crate) async fn can_i_merge(
    badger: Badger,
    State(app): State<App>,
    Path(pacticipant): Path<String>,
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    let mut response = match tx.pacticipants().find(&pacticipant).await? {
        None => badger.no_pacticipant(&pacticipant),
        Some(found) => {
            let head = match &found.main_branch {
                Some(branch) => tx.versions().head_of_branch(&pacticipant, branch).await?,
                None => None,
            };
            match head {
                None => badger.answer(&Badge::not_found("main branch version")),
                Some(head) => {
                    let criteria = Criteria { version: Some(head.number), ..Criteria::default() };
                    let target = Criteria { main_branch: true, latest: true, ..Criteria::default() };
                    let selector = Selector { pacticipant, criteria };
                    let latest_by = LatestBy::ConsumerVersionAndProvider;
                    let (right, colour) = match verdict(&badger, selector, target, latest_by, &mut tx).await? {
                        Some(true) => ("success", Colour::BrightGreen),
                        Some(false) => ("failed", Colour::Red),
                        None => ("unknown", Colour::LightGrey),
                    };
                    let left = badger.query.get("label").filter(|label| !label.is_empty()).unwrap_or("can-i-merge");
                    badger.answer(&Badge::new(left, right, colour))
                }
            }
        }
    };
    if let Ok(cache) = app.config().badge_cache.parse() {
        response.headers_mut().insert(CACHE_CONTROL, cache);
    }
    Ok(response)
}

#[cfg(test)]
mod tests;
