//! The command tree and the options that every command has.
//!
//! Names and flags are those of the official tools, so that a pipeline moves by replacing one word.

use std::ffi::OsString;
use std::path::Path;

use clap::{ArgMatches, ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

use crate::broker_options::VERBOSE_LETTER;
use crate::commands;
use crate::context::{Context, Environment};
use crate::exit::Exit;
use crate::help;
use crate::logging::{self, LogLayout, LogLevel, ServerLog, Telemetry};
use crate::welcome;

/// Consumer-driven contract testing: verify providers, publish contracts, ask whether a version can be deployed
#[derive(Debug, Parser)]
#[command(
    name = "intact",
    version,
    max_term_width = 120,
    subcommand_required = false,
    arg_required_else_help = false,
    override_usage = "intact [OPTIONS] <COMMAND>"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct GlobalOptions {
    /// Do not use colours, even on a terminal [env: NO_COLOR]
    #[arg(long, alias = "no-colour", global = true)]
    pub(crate) no_color: bool,
    /// How much is logged, on standard error [default: warn]
    #[arg(long, global = true, value_name = "LEVEL", ignore_case = true)]
    pub(crate) log_level: Option<LogLevel>,
    /// Log every request; the same as --log-level debug [env: VERBOSE]
    #[arg(long, global = true)]
    pub(crate) verbose: bool,
    /// Print results and errors only, no remarks and warnings
    #[arg(short = 'q', long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Only some commands have flags for it.
    #[arg(skip)]
    log_layout: LogLayout,
    #[command(flatten)]
    telemetry: Telemetry,
}

impl GlobalOptions {
    /// From here on, what libraries log is shown.
    pub(crate) fn start_logging(&self, server: ServerLog, context: &Context) {
        let usual = if self.quiet { LogLevel::Error } else { LogLevel::Warn };
        let level = LevelFilter::from(self.log_level.or(server.level).unwrap_or(usual));
        let verbose = self.verbose || (context.environment.is_on("VERBOSE") && !self.quiet);
        let level = if verbose { level.max(LevelFilter::DEBUG) } else { level };
        logging::start(level, self.log_layout, server, &context.printer);
        self.telemetry.warn(&context.printer);
    }
}

// Doc comments are the help texts; each command needs one here, since what is said at its arguments (`defer`) is read only
// when they are. The order is that of a contract's life.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
#[expect(clippy::large_enum_variant, reason = "one value per process")]
pub(crate) enum Command {
    /// What `intact` alone does.
    #[command(skip)]
    Welcome,
    /// Run a contract's whole life, from a consumer's test to a refused deployment
    Demo(commands::demo::Args),
    /// Write a first contract test or verification, and a job for the build service
    Init(commands::init::Args),
    /// Look at all that the other commands rely on, and say what to mend
    Doctor(commands::doctor::Args),
    /// Replay pacts against a provider
    #[command(alias = "verifier")]
    Verify(commands::verify::Args),
    /// List the provider states that pacts expect, of files or of a broker
    States(commands::states::Args),
    /// Play the provider of a pact, or of many on request
    #[command(alias = "mock-server")]
    Mock(commands::mock::Args),
    /// Serve the responses of pacts, without expecting anything
    #[command(alias = "stub-server")]
    Stub(commands::stub::Args),
    /// Look at pact files, compare, convert and merge them; no broker is needed
    Pact(commands::pact::Args),
    #[command(flatten)]
    Client(ClientCommand),
    /// Run a broker, or talk to one
    #[command(version)]
    Broker(commands::broker::Args),
    /// Write man pages, one for each command
    Man(commands::man::Args),
}

/// The commands that talk to a broker. The official tools have them below `broker`, or in a binary of their own.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum ClientCommand {
    /// Publish pact files to a broker
    Publish(commands::publish::Args),
    /// Ask whether versions can be deployed to an environment
    CanIDeploy(commands::can_i_deploy::Args),
    /// Ask whether a version works with the main branches of all it talks to
    CanIMerge(commands::can_i_deploy::MergeArgs),
    /// Record that a version is now deployed to an environment
    RecordDeployment(commands::record_deployment::Args),
    /// Record that nothing is deployed in an environment any more
    RecordUndeployment(commands::record_undeployment::Args),
    /// Record that a version is now released
    RecordRelease(commands::record_release::Args),
    /// Record that a released version is no longer supported
    RecordSupportEnded(commands::record_support_ended::Args),
    /// Create an environment
    CreateEnvironment(commands::environments::CreateArgs),
    /// Change what is known of an environment
    UpdateEnvironment(commands::environments::UpdateArgs),
    /// List the environments
    ListEnvironments(commands::Question),
    /// Show an environment
    DescribeEnvironment(commands::environments::DescribeArgs),
    /// Delete an environment and what was recorded in it
    DeleteEnvironment(commands::environments::DeleteArgs),
    /// Create an application, or change what is known of it
    CreateOrUpdatePacticipant(commands::pacticipants::CreateOrUpdateArgs),
    /// List the applications
    ListPacticipants(commands::Question),
    /// Show an application
    DescribePacticipant(commands::pacticipants::DescribeArgs),
    /// Create a version, or add it to a branch
    CreateOrUpdateVersion(commands::versions::Args),
    /// Show a version of an application, or what an environment has of it
    DescribeVersion(commands::describe_version::Args),
    /// Give a version tags
    CreateVersionTag(commands::tags::Args),
    /// Take a tag from a version
    DeleteVersionTag(commands::tags::DeleteArgs),
    /// Delete a branch of an application; its versions stay
    DeleteBranch(commands::branches::DeleteArgs),
    /// Delete an application with all that it has
    DeletePacticipant(commands::pacticipants::DeleteArgs),
    /// Give an application a label
    CreateLabel(commands::labels::Args),
    /// Take a label from an application
    DeleteLabel(commands::labels::Args),
    /// List the versions of an application
    ListVersions(commands::versions::ListArgs),
    /// Delete a version with its pacts and results
    DeleteVersion(commands::versions::DeleteArgs),
    /// List the branches of an application
    ListBranches(commands::branches::ListArgs),
    /// List the newest pact of each consumer with each provider
    ListLatestPactVersions(commands::Question),
    /// List or download the pacts of a provider
    GetPacts(commands::get_pacts::Args),
    /// Delete the pact of a consumer version
    DeletePact(commands::delete_pact::Args),
    /// List which consumers have contracts with which providers
    ListIntegrations(commands::Question),
    /// Delete all contracts between a consumer and a provider
    DeleteIntegration(commands::integrations::DeleteArgs),
    /// Show what consumers ask a provider for
    ProviderStates(commands::provider_states::Args),
    /// Show which versions were verified with which
    Matrix(commands::matrix::Args),
    /// Ask whether a verification has yet to be run
    #[command(hide = true)]
    VerificationRequired(commands::matrix::RequiredArgs),
    /// Create a webhook
    CreateWebhook(commands::webhooks::CreateArgs),
    /// Create a webhook with an id of your own, or replace it
    CreateOrUpdateWebhook(commands::webhooks::CreateOrUpdateArgs),
    /// List the webhooks
    ListWebhooks(commands::Question),
    /// Show a webhook
    DescribeWebhook(commands::webhooks::DescribeArgs),
    /// Call a webhook now, and show what comes of it
    TestWebhook(commands::webhooks::TestArgs),
    /// Show what came of the webhooks that were triggered
    WebhookLogs(commands::webhooks::LogsArgs),
    /// Delete a webhook
    DeleteWebhook(commands::webhooks::DeleteArgs),
    /// Print the version; the same as --version
    #[command(hide = true)]
    Version,
    /// Print a random UUID
    GenerateUuid,
    /// Print what makes a shell complete commands and flags
    Completions(commands::completions::Args),
}

