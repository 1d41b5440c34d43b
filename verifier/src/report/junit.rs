//! The report as JUnit XML, which build servers show.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Report, terminal};

/// One `testsuite` named after the provider, one `testcase` for each interaction and for each source that could not be
/// loaded.
pub fn document(report: &Report) -> String {
    let mut cases = String::new();
    let (mut failures, mut errors, mut skipped) = (0, 0, 0);
    for source in &report.failed_sources {
        errors += 1;
        let name = format!("Loading {}", source.source);
        case(&mut cases, &name, Duration::ZERO, Some(("error", "the source could not be loaded", &source.reason)));
    }
    for pact in &report.pacts {
        for interaction in &pact.interactions {
            let details = interaction.details();
            let problem = if interaction.is_success() {
                None
            } else if interaction.pending {
                skipped += 1;
                Some(("skipped", "a pending interaction failed, which does not count"))
            } else if interaction.errors.is_empty() {
                failures += 1;
                Some(("failure", "the provider's response differs from the contract"))
            } else {
                errors += 1;
                Some(("error", "the interaction could not be verified"))
            };
            let problem = problem.map(|(element, message)| (element, message, details.as_str()));
            case(&mut cases, &interaction.long_name(pact), interaction.duration, problem);
        }
    }
    let tests = report.interactions().count() + report.failed_sources.len();
    let name = escaped(&report.provider);
    let time = seconds(report.duration);
    let counts =
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{time}\"");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{name}\" {counts}>\n  <testsuite name=\"{name}\" {counts}>\n\
         {cases}    <system-out><![CDATA[{}]]></system-out>\n  </testsuite>\n</testsuites>\n",
        cdata(&terminal::text(report)),
    )
}

fn case(out: &mut String, name: &str, duration: Duration, problem: Option<(&str, &str, &str)>) {
    let head = format!("    <testcase name=\"{}\" time=\"{}\"", escaped(name), seconds(duration));
    let written = match problem {
        None => writeln!(out, "{head}/>"),
        Some((element, message, details)) => writeln!(
            out,
            "{head}>\n      <{element} message=\"{}\"><![CDATA[{}]]></{element}>\n    </testcase>",
            escaped(message),
            cdata(details),
        ),
    };
    written.expect("writing to a String cannot fail");
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}

/// Characters that XML 1.0 cannot hold in any way are left out.
fn allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// As the text or an attribute of an element, in XML and in HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().filter(|c| allowed(*c)) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn cdata(text: &str) -> String {
    let text: String = text.chars().filter(|c| allowed(*c)).collect();
    text.replace("]]>", "]]]]><![CDATA[>")
}
