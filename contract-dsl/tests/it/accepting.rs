//! What each matcher accepts and what it does not: a line each.

use intact::matchers::{
    any_of, array_containing, boolean, date, datetime, decimal, each_key, each_like, each_value, equal_to,
    from_provider_state, includes, integer, like, not_empty, null, nullable, number, one_of, optional, regex, semver,
    time, uuid,
};
use intact::{Contract, Template, json_like};
use intact_matching::{ActualRequest, ActualResponse, RequestMatcher, ResponseMatcher};
use intact_pact_model::Headers;
use serde_json::{Value, json};

/// Does a response with this body satisfy the template?
fn accepts(template: &Template, body: &Value) -> bool {
    let contract =
        Contract::between("a", "b").upon_receiving("it", |i| i.get("/").will_respond_with(200).json(template));
    let pact = contract.pact().unwrap_or_else(|error| panic!("{error}"));
    let (_, expected) = pact.interactions[0].as_http().expect("an HTTP interaction");
    let matcher = ResponseMatcher::compile(expected, pact.version).expect("rules that can be used");
    let mut headers = Headers::default();
    headers.append_line("Content-Type", "application/json");
    matcher.matches(&ActualResponse::new(200, &headers).with_body(body.to_string().as_bytes()))
}

fn check(template: impl Into<Template>, accepted: &[Value], refused: &[Value]) {
    let template = template.into();
    for value in accepted {
        assert!(accepts(&template, value), "{template:?} should accept {value}");
    }
    for value in refused {
        assert!(!accepts(&template, value), "{template:?} should refuse {value}");
    }
}

#[test]
fn plain_values_are_exact_but_responses_may_have_more() {
    check(
        json_like!({ "id": "42", "price": 79.99, "tags": ["a"], "none": null }),
        &[
            json!({ "id": "42", "price": 79.99, "tags": ["a"], "none": null }),
            json!({ "id": "42", "price": 79.99, "tags": ["a"], "none": null, "more": 1 }),
        ],
        &[
            json!({ "id": "43", "price": 79.99, "tags": ["a"], "none": null }),
            json!({ "id": "42", "price": 80, "tags": ["a"], "none": null }),
            json!({ "id": "42", "price": 79.99, "tags": ["a", "b"], "none": null }),
            json!({ "id": "42", "price": 79.99, "tags": ["a"] }),
        ],
    );
}

#[test]
fn types() {
    check(like("x"), &[json!("y"), json!("")], &[json!(1), json!(null), json!(["x"])]);
    check(like(1), &[json!(2), json!(2.5)], &[json!("1"), json!(true)]);
    check(like(json!([1, 2])), &[json!([3]), json!([1, 2, 3])], &[json!(["x"]), json!({})]);
    check(
        like(json_like!({ "a": 1, "b": { "c": "x" }, "kept": equal_to("EUR") })),
        &[json!({ "a": 2, "b": { "c": "y" }, "kept": "EUR", "more": 1 })],
        &[
            json!({ "a": 2, "kept": "EUR" }),
            json!({ "a": 2, "b": { "c": 1 }, "kept": "EUR" }),
            json!({ "a": 2, "b": { "c": "y" }, "kept": "USD" }),
        ],
    );
    check(each_like(1), &[json!([2]), json!([1, 2, 3])], &[json!([]), json!(["x"]), json!(1)]);
    check(each_like("x").min(0), &[json!([]), json!(["y"])], &[json!([1])]);
    check(
        each_like("x").min(2).max(3),
        &[json!(["a", "b"]), json!(["a", "b", "c"])],
        &[json!(["a"]), json!(["a", "b", "c", "d"])],
    );
    check(each_like(integer(1)), &[json!([2, 3])], &[json!([2, 3.5])]);
    check(from_provider_state("${id}", 42), &[json!(7)], &[json!("7")]);
}

#[test]
fn numbers_and_the_rest() {
    check(integer(42), &[json!(0), json!(-7)], &[json!(1.0), json!("42")]);
    check(decimal(79.99), &[json!(1.0), json!(-0.5)], &[json!(1), json!("1.0")]);
    check(number(3), &[json!(1), json!(1.5)], &[json!("1"), json!(null)]);
    check(boolean(true), &[json!(false), json!("true")], &[json!("yes"), json!(1)]);
    check(null(), &[json!(null)], &[json!(0), json!("")]);
}

