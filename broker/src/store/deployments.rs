//! Deployed and released versions in the database, and what is in an environment now.

use crate::domain::deployment::{DeployedVersion, ReleasedVersion};
use crate::domain::id::{EnvironmentId, PacticipantId, VersionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::version::Version;
use crate::store::dialect::{json_list, with_lists};
use crate::store::{ReadTx, StoreError, all, maybe, run};

/// The deployments and releases of a transaction.
pub(crate) struct Deployments<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Deployments and releases.
    pub(crate) fn deployments(&mut self) -> Deployments<'_> {
        Deployments { tx: self }
    }
}

macro_rules! deployed {
    ($rest:literal) => {
        concat!(
            "SELECT d.uuid, d.version_id, v.number, p.name AS pacticipant, e.uuid AS environment_uuid,
                    coalesce(e.display_name, e.name) AS environment_shown, d.target, d.is_current, d.created_at, d.undeployed_at
               FROM deployed_versions d JOIN versions v ON v.id = d.version_id
               JOIN pacticipants p ON p.id = d.pacticipant_id JOIN environments e ON e.id = d.environment_id ",
            $rest
        )
    };
}

macro_rules! released {
    ($rest:literal) => {
        concat!(
            "SELECT r.uuid, r.version_id, v.number, p.name AS pacticipant, e.uuid AS environment_uuid,
                    coalesce(e.display_name, e.name) AS environment_shown, r.created_at, r.updated_at, r.support_ended_at
               FROM released_versions r JOIN versions v ON v.id = r.version_id
               JOIN pacticipants p ON p.id = r.pacticipant_id JOIN environments e ON e.id = r.environment_id ",
            $rest
        )
    };
}

