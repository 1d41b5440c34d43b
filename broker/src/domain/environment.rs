//! Environments: where versions run.

use crate::domain::id::EnvironmentId;
use crate::domain::timestamp::Timestamp;

/// A place versions are deployed or released to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Environment {
    /// Its row.
    pub(crate) id: EnvironmentId,
    /// Its identity in the API.
    pub(crate) uuid: String,
    /// Its name, unique.
    pub(crate) name: String,
    /// Its name for people.
    pub(crate) display_name: Option<String>,
    /// Does it serve real users?
    pub(crate) production: bool,
    /// Who to ask, as the JSON text of an array.
    pub(crate) contacts: Option<String>,
    /// When it was created.
    pub(crate) created_at: Timestamp,
    /// When it was last replaced.
    pub(crate) updated_at: Timestamp,
}

impl Environment {
    /// What people read: the display name, or the name without one.
    pub(crate) fn shown_name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }
}

/// What an environment is created or replaced with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewEnvironment {
    /// Its name.
    pub(crate) name: String,
    /// Its name for people.
    pub(crate) display_name: Option<String>,
    /// Does it serve real users?
    pub(crate) production: bool,
    /// JSON text of an array.
    pub(crate) contacts: Option<String>,
}
