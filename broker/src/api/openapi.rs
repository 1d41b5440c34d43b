//! `GET /openapi.json`: the description of the API, kept by hand beside the sources.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

/// The description.
const DESCRIPTION: &str = include_str!("../../openapi.json");

/// `GET /openapi.json`, whose ending is dropped before the route is looked up. It is one document whatever is accepted.
pub(crate) async fn show() -> Response {
    ([(CONTENT_TYPE, "application/json")], DESCRIPTION).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::testing::on_every_database;

    fn description() -> Value {
        serde_json::from_str(DESCRIPTION).expect("the description is JSON")
    }

    /// The operations of a path, by method.
    fn operations(item: &Value) -> impl Iterator<Item = (&str, &Value)> {
        let members = item.as_object().expect("a path item");
        members
            .iter()
            .map(|(method, operation)| (method.as_str(), operation))
            .filter(|(method, _)| *method != "parameters")
    }

    #[test]
    fn every_route_is_described_and_everything_described_is_a_route() {
        let (api, pages) = (crate::router::routes().listed, crate::pages::routes().listed);
        let routed: BTreeSet<(String, String)> = api
            .iter()
            .chain(&pages)
            .flat_map(|(path, allowed)| allowed.split(", ").map(|method| ((*path).to_owned(), method.to_lowercase())))
            .filter(|(_, method)| method != "options")
            .collect();
        let description = description();
        let described: BTreeSet<(String, String)> = description["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| operations(item).map(|(method, _)| (path.clone(), method.to_owned())))
            .collect();

        let missing: Vec<_> = routed.difference(&described).collect();
        let made_up: Vec<_> = described.difference(&routed).collect();
        assert!(missing.is_empty() && made_up.is_empty(), "not described: {missing:?}\nno route: {made_up:?}");
        assert!(routed.len() > 150, "{} are few", routed.len());
    }

    #[test]
    fn references_lead_somewhere_and_all_that_is_kept_is_referred_to() {
        fn collect<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
            match value {
                Value::Object(members) => {
                    found.extend(members.get("$ref").and_then(Value::as_str));
                    members.values().for_each(|value| collect(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
                _ => {}
            }
        }
        let description = description();
        let mut references = BTreeSet::new();
        collect(&description, &mut references);
        for reference in &references {
            let pointer = reference.strip_prefix('#').expect("nothing lies elsewhere");
            assert!(description.pointer(pointer).is_some(), "{reference}");
        }
        for kind in ["schemas", "parameters", "responses"] {
            for name in description["components"][kind].as_object().unwrap().keys() {
                let reference = format!("#/components/{kind}/{name}");
                assert!(references.contains(reference.as_str()), "nobody refers to {reference}");
            }
        }
    }

    #[test]
    fn operations_are_complete() {
        let description = description();
        let tags: BTreeSet<&str> =
            description["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
        let mut ids = BTreeSet::new();
        for (path, item) in description["paths"].as_object().unwrap() {
            let variables: BTreeSet<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
            let parameters = item["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
            let declared: BTreeSet<&str> =
                parameters.iter().map(|of| of["$ref"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
            assert_eq!(variables, declared, "the variables of {path}");
            for (method, operation) in operations(item) {
                let what = format!("{method} {path}");
                assert!(ids.insert(operation["operationId"].as_str().expect(&what)), "{what} is called like another");
                assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{what}");
                assert!(tags.contains(operation["tags"][0].as_str().expect(&what)), "{what}");
                let sends = ["post", "put", "patch"].contains(&method);
                assert_eq!(operation.get("requestBody").is_some(), sends, "{what}");
                let statuses = operation["responses"].as_object().expect(&what);
                assert!(statuses.len() > 2 && statuses.contains_key("4XX"), "{what}");
                for response in statuses.values() {
                    assert!(response.get("$ref").is_some() || response["description"].is_string(), "{what}");
                }
            }
        }
    }

    #[test]
    fn who_asks_whether_to_deploy_learns_how_to_ask_why_not() {
        let description = description();
        for path in ["/matrix", "/can-i-deploy"] {
            let parameters = description["paths"][path]["get"]["parameters"].as_array().expect(path);
            assert!(parameters.iter().any(|of| of["name"] == "reasons"), "{path}");
        }
    }

    #[tokio::test]
    async fn the_description_is_served_and_the_index_leads_to_it() {
        on_every_database(async |broker| {
            let index = broker.get("/").await.expect(200);

            let link = r#"<http://broker/openapi.json>; rel="service-desc"; type="application/json""#;
            assert_eq!(index.header("link"), link);
            let served = broker.get("/openapi.json").await.expect(200);
            assert_eq!(served.header("content-type"), "application/json");
            assert_eq!(served.json()["openapi"], "3.1.1");
        })
        .await;
    }
}
