//! `POST` and `GET /pacts/provider/{provider}/for-verification`: the pacts a provider shall verify.
//!
//! The `GET` form is deprecated but stays: verifiers follow the link to this address with a plain `GET` first, and post to the
//! `self` link of what they get. Old clients put their selectors into the query.

use std::collections::HashSet;

use axum::extract::State;
use intact_pact_model::json::Json;

use crate::api::extract::{Path, Query, Submission};
use crate::api::hal::{Doc, Hal, Link, Written, list};
use crate::api::links::Links;
use crate::api::negotiate::AcceptsHal;
use crate::api::problem::ApiError;
use crate::api::validation::{CANNOT_BE_BLANK, Checked, FieldErrors, MOST_ELEMENTS, MUST_BE_FILLED, TOO_MANY_ELEMENTS};
use crate::app::App;
use crate::domain::selector::ConsumerVersionSelector;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification_notice::{PactToVerify, metadata_of, notices, short_description};
use crate::operations::pacts_for_verification::{PactsToVerify, VerificationRequest, pacts_for_verification};
use crate::store::ReadTx;

const EMPTY_BRANCH: &str = "when pending or WIP pacts are enabled and there are no tags provided, the provider version branch \
                            must not be an empty string, as it is used in the calculations for WIP/pending. A value must be \
                            provided (recommended), or it must not be set at all.";
const NULL_CHARACTER: &str = "cannot contain a null character";
const TRUTHS: &str = "must be one of: true, false";
const DATE: &str = "must be a date";

/// `POST /pacts/provider/{provider}/for-verification`
pub(crate) async fn post(
    Path((provider,)): Path<(String,)>,
    State(app): State<App>,
    links: Links,
    submission: Submission,
) -> Result<Hal, ApiError> {
    if !submission.says_json() {
        return Err(ApiError::UnsupportedMediaType);
    }
    let body = submission.object_if_json()?;
    let mut tx = app.store().read().await?;
    let environments = tx.environments().list().await?.into_iter().map(|environment| environment.name).collect();
    let request = posted(Checked::new(&body), &environments)?;
    submission.accepts_hal()?;
    answer(&mut tx, &provider, &request, &app, &links, false).await
}

/// `GET /pacts/provider/{provider}/for-verification`
pub(crate) async fn get(
    Path((provider,)): Path<(String,)>,
    query: Query,
    _: AcceptsHal,
    State(app): State<App>,
    links: Links,
    mut tx: ReadTx,
) -> Result<Hal, ApiError> {
    let request = queried(&query)?;
    answer(&mut tx, &provider, &request, &app, &links, true).await
}

async fn answer(
    tx: &mut ReadTx,
    provider: &str,
    request: &VerificationRequest,
    app: &App,
    links: &Links,
    is_beta_api: bool,
) -> Result<Hal, ApiError> {
    let found = tx.matrix().pacticipant_named(provider).await?;
    let id = found.ok_or_else(|| ApiError::no_provider(provider))?.id;
    let chosen = pacts_for_verification(tx, id, request, app.now()).await?;
    let pacts = Written::new().with_list("pacts", &chosen.pacts, |written, pact| {
        write_pact(written, pact, provider, &chosen, links, is_beta_api)
    });
    let this = Doc::new().link("self", Link::to(links.this()).title("Pacts to be verified"));
    Ok(Written::new().with_text("_embedded", &pacts.into_text()).with_members(this).into())
}

fn write_pact(
    written: Written,
    pact: &PactToVerify,
    provider: &str,
    chosen: &PactsToVerify,
    links: &Links,
    is_beta_api: bool,
) -> Written {
    let published = &pact.entry.pact;
    let consumer = &published.consumer.name;
    let content = links.pact_content(consumer, provider, &published.sha, None);
    let notices = notices(pact, provider, &chosen.line, &content, is_beta_api)
        .into_iter()
        .map(|notice| Doc::new().with("when", notice.when).with("text", notice.text));
    let properties = Doc::new()
        .maybe("pending", pact.pending.as_ref().map(|status| status.pending))
        .maybe("wip", pact.wip.then_some(true))
        .with("notices", list(notices));
    let href = links.pact_content(consumer, provider, &published.sha, Some(&metadata_of(pact).encode()));
    let name = format!("Pact between {consumer} ({}) and {provider}", published.consumer_version.number);
    written
        .with("shortDescription", short_description(&pact.entry.reasons))
        .with("verificationProperties", properties)
        .with_members(Doc::new().link("self", Link::to(href).name(name)))
}

