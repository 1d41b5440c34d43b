//! A pact as a document for people: what the consumer expects, and how the provider's verification stands.

use std::collections::HashSet;

use askama::Template;
use axum::extract::FromRequestParts;
use http::request::Parts;
use intact_pact_model::Pact;
use intact_pact_model::json::Json;

use crate::api::extract::Path;
use crate::api::negotiate::Accept;
use crate::api::pacts::Pair;
use crate::api::problem::ApiError;
use crate::domain::pact::PublishedPact;
use crate::pages::PageBody;
use crate::pages::interactions::InteractionShown;
use crate::pages::shown::{Moment, VersionShown};
use crate::pages::site::Site;
use crate::pages::start::{PactRow, results_of};
use crate::store::ReadTx;
use crate::store::pacts::PactScope;

/// Refuses a client that does not accept HTML, the form of a pact that its page is; stands first among a handler's arguments.
pub(crate) struct AcceptsPage;

impl<S: Send + Sync> FromRequestParts<S> for AcceptsPage {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Accept::of(&parts.headers).choose(&["text/html"])?;
        Ok(Self)
    }
}

#[derive(Template)]
#[template(path = "pact.html")]
struct PactPage {
    site: Site,
    consumer: String,
    provider: String,
    version: VersionShown,
    published: Moment,
    row: PactRow,
    /// The address of this very publication.
    address: String,
    revision: i64,
    content: Content,
}

/// What a pact says.
enum Content {
    Read {
        interactions: Vec<InteractionShown>,
        specification: String,
    },
    /// Brokers keep any JSON document; why this one is no pact, and its text.
    Unreadable {
        cause: String,
        text: String,
    },
}

impl Content {
    fn of(bytes: &[u8]) -> Self {
        match Pact::read(bytes) {
            Ok(loaded) => Self::Read {
                interactions: loaded.value.interactions.iter().map(InteractionShown::of).collect(),
                specification: loaded.value.version.to_string(),
            },
            Err(error) => {
                let text = Json::parse(bytes).map(|document| document.to_pretty()).unwrap_or_default();
                Self::Unreadable { cause: error.to_string(), text }
            }
        }
    }
}

async fn page(tx: &mut ReadTx, site: Site, pact: Option<PublishedPact>) -> Result<PageBody, ApiError> {
    let pact = pact.ok_or(ApiError::NotFound)?;
    let details = tx.version_details(&HashSet::from([pact.version_id])).await?;
    let results = results_of(tx, std::slice::from_ref(&pact)).await?;
    let bytes = tx.pacts().content(pact.pact_content_id).await?;
    let row = PactRow::new(&pact, results.get(&(pact.version_id, pact.provider_id)));
    let rendering = move || {
        let address = site.links().pact(&pact.consumer, &pact.provider, &pact.number);
        PageBody::of(&PactPage {
            version: VersionShown::new(&pact.number, details.get(&pact.version_id)),
            published: pact.created_at.into(),
            revision: pact.revision,
            content: Content::of(&bytes),
            consumer: pact.consumer,
            provider: pact.provider,
            row,
            address,
            site,
        })
    };
    // A pact may have many megabytes.
    tokio::task::spawn_blocking(rendering).await.unwrap_or_else(|error| Err(ApiError::internal(&error)))
}

async fn latest_in(
    tx: &mut ReadTx,
    site: Site,
    (provider, consumer): (&str, &str),
    scope: PactScope<'_>,
) -> Result<PageBody, ApiError> {
    let pact = tx.pacts().latest(consumer, provider, scope).await?;
    page(tx, site, pact).await
}

/// `GET C/version/{number}`
pub(crate) async fn of_version(
    _: AcceptsPage,
    Path((provider, consumer, number)): Path<(String, String, String)>,
    mut tx: ReadTx,
    site: Site,
) -> Result<PageBody, ApiError> {
    let pact = tx.pacts().of_version(&consumer, &provider, &number).await?;
    page(&mut tx, site, pact).await
}

/// `GET C/pact-version/{sha}`
pub(crate) async fn with_content(
    _: AcceptsPage,
    Path((provider, consumer, sha)): Path<(String, String, String)>,
    mut tx: ReadTx,
    site: Site,
) -> Result<PageBody, ApiError> {
    let pact = tx.pacts().with_content(&consumer, &provider, &sha, &[]).await?;
    page(&mut tx, site, pact).await
}

/// `GET C/latest`
pub(crate) async fn latest(
    _: AcceptsPage,
    Path((provider, consumer)): Path<Pair>,
    mut tx: ReadTx,
    site: Site,
) -> Result<PageBody, ApiError> {
    latest_in(&mut tx, site, (&provider, &consumer), PactScope::All).await
}

/// `GET C/latest/{tag}`
pub(crate) async fn latest_with_tag(
    _: AcceptsPage,
    Path((provider, consumer, tag)): Path<(String, String, String)>,
    mut tx: ReadTx,
    site: Site,
) -> Result<PageBody, ApiError> {
    latest_in(&mut tx, site, (&provider, &consumer), PactScope::Tag(&tag)).await
}

/// `GET C/latest-untagged`
pub(crate) async fn latest_untagged(
    _: AcceptsPage,
    Path((provider, consumer)): Path<Pair>,
    mut tx: ReadTx,
    site: Site,
) -> Result<PageBody, ApiError> {
    latest_in(&mut tx, site, (&provider, &consumer), PactScope::Untagged).await
}

/// `GET C/branch/{branch}/latest`
pub(crate) async fn latest_on_branch(
    _: AcceptsPage,
    Path((provider, consumer, branch)): Path<(String, String, String)>,
    mut tx: ReadTx,
    site: Site,
) -> Result<PageBody, ApiError> {
    latest_in(&mut tx, site, (&provider, &consumer), PactScope::Branch(&branch)).await
}
