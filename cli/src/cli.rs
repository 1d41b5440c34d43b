//! The command tree and the options that every command has.
//!
//! Names and flags are those of the official tools, so that a pipeline moves by replacing one word.

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

use crate::commands;
use crate::context::{Context, Environment};
use crate::exit::Exit;
use crate::help;
use crate::logging::{self, LogLayout, LogLevel, ServerLog, Telemetry};
use crate::printer::Printer;

/// Consumer-driven contract testing: verify providers, publish contracts, ask whether a version can be deployed
#[derive(Debug, Parser)]
#[command(name = "intact", version, max_term_width = 120)]
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
    /// Log every request; the same as --log-level debug
    #[arg(long, global = true)]
    pub(crate) verbose: bool,
    /// Only some commands have flags for it.
    #[arg(skip)]
    log_layout: LogLayout,
    #[command(flatten)]
    telemetry: Telemetry,
}

impl GlobalOptions {
    /// From here on, what libraries log is shown.
    pub(crate) fn start_logging(&self, server: ServerLog, printer: &Printer) {
        let level = LevelFilter::from(self.log_level.or(server.level).unwrap_or(LogLevel::Warn));
        let level = if self.verbose { level.max(LevelFilter::DEBUG) } else { level };
        logging::start(level, self.log_layout, server, printer);
        self.telemetry.warn(printer);
    }
}

// Doc comments are the help texts. The order is that of a contract's life.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one value per process")]
pub(crate) enum Command {
    /// Run a contract's whole life, from a consumer's test to a refused deployment
    Demo(commands::demo::Args),
    #[command(alias = "verifier")]
    Verify(commands::verify::Args),
    States(commands::states::Args),
    /// Play the provider of a pact, or of many on request
    Mock(commands::mock::Args),
    /// Serve the responses of pacts, without expecting anything
    Stub(commands::stub::Args),
    #[command(flatten)]
    Client(ClientCommand),
    /// Run a broker, or talk to one
    Broker(commands::broker::Args),
}

/// The commands that talk to a broker. The official tools have them below `broker`, or in a binary of their own.
#[derive(Debug, Subcommand)]
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
    /// List the newest pact of each consumer with each provider
    ListLatestPactVersions(commands::Question),
    /// Print a random UUID
    GenerateUuid,
}

impl Command {
    /// Runs the command.
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        match self {
            Self::Demo(args) => commands::demo::run(args, context).await,
            Self::Verify(args) => commands::verify::run(args, context).await,
            Self::States(args) => commands::states::run(args, context).await,
            Self::Mock(args) => commands::mock::run(args, context).await,
            Self::Stub(args) => commands::stub::run(args, context).await,
            Self::Client(command) => command.run(context).await,
            Self::Broker(args) => commands::broker::run(args, context).await,
        }
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
            Self::ListLatestPactVersions(args) => commands::latest_pacts::run(args, context).await,
            Self::GenerateUuid => {
                context.printer.text(&uuid::Uuid::new_v4().to_string());
                Ok(Exit::Success)
            }
        }
    }
}

impl Cli {
    /// Reads the arguments of a process. `--long_flags` with underscores are understood, as by the older tools.
    pub(crate) fn from_arguments(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut options_ended = false;
        let arguments = arguments.into_iter().map(|argument| {
            options_ended |= argument == "--";
            match argument.to_str() {
                Some(text) if !options_ended => with_dashes(text).into(),
                _ => argument,
            }
        });
        let matches = help::complete(Self::command()).try_get_matches_from(arguments)?;
        let mut cli = Self::from_arg_matches(&matches)?;
        // The official verifier and stub have a letter for this that other commands use for something else.
        cli.global.log_level = cli.command.log_level().or(cli.global.log_level);
        cli.global.log_layout = cli.command.log_layout();
        Ok(cli)
    }
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
    fn underscores_in_flags_are_read_as_dashes_and_values_are_left_alone() {
        assert_eq!(with_dashes("--broker_base_url=http://a_b"), "--broker-base-url=http://a_b");
        assert_eq!(with_dashes("--to_environment"), "--to-environment");
        for argument in ["a_b", "-a_b", "--A_b", "--", "feat/a_b=c"] {
            assert_eq!(with_dashes(argument), argument);
        }
    }
}
