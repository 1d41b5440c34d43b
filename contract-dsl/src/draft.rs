//! What interactions of every kind say of themselves: states, comments, a key.
//!
//! A mistake in a template does not stop the author's chain of calls; it is kept in the [`Draft`], and fails the test with all
//! others. The methods that authors see are made by [`annotations!`], so that each builder has them as its own.

use std::fmt::{self, Display, Formatter};

use intact_pact_model::json::{JsonValue, Object};
use intact_pact_model::{Interaction, Json, Kind, MessagePart, ProviderState};
use serde::Serialize;

use crate::template::{Split, Template};
use crate::text_part::TextPart;

/// An interaction being described, and what is wrong with it.
#[derive(Debug)]
pub(crate) struct Draft {
    interaction: Interaction,
    problems: Vec<String>,
}

impl Draft {
    pub(crate) fn new(description: &str) -> Self {
        // What is exchanged is known at the end only.
        let interaction = Interaction::new(description, Kind::AsyncMessage(MessagePart::default()));
        Self { interaction, problems: Vec::new() }
    }

    pub(crate) fn finish(mut self, kind: Kind) -> (Interaction, Vec<String>) {
        self.interaction.kind = kind;
        (self.interaction, self.problems)
    }

    pub(crate) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// The value; what went wrong instead is noted with its place.
    pub(crate) fn noted<T>(&mut self, place: &str, result: Result<T, impl Display>) -> Option<T> {
        result.map_err(|error| self.problem(format!("{place}: {error}"))).ok()
    }

    pub(crate) fn split(&mut self, place: &str, value: &(impl Serialize + ?Sized)) -> Option<Split> {
        self.noted(place, Template::of(value).split())
    }

    /// A template for a place that holds text: a path, or the values of a header or query parameter.
    pub(crate) fn text_part(&mut self, place: &str, value: &impl Serialize) -> Option<TextPart> {
        let part = Template::of(value).split().map_err(|error| error.to_string()).and_then(TextPart::of);
        self.noted(place, part)
    }

    pub(crate) fn given(&mut self, state: String) {
        self.interaction.provider_states.push(ProviderState::named(state));
    }

    pub(crate) fn given_with(&mut self, name: String, params: &impl Serialize) {
        let place = format!("the parameters of the state `{name}`");
        match self.plain(&place, params) {
            Some(Json::Object(params)) => self.interaction.provider_states.push(ProviderState { name, params }),
            Some(other) => self.problem(format!("{place} must be an object, not {}", other.kind())),
            None => {}
        }
    }

    pub(crate) fn pending(&mut self) {
        self.interaction.pending = true;
    }

    pub(crate) fn key(&mut self, key: String) {
        self.interaction.key = Some(key);
    }

    pub(crate) fn comment(&mut self, text: String) {
        let comments = &mut self.interaction.comments;
        let mut texts = comments.get("text").and_then(Json::as_array).unwrap_or_default().to_vec();
        texts.push(Json::from(text));
        comments.insert("text", Json::Array(texts));
    }

    pub(crate) fn test_name(&mut self, name: String) {
        self.interaction.comments.insert("testname", name);
    }

    pub(crate) fn reference(&mut self, group: String, name: String, value: &impl Serialize) {
        let Some(value) = self.plain(&format!("the reference `{group}`/`{name}`"), value) else { return };
        let own = |object: Option<&JsonValue>| object.and_then(Json::as_object).cloned().unwrap_or_else(Object::new);
        let mut references = own(self.interaction.comments.get("references"));
        let mut of_group = own(references.get(&group));
        of_group.insert(name, value);
        references.insert(group, Json::Object(of_group));
        self.interaction.comments.insert("references", Json::Object(references));
    }

    /// A value in which there can be no matchers.
    fn plain(&mut self, place: &str, value: &impl Serialize) -> Option<JsonValue> {
        let Split { example, rules, generators } = self.split(place, value)?;
        if !rules.is_empty() || !generators.is_empty() {
            self.problem(format!("{place} are written as they stand, so there can be no matchers in them"));
        }
        Some(example)
    }
}

/// The methods of [`Draft`] for a builder with a field `draft`.
macro_rules! annotations {
    () => {
        /// The provider must be in this state; several are set up in order.
        pub fn given(mut self, state: impl Into<String>) -> Self {
            self.draft.given(state.into());
            self
        }

        /// As [`given`](Self::given), with parameters for the provider's state handler: an object (V3 and later).
        pub fn given_with(mut self, state: impl Into<String>, params: impl serde::Serialize) -> Self {
            self.draft.given_with(state.into(), &params);
            self
        }

        /// A failing verification of this interaction does not fail the provider's build yet (V4).
        pub fn pending(mut self) -> Self {
            self.draft.pending();
            self
        }

        /// A remark for readers of the contract; may be repeated (V4).
        pub fn comment(mut self, text: impl Into<String>) -> Self {
            self.draft.comment(text.into());
            self
        }

        /// The name of the test that made the interaction, for readers of the contract (V4).
        pub fn test_name(mut self, name: impl Into<String>) -> Self {
            self.draft.test_name(name.into());
            self
        }

        /// A link to something outside of the contract, such as an operation of an API description or a ticket: a group, a
        /// name in it, and a value (V4). For example `reference("openapi", "operationId", "getProduct")`.
        pub fn reference(
            mut self,
            group: impl Into<String>,
            name: impl Into<String>,
            value: impl serde::Serialize,
        ) -> Self {
            self.draft.reference(group.into(), name.into(), &value);
            self
        }

        /// An identifier that stays when the description changes (V4).
        pub fn key(mut self, key: impl Into<String>) -> Self {
            self.draft.key(key.into());
            self
        }
    };
}
pub(crate) use annotations;

/// What people call an interaction: `"a request for product 42" given "product 42 exists"`.
pub(crate) struct Name<'i>(pub(crate) &'i Interaction);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.description)?;
        for (at, state) in self.0.provider_states.iter().enumerate() {
            write!(f, " {} \"{}\"", if at == 0 { "given" } else { "and" }, state.name)?;
        }
        Ok(())
    }
}
