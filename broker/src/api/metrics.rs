//! `GET /metrics`: how much of everything there is.

use intact_pact_model::json::{Json, JsonValue, Object};

use crate::api::hal::Hal;
use crate::api::negotiate::AcceptsHal;
use crate::api::problem::ApiError;
use crate::store::ReadTx;

/// `GET /metrics`
pub(crate) async fn show(_: AcceptsHal, mut tx: ReadTx) -> Result<Hal, ApiError> {
    let metrics = tx.metrics().await?;
    let mut groups: Vec<(&'static str, Object<'static>)> = Vec::new();
    let mut put = |group: &'static str, name: &'static str, value: JsonValue| {
        let at = groups.iter().position(|(known, _)| *known == group).unwrap_or_else(|| {
            groups.push((group, Object::new()));
            groups.len() - 1
        });
        groups[at].1.insert(name, value);
    };
    for (group, name, count) in metrics.counts {
        put(group, name, count.into());
    }
    for (group, first, last) in metrics.periods {
        put(group, "first", first.map_or(Json::Null, JsonValue::from));
        put(group, "last", last.map_or(Json::Null, JsonValue::from));
    }
    for (group, distribution) in metrics.distributions {
        put(group, "distribution", Json::object(distribution.into_iter().map(|(n, count)| (n.to_string(), count))));
    }
    // The matrix is not a table here or there; clients know this number for "not counted".
    put("matrix", "count", (-1_i64).into());
    Ok(Hal(Json::object(groups.into_iter().map(|(group, members)| (group, Json::Object(members))))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{on_every_database, pact};

    #[tokio::test]
    async fn everything_is_counted() {
        on_every_database(async |broker| {
            let empty = broker.get("/metrics").await.expect(200).json();
            assert_eq!(empty["pactPublications"], json!({ "count": 0, "first": null, "last": null }));
            assert_eq!(empty["interactions"]["latestInteractionsCount"], 0);
            assert_eq!(empty["verificationResultsPerPactVersion"], json!({ "distribution": {} }));

            for number in ["1", "2"] {
                broker.publish("Web", number, "Orders", &pact("Web", "Orders", number)).await.expect(201);
                broker.add_to_branch("Web", "main", number).await.expect(201);
                broker.tag("Web", number, "dev").await.expect(201);
            }
            broker.verify("Web", "2", "Orders", "7", true).await.expect(201);
            broker.verify("Web", "2", "Orders", "7", false).await.expect(201);
            broker.deploy("Web", "1", "production").await.expect(201);

            let metrics = broker.get("/metrics").await.expect(200).json();

            assert_eq!(metrics["interactions"]["latestInteractionsAndMessagesCount"], 1);
            assert_eq!(metrics["pacticipants"]["count"], 2);
            assert_eq!(metrics["pactVersions"]["count"], 2);
            assert_eq!(metrics["pactRevisionsPerConsumerVersion"]["distribution"], json!({ "1": 2 }));
            let results = &metrics["verificationResults"];
            assert_eq!(
                (&results["count"], &results["successCount"], &results["distinctCount"]),
                (&json!(2), &json!(1), &json!(2))
            );
            assert_eq!(metrics["verificationResultsPerPactVersion"]["distribution"], json!({ "2": 1 }));
            assert_eq!(metrics["tags"], json!({ "count": 2, "distinctCount": 1, "distinctWithPacticipantCount": 1 }));
            assert_eq!(metrics["deployedVersions"]["currentlyDeployedCount"], 1);
            assert!(metrics["pactPublications"]["first"].is_string());
        })
        .await;
    }
}
