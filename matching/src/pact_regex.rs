//! Regular expressions as pact files hold them: written for JavaScript, Java, Ruby, .NET or Python, and asked whether they
//! match a *whole* value.
//!
//! An expression is first rewritten where the dialects' spellings differ from ours, then given to the crate `regex`, which
//! never backtracks; what that does not know (look-around, back-references, possessive quantifiers) goes to `fancy-regex`
//! with a limit. Compilation waits until the first use: a contract of a thousand interactions seldom needs them all.

use std::fmt::Write as _;
use std::sync::OnceLock;

/// Steps that a backtracking match may take. Far beyond what an honest expression needs, and over in well under a second.
const BACKTRACK_LIMIT: usize = 1_000_000;

/// Greatest size of a compiled expression in bytes; `\w{1,255}` needs a few megabytes because `\w` is Unicode.
const SIZE_LIMIT: usize = 32 << 20;

/// A regular expression that must match whole values.
#[derive(Debug)]
pub(crate) struct PactRegex {
    pattern: String,
    engine: OnceLock<Result<Engine, String>>,
}

#[derive(Debug)]
enum Engine {
    Linear(regex::Regex),
    Backtracking(fancy_regex::Regex),
}

/// Why a value is not matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoMatch {
    /// It is different.
    Different,
    /// The expression cannot be understood; see [`PactRegex::error`].
    Invalid,
    /// The limit was reached before it was decided.
    GaveUp,
}

impl PactRegex {
    pub(crate) fn new(pattern: impl Into<String>) -> Self {
        Self { pattern: pattern.into(), engine: OnceLock::new() }
    }

    /// The expression as it was written.
    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// What is wrong with the expression.
    pub(crate) fn error(&self) -> Option<&str> {
        self.engine().as_ref().err().map(String::as_str)
    }

    /// Does the expression match all of `text`?
    pub(crate) fn matches(&self, text: &str) -> Result<(), NoMatch> {
        let matched = match self.engine() {
            Err(_) => return Err(NoMatch::Invalid),
            Ok(Engine::Linear(regex)) => regex.is_match(text),
            Ok(Engine::Backtracking(regex)) => regex.is_match(text).map_err(|_| NoMatch::GaveUp)?,
        };
        if matched { Ok(()) } else { Err(NoMatch::Different) }
    }

    /// The text of the first group of a match somewhere in `text`.
    pub(crate) fn first_group<'t>(&self, text: &'t str) -> Result<Option<&'t str>, String> {
        let loose = compile(&self.pattern, ToOwned::to_owned)?;
        match loose {
            Engine::Linear(regex) => {
                Ok(regex.captures(text).and_then(|groups| groups.get(1)).map(|group| group.as_str()))
            }
            Engine::Backtracking(regex) => match regex.captures(text) {
                Ok(groups) => Ok(groups.and_then(|groups| groups.get(1).map(|group| group.as_str()))),
                Err(error) => Err(error.to_string()),
            },
        }
    }

    fn engine(&self) -> &Result<Engine, String> {
        self.engine.get_or_init(|| {
            let whole = |end: &str| compile(&self.pattern, |pattern| format!(r"\A(?:{pattern}{end})\z"));
            let compiled = whole("").or_else(|error| {
                // A comment at the end of a verbose expression, `(?x)a # so`, swallows the closing bracket.
                if self.pattern.contains('#') { whole("\n") } else { Err(error) }
            });
            compiled.map_err(|error| {
                // Without the anchors the error names places in the expression as it was written.
                compile(&self.pattern, ToOwned::to_owned).err().unwrap_or(error)
            })
        })
    }
}

/// Compiles an expression in the first reading that makes sense of it; `wrap` adds anchors.
fn compile(pattern: &str, wrap: impl Fn(&str) -> String) -> Result<Engine, String> {
    let common = rewrite(pattern, Reading::Common);
    compile_rewritten(&common, &wrap).or_else(|error| {
        let script = rewrite(pattern, Reading::JavaScript);
        if script.pattern == common.pattern {
            return Err(error);
        }
        compile_rewritten(&script, &wrap).map_err(|_| error)
    })
}

