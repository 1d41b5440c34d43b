//! Whoever is told of provider states and is not a closure: a URL, a command.

use futures_util::future::BoxFuture;
use intact_pact_model::ProviderState;
use intact_pact_model::json::{Json, JsonValue};

use super::{StateError, StateHandler, StateValues};

/// How much of what somebody says about a failure is repeated, in characters.
pub(super) const EXCERPT: usize = 500;

/// Changes states when it is told to.
pub(crate) trait StateChanger: Send + Sync {
    /// Tells it to change a state, and gives the values that it answers.
    fn change<'a>(
        &'a self,
        action: &'static str,
        state: &'a ProviderState,
    ) -> BoxFuture<'a, Result<StateValues, StateError>>;
}

/// Tells somebody of every set-up, and of the end of a state if they want to know.
#[derive(Debug)]
pub(crate) struct Told<T> {
    pub(crate) whom: T,
    pub(crate) tear_down: bool,
}

impl<T: StateChanger> StateHandler for Told<T> {
    fn set_up<'a>(&'a self, state: &'a ProviderState) -> BoxFuture<'a, Result<StateValues, StateError>> {
        self.whom.change("setup", state)
    }

    fn tear_down<'a>(&'a self, state: &'a ProviderState) -> BoxFuture<'a, Result<(), StateError>> {
        Box::pin(async move {
            if self.tear_down {
                self.whom.change("teardown", state).await?;
            }
            Ok(())
        })
    }
}

/// A state change as those who read JSON are told it.
pub(super) fn change_json(action: &str, state: &ProviderState) -> JsonValue {
    Json::object([
        ("action", Json::from(action.to_owned())),
        ("params", Json::Object(state.params.clone())),
        ("state", Json::from(state.name.clone())),
    ])
}
