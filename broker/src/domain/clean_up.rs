//! What a clean-up keeps, and what it tells of itself.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long versions and branches are kept by the default rules, in days.
const DEFAULT_MAX_AGE: u32 = 90;

/// What is deleted: versions that no rule keeps, with their pacts, results and deployments; branches that nobody builds any
/// more; contents that no pact has; and data that newer data has replaced.
///
/// Whatever the rules say, versions that are deployed, or released and supported, are kept, and so are main branches.
///
/// ```
/// use intact_broker::CleanUp;
///
/// let mut rules = CleanUp::default();
/// rules.keep_versions = CleanUp::versions_from_json(r#"[{"branch": true, "latest": true}, {"max_age": 30}]"#)?;
/// rules.version_limit = 100;
/// # Ok::<(), intact_broker::KeepRuleError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CleanUp {
    /// A version is kept if one of these says so.
    pub keep_versions: Vec<KeepVersions>,
    /// A branch is kept if one of these says so. Empty: every branch is kept.
    pub keep_branches: Vec<KeepBranches>,
    /// How many versions are deleted at most, the oldest first.
    pub version_limit: usize,
    /// How many branches are deleted at most, those that were built longest ago first.
    pub branch_limit: usize,
    /// How old data must be that newer data has replaced: revisions of pacts that were published again, results of a provider
    /// version that verified the same content again. `None`: it is kept.
    pub overwritten_max_age: Option<Duration>,
}

impl Default for CleanUp {
    /// What Pact Brokers keep: the newest version, the heads of branches and tags, and everything of the last 90 days.
    fn default() -> Self {
        let any = Some(NameOrAny::Any(true));
        let keep = KeepVersions::default;
        Self {
            keep_versions: vec![
                KeepVersions { tag: any.clone(), latest: true, ..keep() },
                KeepVersions { branch: any, latest: true, ..keep() },
                KeepVersions { latest: true, ..keep() },
                KeepVersions { max_age: Some(DEFAULT_MAX_AGE), ..keep() },
            ],
            keep_branches: vec![KeepBranches { max_age: Some(DEFAULT_MAX_AGE), ..KeepBranches::default() }],
            version_limit: 1000,
            branch_limit: 1000,
            overwritten_max_age: None,
        }
    }
}

/// Which versions are kept: those of which everything given here is so.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct KeepVersions {
    /// Versions of the pacticipant of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pacticipant: Option<String>,
    /// The newest version: of the branch or tag if one is given, else of the pacticipant.
    #[serde(skip_serializing_if = "is_not")]
    pub latest: bool,
    /// Versions with a tag of this name, or with any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<NameOrAny>,
    /// Versions on the branch of this name, or on any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<NameOrAny>,
    /// Versions on the main branch.
    #[serde(skip_serializing_if = "is_not", alias = "main_branch")]
    pub main_branch: bool,
    /// Versions that are in the environment of this name now.
    #[serde(skip_serializing_if = "Option::is_none", alias = "environment_name")]
    pub environment: Option<String>,
    /// Versions that were created within so many days.
    #[serde(skip_serializing_if = "Option::is_none", alias = "max_age")]
    pub max_age: Option<u32>,
    /// Versions that are deployed.
    #[serde(skip_serializing_if = "is_not")]
    pub deployed: bool,
    /// Versions that are released and supported.
    #[serde(skip_serializing_if = "is_not")]
    pub released: bool,
}

/// Which branches are kept: those of which everything given here is so.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct KeepBranches {
    /// Branches of the pacticipant of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pacticipant: Option<String>,
    /// The branch of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Branches that were built within so many days.
    #[serde(skip_serializing_if = "Option::is_none", alias = "max_age")]
    pub max_age: Option<u32>,
}

/// A name, or (`true`) any.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum NameOrAny {
    /// `true` for any; `false` for nothing in particular.
    Any(bool),
    /// The one of this name.
    Named(String),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_not(flag: &bool) -> bool {
    !flag
}

/// The text is no list of rules.
#[derive(Debug, thiserror::Error)]
#[error("expected a JSON list of objects such as `{example}`: {cause}")]
pub struct KeepRuleError {
    example: &'static str,
    #[source]
    cause: serde_json::Error,
}

impl KeepRuleError {
    fn because(example: &'static str) -> impl FnOnce(serde_json::Error) -> Self {
        move |cause| Self { example, cause }
    }
}

