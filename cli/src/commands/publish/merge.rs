//! Making one contract out of several files of the same consumer and provider.
//!
//! A test suite that runs in parallel processes, or in several languages, may leave more than one file per pair. The
//! documents are merged, not the pacts read from them, so that members that we do not know are kept.

use std::path::Path;

use intact_pact_model::Json;

use crate::error::Problem;
use crate::pact_files::PactFile;

/// The lists of interactions: `messages` is where V3 message pacts have theirs.
const LISTS: [&str; 2] = ["interactions", "messages"];

/// The bytes of the one file; for several the first, with the interactions of the others added.
pub(super) fn merge(files: &[PactFile]) -> anyhow::Result<Vec<u8>> {
    let Some((first, others)) = files.split_first() else { return Ok(Vec::new()) };
    let others: Vec<&PactFile> = others.iter().filter(|file| file.content != first.content).collect();
    if others.is_empty() {
        return Ok(first.content.clone());
    }
    let mut merged = parse(&first.path, &first.content)?;
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
        for list in LISTS {
            add(&mut merged, &document, list, &other.path)?;
        }
    }
    Ok(merged.to_pretty().into_bytes())
}

fn parse<'a>(path: &Path, content: &'a [u8]) -> anyhow::Result<Json<'a>> {
    let document = Json::parse(content);
    Ok(document.map_err(|error| Problem::usage(format!("the pact file {} cannot be read: {error}", path.display())))?)
}

fn add<'a>(merged: &mut Json<'a>, other: &Json<'a>, list: &'static str, path: &Path) -> anyhow::Result<()> {
    let Some(new) = other.get(list).and_then(Json::as_array) else { return Ok(()) };
    let mut interactions = merged.get(list).and_then(Json::as_array).map(<[Json<'a>]>::to_vec).unwrap_or_default();
    for interaction in new {
        match interactions.iter().find(|known| identity(known) == identity(interaction)) {
            None => interactions.push(interaction.clone()),
            Some(known) if known == interaction => {}
            Some(known) => {
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
    }
    if let Some(members) = merged.as_object_mut() {
        members.insert(list, Json::array(interactions));
    }
    Ok(())
}

/// What tells interactions apart: their kind, description and provider states, in any of their spellings.
fn identity(interaction: &Json<'_>) -> (Option<String>, Option<String>, Option<String>) {
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
        let bytes = merge(&files).map_err(|error| error.to_string())?;
        Ok(Json::parse(&bytes).expect("JSON").to_compact())
    }

    const A: &str = r#"{"description":"a","request":{"path":"/a"},"odd":[1e2]}"#;
    const B: &str = r#"{"description":"a","providerState":"there is b","request":{"path":"/b"}}"#;

    #[test]
    fn a_single_file_and_a_copy_of_it_are_sent_as_they_are() {
        assert_eq!(merge(&[file("a", A)]).expect("merged"), file("a", A).content);
        assert_eq!(merge(&[file("a", A), file("copy", A)]).expect("merged"), file("a", A).content);
    }

    #[test]
    fn interactions_of_several_files_are_put_together_and_what_is_unknown_is_kept() {
        let both = file("x", &format!("{A},{B}"));
        assert_eq!(merged([file("a", A), file("b", B), both]), merged([file("x", &format!("{A},{B}"))]));
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
