//! Runs a test about messages: makes the message that the contract describes, gives it to the consumer's own handler, writes
//! the pact file.
//!
//! There is no server here: what carries messages is not the contract's business, so the test calls the handler itself, with
//! what a queue or a broker would have brought.

mod message;

use std::fmt::{self, Display, Formatter};
use std::panic::{Location, resume_unwind};

use intact_matching::explanation::{Layout, hide_nothing};
use intact_matching::generate;
use intact_matching::{ActualMessage, MessageMatcher};
use intact_pact_model::json::Object;
use intact_pact_model::{Interaction, Kind, MessagePart, SpecVersion};

use crate::contract::Contract;
use crate::draft::Name;
use crate::test_run::{Ended, Run, TestResult, Tested, ended, ended_blocking, with_causes};

pub use message::Message;

/// A synchronous message: what the consumer sends, and what it gets back.
#[derive(Debug)]
pub struct Exchange {
    request: Message,
    responses: Vec<Message>,
    matcher: MessageMatcher,
}

/// The consumer sent something else than the contract says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request of \"{description}\" is not as the contract says:{explanation}")]
#[non_exhaustive]
pub struct UnexpectedRequest {
    /// What the contract calls the interaction.
    pub description: String,
    /// What is different, one sentence each, with its place.
    pub differences: Vec<String>,
    /// The same as lines, each begun by a line end: below the sentences what was expected and what came, and hints.
    pub explanation: String,
}

impl Exchange {
    fn generated(
        interaction: &Interaction,
        request: &MessagePart,
        responses: &[MessagePart],
        version: SpecVersion,
    ) -> Self {
        let description = &interaction.description;
        let matcher = MessageMatcher::compile(request, version).expect("the contract was checked to have usable rules");
        let drawn_for = generate::drawn_for("", interaction);
        let response = |(at, part)| Message::generated(description, part, &format!("{drawn_for}, response {at}"));
        let responses = responses.iter().enumerate().map(response).collect();
        Self { request: Message::generated(description, request, &drawn_for), responses, matcher }
    }

    /// What the contract calls it.
    pub fn description(&self) -> &str {
        self.request.description()
    }

    /// What the consumer is to send.
    pub fn request(&self) -> &Message {
        &self.request
    }

    /// What the provider answers, in order.
    pub fn responses(&self) -> &[Message] {
        &self.responses
    }

    /// The first answer.
    ///
    /// # Panics
    ///
    /// If the contract has none, as may be with an [interaction](Contract::interaction) that was made elsewhere; those of
    /// [`Contract::synchronous_message`] have one. [`responses`](Self::responses) is for all.
    #[track_caller]
    pub fn response(&self) -> &Message {
        let Some(first) = self.responses.first() else {
            panic!("the contract has no response to \"{}\"", self.description())
        };
        first
    }

    /// Plays the provider for what the consumer's own code has sent: the answers, if it is what the contract says. Use it as
    /// the transport of the client under test, so that the client cannot send anything else than the contract has.
    ///
    /// Only the payload is compared: metadata takes other ways in each transport.
    ///
    /// # Errors
    ///
    /// The differences.
    pub fn respond_to(&self, contents: &[u8]) -> Result<&[Message], UnexpectedRequest> {
        // The expected metadata stands for that of the transport, so that it makes no difference.
        let metadata: &Object<'_> = &self.request.part.metadata;
        let actual = ActualMessage::new(Some(contents), metadata);
        let comparison = self.matcher.compare(&actual);
        if comparison.is_match() {
            return Ok(&self.responses);
        }
        let mismatches = comparison.mismatches();
        let differences = mismatches.iter().map(|one| format!("{}: {}", one.place(), one.sentence())).collect();
        let mut explanation = "\n".to_owned();
        let layout = Layout { indent: 2, ..Layout::default() };
        self.matcher
            .explain(&actual, mismatches, &hide_nothing)
            .write(&mut explanation, &layout)
            .expect("writing to a string cannot fail");
        explanation.truncate(explanation.trim_end().len());
        Err(UnexpectedRequest { description: self.description().to_owned(), differences, explanation })
    }
}

impl Display for Exchange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "request, {}", self.request)?;
        self.responses.iter().try_for_each(|response| write!(f, "\n      response, {response}"))
    }
}

impl Contract {
    /// Runs the test of a contract about messages: `handle` gives the message to the consumer's own handler, once for each
    /// message of the contract.
    ///
    /// ```
    /// use intact::matchers::{integer, like};
    /// use intact::{Contract, json_like};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Placed { number: u64, product: String }
    ///
    /// #[derive(Default)]
    /// struct Picking(Vec<String>);
    /// impl Picking {
    ///     async fn order_placed(&mut self, order: Placed) -> Result<(), std::io::Error> {
    ///         self.0.push(format!("{}: {}", order.number, order.product));
    ///         Ok(())
    ///     }
    /// }
    /// # let dir = tempfile::tempdir().unwrap();
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    ///
    /// // #[tokio::test]
    /// // async fn placed_orders_are_picked() {
    /// let mut picking = Picking::default();
    /// Contract::between("warehouse-service", "order-service")
    /// #   .output_dir(dir.path())
    ///     .message("an order was placed", |m| {
    ///         m.given("product 42 exists")
    ///             .json(json_like!({ "number": integer(7), "product": like("Desk") }))
    ///             .metadata("topic", "orders")
    ///     })
    ///     .handle(async |message| {
    ///         picking.order_placed(message.json()?).await?;
    ///         Ok(())
    ///     })
    ///     .await;
    /// assert_eq!(picking.0, ["7: Desk"]);
    /// // }
    /// # });
    /// # assert!(dir.path().join("warehouse-service-order-service.json").is_file());
    /// ```
    ///
    /// # Panics
    ///
    /// If the contract makes no sense or is not about messages, if `handle` fails, or if the pact file cannot be written. The
    /// text names the message and shows it.
    #[track_caller]
    pub fn handle<F>(self, mut handle: F) -> impl Future<Output = ()>
    where
        F: AsyncFnMut(Message) -> TestResult,
    {
        let at = Location::caller();
        async move {
            let run = Run::prepare(self, Tested::Messages, at);
            for (name, message) in messages(&run) {
                let ended = ended(handle(message.clone())).await;
                judge(at, ended, &name, "message", &message);
            }
            run.write();
        }
    }

