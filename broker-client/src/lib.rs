//! A client for the Pact Broker's HTTP API, for any broker that speaks it: Intact's own or the reference one.
//!
//! Resources are found the way the API asks for: by following link relations from the index document, never by building
//! paths. The exceptions have no relation: `/matrix`, provider states, the lists below a pacticipant, and a pair's webhooks.
//! Every request has a time limit, and failures that may pass are tried again ([`RetryPolicy`]).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use intact_broker_client::{BrokerClient, MatrixQuery, MatrixTarget, VersionSelector};
//!
//! let broker = BrokerClient::builder("https://broker.example.com").bearer_token("secret").build()?;
//! let query = MatrixQuery::of(VersionSelector::version("Web", "1.2.3")).to(MatrixTarget::environment("production"));
//! let answer = broker.matrix(&query).await?;
//! assert!(answer.summary.is_deployable());
//! # Ok(())
//! # }
//! ```
//!
//! | Room | What is in it |
//! |---|---|
//! | [`http`] | the one constructor of HTTP clients: TLS, time limits, redirects; the verifier uses it for providers as well |
//! | `client`, `builder`, `exchange` | [`BrokerClient`], its settings, and how a request is sent |
//! | [`secrets`] | what is never shown; the verifier uses it as well |
//! | `retry` | which failures are tried again, and after how long |
//! | `hal` | link objects, relations, templates |
//! | `error` | [`BrokerError`]: what the broker said |
//! | `pacts`, `contracts` | reading pacts, and publishing them |
//! | `verifications` | publishing verification results |
//! | `matrix`, `selectors` | can-i-deploy |
//! | `webhooks` | webhooks, trying them out, and what came of those that were triggered |
//! | `pacticipants`, `versions`, `environments`, `deployments`, `integrations`, `provider_states` | the rest of the API's nouns |
//!
//! Wire types are this crate's own, lenient when reading: unknown members are skipped, missing ones have defaults.

mod builder;
mod client;
mod contracts;
mod deployments;
mod environments;
mod error;
mod exchange;
mod greeting;
mod hal;
pub mod http;
mod integrations;
mod matrix;
mod pacticipants;
mod pacts;
mod provider_states;
mod retry;
pub mod secrets;
mod selectors;
mod tls;
mod verifications;
mod versions;
mod webhooks;

pub use builder::{BrokerClientBuilder, BuildError};
pub use client::BrokerClient;
pub use contracts::{Contract, Publication, Published};
pub use deployments::{DeployedVersion, RecordError, ReleasedVersion};
pub use environments::{Contact, Environment, NewEnvironment};
pub use error::{BrokerError, BrokerErrorKind, Notice};
pub use exchange::{Page, Received};
pub use greeting::Greeting;
pub use hal::{HalDocument, Link};
pub use integrations::Integration;
pub use matrix::{
    FailedInteraction, Matrix, MatrixEnvironment, MatrixPact, MatrixPacticipant, MatrixQuery, MatrixReason, MatrixRow,
    MatrixSummary, MatrixTarget, MatrixVersion, ReasonParty, RowResult,
};
pub use pacticipants::{Pacticipant, PacticipantChange};
pub use pacts::{
    FetchedPact, LatestPact, PactForVerification, PactLink, PactsForVerificationQuery, PactsOnBranch,
    VerificationNotice,
};
pub use provider_states::{ProviderState, ProviderStatesOf};
pub use retry::RetryPolicy;
pub use selectors::{BranchSelector, ConsumerVersionSelector, VersionSelector};
pub use verifications::{PublishedVerification, VerificationResult, VerifiedBy};
pub use versions::{Branch, ListedVersion, Version, VersionsOf};
pub use webhooks::{
    NewWebhook, ShownRequest, TriggeredWebhook, Webhook, WebhookLink, WebhookParty, WebhookRequest, WebhookTrial,
};
