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
