//! Write what your service needs of another as a test; get a contract the other side can verify.
//!
//! Your service calls another one, and its tests use a fake in place of it. The day the other team changes something, the fake is
//! wrong and nobody knows. A contract test keeps the two together:
//!
//! 1. The test says what your client sends and what it needs back.
//! 2. Your real client runs against a mock server that answers just so. If it does what the test says, both halves are put into a
//!    *pact file*.
//! 3. The provider's own build replays that file against the real thing, and fails if it answers something else.
//!
//! No shared environment, no end-to-end test, and each side builds alone. The files follow the Pact specification, so tools of other
//! languages can take either side.
//!
//! # The first test
//!
//! ```
//! use intact::matchers::like;
//! use intact::{Contract, json_like};
//! # #[derive(serde::Deserialize)]
//! # struct Product { name: String }
//! # struct ProductClient(String);
//! # impl ProductClient {
//! #     fn new(url: &str) -> Self {
//! #         let _ = rustls::crypto::ring::default_provider().install_default();
//! #         Self(url.to_owned())
//! #     }
//! #     async fn product(&self, id: &str) -> Result<Product, reqwest::Error> {
//! #         reqwest::get(format!("{}/products/{id}", self.0)).await?.error_for_status()?.json().await
//! #     }
//! # }
//!
//! # /*
//! #[tokio::test]
//! # */
//! # #[tokio::main(flavor = "current_thread")]
//! async fn returns_a_product_by_id() {
//! #   let dir = tempfile::tempdir().unwrap();
//!     Contract::between("order-service", "product-service")
//! #       .output_dir(dir.path())
//!         .upon_receiving("a request for product 42", |i| {
//!             i.given("product 42 exists")
//!                 .get("/products/42")
//!                 .will_respond_with(200)
//!                 .json(json_like!({ "id": "42", "name": like("Wireless Headphones") }))
//!         })
//!         .test(async |server| {
//!             let product = ProductClient::new(server.url()).product("42").await?;
//!             assert_eq!(product.name, "Wireless Headphones");
//!             Ok(())
//!         })
//!         .await;
//! #   assert!(dir.path().join("order-service-product-service.json").is_file());
//! }
//! # fn main() {
//! #     returns_a_product_by_id();
//! # }
//! ```
//!
//! **A plain value is expected exactly as it stands; a matcher says what else would do.** Here the id must be `"42"`, and the name may
//! be any text. `ProductClient` is your own code. When the test has passed, the contract is in
//! `target/pacts/order-service-product-service.json`. When it fails, it says what was expected, what came, and where they differ.
//!
//! # Where to read on
//!
//! | You want to | Page |
//! |---|---|
//! | know what just happened | [first test](guide::first_test) |
//! | say what else would do | [matchers](guide::matchers), [what may be null, empty or missing](guide::optional_values) |
//! | say what must be the case on the other side | [provider states](guide::provider_states) |
//! | describe what is sent | [requests](guide::requests), [bodies of every kind](guide::bodies), [GraphQL](guide::graphql) |
//! | handle messages | [from a queue](guide::messages), [with an answer](guide::synchronous_messages) |
//! | have new values in each run | [generators](guide::generators) |
//! | test without `async`, with fixtures | [fixtures](guide::fixtures) |
//! | leave remarks, links and keys for the provider's people | [annotations](guide::annotations) |
//! | know where files go, and what is merged | [pact files](guide::pact_files), [versions of the specification](guide::spec_versions) |
//! | understand a failure | [failures](guide::failures) |
//! | go on: verify, publish, deploy | [verification](guide::verification) |
//! | serve another language | [stand-alone servers](guide::stand_alone) |
//! | move a test here | [from `pact_consumer`](guide::from_pact_consumer) |
//!
//! # The forms of a test
//!
//! | What is exchanged | Described by | Tested by |
//! |---|---|---|
//! | HTTP request and response | [`Contract::upon_receiving`] | [`Contract::test`], [`Contract::test_blocking`], [`Contract::start`] |
//! | a message that the provider sends | [`Contract::message`] | [`Contract::handle`], [`Contract::handle_blocking`] |
//! | a message and its answers | [`Contract::synchronous_message`] | [`Contract::exchange`], [`Contract::exchange_blocking`] |
//!
//! # Settings
//!
//! | Setting | In the test | In the environment | Unless set |
//! |---|---|---|---|
//! | directory of pact files | [`output_dir`](Contract::output_dir) | `PACT_OUTPUT_DIR` | `target/pacts` of the workspace |
//! | replace the file in each run | – | `PACT_OVERWRITE=true` | merge into it |
//! | specification version | [`spec`](Contract::spec) | – | 4 |
//! | port, address, CORS | [`server`](Contract::server) | – | a free port of `127.0.0.1` |
//!
//! # Rooms
//!
//! [`contract`](Contract) (the builder), `draft` (states, comments, keys), `http` and `message` (describing what is
//! exchanged), `graphql`, `cookies`, `contents` (bodies of every kind), `text_part` (paths, headers, query), [`matchers`],
//! [`generators`], `template` (examples with matchers in them), `json`, `json_like` ([`json_like!`]); `example_check` and `version_check` (what
//! makes no sense); `test_run` and `message_test` (running a test), `refusals` (what it says meanwhile), `output_dir`.

mod contents;
mod contract;
mod cookies;
mod draft;
mod example_check;
pub mod generators;
mod graphql;
#[cfg(any(doc, doctest, test))]
pub mod guide;
mod http;
mod json;
mod json_like;
pub mod matchers;
mod message;
mod message_test;
mod output_dir;
mod refusals;
mod template;
mod test_run;
mod text_part;
mod version_check;

pub use contents::multipart::{Multipart, Part};
pub use contents::xml;
pub use contract::{Contract, ContractError};
pub use graphql::GraphQl;
pub use http::{Request, Response, Upcoming};
pub use intact_mock_server::{MockServer, Options as ServerOptions};
#[cfg(feature = "tls")]
pub use intact_mock_server::{TlsError, TlsIdentity};
pub use intact_pact_model::rules::StatusClass;
pub use intact_pact_model::{Interaction, Pact, SpecVersion};
pub use message::{MessageRequest, MessageResponse, UpcomingMessage};
pub use message_test::{Exchange, Message, UnexpectedRequest};
pub use template::Template;
pub use test_run::{RunningContract, TestResult};

/// For the expansion of [`json_like!`] only.
#[doc(hidden)]
pub mod __private {
    pub use crate::json_like::{Items, Members};
}
