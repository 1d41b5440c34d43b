//! Does an actual request, response or message satisfy the expected one of a Pact contract, and if not, why?

mod actual;
mod body;
mod comparison;
pub mod generate;
mod message;
mod mismatch;
mod pact_regex;
mod parts;
mod request;
mod response;
mod rule;
mod rule_tree;
mod show;

pub use actual::{ActualMessage, ActualRequest, ActualResponse};
pub use comparison::Comparison;
pub use message::{MessageMatcher, compare_replies};
pub use mismatch::{Governing, Location, Mismatch, Reason, Shown};
pub use request::RequestMatcher;
pub use response::ResponseMatcher;
pub use rule::CompileError;
