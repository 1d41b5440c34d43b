//! Plays the provider of a Pact contract over HTTP: a mock server for tests, a stub server for people.
//!
//! A [`MockServer`] answers the requests of one contract and remembers what came; its [`Outcome`] says whether the consumer
//! did what the contract says, and if not, how what came differs from what was expected. Every request that is not as
//! expected is answered with 500 and the reason in the body, so that the client's own log shows it too. A [`StubServer`]
//! answers from any number of pacts and expects nothing.
//!
//! Both live on one background thread with a runtime of its own, shared by all servers of the process. That way they answer
//! while a blocking client holds up a test's runtime, and are usable without any runtime.
//!
//! ```
//! use std::io::{Read as _, Write as _};
//!
//! use intact_mock_server::{MockServer, Options};
//! use intact_pact_model::{HttpRequest, HttpResponse, Interaction, Kind, Pact};
//!
//! let mut pact = Pact::new("order-service", "product-service");
//! let request = HttpRequest { path: "/products/42".to_owned(), ..HttpRequest::default() };
//! pact.interactions.push(Interaction::new("a request for product 42", Kind::Http(request, HttpResponse::default())));
//!
//! let server = MockServer::start(pact, Options::default())?;
//! let mut client = std::net::TcpStream::connect(server.address())?;
//! client.write_all(b"GET /products/42 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//!
//! assert!(answer.starts_with("HTTP/1.1 200 OK"));
//! assert!(server.finish_blocking().is_satisfied());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The rooms: `server`, `stub` (what is said to clients), `select` (which interaction answers), `respond` (the answer),
//! `control` (starts and ends mock servers on request, over HTTP), `session` and `outcome` (what came in), `explain` (what was wrong, in words), `plugins` (what
//! Intact leaves out of it), `listen`, `body`, `outgoing`, `tls` and `runtime` (sockets).

mod body;
mod control;
mod explain;
mod listen;
mod outcome;
mod outgoing;
mod plugins;
mod respond;
mod runtime;
mod select;
mod server;
mod session;
mod stub;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
mod tls {
    /// Without the feature nobody can have one.
    #[derive(Debug, Clone)]
    pub(crate) enum TlsIdentity {}
}

pub use control::{ControlOptions, ControlServer};
pub use outcome::{
    InteractionName, MatchedInteraction, MismatchedRequest, MissingInteraction, NearInteraction, Outcome, SeenRequest,
    UnexpectedRequest,
};
pub use server::{MockServer, Options, StartError};
pub use stub::{InvalidPattern, Overlap, StubOptions, StubServer};
#[cfg(feature = "tls")]
pub use tls::{TlsError, TlsIdentity};
