//! Regular expressions as pact files hold them: written for JavaScript, Java, Ruby, .NET or Python, and asked whether they
//! match a *whole* value.
//!
//! An expression is first rewritten where the dialects' spellings differ from ours, then given to the crate `regex`, which
//! never backtracks; what that does not know (look-around, back-references, possessive quantifiers) goes to `fancy-regex`
//! with limits, for each value and for a whole comparison ([`budget`]). Compilation waits until the first use, since a contract
//! of a thousand interactions seldom needs them all, and happens once for all that are alike ([`recent`]).

mod budget;
mod class;
mod dialect;
mod recent;
mod surrogates;

use std::sync::{Arc, OnceLock};

pub(crate) use budget::Budget;
use dialect::{Reading, Rewritten, rewrite};

/// How many steps back a match may take, and what that costs of the budget of a comparison. A match that needs more than the
/// first number is tried again with the next: what an honest expression does with a short text costs nothing, and none takes
/// more than the last, which is over in well under a second.
const PATIENCE: [(usize, u32); 3] = [(1_000, 0), (30_000, 1), (1_000_000, 33)];

/// Greatest size of a compiled expression in bytes; `\w{1,255}` needs a few megabytes because `\w` is Unicode.
const SIZE_LIMIT: usize = 32 << 20;

/// A regular expression that must match whole values.
#[derive(Debug)]
pub(crate) struct PactRegex {
    pattern: String,
    engine: OnceLock<Arc<Compiled>>,
}

/// What became of an expression, or why nothing.
type Compiled = Result<Engine, String>;

#[derive(Debug)]
enum Engine {
    Linear(regex::Regex),
    /// The same beyond a size that is worth keeping.
    Large(regex::Regex),
    Backtracking(Box<Backtracking>),
}

/// An expression that only backtracking can match, with growing patience.
#[derive(Debug)]
struct Backtracking {
    pattern: String,
    /// One for each row of [`PATIENCE`], compiled when it is needed.
    attempts: [OnceLock<Option<fancy_regex::Regex>>; PATIENCE.len()],
}

impl Backtracking {
    fn compile(pattern: String) -> Result<Self, String> {
        // The message of a parse error ends with where it is, in terms of the rewritten text: keep its first line.
        let first_line = |error: fancy_regex::Error| error.to_string().lines().next().unwrap_or_default().to_owned();
        let first = Self::with_limit(&pattern, PATIENCE[0].0).map_err(first_line)?;
        let attempts = [OnceLock::from(Some(first)), OnceLock::new(), OnceLock::new()];
        Ok(Self { pattern, attempts })
    }

    fn with_limit(pattern: &str, limit: usize) -> Result<fancy_regex::Regex, fancy_regex::Error> {
        fancy_regex::RegexBuilder::new(pattern).backtrack_limit(limit).delegate_size_limit(SIZE_LIMIT).build()
    }

    /// Asks the expression, as long as there is patience for it.
    fn ask<T>(&self, question: impl Fn(&fancy_regex::Regex) -> Result<T, fancy_regex::Error>) -> Result<T, NoMatch> {
        if budget::is_spent() {
            return Err(NoMatch::GaveUp);
        }
        for ((limit, price), attempt) in PATIENCE.iter().zip(&self.attempts) {
            if !budget::pay(*price) {
                break;
            }
            let regex = attempt.get_or_init(|| Self::with_limit(&self.pattern, *limit).ok());
            if let Some(answer) = regex.as_ref().and_then(|regex| question(regex).ok()) {
                return Ok(answer);
            }
        }
        Err(NoMatch::GaveUp)
    }
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
            Ok(Engine::Linear(regex) | Engine::Large(regex)) => regex.is_match(text),
            Ok(Engine::Backtracking(regex)) => regex.ask(|regex| regex.is_match(text))?,
        };
        if matched { Ok(()) } else { Err(NoMatch::Different) }
    }

    /// The text of the first group of a match somewhere in `text`.
    pub(crate) fn first_group<'t>(&self, text: &'t str) -> Result<Option<&'t str>, String> {
        let loose = compile(&self.pattern, ToOwned::to_owned)?;
        match loose {
            Engine::Linear(regex) | Engine::Large(regex) => {
                Ok(regex.captures(text).and_then(|groups| groups.get(1)).map(|group| group.as_str()))
            }
            Engine::Backtracking(regex) => {
                let first = |regex: &fancy_regex::Regex| {
                    Ok(regex.captures(text)?.and_then(|groups| groups.get(1).map(|group| group.as_str())))
                };
                regex.ask(first).map_err(|_| "the expression needs too many steps".to_owned())
            }
        }
    }

    fn engine(&self) -> &Compiled {
        self.engine.get_or_init(|| recent::compiled(&self.pattern, || compile_whole(&self.pattern)))
    }
}

