//! The statement that looks everything up, put together from what a question needs of it.
//!
//! Its parameters: `$1` the selectors as `[name, number, meaning]`, `$2` ids of versions; `$3` to `$6` what the target is
//! ([`Conditions`]); `$7` the most pacts, `$8` the most results of a content.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use sqlx::SqlStr;

use super::kind;
use crate::store::dialect::{Engine, put_lists};
use crate::store::matrix::statements::Conditions;
use crate::store::version_details::{DETAILS_OF_SHOWN, ENVIRONMENTS};

/// What decides which statement it is. Builds ask few of the hundred or so; each connection prepares those that it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    /// Whole pacticipants are selected.
    pub(super) whole: bool,
    /// Versions were found before.
    pub(super) given: bool,
    /// Versions of integrated pacticipants are looked for.
    pub(super) target: Option<Conditions>,
    /// See [`super::Wanted`].
    pub(super) only_selected: bool,
    /// See [`super::Wanted`].
    pub(super) with_anyone: bool,
    /// See [`super::Wanted`].
    pub(super) whole_history: bool,
}

/// The statement for questions of a shape. It is put together once: there are fewer shapes than a cache needs a limit for.
pub(super) fn statement(engine: Engine, shape: Shape) -> SqlStr {
    static KNOWN: LazyLock<RwLock<HashMap<(Engine, Shape), SqlStr>>> = LazyLock::new(RwLock::default);
    // A lock is poisoned by a panic only; what is in the map stays true.
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&(engine, shape)).cloned();
    known.unwrap_or_else(|| {
        let sql = put_together(engine, shape);
        KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert((engine, shape), sql.clone());
        sql
    })
}

fn put_together(engine: Engine, shape: Shape) -> SqlStr {
    let with = [
        ("named", Some(NAMED.to_owned())),
        ("chosen", shape.given.then(|| CHOSEN.to_owned())),
        ("deps", Some(dependencies(shape))),
        ("target", shape.target.map(|conditions| conditions.versions(AROUND))),
        ("pubs", Some(publications(shape))),
        ("judges", (!shape.with_anyone).then(|| judges(shape))),
        ("results", Some(results(shape))),
        ("few", Some(few(shape))),
        ("shown", Some(shown(shape))),
    ];
    let with: Vec<String> =
        with.into_iter().filter_map(|(name, sql)| Some(format!("{name} AS MATERIALIZED ({})", sql?))).collect();
    let sql = format!("WITH {} {}", with.join(", "), rows(shape));
    put_lists(engine, &sql)
}

/// The pacticipants of the selectors, with the versions that have their numbers.
/// Each is looked up by itself: engines that may choose would rather read whole tables.
const NAMED: &str = "SELECT a.meaning, a.id,
            (SELECT v.id FROM versions v WHERE v.pacticipant_id = a.id AND v.number = a.number) AS version_id
       FROM (SELECT CAST(value ->> 2 AS BIGINT) AS meaning, value ->> 1 AS number,
                    (SELECT p.id FROM pacticipants p WHERE p.name = value ->> 0) AS id
               FROM ELEMENTS($1)) a";

const CHOSEN: &str = "SELECT version_id AS id, id AS pacticipant_id FROM named WHERE meaning = 1
       UNION ALL SELECT v.id, v.pacticipant_id FROM versions v WHERE v.id IN IDS($2)";

/// The versions that selectors mean.
fn chosen(shape: Shape) -> &'static str {
    if shape.given { "SELECT id FROM chosen" } else { "SELECT version_id FROM named WHERE meaning = 1" }
}

/// The pacticipants that are meant with all their versions.
const WHOLE: &str = "SELECT id FROM named WHERE meaning = 0";

/// The pacticipants that the question is about.
const PARTIES: &str = "SELECT id FROM named WHERE meaning < 3";

/// The ones around these.
const AROUND: &str = "IN SOME(SELECT consumer_id FROM deps UNION SELECT provider_id FROM deps EXCEPT SELECT id FROM named WHERE meaning < 3)";

