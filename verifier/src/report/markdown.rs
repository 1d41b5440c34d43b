//! The report as Markdown, for the summaries of build services.

use std::fmt::Write as _;

use intact_matching::explanation::Layout;

use super::{InteractionReport, Publication, Report, Verdict};

/// A table of the pacts; below it what failed.
pub fn document(report: &Report) -> String {
    let mut text = format!("### {}: {}\n\n", escaped(&report.provider), sentence(report.verdict()));
    if !report.pacts.is_empty() {
        text.push_str("| Consumer | Interactions | Failed | Pending failures | Published |\n|---|---|---|---|---|\n");
    }
    for pact in &report.pacts {
        let failed =
            |pending: bool| pact.interactions.iter().filter(|one| !one.is_success() && one.pending == pending).count();
        let published = match &pact.publication {
            Publication::None => "",
            Publication::Published(_) => "yes",
            Publication::Failed { .. } => "**failed**",
        };
        _ = writeln!(
            text,
            "| {} | {} | {} | {} | {published} |",
            escaped(&pact.consumer),
            pact.interactions.len(),
            failed(false),
            failed(true)
        );
    }
    for source in &report.failed_sources {
        _ = writeln!(text, "\n**{}** could not be loaded: {}", escaped(&source.source), escaped(&source.reason));
    }
    for pact in &report.pacts {
        for interaction in pact.interactions.iter().filter(|interaction| !interaction.is_success()) {
            failure(&mut text, &pact.consumer, interaction);
        }
        if let Publication::Failed { reason, .. } = &pact.publication {
            let consumer = escaped(&pact.consumer);
            _ = writeln!(text, "\nThe result for {consumer} could not be published: {}", escaped(reason));
        }
    }
    text
}

/// What a run found, in a few words.
pub(super) fn sentence(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Verified => "the contracts are kept ✅",
        Verdict::Failed => "the contracts are not kept ❌",
        Verdict::NothingVerified => "nothing was verified ❌",
        Verdict::NotPublished => "the contracts are kept, but the results are not published ❌",
        Verdict::Unavailable => "something needed could not be reached ❌",
    }
}

fn failure(text: &mut String, consumer: &str, interaction: &InteractionReport) {
    let pending = if interaction.pending { " (pending)" } else { "" };
    let description = escaped(&interaction.description);
    _ = writeln!(text, "\n**{}: {description}**{pending}\n", escaped(consumer));
    for error in &interaction.errors {
        let error = error.to_string();
        let (first, rest) = error.split_once('\n').unwrap_or((&error, ""));
        _ = writeln!(text, "- {}", escaped(first));
        code_in_a_list(text, rest);
    }
    let explanation = &interaction.explanation;
    for finding in &explanation.findings {
        for (mismatch, alike) in &finding.mismatches {
            let more = if *alike > 0 { format!(" (and {alike} more like it)") } else { String::new() };
            _ = writeln!(text, "- {}: {}{more}", escaped(&mismatch.place()), escaped(mismatch.sentence()));
        }
        code_in_a_list(text, &finding.excerpt_text(&Layout::default()));
        if !finding.excerpt.is_empty() && !finding.hints.is_empty() {
            text.push('\n');
        }
        for hint in &finding.hints {
            _ = writeln!(text, "  - {}", escaped(hint));
        }
    }
    if explanation.more > 0 {
        _ = writeln!(text, "- and {} more differences", explanation.more);
    }
}

/// Lines as they are, below an item of a list: an indented block, in which nothing is markup.
fn code_in_a_list(text: &mut String, lines: &str) {
    for (at, line) in lines.lines().enumerate() {
        let gap = if at == 0 { "\n" } else { "" };
        let line: String = line.chars().filter(|c| !c.is_control() || *c == '\t').collect();
        _ = writeln!(text, "{gap}      {line}");
    }
}

/// In one line, with nothing that Markdown or HTML would take for markup.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            c if c.is_control() => {}
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}
