//! Provider states set up by closures in the test's own process.

use futures_util::future::BoxFuture;
use intact_pact_model::ProviderState;
use intact_pact_model::json::Json;

use super::{StateError, StateHandler, StateValues};
use crate::handlers::{Closure, Named};

/// The closures with what they are given.
pub(crate) struct InProcessStates<C> {
    pub(crate) context: C,
    pub(crate) before_each: Option<Closure<C, (), ()>>,
    pub(crate) set_up: Named<C, ProviderState, StateValues>,
    pub(crate) tear_down: Named<C, ProviderState, ()>,
    pub(crate) isolated: bool,
}

impl<C: Clone + Send + Sync + 'static> StateHandler for InProcessStates<C> {
    fn before_each(&self) -> BoxFuture<'_, Result<(), StateError>> {
        match &self.before_each {
            Some(run) => run(self.context.clone(), ()),
            None => Box::pin(async { Ok(()) }),
        }
    }

    fn set_up<'a>(&'a self, state: &'a ProviderState) -> BoxFuture<'a, Result<StateValues, StateError>> {
        match self.set_up.find(&state.name) {
            Some(run) => run(self.context.clone(), state.clone()),
            // An interaction without states is none of the closures' business, unless one asks for all of them.
            None if state.name.is_empty() => Box::pin(async { Ok(StateValues::new()) }),
            None => Box::pin(async move { Err(StateError(self.set_up.none_fits(&state.name, &handler_for(state)))) }),
        }
    }

    fn tear_down<'a>(&'a self, state: &'a ProviderState) -> BoxFuture<'a, Result<(), StateError>> {
        match self.tear_down.find(&state.name) {
            Some(run) => run(self.context.clone(), state.clone()),
            None => Box::pin(async { Ok(()) }),
        }
    }

    fn is_isolated(&self) -> bool {
        self.isolated
    }
}

/// A handler to paste into the test.
fn handler_for(state: &ProviderState) -> String {
    let name = &state.name;
    if state.params.is_empty() {
        format!("    .state({name:?}, async |_context, _state| Ok(()))")
    } else {
        let params = Json::Object(state.params.clone()).to_compact();
        format!(
            "    .state_with({name:?}, async |_context, params: serde_json::Value| {{\n        \
             // {params}\n        Ok(())\n    }})"
        )
    }
}
