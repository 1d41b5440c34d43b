//! Who is connected with whom, as tables: `GET /relationships` and `GET /groups/{pacticipant}`.

use std::fmt::Write as _;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

use crate::api::extract::Path;
use crate::api::negotiate::Accept;
use crate::api::problem::ApiError;
use crate::domain::id::PacticipantId;
use crate::domain::network::Network;
use crate::store::ReadTx;
use crate::store::pacts::PactScope;

const CSV: &str = "text/csv";

/// `GET /relationships`
pub(crate) async fn relationships(accept: Accept, mut tx: ReadTx) -> Result<Response, ApiError> {
    accept.choose(&[CSV])?;
    Ok(table(&network(&mut tx).await?))
}

/// `GET /groups/{pacticipant}`: those it is connected with, over however many others.
pub(crate) async fn group(accept: Accept, Path(name): Path<String>, mut tx: ReadTx) -> Result<Response, ApiError> {
    let pacticipant = tx.pacticipants().find(&name).await?.ok_or_else(|| ApiError::no_pacticipant(&name))?;
    accept.choose(&[CSV])?;
    Ok(table(&network(&mut tx).await?.around(pacticipant.id)))
}

/// Everybody who has a contract, and with whom.
pub(crate) async fn network(tx: &mut ReadTx) -> Result<Network, ApiError> {
    let mut network = Network::default();
    for pact in tx.pacts().latest_of_provider(None, PactScope::All).await? {
        network.connect((pact.consumer_id, pact.consumer), (pact.provider_id, pact.provider));
    }
    Ok(network)
}

/// A row for each pacticipant: id, name, three numbers that never change, the row's own number, and its providers' ids.
fn table(network: &Network) -> Response {
    let nodes = network.nodes();
    let widest = nodes.iter().map(|node| node.providers.len()).max().unwrap_or(0).max(1);
    let mut text = String::new();
    for (at, node) in nodes.iter().enumerate() {
        let mut row = format!("{},{},1,1,0,{}", node.id.0, field(&node.name), at + 1);
        let providers = node.providers.iter().map(|PacticipantId(id)| *id).chain(std::iter::repeat(0));
        for provider in providers.take(widest) {
            let _ = write!(row, ",{provider}");
        }
        text.push_str(&row);
        text.push('\n');
    }
    ([(CONTENT_TYPE, "text/csv;charset=utf-8")], text).into_response()
}

/// A text as one field of a line.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use crate::testing::{on_every_database, pact};

    #[tokio::test]
    async fn relationships_name_providers_and_groups_hold_what_is_connected() {
        on_every_database(async |broker| {
            for (consumer, provider) in [("Web", "Orders"), ("Orders", "Stock"), ("a \"b\", c", "Elsewhere")] {
                broker.publish(consumer, "1", provider, &pact(consumer, provider, "/")).await.expect(201);
            }
            let table = async |path: &str| {
                let answer = broker.send(Method::GET, path, &[("accept", "text/csv")], "").await.expect(200);
                let text = answer.body;
                // Without ids, which differ.
                text.lines().map(|line| line.split_once(',').unwrap().1.to_owned()).collect::<Vec<_>>()
            };

            let all = table("/relationships").await;
            let group = table("/groups/Stock").await;

            assert_eq!(all.len(), 5);
            assert!(all[0].starts_with("\"a \"\"b\"\", c\",1,1,0,1,"), "{all:?}");
            assert_eq!(group.len(), 3);
            assert!(group[0].starts_with("Orders,1,1,0,1,") && group[1] == "Stock,1,1,0,2,0", "{group:?}");
            assert!(group[2].starts_with("Web,1,1,0,3,"), "{group:?}");
            broker.send(Method::GET, "/groups/Nobody", &[("accept", "text/csv")], "").await.expect(404);
            broker.get("/relationships").await.expect(406);
        })
        .await;
    }
}
