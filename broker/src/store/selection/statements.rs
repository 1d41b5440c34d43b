//! The SQL behind "which pacts shall this provider verify".
//!
//! Of the statements that find candidates, those that are needed are asked as one. So all have the same parameters: the provider
//! `$1`; whether all branches are meant (`$2`), and which else (`$3`); tags whose head is meant (`$4`); and tags any version of
//! which is meant (`$5`).

/// What the statements that find candidates begin with, once for all of them: the consumers of the provider.
pub(super) const OF_CONSUMERS: &str = "WITH consumers AS MATERIALIZED (
     SELECT c.id, c.name, c.main_branch FROM integrations i JOIN pacticipants c ON c.id = i.consumer_id
      WHERE i.provider_id = $1) ";

/// `$heads` finds the publications `pp` of the consumers `c`, and `$name` is what these are found by. SQLite keeps the order of a
/// `CROSS JOIN`; it does not know how few consumers there are.
macro_rules! candidates {
    ($kind:literal, $name:literal, $production:literal, $heads:literal, $condition:literal) => {
        concat!(
            "SELECT CAST(",
            $kind,
            " AS BIGINT) AS kind, c.id AS consumer_id, c.name AS consumer, pp.consumer_version_id AS version_id,
                    (SELECT v.number FROM versions v WHERE v.id = pp.consumer_version_id) AS number,
                    pp.consumer_version_ord AS ord, pp.pact_content_id,
                    (SELECT pc.sha FROM pact_contents pc WHERE pc.id = pp.pact_content_id) AS sha, ",
            $name,
            " AS name, ",
            $production,
            " AS production FROM consumers c CROSS JOIN ",
            $heads,
            " WHERE pp.provider_id = $1 AND pp.is_latest AND ",
            $condition
        )
    };
}

/// `$group` are the lines by which successes are put together, and `$line` is the name of one.
macro_rules! successes {
    ($line:literal, $join:literal, $group:literal) => {
        concat!(
            "SELECT vf.pact_content_id, ",
            $line,
            " AS line, vf.wip, min(vf.created_at) AS first_recorded_at, min(vf.executed_at) AS first_executed_at
               FROM verifications vf ",
            $join,
            " WHERE vf.pact_content_id IN IDS($1) AND vf.success GROUP BY vf.pact_content_id, vf.wip",
            $group
        )
    };
}

/// For each content the first success of those that fulfil `$where`.
macro_rules! witness {
    ($where:literal) => {
        concat!(
            "SELECT (SELECT vf.id FROM verifications vf WHERE vf.pact_content_id = pc.id AND vf.success AND ",
            $where,
            " ORDER BY vf.created_at LIMIT 1) AS id FROM pact_contents pc WHERE pc.id IN IDS($1)"
        )
    };
}

/// For each content the success recorded first, on whatever branch.
macro_rules! first_success {
    () => {
        witness!("EXISTS (SELECT 1 FROM branch_versions o WHERE o.version_id = vf.provider_version_id)")
    };
}

