//! Who uses whom: all applications, or those that one is connected with.

use std::collections::HashMap;

use askama::Template;

use crate::api::extract::Path;
use crate::api::network::network;
use crate::api::problem::ApiError;
use crate::domain::id::PacticipantId;
use crate::domain::network::Network;
use crate::pages::PageBody;
use crate::pages::site::Site;
use crate::store::ReadTx;

#[derive(Template)]
#[template(path = "network.html")]
struct NetworkPage {
    site: Site,
    title: String,
    /// Whose network it is; nobody's: that of all.
    centre: Option<String>,
    rows: Vec<NetworkRow>,
}

struct NetworkRow {
    name: String,
    uses: Vec<String>,
    used_by: Vec<String>,
}

/// The applications by name, each with those beside it.
fn rows(network: &Network) -> Vec<NetworkRow> {
    let names: HashMap<PacticipantId, &str> =
        network.nodes().iter().map(|node| (node.id, node.name.as_str())).collect();
    let mut users: HashMap<PacticipantId, Vec<String>> = HashMap::new();
    for node in network.nodes() {
        for &provider in &node.providers {
            users.entry(provider).or_default().push(node.name.clone());
        }
    }
    let mut rows: Vec<NetworkRow> = network
        .nodes()
        .iter()
        .map(|node| {
            let named = |id: &PacticipantId| names.get(id).map(|name| (*name).to_owned());
            let mut row = NetworkRow {
                name: node.name.clone(),
                uses: node.providers.iter().filter_map(named).collect(),
                used_by: users.remove(&node.id).unwrap_or_default(),
            };
            row.uses.sort_unstable();
            row.used_by.sort_unstable();
            row
        })
        .collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows
}

/// `GET /relationships`
pub(crate) async fn whole(mut tx: ReadTx, site: Site) -> Result<PageBody, ApiError> {
    let rows = rows(&network(&mut tx).await?);
    PageBody::of(&NetworkPage { site, title: "Network".to_owned(), centre: None, rows })
}

/// `GET /pacticipants/{pacticipant}/network` and `GET /groups/{pacticipant}`
pub(crate) async fn around(Path(name): Path<String>, mut tx: ReadTx, site: Site) -> Result<PageBody, ApiError> {
    let pacticipant = tx.pacticipants().find(&name).await?.ok_or_else(|| ApiError::no_pacticipant(&name))?;
    let rows = rows(&network(&mut tx).await?.around(pacticipant.id));
    PageBody::of(&NetworkPage { site, title: format!("Network of {name}"), centre: Some(name), rows })
}