/// Compiles an expression that must match whole values.
fn compile_whole(pattern: &str) -> Compiled {
    let whole = |end: &str| compile(pattern, |pattern| format!(r"\A(?:{pattern}{end})\z"));
    let compiled = whole("").or_else(|error| {
        // A comment at the end of a verbose expression, `(?x)a # so`, swallows the closing bracket.
        if pattern.contains('#') { whole("\n") } else { Err(error) }
    });
    compiled.map_err(|error| {
        // Without the anchors the error names places in the expression as it was written.
        compile(pattern, ToOwned::to_owned).err().unwrap_or(error)
    })
}

/// The expression in the common reading, without anchors; for generating text from it.
pub(crate) fn common_spelling(pattern: &str) -> String {
    rewrite(pattern, Reading::Common).pattern
}

/// Compiles an expression in the first reading that makes sense of it; `wrap` adds anchors.
fn compile(pattern: &str, wrap: impl Fn(&str) -> String) -> Compiled {
    let common = rewrite(pattern, Reading::Common);
    compile_rewritten(&common, &wrap).or_else(|error| {
        let script = rewrite(pattern, Reading::JavaScript);
        if script.pattern == common.pattern {
            return Err(error);
        }
        compile_rewritten(&script, &wrap).map_err(|_| error)
    })
}

fn compile_rewritten(rewritten: &Rewritten, wrap: &impl Fn(&str) -> String) -> Compiled {
    let anchored = wrap(&rewritten.pattern);
    if !rewritten.possessive {
        let within = |limit| regex::RegexBuilder::new(&anchored).size_limit(limit).build();
        match within(recent::LARGEST) {
            Ok(regex) => return Ok(Engine::Linear(regex)),
            Err(regex::Error::CompiledTooBig(_)) => {
                if let Ok(regex) = within(SIZE_LIMIT) {
                    return Ok(Engine::Large(regex));
                }
            }
            Err(_) => {}
        }
    }
    Backtracking::compile(anchored).map(|regex| Engine::Backtracking(Box::new(regex)))
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
            // What may stand in a class unescaped.
            (r"^[\w-\.]+@([\w-]+\.)+[\w-]{2,4}$", "a-b.c@d-e.org", "a@b"),
            (r"[+--]+", "+,-", "."),
            (r"[a-z-9]+", "b-9", "8"),
            (r"[a-]+", "a-", "b"),
            (r"[^-a]", "b", "-"),
            (r"[a~~b]+", "a~b", "c"),
            (r"[\w.+-]+", "a.b+c-d", "a b"),
            (r"[#/\s]+", "# /", "a"),
            (r"[\b\e\t]+", "\u{8}\u{1b}\t", "b"),
            (r"[\x41-\u0043\102]+", "ABC", "D"),
            (r"[a-z-[aeiou]]+", "xyz", "e"),
            (r"[[:alpha:]_]+", "a_B", "1"),
            (r"\p{Alnum}+\p{Punct}[\p{XDigit}\P{Alnum}]", "a1!f", "a1!g"),
            (r"(?'year'\d+)-\k'year'", "12-12", "12-13"),
            (r"\e\[0m", "\u{1b}[0m", "[0m"),
            // Surrogate pairs are one character; half of one is none.
            (r"\ud83d\ude00", "\u{1f600}", "\u{1f601}"),
            (r"\u{1F600}", "\u{1f600}", "\u{1f601}"),
            (r"^[\uD83D\uDE00-\uD83D\uDE4F]$", "\u{1f601}", "\u{1f680}"),
            (r"a\ud83d[\ude00-\ude4f\ude80]", "a\u{1f680}", "a\u{1f681}"),
            (r"(?:[\0-\uD7FF\uE000-\uFFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])+", "a\u{10ffff}é", ""),
            (r"(?:a|\ud83d)", "a", "\u{1f600}"),
            (r"[^\ud800-\udfff]", "\u{1f600}", ""),
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
        for pattern in ["(", "a)", "[a", "*", r"\", r"(?<a>x)(?<a>y)\k<b>", "[b-a]", r"[\x{110000}]", r"\u{110000}"] {
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
    fn what_is_left_for_a_comparison_is_counted_over_all_values() {
        let regex = PactRegex::new(r"(?=x?)(a|a)*\1c");
        let short = format!("{}c", "a".repeat(8));
        let catastrophic = "a".repeat(40);
        let _before = Budget::begin();
        let gave_up = (0..10_000).filter(|_| regex.matches(&catastrophic) == Err(NoMatch::GaveUp)).count();
        assert_eq!(gave_up, 10_000, "most of them without a try");
        assert_eq!(regex.matches(&short), Err(NoMatch::GaveUp), "nothing is left");
        let next = Budget::begin();
        assert_eq!(regex.matches(&short), Ok(()));
        drop(next);
        assert_eq!(regex.matches(&short), Err(NoMatch::GaveUp), "of the comparison before");
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
