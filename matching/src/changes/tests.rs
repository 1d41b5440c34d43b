use intact_pact_model::{Pact, SpecVersion};

use super::*;

mod laws;
mod parts;

fn pact(interactions: &str) -> Pact {
    let text = format!(
        r#"{{"consumer":{{"name":"Web"}},"provider":{{"name":"Orders"}},"interactions":[{interactions}],
            "metadata":{{"pactSpecification":{{"version":"4.0"}}}}}}"#
    );
    Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}")).value
}

fn http(request: &str, response: &str) -> Pact {
    pact(&format!(
        r#"{{"type":"Synchronous/HTTP","description":"d","request":{{"method":"GET","path":"/"{request}}},"response":{{"status":200{response}}}}}"#
    ))
}

/// The changes from one to the other, without what all of them have.
fn changes(old: &Pact, new: &Pact) -> Vec<String> {
    assert_eq!(between(old, old), [], "nothing changed");
    assert_eq!(between(new, new), [], "nothing changed");
    between(old, new).iter().map(|change| change.to_string().replace("\"d\": ", "")).collect()
}

fn json(body: &str, rules: &str) -> String {
    format!(
        r#","body":{{"content":{body},"contentType":"application/json","encoded":false}},"matchingRules":{{"body":{{{rules}}}}}"#
    )
}

fn responses(old: (&str, &str), new: (&str, &str)) -> Vec<String> {
    changes(&http("", &json(old.0, old.1)), &http("", &json(new.0, new.1)))
        .into_iter()
        .map(|change| change.replace("response body", "body"))
        .collect()
}

fn requests(old: (&str, &str), new: (&str, &str)) -> Vec<String> {
    changes(&http(&json(old.0, old.1), ""), &http(&json(new.0, new.1), ""))
}

const TYPE: &str = r#""$.a":{"matchers":[{"match":"type"}]}"#;

