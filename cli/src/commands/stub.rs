//! `intact stub`: serves the responses of pacts to whoever develops against them.
//!
//! Flags are those of the official stub server. Pacts come from files, which may be watched ([`watch`]), from URLs and from
//! a broker, which are asked once.

mod watch;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::ArgAction;
use intact_broker_client::BrokerClient;
use intact_mock_server::{Overlap, StubOptions, StubServer};
use intact_pact_model::Pact;
use regex::Regex;

use super::broker::interruption;
use super::mock::not_started;
use crate::broker_options::showing_certificate;
use crate::context::{Context, Environment, number_of};
use crate::error::Problem;
use crate::exit::Exit;
use crate::logging::LogLevelLetter;
use crate::pact_files::{self, Oddities};
use crate::printer::Tone;

/// Serve the responses of pacts, without expecting anything
#[derive(Debug, clap::Args)]
#[command(version, disable_version_flag = true)]
pub(crate) struct Args {
    /// Print version
    #[arg(short = 'v', long, action = ArgAction::Version)]
    version: Option<bool>,
    /// Pact files, directories (searched with all below them), or quoted patterns
    #[arg(help_heading = "Pacts", value_name = "FILE|DIR|PATTERN")]
    files: Vec<PathBuf>,
    /// A pact file; may be repeated
    #[arg(help_heading = "Pacts", short = 'f', long, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// A directory with pact files; may be repeated
    #[arg(help_heading = "Pacts", short = 'd', long, value_name = "DIR")]
    dir: Vec<PathBuf>,
    /// How the names of pact files in directories end
    #[arg(help_heading = "Pacts", short = 'e', long, value_name = "EXTENSION", default_value = "json")]
    extension: String,
    /// Where a pact can be fetched; may be repeated
    #[arg(help_heading = "Pacts", short = 'u', long, value_name = "URL")]
    url: Vec<String>,
    /// A broker, whose latest pacts are served; used without the flag only if nothing else is named [env:
    /// PACT_BROKER_BASE_URL]
    #[arg(help_heading = "Pacts", short = 'b', long, value_name = "URL")]
    broker_url: Option<String>,
    /// User name and password for the broker and for URLs [env: PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD, for the broker]
    #[arg(help_heading = "Pacts", long, value_name = "USER:PASSWORD")]
    user: Option<String>,
    /// Bearer token for the broker and for URLs [env: PACT_BROKER_TOKEN, for the broker]
    #[arg(help_heading = "Pacts", short = 't', long, value_name = "TOKEN", conflicts_with = "user")]
    token: Option<String>,
    /// How often a failed request is tried again [env: PACT_BROKER_HTTP_RETRIES] [default: 8]
    #[arg(help_heading = "Pacts", long, value_name = "TIMES")]
    retries: Option<u8>,
    /// Accept any certificate of the broker and of URLs
    #[arg(help_heading = "Pacts", long)]
    insecure_tls: bool,
    /// The port to listen on; 0 takes a free one
    #[arg(help_heading = "Server", short = 'p', long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// The address to listen on; 0.0.0.0 for all
    #[arg(help_heading = "Server", long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Answer the preflight requests of browsers, and let every origin read
    #[arg(help_heading = "Server", short = 'o', long)]
    cors: bool,
    /// Let the origin of a request's Referer read, instead of that of its Origin
    #[arg(help_heading = "Server", long, requires = "cors")]
    cors_referer: bool,
    /// Serve only interactions with a provider state that this regular expression is found in
    #[arg(help_heading = "Choice of interactions", short = 's', long, value_name = "REGEX")]
    provider_state: Option<String>,
    /// With --provider-state or --provider-state-header-name, serve interactions without states too
    #[arg(help_heading = "Choice of interactions", long)]
    empty_provider_state: bool,
    /// A header of requests that says which provider state to serve: its name, or a regular expression
    #[arg(help_heading = "Choice of interactions", long, value_name = "NAME")]
    provider_state_header_name: Option<String>,
    /// Serve only pacts of consumers with this name (or whose whole name this regular expression matches); may be repeated
    #[arg(help_heading = "Choice of interactions", long, value_name = "NAME")]
    consumer_name: Vec<String>,
    /// Serve only pacts of providers with this name (or whose whole name this regular expression matches); may be repeated
    #[arg(help_heading = "Choice of interactions", long, value_name = "NAME")]
    provider_name: Vec<String>,
    /// Serve the files anew when one is changed, added or removed; with broken ones, go on with the old pacts
    #[arg(help_heading = "Pacts", short = 'w', long)]
    watch: bool,
    #[command(flatten)]
    pub(crate) log_level: LogLevelLetter,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let printer = &context.printer;
    if args.empty_provider_state && args.provider_state.is_none() && args.provider_state_header_name.is_none() {
        let problem = Problem::usage("--empty-provider-state needs something that chooses states");
        return Err(problem.hint("give --provider-state or --provider-state-header-name too").into());
    }
    // Before anything is read, so that a change made meanwhile is not missed.
    let seen = if args.watch { watch::Seen::of(&args) } else { watch::Seen::default() };
    let fetched = fetched(&args, &context.environment).await?;
    let pacts = pacts(&args, &fetched)?;
    let mut options = StubOptions::default()
        .host(args.host)
        .port(args.port)
        .cors(args.cors)
        .cors_referer(args.cors_referer)
        .empty_provider_state(args.empty_provider_state);
    if let Some(pattern) = &args.provider_state {
        let problem = |error: intact_mock_server::InvalidPattern| Problem::usage(format!("--provider-state: {error}"));
        options = options.provider_state(pattern).map_err(problem)?;
    }
    if let Some(name) = &args.provider_state_header_name {
        options = options.provider_state_header(name);
    }
    let count = pacts.len();
    let states = if args.provider_state.is_some() { states_of(&pacts) } else { String::new() };
    let server = StubServer::start(pacts, options).map_err(not_started)?;
    if server.interactions() == 0 && !args.watch {
        return Err(match &args.provider_state {
            None => Problem::usage("there are no HTTP interactions to serve in these pacts")
                .hint("a stub serves HTTP; messages need no server"),
            Some(state) => {
                Problem::usage(format!("no HTTP interaction has a provider state that `{state}` is found in"))
                    .hint(format!("the provider states are: {states}"))
            }
        }
        .into());
    }
    let interrupted = interruption();
    printer.line(Tone::Good, &format!("The stub listens on {} with {}", server.url(), content(&server, count)));
    tell_overlaps(&server, context);
    if args.watch {
        printer.remark(Tone::Faint, "Changed pact files are served anew");
        tokio::select! {
            () = watch::reload_on_change(&server, &args, &fetched, seen, context) => {}
            () = interrupted => {}
        }
    } else {
        interrupted.await;
    }
    server.finish().await;
    Ok(Exit::Success)
}

