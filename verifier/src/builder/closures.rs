//! Closures of the test's own process: for provider states, for messages, for requests on their way.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use intact_pact_model::ProviderState;
use intact_pact_model::json::Json;
use serde::de::DeserializeOwned;

use super::VerifierBuilder;
use crate::handlers::closure;
use crate::message::{IntoMessages, MessageRequest};
use crate::state::{BoxError, IntoStateValues};

/// Provider states as closures.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// Sets up the state of this name. What the closure returns beside `()` (a JSON object) are values for `ProviderState`
    /// generators. From the first closure on, a state without one fails its interaction.
    pub fn state<F, Fut, V>(mut self, name: impl Into<String>, set_up: F) -> Self
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: IntoStateValues + 'static,
    {
        self.handlers.set_up.insert(name.into(), closure(set_up, V::into_state_values));
        self
    }

    /// The same, with the state's parameters read into a type of the closure's own.
    pub fn state_with<P, F, Fut, V>(mut self, name: impl Into<String>, set_up: F) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(C, P) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: IntoStateValues + 'static,
    {
        let set_up = Arc::new(set_up);
        let run = move |context: C, state: ProviderState| {
            let set_up = Arc::clone(&set_up);
            async move {
                let params = Json::Object(state.params).to_compact();
                let params = serde_json::from_str(&params)
                    .map_err(|error| format!("its parameters {params} are not what the handler takes: {error}"))?;
                set_up(context, params).await
            }
        };
        self.handlers.set_up.insert(name.into(), closure(run, V::into_state_values));
        self
    }

    /// Sets up every state that has no closure of its own; for interactions without states, the one whose name is empty.
    pub fn any_state<F, Fut, V>(mut self, set_up: F) -> Self
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: IntoStateValues + 'static,
    {
        self.handlers.set_up.insert_for_all(closure(set_up, V::into_state_values));
        self
    }

    /// Runs before the states of each interaction, for example to empty the store.
    pub fn before_each<F, Fut>(mut self, run: F) -> Self
    where
        F: Fn(C) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.handlers.before_each = Some(closure(move |context, ()| run(context), Ok));
        self
    }

    /// Tears down the state of this name after its interaction.
    pub fn tear_down<F, Fut>(mut self, name: impl Into<String>, tear_down: F) -> Self
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.handlers.tear_down.insert(name.into(), closure(tear_down, Ok));
        self
    }

    /// Says that the closures let several interactions run at once without seeing each other, for example because each state
    /// makes records of its own. Without it interactions run one after the other.
    pub fn isolated(mut self) -> Self {
        self.settings.isolated = true;
        self
    }
}

/// Messages and requests.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// Changes each request last and may wait for something on the way, for example for a token.
    pub fn async_request_filter<F, Fut>(mut self, filter: F) -> Self
    where
        F: Fn(C, Request<Bytes>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Request<Bytes>, BoxError>> + Send + 'static,
    {
        self.handlers.filter = Some(closure(filter, Ok));
        self
    }

    /// Produces the messages of the interaction of this description in this process. From the first producer on, a message
    /// without one fails its interaction, and no provider is asked for messages.
    pub fn message<F, Fut, M>(mut self, description: impl Into<String>, produce: F) -> Self
    where
        F: Fn(C, MessageRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<M, BoxError>> + Send + 'static,
        M: IntoMessages + 'static,
    {
        self.handlers.messages.insert(description.into(), closure(produce, |made: M| Ok(made.into_messages())));
        self
    }

    /// Produces every message that has no producer of its own.
    pub fn any_message<F, Fut, M>(mut self, produce: F) -> Self
    where
        F: Fn(C, MessageRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<M, BoxError>> + Send + 'static,
        M: IntoMessages + 'static,
    {
        self.handlers.messages.insert_for_all(closure(produce, |made: M| Ok(made.into_messages())));
        self
    }
}
