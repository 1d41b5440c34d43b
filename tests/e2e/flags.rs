//! Tables of flags, and what holds of each row: a flag does what it shows, and all its spellings do the same.
//!
//! A row is held against a run without the flag. What the row shows must be there with the flag and not without it.

/// One thing that can be said.
pub(crate) struct Flag {
    /// Its spellings; the first one is compared with a run without any.
    pub(crate) spellings: &'static [&'static str],
    /// The variable that says the same, with its value.
    pub(crate) variable: Option<(&'static str, &'static str)>,
    /// What is said besides.
    pub(crate) with: &'static str,
    /// What can be seen of it; nothing for a flag that is understood and changes nothing here.
    pub(crate) shows: &'static str,
}

/// A row without a variable.
pub(crate) const fn flag(spellings: &'static [&'static str], with: &'static str, shows: &'static str) -> Flag {
    Flag { spellings, variable: None, with, shows }
}

/// The row, with a variable that says the same.
pub(crate) const fn variable(name: &'static str, value: &'static str, flag: Flag) -> Flag {
    Flag { variable: Some((name, value)), ..flag }
}

/// Checks every row. `seen` is all that can be seen of a run with these words and this variable.
pub(crate) fn hold(rows: &[Flag], seen: impl Fn(&str, Option<(&str, &str)>) -> String) {
    let mut wrong = Vec::new();
    for flag in rows {
        let seen = |words: &str, variable| seen(&format!("{} {words}", flag.with), variable);
        let without = seen("", None);
        let with = seen(flag.spellings[0], None);
        if flag.shows.is_empty() && with != without {
            wrong.push(format!("{} changes something:\n{with}\n── without\n{without}", flag.spellings[0]));
        }
        if !flag.shows.is_empty() && (!with.contains(flag.shows) || without.contains(flag.shows)) {
            let text = format!("{} must show {:?}:\n{with}\n── without\n{without}", flag.spellings[0], flag.shows);
            wrong.push(text);
        }
        let others = flag.spellings[1..].iter().map(|words| (*words, seen(words, None)));
        let by_variable = flag.variable.map(|(name, value)| (name, seen("", Some((name, value)))));
        for (spelling, other) in others.chain(by_variable) {
            if other != with {
                wrong.push(format!("{spelling} is not {}:\n{other}\n── but\n{with}", flag.spellings[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n═════════\n"));
}
