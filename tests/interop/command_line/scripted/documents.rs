//! The documents of the scripted broker's world.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answers, Asked, PRODUCTION, SINCE, TEST, WEBHOOK};

impl Answers {
    pub(super) fn link(&self, path: &str) -> Value {
        json!({ "href": format!("{}/{}", self.base, path.replace(' ', "%20")) })
    }

    pub(super) fn named(&self, uuid: &str, name: &str) -> Value {
        json!({ "href": format!("{}/environments/{uuid}", self.base), "name": name, "title": "Environment" })
    }

    pub(super) fn index(&self) -> Value {
        let mut links = json!({ "self": { "href": self.base, "title": "Index" } });
        for (relation, path) in RELATIONS {
            let href = format!("{}/{path}", self.base);
            links[format!("pb:{relation}")] = json!({ "href": href, "templated": path.contains('{') });
        }
        json!({ "_links": links })
    }

    pub(super) fn pacticipant(&self, name: &str) -> Value {
        let own = format!("pacticipants/{name}");
        let templated = |path: &str| {
            let mut link = self.link(&format!("{own}/{path}"));
            link["templated"] = json!(true);
            link
        };
        json!({
            "name": name, "displayName": name, "mainBranch": "main", "repositoryUrl": "https://git.example.org/o/r",
            "createdAt": SINCE, "_embedded": { "labels": [] },
            "_links": {
                "self": self.link(&own), "pb:versions": self.link(&format!("{own}/versions")), "pb:branches": self.link(&format!("{own}/branches")),
                "pb:version": templated("versions/{version}"),
                "pb:version-tag": templated("versions/{version}/tags/{tag}"),
                "pb:branch-version": templated("branches/{branch}/versions/{version}"),
            },
        })
    }

    pub(super) fn version(&self, name: &str, number: &str) -> Value {
        let own = format!("pacticipants/{name}/versions/{number}");
        let record = |what: &str| {
            [(PRODUCTION, "production"), (TEST, "test")].map(|(uuid, environment)| {
                let mut link = self.link(&format!("{own}/{what}-versions/environment/{uuid}"));
                link["name"] = json!(environment);
                link
            })
        };
        let branch = json!({ "name": "main", "latest": number == "2" });
        json!({
            "number": number, "createdAt": SINCE, "updatedAt": SINCE,
            "_embedded": { "branchVersions": [branch], "tags": [{ "name": "prod" }] },
            "_links": {
                "self": self.link(&own), "pb:pacticipant": self.link(&format!("pacticipants/{name}")),
                "pb:record-deployment": record("deployed"), "pb:record-release": record("released"),
                "pb:deployed-environments": [], "pb:released-environments": [], "pb:pact-versions": [],
            },
        })
    }

    pub(super) fn environment(&self, uuid: &str) -> Value {
        let production = uuid == PRODUCTION;
        let (name, display_name) = if production { ("production", "Production") } else { ("test", "Test") };
        let below = |what: &str| self.link(&format!("environments/{uuid}/{what}"));
        json!({
            "uuid": uuid, "name": name, "displayName": display_name, "production": production, "createdAt": SINCE,
            "contacts": [{ "name": "Ops", "details": { "emailAddress": "ops@example.org" } }],
            "_links": {
                "self": self.named(uuid, name), "pb:environments": self.link("environments"),
                "pb:currently-deployed-deployed-versions": below("deployed-versions/currently-deployed"),
                "pb:currently-supported-released-versions": below("released-versions/currently-supported"),
            },
        })
    }

    pub(super) fn written_environment(&self, uuid: &str, body: &Value) -> Value {
        let mut environment = self.environment(uuid);
        for (name, value) in body.as_object().into_iter().flatten() {
            environment[name] = value.clone();
        }
        environment
    }

    pub(super) fn in_environment(
        &self,
        (what, uuid): (&str, &str),
        name: &str,
        number: &str,
        of: &str,
        at: Option<&str>,
    ) -> Value {
        let mut entry = json!({
            "uuid": uuid, "createdAt": SINCE,
            "_embedded": {
                "environment": self.environment(of), "pacticipant": { "name": name }, "version": { "number": number },
            },
            "_links": { "self": self.link(&format!("{what}-versions/{uuid}")) },
        });
        entry[if what == "deployed" { "currentlyDeployed" } else { "currentlySupported" }] = json!(true);
        if let Some(instance) = at {
            entry["applicationInstance"] = json!(instance);
            entry["target"] = json!(instance);
        }
        entry
    }

