//! What is fuzzed: each function takes any bytes, and panics if something that must always hold does not.
//!
//! No input may cause a panic, an endless wait or memory beyond its measure; beyond that each function says in its first
//! sentence what it holds against the answer. Texts in an input are separated by lines of `====`.

use intact_matching::generate::{self, GenerateContext};
use intact_matching::{
    ActualMessage, ActualRequest, ActualResponse, MessageMatcher, Reason, RequestMatcher, ResponseMatcher,
};
use intact_pact_model::expression::{Definition, is_definition};
use intact_pact_model::json::Object;
use intact_pact_model::{
    Body, ContentType, Generator, Headers, HttpRequest, HttpResponse, Json, Kind, MatchingRule, MessagePart, Pact,
    PathExpression, RuleList, SpecVersion, integration, read,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// A function that is fuzzed.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of the folder with its seeds.
pub const TARGETS: [(&str, Target); 10] = [
    ("pact_file", pact_file),
    ("path_expression", path_expression),
    ("definition_expression", definition_expression),
    ("date_pattern", date_pattern),
    ("date_expression", date_expression),
    ("regular_expression", regular_expression),
    ("json_body", json_body),
    ("xml_body", xml_body),
    ("multipart_body", multipart_body),
    ("form_body", form_body),
];

/// What was read of a pact file and written again is read as the same and written as the same; its parts can be compared.
pub fn pact_file(data: &[u8]) {
    let Ok(loaded) = Pact::read(data) else { return };
    let pact = loaded.value;
    for interaction in &pact.interactions {
        let version = pact.version;
        match &interaction.kind {
            Kind::Http(request, response) => {
                drop(RequestMatcher::compile(request, version).map(|matcher| matcher.compare_with(request)));
                drop(ResponseMatcher::compile(response, version).map(|matcher| matcher.compare_with(response)));
            }
            Kind::AsyncMessage(message) => message_itself(message, version),
            Kind::SyncMessage { request, responses } => {
                message_itself(request, version);
                for response in responses {
                    message_itself(response, version);
                }
            }
            Kind::Unknown { .. } => {}
        }
    }
    let Ok(written) = pact.write(pact.version) else { return };
    let text = written.to_pretty();
    let again = Pact::read(text.as_bytes()).expect("what was written can be read").value;
    let rewritten = again.write(again.version).expect("what was written can be written").to_pretty();
    assert_eq!(text, rewritten, "writing what was read changes it");
}

fn message_itself(message: &MessagePart, version: SpecVersion) {
    drop(MessageMatcher::compile(message, version).map(|matcher| matcher.compare_with(message)));
}

/// A path that was printed is read as the same path.
pub fn path_expression(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(path) = text.parse::<PathExpression>() else { return };
    let printed = path.to_string();
    let again = printed.parse::<PathExpression>();
    assert_eq!(again.as_ref().map(PathExpression::segments), Ok(path.segments()), "{text} was printed as {printed}");
}

/// A definition that is understood can be applied to its own example.
pub fn definition_expression(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let understood = Definition::parse(text).is_ok();
    assert!(!understood || is_definition(text), "understood, but not taken for a definition: {text}");
    let body = Json::object([("pact:matcher:type", Json::from(text)), ("value", Json::from(1))]);
    drop(integration::document(&body));
}

/// A date that was made by a pattern is one of that pattern, as far as its fields can be told apart.
pub fn date_pattern(data: &[u8]) {
    let Some([pattern, text, _]) = texts(data) else { return };
    for rule in
        [MatchingRule::Date(pattern.into()), MatchingRule::Time(pattern.into()), MatchingRule::DateTime(pattern.into())]
    {
        let _ = text_under(rule, text);
    }
    for kind in ["Date", "Time", "DateTime"] {
        let made = made_by(Generator::named(kind).with("format", pattern.to_owned()));
        if let Some(made) = made.filter(|_| pattern.len() <= 9) {
            // A single field cannot run into another one.
            let letter = pattern.chars().next();
            let is_single =
                letter.is_some_and(|letter| letter.is_ascii_alphabetic() && pattern.chars().all(|c| c == letter));
            let matched = text_under(MatchingRule::DateTime(pattern.into()), &made);
            assert!(!is_single || matched, "{pattern} gave {made}");
        }
    }
}

/// A date that an expression leads to is of the pattern it is printed in.
pub fn date_expression(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    for (kind, format) in [("Date", "uuuu-MM-dd"), ("Time", "HH:mm:ss.SSS"), ("DateTime", "yyyy-MM-dd HH:mm:ss G")] {
        let generator = Generator::named(kind).with("format", format).with("expression", text.to_owned());
        if let Some(made) = made_by(generator).filter(|made| !made.starts_with('-')) {
            assert!(text_under(MatchingRule::DateTime(format.into()), &made), "{text} gave {made}");
        }
    }
}

/// A text that was made from a regular expression is matched by it.
pub fn regular_expression(data: &[u8]) {
    let Some([pattern, text, _]) = texts(data) else { return };
    let _ = text_under(MatchingRule::Regex(pattern.into()), text);
    if let Some(made) = made_by(Generator::named("Regex").with("regex", pattern.to_owned())) {
        assert!(text_under(MatchingRule::Regex(pattern.into()), &made), "{pattern:?} gave {made:?}");
    }
}

/// Expected body, actual body, and the rules and generators of a V4 response: verdict and list of mismatches agree, and without
/// rules a body satisfies itself.
pub fn json_body(data: &[u8]) {
    body(data, "application/json");
}

/// As [`json_body`].
pub fn xml_body(data: &[u8]) {
    body(data, "application/xml");
}

/// As [`json_body`].
pub fn multipart_body(data: &[u8]) {
    body(data, "multipart/form-data; boundary=X");
}

/// As [`json_body`].
pub fn form_body(data: &[u8]) {
    body(data, "application/x-www-form-urlencoded");
}

fn body(data: &[u8], content_type: &str) {
    let mut parts = split(data);
    let (expected, actual) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let body = Body::new(expected.to_vec(), ContentType::parse(content_type));
    let headers = Headers::from_iter([("Content-Type".to_owned(), vec![content_type.to_owned()])]);
    let mut response = HttpResponse { headers: headers.clone(), body: body.clone(), ..HttpResponse::default() };

    let plain = ResponseMatcher::compile(&response, SpecVersion::V4).expect("there are no rules");
    let itself = plain.compare(&ActualResponse::new(200, &headers).with_body(expected));
    let unparsable = itself.mismatches().iter().any(|mismatch| mismatch.reason == Reason::Unparsable);
    assert!(unparsable || itself.is_match(), "a body does not satisfy itself: {:?}", itself.mismatches());

    if let Some(written) = parts.next()
        && let Ok(written) = Json::parse(written)
        && let Some(members) = written.as_object()
    {
        let rules = members.get("matchingRules").and_then(|rules| read::matching_rules(rules).ok());
        response.matching_rules = rules.map(|loaded| loaded.value).unwrap_or_default();
        let generators = members.get("generators").and_then(|generators| read::generators(generators).ok());
        response.generators = generators.map(|loaded| loaded.value).unwrap_or_default();
    }
    drop(generate::response(&response, &context(), &mut StdRng::seed_from_u64(7)));
    if let Ok(matcher) = ResponseMatcher::compile(&response, SpecVersion::V4) {
        let actual = ActualResponse::new(200, &headers).with_body(actual);
        assert_eq!(matcher.matches(&actual), matcher.compare(&actual).is_match());
    }
    let (matching_rules, generators) = (response.matching_rules, response.generators);
    let request = HttpRequest { headers: headers.clone(), body, matching_rules, generators, ..HttpRequest::default() };
    if let Ok(matcher) = RequestMatcher::compile(&request, SpecVersion::V4) {
        let actual = ActualRequest::new(&request.method, &request.path, &headers).with_body(actual);
        assert_eq!(matcher.matches(&actual), matcher.compare(&actual).is_match());
    }
}

fn split(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    const LINE: &[u8] = b"\n====\n";
    let mut rest = Some(data);
    std::iter::from_fn(move || {
        let own = rest?;
        let found = own.windows(LINE.len()).position(|window| window == LINE);
        rest = found.map(|at| &own[at + LINE.len()..]);
        Some(&own[..found.unwrap_or(own.len())])
    })
}

/// Up to three texts; those that are not there are empty.
fn texts(data: &[u8]) -> Option<[&str; 3]> {
    let mut parts = split(data).map(str::from_utf8);
    Some([parts.next()?.ok()?, parts.next().unwrap_or(Ok("")).ok()?, parts.next().unwrap_or(Ok("")).ok()?])
}

/// Does the text satisfy the rule, as text and as JSON?
fn text_under(rule: MatchingRule, text: &str) -> bool {
    let mut message = MessagePart {
        contents: Body::new(Json::from("example").to_compact(), Some(ContentType::json())),
        ..MessagePart::default()
    };
    message.matching_rules.body.insert("$".to_owned(), RuleList::of(rule));
    let Ok(matcher) = MessageMatcher::compile(&message, SpecVersion::V4) else { return false };
    let (contents, metadata) = (Json::from(text).to_compact(), Object::new());
    let actual = ActualMessage::new(Some(contents.as_bytes()), &metadata).with_content_type("application/json");
    matcher.compare(&actual).is_match()
}

/// What a generator makes, if it makes something.
fn made_by(generator: Generator) -> Option<String> {
    let mut message =
        MessagePart { contents: Body::new("\"example\"", Some(ContentType::json())), ..MessagePart::default() };
    message.generators.body.insert("$".to_owned(), generator);
    let made = generate::message(&message, &context(), &mut StdRng::seed_from_u64(7)).ok()?;
    if !made.warnings.is_empty() {
        return None;
    }
    Json::parse(made.value.contents.bytes()).ok()?.as_str().map(ToOwned::to_owned)
}

fn context() -> GenerateContext<'static> {
    let now = "2024-02-29T12:34:56.789+01:00[Europe/Berlin]".parse().expect("an instant");
    GenerateContext::consumer(Some("http://127.0.0.1:1234"), now)
}