fn compile_rewritten(rewritten: &Rewritten, wrap: &impl Fn(&str) -> String) -> Result<Engine, String> {
    let anchored = wrap(&rewritten.pattern);
    if !rewritten.possessive
        && let Ok(regex) = regex::RegexBuilder::new(&anchored).size_limit(SIZE_LIMIT).build()
    {
        return Ok(Engine::Linear(regex));
    }
    fancy_regex::RegexBuilder::new(&anchored)
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(SIZE_LIMIT)
        .build()
        .map(Engine::Backtracking)
        // The message of a parse error ends with where it is, in terms of the rewritten text: keep its first line.
        .map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())
}

/// How character classes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// As in most dialects: classes may nest.
    Common,
    /// As in JavaScript: `[` is a letter inside a class, `[^]` is any character, `[]` is none.
    JavaScript,
}

/// An expression in the spelling of our engines.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rewritten {
    pub(crate) pattern: String,
    /// Has it possessive quantifiers? `regex` would take `a++` for a repeated repetition.
    possessive: bool,
}

/// The expression in the common reading, without anchors; for generating text from it.
pub(crate) fn common_spelling(pattern: &str) -> String {
    rewrite(pattern, Reading::Common).pattern
}

/// Horizontal white space, which Java and PCRE call `\h`.
const BLANKS: &str = r"\t\x20\u{A0}\u{1680}\u{180E}\u{2000}-\u{200A}\u{202F}\u{205F}\u{3000}";

