//! `intact states`: the provider states that pacts expect, so that a provider knows what to set up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum;
use intact_broker_client::BrokerClient;
use intact_pact_model::Pact;
use serde_json::json;

use crate::broker_options::BrokerOptions;
use crate::commands::table;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::pact_files::{self, Oddities};

/// List the provider states that pacts expect, of files or of a broker
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Pact files, patterns, and directories of pact files; without any the broker is asked
    #[arg(value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Only pacts with this provider; a broker needs it [env: PACT_PROVIDER_NAME]
    #[arg(short = 'n', long, alias = "provider", value_name = "NAME")]
    provider_name: Option<String>,
    /// The form of the result
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    output: Form,
    #[command(flatten)]
    broker: BrokerOptions,
}

/// The forms of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    // For people.
    #[value(alias = "text")]
    Table,
    // For programs.
    Json,
}

/// Who expects a state, and with which parameters.
#[derive(Debug, Default)]
struct Expectation {
    parameters: BTreeSet<String>,
    consumers: BTreeSet<String>,
    interactions: usize,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let provider = args.provider_name.as_deref().or_else(|| context.environment.get("PACT_PROVIDER_NAME"));
    let mut pacts = if args.files.is_empty() {
        let provider = provider.ok_or_else(|| {
            Problem::usage("a broker finds pacts by the name of their provider")
                .hint("give it with --provider-name, or name pact files")
        })?;
        of_broker(&args.broker.client(&context.environment)?, provider).await?
    } else {
        let files = pact_files::find(&args.files)?.into_iter();
        files.map(|file| Ok(pact_files::read(&file, Oddities::Warned)?.pact)).collect::<anyhow::Result<Vec<_>>>()?
    };
    pacts.retain(|pact| provider.is_none_or(|provider| pact.provider == provider));
    let states = expected(&pacts);
    match args.output {
        Form::Json => context.printer.raw(&as_json(&states)),
        Form::Table if states.is_empty() => context.printer.text("no pact expects a provider state"),
        Form::Table => context.printer.raw(&as_table(&states)),
    }
    Ok(Exit::Success)
}

async fn of_broker(client: &BrokerClient, provider: &str) -> anyhow::Result<Vec<Pact>> {
    let mut pacts = Vec::new();
    for link in client.latest_provider_pacts(provider).await? {
        let fetched = client.fetch_pact(&link.href).await?;
        let read = Pact::read(&fetched.content);
        pacts.push(read.with_context(|| format!("the pact {} cannot be read", fetched.url()))?.value);
    }
    Ok(pacts)
}

fn expected(pacts: &[Pact]) -> BTreeMap<&str, Expectation> {
    let mut states: BTreeMap<&str, Expectation> = BTreeMap::new();
    for pact in pacts {
        for interaction in &pact.interactions {
            for state in interaction.provider_states.iter().filter(|state| !state.name.is_empty()) {
                let expectation = states.entry(&state.name).or_default();
                expectation.parameters.extend(state.params.names().map(str::to_owned));
                expectation.consumers.insert(pact.consumer.clone());
                expectation.interactions += 1;
            }
        }
    }
    states
}

fn as_table(states: &BTreeMap<&str, Expectation>) -> String {
    let joined = |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let rows = states.iter().map(|(name, state)| {
        [(*name).to_owned(), joined(&state.parameters), joined(&state.consumers), state.interactions.to_string()]
    });
    table(["STATE", "PARAMETERS", "CONSUMERS", "INTERACTIONS"], rows)
}

fn as_json(states: &BTreeMap<&str, Expectation>) -> String {
    let states: Vec<_> = states
        .iter()
        .map(|(name, state)| {
            json!({
                "name": name, "parameters": state.parameters, "consumers": state.consumers,
                "interactions": state.interactions,
            })
        })
        .collect();
    format!("{:#}", json!({ "providerStates": states }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pact(consumer: &str, states: &str) -> Pact {
        let text = format!(
            r#"{{"consumer": {{"name": "{consumer}"}}, "provider": {{"name": "Orders"}}, "interactions": [{{
                "type": "Synchronous/HTTP", "description": "d", "providerStates": {states},
                "request": {{"method": "GET", "path": "/"}}, "response": {{"status": 200}}
            }}], "metadata": {{"pactSpecification": {{"version": "4.0"}}}}}}"#
        );
        Pact::read(text.as_bytes()).expect("a pact").value
    }

    #[test]
    fn states_are_listed_once_with_who_expects_them() {
        let pacts = [
            pact("Web", r#"[{"name": "a user exists", "params": {"name": "Bob"}}, {"name": "it rains"}]"#),
            pact("App", r#"[{"name": "a user exists", "params": {"age": 7}}]"#),
            pact("Mail", "[]"),
        ];
        let states = expected(&pacts);
        insta::assert_snapshot!(as_table(&states), @r"
        ┌───────────────┬────────────┬───────────┬──────────────┐
        │ STATE         ┆ PARAMETERS ┆ CONSUMERS ┆ INTERACTIONS │
        ╞═══════════════╪════════════╪═══════════╪══════════════╡
        │ a user exists ┆ age, name  ┆ App, Web  ┆ 2            │
        │ it rains      ┆            ┆ Web       ┆ 1            │
        └───────────────┴────────────┴───────────┴──────────────┘
        ");
        let json: serde_json::Value = serde_json::from_str(&as_json(&states)).expect("JSON");
        assert_eq!(
            json["providerStates"][0],
            json!({ "name": "a user exists", "parameters": ["age", "name"], "consumers": ["App", "Web"], "interactions": 2 })
        );
    }
}
