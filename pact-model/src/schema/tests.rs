use super::*;
use crate::pact::Pact;

fn problems_of(text: &str, version: SpecVersion) -> Vec<String> {
    problems(&Json::parse(text.as_bytes()).expect("JSON"), version).iter().map(ToString::to_string).collect()
}

/// A file with one interaction in which `PART` is the interesting one.
fn with(version: SpecVersion, interaction: &str) -> Vec<String> {
    let text = format!(
        r#"{{"consumer":{{"name":"Web"}},"provider":{{"name":"Orders"}},"interactions":[{interaction}],
            "metadata":{{"pactSpecification":{{"version":"{}"}}}}}}"#,
        version.as_str()
    );
    problems_of(&text, version)
}

#[test]
fn what_the_writer_writes_is_as_the_specification_says() {
    let file = br#"{"consumer":{"name":"Web"},"provider":{"name":"Orders"},"interactions":[{
        "description":"d","providerState":"s",
        "request":{"method":"GET","path":"/a","query":"a=1&b=2","headers":{"Accept":"a/b"},"body":{"a":[1]},
            "matchingRules":{"$.body.a":{"match":"type"},"$.path":{"match":"regex","regex":"/.+"},
                "$.headers.Accept":{"match":"regex","regex":".+"},"$.query.a":{"match":"type"}}},
        "response":{"status":200,"headers":{"A":"b"},"body":"text"}}],
        "metadata":{"pactSpecification":{"version":"2.0.0"}}}"#;
    let pact = Pact::read(file).expect("a pact").value;
    for version in SpecVersion::ALL {
        let mut pact = pact.clone();
        if version < SpecVersion::V2
            && let crate::Kind::Http(request, _) = &mut pact.interactions[0].kind
        {
            request.matching_rules = crate::MatchingRules::default();
        }
        let written = pact.write(version).expect("written");
        assert_eq!(problems(&written, version), [], "{version}: {}", written.to_pretty());
    }
}

