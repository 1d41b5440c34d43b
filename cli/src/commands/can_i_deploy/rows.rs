//! The evidence in the order and the words that every form of the answer shares.

use intact_broker_client::{Matrix, MatrixRow, MatrixVersion, Notice};

/// How a row stands; in this order rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Failed,
    Unknown,
    Verified,
    Ignored,
}

impl Standing {
    /// How this row stands.
    pub(super) fn of(row: &MatrixRow) -> Self {
        match &row.verification_result {
            _ if row.ignored => Self::Ignored,
            None => Self::Unknown,
            Some(result) if result.success => Self::Verified,
            Some(_) => Self::Failed,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Verified => "verified",
            Self::Ignored => "ignored",
        }
    }
}

/// The verdict in a word: without one results are missing, which means little beside one that failed.
pub(super) fn verdict(matrix: &Matrix) -> &'static str {
    match matrix.summary.deployable {
        Some(true) => "yes",
        None if matrix.summary.failed == 0 => "unknown",
        _ => "no",
    }
}

/// Failures first.
pub(super) fn sorted(rows: &[MatrixRow]) -> Vec<&MatrixRow> {
    let mut rows: Vec<&MatrixRow> = rows.iter().collect();
    // A stable sort: within a pair the broker's order, newest first, is kept.
    rows.sort_by_key(|row| (Standing::of(row), &row.consumer.name, &row.provider.name));
    rows
}

/// Commit hashes are cut to what people recognise, other long versions to what fits.
pub(super) fn shown_version(version: Option<&MatrixVersion>) -> String {
    const LONGEST: usize = 60;
    let Some(version) = version else { return "???".to_owned() };
    let number = &version.number;
    if number.len() == 40 && number.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return format!("{}...", &number[..7]);
    }
    if number.chars().count() > LONGEST {
        return format!("{}...", number.chars().take(LONGEST).collect::<String>());
    }
    number.clone()
}

/// The notices, with failed verifications before the other errors: brokers tell of missing results first, which reads as if
/// waiting would help.
pub(super) fn failures_first(notices: &[Notice]) -> Vec<&Notice> {
    let mut notices: Vec<&Notice> = notices.iter().collect();
    notices.sort_by_key(|notice| match notice.kind.as_str() {
        "error" if notice.text.ends_with(" failed") => 1,
        "error" => 2,
        "warning" => 0,
        _ => 3,
    });
    notices
}
