//! What a scenario has defined and seen up to now.

use cucumber::World;
use intact_matching::Mismatch;
use intact_mock_server::{MockServer, Outcome};
use intact_pact_model::file::PactFile;
use intact_pact_model::file::run::Run;
use intact_pact_model::{
    Headers, HttpRequest, HttpResponse, Interaction, Json, JsonValue, Kind, MessagePart, Pact, SpecVersion,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::steps::verification::Verification;

/// The state of one scenario. Each concern has a part of its own.
#[derive(Debug, World)]
#[world(init = Self::new)]
pub(crate) struct Suite {
    /// The version of the specification that the feature is about.
    pub(crate) version: SpecVersion,
    /// The interactions of the feature's background, numbered from 1.
    pub(crate) interactions: Vec<Interaction>,
    pub(crate) matching: Matching,
    pub(crate) generating: Generating,
    pub(crate) consumer: Consumer,
    pub(crate) definition: Definition,
    pub(crate) verification: Verification,
    /// Where the scenario's files are.
    pub(crate) files: TempDir,
}

/// Comparing requests and responses.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    pub(crate) expected_request: HttpRequest,
    pub(crate) requests: Vec<HttpRequest>,
    pub(crate) expected_response: HttpResponse,
    pub(crate) responses: Vec<HttpResponse>,
    /// One list for each part that was compared.
    pub(crate) compared: Vec<Vec<Mismatch>>,
}

/// Putting generated values into parts.
#[derive(Debug, Default)]
pub(crate) struct Generating {
    pub(crate) request: HttpRequest,
    pub(crate) response: HttpResponse,
    pub(crate) for_provider: bool,
    /// The example body of what was prepared.
    pub(crate) example: Vec<u8>,
    /// The body of what was prepared.
    pub(crate) prepared: Vec<u8>,
}

/// A consumer test with a mock server.
#[derive(Debug, Default)]
pub(crate) struct Consumer {
    pub(crate) server: Option<(MockServer, Pact)>,
    pub(crate) response: Option<Received>,
    pub(crate) outcome: Option<Outcome>,
}

/// A response as the consumer got it.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

/// A contract that is being defined, message by message or without any exchange.
#[derive(Debug, Default)]
pub(crate) struct Definition {
    pub(crate) interactions: Vec<Interaction>,
    /// The messages that the consumer got: one, or the request and the responses of a synchronous one.
    pub(crate) received: Vec<Delivered>,
    /// What the consumer's test came to.
    pub(crate) test: Option<Result<(), String>>,
}

/// A message as the consumer got it.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) contents: Vec<u8>,
    pub(crate) content_type: Option<String>,
    pub(crate) metadata: serde_json::Map<String, Value>,
}

impl From<&intact::Message> for Delivered {
    fn from(message: &intact::Message) -> Self {
        Self {
            contents: message.contents().to_vec(),
            content_type: message.content_type(),
            metadata: message.metadata().clone(),
        }
    }
}

impl From<&MessagePart> for Delivered {
    fn from(message: &MessagePart) -> Self {
        Self {
            contents: message.contents.bytes().to_vec(),
            content_type: message.content_type().map(|own| own.to_string()),
            metadata: message.metadata.iter().map(|(name, value)| (name.to_owned(), plain(value))).collect(),
        }
    }
}

impl Suite {
    fn new() -> Self {
        Self {
            version: SpecVersion::default(),
            interactions: Vec::new(),
            matching: Matching::default(),
            generating: Generating::default(),
            consumer: Consumer::default(),
            definition: Definition::default(),
            verification: Verification::default(),
            files: tempfile::tempdir().expect("a directory for the scenario's files"),
        }
    }

    /// The interaction of this number.
    pub(crate) fn interaction(&self, number: usize) -> &Interaction {
        let count = self.interactions.len();
        let at = number.checked_sub(1).expect("interactions are numbered from 1");
        self.interactions.get(at).unwrap_or_else(|| panic!("there is no interaction {number}, only {count}"))
    }

    /// Request and response of the interaction of this number.
    pub(crate) fn http(&self, number: usize) -> (HttpRequest, HttpResponse) {
        let (request, response) = self.interaction(number).as_http().expect("an HTTP interaction");
        (request.clone(), response.clone())
    }

    /// A contract of the feature's version.
    pub(crate) fn pact(&self, consumer: &str, provider: &str, interactions: Vec<Interaction>) -> Pact {
        let mut pact = Pact::new(consumer, provider);
        pact.version = self.version;
        pact.interactions = interactions;
        pact
    }

    /// The file that consumer tests of the scenario write.
    pub(crate) fn pact_file(&self) -> PactFile {
        PactFile::at(self.files.path().join("consumer-provider.json")).in_run(Run::named("scenario"))
    }

    /// What is in that file, if it was written.
    pub(crate) fn written_pact(&self) -> Option<Value> {
        let bytes = std::fs::read(self.pact_file().path()).ok()?;
        Some(serde_json::from_slice(&bytes).expect("a pact file is JSON"))
    }

    /// What the mock server saw, up to now or at its end.
    pub(crate) fn outcome(&self) -> Outcome {
        match (&self.consumer.outcome, &self.consumer.server) {
            (Some(outcome), _) => outcome.clone(),
            (None, Some((server, _))) => server.outcome(),
            (None, None) => panic!("no mock server was started"),
        }
    }
}

impl Definition {
    /// The interaction that is being defined.
    pub(crate) fn current(&mut self) -> &mut Interaction {
        self.interactions.last_mut().expect("an interaction is being defined")
    }

    /// The message that is being defined; of a synchronous one the request.
    pub(crate) fn message(&mut self) -> &mut MessagePart {
        match &mut self.current().kind {
            Kind::AsyncMessage(message) | Kind::SyncMessage { request: message, .. } => message,
            Kind::Http(..) | Kind::Unknown { .. } => panic!("the interaction is no message"),
        }
    }
}

/// A JSON document as the feature files write it.
pub(crate) fn json(text: &str) -> JsonValue {
    match Json::parse(text.trim().as_bytes()) {
        Ok(document) => document.into_owned(),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// A value that is JSON behind `JSON:`, else a string.
pub(crate) fn value(text: &str) -> JsonValue {
    match text.trim().strip_prefix("JSON:") {
        Some(document) => json(document),
        None => Json::from(text.trim().to_owned()),
    }
}

/// The same value for assertions on plain JSON.
pub(crate) fn plain(value: &Json<'_>) -> Value {
    serde_json::from_str(&value.to_compact()).expect("JSON prints as JSON")
}

/// `\"` in a step's argument is a quote.
pub(crate) fn unquoted(text: &str) -> String {
    text.replace("\\\"", "\"")
}