impl Command {
    /// Runs the command.
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        match self {
            Self::Welcome => Ok(welcome::run(context)),
            Self::Demo(args) => commands::demo::run(args, context).await,
            Self::Init(args) => commands::init::run(&args, context),
            Self::Doctor(args) => commands::doctor::run(args, context).await,
            Self::Verify(args) => commands::verify::run(args, context).await,
            Self::States(args) => commands::states::run(args, context).await,
            Self::Mock(args) => commands::mock::run(args, context).await,
            Self::Stub(args) => commands::stub::run(args, context).await,
            Self::Pact(args) => commands::pact::run(args, context).await,
            Self::Client(command) => command.run(context).await,
            Self::Broker(args) => commands::broker::run(args, context).await,
            Self::Man(args) => commands::man::run(&args, context),
        }
    }

    /// Whether the command does one thing after the other, so that a thread is all it needs.
    pub(crate) fn needs_one_thread(&self) -> bool {
        match self {
            Self::Client(_)
            | Self::Init(_)
            | Self::Doctor(_)
            | Self::Welcome
            | Self::Man(_)
            | Self::States(_)
            | Self::Pact(_) => true,
            Self::Broker(args) => args.is_client(),
            _ => false,
        }
    }

    /// Whether the command serves a broker's data, or changes it behind the broker.
    pub(crate) fn is_of_server(&self) -> bool {
        matches!(self, Self::Broker(args) if !args.is_client())
    }

    /// Reads what a server has to know before it logs.
    pub(crate) fn read_settings(&mut self, environment: &Environment) -> anyhow::Result<ServerLog> {
        match self {
            Self::Broker(args) => args.read_settings(environment),
            _ => Ok(ServerLog::default()),
        }
    }

    /// The level of an option that only some commands have.
    fn log_level(&self) -> Option<LogLevel> {
        match self {
            Self::Verify(args) => args.log_level.level,
            Self::Mock(args) => args.log_level.level,
            Self::Stub(args) => args.log_level.level,
            _ => None,
        }
    }

    fn log_layout(&self) -> LogLayout {
        match self {
            Self::Verify(args) => args.log_layout,
            _ => LogLayout::default(),
        }
    }
}

