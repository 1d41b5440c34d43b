//! Integrations: which consumers have contracts with which providers, and taking them away.

use std::fmt::Write as _;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::api::extract::{Path, Query};
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::negotiate::{Accept, HAL};
use crate::api::pacts::Pair;
use crate::api::page::Paging;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::store::ReadTx;
use crate::store::integrations::Integration;

/// The form that `dot` draws.
const GRAPHVIZ: &str = "text/vnd.graphviz";

/// `GET /integrations`; `q` is a part of a name. The graph comes first: who accepts anything gets it, as from other Pact Brokers.
pub(crate) async fn index(
    accept: Accept,
    Paging(page): Paging,
    query: Query,
    mut tx: ReadTx,
    links: Links,
) -> Result<Response, ApiError> {
    let form = accept.choose(&[GRAPHVIZ, HAL])?;
    let part = page.map_or((i64::MAX, 0), |page| (page.size, page.offset()));
    let (integrations, count) = tx.integrations().list(query.get("q"), part).await?;
    if form == GRAPHVIZ {
        return Ok(([(CONTENT_TYPE, "text/vnd.graphviz;charset=utf-8")], graph(&integrations)).into_response());
    }
    let doc = Doc::new()
        .embed("integrations", list(integrations.iter().map(|one| document(one, &links))))
        .link("self", Link::to(links.this()).title("All integrations"));
    let doc = match page {
        Some(page) => page.describe(doc, count, &links),
        None => doc,
    };
    Ok(Hal::from(doc).into_response())
}

fn document(Integration { consumer, provider, .. }: &Integration, links: &Links) -> Doc {
    let pair = |base: &str, first: &str| {
        let pair = Links::new(base, "", None).at(&[first, "provider", provider, "consumer", consumer]);
        Link::to(pair)
    };
    let name = |name: &str| Doc::new().with("name", name.to_owned());
    Doc::new()
        .with("consumer", name(consumer))
        .with("provider", name(provider))
        .link("pb:dashboard", pair(links.base(), "dashboard").title("BETA: Pacts to show on the dashboard"))
        // Relative in every Pact Broker.
        .link(
            "pb:matrix",
            pair("", "matrix").title(format!("Matrix of pacts/verification results for {consumer} and {provider}")),
        )
        .link("pb:group", Link::to(links.pacticipant(consumer)))
        .link(
            "pb:delete_integration",
            pair(links.base(), "integrations")
                .title(format!("Delete the integration between {consumer} and {provider}")),
        )
}

/// The integrations as a text that Graphviz draws.
fn graph(integrations: &[Integration]) -> String {
    let node = |name: &str| {
        let name = name.replace(' ', "_");
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if is_plain { name } else { format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")) }
    };
    let mut graph =
        "digraph { ranksep=3; ratio=auto; overlap=false; node [  shape = plaintext, fontname = Helvetica ];\n"
            .to_owned();
    for Integration { consumer, provider, .. } in integrations {
        let _ = writeln!(graph, "  {} -> {}", node(consumer), node(provider));
    }
    graph + "}\n"
}

/// `DELETE /integrations/provider/{provider}/consumer/{consumer}`
pub(crate) async fn delete(
    State(app): State<App>,
    Path((provider, consumer)): Path<Pair>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    tx.pacticipants().lock(&[&consumer, &provider]).await?;
    if !tx.integrations().delete(&consumer, &provider).await? {
        return Err(ApiError::NotFound);
    }
    for pacticipant in [&consumer, &provider] {
        tx.integrations().delete_what_is_left_of(pacticipant).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /integrations`
pub(crate) async fn delete_all(State(app): State<App>) -> Result<StatusCode, ApiError> {
    let mut tx = app.store().write().await?;
    tx.integrations().delete_everything().await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
