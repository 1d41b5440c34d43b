//! What a contract becomes in a pact file.

use insta::assert_snapshot;
use intact::generators::{random_int, random_string};
use intact::matchers::{
    each_like, equal_to, from_provider_state, includes, integer, like, nullable, one_of, optional, regex, url, url_at,
};
use intact::{Contract, SpecVersion, Template, json_like};
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
fn names_that_are_given_again_have_one_value_more() {
    let contract = contract().upon_receiving("values", |i| {
        i.get("/?tag=a")
            .query("tag", "b")
            .header("X-Trace", "1")
            .header("x-trace", "2")
            .will_respond_with(200)
            .header("Set-Cookie", "a=1")
            .header("Set-Cookie", "b=2")
    });
    let pact = contract.pact().unwrap();
    let (request, response) = pact.interactions[0].as_http().unwrap();
    assert_eq!(request.query.to_query_string(), "tag=a&tag=b");
    assert_eq!(request.headers.get("X-Trace").unwrap(), ["1", "2"]);
    assert_eq!(response.headers.get("Set-Cookie").unwrap(), ["a=1", "b=2"]);
}

#[test]
fn a_body_that_is_given_again_takes_the_place_of_the_first() {
    let contract = contract().upon_receiving("a text", |i| {
        i.post("/").json(json_like!({ "a": like(1) })).text("b").will_respond_with(200).json(like(1)).text("c")
    });
    let pact = contract.pact().unwrap();
    let (request, response) = pact.interactions[0].as_http().unwrap();
    assert!(request.matching_rules.is_empty() && response.matching_rules.is_empty());
    assert_eq!(response.headers.get("Content-Type").unwrap(), ["text/plain"]);
}

#[test]
fn links_may_lead_to_any_host() {
    let segments = ("products", regex(r"\d+|new", "42"), "a.b", 7);
    let contract = contract().upon_receiving("links", |i| {
        i.get("/").will_respond_with(200).json(json_like!({
            "self": url(segments.clone()),
            "shop": url_at("https://shop.example/", segments.clone()),
        }))
    });
    let pact = contract.pact().unwrap();
    let (_, response) = pact.interactions[0].as_http().unwrap();
    assert_snapshot!(intact_pact_model::write::matching_rules(&response.matching_rules).to_compact(), @r#"{"body":{"$.self":{"combine":"AND","matchers":[{"match":"regex","regex":".*(/products/(?:\\d+|new)/a\\.b/7)$"}]},"$.shop":{"combine":"AND","matchers":[{"match":"regex","regex":".*(/products/(?:\\d+|new)/a\\.b/7)$"}]}}}"#);
    assert_snapshot!(intact_pact_model::write::generators(&response.generators).to_compact(), @r#"{"body":{"$.self":{"example":"http://localhost:8080/products/42/a.b/7","regex":".*(/products/(?:\\d+|new)/a\\.b/7)$","type":"MockServerURL"}}}"#);
    assert_snapshot!(std::str::from_utf8(response.body.bytes()).unwrap(), @r#"{"self":"http://localhost:8080/products/42/a.b/7","shop":"https://shop.example/products/42/a.b/7"}"#);

    let contract = Contract::between("a", "b").upon_receiving("links", |i| {
        i.get("/")
            .header("A", url(["x"; 0]))
            .header("B", url(("a", integer(1))))
            .will_respond_with(200)
            .json(one_of([0; 0]))
    });
    assert_snapshot!(problems(&contract), @r#"
    the contract between a and b cannot be tested:
      - "links": the request header `A`: the segments of a URL are a list or tuple, such as `("products", "42")`
      - "links": the request header `B`: a segment of a URL is a text, or a matcher that is written as `regex`
      - "links": the response body: `one_of` needs at least one value, in a list or tuple
    "#);
}

#[test]
fn a_generator_needs_no_matcher() {
    let contract = contract().upon_receiving("values", |i| {
        i.get("/")
            .header("X-Id", Template::of("a").generated_by(random_string(8)))
            .will_respond_with(200)
            .json(json_like!({ "id": Template::of(&1).generated_by(random_int(1..=9)) }))
    });
    let pact = contract.pact().unwrap();
    let (request, response) = pact.interactions[0].as_http().unwrap();
    assert!(request.matching_rules.is_empty() && response.matching_rules.is_empty());
    assert_eq!(request.generators.header["X-Id"].kind, "RandomString");
    assert_eq!(response.generators.body["$.id"].kind, "RandomInt");
    assert_eq!(response.body.bytes(), br#"{"id":1}"#);
}

#[test]
fn a_member_that_may_be_missing_has_rules_and_no_example() {
    let contract = contract().upon_receiving("a product", |i| {
        i.get("/").will_respond_with(200).json(json_like!({
            "name": like("Desk"),
            "note": optional("gift"),
            "sizes": each_like(json_like!({ "cm": integer(1), "inch": optional(nullable(integer(2))) })),
            "maker": optional(json_like!({ "id": equal_to("x"), "n": nullable(json_like!({ "m": 1 })) })),
        }))
    });
    let pact = contract.pact().unwrap();
    let (_, response) = pact.interactions[0].as_http().unwrap();
    assert_snapshot!(std::str::from_utf8(response.body.bytes()).unwrap(), @r#"{"name":"Desk","sizes":[{"cm":1}]}"#);
    let rules = response.matching_rules.body.iter().map(|(path, list)| {
        let rules: Vec<_> =
            list.rules.iter().map(|rule| intact_pact_model::write::matching_rule(rule).to_compact()).collect();
        format!("{path} {}", rules.join(" or "))
    });
    assert_snapshot!(rules.collect::<Vec<_>>().join("\n"), @r#"
    $.name {"match":"type"}
    $.note {"match":"regex","regex":"[\\s\\S]*"}
    $.sizes {"match":"type","min":1}
    $.sizes[*].cm {"match":"integer"}
    $.sizes[*].inch {"match":"integer"} or {"match":"null"}
    $.maker {"match":"type"}
    $.maker.id {"match":"regex","regex":"x"}
    $.maker.n {"match":"type"} or {"match":"null"}
    $.maker.n.m {"match":"number"}
    "#);
}