/// The same may be found in several ways.
fn dependencies(shape: Shape) -> String {
    // If only the selected ones matter, so do only their pacts with one another.
    let among = |column| {
        if shape.only_selected { format!(" AND {column} IN SOME({PARTIES})") } else { String::new() }
    };
    let mut all = vec![format!(
        "SELECT DISTINCT pp.consumer_id, pp.provider_id, 1 AS required FROM pact_publications pp
          WHERE pp.consumer_version_id IN SOME({}) AND pp.is_latest{}",
        chosen(shape),
        among("pp.provider_id")
    )];
    if shape.whole {
        all.push(format!(
            "SELECT i.consumer_id, i.provider_id, 1 FROM integrations i
              WHERE i.consumer_id IN SOME({WHOLE}){}
                AND EXISTS (SELECT 1 FROM pact_publications pp
                             WHERE pp.provider_id = i.provider_id AND pp.consumer_id = i.consumer_id AND pp.is_latest)",
            among("i.provider_id")
        ));
    }
    if !shape.only_selected {
        all.push(format!(
            "SELECT i.consumer_id, i.provider_id, 0 FROM integrations i WHERE i.provider_id IN SOME({PARTIES})"
        ));
    }
    all.join(" UNION ALL ")
}

/// The same may be found in several ways.
fn publications(shape: Shape) -> String {
    const COLUMNS: &str =
        "SELECT pp.consumer_id, pp.consumer_version_id, pp.provider_id, pp.revision, pp.pact_content_id,
               pp.created_at FROM pact_publications pp WHERE ";
    let latest = if shape.whole_history { "" } else { " AND pp.is_latest" };
    // With a target all providers matter: each is one of those around, for a version that has a pact has a latest one too.
    let among = if shape.with_anyone || shape.target.is_some() {
        String::new()
    } else {
        format!(" AND pp.provider_id IN SOME({PARTIES})")
    };
    let mut all = vec![format!("{COLUMNS}pp.consumer_version_id IN SOME({}){latest}{among}", chosen(shape))];
    if shape.target.is_some() {
        all.push(format!(
            "{COLUMNS}pp.consumer_version_id IN SOME(SELECT id FROM target){latest} AND pp.provider_id IN SOME({PARTIES})"
        ));
    }
    if shape.whole {
        // The newest are found among the rows of one table before anything is looked up for them. The indexes by consumer and by
        // provider hold what counts only; overwritten revisions are found through the versions and contents.
        let of_consumers = if shape.whole_history {
            format!("pp.consumer_version_id IN (SELECT o.id FROM versions o WHERE o.pacticipant_id IN SOME({WHOLE}))")
        } else {
            format!("pp.consumer_id IN SOME({WHOLE}) AND pp.is_latest")
        };
        all.push(newest(&format!("{COLUMNS}{of_consumers}{among}")));
    }
    if shape.whole && shape.with_anyone {
        let of_providers = if shape.whole_history {
            format!("pp.pact_content_id IN (SELECT o.id FROM pact_contents o WHERE o.provider_id IN SOME({WHOLE}))")
        } else {
            format!("pp.provider_id IN SOME({WHOLE}) AND pp.is_latest")
        };
        all.push(newest(&format!(
            "{COLUMNS}{of_providers}
                AND EXISTS (SELECT 1 FROM latest_verifications lv WHERE lv.pact_content_id = pp.pact_content_id)"
        )));
    }
    if shape.with_anyone && !shape.whole {
        // Of each content one at least, however many newer publications others have: a result must not be overlooked.
        all.push(format!(
            "SELECT consumer_id, consumer_version_id, provider_id, revision, pact_content_id, created_at FROM
               (SELECT r.*, row_number() OVER (ORDER BY r.created_at DESC, r.consumer_version_ord DESC, r.revision DESC) AS place,
                       row_number() OVER (PARTITION BY r.pact_content_id ORDER BY r.created_at DESC, r.consumer_version_ord DESC) AS of_content
                  FROM (SELECT pp.* FROM pact_publications pp WHERE pp.pact_content_id IN
                         (SELECT lv.pact_content_id FROM latest_verifications lv
                           WHERE lv.provider_version_id IN SOME({})){latest}) r) newest
              WHERE place <= $7 OR of_content = 1",
            chosen(shape)
        ));
    }
    all.join(" UNION ALL ")
}

