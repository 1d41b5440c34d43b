//! `intact broker seed`: fills an empty database with made-up history.
//!
//! For those who want to know how fast a broker of their size is, and for our own measurements: with a `serve` on the same
//! database any load generator can ask what builds ask.

use anyhow::Context as _;
use intact_broker::{Broker, Config, Database, Seed};

use super::database::{DatabaseFlags, create_directory_of};
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    database: DatabaseFlags,
    /// How many applications there are
    #[arg(long, value_name = "NUMBER", default_value_t = Seed::default().pacticipants)]
    pacticipants: u32,
    /// How many pairs of them have a contract
    #[arg(long, value_name = "NUMBER", default_value_t = Seed::default().integrations)]
    integrations: u32,
    /// How many versions they have together
    #[arg(long, value_name = "NUMBER", default_value_t = Seed::default().versions)]
    versions: u32,
    /// How many verification results there are
    #[arg(long, value_name = "NUMBER", default_value_t = Seed::default().results)]
    results: u32,
}

pub(super) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { database, pacticipants, integrations, versions, results } = args;
    let (database, _) = database.read(&context.environment)?;
    if let Database::Sqlite(file) = &database {
        create_directory_of(file)?;
    }
    let mut config = Config::new(database.clone());
    config.sync_every_commit = false;
    let broker = Broker::open(config).await.with_context(|| format!("cannot open the broker's database {database}"))?;
    let seed = Seed { pacticipants, integrations, versions, results };
    let progress = |done: u32, of: u32| {
        if done == of || done.is_multiple_of(20) {
            context.printer.remark(Tone::Faint, &format!("{done} of {of} consumers"));
        }
    };
    let seeded = broker.seed(seed, progress).await;
    broker.close().await;
    seeded.context("the database could not be filled")?;
    Ok(Exit::Success)
}
