//! A Pact Broker: stores contracts and verification results, and answers "can I deploy?".
//!
//! It speaks the API of the Pact Broker, so that every existing client works with it, on SQLite (a file) or PostgreSQL.
//!
//! ```no_run
//! use intact_broker::{Broker, Config};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let broker = Broker::open(Config::new("sqlite://broker.db".parse()?)).await?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:9292").await?;
//! broker.serve(listener, async { tokio::signal::ctrl_c().await.ok(); }).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The rooms: `app` holds a broker together, `serve` answers on a listener, `router` has every route on one page, `api` turns HTTP into domain and
//! back, `access` says who may do what, `operations` tells the stories that touch several tables, `domain` decides, `store` has the SQL, `webhooks` delivers, `housekeeping` cleans up,
//! `telemetry` counts.

mod access;
mod api;
mod app;
mod config;
mod correlation;
mod domain;
mod housekeeping;
mod operations;
mod pages;
mod router;
mod seeding;
mod serve;
mod store;
mod telemetry;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod testing;
mod webhooks;

pub use access::{Access, Credentials, Secret};
pub use app::{Broker, OpenError};
pub use config::{Badges, CleanUpSchedule, Config, Database, DatabaseUrlError};
pub use domain::clean_up::{
    CleanUp, CleanUpPlan, CleanUpResult, DeletedAndKept, KeepBranches, KeepRuleError, KeepVersions, KeptByRule,
    NameOrAny, PlannedCounts, PlannedVersions, VersionRange,
};
pub use domain::cron::{Cron, CronError};
pub use domain::webhook_hosts::{HostRule, HostRuleError};
pub use operations::clean_up::CleanUpError;
pub use seeding::{Seed, SeedError};
pub use serve::ServeError;
