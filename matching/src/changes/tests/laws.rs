//! What holds for all contracts: "not breaking" is held to the matcher itself.

use proptest::prelude::*;

use super::*;

/// Every contract in use, in every version that can say all of it, and in another order, is the same contract.
#[test]
fn versions_and_order_say_nothing_about_contracts_in_use() {
    let dir = std::env::var_os("INTACT_REAL_PACTS_DIR").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/real-pacts"),
        std::path::PathBuf::from,
    );
    for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let pact = Pact::read(&std::fs::read(&path).expect("a file")).expect("a pact").value;
        let show = |changes: Vec<Change>| changes.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(show(between(&pact, &pact)), [""; 0], "{}", path.display());
        for version in SpecVersion::ALL {
            let Ok(converted) = pact.convert(version) else { continue };
            let written = converted.write(version).expect("what can be converted can be written");
            let mut again = Pact::from_json(&written).expect("what was written can be read").value;
            again.interactions.reverse();
            assert_eq!(show(between(&pact, &again)), [""; 0], "{} as {version}", path.display());
            assert_eq!(show(between(&again, &pact)), [""; 0], "{} as {version}", path.display());
        }
    }
}

fn body() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("1".to_owned()),
        Just("2.5".to_owned()),
        Just("\"x\"".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned())
    ];
    scalar.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::btree_map("[abc]", inner, 0..3).prop_map(|members| {
                let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

fn rules() -> impl Strategy<Value = String> {
    let rule = prop_oneof![
        Just(r#"{"match":"type"}"#),
        Just(r#"{"match":"type","min":1}"#),
        Just(r#"{"match":"integer"}"#),
        Just(r#"{"match":"number"}"#),
        Just(r#"{"match":"regex","regex":"x|1"}"#),
        Just(r#"{"match":"notEmpty"}"#),
        Just(r#"{"match":"equality"}"#),
        Just(r#"{"match":"values"}"#),
        Just(r#"{"match":"null"}"#),
        Just(r#"{"match":"type","max":1}"#),
        Just(r#"{"match":"eachValue","rules":[{"match":"type"}]}"#),
    ];
    let rules = (any::<bool>(), proptest::collection::vec(rule, 1..3)).prop_map(|(or, rules)| {
        format!(r#""combine":"{}","matchers":[{}]"#, if or { "OR" } else { "AND" }, rules.join(","))
    });
    proptest::collection::btree_map(
        prop_oneof![Just("$"), Just("$.a"), Just("$.*"), Just("$[*]"), Just("$.a[0]")],
        rules,
        0..3,
    )
    .prop_map(|rules| {
        let rules: Vec<String> = rules.iter().map(|(path, rule)| format!(r#""{path}":{{{rule}}}"#)).collect();
        rules.join(",")
    })
}

proptest! {
    // However many cases there are, a third of the pairs has an example that breaks its own rules and is passed over.
    #![proptest_config(ProptestConfig { max_global_rejects: u32::MAX, ..ProptestConfig::default() })]

    #[test]
    fn a_contract_differs_in_nothing_from_itself(body in body(), rules in rules()) {
        let pact = http("", &json(&body, &rules));
        prop_assert_eq!(between(&pact, &pact), []);
    }

    /// What is called harmless is: an answer that the old contract accepts (here: its example) the new one accepts, too.
    #[test]
    fn what_is_not_breaking_breaks_nothing((old, new) in ((body(), rules()), (body(), rules()))) {
        let (before, now) = (http("", &json(&old.0, &old.1)), http("", &json(&new.0, &new.1)));
        let (Some((_, before_response)), Some((_, now_response))) = (before.interactions[0].as_http(), now.interactions[0].as_http()) else {
            panic!("both are HTTP");
        };
        let matcher = |response| crate::ResponseMatcher::compile(response, SpecVersion::V4).expect("rules that nest flatly");
        prop_assume!(matcher(before_response).compare_with(before_response).is_match());
        prop_assume!(matcher(now_response).compare_with(now_response).is_match());
        let changes = between(&before, &now);
        if changes.iter().all(|change| change.class < Class::Breaking) {
            let comparison = matcher(now_response).compare_with(before_response);
            prop_assert!(comparison.is_match(), "{changes:?}\n{:?}", comparison.mismatches());
        }
    }

    /// Nor does a request: what the new consumer sends (here: its example) the old one might have sent, too.
    #[test]
    fn what_is_sent_without_breaking_was_to_be_expected((old, new) in ((body(), rules()), (body(), rules()))) {
        let (before, now) = (http(&json(&old.0, &old.1), ""), http(&json(&new.0, &new.1), ""));
        let (Some((before_request, _)), Some((now_request, _))) = (before.interactions[0].as_http(), now.interactions[0].as_http()) else {
            panic!("both are HTTP");
        };
        let matcher = |request| crate::RequestMatcher::compile(request, SpecVersion::V4).expect("rules that nest flatly");
        prop_assume!(matcher(before_request).compare_with(before_request).is_match());
        prop_assume!(matcher(now_request).compare_with(now_request).is_match());
        let changes = between(&before, &now);
        if changes.iter().all(|change| change.class < Class::Breaking) {
            let comparison = matcher(before_request).compare_with(now_request);
            prop_assert!(comparison.is_match(), "{changes:?}\n{:?}", comparison.mismatches());
        }
    }

    /// Merging adds and changes nothing else.
    #[test]
    fn after_merging_others_there_are_only_additions(own in proptest::collection::btree_set("[a-e]", 0..4), others in proptest::collection::btree_set("[f-j]", 0..4)) {
        let all = |names: &std::collections::BTreeSet<String>| {
            let all: Vec<String> = names.iter().map(|name| format!(r#"{{"type":"Synchronous/HTTP","description":"{name}","request":{{"method":"GET","path":"/{name}"}},"response":{{"status":200}}}}"#)).collect();
            pact(&all.join(","))
        };
        let (before, added) = (all(&own), all(&others));
        let mut merged = before.clone();
        merged.merge_pact(&added).expect("the same contract");
        let changes = between(&before, &merged);
        prop_assert_eq!(changes.len(), others.len());
        prop_assert!(changes.iter().all(|change| change.text.starts_with("is new")));
    }
}
