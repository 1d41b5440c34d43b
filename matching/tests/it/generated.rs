//! Whatever a generator makes satisfies the rule that stands beside it: every generator, with any parameters, in every place
//! where values are, on both sides of a contract.

use intact_matching::generate::{self, GenerateContext, Zoned};
use intact_matching::{Comparison, MessageMatcher, RequestMatcher, ResponseMatcher};
use intact_pact_model::json::Object;
use intact_pact_model::rules::{ArrayVariant, StatusClass};
use intact_pact_model::{
    Body, ContentType, Generator, Generators, Headers, HttpRequest, HttpResponse, Json, JsonValue, MatchingRule,
    MatchingRules, MessagePart, Query, RuleList, SpecVersion,
};
use proptest::prelude::*;
use proptest::sample::select;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// A generator with the rule that belongs to it, and an example.
#[derive(Debug, Clone)]
struct Pair {
    generator: Generator,
    rule: MatchingRule,
    example: JsonValue,
}

fn pair(generator: Generator, rule: MatchingRule, example: impl Into<JsonValue>) -> Pair {
    Pair { generator, rule, example: example.into() }
}

fn regex(pattern: impl Into<String>) -> MatchingRule {
    MatchingRule::Regex(pattern.into())
}

const LIKE: MatchingRule = MatchingRule::Type { min: None, max: None };

fn numbers() -> impl Strategy<Value = Pair> {
    let integers = (any::<i32>(), any::<i32>(), select(vec![MatchingRule::Integer, MatchingRule::Number, LIKE]));
    let integers = integers.prop_map(|(one, other, rule)| {
        let generator = Generator::named("RandomInt").with("min", one.min(other)).with("max", one.max(other));
        pair(generator, rule, 7)
    });
    let decimals =
        (2..40, select(vec![MatchingRule::Decimal, MatchingRule::Number, LIKE])).prop_map(|(digits, rule)| {
            let example = Json::parse(b"1.5").expect("a number").into_owned();
            pair(Generator::named("RandomDecimal").with("digits", digits), rule, example)
        });
    prop_oneof![integers, decimals, Just(pair(Generator::named("RandomInt"), regex("10|[0-9]"), 7))]
}

fn texts() -> impl Strategy<Value = Pair> {
    let uuid = |format: &'static str, pattern: &'static str| {
        Just(pair(Generator::named("Uuid").with("format", format), regex(pattern), "x"))
    };
    prop_oneof![
        (1..60).prop_map(|digits| {
            pair(
                Generator::named("RandomHexadecimal").with("digits", digits),
                regex(format!("[0-9A-F]{{{digits}}}")),
                "7A",
            )
        }),
        (1..300).prop_map(|size| {
            pair(Generator::named("RandomString").with("size", size), regex(format!("[0-9A-Za-z]{{{size}}}")), "some")
        }),
        Just(pair(Generator::named("RandomBoolean"), MatchingRule::Boolean, true)),
        Just(pair(Generator::named("RandomBoolean"), LIKE, false)),
        uuid("simple", "[0-9a-f]{32}"),
        uuid("lower-case-hyphenated", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        uuid("upper-case-hyphenated", "[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"),
        uuid("URN", "urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        expression().prop_map(|pattern| {
            pair(Generator::named("Regex").with("regex", pattern.clone()), regex(pattern), "x")
        }),
    ]
}

/// Regular expressions as contracts have them, each of which matches some text.
fn expression() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "a",
        "B7",
        r"\d",
        r"\w",
        r"[a-z]",
        r"[^a-z]",
        r"[A-F0-9]",
        ".",
        r"\.",
        r"\-",
        r"\p{L}",
        r"\p{Lu}",
        r"[\w.-]",
        r"\x41",
        r"\u00e9",
        "ü",
        r"\Qa.b\E",
        r"[^\s]",
        r"\S",
        r"\h",
        r"[[:alpha:]]",
        "(?:x|y)",
        "(?<name>z)",
        "[+-]",
        "[/]",
    ]);
    let leaf = (piece, select(vec!["", "?", "*", "+", "{3}", "{1,4}", "{2,}", "*?", "+?"]));
    let leaf = leaf.prop_map(|(piece, often)| match piece {
        // A quantifier would be for its last character.
        r"\Qa.b\E" => piece.to_owned(),
        _ => format!("{piece}{often}"),
    });
    let inner = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("(?:{})", parts.join(""))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join("|"))),
            inner.prop_map(|part| format!("(?i:{part})")),
        ]
    });
    (select(vec!["", "^", "(?i)", "(?s)"]), proptest::collection::vec(inner, 1..4), select(vec!["", "$"]))
        .prop_map(|(before, parts, after)| format!("{before}{}{after}", parts.join("")))
}

