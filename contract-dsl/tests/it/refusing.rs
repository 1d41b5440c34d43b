//! What is said of contracts that make no sense, before anything runs.

use insta::assert_snapshot;
use intact::generators::random_int;
use intact::matchers::{
    any_of, each_like, equal_to, from_provider_state, integer, like, not_empty, nullable, number, one_of, optional,
    regex, semver, uuid,
};
use intact::{Contract, SpecVersion, Template, json_like};

fn problems(contract: &Contract) -> String {
    contract.pact().expect_err("a contract that makes no sense").to_string()
}

fn contract() -> Contract {
    Contract::between("order-service", "product-service")
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
      - "a product": the example of the request does not satisfy its own matcher `regex`: path: Expected '/products/x' to match '/products/\d+'
      - "a product": the example of the request does not satisfy its own matcher `integer`: query page: Expected 'one' to match an integer number
      - "a product": the example of the request does not satisfy its own matcher `regex`: header X-Trace: Mismatch with header 'X-Trace': Expected 'xyz' to match '[0-9a-f]+'
      - "a product": the example of the response does not satisfy its own matcher `integer`: body $.id: Expected '42' (String) to be an integer
      - "a product": the example of the response does not satisfy its own matcher `regex`: body $.lines[0].sku: Expected 'a' to match '[A-Z]-\d'
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
      - "a product": the response body: JSON has no number `NaN`
      - "a product": the parameters of the state `a state` must be an object, not Integer
      - "a product": the response body: `no type` is no content type
      - "a product" cannot be told apart from another interaction: its description, or the name of a provider state, must be its own
      - "with matchers": the parameters of the state `a state` are written as they stand, so there can be no matchers in them
      - " ": the request header `A`: expected text, found Object
      - an interaction needs a description
    "#);
    assert_snapshot!(problems(&Contract::between("a", "b")), @r#"
    the contract between a and b cannot be tested:
      - it has no interactions
    "#);
}

#[test]
fn what_http_does_not_allow_is_found_before_anything_runs() {
    let contract = Contract::between(" ", "")
        .upon_receiving("odd names", |i| {
            i.method("GE T", "/")
                .header("X Y", "1")
                .header("X-Lines", "1\r\n2")
                .header("X-None", [""; 0])
                .will_respond_with(200)
                .header("Größe", "1")
                .header("A\nB", "1")
        })
        .upon_receiving("odd paths", |i| i.get(["/a", "/b"]).will_respond_with(200))
        .upon_receiving("a query behind a matcher", |i| i.get(regex(r"/a\?b=\d", "/a?b=1")).will_respond_with(200))
        .upon_receiving("no content", |i| i.get("/").will_respond_with(204).text("hello"))
        .upon_receiving("a head", |i| i.head("/").will_respond_with(200).json(json_like!({ "a": 1 })));
    assert_snapshot!(problems(&contract), @r#"
    the contract between   and  cannot be tested:
      - "odd names": `GE T` is no HTTP method
      - "odd names": the request header `X Y`: HTTP allows no such name
      - "odd names": the request header `X-Lines`: HTTP allows no line breaks or other control characters in a value
      - "odd names": the request header `X-None`: expected text, found an empty list
      - "odd names": the response header `Größe`: HTTP allows no such name
      - "odd names": the response header `A\nB`: HTTP allows no such name
      - "odd paths": the path is one text, not a list
      - "a query behind a matcher": a matcher for the path is only for the path: give the query with `query`
      - "no content": HTTP sends no body with a 204 response to a GET request
      - "a head": HTTP sends no body with a 200 response to a HEAD request
      - the consumer needs a name
      - the provider needs a name
    "#);
}

#[test]
fn a_path_that_may_be_anything_is_refused() {
    let contract = contract()
        .upon_receiving("like", |i| i.get(like("/products/42")).will_respond_with(200))
        .upon_receiving("not empty", |i| i.get(not_empty("/products/42")).will_respond_with(200));
    assert_snapshot!(problems(&contract), @r#"
    the contract between order-service and product-service cannot be tested:
      - "like": a path that may be any text would answer every request: say with `regex` what it looks like, or expect `/products/42` itself
      - "not empty": a path that may be any text would answer every request: say with `regex` what it looks like, or expect `/products/42` itself
    "#);
    let contract = Contract::between("a", "b").upon_receiving("elsewhere it may be anything", |i| {
        i.get("/").header("Authorization", like("Bearer x")).query("q", like("desk")).will_respond_with(200)
    });
    contract.pact().unwrap();
}

#[test]
fn a_plain_value_does_not_become_as_free_as_a_matcher_beside_it() {
    let contract = contract().upon_receiving("values", |i| {
        i.get("/")
            .query("page", "1")
            .query("page", integer(2))
            .header("X-Id", regex("[a-z]", "a"))
            .header("x-id", "b")
            .will_respond_with(200)
    });
    assert_snapshot!(problems(&contract), @r#"
    the contract between order-service and product-service cannot be tested:
      - "values": the query parameter `page`: it is given twice, and a matcher is for all its values: give it once, with a list
      - "values": the request header `x-id`: it is given twice, and a matcher is for all its values: give it once, with a list
    "#);
}

#[test]
fn values_of_one_name_have_one_matcher_or_none() {
    let refused = contract().upon_receiving("values", |i| {
        i.get("/")
            .query("mixed", json_like!(["a", like("b")]))
            .query("different", json_like!([regex("[a-z]", "a"), regex("[0-9]", "1")]))
            .header("X-Part", json_like!(["a", from_provider_state("${id}", "b")]))
            .will_respond_with(200)
            .header("X-Inside", like(json_like!(["a", integer(1)])))
    });
    assert_snapshot!(problems(&refused), @r#"
    the contract between order-service and product-service cannot be tested:
      - "values": the query parameter `mixed`: a pact has one matcher for all values of a name, so a list is of plain values, or of values that all have the same matcher: give each the same, or expect the values as they stand
      - "values": the query parameter `different`: a pact has one matcher for all values of a name, so a list is of plain values, or of values that all have the same matcher: give each the same, or expect the values as they stand
      - "values": the request header `X-Part`: a pact has one matcher for all values of a name, so a list is of plain values, or of values that all have the same matcher: give each the same, or expect the values as they stand
      - "values": the response header `X-Inside`: a pact has one matcher for all values of a name, so a list is of plain values, or of values that all have the same matcher: give each the same, or expect the values as they stand
    "#);
    let letter = |one: &str| regex("[a-z]", one);
    let taken = contract().upon_receiving("values", |i| {
        i.get("/")
            .query("plain", ["a", "b"])
            .query("same", json_like!([letter("a"), letter("b")]))
            .query("each", each_like(letter("a")).min(2))
            .query("any", like(["a", "b"]))
            .will_respond_with(200)
    });
    let pact = taken.pact().unwrap();
    let (request, _) = pact.interactions[0].as_http().unwrap();
    let rules: Vec<_> =
        request.matching_rules.query.iter().map(|(name, list)| (name.as_str(), list.rules.len())).collect();
    assert_eq!(rules, [("same", 1), ("each", 2), ("any", 1)]);
}

#[test]
fn interactions_that_would_be_one_in_the_file_are_refused() {
    let as_user = |role: &'static str| {
        move |i: intact::Upcoming| {
            i.given_with("a user", json_like!({ "role": role })).get(format!("/{role}")).will_respond_with(200)
        }
    };
    let contract = contract()
        .upon_receiving("a page", as_user("editor"))
        .upon_receiving("a page", as_user("admin"))
        .upon_receiving("one", |i| i.key("k").get("/1").will_respond_with(200))
        .upon_receiving("two", |i| i.key("k").get("/2").will_respond_with(200));
    assert_snapshot!(problems(&contract), @r#"
    the contract between order-service and product-service cannot be tested:
      - "a page" cannot be told apart from another interaction: its description, or the name of a provider state, must be its own
      - "two" cannot be told apart from another interaction: its key must be its own
    "#);
}

#[test]
fn what_an_older_version_cannot_say_is_refused_and_not_left_out() {
    let everything = |version| {
        contract().spec(version).upon_receiving("all", |i| {
            i.given("one")
                .given_with("two", json_like!({ "a": 1 }))
                .pending()
                .comment("a remark")
                .key("k")
                .get(from_provider_state("/products/${id}", "/products/42"))
                .query("page", integer(1))
                .will_respond_with(200)
                .json(
                    json_like!({ "version": semver("1.2.3"), "zip": nullable("10115"), "tags": each_like("a").max(2) }),
                )
        })
    };
    assert_snapshot!(problems(&everything(SpecVersion::V3)), @r#"
    the contract between order-service and product-service cannot be tested:
      - "all": `pending` needs V4 of the specification, and the contract is written in V3
      - "all": a comment needs V4 of the specification, and the contract is written in V3
      - "all": a key needs V4 of the specification, and the contract is written in V3
      - "all": the rule `semver` (response body $.version) needs V4 of the specification, and the contract is written in V3
    "#);
    assert_snapshot!(problems(&everything(SpecVersion::V2)), @r#"
    the contract between order-service and product-service cannot be tested:
      - "all": `pending` needs V4 of the specification, and the contract is written in V2
      - "all": a comment needs V4 of the specification, and the contract is written in V2
      - "all": a key needs V4 of the specification, and the contract is written in V2
      - "all": a second provider state needs V3 of the specification, and the contract is written in V2
      - "all": the rule `integer` (request query page) needs V3 of the specification, and the contract is written in V2
      - "all": a value from a provider state or another generator (request) needs V3 of the specification, and the contract is written in V2
      - "all": the rule `semver` (response body $.version) needs V4 of the specification, and the contract is written in V2
      - "all": the rule `null` (response body $.zip) needs V3 of the specification, and the contract is written in V2
      - "all": more than one rule for a value (response body $.zip) needs V3 of the specification, and the contract is written in V2
      - "all": the rule `type` with `min` and `max` (response body $.tags) needs V3 of the specification, and the contract is written in V2
    "#);
    let plain = |version| {
        contract().spec(version).upon_receiving("x", |i| {
            i.given("one").get("/").will_respond_with(200).json(json_like!({ "a": like(1), "b": uuid("3fa85f64-5717-4562-b3fc-2c963f66afa6"), "c": one_of(["a", "b"]), "d": each_like("a") }))
        })
    };
    plain(SpecVersion::V2).pact().unwrap();
    assert_snapshot!(problems(&plain(SpecVersion::V1)), @r#"
    the contract between order-service and product-service cannot be tested:
      - "x": the rule `type` (response body $.a) needs V2 of the specification, and the contract is written in V1
      - "x": the rule `regex` (response body $.b) needs V2 of the specification, and the contract is written in V1
      - "x": the rule `regex` (response body $.c) needs V2 of the specification, and the contract is written in V1
      - "x": the rule `type` (response body $.d) needs V2 of the specification, and the contract is written in V1
    "#);
    let numbers =
        contract().spec(SpecVersion::V3).upon_receiving("x", |i| i.get("/").will_respond_with(200).json(number(1)));
    numbers.pact().unwrap();
}

#[test]
fn optional_and_alternative_values_that_make_no_sense_are_refused() {
    let body = |template: Template| {
        contract().upon_receiving("it", |i| i.post("/").will_respond_with(200).json(json_like!({ "x": template })))
    };
    for (template, said) in [
        (like(json_like!([optional("x")])), "`optional` is for members of objects in JSON"),
        (
            optional(integer(1).generated_by(random_int(1..=2))),
            "no value in the example, so none can be generated for it",
        ),
        (optional(json_like!({ "a": equal_to(true) })), "only any boolean can be expected, not one of them"),
        (any_of([0; 0]), "`any_of` needs at least one matcher"),
        (any_of("x"), "the matchers of `any_of` are a list or tuple"),
        (
            any_of((1, json_like!({ "a": 1 }))),
            "only the first of the matchers of `any_of` may be about objects or arrays",
        ),
        (one_of((1, true)), "`one_of` can tell no boolean from the other"),
        (one_of((1, [1])), "`one_of` is for single values; see `any_of` for matchers"),
    ] {
        let problems = problems(&body(template));
        assert!(problems.contains(said), "{problems}\n  wanted {said}");
    }
    for contract in [
        contract().upon_receiving("it", |i| i.get(optional("/")).will_respond_with(200)),
        contract().upon_receiving("it", |i| i.get("/").query("q", optional("x")).will_respond_with(200)),
        contract()
            .upon_receiving("it", |i| i.post("/").form(json_like!({ "a": optional("x") })).will_respond_with(200)),
        contract().upon_receiving("it", |i| i.post("/").json(optional("x")).will_respond_with(200)),
    ] {
        assert!(problems(&contract).contains("`optional` is for members of objects in JSON"));
    }
}
