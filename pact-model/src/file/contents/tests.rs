use proptest::prelude::*;

use super::*;
use crate::http::{HttpRequest, HttpResponse};
use crate::message::MessagePart;

/// The text, brought up to date.
fn text(contents: &mut Contents) -> String {
    contents.change().expect("can be said");
    contents.text.clone()
}

/// As another process finds it.
fn again(contents: &mut Contents) -> Contents {
    let text = text(contents);
    let layout = Layout::parse(&contents.layout().to_string()).expect("as it was shown");
    Contents::of_own_text(text, layout).expect("our own text")
}

fn put(contents: &mut Contents, interaction: &Interaction) {
    let old = contents.giving_way_to(interaction).expect("readable");
    contents.put(interaction, &old).expect("can be said");
}

fn http(description: &str) -> Interaction {
    Interaction::new(description, Kind::Http(HttpRequest::default(), HttpResponse::default()))
}

fn message(description: &str) -> Interaction {
    Interaction::new(description, Kind::AsyncMessage(MessagePart::default()))
}

fn pact(version: SpecVersion, interactions: Vec<Interaction>) -> Pact {
    let mut pact = Pact { interactions, version, ..Pact::new("\n  \"interactions\": []", "\n    }\n  ]\n") };
    pact.metadata.insert("messages", Json::Array(Vec::new()));
    pact
}

#[test]
fn the_text_from_pieces_is_the_text_of_the_whole() {
    for version in [SpecVersion::V4, SpecVersion::V3, SpecVersion::V2, SpecVersion::V1] {
        for count in [0, 1, 3] {
            for make in [http, message] {
                if make("").as_http().is_none() && version < SpecVersion::V3 {
                    continue;
                }
                let all: Vec<Interaction> = (0..count).map(|at| make(&format!("{at} \n    }},\n    {{"))).collect();
                let whole = pact(version, all.clone()).write(version).expect("can be said").to_pretty();
                let mut at_once = Contents::new(pact(version, all.clone())).expect("can be said");
                assert_eq!(text(&mut at_once), whole, "{count} in {version}");

                let mut one_by_one = Contents::new(pact(version, Vec::new())).expect("can be said");
                for interaction in all.iter().rev() {
                    put(&mut one_by_one, interaction);
                    let mut again = again(&mut one_by_one);
                    assert_eq!((again.len(), again.change()), (one_by_one.len(), Ok(None)));
                    assert_eq!((&again.text, &again.layout), (&one_by_one.text, &one_by_one.layout));
                }
                assert_eq!(text(&mut one_by_one), whole);
            }
        }
    }
}

fn keyed(description: &str, key: &str) -> Interaction {
    Interaction { key: Some(key.to_owned()), ..http(description) }
}

#[test]
fn interactions_are_found_by_key_or_identity_without_reading_all() {
    let mut all = vec![http("a"), keyed("b", "1\n"), keyed("b", "2"), http("c")];
    let descriptions = ["d", "e", "f", "g", "h", "i", "kkk"];
    all.extend(descriptions.map(http));
    let mut whole = pact(SpecVersion::V4, all);
    // A line like that of an interaction, but around them.
    whole.metadata.insert("other", Json::object([("tool", Json::object([("key", "1\n"), ("name", "x")]))]));
    let mut contents = again(&mut Contents::new(whole).expect("can be said"));
    // Nobody could read those that nobody has to.
    for unread in descriptions.iter().filter(|own| **own != "f") {
        let line = format!("{DESCRIPTION}{unread:?},\n      \"pending\": false");
        assert!(contents.text.contains(&line), "{unread}");
        contents.text = contents.text.replace(&line, &line.replace("false", "fals!"));
    }
    let mut found = |wanted: &Interaction| {
        let found = contents.giving_way_to(wanted).expect("only readable ones are read");
        found.into_iter().map(|own| own.interaction.description).collect::<Vec<_>>()
    };
    for unknown in [keyed("b", "3"), http("bb"), message("gg"), http(""), http("z"), keyed("z", "z")] {
        assert_eq!(found(&unknown), [""; 0]);
    }
    assert_eq!(found(&http("a")), ["a"]);
    assert_eq!(found(&http("b")), ["b"]);
    assert_eq!(found(&keyed("other", "1\n")), ["b"]);
    assert_eq!(found(&keyed("a", "3")), ["a"], "one of them has no key");
    assert_eq!(found(&message("a")), [""; 0], "of another type");
    assert_eq!(found(&http("f")), ["f"]);
    assert!(contents.giving_way_to(&http("e")).is_err(), "it is indeed unreadable");
}

#[test]
fn descriptions_are_found_whatever_is_in_them() {
    for description in ["", "a", "\"", "\\", "\n      \"description\": \"b\"", "\u{2028}\u{0}ü,"] {
        let mut own = http(description);
        own.comments.insert("description", "another");
        let mut contents = Contents::new(pact(SpecVersion::V4, vec![own])).expect("can be said");
        contents.text = contents.text.replace("\"pending\": false", "\"pending\": fals!");
        let begin = contents.all().start;
        assert_eq!(contents.description(begin).expect("found without reading all"), description);
        assert!(contents.read(begin).is_err());
    }
}

