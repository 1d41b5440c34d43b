//! Asking the matrix.

use intact_broker_client::{MatrixQuery, MatrixTarget, VersionSelector};
use serde_json::json;

use crate::server::{Server, hal};

const LINE: &str =
    "GET /matrix?q%5B%5D%5Bpacticipant%5D=Web+%2F+Shop&q%5B%5D%5Bversion%5D=1%2B2&latestby=cvpv&environment=test";

fn query() -> MatrixQuery {
    MatrixQuery::of(VersionSelector::version("Web / Shop", "1+2")).to(MatrixTarget::environment("test"))
}

#[tokio::test]
async fn the_answer_is_read_and_kept_as_it_came() {
    let server = Server::start().await;
    let answer = json!({
        "summary": { "deployable": null, "reason": "why", "success": 1, "failed": 0, "unknown": 1 },
        "notices": [{ "type": "error", "text": "why" }],
        "matrix": [
            {
                "consumer": { "name": "Web / Shop", "version": { "number": "1+2", "branch": "main", "environments": [{ "name": "test" }] } },
                "provider": { "name": "Orders", "version": { "number": "9", "branch": null } },
                "verificationResult": { "success": true, "verifiedAt": "x", "_links": { "self": { "href": "http://b/r" } } },
                "pact": { "createdAt": "x" },
            },
            {
                "consumer": { "name": "Web / Shop", "version": { "number": "1+2" } },
                "provider": { "name": "Stock", "version": null },
                "verificationResult": null,
                "ignored": true,
            },
        ],
    });
    server.on(LINE, [hal(&answer)]);

    let matrix = server.client().matrix(&query()).await.unwrap();

    assert_eq!(server.lines(), [LINE]);
    assert_eq!(matrix.raw, answer.to_string());
    assert!(!matrix.summary.is_deployable() && matrix.summary.is_waiting_for_results());
    let first = &matrix.rows[0];
    assert_eq!(first.consumer.version.as_ref().unwrap().environments[0].name, "test");
    assert_eq!(first.verification_result.as_ref().unwrap().url(), Some("http://b/r"));
    assert!(matrix.rows[1].ignored && matrix.rows[1].provider.version.is_none());
}

#[tokio::test]
async fn errors_in_a_list_are_understood() {
    let server = Server::start().await;
    let refusal = json!({ "errors": ["Pacticipant Web not found", "Environment with name 'test' does not exist"] });
    server.on(LINE, [hal(&refusal).status(400)]);
    let error = server.client().matrix(&query()).await.unwrap_err();
    assert_eq!(error.messages(), ["Pacticipant Web not found", "Environment with name 'test' does not exist"]);
    assert_eq!(error.hint(), None);
}
