//! Bodies that are not JSON.

use serde_json::{Value, json};

use super::{Answer, Case};

/// All cases.
pub(super) fn cases() -> Vec<Case> {
    [xml(), forms(), multipart(), text(), bytes()].into_iter().flatten().collect()
}

/// `body` as pact files have it, with rules by path.
fn case(name: &str, content_type: &str, body: Value, rules: &Value, keep: &[&[u8]], break_it: &[&[u8]]) -> Case {
    let answer = |body: &&[u8]| Answer::of(content_type, body);
    let mut broken: Vec<_> = break_it.iter().map(|body| (answer(body), "body")).collect();
    broken.push((answer(&&b""[..]), "body"));
    let mut body = body;
    body["contentType"] = json!(content_type);
    let rules: serde_json::Map<_, _> = rules
        .as_object()
        .into_iter()
        .flatten()
        .map(|(path, matcher)| (path.clone(), json!({ "combine": "AND", "matchers": [matcher] })))
        .collect();
    Case::response(
        &format!("{content_type}, {name}"),
        json!({ "status": 200, "body": body, "matchingRules": { "body": rules } }),
        keep.iter().map(answer).collect(),
        broken,
    )
}

fn xml() -> Vec<Case> {
    let case = |name: &str, body: &str, rules: Value, keep: &[&str], break_it: &[&str]| {
        let keep: Vec<_> = keep.iter().map(|text| text.as_bytes()).collect();
        let mut broken: Vec<_> = break_it.iter().map(|text| text.as_bytes()).collect();
        broken.extend([&b"<order"[..], b"<other/>", b"{}"]);
        case(name, "application/xml", json!({ "content": body }), &rules, &keep, &broken)
    };
    const ORDER: &str = "<order id=\"1\"><sku>A-1</sku><note>soon</note></order>";
    vec![
        case(
            "no rules",
            ORDER,
            json!({}),
            &[
                ORDER,
                "<?xml version='1.0'?>\n<order id='1'>\n  <sku>A-1</sku>\n  <note>soon</note>\n</order>",
                "<order id='1'><sku>A-1</sku><note><![CDATA[soon]]></note></order>",
            ],
            &[
                "<order id='2'><sku>A-1</sku><note>soon</note></order>",
                "<order><sku>A-1</sku><note>soon</note></order>",
                "<order id='1'><sku>A-2</sku><note>soon</note></order>",
                "<order id='1'><note>soon</note></order>",
                "<order id='1'><sku/><note>soon</note></order>",
                "<order id='1'/>",
            ],
        ),
        case(
            "rules on a text and an attribute",
            ORDER,
            json!({
                "$.order['@id']": { "match": "integer" },
                "$.order.sku['#text']": { "match": "regex", "regex": "[A-Z]-\\d+" },
            }),
            &[ORDER, "<order id='77'><sku>Z-99</sku><note>soon</note></order>"],
            &[
                "<order id='x'><sku>A-1</sku><note>soon</note></order>",
                "<order id='1'><sku>a-1</sku><note>soon</note></order>",
                "<order id='1'><sku>A-1</sku><note>late</note></order>",
                "<order><sku>A-1</sku><note>soon</note></order>",
            ],
        ),
        case(
            "a list of children",
            "<list><item>1</item></list>",
            json!({ "$.list": { "match": "type", "min": 2 } }),
            &["<list><item>1</item><item>2</item></list>", "<list><item>x</item><item>y</item><item>z</item></list>"],
            &[
                "<list><item>1</item></list>",
                "<list/>",
                "<list><item>1</item><item/></list>",
                "<list><item>1</item><other>2</other></list>",
            ],
        ),
    ]
}

fn forms() -> Vec<Case> {
    const FORM: &str = "application/x-www-form-urlencoded";
    vec![
        case(
            "no rules",
            FORM,
            json!({ "content": "a=1&b=x%20y" }),
            &json!({}),
            &[b"a=1&b=x%20y", b"b=x+y&a=1"],
            &[b"a=2&b=x%20y", b"a=1", b"a=1&b=x", b"a=1&a=1&b=x%20y", b"b=x%20y"],
        ),
        case(
            "a rule on a field",
            FORM,
            json!({ "content": "a=1&b=x" }),
            &json!({ "$.a": { "match": "integer" } }),
            &[b"a=1&b=x", b"a=99&b=x"],
            &[b"a=x&b=x", b"a=&b=x", b"a=1&b=y", b"b=x"],
        ),
    ]
}

