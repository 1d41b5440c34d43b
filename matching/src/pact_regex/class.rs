//! Character classes of all dialects, in the spelling of our engines.
//!
//! A class is read item by item and written anew, because the dialects agree on what stands in classes but not on what must
//! be escaped there: `[\w-.]` is refused by our engines, `[+--]` and `[a&&b]` mean something else to them than to JavaScript.

use std::fmt::Write as _;

use super::dialect::{BLANKS, Reading, posix};

/// Classes in classes beyond this depth are left to the engines to refuse.
const MAX_DEPTH: usize = 32;

/// One thing in a class.
enum Item {
    /// One character; half a surrogate pair is a number that no character has.
    Character(u32),
    /// Several, in our spelling.
    Set(String),
}

/// Rewrites the class whose `[` has been read. Gives back the rest of the expression, or nothing if the class is not closed.
pub(super) fn rewrite<'p>(rest: &'p str, reading: Reading, depth: usize, out: &mut String) -> Option<&'p str> {
    if depth == MAX_DEPTH {
        return None;
    }
    let (negated, mut rest) = match rest.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let mut body = String::new();
    let mut first = true;
    loop {
        let is_first = std::mem::take(&mut first);
        // A bracket in the first place is a character, but not in JavaScript.
        if let Some(after) = rest.strip_prefix(']')
            && (!is_first || reading == Reading::JavaScript)
        {
            out.push_str(match (body.is_empty(), negated) {
                (true, true) => r"[\s\S",
                (true, false) => r"[^\s\S",
                (false, true) => "[^",
                (false, false) => "[",
            });
            out.push_str(&body);
            out.push(']');
            return Some(after);
        }
        if reading == Reading::Common {
            if let Some((name, after)) = posix_name(rest) {
                body.push_str(name);
                rest = after;
                continue;
            }
            if let Some(after) = rest.strip_prefix('[') {
                rest = rewrite(after, reading, depth + 1, &mut body)?;
                continue;
            }
            if let Some(after) = rest.strip_prefix("&&") {
                body.push_str("&&");
                rest = after;
                continue;
            }
            // `[a-z-[aeiou]]` in .NET: the first without the second.
            if let Some(after) = rest.strip_prefix("-[") {
                let mut without = String::from("--");
                let after = rewrite(after, reading, depth + 1, &mut without)?;
                if after.starts_with(']') && !body.is_empty() {
                    body.push_str(&without);
                    rest = after;
                    continue;
                }
            }
        }
        let (item, after) = item(rest)?;
        rest = after;
        let Item::Character(from) = item else {
            let Item::Set(set) = item else { continue };
            body.push_str(&set);
            continue;
        };
        let end = rest.strip_prefix('-').filter(|after| !after.starts_with(']'));
        let end = end.filter(|after| reading == Reading::JavaScript || !after.starts_with('['));
        match end.map(self::item) {
            Some(None) => return None,
            Some(Some((Item::Character(to), after))) => {
                write_range(from, to, &mut body);
                rest = after;
            }
            Some(Some((Item::Set(set), after))) => {
                write_range(from, from, &mut body);
                body.push_str(r"\-");
                body.push_str(&set);
                rest = after;
            }
            None => write_range(from, from, &mut body),
        }
    }
}

/// `[:alpha:]` as Ruby and PCRE write it.
fn posix_name(rest: &str) -> Option<(&str, &str)> {
    let name = rest.strip_prefix("[:")?;
    let end = name.find(":]")?;
    name[..end].bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'^').then(|| rest.split_at(end + 4))
}

fn write_range(from: u32, to: u32, out: &mut String) {
    if from > to {
        // Not a range: the engine is to say so.
        write_character(from, out);
        out.push('-');
        write_character(to, out);
        return;
    }
    let is_half = |character: u32| (0xD800..0xE000).contains(&character);
    let from = if is_half(from) { 0xE000 } else { from };
    let to = if is_half(to) { 0xD7FF } else { to };
    if from == to {
        write_character(from, out);
    } else if from < to {
        write_character(from, out);
        out.push('-');
        write_character(to, out);
    }
}

fn write_character(character: u32, out: &mut String) {
    match char::from_u32(character) {
        Some(special @ ('\\' | '[' | ']' | '^' | '-' | '&' | '~' | '#')) => {
            out.push('\\');
            out.push(special);
        }
        Some(plain) if !plain.is_control() => out.push(plain),
        _ => _ = write!(out, "\\x{{{character:X}}}"),
    }
}

fn item(rest: &str) -> Option<(Item, &str)> {
    let mut characters = rest.chars();
    let next = characters.next()?;
    let after = characters.as_str();
    if next == '\\' { escaped(after) } else { Some((Item::Character(next.into()), after)) }
}

/// What follows a backslash.
fn escaped(rest: &str) -> Option<(Item, &str)> {
    let mut characters = rest.chars();
    let kind = characters.next()?;
    let after = characters.as_str();
    let one = |character: u32| Some((Item::Character(character), after));
    match kind {
        'd' | 'D' | 'w' | 'W' | 's' | 'S' => Some((Item::Set(format!("\\{kind}")), after)),
        'h' => Some((Item::Set(BLANKS.to_owned()), after)),
        'b' => one(0x08),
        't' => one(0x09),
        'n' => one(0x0A),
        'v' => one(0x0B),
        'f' => one(0x0C),
        'r' => one(0x0D),
        'a' => one(0x07),
        'e' => one(0x1B),
        'c' if after.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            Some((Item::Character(u32::from(after.as_bytes()[0] & 0x1f)), &after[1..]))
        }
        '0'..='7' => {
            let length = rest.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let character = u32::from_str_radix(&rest[..length], 8).ok()?;
            Some((Item::Character(character), &rest[length..]))
        }
        'x' | 'u' => {
            let (digits, after) = match after.strip_prefix('{') {
                Some(braced) => braced.split_once('}')?,
                None => after.split_at_checked(if kind == 'x' { 2 } else { 4 })?,
            };
            Some((Item::Character(u32::from_str_radix(digits, 16).ok()?), after))
        }
        'p' | 'P' => {
            let length = match after.strip_prefix('{') {
                Some(braced) => braced.find('}')? + 2,
                None => after.chars().next()?.len_utf8(),
            };
            let (name, after) = after.split_at(length);
            let set = match posix(name) {
                Some(set) if kind == 'p' => set.to_owned(),
                Some(set) => format!("[^{set}]"),
                None => format!("\\{kind}{name}"),
            };
            Some((Item::Set(set), after))
        }
        'Q' => {
            let (quoted, after) = after.split_once("\\E").unwrap_or((after, ""));
            let mut set = String::new();
            quoted.chars().for_each(|c| write_character(c.into(), &mut set));
            Some((Item::Set(set), after))
        }
        // An end without a beginning says nothing.
        'E' => Some((Item::Set(String::new()), after)),
        // Letters without a meaning that is known here: the engine decides.
        _ if kind.is_ascii_alphanumeric() => Some((Item::Set(format!("\\{kind}")), after)),
        _ => one(kind.into()),
    }
}
