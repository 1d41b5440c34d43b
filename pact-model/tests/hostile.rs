//! Input made to hurt: it gets an error or a pact, soon, and never a panic.

use intact_pact_model::json::Json;
use intact_pact_model::{Pact, SpecVersion, integration};

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
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
        b"{\"consumer\": \"\xed\xa0\x80\"}",
        b"\0\0\0{",
        b"{} {}",
    ] {
        let error = Pact::read(bytes).expect_err("no JSON").to_string();
        assert!(error.starts_with("$: not a JSON document: ") || error.starts_with("$: not a pact: "), "{error}");
    }
}

/// Pacts of a great number of things that nobody knows.
fn unknown_things(many: usize) -> Vec<String> {
    let list = |item: &dyn Fn(usize) -> String| (0..many).map(item).collect::<Vec<_>>().join(",");
    let rules = |members: String| request(&format!(r#""matchingRules":{{{members}}}"#));
    vec![
        rules(format!(
            r#""body":{{{}}}"#,
            list(&|at| format!(r#""$.a{at}":{{"matchers":[{{"match":"type","x":{at}}}],"y":1}}"#))
        )),
        rules(format!(r#""body":{{"$":{{"matchers":[{}]}}}}"#, list(&|at| format!(r#"{{"match":"type","x":{at}}}"#)))),
        rules(format!(r#""path":{{"matchers":[{{"match":"type",{}}}]}}"#, list(&|at| format!(r#""x{at}":1"#)))),
        rules(list(&|at| format!(r#""category{at}":{{}}"#))),
        rules(list(&|at| format!(r#""$.nothing{at}":{{"match":"type"}}"#))),
        request(&format!(r#""generators":{{{}}}"#, list(&|at| format!(r#""category{at}":1"#)))),
        request(&format!(r#""generators":{{"body":{{{}}}}}"#, list(&|at| format!(r#""$.a{at}":"none""#)))),
        request(&format!(r#""body":{{"content":"a",{}}}"#, list(&|at| format!(r#""x{at}":1"#)))),
        pact(&format!(
            r#"[{{"type":"Asynchronous/Messages","providerStates":[{}]}}]"#,
            list(&|at| format!(r#"{{"name":"{at}","x":1}}"#))
        )),
    ]
}

/// Reads, writes in every version, converts, and reads what was written.
fn there_and_back(text: &str) {
    let loaded = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert!(loaded.warnings.len() <= 100);
    let pact = loaded.value;
    for version in [SpecVersion::V2, SpecVersion::V3] {
        let _ = pact.convert(version).map_err(|error| assert!(error.to_string().len() < 100_000));
        if let Ok(document) = pact.write(version) {
            assert!(Pact::read(document.to_pretty().as_bytes()).is_ok());
        }
    }
    let written = pact.write(SpecVersion::V4).unwrap_or_else(|error| panic!("{error}"));
    assert!(Pact::from_json(&written).is_ok_and(|again| again.value.write(SpecVersion::V4).as_ref() == Ok(&written)));
}

#[test]
fn great_numbers_of_unknown_things_are_kept_in_a_moment() {
    for text in unknown_things(5_000) {
        there_and_back(&text);
    }
}

#[test]
fn great_numbers_of_interactions_are_converted_and_merged_in_a_moment() {
    let many = |count: usize, path: &str| {
        let list: Vec<String> = (0..count)
            .map(|at| format!(r#"{{"type":"Synchronous/HTTP","description":"{at}","request":{{"path":"/{path}"}}}}"#))
            .collect();
        Pact::read(pact(&format!("[{}]", list.join(","))).as_bytes()).unwrap_or_else(|error| panic!("{error}")).value
    };
    let (mut one, other) = (many(5_000, "old"), many(5_000, "new"));
    assert!(one.losses(SpecVersion::V1).is_empty() && one.convert(SpecVersion::V2).is_ok());
    assert_eq!(one.conflicts(&other).len(), 5_000);
    assert_eq!(one.merge_pact(&other).map(|merged| merged.replaced), Ok(5_000));
}

/// Runs on a thread with the stack that test and worker threads have by default.
fn on_a_small_stack(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn_scoped(scope, work);
        thread.expect("a thread").join().expect("no panic");
    });
}

#[test]
fn the_deepest_documents_that_are_read_need_little_stack() {
    on_a_small_stack(|| {
        for text in [
            nested("[", "", "]", 100_000),
            nested(r#"{"a":"#, "1", "}", 100_000),
            request(&format!(r#""matchingRules":{{"body":{{"${}":{{}}}}}}"#, "[*]".repeat(100_000))),
        ] {
            let _ = Pact::read(text.as_bytes());
        }
        for member in [
            format!(r#""body":{{"content":{}}}"#, nested(r#"{"a":"#, "1", "}", 245)),
            format!(
                r#""matchingRules":{{"body":{{"$":{{"matchers":[{}]}}}}}}"#,
                nested(r#"{"match":"eachValue","x":1,"rules":["#, r#"{"match":"type","x":1}"#, "]}", 120)
            ),
            format!(
                r#""matchingRules":{{"path":{{"matchers":[{}]}}}}"#,
                nested(
                    r#"{"match":"arrayContains","variants":[{"x":1,"rules":{"$":{"matchers":["#,
                    r#"{"match":"type","x":1}"#,
                    "]}}}]}",
                    40
                )
            ),
            format!(r#""x-unknown":{}"#, nested(r#"{"a":"#, "1", "}", 245)),
            format!(r#""body":{{"content":"a","x":{}}}"#, nested("[", "", "]", 245)),
        ] {
            let text = request(&member);
            let pact = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}")).value;
            for version in SpecVersion::ALL {
                let _ = pact.clone().write(version);
                let _ = pact.losses(version);
            }
            let mut other = pact.clone();
            other.interactions[0].provider_states.push(intact_pact_model::ProviderState::named("other"));
            let _ = other.merge_pact(&pact);
            let _ = pact.conflicts(&other);
        }
        let template = nested(r#"{"pact:matcher:type":"type","value":["#, "1", "]}", 127);
        let json = Json::parse(template.as_bytes()).expect("just as deep as allowed");
        assert_eq!(integration::document(&json).expect("a template").value.rules.len(), 127);
        let rules = nested(r#"{"pact:matcher:type":"eachValue","rules":["#, "", "]}", 127);
        assert!(integration::document(&Json::parse(rules.as_bytes()).expect("JSON")).is_ok());
    });
}

#[test]
fn huge_numbers_are_numbers() {
    let digits = "9".repeat(100_000);
    for number in [digits.as_str(), "1e999999", "-1E-999999", &format!("0.{digits}"), &format!("1e{digits}")] {
        let text = request(&format!(r#""body":{{"content":{{"a":{number}}},"contentType":"application/json"}}"#));
        let pact = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}")).value;
        assert!(pact.write(SpecVersion::V4).expect("V4").to_compact().contains(number));
        let json = Json::parse(number.as_bytes()).expect("a number");
        assert_eq!(json, json.clone());
        assert!(json.as_f64().is_some() && json.as_u64().is_none());
        for member in ["status", "pending", "key"] {
            let text = pact_with_member(member, number);
            let _ = Pact::read(text.as_bytes());
        }
        let text = request(&format!(r#""matchingRules":{{"$.body":{{"match":"type","min":{number}}}}}"#));
        let loaded = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert!(loaded.warnings.iter().all(|warning| warning.to_string().len() < 1_000));
    }
}

fn pact_with_member(name: &str, value: &str) -> String {
    pact(&format!(r#"[{{"type":"Synchronous/HTTP","{name}":{value},"response":{{"{name}":{value}}}}}]"#))
}

#[test]
fn repeated_members_and_lone_surrogates_are_decided_the_same_way_everywhere() {
    let same = r#""a":1,"#.repeat(50_000);
    let text = request(&format!(r#""x-unknown":{{{same}"a":2}},"body":{{"content":{{{same}"a":2}}}}"#));
    let pact = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}")).value;
    let written = pact.write(SpecVersion::V4).expect("V4").to_compact();
    assert!(written.contains(r#""content":{"a":2}"#) && written.contains(r#""x-unknown":{"a":2}"#));
    for member in [r#""path":"\udc00""#, r#""headers":{"\ud800":"x"}"#, r#""body":{"content":"\ud83d\u0041"}"#] {
        let error = Pact::read(request(member).as_bytes()).expect_err("a lone surrogate").to_string();
        assert!(error.contains("lone leading surrogate"), "{error}");
    }
    let paired = Pact::read(request(r#""path":"/\ud83d\ude00""#).as_bytes()).expect("a pair").value;
    assert_eq!(paired.interactions[0].as_http().expect("HTTP").0.path, "/😀");
}

#[test]
fn many_interactions_that_cannot_be_told_apart_are_sorted_in_a_moment() {
    let list: Vec<String> = (0..20_000)
        .map(|at| {
            format!(r#"{{"type":"Synchronous/HTTP","description":"same","request":{{"path":"/{}"}}}}"#, 20_000 - at)
        })
        .collect();
    let text = pact(&format!("[{}]", list.join(",")));
    let pact = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}")).value;
    let written = pact.write(SpecVersion::V4).expect("V4").to_compact();
    let again = Pact::read(written.as_bytes()).expect("a pact").value;
    assert_eq!((again.interactions.len(), again.write(SpecVersion::V4).expect("V4").to_compact()), (20_000, written));
}

#[test]
#[ignore = "long: run by cargo xtask soak"]
fn documents_of_a_hundred_megabytes_are_read_and_written() {
    on_a_small_stack(|| {
        let item = r#"{"id":12345678901234567890123,"name":"a name that is long enough","tags":["a","b",null,1.50]},"#;
        let items = item.repeat(100_000_000 / item.len());
        let body =
            format!(r#""body":{{"content":[{}],"contentType":"application/json"}}"#, items.trim_end_matches(','));
        drop(items);
        for member in
            [body, format!(r#""body":{{"content":"{}","contentType":"text/plain"}}"#, "x".repeat(100_000_000))]
        {
            let text = request(&member);
            drop(member);
            let pact = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}")).value;
            let written = pact.write(SpecVersion::V4).expect("V4").to_compact();
            assert!(written.len() > 99_000_000);
            let again = Pact::read(written.as_bytes()).unwrap_or_else(|error| panic!("{error}")).value;
            // Nobody wants to see the difference of these.
            assert!(again == pact);
        }
    });
}

#[test]
#[ignore = "long: run by cargo xtask soak"]
fn a_hundred_thousand_of_anything_is_read_and_written() {
    const MANY: usize = 100_000;
    let list = |item: &dyn Fn(usize) -> String| (0..MANY).map(item).collect::<Vec<_>>().join(",");
    for text in [
        pact(&format!("[{}]", list(&|at| format!(r#"{{"type":"Synchronous/HTTP","description":"{at}"}}"#)))),
        pact(&format!("[{}]", list(&|_| r#"{"type":"Smoke/Signals","description":"same"}"#.to_owned()))),
        request(&format!(
            r#""matchingRules":{{"body":{{{}}}}}"#,
            list(&|at| format!(r#""$.a[{at}].b":{{"matchers":[{{"match":"regex","regex":"{at}"}}]}}"#))
        )),
        request(&format!(
            r#""matchingRules":{{"body":{{"$":{{"matchers":[{}]}}}}}}"#,
            list(&|at| format!(r#"{{"match":"regex","regex":"{at}"}}"#))
        )),
        request(&format!(
            r#""matchingRules":{{{}}}"#,
            list(&|at| format!(r#""$.query.q{at}[0]":{{"match":"regex","regex":"{at}"}}"#))
        )),
        request(&format!(r#""generators":{{"body":{{{}}}}}"#, list(&|at| format!(r#""$.a{at}":{{"type":"Uuid"}}"#)))),
        request(&format!(r#""query":"{}""#, list(&|at| format!("q{at}=1")).replace(',', "&"))),
    ]
    .iter()
    .chain(&unknown_things(MANY))
    {
        there_and_back(text);
        let pact = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}")).value;
        let mut merged = pact.clone();
        assert!(merged.merge_pact(&pact).is_ok());
        assert!(pact.conflicts(&merged).is_empty());
    }
}