/// Reads the body of a `POST`, or everything that is wrong with it.
fn posted(mut body: Checked<'_>, environments: &HashSet<String>) -> Result<VerificationRequest, FieldErrors> {
    let field = |camel: &'static str, snake: &str| body.raw(camel).or_else(|| body.raw(snake));
    let mut errors = FieldErrors::new();
    let branch = match field("providerVersionBranch", "provider_version_branch") {
        None | Some(Json::Null) => None,
        Some(Json::String(branch)) if branch.contains('\0') => {
            errors.add("providerVersionBranch", NULL_CHARACTER);
            None
        }
        Some(Json::String(branch)) => Some(branch.clone().into_owned()),
        Some(_) => {
            errors.add("providerVersionBranch", "must be a string");
            None
        }
    };
    let tags = match field("providerVersionTags", "provider_version_tags") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(tags)) if tags.len() > MOST_ELEMENTS => {
            errors.add("providerVersionTags", TOO_MANY_ELEMENTS);
            Vec::new()
        }
        Some(Json::Array(tags)) => {
            let tags: Vec<String> = tags.iter().map(|tag| tag.to_text().into_owned()).collect();
            for (index, _) in tags.iter().enumerate().filter(|(_, tag)| tag.contains('\0')) {
                errors.add_at("providerVersionTags", index, NULL_CHARACTER);
            }
            tags
        }
        Some(_) => {
            errors.add("providerVersionTags", "must be an array");
            Vec::new()
        }
    };
    let include_pending = match field("includePendingStatus", "include_pending_status") {
        // Old verifiers do not ask; a build that fails for a pact nobody has verified yet is never what they want.
        None => true,
        Some(Json::Bool(value)) => *value,
        Some(Json::Null) => {
            errors.add("includePendingStatus", MUST_BE_FILLED);
            false
        }
        Some(_) => {
            errors.add("includePendingStatus", TRUTHS);
            false
        }
    };
    let asks_for_pending = matches!(field("includePendingStatus", "include_pending_status"), Some(Json::Bool(true)));
    let since = field("includeWipPactsSince", "include_wip_pacts_since");
    let wip_since = match since {
        None => None,
        Some(Json::String(text)) => {
            let moment = moment(text);
            if moment.is_none() {
                errors.add("includeWipPactsSince", DATE);
            }
            moment
        }
        Some(_) => {
            errors.add("includeWipPactsSince", DATE);
            None
        }
    };
    if let Some(branch) = &branch {
        if branch.is_empty() {
            if tags.is_empty() && (asks_for_pending || since.is_some()) {
                errors.add("providerVersionBranch", EMPTY_BRANCH);
            }
        } else if branch.trim().is_empty() {
            errors.add("providerVersionBranch", CANNOT_BE_BLANK);
        }
    }
    let provider_branch = branch.filter(|branch| !branch.is_empty());
    let selectors = body.raw("consumerVersionSelectors").or_else(|| body.raw("consumer_version_selectors"));
    let selectors = read_selectors(selectors, provider_branch.is_some(), environments, &mut errors);
    body.errors = errors;
    if !body.errors.is_empty() {
        return Err(body.errors);
    }
    Ok(VerificationRequest { provider_branch, provider_tags: tags, include_pending, wip_since, selectors })
}

fn read_selectors(
    value: Option<&Json<'_>>,
    has_provider_branch: bool,
    environments: &HashSet<String>,
    errors: &mut FieldErrors,
) -> Vec<ConsumerVersionSelector> {
    const FIELD: &str = "consumerVersionSelectors";
    let elements = match value {
        None => return Vec::new(),
        // Each selector is held against every candidate; nobody writes so many by hand.
        Some(Json::Array(elements)) if elements.len() > MOST_ELEMENTS => {
            errors.add(FIELD, TOO_MANY_ELEMENTS);
            return Vec::new();
        }
        Some(Json::Array(elements)) => elements,
        Some(_) => {
            errors.add(FIELD, "must be an array");
            return Vec::new();
        }
    };
    let mut selectors = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let faults = match ConsumerVersionSelector::read(element) {
            Ok(selector) => {
                let problems = selector.problems(has_provider_branch, environments);
                selectors.push(selector);
                problems
            }
            Err(faults) => faults,
        };
        for fault in faults {
            errors.add_at(FIELD, index, fault);
        }
    }
    selectors
}

/// Reads the query of the old `GET` form, whose selectors know tags only.
fn queried(query: &Query) -> Result<VerificationRequest, FieldErrors> {
    const FIELD: &str = "consumer_version_selectors";
    let filled = |name: &str| query.get(name).filter(|value| !value.is_empty());
    let mut errors = FieldErrors::new();
    let mut selectors = Vec::new();
    for (index, element) in query.elements(FIELD).into_iter().enumerate() {
        let text = |name: &str| element.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let Some(tag) = text("tag") else {
            errors.add_property(FIELD, index, "tag", "is missing");
            continue;
        };
        let latest = match element.get("latest") {
            None | Some("") => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) => {
                errors.add_property(FIELD, index, "latest", TRUTHS);
                None
            }
        };
        selectors.push(ConsumerVersionSelector {
            tag: Some(tag),
            latest,
            fallback_tag: text("fallback_tag"),
            consumer: text("consumer"),
            ..ConsumerVersionSelector::default()
        });
    }
    let include_pending = match filled("include_pending_status") {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => {
            errors.add("include_pending_status", TRUTHS);
            false
        }
    };
    let wip_since = filled("include_wip_pacts_since").and_then(|text| {
        let moment = moment(text);
        if moment.is_none() {
            errors.add("include_wip_pacts_since", DATE);
        }
        moment
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(VerificationRequest {
        provider_branch: filled("provider_version_branch").map(str::to_owned),
        provider_tags: query.list("provider_version_tags").map(str::to_owned).collect(),
        include_pending,
        wip_since,
        selectors,
    })
}

/// A moment from `2026-11-01` (its beginning in UTC) or a date and time with or without an offset.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let utc =
        |civil: jiff::civil::DateTime| civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let moment =
        text.parse::<jiff::Timestamp>().ok().or_else(|| text.parse::<jiff::civil::DateTime>().ok().and_then(utc))?;
    Some(Timestamp::from_micros(moment.as_microsecond()))
}

#[cfg(test)]
mod tests;
