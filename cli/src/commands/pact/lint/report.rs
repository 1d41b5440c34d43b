//! How people and programs are told what was found.

use intact_matching::lint::{Finding, Severity};
use intact_pact_model::json::Position;
use intact_verifier::report::github;
use serde_json::json;

use super::Linted;
use crate::commands::pact::counted;
use crate::printer::{Printer, Tone};

/// For people: a line that editors and terminals can follow, where it is, and what to do.
pub(super) fn text(all: &[Linted], printer: &Printer) {
    for linted in all {
        for (finding, position) in &linted.findings {
            let tone = match finding.severity() {
                Severity::Error => Tone::Bad,
                Severity::Warning => Tone::Doubtful,
                Severity::Advice => Tone::Plain,
            };
            let place = format!("{}:{}:{}", linted.file, position.line, position.column);
            printer.line(tone, &format!("{place}: {}[{}]: {}", finding.severity(), finding.code, finding.text));
            let interaction = finding.interaction.as_ref().map(|name| format!("in {name:?}, ")).unwrap_or_default();
            printer.line(Tone::Faint, &format!("  {interaction}at {}", finding.at));
            printer.text(&format!("  → {}", finding.remedy()));
        }
    }
    let tone = match all.iter().flat_map(|linted| &linted.findings).map(|(finding, _)| finding.severity()).max() {
        Some(Severity::Error) => Tone::Bad,
        Some(Severity::Warning) => Tone::Doubtful,
        _ => Tone::Good,
    };
    printer.line(tone, &summary(all));
}

fn count(all: &[Linted], severity: Severity) -> usize {
    all.iter().flat_map(|linted| &linted.findings).filter(|(finding, _)| finding.severity() == severity).count()
}

fn summary(all: &[Linted]) -> String {
    let counts = [
        (count(all, Severity::Error), "error", "errors"),
        (count(all, Severity::Warning), "warning", "warnings"),
        (count(all, Severity::Advice), "piece of advice", "pieces of advice"),
    ];
    let said: Vec<String> = counts
        .into_iter()
        .filter(|(count, _, _)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
    let files = counted(all.len(), "file", "files");
    if said.is_empty() { format!("nothing found in {files}") } else { format!("{} in {files}", said.join(", ")) }
}

/// For programs.
pub(super) fn json(all: &[Linted]) -> String {
    let finding = |(finding, position): &(Finding, Position)| {
        json!({
            "code": finding.code.as_str(), "severity": finding.severity().as_str(), "interaction": finding.interaction,
            "path": finding.at.to_string(), "line": position.line, "column": position.column, "message": finding.text,
            "remedy": finding.remedy(),
        })
    };
    let files: Vec<_> = all
        .iter()
        .map(|linted| {
            let findings: Vec<_> = linted.findings.iter().map(finding).collect();
            json!({ "file": linted.file, "readable": linted.is_readable, "findings": findings })
        })
        .collect();
    let summary = json!({
        "errors": count(all, Severity::Error), "warnings": count(all, Severity::Warning), "advice": count(all, Severity::Advice),
    });
    format!("{:#}", json!({ "files": files, "summary": summary }))
}

/// For GitHub, which makes annotations of such lines.
pub(super) fn annotations(all: &[Linted], printer: &Printer) {
    for linted in all {
        for (finding, position) in &linted.findings {
            let level = match finding.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "notice",
            };
            let interaction = finding.interaction.as_ref().map(|name| format!("{name:?}: ")).unwrap_or_default();
            let message = format!("{interaction}{}\n→ {}", finding.text, finding.remedy());
            let (line, column) = (position.line.to_string(), position.column.to_string());
            let place =
                [("file", linted.file.as_str()), ("line", &line), ("col", &column), ("title", finding.code.as_str())];
            printer.raw(&github::command_with(level, &place, &message));
        }
    }
}
