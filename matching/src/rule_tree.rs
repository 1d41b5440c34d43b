//! Finds the matching rules that govern each value of a document.
//!
//! Rule paths are compiled into a trie and walked together with the document, so that finding a rule costs the depth of a
//! value, not the number of rules. Which of several matching paths wins does not depend on the value: a step written out
//! always weighs 2, a wildcard 1. So all paths are ranked once, and a [`Cursor`] carries the best rank met so far: a path
//! that is shorter than the value governs it too (its rule *cascades*), and the deepest does not always win.
//!
//! Paths come from [`intact_pact_model::path`]; what a rule then asks of a value is [`crate::rule`].

mod cursor;
mod precedence;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;
use intact_pact_model::RuleList;
use intact_pact_model::path::{PathExpression, Segment};

use crate::rule::{CompileError, Compiling, RuleSet};

use precedence::Precedence;

pub(crate) use cursor::{Cursor, InForce, Rules};

/// The rules of a category whose keys are path expressions.
#[derive(Debug, Default)]
pub(crate) struct RuleTree {
    nodes: Vec<Node>,
    /// Ordered by rank: the last governs before all others.
    governed: Vec<Ranked>,
    /// Keys that are no path expressions, with what is wrong with them.
    pub(crate) unreadable: Vec<(String, String)>,
}

#[derive(Debug, Default)]
struct Node {
    fields: Fields,
    /// Is one of the fields a number, so that it can name an item?
    numeric_field: bool,
    indexes: BTreeMap<usize, u32>,
    star: Option<u32>,
    star_index: Option<u32>,
    /// Position in `governed`.
    rank: Option<u32>,
}

/// Nodes by the name of a field. Most have few, and those are found sooner by looking at each.
#[derive(Debug)]
enum Fields {
    Few(Vec<(Box<str>, u32)>),
    Many(HashMap<Box<str>, u32>),
}

impl Default for Fields {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Fields {
    const FEW: usize = 8;

    fn get(&self, name: &str) -> Option<&u32> {
        match self {
            Self::Few(fields) => fields.iter().find(|(own, _)| **own == *name).map(|(_, node)| node),
            Self::Many(fields) => fields.get(name),
        }
    }

    /// The node for a name that may be new.
    fn get_or_add(&mut self, name: &str, new: u32) -> u32 {
        if let Some(node) = self.get(name) {
            return *node;
        }
        match self {
            Self::Few(fields) if fields.len() < Self::FEW => fields.push((name.into(), new)),
            Self::Few(fields) => {
                let mut many: HashMap<_, _> = fields.drain(..).collect();
                many.insert(name.into(), new);
                *self = Self::Many(many);
            }
            Self::Many(fields) => _ = fields.insert(name.into(), new),
        }
        new
    }
}

#[derive(Debug)]
struct Ranked {
    set: Arc<RuleSet>,
    /// Steps of the path, the root included.
    length: usize,
    /// For each `eachValue` rule of the set, by its position: the rank of the rules for the values. Empty if there is none.
    each_value: Vec<Option<u32>>,
}

impl RuleTree {
    /// Compiles the rules of a category.
    pub(crate) fn compile(rules: &IndexMap<String, RuleList>, compiling: Compiling<'_>) -> Result<Self, CompileError> {
        Self::compile_steps(rules, compiling, |_| true)
    }

    /// Compiles rules for documents that have no indexes: steps such as `[0]` and `[*]` are left out.
    pub(crate) fn compile_without_indexes(
        rules: &IndexMap<String, RuleList>,
        compiling: Compiling<'_>,
    ) -> Result<Self, CompileError> {
        Self::compile_steps(rules, compiling, |step| !matches!(step, Segment::Index(_) | Segment::StarIndex))
    }

