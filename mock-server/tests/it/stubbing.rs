//! What the stub server answers.

use insta::assert_snapshot;
use intact_mock_server::{StubOptions, StubServer};
use intact_pact_model::{Generator, MatchingRule};

use crate::support::{With as _, call, expecting, given, pact, status, without_length};

fn stub(options: StubOptions) -> StubServer {
    let products = pact([
        given(
            "product 42 exists",
            expecting("a product", "GET /products/42", 200)
                .expecting_header("X-Id", "1")
                .answering_json(r#"{"id":42}"#),
        ),
        given("product 42 does not exist", expecting("no product", "GET /products/42", 404)),
    ]);
    let orders = pact([
        expecting("an order", "POST /orders", 201).expecting_json(r#"{"product":42}"#),
        expecting("a list", "GET /orders?page=1", 200),
    ]);
    StubServer::start(vec![products, orders], options).expect("a free port")
}

#[test]
fn responses_of_all_pacts_are_served_and_headers_may_differ() {
    let stub = stub(StubOptions::default());
    assert_eq!(stub.interactions(), 4);
    assert_snapshot!(call(stub.address(), "GET /products/42\nX-Id: 1"), @r#"
    HTTP/1.1 200 OK
    content-type: application/json
    access-control-allow-origin: *
    connection: close
    content-length: 9

    {"id":42}
    "#);
    assert_eq!(status(&call(stub.address(), "GET /orders?page=1")), 200);
    assert_eq!(status(&call(stub.address(), "GET /products/42")), 404, "the one with the fewest differences");
}

#[test]
fn a_body_may_be_left_out_but_not_be_wrong() {
    let stub = stub(StubOptions::default());
    assert_eq!(status(&call(stub.address(), "POST /orders\nContent-Type: application/json\n\n{\"product\":42}")), 201);
    assert_eq!(status(&call(stub.address(), "POST /orders")), 201);
    assert_eq!(status(&call(stub.address(), "POST /orders\nContent-Type: application/json\n\n{\"product\":43}")), 404);
    assert_eq!(status(&call(stub.address(), "POST /orders\nContent-Type: text/plain\n\n42")), 201);
}

#[test]
fn of_two_content_types_the_first_says_how_the_body_is_compared() {
    let stub = stub(StubOptions::default());
    let [json, text] = ["Content-Type: application/json", "Content-Type: text/plain"];
    for (types, body, expected) in [
        ([json, json], r#"{"product":42}"#, 201),
        ([json, text], r#"{"product":42}"#, 201),
        ([json, text], r#"{"product":43}"#, 404),
        ([text, json], r#"{"product":42}"#, 201),
        // Of another type than expected, and so not compared, as with one line of it.
        ([text, json], r#"{"product":43}"#, 201),
    ] {
        let request = format!("POST /orders\n{}\n\n{body}", types.join("\n"));
        assert_eq!(status(&call(stub.address(), &request)), expected, "{request}");
    }
}

#[test]
fn what_no_interaction_answers_is_explained() {
    let stub = stub(StubOptions::default());
    assert_snapshot!(without_length(&call(stub.address(), "GET /orders?page=2")), @r#"
    HTTP/1.1 404 Not Found
    access-control-allow-origin: *
    content-type: application/json; charset=utf-8
    x-pact: Unexpected-Request
    connection: close

    {
      "error": "Unexpected-Request : GET /orders?page=2 is not \"a list\" (GET /orders?page=1): query page: Expected query parameter 'page' with value '1' but was '2'",
      "interaction": "a list",
      "mismatches": [
        {
          "type": "QueryMismatch",
          "parameter": "page",
          "expected": "1",
          "actual": "2",
          "mismatch": "Expected query parameter 'page' with value '1' but was '2'"
        }
      ],
      "closest": [
        {
          "interaction": "\"a list\"",
          "reason": "query page: Expected query parameter 'page' with value '1' but was '2'"
        },
        {
          "interaction": "\"no product\" given \"product 42 does not exist\"",
          "reason": "path: Expected '/orders' to be equal to '/products/42'; query page: Unexpected query parameter 'page' received"
        },
        {
          "interaction": "\"a product\" given \"product 42 exists\"",
          "reason": "path: Expected '/orders' to be equal to '/products/42'; query page: Unexpected query parameter 'page' received; header X-Id: Expected a header 'X-Id' but was missing"
        }
      ]
    }
    "#);
}

#[test]
fn provider_states_choose_the_interactions() {
    let only_existing = stub(StubOptions::default().provider_state("42 exists$").unwrap());
    assert_eq!(only_existing.interactions(), 1);
    assert_eq!(status(&call(only_existing.address(), "GET /products/42")), 200);
    let with_stateless = stub(StubOptions::default().provider_state("42 exists$").unwrap().empty_provider_state(true));
    assert_eq!(with_stateless.interactions(), 3);

    let by_header = stub(StubOptions::default().provider_state_header("X-State"));
    assert_eq!(status(&call(by_header.address(), "GET /products/42\nX-State: product 42 exists")), 200);
    assert_eq!(
        status(&call(by_header.address(), "GET /products/42\nX-State: product 42 does not exist\nX-Id: 1")),
        404
    );
    assert!(StubOptions::default().provider_state("(").is_err());
}

#[test]
fn browsers_are_served_if_wanted() {
    let stub = stub(StubOptions::default().cors(true));
    let answer =
        call(stub.address(), "OPTIONS /anything\nOrigin: http://shop.example\nAccess-Control-Request-Headers: x-id");
    assert_snapshot!(answer, @r#"
    HTTP/1.1 200 OK
    access-control-allow-headers: x-id, *
    access-control-allow-origin: http://shop.example
    access-control-allow-methods: GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH
    access-control-expose-headers: Location, Link
    access-control-allow-credentials: true
    connection: close
    content-length: 0
    "#);
    assert!(
        call(stub.address(), "GET /orders?page=1\nOrigin: http://shop.example")
            .contains("access-control-allow-origin: http://shop.example")
    );
}

#[test]
fn the_origin_may_be_taken_from_the_referer() {
    let stub = stub(StubOptions::default().cors(true).cors_referer(true));
    for request in ["OPTIONS /anything", "GET /orders?page=1", "GET /nothing"] {
        let answer = call(stub.address(), &format!("{request}\nReferer: http://shop.example:8080/cart?x=1"));
        assert!(answer.contains("access-control-allow-origin: http://shop.example:8080\n"), "{answer}");
    }
}

#[test]
fn a_state_header_may_hold_an_expression_and_let_interactions_without_states_through() {
    let strict = stub(StubOptions::default().provider_state_header("X-State"));
    assert_eq!(status(&call(strict.address(), "GET /products/42\nX-State: not exist$")), 404);
    assert_eq!(status(&call(strict.address(), "GET /products/42\nX-State: 42 ex")), 200);
    assert_eq!(status(&call(strict.address(), "GET /products/42\nX-State: (")), 404);
    assert_eq!(status(&call(strict.address(), "GET /orders?page=1\nX-State: product 42 exists")), 404);
    let generous = stub(StubOptions::default().provider_state_header("X-State").empty_provider_state(true));
    assert_eq!(status(&call(generous.address(), "GET /orders?page=1\nX-State: product 42 exists")), 200);
}

#[test]
fn pacts_are_replaced_while_it_runs_and_broken_ones_are_not_taken() {
    let stub = stub(StubOptions::default());
    stub.replace(vec![pact([expecting("new", "GET /new", 202)])]).unwrap();
    assert_eq!((stub.interactions(), status(&call(stub.address(), "GET /new"))), (1, 202));
    assert_eq!(status(&call(stub.address(), "GET /products/42")), 404);
}

#[test]
fn interactions_that_another_one_hides_are_told() {
    let same = |description: &str| expecting(description, "GET /one", 200);
    let other = same("with a body").with_request(|request| request.method = "POST".to_owned()).expecting_json("[1]");
    let pacts = vec![pact([same("first"), other]), pact([same("second"), same("third").expecting_header("X", "1")])];
    let stub = StubServer::start(pacts, StubOptions::default()).unwrap();
    let overlaps = stub.overlaps();
    let told: Vec<_> = overlaps.iter().map(|one| (&*one.hidden.description, &*one.answers.description)).collect();
    assert_eq!(told, [("second", "first"), ("third", "first")]);
}

#[test]
fn literal_paths_and_rules_for_paths_are_both_found_and_the_first_defined_wins() {
    let by_rule = |description: &str, status: u16| {
        expecting(description, "GET /items/1", status).with_request(|request| {
            let digits = MatchingRule::Regex("/items/\\d+".to_owned());
            request.matching_rules.path.rules.push(digits);
        })
    };
    let literal = expecting("literal", "GET /items/7", 201);
    let stub = StubServer::start(vec![pact([literal, by_rule("rule", 202)])], StubOptions::default()).unwrap();
    assert_eq!(status(&call(stub.address(), "GET /items/7")), 201);
    assert_eq!(status(&call(stub.address(), "GET /items/8")), 202);
    assert_eq!(status(&call(stub.address(), "GET /items/x")), 404);
    let reversed = vec![pact([by_rule("rule", 202), expecting("literal", "GET /items/7", 201)])];
    stub.replace(reversed).unwrap();
    assert_eq!(status(&call(stub.address(), "GET /items/7")), 202);
}

#[tokio::test]
async fn a_finished_stub_frees_its_port() {
    let server = stub(StubOptions::default());
    let address = server.address();
    server.finish().await;
    std::net::TcpListener::bind(address).unwrap();
}

#[test]
fn what_a_provider_would_bring_stays_as_it_is_written() {
    let user = given("a user", expecting("a user", "GET /users/1", 200).answering_json(r#"{"id":1}"#));
    let served = pact([user.with_response(|response| {
        let id = Generator::named("ProviderState").with("expression", "${unknown}").with("dataType", "INTEGER");
        response.generators.body.insert("$.id".to_owned(), id);
    })]);
    let stub = StubServer::start(vec![served], StubOptions::default()).expect("a free port");
    let answer = call(stub.address(), "GET /users/1");
    assert!(status(&answer) == 200 && answer.ends_with(r#"{"id":1}"#), "{answer}");
}