    pub(super) fn webhook(&self, uuid: &str, body: &Value) -> Value {
        let mut webhook = json!({ "enabled": true, "events": [{ "name": "contract_content_changed" }] });
        for (name, value) in body.as_object().into_iter().flatten() {
            webhook[name] = value.clone();
        }
        webhook["uuid"] = json!(uuid);
        webhook["createdAt"] = json!(SINCE);
        let (own, execute) = (self.link(&format!("webhooks/{uuid}")), self.link(&format!("webhooks/{uuid}/execute")));
        webhook["_links"] = json!({ "self": own, "pb:execute": execute, "pb:webhooks": self.link("webhooks") });
        webhook
    }

    pub(super) fn executed(&self) -> (StatusCode, Value) {
        let told = json!({
            "success": true, "logs": "[INFO] HTTP/1.1 POST http://example.org\n", "request": { "method": "POST" },
            "response": { "status": 200, "body": "ok" }, "_links": { "webhook": self.link(&format!("webhooks/{WEBHOOK}")) },
        });
        (StatusCode::OK, told)
    }

    pub(super) fn latest_pacts(&self) -> Value {
        let pact = json!({
            "createdAt": SINCE,
            "_embedded": {
                "consumer": { "name": "Web", "_embedded": { "version": { "number": "2" } } }, "provider": { "name": "Orders" },
            },
            "_links": { "self": [self.link("pacts/provider/Orders/consumer/Web/latest")] },
        });
        json!({ "pacts": [pact], "_links": { "self": self.link("pacts/latest") } })
    }

    pub(super) fn pact(&self, number: &str) -> Value {
        let own = self.link(&format!("pacts/provider/Orders/consumer/Web/version/{number}"));
        let mut pact: Value = serde_json::from_str(super::super::PACT).expect("the pact is JSON");
        let version =
            json!({ "name": number, "href": self.link(&format!("pacticipants/Web/versions/{number}"))["href"] });
        pact["createdAt"] = json!(SINCE);
        pact["_links"] = json!({ "self": own, "pb:consumer-version": version });
        pact
    }

    pub(super) fn published(&self, body: &Value) -> Value {
        let (name, number) = (body["pacticipantName"].as_str(), body["pacticipantVersionNumber"].as_str());
        let (name, number) = (name.unwrap_or_default(), number.unwrap_or_default());
        let text = format!("Pact successfully published for {name} version {number}.");
        let (own, version) =
            (self.link(&format!("pacticipants/{name}")), self.link(&format!("pacticipants/{name}/versions/{number}")));
        let contracts = body["contracts"].as_array().into_iter().flatten();
        let contracts = contracts.filter_map(|contract| contract["providerName"].as_str());
        let contracts =
            contracts.map(|provider| self.link(&format!("pacts/provider/{provider}/consumer/{name}/version/{number}")));
        json!({
            "notices": [{ "type": "success", "text": text }], "logs": [{ "level": "success", "message": text }],
            "_embedded": {
                "pacticipant": { "name": name, "_links": { "self": own } },
                "version": { "number": number, "_links": { "self": version } },
            },
            "_links": {
                "pb:pacticipant": own, "pb:pacticipant-version": version, "pb:pacticipant-version-tags": [],
                "pb:contracts": contracts.collect::<Vec<_>>(),
            },
        })
    }

