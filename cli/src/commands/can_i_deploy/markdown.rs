//! The answer as Markdown, for the comments and summaries of build services.

use std::fmt::Write as _;

use intact_broker_client::{Matrix, MatrixReason, MatrixRow, RowResult};
use intact_verifier::report::markdown::escaped;

use super::answer::MOST_INTERACTIONS;
use super::rows::{Standing, failures_first, shown_version, sorted};

/// The verdict about what was asked, a table of the evidence, and what to do next.
pub(super) fn document(matrix: &Matrix, asked: &str, dry_run: bool) -> String {
    let sign = if matrix.summary.is_deployable() { "Yes ✅" } else { "No ❌" };
    let dry_run = if dry_run { " (dry run)" } else { "" };
    let mut text = format!("### Can I {}? {sign}{dry_run}\n", escaped(asked));
    let rows = sorted(&matrix.rows);
    if !rows.is_empty() {
        text.push_str("\n| Consumer | Version | Provider | Version | Verified |\n|---|---|---|---|---|\n");
    }
    for row in rows {
        let consumer_version = escaped(&shown_version(row.consumer.version.as_ref()));
        let provider_version = escaped(&shown_version(row.provider.version.as_ref()));
        let (consumer, provider) = (escaped(&row.consumer.name), escaped(&row.provider.name));
        _ = writeln!(text, "| {consumer} | {consumer_version} | {provider} | {provider_version} | {} |", verified(row));
    }
    text.push('\n');
    if matrix.notices.is_empty() {
        let reason = matrix.summary.reason.as_deref().unwrap_or("the broker gave no reason");
        _ = writeln!(text, "{}", escaped(reason));
    }
    for notice in failures_first(&matrix.notices) {
        _ = writeln!(text, "- {}", escaped(&notice.text));
    }
    if !matrix.reasons.is_empty() {
        text.push_str(if matrix.summary.is_deployable() { "\n#### Note\n\n" } else { "\n#### What to do next\n\n" });
    }
    for (index, reason) in matrix.reasons.iter().enumerate() {
        step(&mut text, index + 1, reason);
    }
    text
}

fn verified(row: &MatrixRow) -> String {
    let word = match Standing::of(row) {
        Standing::Failed => "❌ no",
        Standing::Unknown => "❔ never",
        Standing::Verified => "✅ yes",
        Standing::Ignored => "ignored",
    };
    match row.verification_result.as_ref().and_then(RowResult::url) {
        // Whatever else the broker says is an address, it is none that is followed by clicking.
        Some(url) if url.starts_with("http") => {
            format!("[{word}]({})", url.replace(['<', '>', '(', ')', '|', ' ', '\n', '\r'], ""))
        }
        _ => word.to_owned(),
    }
}

fn step(text: &mut String, number: usize, reason: &MatrixReason) {
    _ = writeln!(text, "{number}. {}", escaped(&reason.text));
    let failed = &reason.failed_interactions;
    for interaction in failed.iter().take(MOST_INTERACTIONS) {
        _ = writeln!(text, "   - {}", escaped(interaction.description.as_deref().unwrap_or(&interaction.id)));
    }
    if failed.len() > MOST_INTERACTIONS {
        _ = writeln!(text, "   - and {} more", failed.len() - MOST_INTERACTIONS);
    }
    let Some(command) = &reason.command else { return };
    if let Some(precondition) = &reason.precondition {
        _ = writeln!(text, "\n   {}:", escaped(precondition));
    }
    // An indented block, in which nothing is markup.
    let command: String = command.chars().filter(|c| !c.is_control()).collect();
    _ = writeln!(text, "\n       {command}\n");
}
