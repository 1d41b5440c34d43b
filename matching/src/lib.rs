//! Does an actual request, response or message satisfy the expected one of a Pact contract, and if not, why?
//!
//! A contract's part is compiled once, with its matching rules, and then compared with any number of actual ones. What
//! differs is a list of [`Mismatch`]es: values, not errors.
//!
//! ```
//! use intact_matching::{ActualResponse, ResponseMatcher};
//! use intact_pact_model::{Body, ContentType, Headers, HttpResponse, MatchingRule, RuleList, SpecVersion};
//!
//! let mut expected = HttpResponse {
//!     body: Body::new(r#"{ "id": 42, "name": "Ann" }"#, Some(ContentType::json())),
//!     ..HttpResponse::default()
//! };
//! expected.matching_rules.body.insert("$.id".to_owned(), RuleList::of(MatchingRule::Integer));
//! let matcher = ResponseMatcher::compile(&expected, SpecVersion::V4)?;
//!
//! let headers = Headers::default();
//! let actual = ActualResponse::new(200, &headers).with_body(br#"{ "id": "x", "name": "Ann", "age": 7 }"#);
//! let comparison = matcher.compare(&actual);
//! assert_eq!(comparison.mismatches()[0].to_string(), "Expected 'x' (String) to be an integer");
//! assert_eq!(comparison.mismatches()[0].identifier(), Some("$.id"));
//! # Ok::<(), intact_matching::CompileError>(())
//! ```
//!
//! # Members that may be absent
//!
//! What an example has must be there. A member that only the rules call by its name may be there or not; if it is, those
//! rules decide. With alternatives (`OR`) a contract so says "absent, null, or one of these", also of several types:
//!
//! ```
//! # use intact_matching::{ActualRequest, RequestMatcher};
//! # use intact_pact_model::{Body, Combine, ContentType, Headers, HttpRequest, MatchingRule, RuleList, SpecVersion};
//! let mut expected = HttpRequest {
//!     body: Body::new(r#"{ "id": 42 }"#, Some(ContentType::json())),
//!     ..HttpRequest::default()
//! };
//! let alternatives = vec![MatchingRule::Null, MatchingRule::Integer, MatchingRule::Regex("none|all".to_owned())];
//! expected.matching_rules.body.insert("$.limit".to_owned(), RuleList { combine: Combine::Or, rules: alternatives });
//! let matcher = RequestMatcher::compile(&expected, SpecVersion::V4)?;
//!
//! let headers = Headers::default();
//! let matches = |body: &str| matcher.matches(&ActualRequest::new("GET", "/", &headers).with_body(body.as_bytes()));
//! assert!(matches(r#"{ "id": 42 }"#));
//! assert!(matches(r#"{ "id": 42, "limit": null }"#));
//! assert!(matches(r#"{ "id": 42, "limit": "all" }"#));
//! assert!(!matches(r#"{ "id": 42, "limit": 1.5 }"#));
//! # Ok::<(), intact_matching::CompileError>(())
//! ```
//!
//! Other Pact tools do not look at such a member in a response or message, and refuse it in a request. Rules that compare
//! with an example (`type`, `equality`, `values`, `arrayContains`) have none there and ask for nothing, except for sizes.
//!
//! # Inside
//!
//! The rooms: `request`, `response` and `message` hold the matchers; `actual` what they are given; `comparison` and
//! `mismatch` what they answer, [`explanation`] how people are told. `parts` compares methods, paths, queries, headers, status codes and metadata, `body` the
//! bodies by content type. `rule_tree` finds the rules for a value, `rule` is what rules ask of it, `pact_regex` and
//! `rule/datetime` the two small languages in rules. [`generate`] puts generated values in place of examples; [`lint`] looks for what is
//! wrong with a contract before anybody runs it, [`changes`] for what differs between two editions of one; [`in_words`] says what rules accept.

mod actual;
mod body;
pub mod changes;
mod comparison;
pub mod explanation;
pub mod generate;
pub mod in_words;
pub mod lint;
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
pub use explanation::Explanation;
pub use message::{MessageMatcher, compare_replies, explain_replies};
pub use mismatch::{Governing, Location, Mismatch, Reason, Shown};
pub use request::RequestMatcher;
pub use response::ResponseMatcher;
pub use rule::CompileError;
