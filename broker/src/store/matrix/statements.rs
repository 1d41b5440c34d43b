//! The SQL behind the matrix and can-i-deploy.

macro_rules! versions {
    ($from:literal) => {
        concat!("SELECT v.pacticipant_id, v.id, v.number, v.ord FROM ", $from)
    };
}

macro_rules! pacts {
    ($where:literal) => {
        concat!(
            "SELECT pp.consumer_id, c.name AS consumer_name, pp.consumer_version_id, v.number, v.ord, pp.provider_id, \
             p.name AS provider_name, pp.revision, pp.pact_content_id, pc.sha, pp.created_at
               FROM pact_publications pp
               JOIN versions v ON v.id = pp.consumer_version_id
               JOIN pacticipants c ON c.id = pp.consumer_id
               JOIN pacticipants p ON p.id = pp.provider_id
               JOIN pact_contents pc ON pc.id = pp.pact_content_id
              WHERE ",
            $where
        )
    };
}

macro_rules! latest_results {
    ($where:literal) => {
        concat!(
            "SELECT lv.pact_content_id, v.pacticipant_id, lv.provider_version_id, v.number AS version_number, v.ord, vf.id, \
             vf.number, lv.success, lv.executed_at
               FROM latest_verifications lv
               JOIN versions v ON v.id = lv.provider_version_id
               JOIN verifications vf ON vf.id = lv.verification_id
              WHERE lv.pact_content_id IN IDS($1) AND ",
            $where
        )
    };
}

macro_rules! all_results {
    ($where:literal) => {
        concat!(
            "SELECT vf.pact_content_id, v.pacticipant_id, vf.provider_version_id, v.number AS version_number, v.ord, vf.id, \
             vf.number, vf.success, vf.executed_at
               FROM verifications vf
               JOIN versions v ON v.id = vf.provider_version_id
              WHERE vf.pact_content_id IN IDS($1) AND ",
            $where
        )
    };
}

/// The pacticipants with the names `$1`, each with those of its versions that have a number of `$2`; then the environments with
/// the names `$3`.
pub(super) const NAMED: &str = "SELECT p.id, p.name, p.main_branch, v.id AS version_id, v.number, v.ord
               FROM pacticipants p LEFT JOIN versions v ON v.pacticipant_id = p.id AND v.number IN TEXTS($2)
              WHERE p.name IN TEXTS($1)
             UNION ALL
             SELECT NULL, e.name, NULL, NULL, NULL, NULL FROM environments e WHERE e.name IN TEXTS($3)";

/// Versions with the number `$2`.
pub(super) const NUMBERED: &str = versions!("versions v WHERE v.pacticipant_id IN IDS($1) AND v.number = $2");

/// Versions on the branch `$2`.
pub(super) const ON_BRANCH: &str = versions!(
    "branches b JOIN branch_versions bv ON bv.branch_id = b.id JOIN versions v ON v.id = bv.version_id
              WHERE b.pacticipant_id IN IDS($1) AND b.name = $2"
);

/// The newest on the branch `$2`.
pub(super) const BRANCH_HEADS: &str = versions!(
    "branches b JOIN versions v ON v.id = b.head_version_id WHERE b.pacticipant_id IN IDS($1) AND b.name = $2"
);

/// Versions on the main branch.
pub(super) const ON_MAIN_BRANCH: &str = versions!(
    "pacticipants p JOIN branches b ON b.pacticipant_id = p.id AND b.name = p.main_branch
               JOIN branch_versions bv ON bv.branch_id = b.id JOIN versions v ON v.id = bv.version_id
              WHERE p.id IN IDS($1)"
);

/// The newest on the main branch.
pub(super) const MAIN_BRANCH_HEADS: &str = versions!(
    "pacticipants p JOIN branches b ON b.pacticipant_id = p.id AND b.name = p.main_branch
               JOIN versions v ON v.id = b.head_version_id
              WHERE p.id IN IDS($1)"
);

/// Versions with the tag `$2`.
pub(super) const TAGGED: &str = versions!(
    "version_tags t JOIN versions v ON v.id = t.version_id WHERE t.pacticipant_id IN IDS($1) AND t.name = $2"
);

/// The newest with the tag `$2`.
pub(super) const TAG_HEADS: &str = versions!(
    "tag_heads t JOIN versions v ON v.id = t.head_version_id WHERE t.pacticipant_id IN IDS($1) AND t.name = $2"
);

/// Versions in the environment `$2`.
pub(super) const IN_ENVIRONMENT: &str = versions!(
    "environments e JOIN environment_versions ev ON ev.environment_id = e.id JOIN versions v ON v.id = ev.version_id
              WHERE e.name = $2 AND ev.pacticipant_id IN IDS($1)"
);

/// The newest of all.
pub(super) const NEWEST: &str = versions!(
    "pacticipants p JOIN versions v ON v.pacticipant_id = p.id
              WHERE p.id IN IDS($1) AND v.ord = (SELECT max(o.ord) FROM versions o WHERE o.pacticipant_id = p.id)"
);

