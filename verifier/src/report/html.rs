//! The report as one HTML page, for those who were not there. It has no script and loads nothing from elsewhere.

use std::fmt::Write as _;

use intact_matching::explanation::Finding;

use super::junit::escaped;
use super::{InteractionReport, PactReport, Publication, Report, markdown};

const STYLE: &str = "\
:root { color-scheme: light dark; --good: #1a7f37; --bad: #cf222e; --odd: #9a6700; --line: #8884; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2rem; } small, .quiet { opacity: .7; font-weight: normal; }
.good { color: var(--good); } .bad { color: var(--bad); } .odd { color: var(--odd); }
details, .one { border-top: 1px solid var(--line); padding: .5rem 0; } summary { cursor: pointer; }
.sides { background: #8881; padding: .5rem; }
pre { overflow-x: auto; background: #8881; padding: .5rem; } td, th { text-align: left; vertical-align: top; padding-right: 1rem; }
code, pre, td { font-family: ui-monospace, monospace; font-size: .9em; white-space: pre-wrap; }";

/// The page: the verdict, then each pact with its interactions, those that failed unfolded.
pub fn document(report: &Report) -> String {
    let provider = escaped(&report.provider);
    let verdict = markdown::sentence(report.verdict());
    let failed = report.interactions().filter(|interaction| !interaction.is_success() && !interaction.pending).count();
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{provider}: {verdict}</title>\n\
         <style>\n{STYLE}\n</style>\n</head>\n<body>\n<h1>{provider}</h1>\n<p class=\"{}\">{verdict}</p>\n\
         <p class=\"quiet\">{} interactions, {failed} failed, {} ms</p>\n",
        if report.is_success() { "good" } else { "bad" },
        report.interactions().count(),
        report.duration.as_millis(),
    );
    for source in &report.failed_sources {
        let (source, reason) = (escaped(&source.source), escaped(&source.reason));
        _ = writeln!(page, "<p class=\"bad\"><code>{source}</code> could not be loaded: {reason}</p>");
    }
    for pact in &report.pacts {
        write_pact(&mut page, pact);
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn write_pact(page: &mut String, pact: &PactReport) {
    let (consumer, provider, source) = (escaped(&pact.consumer), escaped(&pact.provider), escaped(&pact.source));
    _ = writeln!(page, "<h2>{consumer} → {provider}{}</h2>", if pact.pending { " <small>pending</small>" } else { "" });
    _ = writeln!(page, "<p class=\"quiet\"><code>{source}</code> ({})</p>", pact.version);
    for text in pact.notices_before().chain(pact.warnings.iter().map(String::as_str)).chain(pact.notices_after()) {
        _ = writeln!(page, "<p class=\"odd\">{}</p>", escaped(text));
    }
    if let Publication::Failed { reason, .. } = &pact.publication {
        _ = writeln!(page, "<p class=\"bad\">The result could not be published: {}</p>", escaped(reason));
    }
    for interaction in &pact.interactions {
        write_interaction(page, interaction);
    }
}

fn write_interaction(page: &mut String, interaction: &InteractionReport) {
    let states = interaction.states.iter().map(|state| escaped(state)).collect::<Vec<_>>().join(" and ");
    let given = if states.is_empty() { String::new() } else { format!(" <small>given {states}</small>") };
    let description = escaped(&interaction.description);
    let milliseconds = interaction.duration.as_millis();
    if interaction.is_success() {
        _ = writeln!(
            page,
            "<div class=\"one\"><span class=\"good\">✓</span> {description}{given} <small>{milliseconds} ms</small></div>"
        );
        return;
    }
    let (mark, tone, pending) =
        if interaction.pending { ("!", "odd", " <small>pending: does not count</small>") } else { ("✗", "bad", "") };
    _ = writeln!(
        page,
        "<details open>\n<summary><span class=\"{tone}\">{mark}</span> {description}{given}{pending} \
         <small>{milliseconds} ms</small></summary>"
    );
    if let Some(exchange) = &interaction.exchange {
        let answer = exchange.answer.as_ref();
        let answer = answer.map(|(status, body)| format!(" answered {status}\n{body}")).unwrap_or_default();
        _ = writeln!(page, "<pre>{}{}</pre>", escaped(&exchange.request), escaped(&answer));
    }
    for error in &interaction.errors {
        // What others say may have several lines.
        _ = writeln!(page, "<pre class=\"{tone}\">{}</pre>", escaped(&error.to_string()));
    }
    for finding in &interaction.explanation.findings {
        write_finding(page, finding);
    }
    if interaction.explanation.more > 0 {
        _ = writeln!(page, "<p>and {} more differences</p>", interaction.explanation.more);
    }
    page.push_str("</details>\n");
}

/// The differences of one part; its lines in a table, the contract's and the provider's beside each other.
fn write_finding(page: &mut String, finding: &Finding) {
    page.push_str("<table>\n");
    for (mismatch, alike) in &finding.mismatches {
        let more = if *alike > 0 { format!(" <small>and {alike} more like it</small>") } else { String::new() };
        let (place, what) = (escaped(&mismatch.place()), escaped(mismatch.sentence()));
        _ = writeln!(page, "<tr><th>{place}</th><td>{what}{more}</td></tr>");
    }
    page.push_str("</table>\n");
    if !finding.excerpt.is_empty() {
        page.push_str("<table class=\"sides\">\n<tr><th>expected</th><th>actual</th></tr>\n");
        for row in &finding.excerpt {
            let side = |line: &Option<String>| escaped(line.as_deref().unwrap_or_default());
            let (expected, actual) = (side(&row.expected), side(&row.actual));
            let mark = if row.differs { " class=\"bad\"" } else { "" };
            _ = writeln!(page, "<tr{mark}><td>{expected}</td><td>{actual}</td></tr>");
        }
        page.push_str("</table>\n");
    }
    for hint in &finding.hints {
        _ = writeln!(page, "<p class=\"odd\">→ {}</p>", escaped(hint));
    }
}
