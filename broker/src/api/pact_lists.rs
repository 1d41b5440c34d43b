//! Lists of pacts: of a pair, of a provider, of all.

use axum::routing::{MethodRouter, get};
use serde::Deserialize;

use crate::api::extract::Path;
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::AcceptsHal;
use crate::api::pacts::Pair;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::domain::pact::PublishedPact;
use crate::store::ReadTx;
use crate::store::pacts::PactScope;

/// The pacts of one pair, with the list relation under `rel`.
fn pair_list(
    (provider, consumer): (&str, &str),
    pacts: &[PublishedPact],
    title_end: &str,
    [consumer_rel, provider_rel, pacts_rel]: [&'static str; 3],
    pact_title: &'static str,
    links: &Links,
) -> Doc {
    let href = |pact: &PublishedPact| links.pact(&pact.consumer, &pact.provider, &pact.number);
    let item = |pact: &PublishedPact| {
        let version = Doc::new()
            .with("number", pact.number.clone())
            .link("self", links.version_link(&pact.consumer, &pact.number));
        Doc::new()
            .with("createdAt", pact.created_at)
            .embed("consumerVersion", version)
            .link("self", Link::to(href(pact)).title(pact.name()))
    };
    let link = |pact: &PublishedPact| {
        let name = format!("Version {} - {}", pact.number, pact.version_created_at.day());
        Link::to(href(pact)).title(pact_title).name(name)
    };
    let title = format!("All versions of the pact between {consumer} and {provider}{title_end}");
    Doc::new()
        .embed("pacts", list(pacts.iter().map(item)))
        .link("self", Link::to(links.this()).title(title))
        .link(consumer_rel, Link::to(links.pacticipant(consumer)).title("Consumer").name(consumer))
        .link(provider_rel, Link::to(links.pacticipant(provider)).title("Provider").name(provider))
        .links(pacts_rel, pacts.iter().map(link))
}

const PLAIN_RELS: [&str; 3] = ["consumer", "provider", "pact-versions"];

/// `GET C/versions`
pub(crate) async fn versions(
    _: AcceptsHal,
    Path((provider, consumer)): Path<Pair>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let pacts = db.pacts().of_pair(&consumer, &provider, PactScope::All).await?;
    if pacts.is_empty() && !db.pacts().integrated(&consumer, &provider).await? {
        return Err(ApiError::NotFound);
    }
    Ok(pair_list((&provider, &consumer), &pacts, "", PLAIN_RELS, "Pact", &links).into())
}

/// `GET C/tag/{tag}`
pub(crate) async fn with_tag(
    _: AcceptsHal,
    Path((provider, consumer, tag)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let pacts = db.pacts().of_pair(&consumer, &provider, PactScope::Tag(&tag)).await?;
    let rels = ["pb:consumer", "pb:provider", "pb:pact-versions"];
    let end = format!(" with tag {tag}");
    Ok(pair_list((&provider, &consumer), &pacts, &end, rels, "Pact version", &links).into())
}

/// The address of a pair's branch; of the main branch if none is named.
#[derive(Deserialize)]
pub(crate) struct OnBranch {
    provider: String,
    consumer: String,
    branch: Option<String>,
}

/// `GET C/branch/versions`, `C/branch/{branch}`: all pacts of a pair on a branch or on the main branch.
pub(crate) async fn on_branch(
    _: AcceptsHal,
    Path(address): Path<OnBranch>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let OnBranch { provider, consumer, branch } = &address;
    let scope = branch.as_deref().map_or(PactScope::MainBranch, PactScope::Branch);
    let mut pacts = db.pacts().of_pair(consumer, provider, scope).await?;
    pacts.reverse();
    Ok(pair_list((provider, consumer), &pacts, "", PLAIN_RELS, "Pact", &links).into())
}

/// `GET C/branch/latest/versions`, `C/branch/{branch}/latest/versions`: the pact of a branch's head.
pub(crate) async fn head_of_branch(
    _: AcceptsHal,
    Path(address): Path<OnBranch>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let OnBranch { provider, consumer, branch } = &address;
    let pacts = db.pacts().branch_heads_of_provider(provider, Some(consumer), branch.as_deref()).await?;
    Ok(pair_list((provider, consumer), &pacts, "", PLAIN_RELS, "Pact", &links).into())
}

/// The pacts of a provider; `what` begins the title.
fn provider_list(address: &Listed, pacts: &[PublishedPact], what: &str, links: &Links) -> Hal {
    const DEPRECATED: &str = "DEPRECATED - please use the pb:pacts relation";
    let to = |pact: &PublishedPact| Link::to(links.pact(&pact.consumer, &pact.provider, &pact.number));
    let Listed { provider, tag, branch } = address;
    let end = match (tag, branch) {
        (Some(tag), _) => format!(" with consumer version tag '{tag}'"),
        (None, Some(branch)) => format!(" with consumer version branch '{branch}'"),
        (None, None) => String::new(),
    };
    Doc::new()
        .link("self", Link::to(links.this()).title(format!("{what} for the provider {provider}{end}")))
        .link("pb:provider", Link::to(links.pacticipant(provider)).name(provider.clone()))
        .links("pb:pacts", pacts.iter().map(|pact| to(pact).title(pact.name()).name(pact.consumer.clone())))
        .link(
            "provider",
            Link::to(links.pacticipant(provider))
                .title(provider.clone())
                .name("DEPRECATED - please use the pb:provider relation"),
        )
        .links(
            "pacts",
            pacts
                .iter()
                .map(|pact| to(pact).title(format!("{DEPRECATED}. {}", pact.name())).name(pact.consumer.clone())),
        )
        .into()
}

async fn check_provider(db: &mut ReadTx, provider: &str) -> Result<(), ApiError> {
    match db.pacticipants().find(provider).await? {
        Some(_) => Ok(()),
        None => Err(ApiError::no_provider(provider)),
    }
}

/// What the address of a list names. Where it names neither tag nor branch, the route says what is listed.
#[derive(Deserialize)]
struct Listed {
    provider: String,
    tag: Option<String>,
    branch: Option<String>,
}

impl Listed {
    fn scope(&self, unnamed: PactScope<'static>) -> PactScope<'_> {
        match (&self.tag, &self.branch) {
            (Some(tag), _) => PactScope::Tag(tag),
            (None, Some(branch)) => PactScope::Branch(branch),
            (None, None) => unnamed,
        }
    }
}

/// `GET P`, `P/tag/{tag}`, `P/branch`, `P/branch/{branch}`: every pact of a provider, each revision of it.
pub(crate) fn of_provider(unnamed: PactScope<'static>) -> MethodRouter<App> {
    get(async move |_: AcceptsHal, Path(address): Path<Listed>, mut db: ReadTx, links: Links| {
        check_provider(&mut db, &address.provider).await?;
        let scope = address.scope(unnamed);
        let pacts = db.pacts().of_provider(&address.provider, scope, true).await?;
        Ok::<_, ApiError>(provider_list(&address, &pacts, "All pact versions", &links))
    })
}

/// `GET P/latest`, `P/latest/{tag}`, `P/branch/latest`, `P/branch/{branch}/latest`: the latest pact of each consumer.
pub(crate) fn latest_of_provider(unnamed: PactScope<'static>) -> MethodRouter<App> {
    get(async move |_: AcceptsHal, Path(address): Path<Listed>, mut db: ReadTx, links: Links| {
        let provider = address.provider.as_str();
        check_provider(&mut db, provider).await?;
        let pacts = match address.scope(unnamed) {
            PactScope::Branch(branch) => db.pacts().branch_heads_of_provider(provider, None, Some(branch)).await?,
            PactScope::MainBranch => db.pacts().branch_heads_of_provider(provider, None, None).await?,
            scope => db.pacts().latest_of_provider(Some(provider), scope).await?,
        };
        Ok::<_, ApiError>(provider_list(&address, &pacts, "Latest pact versions", &links))
    })
}

/// `GET /pacts/latest`
pub(crate) async fn latest_of_all(_: AcceptsHal, mut db: ReadTx, links: Links) -> Result<Hal, ApiError> {
    let pacts = db.pacts().latest_of_provider(None, PactScope::All).await?;
    let latest = |pact: &PublishedPact| format!("{}/latest", links.pair(&pact.consumer, &pact.provider));
    let item = |pact: &PublishedPact| {
        let PublishedPact { consumer, provider, number, .. } = pact;
        let owner =
            |name: &str| Doc::new().with("name", name.to_owned()).link("self", Link::to(links.pacticipant(name)));
        let version = Doc::new().with("number", number.clone()).link("self", links.version_link(consumer, number));
        let this = [latest(pact), links.pact(consumer, provider, number)];
        Doc::new()
            .with("createdAt", pact.created_at)
            .embed("consumer", owner(consumer).embed("version", version))
            .embed("provider", owner(provider))
            .links("self", this.map(Link::to))
    };
    let link = |pact: &PublishedPact| {
        Link::to(latest(pact)).title(format!("Latest pact between {} and {}", pact.consumer, pact.provider))
    };
    let deprecated = |pact: &PublishedPact| link(pact).name("DEPRECATED - please use the pb:pacts relation");
    let doc = Doc::new()
        .with("pacts", list(pacts.iter().map(item)))
        .link("self", Link::to(links.this()))
        .links("pb:pacts", pacts.iter().map(link))
        .links("pacts", pacts.iter().map(deprecated))
        .curies(links.base(), "pacts");
    Ok(doc.into())
}
