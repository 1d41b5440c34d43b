//! Which rule or generator is for which part.

use super::*;

#[test]
fn flat_rules_go_to_their_categories() {
    for (key, category, name) in [
        ("$.path", "path", ""),
        ("$.method", "method", ""),
        ("$.status", "status", ""),
        ("$['path']", "path", ""),
        ("$.body", "body", "$"),
        ("$.body.items[*].sku", "body", "$.items[*].sku"),
        ("$['body']['a']", "body", "$['a']"),
        ("$.body[0]", "body", "$[0]"),
        ("$.query.page", "query", "page"),
        ("$.query.page[0]", "query", "page"),
        ("$.query.page[*]", "query", "page"),
        ("$.query.ids[]", "query", "ids[]"),
        ("$.query.ids[][0]", "query", "ids[]"),
        ("$.query['a b']", "query", "a b"),
        ("$.query.filter.name", "query", "filter.name"),
        ("$.headers.X-Trace[0]", "header", "X-Trace"),
        ("$.header.X-Trace", "header", "X-Trace"),
        ("$.headers['X-B']", "header", "X-B"),
        ("$['headers']['X-B'][0]", "header", "X-B"),
        ("$.metadata.topic", "metadata", "$.topic"),
    ] {
        let loaded = rules(&format!(r#"{{ {}: {{ "match": "type" }} }}"#, Json::from(key)));
        let expected = RuleList::of(MatchingRule::Type { min: None, max: None });
        let rules = loaded.value;
        let found = match category {
            "path" => Some(&rules.path),
            "method" => Some(&rules.method),
            "status" => Some(&rules.status),
            "query" => rules.query.get(name),
            "header" => rules.header.get(name),
            "metadata" => rules.metadata.get(name),
            _ => rules.body.get(name),
        };
        assert_eq!(found, Some(&expected), "{key}: {rules:?}");
        assert!(loaded.warnings.is_empty(), "{key}: {:?}", loaded.warnings);
    }
    for key in ["$", "$.bodyguard", "$.query", "$..", "$[", "$['body'", "$.headers[0]"] {
        let loaded = rules(&format!(r#"{{ {}: {{ "match": "type" }} }}"#, Json::from(key)));
        assert!(loaded.value.is_empty(), "{key}");
        assert_eq!(loaded.warnings.len(), 1, "{key}");
    }
}

#[test]
fn categories_are_read_in_every_spelling() {
    let list = RuleList::of(MatchingRule::Integer);
    let matchers = r#"{ "matchers": [{ "match": "integer" }] }"#;
    for part in ["status", "path", "method"] {
        for form in [
            matchers.to_owned(),
            format!(r#"{{ "": {matchers} }}"#),
            format!(r#"{{ "$": {matchers} }}"#),
            format!(r#"{{ "$.{part}": {matchers} }}"#),
        ] {
            let rules = rules(&format!(r#"{{ "{part}": {form} }}"#)).value;
            let found = match part {
                "status" => &rules.status,
                "path" => &rules.path,
                _ => &rules.method,
            };
            assert_eq!(found, &list, "{form}");
        }
    }
    for category in ["body", "content", "contents", "BODY"] {
        let text = format!(r#"{{ "{category}": {{ "$.a": {matchers}, "data.*": {matchers}, "": {matchers} }} }}"#);
        assert_eq!(rules(&text).value.body.len(), 3, "{category}");
    }
    for (key, name) in [
        ("X-A", "X-A"),
        ("$.X-A", "X-A"),
        ("$['X-A']", "X-A"),
        ("$.X-A[*]", "X-A"),
        // Which of several values is meant is for the matching to say.
        ("$.X-A[0]", "$.X-A[0]"),
        ("a.b[]", "a.b[]"),
        ("$odd", "$odd"),
    ] {
        let text = format!(r#"{{ "headers": {{ "{key}": {matchers} }} }}"#);
        assert_eq!(rules(&text).value.header.keys().collect::<Vec<_>>(), [name]);
    }
    let rules = rules(&format!(
        r#"{{ "query": {{ "$.q": {matchers}, "ids[]": {matchers} }}, "metadata": {{ "contentType": {matchers} }} }}"#
    ))
    .value;
    assert_eq!(rules.query.keys().collect::<Vec<_>>(), ["$.q", "ids[]"]);
    assert!(rules.metadata.contains_key("contentType"));
}

#[test]
fn empty_rules_are_no_rules() {
    for text in [
        "{}",
        "[]",
        "null",
        r#"{ "header": {}, "status": {}, "path": {}, "body": { "$": { "matchers": [] }, "$.a": { "combine": "AND" } } }"#,
    ] {
        let loaded = rules(text);
        assert!(loaded.value.is_empty() && loaded.warnings.is_empty(), "{text}: {loaded:?}");
    }
    assert!(matching_rules(&json("3")).is_err());
}

#[test]
fn rule_lists_are_read_in_every_form() {
    let rules = rules(
        r#"{ "body": {
            "$.or": { "combine": "or", "matchers": [{ "match": "null" }, { "match": "type" }] },
            "$.and": { "combine": "nonsense", "matchers": [{ "match": "null" }] },
            "$.bare": { "match": "null" },
            "$.list": [{ "match": "null" }, { "match": "number" }]
        } }"#,
    )
    .value;
    assert_eq!((rules.body["$.or"].combine, rules.body["$.or"].rules.len()), (Combine::Or, 2));
    assert_eq!(rules.body["$.and"], RuleList::of(MatchingRule::Null));
    assert_eq!(rules.body["$.bare"], RuleList::of(MatchingRule::Null));
    assert_eq!(rules.body["$.list"].rules, [MatchingRule::Null, MatchingRule::Number]);
}

#[test]
fn keys_that_are_no_paths_are_kept_with_a_warning() {
    let loaded = rules(r#"{ "body": { "$.a[": { "matchers": [{ "match": "type" }] } } }"#);
    assert!(loaded.value.body.contains_key("$.a["));
    assert_eq!(
        loaded.warnings[0].to_string(),
        "$.body['$.a[']: expected `*`, a quoted name or an index; kept, but comparing this part will fail"
    );
}

#[test]
fn generators_are_read_by_category() {
    let loaded = generators(&json(
        r#"{ "path": { "type": "Uuid" }, "status": { "": { "type": "RandomInt" } }, "method": {}, "headers": { "X": { "type": "Uuid", "format": "simple" } },
             "query": [], "body": { "$.a": { "type": "Odd", "x": 1 }, "$.b": "no" }, "metadata": { "k": { "type": "Uuid" } }, "soul": {} }"#,
    ))
    .expect("generators");
    let generators = loaded.value;
    assert_eq!(generators.header["X"].text("format"), Some("simple"));
    assert_eq!(
        (generators.path.map(|own| own.kind).as_deref(), generators.status.map(|own| own.kind).as_deref()),
        (Some("Uuid"), Some("RandomInt"))
    );
    assert_eq!((generators.method, generators.body.len(), generators.metadata.len()), (None, 1, 1));
    let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "$.body['$.b']: a generator is an object with a `type`, found the string \"no\"; kept, but not used",
            "$.soul: unknown category of generators: kept, but not used",
        ]
    );
}
