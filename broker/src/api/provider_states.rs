//! `GET /pacts/provider/{provider}/provider-states`: what consumers expect a provider to be brought into.

use std::collections::{BTreeMap, HashSet};

use intact_pact_model::Pact;
use intact_pact_model::json::{Json, JsonValue};

use crate::api::extract::Path;
use crate::api::hal::{Doc, Hal, list};
use crate::api::negotiate::AcceptsHal;
use crate::api::problem::ApiError;
use crate::domain::content::canonical_text;
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
    states(tx, &pacts).await
}

/// `GET P/provider-states/branch/{branch}`: of the heads of the consumers' branches of that name.
pub(crate) async fn of_branch(
    _: AcceptsHal,
    Path((provider, branch)): Path<(String, String)>,
    mut tx: ReadTx,
) -> Result<Hal, ApiError> {
    check(&mut tx, &provider).await?;
    let pacts = tx.pacts().branch_heads_of_provider(&provider, None, Some(&branch)).await?;
    states(tx, &pacts).await
}

/// `GET P/provider-states/environment/{environment}`: of the consumer versions that are in an environment now.
pub(crate) async fn of_environment(
    _: AcceptsHal,
    Path((provider, environment)): Path<(String, String)>,
    mut tx: ReadTx,
) -> Result<Hal, ApiError> {
    check(&mut tx, &provider).await?;
    let pacts = tx.pacts().of_provider_in_environment(&provider, &environment).await?;
    states(tx, &pacts).await
}

async fn check(tx: &mut ReadTx, provider: &str) -> Result<(), ApiError> {
    tx.pacticipants().find(provider).await?.ok_or_else(|| ApiError::no_provider(provider))?;
    Ok(())
}

/// The states of pacts. Each content is read once, however many versions published it.
async fn states(mut tx: ReadTx, pacts: &[PublishedPact]) -> Result<Hal, ApiError> {
    let mut seen = HashSet::new();
    let mut contents = Vec::new();
    for pact in pacts.iter().filter(|pact| seen.insert(pact.pact_content_id)) {
        contents.push((pact.consumer.clone(), tx.pacts().content(pact.pact_content_id).await?));
    }
    drop(tx);
    // Long contents take long to read.
    let reading = tokio::task::spawn_blocking(move || document(contents));
    Ok(reading.await.map_err(|error| ApiError::internal(&error))?.into())
}

/// The states by name and parameters, each with the consumers that ask for it.
fn document(contents: Vec<(String, Vec<u8>)>) -> Doc {
    // The parameters' text is a part of the key: it sorts, and equal parameters have equal texts.
    let mut states: BTreeMap<(String, String), (Option<JsonValue>, Vec<String>)> = BTreeMap::new();
    for (consumer, bytes) in contents {
        // What the broker stored it has read before; other content than contracts may be published, it has no states.
        let Ok(content) = Pact::read(&bytes) else { continue };
        for state in content.value.interactions.iter().flat_map(|interaction| &interaction.provider_states) {
            let params = (!state.params.is_empty()).then(|| Json::Object(state.params.clone()));
            let key = (state.name.clone(), params.as_ref().map(canonical_text).unwrap_or_default());
            let (_, consumers) = states.entry(key).or_insert_with(|| (params, Vec::new()));
            if !consumers.contains(&consumer) {
                consumers.push(consumer.clone());
            }
        }
    }
    let states = states.into_iter().map(|((name, _), (params, consumers))| {
        Doc::new().with("name", name).maybe("params", params).with("consumers", Json::array(consumers))
    });
    Doc::new().with("providerStates", list(states))
}

#[cfg(test)]
mod tests {
    use http::Method;
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

    #[tokio::test]
    async fn parameters_are_the_same_in_whatever_order_and_whoever_is_deployed_twice_is_named_once() {
        on_every_database(async |broker| {
            // As text, since the order of members matters here.
            let contract = |consumer: &str, params: &str| {
                format!(
                    r#"{{"consumer":{{"name":"{consumer}"}},"provider":{{"name":"Orders"}},"metadata":{{"pactSpecification":{{"version":"3.0.0"}}}},
                    "interactions":[{{"description":"d","providerStates":[{{"name":"an order","params":{params}}}],
                        "request":{{"method":"GET","path":"/"}},"response":{{"status":200}}}}]}}"#
                )
            };
            let json = [("content-type", "application/json")];
            for (consumer, number, params) in [
                ("App", "1", r#"{"a":1,"b":{"c":2,"d":3}}"#),
                ("Web", "1", r#"{"b":{"d":3,"c":2},"a":1}"#),
                ("Web", "2", r#"{"b":{"d":3,"c":2},"a":1}"#),
            ] {
                let path = format!("/pacts/provider/Orders/consumer/{consumer}/version/{number}");
                broker.send(Method::PUT, &path, &json, contract(consumer, params)).await.expect(201);
            }
            broker.deploy("App", "1", "test").await.expect(201);
            broker.deploy("Web", "1", "test").await.expect(201);
            let versions = broker.get("/environments").await.expect(200).json();
            let environments = versions["_embedded"]["environments"].as_array().unwrap();
            let test = environments.iter().find(|one| one["name"] == "test").unwrap()["uuid"].as_str().unwrap();
            let second = format!("/pacticipants/Web/versions/2/deployed-versions/environment/{test}");
            broker.post(&second, &json!({ "applicationInstance": "blue" })).await.expect(201);

            let states = broker.get("/pacts/provider/Orders/provider-states/environment/test").await.expect(200);

            let params = json!({ "a": 1, "b": { "c": 2, "d": 3 } });
            assert_eq!(
                states.json()["providerStates"],
                json!([{ "name": "an order", "params": params, "consumers": ["App", "Web"] }])
            );
        })
        .await;
    }
}
