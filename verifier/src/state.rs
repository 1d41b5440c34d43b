//! Provider states: how the provider is brought into the state that an interaction needs.
//!
//! A [`StateHandler`] has one implementation for each way to reach the provider: [`VerifierBuilder::state_change_url`](crate::VerifierBuilder::state_change_url)
//! calls a URL, [`VerifierBuilder::state_command`](crate::VerifierBuilder::state_command) runs a command, and
//! [`VerifierBuilder::state`](crate::VerifierBuilder::state) registers closures that run in this process.
//!
//! When a state is set up it may hand back [values](StateValues), such as the id of the record it made; the interaction's
//! `ProviderState` generators put them into the request.

pub(crate) mod command;
pub(crate) mod http;
pub(crate) mod in_process;
pub(crate) mod told;

use futures_util::future::BoxFuture;
use intact_pact_model::ProviderState;
use intact_pact_model::json::{Json, JsonValue, Object};

pub use self::http::StateChangeForm;

/// The error type of everything that users bring along: `?` turns every error into it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a state hands to the interaction: values by name.
pub type StateValues = Object<'static>;

/// A provider state could not be set up or torn down. The text says why; the verifier adds which state it was.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StateError(pub String);

/// Brings the provider into a state, and out of it again.
pub trait StateHandler: Send + Sync {
    /// Called once before the states of each interaction.
    fn before_each(&self) -> BoxFuture<'_, Result<(), StateError>> {
        Box::pin(async { Ok(()) })
    }

    /// Brings the provider into the state. An interaction without states asks for one whose name is empty.
    fn set_up<'a>(&'a self, state: &'a ProviderState) -> BoxFuture<'a, Result<StateValues, StateError>>;

    /// Takes the provider out of the state. Called after the interaction, whether it succeeded or not, but only if all of its
    /// states could be set up.
    fn tear_down<'a>(&'a self, state: &'a ProviderState) -> BoxFuture<'a, Result<(), StateError>> {
        let _ = state;
        Box::pin(async { Ok(()) })
    }

    /// Can several interactions be in their states at once, without seeing each other? Only then may they run side by side.
    fn is_isolated(&self) -> bool {
        false
    }
}

/// What a closure that sets up a state may return: nothing, or values for the interaction.
pub trait IntoStateValues {
    /// The values by name; an error if this is no set of named values.
    fn into_state_values(self) -> Result<StateValues, StateError>;
}

impl IntoStateValues for () {
    fn into_state_values(self) -> Result<StateValues, StateError> {
        Ok(StateValues::new())
    }
}

impl IntoStateValues for StateValues {
    fn into_state_values(self) -> Result<StateValues, StateError> {
        Ok(self)
    }
}

impl IntoStateValues for JsonValue {
    fn into_state_values(self) -> Result<StateValues, StateError> {
        match self {
            Json::Object(values) => Ok(values),
            Json::Null => Ok(StateValues::new()),
            other => Err(StateError(format!(
                "the values of a state are a JSON object, but this is {}: {other}",
                other.kind()
            ))),
        }
    }
}

impl IntoStateValues for serde_json::Value {
    fn into_state_values(self) -> Result<StateValues, StateError> {
        JsonValue::from(&self).into_state_values()
    }
}

/// The values that generators see: the parameters of all states, covered by what setting them up handed back.
pub(crate) fn context_of(states: &[ProviderState], returned: Vec<StateValues>) -> StateValues {
    let parameters = states.iter().map(|state| state.params.clone());
    let mut all = StateValues::new();
    for (name, value) in parameters.chain(returned).flatten() {
        all.insert(name, value);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returned_values_cover_parameters_and_later_states_cover_earlier_ones() {
        let values = |text: &str| Json::parse(text.as_bytes()).unwrap().into_owned().into_state_values().unwrap();
        let one = ProviderState { name: "one".to_owned(), params: values(r#"{"id": 1, "kept": true}"#) };
        let two = ProviderState { name: "two".to_owned(), params: values(r#"{"id": 2}"#) };

        let all = context_of(&[one, two], vec![values(r#"{"id": 10, "name": "x"}"#), values(r#"{"name": "y"}"#)]);

        assert_eq!(Json::Object(all).to_compact(), r#"{"id":10,"kept":true,"name":"y"}"#);
    }

    #[test]
    fn values_have_names() {
        assert!(().into_state_values().unwrap().is_empty());
        assert!(serde_json::Value::Null.into_state_values().unwrap().is_empty());
        let error = serde_json::json!([1]).into_state_values().unwrap_err();
        assert_eq!(error.to_string(), "the values of a state are a JSON object, but this is Array: [1]");
    }
}
