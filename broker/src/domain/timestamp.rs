//! Moments as the broker stores and shows them.

use std::fmt;
use std::time::Duration;

/// A moment: microseconds since 1970 in UTC, as it stands in the database.
///
/// Shown in whole seconds with a numeric offset (`2021-09-01T00:07:21+00:00`), the form clients of the API expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type, serde::Deserialize)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `micros` microseconds after the beginning of 1970 in UTC.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the beginning of 1970 in UTC.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The system's present time. Only [`crate::Broker`] asks for it; everything else is handed the moment.
    pub(crate) fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// The smallest later moment.
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The moment `duration` before this one.
    pub(crate) fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The moment `duration` after this one.
    pub(crate) fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The moment in the form of logs: `2021-09-01T00:07:21Z`.
    pub(crate) fn for_logs(self) -> String {
        self.civil().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The day in the form `27/11/2026`, as titles of versions show it.
    pub(crate) fn day(self) -> String {
        self.civil().strftime("%d/%m/%Y").to_string()
    }

    /// The moment in the form `Sat 21 Nov 2026, 8:11am +00:00`, for texts.
    pub(crate) fn for_people(self) -> String {
        self.civil().strftime("%a %d %b %Y, %-I:%M%P +00:00").to_string()
    }

    /// How long ago `earlier` was at this moment; nothing if it is yet to come.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The day and time in UTC.
    pub(crate) fn civil(self) -> jiff::civil::DateTime {
        let moment = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX);
        jiff::tz::Offset::UTC.to_datetime(moment)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.civil().strftime("%Y-%m-%dT%H:%M:%S+00:00"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_in_whole_seconds_with_a_numeric_offset() {
        let moment = Timestamp::from_micros(1_630_454_841_999_999);

        assert_eq!(moment.to_string(), "2021-09-01T00:07:21+00:00");
        assert_eq!(moment.day(), "01/09/2021");
    }

    #[test]
    fn moments_outside_the_calendar_do_not_panic() {
        assert_eq!(Timestamp::from_micros(i64::MAX).to_string(), Timestamp::from_micros(i64::MAX - 1).to_string());
    }
}
