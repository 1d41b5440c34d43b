//! Texts that a regular expression matches.
//!
//! What cannot be generated from (anchors, look-around) is taken out of the expression; what comes out is then held against
//! the expression as it was written, and another one is made if it does not match.

use rand::{Rng, RngExt as _};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};

use crate::pact_regex::{PactRegex, common_spelling};

const TRIES: usize = 200;
/// Greatest length of a generated text in bytes.
const LONGEST: u64 = 100_000;

pub(super) fn make(pattern: &str, rng: &mut dyn Rng) -> Result<String, String> {
    let regex = PactRegex::new(pattern);
    if let Some(error) = regex.error() {
        return Err(format!("'{pattern}' is not a valid regular expression - {error}"));
    }
    let plain = without_look_around(&common_spelling(pattern));
    let hir = ParserBuilder::new().build().parse(&plain).map_err(|_| {
        format!("cannot make a text from '{pattern}': it uses what only a backtracking engine understands")
    })?;
    let hir = generative(&hir);
    let Some(repeat) = [20, 5, 2, 1].into_iter().find(|repeat| longest(&hir, *repeat) <= LONGEST) else {
        return Err(format!("the texts that '{pattern}' matches are too long"));
    };
    let texts = rand_regex::Regex::with_hir(hir, repeat)
        .map_err(|error| format!("cannot make a text from '{pattern}': {error}"))?;
    for _ in 0..TRIES {
        let text: String = rng.sample(&texts);
        if regex.matches(&text).is_ok() {
            return Ok(text);
        }
    }
    Err(format!("found no text that '{pattern}' matches in {TRIES} tries"))
}

/// The expression without `(?=…)`, `(?!…)`, `(?<=…)` and `(?<!…)`, and without the names of groups, which may be there twice
/// in some dialects.
fn without_look_around(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|open| rest.starts_with(open)) {
            rest = after_group(rest);
            continue;
        }
        if let Some(after) = rest.strip_prefix("(?<").or_else(|| rest.strip_prefix("(?P<"))
            && let Some((_, inside)) = after.split_once('>')
        {
            out.push('(');
            rest = inside;
            continue;
        }
        let length = match next {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '[' => class_length(rest),
            _ => next.len_utf8(),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

/// What follows the group that `rest` begins with.
fn after_group(rest: &str) -> &str {
    let mut depth = 0;
    let mut at = 0;
    while let Some(next) = rest[at..].chars().next() {
        match next {
            '\\' => at += rest[at + 1..].chars().next().map_or(0, char::len_utf8),
            '[' => at += class_length(&rest[at..]) - 1,
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        at += next.len_utf8();
        if depth == 0 {
            break;
        }
    }
    &rest[at.min(rest.len())..]
}

/// The length of the character class that `rest` begins with.
fn class_length(rest: &str) -> usize {
    let mut escaped = false;
    let mut depth = 0;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => depth += 1,
            b']' if at > 1 => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    rest.len()
}

/// The expression without anchors, its classes narrowed to printable ASCII where that leaves something.
fn generative(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0.clone()),
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => {
            let mut printable = class.clone();
            printable.intersect(&ClassUnicode::new([ClassUnicodeRange::new(' ', '~')]));
            let class = if printable.ranges().is_empty() { class.clone() } else { printable };
            Hir::class(regex_syntax::hir::Class::Unicode(class))
        }
        HirKind::Class(class) => Hir::class(class.clone()),
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { sub: Box::new(generative(&repetition.sub)), ..repetition.clone() })
        }
        HirKind::Capture(capture) => generative(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(generative).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(generative).collect()),
    }
}

/// The length of the longest text if open repetitions end after `repeat` more.
fn longest(hir: &Hir, repeat: u32) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(_) => 4,
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min.saturating_add(repeat));
            longest(&repetition.sub, repeat).saturating_mul(u64::from(most))
        }
        HirKind::Capture(capture) => longest(&capture.sub, repeat),
        HirKind::Concat(parts) => parts.iter().fold(0, |sum, part| sum.saturating_add(longest(part, repeat))),
        HirKind::Alternation(parts) => parts.iter().map(|part| longest(part, repeat)).max().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn made_texts_match_their_expression() {
        let mut rng = StdRng::seed_from_u64(7);
        for pattern in [
            r"\d{1,8}",
            r"^[a-z]+$",
            r".{3}",
            r"\p{L}{2}",
            r"(?=.*\d)[a-z\d]{4,8}",
            r"\bfoo\b (bar|baz)",
            r".*\/(\Qorders\E\/\d+)$",
            r"[A-Z]{2}\d{6}[A-Z]?",
            r"(\w+\.)*\w+@\w+\.com",
            r"(?<day>\d\d)|(?<day>\d)",
            r"(?P<year>\d{4})-\w{2}+\.x?",
            r"é{2}",
            "",
        ] {
            for _ in 0..20 {
                let text = make(pattern, &mut rng).unwrap_or_else(|error| panic!("{pattern}: {error}"));
                assert!(PactRegex::new(pattern).matches(&text).is_ok(), "{pattern} gave {text}");
                assert!(pattern.contains('é') || text.is_ascii(), "{pattern} gave {text}");
            }
        }
    }

    #[test]
    fn what_no_text_can_be_made_from_is_an_error() {
        let mut rng = StdRng::seed_from_u64(7);
        for pattern in ["(", r"(a)\1", "a{100000}b{100000}", "(?!a)a", "((((a{99}){99}){99}){99})"] {
            assert!(make(pattern, &mut rng).is_err(), "{pattern}");
        }
        assert!(make("((((((a*)*)*)*)*)*)*b", &mut rng).is_ok());
    }
}
