//! Expressions of JavaScript, Java, Ruby, .NET and Python in the spelling of our engines.

use std::fmt::Write as _;

use super::{class, surrogates};

/// How character classes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As in most dialects: classes may nest.
    Common,
    /// As in JavaScript: `[` is a letter inside a class, `[^]` is any character, `[]` is none.
    JavaScript,
}

/// An expression in the spelling of our engines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rewritten {
    pub(super) pattern: String,
    /// Has it possessive quantifiers? `regex` would take `a++` for a repeated repetition.
    pub(super) possessive: bool,
}

/// Horizontal white space, which Java and PCRE call `\h`.
pub(super) const BLANKS: &str = r"\t\x20\u{A0}\u{1680}\u{180E}\u{2000}-\u{200A}\u{202F}\u{205F}\u{3000}";

/// What stands for `\p{name}` in a class, for names of POSIX classes that Unicode does not have; `name` is in braces.
pub(super) fn posix(name: &str) -> Option<&'static str> {
    Some(match name.strip_prefix('{')?.strip_suffix('}')? {
        "Alnum" => "0-9A-Za-z",
        "Punct" => r"!-/:-@\[-`{-\~",
        "Graph" => r"!-\~",
        "Print" => r"\x20-\~",
        "Blank" => r"\t\x20",
        "XDigit" => "0-9A-Fa-f",
        _ => return None,
    })
}

pub(super) fn rewrite(pattern: &str, reading: Reading) -> Rewritten {
    let pattern = surrogates::join(pattern);
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut possessive = false;
    let mut after_quantifier = false;
    let mut rest = &*pattern;
    while let Some(next) = rest.chars().next() {
        let quantifier_before = std::mem::take(&mut after_quantifier);
        rest = &rest[next.len_utf8()..];
        match next {
            '\\' => rest = escape(rest, &mut out),
            '[' => {
                let Some(after) = class::rewrite(rest, reading, 0, &mut out) else {
                    // It is not closed: the engine is to say so.
                    out.push('[');
                    out.push_str(rest);
                    break;
                };
                rest = after;
            }
            '{' => match counted_repetition(rest) {
                Some(length) => {
                    out.push('{');
                    out.push_str(&rest[..length]);
                    rest = &rest[length..];
                    after_quantifier = true;
                }
                // Not a repetition: a brace.
                None => out.push_str(r"\{"),
            },
            '*' | '?' => {
                out.push(next);
                // The second sign of `*?` makes a quantifier lazy and cannot be possessive.
                after_quantifier = !quantifier_before && !out.ends_with("(?");
                // `(?'name'…)` in .NET and Ruby.
                if out.ends_with("(?")
                    && let Some((name, after)) = rest.strip_prefix('\'').and_then(|rest| rest.split_once('\''))
                {
                    let _ = write!(out, "<{name}>");
                    rest = after;
                }
            }
            '+' => {
                out.push('+');
                possessive |= quantifier_before;
                after_quantifier = !quantifier_before;
            }
            _ => out.push(next),
        }
    }
    Rewritten { pattern: out, possessive }
}

/// How long the rest of a `{3}`, `{3,}` or `{3,5}` is, if this is one.
fn counted_repetition(rest: &str) -> Option<usize> {
    let end = rest.find('}')?;
    let (from, to) = rest[..end].split_once(',').unwrap_or((&rest[..end], ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!from.is_empty() && digits(from) && digits(to)).then_some(end + 1)
}

/// Rewrites what follows a backslash outside of classes; gives back the rest.
fn escape<'p>(rest: &'p str, out: &mut String) -> &'p str {
    let Some(escaped) = rest.chars().next() else {
        out.push('\\');
        return rest;
    };
    let after = &rest[escaped.len_utf8()..];
    match escaped {
        'Q' => {
            let (quoted, after) = after.split_once("\\E").unwrap_or((after, ""));
            out.push_str(&regex::escape(quoted));
            after
        }
        // An end without a beginning says nothing.
        'E' => after,
        'h' => {
            out.push('[');
            out.push_str(BLANKS);
            out.push(']');
            after
        }
        'c' if after.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            let control = after.as_bytes()[0] & 0x1f;
            let _ = write!(out, "\\x{control:02X}");
            &after[1..]
        }
        '0' if !after.starts_with(|c: char| c.is_ascii_digit()) => {
            out.push_str(r"\x00");
            after
        }
        'e' => {
            out.push_str(r"\x1B");
            after
        }
        // Word boundaries in our engines, but plain characters everywhere else.
        '<' | '>' => {
            out.push(escaped);
            after
        }
        'u' if is_half_a_pair(after) => {
            out.push_str(r"[^\s\S]");
            &after[4..]
        }
        'k' if after.starts_with('\'') && after[1..].contains('\'') => {
            let (name, after) = after[1..].split_once('\'').unwrap_or_default();
            let _ = write!(out, "\\k<{name}>");
            after
        }
        // `\p{…}`, `\x{…}`, `\k<…>`: the braces belong to the escape.
        'p' | 'P' | 'x' | 'u' | 'k' | 'g' | 'b' | 'B' | 'N' if after.starts_with('{') => {
            let (name, after) = after.split_at(after.find('}').map_or(after.len(), |end| end + 1));
            match posix(name) {
                Some(set) if escaped == 'p' => _ = write!(out, "[{set}]"),
                Some(set) if escaped == 'P' => _ = write!(out, "[^{set}]"),
                _ => _ = write!(out, "\\{escaped}{name}"),
            }
            after
        }
        // JavaScript and Java escape what needs none.
        _ if escaped.is_ascii_punctuation() || escaped.is_ascii_alphanumeric() => {
            out.push('\\');
            out.push(escaped);
            after
        }
        _ => {
            out.push(escaped);
            after
        }
    }
}

/// Do these four digits name half a surrogate pair?
fn is_half_a_pair(digits: &str) -> bool {
    digits
        .get(..4)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .is_some_and(|unit| (0xD800..0xE000).contains(&unit))
}
