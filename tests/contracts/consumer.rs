//! What the client needs of a broker.
//!
//! Each test drives the real client and asserts what it made of the answers. Answers hold what the client reads and no more;
//! a value is expected exactly where the provider state decides it. Addresses in links are matched by their paths, for the
//! client goes to no other host than the one it was given.

mod deployments;
mod environments;
mod matrix;
mod pacticipants;
mod publishing;
mod verification;

use std::process::Command;

use intact::matchers::{EachLike, each_like, like, regex};
use intact::{Contract, MockServer, Request, Response, Template, Upcoming, json_like};
use intact_broker_client::BrokerClient;
use serde::Serialize;

use crate::kept_pact;

/// The id of the environment `staging` in examples; that of the broker comes from the provider state.
const ENVIRONMENT: &str = "16926ef3-590f-4e3f-838e-719717aa88c9";

const UUID: &str = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

fn contract() -> Contract {
    Contract::between("intact-broker-client", "intact-broker")
}

/// A contract that begins where the client begins: at the index.
fn contract_from_index() -> Contract {
    contract().upon_receiving("a request for the index", index)
}

/// A single attempt, so that a refused request is not sent eight times more.
fn client(server: &MockServer) -> BrokerClient {
    BrokerClient::builder(server.url()).retries(0).build().expect("the mock server's URL is a base URL")
}

fn index(i: Upcoming) -> Response {
    i.get("/").accepting_hal().will_respond_with(200).hal(json_like!({
        "_links": {
            "pb:publish-contracts": template("/contracts/publish"),
            "pb:latest-provider-pacts": template("/pacts/provider/{provider}/latest"),
            "pb:provider-pacts-for-verification": template("/pacts/provider/{provider}/for-verification"),
            "pb:pacticipants": template("/pacticipants"),
            "pb:pacticipant": template("/pacticipants/{pacticipant}"),
            "pb:pacticipant-version": template("/pacticipants/{pacticipant}/versions/{version}"),
            "pb:pacticipant-version-tag": template("/pacticipants/{pacticipant}/versions/{version}/tags/{tag}"),
            "pb:pacticipant-branch-version":
                template("/pacticipants/{pacticipant}/branches/{branch}/versions/{version}"),
            "pb:environments": template("/environments"),
            "pb:environment": template("/environments/{uuid}"),
        }
    }))
}

/// A link to exactly this path, or this template of one, on any host.
fn template(path: &str) -> Template {
    link(&path.replace('{', "\\{").replace('}', "\\}"), path)
}

/// A link to a path like the example, on any host.
fn link(path: &str, example: &str) -> Template {
    json_like!({ "href": regex(&format!("https?://[^/]+{path}"), format!("http://localhost{example}")) })
}

/// At least one notice, of kinds that the client can tell apart.
fn notices(kind: &str, text: &str) -> EachLike {
    let kind = regex("success|info|debug|prompt|warning|error|danger", kind);
    each_like(json_like!({ "type": kind, "text": like(text) }))
}

/// As the client sends requests.
trait AsTheClientSends {
    /// Sends the header by which brokers know a client that is no browser.
    fn accepting_hal(self) -> Self;

    /// Sends a change of a resource, as a merge patch.
    fn merge_patch(self, change: impl Serialize) -> Self;
}

impl AsTheClientSends for Request {
    fn accepting_hal(self) -> Self {
        self.header("Accept", "application/hal+json, application/json")
    }

    fn merge_patch(self, change: impl Serialize) -> Self {
        self.accepting_hal().header("Content-Type", "application/merge-patch+json").json(change)
    }
}

/// As brokers answer.
trait AsBrokersAnswer {
    /// Answers with a document, which may be called HAL or plain JSON.
    fn hal(self, document: impl Serialize) -> Self;
}

impl AsBrokersAnswer for Response {
    fn hal(self, document: impl Serialize) -> Self {
        self.header("Content-Type", regex(r"application/(hal\+)?json(;.*)?", "application/hal+json")).json(document)
    }
}

/// Runs the consumer's tests once more, into an empty directory, so that it sees the whole pact and nothing else.
#[test]
fn the_pact_that_is_kept_is_what_these_tests_write() {
    let fresh = tempfile::tempdir().expect("a temporary directory");
    let this = "consumer::the_pact_that_is_kept_is_what_these_tests_write";
    let output = Command::new(std::env::current_exe().expect("the path of this test"))
        .args(["consumer::", "--skip", this])
        .env("PACT_OUTPUT_DIR", fresh.path())
        .env("INTACT_RUN_ID", uuid::Uuid::new_v4().to_string())
        .env_remove("PACT_OVERWRITE")
        .output()
        .expect("this test can be run");
    assert!(output.status.success(), "the contract tests fail:\n{}", String::from_utf8_lossy(&output.stdout));
    let written = fresh.path().join("intact-broker-client-intact-broker.json");
    let written = std::fs::read_to_string(written).expect("the tests have written a pact");

    if std::env::var_os("INTACT_ACCEPT").is_some_and(|accept| accept == "1") {
        std::fs::write(kept_pact(), written).expect("the pact can be kept");
        return;
    }
    let kept = std::fs::read_to_string(kept_pact()).unwrap_or_default();
    assert!(
        kept == written,
        "the contract has changed; if that is right, accept it with\n\n    \
         INTACT_ACCEPT=1 cargo test -p intact-tests --test contracts\n\n{}",
        similar::TextDiff::from_lines(&kept, &written).unified_diff().header("tests/contracts", "these tests")
    );
}
