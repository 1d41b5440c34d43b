//! What a broker makes of the faults of its surroundings: it is killed, its database goes away, others work beside it.
//!
//! Short here; `INTACT_FAULT_ROUNDS` makes it as long as patience allows.

mod absence;
mod bodies;
mod client;
mod death;
mod description;
mod newer;
mod receivers;
mod replicas;
mod storm;

use intact_tests::postgres::Postgres;

use crate::support::{Output, RunningBroker, Workspace};

/// How often what depends on the moment is done.
fn rounds() -> u32 {
    match std::env::var("INTACT_FAULT_ROUNDS") {
        Ok(number) => number.parse().expect("INTACT_FAULT_ROUNDS is a number"),
        Err(_) => 2,
    }
}

/// A broker's database: a file, or on a server that is there for this one test.
struct Database {
    workspace: Workspace,
    server: Option<Postgres>,
    address: String,
}

impl Database {
    fn sqlite() -> Self {
        let workspace = Workspace::new();
        let address = format!("sqlite://{}", workspace.path().join("broker.sqlite").display());
        Self { workspace, server: None, address }
    }

    fn postgres() -> Option<Self> {
        let server = Postgres::start()?;
        let address = server.create_database("contracts");
        Some(Self { workspace: Workspace::new(), server: Some(server), address })
    }

    /// Starts a broker on it and waits until it says where it is.
    fn broker(&self) -> RunningBroker {
        self.try_broker(&[]).unwrap_or_else(|output| panic!("the broker does not start: {output:?}"))
    }

    fn try_broker(&self, variables: &[(&str, &str)]) -> Result<RunningBroker, Output> {
        let arguments = ["broker", "serve", "--port", "0", "--log-level", "warn", "--database-url", &self.address];
        self.workspace.try_start(variables, arguments)
    }
}
