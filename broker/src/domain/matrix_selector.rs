//! Which versions a matrix question speaks of, before and after they were looked up, and how texts describe them.

use super::id::{PacticipantId, VersionId};

/// Conditions on the versions of one pacticipant; all that are given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Criteria {
    /// The version with this number.
    pub(crate) version: Option<String>,
    /// Only the newest of the versions that fulfil the other conditions.
    pub(crate) latest: bool,
    /// Versions on this branch.
    pub(crate) branch: Option<String>,
    /// Versions with this tag.
    pub(crate) tag: Option<String>,
    /// Versions that are deployed to, or released and supported in, the environment with this name.
    pub(crate) environment: Option<String>,
    /// Versions on the pacticipant's main branch.
    pub(crate) main_branch: bool,
}

impl Criteria {
    /// Is nothing asked, so that every version is meant?
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The number, if that is the only condition.
    pub(crate) fn number_alone(&self) -> Option<&str> {
        let Self { version, latest, branch, tag, environment, main_branch } = self;
        let others = *latest || branch.is_some() || tag.is_some() || environment.is_some() || *main_branch;
        version.as_deref().filter(|_| !others)
    }
}

/// A pacticipant and which of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selector {
    /// The pacticipant's name.
    pub(crate) pacticipant: String,
    /// Which versions of it.
    pub(crate) criteria: Criteria,
}

/// Where a selector comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It stands in the question, or is one to ignore.
    Specified,
    /// It was added for a pacticipant that is integrated with a specified one.
    Inferred,
}

/// A version that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VersionRef {
    /// Its row.
    pub(crate) id: VersionId,
    /// Its number.
    pub(crate) number: String,
    /// Its place among the versions of its pacticipant: creation order.
    pub(crate) order: i64,
}

/// A selector with what it found: one of these for each version it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolvedSelector {
    /// What was asked.
    pub(crate) selector: Selector,
    /// Where it comes from.
    pub(crate) origin: Origin,
    /// The pacticipant, unless there is none of that name.
    pub(crate) pacticipant: Option<PacticipantId>,
    /// The name of the pacticipant's main branch.
    pub(crate) main_branch: Option<String>,
    /// The version, unless every version is meant or none was found.
    pub(crate) version: Option<VersionRef>,
    /// Whether the selector matches other versions as well.
    pub(crate) one_of_many: bool,
}

impl ResolvedSelector {
    /// Does it mean every version of its pacticipant?
    pub(crate) fn is_name_only(&self) -> bool {
        self.selector.criteria.is_empty()
    }

    /// Was a certain version asked for and not found?
    pub(crate) fn is_missing(&self) -> bool {
        !self.is_name_only() && self.version.is_none()
    }

    /// Does it mean this version of this pacticipant?
    pub(crate) fn matches(&self, pacticipant: PacticipantId, version: Option<VersionId>) -> bool {
        self.pacticipant == Some(pacticipant)
            && (self.is_name_only() || self.version.as_ref().is_some_and(|own| Some(own.id) == version))
    }

    /// The selector in words, for example `the version of Orders currently in production (42)`.
    pub(crate) fn describe(&self) -> String {
        let Selector { pacticipant: name, criteria } = &self.selector;
        let none =
            |reason: &str| self.version.as_ref().map_or_else(|| format!("({reason})"), |v| format!("({})", v.number));
        let no_version = || none("no such version exists");
        let found = self.version.is_some();
        let main_branch = self.main_branch.as_deref().filter(|_| criteria.main_branch && found);
        let the = if self.one_of_many { "one of the versions" } else { "the version" };

        if let (true, Some(tag)) = (criteria.latest, &criteria.tag) {
            return format!("the latest version of {name} with tag {tag} {}", no_version());
        }
        if criteria.main_branch && main_branch.is_none() {
            let which = if criteria.latest { "the latest version" } else { "any version" };
            return format!("{which} of {name} from the main branch {}", none("no versions exist for this branch"));
        }
        if let Some(branch) = main_branch.or(criteria.branch.as_deref()) {
            let which = match (criteria.latest, found) {
                (true, _) => "the latest version",
                (false, true) => the,
                (false, false) => "a version",
            };
            return format!("{which} of {name} from branch {branch} {}", no_version());
        }
        if criteria.latest {
            return format!("the latest version of {name} {}", no_version());
        }
        if let Some(tag) = &criteria.tag {
            return format!("a version of {name} with tag {tag} {}", no_version());
        }
        if let Some(environment) = &criteria.environment {
            let which = if found { the } else { "a version" };
            let absent = none("no version is currently recorded as deployed/released in this environment");
            return format!("{which} of {name} currently in {environment} {absent}");
        }
        match (&criteria.version, found, self.pacticipant) {
            (Some(number), true, _) => format!("version {number} of {name}"),
            (Some(number), false, _) => format!("version {number} of {name} (no such version exists)"),
            (None, _, Some(_)) => format!("any version of {name}"),
            (None, _, None) => format!("any version of {name} (no such pacticipant exists)"),
        }
    }

