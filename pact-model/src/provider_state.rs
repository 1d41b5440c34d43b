//! Provider states.

use crate::json::Object;

/// A state the provider must be in before an interaction, for example `product 42 exists`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProviderState {
    /// The name that consumer and provider agreed on.
    pub name: String,
    /// Parameters (V3 and later); empty if there are none.
    pub params: Object<'static>,
}

impl ProviderState {
    /// A state without parameters.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), params: Object::new() }
    }
}
