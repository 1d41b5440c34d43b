//! What is in the broker, so that good requests have something to find.

use intact_broker::testing::{TestBroker, pact, publication};
use serde_json::{Value, json};

const WEBHOOK: &str = "d2181b32-8b03-4daf-8cc0-d9168b2f6fac";

/// The names of things that exist.
pub(crate) struct Stock {
    environment: String,
    deployed: String,
    released: String,
    sha: String,
    number: String,
    triggered: String,
}

impl Stock {
    /// Puts into the broker what is not there any more.
    pub(crate) async fn of(broker: &TestBroker) -> Self {
        let listed = broker.get("/environments").await.expect(200).json();
        let of_test = |listed: &Value| {
            let environments = listed["_embedded"]["environments"].as_array().expect("a list").clone();
            environments
                .iter()
                .find(|one| one["name"] == "test")
                .map(|one| one["uuid"].as_str().expect("a uuid").to_owned())
        };
        let environment = if let Some(uuid) = of_test(&listed) {
            uuid
        } else {
            let made = broker.post("/environments", &json!({ "name": "test", "production": false })).await.expect(201);
            made.json()["uuid"].as_str().expect("a uuid").to_owned()
        };
        for name in ["Web", "Orders"] {
            broker.post("/pacticipants", &json!({ "name": name })).await;
        }
        let webhook = json!({
            "consumer": { "name": "Web" }, "provider": { "name": "Orders" },
            "events": [{ "name": "contract_published" }], "request": { "method": "POST", "url": "https://example.org/hook" },
        });
        // By an identity of our own, so that there is one only.
        broker.put(&format!("/webhooks/{WEBHOOK}"), &webhook).await;
        for (number, path) in [("1", "/a"), ("2", "/b")] {
            let contract = pact("Web", "Orders", path);
            broker.post("/contracts/publish", &publication("Web", number, "Orders", &contract)).await;
            broker.tag("Web", number, "dev").await;
        }
        broker.put("/pacticipants/Web/labels/team", &json!({})).await;
        let shown = broker.get("/pacts/provider/Orders/consumer/Web/version/1").await.expect(200);
        // As text: what was merged into it before may hold numbers that not every reader of JSON takes.
        let sha = shown.body.split("/pact-version/").nth(1).and_then(|rest| rest.split(['"', '/']).next());
        let sha = sha.expect("a link to the content").to_owned();
        let link = format!("/pacts/provider/Orders/consumer/Web/pact-version/{sha}/verification-results");
        let result = json!({ "success": true, "providerApplicationVersion": "1" });
        let result = broker.post(&link, &result).await.expect(201).link("self");
        broker.add_to_branch("Orders", "main", "1").await;
        let of_version = |kind: &str| format!("/pacticipants/Web/versions/1/{kind}/environment/{environment}");
        let deployed = broker.post(&of_version("deployed-versions"), &json!({})).await.expect(201).json();
        broker.post(&of_version("released-versions"), &json!({})).await;
        let released = broker.get(&of_version("released-versions")).await.expect(200).json();
        let released = &released["_embedded"]["releasedVersions"][0];
        let text = |value: &Value| value.as_str().unwrap_or("nothing").to_owned();
        let triggered = "/pacts/provider/Orders/consumer/Web/version/1/triggered-webhooks";
        let triggered = broker.get(triggered).await.json();
        let triggered = triggered["_embedded"]["triggeredWebhooks"][0]["_links"]["pb:logs"]["href"].as_str();
        Self {
            sha,
            number: result.rsplit('/').next().expect("a number").to_owned(),
            deployed: text(&deployed["uuid"]),
            released: text(&released["uuid"]),
            triggered: triggered.and_then(|href| href.split('/').rev().nth(1)).unwrap_or("nothing").to_owned(),
            environment,
        }
    }

