//! The example of every matcher satisfies its own rule, wherever it stands; one that does not fails the test and is named.

use intact::generators::UuidForm;
use intact::matchers::{
    any_of, array_containing, boolean, date, datetime, decimal, each_key, each_key_like, each_like, each_value,
    equal_to, from_provider_state, includes, integer, like, not_empty, null, nullable, number, one_of, optional, regex,
    semver, status_code, time, url, url_at, uuid, uuid_as,
};
use intact::{Contract, StatusClass, Template, json_like};
use proptest::prelude::*;
use proptest::string::string_regex;
use serde::Serialize;
use serde_json::{Value, json};

fn text(pattern: &str) -> BoxedStrategy<String> {
    string_regex(pattern).expect("a regular expression").boxed()
}

fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has finite numbers only", |number| number.is_finite()).prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    scalar.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z.$ '@*]{1,4}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Matchers that stand for one text, number or boolean, with examples that have a place in headers and paths of files too.
fn scalar_matcher() -> BoxedStrategy<Template> {
    let plain = || text("[a-z0-9]{1,8}");
    let parts = (2000..2100u32, 1..=12u32, 1..=28u32, 0..24u32, 0..60u32, 0..60u32);
    let pairs = proptest::collection::vec(plain(), 1..4);
    prop_oneof![
        plain().prop_map(like),
        plain().prop_map(equal_to),
        plain().prop_map(not_empty),
        any::<i64>().prop_map(integer),
        (-1e9..1e9f64).prop_map(decimal),
        prop_oneof![any::<i64>().prop_map(number), (-1e9..1e9f64).prop_map(number)],
        any::<bool>().prop_map(boolean),
        (plain(), plain(), plain()).prop_map(|(a, part, b)| includes(&part, format!("{a}{part}{b}"))),
        proptest::sample::select(vec!["[a-z]+", r"\d{3}-\d{2}", "(new|paid)( late)?", "[^/]+", "a?b*c+"])
            .prop_flat_map(
                |pattern| text(&pattern.replace("[^/]", "[a-z]")).prop_map(move |example| regex(pattern, example))
            ),
        parts.prop_flat_map(|(year, month, day, hour, minute, second)| {
            let (on, at) = (format!("{year}-{month:02}-{day:02}"), format!("{hour:02}:{minute:02}:{second:02}"));
            prop_oneof![
                Just(date("yyyy-MM-dd", &on)),
                Just(time("HH:mm:ss", &at)),
                Just(datetime("yyyy-MM-dd'T'HH:mm:ssXXX", format!("{on}T{at}Z"))),
                Just(datetime("yyyy-MM-dd HH:mm:ss", format!("{on} {at}"))),
            ]
        }),
        text("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}").prop_flat_map(|id| {
            prop_oneof![
                Just(uuid(&id)),
                Just(uuid_as(UuidForm::Simple, id.replace('-', ""))),
                Just(uuid_as(UuidForm::LowerCaseHyphenated, &id)),
                Just(uuid_as(UuidForm::UpperCaseHyphenated, id.to_uppercase())),
                Just(uuid_as(UuidForm::Urn, format!("urn:uuid:{id}"))),
            ]
        }),
        text("(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})(-rc\\.[1-9])?").prop_map(semver),
        pairs.clone().prop_map(one_of),
        (any::<bool>(), pairs.clone()).prop_map(|(first, texts)| one_of((first, &texts[0], !first, 7))),
        pairs
            .clone()
            .prop_map(|segments| url((segments[0].clone(), regex("[a-z0-9]+", &segments[segments.len() - 1])))),
        pairs.prop_map(|segments| url_at("https://shop.example", segments)),
        plain().prop_map(|example| from_provider_state("${id}", example)),
    ]
    .boxed()
}

