//! `intact demo`: a contract's whole life in a few seconds, with real parts.
//!
//! Every command that is shown is run, by the same code that runs it when it is typed. What is not a command of ours is
//! real too: a consumer's client that talks to the mock server, a provider on a socket of its own, a broker on a file.

mod consumer;
mod provider;

use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::Context as _;
use intact_broker::{Broker, Config, Database};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::broker::interruption;
use super::shell_word;
use crate::cli::Cli;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

use provider::Provider;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Leave the broker running at the end, for a look around
    #[arg(long)]
    keep: bool,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    // Interrupted, it takes its servers and its folder with it.
    tokio::select! {
        told = tell(args, context) => told,
        () = interruption() => Ok(Exit::Interrupted),
    }
}

async fn tell(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let folder =
        tempfile::Builder::new().prefix("intact-demo-").tempdir().context("no temporary folder can be made")?;
    let story = Story { context, folder: folder.path() };
    let printer = &context.printer;
    printer
        .line(Tone::Strong, "The life of a contract between order-service (consumer) and product-service (provider)");

    story.heading(1, "A broker keeps the contracts. It needs nothing but a file.");
    let broker = RunningBroker::start(folder.path()).await?;
    story.command(&broker.command());
    let url = broker.url.as_str();

    story.heading(2, "The consumer's own test runs against a mock server and records what it relies on.");
    story.command("cargo test -p order-service");
    let pact = consumer::record_contract(folder.path()).await?;
    story.remark(&format!("recorded {}", pact.display()));

    story.heading(3, "The consumer's build publishes the contract.");
    let file = pact.display().to_string();
    story
        .run(
            &["publish", &file, "--consumer-app-version", "1.0.0", "--branch", "main", "--broker-base-url", url],
            Exit::Success,
        )
        .await?;

    story.heading(
        4,
        "The provider's build replays every request against the running provider, and publishes the results.",
    );
    let provider = Provider::start(provider::Release::WithNumericPrice).await?;
    story.verify(&provider, "1.0.0", url, Exit::Success).await?;

    story.heading(5, "Both go to production: can-i-deploy says yes, and each deployment is recorded.");
    for application in ["product-service", "order-service"] {
        story.can_i_deploy(application, "1.0.0", url, Exit::Success).await?;
        story
            .run(
                &["record-deployment", "-a", application, "-e", "1.0.0", "--environment", "production", "-b", url],
                Exit::Success,
            )
            .await?;
    }

    story.heading(6, "The provider's next version sends the price as a string. Its own tests are green, but:");
    drop(provider);
    let provider = Provider::start(provider::Release::WithPriceAsText).await?;
    story.verify(&provider, "2.0.0", url, Exit::Failed).await?;

    story.heading(7, "So it does not reach production.");
    story.can_i_deploy("product-service", "2.0.0", url, Exit::Failed).await?;

    printer.text("");
    printer.line(Tone::Good, "That is the whole road, and every step went as it should.");
    if args.keep {
        printer.text(&format!(
            "The broker stays at {url} with its data in {} until you press Ctrl-C.",
            folder.path().display()
        ));
        interruption().await;
    } else {
        printer.text(
            "`intact demo --keep` leaves the broker running; `intact help` and the README show what else there is.",
        );
    }
    broker.stop().await?;
    Ok(Exit::Success)
}

/// Tells what happens, and makes it happen.
struct Story<'a> {
    context: &'a Context,
    folder: &'a Path,
}

impl Story<'_> {
    fn heading(&self, number: u8, text: &str) {
        self.context.printer.text("");
        self.context.printer.line(Tone::Strong, &format!("{number}. {text}"));
    }

    fn command(&self, command: &str) {
        self.context.printer.line(Tone::Faint, &format!("$ {command}"));
    }

    fn remark(&self, text: &str) {
        self.context.printer.text(text);
    }

    /// Shows the command, runs it, and insists on how it ends.
    async fn run(&self, arguments: &[&str], expected: Exit) -> anyhow::Result<()> {
        let words = std::iter::once(&"intact").chain(arguments);
        // Only flags begin with a dash here, and a flag in quotes would be a strange sight.
        let words = words.map(|word| if word.starts_with('-') { (*word).to_owned() } else { shell_word(word) });
        self.command(&words.collect::<Vec<_>>().join(" "));
        let cli = Cli::from_arguments(std::iter::once("intact").chain(arguments.iter().copied()).map(Into::into))?;
        // Boxed, because a command runs commands here.
        let exit = Box::pin(cli.command.run(self.context)).await?;
        if exit == expected {
            Ok(())
        } else {
            let text =
                format!("`intact {}` should have ended with {expected:?}, but ended with {exit:?}", arguments[0]);
            Err(Problem::unavailable(text).hint(format!("what it did is in {}", self.folder.display())).into())
        }
    }

    async fn verify(&self, provider: &Provider, version: &str, broker: &str, expected: Exit) -> anyhow::Result<()> {
        let (port, states) = (provider.port(), provider.state_change_url());
        let arguments = [
            "verify",
            "--provider-name",
            "product-service",
            "--hostname",
            "127.0.0.1",
            "--port",
            &port,
            "--state-change-url",
            &states,
            "--broker-url",
            broker,
            "--publish",
            "--provider-version",
            version,
            "--provider-branch",
            "main",
        ];
        self.run(&arguments, expected).await
    }

    async fn can_i_deploy(&self, application: &str, version: &str, broker: &str, expected: Exit) -> anyhow::Result<()> {
        self.run(
            &["can-i-deploy", "-a", application, "-e", version, "--to-environment", "production", "-b", broker],
            expected,
        )
        .await
    }
}

/// A broker in this process, on a free port.
struct RunningBroker {
    url: String,
    port: u16,
    database: Database,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), intact_broker::ServeError>>,
}

impl RunningBroker {
    async fn start(folder: &Path) -> anyhow::Result<Self> {
        let database = Database::sqlite(folder.join("broker.sqlite"));
        let broker = Broker::open(Config::new(database.clone())).await.context("the broker cannot be opened")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no free port for the broker")?;
        let port = listener.local_addr()?.port();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(broker.serve(listener, async move {
            // An error means that the sender is gone, which is a reason to stop as well.
            let _ = stopped.await;
        }));
        Ok(Self { url: format!("http://127.0.0.1:{port}"), port, database, stop, task })
    }

    /// What a user would type for it.
    fn command(&self) -> String {
        format!("intact broker serve --port {} --database-url {}", self.port, self.database)
    }

    async fn stop(self) -> anyhow::Result<()> {
        let _ = self.stop.send(());
        self.task.await.context("the broker stopped unexpectedly")?.context("the broker failed")
    }
}
