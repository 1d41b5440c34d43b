//! Versions of pacticipants, and what groups them: branches and tags.

use crate::domain::id::{BranchId, PacticipantId, VersionId};
use crate::domain::timestamp::Timestamp;

/// A version of a pacticipant.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Version {
    /// Its row.
    pub(crate) id: VersionId,
    /// Whose version it is.
    pub(crate) pacticipant_id: PacticipantId,
    /// Its number, any text; unique within the pacticipant.
    pub(crate) number: String,
    /// Its age within the pacticipant: versions are ordered by when they were first heard of.
    pub(crate) ord: i64,
    /// The build that made it.
    pub(crate) build_url: Option<String>,
    /// When it was first heard of.
    pub(crate) created_at: Timestamp,
    /// When its attributes last changed.
    pub(crate) updated_at: Timestamp,
}

/// A branch of a pacticipant.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Branch {
    /// Its row.
    pub(crate) id: BranchId,
    /// Its name, unique within the pacticipant.
    pub(crate) name: String,
    /// The version added last.
    pub(crate) head_version_id: Option<VersionId>,
    /// When it was first heard of.
    pub(crate) created_at: Timestamp,
    /// When a version was last added or published again.
    pub(crate) updated_at: Timestamp,
}

/// A version's being on a branch.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct BranchVersion {
    /// The version.
    pub(crate) version_id: VersionId,
    /// The version's number.
    pub(crate) number: String,
    /// The branch.
    pub(crate) branch: String,
    /// Is this version the branch's head?
    pub(crate) is_head: bool,
    /// Since when.
    pub(crate) created_at: Timestamp,
}

/// A version's having a tag.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Tag {
    /// The version.
    pub(crate) version_id: VersionId,
    /// The tag.
    pub(crate) name: String,
    /// Is this version the newest with the tag?
    pub(crate) is_head: bool,
    /// Since when.
    pub(crate) created_at: Timestamp,
}