/// `3 interactions of 1 pact`
fn content(server: &StubServer, pacts: usize) -> String {
    let plural = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    format!("{} of {}", plural(server.interactions(), "interaction"), plural(pacts, "pact"))
}

/// The names of the first provider states, for somebody who looks for another one.
fn states_of(pacts: &[Arc<Pact>]) -> String {
    const TOLD: usize = 10;
    let interactions = pacts.iter().flat_map(|pact| &pact.interactions);
    let states = interactions.flat_map(|interaction| &interaction.provider_states).map(|state| state.name.as_str());
    let states: BTreeSet<&str> = states.collect();
    let told: Vec<&str> = states.iter().take(TOLD).copied().collect();
    format!("{}{}", told.join(", "), if states.len() > TOLD { ", …" } else { "" })
}

/// Says which interactions nobody gets with their own request, and why.
fn tell_overlaps(server: &StubServer, context: &Context) {
    const TOLD: usize = 10;
    let overlaps = server.overlaps();
    for overlap in overlaps.iter().take(TOLD) {
        let Overlap { hidden, answers, .. } = overlap;
        let text =
            format!("{hidden} ({} {}) is answered by {answers}, the first defined", hidden.method, hidden.target);
        context.printer.remark(Tone::Doubtful, &text);
    }
    if overlaps.len() > TOLD {
        let text = format!("and {} more interactions are answered by others", overlaps.len() - TOLD);
        context.printer.remark(Tone::Doubtful, &text);
    }
    if !overlaps.is_empty() {
        context.printer.remark(Tone::Faint, "--provider-state-header-name lets a request choose by provider state");
    }
}

/// The files that the arguments name.
fn files(args: &Args) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = pact_files::find(&args.files)?;
    files.extend(pact_files::find(&args.file)?);
    for directory in &args.dir {
        files.extend(pact_files::in_directory(directory, &args.extension)?);
    }
    Ok(files)
}

/// The pacts from URLs and the broker.
pub(super) async fn fetched(args: &Args, environment: &Environment) -> anyhow::Result<Vec<Arc<Pact>>> {
    let mut pacts = Vec::new();
    for url in &args.url {
        pact_files::check_url(url)?;
        // The variables' credentials are for the broker; they are not told to anybody else.
        pacts.push(Arc::new(fetch(&client(url, args, environment, &Environment::default())?, url).await?));
    }
    let nothing_named = args.files.is_empty() && args.file.is_empty() && args.dir.is_empty() && args.url.is_empty();
    let from_variable = || environment.get("PACT_BROKER_BASE_URL").filter(|_| nothing_named);
    if let Some(broker) = args.broker_url.as_deref().or_else(from_variable) {
        let client = client(broker, args, environment, environment)?;
        for pact in client.latest_pacts().await?.value {
            // Those of other pacticipants need not be fetched.
            if wanted(&args.consumer_name, &pact.consumer) && wanted(&args.provider_name, &pact.provider) {
                pacts.push(Arc::new(fetch(&client, &pact.href).await?));
            }
        }
    }
    Ok(pacts)
}