    /// Good values for the variables of a path.
    pub(crate) fn variables<'p>(&self, path: &'p str) -> Vec<(&'p str, String)> {
        let good = |name: &str| match name {
            "provider" => "Orders",
            "consumer" | "pacticipant" => "Web",
            "other" if path.contains("/pact-version/") => &self.sha,
            "other" => "2",
            "branch" => "main",
            "tag" | "to" | "provider_tag" | "consumer_tag" => "dev",
            "label" => "team",
            "environment" if path.contains("to-environment") || path.contains("provider-states") => "test",
            "environment" => &self.environment,
            "uuid" if path.starts_with("/environments") => &self.environment,
            "uuid" if path.starts_with("/deployed-versions") => &self.deployed,
            "uuid" if path.starts_with("/released-versions") => &self.released,
            "uuid" if path.starts_with("/triggered-webhooks") => &self.triggered,
            "uuid" => WEBHOOK,
            "sha" => &self.sha,
            "metadata" => "W10",
            "number" => &self.number,
            "file" => "style.css",
            "rel" => "publish-pact",
            // For the rest nothing of this name, but of the right form.
            _ => "1",
        };
        path.split(['{', '}']).skip(1).step_by(2).map(|name| (name, good(name).to_owned())).collect()
    }

    /// A good body.
    pub(crate) fn body(schema: &str) -> Vec<u8> {
        Self::example(schema).to_string().into_bytes()
    }

    /// A good body with every field that there is.
    pub(crate) fn example(schema: &str) -> Value {
        match schema {
            "Nothing" => json!({}),
            "Undeployment" => json!({ "currentlyDeployed": false }),
            "EndOfSupport" => json!({ "currentlySupported": false }),
            "Deployment" => json!({ "applicationInstance": "blue", "target": "blue" }),
            "Environment" => json!({
                "name": "staging", "displayName": "Staging", "production": false,
                "contacts": [{ "name": "Ann", "details": { "email": "ann@example.org" } }],
            }),
            "Version" => json!({ "buildUrl": "https://ci.example.org/1", "tags": [{ "name": "dev" }] }),
            "Pacticipant" => json!({
                "name": "Web", "displayName": "The web", "mainBranch": "main", "repositoryUrl": "https://git.example.org",
                "repositoryName": "web", "repositoryNamespace": "team",
            }),
            "VerificationResult" => json!({
                "success": true, "providerApplicationVersion": "1", "buildUrl": "https://ci.example.org/1",
                "verifiedBy": { "implementation": "intact", "version": "1" },
                "testResults": { "tests": [{ "interactionId": "abc", "success": true, "mismatches": [{ "attribute": "body" }] }] },
            }),
            "Webhook" => json!({
                "description": "a hook", "enabled": true,
                "consumer": { "name": "Web" }, "provider": { "label": "team" },
                "events": [{ "name": "contract_published" }],
                "request": {
                    "method": "POST", "url": "https://example.org/${pactbroker.consumerName}",
                    "headers": { "content-type": "application/json" }, "body": { "a": ["${pactbroker.pactUrl}"] },
                    "username": "me", "password": "secret",
                },
            }),
            "Selection" => json!({
                "consumerVersionSelectors": [{
                    "mainBranch": true, "matchingBranch": true, "branch": "main", "fallbackBranch": "main", "tag": "dev",
                    "fallbackTag": "dev", "latest": true, "consumer": "Web", "deployed": true, "released": true,
                    "deployedOrReleased": true, "environment": "test",
                }],
                "providerVersionBranch": "main", "providerVersionTags": ["dev"], "includePendingStatus": true,
                "includeWipPactsSince": "2020-01-01T00:00:00Z",
            }),
            "Pact" => json!({
                "consumer": { "name": "Web" }, "provider": { "name": "Orders" },
                "interactions": [{
                    "description": "a", "providerStates": [{ "name": "s", "params": { "a": 1 } }],
                    "request": { "method": "GET", "path": "/a" }, "response": { "status": 200 },
                }],
                "messages": [{ "description": "m", "contents": {} }],
                "metadata": { "pactSpecification": { "version": "3.0.0" } },
            }),
            "Publication" => {
                let mut publication = publication("Web", "1", "Orders", &pact("Web", "Orders", "/a"));
                publication["tags"] = json!(["dev"]);
                publication["buildUrl"] = json!("https://ci.example.org/1");
                publication["contracts"][0]["onConflict"] = json!("merge");
                publication
            }
            other => panic!("no example of {other}"),
        }
    }
}
