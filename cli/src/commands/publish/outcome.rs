//! What became of a contract, in a word.
//!
//! The broker says it in its notices only, in sentences that have been the same for years. What they mean is read from them;
//! words that nobody knows leave it at "published".

use intact_broker_client::Notice;

use crate::printer::Tone;

/// What became of one contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There was none of this consumer and provider before, on this branch or with this tag.
    New,
    /// It differs from the one before.
    Changed,
    /// It is the one before.
    Unchanged,
    /// It was put together with what was there for this version.
    Merged,
    /// It took the place of another one that was there for this version.
    Replaced,
    /// The broker does not say more.
    Published,
}

impl Outcome {
    /// What the notices say of the contract with this provider.
    pub(super) fn of(notices: &[Notice], consumer: &str, version: &str, provider: &str) -> Self {
        let about = format!(" for {consumer} version {version} and provider {provider}");
        let sentence = |text: &str| {
            let (said, rest) = text.split_once(&about)?;
            // Another provider's name may begin with this one's.
            let is_whole =
                rest.is_empty() || rest == "." || rest.starts_with(". ") || rest.starts_with(" with no content");
            is_whole.then(|| said.to_owned())
        };
        let Some((at, said)) = notices.iter().enumerate().find_map(|(at, notice)| Some((at, sentence(&notice.text)?)))
        else {
            return Self::Published;
        };
        match said.as_str() {
            "Pact successfully republished" => Self::Unchanged,
            "Pact content merged with existing content" => Self::Merged,
            "Pact with changed content published over existing content" => Self::Replaced,
            _ => {
                // The remarks on a contract are indented below its sentence.
                let below = notices[at + 1..].iter().take_while(|notice| notice.text.starts_with(' '));
                let events =
                    below.map(|notice| notice.text.trim_start()).find(|text| text.starts_with("Events detected:"));
                match events {
                    None => Self::Published,
                    Some(events) if !events.contains("contract_content_changed") => Self::Unchanged,
                    Some(events) if events.contains("changed since") => Self::Changed,
                    Some(_) => Self::New,
                }
            }
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Merged => "merged",
            Self::Replaced => "replaced",
            Self::Published => "published",
        }
    }

    pub(super) fn tone(self) -> Tone {
        match self {
            Self::Replaced => Tone::Doubtful,
            Self::Unchanged => Tone::Plain,
            _ => Tone::Good,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(provider: &str, texts: &[&str]) -> Outcome {
        let notices: Vec<Notice> =
            texts.iter().map(|&text| Notice { kind: "debug".to_owned(), text: text.to_owned() }).collect();
        Outcome::of(&notices, "Web", "1", provider)
    }

    #[test]
    fn the_sentences_of_brokers_are_understood() {
        let published = "Pact successfully published for Web version 1 and provider P.";
        let first =
            "  Events detected: contract_published, contract_content_changed (first time untagged pact published)";
        let changed = "  Events detected: contract_published, contract_content_changed (pact content has changed since the last \
                       consumer version tagged with main)";
        let same = "  Events detected: contract_published (pact content is the same as previous version with tag main and no \
                    new tags were applied)";
        for (texts, expected) in [
            (&[published, "  View the published pact at http://b", first][..], Outcome::New),
            (&[published, changed], Outcome::Changed),
            (&[published, same], Outcome::Unchanged),
            (
                &["Pact successfully republished for Web version 1 and provider P with no content changes."],
                Outcome::Unchanged,
            ),
            (&["Pact content merged with existing content for Web version 1 and provider P."], Outcome::Merged),
            (
                &[
                    "Pact with changed content published over existing content for Web version 1 and provider P. This is not",
                ],
                Outcome::Replaced,
            ),
            (&[published], Outcome::Published),
            (&["Thank you"], Outcome::Published),
            // What is said of others.
            (
                &["Pact successfully republished for Web version 1 and provider P2 with no content changes."],
                Outcome::Published,
            ),
            (
                &[published, "Pact successfully published for Web version 1 and provider Q.", changed],
                Outcome::Published,
            ),
        ] {
            assert_eq!(of("P", texts), expected, "{texts:?}");
        }
    }
}
