//! What a contract becomes in a pact file, and what is wrong with those that make no sense.

use insta::assert_snapshot;
use intact::matchers::{each_like, from_provider_state, includes, integer, like, regex};
use intact::{Contract, SpecVersion, json_like};
use serde::Serialize;

fn written(contract: &Contract) -> String {
    let pact = contract.pact().expect("a contract that makes sense");
    let text = pact.write(pact.version).expect("a version that can say it").to_pretty();
    text.replace(concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\""), "\"version\": \"OURS\"")
}

fn problems(contract: &Contract) -> String {
    contract.pact().expect_err("a contract that makes no sense").to_string()
}

fn contract() -> Contract {
    Contract::between("order-service", "product-service")
}

#[test]
fn everything_that_can_be_said_is_in_the_file() {
    let contract = contract().upon_receiving("a change of product 42", |i| {
        i.given("product 42 exists")
            .given_with("a user is logged in", json_like!({ "role": "editor" }))
            .pending()
            .comment("waits for the new warehouse")
            .key("change-42")
            .put(from_provider_state("/products/${id}", "/products/42"))
            .query("dry", "false")
            .query("tag", ["a", "b"])
            .query("page", integer(1))
            .header("Accept", "application/json, text/plain")
            .header("X-Trace", regex("[0-9a-f]+", "4af2"))
            .json(json_like!({ "name": like("Desk"), "price": 79.9 }))
            .will_respond_with(202)
            .header("Location", regex(r".*/products/\d+", "/products/42"))
            .json(each_like(json_like!({ "task": includes("reprice", "reprice 42") })).min(2))
    });
    assert_snapshot!(written(&contract), @r#"
    {
      "consumer": {
        "name": "order-service"
      },
      "interactions": [
        {
          "comments": {
            "text": [
              "waits for the new warehouse"
            ]
          },
          "description": "a change of product 42",
          "key": "change-42",
          "pending": true,
          "providerStates": [
            {
              "name": "product 42 exists"
            },
            {
              "name": "a user is logged in",
              "params": {
                "role": "editor"
              }
            }
          ],
          "request": {
            "body": {
              "content": {
                "name": "Desk",
                "price": 79.9
              },
              "contentType": "application/json",
              "encoded": false
            },
            "generators": {
              "path": {
                "expression": "/products/${id}",
                "type": "ProviderState"
              }
            },
            "headers": {
              "Accept": [
                "application/json",
                "text/plain"
              ],
              "Content-Type": [
                "application/json"
              ],
              "X-Trace": [
                "4af2"
              ]
            },
            "matchingRules": {
              "body": {
                "$.name": {
                  "combine": "AND",
                  "matchers": [
                    {
                      "match": "type"
                    }
                  ]
                }
              },
              "header": {
                "X-Trace": {
                  "combine": "AND",
                  "matchers": [
                    {
                      "match": "regex",
                      "regex": "[0-9a-f]+"
                    }
                  ]
                }
              },
              "query": {
                "page": {
                  "combine": "AND",
                  "matchers": [
                    {
                      "match": "integer"
                    }
                  ]
                }
              }
            },
            "method": "PUT",
            "path": "/products/42",
            "query": {
              "dry": [
                "false"
              ],
              "page": [
                "1"
              ],
              "tag": [
                "a",
                "b"
              ]
            }
          },
          "response": {
            "body": {
              "content": [
                {
                  "task": "reprice 42"
                },
                {
                  "task": "reprice 42"
                }
              ],
              "contentType": "application/json",
              "encoded": false
            },
            "headers": {
              "Content-Type": [
                "application/json"
              ],
              "Location": [
                "/products/42"
              ]
            },
            "matchingRules": {
              "body": {
                "$": {
                  "combine": "AND",
                  "matchers": [
                    {
                      "match": "type",
                      "min": 2
                    }
                  ]
                },
                "$[*].task": {
                  "combine": "AND",
                  "matchers": [
                    {
                      "match": "include",
                      "value": "reprice"
                    }
                  ]
                }
              },
              "header": {
                "Location": {
                  "combine": "AND",
                  "matchers": [
                    {
                      "match": "regex",
                      "regex": ".*/products/\\d+"
                    }
                  ]
                }
              }
            },
            "status": 202
          },
          "transport": "http",
          "type": "Synchronous/HTTP"
        }
      ],
      "metadata": {
        "intact": {
          "version": "OURS"
        },
        "pactSpecification": {
          "version": "4.0"
        }
      },
      "provider": {
        "name": "product-service"
      }
    }
    "#);
}

#[test]
fn older_versions_are_written_without_what_they_cannot_say() {
    let contract = contract()
        .spec(SpecVersion::V3)
        .upon_receiving("a request", |i| i.given("something").get("/x?a=1&b=2").will_respond_with(200).text("hello"));
    assert_snapshot!(written(&contract), @r#"
    {
      "consumer": {
        "name": "order-service"
      },
      "interactions": [
        {
          "description": "a request",
          "providerStates": [
            {
              "name": "something"
            }
          ],
          "request": {
            "method": "GET",
            "path": "/x",
            "query": {
              "a": [
                "1"
              ],
              "b": [
                "2"
              ]
            }
          },
          "response": {
            "body": "hello",
            "headers": {
              "Content-Type": "text/plain"
            },
            "status": 200
          }
        }
      ],
      "metadata": {
        "intact": {
          "version": "OURS"
        },
        "pactSpecification": {
          "version": "3.0.0"
        }
      },
      "provider": {
        "name": "product-service"
      }
    }
    "#);
}

#[test]
fn members_stay_in_the_order_of_a_structs_fields() {
    #[derive(Serialize)]
    struct Product {
        name: String,
        id: u32,
    }
    let product = Product { name: "Desk".to_owned(), id: 42 };
    let contract = contract().upon_receiving("a product", |i| i.get("/").will_respond_with(200).json(like(&product)));
    let pact = contract.pact().unwrap();
    let (_, response) = pact.interactions[0].as_http().unwrap();
    assert_eq!(response.body.bytes(), br#"{"name":"Desk","id":42}"#);
}

#[test]
fn a_content_type_of_the_authors_own_is_kept() {
    let contract = contract().upon_receiving("a problem", |i| {
        i.get("/")
            .will_respond_with(400)
            .header("content-type", "application/problem+json")
            .json(json_like!({ "title": "no" }))
    });
    let pact = contract.pact().unwrap();
    let (_, response) = pact.interactions[0].as_http().unwrap();
    assert_eq!(response.headers.get("Content-Type").unwrap(), ["application/problem+json"]);
}

#[test]
fn an_example_that_does_not_satisfy_its_own_matcher_is_named() {
    let contract = contract().upon_receiving("a product", |i| {
        i.get(regex(r"/products/\d+", "/products/x"))
            .header("X-Trace", regex("[0-9a-f]+", "xyz"))
            .query("page", integer("one"))
            .will_respond_with(200)
            .json(
                json_like!({ "id": integer("42"), "lines": each_like(json_like!({ "sku": regex("[A-Z]-\\d", "a") })) }),
            )
    });
    assert_snapshot!(problems(&contract), @r#"
    the contract between order-service and product-service cannot be tested:
      - "a product": the example of the request does not satisfy its own matcher: path: Expected '/products/x' to match '/products/\d+'
      - "a product": the example of the request does not satisfy its own matcher: query page: Expected 'one' to match an integer number
      - "a product": the example of the request does not satisfy its own matcher: header X-Trace: Mismatch with header 'X-Trace': Expected 'xyz' to match '[0-9a-f]+'
      - "a product": the example of the response does not satisfy its own matcher: body $.id: Expected '42' (String) to be an integer
      - "a product": the example of the response does not satisfy its own matcher: body $.lines[0].sku: Expected 'a' to match '[A-Z]-\d'
    "#);
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let contract = contract()
        .upon_receiving("a product", |i| {
            i.given_with("a state", 5).get("products").will_respond_with(99).json(f64::NAN)
        })
        .upon_receiving("a product", |i| {
            i.given_with("a state", 5).get("/products").will_respond_with(200).body("no type", "x")
        })
        .upon_receiving("with matchers", |i| {
            i.given_with("a state", json_like!({ "n": like(1) })).get("/").will_respond_with(200)
        })
        .upon_receiving(" ", |i| i.get("/").header("A", json_like!({})).will_respond_with(200));
    assert_snapshot!(problems(&contract), @r#"
    the contract between order-service and product-service cannot be tested:
      - "a product": the parameters of the state `a state` must be an object, not Integer
      - "a product": the path must begin with `/`, and `products` does not
      - "a product": a response has a status from 200 to 599, not 99
      - "a product": the response body: $: JSON has no number `NaN`
      - "a product": the parameters of the state `a state` must be an object, not Integer
      - "a product": `no type` is no content type
      - "a product" is described twice, with the same provider states
      - "with matchers": the parameters of the state `a state` are given to the provider as they stand, so there can be no matchers in them
      - " ": the request header `A`: expected text, found Object
      - an interaction needs a description
    "#);
    assert_snapshot!(problems(&Contract::between("a", "b")), @r#"
    the contract between a and b cannot be tested:
      - it has no interactions
    "#);
}
