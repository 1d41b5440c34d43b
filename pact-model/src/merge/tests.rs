use super::*;
use crate::http::{HttpRequest, HttpResponse};
use crate::message::MessagePart;
use crate::provider_state::ProviderState;

fn http(description: &str, path: &str) -> Interaction {
    let request = HttpRequest { path: path.to_owned(), ..HttpRequest::default() };
    Interaction::new(description, Kind::Http(request, HttpResponse::default()))
}

fn keyed(key: &str, interaction: Interaction) -> Interaction {
    Interaction { key: Some(key.to_owned()), ..interaction }
}

fn paths(pact: &Pact) -> Vec<&str> {
    pact.interactions.iter().filter_map(|own| own.as_http()).map(|(request, _)| request.path.as_str()).collect()
}

#[test]
fn the_new_interaction_takes_the_place_of_the_old_one() {
    let mut pact = Pact::new("a", "b");
    assert_eq!(pact.merge(http("x", "/old")), Ok(Merged::Added));
    assert_eq!(pact.merge(http("w", "/other")), Ok(Merged::Added));
    assert_eq!(pact.merge(http("x", "/new")), Ok(Merged::Replaced));
    assert_eq!(pact.merge(http("x", "/new")), Ok(Merged::Unchanged));
    assert_eq!(paths(&pact), ["/other", "/new"]);
}

#[test]
fn names_of_states_and_the_type_belong_to_the_identity_and_parameters_do_not() {
    let with_state = |name: &str, id: i32| {
        let mut state = ProviderState::named(name);
        state.params.insert("id", id);
        Interaction { provider_states: vec![state], ..http("x", "/") }
    };
    let mut pact = Pact::new("a", "b");
    assert_eq!(pact.merge(with_state("one", 1)), Ok(Merged::Added));
    assert_eq!(pact.merge(with_state("two", 1)), Ok(Merged::Added));
    assert_eq!(pact.merge(with_state("two", 2)), Ok(Merged::Replaced));
    assert_eq!(pact.merge(http("x", "/")), Ok(Merged::Added));
    assert_eq!(pact.merge(Interaction::new("x", Kind::AsyncMessage(MessagePart::default()))), Ok(Merged::Added));
}

#[test]
fn keys_decide_where_both_have_one() {
    let mut pact = Pact::new("a", "b");
    assert_eq!(pact.merge(keyed("1", http("x", "/1"))), Ok(Merged::Added));
    assert_eq!(pact.merge(keyed("2", http("x", "/2"))), Ok(Merged::Added));
    assert_eq!(pact.merge(keyed("1", http("renamed", "/3"))), Ok(Merged::Replaced));
    assert_eq!(pact.merge(http("x", "/4")), Ok(Merged::Replaced));
    assert_eq!(paths(&pact), ["/3", "/4"]);
}

#[test]
fn a_pact_before_v4_is_of_one_kind() {
    let mut pact = Pact { version: SpecVersion::V3, ..Pact::new("a", "b") };
    assert_eq!(pact.merge(http("x", "/")), Ok(Merged::Added));
    let error = pact.merge(Interaction::new("news", Kind::AsyncMessage(MessagePart::default()))).expect_err("mixed");
    assert_eq!(
        error.to_string(),
        "the pact has HTTP interactions, and before specification version 4 messages cannot join them (the interaction \"news\")"
    );
}

#[test]
fn metadata_of_others_is_kept_and_plugins_are_merged() {
    let object = |text: &str| match Json::parse(text.as_bytes()).expect("JSON").into_owned() {
        Json::Object(object) => object,
        other => panic!("{other} is no object"),
    };
    let mut pact = Pact::new("a", "b");
    pact.metadata = object(
        r#"{ "pactRust": { "models": "1" }, "kept": 1, "plugins": [{ "name": "z", "version": "1", "configuration": { "a": [1], "b": 1 } }] }"#,
    );
    let new = object(
        r#"{ "pactRust": { "ffi": "2" }, "plugins": [{ "name": "z", "version": "1", "configuration": { "a": [1, 2], "b": 2 } }, { "name": "a" }] }"#,
    );
    pact.merge_metadata(&new);
    let once = Json::Object(pact.metadata.clone()).to_compact();
    assert_eq!(
        once,
        r#"{"pactRust":{"models":"1","ffi":"2"},"kept":1,"plugins":[{"name":"a"},{"name":"z","version":"1","configuration":{"a":[1,2],"b":2}}]}"#
    );
    pact.merge_metadata(&new);
    assert_eq!(Json::Object(pact.metadata).to_compact(), once);
}

fn pact_of(interactions: impl IntoIterator<Item = Interaction>) -> Pact {
    Pact { interactions: interactions.into_iter().collect(), ..Pact::new("Web", "Orders") }
}

