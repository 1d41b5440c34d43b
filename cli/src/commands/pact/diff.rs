//! `intact pact diff`: what changed between two pacts, and what that means for the provider.

use std::fmt::Write as _;

use intact_matching::changes::{self, Change, Class};
use intact_verifier::report::markdown::escaped;
use serde_json::json;

use super::source::{self, Source};
use super::{Form, counted};
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::pact_files::STANDARD_INPUT;
use crate::printer::{Printer, Tone, one_line};

/// Tell what changed between two pacts, and what that means for the provider
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The old pact: a file, a URL, or `-` for standard input
    #[arg(value_name = "OLD")]
    old: String,
    /// The new pact: a file, a URL, or `-` for standard input
    #[arg(value_name = "NEW")]
    new: String,
    /// The form of the result
    #[arg(short = 'o', long, visible_alias = "output", value_name = "FORMAT", default_value = "text")]
    format: Form,
    /// End with exit code 1 if a change may break the provider
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn run(args: &Args, context: &Context) -> anyhow::Result<Exit> {
    if args.old == STANDARD_INPUT && args.new == STANDARD_INPUT {
        return Err(Problem::usage("only one of the two pacts can come from standard input").into());
    }
    let old = source::read(&args.old, Some(&args.broker), context).await?;
    let new = source::read(&args.new, Some(&args.broker), context).await?;
    let changes = changes::between(&old.pact, &new.pact);
    match args.format {
        Form::Text => print_text(&changes, &new, &context.printer),
        Form::Markdown => context.printer.raw(as_markdown(&changes, &new).trim_end()),
        Form::Json => context.printer.raw(&as_json(&changes, &old, &new)),
    }
    let is_breaking = changes.iter().any(|change| change.class == Class::Breaking);
    Ok(if is_breaking && args.exit_code { Exit::Failed } else { Exit::Success })
}

fn count(changes: &[Change], class: Class) -> usize {
    changes.iter().filter(|change| change.class == class).count()
}

/// What it comes to, in a line.
fn summary(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "nothing changed".to_owned();
    }
    let mut parts = Vec::new();
    let breaking = count(changes, Class::Breaking);
    if breaking > 0 {
        parts.push(counted(breaking, "change may break the provider", "changes may break the provider"));
    }
    let others = count(changes, Class::Compatible);
    if others > 0 {
        parts.push(format!("{others} {} not", if others == 1 { "does" } else { "do" }));
    }
    let documentation = count(changes, Class::Documentation);
    if documentation > 0 {
        parts.push(format!("{documentation} {} documentation only", if documentation == 1 { "is" } else { "are" }));
    }
    parts.join(", ")
}

fn pair(new: &Source) -> String {
    format!("{} → {}", new.pact.consumer, new.pact.provider)
}

/// The changes by interaction, in their order.
fn by_interaction(changes: &[Change]) -> impl Iterator<Item = (Option<&str>, &[Change])> {
    changes
        .chunk_by(|one, other| one.interaction == other.interaction)
        .map(|chunk| (chunk[0].interaction.as_deref(), chunk))
}

fn sentence(change: &Change) -> String {
    if change.place.is_empty() { change.text.clone() } else { format!("{}: {}", change.place, change.text) }
}

fn print_text(changes: &[Change], new: &Source, printer: &Printer) {
    printer.line(Tone::Strong, &format!("{}: {}", one_line(&pair(new)), summary(changes)));
    for (interaction, changes) in by_interaction(changes) {
        printer.text("");
        printer.line(Tone::Strong, &one_line(interaction.unwrap_or("the contract")));
        for change in changes {
            let (sign, tone) = match change.class {
                Class::Breaking => ("✗ breaking     ", Tone::Bad),
                Class::Compatible => ("✓ not breaking ", Tone::Good),
                Class::Documentation => ("· documentation", Tone::Faint),
            };
            printer.line(tone, &format!("  {sign}  {}", one_line(&sentence(change))));
        }
    }
}

