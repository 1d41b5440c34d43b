//! Replays the interactions of Pact contracts against a provider and reports what differs.
//!
//! In the provider's own tests, against its router, without a socket:
//!
//! ```
//! use std::sync::atomic::{AtomicU32, Ordering};
//! use std::sync::Arc;
//!
//! use axum::{Json, Router, extract::State, routing::get};
//! use intact_verifier::Verifier;
//!
//! type Stock = Arc<AtomicU32>;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let stock = Stock::default();
//! let app = Router::new()
//!     .route("/stock", get(async |State(stock): State<Stock>| Json(stock.load(Ordering::Relaxed))))
//!     .with_state(stock.clone());
//!
//! # let pact = r#"{
//! #     "consumer": { "name": "shop" }, "provider": { "name": "warehouse" },
//! #     "interactions": [{
//! #         "description": "a request for the stock", "providerState": "7 in stock",
//! #         "request": { "method": "GET", "path": "/stock" }, "response": { "status": 200, "body": 7 }
//! #     }],
//! #     "metadata": { "pactSpecification": { "version": "2.0.0" } }
//! # }"#;
//! # let directory = tempfile::tempdir().unwrap();
//! # let file = directory.path().join("shop-warehouse.json");
//! # std::fs::write(&file, pact).unwrap();
//! Verifier::for_provider("warehouse")
//! #   .pact_file(file)
//! #   /*
//!     .pact_file("../pacts/shop-warehouse.json")
//! #   */
//!     .service(app)
//!     .context(stock)
//!     .state("7 in stock", async |stock, _state| Ok(stock.store(7, Ordering::Relaxed)))
//!     .verify()
//!     .await;
//! # }
//! ```
//!
//! `verify` panics with a readable report; [`Verifier::run`] returns it. A provider behind a URL is named with
//! [`VerifierBuilder::provider_url`], pacts in a broker with [`VerifierBuilder::source`].
//!
//! | Room | What is in it |
//! |---|---|
//! | `verifier` | [`Verifier`], its builder and the run: load, plan, execute, publish |
//! | `source` | where pacts come from |
//! | `plan` | filters |
//! | `execute` | one interaction: set up, call, compare, tear down |
//! | `call` | how a provider is reached: URL or service in this process; how messages are asked for |
//! | [`state`] | provider states: a URL, a command, or closures |
//! | `handlers`, `message` | closures by name; the messages that some of them produce |
//! | `schedule` | several interactions at once, results in order |
//! | `trace` | `traceparent`; what is never shown is the business of [`intact_broker_client::secrets`] |
//! | `request_filter` | changing requests on their way |
//! | `event` | what happens during a run |
//! | [`report`] | the result as data, and as text for terminals, JSON and JUnit |
//! | `publish` | results to the broker |

mod aside;
mod builder;
mod call;
mod event;
mod execute;
mod handlers;
mod message;
mod plan;
mod publish;
pub mod report;
mod request_filter;
mod schedule;
mod source;
pub mod state;
mod trace;
mod verifier;

pub use builder::{BuildError, VerifierBuilder};
pub use event::{Observer, VerificationEvent};
pub use execute::InteractionError;
pub use message::{IntoMessages, Message, MessageRequest};
pub use plan::FailedInteraction;
pub use publish::PublishOptions;
pub use report::{Report, Verdict};
pub use request_filter::RequestFilter;
pub use source::{BrokerSource, PactSource, SkippedFile, SourceFailure};
pub use state::{BoxError, IntoStateValues, StateChangeForm, StateError, StateHandler, StateValues};
pub use verifier::Verifier;
