//! The answer for `grep`, `cut` and `awk`: a line for each fact, its kind first, tabs between the fields, `-` for nothing.
//!
//! | Line | Fields |
//! |---|---|
//! | `verdict` | `yes`, `no`, or `unknown` if nothing but results that are missing speaks against it |
//! | `failed`, `unknown`, `verified`, `ignored` | consumer, its version, provider, its version, where the result is |
//! | `notice` | its type, its text |
//! | `reason` | cause, consumer, its version, provider, its version, the cause in words |
//! | `interaction` | what failed, of the reason above |
//! | `run` | the command that resolves the reason above, what must be so before |

use intact_broker_client::{Matrix, MatrixPacticipant, MatrixReason, ReasonParty, RowResult};

use super::rows::{Standing, failures_first, sorted, verdict};
use crate::printer::{Printer, one_line};

pub(super) fn print(matrix: &Matrix, printer: &Printer) {
    let line = |fields: &[&str]| {
        let fields: Vec<String> = fields.iter().map(|field| one_field(field)).collect();
        printer.raw(&fields.join("\t"));
    };
    line(&["verdict", verdict(matrix)]);
    for row in sorted(&matrix.rows) {
        let version =
            |side: &MatrixPacticipant| side.version.as_ref().map(|version| version.number.clone()).unwrap_or_default();
        let result = row.verification_result.as_ref().and_then(RowResult::url).unwrap_or_default();
        let (consumer, provider) = (&row.consumer, &row.provider);
        let versions = (version(consumer), version(provider));
        line(&[Standing::of(row).word(), &consumer.name, &versions.0, &provider.name, &versions.1, result]);
    }
    for notice in failures_first(&matrix.notices) {
        line(&["notice", &notice.kind, &notice.text]);
    }
    for reason in &matrix.reasons {
        let MatrixReason { cause, text, consumer, provider, pacticipant, .. } = reason;
        let [consumer, consumer_version] = party(consumer.as_ref().or(pacticipant.as_ref()));
        let [provider, provider_version] = party(provider.as_ref());
        line(&["reason", cause, consumer, consumer_version, provider, provider_version, text]);
        for interaction in &reason.failed_interactions {
            line(&["interaction", interaction.description.as_deref().unwrap_or(&interaction.id)]);
        }
        if let Some(command) = &reason.command {
            line(&["run", command, reason.precondition.as_deref().unwrap_or_default()]);
        }
    }
}

fn party(party: Option<&ReasonParty>) -> [&str; 2] {
    party.map_or([""; 2], |party| [&party.name, party.version.as_deref().unwrap_or_default()])
}

fn one_field(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() { "-".to_owned() } else { text }
}
