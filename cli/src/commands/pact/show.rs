//! `intact pact show`: what a pact says, for people.

mod page;
#[cfg(test)]
mod tests;

use intact_pact_model::Pact;
use regex::Regex;

use super::{Form, source};
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

/// Show what a pact says, with the matching rules in words
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The pact: a file, a URL, or `-` for standard input
    #[arg(value_name = "FILE|URL")]
    file: String,
    /// The form of the result; as JSON it is a pact with these interactions
    #[arg(short = 'o', long, visible_alias = "output", value_name = "FORMAT", default_value = "text")]
    format: Form,
    /// Only interactions whose description matches the regular expression
    #[arg(long, value_name = "REGEX")]
    description: Option<String>,
    /// Only interactions with a provider state that matches the regular expression
    #[arg(long, value_name = "REGEX")]
    state: Option<String>,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn run(args: &Args, context: &Context) -> anyhow::Result<Exit> {
    let description = regex(args.description.as_deref(), "--description")?;
    let state = regex(args.state.as_deref(), "--state")?;
    let mut pact = source::read(&args.file, Some(&args.broker), context).await?.pact;
    let all = pact.interactions.len();
    filter(&mut pact, description.as_ref(), state.as_ref());
    match args.format {
        Form::Text => page::text(&pact, all, &context.printer),
        Form::Markdown => context.printer.raw(page::markdown(&pact).trim_end()),
        Form::Json => {
            let document = pact
                .write(pact.version)
                .map_err(|error| Problem::usage(format!("the pact cannot be written: {error}")))?;
            context.printer.raw(&document.to_pretty());
        }
    }
    if pact.interactions.is_empty() && all > 0 {
        context.printer.remark(Tone::Doubtful, "no interaction is of these filters");
    }
    Ok(Exit::Success)
}

fn regex(text: Option<&str>, flag: &str) -> Result<Option<Regex>, Problem> {
    let read = |text| {
        Regex::new(text).map_err(|error| Problem::usage(format!("the {flag} is no regular expression: {error}")))
    };
    text.map(read).transpose()
}

fn filter(pact: &mut Pact, description: Option<&Regex>, state: Option<&Regex>) {
    pact.interactions.retain(|interaction| {
        description.is_none_or(|wanted| wanted.is_match(&interaction.description))
            && state.is_none_or(|wanted| interaction.provider_states.iter().any(|state| wanted.is_match(&state.name)))
    });
}