impl ClientCommand {
    /// Runs the command.
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        match self {
            Self::Publish(args) => commands::publish::run(args, context).await,
            Self::CanIDeploy(args) => commands::can_i_deploy::run(args, context).await,
            Self::CanIMerge(args) => commands::can_i_deploy::run_merge(args, context).await,
            Self::RecordDeployment(args) => commands::record_deployment::run(args, context).await,
            Self::RecordUndeployment(args) => commands::record_undeployment::run(args, context).await,
            Self::RecordRelease(args) => commands::record_release::run(args, context).await,
            Self::RecordSupportEnded(args) => commands::record_support_ended::run(args, context).await,
            Self::CreateEnvironment(args) => commands::environments::create(args, context).await,
            Self::UpdateEnvironment(args) => commands::environments::update(args, context).await,
            Self::ListEnvironments(args) => commands::environments::list(args, context).await,
            Self::DescribeEnvironment(args) => commands::environments::describe(args, context).await,
            Self::DeleteEnvironment(args) => commands::environments::delete(args, context).await,
            Self::CreateOrUpdatePacticipant(args) => commands::pacticipants::create_or_update(args, context).await,
            Self::ListPacticipants(args) => commands::pacticipants::list(args, context).await,
            Self::DescribePacticipant(args) => commands::pacticipants::describe(args, context).await,
            Self::CreateOrUpdateVersion(args) => commands::versions::run(args, context).await,
            Self::DescribeVersion(args) => commands::describe_version::run(args, context).await,
            Self::CreateVersionTag(args) => commands::tags::run(args, context).await,
            Self::DeleteVersionTag(args) => commands::tags::delete(args, context).await,
            Self::DeleteBranch(args) => commands::branches::delete(args, context).await,
            Self::DeletePacticipant(args) => commands::pacticipants::delete(args, context).await,
            Self::CreateLabel(args) => commands::labels::create(args, context).await,
            Self::DeleteLabel(args) => commands::labels::delete(args, context).await,
            Self::ListVersions(args) => commands::versions::list(args, context).await,
            Self::DeleteVersion(args) => commands::versions::delete(args, context).await,
            Self::ListBranches(args) => commands::branches::list(args, context).await,
            Self::ListLatestPactVersions(args) => commands::latest_pacts::run(args, context).await,
            Self::GetPacts(args) => commands::get_pacts::run(args, context).await,
            Self::DeletePact(args) => commands::delete_pact::run(args, context).await,
            Self::ListIntegrations(args) => commands::integrations::list(args, context).await,
            Self::DeleteIntegration(args) => commands::integrations::delete(args, context).await,
            Self::ProviderStates(args) => commands::provider_states::run(args, context).await,
            Self::Matrix(args) => commands::matrix::run(args, context).await,
            Self::VerificationRequired(args) => commands::matrix::required(args, context).await,
            Self::CreateWebhook(args) => commands::webhooks::create(args, context).await,
            Self::CreateOrUpdateWebhook(args) => commands::webhooks::create_or_update(args, context).await,
            Self::ListWebhooks(args) => commands::webhooks::list(args, context).await,
            Self::DescribeWebhook(args) => commands::webhooks::describe(args, context).await,
            Self::TestWebhook(args) => commands::webhooks::test(args, context).await,
            Self::WebhookLogs(args) => commands::webhooks::logs(args, context).await,
            Self::DeleteWebhook(args) => commands::webhooks::delete(args, context).await,
            Self::Version => {
                context.printer.text(env!("CARGO_PKG_VERSION"));
                Ok(Exit::Success)
            }
            Self::GenerateUuid => {
                context.printer.text(&uuid::Uuid::new_v4().to_string());
                Ok(Exit::Success)
            }
            Self::Completions(args) => commands::completions::run(&args, context),
        }
    }
}

