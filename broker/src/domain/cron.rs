//! When a clean-up is due: the five fields of cron, in UTC.

use std::fmt;
use std::str::FromStr;

use crate::domain::timestamp::Timestamp;

/// A schedule in the form `15 2 * * *`: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday).
///
/// A field is `*`, a number, a range `1-5`, either with a step `*/15`, or several of these with commas between them. As in
/// cron, a day fits if one of two restricted day fields does.
///
/// ```
/// use intact_broker::Cron;
///
/// let nightly: Cron = "15 2 * * *".parse()?;
/// assert_eq!(nightly.to_string(), "15 2 * * *");
/// assert!("15 25 * * *".parse::<Cron>().is_err());
/// # Ok::<(), intact_broker::CronError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: String,
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    either_day: bool,
}

/// The text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CronError {
    /// Not five fields.
    #[error("a schedule has five fields (minute, hour, day of the month, month, day of the week), not {0}")]
    Fields(usize),
    /// A field that means nothing.
    #[error(
        "`{field}` is no {what} of a schedule: numbers from {from} to {to}, `*`, ranges, steps and lists of these are"
    )]
    Field {
        /// The field.
        field: String,
        /// What it is to be.
        what: &'static str,
        /// The smallest number.
        from: u8,
        /// The greatest number.
        to: u8,
    },
}

impl Cron {
    /// The beginning of the minute in which it was due last: the present one, or one of the day before.
    pub(crate) fn latest_due(&self, now: Timestamp) -> Option<Timestamp> {
        const MINUTE: i64 = 60_000_000;
        const DAY: i64 = 24 * 60;
        let present = now.as_micros().div_euclid(MINUTE);
        let minutes = (present - DAY + 1..=present).rev().map(|minute| Timestamp::from_micros(minute * MINUTE));
        minutes.into_iter().find(|minute| self.is_due(*minute))
    }

    /// Is it due in the minute of this moment?
    fn is_due(&self, moment: Timestamp) -> bool {
        let at = moment.civil();
        let has = |set: u64, number: i8| u32::try_from(number).is_ok_and(|number| set & (1 << number) != 0);
        let by_date = has(self.days, at.day());
        let by_weekday = has(self.weekdays, at.weekday().to_sunday_zero_offset());
        let day = if self.either_day { by_date || by_weekday } else { by_date && by_weekday };
        has(self.minutes, at.minute()) && has(self.hours, at.hour()) && has(self.months, at.month()) && day
    }
}

impl FromStr for Cron {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, CronError> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else { return Err(CronError::Fields(fields.len())) };
        let weekdays = set(weekday, "day of the week", 0, 7)?;
        Ok(Self {
            text: fields.join(" "),
            minutes: set(minute, "minute", 0, 59)?,
            hours: set(hour, "hour", 0, 23)?,
            days: set(day, "day of the month", 1, 31)?,
            months: set(month, "month", 1, 12)?,
            weekdays: weekdays | (weekdays >> 7),
            either_day: !day.starts_with('*') && !weekday.starts_with('*'),
        })
    }
}

/// The numbers that a field names, as bits.
fn set(field: &str, what: &'static str, from: u8, to: u8) -> Result<u64, CronError> {
    let wrong = || CronError::Field { field: field.to_owned(), what, from, to };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        text.parse::<u8>().ok().filter(|number| digits && (from..=to).contains(number)).ok_or_else(wrong)
    };
    let mut bits = 0;
    for part in field.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let step = match step {
            Some(text) => text.parse::<u8>().ok().filter(|step| *step > 0).ok_or_else(wrong)?,
            None => 1,
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (from, to),
            Some((first, last)) => (number(first)?, number(last)?),
            None => {
                let first = number(range)?;
                (first, if part.contains('/') { to } else { first })
            }
        };
        if first > last {
            return Err(wrong());
        }
        for number in (first..=last).step_by(step.into()) {
            bits |= 1_u64 << number;
        }
    }
    Ok(bits)
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thursday, the first of January 2026, at this time.
    fn at(hour: i64, minute: i64) -> Timestamp {
        Timestamp::from_micros(1_767_225_600_000_000 + (hour * 60 + minute) * 60_000_000)
    }

    #[test]
    fn a_schedule_is_due_in_its_minutes() {
        for (schedule, hour, minute, due) in [
            ("15 2 * * *", 2, 15, true),
            ("15 2 * * *", 2, 16, false),
            ("15 2 * * *", 14, 15, false),
            ("*/20 * * * *", 7, 40, true),
            ("*/20 * * * *", 7, 41, false),
            ("5/20 * * * *", 7, 45, true),
            ("0,30 1-3 * * *", 3, 30, true),
            ("0,30 1-3 * * *", 4, 30, false),
            ("0 0 * 2 *", 0, 0, false),
            ("0 0 * * 4", 0, 0, true),
            ("0 0 * * 1-3", 0, 0, false),
            ("0 0 1 * 1", 0, 0, true),
            ("0 0 2 * 4", 0, 0, true),
            ("0 0 2 * *", 0, 0, false),
        ] {
            assert_eq!(schedule.parse::<Cron>().unwrap().is_due(at(hour, minute)), due, "{schedule} {hour}:{minute}");
        }
        let sunday = Timestamp::from_micros(1_767_225_600_000_000 + 3 * 24 * 3_600_000_000);
        assert!(
            "0 0 * * 7".parse::<Cron>().unwrap().is_due(sunday) && "0 0 * * 0".parse::<Cron>().unwrap().is_due(sunday)
        );
    }

    #[test]
    fn what_was_missed_is_known_for_a_day() {
        let nightly: Cron = "15 2 * * *".parse().unwrap();
        let later = at(2, 15).plus(std::time::Duration::from_millis(59_999));
        for (now, due) in [(later, at(2, 15)), (at(14, 0), at(2, 15)), (at(2, 14), at(2 - 24, 15))] {
            assert_eq!(nightly.latest_due(now), Some(due));
        }
        let yearly: Cron = "0 0 31 12 *".parse().unwrap();
        assert_eq!(yearly.latest_due(at(0, 0)), None, "that was exactly a day ago");
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        assert_eq!("nightly".parse::<Cron>(), Err(CronError::Fields(1)));
        for wrong in [
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 8",
            "*/0 * * * *",
            "5-1 * * * *",
            "+1 * * * *",
            "a * * * *",
            ", * * * *",
        ] {
            assert!(matches!(wrong.parse::<Cron>(), Err(CronError::Field { .. })), "{wrong}");
        }
    }
}