#[test]
fn each_problem_says_what_is_expected_and_what_is_there() {
    let (v2, v3, v4) = (SpecVersion::V2, SpecVersion::V3, SpecVersion::V4);
    for (version, interaction, problem) in [
        (v2, "1", "$.interactions[0]: expected an interaction, found the number 1"),
        (
            v2,
            r#"{"request":{"method":"GET","path":"/"},"response":{"status":200}}"#,
            "$.interactions[0]: the member `description` is missing",
        ),
        (
            v2,
            r#"{"description":"d","request":{"method":"GET","path":"x"},"response":{"status":200}}"#,
            "$.interactions[0].request.path: expected a path that begins with a slash and has no query, found the string \"x\"",
        ),
        (
            v2,
            r#"{"description":"d","request":{"method":"GET","path":"/"},"response":{"status":99}}"#,
            "$.interactions[0].response.status: expected a status code from 100 to 599, found the number 99",
        ),
        (
            v2,
            r#"{"description":"d","request":{"method":"GET","path":"/"},"response":{"status":200,"matchingRules":{"$.boby":{"match":"type"}}}}"#,
            "$.interactions[0].response.matchingRules: expected a path such as `$.body.id`, `$.headers.Accept`, `$.query.page` or `$.path`, found the name `$.boby`",
        ),
        (
            v2,
            r#"{"description":"d","request":{"method":"GET","path":"/"},"response":{"status":200,"matchingRules":{"$.body":{"match":"regex"}}}}"#,
            "$.interactions[0].response.matchingRules['$.body']: the member `regex` is missing",
        ),
        (
            v2,
            r#"{"description":"d","request":{"method":"GET","path":"/"},"response":{"status":200,"matchingRules":{"$.body":{"mtach":"type"}}}}"#,
            "$.interactions[0].response.matchingRules['$.body']: expected a matching rule: an object with the member `match`, `regex`, `min` or `max`, found an object",
        ),
        (
            v3,
            r#"{"description":"d","request":{"method":"GET","path":"/","query":"a=b"},"response":{"status":200}}"#,
            "$.interactions[0].request.query: expected an object of names and arrays of values, found the string \"a=b\"",
        ),
        (
            v3,
            r#"{"description":"d","request":{"method":"GET","path":"/"},"response":{"status":200,"matchingRules":{"body":{"$":{"matchers":[{"match":"semver"}]}}}}}"#,
            "$.interactions[0].response.matchingRules.body.$.matchers[0].match: expected the name of a rule that version 3 has, found the string \"semver\"",
        ),
        (
            v3,
            r#"{"description":"d","request":{"method":"GET","path":"/"},"response":{"status":200,"generators":{"body":{"$.a":{}}}}}"#,
            "$.interactions[0].response.generators.body['$.a']: the member `type` is missing",
        ),
        (
            v4,
            r#"{"description":"d","request":{"method":"GET","path":"/"},"response":{"status":200}}"#,
            "$.interactions[0]: the member `type` is missing",
        ),
        (
            v4,
            r#"{"type":"Synchronous/HTTP","description":"d","request":{"method":"GET","path":"/"},"response":{"status":200,"body":[1]}}"#,
            "$.interactions[0].response.body: expected an object with the member `content`, found an array",
        ),
        (
            v4,
            r#"{"type":"Synchronous/HTTP","description":"d","request":{"method":"GET","path":"/"},"response":{"status":200,"matchingRules":{"boby":{}}}}"#,
            "$.interactions[0].response.matchingRules: expected a category: `method`, `path`, `status`, `query`, `header`, `body`, found the name `boby`",
        ),
        (
            v4,
            r#"{"type":"Synchronous/HTTP","description":"d","request":{"method":"GET","path":"/"},"response":{"status":200,"matchingRules":{"status":{"matchers":[{"match":"statusCode","status":"good"}]}}}}"#,
            "$.interactions[0].response.matchingRules.status.matchers[0].status: expected a class of status codes or an array of codes, found the string \"good\"",
        ),
        (
            v4,
            r#"{"type":"Synchronous/Messages","description":"d","request":{},"response":{}}"#,
            "$.interactions[0].response: expected an array of messages, found an object",
        ),
        (
            v4,
            r#"{"type":"Asynchronous/Messages","description":"d","contents":{"content":1,"encoded":"rot13"}}"#,
            "$.interactions[0].contents.encoded: expected `false`, `base64` or `JSON`, found the string \"rot13\"",
        ),
    ] {
        let path = problem.replace(".body.$.matchers", ".body['$'].matchers");
        assert_eq!(with(version, interaction), [path], "{interaction}");
    }
}

#[test]
fn what_stands_around_the_interactions_is_looked_at_too() {
    assert_eq!(
        problems_of(
            r#"{"consumer":"Web","interactions":{},"metadata":{"pactSpecification":{"version":"3.0.0"}}}"#,
            SpecVersion::V2
        ),
        [
            "$: the member `provider` is missing",
            "$.consumer: expected an object with the name of the application, found the string \"Web\"",
            "$.interactions: expected an array of interactions, found an object",
            "$.metadata.pactSpecification.version: expected a version such as `2.0.0`, found the string \"3.0.0\"",
        ]
    );
    assert_eq!(
        problems_of(r#"{"consumer":{"name":"A"},"provider":{"name":"B"}}"#, SpecVersion::V3),
        ["$: the member `interactions` is missing"]
    );
    assert_eq!(
        problems_of(r#"{"consumer":{"name":"A"},"provider":{"name":"B"},"messages":[]}"#, SpecVersion::V3),
        [""; 0]
    );
}

#[test]
fn hostile_documents_end() {
    let many = format!("[{}]", vec!["1"; 5_000].join(","));
    let text = format!(r#"{{"consumer":{{"name":"A"}},"provider":{{"name":"B"}},"interactions":{many}}}"#);
    assert_eq!(problems_of(&text, SpecVersion::V4).len(), MAX_PROBLEMS);
    let deep = format!("{}1{}", r#"{"match":"eachKey","rules":["#.repeat(60), "]}".repeat(60));
    let interaction = format!(
        r#"{{"type":"Synchronous/HTTP","description":"d","request":{{"method":"GET","path":"/"}},
            "response":{{"status":1e999,"matchingRules":{{"body":{{"$":{{"matchers":[{deep}]}}}}}}}}}}"#
    );
    assert!(
        with(SpecVersion::V4, &interaction).iter().any(|problem| problem.contains("status: expected a status code"))
    );
}
