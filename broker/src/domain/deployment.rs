//! What runs where: deployed versions (one at a time in a place) and released versions (many, until support ends).

use crate::domain::id::VersionId;
use crate::domain::timestamp::Timestamp;

/// A version's being, or having been, deployed to an environment.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct DeployedVersion {
    /// Its identity in the API.
    pub(crate) uuid: String,
    /// The version.
    pub(crate) version_id: VersionId,
    /// The version's number.
    pub(crate) number: String,
    /// The pacticipant's name.
    pub(crate) pacticipant: String,
    /// The environment's identity.
    pub(crate) environment_uuid: String,
    /// The environment's name for people.
    pub(crate) environment_shown: String,
    /// The application instance as given: none and `""` are kept apart.
    pub(crate) target: Option<String>,
    /// Is it there now?
    pub(crate) is_current: bool,
    /// When it was deployed.
    pub(crate) created_at: Timestamp,
    /// When it was replaced or undeployed.
    pub(crate) undeployed_at: Option<Timestamp>,
}

/// A version's being, or having been, released to an environment.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ReleasedVersion {
    /// Its identity in the API.
    pub(crate) uuid: String,
    /// The version.
    pub(crate) version_id: VersionId,
    /// The version's number.
    pub(crate) number: String,
    /// The pacticipant's name.
    pub(crate) pacticipant: String,
    /// The environment's identity.
    pub(crate) environment_uuid: String,
    /// The environment's name for people.
    pub(crate) environment_shown: String,
    /// When it was released.
    pub(crate) created_at: Timestamp,
    /// When support was last re-opened.
    pub(crate) updated_at: Timestamp,
    /// When support ended.
    pub(crate) support_ended_at: Option<Timestamp>,
}
