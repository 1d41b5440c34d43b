//! Date expressions, for example `+ 1 day`, `next monday` or `tomorrow @ noon + 2 hours`: moving an instant.
//!
//! ```text
//! date  := base? adj* | ("next" | "last") offset adj*        base := now today yesterday tomorrow
//! time  := tbase? adj* | ("next" | "last") unit adj*         tbase := now midnight noon N "o'clock" ("am" | "pm")?
//! adj   := ("+" | "-") number unit
//! ```

use jiff::civil::{DateTime, Weekday};
use jiff::{Span, ToSpan as _, Zoned};

/// Which half of an instant an expression is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Date,
    Time,
    /// `date @ time`
    Both,
}

const WEEKDAYS: [(&[&str], Weekday); 7] = [
    (&["mon", "monday"], Weekday::Monday),
    (&["tue", "tues", "tuesday"], Weekday::Tuesday),
    (&["wed", "wednesday"], Weekday::Wednesday),
    (&["thu", "thurs", "thursday"], Weekday::Thursday),
    (&["fri", "friday"], Weekday::Friday),
    (&["sat", "saturday"], Weekday::Saturday),
    (&["sun", "sunday"], Weekday::Sunday),
];

const MONTHS: [(&str, &str); 12] = [
    ("jan", "january"),
    ("feb", "february"),
    ("mar", "march"),
    ("apr", "april"),
    ("may", "may"),
    ("jun", "june"),
    ("jul", "july"),
    ("aug", "august"),
    ("sep", "september"),
    ("oct", "october"),
    ("nov", "november"),
    ("dec", "december"),
];

/// The instant that `expression` says, starting from `base`. Without an expression it is the base.
pub(super) fn evaluate(expression: &str, part: Part, base: &Zoned) -> Result<Zoned, String> {
    let (date, time) = match part {
        Part::Date => (Some(expression), None),
        Part::Time => (None, Some(expression)),
        Part::Both => match expression.split_once('@') {
            Some((date, time)) => (Some(date), Some(time)),
            None => (Some(expression), None),
        },
    };
    let moved = move_by(base.datetime(), date, time).map_err(|why| format!("the expression '{expression}': {why}"))?;
    moved.to_zoned(base.time_zone().clone()).map_err(|error| error.to_string())
}

fn move_by(mut at: DateTime, date: Option<&str>, time: Option<&str>) -> Result<DateTime, String> {
    if let Some(date) = date {
        let mut words = Words::of(date)?;
        at = move_date(at, &mut words)?;
        at = adjust(at, &mut words, date_span)?;
    }
    if let Some(time) = time {
        let mut words = Words::of(time)?;
        at = move_time(at, &mut words)?;
        at = adjust(at, &mut words, time_span)?;
    }
    Ok(at)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    Name(String),
    Number(i64),
    Sign(i64),
}

struct Words(std::iter::Peekable<std::vec::IntoIter<Word>>);

impl Words {
    fn of(text: &str) -> Result<Self, String> {
        let mut words = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = |is_part: fn(char) -> bool| rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let length = match first {
                '+' | '-' => {
                    words.push(Word::Sign(if first == '+' { 1 } else { -1 }));
                    1
                }
                _ if first.is_ascii_digit() => {
                    let length = length(|c| c.is_ascii_digit());
                    let number =
                        rest[..length].parse().map_err(|_| format!("the number {} is too large", &rest[..length]))?;
                    words.push(Word::Number(number));
                    length
                }
                _ if first.is_ascii_alphabetic() => {
                    let length = length(|c| c.is_ascii_alphabetic() || c == '\'');
                    words.push(Word::Name(rest[..length].to_ascii_lowercase()));
                    length
                }
                _ => return Err(format!("'{first}' means nothing")),
            };
            rest = rest[length..].trim_start();
        }
        Ok(Self(words.into_iter().peekable()))
    }

    fn name_if(&mut self, is: impl Fn(&str) -> bool) -> Option<String> {
        let word = self.0.next_if(|word| matches!(word, Word::Name(name) if is(name)))?;
        if let Word::Name(name) = word { Some(name) } else { None }
    }

    fn name(&mut self, wanted: &str) -> Result<String, String> {
        self.name_if(|_| true).ok_or_else(|| format!("expected {wanted}"))
    }

    /// `next` or `last`, as a sign.
    fn direction(&mut self) -> Option<i64> {
        let word = self.name_if(|name| matches!(name, "next" | "last"))?;
        Some(if word == "next" { 1 } else { -1 })
    }
}

