//! Bytes that nobody meant: damaged pact files and damaged bodies are read or refused, compared and written, and nothing panics.

use intact_matching::generate::{self, GenerateContext};
use intact_matching::{ActualRequest, ActualResponse, MessageMatcher, RequestMatcher, ResponseMatcher};
use intact_pact_model::json::Object;
use intact_pact_model::rules::MatchingRule;
use intact_pact_model::{
    Body, Combine, ContentType, Headers, HttpRequest, HttpResponse, Json, Kind, MatchingRules, Pact, RuleList,
    SpecVersion,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::random::{Change, changed, changes};

/// Pacts that have something of everything.
const PACTS: [&str; 3] = [
    r#"{"consumer":{"name":"a"},"provider":{"name":"b"},"interactions":[{"description":"one","providerState":"s","request":{"method":"post","path":"/a","query":"x=1&x=2&y","headers":{"Accept":"a/b, c/d"},"body":{"n":[1,2.5,{"a":"b"}]},"matchingRules":{"$.path":{"match":"regex","regex":"/\\w+"},"$.query.x[0]":{"match":"type"},"$.headers.Accept":{"regex":"a.*"},"$.body.n":{"min":1},"$.body.n[*]":{"match":"type"}}},"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":[{"id":1}],"matchingRules":{"$.body":{"min":1,"max":9},"$.body[*].id":{"match":"integer"}}}}],"metadata":{"pactSpecification":{"version":"2.0.0"}}}"#,
    r#"{"consumer":{"name":"a"},"provider":{"name":"b"},"interactions":[{"description":"one","providerStates":[{"name":"s","params":{"id":5}}],"request":{"method":"GET","path":"/a","query":{"x":["1","2"]},"headers":{"X-A":["1"]},"matchingRules":{"path":{"matchers":[{"match":"regex","regex":"/\\w+"}]},"query":{"x":{"matchers":[{"match":"integer"}]}},"header":{"$.X-A[0]":{"matchers":[{"match":"number"}]}}},"generators":{"path":{"type":"ProviderState","expression":"/a/${id}"},"query":{"x":{"type":"RandomInt","min":1,"max":3}}}},"response":{"status":200,"headers":{"Content-Type":"application/xml"},"body":"<a id='1'><b>x</b></a>","matchingRules":{"body":{"$.a['@id']":{"combine":"OR","matchers":[{"match":"integer"},{"match":"null"}]},"$.a.b.#text":{"matchers":[{"match":"date","format":"yyyy"}]}}},"generators":{"body":{"$.a['@id']":{"type":"RandomInt"}}}}}],"messages":[{"description":"m","contents":{"a":1},"metaData":{"contentType":"application/json","n":1},"matchingRules":{"body":{"$.a":{"matchers":[{"match":"type"}]}},"metadata":{"n":{"matchers":[{"match":"integer"}]}}}}],"metadata":{"pactSpecification":{"version":"3.0.0"}}}"#,
    r#"{"consumer":{"name":"a"},"provider":{"name":"b"},"interactions":[{"type":"Synchronous/HTTP","key":"k","pending":true,"comments":{"text":["t"]},"description":"one","request":{"method":"PUT","path":"/a","headers":{"Content-Type":["multipart/form-data; boundary=B"]},"body":{"content":"LS1CDQpDb250ZW50LURpc3Bvc2l0aW9uOiBmb3JtLWRhdGE7IG5hbWU9ImEiDQoNCngNCi0tQi0tDQo=","contentType":"multipart/form-data; boundary=B","encoded":"base64"},"matchingRules":{"body":{"$.a":{"matchers":[{"match":"contentType","value":"text/plain"}]}}}},"response":{"status":200,"body":{"content":{"l":[{"a":1},"x"],"m":{"k":{"d":"2024-01-01"}}},"contentType":"application/json","encoded":false},"matchingRules":{"status":{"matchers":[{"match":"statusCode","status":"success"}]},"body":{"$.l":{"matchers":[{"match":"arrayContains","variants":[{"index":0,"rules":{"$.a":{"matchers":[{"match":"integer"}]}},"generators":{"$.a":{"type":"RandomInt"}}}]}]},"$.m":{"matchers":[{"match":"eachKey","rules":[{"match":"regex","regex":"\\w"}]},{"match":"eachValue","rules":[{"match":"type"}],"value":"{}"}]},"$.m.*.d":{"matchers":[{"match":"date","format":"yyyy-MM-dd"}]}}},"generators":{"body":{"$.m.k.d":{"type":"Date","format":"yyyy-MM-dd","expression":"+1 day"}},"status":{"type":"RandomInt","min":200,"max":204}}}},{"type":"Asynchronous/Messages","description":"m","contents":{"content":"a=1&b=2","contentType":"application/x-www-form-urlencoded","encoded":false},"metadata":{"topic":"t"},"matchingRules":{"body":{"$.a":{"matchers":[{"match":"semver"}]}},"metadata":{"$.topic":{"matchers":[{"match":"notEmpty"}]}}}},{"type":"Synchronous/Messages","description":"s","request":{"contents":{"content":"hello","contentType":"text/plain"}},"response":[{"contents":{"content":"AAEC","contentType":"application/octet-stream","encoded":"base64"}}]}],"metadata":{"pactSpecification":{"version":"4.0"}}}"#,
];

/// Some bytes are replaced, taken out or put in.
fn damaged(mut bytes: Vec<u8>, damage: &[(Index, u8, u8)]) -> Vec<u8> {
    for (at, what, byte) in damage {
        let at = at.index(bytes.len() + 1);
        match what % 3 {
            0 => bytes.insert(at, *byte),
            _ if at == bytes.len() => bytes.push(*byte),
            1 => bytes[at] = *byte,
            _ => _ = bytes.remove(at),
        }
    }
    bytes
}

fn damage(at_most: usize) -> impl Strategy<Value = Vec<(Index, u8, u8)>> {
    let byte = prop_oneof![any::<u8>(), select(br#"{}[]",:\0-.eE<>/&=%"#.to_vec())];
    proptest::collection::vec((any::<Index>(), any::<u8>(), byte), 0..=at_most)
}

/// Does with the pact everything that is done with pacts.
fn use_it(pact: &Pact) {
    for version in [SpecVersion::V2, SpecVersion::V3, SpecVersion::V4] {
        let Ok(written) = pact.write(version) else { continue };
        let again = Pact::read(written.to_compact().as_bytes());
        // What one version does not know, and therefore keeps as it was, may mean something in another.
        assert!(version != pact.version || again.is_ok(), "what was written is read: {again:?}\n{written}");
    }
    let values = Object::new();
    let contexts = [
        GenerateContext::consumer(Some("http://localhost:1"), generate::now()),
        GenerateContext::provider(&values, generate::now()),
    ];
    for interaction in &pact.interactions {
        let messages = match &interaction.kind {
            Kind::Http(request, response) => {
                if let Ok(matcher) = RequestMatcher::compile(request, pact.version) {
                    let _ = matcher.compare_with(request);
                }
                if let Ok(matcher) = ResponseMatcher::compile(response, pact.version) {
                    let _ = matcher.compare_with(response);
                }
                for context in &contexts {
                    let _ = generate::request(request, context, &mut generate::rng("any"));
                    let _ = generate::response(response, context, &mut generate::rng("any"));
                }
                continue;
            }
            Kind::AsyncMessage(message) => vec![message],
            Kind::SyncMessage { request, responses } => std::iter::once(request).chain(responses).collect(),
            Kind::Unknown { .. } => continue,
        };
        for message in messages {
            if let Ok(matcher) = MessageMatcher::compile(message, pact.version) {
                let _ = matcher.compare_with(message);
            }
            for context in &contexts {
                let _ = generate::message(message, context, &mut generate::rng("any"));
            }
        }
    }
}

const TYPES: [&str; 9] = [
    "application/json",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=B",
    "text/plain",
    "text/csv; charset=latin1",
    "image/png",
    "application/octet-stream",
    "application/x-unknown",
];

const BODIES: [&str; 6] = [
    r#"{"a":[1,2.50,{"b":null}],"c":"d"}"#,
    "<a x='1' xmlns:n='u'><n:b>t</n:b><b/><![CDATA[z]]></a>",
    "a=1&b=%20&a=2&c[]=x",
    "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\nContent-Type: application/json\r\n\r\n{}\r\n--B--\r\n",
    "hello",
    "\u{89}PNG\r\n",
];

/// Rules whose texts nobody has looked at.
fn odd_rules() -> impl Strategy<Value = MatchingRule> {
    let text = || "([a-zA-Z0-9(){}\\[\\]|*+?.\\\\^$:'-]|.){0,10}";
    prop_oneof![
        crate::random::rules(),
        text().prop_map(MatchingRule::Regex),
        text().prop_map(MatchingRule::Include),
        text().prop_map(MatchingRule::Date),
        text().prop_map(MatchingRule::Time),
        text().prop_map(MatchingRule::DateTime),
        text().prop_map(MatchingRule::ContentType),
    ]
}

fn odd_path() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(vec!["$", "$.a", "$.a[*]", "$.a[0]", "$.*", "$.a.n:b", "$.a['@x']", "$.a.#text", "$.f", "$.c[]", ""]).prop_map(ToOwned::to_owned),
        1 => ".{0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(512)))]

    #[test]
    fn damaged_pact_files_are_read_or_refused(pact in select(PACTS.to_vec()), damage in damage(4)) {
        let bytes = damaged(pact.as_bytes().to_vec(), &damage);
        if let Ok(loaded) = Pact::read(&bytes) {
            use_it(&loaded.value);
        }
    }

    #[test]
    fn pact_files_of_other_values_are_read_or_refused(
        pact in select(PACTS.to_vec()), changes in changes(5), names in proptest::collection::vec(any::<Index>(), 0..2),
    ) {
        let mut document = Json::parse(pact.as_bytes()).expect("a document").into_owned();
        for name in names {
            // A value of one member stands in another, too.
            let places = crate::random::places(&document);
            let moved = crate::random::value_at(&mut document, name.get(&places).as_slice()).clone();
            document = changed(&document, &[(name, Change::Replace(Json::object([("type", moved.clone()), ("match", moved)])))]);
        }
        let text = changed(&document, &changes).to_compact();
        if let Ok(loaded) = Pact::read(text.as_bytes()) {
            use_it(&loaded.value);
        }
    }

    #[test]
    fn damaged_bodies_are_compared_under_any_rules(
        (expected, actual) in (select(BODIES.to_vec()), select(BODIES.to_vec())),
        (damage_expected, damage_actual) in (damage(2), damage(4)),
        same in any::<bool>(),
        kind in select(TYPES.to_vec()),
        rules in proptest::collection::vec((odd_path(), any::<bool>(), proptest::collection::vec(odd_rules(), 1..3)), 0..4),
    ) {
        let own = damaged(expected.as_bytes().to_vec(), &damage_expected);
        let sent = damaged(if same { own.clone() } else { actual.as_bytes().to_vec() }, &damage_actual);
        let list = |(path, or, rules)| {
            (path, RuleList { combine: if or { Combine::Or } else { Combine::And }, rules })
        };
        let matching_rules = MatchingRules { body: rules.into_iter().map(list).collect(), ..MatchingRules::default() };
        let body = Body::new(own, ContentType::parse(kind));
        let headers = Headers::from_iter([("Content-Type".to_owned(), vec![kind.to_owned()])]);

        let request = HttpRequest { body: body.clone(), matching_rules: matching_rules.clone(), ..HttpRequest::default() };
        let matcher = RequestMatcher::compile(&request, SpecVersion::V4).expect("rules that do not nest");
        let actual = ActualRequest::new(&request.method, &request.path, &headers).with_body(&sent);
        prop_assert_eq!(matcher.matches(&actual), matcher.compare(&actual).is_match());

        let response = HttpResponse { body, matching_rules, ..HttpResponse::default() };
        let matcher = ResponseMatcher::compile(&response, SpecVersion::V4).expect("rules that do not nest");
        let actual = ActualResponse::new(response.status, &headers).with_body(&sent);
        prop_assert_eq!(matcher.matches(&actual), matcher.compare(&actual).is_match());
    }
}
