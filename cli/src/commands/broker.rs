//! `intact broker serve`: runs a broker. The commands that talk to one are understood below `broker` too, as in the
//! official binary.

mod access;
mod settings;
mod webhooks;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use intact_broker::{Broker, Config, Database};
use tokio::net::TcpListener;

use self::access::AccessSettings;
use self::settings::Settings;
use self::webhooks::WebhookSettings;
use crate::cli::ClientCommand;
use crate::context::{Context, Environment, number_of};
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Answer requests until interrupted
    Serve(ServeArgs),
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
    /// The address to listen on; 0.0.0.0 for all
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    access: AccessSettings,
    #[command(flatten)]
    webhooks: WebhookSettings,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    match args.command {
        Command::Serve(args) => serve(args, context).await,
        Command::Client(command) => command.run(context).await,
    }
}

async fn serve(args: ServeArgs, context: &Context) -> anyhow::Result<Exit> {
    let environment = &context.environment;
    let port = number_of(args.port, environment, "PACT_BROKER_PORT")?.unwrap_or(9292);
    let database = match args.database_url.as_deref().or_else(|| environment.get("PACT_BROKER_DATABASE_URL")) {
        Some(url) => url.parse::<Database>().map_err(|error| Problem::usage(format!("--database-url: {error}")))?,
        None => Database::sqlite(default_database(environment)?),
    };
    let mut config = Config::new(database.clone());
    args.settings.apply(environment, &mut config)?;
    args.access.apply(environment, args.host, &mut config)?;
    args.webhooks.apply(environment, &mut config)?;
    if let Database::Sqlite(file) = &database {
        create_directory_of(file)?;
    }
    // First the port, because a second broker on the same port is the most common mistake.
    let address = SocketAddr::new(args.host, port);
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let problem = Problem::unavailable(format!("cannot listen on {address}: {error}"));
        match error.kind() {
            std::io::ErrorKind::AddrInUse => problem.hint("stop what is running there, or choose another --port"),
            _ => problem,
        }
    })?;
    let address = listener.local_addr().context("the listener has no address")?;
    let broker = Broker::open(config).await.with_context(|| format!("cannot open the broker's database {database}"))?;
    let interrupted = interruption();
    context.printer.line(Tone::Good, &format!("The broker listens on http://{address}"));
    context.printer.text(&format!("Its data is in {}", shown(&database)));
    broker.serve(listener, interrupted).await?;
    context.printer.remark(Tone::Faint, "the broker has stopped");
    Ok(Exit::Success)
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
    #[cfg(unix)]
    let signals = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate()].map(signal)
    };
    Box::pin(async {
        #[cfg(unix)]
        if let [Ok(mut interrupt), Ok(mut terminate)] = signals {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn create_directory_of(file: &Path) -> anyhow::Result<()> {
    let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(directory).map_err(|error| {
        let text = format!("cannot create the directory {} for the broker's database: {error}", directory.display());
        Problem::unavailable(text).hint("choose another place with --database-url sqlite://PATH").into()
    })
}

/// `broker.sqlite` in the directory that the platform has for the data of users' programs.
fn default_database(environment: &Environment) -> anyhow::Result<PathBuf> {
    let directory = data_directory(environment, std::env::consts::OS).ok_or_else(|| {
        Problem::usage("the user's data directory is not known")
            .hint("say where to keep data with --database-url sqlite://PATH")
    })?;
    Ok(directory.join("intact").join("broker.sqlite"))
}

fn data_directory(environment: &Environment, platform: &str) -> Option<PathBuf> {
    // The XDG specification wants relative paths ignored.
    let xdg = environment.get("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || environment.get("HOME").map(PathBuf::from);
    match platform {
        _ if xdg.is_some() => xdg,
        "windows" => environment.get("LOCALAPPDATA").map(PathBuf::from),
        "macos" => Some(home()?.join("Library").join("Application Support")),
        _ => Some(home()?.join(".local").join("share")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_kept_where_the_platform_wants_it() {
        let user = Environment::of([("HOME", "/home/me"), ("LOCALAPPDATA", "/local"), ("XDG_DATA_HOME", "relative")]);
        for (platform, expected) in [
            ("linux", "/home/me/.local/share"),
            ("macos", "/home/me/Library/Application Support"),
            ("windows", "/local"),
        ] {
            assert_eq!(data_directory(&user, platform), Some(expected.into()), "{platform}");
        }
        let xdg = Environment::of([("HOME", "/home/me"), ("XDG_DATA_HOME", "/data")]);
        assert_eq!(data_directory(&xdg, "macos"), Some("/data".into()));
        assert_eq!(data_directory(&Environment::default(), "linux"), None);
    }
}