fn add(at: DateTime, span: Span) -> Result<DateTime, String> {
    at.checked_add(span).map_err(|_| "the date is out of range".to_owned())
}

fn days(count: i64) -> Result<Span, String> {
    Span::new().try_days(count).map_err(|_| "the number is too large".to_owned())
}

fn move_date(at: DateTime, words: &mut Words) -> Result<DateTime, String> {
    if let Some(direction) = words.direction() {
        let offset = words.name("a unit, a day or a month after next or last")?;
        return roll(at, direction, &offset);
    }
    match words.name_if(|name| matches!(name, "now" | "today" | "yesterday" | "tomorrow")).as_deref() {
        Some("yesterday") => add(at, (-1).day()),
        Some("tomorrow") => add(at, 1.day()),
        _ => Ok(at),
    }
}

fn roll(at: DateTime, direction: i64, offset: &str) -> Result<DateTime, String> {
    if offset == "fortnight" {
        return add(at, days(14 * direction)?);
    }
    if let Some(span) = date_span(offset, direction) {
        return add(at, span?);
    }
    if let Some((_, weekday)) = WEEKDAYS.iter().find(|(names, _)| names.contains(&offset)) {
        let count = if direction > 0 { at.weekday().until(*weekday) } else { at.weekday().since(*weekday) };
        // The same day of the week means a week later or earlier.
        let count = if count == 0 { 7 } else { i64::from(count) };
        return add(at, days(count * direction)?);
    }
    let Some(month) =
        (1..).zip(MONTHS).find(|(_, (short, long))| offset == *short || offset == *long).map(|(at, _)| at)
    else {
        return Err(format!("'{offset}' is no unit, day or month"));
    };
    let years = match direction {
        1 => i16::from(at.month() >= month),
        _ => -i16::from(at.month() <= month),
    };
    let rolled = at.with().year(at.year().saturating_add(years)).month(month).day(1).build();
    rolled.map_err(|_| "the date is out of range".to_owned())
}

fn move_time(at: DateTime, words: &mut Words) -> Result<DateTime, String> {
    if let Some(direction) = words.direction() {
        let unit = words.name("a unit after next or last")?;
        let span = time_span(&unit, direction).ok_or_else(|| format!("'{unit}' is no unit of time"))??;
        return add(at, span);
    }
    let hour = match words.0.peek() {
        Some(Word::Number(number)) => {
            let number = *number;
            words.0.next();
            words.name_if(|name| name == "o'clock").ok_or("expected o'clock after the hour")?;
            if !(1..=12).contains(&number) {
                return Err(format!("{number} o'clock does not exist"));
            }
            let half = words.name_if(|name| matches!(name, "am" | "pm"));
            let afternoon = match half.as_deref() {
                Some(half) => half == "pm",
                // The next such hour, as far as that can be said of a day.
                None => at.hour() < 12,
            };
            Some(number % 12 + if afternoon { 12 } else { 0 })
        }
        _ => match words.name_if(|name| matches!(name, "now" | "midnight" | "noon")).as_deref() {
            Some("midnight") => Some(0),
            Some("noon") => Some(12),
            _ => None,
        },
    };
    match hour.and_then(|hour| i8::try_from(hour).ok()) {
        Some(hour) => Ok(at.date().at(hour, 0, 0, 0)),
        None => Ok(at),
    }
}

/// `+ 2 days - 1 week …` to the end.
fn adjust(
    mut at: DateTime,
    words: &mut Words,
    span_of: fn(&str, i64) -> Option<Result<Span, String>>,
) -> Result<DateTime, String> {
    while let Some(word) = words.0.next() {
        let Word::Sign(sign) = word else {
            return Err(match word {
                Word::Name(name) => format!("'{name}' does not fit here"),
                Word::Number(number) => format!("expected + or - before {number}"),
                Word::Sign(_) => String::new(),
            });
        };
        let Some(Word::Number(count)) = words.0.next() else { return Err("expected a number after + or -".to_owned()) };
        let unit = words.name("a unit after the number")?;
        let span = span_of(&unit, sign * count).ok_or_else(|| format!("'{unit}' is no unit here"))?;
        at = add(at, span?)?;
    }
    Ok(at)
}

