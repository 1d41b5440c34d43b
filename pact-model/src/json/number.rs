//! Numbers with their text.

use std::cmp::Ordering;

/// A JSON number as it was written.
///
/// Two numbers are equal when both are integers or both are decimals and their values are equal: `1.10` equals `1.1` and
/// `1e2` equals `100.0`, but `1` does not equal `1.0`. Pact's `integer` and `decimal` rules make that distinction too.
#[derive(Clone)]
pub struct Number<'a>(Text<'a>);

/// The text of a number. Most are short, and then owning one costs no allocation.
#[derive(Clone)]
enum Text<'a> {
    Borrowed(&'a str),
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Box<str>),
}

/// As many bytes as fit beside the length without making [`Number`] larger.
const SHORT: usize = 22;

impl Text<'static> {
    fn owned(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(start), Ok(length)) => {
                start.copy_from_slice(text.as_bytes());
                Self::Short { length, bytes }
            }
            _ => Self::Long(text.into()),
        }
    }
}

impl<'a> Number<'a> {
    /// Takes text that was found to be a number.
    pub(super) fn from_valid(text: &'a str) -> Self {
        Self(Text::Borrowed(text))
    }

    /// The number written as `text`, if that is a JSON number.
    pub fn parse(text: &'a str) -> Option<Self> {
        match super::Json::parse(text.as_bytes()) {
            Ok(super::Json::Number(number)) if number.as_str().len() == text.len() => Some(number),
            _ => None,
        }
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Borrowed(text) => text,
            Text::Short { length, bytes } => {
                str::from_utf8(&bytes[..usize::from(*length)]).expect("numbers are written in ASCII")
            }
            Text::Long(text) => text,
        }
    }

    /// Is it written without decimal point and exponent? `1.0` is not an integer.
    pub fn is_integer(&self) -> bool {
        !self.as_str().bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
    }

    /// The value, if it is written as an integer and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_str().parse().ok()
    }

    /// The value, if it is written as an integer and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_str().parse().ok()
    }

    /// The nearest floating point value; infinite if the number is beyond its range.
    pub fn as_f64(&self) -> f64 {
        // Every JSON number is a Rust float literal, so parsing cannot fail.
        self.as_str().parse().unwrap_or(f64::NAN)
    }

    /// The same number, borrowing nothing.
    pub fn into_owned(self) -> Number<'static> {
        Number(match self.0 {
            Text::Borrowed(text) => Text::owned(text),
            Text::Short { length, bytes } => Text::Short { length, bytes },
            Text::Long(text) => Text::Long(text),
        })
    }

    /// Sign, significant digits without zeros at either end, and the power of ten of the first digit; `None` for zero.
    /// Exponents beyond `i64` are clamped: such numbers differ from every sane one anyway.
    fn canonical(&self) -> Option<(bool, String, i64)> {
        let (negative, text) = match self.as_str().strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, self.as_str()),
        };
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => {
                let digits = &text[at + 1..];
                let limit = if digits.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 };
                (&text[..at], digits.parse::<i64>().unwrap_or(limit).clamp(i64::MIN / 4, i64::MAX / 4))
            }
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let leading = digits.len() - digits.trim_start_matches('0').len();
        let significant = digits.trim_matches('0');
        if significant.is_empty() {
            return None;
        }
        let digits_of = |count: usize| i64::try_from(count).unwrap_or(i64::MAX / 4);
        let first = digits_of(whole.len()) - digits_of(leading) + exponent;
        Some((negative, significant.to_owned(), first))
    }

    /// Compares by value, whatever the kind: `1` and `1.0` are `Equal`.
    pub fn cmp_value(&self, other: &Number<'_>) -> Ordering {
        match (self.canonical(), other.canonical()) {
            (None, None) => Ordering::Equal,
            (None, Some((negative, ..))) => {
                if negative {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (Some((negative, ..)), None) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (Some(a), Some(b)) => {
                let magnitude = (a.2, &a.1).cmp(&(b.2, &b.1));
                match (a.0, b.0) {
                    (false, false) => magnitude,
                    (true, true) => magnitude.reverse(),
                    (true, false) => Ordering::Less,
                    (false, true) => Ordering::Greater,
                }
            }
        }
    }
}

impl PartialEq for Number<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
            || (self.is_integer() == other.is_integer() && self.cmp_value(other) == Ordering::Equal)
    }
}

impl Eq for Number<'_> {}

impl std::fmt::Debug for Number<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Number").field(&self.as_str()).finish()
    }
}

impl std::fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => { $(
        impl From<$integer> for Number<'_> {
            fn from(value: $integer) -> Self {
                Self(Text::owned(&value.to_string()))
            }
        }
    )* };
}
from_integers!(i32, i64, u16, u32, u64, usize);

impl From<&serde_json::Number> for Number<'static> {
    fn from(number: &serde_json::Number) -> Self {
        Self(Text::owned(&number.to_string()))
    }
}
