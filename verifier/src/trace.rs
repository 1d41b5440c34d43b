//! `traceparent` (W3C Trace Context), so that what a request caused can be found in the provider's own traces.

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Adds a fresh trace, unless the contract or the user says which one it is.
pub(crate) fn add_to(headers: &mut HeaderMap) {
    if headers.contains_key(&TRACEPARENT) {
        return;
    }
    let trace = Uuid::new_v4();
    // The first span of a trace may well be called like its end, which is random and never zero.
    let text = format!("00-{}-{:016x}-01", trace.simple(), trace.as_u64_pair().1);
    headers.insert(TRACEPARENT, HeaderValue::try_from(text).expect("digits and dashes make a header value"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_has_a_trace_of_its_own_unless_one_is_given() {
        let (mut one, mut other) = (HeaderMap::new(), HeaderMap::new());
        add_to(&mut one);
        add_to(&mut other);
        assert_ne!(one, other);
        let parts: Vec<_> = one[&TRACEPARENT].to_str().unwrap().split('-').map(str::len).collect();
        assert_eq!(parts, [2, 32, 16, 2]);
        let before = one.clone();
        add_to(&mut one);
        assert_eq!(one, before);
    }
}
