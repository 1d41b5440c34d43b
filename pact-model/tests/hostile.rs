//! Input made to hurt: it gets an error or a pact, soon, and never a panic.

use intact_pact_model::{Pact, SpecVersion};

fn pact(interactions: &str) -> String {
    format!(
        r#"{{"consumer":{{"name":"a"}},"provider":{{"name":"b"}},"interactions":{interactions},"metadata":{{"pactSpecification":{{"version":"4.0"}}}}}}"#
    )
}

/// An interaction with one member of the request.
fn request(member: &str) -> String {
    pact(&format!(
        r#"[{{"type":"Synchronous/HTTP","description":"x","request":{{{member}}},"response":{{"status":200}}}}]"#
    ))
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn nesting_has_a_limit_everywhere() {
    for text in [
        nested("[", "", "]", 1_000_000),
        nested(r#"{"a":"#, "1", "}", 1_000_000),
        "[".repeat(1_000_000),
        request(&format!(r#""body":{{"content":{}}}"#, nested("[", "", "]", 100_000))),
    ] {
        let error = Pact::read(text.as_bytes()).expect_err("too deep").to_string();
        assert!(error.contains("nest deeper than 256 levels"), "{error}");
    }
    for member in [
        format!(r#""body":{{"content":{}}}"#, nested("[", "", "]", 240)),
        format!(
            r#""matchingRules":{{"body":{{"$":{{"matchers":[{}]}}}}}}"#,
            nested(r#"{"match":"eachValue","rules":["#, r#"{"match":"type"}"#, "]}", 120)
        ),
        format!(r#""x-unknown":{}"#, nested(r#"{"a":"#, "1", "}", 240)),
        format!(r#""generators":{{"path":{{"type":"X","a":{}}}}}"#, nested("[", "", "]", 240)),
    ] {
        let text = request(&member);
        let loaded = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        for version in SpecVersion::ALL {
            if let Ok(document) = loaded.value.write(version) {
                assert!(Pact::read(document.to_pretty().as_bytes()).is_ok());
            }
        }
    }
}

#[test]
fn great_numbers_of_things_are_read_in_a_moment() {
    const MANY: usize = 30_000;
    let list = |item: &dyn Fn(usize) -> String| (0..MANY).map(item).collect::<Vec<_>>().join(",");
    for text in [
        pact(&format!("[{}]", list(&|at| format!(r#"{{"type":"Synchronous/HTTP","description":"{at}"}}"#)))),
        request(&format!(r#""headers":{{{}}}"#, list(&|at| format!(r#""h{at}":"1""#)))),
        request(&format!(r#""headers":{{{}}}"#, list(&|_| r#""same":"1""#.to_owned()))),
        request(&format!(r#""query":{{{}}}"#, list(&|at| format!(r#""q{at}":["1"]"#)))),
        request(&format!(r#""query":"{}""#, "a=1&".repeat(MANY))),
        request(&format!(
            r#""matchingRules":{{"body":{{{}}}}}"#,
            list(&|at| format!(r#""$.a{at}":{{"matchers":[{{"match":"type"}}]}}"#))
        )),
        request(&format!(
            r#""matchingRules":{{"body":{{{}}}}}"#,
            list(&|at| format!(r#""$.a{at}[":{{"matchers":[{{}}]}}"#))
        )),
        request(&format!(r#""body":{{"content":[{}]}}"#, list(&|at| at.to_string()))),
    ] {
        let loaded = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert!(loaded.warnings.len() <= 100);
        let written = loaded.value.write(SpecVersion::V4).unwrap_or_else(|error| panic!("{error}"));
        assert!(Pact::read(written.to_pretty().as_bytes()).is_ok());
    }
}

#[test]
fn long_names_and_values_do_not_fill_the_messages() {
    let long = "x".repeat(1_000_000);
    let text =
        pact(&format!(r#"[{{"type":"Synchronous/HTTP","description":"{long}","response":{{"status":"{long}"}}}}]"#));
    let error = Pact::read(text.as_bytes()).expect_err("no status").to_string();
    assert!(error.len() < 1_000, "{} bytes", error.len());
    let rules: Vec<String> = (0..500).map(|at| format!(r#""{at}{long}":{{}}"#)).take(20).collect();
    let text = request(&format!(r#""matchingRules":{{{}}}"#, rules.join(",")));
    let loaded = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert!(loaded.warnings.iter().all(|warning| warning.to_string().len() < 1_000) && !loaded.warnings.is_empty());
}

#[test]
fn odd_numbers_and_texts_are_kept_or_refused() {
    for (member, kept) in [
        (r#""body":{"content":{"a":123456789012345678901234567890.10}}"#, "123456789012345678901234567890.10"),
        (r#""body":{"content":{"a":1e999999999}}"#, "1e999999999"),
        (r#""body":{"content":"\u0000\u001f"}"#, r"\u0000\u001f"),
        (r#""path":"/<script>'; DROP TABLE pacts; --""#, "/<script>'; DROP TABLE pacts; --"),
    ] {
        let loaded = Pact::read(request(member).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        let written = loaded.value.write(SpecVersion::V4).unwrap_or_else(|error| panic!("{error}")).to_pretty();
        assert!(written.contains(kept), "{written}");
    }
    for bytes in [
        &b"\xff\xfe{\0}\0"[..],
        b"{\"consumer\": \"\xc3\x28\"}",
        b"{\"consumer\": \"\\ud800\"}",
        b"",
        b"\xef\xbb\xbf",
        b"{} {}",
    ] {
        let error = Pact::read(bytes).expect_err("no JSON").to_string();
        assert!(error.starts_with("$: not a JSON document: ") || error.starts_with("$: not a pact: "), "{error}");
    }
}