impl Deployments<'_> {
    /// The deployed version with this uuid.
    pub(crate) async fn find_deployed(self, uuid: &str) -> Result<Option<DeployedVersion>, StoreError> {
        const FIND: &str = deployed!("WHERE d.uuid = $1");
        maybe!(self.tx, DeployedVersion, FIND, uuid).map_err(StoreError::while_doing("finding a deployed version"))
    }

    /// The current deployment of a version to a place, which is an environment and an application instance.
    pub(crate) async fn current(
        self,
        environment: EnvironmentId,
        version: VersionId,
        target: Option<&str>,
    ) -> Result<Option<DeployedVersion>, StoreError> {
        const FIND: &str = deployed!(
            "WHERE d.environment_id = $1 AND d.version_id = $2 AND d.is_current AND d.target IS NOT DISTINCT FROM $3"
        );
        maybe!(self.tx, DeployedVersion, FIND, environment, version, target)
            .map_err(StoreError::while_doing("finding a current deployment"))
    }

    /// All deployments of a version to an environment, newest first.
    pub(crate) async fn deployed_to(
        self,
        environment: EnvironmentId,
        version: VersionId,
    ) -> Result<Vec<DeployedVersion>, StoreError> {
        const LIST: &str = deployed!("WHERE d.environment_id = $1 AND d.version_id = $2 ORDER BY d.id DESC");
        all!(self.tx, DeployedVersion, LIST, environment, version)
            .map_err(StoreError::while_doing("listing deployments of a version"))
    }

    /// What is deployed to an environment now, newest first.
    pub(crate) async fn currently_deployed(
        self,
        environment: EnvironmentId,
        pacticipant: Option<&str>,
        target_key: Option<&str>,
    ) -> Result<Vec<DeployedVersion>, StoreError> {
        const LIST: &str = deployed!(
            "WHERE d.environment_id = $1 AND d.is_current AND ($2 IS NULL OR p.name = $2) AND ($3 IS NULL OR d.target_key = $3)
             ORDER BY d.id DESC"
        );
        all!(self.tx, DeployedVersion, LIST, environment, pacticipant, target_key)
            .map_err(StoreError::while_doing("listing what is deployed"))
    }

    /// All deployments of these versions, oldest first.
    pub(crate) async fn deployed_of(self, versions: &[VersionId]) -> Result<Vec<DeployedVersion>, StoreError> {
        const LIST: &str = deployed!("WHERE d.version_id IN IDS($1) ORDER BY d.id");
        let sql = with_lists(self.tx.engine(), LIST);
        let ids = json_list(versions.iter().map(|id| id.0));
        all!(self.tx, DeployedVersion, sql, &ids).map_err(StoreError::while_doing("listing deployments"))
    }

    /// What is deployed of a pacticipant now, in any environment.
    pub(crate) async fn currently_deployed_of(self, id: PacticipantId) -> Result<Vec<DeployedVersion>, StoreError> {
        const LIST: &str = deployed!("WHERE d.pacticipant_id = $1 AND d.is_current ORDER BY d.id");
        all!(self.tx, DeployedVersion, LIST, id).map_err(StoreError::while_doing("listing current deployments"))
    }

    /// Ends what occupies the place of a deployment that is about to be made.
    ///
    /// Open deployments with the very same target are undeployed. No target and the empty target share a place but are
    /// different targets: the other one only stops being current.
    pub(crate) async fn vacate(
        self,
        environment: EnvironmentId,
        pacticipant: PacticipantId,
        target: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const UNDEPLOY: &str = "UPDATE deployed_versions SET is_current = FALSE, undeployed_at = $4
             WHERE environment_id = $1 AND pacticipant_id = $2 AND target IS NOT DISTINCT FROM $3 AND undeployed_at IS NULL";
        const DISPLACE: &str = "UPDATE deployed_versions SET is_current = FALSE
             WHERE environment_id = $1 AND pacticipant_id = $2 AND target_key = $3 AND is_current";
        run!(self.tx, UNDEPLOY, environment, pacticipant, target, now)
            .map_err(StoreError::while_doing("undeploying the previous version"))?;
        run!(self.tx, DISPLACE, environment, pacticipant, target.unwrap_or_default())
            .map_err(StoreError::while_doing("taking the place of a deployment"))?;
        Ok(())
    }

    /// Records a current deployment.
    pub(crate) async fn deploy(
        self,
        uuid: &str,
        environment: EnvironmentId,
        version: &Version,
        target: Option<&str>,
        auto_created: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const DEPLOY: &str =
            "INSERT INTO deployed_versions (uuid, environment_id, pacticipant_id, version_id, target, target_key,
                 is_current, auto_created, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7, $8, $8)";
        let Version { id, pacticipant_id, .. } = version;
        let key = target.unwrap_or_default();
        run!(self.tx, DEPLOY, uuid, environment, *pacticipant_id, *id, target, key, auto_created, now)
            .map_err(StoreError::while_doing("recording a deployment"))?;
        Ok(())
    }

    /// Records that a deployment is over.
    pub(crate) async fn undeploy(self, uuid: &str, now: Timestamp) -> Result<(), StoreError> {
        const UNDEPLOY: &str = "UPDATE deployed_versions SET is_current = FALSE, undeployed_at = $2
             WHERE uuid = $1 AND undeployed_at IS NULL";
        run!(self.tx, UNDEPLOY, uuid, now).map_err(StoreError::while_doing("recording an undeployment"))?;
        Ok(())
    }

    /// The released version with this uuid.
    pub(crate) async fn find_released(self, uuid: &str) -> Result<Option<ReleasedVersion>, StoreError> {
        const FIND: &str = released!("WHERE r.uuid = $1");
        maybe!(self.tx, ReleasedVersion, FIND, uuid).map_err(StoreError::while_doing("finding a released version"))
    }

    /// The release of a version to an environment, as a list of one or none.
    pub(crate) async fn released_to(
        self,
        environment: EnvironmentId,
        version: VersionId,
    ) -> Result<Vec<ReleasedVersion>, StoreError> {
        const LIST: &str = released!("WHERE r.environment_id = $1 AND r.version_id = $2 ORDER BY r.id DESC");
        all!(self.tx, ReleasedVersion, LIST, environment, version)
            .map_err(StoreError::while_doing("listing releases of a version"))
    }

    /// What is released to and supported in an environment, longest unchanged first.
    pub(crate) async fn currently_supported(
        self,
        environment: EnvironmentId,
        pacticipant: Option<&str>,
        number: Option<&str>,
    ) -> Result<Vec<ReleasedVersion>, StoreError> {
        const LIST: &str = released!(
            "WHERE r.environment_id = $1 AND r.support_ended_at IS NULL
               AND ($2 IS NULL OR p.name = $2) AND ($3 IS NULL OR v.number = $3) ORDER BY r.updated_at, r.id"
        );
        all!(self.tx, ReleasedVersion, LIST, environment, pacticipant, number)
            .map_err(StoreError::while_doing("listing what is supported"))
    }

    /// All releases of these versions, oldest first.
    pub(crate) async fn released_of(self, versions: &[VersionId]) -> Result<Vec<ReleasedVersion>, StoreError> {
        const LIST: &str = released!("WHERE r.version_id IN IDS($1) ORDER BY r.id");
        let sql = with_lists(self.tx.engine(), LIST);
        let ids = json_list(versions.iter().map(|id| id.0));
        all!(self.tx, ReleasedVersion, sql, &ids).map_err(StoreError::while_doing("listing releases"))
    }

    /// Records a release; false if the version was already released there.
    pub(crate) async fn release(
        self,
        uuid: &str,
        environment: EnvironmentId,
        version: &Version,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const RELEASE: &str =
            "INSERT INTO released_versions (uuid, environment_id, pacticipant_id, version_id, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (version_id, environment_id) DO NOTHING";
        let Version { id, pacticipant_id, .. } = version;
        let added = run!(self.tx, RELEASE, uuid, environment, *pacticipant_id, *id, now)
            .map_err(StoreError::while_doing("recording a release"))?;
        Ok(added > 0)
    }

    /// Ends the support of a release, or opens it again with `None`.
    pub(crate) async fn set_support_ended(
        self,
        uuid: &str,
        ended_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SET: &str = "UPDATE released_versions SET support_ended_at = $2, updated_at = $3
             WHERE uuid = $1 AND ((support_ended_at IS NULL) <> ($2 IS NULL))";
        const END: &str =
            "UPDATE released_versions SET support_ended_at = $2 WHERE uuid = $1 AND support_ended_at IS NULL";
        match ended_at {
            Some(_) => run!(self.tx, END, uuid, ended_at),
            None => run!(self.tx, SET, uuid, None::<Timestamp>, now),
        }
        .map_err(StoreError::while_doing("changing the support of a release"))?;
        Ok(())
    }

    /// Sets right which versions of a pacticipant are in an environment, after a deployment or release changed.
    pub(crate) async fn set_present(
        self,
        environment: EnvironmentId,
        pacticipant: PacticipantId,
    ) -> Result<(), StoreError> {
        const CLEAR: &str = "DELETE FROM environment_versions WHERE environment_id = $1 AND pacticipant_id = $2";
        const FILL: &str = "INSERT INTO environment_versions (environment_id, pacticipant_id, version_id)
             SELECT environment_id, pacticipant_id, version_id FROM deployed_versions
              WHERE environment_id = $1 AND pacticipant_id = $2 AND is_current
             UNION
             SELECT environment_id, pacticipant_id, version_id FROM released_versions
              WHERE environment_id = $1 AND pacticipant_id = $2 AND support_ended_at IS NULL";
        let failed = || StoreError::while_doing("recording what is in an environment");
        run!(self.tx, CLEAR, environment, pacticipant).map_err(failed())?;
        run!(self.tx, FILL, environment, pacticipant).map_err(failed())?;
        Ok(())
    }
}