/// Single successes, each with the branches of its provider version.
macro_rules! witnesses {
    ($($witness:expr),+) => {
        concat!(
            "SELECT vf.pact_content_id, b.name AS line, vf.wip, vf.created_at AS first_recorded_at,
                    vf.executed_at AS first_executed_at
               FROM (SELECT 0 AS id WHERE FALSE",
            $(" UNION ", $witness,)+
            ") w
               JOIN verifications vf ON vf.id = w.id
               JOIN branch_versions bv ON bv.version_id = vf.provider_version_id
               JOIN branches b ON b.id = bv.branch_id"
        )
    };
}

/// The heads of main branches.
pub(super) const MAIN_BRANCHES: &str = candidates!(
    0,
    "b.name",
    "FALSE",
    "branches b JOIN pact_publications pp ON pp.consumer_version_id = b.head_version_id",
    "b.pacticipant_id = c.id AND b.name = c.main_branch"
);

/// The heads of branches.
pub(super) const BRANCH_HEADS: &str = candidates!(
    1,
    "b.name",
    "FALSE",
    "branches b JOIN pact_publications pp ON pp.consumer_version_id = b.head_version_id",
    "b.pacticipant_id = c.id AND ($2 OR b.name IN TEXTS($3))"
);

/// The newest versions with a tag.
pub(super) const TAG_HEADS: &str = candidates!(
    2,
    "t.name",
    "FALSE",
    "tag_heads t JOIN pact_publications pp ON pp.consumer_version_id = t.head_version_id",
    "t.pacticipant_id = c.id AND t.name IN TEXTS($4)"
);

/// All versions with a tag.
pub(super) const TAGGED: &str = candidates!(
    3,
    "t.name",
    "FALSE",
    "version_tags t JOIN pact_publications pp ON pp.consumer_version_id = t.version_id",
    "t.pacticipant_id = c.id AND t.name IN TEXTS($5)"
);

/// The newest version of each consumer that has a pact.
pub(super) const LATEST: &str = candidates!(
    4,
    "''",
    "FALSE",
    "pact_publications pp",
    "pp.id = (SELECT n.id FROM pact_publications n WHERE n.provider_id = $1 AND n.consumer_id = c.id AND n.is_latest
               ORDER BY n.consumer_version_ord DESC LIMIT 1)"
);

/// What is deployed.
pub(super) const DEPLOYED: &str = candidates!(
    5,
    "e.name",
    "e.production",
    "deployed_versions d JOIN environments e ON e.id = d.environment_id
       JOIN pact_publications pp ON pp.consumer_version_id = d.version_id",
    "d.pacticipant_id = c.id AND d.is_current"
);

/// What is released and supported.
pub(super) const RELEASED: &str = candidates!(
    6,
    "e.name",
    "e.production",
    "environment_versions ev
       JOIN released_versions r ON r.version_id = ev.version_id AND r.environment_id = ev.environment_id
        AND r.support_ended_at IS NULL
       JOIN environments e ON e.id = ev.environment_id
       JOIN pact_publications pp ON pp.consumer_version_id = ev.version_id",
    "ev.pacticipant_id = c.id"
);

/// What is deployed, or released and supported.
pub(super) const IN_ENVIRONMENT: &str = candidates!(
    7,
    "e.name",
    "e.production",
    "environment_versions ev JOIN environments e ON e.id = ev.environment_id
       JOIN pact_publications pp ON pp.consumer_version_id = ev.version_id",
    "ev.pacticipant_id = c.id"
);

/// The heads of `$table`, which has one for each name of a pacticipant; `$condition` says which rows of it are looked at.
macro_rules! heads_in {
    ($kind:literal, $table:literal, $alias:literal, $condition:literal) => {
        concat!(
            "SELECT CAST(",
            $kind,
            " AS BIGINT) AS kind, ",
            $alias,
            ".name, pp.consumer_id, pp.consumer_version_id, pp.consumer_version_ord, pp.pact_content_id
                 FROM integrations i CROSS JOIN ",
            $table,
            " ",
            $alias,
            " CROSS JOIN pact_publications pp
                WHERE i.provider_id = $1 AND ",
            $alias,
            ".pacticipant_id = i.consumer_id AND pp.consumer_version_id = ",
            $alias,
            ".head_version_id AND pp.provider_id = $1 AND pp.is_latest AND pp.created_at > $2",
            $condition
        )
    };
}

/// The heads of all branches and tags that were published after `$2`. A part `$wanted` before and a condition may say which of
/// these contents are wanted.
///
/// Of the branches, which are mostly dead, only those are looked at where a contract may have come since, with an hour to spare:
/// brokers' clocks differ, and they look at them before they wait for each other.
macro_rules! heads {
    ($wanted:literal, $condition:literal) => {
        concat!(
            "WITH heads AS MATERIALIZED (",
            heads_in!(1, "branches", "b", " AND b.contract_at > $2 - 3600000000"),
            " UNION ALL ",
            heads_in!(2, "tag_heads", "t", ""),
            ")",
            $wanted,
            " SELECT h.kind, h.consumer_id, (SELECT c.name FROM pacticipants c WHERE c.id = h.consumer_id) AS consumer,
                     h.consumer_version_id AS version_id,
                     (SELECT v.number FROM versions v WHERE v.id = h.consumer_version_id) AS number,
                     h.consumer_version_ord AS ord, h.pact_content_id,
                     (SELECT pc.sha FROM pact_contents pc WHERE pc.id = h.pact_content_id) AS sha, h.name, FALSE AS production
                FROM heads h",
            $condition
        )
    };
}

