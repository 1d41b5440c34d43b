//! `GET /pacts/provider/{provider}/provider-states`: what consumers expect a provider to be brought into.

use std::collections::BTreeMap;

use intact_pact_model::Pact;
use intact_pact_model::json::{Json, JsonValue};

use crate::api::extract::Path;
use crate::api::hal::{Doc, Hal, list};
use crate::api::negotiate::AcceptsHal;
use crate::api::problem::ApiError;
use crate::domain::pact::PublishedPact;
use crate::store::ReadTx;

/// `GET P/provider-states`: of the heads of the consumers' main branches.
pub(crate) async fn of_main_branches(
    _: AcceptsHal,
    Path(provider): Path<String>,
    mut tx: ReadTx,
) -> Result<Hal, ApiError> {
    check(&mut tx, &provider).await?;
    let pacts = tx.pacts().branch_heads_of_provider(&provider, None, None).await?;
    states(&mut tx, &pacts).await
}

/// `GET P/provider-states/branch/{branch}`: of the heads of the consumers' branches of that name.
pub(crate) async fn of_branch(
    _: AcceptsHal,
    Path((provider, branch)): Path<(String, String)>,
    mut tx: ReadTx,
) -> Result<Hal, ApiError> {
    check(&mut tx, &provider).await?;
    let pacts = tx.pacts().branch_heads_of_provider(&provider, None, Some(&branch)).await?;
    states(&mut tx, &pacts).await
}

/// `GET P/provider-states/environment/{environment}`: of the consumer versions that are in an environment now.
pub(crate) async fn of_environment(
    _: AcceptsHal,
    Path((provider, environment)): Path<(String, String)>,
    mut tx: ReadTx,
) -> Result<Hal, ApiError> {
    check(&mut tx, &provider).await?;
    let pacts = tx.pacts().of_provider_in_environment(&provider, &environment).await?;
    states(&mut tx, &pacts).await
}

async fn check(tx: &mut ReadTx, provider: &str) -> Result<(), ApiError> {
    tx.pacticipants().find(provider).await?.ok_or_else(|| ApiError::no_provider(provider))?;
    Ok(())
}

/// The states by name and parameters, each with the consumers that ask for it.
async fn states(tx: &mut ReadTx, pacts: &[PublishedPact]) -> Result<Hal, ApiError> {
    // The parameters' text is a part of the key: it sorts, and equal parameters have equal texts.
    let mut states: BTreeMap<(String, String), (Option<JsonValue>, Vec<String>)> = BTreeMap::new();
    for pact in pacts {
        let bytes = tx.pacts().content(pact.pact_content_id).await?;
        // What the broker stored it has read before; other content than contracts may be published, it has no states.
        let Ok(content) = Pact::read(&bytes) else { continue };
        for state in content.value.interactions.iter().flat_map(|interaction| &interaction.provider_states) {
            let params = (!state.params.is_empty()).then(|| Json::Object(state.params.clone()));
            let key = (state.name.clone(), params.as_ref().map(Json::to_compact).unwrap_or_default());
            let (_, consumers) = states.entry(key).or_insert_with(|| (params, Vec::new()));
            if !consumers.contains(&pact.consumer) {
                consumers.push(pact.consumer.clone());
            }
        }
    }
    let states = states.into_iter().map(|((name, _), (params, consumers))| {
        Doc::new().with("name", name).maybe("params", params).with("consumers", Json::array(consumers))
    });
    Ok(Doc::new().with("providerStates", list(states)).into())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::{on_every_database, pact};

    fn with_states(consumer: &str, states: &Value) -> Value {
        let mut pact = pact(consumer, "Orders", "/");
        pact["interactions"][0]["providerStates"] = states.clone();
        pact["metadata"]["pactSpecification"]["version"] = json!("3.0.0");
        pact
    }

    #[tokio::test]
    async fn states_are_grouped_by_name_and_parameters() {
        on_every_database(async |broker| {
            let order = json!({ "name": "an order exists", "params": { "id": 1 } });
            let empty = json!({ "name": "a cart is empty" });
            for (consumer, states) in [("Web", json!([order, empty])), ("App", json!([order]))] {
                broker.publish(consumer, "1", "Orders", &with_states(consumer, &states)).await.expect(201);
                broker.add_to_branch(consumer, "main", "1").await.expect(201);
            }
            broker.deploy("App", "1", "production").await.expect(201);
            let states = async |end: &str| {
                let path = format!("/pacts/provider/Orders/provider-states{end}");
                broker.get(&path).await.expect(200).json()["providerStates"].clone()
            };

            let order = |consumers: &[&str]| json!({ "name": "an order exists", "params": { "id": 1 }, "consumers": consumers });
            let main = json!([{ "name": "a cart is empty", "consumers": ["Web"] }, order(&["App", "Web"])]);
            assert_eq!(states("").await, main);
            assert_eq!(states("/branch/main").await, main);
            assert_eq!(states("/branch/other").await, json!([]));
            assert_eq!(states("/environment/production").await, json!([order(&["App"])]));
            assert_eq!(states("/environment/nowhere").await, json!([]));
            broker.get("/pacts/provider/Nobody/provider-states").await.expect(404);
        })
        .await;
    }
}