/// Every matcher there is.
fn matcher() -> BoxedStrategy<Template> {
    let leaf = prop_oneof![
        4 => scalar_matcher(),
        1 => Just(null()),
        1 => any_json().prop_map(like),
        1 => any_json().prop_map(equal_to),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let some = || proptest::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            (inner.clone(), 0..3usize, 3..5usize).prop_map(|(one, min, max)| each_like(one).min(min).max(max).into()),
            (text("[a-z]{1,4}"), inner.clone()).prop_map(|(key, one)| each_key_like(&key, one)),
            (text("[A-Z]{3}"), any_json())
                .prop_map(|(key, one)| each_key(regex("[A-Z]{3}", &key), json!({ key.as_str(): one }))),
            (any::<i64>(), any::<i64>()).prop_map(|(a, b)| each_value(integer(a), json!({ "a": a, "b": b }))),
            some().prop_map(array_containing),
            inner.clone().prop_map(nullable),
            (scalar_matcher(), any::<i32>()).prop_map(|(one, number)| any_of((one, integer(number), null()))),
            some().prop_map(|all| json_like!({ "list": all.clone(), "first": &all[0], "exact": "x" })),
            (
                inner.clone(),
                inner.prop_filter("of an optional member nobody can tell `true` from `false`", |one| {
                    !format!("{one:?}").contains("equality")
                })
            )
                .prop_map(|(one, other)| json_like!({ "there": one, "perhaps": optional(other) })),
        ]
    })
    .boxed()
}

fn interaction(describe: impl FnOnce(intact::Upcoming) -> intact::Response) -> Contract {
    Contract::between("a", "b").upon_receiving("it", describe)
}

fn assert_sensible(contract: &Contract, place: &str) -> Result<(), TestCaseError> {
    contract.pact().map(drop).map_err(|error| TestCaseError::fail(format!("{place}: {error}")))
}

/// So many cases, unless `PROPTEST_CASES` asks for a number.
fn cases(usually: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { usual } else { ProptestConfig { cases: usually, ..usual } }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn every_example_in_a_document_satisfies_its_own_matcher(template in matcher()) {
        // A generated value belongs to the whole of a metadata entry; the link of `url` is one of those that are generated.
        assert_sensible(&interaction(|i| i.post("/").json(&template).will_respond_with(200).json(&template)), "body")?;
        let contract = Contract::between("a", "b")
            .message("it", |m| m.json(&template))
            .synchronous_message("it", |m| m.json(&template).will_respond().json(json_like!([{ "in": &template }])));
        assert_sensible(&contract, "message")?;
    }

    #[test]
    fn every_example_that_is_text_satisfies_its_own_matcher(template in scalar_matcher()) {
        let contract = interaction(|i| {
            i.get("/")
                .query("q", &template)
                .query("several", [&template, &template])
                .header("X-A", &template)
                .will_respond_with(200)
                .header("X-B", &template)
        });
        assert_sensible(&contract, "query and headers")?;
        assert_sensible(&interaction(|i| i.post("/").form(json_like!({ "f": &template })).will_respond_with(200)), "form")?;
        let contract = Contract::between("a", "b")
            .message("it", |m| m.text("x").metadata("m", &template).metadata("deep", json_like!({ "in": &template })))
            .synchronous_message("it", |m| m.text("x").metadata("m", &template).will_respond().text("x").metadata("m", &template));
        match contract.pact() {
            Err(error) if error.to_string().contains("generated for the whole entry only") => {}
            result => result.map(drop).map_err(|error| TestCaseError::fail(format!("metadata: {error}")))?,
        }
    }

    #[test]
    fn every_example_of_a_path_or_status_satisfies_its_own_matcher(
        number in any::<u32>(), name in "[a-z]{1,6}", status in 200..=599u16,
    ) {
        for path in [
            regex(r"/products/\d+", format!("/products/{number}")),
            includes(&name, format!("/{name}/{number}")),
            one_of([format!("/{name}"), "/other".to_owned()]),
            equal_to(format!("/{name}")),
            from_provider_state("/products/${id}", format!("/products/{number}")),
        ] {
            assert_sensible(&interaction(|i| i.get(&path).will_respond_with(204)), "path")?;
        }
        let class = match status {
            200..=299 => StatusClass::Success,
            300..=399 => StatusClass::Redirect,
            400..=499 => StatusClass::ClientError,
            _ => StatusClass::ServerError,
        };
        let of_error = if status < 400 { StatusClass::NonError } else { StatusClass::Error };
        for status in [
            status_code(class, status),
            status_code(of_error, status),
            status_code(StatusClass::Codes(vec![599, status]), status),
            integer(status),
            like(status),
        ] {
            assert_sensible(&interaction(|i| i.get("/").will_respond_with(&status)), "status")?;
        }
    }
}

fn problem(contract: &Contract) -> String {
    let problems = contract.pact().expect_err("a faulty example").problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.into_iter().next().expect("one")
}