impl CleanUp {
    /// Reads rules about versions: `[{"branch": true, "latest": true}, {"maxAge": 30}]`. Members may also be written with
    /// underscores.
    ///
    /// # Errors
    ///
    /// The text is no JSON, or says something else.
    pub fn versions_from_json(text: &str) -> Result<Vec<KeepVersions>, KeepRuleError> {
        serde_json::from_str(text)
            .map_err(KeepRuleError::because(r#"[{"branch": true, "latest": true}, {"maxAge": 30}]"#))
    }

    /// Reads rules about branches: `[{"maxAge": 90}, {"branch": "release"}]`; none, or `null`, keep every branch.
    ///
    /// # Errors
    ///
    /// The text is no JSON, or says something else.
    pub fn branches_from_json(text: &str) -> Result<Vec<KeepBranches>, KeepRuleError> {
        let rules: Option<Vec<KeepBranches>> =
            serde_json::from_str(text).map_err(KeepRuleError::because(r#"[{"maxAge": 90}, {"branch": "release"}]"#))?;
        Ok(rules.unwrap_or_default())
    }

    /// The rules about versions with those that always hold.
    pub(crate) fn all_keep_versions(&self) -> Vec<KeepVersions> {
        let mut rules = self.keep_versions.clone();
        for always in [
            KeepVersions { deployed: true, ..KeepVersions::default() },
            KeepVersions { released: true, ..KeepVersions::default() },
        ] {
            if !rules.contains(&always) {
                rules.push(always);
            }
        }
        rules
    }
}

/// What a clean-up would delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CleanUpPlan {
    /// How many.
    pub counts: PlannedCounts,
    /// How many rows of each table would be deleted: with the versions all that belongs to them, overwritten data if that is
    /// asked for, and contents that no pact has any more.
    pub rows_to_delete: BTreeMap<&'static str, u64>,
    /// Which, by pacticipant.
    pub version_summary: BTreeMap<String, PlannedVersions>,
}

/// How many versions and branches a clean-up would delete and keep.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedCounts {
    /// All versions.
    pub total_versions: usize,
    /// Those that would be deleted now.
    pub versions_to_delete: usize,
    /// Those that no rule keeps, which may be more than are deleted at once.
    pub versions_not_to_keep: usize,
    /// Those that rules keep.
    pub versions_to_keep: usize,
    /// How many each rule keeps.
    pub versions_to_keep_by_selector: Vec<KeptByRule>,
    /// All branches.
    pub total_branches: usize,
    /// Those that would be deleted now.
    pub branches_to_delete: usize,
    /// The others.
    pub branches_to_keep: usize,
}

/// How many versions a rule keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptByRule {
    /// The rule.
    pub selector: KeepVersions,
    /// How many.
    pub count: usize,
}

/// What would become of the versions of a pacticipant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedVersions {
    /// Those that would be deleted now.
    pub to_delete: VersionRange,
    /// The others.
    pub to_keep: VersionRange,
}

/// A number of versions, with the oldest and the newest of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionRange {
    /// How many.
    pub count: usize,
    /// The number of the oldest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_version: Option<String>,
    /// The number of the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_version: Option<String>,
}

impl VersionRange {
    /// Counts one more, which is newer than those before.
    pub(crate) fn add(&mut self, number: &str) {
        self.count += 1;
        self.from_version.get_or_insert_with(|| number.to_owned());
        self.to_version = Some(number.to_owned());
    }
}

/// What a clean-up did, by table: `{"versions": {"deleted": 3, "kept": 10}, …}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct CleanUpResult {
    /// How many rows of each table were deleted, and are left now.
    pub tables: BTreeMap<&'static str, DeletedAndKept>,
}

/// How many rows of a table were deleted and are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct DeletedAndKept {
    /// Deleted.
    pub deleted: u64,
    /// Left.
    pub kept: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_in_both_spellings_and_nothing_else_is() {
        let rules = CleanUp::versions_from_json(
            r#"[{"max_age": 30}, {"maxAge": 30}, {"tag": true, "latest": true}, {"main_branch": true}, {"branch": "x"}]"#,
        );
        let rules = rules.unwrap();
        assert_eq!(rules[0], rules[1]);
        assert_eq!(rules[2].tag, Some(NameOrAny::Any(true)));
        assert!(rules[3].main_branch);
        assert_eq!(rules[4].branch, Some(NameOrAny::Named("x".to_owned())));
        let wrong = CleanUp::versions_from_json(r#"[{"maxage": 30}]"#).unwrap_err().to_string();
        assert!(wrong.contains("unknown field `maxage`"), "{wrong}");
        assert_eq!(CleanUp::branches_from_json("[]").unwrap(), []);
        assert_eq!(CleanUp::branches_from_json("null").unwrap(), []);
        assert_eq!(CleanUp::branches_from_json(r#"[{"max_age":90}]"#).unwrap(), CleanUp::default().keep_branches);
    }

    #[test]
    fn what_is_deployed_or_released_is_always_kept() {
        let rules = CleanUp { keep_versions: Vec::new(), ..CleanUp::default() }.all_keep_versions();

        assert_eq!(serde_json::to_string(&rules).unwrap(), r#"[{"deployed":true},{"released":true}]"#);
    }
}
