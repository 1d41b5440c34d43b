//! What changes beside the bodies of responses: requests, statuses, headers, interactions, messages.

use super::*;

#[test]
fn what_a_consumer_sends_is_the_other_way_round() {
    for (old, new, expected) in [
        ((r#"{"a":1}"#, ""), (r#"{"a":1,"b":2}"#, ""), "breaking: request body $.b: is sent now: exactly 2"),
        ((r#"{"a":1,"b":2}"#, ""), (r#"{"a":1}"#, ""), "breaking: request body $.b: is not sent any more"),
        ((r#"{"a":1}"#, ""), (r#"{"a":1}"#, TYPE), "breaking: request body $.a: is any number, was exactly 1"),
        ((r#"{"a":1}"#, TYPE), (r#"{"a":1}"#, ""), "not breaking: request body $.a: is exactly 1, was any number"),
        ((r#"{"a":1}"#, TYPE), (r#"{"a":2}"#, TYPE), "not breaking: request body $.a: the example is 2, was 1"),
    ] {
        assert_eq!(requests(old, new), [expected], "{old:?} {new:?}");
    }
    for (old, new, expected) in [
        ("", r#","query":{"page":["1"]}"#, "breaking: request query page: is sent now: exactly \"1\""),
        (
            r#","query":{"page":["1"]}"#,
            r#","query":{"page":["2"]}"#,
            "breaking: request query page: is exactly \"2\", was exactly \"1\"",
        ),
        (
            r#","headers":{"Accept":["a/b"]}"#,
            r#","headers":{"accept":["a/c"]}"#,
            "breaking: request header accept: is exactly \"a/c\", was exactly \"a/b\"",
        ),
        (r#","headers":{"Accept":["a/b"]}"#, "", "breaking: request header Accept: is not sent any more"),
        (
            "",
            r#","matchingRules":{"path":{"matchers":[{"match":"regex","regex":"/\\d*"}]}}"#,
            "breaking: request path: is a text that matches /\\d*, was exactly \"/\"",
        ),
        (
            "",
            r#","generators":{"path":{"type":"ProviderState","expression":"/${id}"}}"#,
            "breaking: request path: its value comes from the provider state now: /${id}",
        ),
    ] {
        assert_eq!(changes(&http(old, ""), &http(new, "")), [expected], "{old} {new}");
    }
}

#[test]
fn status_headers_and_other_bodies_are_compared() {
    let class = r#","matchingRules":{"status":{"matchers":[{"match":"statusCode","status":"success"}]}}"#;
    let created = r#"{"type":"Synchronous/HTTP","description":"d","request":{"method":"GET","path":"/"},"response":{"status":201}}"#;
    assert_eq!(changes(&http("", ""), &pact(created)), ["breaking: response status: is 201, was 200"]);
    assert_eq!(
        changes(&http("", ""), &http("", class)),
        ["not breaking: response status: is Successful response (200–299), was 200"]
    );
    assert_eq!(
        changes(&http("", class), &http("", "")),
        ["breaking: response status: is 200, was Successful response (200–299)"]
    );
    let header = r#","headers":{"X-A":["1"]}"#;
    assert_eq!(
        changes(&http("", ""), &http("", header)),
        ["breaking: response header X-A: is needed now: exactly \"1\""]
    );
    assert_eq!(
        changes(&http("", header), &http("", "")),
        ["not breaking: response header X-A: is not needed any more"]
    );
    let text =
        |text: &str| http("", &format!(r#","body":{{"content":"{text}","contentType":"text/plain","encoded":false}}"#));
    assert_eq!(changes(&text("a"), &text("b")), ["breaking: response body: is another one"]);
    assert_eq!(changes(&text("a"), &http("", "")), ["not breaking: response body: is not needed any more"]);
    assert_eq!(changes(&http("", ""), &text("a")), ["breaking: response body: is needed now"]);
    assert_eq!(
        changes(&text("a"), &http("", &json("1", ""))),
        ["breaking: response body: is of the type application/json, was text/plain"]
    );
}

#[test]
fn keys_that_are_free_are_examples() {
    let each = |rule: &str| {
        format!(r#""$":{{"matchers":[{{"match":"eachValue","rules":[{{"match":"{rule}"}}],"value":"1"}}]}}"#)
    };
    assert_eq!(responses((r#"{"a":1}"#, &each("integer")), (r#"{"b":1}"#, &each("integer"))), [""; 0]);
    assert_eq!(
        responses((r#"{"a":1}"#, &each("integer")), (r#"{"a":1}"#, &each("number"))),
        ["not breaking: body $.a: may be any number, had to be any integer"]
    );
    assert_eq!(
        responses((r#"{"a":1}"#, ""), (r#"{"a":1}"#, &each("integer")))[0],
        "breaking: body: is asked for any keys, was just these members"
    );
}

#[test]
fn interactions_come_go_and_change_their_names() {
    let one = |description: &str, states: &str, path: &str| {
        format!(
            r#"{{"type":"Synchronous/HTTP","description":"{description}","providerStates":[{states}],"request":{{"method":"GET","path":"{path}"}},"response":{{"status":200}}}}"#
        )
    };
    let (a, b) = (one("a", "", "/a"), one("b", r#"{"name":"it rains"}"#, "/b"));
    let both = pact(&format!("{a},{b}"));
    assert_eq!(changes(&pact(&format!("{b},{a}")), &both), [""; 0], "order says nothing");
    assert_eq!(
        changes(&pact(&a), &both),
        [
            "breaking: \"b\": is new: the provider has to support it",
            "breaking: \"b\": provider state: \"it rains\" is new: the provider has to set it up"
        ]
    );
    assert_eq!(changes(&both, &pact(&a)), ["not breaking: \"b\": is gone: the consumer does not need it any more"]);
    assert_eq!(changes(&pact(&a), &pact(&one("c", "", "/a"))), ["documentation: \"c\": description: was \"a\""]);
    assert_eq!(
        changes(&pact(&a), &pact(&one("a", r#"{"name":"it rains"}"#, "/a"))),
        ["breaking: \"a\": provider state: \"it rains\" is new here: the provider has to set it up"]
    );
    assert_eq!(
        changes(
            &pact(&one("a", r#"{"name":"s","params":{"x":1}}"#, "/a")),
            &pact(&one("a", r#"{"name":"s","params":{"x":2,"y":1}}"#, "/a"))
        ),
        [
            "not breaking: \"a\": provider state: \"s\" has another value of the parameter \"x\": 2, was 1",
            "breaking: \"a\": provider state: \"s\" has a new parameter \"y\""
        ]
    );
}

#[test]
fn messages_are_needed_from_the_provider() {
    let message = |contents: &str, metadata: &str| {
        pact(&format!(
            r#"{{"type":"Asynchronous/Messages","description":"d","contents":{{"content":{contents},"contentType":"application/json"}},"metadata":{metadata}}}"#
        ))
    };
    assert_eq!(
        changes(&message(r#"{"a":1}"#, r#"{"topic":"x"}"#), &message(r#"{"a":1,"b":2}"#, r#"{"topic":"y","key":1}"#)),
        [
            "breaking: message metadata topic: has to be exactly \"y\", was exactly \"x\"",
            "breaking: message metadata key: is needed now: exactly 1",
            "breaking: contents $.b: is needed now: exactly 2"
        ]
    );
}