#[test]
fn a_whole_pact_is_merged_or_nothing_of_it() {
    let mut pact = pact_of([http("b", "/old"), http("c", "/")]);
    pact.unknown.insert("x-kept", 1);
    let mut other = pact_of([http("b", "/new"), http("a", "/"), http("c", "/")]);
    other.metadata.insert("mine", 1);
    other.unknown.insert("x-new", 2);
    let merged = pact.merge_pact(&other).expect("of one contract");
    assert_eq!((merged.added, merged.replaced, merged.unchanged, merged.upgraded_from), (1, 1, 1, None));
    assert_eq!(paths(&pact), ["/", "/new", "/"]);
    assert!(pact.metadata.contains("mine") && pact.unknown.contains("x-kept") && pact.unknown.contains("x-new"));

    let before = pact.clone();
    let error = pact.merge_pact(&Pact::new("Web", "Shop")).expect_err("another contract").to_string();
    assert_eq!(error, r#"this is the pact between "Web" and "Orders", and the other that between "Web" and "Shop""#);
    assert_eq!(pact, before);

    let mut older = Pact { version: SpecVersion::V2, ..before.clone() };
    let news = Interaction::new("news", Kind::AsyncMessage(MessagePart::default()));
    let messages = Pact { version: SpecVersion::V3, ..pact_of([news.clone()]) };
    assert!(matches!(older.merge_pact(&messages), Err(MergeConflict::Mixed { .. })));
    assert_eq!((older.version, older.interactions.len()), (SpecVersion::V2, 3));
    assert_eq!(older.merge_pact(&pact_of([news])).expect("V4 takes all").upgraded_from, Some(SpecVersion::V2));
    assert_eq!((older.version, older.interactions.len()), (SpecVersion::V4, 4));
}

#[test]
fn every_conflict_is_named_at_once() {
    let given = |role: &str, interaction: Interaction| {
        let mut state = ProviderState::named("a user");
        state.params.insert("role", role.to_owned());
        Interaction { provider_states: vec![state, ProviderState::named("a shop")], ..interaction }
    };
    let pact = pact_of([http("a", "/old"), given("editor", http("b", "/")), http("same", "/"), http("only here", "/")]);
    let pending = Interaction { pending: true, ..http("same", "/") };
    let other = pact_of([
        http("a", "/new"),
        given("admin", http("b", "/")),
        pending,
        keyed("k", http("twice", "/1")),
        keyed("k", http("twice", "/2")),
    ]);
    let conflicts: Vec<String> = pact.conflicts(&other).iter().map(ToString::to_string).collect();
    assert_eq!(
        conflicts,
        [
            r#"the interaction "a" is defined differently, at $.request.path: "/old" and "/new""#,
            r#"the interaction "b" given "a user" and "a shop" is defined differently, at $.providerStates[0].params.role: "editor" and "admin""#,
            r#"the interaction "twice" is defined differently, at $.request.path: "/1" and "/2""#,
        ]
    );
}

#[test]
fn what_a_version_cannot_say_is_no_conflict_in_it() {
    let with_generator = |kind: &str| {
        let mut interaction = http("a", "/");
        if let Kind::Http(request, _) = &mut interaction.kind {
            request.generators.path = Some(crate::generators::Generator::named(kind));
        }
        pact_of([interaction])
    };
    let (one, other) = (with_generator("Uuid"), with_generator("Regex"));
    assert_eq!(one.conflicts(&other).len(), 1);
    let in_v2 = |pact: &Pact| Pact { version: SpecVersion::V2, ..pact.clone() };
    assert_eq!(in_v2(&one).conflicts(&in_v2(&other)), []);
}

#[test]
fn ten_thousand_interactions_are_merged_into_as_many_in_one_pass() {
    let many = |path: &str| pact_of((0..10_000).map(|at| http(&format!("request {at:05}"), path)));
    let (mut pact, other) = (many("/old"), many("/new"));
    assert_eq!(pact.conflicts(&other).len(), 10_000);
    assert_eq!(pact.merge_pact(&other).expect("of one contract").replaced, 10_000);
    assert_eq!(pact, other);
    // The same in one identity: only keys tell these apart, and then not even they do.
    let same = |keyed: bool| {
        pact_of(
            (0..10_000).map(|at| Interaction { key: keyed.then(|| at.to_string()), ..http("same", &format!("/{at}")) }),
        )
    };
    let mut pact = same(true);
    assert_eq!(pact.merge_pact(&same(true)).expect("of one contract").unchanged, 10_000);
    assert_eq!(pact.merge_pact(&same(false)).expect("of one contract").replaced, 10_000);
    assert_eq!(pact.interactions.len(), 10_000);
}

#[test]
fn markup_of_several_plugins_stands_one_below_the_other() {
    let markup = |text: &str, kind: &str| {
        [("markup".into(), Json::from(text.to_owned())), ("markupType".into(), Json::from(kind.to_owned()))]
            .into_iter()
            .collect::<Object<'static>>()
    };
    let mut interaction = http("a", "/");
    interaction.add_markup(&markup("# one", "COMMON_MARK"));
    interaction.add_markup(&markup("", "HTML"));
    interaction.add_markup(&markup("<b>two</b>", "HTML"));
    assert_eq!(interaction.markup, markup("# one\n<b>two</b>", "COMMON_MARK"));
}
