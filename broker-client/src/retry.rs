//! Which failures are tried again, and after how long.
//!
//! The decision is a pure function of what went wrong, how often, and a random number; the waiting is in `client`.

use std::time::{Duration, SystemTime};

/// How often, and how patiently, a request is repeated after a failure that may pass.
///
/// Tried again: connection failures, lost answers, 408, 429 and 5xx. Pauses double from [`first_pause`](Self::first_pause),
/// each shifted by up to a quarter so that many clients do not come back at the same moment. A `Retry-After` of the
/// server is honoured if it asks for no more than [`longest_pause`](Self::longest_pause).
///
/// A request that would do something twice when repeated is only tried again if the server cannot have acted on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many times a request is repeated; 0 means a single attempt.
    pub retries: u8,
    /// The pause before the first repetition.
    pub first_pause: Duration,
    /// No single pause is longer than this.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { retries: 8, first_pause: Duration::from_millis(500), longest_pause: Duration::from_mins(1) }
    }
}

/// Nobody listening, or no such host, rarely passes: most often the address is wrong, and eight doubling pauses would
/// keep the user waiting for two minutes to hear it.
const MOST_RETRIES_WHEN_NOT_CONNECTED: u8 = 4;
/// Each of these has already cost a whole time limit.
const MOST_RETRIES_WHEN_TIMED_OUT: u8 = 2;

/// What went wrong with one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The server never got the request.
    NotConnected,
    /// The time limit ran out while waiting for the answer.
    TimedOut,
    /// The connection broke after the request had been sent, at least in part.
    Lost,
    /// The server answered, with this status, and possibly said when to come back.
    Answered { status: u16, retry_after: Option<Duration> },
}

impl RetryPolicy {
    /// How long to wait before trying again, or `None` to give up.
    ///
    /// `failures` counts the attempts so far (1 after the first); `jitter` is a random number in `-1.0..=1.0`;
    /// `repeatable` says whether doing it twice is as good as once.
    pub(crate) fn pause(&self, trouble: Trouble, failures: u32, repeatable: bool, jitter: f64) -> Option<Duration> {
        let most = match trouble {
            Trouble::NotConnected => self.retries.min(MOST_RETRIES_WHEN_NOT_CONNECTED),
            Trouble::TimedOut if repeatable => self.retries.min(MOST_RETRIES_WHEN_TIMED_OUT),
            Trouble::Answered { status: 429 | 503, .. } => self.retries,
            Trouble::Lost | Trouble::Answered { status: 408 | 500..=599, .. } if repeatable => self.retries,
            Trouble::TimedOut | Trouble::Lost | Trouble::Answered { .. } => 0,
        };
        if failures > u32::from(most) {
            return None;
        }
        if let Trouble::Answered { retry_after: Some(asked), .. } = trouble {
            return (asked <= self.longest_pause).then_some(asked);
        }
        let doubled = self.first_pause.saturating_mul(1_u32.checked_shl(failures - 1).unwrap_or(u32::MAX));
        Some(doubled.min(self.longest_pause).mul_f64(1.0 + jitter.clamp(-1.0, 1.0) / 4.0))
    }
}

/// Reads a `Retry-After` header: seconds, or a date.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = httpdate::parse_http_date(value).ok()?;
    Some(moment.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy =
        RetryPolicy { retries: 8, first_pause: Duration::from_millis(500), longest_pause: Duration::from_mins(1) };

    fn answered(status: u16) -> Trouble {
        Trouble::Answered { status, retry_after: None }
    }

    fn pauses(trouble: Trouble, repeatable: bool) -> Vec<u128> {
        (1..=20).map_while(|n| POLICY.pause(trouble, n, repeatable, 0.0)).map(|pause| pause.as_millis()).collect()
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_end_after_the_last_retry() {
        assert_eq!(pauses(answered(500), true), [500, 1000, 2000, 4000, 8000, 16000, 32000, 60000]);
    }

    #[test]
    fn each_kind_of_trouble_has_its_own_patience() {
        assert_eq!(pauses(Trouble::NotConnected, true).len(), 4);
        assert_eq!(pauses(Trouble::TimedOut, true).len(), 2);
        assert_eq!(pauses(Trouble::Lost, true).len(), 8);
        for status in [408, 429, 500, 502, 503, 504] {
            assert_eq!(pauses(answered(status), true).len(), 8, "{status}");
        }
        for status in [301, 400, 401, 404, 409, 415, 422] {
            assert_eq!(pauses(answered(status), true), [], "{status}");
        }
    }

    #[test]
    fn what_must_not_happen_twice_is_repeated_only_if_it_cannot_have_happened() {
        for trouble in [Trouble::NotConnected, answered(429), answered(503)] {
            assert_ne!(pauses(trouble, false), [], "{trouble:?}");
        }
        for trouble in [Trouble::TimedOut, Trouble::Lost, answered(408), answered(500), answered(502)] {
            assert_eq!(pauses(trouble, false), [], "{trouble:?}");
        }
    }

    #[test]
    fn jitter_moves_a_pause_by_a_quarter_at_most() {
        let pause = |jitter| POLICY.pause(answered(500), 2, true, jitter).map(|pause| pause.as_millis());
        assert_eq!([pause(-1.0), pause(1.0), pause(7.0)], [Some(750), Some(1250), Some(1250)]);
    }

    #[test]
    fn the_servers_own_wish_is_honoured_unless_it_is_too_long() {
        let asked = |seconds| {
            let retry_after = Some(Duration::from_secs(seconds));
            POLICY.pause(Trouble::Answered { status: 429, retry_after }, 1, true, 1.0)
        };
        assert_eq!(asked(7), Some(Duration::from_secs(7)));
        assert_eq!(asked(61), None);
    }

    #[test]
    fn no_retries_means_one_attempt() {
        let once = RetryPolicy { retries: 0, ..POLICY };
        assert_eq!(once.pause(answered(503), 1, true, 0.0), None);
        assert_eq!(once.pause(Trouble::NotConnected, 1, true, 0.0), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:00 GMT").expect("a date");
        let read = |value| retry_after(value, now);
        assert_eq!(read(" 12 "), Some(Duration::from_secs(12)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(37)));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("-1"), None);
        assert_eq!(read("soon"), None);
    }
}
