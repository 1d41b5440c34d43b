//! `GET /doc/{rel}`: what a link relation of the API means; the `curies` of its documents lead here.

use askama::Template;

use crate::api::extract::Path;
use crate::api::index;
use crate::api::problem::ApiError;
use crate::pages::PageBody;
use crate::pages::relations::{RELATIONS, Relation};
use crate::pages::site::Site;

#[derive(Template)]
#[template(path = "doc.html")]
struct DocPage {
    site: Site,
    rel: String,
    /// What it means, if we know it.
    known: Option<&'static Relation>,
    /// Its address in the index, if it is there.
    address: Option<&'static str>,
    /// All there are.
    every: &'static [Relation],
}

/// Finds a relation by its name, also by that which the lists of webhooks give theirs: `webhooks-create`.
fn find(rel: &str) -> Option<&'static Relation> {
    let named = |name: &str| RELATIONS.iter().find(|relation| relation.name == name);
    named(rel).or_else(|| named(rel.strip_prefix("webhooks-")?))
}

/// `GET /doc/{rel}`: also of a relation that there is not, which the page says.
pub(crate) async fn show(Path(rel): Path<String>, site: Site) -> Result<PageBody, ApiError> {
    let known = find(&rel);
    let name = known.map(|relation| relation.name);
    let in_index = |of: &&(&str, &'static str, _, _)| of.0.strip_prefix("pb:") == name && name.is_some();
    let address = index::RELATIONS.iter().find(in_index).map(|of| of.1);
    PageBody::of(&DocPage { site, rel, known, address, every: RELATIONS })
}