/// Who depends on whom around consumer versions `$1`, consumers `$2` and providers `$3`.
pub(super) const DEPENDENCIES: &str =
    "SELECT d.consumer_id, c.name AS consumer_name, c.main_branch AS consumer_main_branch,
                    d.provider_id, p.name AS provider_name, p.main_branch AS provider_main_branch, d.required
               FROM (SELECT pp.consumer_id, pp.provider_id, TRUE AS required FROM pact_publications pp
                      WHERE pp.consumer_version_id IN IDS($1) AND pp.is_latest
                     UNION
                     SELECT i.consumer_id, i.provider_id, TRUE AS required FROM integrations i
                      WHERE i.consumer_id IN IDS($2)
                        AND EXISTS (SELECT 1 FROM pact_publications pp WHERE pp.provider_id = i.provider_id
                                       AND pp.consumer_id = i.consumer_id AND pp.is_latest)
                     UNION
                     SELECT i.consumer_id, i.provider_id, FALSE AS required FROM integrations i
                      WHERE i.provider_id IN IDS($3)) d
               JOIN pacticipants c ON c.id = d.consumer_id
               JOIN pacticipants p ON p.id = d.provider_id";

/// The pacts of consumer versions.
pub(super) const OF_VERSIONS: &str = concat!(
    pacts!("pp.consumer_version_id IN IDS($1) AND (pp.is_latest OR $2) AND ($3 OR pp.provider_id IN IDS($4))"),
    " UNION ALL ",
    pacts!("pp.consumer_version_id IN IDS($5) AND (pp.is_latest OR $2) AND pp.provider_id IN IDS($6)")
);

/// The newest pacts of consumers.
/// The newest are found among the rows of one table before anything is looked up for them.
pub(super) const OF_CONSUMERS: &str = pacts!(
    "pp.id IN (SELECT n.id FROM pact_publications n
                        WHERE n.consumer_id IN IDS($1) AND n.is_latest AND ($2 OR n.provider_id IN IDS($3))
                        ORDER BY n.created_at DESC, n.id DESC LIMIT CAST($4 AS BIGINT))"
);

/// The same with all revisions.
/// The indexes by consumer hold what counts only; overwritten revisions are found through the consumer's versions.
pub(super) const HISTORY_OF_CONSUMERS: &str = pacts!(
    "pp.consumer_version_id IN (SELECT o.id FROM versions o WHERE o.pacticipant_id IN IDS($1))
                AND ($2 OR pp.provider_id IN IDS($3)) ORDER BY pp.created_at DESC, pp.id DESC LIMIT CAST($4 AS BIGINT)"
);

/// The pacts that provider versions have verified.
/// Of each content one at least, however many newer publications others have: a result must not be overlooked.
pub(super) const VERIFIED_BY_VERSIONS: &str = concat!(
    "SELECT * FROM (SELECT r.*,
                    row_number() OVER (ORDER BY r.created_at DESC, r.ord DESC, r.revision DESC) AS place,
                    row_number() OVER (PARTITION BY r.pact_content_id ORDER BY r.created_at DESC, r.ord DESC) AS of_content
               FROM (",
    pacts!(
        "pp.pact_content_id IN
                    (SELECT lv.pact_content_id FROM latest_verifications lv WHERE lv.provider_version_id IN IDS($1))
                    AND (pp.is_latest OR $2)"
    ),
    ") r) newest WHERE place <= $3 OR of_content = 1"
);

/// The newest pacts that versions of providers have verified.
pub(super) const VERIFIED_BY: &str = pacts!(
    "pp.provider_id IN IDS($1) AND pp.is_latest
                AND EXISTS (SELECT 1 FROM latest_verifications lv WHERE lv.pact_content_id = pp.pact_content_id)
              ORDER BY pp.created_at DESC, pp.id DESC LIMIT CAST($2 AS BIGINT)"
);

/// The same with all revisions.
/// The index by provider holds what counts only; overwritten revisions are found through the provider's contents.
pub(super) const HISTORY_VERIFIED_BY: &str = pacts!(
    "pp.pact_content_id IN (SELECT o.id FROM pact_contents o WHERE o.provider_id IN IDS($1))
                AND EXISTS (SELECT 1 FROM latest_verifications lv WHERE lv.pact_content_id = pp.pact_content_id)
              ORDER BY pp.created_at DESC, pp.id DESC LIMIT CAST($2 AS BIGINT)"
);

/// The last results of provider versions.
pub(super) const LATEST_OF_VERSIONS: &str = latest_results!("lv.provider_version_id IN IDS($2)");

/// All results of provider versions.
pub(super) const ALL_OF_VERSIONS: &str = all_results!("vf.provider_version_id IN IDS($2)");

/// The last results of providers, or of anyone.
pub(super) const LATEST: &str = concat!(
    "SELECT pact_content_id, pacticipant_id, provider_version_id, version_number, ord, id, number, success, executed_at
               FROM (SELECT r.*, row_number() OVER (PARTITION BY r.pact_content_id ORDER BY r.id DESC) AS place FROM (",
    latest_results!("($2 OR vf.provider_id IN IDS($3))"),
    ") r) newest WHERE place <= $4"
);

/// All results of providers, or of anyone.
pub(super) const ALL: &str = concat!(
    "SELECT pact_content_id, pacticipant_id, provider_version_id, version_number, ord, id, number, success, executed_at
               FROM (SELECT r.*, row_number() OVER (PARTITION BY r.pact_content_id ORDER BY r.id DESC) AS place FROM (",
    all_results!("($2 OR vf.provider_id IN IDS($3))"),
    ") r) newest WHERE place <= $4"
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
