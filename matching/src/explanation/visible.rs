//! Texts for the eye: cut to a width, and with escapes for what cannot be seen.

use std::fmt::Write as _;

use super::Hide;

/// The widest value in an excerpt, in characters.
pub(super) const WIDEST: usize = 60;

/// Characters that a terminal would obey, or that cannot be told from others by looking at them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Does the text hold characters that cannot be seen?
pub(super) fn has_hidden(text: &str) -> bool {
    text.chars().any(is_hidden)
}

/// The text with escapes such as `\u{a0}`.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => visible.extend(c.escape_default()),
            c if is_hidden(c) => _ = write!(visible, "{}", c.escape_unicode()),
            c => visible.push(c),
        }
    }
    visible
}

/// The text without the hidden characters; no-break spaces and their like become spaces.
pub(super) fn without_hidden(text: &str) -> String {
    let plain = text.chars().filter_map(|c| match c {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        c if is_hidden(c) => None,
        c => Some(c),
    });
    plain.collect()
}

/// The text without what must not be shown, and without its middle if it is longer than `width` characters. Half of a secret
/// would not be recognised, so it is taken out before anything is cut.
pub(super) fn shown(text: &str, width: usize, hide: Hide<'_>) -> String {
    cut(&hide(text), width)
}

/// A name in a sentence.
pub(super) fn quoted(name: &str, hide: Hide<'_>) -> String {
    format!("`{}`", visible(&shown(name, WIDEST, hide)))
}

/// The text, without its middle if it is longer than `width` characters.
pub(super) fn cut(text: &str, width: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(width) else { return text.to_owned() };
    let tail = width / 3;
    let head = width - tail - 1;
    let head_end = text.char_indices().nth(head).map_or(end, |(at, _)| at);
    let tail_start = text.char_indices().rev().nth(tail.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    format!("{}…{}", &text[..head_end], &text[tail_start..])
}

/// Two texts that differ, each cut to `width` characters around the first difference.
pub(super) fn cut_around(one: &str, other: &str, width: usize) -> (String, String) {
    let is_long = |text: &str| text.char_indices().nth(width).is_some();
    if !is_long(one) && !is_long(other) {
        return (one.to_owned(), other.to_owned());
    }
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let before = &one[..one.floor_char_boundary(same)];
    let start = before.char_indices().rev().nth(width / 3).map_or(0, |(at, _)| at);
    // Up to there both are the same.
    (window(one, start, width), window(other, start, width))
}

fn window(text: &str, start: usize, width: usize) -> String {
    let rest = &text[start.min(text.len())..];
    let (shown, after) = match rest.char_indices().nth(width) {
        Some((end, _)) => (&rest[..end], "…"),
        None => (rest, ""),
    };
    let before = if start > 0 { "…" } else { "" };
    format!("{before}{shown}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(visible("a\u{1b}[31m\u{a0}\n\u{202e}é"), "a\\u{1b}[31m\\u{a0}\\n\\u{202e}é");
        assert_eq!(without_hidden("a\u{a0}b\u{200b}c"), "a bc");
    }

    #[test]
    fn long_texts_are_cut_where_it_matters_least() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("abcdefghijklmnop", 9), "abcde…nop");
        let (one, other) = (format!("{}one{}", "x".repeat(99), "y".repeat(99)), format!("{}other", "x".repeat(99)));
        assert_eq!(cut_around(&one, &other, 12), ("…xxxxoneyyyyy…".to_owned(), "…xxxxother".to_owned()));
        assert_eq!(cut_around("é", "è", 12), ("é".to_owned(), "è".to_owned()), "half a character is none");
    }
}
