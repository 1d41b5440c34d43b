use proptest::prelude::*;

use super::*;

fn check(text: &str) -> CheckedJson<'_> {
    CheckedJson::check(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The compact text, made of the smallest parts.
fn by_parts(text: JsonText<'_>) -> String {
    if let Some(items) = text.items() {
        return format!("[{}]", items.map(by_parts).collect::<Vec<_>>().join(","));
    }
    match text.members() {
        Some(members) => {
            let members = members.iter().map(|(name, value)| format!("{}:{}", Json::from(name), by_parts(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        None => text.read().to_compact(),
    }
}

#[test]
fn parts_are_the_same_as_those_of_the_tree() {
    for text in [
        " { } ",
        "[]",
        "[ [ ] , { } ]",
        r#"{"a" : [1 , -2.50e3,"x\"]}\\",null ], "b":{"c":true}  , "a":false}"#,
        "\u{feff}[\"\\u00e9\\/\",\r\n\"}\"\t]",
        "\"only a string\"",
        " 12 ",
    ] {
        assert_eq!(by_parts(check(text).root()), Json::parse(text.as_bytes()).unwrap().to_compact(), "{text}");
    }
}

#[test]
fn faults_are_told_as_by_the_reader_of_trees() {
    for text in ["", "{", "[1,]", "{\"a\" 1}", "[\"\\x\"]", "01", "\"a", "[1] 2", "nul", "[\"\u{1}\"]"] {
        assert_eq!(CheckedJson::check(text.as_bytes()).map(|_| ()), Json::parse(text.as_bytes()).map(|_| ()), "{text}");
    }
    assert!(CheckedJson::check(b"\"\xff\"").is_err());
    assert!(CheckedJson::check("[".repeat(300).as_bytes()).is_err());
}

#[test]
fn a_large_document_has_the_compact_text_of_its_tree() {
    let long = "é\\n".repeat(10_000);
    let many = (0..30_000).map(|at| format!(r#"{{ "id" : {at}, "id": "{at}" }}"#)).collect::<Vec<_>>().join(" ,\n");
    let deep = format!("{}[{many}]{}", "[ ".repeat(40), " ]".repeat(40));
    let text = format!(r#"{{ "a": [ {many} ], "b": "{long}", "c": {deep}, "a": [ {many}, 1.0 ], "b": null }}"#);
    assert_eq!(check(&text).root().to_compact(), Json::parse(text.as_bytes()).unwrap().to_compact());
}

proptest! {
    #[test]
    fn any_text_is_walked_as_its_tree_is(text in r#"[\[\]{}:,"\\a1 ]{0,24}"#) {
        let tree = Json::parse(text.as_bytes());
        let checked = CheckedJson::check(text.as_bytes());
        prop_assert_eq!(tree.as_ref().err(), checked.as_ref().err());
        if let (Ok(tree), Ok(checked)) = (tree, checked) {
            prop_assert_eq!(by_parts(checked.root()), tree.to_compact());
        }
    }
}
