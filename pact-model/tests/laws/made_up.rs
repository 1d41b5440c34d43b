//! Pacts made up by chance.

use indexmap::IndexMap;
use intact_pact_model::body::{Content, ContentTypeHint};
use intact_pact_model::json::{Json, JsonValue, Number, Object};
use intact_pact_model::read;
use intact_pact_model::rules::{ArrayVariant, EachRule, StatusClass};
use intact_pact_model::{
    Body, Combine, ContentType, Generator, Generators, Headers, HttpRequest, HttpResponse, Interaction, Kind,
    MatchingRule, MatchingRules, MessagePart, Pact, ProviderState, Query, RuleList, SpecVersion,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

pub(crate) fn json() -> impl Strategy<Value = JsonValue> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?"
            .prop_map(|text| Json::Number(Number::parse(&text).expect("a number").into_owned())),
        ".{0,6}".prop_map(Json::from),
        prop_oneof!["\"a\"", "\\{\\}", "null", "\\[1\\]", "7"].prop_map(Json::from),
    ];
    scalar.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::Array),
            vec((".{0,4}", inner), 0..4).prop_map(Json::object::<String, JsonValue>),
        ]
    })
}

/// An object that may stand where Intact keeps what it is given; its names are nobody else's.
pub(crate) fn object(names: &'static str) -> impl Strategy<Value = Object<'static>> {
    vec((names, json()), 0..3)
        .prop_map(|members| members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

pub(crate) fn unknown() -> impl Strategy<Value = Object<'static>> {
    object("x-[a-z]{1,3}")
}

fn content_type() -> impl Strategy<Value = ContentType> {
    prop_oneof![
        Just("application/json"),
        Just("application/hal+json;charset=utf-8"),
        Just("text/plain"),
        Just("text/csv;header=\"a b\""),
        Just("application/xml"),
        Just("image/png"),
        Just("application/x-unheard-of"),
    ]
    .prop_map(|text| ContentType::parse(text).expect("a content type"))
}

/// Bytes that are what the type says.
fn bytes_of(content_type: &ContentType) -> BoxedStrategy<Vec<u8>> {
    if content_type.is_json() {
        json().prop_map(|document| document.to_compact().into_bytes()).boxed()
    } else if content_type.is_text() {
        prop_oneof![".{1,12}", "[A-Za-z0-9]{4}"].prop_map(String::into_bytes).boxed()
    } else {
        prop_oneof![vec(any::<u8>(), 1..12), "[A-Za-z0-9]{4}|.{1,8}".prop_map(String::into_bytes)].boxed()
    }
}

fn not_present() -> impl Strategy<Value = Body> {
    prop_oneof![Just(Body::Missing), Just(Body::Empty), Just(Body::Null)]
}

fn v4_body() -> impl Strategy<Value = Body> {
    let hint = prop_oneof![Just(ContentTypeHint::Binary), Just(ContentTypeHint::Text), Just(ContentTypeHint::Default)];
    let present = (content_type(), option::of(hint)).prop_flat_map(|(content_type, hint)| {
        bytes_of(&content_type).prop_filter("no bytes, no content", |bytes| !bytes.is_empty()).prop_map(move |bytes| {
            Body::Present(Content { bytes: bytes.into(), content_type: Some(content_type.clone()), hint })
        })
    });
    prop_oneof![not_present(), present]
}

/// A body as V3 can say it, with the type that a header or the metadata must name.
fn v3_body() -> impl Strategy<Value = (Option<ContentType>, Body)> {
    let typed = content_type().prop_flat_map(|content_type| {
        bytes_of(&content_type)
            // `null` is the body that is null.
            .prop_filter("bare in V3", |bytes| bytes != b"null")
            .prop_map(move |bytes| (Some(content_type.clone()), Body::new(bytes, None)))
    });
    let untyped = prop_oneof!["[a-z]{6,9} [a-z]", "<[a-z]{2}/>", json().prop_map(|document| document.to_compact())]
        .prop_filter("bare in V3, or text that looks like JSON and is not", |text| {
            text != "null" && (ContentType::detect_text(text).is_json() == Json::parse(text.as_bytes()).is_ok())
        })
        .prop_map(|text| (None, Body::new(text, None)));
    prop_oneof![not_present().prop_map(|body| (None, body)), typed, untyped]
}

fn rule() -> impl Strategy<Value = MatchingRule> {
    let plain = prop_oneof![
        Just(MatchingRule::Equality),
        ".{0,6}".prop_map(MatchingRule::Regex),
        (option::of(any::<u64>()), option::of(0..9_u64)).prop_map(|(min, max)| MatchingRule::Type { min, max }),
        ".{0,6}".prop_map(MatchingRule::Include),
        Just(MatchingRule::Number),
        Just(MatchingRule::Integer),
        Just(MatchingRule::Decimal),
        Just(MatchingRule::Boolean),
        Just(MatchingRule::Null),
        "[yMd-]{0,6}".prop_map(MatchingRule::Date),
        "[Hms:]{0,6}".prop_map(MatchingRule::Time),
        "[yMdHms:]{0,6}".prop_map(MatchingRule::DateTime),
        "[a-z]{1,3}/[a-z]{1,3}".prop_map(MatchingRule::ContentType),
        Just(MatchingRule::Values),
        vec(any::<u16>(), 0..3).prop_map(|codes| MatchingRule::StatusCode(StatusClass::Codes(codes))),
        Just(MatchingRule::StatusCode(StatusClass::Information)),
        Just(MatchingRule::StatusCode(StatusClass::NonError)),
        Just(MatchingRule::NotEmpty),
        Just(MatchingRule::Semver),
        unknown().prop_map(|params| MatchingRule::Other { name: "of-a-plugin".to_owned(), params }),
        unknown().prop_map(|json| read::matching_rule(&Json::Object(json))),
    ];
    plain.prop_recursive(2, 8, 2, |inner| {
        let each = (vec(inner.clone(), 0..3), option::of(json()), option::of(generator()));
        let each =
            each.prop_map(|(rules, example, own)| EachRule { rules, example, generator: own.map(Box::new) }).boxed();
        let list = (any::<bool>(), vec(inner, 1..3));
        let list =
            list.prop_map(|(or, rules)| RuleList { combine: if or { Combine::Or } else { Combine::And }, rules });
        let variant = (0..5_usize, named("\\$(\\.[a-z]|\\[\\*\\])?", list), named("\\$\\.[a-z]", generator()));
        let variant = variant.prop_map(|(index, rules, generators)| ArrayVariant { index, rules, generators });
        prop_oneof![
            each.clone().prop_map(MatchingRule::EachKey),
            each.prop_map(MatchingRule::EachValue),
            vec(variant, 0..3).prop_map(MatchingRule::ArrayContains),
        ]
    })
}

fn generator() -> impl Strategy<Value = Generator> {
    ("[A-Z][a-z]{1,4}", unknown()).prop_map(|(kind, params)| Generator { kind, params })
}

fn named<T: std::fmt::Debug>(
    names: &'static str,
    values: impl Strategy<Value = T>,
) -> impl Strategy<Value = IndexMap<String, T>> {
    vec((names, values), 0..3).prop_map(|named| named.into_iter().collect())
}

fn rule_list() -> impl Strategy<Value = RuleList> {
    (any::<bool>(), vec(rule(), 1..3))
        .prop_map(|(or, rules)| RuleList { combine: if or { Combine::Or } else { Combine::And }, rules })
}

fn rules() -> impl Strategy<Value = MatchingRules> {
    let single = || prop_oneof![3 => Just(RuleList::default()), 1 => rule_list()];
    let path = "\\$(\\.[a-z]{1,3}|\\[[0-9]\\]|\\['.{1,3}'\\])?|[a-z]{1,3}|.{0,3}";
    (
        (single(), single(), single()),
        named("[a-z$.\\[\\]]{1,6}", rule_list()),
        named("[A-Z][a-z-]{1,6}", rule_list()),
        named(path, rule_list()),
        named("[a-z]{1,6}", rule_list()),
    )
        .prop_map(|((method, path, status), query, header, body, metadata)| MatchingRules {
            method,
            path,
            status,
            query,
            header,
            body,
            metadata,
        })
}

fn generators() -> impl Strategy<Value = Generators> {
    let single = || option::weighted(0.2, generator());
    (
        (single(), single(), single()),
        named("[a-z.]{1,6}", generator()),
        named("[A-Z][a-z-]{1,6}", generator()),
        named("\\$(\\.[a-z]{1,3})?", generator()),
        named("[a-z]{1,6}", generator()),
    )
        .prop_map(|((method, path, status), query, header, body, metadata)| Generators {
            method,
            path,
            status,
            query,
            header,
            body,
            metadata,
        })
}

fn v4_headers() -> impl Strategy<Value = Headers> {
    vec(("X-[A-Z]", vec(".{0,5}", 0..3)), 0..3).prop_map(Headers::from_iter)
}

fn v3_headers() -> impl Strategy<Value = Headers> {
    let one = ("X-[A-Z]", "[!-~]([ -~]{0,4}[!-~])?").prop_map(|(name, value)| (name, vec![value]));
    let list = vec("[a-z]{1,3}/[a-z*]", 1..3).prop_map(|values| ("Accept".to_owned(), values));
    (named("X-[A-Z]", one.prop_map(|(_, values)| values)), option::of(list))
        .prop_map(|(named, list)| named.into_iter().chain(list).collect())
}

fn query() -> impl Strategy<Value = Query> {
    named(".{0,4}", vec(option::of(".{0,4}"), 0..3)).prop_map(|named| {
        let mut query = Query::default();
        for (name, values) in named {
            query.set(name, values);
        }
        query
    })
}

pub(crate) fn http(v4: bool) -> impl Strategy<Value = Kind> {
    let half = move || {
        let headers = if v4 { v4_headers().boxed() } else { v3_headers().boxed() };
        let body = if v4 { v4_body().prop_map(|body| (None, body)).boxed() } else { v3_body().boxed() };
        (headers, body, rules(), generators(), unknown()).prop_map(
            |(mut headers, (content_type, body), rules, generators, unknown)| {
                if let Some(content_type) = content_type {
                    headers.set("Content-Type", vec![content_type.to_string()]);
                }
                (headers, body, rules, generators, unknown)
            },
        )
    };
    ("[A-Z]{1,5}", "/.{0,6}", query(), half(), 0..1000_u16, half()).prop_map(
        |(method, path, query, request, status, response)| {
            let (headers, body, matching_rules, generators, unknown) = request;
            let request = HttpRequest { method, path, query, headers, body, matching_rules, generators, unknown };
            let (headers, body, matching_rules, generators, unknown) = response;
            Kind::Http(request, HttpResponse { status, headers, body, matching_rules, generators, unknown })
        },
    )
}

fn message(v4: bool, with_unknown: bool) -> impl Strategy<Value = MessagePart> {
    let body = if v4 { v4_body().prop_map(|body| (None, body)).boxed() } else { v3_body().boxed() };
    let unknown = if with_unknown { unknown().boxed() } else { Just(Object::new()).boxed() };
    (body, object("[a-d]{1,2}"), rules(), generators(), unknown).prop_map(
        |((content_type, contents), mut metadata, matching_rules, generators, unknown)| {
            if let Some(content_type) = content_type {
                metadata.insert("contentType", content_type.to_string());
            }
            MessagePart { contents, metadata, matching_rules, generators, unknown }
        },
    )
}

fn states() -> impl Strategy<Value = Vec<ProviderState>> {
    vec((".{0,6}", object("[a-z]{1,2}")).prop_map(|(name, params)| ProviderState { name, params }), 0..3)
}

fn metadata() -> impl Strategy<Value = Object<'static>> {
    object("[a-z]{1,4}")
}

pub(crate) fn v4_interaction() -> impl Strategy<Value = Interaction> {
    let synchronous = (message(true, true), vec(message(true, true), 0..3))
        .prop_map(|(request, responses)| Kind::SyncMessage { request, responses });
    let strange = ("(Smoke/Signals)?", unknown()).prop_map(|(type_name, members)| Kind::Unknown { type_name, members });
    let kind = prop_oneof![http(true), message(true, false).prop_map(Kind::AsyncMessage), synchronous, strange];
    let comments = named("[a-z]{1,4}", ".{1,4}")
        .prop_map(|named| named.into_iter().map(|(name, text)| (name.into(), Json::from(text))).collect());
    let markup = option::of(".{1,5}").prop_map(|markup| {
        markup.map_or_else(Object::new, |markup| {
            [("markup".into(), Json::from(markup)), ("markupType".into(), Json::from("HTML"))].into_iter().collect()
        })
    });
    (
        (".{0,8}", states(), kind),
        (option::of("[a-z0-9]{1,6}"), any::<bool>(), option::of("[a-z]{1,5}")),
        (comments, metadata(), markup, unknown()),
    )
        .prop_map(
            |(
                (description, provider_states, kind),
                (key, pending, transport),
                (comments, plugin_configuration, markup, unknown),
            )| Interaction {
                provider_states,
                key,
                pending,
                comments,
                transport,
                plugin_configuration,
                markup,
                // What is beside an exchange that nobody understands belongs to it.
                unknown: if matches!(kind, Kind::Unknown { .. }) { Object::new() } else { unknown },
                ..Interaction::new(description, kind)
            },
        )
}

pub(crate) fn pact_of(
    version: SpecVersion,
    interactions: Vec<Interaction>,
    names: (String, String),
    metadata: Object<'static>,
) -> Pact {
    let mut pact = Pact { version, metadata, ..Pact::new(names.0, names.1) };
    for interaction in interactions {
        pact.merge(interaction).expect("of one kind");
    }
    pact
}

pub(crate) fn v4_pact() -> impl Strategy<Value = Pact> {
    (vec(v4_interaction(), 0..4), (".{0,5}", ".{0,5}"), metadata(), unknown()).prop_map(
        |(interactions, names, metadata, unknown)| Pact {
            unknown,
            ..pact_of(SpecVersion::V4, interactions, names, metadata)
        },
    )
}

pub(crate) fn v3_pact() -> impl Strategy<Value = Pact> {
    let of = |kind: BoxedStrategy<Kind>| {
        let interaction =
            (".{0,8}", states(), kind, unknown()).prop_map(|(description, provider_states, kind, unknown)| {
                Interaction { provider_states, unknown, ..Interaction::new(description, kind) }
            });
        vec(interaction, 0..4)
    };
    let interactions =
        prop_oneof![of(http(false).boxed()), of(message(false, false).prop_map(Kind::AsyncMessage).boxed())];
    (interactions, (".{0,5}", ".{0,5}"), metadata())
        .prop_map(|(interactions, names, metadata)| pact_of(SpecVersion::V3, interactions, names, metadata))
}
