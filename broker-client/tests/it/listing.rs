//! Lists: versions, branches, pacts of a branch, integrations, provider states.

use intact_broker_client::{PactsOnBranch, ProviderStatesOf, VersionsOf};
use serde_json::json;

use crate::server::{Server, hal, status};

#[tokio::test]
async fn versions_are_listed_in_pages_with_their_branches_and_tags() {
    let server = Server::with_index(&[("pb:pacticipant", "/pacticipants/{pacticipant}")]).await;
    let version = |number: u32| {
        json!({ "number": number.to_string(), "createdAt": "then", "_embedded": {
            "branchVersions": [{ "name": "main" }], "tags": [{ "name": "a" }, { "name": "b" }],
        } })
    };
    let page = json!({ "page": { "totalElements": 7 }, "_embedded": { "versions": [version(2), version(1)] } });
    server.on("GET /pacticipants/W%2Fb/versions?page=1&size=2", [hal(&page)]);
    let whole = json!({ "_embedded": { "versions": [version(3), version(2), version(1)] } });
    server.on("GET /pacticipants/W%2Fb/branches/feat%2Fx/versions?page=1&size=2", [hal(&whole)]);
    server.on("GET /pacticipants/W%2Fb/tags/t/versions?page=1&size=2", [status(404)]);
    let client = server.client();

    let found = client.versions("W/b", VersionsOf::Everything, 2).await.unwrap().expect("there is one");
    assert_eq!((found.items.len(), found.total), (2, Some(7)));
    let first = &found.items[0];
    assert_eq!((first.number.as_str(), first.branches().collect::<Vec<_>>()), ("2", vec!["main"]));
    assert_eq!(first.tags().collect::<Vec<_>>(), ["a", "b"]);

    // A broker that knows no pages gives all.
    let found = client.versions("W/b", VersionsOf::Branch("feat/x"), 2).await.unwrap().expect("there is one");
    assert_eq!((found.items.len(), found.total), (2, Some(3)));
    assert!(client.versions("W/b", VersionsOf::Tag("t"), 2).await.unwrap().is_none());
}

#[tokio::test]
async fn pacts_of_a_branch_are_found_by_the_relation_for_what_is_asked() {
    let relations = [
        ("pb:provider-pacts-with-main-branch", "/p/{provider}"),
        ("pb:latest-provider-pacts-with-main-branch", "/p/{provider}/latest"),
        ("pb:provider-pacts-with-branch", "/p/{provider}/{branch}"),
        ("pb:latest-provider-pacts-with-branch", "/p/{provider}/{branch}/latest"),
        ("pb:main-branch-pact-versions", "/c/{provider}/{consumer}"),
        ("pb:latest-main-branch-pact-versions", "/c/{provider}/{consumer}/latest"),
        ("pb:branch-pact-versions", "/c/{provider}/{consumer}/{branch}"),
        ("pb:latest-branch-pact-versions", "/c/{provider}/{consumer}/{branch}/latest"),
    ];
    let server = Server::with_index(&relations).await;
    let client = server.client();
    let of_provider = json!({ "_links": { "pb:pacts": [{ "href": "/pact/1", "name": "Web", "title": "a pact" }] } });
    let of_pair = json!({ "_embedded": { "pacts": [
        { "_links": { "self": { "href": "/pact/1", "title": "a pact" } } }, { "_links": {} },
    ] } });
    for (consumer, branch, latest, line) in [
        (None, None, false, "GET /p/O"),
        (None, None, true, "GET /p/O/latest"),
        (None, Some("b/1"), false, "GET /p/O/b%2F1"),
        (None, Some("b/1"), true, "GET /p/O/b%2F1/latest"),
        (Some("Web"), None, false, "GET /c/O/Web"),
        (Some("Web"), None, true, "GET /c/O/Web/latest"),
        (Some("Web"), Some("b/1"), false, "GET /c/O/Web/b%2F1"),
        (Some("Web"), Some("b/1"), true, "GET /c/O/Web/b%2F1/latest"),
    ] {
        server.on(line, [hal(if consumer.is_some() { &of_pair } else { &of_provider })]);
        let query = PactsOnBranch { provider: "O", consumer, branch, latest };
        let pacts = client.pacts_on_branch(&query).await.unwrap().expect(line);
        assert_eq!(pacts.len(), 1, "{line}");
        let pact = &pacts[0];
        let read = (pact.href.as_str(), pact.consumer.as_deref(), pact.title.as_deref());
        assert_eq!(read, ("/pact/1", Some("Web"), Some("a pact")), "{line}");
    }
}

#[tokio::test]
async fn an_integration_is_deleted_where_it_says_or_where_older_brokers_have_it() {
    let server = Server::with_index(&[("pb:integrations", "/integrations")]).await;
    let list = json!({ "_embedded": { "integrations": [
        { "consumer": { "name": "A" }, "provider": { "name": "B" },
          "_links": { "pb:delete_integration": { "href": "/gone/1" } } },
        { "consumer": { "name": "A/1" }, "provider": { "name": "C" } },
    ] } });
    server.on("GET /integrations", [hal(&list)]);
    server.on("DELETE /gone/1", [status(204)]);
    server.on("DELETE /integrations/provider/C/consumer/A%2F1", [status(404)]);
    let client = server.client();

    let integrations = client.integrations().await.unwrap();

    assert_eq!((integrations[1].consumer(), integrations[1].provider()), ("A/1", "C"));
    assert!(client.delete_integration(&integrations[0]).await.unwrap());
    assert!(!client.delete_integration(&integrations[1]).await.unwrap());
}

#[tokio::test]
async fn states_have_their_parameters_and_who_asks_for_them() {
    let server = Server::with_index(&[]).await;
    let states = json!({ "providerStates": [
        { "name": "s", "params": { "id": 1 }, "consumers": ["Web"] }, { "name": "t", "consumers": [] },
    ] });
    server.on("GET /pacts/provider/O%2F1/provider-states", [hal(&states)]);
    server.on("GET /pacts/provider/O%2F1/provider-states/branch/b%2F1", [hal(&states)]);
    server.on("GET /pacts/provider/O%2F1/provider-states/environment/test", [status(404)]);
    let client = server.client();

    let found = client.provider_states("O/1", ProviderStatesOf::MainBranches).await.unwrap().expect("states");

    assert_eq!((found[0].name.as_str(), found[0].params["id"].as_i64()), ("s", Some(1)));
    assert_eq!((found[0].consumers.as_slice(), found[1].params.len()), (&["Web".to_owned()][..], 0));
    assert!(client.provider_states("O/1", ProviderStatesOf::Branch("b/1")).await.unwrap().is_some());
    assert!(client.provider_states("O/1", ProviderStatesOf::Environment("test")).await.unwrap().is_none());
    assert!(client.provider_states("..", ProviderStatesOf::MainBranches).await.is_err());
}