/// Patterns of dates and times, of all letters in all the counts they may have. Between fields whose width may grow there is
/// something that is no digit, or nobody could say where one ends.
fn pattern(letters: &'static [(char, usize)]) -> impl Strategy<Value = String> {
    let field = select(letters)
        .prop_flat_map(|(letter, most)| (1..=most).prop_map(move |count| letter.to_string().repeat(count)));
    let separator = select(vec!["-", "/", ".", " ", ":", ", ", "'T'", "' o''clock '", "''", "'né'"]);
    proptest::collection::vec((field, separator), 1..8).prop_map(|fields| {
        // What an offset may go on with looks like the next field.
        let separated = |(field, separator): &(String, &str)| {
            let is_zone = field.starts_with(['V', 'z', 'O', 'X', 'x', 'Z']);
            format!("{field}{}", if is_zone { " " } else { separator })
        };
        fields.iter().map(separated).chain(["a".to_owned()]).collect()
    })
}

const OF_DATES: &[(char, usize)] = &[
    ('G', 5),
    ('y', 9),
    ('Y', 9),
    ('u', 9),
    ('M', 5),
    ('L', 5),
    ('d', 2),
    ('D', 3),
    ('Q', 4),
    ('q', 4),
    ('w', 2),
    ('W', 1),
    ('F', 1),
    ('E', 5),
    ('e', 5),
    ('c', 5),
];
const OF_TIMES: &[(char, usize)] = &[
    ('a', 1),
    ('h', 2),
    ('K', 2),
    ('H', 2),
    ('k', 2),
    ('m', 2),
    ('s', 2),
    ('S', 9),
    ('n', 9),
    ('A', 19),
    ('N', 19),
    ('V', 2),
    ('z', 3),
    ('O', 4),
    ('X', 5),
    ('x', 5),
    ('Z', 5),
];

fn of_date() -> impl Strategy<Value = String> {
    let base = select(vec![
        "",
        "now",
        "today",
        "yesterday",
        "tomorrow",
        "next monday",
        "last sunday",
        "next fortnight",
        "next june",
        "last feb",
        "next year",
        "last week",
    ]);
    let step = (
        select(vec!["+", "-", " + "]),
        0..300,
        select(vec!["day", "days", " weeks", "month", " months", "year", " years"]),
    );
    let step = step.prop_map(|(sign, number, unit)| format!("{sign} {number} {unit}"));
    (base, proptest::collection::vec(step, 0..3)).prop_map(|(base, steps)| format!("{base} {}", steps.join(" ")))
}

fn of_time() -> impl Strategy<Value = String> {
    let base = select(vec![
        "",
        "now",
        "midnight",
        "noon",
        "1 o'clock",
        "12 o'clock pm",
        "7 o'clock am",
        "next hour",
        "last second",
    ]);
    let step = (select(vec!["+", "-"]), 0..5000, select(vec!["hour", "hours", "minutes", "second", "milliseconds"]));
    let step = step.prop_map(|(sign, number, unit)| format!("{sign}{number} {unit}"));
    (base, proptest::collection::vec(step, 0..3)).prop_map(|(base, steps)| format!("{base} {}", steps.join(" ")))
}