#[test]
fn text() {
    check(regex("a|ab", "a"), &[json!("a"), json!("ab")], &[json!("xa"), json!("abc"), json!(null)]);
    check(regex(r"\d+", 42), &[json!(7), json!("7")], &[json!(true), json!([7])]);
    check(includes("not found", "product 43 not found"), &[json!("not found")], &[json!("found"), json!(null)]);
    check(
        uuid("3fa85f64-5717-4562-b3fc-2c963f66afa6"),
        &[json!("3FA85F64-5717-4562-B3FC-2C963F66AFA6")],
        &[json!("3fa85f64")],
    );
    check(semver("1.2.3"), &[json!("0.1.0-rc.1")], &[json!("v1.2.3"), json!("1.2")]);
    check(date("yyyy-MM-dd", "2024-03-05"), &[json!("2024-02-29")], &[json!("2023-02-29"), json!("24-3-5")]);
    check(time("HH:mm", "23:59"), &[json!("00:00")], &[json!("24:30"), json!("1:1")]);
    check(
        datetime("yyyy-MM-dd'T'HH:mm:ssXXX", "2024-03-05T23:59:00Z"),
        &[json!("2024-03-05T23:59:00Z"), json!("2024-03-05T23:59:00+02:00")],
        &[json!("2024-03-05"), json!("2024-03-05 23:59:00Z")],
    );
}

#[test]
fn choices() {
    check(one_of(["new", "paid (late)"]), &[json!("new"), json!("paid (late)")], &[json!("paid"), json!("paid late")]);
    check(one_of([1, 2]), &[json!(2), json!("2")], &[json!(3), json!(12)]);
    check(nullable(regex(r"\d{5}", "10115")), &[json!(null), json!("20095")], &[json!("x"), json!({})]);
    check(
        json_like!({ "zip": nullable("10115") }),
        &[json!({ "zip": null }), json!({ "zip": "x" })],
        &[json!({}), json!({ "zip": 1 })],
    );
    check(not_empty("x"), &[json!("y"), json!(0), json!(false)], &[json!(""), json!(null), json!([]), json!({})]);
}

#[test]
fn objects_and_arrays_may_be_null() {
    check(
        json_like!({ "address": nullable(json_like!({ "zip": regex(r"\d{5}", "10115"), "city": "Berlin", "floor": nullable(3) })) }),
        &[
            json!({ "address": null }),
            json!({ "address": { "zip": "20095", "city": "Hamburg", "floor": null } }),
            json!({ "address": { "zip": "20095", "city": "Hamburg", "floor": 1, "more": true } }),
        ],
        &[
            json!({}),
            json!({ "address": "Berlin" }),
            json!({ "address": [] }),
            json!({ "address": { "zip": "x", "city": "Hamburg", "floor": 1 } }),
            json!({ "address": { "zip": "20095", "city": null, "floor": 1 } }),
            json!({ "address": { "zip": "20095", "floor": 1 } }),
        ],
    );
    check(
        json_like!({ "tags": nullable(each_like(json_like!({ "name": like("new"), "id": integer(1) })).max(2)) }),
        &[json!({ "tags": null }), json!({ "tags": [{ "name": "a", "id": 2 }] })],
        &[
            json!({ "tags": [] }),
            json!({ "tags": [{ "name": null, "id": 2 }] }),
            json!({ "tags": [{ "name": "a", "id": "x" }] }),
            json!({ "tags": [null] }),
            json!({ "tags": {} }),
            json!({ "tags": [{ "name": "a", "id": 1 }, { "name": "a", "id": 1 }, { "name": "a", "id": 1 }] }),
        ],
    );
    check(nullable(json!(["x"])), &[json!(null), json!(["a", "b"])], &[json!([1]), json!("x"), json!([null])]);
    check(
        nullable(each_value(integer(1), json!({ "a": 1 }))),
        &[json!(null), json!({ "b": 2 })],
        &[json!({ "b": "x" }), json!("x")],
    );
}

#[test]
fn alternatives_may_be_of_different_types() {
    check(
        json_like!({ "quantity": any_of((integer(3), regex("[0-9]+ kg", "3 kg"), null())) }),
        &[json!({ "quantity": 5 }), json!({ "quantity": "7 kg" }), json!({ "quantity": null })],
        &[json!({ "quantity": 1.5 }), json!({ "quantity": "many" }), json!({ "quantity": true }), json!({})],
    );
    check(any_of(("x", true)), &[json!("y"), json!(false)], &[json!(1), json!(null), json!([])]);
    check(
        any_of((json!({ "id": 1 }), "none")),
        &[json!({ "id": 2 }), json!("nothing")],
        &[json!({ "id": "x" }), json!({}), json!(null), json!(true)],
    );
    check(
        one_of((1, "many", ())),
        &[json!(1), json!("many"), json!(null)],
        &[json!(2), json!("few"), json!(false), json!({})],
    );
    check(
        one_of((true, false, "unknown")),
        &[json!(true), json!(false), json!("unknown")],
        &[json!("yes"), json!(null)],
    );
    check(nullable(one_of(["a", "b"])), &[json!("b"), json!(null)], &[json!("c")]);
}