impl Cli {
    /// Reads the arguments of a process. `--long_flags` with underscores are understood, as by the older tools.
    pub(crate) fn from_arguments(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut options_ended = false;
        let arguments = with_name_of_link(arguments.into_iter().collect());
        let arguments = arguments.into_iter().map(|argument| {
            options_ended |= argument == "--";
            match argument.to_str() {
                Some(text) if !options_ended => with_dashes(text).into(),
                _ => argument,
            }
        });
        let arguments: Vec<OsString> = help::asked_for_with_a_flag(arguments.collect());
        let mut command = Self::command();
        if arguments.iter().any(|argument| argument == "--no-color" || argument == "--no-colour") {
            command = command.color(ColorChoice::Never);
        }
        let matches = match help::mistyped_dash(&mut command, &arguments) {
            Some(error) => Err(error),
            None => command.try_get_matches_from_mut(&arguments),
        };
        let matches = matches.map_err(|error| help::told(error, command, &arguments))?;
        if matches.subcommand_name().is_none() {
            return Ok(Self { global: GlobalOptions::from_arg_matches(&matches)?, command: Command::Welcome });
        }
        let mut cli = Self::from_arg_matches(&matches)?;
        // The official verifier and stub have a letter for this that other commands use for something else.
        cli.global.log_level = cli.command.log_level().or(cli.global.log_level);
        cli.global.log_layout = cli.command.log_layout();
        cli.global.verbose |= is_set(&matches, VERBOSE_LETTER);
        Ok(cli)
    }
}

/// Whether the innermost command has a switch, and it is on.
fn is_set(matches: &ArgMatches, switch: &str) -> bool {
    let mut innermost = matches;
    while let Some((_, below)) = innermost.subcommand() {
        innermost = below;
    }
    matches!(innermost.try_get_one::<bool>(switch), Ok(Some(true)))
}

