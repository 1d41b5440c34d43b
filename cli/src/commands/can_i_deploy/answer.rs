//! The answer as people read it: yes or no, the evidence as a table, where the results are, the broker's reasons, and what to
//! run next.
//!
//! Failures stand before missing results and those before successes, because they are what has to be dealt with.

use intact_broker_client::{Matrix, MatrixReason, MatrixRow};

use super::rows::{failures_first, shown_version, sorted};
use crate::commands::table;
use crate::printer::{Printer, Tone, one_line};

pub(super) fn print(matrix: &Matrix, dry_run: bool, printer: &Printer) {
    let prefix = if dry_run { "[dry-run] " } else { "" };
    let line = |tone, text: &str| {
        let text: Vec<String> = text.lines().map(|line| format!("{prefix}{line}").trim_end().to_owned()).collect();
        printer.line(tone, &text.join("\n"));
    };
    if matrix.summary.is_deployable() {
        line(Tone::Good, r"Computer says yes \o/");
    } else {
        line(Tone::Bad, r"Computer says no ¯\_(ツ)_/¯");
    }
    let rows = sorted(&matrix.rows);
    if !rows.is_empty() {
        line(Tone::Plain, &format!("\n{}", rows_as_table(&rows)));
        let results = results(&rows);
        if !results.is_empty() {
            line(Tone::Strong, "\nVERIFICATION RESULTS");
            line(Tone::Plain, &results.join("\n"));
        }
    }
    line(Tone::Plain, "\n");
    if matrix.notices.is_empty() {
        line(Tone::Plain, matrix.summary.reason.as_deref().unwrap_or("the broker gave no reason"));
    }
    for notice in failures_first(&matrix.notices) {
        line(Tone::of_notice(&notice.kind), &notice.text);
    }
    let next = next_steps(&matrix.reasons);
    if matrix.summary.is_deployable() {
        for reason in &matrix.reasons {
            line(Tone::Doubtful, &format!("Note: {}", reason.text));
        }
    } else if !next.is_empty() {
        line(Tone::Strong, "\nWHAT TO DO NEXT");
        line(Tone::Plain, &next);
    }
}

/// How many failed interactions are named for one cause.
pub(super) const MOST_INTERACTIONS: usize = 5;

/// Each cause with what failed and the command that resolves it.
fn next_steps(reasons: &[MatrixReason]) -> String {
    let mut lines = Vec::new();
    for (index, reason) in reasons.iter().enumerate() {
        lines.push(format!("{}. {}", index + 1, reason.text));
        let failed = &reason.failed_interactions;
        for interaction in failed.iter().take(MOST_INTERACTIONS) {
            let name = interaction.description.as_deref().unwrap_or(&interaction.id);
            lines.push(format!("   - {}", one_line(name)));
        }
        if failed.len() > MOST_INTERACTIONS {
            lines.push(format!("   - and {} more", failed.len() - MOST_INTERACTIONS));
        }
        lines.extend(reason.precondition.as_ref().map(|precondition| format!("   {precondition}:")));
        lines.extend(reason.command.as_ref().map(|command| format!("   {command}")));
    }
    lines.join("\n")
}

fn rows_as_table(rows: &[&MatrixRow]) -> String {
    let mut number = 0;
    let cells = rows.iter().map(|row| {
        let result = row.verification_result.as_ref();
        let success = result.map_or("???", |result| if result.success { "true" } else { "false" });
        let result_number = if result.is_some_and(|result| result.url().is_some()) {
            number += 1;
            number.to_string()
        } else {
            String::new()
        };
        [
            row.consumer.name.clone(),
            shown_version(row.consumer.version.as_ref()),
            row.provider.name.clone(),
            shown_version(row.provider.version.as_ref()),
            if row.ignored { format!("{success} [ignored]") } else { success.to_owned() },
            result_number,
        ]
    });
    table(["CONSUMER", "C.VERSION", "PROVIDER", "P.VERSION", "SUCCESS?", "RESULT#"], cells)
}

fn results(rows: &[&MatrixRow]) -> Vec<String> {
    let results = rows.iter().filter_map(|row| row.verification_result.as_ref());
    let urls = results.filter_map(|result| Some((result.url()?, result.success)));
    let numbered = urls.enumerate().map(|(index, (url, success))| {
        format!("{}. {url} ({})", index + 1, if success { "success" } else { "failure" })
    });
    numbered.collect()
}

#[cfg(test)]
mod tests {
    use anstream::ColorChoice;
    use serde_json::{Value, json};

    use super::*;
    use crate::printer::testing::printed;

    fn row(
        consumer: &str,
        consumer_version: &str,
        provider: &str,
        provider_version: &str,
        success: Option<bool>,
    ) -> Value {
        let version = (!provider_version.is_empty()).then(|| json!({ "number": provider_version }));
        let result = success.map(|success| {
            json!({ "success": success, "_links": { "self": { "href": format!("http://b/{provider}/{provider_version}") } } })
        });
        json!({
            "consumer": { "name": consumer, "version": { "number": consumer_version } },
            "provider": { "name": provider, "version": version },
            "verificationResult": result,
        })
    }

