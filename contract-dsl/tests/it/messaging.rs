//! Contracts about messages: what is given to handlers, what is written, what failing tests say.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use insta::assert_snapshot;
use intact::matchers::{decimal, integer, like, regex};
use intact::{Contract, Pact, SpecVersion, json_like};
use serde_json::json;

fn contract(dir: &Path) -> Contract {
    Contract::between("warehouse-service", "order-service").output_dir(dir).message("an order was placed", |m| {
        m.given("product 42 exists")
            .json(json_like!({ "number": integer(7), "product": like("Desk") }))
            .metadata("topic", "orders")
            .metadata("partition", integer(3))
    })
}

fn exchange(dir: &Path) -> Contract {
    Contract::between("order-service", "price-service").output_dir(dir).synchronous_message(
        "a question for the price of product 42",
        |m| {
            m.given("product 42 exists")
                .json(json_like!({ "product": "42", "quantity": integer(2) }))
                .metadata("queue", "prices")
                .will_respond()
                .json(json_like!({ "price": decimal(79.99) }))
        },
    )
}

fn file(dir: &Path, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(dir.join(name)).ok()?;
    Some(text.replace(concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\""), "\"version\": \"OURS\""))
}

fn panic_of(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("a test that fails");
    let text =
        panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
    let text = text.expect("a text");
    let place = format!("{}:", file!());
    match text.strip_prefix(&place) {
        Some(rest) => rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':').trim_start().to_owned(),
        None => text,
    }
}

