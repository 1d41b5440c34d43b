//! Date and time patterns as Java writes them, for example `yyyy-MM-dd'T'HH:mm:ss.SSSXXX`: checking texts and making them.
//!
//! Checking is strict: a field of two or more letters takes exactly that many digits, a date must exist in the calendar,
//! and all of the text must be used. `Y` is read as the year, because that is what those who write `YYYY` mean.

mod format;

use jiff::tz::TimeZone;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Literal(String),
    Field { letter: char, count: usize },
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const QUARTERS: [&str; 4] = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"];
const ZONES: [&str; 48] = [
    "ACDT", "ACST", "ADT", "AEDT", "AEST", "AKDT", "AKST", "ART", "AST", "AWST", "BRT", "BST", "CAT", "CDT", "CEST",
    "CET", "CST", "EAT", "EDT", "EEST", "EET", "EST", "GMT", "HKT", "HST", "ICT", "IDT", "IST", "JST", "KST", "MDT",
    "MSK", "MST", "NDT", "NST", "NZDT", "NZST", "PDT", "PKT", "PST", "SAST", "SGT", "UT", "UTC", "WAT", "WEST", "WET",
    "WIB",
];

/// No id of a time zone has more letters.
const LONGEST_ZONE: usize = 64;

impl Pattern {
    /// Reads a pattern.
    pub(crate) fn compile(pattern: &str) -> Result<Self, String> {
        let mut items = Vec::new();
        let mut rest = pattern;
        while let Some(next) = rest.chars().next() {
            if next == '\'' {
                let (text, after) = quoted(&rest[1..])?;
                push_literal(&mut items, &text);
                rest = after;
            } else if next.is_ascii_alphabetic() {
                let count = rest.chars().take_while(|c| *c == next).count();
                allow(next, count)?;
                items.push(Item::Field { letter: next, count });
                rest = &rest[count..];
            } else if next.is_ascii_digit() || matches!(next, '{' | '}' | '[' | ']' | '#') {
                return Err(format!("the pattern has a '{next}' that is not quoted"));
            } else {
                push_literal(&mut items, next.encode_utf8(&mut [0; 4]));
                rest = &rest[next.len_utf8()..];
            }
        }
        Ok(Self { items })
    }

    /// Is `text` of the pattern, and does it name a date and time that exist?
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        let mut reader = Reader { text, at: 0 };
        let mut date = Date::default();
        for item in &self.items {
            match item {
                Item::Literal(literal) => reader.literal(literal)?,
                Item::Field { letter, count } => reader.field(*letter, *count, &mut date)?,
            }
        }
        if reader.at < text.len() {
            return Err(format!("'{}' is left over at the end", &text[reader.at..]));
        }
        date.check()
    }
}

/// The text up to the closing quote, and what follows; `''` is a quote, also inside.
fn quoted(rest: &str) -> Result<(String, &str), String> {
    if let Some(after) = rest.strip_prefix('\'') {
        return Ok(("'".to_owned(), after));
    }
    let mut text = String::new();
    let mut characters = rest.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c != '\'' {
            text.push(c);
        } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
            text.push('\'');
        } else {
            return Ok((text, &rest[at + 1..]));
        }
    }
    Err("the pattern has a quote that is not closed".to_owned())
}

fn push_literal(items: &mut Vec<Item>, text: &str) {
    if let Some(Item::Literal(last)) = items.last_mut() {
        last.push_str(text);
    } else {
        items.push(Item::Literal(text.to_owned()));
    }
}

/// Is `letter` a field, and may it be repeated so often?
fn allow(letter: char, count: usize) -> Result<(), String> {
    let most = match letter {
        'G' | 'M' | 'L' | 'E' | 'e' | 'c' | 'X' | 'x' | 'Z' => 5,
        'Q' | 'q' | 'O' => 4,
        'y' | 'Y' | 'u' | 'S' | 'n' => 9,
        'A' | 'N' => 19,
        'D' | 'z' => 3,
        'd' | 'w' | 'h' | 'H' | 'k' | 'K' | 'm' | 's' | 'V' => 2,
        'W' | 'F' | 'a' => 1,
        _ => return Err(format!("the pattern has the letter '{letter}', which means nothing")),
    };
    if count > most {
        return Err(format!(
            "the pattern has the letter '{letter}' {count} times, but it may stand at most {most} times"
        ));
    }
    Ok(())
}

/// What a text says of its date.
#[derive(Debug, Default)]
struct Date {
    /// Are years counted backwards, so that 1 BC is the year before 1 AD?
    is_before_christ: bool,
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
}

