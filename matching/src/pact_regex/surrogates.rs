//! Pairs of surrogates, with which JavaScript and Java write characters beyond U+FFFF: `\ud83d\ude00` is one character, and
//! `[\ud800-\udbff][\udc00-\udfff]` any of them.
//!
//! Half a pair never occurs in text; what is left of such halves matches nothing (see [`super::class`]).

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

type Ranges = Vec<(u32, u32)>;

const HIGH: RangeInclusive<u32> = 0xD800..=0xDBFF;
const LOW: RangeInclusive<u32> = 0xDC00..=0xDFFF;

/// More ranges than this are no honest spelling of anything.
const MOST_RANGES: usize = 10_000;

/// The expression with each pair as one character.
pub(super) fn join(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains("\\u") {
        return Cow::Borrowed(pattern);
    }
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = pair(rest, &mut out) {
            rest = after;
            continue;
        }
        let escaped = if next == '\\' { rest[1..].chars().next().map_or(0, char::len_utf8) } else { 0 };
        let (copied, after) = rest.split_at(next.len_utf8() + escaped);
        out.push_str(copied);
        rest = after;
    }
    Cow::Owned(out)
}

/// Writes the pair at the beginning of `text`, if there is one, and gives back what follows.
fn pair<'t>(text: &'t str, out: &mut String) -> Option<&'t str> {
    let (highs, after) = halves(text, &HIGH)?;
    let (lows, after) = halves(after, &LOW)?;
    if let ([(high, high_end)], [(low, low_end)]) = (&highs[..], &lows[..])
        && high == high_end
        && low == low_end
    {
        let _ = write!(out, "\\x{{{:X}}}", joined(*high, *low));
        return Some(after);
    }
    let mut ranges = Ranges::new();
    for (first, last) in highs {
        if lows[..] == [(*LOW.start(), *LOW.end())] {
            ranges.push((joined(first, *LOW.start()), joined(last, *LOW.end())));
            continue;
        }
        for high in first..=last {
            ranges.extend(lows.iter().map(|(low, end)| (joined(high, *low), joined(high, *end))));
        }
        if ranges.len() > MOST_RANGES {
            return None;
        }
    }
    out.push('[');
    for (first, last) in ranges {
        let _ = write!(out, "\\x{{{first:X}}}-\\x{{{last:X}}}");
    }
    out.push(']');
    Some(after)
}

fn joined(high: u32, low: u32) -> u32 {
    0x10000 + ((high - HIGH.start()) << 10) + (low - LOW.start())
}

/// One half, or a class of halves of one kind.
fn halves<'t>(text: &'t str, kind: &RangeInclusive<u32>) -> Option<(Ranges, &'t str)> {
    let Some(mut rest) = text.strip_prefix('[') else {
        let (half, after) = unit(text, kind)?;
        return Some((vec![(half, half)], after));
    };
    let mut ranges = Ranges::new();
    loop {
        if let Some(after) = rest.strip_prefix(']') {
            return (!ranges.is_empty()).then_some((ranges, after));
        }
        let (first, after) = unit(rest, kind)?;
        let (last, after) = match after.strip_prefix('-') {
            Some(after) => unit(after, kind)?,
            None => (first, after),
        };
        (first <= last).then(|| ranges.push((first, last)))?;
        rest = after;
    }
}

/// `\uXXXX`, if it is of the kind.
fn unit<'t>(text: &'t str, kind: &RangeInclusive<u32>) -> Option<(u32, &'t str)> {
    let digits = text.strip_prefix("\\u")?;
    let unit = u32::from_str_radix(digits.get(..4)?, 16).ok()?;
    kind.contains(&unit).then(|| (unit, &digits[4..]))
}
