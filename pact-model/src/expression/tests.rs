use proptest::prelude::*;

use super::*;
use crate::write;

/// Rules, example and generator of a definition in one line.
fn shown(text: &str) -> String {
    let definition = Definition::parse(text).unwrap_or_else(|error| panic!("{error}")).value;
    let rules: Vec<String> = definition.rules.iter().map(|rule| write::matching_rule(rule).to_compact()).collect();
    let mut line = rules.join(" ");
    if let Some(example) = &definition.example {
        line = format!("{line} = {example}");
    }
    if let Some(generator) = &definition.generator {
        line = format!("{line} <- {}", write::generator(generator));
    }
    for (name, reference) in [("like", &definition.like), ("each like", &definition.each_like)] {
        if let Some(reference) = reference {
            line = format!("{line} {name} {reference}");
        }
    }
    format!("{:?}: {line}", definition.value_type)
}

fn error(text: &str) -> String {
    let error = Definition::parse(text).expect_err(text);
    format!("{}: expected {}, found {}", error.at, error.expected, error.found)
}

#[test]
fn every_expression_is_read() {
    for (text, expected) in [
        ("matching(equalTo, 'v')", r#"String: {"match":"equality"} = "v""#),
        ("matching(type, 'Name')", r#"String: {"match":"type"} = "Name""#),
        ("matching(type,true)", r#"Boolean: {"match":"type"} = true"#),
        ("matching(type, null)", r#"Unknown: {"match":"type"} = null"#),
        ("matching(type, -1.50)", r#"Decimal: {"match":"type"} = -1.50"#),
        ("matching(number, 100.09)", r#"Number: {"match":"number"} = 100.09"#),
        ("matching(number, 100)", r#"Number: {"match":"number"} = 100"#),
        ("matching(integer, -100)", r#"Integer: {"match":"integer"} = -100"#),
        ("matching(decimal, 100.01)", r#"Decimal: {"match":"decimal"} = 100.01"#),
        ("matching(decimal, 100)", r#"Decimal: {"match":"decimal"} = 100"#),
        (
            "matching(datetime, 'yyyy HH', '2000 01')",
            r#"String: {"format":"yyyy HH","match":"datetime"} = "2000 01" <- {"format":"yyyy HH","type":"DateTime"}"#,
        ),
        (
            "matching(date, 'yyyy', '2000')",
            r#"String: {"format":"yyyy","match":"date"} = "2000" <- {"format":"yyyy","type":"Date"}"#,
        ),
        (
            "matching(time, 'HH', '22')",
            r#"String: {"format":"HH","match":"time"} = "22" <- {"format":"HH","type":"Time"}"#,
        ),
        (r"matching(regex, '\d+', '42')", r#"String: {"match":"regex","regex":"\\d+"} = "42""#),
        ("matching(include, 'x')", r#"String: {"match":"include","value":"x"} = "x""#),
        ("matching(boolean, true)", r#"Boolean: {"match":"boolean"} = true"#),
        ("matching(semver, '1.0.0')", r#"String: {"match":"semver"} = "1.0.0""#),
        (
            "matching(contentType, 'application/xml', '<a/>')",
            r#"Unknown: {"match":"contentType","value":"application/xml"} = "<a/>""#,
        ),
        ("matching($'name')", r#"Unknown: {"match":"type"} like name"#),
        ("matching(creditcard, 'visa', '4111')", r#"String: {"match":"creditcard","value":"visa"} = "4111""#),
        ("matching(credit-card, 7)", r#"Integer: {"match":"credit-card"} = 7"#),
        ("notEmpty('test')", r#"String: {"match":"notEmpty"} = "test""#),
        (
            "eachKey(matching(regex, 'a+', 'aa'))",
            r#"Unknown: {"match":"eachKey","rules":[{"match":"regex","regex":"a+"}],"value":"aa"}"#,
        ),
        (
            "eachValue(matching(number, 23))",
            r#"Unknown: {"match":"eachValue","rules":[{"match":"number"}],"value":23}"#,
        ),
        (
            "eachValue(matching($'person'))",
            r#"Unknown: {"match":"eachValue","rules":[{"match":"type"}]} each like person"#,
        ),
        (
            "eachValue(eachValue(notEmpty('x')))",
            r#"Unknown: {"match":"eachValue","rules":[{"match":"eachValue","rules":[{"match":"notEmpty"}],"value":"x"}]}"#,
        ),
        (
            "arrayContains(matching(type, 'a'), matching(integer, 1))",
            r#"Unknown: {"match":"arrayContains","variants":[{"index":0,"rules":{"$":{"combine":"AND","matchers":[{"match":"type"}]}}},{"index":1,"rules":{"$":{"combine":"AND","matchers":[{"match":"integer"}]}}}]} = ["a",1]"#,
        ),
        ("atLeast(2)", r#"Unknown: {"match":"type","min":2}"#),
        ("atMost(0)", r#"Unknown: {"match":"type","max":0}"#),
        (
            " atLeast ( 1 ) ,\n atMost(9), notEmpty( 'x' ) ",
            r#"String: {"match":"type","min":1} {"match":"type","max":9} {"match":"notEmpty"} = "x""#,
        ),
        (
            "matching(type, fromProviderState('${id}', 'x'))",
            r#"String: {"match":"type"} = "x" <- {"dataType":"STRING","expression":"${id}","type":"ProviderState"}"#,
        ),
        (
            "matching(integer, fromProviderState('${id}', 7))",
            r#"Integer: {"match":"integer"} = 7 <- {"dataType":"INTEGER","expression":"${id}","type":"ProviderState"}"#,
        ),
        (
            "matching(number, fromProviderState('id', 7))",
            r#"Number: {"match":"number"} = 7 <- {"dataType":"DECIMAL","expression":"id","type":"ProviderState"}"#,
        ),
        (
            "matching(boolean, fromProviderState('b', true))",
            r#"Boolean: {"match":"boolean"} = true <- {"dataType":"BOOLEAN","expression":"b","type":"ProviderState"}"#,
        ),
        (
            "notEmpty(fromProviderState('n', null))",
            r#"Unknown: {"match":"notEmpty"} = null <- {"dataType":"RAW","expression":"n","type":"ProviderState"}"#,
        ),
        (
            "matching(date, 'yyyy', fromProviderState('d', '2000'))",
            r#"String: {"format":"yyyy","match":"date"} = "2000" <- {"dataType":"STRING","expression":"d","type":"ProviderState"}"#,
        ),
    ] {
        assert_eq!(shown(text), expected, "{text}");
        assert!(is_definition(text), "{text}");
    }
}

/// For each line of the grammar, texts that it allows and texts that it does not.
#[test]
fn each_line_of_the_grammar_accepts_and_refuses() {
    let state = |example: &str| format!("fromProviderState('${{x}}', {example})");
    let (text, integer, decimal, truth) = (state("'a'"), state("1"), state("1.5"), state("true"));
    for (line, accepted, refused) in [
        (
            "definition",
            &["atLeast(1)", "atLeast(1),atMost(2)"][..],
            &["", ",atLeast(1)", "atLeast(1) atMost(2)", "atLeast(1),,atMost(2)"][..],
        ),
        (
            "matching",
            &["matching(type, 'a')", " matching ( type , 'a' ) "],
            &["matching", "matching()", "matching(type 'a')", "matching(type, 'a'", "Matching(type, 'a')"],
        ),
        (
            "notEmpty",
            &["notEmpty('a')", "notEmpty(1)", "notEmpty(true)", &format!("notEmpty({text})")],
            &["notEmpty()", "notEmpty(a)", "notEmpty('a', 'b')"],
        ),
        (
            "eachKey",
            &["eachKey(notEmpty('a'))"],
            &["eachKey()", "eachKey('a')", "eachKey(notEmpty('a'), notEmpty('b'))"],
        ),
        (
            "eachValue",
            &["eachValue(matching(integer, 1))", "eachValue(matching($'a'))"],
            &["eachValue()", "eachValue(integer)", "eachValue(eachValue(matching($'a')))"],
        ),
        (
            "arrayContains",
            &["arrayContains(notEmpty('a'))", "arrayContains(notEmpty('a'), eachKey(notEmpty('b')))"],
            &["arrayContains()", "arrayContains('a')", "arrayContains(notEmpty('a'),)"],
        ),
        (
            "atLeast",
            &["atLeast(0)", "atLeast( 12 )"],
            &["atLeast()", "atLeast(1.5)", "atLeast('1')", "atLeast(-1)", "atLeast(1, 2)"],
        ),
        ("atMost", &["atMost(3)"], &["atMost()", "atMost(x)", "atMost(1e3)"]),
        (
            "equalTo",
            &["matching(equalTo, 'a')", "matching(equalTo, 1.50)", &format!("matching(equalTo, {text})")],
            &["matching(equalTo)", "matching(equalTo, a)", "matching(equalTo, 'a', 'b')"],
        ),
        (
            "type",
            &["matching(type, null)", &format!("matching(type, {integer})")],
            &["matching(type)", "matching(type, )", "matching(type, [1])"],
        ),
        (
            "number",
            &["matching(number, 1)", "matching(number, -1.5)", &format!("matching(number, {decimal})")],
            &[
                "matching(number)",
                "matching(number, '1')",
                "matching(number, true)",
                &format!("matching(number, {text})"),
            ],
        ),
        (
            "integer",
            &["matching(integer, 1)", &format!("matching(integer, {integer})")],
            &["matching(integer, 1.5)", "matching(integer, '1')", &format!("matching(integer, {decimal})")],
        ),
        (
            "decimal",
            &["matching(decimal, 1.5)", "matching(decimal, 1)", &format!("matching(decimal, {decimal})")],
            &["matching(decimal, '1.5')", "matching(decimal, 1.)", &format!("matching(decimal, {truth})")],
        ),
        (
            "datetime",
            &["matching(datetime, 'yyyy', '2000')", &format!("matching(datetime, 'yyyy', {text})")],
            &["matching(datetime, 'yyyy')", "matching(datetime, yyyy, '2000')", "matching(datetime, 'yyyy', 2000)"],
        ),
        (
            "date",
            &["matching(date, 'yyyy', '2000')", &format!("matching(date, 'yyyy', {text})")],
            &["matching(date)", "matching(date, '2000')", &format!("matching(date, 'yyyy', {integer})")],
        ),
        (
            "time",
            &["matching(time, 'HH', '10')", &format!("matching(time, 'HH', {text})")],
            &["matching(time, 'HH',)", "matching(time, 'HH' '10')", "matching(time, 'HH', null)"],
        ),
        (
            "regex",
            &[r"matching(regex, '\d', '1')", &format!(r"matching(regex, '\d', {text})")],
            &["matching(regex, 'a')", "matching(regex, /a/, 'a')", "matching(regex, 'a', 1)"],
        ),
        (
            "include",
            &["matching(include, 'a')"],
            &[
                "matching(include)",
                "matching(include, 1)",
                "matching(include, 'a', 'b')",
                &format!("matching(include, {text})"),
            ],
        ),
        (
            "boolean",
            &["matching(boolean, true)", "matching(boolean, false)", &format!("matching(boolean, {truth})")],
            &["matching(boolean, 'true')", "matching(boolean, null)", &format!("matching(boolean, {text})")],
        ),
        (
            "semver",
            &["matching(semver, '1.0.0-rc.1')"],
            &["matching(semver)", "matching(semver, 1.0)", "matching(semver, '1.0')"],
        ),
        (
            "contentType",
            &["matching(contentType, 'a/b', 'x')"],
            &["matching(contentType, 'a/b')", "matching(contentType, 'a/b', 1)", "matching(contentType, a/b, 'x')"],
        ),
        (
            "plugin",
            &["matching(jwt, 'a')", "matching(jwt, 'config', 'a')", "matching(jwt, 1, true)"],
            &["matching(jwt)", "matching(jwt, 'a', 'b', 'c')", "matching(jwt, a)"],
        ),
        (
            "reference",
            &["matching($'a')", "matching( $ 'a' )"],
            &["matching($)", "matching($a)", "matching($'a', 'b')", "matching('a')"],
        ),
        (
            "primitive",
            &["notEmpty(null)", "notEmpty(-0.5e3)", "notEmpty(false)"],
            &["notEmpty(nil)", "notEmpty(.5)", "notEmpty(\"a\")", "notEmpty(-)"],
        ),
        (
            "fromProviderState",
            &["notEmpty(fromProviderState('a', null))"],
            &[
                "notEmpty(fromProviderState('a'))",
                "notEmpty(fromProviderState(a, 'b'))",
                "notEmpty(fromProviderState('a', 'b', 'c'))",
                "notEmpty(fromProviderState('a', fromProviderState('b', 'c')))",
                "fromProviderState('a', 'b')",
            ],
        ),
        (
            "string",
            &["notEmpty('')", r"notEmpty('\'\\\u{1f600}')", "notEmpty('a\nb')"],
            &["notEmpty('a)", r"notEmpty('a\')", r"notEmpty('\u12')", r"notEmpty('\u{}')", r"notEmpty('\u{110000}')"],
        ),
    ] {
        for text in accepted {
            assert!(Definition::parse(text).is_ok(), "{line}: {:?}", Definition::parse(text));
        }
        for text in refused {
            assert!(Definition::parse(text).is_err(), "{line}: {text} is {:?}", Definition::parse(text));
        }
    }
}

#[test]
fn strings_have_escapes_and_unknown_ones_stay() {
    for (text, expected) in [
        (r"'it\'s'", "it's"),
        (r"'a\\b'", r"a\b"),
        (r"'\b\f\n\r\t'", "\u{8}\u{c}\n\r\t"),
        (r"'\u00e9\u{1F600}'", "é😀"),
        (r"'\d\w\q\é'", r"\d\w\q\é"),
        ("'ö, (x)'", "ö, (x)"),
        ("''", ""),
    ] {
        let definition = Definition::parse(&format!("notEmpty({text})")).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(definition.value.example, Some(expected.into()), "{text}");
    }
}

#[test]
fn faults_are_named_with_their_place() {
    const FUNCTIONS: &str = "`matching`, `notEmpty`, `eachKey`, `eachValue`, `arrayContains`, `atLeast` or `atMost`";
    for (text, expected) in [
        ("", format!("1: expected {FUNCTIONS}, found the end")),
        ("type", format!("1: expected {FUNCTIONS}, found `type`")),
        ("atLeast(1),", format!("12: expected {FUNCTIONS}, found the end")),
        ("matching", "9: expected `(`, found the end".to_owned()),
        ("matching(", "10: expected the name of a matching rule or `$`, found the end".to_owned()),
        ("matching($name)", "11: expected the name of an attribute in single quotes, found `name)`".to_owned()),
        ("matching(type)", "14: expected `,`, found `)`".to_owned()),
        ("matching(integer, 1.0)", "19: expected an integer, found `1.0)`".to_owned()),
        ("matching(decimal, 'x')", "19: expected a number, found `'x')`".to_owned()),
        ("matching(boolean, 1)", "19: expected `true` or `false`, found `1)`".to_owned()),
        ("matching(date, 'yyyy')", "22: expected `,`, found `)`".to_owned()),
        ("matching(regex, 1, '1')", "17: expected a regular expression in single quotes, found `1, '1')`".to_owned()),
        ("matching(regex, 'ö', 1)", "22: expected an example in single quotes, found `1)`".to_owned()),
        ("matching(semver, 'v1')", "18: expected a semantic version in single quotes, found `'v1')`".to_owned()),
        ("matching(type, 'x", "18: expected a closing `'`, found the end".to_owned()),
        (
            r"notEmpty('\ud800')",
            "12: expected a character's number, as in `u00e9` or `u{1F600}`, found `ud800')`".to_owned(),
        ),
        ("notEmpty('x') y", "15: expected `,` or the end, found `y`".to_owned()),
        ("atLeast(-1)", "9: expected a length, found `-1)`".to_owned()),
        ("atMost(99999999999999999999999)", "8: expected a length, found `99999999999999999999`".to_owned()),
        ("matching(number, 007)", "18: expected a number, found `007)`".to_owned()),
        (
            "arrayContains(matching($'a'))",
            "15: expected an expression without reference, found `matching($'a'))`".to_owned(),
        ),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
    insta::assert_snapshot!(
        Definition::parse("matching(integer, 'many')").expect_err("no integer"),
        @"`matching(integer, 'many')` is no matching definition: expected an integer at character 19, found `'many')`"
    );
}

#[test]
fn what_several_expressions_cannot_all_say_is_warned_about() {
    let loaded = Definition::parse("matching(type, 'a'), matching(regex, 'b', 'b')").expect("a definition");
    assert_eq!(
        loaded.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["character 22: a second example for the same value, ignored"]
    );
    assert_eq!((loaded.value.example, loaded.value.rules.len()), (Some("a".into()), 2));
    assert!(Definition::parse("matching(type, 'a'), notEmpty('a')").expect("a definition").warnings.is_empty());
}

#[test]
fn names_of_rules_are_no_definitions() {
    for text in ["notEmpty", "eachKey", "matchingX('a')", "regex", "", "(", "'matching('"] {
        assert!(!is_definition(text), "{text}");
    }
}

#[test]
fn hostile_expressions_are_refused_in_a_moment() {
    let deep = format!("{}notEmpty('x'){}", "eachValue(".repeat(100_000), ")".repeat(100_000));
    assert!(error(&deep).contains("nest less than 32 deep"));
    let long = Definition::parse(&vec!["notEmpty('x')"; 20_000].join(",")).expect("a definition");
    assert_eq!(long.value.rules.len(), 20_000);
    let text = format!("matching(type, '{}", "x".repeat(1_000_000));
    assert!(Definition::parse(&text).expect_err("no end").to_string().len() < 1_000);
}

proptest! {
    #[test]
    fn any_text_is_a_definition_or_an_error(text in "(matching|eachKey|atLeast|notEmpty|[a-z(),$'\\\\ 0-9.{}u]|.){0,12}") {
        let _ = is_definition(&text);
        if let Err(error) = Definition::parse(&text) {
            prop_assert!((1..=text.chars().count() + 1).contains(&error.at));
        }
    }

    #[test]
    fn any_string_can_be_quoted(text in ".{0,12}") {
        let quoted = text.replace('\\', "\\\\").replace('\'', "\\'");
        let definition = Definition::parse(&format!("notEmpty('{quoted}')"));
        prop_assert_eq!(definition.map(|loaded| loaded.value.example), Ok(Some(Json::from(text))));
    }
}