#[tokio::test]
async fn a_message_that_was_handled_is_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    contract(dir.path())
        .handle(async |message| {
            tokio::task::yield_now().await;
            assert_eq!(message.description(), "an order was placed");
            assert_eq!(message.json::<serde_json::Value>()?, json!({ "number": 7, "product": "Desk" }));
            assert_eq!(message.text()?, r#"{"number":7,"product":"Desk"}"#);
            assert_eq!(message.content_type().as_deref(), Some("application/json"));
            assert_eq!(message.metadata()["topic"], "orders");
            seen.push(message.description().to_owned());
            Ok(())
        })
        .await;
    assert_eq!(seen.len(), 1);
    assert_snapshot!(file(dir.path(), "warehouse-service-order-service.json").expect("a pact file"), @r#"
    {
      "consumer": {
        "name": "warehouse-service"
      },
      "interactions": [
        {
          "contents": {
            "content": {
              "number": 7,
              "product": "Desk"
            },
            "contentType": "application/json",
            "encoded": false
          },
          "description": "an order was placed",
          "matchingRules": {
            "body": {
              "$.number": {
                "combine": "AND",
                "matchers": [
                  {
                    "match": "integer"
                  }
                ]
              },
              "$.product": {
                "combine": "AND",
                "matchers": [
                  {
                    "match": "type"
                  }
                ]
              }
            },
            "metadata": {
              "partition": {
                "combine": "AND",
                "matchers": [
                  {
                    "match": "integer"
                  }
                ]
              }
            }
          },
          "metadata": {
            "contentType": "application/json",
            "partition": 3,
            "topic": "orders"
          },
          "pending": false,
          "providerStates": [
            {
              "name": "product 42 exists"
            }
          ],
          "type": "Asynchronous/Messages"
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
        "name": "order-service"
      }
    }
    "#);
}

#[test]
fn a_message_may_be_written_in_version_3() {
    let dir = tempfile::tempdir().unwrap();
    contract(dir.path()).spec(SpecVersion::V3).handle_blocking(|_| Ok(()));
    let text = file(dir.path(), "warehouse-service-order-service.json").expect("a pact file");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_snapshot!(serde_json::to_string(&json["messages"]).unwrap(), @r#"[{"contents":{"number":7,"product":"Desk"},"description":"an order was placed","matchingRules":{"body":{"$.number":{"combine":"AND","matchers":[{"match":"integer"}]},"$.product":{"combine":"AND","matchers":[{"match":"type"}]}},"metadata":{"partition":{"combine":"AND","matchers":[{"match":"integer"}]}}},"metadata":{"contentType":"application/json","partition":3,"topic":"orders"},"providerStates":[{"name":"product 42 exists"}]}]"#);
}

#[test]
fn several_messages_are_handled_one_after_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let contract = contract(dir.path()).message("an order was cancelled", |m| m.text(regex(r"order \d+", "order 7")));
    let mut seen = Vec::new();
    contract.handle_blocking(|message| {
        seen.push(message.description().to_owned());
        Ok(())
    });
    assert_eq!(seen, ["an order was placed", "an order was cancelled"]);
}

#[test]
fn an_error_of_the_handler_names_the_message_and_shows_it() {
    #[derive(Debug, serde::Deserialize)]
    struct Placed {
        #[expect(dead_code, reason = "the message has none")]
        sku: String,
    }
    let dir = tempfile::tempdir().unwrap();
    let text = panic_of(|| {
        contract(dir.path()).handle_blocking(|message| {
            message.json::<Placed>()?;
            Ok(())
        });
    });
    assert_snapshot!(text, @r#"
    the message "an order was placed" given "product 42 exists" could not be handled: missing field `sku` at line 1 column 29

          29 bytes of application/json:
            {"number":7,"product":"Desk"}
          metadata contentType: "application/json"
          metadata partition: 3
          metadata topic: "orders"
    "#);
    assert_eq!(file(dir.path(), "warehouse-service-order-service.json"), None);
    let text = panic_of(|| contract(dir.path()).handle_blocking(|_| panic!("the test's own panic")));
    assert_eq!(text, "the test's own panic");
    assert_eq!(file(dir.path(), "warehouse-service-order-service.json"), None);
}

#[tokio::test]
async fn an_exchange_holds_the_client_to_the_request() {
    let dir = tempfile::tempdir().unwrap();
    exchange(dir.path())
        .exchange(async |exchange| {
            assert_eq!(exchange.request().json::<serde_json::Value>()?, json!({ "product": "42", "quantity": 2 }));
            assert_eq!(exchange.request().metadata()["queue"], "prices");
            assert_eq!(exchange.response().json::<serde_json::Value>()?, json!({ "price": 79.99 }));
            let answers = exchange.respond_to(br#"{"product":"42","quantity":5}"#)?;
            assert_eq!(answers.len(), exchange.responses().len());
            let error = exchange.respond_to(br#"{"product":42,"quantity":2.5}"#).unwrap_err();
            assert_snapshot!(error, @r#"
            the request of "a question for the price of product 42" is not as the contract says:
              body $.product   Expected 42 (Integer) to be equal to '42' (String)
              body $.quantity  Expected 2.5 (Decimal) to be an integer
                  expected                     actual
                  {                            {
                ✗   "product": "42"          ✗   "product": 42
                ✗   "quantity": any integer  ✗   "quantity": 2.5
                  }                            }
                → `product` is the number 42, not a string; "42" would match
            "#);
            Ok(())
        })
        .await;
    assert_snapshot!(file(dir.path(), "order-service-price-service.json").expect("a pact file"), @r#"
    {
      "consumer": {
        "name": "order-service"
      },
      "interactions": [
        {
          "description": "a question for the price of product 42",
          "pending": false,
          "providerStates": [
            {
              "name": "product 42 exists"
            }
          ],
          "request": {
            "contents": {
              "content": {
                "product": "42",
                "quantity": 2
              },
              "contentType": "application/json",
              "encoded": false
            },
            "matchingRules": {
              "body": {
                "$.quantity": {
                  "combine": "AND",
                  "matchers": [
                    {
                      "match": "integer"
                    }
                  ]
                }
              }
            },
            "metadata": {
              "contentType": "application/json",
              "queue": "prices"
            }
          },
          "response": [
            {
              "contents": {
                "content": {
                  "price": 79.99
                },
                "contentType": "application/json",
                "encoded": false
              },
              "matchingRules": {
                "body": {
                  "$.price": {
                    "combine": "AND",
                    "matchers": [
                      {
                        "match": "decimal"
                      }
                    ]
                  }
                }
              },
              "metadata": {
                "contentType": "application/json"
              }
            }
          ],
          "type": "Synchronous/Messages"
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
        "name": "price-service"
      }
    }
    "#);
}

#[test]
fn an_exchange_that_fails_shows_both_ways() {
    let dir = tempfile::tempdir().unwrap();
    let text = panic_of(|| {
        exchange(dir.path()).exchange_blocking(|exchange| {
            exchange.respond_to(b"{}")?;
            Ok(())
        });
    });
    assert_snapshot!(text, @r#"
    the synchronous message "a question for the price of product 42" given "product 42 exists" could not be handled: the request of "a question for the price of product 42" is not as the contract says:
      body $  Actual map is missing the following keys: product, quantity
          expected                     actual
          {                            {
        ✗   "product": "42"          ✗
        ✗   "quantity": any integer  ✗
          }                            }

          request, 29 bytes of application/json:
            {"product":"42","quantity":2}
          metadata contentType: "application/json"
          metadata queue: "prices"
          response, 15 bytes of application/json:
            {"price":79.99}
          metadata contentType: "application/json"
    "#);
}

#[test]
fn a_request_may_have_several_responses() {
    let dir = tempfile::tempdir().unwrap();
    Contract::between("a", "b")
        .output_dir(dir.path())
        .synchronous_message("a request for progress", |m| {
            m.text("progress?").will_respond().text("half").then_respond().text("all").metadata("last", true)
        })
        .exchange_blocking(|exchange| {
            let texts: Vec<_> = exchange.responses().iter().map(|response| response.text().unwrap()).collect();
            assert_eq!(texts, ["half", "all"]);
            assert_eq!(exchange.responses()[1].metadata()["last"], true);
            Ok(())
        });
    let pact = Pact::read(file(dir.path(), "a-b.json").unwrap().as_bytes()).unwrap().value;
    assert!(
        matches!(&pact.interactions[0].kind, intact_pact_model::Kind::SyncMessage { responses, .. } if responses.len() == 2)
    );
}

#[test]
fn an_exchange_without_responses_says_so_to_whoever_asks_for_one() {
    let dir = tempfile::tempdir().unwrap();
    let request = intact_pact_model::MessagePart::default();
    let kind = intact_pact_model::Kind::SyncMessage { request, responses: Vec::new() };
    let contract = || {
        Contract::between("a", "b").output_dir(dir.path()).interaction(intact::Interaction::new("a call", kind.clone()))
    };
    let text = panic_of(|| {
        contract().exchange_blocking(|exchange| {
            let _ = exchange.response();
            Ok(())
        });
    });
    assert_eq!(text, "the contract has no response to \"a call\"");
    contract().exchange_blocking(|exchange| {
        assert!(exchange.responses().is_empty());
        Ok(())
    });
}

#[test]
fn each_kind_is_tested_in_its_own_way() {
    let dir = tempfile::tempdir().unwrap();
    assert_snapshot!(panic_of(|| contract(dir.path()).test_blocking(|_| Ok(()))), @r#""an order was placed" given "product 42 exists" is a message, which `handle` tests, in a contract of its own: in specification version 4 it goes into the same file"#);
    assert_snapshot!(panic_of(|| exchange(dir.path()).handle_blocking(|_| Ok(()))), @r#""a question for the price of product 42" given "product 42 exists" is a synchronous message, which `exchange` tests, in a contract of its own: in specification version 4 it goes into the same file"#);
    let http = Contract::between("a", "b").upon_receiving("it", |i| i.get("/").will_respond_with(204));
    assert_snapshot!(panic_of(|| http.exchange_blocking(|_| Ok(()))), @r#""it" is an HTTP interaction, which `test` tests, in a contract of its own: in specification version 4 it goes into the same file"#);
}

#[test]
fn contracts_of_all_kinds_share_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let contract = || Contract::between("a", "b").output_dir(dir.path());
    contract().message("it", |m| m.text("x")).handle_blocking(|_| Ok(()));
    contract().synchronous_message("it", |m| m.text("x").will_respond().text("y")).exchange_blocking(|_| Ok(()));
    let http = contract().upon_receiving("it", |i| i.get("/").will_respond_with(204)).start();
    {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(http.server().address()).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
    http.finish();
    let pact = Pact::read(file(dir.path(), "a-b.json").unwrap().as_bytes()).unwrap().value;
    let kinds: Vec<_> = pact.interactions.iter().map(|interaction| interaction.kind.type_name()).collect();
    assert_eq!(kinds, ["Asynchronous/Messages", "Synchronous/HTTP", "Synchronous/Messages"]);
}

#[test]
fn what_makes_no_sense_about_messages_is_said() {
    let problems = |contract: Contract| contract.pact().expect_err("no sense").to_string();
    let contract = || Contract::between("a", "b");
    assert_snapshot!(problems(contract().spec(SpecVersion::V2).message("it", |m| m.text("x"))), @r#"
    the contract between a and b cannot be tested:
      - "it": a message needs V3 of the specification, and the contract is written in V2
    "#);
    let exchange = contract().spec(SpecVersion::V3).synchronous_message("it", |m| m.text("x").will_respond().text("y"));
    assert_snapshot!(problems(exchange), @r#"
    the contract between a and b cannot be tested:
      - "it": a synchronous message needs V4 of the specification, and the contract is written in V3
    "#);
    assert_snapshot!(problems(contract().message("it", |m| {
        m.json(json_like!({ "a": regex("x+", "y") }))
            .metadata("id", integer(1.5))
    })), @r#"
    the contract between a and b cannot be tested:
      - "it": the example of the message does not satisfy its own matcher `regex`: body $.a: Expected 'y' to match 'x+'
      - "it": the example of the message does not satisfy its own matcher `integer`: metadata id: Expected metadata key 'id' to have value '1.5' but was '1.5' - Expected 1.5 (Decimal) to be an integer
    "#);
    assert_snapshot!(problems(contract().message("it", |m| {
        m.body("nonsense", "x")
            .metadata("", 1)
            .metadata("topic", "a")
            .metadata("topic", "b")
            .metadata("contentType", "text/plain")
            .metadata("content-type", "text/csv")
    })), @r#"
    the contract between a and b cannot be tested:
      - "it": the contents of the message: `nonsense` is no content type
      - "it": the metadata entry `` of the message: it needs a name
      - "it": the metadata entry `topic` of the message: it is given twice
      - "it": the metadata entry `content-type` of the message: it is given twice
    "#);
}

#[test]
fn metadata_may_be_whole_documents_with_matchers_in_them() {
    let contract = Contract::between("a", "b").message("it", |m| {
        m.text("x").metadata("odd key", like("v")).metadata("trace", json_like!({ "id": regex("[0-9a-f]+", "4af2") }))
    });
    let pact = contract.pact().unwrap();
    let intact_pact_model::Kind::AsyncMessage(part) = &pact.interactions[0].kind else { panic!("a message") };
    let keys: Vec<_> = part.matching_rules.metadata.keys().collect();
    assert_eq!(keys, ["$['odd key']", "$.trace.id"]);
}

#[test]
fn annotations_are_in_the_file_for_every_kind() {
    let expected = json!({
        "key": "k",
        "pending": true,
        "comments": {
            "references": { "openapi": { "operationId": "getProduct" }, "jira": { "id": 7 } },
            "testname": "t",
            "text": ["one", "two"],
        },
    });
    macro_rules! annotated {
        ($builder:expr) => {
            $builder
                .key("k")
                .pending()
                .comment("one")
                .comment("two")
                .test_name("t")
                .reference("openapi", "operationId", "getProduct")
                .reference("jira", "id", 7)
        };
    }
    let contracts = [
        Contract::between("a", "b").upon_receiving("it", |i| annotated!(i).get("/").will_respond_with(204)),
        Contract::between("a", "b").message("it", |m| annotated!(m).text("x")),
        Contract::between("a", "b").synchronous_message("it", |m| annotated!(m).text("x").will_respond().text("y")),
    ];
    for contract in contracts {
        let text = contract.pact().unwrap().write(SpecVersion::V4).unwrap().to_compact();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let interaction = &json["interactions"][0];
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&interaction[name], value, "{name}");
        }
        let error = contract.spec(SpecVersion::V3).pact().unwrap_err();
        assert!(error.problems.iter().any(|problem| problem.contains("a comment needs V4")), "{error}");
    }
}

/// Contracts of all kinds between the same two, each with how it is tested.
fn all_kinds(dir: &Path) -> Vec<Box<dyn FnOnce() + '_>> {
    let contract = move || Contract::between("a", "b").output_dir(dir);
    let mut tests: Vec<Box<dyn FnOnce() + '_>> = Vec::new();
    for n in 0..4 {
        let name = format!("number {n}");
        let message = contract().message(&name, |m| m.given("x").json(json_like!({ "n": integer(n) })));
        tests.push(Box::new(move || message.handle_blocking(|_| Ok(()))));
        let exchange = contract().synchronous_message(&name, |m| m.json(n).will_respond().json(like(n)));
        tests.push(Box::new(move || exchange.exchange_blocking(|_| Ok(()))));
        let http = contract().upon_receiving(&name, |i| i.get(format!("/{n}")).will_respond_with(200).json(like(n)));
        tests.push(Box::new(move || {
            http.test_blocking(|server| {
                use std::io::{Read as _, Write as _};
                let mut stream = std::net::TcpStream::connect(server.address())?;
                write!(stream, "GET /{n} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
                stream.read_to_end(&mut Vec::new())?;
                Ok(())
            });
        }));
    }
    tests
}

#[test]
fn the_order_of_tests_of_all_kinds_leaves_no_trace() {
    let mut files = Vec::new();
    // Strides that have no divisor in common with the number of tests visit all of them, each in an order of its own.
    for stride in [1, 5, 7, 11] {
        let dir = tempfile::tempdir().unwrap();
        let mut tests: Vec<_> = all_kinds(dir.path()).into_iter().map(Some).collect();
        let count = tests.len();
        assert_eq!(count, 12);
        for at in 0..count {
            let test = tests[(at * stride) % count].take().expect("each test runs once");
            test();
        }
        files.push(file(dir.path(), "a-b.json").expect("a pact file"));
    }
    assert!(files.iter().all(|file| *file == files[0]));
    assert_eq!(Pact::read(files[0].as_bytes()).unwrap().value.interactions.len(), 12);
}

#[test]
fn before_version_4_a_file_holds_messages_or_http_but_not_both() {
    let contract = Contract::between("a", "b")
        .spec(SpecVersion::V3)
        .message("it", |m| m.text("x"))
        .upon_receiving("it", |i| i.get("/").will_respond_with(204));
    assert!(contract.pact().is_err());
}
