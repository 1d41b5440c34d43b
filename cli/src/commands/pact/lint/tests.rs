use anstream::ColorChoice;

use super::*;
use crate::printer::testing::printed;

const FILE: &str = r#"{
  "consumer": { "name": "Web" },
  "provider": { "name": "Orders" },
  "interactions": [
    {
      "description": "an order",
      "request": { "method": "GET", "path": "/orders/42" },
      "response": {
        "status": "200",
        "headers": { "Content-Type": "application/json" },
        "body": { "id": 42, "next": "6f1c5a60-7f25-4f0c-a8a7-6b5ad1c6ab66" },
        "matchingRules": { "$.body.id": { "match": "regex", "regex": "[a-z]+" } }
      }
    }
  ],
  "metadata": { "pactSpecification": { "version": "2.0.0" } }
}"#;

fn linted(text: &str) -> Linted {
    lint("a,b.json".to_owned(), text.as_bytes())
}

#[test]
fn people_read_where_it_is_and_what_to_do() {
    let all = [linted(&FILE.replace("\"200\"", "200"))];
    let (text, _) = printed(ColorChoice::Never, |printer| report::text(&all, printer));
    insta::assert_snapshot!(text, @r#"
    a,b.json:11:25: error[regex-misses-example]: Expected '42' to match '[a-z]+'
      in "an order", at $.interactions[0].response.body.id
      → correct the example or the expression in the consumer's test
    a,b.json:11:37: advice[exact-uuid]: `next` has to be exactly "6f1c5a60-7f25-4f0c-a8a7-6b5ad1c6ab66", which looks like a UUID
      in "an order", at $.interactions[0].response.body.next
      → match it with a regular expression or by type, and keep the value as the example
    1 error, 1 piece of advice in 1 file
    "#);
    let (text, _) = printed(ColorChoice::Never, |printer| report::annotations(&all, printer));
    insta::assert_snapshot!(text, @r#"
    ::error file=a%2Cb.json,line=11,col=25,title=regex-misses-example::"an order": Expected '42' to match '[a-z]+'%0A→ correct the example or the expression in the consumer's test
    ::notice file=a%2Cb.json,line=11,col=37,title=exact-uuid::"an order": `next` has to be exactly "6f1c5a60-7f25-4f0c-a8a7-6b5ad1c6ab66", which looks like a UUID%0A→ match it with a regular expression or by type, and keep the value as the example
    "#);
    let json: serde_json::Value = serde_json::from_str(&report::json(&all)).expect("JSON");
    assert_eq!(json["summary"], serde_json::json!({ "errors": 1, "warnings": 0, "advice": 1 }));
    assert_eq!(json["files"][0]["findings"][1]["path"], "$.interactions[0].response.body.next");
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let say = |text: &str| {
        let found = linted(text);
        let (finding, position) = &found.findings[0];
        assert!(!found.is_readable && finding.code == Code::Unreadable);
        format!("{}:{} {} {}", position.line, position.column, finding.at, finding.text)
    };
    assert_eq!(say("{\n  oops"), "2:3 $ not a JSON document: key must be a string");
    assert_eq!(say("[1]"), "1:1 $ expected a pact, which is an object, found an array");
    assert_eq!(
        say(&FILE.replace("\"200\"", "\"OK\"")),
        "9:19 $.interactions[0].response.status expected a status code, found the string \"OK\""
    );
    assert!(say(&"[".repeat(100_000)).contains("not a JSON document"));
    assert!(say("").contains("not a JSON document"));
}

#[test]
fn what_the_specification_writes_otherwise_is_a_warning() {
    let found = linted(
        &FILE.replace("\"200\"", "200").replace("\"/orders/42\"", "\"/orders/42\", \"query\": { \"a\": [\"1\"] }"),
    );
    let (schema, _) = found.findings.iter().find(|(finding, _)| finding.code == Code::Schema).expect("a finding");
    assert_eq!(
        schema.to_string(),
        "warning [schema] $.interactions[0].request.query: expected a query as one text, found an object (specification version V2)"
    );
    assert_eq!(schema.interaction.as_deref(), Some("an order"));
}

#[test]
fn a_code_that_is_mistyped_is_suggested() {
    assert_eq!(code("exact-uiud"), Err("there is no such code; `exact-uuid` is similar".to_owned()));
    assert!(code("?").expect_err("no code").starts_with("the codes are: unreadable, schema, "));
}
