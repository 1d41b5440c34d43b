//! What is read of what was written is what was written.

use intact_pact_model::json::Json;
use intact_pact_model::{Pact, SpecVersion};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::made_up::{json, v3_pact, v4_pact};
use crate::sprinkle;

fn read_back(pact: &Pact, version: SpecVersion) -> Pact {
    let text = pact.write(version).expect("can be said").to_pretty();
    Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}")).value
}

proptest! {
    #![proptest_config(crate::cases(96))]

    #[test]
    fn reading_what_was_written_in_v4_gives_the_same_pact(pact in v4_pact()) {
        prop_assert_eq!(read_back(&pact, SpecVersion::V4), pact);
    }

    #[test]
    fn reading_what_was_written_in_v3_gives_the_same_pact(pact in v3_pact()) {
        prop_assert_eq!(read_back(&pact, SpecVersion::V3), pact);
    }

    #[test]
    fn writing_again_gives_the_same_text(pact in prop_oneof![v3_pact(), v4_pact()]) {
        // Downgraded from V4, a body loses the type that no header states.
        let oldest = if pact.version == SpecVersion::V4 { SpecVersion::V4 } else { SpecVersion::V1 };
        for version in SpecVersion::ALL.into_iter().filter(|version| *version >= oldest) {
            let Ok(once) = pact.write(version) else { continue };
            let again = read_back(&pact, version).write(version).expect("could be written before");
            prop_assert_eq!(again.to_pretty(), once.to_pretty());
        }
    }

    #[test]
    fn what_nobody_knows_is_kept_wherever_it_stands(pact in prop_oneof![v3_pact(), v4_pact()]) {
        for version in [SpecVersion::V4, SpecVersion::V3, SpecVersion::V2] {
            let Ok(mut document) = pact.write(version) else { continue };
            sprinkle::pact(&mut document);
            let read = Pact::from_json(&document).unwrap_or_else(|error| panic!("{error}: {document}")).value;
            prop_assert_eq!(&read.write(version).expect("could be written before"), &document);
        }
    }

    #[test]
    fn any_bytes_are_a_pact_or_an_error(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Pact::read(&bytes);
    }

    #[test]
    fn any_document_is_a_pact_or_an_error(version in 1..5_u8, mut parts in vec(json(), 14), kind in 0..4_usize) {
        let mut part = || parts.pop().unwrap_or_default();
        let kind = ["Synchronous/HTTP", "Asynchronous/Messages", "Synchronous/Messages", "?"][kind];
        let request = Json::object([("query", part()), ("headers", part()), ("body", part()), ("matchingRules", part()), ("generators", part())]);
        let interaction = Json::object([
            ("type", kind.into()), ("request", request), ("response", part()), ("contents", part()), ("metadata", part()),
            ("matchingRules", Json::object([("body", part()), ("path", part()), ("$.body", part())])), ("providerStates", part()),
            ("comments", part()), ("pending", part()),
        ]);
        let document = Json::object([
            ("interactions", Json::from(vec![interaction.clone()])),
            ("metadata", Json::object([("pactSpecification", Json::object([("version", version.to_string())]))])),
        ]);
        if let Ok(loaded) = Pact::from_json(&document) {
            loaded.value.write(SpecVersion::V4).expect("V4 can say everything");
        }
    }
}
