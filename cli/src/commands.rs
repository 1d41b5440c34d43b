//! The commands, one file each: its arguments, and what it does with them.

pub(crate) mod branches;
pub(crate) mod broker;
pub(crate) mod can_i_deploy;
pub(crate) mod completions;
mod confirmation;
pub(crate) mod delete_pact;
pub(crate) mod demo;
pub(crate) mod describe_version;
pub(crate) mod doctor;
pub(crate) mod environments;
pub(crate) mod get_pacts;
pub(crate) mod init;
pub(crate) mod integrations;
pub(crate) mod labels;
pub(crate) mod latest_pacts;
pub(crate) mod man;
pub(crate) mod matrix;
pub(crate) mod mock;
pub(crate) mod pact;
pub(crate) mod pacticipants;
pub(crate) mod provider_states;
pub(crate) mod publish;
pub(crate) mod record_deployment;
pub(crate) mod record_release;
pub(crate) mod record_support_ended;
pub(crate) mod record_undeployment;
pub(crate) mod states;
pub(crate) mod stub;
pub(crate) mod tags;
mod unknown;
pub(crate) mod verify;
pub(crate) mod versions;
pub(crate) mod webhooks;

use clap::ValueEnum;
use intact_broker_client::Page;
use intact_pact_model::Json;

use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::printer::Tone;

/// The flags of every command that asks a broker and shows what it answers.
#[derive(Debug, clap::Args)]
pub(crate) struct Question {
    /// The form of the result
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    output: Output,
    #[command(flatten)]
    broker: BrokerOptions,
}

/// The flags that name a version of an application.
#[derive(Debug, clap::Args)]
pub(crate) struct VersionName {
    /// The application
    #[arg(short = 'a', long, value_name = "NAME")]
    pacticipant: String,
    /// The version
    #[arg(short = 'e', long, value_name = "VERSION")]
    version: String,
}

/// The forms of a result that most commands have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    // Each said in a doc comment would make every help text the long one.
    // For people.
    #[value(alias = "table")]
    Text,
    // The broker's answer as it is.
    Json,
    // The broker's answer with line breaks and indentation.
    Pretty,
}

impl Output {
    /// Prints the broker's answers if they are asked for: one alone, several as an array. Says whether it did.
    pub(crate) fn print_raw(self, context: &Context, answers: &[&str]) -> bool {
        if self == Self::Text {
            return false;
        }
        let text = match answers {
            [one] => (*one).to_owned(),
            several => format!("[{}]", several.join(",")),
        };
        match (self, Json::parse(text.as_bytes())) {
            (Self::Pretty, Ok(document)) => context.printer.raw(&document.to_pretty()),
            _ => context.printer.raw(text.trim_end()),
        }
        true
    }
}

/// Says how many there are, if not all are shown.
pub(crate) fn remark_on_more<T>(page: &Page<T>, context: &Context) {
    let shown = page.items.len();
    if let Some(total) = page.total.filter(|total| u64::try_from(shown).is_ok_and(|shown| shown < *total)) {
        context.printer.remark(Tone::Faint, &format!("{shown} of {total} are shown; --limit shows more"));
    }
}

/// A number that a flag may have, of things to be shown.
pub(crate) fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "expected a number, 1 or more".to_owned())
}

/// Names and values, one pair in a line; names without a value are left out.
pub(crate) fn description<const N: usize>(members: [(&str, Option<String>); N]) -> String {
    let members: Vec<(&str, String)> = members
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
        .collect();
    let width = members.iter().map(|(name, _)| name.len() + 1).max().unwrap_or_default();
    let lines: Vec<String> =
        members.iter().map(|(name, value)| format!("{:<width$}  {value}", format!("{name}:"))).collect();
    lines.join("\n")
}

/// A text as one word of a shell.
pub(crate) fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._/:@%+=,".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A table with a frame; columns are as wide as their widest cell.
pub(crate) fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table.set_header(header);
    for row in rows {
        table.add_row(row.map(|cell| crate::printer::clean(&cell).into_owned()));
    }
    table.to_string()
}

#[cfg(test)]
mod journey;

#[cfg(test)]
mod tests {
    use anstream::ColorChoice;

    use super::*;
    use crate::context::Environment;
    use crate::printer::testing::keeping;

    fn printed(output: Output, answers: &[&str]) -> Option<String> {
        let (printer, out, _) = keeping(ColorChoice::Never);
        let context = Context { printer, environment: Environment::default() };
        output.print_raw(&context, answers).then(|| out.text())
    }

    #[test]
    fn answers_keep_their_order_and_their_numbers() {
        let answer = r#"{"b":1.10,"a":[]}"#;
        assert_eq!(printed(Output::Text, &[answer]), None);
        assert_eq!(printed(Output::Json, &[answer]), Some(format!("{answer}\n")));
        assert_eq!(printed(Output::Json, &[answer, "1"]), Some(format!("[{answer},1]\n")));
        assert_eq!(printed(Output::Pretty, &[answer]).as_deref(), Some("{\n  \"b\": 1.10,\n  \"a\": []\n}\n"));
    }

    #[test]
    fn tables_show_what_they_are_given_and_no_more() {
        insta::assert_snapshot!(table(["NAME", "N"], [["Web\u{7}".into(), "1".into()]]), @r"
        ┌──────┬───┐
        │ NAME ┆ N │
        ╞══════╪═══╡
        │ Web� ┆ 1 │
        └──────┴───┘
        ");
    }
}
