//! Creating or changing a version by its own address.

use crate::domain::timestamp::Timestamp;
use crate::store::{StoreError, WriteTx};

/// What happens to the build of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum BuildUpdate {
    /// Nothing.
    #[default]
    Keep,
    /// It becomes this; a version whose build stays the same counts as unchanged.
    Merge(Option<String>),
    /// It becomes this; the version counts as changed.
    Replace(Option<String>),
}

/// What is set of a version; `None` leaves a part as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct VersionUpdate {
    /// The build.
    pub(crate) build: BuildUpdate,
    /// All tags.
    pub(crate) tags: Option<Vec<String>>,
}

/// Creates the version if need be and sets what is given; true if it was created.
pub(crate) async fn update_version(
    tx: &mut WriteTx,
    pacticipant: &str,
    number: &str,
    update: &VersionUpdate,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let pacticipant = tx.pacticipants().find_or_create(pacticipant, now).await?;
    let (version, created) = tx.versions().find_or_create(&pacticipant, number, now).await?;
    match &update.build {
        BuildUpdate::Replace(build_url) => tx.versions().set_build_url(version.id, build_url.as_deref(), now).await?,
        BuildUpdate::Merge(build_url) if *build_url != version.build_url => {
            tx.versions().set_build_url(version.id, build_url.as_deref(), now).await?;
        }
        BuildUpdate::Merge(_) | BuildUpdate::Keep => {}
    }
    if let Some(tags) = &update.tags {
        for tag in tx.tags().of_versions(&[version.id]).await? {
            if !tags.contains(&tag.name) {
                tx.tags().remove(&version, &tag.name).await?;
            }
        }
        // Tags listed here are a description of the version: they do not name its branch or record deployments.
        let mut tagged_at = now;
        for tag in tags {
            tx.tags().add(&version, tag, tagged_at).await?;
            tagged_at = tagged_at.next();
        }
    }
    Ok(created)
}