fn multipart() -> Vec<Case> {
    /// A body with a field `n` and a file `f`.
    fn form(boundary: &str, field: &str, file_type: &str, file: &str) -> Vec<u8> {
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n{field}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\nContent-Type: {file_type}\r\n\r\n{file}\r\n\
             --{boundary}--\r\n"
        )
        .into_bytes()
    }
    const JSON: &str = "application/json";
    let expected = String::from_utf8(form("one", "1", JSON, r#"{"k": 1}"#)).expect("text");
    let only_field = b"--two\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n1\r\n--two--\r\n".to_vec();
    let case = |name: &str, rules: &Value, keep: Vec<Vec<u8>>, break_it: Vec<Vec<u8>>| {
        let answer = |body: Vec<u8>| Answer::of("multipart/form-data; boundary=two", &body);
        let mut broken: Vec<_> = break_it.into_iter().map(|body| (answer(body), "body")).collect();
        broken.extend([(answer(Vec::new()), "body"), (answer(b"--two--\r\n".to_vec()), "body")]);
        let content_type = "multipart/form-data; boundary=one";
        Case::response(
            &format!("multipart, {name}"),
            json!({
                "status": 200, "body": { "content": expected, "contentType": content_type },
                "matchingRules": { "body": rules },
            }),
            keep.into_iter().map(answer).collect(),
            broken,
        )
    };
    let rule = |matcher: Value| json!({ "combine": "AND", "matchers": [matcher] });
    vec![
        case(
            "no rules",
            &json!({}),
            vec![form("two", "1", JSON, r#"{"k":1}"#), form("two", "1", JSON, r#"{"k": 1, "more": 2}"#)],
            vec![
                form("two", "2", JSON, r#"{"k": 1}"#),
                form("two", "1", JSON, r#"{"k": 2}"#),
                form("two", "1", JSON, "oops"),
                form("two", "1", "text/plain", r#"{"k": 1}"#),
                only_field.clone(),
            ],
        ),
        case(
            "rules in the parts",
            &json!({
                "$.n": rule(json!({ "match": "regex", "regex": "\\d+" })),
                "$.f": rule(json!({ "match": "contentType", "value": JSON })),
            }),
            vec![form("two", "77", JSON, "[1, 2]"), form("two", "1", JSON, r#"{"k": 1}"#)],
            vec![form("two", "x", JSON, r#"{"k": 1}"#), form("two", "1", JSON, "%PDF-1.5"), only_field],
        ),
    ]
}

fn text() -> Vec<Case> {
    let of = |name: &str, rules: Value, keep: &[&[u8]], break_it: &[&[u8]]| {
        case(name, "text/plain", json!({ "content": "order 42" }), &rules, keep, break_it)
    };
    vec![
        of("no rules", json!({}), &[b"order 42"], &[b"order 43", b"order 42\n", b"Order 42"]),
        of(
            "regex",
            json!({ "$": { "match": "regex", "regex": "order \\d+" } }),
            &[b"order 42", b"order 7"],
            &[b"order x", b"an order 42", b"order 42 "],
        ),
        of("include", json!({ "$": { "match": "include", "value": "42" } }), &[b"order 42", b"420"], &[b"order 4"]),
        of("type", json!({ "$": { "match": "type" } }), &[b"order 42", b"anything"], &[]),
    ]
}

fn bytes() -> Vec<Case> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0";
    let of = |name: &str, rules: Value, keep: &[&[u8]], break_it: &[&[u8]]| {
        let body = json!({ "content": "iVBORw0KGgoAAA==", "encoded": "base64" });
        case(name, "image/png", body, &rules, keep, break_it)
    };
    vec![
        of("no rules", json!({}), &[PNG], &[&PNG[..9], b"\x89PNG\r\n\x1a\n\0\x01", b"text"]),
        of(
            "contentType",
            json!({ "$": { "match": "contentType", "value": "image/png" } }),
            &[PNG, b"\x89PNG\r\n\x1a\nother"],
            &[b"%PDF-1.5", b"GIF89a\x01\x00", b"text", b"{}"],
        ),
    ]
}