fn newest(of: &str) -> String {
    format!("SELECT * FROM ({of} ORDER BY pp.created_at DESC, pp.id DESC LIMIT CAST($7 AS BIGINT)) newest")
}

/// The versions whose results count. Most versions of a target are there as consumers; only those of providers have results.
fn judges(shape: Shape) -> String {
    const OF_PROVIDERS: &str = "IN (SELECT provider_id FROM pubs)";
    let chosen = if shape.given {
        format!("SELECT id FROM chosen WHERE pacticipant_id {OF_PROVIDERS}")
    } else {
        format!("SELECT version_id AS id FROM named WHERE meaning = 1 AND id {OF_PROVIDERS}")
    };
    if shape.target.is_some() {
        format!("{chosen} UNION ALL SELECT id FROM target WHERE pacticipant_id {OF_PROVIDERS}")
    } else {
        chosen
    }
}

/// The same may be found in several ways.
fn results(shape: Shape) -> String {
    // The last result of a version with a content, or each.
    let (columns, table, from) = if shape.whole_history {
        (
            "vf.pact_content_id, vf.provider_version_id, vf.id, vf.number, vf.success, vf.executed_at",
            "vf",
            "verifications vf",
        )
    } else {
        (
            "lv.pact_content_id, lv.provider_version_id, vf.id, vf.number, lv.success, lv.executed_at",
            "lv",
            "latest_verifications lv JOIN verifications vf ON vf.id = lv.verification_id",
        )
    };
    let of_contents = format!("{table}.pact_content_id IN SOME(SELECT pact_content_id FROM pubs)");
    let mut all = Vec::new();
    if !shape.with_anyone {
        all.push(format!(
            "SELECT {columns} FROM {from}
              WHERE {of_contents} AND {table}.provider_version_id IN SOME(SELECT id FROM judges)"
        ));
    }
    if shape.with_anyone || shape.whole {
        let of_whole = if shape.with_anyone { String::new() } else { format!(" AND vf.provider_id IN SOME({WHOLE})") };
        all.push(format!(
            "SELECT pact_content_id, provider_version_id, id, number, success, executed_at FROM
               (SELECT r.*, row_number() OVER (PARTITION BY r.pact_content_id ORDER BY r.id DESC) AS place
                  FROM (SELECT {columns} FROM {from} WHERE {of_contents}{of_whole}) r) newest WHERE place <= $8"
        ));
    }
    all.join(" UNION ALL ")
}

/// What is shown of the versions in the rows is looked up at once if so many pacts, results and versions were found. Of more,
/// most are not shown.
const FEW: usize = 500;

/// The versions whose results count, or that are shown without one.
fn judging(shape: Shape) -> &'static str {
    match (shape.with_anyone, shape.given) {
        (false, _) => "judges",
        (true, true) => "chosen",
        (true, false) => "(SELECT version_id AS id FROM named WHERE meaning = 1)",
    }
}

/// A row, if what was found is little.
fn few(shape: Shape) -> String {
    let judging = judging(shape);
    format!(
        "SELECT 1 AS yes
          WHERE (SELECT count(*) FROM pubs) + (SELECT count(*) FROM results) + (SELECT count(*) FROM {judging} judging) <= {FEW}"
    )
}

/// The versions in the rows, if these are few.
fn shown(shape: Shape) -> String {
    let judging = judging(shape);
    let mut all = vec![
        "SELECT pubs.consumer_version_id AS id FROM few CROSS JOIN pubs".to_owned(),
        format!("SELECT judging.id FROM few CROSS JOIN {judging} judging"),
    ];
    if shape.with_anyone || shape.whole {
        all.push("SELECT results.provider_version_id FROM few CROSS JOIN results".to_owned());
    }
    all.join(" UNION ")
}

/// All pacticipants that anything speaks of.
fn people(shape: Shape) -> String {
    let around = "SELECT id FROM named UNION ALL SELECT consumer_id FROM deps UNION ALL SELECT provider_id FROM deps";
    if shape.with_anyone {
        format!("{around} UNION SELECT consumer_id FROM pubs UNION SELECT provider_id FROM pubs")
    } else {
        around.to_owned()
    }
}

