//! `intact broker serve`: runs a broker. The commands that talk to one are understood below `broker` too, as in the
//! official binary.

mod access;
mod clean;
mod database;
mod operation;
mod seed;
mod settings;
mod settings_file;
mod webhooks;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use intact_broker::{Broker, Config, Database};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use self::access::AccessSettings;
use self::clean::CleanSettings;
use self::database::{create_directory_of, database};
use self::operation::OperationSettings;
use self::settings::Settings;
pub(crate) use self::settings_file::settings;
use self::settings_file::{FileFlag, SettingsFile};
use self::webhooks::WebhookSettings;
use crate::cli::ClientCommand;
use crate::context::{Context, Environment, number_of};
use crate::error::Problem;
use crate::exit::Exit;
use crate::logging::ServerLog;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one value per process")]
enum Command {
    /// Answer requests until interrupted
    Serve(Box<ServeArgs>),
    /// Delete what is no longer needed: old versions, branches nobody builds, replaced data
    Clean(clean::Args),
    /// Fill an empty database with made-up history, to measure with
    #[command(hide = true)]
    Seed(seed::Args),
    #[command(flatten)]
    Client(ClientCommand),
}

#[derive(Debug, clap::Args)]
struct ServeArgs {
    /// Where data is kept: sqlite://PATH or postgres://…; a SQLite file in the user's data directory unless given
    /// [env: PACT_BROKER_DATABASE_URL]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// The port to listen on; 0 takes a free one [env: PACT_BROKER_PORT] [default: 9292]
    #[arg(short = 'p', long, value_name = "PORT")]
    port: Option<u16>,
    /// The address to listen on; 0.0.0.0 for all [env: INTACT_BROKER_HOST] [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    host: Option<IpAddr>,
    #[command(flatten)]
    config: FileFlag,
    #[command(flatten)]
    operation: OperationSettings,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    access: AccessSettings,
    #[command(flatten)]
    webhooks: WebhookSettings,
    #[command(flatten)]
    clean: CleanSettings,
    /// What the file says, once it was read.
    #[arg(skip)]
    file: SettingsFile,
}

impl Args {
    /// Whether a broker is only talked to.
    pub(crate) fn is_client(&self) -> bool {
        matches!(self.command, Command::Client(_))
    }

    /// Reads the file of a broker that is to be served, and how it is to log; before anything is logged.
    pub(crate) fn read_settings(&mut self, environment: &Environment) -> anyhow::Result<ServerLog> {
        let Command::Serve(args) = &mut self.command else { return Ok(ServerLog::default()) };
        args.file = args.config.read(environment)?;
        Ok(args.operation.log(&args.file.below(environment))?)
    }
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    match args.command {
        Command::Serve(args) => serve(*args, context).await,
        Command::Clean(args) => Box::pin(clean::run(args, context)).await,
        Command::Seed(args) => Box::pin(seed::run(args, context)).await,
        Command::Client(command) => command.run(context).await,
    }
}

/// What other servers have for a file of their log. It must not be taken for a file that holds the setting `LOG`.
const LOG_FILE: &str = "PACT_BROKER_LOG_FILE";

async fn serve(args: ServeArgs, context: &Context) -> anyhow::Result<Exit> {
    let environment = &args.file.below(&context.environment);
    for name in settings_file::without_effect(&context.environment) {
        context.printer.remark(Tone::Doubtful, &format!("warning: {name} is set, but has no effect on this broker"));
    }
    if let Some(file) = context.environment.get(LOG_FILE) {
        let text = format!("warning: {LOG_FILE} is set, but nothing is logged to {file}: logs go to standard error");
        context.printer.remark(Tone::Doubtful, &text);
    }
    let port = number_of(args.port, environment, "PACT_BROKER_PORT")?.unwrap_or(9292);
    let host = number_of(args.host, environment, "INTACT_BROKER_HOST")?.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let database = database(args.database_url.as_deref(), environment)?;
    let mut config = Config::new(database.clone());
    args.settings.apply(environment, &mut config)?;
    args.access.apply(environment, host, &mut config)?;
    args.webhooks.apply(environment, &mut config)?;
    args.operation.apply(environment, &mut config)?;
    args.clean.schedule(environment, &mut config)?;
    if let Database::Sqlite(file) = &database {
        create_directory_of(file)?;
    }
    // First the port, because a second broker on the same port is the most common mistake.
    let address = SocketAddr::new(host, port);
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let problem = Problem::unavailable(format!("cannot listen on {address}: {error}"));
        match error.kind() {
            std::io::ErrorKind::AddrInUse => problem.hint("stop what is running there, or choose another --port"),
            _ => problem,
        }
    })?;
    let address = listener.local_addr().context("the listener has no address")?;
    let mut interruptions = Interruptions::begin();
    let broker = tokio::select! {
        opened = Broker::open_listening(config, &listener) => {
            opened.with_context(|| format!("cannot open the broker's database {database}"))?
        }
        () = interruptions.next() => return Ok(Exit::Interrupted),
    };
    context.printer.line(Tone::Good, &format!("The broker listens on http://{address}"));
    context.printer.text(&format!("Its data is in {}", shown(&database)));
    let (stop, stopped) = oneshot::channel::<()>();
    let twice_interrupted = async {
        interruptions.next().await;
        context.printer.remark(Tone::Faint, "the broker is stopping; interrupt it again to stop it at once");
        drop(stop);
        interruptions.next().await;
    };
    tokio::select! {
        served = broker.serve(listener, async { stopped.await.unwrap_or_default() }) => {
            served?;
            context.printer.remark(Tone::Faint, "the broker has stopped");
            Ok(Exit::Success)
        }
        () = twice_interrupted => {
            context.printer.remark(Tone::Doubtful, "the broker was stopped with requests in progress");
            Ok(Exit::Interrupted)
        }
    }
}

fn shown(database: &Database) -> String {
    match database {
        Database::Sqlite(file) => std::path::absolute(file).unwrap_or_else(|_| file.clone()).display().to_string(),
        other => other.to_string(),
    }
}

/// Waits for Ctrl-C, or for the signal that service managers and containers send. Listens from now on, so that an
/// interruption is not lost between the announcement of a server and the wait.
pub(super) fn interruption() -> impl Future<Output = ()> + Unpin {
    let mut interruptions = Interruptions::begin();
    Box::pin(async move { interruptions.next().await })
}

/// The interruptions from now on, one after the other.
struct Interruptions {
    #[cfg(unix)]
    signals: [std::io::Result<tokio::signal::unix::Signal>; 2],
}

impl Interruptions {
    fn begin() -> Self {
        Self {
            #[cfg(unix)]
            signals: {
                use tokio::signal::unix::{SignalKind, signal};
                [SignalKind::interrupt(), SignalKind::terminate()].map(signal)
            },
        }
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let [Ok(interrupt), Ok(terminate)] = &mut self.signals {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}
