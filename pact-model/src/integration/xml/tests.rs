use crate::integration::{http_request, xml_document};
use crate::json::Json;
use crate::write;

fn json(text: &str) -> Json<'_> {
    Json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The text, rules and generators, a line each.
fn shown(text: &str) -> String {
    let document = xml_document(&json(text)).unwrap_or_else(|error| panic!("{text}: {error}")).value;
    let text = document.example.to_text();
    let text = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("a declaration");
    let mut lines = vec![text.to_owned()];
    for (path, list) in &document.rules {
        let rules: Vec<String> = list.rules.iter().map(|rule| write::matching_rule(rule).to_compact()).collect();
        lines.push(format!("{path} {:?} {}", list.combine, rules.join(" ")));
    }
    let generators = document.generators.iter();
    lines.extend(generators.map(|(path, own)| format!("{path} <- {}", write::generator(own).to_compact())));
    lines.join("\n")
}

fn root(element: &str) -> String {
    format!(r#"{{"version": "1.0", "charset": "UTF-8", "root": {element}}}"#)
}

#[test]
fn elements_attributes_and_texts_become_a_document_with_rules() {
    insta::assert_snapshot!(shown(&root(
        r#"{"name": "ns:orders", "attributes": {"xmlns:ns": "urn:shop", "day": "1"}, "children": [
            {"pact:matcher:type": "type", "min": 1, "examples": 2, "value": {"name": "ns:order",
              "attributes": {"id": {"pact:matcher:type": "integer", "value": 7, "pact:generator:type": "RandomInt", "min": 1, "max": 9}},
              "children": [
                {"name": "total", "children": [{"content": "12.50", "matcher": {"pact:matcher:type": "decimal"}}]},
                {"name": "note", "children": [{"content": "a < b & \"c\"", "pact:generator:type": "RandomString", "matcher": {"pact:matcher:type": "type", "size": 5}}]},
                {"name": "paid"}]}},
            {"name": "more", "children": [], "examples": 2}]}"#
    )), @r#"
    <ns:orders xmlns:ns="urn:shop" day="1"><ns:order id="7"><total>12.50</total><note>a &lt; b &amp; &quot;c&quot;</note><paid/></ns:order><ns:order id="7"><total>12.50</total><note>a &lt; b &amp; &quot;c&quot;</note><paid/></ns:order><more/><more/></ns:orders>
    $['ns:orders']['ns:order'] And {"match":"type","min":1}
    $['ns:orders']['ns:order']['@id'] And {"match":"integer"}
    $['ns:orders']['ns:order'].total['#text'] And {"match":"decimal"}
    $['ns:orders']['ns:order'].note['#text'] And {"match":"type"}
    $['ns:orders']['ns:order']['@id'] <- {"max":9,"min":1,"type":"RandomInt"}
    $['ns:orders']['ns:order'].note['#text'] <- {"size":5,"type":"RandomString"}
    "#);
}

#[test]
fn matchers_may_stand_in_one_another_and_siblings_share_a_path() {
    insta::assert_snapshot!(shown(&root(
        r#"{"pact:matcher:type": "type", "value": {"pact:matcher:type": "notEmpty", "value": {"name": "a", "children": [
            {"name": "b", "children": [{"content": 1, "matcher": {"pact:matcher:type": "integer"}}]},
            {"name": "b", "children": [{"content": 2, "matcher": {"pact:matcher:type": "integer"}}]},
            {"name": "b", "children": [{"content": {"pact:matcher:type": "regex", "regex": "\\d", "value": "3"}}]},
            {"name": "c", "children": [{"matcher": {"pact:matcher:combine": "OR", "pact:matcher:type": [
                {"pact:matcher:type": "null"}, {"pact:matcher:type": "matching(date, 'yyyy', '2000')"}]}}]}]}}}"#
    )), @r#"
    <a><b>1</b><b>2</b><b>3</b><c/></a>
    $.a And {"match":"type"} {"match":"notEmpty"}
    $.a.b['#text'] And {"match":"integer"} {"match":"regex","regex":"\\d"}
    $.a.c['#text'] Or {"match":"null"} {"format":"yyyy","match":"date"}
    $.a.c['#text'] <- {"format":"yyyy","type":"Date"}
    "#);
}