/// All versions that anything speaks of, but for those of the target.
fn versions(shape: Shape) -> String {
    let mut all = vec!["SELECT version_id FROM named", "SELECT consumer_version_id FROM pubs"];
    all.extend(shape.given.then_some("SELECT id FROM chosen"));
    all.extend((shape.with_anyone || shape.whole).then_some("SELECT provider_version_id FROM results"));
    all.join(" UNION ALL ")
}

/// The numbers and texts of a row, in the order of its columns.
const NUMBERS: [&str; 10] = [
    "id",
    "version_id",
    "consumer_id",
    "provider_id",
    "content_id",
    "ord",
    "number",
    "flag",
    "created_at",
    "updated_at",
];
const TEXTS: [&str; 4] = ["name", "text", "display_name", "contacts"];

/// Everything that was found, each kind with the columns it has.
fn rows(shape: Shape) -> String {
    let mut all = vec![
        row(
            kind::PACTICIPANT,
            &[("consumer_id", "p.id"), ("name", "p.name"), ("text", "p.main_branch")],
            &format!("pacticipants p WHERE p.id IN SOME({})", people(shape)),
        ),
        row(
            kind::VERSION,
            &[("version_id", "v.id"), ("consumer_id", "v.pacticipant_id"), ("ord", "v.ord"), ("text", "v.number")],
            &format!("versions v WHERE v.id IN SOME({})", versions(shape)),
        ),
        row(
            kind::DEPENDENCY,
            &[("consumer_id", "dep.consumer_id"), ("provider_id", "dep.provider_id"), ("flag", "dep.required")],
            "deps dep",
        ),
        row(
            kind::PACT,
            &[
                ("version_id", "pp.consumer_version_id"),
                ("consumer_id", "pp.consumer_id"),
                ("provider_id", "pp.provider_id"),
                ("content_id", "pp.pact_content_id"),
                ("number", "pp.revision"),
                ("created_at", "pp.created_at"),
                ("text", "pc.sha"),
            ],
            "pubs pp CROSS JOIN pact_contents pc WHERE pc.id = pp.pact_content_id",
        ),
        row(
            kind::RESULT,
            &[
                ("id", "res.id"),
                ("version_id", "res.provider_version_id"),
                ("content_id", "res.pact_content_id"),
                ("number", "res.number"),
                ("flag", "CASE WHEN res.success THEN 1 ELSE 0 END"),
                ("created_at", "res.executed_at"),
            ],
            "results res",
        ),
    ];
    all.push(row(
        kind::DETAIL,
        &[
            ("id", "detail.id"),
            ("version_id", "detail.version_id"),
            ("flag", "CASE WHEN detail.flag THEN 1 ELSE 0 END"),
            ("created_at", "detail.created_at"),
            ("updated_at", "detail.updated_at"),
            ("name", "detail.name"),
            ("text", "detail.text"),
            ("display_name", "detail.display_name"),
            ("contacts", "detail.contacts"),
        ],
        &format!("({DETAILS_OF_SHOWN} UNION ALL {ENVIRONMENTS}) detail"),
    ));
    all.push(row(kind::WITH_DETAILS, &[], "few"));
    if shape.target.is_some() {
        let columns =
            [("version_id", "t.id"), ("consumer_id", "t.pacticipant_id"), ("ord", "t.ord"), ("text", "t.number")];
        all.push(row(kind::IN_TARGET, &columns, "target t"));
    }
    all.join(" UNION ALL ")
}

/// What selects rows of one kind.
fn row(kind: i64, columns: &[(&str, &str)], from: &str) -> String {
    let of = |names: &'static [&'static str], nothing: &'static str| {
        names.iter().map(move |name| {
            let column = columns.iter().find(|(of, _)| of == name).map_or(nothing, |(_, column)| *column);
            format!("{column} AS {name}")
        })
    };
    // PostgreSQL takes the types of the columns from here.
    let columns: Vec<String> = of(&NUMBERS, "CAST(NULL AS BIGINT)").chain(of(&TEXTS, "CAST(NULL AS TEXT)")).collect();
    let kind = if kind == kind::DETAIL { format!("{kind} + detail.kind") } else { kind.to_string() };
    format!("SELECT CAST({kind} AS BIGINT) AS kind, {} FROM {from}", columns.join(", "))
}