    fn compile_steps(
        rules: &IndexMap<String, RuleList>,
        compiling: Compiling<'_>,
        counts: fn(&Segment) -> bool,
    ) -> Result<Self, CompileError> {
        let mut entries = Vec::new();
        let mut unreadable = Vec::new();
        for (key, list) in rules.iter().filter(|(_, list)| !list.is_empty()) {
            match key.parse::<PathExpression>() {
                Ok(path) => {
                    let set = Arc::new(RuleSet::compile(list, key, compiling.at(key))?);
                    let steps: Vec<Segment> = path.segments().iter().filter(|step| counts(step)).cloned().collect();
                    let precedence = Precedence::of(&steps, key);
                    collect(&mut entries, steps, precedence, set, None);
                }
                Err(error) => unreadable.push((key.clone(), error.to_string())),
            }
        }
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by(|&a, &b| entries[a].precedence.cmp(&entries[b].precedence));
        let mut rank_of = vec![0; entries.len()];
        for (rank, &entry) in order.iter().enumerate() {
            rank_of[entry] = u32::try_from(rank).unwrap_or(u32::MAX);
        }

        let mut tree = Self { nodes: vec![Node::default()], governed: Vec::new(), unreadable };
        let mut each_value: Vec<Vec<Option<u32>>> = vec![Vec::new(); entries.len()];
        for (at, entry) in entries.iter().enumerate() {
            match entry.values_of {
                Some((parent, rule)) => {
                    each_value[parent].resize(entries[parent].set.rules.len(), None);
                    each_value[parent][rule] = Some(rank_of[at]);
                }
                None => tree.insert(&entry.segments, rank_of[at]),
            }
        }
        let mut ranked: Vec<(u32, Ranked)> = entries
            .into_iter()
            .zip(each_value)
            .enumerate()
            .map(|(at, (entry, each_value))| {
                (rank_of[at], Ranked { set: entry.set, length: entry.precedence.length, each_value })
            })
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        tree.governed = ranked.into_iter().map(|(_, ranked)| ranked).collect();
        Ok(tree)
    }

    fn insert(&mut self, segments: &[Segment], rank: u32) {
        let mut at = 0;
        for segment in segments {
            at = self.child(at, segment);
        }
        let node = &mut self.nodes[at];
        node.rank = node.rank.max(Some(rank));
    }

    fn child(&mut self, at: usize, segment: &Segment) -> usize {
        let new =
            u32::try_from(self.nodes.len()).expect("rule paths of four thousand million steps do not fit into memory");
        let node = &mut self.nodes[at];
        let child = match segment {
            Segment::Field(name) => {
                node.numeric_field |= name.bytes().all(|byte| byte.is_ascii_digit());
                node.fields.get_or_add(name, new)
            }
            Segment::Index(index) => *node.indexes.entry(*index).or_insert(new),
            Segment::Star => *node.star.get_or_insert(new),
            Segment::StarIndex => *node.star_index.get_or_insert(new),
        };
        if child == new {
            self.nodes.push(Node::default());
        }
        child as usize
    }

    /// At the root of a document.
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor::at_root(self)
    }
}

/// One path with its rules while the tree is built.
struct Entry<'k> {
    segments: Vec<Segment>,
    precedence: Precedence<'k>,
    set: Arc<RuleSet>,
    /// The entry and rule whose values these rules are for.
    values_of: Option<(usize, usize)>,
}

/// Adds an entry, and one for the values of each `eachValue` rule in it: those stand at `path.*`, but count only below
/// values that the rule really governs.
fn collect<'k>(
    entries: &mut Vec<Entry<'k>>,
    segments: Vec<Segment>,
    precedence: Precedence<'k>,
    set: Arc<RuleSet>,
    values_of: Option<(usize, usize)>,
) {
    let (own, key) = (entries.len(), precedence.key);
    let below = || segments.iter().cloned().chain([Segment::Star]).collect::<Vec<_>>();
    let inner: Vec<_> = set.each_value_rules().map(|(rule, values)| (rule, Arc::clone(values), below())).collect();
    entries.push(Entry { segments, precedence, set, values_of });
    for (rule, values, below) in inner {
        let precedence = Precedence::of(&below, key).for_each_value(values.rules.is_empty());
        collect(entries, below, precedence, values, Some((own, rule)));
    }
}

#[cfg(test)]
mod tests;