fn rewrite(pattern: &str, reading: Reading) -> Rewritten {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut possessive = false;
    let mut class_depth = 0_usize;
    let mut after_quantifier = false;
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        let quantifier_before = std::mem::take(&mut after_quantifier);
        rest = &rest[next.len_utf8()..];
        match next {
            '\\' => rest = escape(rest, class_depth > 0, &mut out),
            '[' if class_depth == 0 => {
                if reading == Reading::JavaScript
                    && let Some(after) = rest.strip_prefix("^]")
                {
                    out.push_str(r"[\s\S]");
                    rest = after;
                } else if reading == Reading::JavaScript
                    && let Some(after) = rest.strip_prefix(']')
                {
                    out.push_str(r"[^\s\S]");
                    rest = after;
                } else {
                    out.push('[');
                    class_depth = 1;
                    // A bracket in the first place is a character.
                    for first in ["^]", "]", "^"] {
                        if let Some(after) = rest.strip_prefix(first) {
                            out.push_str(first);
                            rest = after;
                            break;
                        }
                    }
                }
            }
            '[' if reading == Reading::JavaScript => out.push_str(r"\["),
            '[' => {
                out.push('[');
                class_depth += 1;
            }
            ']' if class_depth > 0 => {
                out.push(']');
                class_depth -= 1;
            }
            _ if class_depth > 0 => out.push(next),
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

/// Rewrites what follows a backslash; gives back the rest.
fn escape<'p>(rest: &'p str, in_class: bool, out: &mut String) -> &'p str {
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
        'h' if in_class => {
            out.push_str(BLANKS);
            after
        }
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
        // Word boundaries in our engines, but plain characters everywhere else.
        '<' | '>' => {
            out.push(escaped);
            after
        }
        // `\p{…}`, `\x{…}`, `\k<…>`: the braces belong to the escape.
        'p' | 'P' | 'x' | 'u' | 'k' | 'g' | 'b' | 'B' | 'N' if after.starts_with('{') => {
            let end = after.find('}').map_or(after.len(), |end| end + 1);
            out.push('\\');
            out.push(escaped);
            out.push_str(&after[..end]);
            &after[end..]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_every_dialect_match_whole_values() {
        for (pattern, matching, other) in [
            (r"\d", "7", "a7b"),
            ("a|ab", "ab", "abc"),
            (r"^\d{4}-\d{2}$", "2024-01", "2024-01\n"),
            (r"^(?=.*\d)[a-z0-9]+$", "abc1", "abc"),
            (r"(a)\1", "aa", "ab"),
            (r"(?<year>\d+)-\k<year>", "12-12", "12-13"),
            (r"(?P<year>\d+)", "12", "x"),
            (r"(?i)abc", "ABC", "ABD"),
            (r"(?s)a.b", "a\nb", "a"),
            (r"(?m)a.b", "axb", "a\nb"),
            (r".*\/(\Qorders\E\/\d+)$", "http://x/orders/12", "http://x/orders/"),
            (r"\Q1+1.\E", "1+1.", "11x"),
            (r"[\Q[]\E]+", "[]", "x"),
            (r"a++b", "aaab", "aaac"),
            (r"\w{2}+", "ab", "abc"),
            (r"a*+b?+", "aab", "ba"),
            (r"x\hy", "x\ty", "xay"),
            (r"[\h]+", " \t", "f"),
            (r"\cA", "\u{1}", "A"),
            (r"\0", "\0", "0"),
            (r"[^]+", "a\nb", ""),
            (r"[[]+", "[[", "]"),
            (r"[[a-z]&&[^b]]", "a", "b"),
            (r"{[a-z]*}", "{a}", "a"),
            (r"\{a{2}\}", "{aa}", "{a}"),
            (r"\<a\>", "<a>", "a"),
            (r"\p{L}+", "größe", "1"),
            (r"\x{41}\u{42}\u0043", "ABC", "abc"),
            (r"[]a]+", "]a", "b"),
            (r"[^]]+", "ab", "]"),
            (r"\/a\-b\_c\@", "/a-b_c@", "a"),
            ("(?x) a b # both", "ab", "a b"),
            ("(?ix) a b # both", "AB", "a b"),
            ("(?x: a b )c", "abc", "a bc"),
            ("#[0-9a-f]{6}", "#00ff00", "00ff00"),
            (r"\Z", "", "a"),
            ("", "", "a"),
        ] {
            let regex = PactRegex::new(pattern);
            assert_eq!(regex.error(), None, "{pattern}");
            assert_eq!(regex.matches(matching), Ok(()), "{pattern} on {matching:?}");
            assert_eq!(regex.matches(other), Err(NoMatch::Different), "{pattern} on {other:?}");
        }
    }

    #[test]
    fn what_is_no_expression_says_so() {
        for pattern in ["(", "a)", "[a", "*", r"\", r"(?<a>x)(?<a>y)\k<b>"] {
            let regex = PactRegex::new(pattern);
            assert_eq!(regex.matches("a"), Err(NoMatch::Invalid), "{pattern}");
            assert!(regex.error().is_some_and(|error| !error.is_empty()), "{pattern}");
        }
    }

    #[test]
    fn catastrophic_expressions_end() {
        let linear = PactRegex::new("(a+)+b");
        assert_eq!(linear.matches(&"a".repeat(5000)), Err(NoMatch::Different));

        let backtracking = PactRegex::new(r"(?=x?)(a|a)*\1c");
        assert_eq!(backtracking.matches(&"a".repeat(60)), Err(NoMatch::GaveUp));
    }

    #[test]
    fn an_expression_that_is_too_large_is_refused() {
        assert_eq!(PactRegex::new(r"((\w{1000}){1000}){1000}").matches("a"), Err(NoMatch::Invalid));
    }

    #[test]
    fn the_first_group_is_searched_anywhere() {
        let regex = PactRegex::new(r".*(\/\Qorders\E\/\d+)$");
        assert_eq!(regex.first_group("http://localhost:1234/orders/5678"), Ok(Some("/orders/5678")));
        assert_eq!(regex.first_group("http://localhost"), Ok(None));
        assert!(PactRegex::new("(").first_group("a").is_err());
    }
}
