//! What is learnt of a broker before anything is asked of it.

use crate::server::{Server, status};

#[tokio::test]
async fn who_may_publish_is_told_by_how_an_empty_publication_is_refused() {
    let server = Server::with_index(&[("pb:publish-contracts", "/contracts/publish")]).await;
    server.on("POST /contracts/publish", [400, 422, 401, 403, 200, 500].map(status));
    let client = server.client();

    for expected in [Some(true), Some(true), Some(false), Some(false), None] {
        assert_eq!(client.may_publish().await.unwrap(), expected);
    }
    assert_eq!(client.may_publish().await.unwrap_err().status(), Some(500));
}

#[tokio::test]
async fn of_a_broker_that_takes_contracts_one_by_one_it_cannot_be_told() {
    let server = Server::with_index(&[("pb:pacticipants", "/pacticipants")]).await;

    assert_eq!(server.client().may_publish().await.unwrap(), None);
    assert_eq!(server.lines(), ["GET /"]);
}