fn moments() -> impl Strategy<Value = Pair> {
    let date = (pattern(OF_DATES), of_date()).prop_map(|(format, expression)| {
        let generator = Generator::named("Date").with("format", format.clone()).with("expression", expression);
        pair(generator, MatchingRule::Date(format), "2024-02-29")
    });
    let time = (pattern(OF_TIMES), of_time()).prop_map(|(format, expression)| {
        let generator = Generator::named("Time").with("format", format.clone()).with("expression", expression);
        pair(generator, MatchingRule::Time(format), "12:00")
    });
    let both = (pattern(OF_DATES), pattern(OF_TIMES), of_date(), of_time()).prop_map(|(date, time, on, at)| {
        let format = format!("{date} {time}");
        let generator =
            Generator::named("DateTime").with("format", format.clone()).with("expression", format!("{on} @ {at}"));
        pair(generator, MatchingRule::DateTime(format), "then")
    });
    let default = select(vec![
        ("Date", MatchingRule::Date(String::new())),
        ("Time", MatchingRule::Time(String::new())),
        ("DateTime", MatchingRule::DateTime("yyyy-MM-dd'T'HH:mm:ss.SSSZ".to_owned())),
    ]);
    prop_oneof![2 => date, 2 => time, 2 => both, 1 => default.prop_map(|(kind, rule)| pair(Generator::named(kind), rule, "x"))]
}

/// What only one side of the contract can make.
fn of_one_side() -> impl Strategy<Value = Pair> {
    let state = |expression: &str, data_type: &str| {
        Generator::named("ProviderState")
            .with("expression", expression.to_owned())
            .with("dataType", data_type.to_owned())
    };
    let url = r".*(/orders/\d+)$";
    select(vec![
        pair(state("${id}", "INTEGER"), MatchingRule::Integer, 7),
        pair(state("id", "RAW"), MatchingRule::Number, 7),
        pair(state("${price}", "DECIMAL"), MatchingRule::Decimal, Json::parse(b"1.5").expect("a number").into_owned()),
        pair(state("${id}", "FLOAT"), MatchingRule::Decimal, Json::parse(b"1.5").expect("a number").into_owned()),
        pair(state("${on}", "BOOLEAN"), MatchingRule::Boolean, false),
        pair(state("/users/${id}/${name}", "STRING"), regex(r"/users/\d+/\w+"), "/users/7/x"),
        pair(
            Generator::named("MockServerURL").with("example", "http://localhost:1/orders/5678").with("regex", url),
            regex(url),
            "http://localhost:1/orders/5678",
        ),
    ])
}

fn any_pair() -> impl Strategy<Value = Pair> {
    prop_oneof![1 => numbers(), 2 => texts(), 3 => moments(), 1 => of_one_side()]
}

/// Places, seasons, sides of the switch of the clocks, and zones without a name.
fn instant() -> impl Strategy<Value = Zoned> {
    let zones = vec![
        "UTC",
        "Europe/Berlin",
        "America/St_Johns",
        "Asia/Kathmandu",
        "Pacific/Auckland",
        "Asia/Dubai",
        "America/Sao_Paulo",
    ];
    (0_i64..4_000_000_000, 0_i32..1_000_000_000, select(zones)).prop_map(|(second, nanosecond, zone)| {
        let instant = jiff::Timestamp::new(second, nanosecond).expect("within the calendar");
        instant.in_tz(zone).expect("a zone of the database")
    })
}

fn states() -> Object<'static> {
    let values =
        Json::parse(br#"{"id": 1000, "name": "Ann", "price": 2.75, "on": true}"#).expect("a document").into_owned();
    values.as_object().expect("an object").clone()
}

/// A context of the side on which the generator works.
fn context<'c>(pair: &Pair, states: &'c Object<'c>, now: Zoned, provider: bool) -> GenerateContext<'c> {
    match pair.generator.kind.as_str() {
        "ProviderState" => GenerateContext::provider(states, now),
        "MockServerURL" => GenerateContext::consumer(Some("http://127.0.0.1:4321"), now),
        _ if provider => GenerateContext::provider(states, now),
        _ => GenerateContext::consumer(Some("http://127.0.0.1:4321"), now),
    }
}

fn one<T>(key: &str, value: T) -> indexmap::IndexMap<String, T> {
    [(key.to_owned(), value)].into()
}

fn list(pair: &Pair) -> RuleList {
    RuleList::of(pair.rule.clone())
}