#[test]
fn what_is_no_text_of_ours_is_not_taken_for_it() {
    let mut contents = Contents::new(pact(SpecVersion::V4, vec![http("a"), http("b")])).expect("can be said");
    let (ours, layout) = (text(&mut contents), contents.layout.clone());
    assert!(Contents::of_own_text(ours.clone(), layout.clone()).is_some());
    for text in ["", "{}", "{\n  \"interactions\": [\n    {", &ours.replace("  ", " "), &ours[..ours.len() - 3]] {
        assert!(Contents::of_own_text(text.to_owned(), layout.clone()).is_none(), "{text}");
    }
    let Range { start, end } = layout.list;
    for (list, count) in [(start..end, 0), (start + 1..end, 2), (start..end - 1, 2), (start..start, 0), (end..start, 2)]
    {
        assert!(
            Contents::of_own_text(ours.clone(), Layout { list: list.clone(), count }).is_none(),
            "{list:?} {count}"
        );
    }
    for text in ["", "1", "1 2", "1 2 x", "1 2 3 4", "-1 2 3", "1 2 99999999999999999999"] {
        assert_eq!(Layout::parse(text), None, "{text}");
    }
}

#[test]
fn nothing_is_taken_away_or_passed_over_where_an_interaction_does_not_end_as_ours_do() {
    let all = ["a", "b", "c", "d"].map(http).to_vec();
    let mut contents = Contents::new(pact(SpecVersion::V4, all)).expect("can be said");
    let ours = text(&mut contents);
    let separator = format!("{CLOSE}{NEXT}{{");
    for odd in ["\n   }, \n    {", "\n    },\n   { ", "\n    } ,\n   {", "\n    }, \n   {"] {
        assert_eq!(odd.len(), separator.len());
        contents.text = ours.replace(&separator, odd);
        for description in ["a", "b", "c", "d"] {
            let result = contents.giving_way_to(&http(description));
            assert!(matches!(result, Err(ContentsError::Read(_))), "{odd:?} {result:?}");
        }
    }
}

fn any_interaction() -> impl Strategy<Value = Interaction> {
    let key = prop_oneof![4 => Just(None), 1 => "[kl]{1,2}".prop_map(Some)];
    let states = prop::collection::vec("[ab]", 0..2);
    let text = "([kü{}\\[\\],\" ]|\n    |\n    \\{|\n    \\}|\n      \"key\": \"k\",\n){0,6}";
    (text, key, states, text).prop_map(|(description, key, states, comment)| {
        let provider_states = states.into_iter().map(crate::ProviderState::named).collect();
        let mut own = Interaction { provider_states, key, ..http(&description) };
        // Stands before the description.
        own.comments.insert(if comment.len() % 2 == 0 { "description" } else { "key" }, comment);
        own
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_text_with_one_more_is_that_of_the_merged_pact(new in prop::collection::vec(any_interaction(), 0..24)) {
        let mut merged = pact(SpecVersion::V4, Vec::new());
        let mut contents = Contents::new(merged.clone()).expect("can be said");
        for (at, own) in new.into_iter().enumerate() {
            if at % 4 == 0 {
                contents = again(&mut contents);
            }
            let before = contents.text.clone();
            contents.is_written();
            put(&mut contents, &own);
            let change = contents.change().expect("can be said").map(|change| change.text[..change.from].to_owned());
            // Nothing changes: so it is with all of the text.
            prop_assert!(before.starts_with(change.as_ref().unwrap_or(&contents.text)));
            merged.merge(own).expect("V4 takes all");
            prop_assert_eq!(text(&mut contents), merged.write(SpecVersion::V4).expect("can be said").to_pretty());
            prop_assert_eq!(contents.len(), merged.interactions.len());
        }
    }
}

#[test]
fn foreign_messages_of_a_v4_file_are_not_taken_for_its_interactions() {
    let mut pact = pact(SpecVersion::V4, Vec::new());
    pact.metadata = Object::new();
    pact.unknown.insert("messages", Json::array([Json::object([("description", "foreign")])]));
    let mut contents = Contents::new(pact).expect("can be said");
    let text = text(&mut contents);
    assert_eq!(again(&mut contents).len(), 0);
    let begin = text.find("\n  \"messages\": [\n    {").expect("foreign") + "\n  \"messages\": [".len();
    let end = text[begin..].find("\n  ]").expect("an end") + begin + END.len();
    let layout = Layout { list: begin..end, count: 1 };
    assert!(Contents::of_own_text(text, layout).is_none());
}

#[test]
fn keys_are_found_however_often_they_are_searched_for() {
    let mut contents = Contents::new(pact(SpecVersion::V4, vec![keyed("a", "0")])).expect("can be said");
    for at in 1..5 {
        put(&mut contents, &keyed(&format!("b{at}"), &format!("{at}\"\n")));
        put(&mut contents, &http("no key"));
        // Of another description, each takes the place of the one before.
        put(&mut contents, &keyed(&format!("c{at}"), &format!("{at}\"\n")));
        put(&mut contents, &keyed("d", "0"));
        assert!(contents.giving_way_to(&keyed("e", "unknown")).expect("readable").is_empty());
    }
    let descriptions: Vec<&str> =
        contents.text.split(DESCRIPTION).skip(1).filter_map(|own| own.split('"').nth(1)).collect();
    assert_eq!(descriptions, ["c1", "c2", "c3", "c4", "d", "no key"]);
    assert!(matches!(contents.keys, Keys::All(_)));
}
