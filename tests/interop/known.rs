//! What the official tools and ours do differently on purpose, listed with reasons.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

/// A list of differences, and what was found of it.
pub(crate) struct Known {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    names: Regex,
    kinds: Vec<String>,
    among: bool,
    used: bool,
    equal: Vec<String>,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    difference: Vec<Difference>,
}

#[derive(Deserialize)]
struct Difference {
    /// Which behaviour it is, and why ours.
    reason: String,
    /// Kinds of difference: what our verdict is, or which servers answer otherwise.
    #[serde(alias = "intact", alias = "servers")]
    kinds: Vec<String>,
    /// Expressions for whole names.
    #[serde(alias = "trials", alias = "requests")]
    names: Vec<String>,
    /// Whether the expressions also fit names without a difference.
    #[serde(default)]
    among: bool,
}

impl Known {
    pub(crate) fn read(text: &str) -> Self {
        let list: List = toml::from_str(text).unwrap_or_else(|error| panic!("a list of known differences: {error}"));
        let mut entries = Vec::new();
        for difference in list.difference {
            assert!(!difference.reason.is_empty(), "a known difference says why");
            for names in &difference.names {
                let names = Regex::new(&format!("^(?:{names})$")).expect("an expression");
                let (kinds, among) = (difference.kinds.clone(), difference.among);
                entries.push(Entry { names, kinds, among, used: false, equal: Vec::new() });
            }
        }
        Self { entries }
    }

    /// There is a difference of that kind; is it known?
    pub(crate) fn covers(&mut self, kind: &str, name: &str) -> bool {
        let mut known = false;
        for entry in &mut self.entries {
            if entry.kinds.iter().any(|own| own == kind) && entry.names.is_match(name) {
                entry.used = true;
                known = true;
            }
        }
        known
    }

    /// There is no difference, of any of these kinds.
    pub(crate) fn is_equal(&mut self, kinds: &[&str], name: &str) {
        for entry in &mut self.entries {
            let of_kind = entry.kinds.iter().any(|own| kinds.contains(&own.as_str()));
            if of_kind && !entry.among && entry.names.is_match(name) {
                entry.equal.push(name.to_owned());
            }
        }
    }

    /// Fails if an entry fits something that is equal, and, where everything of these kinds was seen, if one is not needed.
    pub(crate) fn finish(&self, all_seen_of: &[&str]) {
        let too_wide: BTreeMap<_, _> = self
            .entries
            .iter()
            .filter(|entry| !entry.equal.is_empty())
            .map(|entry| (entry.names.as_str(), &entry.equal[..entry.equal.len().min(5)]))
            .collect();
        assert!(too_wide.is_empty(), "known differences that fit what is equal: {too_wide:#?}");
        let seen = |entry: &&Entry| entry.kinds.iter().any(|own| all_seen_of.contains(&own.as_str()));
        let stale: Vec<_> =
            self.entries.iter().filter(seen).filter(|entry| !entry.used).map(|entry| entry.names.as_str()).collect();
        assert!(stale.is_empty(), "known differences that are none any more: {stale:#?}");
    }
}