/// What is said of a matcher in a body that stands below `$.x`.
fn in_body(template: impl Serialize) -> String {
    let said = problem(&interaction(|i| i.get("/").will_respond_with(200).json(json_like!({ "x": template }))));
    said.strip_prefix("\"it\": ").unwrap_or(&said).to_owned()
}

#[test]
fn a_faulty_example_of_any_matcher_is_named_with_its_place() {
    let of_matcher = |rule: &str, at: &str| {
        format!("the example of the response does not satisfy its own matcher `{rule}`: body {at}: ")
    };
    for (rule, at, template) in [
        ("regex", "$.x", regex("a+", "b")),
        ("include", "$.x", includes("late", "soon")),
        ("integer", "$.x", integer(1.5)),
        ("decimal", "$.x", decimal(1)),
        ("number", "$.x", number("one")),
        ("date", "$.x", date("yyyy-MM-dd", "5 March")),
        ("time", "$.x", time("HH:mm", "25:00")),
        ("datetime", "$.x", datetime("yyyy-MM-dd HH:mm", "2024-03-05")),
        ("regex", "$.x", uuid("42")),
        ("regex", "$.x", uuid_as(UuidForm::Urn, "42")),
        ("semver", "$.x", semver("v1")),
        ("notEmpty", "$.x", not_empty("")),
        ("regex", "$.x[0]", each_like(regex("a+", "b")).into()),
        ("type", "$.x", each_like("x").min(3).max(2).into()),
        ("regex", "$.x.k", each_key_like("k", regex("a+", "b"))),
        ("integer", "$.x.k", each_value(integer(1), json!({ "k": "one" }))),
        ("regex", "$.x[0].a", json_like!([{ "a": regex("a+", "b") }])),
    ] {
        let said = in_body(&template);
        assert!(said.starts_with(&of_matcher(rule, at)), "{said}\n  wanted {}", of_matcher(rule, at));
    }
    for (template, wanted) in [
        (nullable(integer("x")), "matcher `integer`: body $.x: "),
        (any_of((integer("x"), null())), "matcher `integer`: body $.x: "),
        (each_key(regex("[A-Z]+", "a"), json!({ "a": 1 })), "matcher `regex`: body $.x.a: "),
        (array_containing([json_like!({ "a": regex("a+", "b") })]), "matcher `arrayContains`: body $.x: "),
        (json_like!({ "y": optional(regex("a+", "b")) }), "$.x.y: the example does not satisfy its own matcher"),
    ] {
        let contract = interaction(|i| i.get("/").will_respond_with(200).json(json_like!({ "x": template })));
        let problems = contract.pact().expect_err("a faulty example").problems;
        assert!(problems[0].contains(wanted), "{problems:?}\n  wanted {wanted}");
    }
}

#[test]
fn a_faulty_example_is_named_in_every_place() {
    let faulty = || regex("a+", "b");
    let wanted = |part: &str, place: &str| {
        format!("\"it\": the example of the {part} does not satisfy its own matcher `regex`: {place}: ")
    };
    let message = |m: intact::UpcomingMessage| m.text("x").metadata("m", faulty());
    for (contract, wanted) in [
        (interaction(|i| i.get(regex("/a+", "/b")).will_respond_with(200)), wanted("request", "path")),
        (interaction(|i| i.get("/").query("q", faulty()).will_respond_with(200)), wanted("request", "query q")),
        (interaction(|i| i.get("/").header("X-A", faulty()).will_respond_with(200)), wanted("request", "header X-A")),
        (interaction(|i| i.post("/").text(faulty()).will_respond_with(200)), wanted("request", "body $")),
        (interaction(|i| i.get("/").will_respond_with(200).header("X-B", faulty())), wanted("response", "header X-B")),
        (Contract::between("a", "b").message("it", message), wanted("message", "metadata m")),
        (
            Contract::between("a", "b").synchronous_message("it", |m| m.text("x").will_respond().json([faulty()])),
            wanted("response", "body $[0]"),
        ),
    ] {
        let said = problem(&contract);
        assert!(said.starts_with(&wanted), "{said}\n  wanted {wanted}");
    }
    let status = interaction(|i| i.get("/").will_respond_with(status_code(StatusClass::Success, 404)));
    assert!(problem(&status).contains("its own matcher `statusCode`: status: "));
}
