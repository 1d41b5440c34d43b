//! The SQL behind the matrix and can-i-deploy.

use crate::domain::matrix_selector::Criteria;

/// Which conditions versions are sought by. What these are is bound: `$3` the number, `$4` the branch, `$5` the tag and `$6` the
/// environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether a condition is given")]
pub(super) struct Conditions {
    latest: bool,
    version: bool,
    branch: bool,
    main_branch: bool,
    tag: bool,
    environment: bool,
}

impl From<&Criteria> for Conditions {
    fn from(criteria: &Criteria) -> Self {
        let Criteria { version, latest, branch, tag, environment, main_branch } = criteria;
        Self {
            latest: *latest,
            version: version.is_some(),
            branch: branch.is_some(),
            main_branch: *main_branch,
            tag: tag.is_some(),
            environment: environment.is_some(),
        }
    }
}

impl Conditions {
    /// The versions of each of the pacticipants `among` these (`IN IDS($1)`) that fulfil all conditions; none without any.
    pub(super) fn versions(self, among: &str) -> String {
        let Self { latest, version, branch, main_branch, tag, environment } = self;
        let given = [version, branch, main_branch, tag, environment].into_iter().filter(|given| *given).count();
        // With a single condition its newest version is known as the head; with several, the newest that fulfils all is sought.
        let heads = latest && given == 1;
        let pick = |of_all, of_heads| if heads { of_heads } else { of_all };
        let conditions = [
            (version, NUMBERED),
            (branch, pick(ON_BRANCH, BRANCH_HEADS)),
            (main_branch, pick(ON_MAIN_BRANCH, MAIN_BRANCH_HEADS)),
            (tag, pick(TAGGED, TAG_HEADS)),
            (environment, IN_ENVIRONMENT),
            (latest && given == 0, NEWEST),
        ];
        let all: Vec<&str> = conditions.into_iter().filter(|(given, _)| *given).map(|(_, sql)| sql).collect();
        let all = if all.is_empty() { NONE.to_owned() } else { all.join(" INTERSECT ").replace("AMONG", among) };
        // An environment has no head.
        if latest && given > 0 && (!heads || environment) {
            format!(
                "SELECT pacticipant_id, id, number, ord FROM
                   (SELECT r.*, row_number() OVER (PARTITION BY r.pacticipant_id ORDER BY r.ord DESC) AS place FROM ({all}) r) newest
                  WHERE place = 1"
            )
        } else {
            all
        }
    }
}

macro_rules! versions {
    ($from:literal) => {
        concat!("SELECT v.pacticipant_id, v.id, v.number, v.ord FROM ", $from)
    };
}

/// The pacticipants with the names `$1`; then the environments with the names `$2`.
pub(super) const NAMED: &str = "SELECT p.id, p.name, p.main_branch FROM pacticipants p WHERE p.name IN TEXTS($1)
             UNION ALL
             SELECT NULL, e.name, NULL FROM environments e WHERE e.name IN TEXTS($2)";

/// No versions.
const NONE: &str = versions!("versions v WHERE v.id = 0");

/// Versions with the number `$3`.
const NUMBERED: &str = versions!("versions v WHERE v.pacticipant_id AMONG AND v.number = $3");

/// Versions on the branch `$4`.
const ON_BRANCH: &str = versions!(
    "branches b JOIN branch_versions bv ON bv.branch_id = b.id JOIN versions v ON v.id = bv.version_id
              WHERE b.pacticipant_id AMONG AND b.name = $4"
);

/// The newest on the branch `$4`.
const BRANCH_HEADS: &str =
    versions!("branches b JOIN versions v ON v.id = b.head_version_id WHERE b.pacticipant_id AMONG AND b.name = $4");

/// Versions on the main branch.
const ON_MAIN_BRANCH: &str = versions!(
    "pacticipants p JOIN branches b ON b.pacticipant_id = p.id AND b.name = p.main_branch
               JOIN branch_versions bv ON bv.branch_id = b.id JOIN versions v ON v.id = bv.version_id
              WHERE p.id AMONG"
);

/// The newest on the main branch.
const MAIN_BRANCH_HEADS: &str = versions!(
    "pacticipants p JOIN branches b ON b.pacticipant_id = p.id AND b.name = p.main_branch
               JOIN versions v ON v.id = b.head_version_id
              WHERE p.id AMONG"
);

/// Versions with the tag `$5`.
const TAGGED: &str =
    versions!("version_tags t JOIN versions v ON v.id = t.version_id WHERE t.pacticipant_id AMONG AND t.name = $5");

/// The newest with the tag `$5`.
const TAG_HEADS: &str =
    versions!("tag_heads t JOIN versions v ON v.id = t.head_version_id WHERE t.pacticipant_id AMONG AND t.name = $5");

/// Versions in the environment `$6`.
const IN_ENVIRONMENT: &str = versions!(
    "environments e JOIN environment_versions ev ON ev.environment_id = e.id JOIN versions v ON v.id = ev.version_id
              WHERE e.name = $6 AND ev.pacticipant_id AMONG"
);

/// The newest of all.
const NEWEST: &str = versions!(
    "pacticipants p JOIN versions v ON v.pacticipant_id = p.id
              WHERE p.id AMONG AND v.ord = (SELECT max(o.ord) FROM versions o WHERE o.pacticipant_id = p.id)"
);

/// The interactions that failed.
/// Some of each result, so that one with many does not hide those of the others.
pub(super) const INTERACTIONS: &str = "SELECT verification_id, interaction_id, description, failures FROM (
                 SELECT i.verification_id, i.interaction_id, i.description, i.position,
                        row_number() OVER (PARTITION BY i.verification_id ORDER BY i.position) AS place,
                        count(*) OVER (PARTITION BY i.verification_id) AS failures
                   FROM interaction_results i WHERE i.verification_id IN IDS($1) AND NOT i.success) failed
              WHERE place <= $2 ORDER BY verification_id, position";

/// The newest provider versions that have verified contents.
pub(super) const NEWEST_VERIFIED_BY: &str = "SELECT lv.pact_content_id, v.number FROM latest_verifications lv
               JOIN versions v ON v.id = lv.provider_version_id
              WHERE lv.pact_content_id IN IDS($1) AND lv.provider_version_ord =
                    (SELECT max(o.provider_version_ord) FROM latest_verifications o
                      WHERE o.pact_content_id = lv.pact_content_id AND o.success)";

/// Whose pacts the provider versions have verified.
pub(super) const CONSUMERS: &str = "SELECT DISTINCT lv.provider_version_id, pc.consumer_id FROM latest_verifications lv
               JOIN pact_contents pc ON pc.id = lv.pact_content_id
              WHERE lv.provider_version_id IN IDS($1) AND pc.consumer_id IN IDS($2)";