#[test]
fn what_a_response_has_to_be_gets_stricter_or_looser() {
    let rule = |rule: &str| format!(r#""$.a":{{"matchers":[{rule}]}}"#);
    let (regex, integer) = (rule(r#"{"match":"regex","regex":"\\w+"}"#), rule(r#"{"match":"integer"}"#));
    let (number, date) = (rule(r#"{"match":"number"}"#), rule(r#"{"match":"date","format":"yyyy-MM-dd"}"#));
    let null_or = r#""$.a":{"combine":"OR","matchers":[{"match":"type"},{"match":"null"}]}"#;
    let least = |min: u8| rule(&format!(r#"{{"match":"type","min":{min}}}"#));
    for (old, new, expected) in [
        ((r#"{"a":1}"#, ""), (r#"{"a":2}"#, ""), "breaking: body $.a: has to be exactly 2, was exactly 1"),
        ((r#"{"a":1}"#, ""), (r#"{"a":"1"}"#, ""), "breaking: body $.a: has to be exactly \"1\", was exactly 1"),
        ((r#"{"a":1}"#, ""), (r#"{"a":2}"#, TYPE), "not breaking: body $.a: may be any number, had to be exactly 1"),
        ((r#"{"a":1}"#, TYPE), (r#"{"a":2}"#, ""), "breaking: body $.a: has to be exactly 2, was any number"),
        ((r#"{"a":1}"#, TYPE), (r#"{"a":2}"#, TYPE), "documentation: body $.a: the example is 2, was 1"),
        (
            (r#"{"a":1}"#, &integer),
            (r#"{"a":1}"#, &number),
            "not breaking: body $.a: may be any number, had to be any integer",
        ),
        (
            (r#"{"a":1}"#, &number),
            (r#"{"a":1}"#, &integer),
            "breaking: body $.a: has to be any integer, was any number",
        ),
        (
            (r#"{"a":"x"}"#, &regex),
            (r#"{"a":"x"}"#, TYPE),
            "breaking: body $.a: has to be any text, was a text that matches \\w+",
        ),
        (
            (r#"{"a":"x"}"#, TYPE),
            (r#"{"a":"x"}"#, &regex),
            "breaking: body $.a: has to be a text that matches \\w+, was any text",
        ),
        (
            (r#"{"a":"2024-01-01"}"#, &date),
            (r#"{"a":"2024-01-01"}"#, &regex),
            "breaking: body $.a: has to be a text that matches \\w+, was a date of the form yyyy-MM-dd",
        ),
        (
            (r#"{"a":"x"}"#, TYPE),
            (r#"{"a":"x"}"#, null_or),
            "not breaking: body $.a: may be any text or null, had to be any text",
        ),
        (
            (r#"{"a":"x"}"#, null_or),
            (r#"{"a":"x"}"#, TYPE),
            "breaking: body $.a: has to be any text, was any text or null",
        ),
        ((r#"{"a":[1]}"#, ""), (r#"{"a":[1,2]}"#, ""), "breaking: body $.a: has 2 items, had 1"),
        (
            (r#"{"a":[1]}"#, &least(1)),
            (r#"{"a":[1]}"#, &least(2)),
            "breaking: body $.a: has a size of at least 2, had a size of at least 1",
        ),
        (
            (r#"{"a":[1]}"#, &least(2)),
            (r#"{"a":[1]}"#, &least(1)),
            "not breaking: body $.a: has a size of at least 1, had a size of at least 2",
        ),
        ((r#"{"a":[1]}"#, TYPE), (r#"{"a":["x"]}"#, TYPE), "breaking: body $.a[*]: has to be any text, was any number"),
        ((r#"{"a":{"b":1}}"#, TYPE), (r#"{"a":[]}"#, TYPE), "breaking: body $.a: is an array, was an object"),
        ((r#"{"a":1}"#, ""), (r#"{"a":1,"b":{"c":1}}"#, ""), "breaking: body $.b: is needed now: exactly this"),
        ((r#"{"a":1,"b":2}"#, ""), (r#"{"a":1}"#, ""), "not breaking: body $.b: is not needed any more"),
    ] {
        assert_eq!(responses(old, new), [expected], "{old:?} {new:?}");
    }
    assert_eq!(
        responses((r#"{"a":1,"b":2}"#, TYPE), (r#"{"b":2,"a":1}"#, r#""$['a']":{"matchers":[{"match":"type"}]}"#)),
        [""; 0]
    );
    assert_eq!(
        responses((r#"{"a":[1,2]}"#, ""), (r#"{"a":[1]}"#, TYPE)),
        [
            "not breaking: body $.a: may have any number of items, had 2",
            "not breaking: body $.a[*]: may be any number, had to be exactly 1"
        ]
    );
    assert_eq!(responses((r#"{"a":[1]}"#, TYPE), (r#"{"a":[1,2,3]}"#, TYPE)), [""; 0], "more examples of the same");
}

#[test]
fn what_looks_harmless_may_break_all_the_same() {
    let integer = r#""$.a":{"matchers":[{"match":"integer"}]}"#;
    let equality = r#""$":{"matchers":[{"match":"equality"}]}"#;
    assert_eq!(
        responses((r#"{"a":2.5}"#, ""), ("{}", integer)),
        ["breaking: body $.a: is not needed any more; if it is there, it has to be any integer"]
    );
    assert_eq!(
        responses((r#"{"a":2}"#, ""), ("{}", integer)),
        ["not breaking: body $.a: is not needed any more; if it is there, it has to be any integer"]
    );
    assert_eq!(
        responses(("{}", ""), ("{}", integer)),
        ["breaking: body $.a: if it is there, it has to be any integer"]
    );
    assert_eq!(responses(("{}", integer), ("{}", "")), ["not breaking: body $.a: if it is there, it may be anything"]);
    assert_eq!(
        responses((r#"{"a":1}"#, ""), ("{}", equality)),
        ["breaking: body: has to be exactly as it is, without anything else"]
    );
    let values = r#""$":{"matchers":[{"match":"values"},{"match":"eachValue","rules":[{"match":"type"}]}]}"#;
    let pinned = responses((r#"{"a":2.5}"#, values), (r#"{"a":1}"#, values));
    assert!(pinned.iter().any(|change| change.starts_with("breaking: body $.a: ")), "{pinned:?}");
    // What is said below a value that is compared as a whole is not asked.
    let whole = r#""$":{"matchers":[{"match":"equality"}]},"$.a":{"matchers":[{"match":"number"}]}"#;
    assert_eq!(
        requests((r#"{"a":2.5}"#, whole), (r#"{"a":1}"#, "")),
        [
            "not breaking: request body $.a: is exactly 1, was any number",
            "breaking: request body: is not exactly as it was"
        ]
    );
    assert_eq!(
        requests((r#"{"a":1}"#, whole), (r#"{"a":2}"#, equality)).last().map(String::as_str),
        Some("breaking: request body: is not exactly as it was")
    );
}

const NULL_OR: &str = r#""$.a":{"combine":"OR","matchers":[{"match":"type"},{"match":"null"}]}"#;

/// Members and items that have rules of their own do not say what became of the rules above them.
#[test]
fn alternatives_of_objects_and_arrays_count() {
    let own = |rules: &str| {
        format!(r#"{rules},"$.a.b":{{"matchers":[{{"match":"type"}}]}},"$.a[*]":{{"matchers":[{{"match":"type"}}]}}"#)
    };
    let (null_or, plain) = (own(NULL_OR), own(TYPE));
    let sizes = |combine: &str| {
        own(&format!(
            r#""$.a":{{"combine":"{combine}","matchers":[{{"match":"type","min":2}},{{"match":"type","max":1}}]}}"#
        ))
    };
    for body in [r#"{"a":{"b":1}}"#, r#"{"a":[1]}"#] {
        let response = |one: &str, other: &str| responses((body, one), (body, other));
        let request = |one: &str, other: &str| requests((body, one), (body, other));
        assert_eq!(response(&null_or, &plain), ["breaking: body $.a: may not be null any more"], "{body}");
        assert_eq!(response(&plain, &null_or), ["not breaking: body $.a: may be null now"], "{body}");
        assert_eq!(request(&plain, &null_or), ["breaking: request body $.a: may be null now"], "{body}");
        assert_eq!(request(&null_or, &plain), ["not breaking: request body $.a: may not be null any more"], "{body}");
        assert_eq!(
            response(&sizes("OR"), &own(&TYPE.replace(r#""type""#, r#""type","min":1"#))),
            [
                "breaking: body $.a: is asked for a size of at least 1, was something with a size of at least 2 or something with a size of at most 1"
            ]
        );
        for found in [response(&sizes("OR"), &sizes("AND")), request(&sizes("AND"), &sizes("OR"))] {
            assert!(found.len() == 1 && found[0].starts_with("breaking"), "{body}: {found:?}");
        }
    }
    let this = r#""$.a":{"combine":"OR","matchers":[{"match":"equality"},{"match":"null"}]}"#;
    assert_eq!(
        requests((r#"{"a":[1]}"#, this), (r#"{"a":[1,1]}"#, ""))[0],
        "not breaking: request body $.a: may not be null any more"
    );
    assert_eq!(
        requests((r#"{"a":[1]}"#, this), (r#"{"a":[1,1]}"#, ""))[1],
        "breaking: request body $.a: has 2 items, had 1"
    );
    // What stands above reaches down as far as there is nothing else.
    let above = r#""$":{"combine":"OR","matchers":[{"match":"type"},{"match":"null"}]}"#;
    let below = format!("{above},{}", own(TYPE));
    assert_eq!(
        responses((r#"{"a":{"b":1}}"#, &own(above)), (r#"{"a":{"b":1}}"#, &below)),
        ["breaking: body $.a: may not be null any more"]
    );
}

#[test]
fn what_an_exact_array_did_not_have_may_be_asked_for_now() {
    let filled = r#""$.a":{"matchers":[{"match":"notEmpty"}]}"#;
    assert_eq!(
        responses((r#"{"a":[]}"#, ""), (r#"{"a":[]}"#, filled)),
        ["breaking: body $.a: may have any number of items, but has to be anything that is not empty, had 0"]
    );
    assert_eq!(
        responses((r#"{"a":["x"]}"#, ""), (r#"{"a":["x"]}"#, filled))[0],
        "not breaking: body $.a: may have any number of items, but has to be anything that is not empty, had 1"
    );
    assert_eq!(
        requests((r#"{"a":[]}"#, filled), (r#"{"a":[]}"#, ""))[0],
        "breaking: request body $.a: has exactly 0 items, might have any number"
    );
}

/// The rules for texts take numbers too, which then are of another type.
#[test]
fn texts_by_rule_are_not_all_texts() {
    let rule = |rule: &str| format!(r#""$.a":{{"matchers":[{rule}]}}"#);
    for (old, example) in [
        (r#"{"match":"regex","regex":"\\d+"}"#, "5"),
        (r#"{"match":"include","value":"5"}"#, "5"),
        (r#"{"match":"date","format":"yyyy"}"#, "2024"),
    ] {
        let body = format!(r#"{{"a":"{example}"}}"#);
        let found = responses((&body, &rule(old)), (&body, TYPE));
        assert!(found.len() == 1 && found[0].starts_with("breaking: body $.a: has to be any text"), "{found:?}");
    }
}

#[test]
fn the_values_of_a_name_are_compared_one_by_one_under_the_rules_the_matcher_uses() {
    let query = |values: &str, key: &str, rule: &str| {
        let rules = if rule.is_empty() { String::new() } else { format!(r#""{key}":{{"matchers":[{rule}]}}"#) };
        http(&format!(r#","query":{{"q":{values}}},"matchingRules":{{"query":{{{rules}}}}}"#), "")
    };
    let (any, digits) = (r#"{"match":"type"}"#, r#"{"match":"regex","regex":"[0-9]+"}"#);
    for key in ["q", "$.q", "$['q']", "q[*]", "$.q[*]"] {
        assert_eq!(changes(&query(r#"["1"]"#, "q", digits), &query(r#"["1"]"#, key, digits)), [""; 0], "{key}");
        assert_eq!(
            changes(&query(r#"["1"]"#, "q", digits), &query(r#"["1"]"#, key, any)),
            ["breaking: request query q: is any text, was a text that matches [0-9]+"],
            "{key}"
        );
    }
    assert_eq!(
        changes(&query(r#"["1","2"]"#, "$.q[1]", digits), &query(r#"["1","2"]"#, "$.q[1]", any)),
        ["breaking: request query q[1]: is any text, was a text that matches [0-9]+"]
    );
    assert_eq!(
        changes(&query(r#"["1"]"#, "", ""), &query(r#"["1"]"#, "q[0]", digits)),
        ["breaking: request query q: is a text that matches [0-9]+, was exactly \"1\""]
    );
    assert_eq!(
        changes(&query(r#"["a, b"]"#, "", ""), &query(r#"["a","b"]"#, "", "")),
        [
            "breaking: request query q[0]: is exactly \"a\", was exactly \"a, b\"",
            "breaking: request query q: has 2 values, had 1 value"
        ]
    );
    let most = r#"{"match":"type","max":2}"#;
    assert_eq!(
        changes(&query(r#"["1"]"#, "q", most), &query(r#"["1"]"#, "q", any)),
        ["breaking: request query q: has any number of values, had at most 2 values"]
    );
    assert_eq!(
        changes(&query(r#"["1"]"#, "q", any), &query(r#"["1"]"#, "q", most)),
        ["not breaking: request query q: has at most 2 values, had any number of values"]
    );
    assert_eq!(
        changes(&query(r#"["1"]"#, "", ""), &query(r#"["1"]"#, "q", r#"{"match":"equality"}"#)),
        ["breaking: request query q: has any number of values, had 1 value"]
    );
    // How a list is spelled says nothing; what also was a spelling of it may not be accepted by a rule.
    let header = |values: &str, rules: &str| {
        http("", &format!(r#","headers":{{"X-A":{values}}},"matchingRules":{{"header":{{{rules}}}}}"#))
    };
    assert_eq!(changes(&header(r#"["a","b"]"#, ""), &header(r#"["a,b"]"#, "")), [""; 0]);
    let found = changes(
        &header(r#"["a, b"]"#, ""),
        &header(r#"["a, b"]"#, r#""$['x-a']":{"matchers":[{"match":"regex","regex":"a, b"}]}"#),
    );
    assert_eq!(
        found,
        [
            "breaking: response header X-A: has to be a text that matches a, b, was exactly \"a, b\" or what means the same"
        ]
    );
}

#[test]
fn states_of_one_name_are_told_apart() {
    let states = |ids: &[u8]| {
        let all: Vec<String> = ids.iter().map(|id| format!(r#"{{"name":"user","params":{{"id":{id}}}}}"#)).collect();
        pact(&format!(
            r#"{{"type":"Synchronous/HTTP","description":"d","providerStates":[{}],"request":{{"method":"GET","path":"/"}},"response":{{"status":200}}}}"#,
            all.join(",")
        ))
    };
    assert_eq!(changes(&states(&[1, 2]), &states(&[2, 1])), [""; 0]);
    assert_eq!(
        changes(&states(&[1, 2]), &states(&[1])),
        [
            "breaking: provider state: \"user\" is not set up as often here any more: the provider has to answer so without it"
        ]
    );
    assert_eq!(
        changes(&states(&[1]), &states(&[1, 1])),
        ["breaking: provider state: \"user\" is new here: the provider has to set it up"]
    );
    assert_eq!(
        changes(&states(&[1, 2]), &states(&[3, 1])),
        ["not breaking: provider state: \"user\" has another value of the parameter \"id\": 3, was 2"]
    );
}

#[test]
fn values_that_came_from_the_provider_state_are_missed() {
    let path = |generator: &str| http(&format!(r#","generators":{{"path":{generator}}}"#), "");
    let (state, random) = (r#"{"type":"ProviderState","expression":"/${id}"}"#, r#"{"type":"RandomString","size":5}"#);
    assert_eq!(
        changes(&path(state), &http("", "")),
        ["breaking: request path: its value is not generated any more (was: ProviderState)"]
    );
    assert_eq!(
        changes(&path(state), &path(random)),
        ["breaking: request path: its value is generated by RandomString now"]
    );
    assert_eq!(
        changes(&path(random), &http("", "")),
        ["not breaking: request path: its value is not generated any more (was: RandomString)"]
    );
}

#[test]
fn rules_that_cannot_be_read_break() {
    let mut rule = r#"{"match":"type"}"#.to_owned();
    for _ in 0..70 {
        rule = format!(r#"{{"match":"eachValue","rules":[{rule}]}}"#);
    }
    let all = format!(r#"{{"matchers":[{rule}]}}"#);
    let response = |rules: &str| http("", &format!(r#","headers":{{"X-A":["1"]}},"matchingRules":{{{rules}}}"#));
    let request = |rules: &str| http(&format!(r#","matchingRules":{{{rules}}}"#), "");
    for (old, new, place) in [
        (response(""), response(&format!(r#""status":{all}"#)), "response status"),
        (response(""), response(&format!(r#""header":{{"X-A":{all}}}"#)), "response header X-A"),
        (request(""), request(&format!(r#""path":{all}"#)), "request path"),
    ] {
        assert_eq!(changes(&old, &new), [format!("breaking: {place}: its rules cannot be read")]);
    }
    let message = |rules: &str| {
        pact(&format!(
            r#"{{"type":"Asynchronous/Messages","description":"d","contents":{{"content":1,"contentType":"application/json"}},"metadata":{{"k":"1"}},"matchingRules":{{"metadata":{{{rules}}}}}}}"#
        ))
    };
    assert_eq!(
        changes(&message(""), &message(&format!(r#""k":{all}"#))),
        ["breaking: message metadata: its rules cannot be read"]
    );
    let body = |rules: &str| http("", &json("1", rules));
    assert_eq!(
        changes(&body(""), &body(r#""$[":{"matchers":[{"match":"type"}]}"#)),
        ["breaking: response body: its rules cannot be read"]
    );
}

#[test]
fn secrets_are_not_shown_and_long_values_are_cut() {
    let (one, other) = ("aB3dE5fG7hI9jK1lM3nO5pQ7", "zY3xW5vU7tS9rQ1pO3nM5lK7");
    let token = |value: &str| {
        http(
            &format!(r#","headers":{{"Authorization":["Bearer {value}"]}},"query":{{"access_token":["{value}"]}}"#),
            &json(&format!(r#"{{"token":"{value}"}}"#), ""),
        )
    };
    assert_eq!(
        changes(&token(one), &token(other)),
        [
            "breaking: request query access_token: is another value (not shown)",
            "breaking: request header Authorization: is another value (not shown)",
            "breaking: response body $.token: is another value (not shown)"
        ]
    );
    assert_eq!(
        changes(&http("", ""), &http(&format!(r#","headers":{{"Authorization":["Bearer {one}"]}}"#), "")),
        ["breaking: request header Authorization: is sent now: one value (not shown)"]
    );
    let long = changes(&http("", ""), &http(&format!(r#","query":{{"q":["{}"]}}"#, "x".repeat(500)), ""));
    assert!(long.len() == 1 && long[0].len() < 200, "{long:?}");
}
