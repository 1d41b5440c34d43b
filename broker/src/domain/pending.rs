//! Pending pacts, and work in progress: which failures must not break a provider's build.
//!
//! A pact is pending while the line of the provider that verifies it, a branch or a tag, has never verified its content
//! successfully and no other line had done so before this one began. Work in progress are contents at the head of some
//! consumer branch or tag that nobody chose; they are offered until they are verified as chosen ones. A success counts by
//! content, whoever published it.

use std::time::Duration;

use super::timestamp::Timestamp;

/// Which line of the provider asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProviderLine {
    /// A branch.
    Branch(BranchLine),
    /// Tags, each of which is decided on its own.
    Tags(Vec<TagLine>),
    /// It did not say.
    Unknown,
}

/// A provider's branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BranchLine {
    /// Its name.
    pub(crate) name: String,
    /// When it was created; `None` if it does not exist yet.
    pub(crate) created_at: Option<Timestamp>,
    /// When its first version was created.
    pub(crate) first_version_at: Option<Timestamp>,
}

/// A provider's tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TagLine {
    /// Its name.
    pub(crate) name: String,
    /// When it was first used; `None` if it never was.
    pub(crate) first_used_at: Option<Timestamp>,
}

/// Successful verifications of one content by the versions of one line, either chosen or as work in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Successes {
    /// The branch or tag of the provider versions; `None` when lines do not matter.
    pub(crate) line: Option<String>,
    /// Whether these were verifications of work in progress.
    pub(crate) wip: bool,
    /// When the first was recorded.
    pub(crate) first_recorded_at: Timestamp,
    /// When the first was executed.
    pub(crate) first_executed_at: Timestamp,
    /// When the last was executed.
    pub(crate) last_executed_at: Timestamp,
    /// When the last was executed that came before the first version of the branch that asks.
    pub(crate) last_executed_before_branch: Option<Timestamp>,
}

/// Whether a chosen pact is pending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PendingStatus {
    /// Is it pending?
    pub(crate) pending: bool,
    /// The provider's tags for which it is; empty without tags.
    pub(crate) pending_tags: Vec<String>,
    /// The provider's tags for which it is not.
    pub(crate) other_tags: Vec<String>,
}

/// Is a content pending for `line`, given all successes of that content?
pub(crate) fn pending_status(line: &ProviderLine, successes: &[Successes]) -> PendingStatus {
    let is_pending = |name: &str, begun: Option<Timestamp>| {
        !successes.iter().any(|success| match &success.line {
            Some(own) if own == name => true,
            // Before the line began its work was done on another one: what had been verified there has to stay so.
            Some(_) => begun.is_none_or(|begun| success.first_recorded_at < begun),
            None => false,
        })
    };
    match line {
        ProviderLine::Branch(branch) => {
            PendingStatus { pending: is_pending(&branch.name, branch.created_at), ..PendingStatus::default() }
        }
        ProviderLine::Tags(tags) => {
            let (pending, other): (Vec<_>, Vec<_>) =
                tags.iter().partition(|tag| is_pending(&tag.name, tag.first_used_at));
            let names = |tags: Vec<&TagLine>| tags.into_iter().map(|tag| tag.name.clone()).collect();
            PendingStatus { pending: !pending.is_empty(), pending_tags: names(pending), other_tags: names(other) }
        }
        ProviderLine::Unknown => PendingStatus { pending: successes.is_empty(), ..PendingStatus::default() },
    }
}

/// How long a success on the provider's branch keeps a content from being work in progress, and how old one on another
/// branch may be to do so.
pub(crate) const LOOK_BACK: Duration = Duration::from_hours(30 * 24);

