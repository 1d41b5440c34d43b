//! Who sets up provider states, if not closures: a URL, a command, a handler of one's own.

use std::sync::Arc;

use super::VerifierBuilder;
use crate::state::{StateChangeForm, StateHandler};

/// Provider states.
impl<C: Clone + Send + Sync + 'static> VerifierBuilder<C> {
    /// Sets up states in a way of your own.
    pub fn state_handler(mut self, handler: impl StateHandler + 'static) -> Self {
        self.settings.state_handler = Some(Arc::new(handler));
        self
    }

    /// Sets up states by running this command in the system's shell: on standard input it is given
    /// `{"action": "setup", "params": {…}, "state": "NAME"}`, to standard output it may write a JSON object with values.
    /// [`state_change_teardown`](Self::state_change_teardown) holds for it too.
    pub fn state_command(mut self, command: impl Into<String>) -> Self {
        self.settings.state_command = Some(command.into());
        self
    }

    /// Fails interactions with provider states if nothing sets them up, which is a warning otherwise.
    pub fn require_states(mut self, require: bool) -> Self {
        self.settings.require_states = require;
        self
    }

    /// Sets up states by calling this URL.
    pub fn state_change_url(mut self, url: impl Into<String>) -> Self {
        self.settings.state_change_url = Some(url.into());
        self
    }

    /// How states are told to the URL (as a body unless told).
    pub fn state_change_form(mut self, form: StateChangeForm) -> Self {
        self.settings.state_change_form = form;
        self
    }

    /// Calls the URL after each interaction as well.
    pub fn state_change_teardown(mut self, tear_down: bool) -> Self {
        self.settings.state_change_teardown = tear_down;
        self
    }
}
