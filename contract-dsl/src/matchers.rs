//! Matchers: what the other side may answer in place of the example.
//!
//! Each function takes the example and gives a [`Template`](crate::Template), which may stand wherever a value stands: in
//! [`json_like!`](crate::json_like), in a struct or a `Vec`, as a path, a header or a query parameter. Everything without a
//! matcher is expected exactly as it is. A matcher on an object or array holds for all that is inside, until another matcher
//! inside takes over.
//!
//! | You mean | Write |
//! |---|---|
//! | anything of this type | [`like`]`("x")` |
//! | a list of such elements | [`each_like`]`(element)`, with `.min(n)` and `.max(n)` |
//! | this very value, inside of a `like` | [`equal_to`] |
//! | text of some form | [`regex`], [`includes`], [`uuid`], [`semver`], [`date`], [`time`], [`datetime`] |
//! | numbers and the rest | [`integer`], [`decimal`], [`number`], [`boolean`], [`null`] |
//! | links | [`url`], [`url_at`] |
//! | choices | [`one_of`], [`any_of`], [`nullable`], [`not_empty`] |
//! | a member that may be missing | [`optional`] |
//! | maps and sets | [`each_key`], [`each_value`], [`array_containing`] |
//! | a value only the provider knows | [`from_provider_state`] |
//! | a status of some kind | [`status_code`] |
//!
//! [`Template::generated_by`](crate::Template::generated_by) adds what makes a new value each time ([`generators`](crate::generators)).
//!
//! Examples are checked against their own matchers before the contract is used: `regex(r"\d+", "x")` fails the test.

mod choices;
mod collections;
mod links;
mod optional;
mod text;
mod values;

pub use self::choices::{any_of, nullable, one_of};
pub use self::collections::{EachLike, array_containing, each_key, each_key_like, each_like, each_value};
pub use self::links::{url, url_at};
pub use self::optional::optional;
pub(crate) use self::text::escape;
pub use self::text::{date, datetime, includes, regex, semver, time, uuid, uuid_as};
pub use self::values::{
    boolean, decimal, equal_to, from_provider_state, integer, like, not_empty, null, number, status_code,
};

pub(crate) use self::optional::{has_optional_members, without_optional_members};
