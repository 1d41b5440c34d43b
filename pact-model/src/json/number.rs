//! Numbers with their text.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A JSON number as it was written.
///
/// Two numbers are equal when both are integers or both are decimals and their values are equal: `1.10` equals `1.1` and
/// `1e2` equals `100.0`, but `1` does not equal `1.0`. Pact's `integer` and `decimal` rules make that distinction too.
#[derive(Debug, Clone)]
pub struct Number<'a>(Cow<'a, str>);

impl<'a> Number<'a> {
    /// Takes text that a JSON tokeniser found to be a number.
    pub(super) fn from_valid(text: impl Into<Cow<'a, str>>) -> Self {
        Self(text.into())
    }

    /// The number written as `text`, if that is a JSON number.
    pub fn parse(text: &'a str) -> Option<Self> {
        match super::Json::parse(text.as_bytes()) {
            Ok(super::Json::Number(number)) if number.0.len() == text.len() => Some(number),
            _ => None,
        }
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is it written without decimal point and exponent? `1.0` is not an integer.
    pub fn is_integer(&self) -> bool {
        !self.0.contains(['.', 'e', 'E'])
    }

    /// The value, if it is written as an integer and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// The value, if it is written as an integer and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The nearest floating point value; infinite if the number is beyond its range.
    pub fn as_f64(&self) -> f64 {
        // Every JSON number is a Rust float literal, so parsing cannot fail.
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// The same number, borrowing nothing.
    pub fn into_owned(self) -> Number<'static> {
        Number(Cow::Owned(self.0.into_owned()))
    }

    /// Sign, significant digits without zeros at either end, and the power of ten of the first digit; `None` for zero.
    /// Exponents beyond `i64` are clamped: such numbers differ from every sane one anyway.
    fn canonical(&self) -> Option<(bool, String, i64)> {
        let (negative, text) = match self.0.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, &*self.0),
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
        self.0 == other.0 || (self.is_integer() == other.is_integer() && self.cmp_value(other) == Ordering::Equal)
    }
}

impl Eq for Number<'_> {}

impl std::fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => { $(
        impl From<$integer> for Number<'_> {
            fn from(value: $integer) -> Self {
                Self(Cow::Owned(value.to_string()))
            }
        }
    )* };
}
from_integers!(i32, i64, u16, u32, u64, usize);

impl From<&serde_json::Number> for Number<'static> {
    fn from(number: &serde_json::Number) -> Self {
        Self(Cow::Owned(number.to_string()))
    }
}
