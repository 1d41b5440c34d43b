//! Failures as annotations of a GitHub workflow.

use super::{Publication, Report};

/// One workflow command for each failure: an error, or a warning where it is pending.
pub fn annotations(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for source in &report.failed_sources {
        lines.push(command("error", "a pact could not be loaded", &format!("{}: {}", source.source, source.reason)));
    }
    for pact in &report.pacts {
        for interaction in pact.interactions.iter().filter(|interaction| !interaction.is_success()) {
            let level = if interaction.pending { "warning" } else { "error" };
            let title = format!("{} → {}: {}", pact.consumer, pact.provider, interaction.description);
            lines.push(command(level, &title, &interaction.details()));
        }
        if let Publication::Failed { reason, .. } = &pact.publication {
            lines.push(command("error", &format!("the result for {} is not published", pact.consumer), reason));
        }
    }
    lines
}

/// One workflow command: a message of this level (`error`, `warning` or `notice`) under a title.
pub fn command(level: &str, title: &str, message: &str) -> String {
    command_with(level, &[("title", title)], message)
}

/// One workflow command with these properties, such as `file` and `line`.
pub fn command_with(level: &str, properties: &[(&str, &str)], message: &str) -> String {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{level} {}::{}", properties.join(","), data(message))
}

/// Escapes are those of workflow commands. Control characters, which a log would obey, are left out.
fn data(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            c if c.is_control() && c != '\t' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
