//! The command tree and the options that every command has.
//!
//! Names and flags are those of the official tools, so that a pipeline moves by replacing one word. [`arguments`] reads them.

mod arguments;

use clap::{Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

use crate::commands;
use crate::context::{Context, Environment};
use crate::exit::Exit;
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
