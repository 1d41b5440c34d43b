//! What a Pact contract is: one model for specification versions 1 to 4, with readers, writers and merging.
//!
//! A [`Pact`] is a list of [`Interaction`]s between a consumer and a provider. There is one set of types for all versions of
//! the specification; the versions exist only where files are read ([`Pact::read`]) and written ([`Pact::write`]).
//! Matching rules and generators are data here; what they mean is the business of the crate `intact-matching`.
//!
//! The rooms: [`pact`], [`interaction`], [`http`], [`message`], [`body`], [`content_type`], [`provider_state`], [`rules`],
//! [`generators`], [`path`], [`json`], [`spec_version`]; reading in [`read`], writing in [`write`](mod@write), other versions in [`convert`], [`merge`], pact
//! files on disk in [`file`](mod@file). Examples with matchers in them come in by [`integration`] and [`expression`].
//! With the feature `schema`, the module `schema` holds files against the JSON Schema of their version.

pub mod body;
pub mod content_type;
pub mod convert;
mod difference;
pub mod expression;
pub mod file;
pub mod generators;
pub mod http;
pub mod integration;
pub mod interaction;
pub mod json;
pub mod merge;
pub mod message;
pub mod pact;
pub mod path;
mod place;
mod plugins;
pub mod provider_state;
pub mod read;
pub mod rules;
#[cfg(feature = "schema")]
pub mod schema;
pub mod spec_version;
pub mod write;

pub use body::{Body, Content};
pub use content_type::ContentType;
pub use generators::{Generator, Generators};
pub use http::{Headers, HttpRequest, HttpResponse, Query};
pub use interaction::{Interaction, Kind};
pub use json::{Json, JsonValue};
pub use message::MessagePart;
pub use pact::Pact;
pub use path::PathExpression;
pub use provider_state::ProviderState;
pub use rules::{Combine, MatchingRule, MatchingRules, RuleList};
pub use spec_version::SpecVersion;
