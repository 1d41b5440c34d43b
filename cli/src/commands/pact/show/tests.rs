use anstream::ColorChoice;
use intact_pact_model::{Body, Kind};

use super::*;
use crate::printer::testing::printed;

fn pact() -> Pact {
    Pact::read(
        br#"{"consumer":{"name":"Web"},"provider":{"name":"Orders"},"interactions":[
        {"type":"Synchronous/HTTP","description":"a request for `an` order","pending":true,
            "providerStates":[{"name":"order 42 exists","params":{"id":42}}],"comments":{"text":["for the detail page"]},
            "request":{"method":"GET","path":"/orders/42","query":{"full":["true"]},"headers":{"Accept":["application/json"]},
                "matchingRules":{"path":{"matchers":[{"match":"regex","regex":"/orders/\\d+"}]}},
                "generators":{"path":{"type":"ProviderState","expression":"/orders/${id}"}}},
            "response":{"status":200,"headers":{"Content-Type":["application/json"]},
                "body":{"content":{"id":42,"items":[{"sku":"A-1"}]},"contentType":"application/json","encoded":false},
                "matchingRules":{"body":{"$.id":{"matchers":[{"match":"integer"}]},"$.items":{"matchers":[{"match":"type","min":1}]}}}}},
        {"type":"Asynchronous/Messages","description":"an order was made","contents":{"content":"```\nhello","contentType":"text/plain"},
            "metadata":{"topic":"orders"}}],
        "metadata":{"pactSpecification":{"version":"4.0"}}}"#,
    )
    .expect("a pact")
    .value
}

#[test]
fn people_read_what_is_asked_and_answered_with_the_rules_beside_it() {
    let pact = pact();
    let (text, _) = printed(ColorChoice::Never, |printer| page::text(&pact, 2, printer));
    insta::assert_snapshot!(text, @r#"
    Web → Orders (specification V4, 2 interactions)

    a request for `an` order (pending)
      given order 42 exists (id: 42)
      for the detail page
      request: GET /orders/42?full=true
        (path)  ← a text that matches /orders/\d+
        Accept: application/json
        (path)  ← generated: ProviderState
      response: 200
        Content-Type: application/json

        {
          "id": 42,   ← any integer
          "items": [  ← an array of at least 1 like these
            {
              "sku": "A-1"
            }
          ]
        }

    an order was made
      message
        topic: orders

        ```
        hello
    "#);
}

#[test]
fn markdown_cannot_be_broken_by_what_a_pact_says() {
    let page = page::markdown(&pact());
    assert!(
        page.starts_with(
            "# Web → Orders\n\n## a request for \\`an\\` order (pending)\n\n* given order 42 exists (id: 42)\n"
        ),
        "{page}"
    );
    assert!(page.contains("\n````http\ntopic: orders\n\n```\nhello\n````\n"), "{page}");
}

#[test]
fn nothing_in_a_pact_can_command_a_build_service() {
    let mut pact = pact();
    pact.consumer.push_str("\n::error::one");
    pact.interactions[0].description = "::error::two".to_owned();
    pact.interactions[0].provider_states[0].name.push_str("\r\n::error::three");
    let Kind::AsyncMessage(message) = &mut pact.interactions[1].kind else { panic!("a message") };
    let Body::Present(content) = &mut message.contents else { panic!("contents") };
    content.bytes = b"hello\n::error::four".to_vec().into();
    let (text, _) = printed(ColorChoice::Never, |printer| page::text(&pact, 2, printer));
    for page in [text, page::markdown(&pact)] {
        assert!(page.contains("hello") && page.contains("\u{fffd}::error::four"), "{page}");
        assert!(!page.lines().any(|line| line.trim_start().starts_with("::")), "{page}");
    }
}

#[test]
fn filters_leave_what_matches() {
    let shown = |description: Option<&str>, state: Option<&str>| {
        let mut pact = pact();
        filter(
            &mut pact,
            regex(description, "--description").expect("valid").as_ref(),
            regex(state, "--state").expect("valid").as_ref(),
        );
        pact.interactions.len()
    };
    assert_eq!(
        (shown(None, None), shown(Some("^an "), None), shown(None, Some("exists$")), shown(Some("made"), Some("x"))),
        (2, 1, 1, 0)
    );
    assert!(
        regex(Some("("), "--state")
            .is_err_and(|error| error.to_string().starts_with("the --state is no regular expression: "))
    );
}
