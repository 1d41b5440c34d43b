//! Write what your service needs of another as a test; get a contract the other side can verify.
//!
//! A consumer-driven contract is made by the consumer's own tests. Such a test says which requests the consumer makes and what
//! it expects back, then runs the consumer's real client against a mock server that answers just so. If the client did what
//! the test says, the interactions are put into a *pact file*, which the provider's tests replay against the provider. The
//! files follow the Pact specification, so tools of other languages can take either side.
//!
//! # A contract test
//!
//! ```
//! use intact::matchers::like;
//! use intact::{Contract, json_like};
//! # #[derive(serde::Deserialize)]
//! # struct Product { name: String }
//! # struct ProductClient(String);
//! # impl ProductClient {
//! #     fn new(url: &str) -> Self { Self(url.to_owned()) }
//! #     async fn product(&self, id: &str) -> Result<Product, Box<dyn std::error::Error + Send + Sync>> {
//! #         use std::io::{Read as _, Write as _};
//! #         let mut stream = std::net::TcpStream::connect(self.0.trim_start_matches("http://"))?;
//! #         write!(stream, "GET /products/{id} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
//! #         let mut answer = String::new();
//! #         stream.read_to_string(&mut answer)?;
//! #         Ok(serde_json::from_str(answer.split_once("\r\n\r\n").ok_or("no body")?.1)?)
//! #     }
//! # }
//! # let dir = tempfile::tempdir().unwrap();
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # runtime.block_on(async {
//!
//! // #[tokio::test]
//! // async fn returns_a_product_by_id() {
//! Contract::between("order-service", "product-service")
//! #   .output_dir(dir.path())
//!     .upon_receiving("a request for product 42", |i| {
//!         i.given("product 42 exists")
//!             .get("/products/42")
//!             .will_respond_with(200)
//!             .json(json_like!({ "id": "42", "name": like("Wireless Headphones"), "price": 79.99, "inStock": true }))
//!     })
//!     .test(async |server| {
//!         let product = ProductClient::new(server.url()).product("42").await?;
//!         assert_eq!(product.name, "Wireless Headphones");
//!         Ok(())
//!     })
//!     .await;
//! // }
//! # });
//! # assert!(dir.path().join("order-service-product-service.json").is_file());
//! ```
//!
//! `ProductClient` is the consumer's own code. What it sends must be what the interaction says: a request that is not is
//! answered with status 500 and the reason, and fails the test, as does an interaction that no request came for. The file is
//! `target/pacts/order-service-product-service.json`; all tests of a consumer and a provider share it, from however many
//! threads and processes.
//!
//! # Exact values and matchers
//!
//! **A plain value is expected exactly as it stands, a matcher says what else would do.** In the contract above the provider
//! may answer with any name, for [`like`](matchers::like) asks for its type only; but the price must be 79.99, the identifier
//! `"42"`. Ask for no more than the consumer needs: here it reads the name only, and the response could be
//! `json_like!({ "name": like("Wireless Headphones") })`; members that a response has beyond the contract are always fine.
//! (Requests are compared strictly: the consumer must not send what the contract does not mention.)
//!
//! All of [`matchers`] work in bodies, paths, query parameters and headers, and on anything that is `Serialize`:
//!
//! ```
//! use intact::matchers::{each_like, integer, like, regex};
//! use intact::{Contract, json_like};
//!
//! #[derive(serde::Serialize)]
//! struct Product { id: String, name: String }
//!
//! let product = Product { id: "42".into(), name: "Wireless Headphones".into() };
//! let contract = Contract::between("order-service", "product-service")
//!     .upon_receiving("a search for products", |i| {
//!         i.given_with("products exist", json_like!({ "count": 3 }))
//!             .get("/products")
//!             .query("page", integer(1))
//!             .header("X-Request-Id", regex("[0-9a-f]{8}", "3fa85f64"))
//!             .will_respond_with(200)
//!             .json(json_like!({ "total": integer(3), "products": each_like(&product).max(20) }))
//!     })
//!     .upon_receiving("an order", |i| {
//!         i.post("/orders").json(json_like!({ "product": "42", "note": like("gift") })).will_respond_with(201)
//!     });
//!
//! assert_eq!(contract.pact()?.interactions.len(), 2);
//! # Ok::<(), intact::ContractError>(())
//! ```
//!
//! A JSON body brings the header `Content-Type: application/json` with it, in requests as in responses: clients must send it,
//! providers must answer with it (parameters such as `charset=utf-8` may be added). Set the header to say otherwise.
//!
//! Examples are checked against their own matchers, and the contract for sense, before anything runs; what is wrong is said
//! all at once. So is what the file's [version](Contract::spec) cannot say.
//!
//! # More than JSON
//!
//! Bodies may also be text, [forms](Request::form), [XML](xml), [uploads](Request::multipart), files of a
//! [type](Request::binary), or exact [bytes](Request::body); [`GraphQl`] makes the request of a GraphQL operation. Values that
//! shall be new in each run come from [`generators`].
//!
//! # Messages
//!
//! [`Contract::message`] describes what the provider sends over a queue or a broker; [`Contract::handle`] gives it to the
//! consumer's handler. [`Contract::synchronous_message`] and [`Contract::exchange`] do the same for a message with answers:
//!
//! ```
//! use intact::matchers::integer;
//! use intact::{Contract, json_like};
//!
//! # let dir = tempfile::tempdir()?;
//! let mut arrived = 0;
//! Contract::between("order-service", "warehouse-service")
//! #   .output_dir(dir.path())
//!     .message("a delivery has arrived", |m| {
//!         m.json(json_like!({ "product": "42", "quantity": integer(3) })).metadata("topic", "deliveries")
//!     })
//!     .handle_blocking(|message| {
//!         let delivery: serde_json::Value = message.json()?;
//!         arrived += delivery["quantity"].as_u64().ok_or("no quantity")?;
//!         Ok(())
//!     });
//! assert_eq!(arrived, 3);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Tests that are not async
//!
//! [`Contract::test_blocking`] takes an ordinary closure. [`Contract::start`] gives a guard with the server's URL, which judges
//! the contract when it is dropped:
//!
//! ```no_run
//! # use intact::Contract;
//! let server = Contract::between("order-service", "product-service")
//!     .upon_receiving("a request for the products", |i| i.get("/products").will_respond_with(204))
//!     .start();
//! // … call the client with server.url() …
//! server.finish();
//! ```
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
//! The rooms: [`contract`](Contract) (the builder), `draft` (states, comments, keys), `http` and `message` (describing what is
//! exchanged), `graphql`, `cookies`, `contents` (bodies of every kind), `text_part` (paths, headers, query), [`matchers`],
//! [`generators`], `template` (examples with matchers in them), `json` ([`json_like!`]); `example_check` and `version_check` (what
//! makes no sense); `test_run` and `message_test` (running a test), `refusals` (what it says meanwhile), `output_dir`.

mod contents;
mod contract;
mod cookies;
mod draft;
mod example_check;
pub mod generators;
mod graphql;
mod http;
mod json;
pub mod matchers;
mod message;
mod message_test;
mod output_dir;
mod refusals;
mod template;
mod test_run;
mod text_part;
mod version_check;

pub use contents::multipart::Multipart;
pub use contents::xml;
pub use contract::{Contract, ContractError};
pub use graphql::GraphQl;
pub use http::{Request, Response, Upcoming};
pub use intact_mock_server::{MockServer, Options as ServerOptions};
pub use intact_pact_model::rules::StatusClass;
pub use intact_pact_model::{Interaction, Pact, SpecVersion};
pub use message::{MessageRequest, MessageResponse, UpcomingMessage};
pub use message_test::{Exchange, Message, UnexpectedRequest};
pub use template::Template;
pub use test_run::{RunningContract, TestResult};

/// For the expansion of [`json_like!`] only.
#[doc(hidden)]
pub mod __private {
    pub use crate::template::{Items, Members};
}