    fn answer(deployable: Option<bool>, notices: &Value, rows: &[Value], dry_run: bool) -> String {
        let matrix =
            json!({ "summary": { "deployable": deployable, "reason": "because" }, "notices": notices, "matrix": rows });
        let matrix: Matrix = serde_json::from_value(matrix).expect("a matrix");
        printed(ColorChoice::Never, |printer| print(&matrix, dry_run, printer)).0
    }

    #[test]
    fn a_no_shows_failures_before_what_is_missing() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        let mut ignored = row("Web", sha, "Legacy", "1", Some(false));
        ignored["ignored"] = json!(true);
        let rows = [
            ignored,
            row("Web", sha, "Orders", "8", Some(true)),
            row("Web", sha, "Stock", "", None),
            row("Web", sha, "Payments", "2.1", Some(false)),
        ];
        let notices = json!([
            { "type": "error", "text": "There is no verified pact between Web and Stock" },
            { "type": "error", "text": "The verification for the pact between Web and Payments failed" },
        ]);
        insta::assert_snapshot!(answer(None, &notices, &rows, false), @r"
        Computer says no ¯\_(ツ)_/¯

        ┌──────────┬────────────┬──────────┬───────────┬─────────────────┬─────────┐
        │ CONSUMER ┆ C.VERSION  ┆ PROVIDER ┆ P.VERSION ┆ SUCCESS?        ┆ RESULT# │
        ╞══════════╪════════════╪══════════╪═══════════╪═════════════════╪═════════╡
        │ Web      ┆ 0123456... ┆ Payments ┆ 2.1       ┆ false           ┆ 1       │
        │ Web      ┆ 0123456... ┆ Stock    ┆ ???       ┆ ???             ┆         │
        │ Web      ┆ 0123456... ┆ Orders   ┆ 8         ┆ true            ┆ 2       │
        │ Web      ┆ 0123456... ┆ Legacy   ┆ 1         ┆ false [ignored] ┆ 3       │
        └──────────┴────────────┴──────────┴───────────┴─────────────────┴─────────┘

        VERIFICATION RESULTS
        1. http://b/Payments/2.1 (failure)
        2. http://b/Orders/8 (success)
        3. http://b/Legacy/1 (failure)

        The verification for the pact between Web and Payments failed
        There is no verified pact between Web and Stock
        ");
    }

    #[test]
    fn a_yes_says_why() {
        let notices = json!([{ "type": "success", "text": "There are no missing dependencies" }]);
        insta::assert_snapshot!(answer(Some(true), &notices, &[], false), @r"
        Computer says yes \o/

        There are no missing dependencies
        ");
        assert!(answer(Some(true), &json!([]), &[], false).contains("because"));
    }

    #[test]
    fn a_no_says_what_to_do_next() {
        let matrix = json!({
            "summary": { "deployable": null, "reason": "because" },
            "reasons": [
                { "cause": "failed", "text": "Orders 7 does not do what Web 1 expects in 2 interactions",
                  "failedInteractions": [{ "id": "0a", "description": "a request\n::error::for orders" }, { "id": "0b" }],
                  "precondition": "with Orders repaired",
                  "command": "intact verify --provider-name Orders --url http://b/1 --publish" },
                { "cause": "not_considered", "text": "the question leaves out every result between Web and Stock" },
            ],
        });
        let matrix: Matrix = serde_json::from_value(matrix).expect("a matrix");
        let answer = printed(ColorChoice::Never, |printer| print(&matrix, false, printer)).0;
        insta::assert_snapshot!(answer, @r"
        Computer says no ¯\_(ツ)_/¯

        because

        WHAT TO DO NEXT
        1. Orders 7 does not do what Web 1 expects in 2 interactions
           - a request ::error::for orders
           - 0b
           with Orders repaired:
           intact verify --provider-name Orders --url http://b/1 --publish
        2. the question leaves out every result between Web and Stock
        ");
    }

    #[test]
    fn a_dry_run_says_so_on_every_line() {
        let rows = [row("Web", "1", "Orders", "", None)];
        let answer = answer(None, &json!([]), &rows, true);
        assert!(answer.lines().all(|line| line.starts_with("[dry-run]")), "{answer}");
    }

    #[test]
    fn names_cannot_break_the_table() {
        let rows = [row("W\u{1b}[31meb\n<script>", &"9".repeat(70), "Ördérs 表", "", None)];
        let answer = answer(None, &json!([]), &rows, false);
        assert!(answer.contains("W\u{fffd}[31meb") && answer.contains(&format!("{}...", "9".repeat(60))), "{answer}");
    }
}
