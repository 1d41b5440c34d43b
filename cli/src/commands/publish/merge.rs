//! Making one contract out of several files of the same consumer and provider.
//!
//! A test suite that runs in parallel processes, or in several languages, may leave more than one file per pair. The
//! documents are merged, not the pacts read from them, so that members that we do not know are kept.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use intact_pact_model::Json;

use crate::error::Problem;
use crate::pact_files::PactFile;

/// The lists of interactions: `messages` is where V3 message pacts have theirs.
const LISTS: [&str; 2] = ["interactions", "messages"];

/// A contract, and how many interactions it has.
pub(super) struct Merged {
    pub(super) content: Vec<u8>,
    pub(super) interactions: usize,
}

/// The bytes of the one file; for several the first, with the interactions of the others added.
pub(super) fn merge(mut files: Vec<PactFile>) -> anyhow::Result<Merged> {
    let (first, others) = match files.as_slice() {
        [] => return Ok(Merged { content: Vec::new(), interactions: 0 }),
        [first, others @ ..] => (first, others),
    };
    let others: Vec<&PactFile> = others.iter().filter(|file| file.content != first.content).collect();
    if others.is_empty() {
        let PactFile { content, pact, .. } = files.swap_remove(0);
        return Ok(Merged { content, interactions: pact.interactions.len() });
    }
    let mut merged = parse(&first.path, &first.content)?;
    let mut lists = LISTS.map(|list| Growing::of(&merged, list));
    for other in others {
        let document = parse(&other.path, &other.content)?;
        if other.pact.version != first.pact.version {
            return Err(Problem::usage(format!(
                "{} and {} are of one consumer and provider, but of different specification versions ({} and {})",
                first.path.display(),
                other.path.display(),
                first.pact.version,
                other.pact.version,
            ))
            .into());
        }
        for list in &mut lists {
            list.add(&document, &other.path)?;
        }
    }
    let interactions = lists.iter().map(|list| list.interactions.len()).sum();
    if let Some(members) = merged.as_object_mut() {
        for list in lists.into_iter().filter(|list| list.has_grown) {
            members.insert(list.list, Json::array(list.interactions));
        }
    }
    Ok(Merged { content: merged.to_pretty().into_bytes(), interactions })
}

fn parse<'a>(path: &Path, content: &'a [u8]) -> anyhow::Result<Json<'a>> {
    let document = Json::parse(content);
    Ok(document.map_err(|error| Problem::usage(format!("the pact file {} cannot be read: {error}", path.display())))?)
}

/// One of the lists of the contract, to which other files add.
struct Growing<'a> {
    list: &'static str,
    interactions: Vec<Json<'a>>,
    /// Where each is; comparing every one with every other would take long for thousands.
    places: HashMap<Identity, usize>,
    has_grown: bool,
}

impl<'a> Growing<'a> {
    fn of(document: &Json<'a>, list: &'static str) -> Self {
        let interactions = listed(document, list).to_vec();
        let mut places = HashMap::new();
        for (place, interaction) in interactions.iter().enumerate() {
            places.entry(identity(interaction)).or_insert(place);
        }
        Self { list, interactions, places, has_grown: false }
    }

    fn add(&mut self, other: &Json<'a>, path: &Path) -> anyhow::Result<()> {
        for interaction in listed(other, self.list) {
            let known = match self.places.entry(identity(interaction)) {
                Entry::Vacant(place) => {
                    place.insert(self.interactions.len());
                    self.interactions.push(interaction.clone());
                    self.has_grown = true;
                    continue;
                }
                Entry::Occupied(place) => &self.interactions[*place.get()],
            };
            if known != interaction {
                return Err(Problem::usage(format!(
                    "{} contradicts another file of the same consumer and provider: two interactions with the same \
                     description and provider states differ\n{}\n{}",
                    path.display(),
                    known.to_compact(),
                    interaction.to_compact(),
                ))
                .hint("give the interactions different descriptions or provider states, or remove the stale file")
                .into());
            }
        }
        Ok(())
    }
}