/// Nothing may go wrong, the example must be gone, and what took its place satisfies the rule.
fn judge(
    place: &str,
    pair: &Pair,
    comparison: &Comparison,
    warnings: &[generate::GenerateError],
    value: &str,
) -> Result<(), TestCaseError> {
    prop_assert!(warnings.is_empty(), "{place}: {warnings:?}\n{pair:?}");
    prop_assert!(comparison.is_match(), "{place}: {:#?}\n{pair:?}\n{value}", comparison.mismatches());
    Ok(())
}

/// Where XML cannot hold a character, or takes space around a text for none.
fn fits_xml(pair: &Pair) -> bool {
    !matches!(pair.generator.kind.as_str(), "Regex" | "Date" | "Time" | "DateTime")
}

proptest! {
    // What does not fit XML is passed over, however many cases there are.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(1_000),
        max_local_rejects: u32::MAX,
        ..ProptestConfig::default()
    })]

    #[test]
    fn in_bodies_of_json_and_metadata(pair in any_pair(), now in instant(), seed: u64, provider: bool) {
        let states = states();
        let context = context(&pair, &states, now, provider);
        let document = Json::object([("v", pair.example.clone()), ("w", Json::array([pair.example.clone()]))]);
        let message = MessagePart {
            contents: Body::new(document.to_compact(), Some(ContentType::json())),
            metadata: [("m".into(), pair.example.clone())].into_iter().collect(),
            matching_rules: MatchingRules {
                body: [("$.v".to_owned(), list(&pair)), ("$.w[*]".to_owned(), list(&pair))].into(),
                metadata: one("m", list(&pair)),
                ..MatchingRules::default()
            },
            generators: Generators {
                body: [("$.v".to_owned(), pair.generator.clone()), ("$.w[0]".to_owned(), pair.generator.clone())].into(),
                metadata: one("m", pair.generator.clone()),
                ..Generators::default()
            },
            ..MessagePart::default()
        };
        let made = generate::message(&message, &context, &mut StdRng::seed_from_u64(seed)).expect("its states are there");
        let comparison = MessageMatcher::compile(&message, SpecVersion::V4).expect("rules that compile").compare_with(&made.value);
        judge("message", &pair, &comparison, &made.warnings, &format!("{:?}", made.value))?;
        let again = generate::message(&message, &context, &mut StdRng::seed_from_u64(seed)).expect("as before");
        prop_assert_eq!(made, again, "the same seed makes the same values");
    }

    #[test]
    fn in_paths_queries_headers_and_forms(pair in any_pair(), now in instant(), seed: u64, provider: bool) {
        let states = states();
        let context = context(&pair, &states, now, provider);
        let example = pair.example.to_text().into_owned();
        let mut query = Query::default();
        query.set("q", vec![Some(example.clone()), Some(example.clone())]);
        let mut form = Query::default();
        form.set("f", vec![Some(example.clone())]);
        // What HTTP cannot send in a header nobody compares there.
        let in_header = pair.generator.kind != "Regex";
        let request = HttpRequest {
            path: example.clone(),
            query,
            headers: in_header.then(|| ("X-H".to_owned(), vec![example.clone()])).into_iter().collect::<Headers>(),
            body: Body::new(form.to_query_string(), ContentType::parse("application/x-www-form-urlencoded")),
            matching_rules: MatchingRules {
                path: list(&pair),
                query: one("q", list(&pair)),
                header: in_header.then(|| ("X-H".to_owned(), list(&pair))).into_iter().collect(),
                body: one("$.f", list(&pair)),
                ..MatchingRules::default()
            },
            generators: Generators {
                path: Some(pair.generator.clone()),
                query: one("q", pair.generator.clone()),
                header: in_header.then(|| ("x-h".to_owned(), pair.generator.clone())).into_iter().collect(),
                body: one("$.f", pair.generator.clone()),
                ..Generators::default()
            },
            ..HttpRequest::default()
        };
        let made = generate::request(&request, &context, &mut StdRng::seed_from_u64(seed)).expect("its states are there");
        let comparison = RequestMatcher::compile(&request, SpecVersion::V4).expect("rules that compile").compare_with(&made.value);
        judge("request", &pair, &comparison, &made.warnings, &format!("{:?}", made.value))?;
    }

    #[test]
    fn in_texts_and_attributes_of_xml(pair in any_pair().prop_filter("fits XML", fits_xml), now in instant(), seed: u64, provider: bool) {
        let states = states();
        let context = context(&pair, &states, now, provider);
        let example = pair.example.to_text();
        let document = format!("<o:a xmlns:o=\"urn:o\"><o:b id=\"{example}\">{example}</o:b></o:a>");
        let places = ["$['o:a']['o:b']['@id']", "$['o:a']['o:b']['#text']"];
        let response = HttpResponse {
            body: Body::new(document, Some(ContentType::xml())),
            matching_rules: MatchingRules {
                body: places.map(|place| (place.to_owned(), list(&pair))).into(),
                ..MatchingRules::default()
            },
            generators: Generators {
                body: places.map(|place| (place.to_owned(), pair.generator.clone())).into(),
                ..Generators::default()
            },
            ..HttpResponse::default()
        };
        let made = generate::response(&response, &context, &mut StdRng::seed_from_u64(seed)).expect("its states are there");
        let comparison = ResponseMatcher::compile(&response, SpecVersion::V4).expect("rules that compile").compare_with(&made.value);
        judge("XML", &pair, &comparison, &made.warnings, &String::from_utf8_lossy(made.value.body.bytes()))?;
    }

    #[test]
    fn in_variants_of_array_contains(pair in any_pair(), now in instant(), seed: u64) {
        let states = states();
        let context = context(&pair, &states, now, true);
        let items = ["x", "y"].map(|kind| Json::object([("kind", Json::from(kind)), ("v", pair.example.clone())]));
        let variant = |index| ArrayVariant {
            index,
            rules: [("$.kind".to_owned(), RuleList::of(MatchingRule::Equality)), ("$.v".to_owned(), list(&pair))].into(),
            generators: one("$.v", pair.generator.clone()),
        };
        let mut rules = MatchingRules::default();
        rules.body.insert("$".to_owned(), RuleList::of(MatchingRule::ArrayContains(vec![variant(0), variant(1)])));
        // The variants are found by rule and example together: the example has to be one that its rule accepts.
        let body = Body::new(Json::array(items).to_compact(), Some(ContentType::json()));
        let response = HttpResponse { body, matching_rules: rules, ..HttpResponse::default() };
        let matcher = ResponseMatcher::compile(&response, SpecVersion::V4).expect("rules that compile");
        let made = generate::response(&response, &context, &mut StdRng::seed_from_u64(seed)).expect("its states are there");
        let is_own = matcher.compare_with(&response).is_match();
        prop_assert_eq!(matcher.compare_with(&made.value).is_match(), is_own);
        judge("variants", &pair, &Comparison::default(), &made.warnings, "")?;
    }

    #[test]
    fn in_the_status(from in 200_u16..300, to in 200_u16..300, seed: u64, provider: bool) {
        let states = Object::from_iter([("code".into(), Json::from(from))]);
        let now: Zoned = "2024-02-29T12:00:00+01:00[Europe/Berlin]".parse().expect("an instant");
        let generator = if provider {
            Generator::named("ProviderState").with("expression", "${code}")
        } else {
            Generator::named("RandomInt").with("min", from.min(to)).with("max", from.max(to))
        };
        let response = HttpResponse {
            status: 100,
            matching_rules: MatchingRules { status: RuleList::of(MatchingRule::StatusCode(StatusClass::Success)), ..MatchingRules::default() },
            generators: Generators { status: Some(generator), ..Generators::default() },
            ..HttpResponse::default()
        };
        let context = if provider { GenerateContext::provider(&states, now) } else { GenerateContext::consumer(None, now) };
        let made = generate::response(&response, &context, &mut StdRng::seed_from_u64(seed)).expect("its state is there");
        prop_assert!(made.warnings.is_empty(), "{:?}", made.warnings);
        let comparison = ResponseMatcher::compile(&response, SpecVersion::V4).expect("rules that compile").compare_with(&made.value);
        prop_assert!(comparison.is_match(), "{:?}", made.value.status);
    }
}
