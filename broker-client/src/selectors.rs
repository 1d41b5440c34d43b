//! Naming versions without their numbers: which consumers' pacts to verify, and which versions to ask the matrix about.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Chooses consumer versions whose pacts shall be verified. All criteria of one selector must hold.
///
/// Reads and writes the JSON that Pact tools know, such as `{"branch": "main"}` or `{"deployedOrReleased": true}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsumerVersionSelector {
    /// Only this consumer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// The head of each consumer's main branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub main_branch: Option<bool>,
    /// The head of the branch of this name, or of every branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<BranchSelector>,
    /// The branch to use for consumers that do not have `branch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_branch: Option<String>,
    /// The head of the branch that has the same name as the provider version's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matching_branch: Option<bool>,
    /// Versions with this tag: all of them, or with `latest` the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The tag to use if no consumer has `tag`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_tag: Option<String>,
    /// The newest version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<bool>,
    /// Versions that are currently deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployed: Option<bool>,
    /// Versions that are released and supported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<bool>,
    /// Both of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployed_or_released: Option<bool>,
    /// Only in this environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// The `branch` of a [`ConsumerVersionSelector`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BranchSelector {
    /// The branch of this name.
    Named(String),
    /// Each branch; written `true`.
    Any,
}

impl From<&str> for BranchSelector {
    fn from(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

impl Serialize for BranchSelector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Named(name) => serializer.serialize_str(name),
            Self::Any => serializer.serialize_bool(true),
        }
    }
}

impl<'de> Deserialize<'de> for BranchSelector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrTrue;

        impl Visitor<'_> for NameOrTrue {
            type Value = BranchSelector;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("the name of a branch, or `true` for every branch")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<BranchSelector, E> {
                Ok(name.into())
            }

            fn visit_bool<E: Error>(self, any: bool) -> Result<BranchSelector, E> {
                if any { Ok(BranchSelector::Any) } else { Err(E::invalid_value(Unexpected::Bool(any), &self)) }
            }
        }

        deserializer.deserialize_any(NameOrTrue)
    }
}

/// One `q` (or `ignore`) of a matrix query: a pacticipant, and which of its versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionSelector {
    /// The pacticipant's name.
    pub pacticipant: String,
    /// The version's number.
    pub version: Option<String>,
    /// The newest version, of the branch or with the tag if there is one.
    pub latest: bool,
    /// Versions of this branch.
    pub branch: Option<String>,
    /// Versions with this tag.
    pub tag: Option<String>,
    /// Versions of the main branch.
    pub main_branch: bool,
}

impl VersionSelector {
    /// Any version of a pacticipant.
    pub fn pacticipant(name: impl Into<String>) -> Self {
        Self { pacticipant: name.into(), ..Self::default() }
    }

    /// One version of a pacticipant.
    pub fn version(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { version: Some(version.into()), ..Self::pacticipant(name) }
    }

    pub(crate) fn query(&self, key: &str) -> Vec<(String, String)> {
        let mut pairs = vec![(format!("{key}[][pacticipant]"), self.pacticipant.clone())];
        let mut push = |name: &str, value: &str| pairs.push((format!("{key}[][{name}]"), value.to_owned()));
        if let Some(version) = &self.version {
            push("version", version);
        }
        if self.latest {
            push("latest", "true");
        }
        if let Some(tag) = &self.tag {
            push("tag", tag);
        }
        if let Some(branch) = &self.branch {
            push("branch", branch);
        }
        if self.main_branch {
            push("mainBranch", "true");
        }
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_read_and_written_as_pact_tools_write_it() {
        for json in [
            r#"{"branch":"feat/x","fallbackBranch":"main"}"#,
            r#"{"branch":true}"#,
            r#"{"consumer":"Web","deployedOrReleased":true,"environment":"production"}"#,
        ] {
            let selector: ConsumerVersionSelector = serde_json::from_str(json).expect(json);
            assert_eq!(serde_json::to_string(&selector).expect("JSON"), json);
        }
    }

    #[test]
    fn a_branch_is_a_name_or_true() {
        for json in [r#"{"branch": false}"#, r#"{"branch": 1}"#, r#"{"branch": {}}"#] {
            let error = serde_json::from_str::<ConsumerVersionSelector>(json).expect_err(json).to_string();
            assert!(error.contains("expected the name of a branch, or `true` for every branch"), "{error}");
        }
    }
}