/// A link to this binary that has the name of an official one takes that one's arguments.
fn with_name_of_link(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let name = arguments.first().and_then(|program| Path::new(program).file_stem()?.to_str());
    let command = match name.map(|name| name.replace('_', "-")).as_deref() {
        Some("pact-broker" | "pact-broker-cli") => "broker",
        Some("pact-verifier" | "pact-verifier-cli") => "verify",
        Some("pact-mock-server" | "pact-mock-server-cli") => "mock",
        Some("pact-stub-server" | "pact-stub-server-cli") => "stub",
        _ => return arguments,
    };
    arguments.insert(1, command.into());
    arguments
}

fn with_dashes(argument: &str) -> String {
    let (name, value) = match argument.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (argument, None),
    };
    let is_flag = name.starts_with("--") && name.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
    match value {
        _ if !is_flag => argument.to_owned(),
        Some(value) => format!("{}={value}", name.replace('_', "-")),
        None => name.replace('_', "-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_words_of_the_official_tools_are_understood() {
        let official = |words: &str| Cli::from_arguments(words.split(' ').map(Into::into)).map(|cli| cli.command);
        let publish = "publish pacts -a 1 -t a -t b --validate --strict -b http://b --ssl-trust-store true --retries 3";
        for words in ["intact", "intact broker"] {
            assert!(matches!(
                official(&format!("{words} {publish}")),
                Ok(Command::Client(ClientCommand::Publish(_)) | Command::Broker(_))
            ));
        }
        let verifier = "intact verifier -l info --pretty-log --no-colour -f a.json -h localhost -p 1 --retries 2";
        assert!(matches!(official(verifier), Ok(Command::Verify(_))));
        let stub = "intact stub -l none -f a.json --retries 2 --cors -p 1 --log-level off";
        assert!(matches!(official(stub), Ok(Command::Stub(_))));
        let version = official("intact verifier -v").map(|_| ()).unwrap_err();
        assert_eq!(version.kind(), clap::error::ErrorKind::DisplayVersion);
    }

    #[test]
    fn a_link_with_the_name_of_an_official_binary_takes_its_arguments() {
        let read = |words: &str| Cli::from_arguments(words.split(' ').map(Into::into)).map(|cli| cli.command);
        assert!(matches!(read("/usr/bin/pact-broker generate-uuid"), Ok(Command::Broker(_))));
        assert!(matches!(read("pact-broker-cli.exe list-webhooks"), Ok(Command::Broker(_))));
        assert!(matches!(read("pact_verifier_cli -f a.json"), Ok(Command::Verify(_))));
        assert!(matches!(read("pact_mock_server_cli list"), Ok(Command::Mock(_))));
        assert!(matches!(read("./pact-stub-server -f a.json"), Ok(Command::Stub(_))));
        assert!(matches!(read("pact generate-uuid"), Ok(Command::Client(_))));
        assert!(matches!(read("pact mock-server -f a.json"), Ok(Command::Mock(_))));
    }

    #[test]
    fn the_letter_of_verbose_means_it_where_the_older_tools_have_it() {
        let verbose = |words: &str| Cli::from_arguments(words.split(' ').map(Into::into)).map(|cli| cli.global.verbose);
        assert!(verbose("intact list-webhooks -v").expect("arguments"));
        assert!(verbose("intact broker list-webhooks -b http://b -v").expect("arguments"));
        assert!(!verbose("intact list-webhooks").expect("arguments"));
    }

    #[test]
    fn underscores_in_flags_are_read_as_dashes_and_values_are_left_alone() {
        assert_eq!(with_dashes("--broker_base_url=http://a_b"), "--broker-base-url=http://a_b");
        assert_eq!(with_dashes("--to_environment"), "--to-environment");
        for argument in ["a_b", "-a_b", "--A_b", "--", "feat/a_b=c"] {
            assert_eq!(with_dashes(argument), argument);
        }
    }
}