fn date_span(unit: &str, count: i64) -> Option<Result<Span, String>> {
    let span = match unit {
        "day" | "days" => Span::new().try_days(count),
        "week" | "weeks" => Span::new().try_weeks(count),
        "month" | "months" => Span::new().try_months(count),
        "year" | "years" => Span::new().try_years(count),
        _ => return None,
    };
    Some(span.map_err(|_| "the number is too large".to_owned()))
}

fn time_span(unit: &str, count: i64) -> Option<Result<Span, String>> {
    let span = match unit {
        "hour" | "hours" => Span::new().try_hours(count),
        "minute" | "minutes" => Span::new().try_minutes(count),
        "second" | "seconds" => Span::new().try_seconds(count),
        "millisecond" | "milliseconds" => Span::new().try_milliseconds(count),
        _ => return None,
    };
    Some(span.map_err(|_| "the number is too large".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_2000(expression: &str) -> Result<String, String> {
        let base: Zoned = "2000-01-01T10:00:00[UTC]".parse().expect("an instant");
        evaluate(expression, Part::Both, &base).map(|at| at.datetime().to_string())
    }

    #[test]
    fn expressions_move_the_first_of_january_2000_at_ten() {
        for (expression, result) in [
            ("now", "2000-01-01T10:00:00"),
            ("today", "2000-01-01T10:00:00"),
            ("", "2000-01-01T10:00:00"),
            ("+ 1 day", "2000-01-02T10:00:00"),
            ("tomorrow+ 4 years", "2004-01-02T10:00:00"),
            ("last month", "1999-12-01T10:00:00"),
            ("last wednesday", "1999-12-29T10:00:00"),
            ("next jan", "2001-01-01T10:00:00"),
            ("+ 1 day - 2 weeks", "1999-12-19T10:00:00"),
            ("@ 2 o'clock", "2000-01-01T14:00:00"),
            ("@ 1 o'clock pm", "2000-01-01T13:00:00"),
            ("@ 12 o'clock pm", "2000-01-01T12:00:00"),
            ("@ 12 o'clock am", "2000-01-01T00:00:00"),
            ("@ now + 2 hours - 4 minutes", "2000-01-01T11:56:00"),
            ("yesterday @ midnight - 1 hour", "1999-12-30T23:00:00"),
            ("tomorrow+ 4 years @ 3 o'clock + 40 milliseconds", "2004-01-02T15:00:00.04"),
            ("yesterday", "1999-12-31T10:00:00"),
            ("- 2 weeks", "1999-12-18T10:00:00"),
            ("next fortnight", "2000-01-15T10:00:00"),
            ("next monday", "2000-01-03T10:00:00"),
            ("next saturday", "2000-01-08T10:00:00"),
            ("last december", "1999-12-01T10:00:00"),
            ("next june + 2 weeks", "2000-06-15T10:00:00"),
            ("@ midnight", "2000-01-01T00:00:00"),
            ("@ next hour", "2000-01-01T11:00:00"),
            ("+ 1 week @ +1 hour", "2000-01-08T11:00:00"),
            ("last month @ last hour", "1999-12-01T09:00:00"),
            ("@ noon", "2000-01-01T12:00:00"),
        ] {
            assert_eq!(from_2000(expression).as_deref(), Ok(result), "{expression}");
        }
    }

    #[test]
    fn what_is_no_expression_says_so() {
        for expression in [
            "soon",
            "+ day",
            "+ 1",
            "1 day",
            "next",
            "next thing",
            "@ 13 o'clock",
            "@ 1 am",
            "+ 1 hour",
            "@ + 1 day",
            "a;b",
            "+ 99999999999999999999 days",
            "+ 99999999999 years",
            "- 9999999 days",
        ] {
            assert!(from_2000(expression).is_err(), "{expression}");
        }
        insta::assert_snapshot!(from_2000("+ 1 hour").unwrap_err(), @"the expression '+ 1 hour': 'hour' is no unit here");
    }
}
