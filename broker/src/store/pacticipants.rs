//! Pacticipants and their labels in the database.

use std::collections::{HashMap, HashSet};

use crate::domain::id::PacticipantId;
use crate::domain::pacticipant::{Attributes, Pacticipant, display_name_of};
use crate::domain::timestamp::Timestamp;
use crate::store::dialect::{json_list, lock_names, with_lists};
use crate::store::{ReadTx, StoreError, all, maybe, one, run};

/// The pacticipants of a transaction.
pub(crate) struct Pacticipants<'t> {
    tx: &'t mut ReadTx,
}

impl ReadTx {
    /// Pacticipants.
    pub(crate) fn pacticipants(&mut self) -> Pacticipants<'_> {
        Pacticipants { tx: self }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.name, p.display_name, p.main_branch, p.repository_url, p.repository_name, p.repository_namespace,
                    p.created_at, p.updated_at FROM pacticipants p ",
            $rest
        )
    };
}

/// A label of a pacticipant.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Label {
    /// Whose it is.
    pub(crate) pacticipant_id: PacticipantId,
    /// The label.
    pub(crate) name: String,
    /// Since when.
    pub(crate) created_at: Timestamp,
}

/// Who publishes, and with whom.
#[derive(Debug, Clone)]
pub(crate) struct Parties {
    /// Who publishes.
    pub(crate) consumer: Pacticipant,
    /// With whom, in the order they were named.
    pub(crate) providers: Vec<Pacticipant>,
    /// The names of those that did not exist before, each once.
    pub(crate) created: Vec<String>,
}

