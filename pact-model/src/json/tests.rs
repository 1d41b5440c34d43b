use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Json<'_> {
    Json::parse(text.as_bytes()).expect("valid JSON")
}

#[test]
fn text_of_numbers_and_order_of_members_survive() {
    let text = r#"{"b":1.10,"a":[12345678901234567890123,-0,1E+2],"é":"\u0001\"\\/"}"#;
    assert_eq!(parse(text).to_compact(), text);
}

#[test]
fn strings_without_escapes_are_borrowed() {
    let text = br#" { "plain" : "text" , "esc\u0061ped":"a\nb" } "#;
    let Json::Object(object) = Json::parse(text).expect("valid JSON") else { panic!("an object") };
    let members: Vec<_> = object.into_iter().collect();
    assert!(matches!(&members[0], (Cow::Borrowed("plain"), Json::String(Cow::Borrowed("text")))));
    assert_eq!(members[1].0, "escaped");
    assert_eq!(members[1].1.as_str(), Some("a\nb"));
}

#[test]
fn a_repeated_name_keeps_its_first_place_and_last_value() {
    assert_eq!(parse(r#"{"a":1,"b":2,"a":3}"#).to_compact(), r#"{"a":3,"b":2}"#);
    let many: Vec<String> = (0..40).map(|at| format!("\"k{}\":{at}", at % 20)).collect();
    let text = format!("{{{}}}", many.join(","));
    let document = parse(&text);
    assert_eq!(document.as_object().map(Object::len), Some(20));
    assert_eq!(document.get("k0").and_then(Json::as_u64), Some(20));
    assert_eq!(document.as_object().and_then(|object| object.names().next()), Some("k0"));
}

#[test]
fn numbers_are_equal_by_value_within_their_kind() {
    for (a, b, equal) in [
        ("1.10", "1.1", true),
        ("1e2", "100.0", true),
        ("1", "1.0", false),
        ("0.0", "-0.0", true),
        ("-1", "1", false),
        ("123456789012345678901", "123456789012345678902", false),
        ("1e400", "1e401", false),
        ("0.001", "1e-3", true),
        ("1e99999999999999999999", "1e99999999999999999999", true),
    ] {
        assert_eq!(parse(a) == parse(b), equal, "{a} and {b}");
    }
}

#[test]
fn members_in_another_order_are_the_same_object() {
    assert_eq!(parse(r#"{"a":1,"b":[null]}"#), parse(r#"{"b":[null],"a":1}"#));
    assert_ne!(parse(r#"{"a":1}"#), parse(r#"{"a":1,"b":2}"#));
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    for text in [
        "",
        "{",
        "[1,]",
        "{\"a\" 1}",
        "01",
        "nul",
        "\"\\ud800\"",
        "NaN",
        "Infinity",
        "-Infinity",
        "-",
        "1.",
        "+1",
        "[1] 2",
        "\"\u{1}\"",
    ] {
        assert!(Json::parse(text.as_bytes()).is_err(), "{text:?}");
    }
    assert!(Json::parse(b"\"\xff\"").is_err());
    let error = Json::parse(b"{\n  \"a\": tru\n}").expect_err("not JSON");
    insta::assert_snapshot!(error, @"expected ident at line 2, column 11");
}

#[test]
fn nesting_beyond_the_limit_is_an_error_and_not_a_crash() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Json::parse(deep(MAX_DEPTH).as_bytes()).is_ok());
    let error = Json::parse(deep(MAX_DEPTH + 1).as_bytes()).expect_err("too deep");
    insta::assert_snapshot!(error, @"arrays and objects nest deeper than 256 levels at line 1, column 257");
    assert!(Json::parse(deep(100_000).as_bytes()).is_err());
    assert!(Json::parse("{\"a\":".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(Json::parse(b"\xef\xbb\xbf[true]").expect("valid JSON"), Json::array([true]));
}

#[test]
fn pretty_text_is_indented_by_two() {
    insta::assert_snapshot!(parse(r#"{"a":[1,{"b":null}],"c":{},"d":[]}"#).to_pretty(), @r#"
    {
      "a": [
        1,
        {
          "b": null
        }
      ],
      "c": {},
      "d": []
    }
    "#);
}

#[test]
fn a_value_takes_four_words() {
    assert_eq!(size_of::<Json<'_>>(), 32);
    assert_eq!(size_of::<Number<'_>>(), 24);
}

#[test]
fn documents_that_borrow_nothing_are_the_same() {
    let text = br#"{"a\n": [1, -12345678901234567890123456789.5e+300], "b": "c"}"#;
    let owned = JsonValue::parse_owned(text).expect("valid JSON");
    assert_eq!(owned, Json::parse(text).expect("valid JSON"));
    assert_eq!(owned.to_compact(), Json::parse(text).expect("valid JSON").into_owned().to_compact());
    assert_eq!(JsonValue::parse_owned(b"[1,"), Json::parse(b"[1,").map(Json::into_owned));
}

#[test]
fn escapes_stand_for_their_characters() {
    for (text, string) in [
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r#""\u0041\u00e9\u20AC\uD83D\uDe00 \u0000""#, "Aé€😀 \0"),
        (r#""eight plain bytes and then \u0022quotes\u0022""#, "eight plain bytes and then \"quotes\""),
        ("\"\u{7f}é\u{80}\u{2028}\"", "\u{7f}é\u{80}\u{2028}"),
    ] {
        assert_eq!(parse(text).as_str(), Some(string), "{text}");
    }
    for text in [
        r#""\uD83D""#,
        r#""\uD83Dx""#,
        r#""\uD83D\u0041""#,
        r#""\uDE00""#,
        r#""\u12g4""#,
        r#""\u12"#,
        r#""\x""#,
        r#""\"#,
    ] {
        assert!(Json::parse(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn special_bytes_are_found_at_every_place_of_a_word() {
    for length in 0..40 {
        let plain = "é".repeat(length / 2) + &"x".repeat(length % 2);
        for (inside, string) in [("", ""), ("\\n", "\n"), ("\\\"", "\"")] {
            let text = format!("[\"{plain}{inside}{plain}\"]");
            let wanted = format!("{plain}{string}{plain}");
            assert_eq!(parse(&text).as_array().and_then(|items| items[0].as_str()), Some(&*wanted), "{text}");
        }
        let control = format!("[\"{plain}\n\"]");
        assert!(Json::parse(control.as_bytes()).is_err(), "{control:?}");
    }
}

#[test]
fn long_arrays_and_objects_keep_everything_in_order() {
    let numbers = Json::array((0..10_000).map(|at| Json::array([at])));
    assert_eq!(parse(&numbers.to_compact()), numbers);
    let members = (0..10_000).map(|at| (format!("k{}", at % 7_000), Json::from(at)));
    let text =
        format!("{{{}}}", members.clone().map(|(name, at)| format!("\"{name}\":{at}")).collect::<Vec<_>>().join(","));
    let document = parse(&text);
    assert_eq!(document, Json::object(members));
    let names: Vec<&str> = document.as_object().expect("an object").names().collect();
    assert!(names.iter().enumerate().all(|(at, name)| *name == format!("k{at}")), "first places");
    assert_eq!((names.len(), document.get("k10").and_then(Json::as_u64)), (7_000, Some(7_010)));
}

#[test]
fn members_are_found_whatever_happens_to_the_object() {
    let mut object = Object::new();
    for at in 0..2_000_u32 {
        object.insert(format!("k{}", at % 1_500), at);
    }
    for at in (0..1_500).step_by(3) {
        assert!(object.remove(&format!("k{at}")).is_some());
    }
    object.sort();
    object.insert("k0", 0);
    for at in 0..1_500_u32 {
        let wanted = (at == 0 || at % 3 != 0).then_some(u64::from(if at < 500 && at > 0 { at + 1_500 } else { at }));
        assert_eq!(object.get(&format!("k{at}")).and_then(Json::as_u64), wanted, "k{at}");
        assert_eq!(object.get_near(at as usize, &format!("k{at}")).and_then(Json::as_u64), wanted, "k{at}");
    }
}

fn documents() -> impl Strategy<Value = JsonValue> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,4})?"
            .prop_map(|text| Json::Number(Number::parse(&text).expect("a number").into_owned())),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 64, 24, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..24).prop_map(Json::Array),
            proptest::collection::vec((any::<String>(), inner), 0..24).prop_map(Json::object),
        ]
    })
}

proptest! {
    #[test]
    fn reading_what_was_printed_gives_the_same_document(document in documents()) {
        let compact = document.to_compact();
        prop_assert_eq!(&Json::parse(compact.as_bytes()).unwrap(), &document);
        prop_assert_eq!(Json::parse(compact.as_bytes()).unwrap().to_compact(), compact);
        let pretty = document.to_pretty();
        prop_assert_eq!(&Json::parse(pretty.as_bytes()).unwrap(), &document);
    }

    #[test]
    fn any_bytes_are_a_document_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Json::parse(&bytes);
    }

    #[test]
    fn reads_what_serde_json_reads(document in documents()) {
        let text = document.to_pretty();
        if let Ok(theirs) = serde_json::from_str::<serde_json::Value>(&text) {
            prop_assert!(is_same(&Json::parse(text.as_bytes()).unwrap(), &theirs), "{}", text);
        }
    }

    #[test]
    fn strings_are_read_as_serde_json_reads_them(text in "\"([a-z\\u{0}-\\u{1f}é€😀\"]|\\\\[\"\\\\/bfnrtu x]|\\\\u[dD][89c-fC-F][0-9a-f]{2}|\\\\u[0-9a-f]{4}){0,12}\"?") {
        let theirs = serde_json::from_str::<String>(&text).ok();
        let ours = Json::parse(text.as_bytes()).ok();
        prop_assert_eq!(ours.as_ref().and_then(Json::as_str), theirs.as_deref());
    }

    #[test]
    fn accepts_what_serde_json_accepts(text in "[\\[\\]{}\",:0-9.eE+\\-a-z\\\\ ]{0,12}") {
        prop_assert_eq!(Json::parse(text.as_bytes()).is_ok(), serde_json::from_str::<serde_json::Value>(&text).is_ok() || overflows(&text), "{}", text);
    }
}

fn is_same(ours: &Json<'_>, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Json::Null, serde_json::Value::Null) => true,
        (Json::Bool(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
        (Json::Number(ours), serde_json::Value::Number(theirs)) => {
            // serde_json may be wrong in the last digit.
            let (ours, theirs) = (ours.as_f64(), theirs.as_f64().unwrap_or(f64::NAN));
            (ours - theirs).abs() <= ours.abs() * 1e-14
        }
        (Json::String(ours), serde_json::Value::String(theirs)) => ours == theirs,
        (Json::Array(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Json::Object(ours), serde_json::Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(name, value)| theirs.get(name).is_some_and(|theirs| is_same(value, theirs)))
        }
        _ => false,
    }
}

/// serde_json refuses numbers beyond f64; they are JSON all the same.
fn overflows(text: &str) -> bool {
    serde_json::from_str::<Box<serde_json::value::RawValue>>(text).is_ok()
}
