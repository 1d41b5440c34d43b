//! Dates and times as text.

use std::fmt::Write as _;

use jiff::Zoned;

use super::{DAYS, Item, MONTHS, Pattern, QUARTERS, ZONES};

impl Pattern {
    /// The instant in this pattern. Counts are honoured as in Java: `M` is `1`, `MM` is `01`; an offset of zero is `Z` with
    /// `X`.
    pub(crate) fn format(&self, instant: &Zoned) -> String {
        let mut out = String::new();
        for item in &self.items {
            match item {
                Item::Literal(text) => out.push_str(text),
                Item::Field { letter, count } => field(&mut out, *letter, *count, instant),
            }
        }
        out
    }
}

fn field(out: &mut String, letter: char, count: usize, instant: &Zoned) {
    let number = |out: &mut String, value: i64| {
        let _ = write!(out, "{value:0count$}");
    };
    let hour = i64::from(instant.hour());
    let month = usize::from(instant.month().unsigned_abs());
    let weekday = instant.weekday();
    let day = usize::from(weekday.to_monday_zero_offset().unsigned_abs());
    let quarter = (month - 1) / 3;
    let name = |name: &'static str, full: bool| if full { name } else { &name[..3] };
    match letter {
        'G' => out.push_str(if instant.year() > 0 { "AD" } else { "BC" }),
        // Years before the first are counted backwards from it; only `u` knows a year 0.
        'y' | 'Y' if instant.year() <= 0 && count != 2 => number(out, 1 - i64::from(instant.year())),
        'y' | 'Y' | 'u' if count == 2 => number(out, i64::from(instant.year()).rem_euclid(100)),
        'y' | 'Y' | 'u' => number(out, i64::from(instant.year())),
        'M' | 'L' if count > 2 => out.push_str(name(MONTHS[month - 1], count > 3)),
        'M' | 'L' => number(out, i64::from(instant.month())),
        'd' => number(out, i64::from(instant.day())),
        'D' => number(out, i64::from(instant.day_of_year())),
        'Q' | 'q' => match count {
            1 | 2 => number(out, i64::from(instant.month() - 1) / 3 + 1),
            3 => {
                let _ = write!(out, "Q{}", quarter + 1);
            }
            _ => out.push_str(QUARTERS[quarter]),
        },
        'w' => number(out, i64::from(instant.date().iso_week_date().week())),
        'W' => number(out, i64::from(week_of_month(instant))),
        'F' => number(out, i64::from((instant.day() - 1) / 7 + 1)),
        'e' | 'c' if count <= 2 => number(out, i64::from(weekday.to_monday_one_offset())),
        'E' | 'e' | 'c' => out.push_str(name(DAYS[day], count > 3)),
        'a' => out.push_str(if hour < 12 { "AM" } else { "PM" }),
        'h' => number(out, if hour % 12 == 0 { 12 } else { hour % 12 }),
        'K' => number(out, hour % 12),
        'H' => number(out, hour),
        'k' => number(out, if hour == 0 { 24 } else { hour }),
        'm' => number(out, i64::from(instant.minute())),
        's' => number(out, i64::from(instant.second())),
        'S' => {
            let nanoseconds = format!("{:09}", instant.subsec_nanosecond());
            out.push_str(&nanoseconds[..count.min(9)]);
        }
        'n' => number(out, i64::from(instant.subsec_nanosecond())),
        'A' => number(out, since_midnight(instant) / 1_000_000),
        'N' => number(out, since_midnight(instant)),
        'V' => out.push_str(instant.time_zone().iana_name().unwrap_or("UTC")),
        'z' => {
            let zone = instant.time_zone().to_offset_info(instant.timestamp());
            // Zones without a name, and those whose name nobody knows, are printed as their offset.
            if ZONES.contains(&zone.abbreviation()) {
                out.push_str(zone.abbreviation());
            } else {
                localised_offset(out, true, instant);
            }
        }
        'O' => localised_offset(out, count > 1, instant),
        'X' | 'x' => offset(out, count, letter == 'X', instant),
        'Z' => match count {
            4 => localised_offset(out, true, instant),
            5 => offset(out, 5, true, instant),
            _ => offset(out, 2, false, instant),
        },
        _ => {}
    }
}

/// Weeks begin on Monday; the first may be a short one.
fn week_of_month(instant: &Zoned) -> i8 {
    let before_first = instant.first_of_month().map_or(0, |first| first.weekday().to_monday_zero_offset());
    (instant.day() - 1 + before_first) / 7 + 1
}

fn since_midnight(instant: &Zoned) -> i64 {
    let seconds = i64::from(instant.hour()) * 3600 + i64::from(instant.minute()) * 60 + i64::from(instant.second());
    seconds * 1_000_000_000 + i64::from(instant.subsec_nanosecond())
}

/// Sign, hours, minutes and seconds of the offset.
fn offset_parts(instant: &Zoned) -> (char, i32, i32, i32) {
    let seconds = instant.offset().seconds();
    let size = seconds.abs();
    (if seconds < 0 { '-' } else { '+' }, size / 3600, size / 60 % 60, size % 60)
}

fn localised_offset(out: &mut String, long: bool, instant: &Zoned) {
    out.push_str("GMT");
    let (sign, hours, minutes, _) = offset_parts(instant);
    let _ = match (hours, minutes) {
        (0, 0) => Ok(()),
        _ if long => write!(out, "{sign}{hours:02}:{minutes:02}"),
        (_, 0) => write!(out, "{sign}{hours}"),
        _ => write!(out, "{sign}{hours}:{minutes:02}"),
    };
}

fn offset(out: &mut String, count: usize, zero_as_z: bool, instant: &Zoned) {
    let (sign, hours, minutes, seconds) = offset_parts(instant);
    if zero_as_z && (hours, minutes, seconds) == (0, 0, 0) {
        out.push('Z');
        return;
    }
    let colon = if matches!(count, 3 | 5) { ":" } else { "" };
    let _ = write!(out, "{sign}{hours:02}");
    if count > 1 || minutes > 0 {
        let _ = write!(out, "{colon}{minutes:02}");
    }
    if count > 3 && seconds > 0 {
        let _ = write!(out, "{colon}{seconds:02}");
    }
}