/// Is a content that nobody chose work in progress for `line`? `None` is no; else the tags for which it is.
pub(crate) fn work_in_progress(line: &ProviderLine, successes: &[Successes], now: Timestamp) -> Option<Vec<String>> {
    // Verified as work in progress it stays so: only what was chosen counts.
    let chosen = || successes.iter().filter(|success| !success.wip);
    match line {
        ProviderLine::Branch(branch) => {
            let since = now.minus(LOOK_BACK);
            let verified = chosen().any(|success| {
                if success.line.as_deref() == Some(&branch.name) {
                    success.last_executed_at >= since
                } else if branch.first_version_at.is_some() {
                    success.last_executed_before_branch.is_some_and(|executed| executed >= since)
                } else {
                    success.last_executed_at >= since
                }
            });
            (!verified).then(Vec::new)
        }
        ProviderLine::Tags(tags) => {
            let pending: Vec<String> = tags
                .iter()
                .filter(|tag| {
                    !chosen().any(|success| {
                        success.line.as_deref() == Some(&tag.name)
                            || tag.first_used_at.is_none_or(|begun| success.first_executed_at < begun)
                    })
                })
                .map(|tag| tag.name.clone())
                .collect();
            (!pending.is_empty()).then_some(pending)
        }
        ProviderLine::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1_000_000;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_micros(number * DAY)
    }

    fn branch(name: &str, begun: Option<i64>) -> ProviderLine {
        let begun = begun.map(day);
        ProviderLine::Branch(BranchLine { name: name.to_owned(), created_at: begun, first_version_at: begun })
    }

    fn tags(tags: &[(&str, Option<i64>)]) -> ProviderLine {
        let tag =
            |(name, begun): &(&str, Option<i64>)| TagLine { name: (*name).to_owned(), first_used_at: begun.map(day) };
        ProviderLine::Tags(tags.iter().map(tag).collect())
    }

    /// Successes on `line` from day `first` to day `last`; `before` is the last one before the asking branch began.
    fn success(line: &str, wip: bool, first: i64, last: i64, before: Option<i64>) -> Successes {
        Successes {
            line: Some(line.to_owned()),
            wip,
            first_recorded_at: day(first),
            first_executed_at: day(first),
            last_executed_at: day(last),
            last_executed_before_branch: before.map(day),
        }
    }

    #[test]
    fn a_content_is_pending_until_its_branch_verified_it() {
        let main = branch("main", Some(10));
        assert!(pending_status(&main, &[]).pending);
        assert!(!pending_status(&main, &[success("main", false, 11, 11, None)]).pending);
        assert!(!pending_status(&main, &[success("main", true, 11, 11, None)]).pending, "also as work in progress");
    }

    #[test]
    fn a_branch_inherits_what_was_verified_before_it_began() {
        let feature = branch("feature", Some(10));
        assert!(!pending_status(&feature, &[success("main", false, 9, 9, None)]).pending);
        assert!(pending_status(&feature, &[success("main", false, 11, 11, None)]).pending);
        let unborn = branch("new", None);
        assert!(!pending_status(&unborn, &[success("main", false, 99, 99, None)]).pending);
    }

    #[test]
    fn tags_are_decided_one_by_one_and_one_pending_tag_is_enough() {
        let status =
            pending_status(&tags(&[("main", Some(1)), ("feat", Some(5))]), &[success("main", false, 7, 7, None)]);
        assert_eq!(
            status,
            PendingStatus { pending: true, pending_tags: vec!["feat".to_owned()], other_tags: vec!["main".to_owned()] }
        );
        assert!(!pending_status(&tags(&[("feat", Some(5))]), &[success("main", false, 3, 3, None)]).pending);
    }

    #[test]
    fn a_provider_that_does_not_say_what_it_is_inherits_every_success() {
        assert!(pending_status(&ProviderLine::Unknown, &[]).pending);
        assert!(!pending_status(&ProviderLine::Unknown, &[success("any", true, 1, 1, None)]).pending);
    }

    #[test]
    fn a_success_as_work_in_progress_does_not_end_work_in_progress() {
        let main = branch("main", Some(1));
        assert!(work_in_progress(&main, &[], day(50)).is_some());
        assert!(work_in_progress(&main, &[success("main", true, 49, 49, None)], day(50)).is_some());
        assert!(work_in_progress(&main, &[success("main", false, 49, 49, None)], day(50)).is_none());
    }

    #[test]
    fn a_chosen_success_ends_work_in_progress_for_thirty_days() {
        let main = branch("main", Some(1));
        assert!(work_in_progress(&main, &[success("main", false, 2, 20, None)], day(50)).is_none());
        assert!(work_in_progress(&main, &[success("main", false, 2, 19, None)], day(50)).is_some());
    }

    #[test]
    fn success_on_another_branch_ends_it_if_it_came_before_this_branch() {
        let feature = branch("feature", Some(45));
        assert!(work_in_progress(&feature, &[success("main", false, 44, 49, Some(44))], day(50)).is_none());
        assert!(work_in_progress(&feature, &[success("main", false, 46, 49, None)], day(50)).is_some());
        let unborn = branch("new", None);
        assert!(work_in_progress(&unborn, &[success("main", false, 46, 49, None)], day(50)).is_none());
    }

    #[test]
    fn with_tags_it_is_in_progress_for_those_that_never_verified_it() {
        let successes = [success("main", false, 7, 7, None)];
        let line = tags(&[("main", Some(1)), ("feat", Some(5)), ("late", Some(8))]);
        assert_eq!(work_in_progress(&line, &successes, day(500)), Some(vec!["feat".to_owned()]));
        assert_eq!(work_in_progress(&tags(&[("main", Some(1))]), &successes, day(500)), None);
        assert_eq!(work_in_progress(&ProviderLine::Unknown, &[], day(500)), None);
    }
}