/// The pacts to serve: those of the files as they are now, and those that were fetched.
pub(super) fn pacts(args: &Args, fetched: &[Arc<Pact>]) -> anyhow::Result<Vec<Arc<Pact>>> {
    let mut pacts = Vec::new();
    for file in files(args)? {
        pacts.push(Arc::new(pact_files::read(&file, Oddities::Warned)?.pact));
    }
    pacts.extend(fetched.iter().cloned());
    let pairs = |pacts: &[Arc<Pact>]| {
        let pairs: BTreeSet<String> =
            pacts.iter().map(|pact| format!("{} → {}", pact.consumer, pact.provider)).collect();
        pairs.into_iter().collect::<Vec<_>>().join(", ")
    };
    let found = pairs(&pacts);
    pacts.retain(|pact| wanted(&args.consumer_name, &pact.consumer) && wanted(&args.provider_name, &pact.provider));
    if pacts.is_empty() {
        return Err(if found.is_empty() {
            Problem::usage("there is no pact to serve").hint("name files, directories, a --url, or a --broker-url")
        } else {
            Problem::usage("no pact is of these consumers and providers").hint(format!("there are: {found}"))
        }
        .into());
    }
    Ok(pacts)
}

/// All names are wanted if none is named.
fn wanted(names: &[String], name: &str) -> bool {
    let is =
        |wanted: &String| wanted == name || Regex::new(&format!("^(?:{wanted})$")).is_ok_and(|it| it.is_match(name));
    names.is_empty() || names.iter().any(is)
}

fn client(
    url: &str,
    args: &Args,
    environment: &Environment,
    credentials: &Environment,
) -> anyhow::Result<BrokerClient> {
    let retries = number_of(args.retries, environment, "PACT_BROKER_HTTP_RETRIES")?.unwrap_or(8);
    let builder = BrokerClient::builder(url).skip_tls_verification(args.insecure_tls).retries(retries);
    let credentials = credentials.with_credentials()?;
    // A flag wins over a variable of the other kind.
    let builder = match (&args.token, &args.user) {
        (Some(token), _) => builder.bearer_token(token),
        (None, Some(user)) => {
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            builder.basic_auth(user, password)
        }
        (None, None) => match (credentials.get("PACT_BROKER_TOKEN"), credentials.get("PACT_BROKER_USERNAME")) {
            (Some(token), _) => builder.bearer_token(token),
            (None, Some(user)) => builder.basic_auth(user, credentials.get("PACT_BROKER_PASSWORD").unwrap_or_default()),
            (None, None) => builder,
        },
    };
    Ok(showing_certificate(builder, environment)?.build()?)
}

async fn fetch(client: &BrokerClient, url: &str) -> anyhow::Result<Pact> {
    let fetched = client.fetch_pact(url).await.context("a pact cannot be fetched")?;
    let loaded = Pact::read(&fetched.content);
    let loaded =
        loaded.map_err(|error| Problem::usage(format!("the pact at {} cannot be read: {error}", fetched.url())))?;
    Ok(loaded.value)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        args: Args,
    }

    fn write(folder: &Path, file: &str, consumer: &str, provider: &str) {
        let pact =
            format!(r#"{{"consumer":{{"name":"{consumer}"}},"provider":{{"name":"{provider}"}},"interactions":[]}}"#);
        std::fs::write(folder.join(file), pact).expect("a file");
    }

    async fn served(folder: &Path, arguments: &str) -> Result<Vec<String>, String> {
        let words = arguments.split(' ').map(|word| word.replace("FOLDER", &folder.to_string_lossy()));
        let args = Command::try_parse_from(std::iter::once("stub".to_owned()).chain(words)).expect("arguments").args;
        let fetched = fetched(&args, &Environment::default()).await.map_err(|error| error.to_string())?;
        let pacts = pacts(&args, &fetched).map_err(|error| error.to_string())?;
        Ok(pacts.iter().map(|pact| format!("{} {}", pact.consumer, pact.provider)).collect())
    }

    #[tokio::test]
    async fn pacts_come_from_files_and_directories_and_are_chosen_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        write(folder, "a.json", "A", "P");
        write(folder, "b.json", "B", "Q");
        write(folder, "c.pact", "C", "P");
        let all = || Ok(vec!["A P".to_owned(), "B Q".to_owned()]);
        assert_eq!(served(folder, "FOLDER").await, all());
        assert_eq!(served(folder, "-d FOLDER").await, all());
        assert_eq!(served(folder, "-f FOLDER/a.json --file FOLDER/b.json").await, all());
        assert_eq!(served(folder, "-d FOLDER -e .pact").await, Ok(vec!["C P".to_owned()]));
        assert_eq!(served(folder, "FOLDER --provider-name Q").await, Ok(vec!["B Q".to_owned()]));
        assert_eq!(served(folder, "FOLDER --consumer-name A --consumer-name B").await, all());
        assert_eq!(served(folder, "FOLDER --consumer-name [AX]").await, Ok(vec!["A P".to_owned()]));
        assert_eq!(served(folder, "-d FOLDER --provider-name .*").await, all());
        let none = served(folder, "FOLDER --consumer-name X").await;
        assert_eq!(none, Err("no pact is of these consumers and providers".to_owned()));
        assert_eq!(served(folder, "-p 0").await, Err("there is no pact to serve".to_owned()));
    }
}
