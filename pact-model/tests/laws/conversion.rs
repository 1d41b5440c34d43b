//! A conversion loses what it says it loses, and nothing else.

use intact_pact_model::{Body, Headers, Kind, Pact, SpecVersion};
use proptest::prelude::*;

use crate::made_up::{v3_pact, v4_pact};

/// The type of a message, which V3 puts into the metadata, several lines of one header, and what a transport is anyway.
fn without_what_versions_say_differently(pact: &Pact) -> Pact {
    fn joined(headers: &Headers) -> Headers {
        let one_line = |values: &[String]| {
            let parts = values.iter().flat_map(|own| own.split(','));
            parts.map(|own| own.trim().to_owned()).collect::<Vec<_>>()
        };
        headers.iter().map(|(name, values)| (name.to_owned(), one_line(values))).collect()
    }
    let mut pact = pact.clone();
    for interaction in &mut pact.interactions {
        match &mut interaction.kind {
            Kind::Http(request, response) => {
                if interaction.transport.as_deref() == Some("http") {
                    interaction.transport = None;
                }
                (request.headers, response.headers) = (joined(&request.headers), joined(&response.headers));
            }
            Kind::AsyncMessage(part) => {
                let content_type = part.content_type();
                if let Body::Present(content) = &mut part.contents {
                    content.content_type = content_type;
                }
                part.metadata.remove("contentType");
            }
            _ => {}
        }
    }
    pact
}

proptest! {
    #![proptest_config(crate::cases(32))]

    #[test]
    fn a_conversion_without_losses_changes_nothing_and_any_other_is_refused(pact in prop_oneof![v3_pact(), v4_pact()]) {
        for version in SpecVersion::ALL {
            let losses = pact.losses(version);
            let written = pact.write(version);
            prop_assert_eq!(pact.convert_lossy(version).is_ok(), written.is_ok());
            prop_assert_eq!(pact.convert(version).is_ok(), losses.is_empty(), "{:?}", losses);
            let Ok(written) = written else { continue };
            let again = Pact::from_json(&written).expect("a pact").value;
            let in_v4 = |pact: &Pact| pact.write(SpecVersion::V4).expect("V4 says everything");
            if losses.is_empty() {
                let converted = pact.convert(version).expect("nothing is lost");
                prop_assert_eq!(in_v4(&converted), in_v4(&again), "{}", version);
                prop_assert_eq!(in_v4(&without_what_versions_say_differently(&pact)), in_v4(&without_what_versions_say_differently(&again)), "{}", version);
            }
            let (converted, _) = pact.convert_lossy(version).expect("could be written");
            prop_assert_eq!(converted.write(version).expect("could be written"), written);
        }
    }
}
