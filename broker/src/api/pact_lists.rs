//! Lists of pacts: of a pair, of a provider, of all.

use crate::api::extract::Path;
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::AcceptsHal;
use crate::api::pacts::Pair;
use crate::api::problem::ApiError;
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

/// `GET C/branch/{branch}`
pub(crate) async fn on_branch(
    _: AcceptsHal,
    Path((provider, consumer, branch)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let mut pacts = db.pacts().of_pair(&consumer, &provider, PactScope::Branch(&branch)).await?;
    pacts.reverse();
    Ok(pair_list((&provider, &consumer), &pacts, "", PLAIN_RELS, "Pact", &links).into())
}

/// `GET C/branch/versions`
pub(crate) async fn on_main_branch(
    _: AcceptsHal,
    Path((provider, consumer)): Path<Pair>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let mut pacts = db.pacts().of_pair(&consumer, &provider, PactScope::MainBranch).await?;
    pacts.reverse();
    Ok(pair_list((&provider, &consumer), &pacts, "", PLAIN_RELS, "Pact", &links).into())
}

/// `GET C/branch/{branch}/latest/versions`
pub(crate) async fn head_of_branch(
    _: AcceptsHal,
    Path((provider, consumer, branch)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let pacts = db.pacts().branch_heads_of_provider(&provider, Some(&consumer), Some(&branch)).await?;
    Ok(pair_list((&provider, &consumer), &pacts, "", PLAIN_RELS, "Pact", &links).into())
}

/// `GET C/branch/latest/versions`
pub(crate) async fn head_of_main_branch(
    _: AcceptsHal,
    Path((provider, consumer)): Path<Pair>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    let pacts = db.pacts().branch_heads_of_provider(&provider, Some(&consumer), None).await?;
    Ok(pair_list((&provider, &consumer), &pacts, "", PLAIN_RELS, "Pact", &links).into())
}

/// The pacts of a provider; `end` completes the title.
fn provider_list(provider: &str, pacts: &[PublishedPact], latest: bool, end: &str, links: &Links) -> Hal {
    const DEPRECATED: &str = "DEPRECATED - please use the pb:pacts relation";
    let to = |pact: &PublishedPact| Link::to(links.pact(&pact.consumer, &pact.provider, &pact.number));
    let what = if latest { "Latest pact versions" } else { "All pact versions" };
    Doc::new()
        .link("self", Link::to(links.this()).title(format!("{what} for the provider {provider}{end}")))
        .link("pb:provider", Link::to(links.pacticipant(provider)).name(provider))
        .links("pb:pacts", pacts.iter().map(|pact| to(pact).title(pact.name()).name(pact.consumer.clone())))
        .link(
            "provider",
            Link::to(links.pacticipant(provider))
                .title(provider)
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

/// `GET P`
pub(crate) async fn of_provider(
    _: AcceptsHal,
    Path(provider): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    check_provider(&mut db, &provider).await?;
    let pacts = db.pacts().of_provider(&provider, PactScope::All, true).await?;
    Ok(provider_list(&provider, &pacts, false, "", &links))
}

/// `GET P/tag/{tag}`
pub(crate) async fn of_provider_with_tag(
    _: AcceptsHal,
    Path((provider, tag)): Path<Pair>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    check_provider(&mut db, &provider).await?;
    let pacts = db.pacts().of_provider(&provider, PactScope::Tag(&tag), true).await?;
    Ok(provider_list(&provider, &pacts, false, &format!(" with consumer version tag '{tag}'"), &links))
}

/// `GET P/latest`
pub(crate) async fn latest_of_provider(
    _: AcceptsHal,
    Path(provider): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    check_provider(&mut db, &provider).await?;
    let pacts = db.pacts().latest_of_provider(Some(&provider), PactScope::All).await?;
    Ok(provider_list(&provider, &pacts, true, "", &links))
}

/// `GET P/latest/{tag}`
pub(crate) async fn latest_of_provider_with_tag(
    _: AcceptsHal,
    Path((provider, tag)): Path<Pair>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    check_provider(&mut db, &provider).await?;
    let pacts = db.pacts().latest_of_provider(Some(&provider), PactScope::Tag(&tag)).await?;
    Ok(provider_list(&provider, &pacts, true, &format!(" with consumer version tag '{tag}'"), &links))
}

/// `GET P/branch`
pub(crate) async fn of_provider_on_main_branch(
    _: AcceptsHal,
    Path(provider): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    check_provider(&mut db, &provider).await?;
    let pacts = db.pacts().of_provider(&provider, PactScope::MainBranch, true).await?;
    Ok(provider_list(&provider, &pacts, false, "", &links))
}

/// `GET P/branch/{branch}`
pub(crate) async fn of_provider_on_branch(
    _: AcceptsHal,
    Path((provider, branch)): Path<Pair>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    check_provider(&mut db, &provider).await?;
    let pacts = db.pacts().of_provider(&provider, PactScope::Branch(&branch), true).await?;
    Ok(provider_list(&provider, &pacts, false, &format!(" with consumer version branch '{branch}'"), &links))
}

/// `GET P/branch/latest`
pub(crate) async fn heads_of_main_branches(
    _: AcceptsHal,
    Path(provider): Path<String>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    check_provider(&mut db, &provider).await?;
    let pacts = db.pacts().branch_heads_of_provider(&provider, None, None).await?;
    Ok(provider_list(&provider, &pacts, true, "", &links))
}

/// `GET P/branch/{branch}/latest`
pub(crate) async fn heads_of_branch(
    _: AcceptsHal,
    Path((provider, branch)): Path<Pair>,
    mut db: ReadTx,
    links: Links,
) -> Result<Hal, ApiError> {
    check_provider(&mut db, &provider).await?;
    let pacts = db.pacts().branch_heads_of_provider(&provider, None, Some(&branch)).await?;
    Ok(provider_list(&provider, &pacts, true, &format!(" with consumer version branch '{branch}'"), &links))
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