impl Pacticipants<'_> {
    /// The pacticipant called `name`.
    pub(crate) async fn find(self, name: &str) -> Result<Option<Pacticipant>, StoreError> {
        const FIND: &str = select!("WHERE p.name = $1");
        maybe!(self.tx, Pacticipant, FIND, name).map_err(StoreError::while_doing("finding a pacticipant"))
    }

    /// The pacticipant called `name`, created if need be, and locked as by [`Self::lock`].
    pub(crate) async fn find_or_create(self, name: &str, now: Timestamp) -> Result<Pacticipant, StoreError> {
        self.consumer_and_providers(name, &[], now).await.map(|parties| parties.consumer)
    }

    /// A consumer, locked as by [`Self::lock`], and providers in the same order, whom nobody changes or deletes meanwhile but
    /// with whom others may publish. All are created if need be.
    ///
    /// What a publication counts up is counted for its consumer; many consumers publish with one provider at once.
    pub(crate) async fn consumer_and_providers(
        self,
        consumer: &str,
        providers: &[&str],
        now: Timestamp,
    ) -> Result<Parties, StoreError> {
        const NAMED: &str = select!("WHERE p.name IN TEXTS($1)");
        let tx = self.tx;
        lock_names(tx, &[consumer], providers).await?;
        let (sql, names) = (with_lists(tx.engine(), NAMED), json_list([&[consumer], providers].concat()));
        let found = all!(tx, Pacticipant, sql, names).map_err(StoreError::while_doing("finding pacticipants"))?;
        let mut known: HashMap<String, Pacticipant> = found.into_iter().map(|one| (one.name.clone(), one)).collect();
        // Two who create the same providers wait for each other, so everybody creates them in one order.
        let mut unknown: Vec<&str> = providers.iter().copied().filter(|name| !known.contains_key(*name)).collect();
        unknown.sort_unstable();
        let mut created = HashSet::new();
        for name in std::iter::once(consumer).chain(unknown) {
            if !known.contains_key(name) {
                let (pacticipant, is_new) = tx.pacticipants().create_unknown(name, now).await?;
                known.insert(name.to_owned(), pacticipant);
                created.extend(is_new.then_some(name));
            }
        }
        let named = |name: &str| known[name].clone();
        let all = std::iter::once(consumer).chain(providers.iter().copied());
        Ok(Parties {
            consumer: named(consumer),
            providers: providers.iter().copied().map(named).collect(),
            created: all.filter(|name| created.remove(name)).map(str::to_owned).collect(),
        })
    }

    /// Creates a pacticipant of which only the name is known, and that did not exist a moment ago; or finds what another who
    /// shares the name created since. Its row must not be locked for that: others refer to rows in any order. True if created.
    async fn create_unknown(self, name: &str, now: Timestamp) -> Result<(Pacticipant, bool), StoreError> {
        const CREATE: &str = "INSERT INTO pacticipants (name, name_key, display_name, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $4) ON CONFLICT (name) DO NOTHING";
        const CREATED: &str = select!("WHERE p.name = $1");
        let failed = || StoreError::while_doing("creating a pacticipant");
        let created = run!(self.tx, CREATE, name, name.to_lowercase(), display_name_of(name), now).map_err(failed())?;
        let pacticipant = one!(self.tx, Pacticipant, CREATED, name).map_err(failed())?;
        Ok((pacticipant, created > 0))
    }

    /// Keeps others from changing anything about the pacticipants of these names, whether they exist or not, and their
    /// versions, until the transaction ends.
    ///
    /// Every transaction that writes below a pacticipant begins with this, once and with all the names it needs: then no two
    /// of them wait for each other, what is counted up (`max + 1`) is counted by one, and what was found is still there.
    pub(crate) async fn lock(self, names: &[&str]) -> Result<(), StoreError> {
        lock_names(self.tx, names, &[]).await
    }

    /// The names of those with whom a pacticipant has contracts, on either side.
    async fn partners(self, name: &str) -> Result<Vec<String>, StoreError> {
        const PARTNERS: &str = "SELECT c.name, p.name FROM integrations i
               JOIN pacticipants c ON c.id = i.consumer_id JOIN pacticipants p ON p.id = i.provider_id
              WHERE i.consumer_id IN (SELECT id FROM pacticipants WHERE name = $1)
                 OR i.provider_id IN (SELECT id FROM pacticipants WHERE name = $1)";
        let pairs = all!(self.tx, (String, String), PARTNERS, name)
            .map_err(StoreError::while_doing("finding the partners of a pacticipant"))?;
        Ok(pairs.into_iter().flat_map(|(consumer, provider)| [consumer, provider]).collect())
    }

    /// Creates a pacticipant unless it exists; false if it did.
    pub(crate) async fn create(self, name: &str, new: &Attributes, now: Timestamp) -> Result<bool, StoreError> {
        const CREATE: &str = "INSERT INTO pacticipants
             (name, name_key, display_name, main_branch, repository_url, repository_name, repository_namespace, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (name) DO NOTHING";
        let Attributes { display_name, main_branch, repository_url, repository_name, repository_namespace } = new;
        let shown = display_name.clone().unwrap_or_else(|| display_name_of(name));
        let key = name.to_lowercase();
        let created = run!(
            self.tx,
            CREATE,
            name,
            &key,
            &shown,
            main_branch,
            repository_url,
            repository_name,
            repository_namespace,
            now
        )
        .map_err(StoreError::while_doing("creating a pacticipant"))?;
        Ok(created > 0)
    }

    /// Sets all attributes of a pacticipant; a display name that is not given is made of the name.
    pub(crate) async fn set(self, name: &str, new: &Attributes, now: Timestamp) -> Result<(), StoreError> {
        const SET: &str = "UPDATE pacticipants SET display_name = $2, main_branch = $3, repository_url = $4,
             repository_name = $5, repository_namespace = $6, updated_at = $7 WHERE name = $1";
        let Attributes { display_name, main_branch, repository_url, repository_name, repository_namespace } = new;
        let shown = display_name.clone().unwrap_or_else(|| display_name_of(name));
        run!(self.tx, SET, name, &shown, main_branch, repository_url, repository_name, repository_namespace, now)
            .map_err(StoreError::while_doing("updating a pacticipant"))?;
        Ok(())
    }

    /// Makes `branch` the main branch of a pacticipant that has none.
    pub(crate) async fn detect_main_branch(
        self,
        id: PacticipantId,
        branch: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const DETECT: &str =
            "UPDATE pacticipants SET main_branch = $2, updated_at = $3 WHERE id = $1 AND main_branch IS NULL";
        // A pacticipant that was created in the same transaction counts as updated all the same.
        run!(self.tx, DETECT, id, branch, now.next()).map_err(StoreError::while_doing("setting the main branch"))?;
        Ok(())
    }

    /// A part of the pacticipants whose name contains `like` (in any case) and that carry `label`, and how many there are.
    pub(crate) async fn list(
        self,
        like: Option<&str>,
        label: Option<&str>,
        (limit, offset): (i64, i64),
    ) -> Result<(Vec<Pacticipant>, i64), StoreError> {
        // `replace` finds a substring on both engines alike, without patterns: a name may hold `%`.
        const LIST: &str = select!(
            "WHERE ($1 IS NULL OR replace(p.name_key, $1, '') <> p.name_key)
               AND ($2 IS NULL OR EXISTS (SELECT 1 FROM pacticipant_labels l WHERE l.pacticipant_id = p.id AND l.name = $2))
             ORDER BY p.name_key, p.name LIMIT CAST($3 AS BIGINT) OFFSET $4"
        );
        const COUNT: &str = "SELECT count(*) FROM pacticipants p
             WHERE ($1 IS NULL OR replace(p.name_key, $1, '') <> p.name_key)
               AND ($2 IS NULL OR EXISTS (SELECT 1 FROM pacticipant_labels l WHERE l.pacticipant_id = p.id AND l.name = $2))";
        let like = like.filter(|like| !like.is_empty()).map(str::to_lowercase);
        let rows = all!(self.tx, Pacticipant, LIST, &like, label, limit, offset)
            .map_err(StoreError::while_doing("listing pacticipants"))?;
        let (count,) =
            one!(self.tx, (i64,), COUNT, &like, label).map_err(StoreError::while_doing("counting pacticipants"))?;
        Ok((rows, count))
    }

    /// The names of all pacticipants.
    pub(crate) async fn names(self) -> Result<Vec<String>, StoreError> {
        const NAMES: &str = "SELECT name FROM pacticipants ORDER BY id";
        let rows = all!(self.tx, (String,), NAMES).map_err(StoreError::while_doing("listing names"))?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    /// Deletes a pacticipant with everything that belongs to it; false if there was none.
    pub(crate) async fn delete(self, name: &str) -> Result<bool, StoreError> {
        // Contracts first: the cascades from versions would otherwise search them version by version.
        const CONTENTS: &str = "DELETE FROM pact_contents
             WHERE consumer_id IN (SELECT id FROM pacticipants WHERE name = $1)
                OR provider_id IN (SELECT id FROM pacticipants WHERE name = $1)";
        let tx = self.tx;
        // Results of the partners' versions go as well.
        let partners = tx.pacticipants().partners(name).await?;
        let names: Vec<&str> = partners.iter().map(String::as_str).chain([name]).collect();
        tx.pacticipants().lock(&names).await?;
        run!(tx, CONTENTS, name).map_err(StoreError::while_doing("deleting the pacts of a pacticipant"))?;
        let deleted = run!(tx, "DELETE FROM pacticipants WHERE name = $1", name)
            .map_err(StoreError::while_doing("deleting a pacticipant"))?;
        Ok(deleted > 0)
    }

    /// The labels of these pacticipants, by name.
    pub(crate) async fn labels(self, ids: &[PacticipantId]) -> Result<Vec<Label>, StoreError> {
        const LABELS: &str = "SELECT pacticipant_id, name, created_at FROM pacticipant_labels
             WHERE pacticipant_id IN IDS($1) ORDER BY name";
        let sql = with_lists(self.tx.engine(), LABELS);
        let ids = json_list(ids.iter().map(|id| id.0));
        all!(self.tx, Label, sql, &ids).map_err(StoreError::while_doing("listing labels"))
    }

    /// A label of a pacticipant.
    pub(crate) async fn label(self, pacticipant: &str, label: &str) -> Result<Option<Label>, StoreError> {
        const FIND: &str = "SELECT l.pacticipant_id, l.name, l.created_at FROM pacticipant_labels l
             JOIN pacticipants p ON p.id = l.pacticipant_id WHERE p.name = $1 AND l.name = $2";
        maybe!(self.tx, Label, FIND, pacticipant, label).map_err(StoreError::while_doing("finding a label"))
    }

    /// Gives a pacticipant a label; false if it had it.
    pub(crate) async fn add_label(self, id: PacticipantId, label: &str, now: Timestamp) -> Result<bool, StoreError> {
        const ADD: &str = "INSERT INTO pacticipant_labels (pacticipant_id, name, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (pacticipant_id, name) DO NOTHING";
        let added = run!(self.tx, ADD, id, label, now).map_err(StoreError::while_doing("adding a label"))?;
        Ok(added > 0)
    }

    /// Takes a label away; false if there was none.
    pub(crate) async fn delete_label(self, pacticipant: &str, label: &str) -> Result<bool, StoreError> {
        const DELETE: &str = "DELETE FROM pacticipant_labels
             WHERE name = $2 AND pacticipant_id IN (SELECT id FROM pacticipants WHERE name = $1)";
        let deleted = run!(self.tx, DELETE, pacticipant, label).map_err(StoreError::while_doing("deleting a label"))?;
        Ok(deleted > 0)
    }

    /// A part of the labels in use, by name, and how many there are.
    pub(crate) async fn label_names(self, (limit, offset): (i64, i64)) -> Result<(Vec<String>, i64), StoreError> {
        const NAMES: &str =
            "SELECT name FROM pacticipant_labels GROUP BY name ORDER BY name LIMIT CAST($1 AS BIGINT) OFFSET $2";
        const COUNT: &str = "SELECT count(DISTINCT name) FROM pacticipant_labels";
        let names =
            all!(self.tx, (String,), NAMES, limit, offset).map_err(StoreError::while_doing("listing label names"))?;
        let (count,) = one!(self.tx, (i64,), COUNT).map_err(StoreError::while_doing("counting label names"))?;
        Ok((names.into_iter().map(|(name,)| name).collect(), count))
    }
}