    /// Version 1 can be deployed, what is asked of `Slow` is not known yet, the rest cannot.
    pub(super) fn matrix(&self, asked: &Asked) -> (StatusCode, Value) {
        let values = |name: &str| -> Vec<&str> {
            asked.query.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str()).collect()
        };
        if let Some(unknown) = values("environment").into_iter().find(|name| !["production", "test"].contains(name)) {
            let text = format!("Environment with name '{unknown}' does not exist");
            return (StatusCode::BAD_REQUEST, json!({ "errors": [text] }));
        }
        let deployable = match () {
            () if values("q[][pacticipant]").contains(&"Slow") => None,
            () => Some(!values("q[][version]").contains(&"2")),
        };
        let side = |name: &str, number: &str| json!({ "name": name, "version": { "number": number, "branch": "main", "branches": [], "tags": [] } });
        let result = deployable.map(|success| {
            let own = self.link("pacts/provider/Orders/consumer/Web/pact-version/1/verification-results/1");
            json!({ "success": success, "verifiedAt": SINCE, "_links": { "self": own } })
        });
        let (text, kind) = if deployable == Some(true) { ("All is well", "success") } else { ("It is not", "error") };
        let count = |of: Option<bool>| usize::from(deployable == of);
        let told = json!({
            "summary": {
                "deployable": deployable, "reason": text, "success": count(Some(true)), "failed": count(Some(false)),
                "unknown": count(None),
            },
            "notices": [{ "type": kind, "text": text }],
            "matrix": [{
                "consumer": side("Web", "1"), "provider": side("Orders", "2"), "verificationResult": result,
                "pact": { "createdAt": SINCE },
            }],
        });
        (StatusCode::OK, told)
    }
}

/// Of the entries those that the query asks for, if it does.
pub(super) fn asked_for(asked: &Asked, entries: &[Value]) -> Vec<Value> {
    let given = |name: &str| asked.query.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let fits = |entry: &&Value| {
        given("pacticipant").is_none_or(|name| entry["_embedded"]["pacticipant"]["name"] == name)
            && given("version").is_none_or(|number| entry["_embedded"]["version"]["number"] == number)
    };
    entries.iter().filter(fits).cloned().collect()
}

const RELATIONS: [(&str, &str); 31] = [
    ("publish-pact", "pacts/provider/{provider}/consumer/{consumer}/version/{consumerApplicationVersion}"),
    ("publish-contracts", "contracts/publish"),
    ("latest-pact-versions", "pacts/latest"),
    ("tagged-pact-versions", "pacts/provider/{provider}/consumer/{consumer}/tag/{tag}"),
    ("pacticipants", "pacticipants"),
    ("pacticipant", "pacticipants/{pacticipant}"),
    ("latest-provider-pacts", "pacts/provider/{provider}/latest"),
    ("latest-provider-pacts-with-tag", "pacts/provider/{provider}/latest/{tag}"),
    ("latest-provider-pacts-with-branch", "pacts/provider/{provider}/branch/{branch}/latest"),
    ("latest-provider-pacts-with-main-branch", "pacts/provider/{provider}/branch/latest"),
    ("provider-pacts-with-tag", "pacts/provider/{provider}/tag/{tag}"),
    ("provider-pacts-with-branch", "pacts/provider/{provider}/branch/{branch}"),
    ("provider-pacts-with-main-branch", "pacts/provider/{provider}/branch"),
    ("branch-pact-versions", "pacts/provider/{provider}/consumer/{consumer}/branch/{branch}"),
    ("main-branch-pact-versions", "pacts/provider/{provider}/consumer/{consumer}/branch/versions"),
    ("latest-branch-pact-versions", "pacts/provider/{provider}/consumer/{consumer}/branch/{branch}/latest/versions"),
    ("latest-main-branch-pact-versions", "pacts/provider/{provider}/consumer/{consumer}/branch/latest/versions"),
    ("provider-pacts", "pacts/provider/{provider}"),
    ("provider-pacts-for-verification", "pacts/provider/{provider}/for-verification"),
    ("latest-version", "pacticipants/{pacticipant}/latest-version"),
    ("latest-tagged-version", "pacticipants/{pacticipant}/latest-version/{tag}"),
    ("pacticipant-version", "pacticipants/{pacticipant}/versions/{version}"),
    ("pacticipant-version-tag", "pacticipants/{pacticipant}/versions/{version}/tags/{tag}"),
    ("pacticipant-branch", "pacticipants/{pacticipant}/branches/{branch}"),
    ("pacticipant-branch-version", "pacticipants/{pacticipant}/branches/{branch}/versions/{version}"),
    ("webhooks", "webhooks"),
    ("webhook", "webhooks/{uuid}"),
    ("integrations", "integrations"),
    ("environments", "environments"),
    ("environment", "environments/{uuid}"),
    ("metrics", "metrics"),
];