    /// As [`handle`](Self::handle), for handlers that are not async.
    ///
    /// # Panics
    ///
    /// As [`handle`](Self::handle).
    #[track_caller]
    pub fn handle_blocking<F>(self, mut handle: F)
    where
        F: FnMut(Message) -> TestResult,
    {
        let run = Run::prepare(self, Tested::Messages, Location::caller());
        for (name, message) in messages(&run) {
            judge(run.at, ended_blocking(|| handle(message.clone())), &name, "message", &message);
        }
        run.write();
    }

    /// Runs the test of a contract about synchronous messages: `exchange` lets the consumer's own client send the request and
    /// work with the answers, once for each interaction of the contract.
    ///
    /// ```
    /// use intact::matchers::decimal;
    /// use intact::{Contract, json_like};
    ///
    /// /// The client under test; `call` is its transport.
    /// fn price(product: &str, call: impl Fn(&[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>>)
    ///     -> Result<f64, Box<dyn std::error::Error + Send + Sync>>
    /// {
    ///     let answer = call(&serde_json::to_vec(&serde_json::json!({ "product": product }))?)?;
    ///     let answer: serde_json::Value = serde_json::from_slice(&answer)?;
    ///     Ok(answer["price"].as_f64().ok_or("no price")?)
    /// }
    ///
    /// # let dir = tempfile::tempdir().unwrap();
    /// Contract::between("order-service", "price-service")
    /// #   .output_dir(dir.path())
    ///     .synchronous_message("a question for the price of product 42", |m| {
    ///         m.given("product 42 exists")
    ///             .json(json_like!({ "product": "42" }))
    ///             .will_respond()
    ///             .json(json_like!({ "price": decimal(79.99) }))
    ///     })
    ///     .exchange_blocking(|exchange| {
    ///         let price = price("42", |request| Ok(exchange.respond_to(request)?[0].contents().to_vec()))?;
    ///         assert_eq!(price, 79.99);
    ///         Ok(())
    ///     });
    /// ```
    ///
    /// # Panics
    ///
    /// As [`handle`](Self::handle).
    #[track_caller]
    pub fn exchange<F>(self, mut exchange: F) -> impl Future<Output = ()>
    where
        F: AsyncFnMut(&Exchange) -> TestResult,
    {
        let at = Location::caller();
        async move {
            let run = Run::prepare(self, Tested::Exchanges, at);
            for (name, expected) in exchanges(&run) {
                let ended = ended(exchange(&expected)).await;
                judge(at, ended, &name, "synchronous message", &expected);
            }
            run.write();
        }
    }

    /// As [`exchange`](Self::exchange), for clients that are not async.
    ///
    /// # Panics
    ///
    /// As [`handle`](Self::handle).
    #[track_caller]
    pub fn exchange_blocking<F>(self, mut exchange: F)
    where
        F: FnMut(&Exchange) -> TestResult,
    {
        let run = Run::prepare(self, Tested::Exchanges, Location::caller());
        for (name, expected) in exchanges(&run) {
            judge(run.at, ended_blocking(|| exchange(&expected)), &name, "synchronous message", &expected);
        }
        run.write();
    }
}

fn messages(run: &Run) -> Vec<(String, Message)> {
    let made = run.pact.interactions.iter().filter_map(|interaction| match &interaction.kind {
        Kind::AsyncMessage(part) => Some((
            Name(interaction).to_string(),
            Message::generated(&interaction.description, part, &generate::drawn_for("", interaction)),
        )),
        Kind::Http(..) | Kind::SyncMessage { .. } | Kind::Unknown { .. } => None,
    });
    made.collect()
}

fn exchanges(run: &Run) -> Vec<(String, Exchange)> {
    let made = run.pact.interactions.iter().filter_map(|interaction| match &interaction.kind {
        Kind::SyncMessage { request, responses } => {
            let exchange = Exchange::generated(interaction, request, responses, run.pact.version);
            Some((Name(interaction).to_string(), exchange))
        }
        Kind::Http(..) | Kind::AsyncMessage(_) | Kind::Unknown { .. } => None,
    });
    made.collect()
}

/// Ends the test unless the consumer's code did its work.
#[track_caller]
#[expect(
    clippy::print_stderr,
    reason = "a failing test talks to its author by the standard error stream, as the test harness does"
)]
fn judge(at: &Location<'_>, ended: Ended, name: &str, kind: &str, given: &dyn Display) {
    match ended {
        Ended::Returned(Ok(())) => {}
        Ended::Returned(Err(error)) => {
            panic!("{at}: the {kind} {name} could not be handled: {}\n\n      {given}\n", with_causes(&*error))
        }
        // The panic has been printed already; its text stays what the assertion said.
        Ended::Panicked(panic) => {
            eprintln!("\n{at}: that was the {kind} {name}:\n\n      {given}\n");
            resume_unwind(panic);
        }
    }
}