    /// Why a specified selector that found nothing makes the answer "no".
    pub(crate) fn describe_missing(&self) -> String {
        let Selector { pacticipant: name, criteria } = &self.selector;
        if let Some(tag) = &criteria.tag {
            format!("No version with tag {tag} exists for {name}")
        } else if let Some(branch) = &criteria.branch {
            format!("No version of {name} from branch {branch} exists")
        } else if criteria.main_branch {
            format!("No version of {name} from the main branch exists")
        } else if let Some(environment) = &criteria.environment {
            format!("No version of {name} is currently recorded as deployed or released in environment {environment}")
        } else if let Some(number) = &criteria.version {
            format!("No pacts or verifications have been published for version {number} of {name}")
        } else {
            format!("No pacts or verifications have been published for {name}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(criteria: Criteria, version: Option<&str>, one_of_many: bool) -> ResolvedSelector {
        ResolvedSelector {
            selector: Selector { pacticipant: "X".to_owned(), criteria },
            origin: Origin::Inferred,
            pacticipant: Some(PacticipantId(1)),
            main_branch: Some("trunk".to_owned()),
            version: version.map(|number| VersionRef { id: VersionId(1), number: number.to_owned(), order: 1 }),
            one_of_many,
        }
    }

    #[test]
    fn every_kind_of_selector_has_its_words() {
        let text = |name: &str| Some(name.to_owned());
        let none = Criteria::default;
        for (criteria, found, not_found) in [
            (
                Criteria { latest: true, tag: text("T"), ..none() },
                "the latest version of X with tag T (7)",
                "the latest version of X with tag T (no such version exists)",
            ),
            (
                Criteria { latest: true, main_branch: true, ..none() },
                "the latest version of X from branch trunk (7)",
                "the latest version of X from the main branch (no versions exist for this branch)",
            ),
            (
                Criteria { main_branch: true, ..none() },
                "the version of X from branch trunk (7)",
                "any version of X from the main branch (no versions exist for this branch)",
            ),
            (
                Criteria { latest: true, branch: text("B"), ..none() },
                "the latest version of X from branch B (7)",
                "the latest version of X from branch B (no such version exists)",
            ),
            (
                Criteria { branch: text("B"), ..none() },
                "the version of X from branch B (7)",
                "a version of X from branch B (no such version exists)",
            ),
            (
                Criteria { latest: true, ..none() },
                "the latest version of X (7)",
                "the latest version of X (no such version exists)",
            ),
            (
                Criteria { tag: text("T"), ..none() },
                "a version of X with tag T (7)",
                "a version of X with tag T (no such version exists)",
            ),
            (
                Criteria { environment: text("E"), ..none() },
                "the version of X currently in E (7)",
                "a version of X currently in E (no version is currently recorded as deployed/released in this environment)",
            ),
            (Criteria { version: text("7"), ..none() }, "version 7 of X", "version 7 of X (no such version exists)"),
            (none(), "any version of X", "any version of X"),
        ] {
            assert_eq!(resolved(criteria.clone(), Some("7"), false).describe(), found);
            assert_eq!(resolved(criteria, None, false).describe(), not_found);
        }
        let unknown = ResolvedSelector { pacticipant: None, ..resolved(none(), None, false) };
        assert_eq!(unknown.describe(), "any version of X (no such pacticipant exists)");
    }

    #[test]
    fn one_of_several_versions_is_called_so() {
        let branch = Criteria { branch: Some("B".to_owned()), ..Criteria::default() };
        assert_eq!(resolved(branch, Some("7"), true).describe(), "one of the versions of X from branch B (7)");
        let environment = Criteria { environment: Some("E".to_owned()), ..Criteria::default() };
        assert_eq!(resolved(environment, Some("7"), true).describe(), "one of the versions of X currently in E (7)");
    }
}
