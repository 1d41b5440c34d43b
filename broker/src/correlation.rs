//! The identity that a request has in every log it leaves behind: here, at whoever sent it, and at the receivers of webhooks.
//!
//! It comes in a header or is made up, holds for everything that is done to answer the request, and goes out with the answer
//! and with the webhooks that the request triggered.

use std::future::Future;

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header.
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
/// The longest identity that is taken over.
const LONGEST: usize = 128;

tokio::task_local! {
    static CURRENT: String;
}

/// The identity that a request brings, or a new one. It goes to logs, so it may only have letters that cannot pretend to be
/// something else there.
pub(crate) fn of(headers: &HeaderMap) -> String {
    let given = headers.get(CORRELATION_ID).and_then(|value| value.to_str().ok()).map(str::trim);
    let fits = |text: &&str| {
        (1..=LONGEST).contains(&text.len())
            && text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.:/=+@#".contains(&c))
    };
    given.filter(fits).map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}

/// The identity as a header's value.
pub(crate) fn header_value(id: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(id).ok()
}

/// Does something as a part of a request.
pub(crate) async fn scope<F: Future>(id: String, work: F) -> F::Output {
    CURRENT.scope(id, work).await
}

/// The identity of the request that is being answered, if one is.
pub(crate) fn current() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(value: &'static str) -> String {
        of(&[(CORRELATION_ID, HeaderValue::from_static(value))].into_iter().collect())
    }

    #[test]
    fn what_is_given_is_taken_over_if_it_is_harmless() {
        assert_eq!(given("build-42/7"), "build-42/7");
        for odd in ["", " ", "a b", "\"}, {", "x\u{1b}"] {
            let made_up = of(&HeaderValue::from_str(odd).map(|value| (CORRELATION_ID, value)).into_iter().collect());
            assert!(Uuid::parse_str(&made_up).is_ok(), "{made_up} for {odd:?}");
        }
        let long: &'static str = String::leak("x".repeat(LONGEST + 1));
        assert!(Uuid::parse_str(&given(long)).is_ok());
    }

    #[tokio::test]
    async fn it_holds_for_what_is_done_for_the_request_and_no_longer() {
        assert_eq!(scope("a".to_owned(), async { current() }).await.as_deref(), Some("a"));
        assert_eq!(current(), None);
    }
}
