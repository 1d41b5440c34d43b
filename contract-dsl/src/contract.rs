//! The contract that a test is about: who speaks with whom, the interactions, and where the result is kept.

use std::path::PathBuf;

use intact_mock_server::Options;
use intact_pact_model::json::Object;
use intact_pact_model::{Interaction, Kind, Pact, SpecVersion, merge};

use crate::example_check::check_examples;
use crate::http::{Response, Upcoming};
use crate::message::{MessageRequest, MessageResponse, UpcomingMessage};
use crate::version_check;

/// A contract between a consumer and a provider, to be tested with the consumer's own code.
///
/// Describe the interactions, then run the test; only if it passes the interactions are put into the pact file.
///
/// | Interaction | Described by | Tested by |
/// |---|---|---|
/// | HTTP request and response | [`upon_receiving`](Self::upon_receiving) | [`test`](Self::test), [`test_blocking`](Self::test_blocking), [`start`](Self::start) |
/// | message that the provider sends | [`message`](Self::message) | [`handle`](Self::handle), [`handle_blocking`](Self::handle_blocking) |
/// | message and its answers | [`synchronous_message`](Self::synchronous_message) | [`exchange`](Self::exchange), [`exchange_blocking`](Self::exchange_blocking) |
///
/// A contract that is tested has interactions of one kind. Contracts of different kinds between the same two go into the same
/// file (specification version 4).
#[derive(Debug)]
#[must_use = "a contract does nothing until it is tested"]
pub struct Contract {
    pact: Pact,
    problems: Vec<String>,
    pub(crate) output_dir: Option<PathBuf>,
    pub(crate) server: Options,
}

/// A contract that cannot be tested: all that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the contract between {consumer} and {provider} cannot be tested:{}", listed(.problems))]
#[non_exhaustive]
pub struct ContractError {
    /// Name of the consumer.
    pub consumer: String,
    /// Name of the provider.
    pub provider: String,
    /// What is wrong, one sentence each.
    pub problems: Vec<String>,
}

fn listed(problems: &[String]) -> String {
    problems.iter().fold(String::new(), |list, problem| list + "\n  - " + problem)
}

impl Contract {
    /// A contract without interactions, of specification version 4.
    pub fn between(consumer: impl Into<String>, provider: impl Into<String>) -> Self {
        Self { pact: Pact::new(consumer, provider), problems: Vec::new(), output_dir: None, server: Options::default() }
    }

    /// Adds an HTTP interaction. The description is what people call it, and must be its own among those of the contract with
    /// provider states of the same names.
    pub fn upon_receiving(self, description: &str, describe: impl FnOnce(Upcoming) -> Response) -> Self {
        let (interaction, problems) = describe(Upcoming::new(description)).finish();
        self.add(interaction, problems)
    }

    /// Adds a message that the provider sends and the consumer handles (V3 and later). The description is what people call
    /// it: what has happened, such as `an order was placed`.
    pub fn message(self, description: &str, describe: impl FnOnce(UpcomingMessage) -> UpcomingMessage) -> Self {
        let (interaction, problems) = describe(UpcomingMessage::new(description)).finish();
        self.add(interaction, problems)
    }

    /// Adds a message that the consumer sends, and the messages that the provider answers it with (V4).
    pub fn synchronous_message(
        self,
        description: &str,
        describe: impl FnOnce(MessageRequest) -> MessageResponse,
    ) -> Self {
        let (interaction, problems) = describe(MessageRequest::new(description)).finish();
        self.add(interaction, problems)
    }

    /// Adds an interaction of the model as it stands: one that was made elsewhere, or says what the builders cannot, such as
    /// data of a plugin. It is checked as all others are.
    pub fn interaction(self, interaction: Interaction) -> Self {
        self.add(interaction, Vec::new())
    }

    fn add(mut self, interaction: Interaction, problems: Vec<String>) -> Self {
        let description = &interaction.description;
        self.problems.extend(problems.into_iter().map(|problem| format!("\"{description}\": {problem}")));
        if description.trim().is_empty() {
            self.problems.push("an interaction needs a description".to_owned());
        }
        if self.pact.interactions.iter().any(|known| merge::is_same(known, &interaction)) {
            self.problems.push(format!(
                "\"{description}\" cannot be told apart from another interaction: {}",
                if interaction.key.is_some() {
                    "its key must be its own"
                } else {
                    "its description, or the name of a provider state, must be its own"
                }
            ));
        }
        self.pact.interactions.push(interaction);
        self
    }

    /// The specification version the file is written in; 4 unless set. Older tools may need 3. What the version cannot say
    /// (a comment, a matcher that came later) fails the test.
    pub fn spec(mut self, version: SpecVersion) -> Self {
        self.pact.version = version;
        self
    }

    /// The directory of the pact file. Unless set it is that of the environment variable `PACT_OUTPUT_DIR`, else `pacts` in
    /// cargo's target directory.
    pub fn output_dir(self, dir: impl Into<PathBuf>) -> Self {
        Self { output_dir: Some(dir.into()), ..self }
    }

    /// How the mock server listens, if its defaults (a free port of `127.0.0.1`, no CORS preflight, no TLS) do not suit. What is
    /// to be called for refused requests is set by the test.
    ///
    /// With the feature `tls` it may speak TLS, `ServerOptions::default().tls(TlsIdentity::generate()?)`: let the client trust the
    /// identity's `certificate_pem()`.
    pub fn server(self, options: Options) -> Self {
        Self { server: options, ..self }
    }

    /// The contract as it would be written.
    ///
    /// ```
    /// let contract = intact::Contract::between("order-service", "product-service")
    ///     .upon_receiving("a request for the products", |i| i.get("/products").will_respond_with(204));
    ///
    /// let pact = contract.pact()?;
    /// assert_eq!(pact.interactions[0].description, "a request for the products");
    /// # Ok::<(), intact::ContractError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If something is wrong with it, for example an example that does not satisfy its own matcher.
    pub fn pact(&self) -> Result<Pact, ContractError> {
        let mut pact = self.pact.clone();
        let mut problems = self.problems.clone();
        for (role, name) in [("consumer", &pact.consumer), ("provider", &pact.provider)] {
            if name.trim().is_empty() {
                problems.push(format!("the {role} needs a name"));
            }
        }
        if pact.interactions.is_empty() {
            problems.push("it has no interactions".to_owned());
        }
        for interaction in &pact.interactions {
            let found = version_check::too_new(interaction, pact.version);
            problems.extend(found.into_iter().map(|problem| format!("\"{}\": {problem}", interaction.description)));
        }
        // A broken template has left its part out, and that would only be reported again as something else.
        if problems.is_empty() {
            problems.extend(pact.interactions.iter().flat_map(|interaction| check_examples(interaction, pact.version)));
        }
        if problems.is_empty() {
            problems.extend(pact.write(pact.version).err().map(|error| error.to_string()));
        }
        if !problems.is_empty() {
            return Err(ContractError { consumer: pact.consumer, provider: pact.provider, problems });
        }
        if pact.version == SpecVersion::V4 {
            pact.interactions.iter_mut().for_each(mark_transport);
        }
        pact.metadata.insert("intact", written_by());
        Ok(pact)
    }
}

/// What carries an interaction, if only one thing can.
fn mark_transport(interaction: &mut Interaction) {
    if matches!(interaction.kind, Kind::Http(..)) && interaction.transport.is_none() {
        interaction.transport = Some("http".to_owned());
    }
}

/// Who wrote the file.
fn written_by() -> Object<'static> {
    let mut version = Object::new();
    version.insert("version", env!("CARGO_PKG_VERSION"));
    version
}