fn as_markdown(changes: &[Change], new: &Source) -> String {
    let mut text = format!("### {}: {}\n", escaped(&pair(new)), summary(changes));
    for (interaction, changes) in by_interaction(changes) {
        _ = writeln!(text, "\n**{}**\n", escaped(interaction.unwrap_or("the contract")));
        for change in changes {
            let sign = match change.class {
                Class::Breaking => "❌ **breaking**",
                Class::Compatible => "✅ not breaking",
                Class::Documentation => "📝 documentation",
            };
            _ = writeln!(text, "- {sign}: {}", escaped(&sentence(change)));
        }
    }
    text
}

fn as_json(changes: &[Change], old: &Source, new: &Source) -> String {
    let list: Vec<_> = changes
        .iter()
        .map(|change| {
            json!({
                "class": match change.class {
                    Class::Breaking => "breaking",
                    Class::Compatible => "compatible",
                    Class::Documentation => "documentation",
                },
                "interaction": change.interaction, "place": change.place, "text": change.text,
            })
        })
        .collect();
    format!(
        "{:#}",
        json!({
            "consumer": new.pact.consumer, "provider": new.pact.provider, "old": old.name, "new": new.name, "changes": list,
            "summary": {
                "breaking": count(changes, Class::Breaking), "compatible": count(changes, Class::Compatible),
                "documentation": count(changes, Class::Documentation),
            },
        })
    )
}

#[cfg(test)]
mod tests {
    use anstream::ColorChoice;
    use intact_pact_model::Pact;

    use super::*;
    use crate::printer::testing::printed;

    fn source(name: &str, status: u16, more: &str) -> Source {
        let text = format!(
            r#"{{"consumer":{{"name":"Web"}},"provider":{{"name":"Orders"}},"interactions":[
                {{"description":"an *order*","request":{{"method":"GET","path":"/orders/1"}},"response":{{"status":{status}}}}}{more}],
                "metadata":{{"pactSpecification":{{"version":"2.0.0"}}}}}}"#
        );
        Source { name: name.to_owned(), pact: Pact::read(text.as_bytes()).expect("a pact").value }
    }

    fn both() -> (Source, Source) {
        let gone =
            r#",{"description":"all orders","request":{"method":"GET","path":"/orders"},"response":{"status":200}}"#;
        (source("old.json", 200, gone), source("new.json", 201, ""))
    }

    #[test]
    fn people_read_what_changed_by_interaction() {
        let (old, new) = both();
        let changes = changes::between(&old.pact, &new.pact);
        let (text, _) = printed(ColorChoice::Never, |printer| print_text(&changes, &new, printer));
        insta::assert_snapshot!(text, @r"
        Web → Orders: 1 change may break the provider, 1 does not

        an *order*
          ✗ breaking       response status: is 201, was 200

        all orders
          ✓ not breaking   is gone: the consumer does not need it any more
        ");
        insta::assert_snapshot!(as_markdown(&changes, &new), @r"
        ### Web → Orders: 1 change may break the provider, 1 does not

        **an \*order\***

        - ❌ **breaking**: response status: is 201, was 200

        **all orders**

        - ✅ not breaking: is gone: the consumer does not need it any more
        ");
        let (text, _) = printed(ColorChoice::Never, |printer| print_text(&[], &new, printer));
        assert_eq!(text, "Web → Orders: nothing changed\n");
    }

    #[test]
    fn names_cannot_command_a_build_service() {
        let (old, mut new) = both();
        new.pact.consumer = "Web\n::error::one".to_owned();
        new.pact.interactions[0].description = "an order\n::error::two".to_owned();
        new.pact.interactions.push(old.pact.interactions[1].clone());
        new.pact.interactions[1].description = "::error::three".to_owned();
        let changes = changes::between(&old.pact, &new.pact);
        let (text, _) = printed(ColorChoice::Never, |printer| print_text(&changes, &new, printer));
        assert!(text.contains("an order ::error::two\n") && text.contains("\u{fffd}::error::three\n"), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
    }

    #[test]
    fn programs_read_what_changed() {
        let (old, new) = both();
        let json: serde_json::Value =
            serde_json::from_str(&as_json(&changes::between(&old.pact, &new.pact), &old, &new)).expect("JSON");
        assert_eq!(json["summary"], json!({ "breaking": 1, "compatible": 1, "documentation": 0 }));
        assert_eq!(
            json["changes"][0],
            json!({ "class": "breaking", "interaction": "an *order*", "place": "response status", "text": "is 201, was 200" })
        );
    }
}
