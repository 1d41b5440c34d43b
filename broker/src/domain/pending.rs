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

/// The tags for which a content that nobody chose is work in progress, given all successes of that content.
///
/// For a provider's branch the statement that finds the contents decides it (`unverified!` in `store/selection/statements.rs`): a
/// hub has a thousand heads, and a few new. The same rule in other words is `in_progress_for_branch` below, and a test holds
/// the answers of both engines against it.
pub(crate) fn tags_in_progress(tags: &[TagLine], successes: &[Successes]) -> Vec<String> {
    let is_verified = |tag: &TagLine| {
        // Verified as work in progress it stays so: only what was chosen counts.
        successes.iter().filter(|success| !success.wip).any(|success| {
            success.line.as_deref() == Some(&tag.name)
                || tag.first_used_at.is_none_or(|begun| success.first_executed_at < begun)
        })
    };
    tags.iter().filter(|tag| !is_verified(tag)).map(|tag| tag.name.clone()).collect()
}

/// One result of the verification of a content.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct Verified {
    /// The branches of the provider version.
    pub(crate) branches: Vec<String>,
    /// Did it succeed?
    pub(crate) success: bool,
    /// Was it verified as work in progress?
    pub(crate) wip: bool,
    /// When.
    pub(crate) executed_at: Timestamp,
}

/// Is a content that nobody chose work in progress for a branch of the provider, given all its results?
///
/// What the statement must answer; no request comes here.
#[cfg(test)]
pub(crate) fn in_progress_for_branch(branch: &BranchLine, results: &[Verified], now: Timestamp) -> bool {
    let since = now.minus(LOOK_BACK);
    // Verified as work in progress it stays so: only what was chosen counts.
    !results.iter().filter(|result| result.success && !result.wip && result.executed_at >= since).any(|result| {
        // Before the branch began its work was done on another one; what is on no branch says nothing.
        let before = branch.first_version_at.is_none_or(|begun| result.executed_at < begun);
        result.branches.contains(&branch.name) || (before && !result.branches.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1_000_000;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_micros(number * DAY)
    }

    fn branch_line(name: &str, begun: Option<i64>) -> BranchLine {
        let begun = begun.map(day);
        BranchLine { name: name.to_owned(), created_at: begun, first_version_at: begun }
    }

    fn branch(name: &str, begun: Option<i64>) -> ProviderLine {
        ProviderLine::Branch(branch_line(name, begun))
    }

    fn tag_lines(tags: &[(&str, Option<i64>)]) -> Vec<TagLine> {
        tags.iter().map(|(name, begun)| TagLine { name: (*name).to_owned(), first_used_at: begun.map(day) }).collect()
    }

    fn tags(tags: &[(&str, Option<i64>)]) -> ProviderLine {
        ProviderLine::Tags(tag_lines(tags))
    }

    /// Successes on `line`, the first on day `first`.
    fn success(line: &str, wip: bool, first: i64) -> Successes {
        Successes { line: Some(line.to_owned()), wip, first_recorded_at: day(first), first_executed_at: day(first) }
    }

    /// A success of what was chosen.
    fn verified(branch: &str, at: i64) -> Verified {
        Verified { branches: vec![branch.to_owned()], success: true, wip: false, executed_at: day(at) }
    }

    #[test]
    fn a_content_is_pending_until_its_branch_verified_it() {
        let main = branch("main", Some(10));
        assert!(pending_status(&main, &[]).pending);
        assert!(!pending_status(&main, &[success("main", false, 11)]).pending);
        assert!(!pending_status(&main, &[success("main", true, 11)]).pending, "also as work in progress");
    }

    #[test]
    fn a_branch_inherits_what_was_verified_before_it_began() {
        let feature = branch("feature", Some(10));
        assert!(!pending_status(&feature, &[success("main", false, 9)]).pending);
        assert!(pending_status(&feature, &[success("main", false, 11)]).pending);
        let unborn = branch("new", None);
        assert!(!pending_status(&unborn, &[success("main", false, 99)]).pending);
    }

    #[test]
    fn tags_are_decided_one_by_one_and_one_pending_tag_is_enough() {
        let status = pending_status(&tags(&[("main", Some(1)), ("feat", Some(5))]), &[success("main", false, 7)]);
        assert_eq!(
            status,
            PendingStatus { pending: true, pending_tags: vec!["feat".to_owned()], other_tags: vec!["main".to_owned()] }
        );
        assert!(!pending_status(&tags(&[("feat", Some(5))]), &[success("main", false, 3)]).pending);
    }

    #[test]
    fn a_provider_that_does_not_say_what_it_is_inherits_every_success() {
        assert!(pending_status(&ProviderLine::Unknown, &[]).pending);
        assert!(!pending_status(&ProviderLine::Unknown, &[success("any", true, 1)]).pending);
    }

    #[test]
    fn what_a_branch_chose_and_verified_is_not_in_progress_for_thirty_days() {
        let main = branch_line("main", Some(1));
        assert!(in_progress_for_branch(&main, &[], day(50)));
        assert!(!in_progress_for_branch(&main, &[verified("main", 20)], day(50)));
        assert!(in_progress_for_branch(&main, &[verified("main", 19)], day(50)));
        assert!(in_progress_for_branch(&main, &[Verified { wip: true, ..verified("main", 49) }], day(50)));
        assert!(in_progress_for_branch(&main, &[Verified { success: false, ..verified("main", 49) }], day(50)));
    }

    #[test]
    fn success_on_another_branch_ends_it_if_it_came_before_this_branch() {
        let feature = branch_line("feature", Some(45));
        assert!(!in_progress_for_branch(&feature, &[verified("main", 44)], day(50)));
        assert!(in_progress_for_branch(&feature, &[verified("main", 44)], day(75)));
        assert!(in_progress_for_branch(&feature, &[verified("main", 45)], day(50)));
        assert!(in_progress_for_branch(&feature, &[Verified { branches: Vec::new(), ..verified("", 44) }], day(50)));
        assert!(!in_progress_for_branch(&branch_line("new", None), &[verified("main", 49)], day(50)));
    }

    #[test]
    fn with_tags_it_is_in_progress_for_those_that_never_verified_it() {
        let successes = [success("main", false, 7)];
        let line = tag_lines(&[("main", Some(1)), ("feat", Some(5)), ("late", Some(8)), ("unused", None)]);
        assert_eq!(tags_in_progress(&line, &successes), ["feat"]);
        assert_eq!(tags_in_progress(&line, &[success("main", true, 7)]), ["main", "feat", "late", "unused"]);
        assert!(tags_in_progress(&tag_lines(&[("main", Some(1))]), &successes).is_empty());
    }
}