#[test]
fn what_is_no_description_is_refused_with_its_place() {
    let error = |text: &str| xml_document(&json(text)).expect_err(text).to_string();
    for (text, expected) in [
        ("[]", "$: an object is needed for a description of XML"),
        ("{}", "$: a description of XML has a `root`"),
        (r#"{"root": {"name": "a"}, "x": 1}"#, "$.x: a description of XML has no member of this name"),
        (r#"{"version": "1.1", "root": {"name": "a"}}"#, "$.version: the version of XML is `1.0`"),
        (r#"{"version": 1, "root": {"name": "a"}}"#, "$.version: a text is needed"),
        (
            r#"{"charset": "latin1", "root": {"name": "a"}}"#,
            "$.charset: bodies are written in UTF-8, in no other charset",
        ),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
    for (element, expected) in [
        ("1", "$.root: an object is needed for an element"),
        ("{}", "$.root.name: a name of XML is needed"),
        (r#"{"name": "1a"}"#, "$.root.name: a name of XML is needed"),
        (r#"{"name": "a b"}"#, "$.root.name: a name of XML is needed"),
        (r#"{"name": "a:b:c"}"#, "$.root.name: a name of XML is needed"),
        (r#"{"name": "a", "child": []}"#, "$.root.child: an element has no member of this name"),
        (r#"{"name": "a", "children": {}}"#, "$.root.children: the children are a list"),
        (r#"{"name": "a", "children": ["x"]}"#, "$.root.children[0]: an object is needed for an element"),
        (r#"{"name": "a", "examples": 2}"#, "$.root: there is one root"),
        (
            r#"{"name": "a", "children": [{"name": "b", "examples": 0}]}"#,
            "$.root.children[0].examples: a number of at least 1 is needed",
        ),
        (
            r#"{"name": "a", "attributes": []}"#,
            "$.root.attributes: an object is needed for the attributes of an element",
        ),
        (r#"{"name": "a", "attributes": {"<": "1"}}"#, "$.root.attributes['<']: a name of XML is needed"),
        (r#"{"name": "a", "attributes": {"b": [1]}}"#, "$.root.attributes.b: a text is needed"),
        (
            r#"{"name": "a", "children": [{"content": "\u0001"}]}"#,
            "$.root.children[0].content: XML cannot hold the character '\\u{1}'",
        ),
        (
            r#"{"name": "a", "children": [{"content": "x", "matcher": {}, "x": 1}]}"#,
            "$.root.children[0].x: a text has no member of this name",
        ),
        (
            r#"{"name": "a", "children": [{"content": "x", "matcher": {"regex": "x"}}]}"#,
            "$.root.children[0].matcher: the matcher of a text names a rule or a generator",
        ),
        (r#"{"pact:matcher:type": "type"}"#, "$.root: the `value` of a matcher is an element"),
    ] {
        assert_eq!(error(&root(element)), expected, "{element}");
    }
    assert!(
        error(&root(r#"{"name": "a", "children": [{"content": "x", "matcher": {"pact:matcher:type": "regex"}}]}"#))
            .starts_with("$.root.children[0].matcher: ")
    );
}

#[test]
fn hostile_descriptions_are_refused_in_a_moment() {
    let many = r#"{"name": "a", "children": [{"name": "b", "examples": 1000, "children": [{"name": "c", "examples": 1000, "children": [{"name": "d", "examples": 1000}]}]}]}"#;
    let error = xml_document(&json(&root(many))).expect_err("too many").to_string();
    assert_eq!(error, "$.root.children[0]: so many examples make a body of more than 10485760 bytes");
    let deep = (0..5_000).fold(Json::object([("name", "a")]), |inner, _| {
        Json::object([("name", Json::from("a")), ("children", Json::Array(vec![inner]))])
    });
    let error = xml_document(&Json::object([("root", deep)])).expect_err("too deep").to_string();
    assert!(error.ends_with("nests deeper than 256 levels"), "{error}");
}

#[test]
fn the_body_of_a_request_may_be_a_description_or_a_text() {
    let described = http_request(&json(
        r#"{"headers": {"Content-Type": "application/xml"}, "body": {"root": {"name": "a", "attributes": {"id": {"pact:matcher:type": "integer", "value": 1}}}}}"#,
    ));
    let described = described.expect("a request").value;
    assert_eq!(described.body.bytes(), br#"<?xml version="1.0" encoding="UTF-8"?><a id="1"/>"#);
    assert!(described.matching_rules.body.contains_key("$.a['@id']"));
    let text = http_request(&json(r#"{"headers": {"Content-Type": "text/xml"}, "body": "<a/>"}"#)).expect("a request");
    assert_eq!(text.value.body.bytes(), b"<a/>");
    let error = http_request(&json(r#"{"headers": {"Content-Type": "text/xml"}, "body": {"name": "a"}}"#));
    assert_eq!(error.expect_err("no root").to_string(), "$.body.name: a description of XML has no member of this name");
}