#[test]
fn members_may_be_missing() {
    check(
        json_like!({
            "name": like("Desk"),
            "until": optional(date("yyyy-MM-dd", "2024-03-05")),
            "note": optional(nullable("gift")),
            "size": optional(one_of((1, "large"))),
            "count": optional(7),
            "code": optional(equal_to("X1")),
            "maker": optional(json_like!({ "id": integer(1), "name": "x", "lines": each_like(json_like!({ "n": 1 })) })),
        }),
        &[
            json!({ "name": "Lamp" }),
            json!({ "name": "Lamp", "until": "2024-02-29", "note": null, "size": "large", "count": 1.5, "code": "X1" }),
            json!({ "name": "Lamp", "note": "x", "size": 1, "maker": { "id": 2, "name": "y", "lines": [{ "n": 7 }] } }),
            json!({ "name": "Lamp", "maker": {} }),
        ],
        &[
            json!({ "until": "2024-02-29" }),
            json!({ "name": "Lamp", "until": "soon" }),
            json!({ "name": "Lamp", "until": null }),
            json!({ "name": "Lamp", "note": 5 == 5 }),
            json!({ "name": "Lamp", "size": 2 }),
            json!({ "name": "Lamp", "count": "7" }),
            json!({ "name": "Lamp", "code": "X2" }),
            json!({ "name": "Lamp", "maker": { "id": "x" } }),
            json!({ "name": "Lamp", "maker": { "lines": [] } }),
            json!({ "name": "Lamp", "maker": { "lines": [{ "n": "x" }] } }),
        ],
    );
    check(
        each_like(json_like!({ "a": 1, "b": optional(integer(2)) })),
        &[json!([{ "a": 1 }]), json!([{ "a": 2, "b": 3 }, { "a": 4 }])],
        &[json!([{ "a": 1, "b": "x" }])],
    );
}

#[test]
fn a_request_may_have_the_optional_member_or_not_and_no_others() {
    let contract = Contract::between("a", "b").upon_receiving("it", |i| {
        i.post("/").json(json_like!({ "id": integer(1), "note": optional("gift") })).will_respond_with(204)
    });
    let pact = contract.pact().expect("a contract that makes sense");
    let (request, _) = pact.interactions[0].as_http().expect("an HTTP interaction");
    assert_eq!(request.body.bytes(), br#"{"id":1}"#, "the verifier sends it without");
    let matcher = RequestMatcher::compile(request, pact.version).expect("rules that can be used");
    let mut headers = Headers::default();
    headers.append_line("Content-Type", "application/json");
    let takes = |body: &Value| {
        let body = body.to_string();
        matcher.matches(&ActualRequest::new("POST", "/", &headers).with_body(body.as_bytes()))
    };
    assert!(takes(&json!({ "id": 2 })) && takes(&json!({ "id": 2, "note": "x" })));
    assert!(!takes(&json!({ "id": 2, "note": true })) && !takes(&json!({ "id": 2, "more": "x" })));
}

#[test]
fn maps_and_sets() {
    check(
        each_key(regex("[A-Z]{3}", "EUR"), json!({ "EUR": 79.99 })),
        &[json!({ "USD": 1 }), json!({})],
        &[json!({ "euro": 1 }), json!([])],
    );
    check(
        each_value(integer(1), json!({ "a": 1 })),
        &[json!({ "b": 2, "c": 3 }), json!({})],
        &[json!({ "b": "x" }), json!({ "b": 1.5 })],
    );
    check(
        array_containing([json_like!({ "rel": "self", "href": like("/orders/7") })]),
        &[json!([{ "rel": "next" }, { "rel": "self", "href": "/orders/8" }])],
        &[json!([{ "rel": "self", "href": 1 }]), json!([]), json!([{ "rel": "next", "href": "/" }])],
    );
}

#[test]
fn a_value_from_a_provider_state_does_not_let_any_path_pass() {
    let contract = Contract::between("a", "b").upon_receiving("it", |i| {
        i.get(from_provider_state("/products/${id}", "/products/42"))
            .query("page", from_provider_state("page", 1))
            .header("X-Id", from_provider_state("id", "7"))
            .will_respond_with(204)
    });
    let pact = contract.pact().expect("a contract that makes sense");
    let (request, _) = pact.interactions[0].as_http().expect("an HTTP interaction");
    assert!(request.matching_rules.is_empty());
    assert!(request.generators.path.is_some());
    assert_eq!((request.generators.query.len(), request.generators.header.len()), (1, 1));
}