/// The heads published after `$2`.
pub(super) const HEADS: &str = heads!("", "");

/// Of them those that are not verified for a branch of the provider: since `$3` no chosen pact of this content was verified by a
/// version of the branch `$5`, or, before the branch began at `$4`, by one of another. The newest success is looked at first, for
/// mostly it will do; and since results are recorded when they are executed, or later, none before `$3` is.
///
/// This is where a branch's work in progress is decided; `in_progress_for_branch` in [`pending`](crate::domain::pending) is the rule
/// that tests hold it against. Many heads have the same content, which is looked at once.
pub(super) const UNVERIFIED_HEADS: &str = heads!(
    ", wanted AS MATERIALIZED (
         SELECT c.pact_content_id FROM (SELECT DISTINCT pact_content_id FROM heads) c
          WHERE (SELECT vf.id FROM verifications vf
                  WHERE vf.pact_content_id = c.pact_content_id AND vf.success AND NOT vf.wip
                    AND vf.created_at >= $3 AND vf.executed_at >= $3
                    AND EXISTS (SELECT 1 FROM branch_versions o
                                 WHERE o.version_id = vf.provider_version_id
                                   AND (vf.executed_at < $4 OR o.branch_id =
                                        (SELECT l.id FROM branches l WHERE l.pacticipant_id = $1 AND l.name = $5)))
                  ORDER BY vf.created_at DESC LIMIT 1) IS NULL)",
    " WHERE h.pact_content_id IN (SELECT pact_content_id FROM wanted)"
);

/// The consumers of the provider `$1`, with what is known of them.
pub(super) const CONSUMERS: &str = "SELECT c.name, c.main_branch,
                    CASE WHEN b.head_version_id IS NULL THEN FALSE ELSE TRUE END AS has_branch,
                    CASE WHEN t.head_version_id IS NULL THEN FALSE ELSE TRUE END AS has_tag
               FROM integrations i
               JOIN pacticipants c ON c.id = i.consumer_id
               LEFT JOIN branches b ON b.pacticipant_id = c.id AND b.name = c.main_branch
               LEFT JOIN tag_heads t ON t.pacticipant_id = c.id AND t.name = c.main_branch
              WHERE i.provider_id = $1 ORDER BY c.id";

/// When the branch `$2` of the provider `$1` was created, and its first version.
pub(super) const BRANCH: &str = "SELECT b.created_at,
                    (SELECT v.created_at FROM branch_versions bv JOIN versions v ON v.id = bv.version_id
                      WHERE bv.branch_id = b.id ORDER BY bv.version_ord LIMIT 1)
               FROM branches b WHERE b.pacticipant_id = $1 AND b.name = $2";

/// When each of these tags of the provider `$1` was first used.
pub(super) const TAGS: &str =
    "SELECT name, first_used_at FROM tag_heads WHERE pacticipant_id = $1 AND name IN TEXTS($2)";

/// The successes that count for a branch that does not exist yet.
pub(super) const OF_NEW_BRANCH: &str = witnesses!(first_success!());

/// Those that count for the branch `$2`.
pub(super) const OF_BRANCH: &str = witnesses!(
    first_success!(),
    witness!(
        "EXISTS (SELECT 1 FROM branch_versions o JOIN branches l ON l.id = o.branch_id
                          WHERE o.version_id = vf.provider_version_id AND l.name = $2)"
    )
);

/// Those of each tag.
pub(super) const BY_TAG: &str =
    successes!("t.name", "JOIN version_tags t ON t.version_id = vf.provider_version_id", ", t.name");

/// All of them.
pub(super) const BY_ANYONE: &str = successes!("CAST(NULL AS TEXT)", "", "");