impl Date {
    fn check(&self) -> Result<(), String> {
        // There is no year 0 between 1 BC and 1 AD.
        let year = self.year.map(|year| if self.is_before_christ { 1 - year } else { year });
        let is_leap = year.is_none_or(|year| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
        if self.day_of_year == Some(366) && !is_leap {
            return Err("the year has no day 366".to_owned());
        }
        let longest = match self.month {
            Some(2) if is_leap => 29,
            Some(2) => 28,
            Some(4 | 6 | 9 | 11) => 30,
            _ => 31,
        };
        match self.day {
            Some(day) if day > longest => Err(format!("the month has no day {day}")),
            _ => Ok(()),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn error(&self, wanted: &str) -> String {
        let place = self.text[..self.at].chars().count() + 1;
        format!("expected {wanted} at character {place}")
    }

    fn literal(&mut self, literal: &str) -> Result<(), String> {
        if self.rest().starts_with(literal) {
            self.at += literal.len();
            return Ok(());
        }
        Err(self.error(&format!("'{literal}'")))
    }

    fn field(&mut self, letter: char, count: usize, date: &mut Date) -> Result<(), String> {
        match letter {
            'G' => {
                date.is_before_christ = self.one_of(&["AD", "BC"], "AD or BC")? == 1;
                Ok(())
            }
            'y' | 'Y' | 'u' => {
                // Of four digits and more, `yyy` prints all.
                let year = match count {
                    3 => self.growing(count, 9, "a year", 0, 999_999_999)?,
                    _ => self.digits(count, 9, "a year", 0, 999_999_999)?,
                };
                date.year = Some(if count == 2 { 2000 + year } else { year });
                Ok(())
            }
            'M' | 'L' => {
                date.month = Some(match count {
                    1 | 2 => self.digits(count, 2, "a month", 1, 12)?,
                    3 => self.short(&MONTHS, "a short month name")? + 1,
                    _ => self.one_of(&MONTHS, "a month name")? + 1,
                });
                Ok(())
            }
            'd' => {
                date.day = Some(self.digits(count, 2, "a day of the month", 1, 31)?);
                Ok(())
            }
            'D' => {
                date.day_of_year = Some(self.growing(count, 3, "a day of the year", 1, 366)?);
                Ok(())
            }
            'Q' | 'q' => match count {
                1 | 2 => self.digits(count, 1, "a quarter", 1, 4).map(|_| ()),
                3 => self.one_of(&["Q1", "Q2", "Q3", "Q4"], "a quarter such as Q1").map(|_| ()),
                _ => self.one_of(&QUARTERS, "a quarter such as 1st quarter").map(|_| ()),
            },
            'w' => self.digits(count, 2, "a week of the year", 1, 56).map(|_| ()),
            'W' => self.digits(count, 1, "a week of the month", 0, 6).map(|_| ()),
            'F' => self.digits(count, 1, "a week of the month", 0, 5).map(|_| ()),
            'e' | 'c' if count <= 2 => self.digits(count, 1, "a day of the week", 1, 7).map(|_| ()),
            'E' | 'e' | 'c' if count <= 3 => self.short(&DAYS, "a short day name").map(|_| ()),
            'E' | 'e' | 'c' => self.one_of(&DAYS, "a day name").map(|_| ()),
            'a' => self.one_of(&["am", "pm"], "am or pm").map(|_| ()),
            'h' => self.digits(count, 2, "an hour", 1, 12).map(|_| ()),
            'K' => self.digits(count, 2, "an hour", 0, 11).map(|_| ()),
            'H' => self.digits(count, 2, "an hour", 0, 23).map(|_| ()),
            'k' => self.digits(count, 2, "an hour", 1, 24).map(|_| ()),
            'm' => self.digits(count, 2, "minutes", 0, 59).map(|_| ()),
            // A leap second is a second.
            's' => self.digits(count, 2, "seconds", 0, 60).map(|_| ()),
            'S' => self.digits(count, 9, "a fraction of a second", 0, 999_999_999).map(|_| ()),
            'n' => self.growing(count, 9, "nanoseconds", 0, 999_999_999).map(|_| ()),
            'A' => self.growing(count, 8, "milliseconds of the day", 0, 86_399_999).map(|_| ()),
            'N' => self.growing(count, 14, "nanoseconds of the day", 0, 86_399_999_999_999).map(|_| ()),
            'V' => self.zone_id(),
            'z' => self.zone_name(),
            'O' => self.localised_offset(),
            'X' => self.offset(count, true),
            'x' => self.offset(count, false),
            'Z' => match count {
                4 => self.localised_offset(),
                5 => self.offset(5, true),
                _ => self.offset(2, false),
            },
            _ => Err(format!("the pattern letter '{letter}' means nothing")),
        }
    }

    /// A number of exactly `count` digits, or of one to `widest` if `count` is 1.
    fn digits(&mut self, count: usize, widest: usize, what: &str, least: i64, most: i64) -> Result<i64, String> {
        self.growing(count, if count == 1 { widest } else { count }, what, least, most)
    }

    /// A number of `count` to `widest` digits: the pattern says how many there are at least.
    fn growing(&mut self, count: usize, widest: usize, what: &str, least: i64, most: i64) -> Result<i64, String> {
        let available = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if available < count {
            let wanted = match count {
                1 => what.to_owned(),
                _ => format!("{what} of {count} digits"),
            };
            return Err(self.error(&wanted));
        }
        let length = available.min(widest.max(count));
        // At most 19 digits; what does not fit is out of every range.
        let value: i64 = self.rest()[..length].parse().unwrap_or(i64::MAX);
        if !(least..=most).contains(&value) {
            return Err(self.error(&format!("{what} from {least} to {most}")));
        }
        self.at += length;
        Ok(value)
    }

    /// One of the texts, in any case: its position.
    fn one_of(&mut self, texts: &[&str], what: &str) -> Result<i64, String> {
        let rest = self.rest();
        let begins = |text: &&str| rest.get(..text.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(text));
        let found = texts.iter().position(begins).ok_or_else(|| self.error(what))?;
        self.at += texts[found].len();
        Ok(i64::try_from(found).unwrap_or_default())
    }

    fn short(&mut self, names: &[&str], what: &str) -> Result<i64, String> {
        let short: Vec<&str> = names.iter().map(|name| &name[..3]).collect();
        self.one_of(&short, what)
    }

    fn zone_id(&mut self) -> Result<(), String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
        let length = self.rest().find(|c| !is_part(c)).unwrap_or(self.rest().len());
        // The database is asked without regard to case, but an id has only one spelling.
        let is_zone = |id: &str| TimeZone::get(id).is_ok_and(|zone| zone.iana_name() == Some(id));
        self.longest(length, is_zone).map(|_| ()).ok_or_else(|| self.error("a time zone such as Europe/Paris"))
    }

    /// Reads the most of the next bytes, which are ASCII, that are something: what follows a name may begin with letters, too.
    fn longest(&mut self, length: usize, is: impl Fn(&str) -> bool) -> Option<&'t str> {
        let rest = self.rest();
        let found = (1..=length.min(LONGEST_ZONE)).rev().map(|length| &rest[..length]).find(|part| is(part))?;
        self.at += found.len();
        Some(found)
    }

    fn zone_name(&mut self) -> Result<(), String> {
        let length = self.rest().bytes().take_while(u8::is_ascii_alphabetic).count();
        let name = self.longest(length, |name| ZONES.contains(&name));
        let name = name.ok_or_else(|| self.error("the short name of a time zone such as CET"))?;
        // Zones without a name are printed as their offset.
        if matches!(name, "GMT" | "UTC" | "UT") && self.is_signed_number() {
            self.offset(3, false)?;
        }
        Ok(())
    }

    fn is_signed_number(&self) -> bool {
        self.rest().strip_prefix(['+', '-']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// `GMT`, `GMT+8` or `GMT+08:00`, also with `UTC`.
    fn localised_offset(&mut self) -> Result<(), String> {
        self.one_of(&["GMT", "UTC"], "GMT or UTC with an offset")?;
        if !self.is_signed_number() {
            return Ok(());
        }
        self.at += 1;
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.digits(digits.clamp(1, 2), 2, "the hours of an offset", 0, 18)?;
        if self.rest().starts_with(':') {
            self.at += 1;
            self.digits(2, 2, "the minutes of an offset", 0, 59)?;
        }
        Ok(())
    }

    /// An offset in the form of so many `X`.
    fn offset(&mut self, count: usize, zero_as_z: bool) -> Result<(), String> {
        if zero_as_z && self.rest().starts_with('Z') {
            self.at += 1;
            return Ok(());
        }
        if !self.rest().starts_with(['+', '-']) {
            return Err(self.error(if zero_as_z { "an offset or Z" } else { "an offset" }));
        }
        self.at += 1;
        let hours = self.digits(2, 2, "the hours of an offset", 0, 18)?;
        let colon = matches!(count, 3 | 5);
        let is_more = |reader: &Self| {
            let rest = reader.rest();
            if colon { rest.starts_with(':') } else { rest.starts_with(|c: char| c.is_ascii_digit()) }
        };
        let mut minutes = 0;
        if count > 1 || is_more(self) {
            if colon {
                self.literal(":")?;
            }
            minutes = self.digits(2, 2, "the minutes of an offset", 0, 59)?;
        }
        if count > 3 && is_more(self) {
            if colon {
                self.literal(":")?;
            }
            self.digits(2, 2, "the seconds of an offset", 0, 59)?;
        }
        if hours == 18 && minutes > 0 {
            return Err(self.error("an offset of at most 18 hours"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
