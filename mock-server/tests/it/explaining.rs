//! What people read when something was wrong.

use insta::assert_snapshot;
use intact_mock_server::{MockServer, Options};
use intact_pact_model::{MatchingRule, RuleList};

use crate::support::{With as _, call, expecting, given, pact, send, start, without_length};

#[test]
fn a_request_to_the_wrong_place_names_the_nearest_interaction_and_what_never_came() {
    let product = given("product 42 exists", expecting("a request for product 42", "GET /products/42", 200));
    let server = start([product, expecting("an order", "POST /orders", 201)]);

    call(server.address(), "POST /orders");
    let answer = call(server.address(), "GET /product/42?full=1");

    assert_snapshot!(without_length(&answer), @r#"
    HTTP/1.1 500 Internal Server Error
    access-control-allow-origin: *
    content-type: application/json; charset=utf-8
    x-pact: Unexpected-Request
    connection: close

    {
      "error": "Unexpected-Request : GET /product/42?full=1 is not \"a request for product 42\" given \"product 42 exists\" (GET /products/42): path: Expected '/product/42' to be equal to '/products/42'; query full: Unexpected query parameter 'full' received",
      "interaction": "a request for product 42",
      "mismatches": [
        {
          "type": "PathMismatch",
          "expected": "/products/42",
          "actual": "/product/42",
          "mismatch": "Expected '/product/42' to be equal to '/products/42'"
        },
        {
          "type": "QueryMismatch",
          "parameter": "full",
          "expected": null,
          "actual": "[1]",
          "mismatch": "Unexpected query parameter 'full' received"
        }
      ],
      "closest": [
        {
          "interaction": "\"a request for product 42\" given \"product 42 exists\"",
          "reason": "path: Expected '/product/42' to be equal to '/products/42'; query full: Unexpected query parameter 'full' received"
        },
        {
          "interaction": "\"an order\"",
          "reason": "method: expected POST but was GET; path: Expected '/product/42' to be equal to '/orders'; query full: Unexpected query parameter 'full' received"
        }
      ]
    }
    "#);
    assert_snapshot!(server.finish_blocking(), @r#"
    order-service did not use product-service as their contract says

      ✗ GET /product/42?full=1 came, which the contract does not expect
          the nearest is "a request for product 42" given "product 42 exists": GET /products/42
            path        Expected '/product/42' to be equal to '/products/42'
            query full  Unexpected query parameter 'full' received

      ✗ "a request for product 42" given "product 42 exists" never came: GET /products/42
          what came instead:
            POST /orders
            GET /product/42?full=1
    "#);
}

#[test]
fn a_request_that_is_nearly_right_is_explained_part_by_part() {
    let order = expecting("an order", "POST /orders?dry=false", 201)
        .expecting_header("Content-Type", "application/json")
        .expecting_header("X-Id", "7")
        .expecting_json(r#"{"product":"42","quantity":1,"note":"gift"}"#)
        .with_request(|request| {
            request.matching_rules.body.insert("$.quantity".to_owned(), RuleList::of(MatchingRule::Integer));
        });
    let server = start([order]);

    let request = "POST /orders?dry=true\nContent-Type: application/json\n\n{\"product\": 42, \"quantity\": 1.5,\n \"note\": \"gift\"}";
    let answer = call(server.address(), request);
    call(server.address(), request);

    assert_snapshot!(without_length(&answer), @r#"
    HTTP/1.1 500 Internal Server Error
    access-control-allow-origin: *
    content-type: application/json; charset=utf-8
    x-pact: Request-Mismatch
    connection: close

    {
      "error": "Request-Mismatch : POST /orders?dry=true is not \"an order\" (POST /orders?dry=false): query dry: Expected query parameter 'dry' with value 'false' but was 'true'; header X-Id: Expected a header 'X-Id' but was missing; body $.product: Expected 42 (Integer) to be equal to '42' (String); and 1 more",
      "interaction": "an order",
      "mismatches": [
        {
          "type": "QueryMismatch",
          "parameter": "dry",
          "expected": "false",
          "actual": "true",
          "mismatch": "Expected query parameter 'dry' with value 'false' but was 'true'"
        },
        {
          "type": "HeaderMismatch",
          "key": "X-Id",
          "expected": "7",
          "actual": null,
          "mismatch": "Mismatch with header 'X-Id': Expected a header 'X-Id' but was missing"
        },
        {
          "type": "BodyMismatch",
          "path": "$.product",
          "expected": "42",
          "actual": "42",
          "mismatch": "Expected 42 (Integer) to be equal to '42' (String)"
        },
        {
          "type": "BodyMismatch",
          "path": "$.quantity",
          "expected": "1",
          "actual": "1.5",
          "mismatch": "Expected 1.5 (Decimal) to be an integer"
        }
      ],
      "explanation": [
        {
          "place": "body",
          "expected": [
            "{",
            "  \"product\": \"42\"",
            "  \"quantity\": any integer",
            "  \"note\": \"gift\"",
            "}"
          ],
          "actual": [
            "{",
            "  \"product\": 42",
            "  \"quantity\": 1.5",
            "  \"note\": \"gift\"",
            "}"
          ],
          "differs": [
            1,
            2
          ],
          "hints": [
            "`product` is the number 42, not a string; \"42\" would match"
          ]
        }
      ],
      "closest": [
        {
          "interaction": "\"an order\"",
          "reason": "query dry: Expected query parameter 'dry' with value 'false' but was 'true'; header X-Id: Expected a header 'X-Id' but was missing; body $.product: Expected 42 (Integer) to be equal to '42' (String); and 1 more"
        }
      ]
    }
    "#);
    let outcome = server.finish_blocking();
    assert_snapshot!(outcome, @r#"
    order-service did not use product-service as their contract says

      ✗ POST /orders?dry=true came (2 times), but not as "an order" expects it
            query dry        Expected query parameter 'dry' with value 'false' but was 'true'
            header X-Id      Expected a header 'X-Id' but was missing
            body $.product   Expected 42 (Integer) to be equal to '42' (String)
            body $.quantity  Expected 1.5 (Decimal) to be an integer
                expected                     actual
                {                            {
              ✗   "product": "42"          ✗   "product": 42
              ✗   "quantity": any integer  ✗   "quantity": 1.5
                  "note": "gift"               "note": "gift"
                }                            }
              → `product` is the number 42, not a string; "42" would match
          its body, 49 bytes of application/json:
            {"product": 42, "quantity": 1.5,
             "note": "gift"}
    "#);
    assert!(outcome.missing.is_empty(), "what came wrong has come nevertheless");
}

#[test]
fn a_test_that_calls_nothing_is_told_so() {
    let server = start([expecting("a request for product 42", "GET /products/42?full=1", 200)]);
    assert_snapshot!(server.finish_blocking(), @r#"
    order-service did not use product-service as their contract says

      ✗ "a request for product 42" never came: GET /products/42?full=1
          no request came at all: does the client under test use the server's URL?
    "#);
}

#[test]
fn what_is_no_request_of_the_test_is_not_called_nothing() {
    let expected = || expecting("a request for product 42", "GET /products/42", 200);
    let server = start([expected()]);
    call(server.address(), "OPTIONS /products/42");
    assert_snapshot!(server.finish_blocking(), @r#"
    order-service did not use product-service as their contract says

      ✗ "a request for product 42" never came: GET /products/42
          only `OPTIONS` requests came, which the contract does not expect
    "#);

    let server = start([expected()]);
    send(server.address(), b"\x16\x03\x01 the beginning of TLS\r\n\r\n");
    let outcome = server.finish_blocking();
    assert_eq!(outcome.not_http, 1);
    assert_snapshot!(outcome, @r#"
    order-service did not use product-service as their contract says

      ✗ "a request for product 42" never came: GET /products/42
          no request came at all, only a connection that sent no valid HTTP: does the client use `https`?
    "#);

    let server = start([expected()]);
    send(server.address(), b"GET / HTTP/1.1\r\nHost: test\r\nX-Name: \xff\r\nConnection: close\r\n\r\n");
    assert_snapshot!(server.finish_blocking(), @r#"
    order-service did not use product-service as their contract says

      ✗ GET /: the value of the header `x-name` is not UTF-8 text

      ✗ "a request for product 42" never came: GET /products/42
          no request came that could be read
    "#);
}

#[test]
fn a_refusal_is_told_before_the_client_gets_its_answer() {
    let (tell, told) = std::sync::mpsc::channel();
    let options = Options::default().on_refusal(move |reason| tell.send(reason.to_owned()).unwrap());
    let server = MockServer::start(pact([expecting("one", "GET /one?page=1", 200)]), options).unwrap();

    call(server.address(), "GET /one?page=1");
    assert!(told.try_recv().is_err(), "a request that is right is no news");
    call(server.address(), "GET /one");
    assert_snapshot!(told.try_recv().unwrap(), @r#"GET /one is not "one" (GET /one?page=1): query page: Expected query parameter 'page' but was missing"#);
    call(server.address(), "GET /two");
    assert_snapshot!(told.try_recv().unwrap(), @r#"GET /two is not "one" (GET /one?page=1): path: Expected '/two' to be equal to '/one'; query page: Expected query parameter 'page' but was missing"#);
    assert!(told.try_recv().is_err());
}

#[test]
fn a_request_with_the_right_method_and_path_is_a_mismatch_however_wrong_its_body_is() {
    let order = expecting("an order", "POST /orders", 201).expecting_json(r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}"#);
    let server = start([expecting("health", "GET /health", 200), order]);

    call(
        server.address(),
        "POST /orders\nContent-Type: application/json\n\n{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0}",
    );

    let outcome = server.finish_blocking();
    assert_eq!(outcome.mismatches.len(), 1);
    assert_eq!(outcome.mismatches[0].interaction.description, "an order");
    assert!(outcome.unexpected.is_empty());
}

#[test]
fn the_results_have_the_form_of_other_mock_servers() {
    let server =
        start([expecting("one", "POST /x", 200).expecting_json(r#"{"a":1}"#), expecting("two", "GET /z?q=1", 200)]);
    call(server.address(), "POST /x\nContent-Type: application/json\n\n{\"a\":2}");
    call(server.address(), "PUT /y?p=1&p=2\nAccept: a/b, c/d\n\nbody");

    let results = server.finish_blocking().results().to_pretty();

    assert_snapshot!(results, @r#"
    [
      {
        "type": "request-mismatch",
        "method": "POST",
        "path": "/x",
        "mismatches": [
          {
            "type": "BodyMismatch",
            "path": "$.a",
            "expected": "1",
            "actual": "2",
            "mismatch": "Expected 2 (Integer) to be equal to 1 (Integer)"
          }
        ]
      },
      {
        "type": "request-not-found",
        "method": "PUT",
        "path": "/y",
        "request": {
          "method": "PUT",
          "path": "/y",
          "headers": {
            "host": [
              "test"
            ],
            "connection": [
              "close"
            ],
            "accept": [
              "a/b",
              "c/d"
            ],
            "content-length": [
              "4"
            ]
          },
          "query": {
            "p": [
              "1",
              "2"
            ]
          },
          "body": "body"
        }
      },
      {
        "type": "missing-request",
        "method": "GET",
        "path": "/z",
        "request": {
          "method": "GET",
          "path": "/z"
        }
      }
    ]
    "#);
}

#[test]
fn long_explanations_are_cut() {
    let members: Vec<String> = (0..50).map(|n| format!("\"m{n}\":1")).collect();
    let others: Vec<String> = (0..50).map(|n| format!("\"m{n}\":2")).collect();
    let server = start([expecting("much", "POST /", 200).expecting_json(&format!("{{{}}}", members.join(",")))]);
    let body = format!("{{{},\"long\":\"{}\"}}", others.join(","), "x".repeat(5000));
    call(server.address(), &format!("POST /\nContent-Type: application/json\n\n{body}"));
    let text = server.finish_blocking().to_string();
    assert!(text.contains("more differences"), "{text}");
    assert!(text.len() < 4000, "{} bytes", text.len());
}

#[test]
fn of_many_requests_that_went_wrong_the_first_are_shown() {
    let server = start([expecting("one", "GET /one", 200)]);
    for n in 0..30 {
        call(server.address(), &format!("GET /wrong/{n}"));
    }
    let text = server.finish_blocking().to_string();
    assert!(text.contains("GET /wrong/9 came") && !text.contains("GET /wrong/10"), "{text}");
    assert!(text.contains("and 20 more requests that went wrong") && text.ends_with("and 20 others"), "{text}");
}

#[test]
fn a_client_that_tries_for_ever_does_not_fill_the_memory() {
    let server = start([expecting("one", "GET /one", 200)]);
    for _ in 0..250 {
        call(server.address(), "GET /two");
    }
    let outcome = server.finish_blocking();
    assert_eq!((outcome.requests, outcome.unexpected.len(), outcome.not_listed), (250, 200, 50));
    assert_snapshot!(outcome, @r#"
    order-service did not use product-service as their contract says

      ✗ GET /two came (200 times), which the contract does not expect
          the nearest is "one": GET /one
            path  Expected '/two' to be equal to '/one'

      and 50 more requests that went wrong

      ✗ "one" never came: GET /one
          what came instead:
            GET /two (200 times)
    "#);
}