fn listed<'j, 'a>(document: &'j Json<'a>, list: &str) -> &'j [Json<'a>] {
    document.get(list).and_then(Json::as_array).unwrap_or_default()
}

type Identity = (Option<String>, Option<String>, Option<String>);

/// What tells interactions apart: their kind, description and provider states, in any of their spellings.
fn identity(interaction: &Json<'_>) -> Identity {
    let text = |name: &str| interaction.get(name).filter(|value| !value.is_null()).map(Json::to_compact);
    let states = ["providerStates", "providerState", "provider_state"].into_iter().find_map(text);
    (text("type"), text("description"), states)
}

#[cfg(test)]
mod tests {
    use intact_pact_model::{Pact, SpecVersion};

    use super::*;

    fn file(name: &str, interactions: &str) -> PactFile {
        let content = format!(
            r#"{{"consumer":{{"name":"Web"}},"provider":{{"name":"P"}},"interactions":[{interactions}],"extra":1.0}}"#
        );
        let mut pact = Pact::new("Web", "P");
        pact.version = SpecVersion::V3;
        PactFile { path: name.into(), content: content.into_bytes(), pact }
    }

    fn merged<const N: usize>(files: [PactFile; N]) -> Result<String, String> {
        let merged = merge(files.into()).map_err(|error| error.to_string())?;
        let document = Json::parse(&merged.content).expect("JSON");
        Ok(document.to_compact())
    }

    const A: &str = r#"{"description":"a","request":{"path":"/a"},"odd":[1e2]}"#;
    const B: &str = r#"{"description":"a","providerState":"there is b","request":{"path":"/b"}}"#;

    #[test]
    fn a_single_file_and_a_copy_of_it_are_sent_as_they_are() {
        assert_eq!(merge(vec![file("a", A)]).expect("merged").content, file("a", A).content);
        assert_eq!(merge(vec![file("a", A), file("copy", A)]).expect("merged").content, file("a", A).content);
    }

    #[test]
    fn interactions_of_several_files_are_put_together_and_what_is_unknown_is_kept() {
        let both = file("x", &format!("{A},{B}"));
        assert_eq!(merged([file("a", A), file("b", B), both]), merged([file("x", &format!("{A},{B}"))]));
    }

    #[test]
    fn interactions_that_are_in_both_files_count_once() {
        let both = file("both.json", &format!("{A},{B}"));
        assert_eq!(merge(vec![file("a.json", A), both]).expect("merged").interactions, 2);
    }

    #[test]
    fn thousands_of_interactions_are_put_together_in_their_order() {
        let some = |numbers: std::ops::Range<usize>| {
            let interactions: Vec<String> = numbers.map(|number| format!(r#"{{"description":"{number}"}}"#)).collect();
            file("many.json", &interactions.join(","))
        };
        let both = merge(vec![some(0..2000), some(1000..4000), some(500..1500)]).expect("merged");
        assert_eq!(both.interactions, 4000);
        let (both, all) = (Json::parse(&both.content).expect("JSON"), some(0..4000));
        assert_eq!(both, Json::parse(&all.content).expect("JSON"));
    }

    #[test]
    fn two_interactions_that_contradict_one_another_are_shown() {
        let other = r#"{"description":"a","request":{"path":"/other"}}"#;
        let error = merged([file("a.json", A), file("b.json", other)]).expect_err("a conflict");
        insta::assert_snapshot!(error, @r#"
        b.json contradicts another file of the same consumer and provider: two interactions with the same description and provider states differ
        {"description":"a","request":{"path":"/a"},"odd":[1e2]}
        {"description":"a","request":{"path":"/other"}}
        "#);
    }

    #[test]
    fn files_of_different_versions_are_not_mixed() {
        let mut newer = file("b.json", B);
        newer.pact.version = SpecVersion::V4;
        let error = merged([file("a.json", A), newer]).expect_err("refused");
        assert!(error.starts_with("a.json and b.json are of one consumer and provider, but of different"), "{error}");
    }
}
