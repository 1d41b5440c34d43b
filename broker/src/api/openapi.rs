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

    use serde_json::{Value, json};

    use super::*;
    use crate::api::extract::asked;
    use crate::testing::{TestBroker, on_every_database, pact};

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
            .filter(|(_, method)| method != "options" && method != "head")
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
            assert!(parameters.iter().any(|of| of["$ref"] == "#/components/parameters/reasons"), "{path}");
        }
    }

    /// The names of the parameters that an operation has in its query, but for those that are said to have no effect.
    fn queries(description: &Value, operation: &Value) -> BTreeSet<String> {
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let resolved = parameters.iter().map(|parameter| {
            let reference = parameter["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
            reference.map_or(parameter, |pointer| description.pointer(pointer).expect("references lead somewhere"))
        });
        resolved
            .filter(|parameter| parameter["in"] == "query" && parameter["description"] != "Understood, without effect.")
            .map(|parameter| parameter["name"].as_str().expect("a name").to_owned())
            .collect()
    }

    /// What the variables of paths stand for in a broker that has one of everything.
    async fn one_of_everything(broker: &TestBroker) -> impl Fn(&str) -> String + use<> {
        let webhook = json!({
            "events": [{ "name": "contract_published" }],
            "request": { "method": "POST", "url": "https://example.org/" },
        });
        let webhook = broker.post("/webhooks", &webhook).await.expect(201).json()["uuid"].clone();
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
        let pact = broker.publish("Web", "2", "Orders", &pact("Web", "Orders", "/2")).await.expect(201);
        let sha = pact.json()["_links"]["pb:pact-version"]["name"].clone();
        broker.verify("Web", "2", "Orders", "7", true).await.expect(201);
        for (branch, number) in [("main", "2"), ("feature", "1")] {
            broker.add_to_branch("Web", branch, number).await.expect(201);
        }
        for (pacticipant, number) in [("Web", "2"), ("Orders", "7")] {
            broker.tag(pacticipant, number, "dev").await.expect(201);
        }
        broker.put("/pacticipants/Web/labels/team", &json!({})).await.expect(201);
        let deployed = broker.deploy("Web", "2", "test").await.expect(201).json()["uuid"].clone();
        let released = broker.release("Web", "2", "test").await.expect(201).json()["uuid"].clone();
        let triggered = broker.get("/pacts/provider/Orders/consumer/Web/version/2/triggered-webhooks").await.json();
        let logs = triggered["_embedded"]["triggeredWebhooks"][0]["_links"]["pb:logs"]["href"].clone();
        let environments = broker.get("/environments?name=test").await.expect(200).json();
        let environment = environments["_embedded"]["environments"][0]["uuid"].clone();
        let text = |value: Value| value.as_str().expect("a text").to_owned();
        let logs = text(logs);
        let uuids = [
            ("/webhooks/", text(webhook)),
            ("/triggered-webhooks/", logs.split('/').nth_back(1).expect("a uuid").to_owned()),
            ("/deployed-versions/", text(deployed)),
            ("/released-versions/", text(released)),
            ("/environments/", text(environment.clone())),
        ];
        let (sha, environment) = (text(sha), text(environment));
        let style = broker.send(http::Method::GET, "/", &[("accept", "text/html")], "").await.body;
        let (_, style) = style.split_once("/assets/").expect("a style sheet");
        let style = style.split('"').next().expect("an address ends").to_owned();
        move |path| {
            let by_name = path.contains("to-environment") || path.contains("provider-states");
            let uuid = uuids.iter().find(|(start, _)| path.starts_with(start)).map(|(_, uuid)| uuid.as_str());
            [
                ("consumer", "Web"),
                ("provider", "Orders"),
                ("pacticipant", "Web"),
                ("version", "2"),
                ("branch", "main"),
                ("tag", "dev"),
                ("label", "team"),
                ("environment", if by_name { "test" } else { environment.as_str() }),
                ("sha", &sha),
                ("other", if path.contains("/diff/pact-version/") { &sha } else { "1" }),
                ("metadata", "Y3ZuPTI"),
                ("number", "1"),
                ("to", "dev"),
                ("provider_tag", "dev"),
                ("consumer_tag", "dev"),
                ("rel", "pacts"),
                ("file", &style),
                ("uuid", uuid.unwrap_or_default()),
            ]
            .iter()
            .fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
        }
    }

    #[tokio::test]
    async fn every_parameter_that_is_read_is_described_and_everything_described_is_read() {
        // What must be said for the rest to be looked at.
        const SAID: [(&str, &str); 3] = [
            ("/matrix", "q[][pacticipant]=Web&ignore[][pacticipant]=Orders"),
            ("/can-i-deploy", "pacticipant=Web&version=2&environment=test&ignore[]=Orders"),
            ("/pacts/provider/{provider}/for-verification", "consumer_version_selectors[][tag]=dev"),
        ];
        let broker = TestBroker::on_sqlite().await;
        let filled = one_of_everything(&broker).await;
        let description = description();
        let pages: BTreeSet<&str> = crate::pages::routes().listed.iter().map(|(path, _)| *path).collect();
        let mut everything: Vec<(&str, &str, &Value)> = Vec::new();
        for (path, item) in description["paths"].as_object().unwrap() {
            everything.extend(operations(item).map(|(method, operation)| (path.as_str(), method, operation)));
        }
        // First what changes nothing, and last what deletes; of that first what reads its query.
        let order = |method: &str| ["get", "put", "patch", "post", "delete"].iter().position(|of| *of == method);
        everything.sort_by_key(|(path, method, _)| (order(method), !path.ends_with("/branches")));
        let mut faults = Vec::new();
        for (path, method, operation) in everything {
            let said = SAID.iter().find(|(of, _)| *of == path).map(|(_, said)| format!("?{said}")).unwrap_or_default();
            let target = format!("{}{said}", filled(path));
            let method = method.to_uppercase();
            let ask = async |accept| {
                let headers = [("accept", accept), ("content-type", "application/json")];
                // A page tells pages from programs by this header too.
                let headers = if accept == "text/html" { &headers[..1] } else { &headers };
                let answer = broker.send(method.parse().unwrap(), &target, headers, "{}").await;
                answer.status.is_success() || answer.status.is_redirection()
            };
            asked::take();
            let mut is_answered = ask("*/*").await;
            if method == "GET" && pages.contains(path) {
                is_answered |= ask("text/html").await;
            }
            if method == "GET" && !is_answered && path != "/test/error" {
                faults.push(format!("{target} is not answered, so it is not known what is read"));
            }
            let (read, described) = (asked::take(), queries(&description, operation));
            if read != described {
                let missing: Vec<_> = read.difference(&described).collect();
                let made_up: Vec<_> = described.difference(&read).collect();
                faults.push(format!("{method} {path}: not described {missing:?}, not read {made_up:?}"));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
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
