//! Finds the matching rules that govern each value of a document.
//!
//! Rule paths are compiled into a trie and walked together with the document, so that finding a rule costs the depth of a
//! value, not the number of rules. Which of several matching paths wins does not depend on the value: a step written out
//! always weighs 2, a wildcard 1. So all paths are ranked once, and a [`Cursor`] carries the best rank met so far: a path
//! that is shorter than the value governs it too (its rule *cascades*), and the deepest does not always win.
//!
//! Paths come from [`intact_pact_model::path`]; what a rule then asks of a value is [`crate::rule`].

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use intact_pact_model::RuleList;
use intact_pact_model::path::{PathExpression, Segment};

use crate::rule::{CompileError, Compiling, RuleSet};

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
    set: RuleSet,
    /// Steps of the path, the root included.
    length: usize,
    /// For each `eachValue` rule of the set, by its position: the rank of the rules for the values. Empty if there is none.
    each_value: Vec<Option<u32>>,
}

/// How an expression stands against others that match the same value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Precedence<'k> {
    literals: usize,
    length: usize,
    wildcards: Vec<usize>,
    /// The values of an `eachValue` rule at the parent.
    of_each_value: bool,
    key: &'k str,
}

impl<'k> Precedence<'k> {
    fn of(segments: &[Segment], key: &'k str) -> Self {
        let wildcards: Vec<usize> = segments
            .iter()
            .enumerate()
            .filter(|(_, segment)| matches!(segment, Segment::Star | Segment::StarIndex))
            .map(|(at, _)| at)
            .collect();
        Self {
            literals: segments.len() - wildcards.len() + 1,
            length: segments.len() + 1,
            wildcards,
            of_each_value: false,
            key,
        }
    }

    /// Weight times length: two to the power of `literals`, times `length`.
    fn cmp_weight(&self, other: &Self) -> Ordering {
        let shared = self.literals.min(other.literals);
        let value = |own: &Self| match u32::try_from(own.literals - shared) {
            Ok(shift) if shift < 64 => (own.length as u128) << shift,
            _ => u128::MAX,
        };
        value(self).cmp(&value(other)).then_with(|| self.literals.cmp(&other.literals))
    }
}

impl Ord for Precedence<'_> {
    /// The greater governs: by weight, then fewer wildcards, then the longer path, then later wildcards, then the text.
    fn cmp(&self, other: &Self) -> Ordering {
        self.cmp_weight(other)
            .then_with(|| other.wildcards.len().cmp(&self.wildcards.len()))
            .then_with(|| self.length.cmp(&other.length))
            .then_with(|| self.wildcards.cmp(&other.wildcards))
            .then_with(|| self.of_each_value.cmp(&other.of_each_value))
            .then_with(|| other.key.cmp(self.key))
    }
}

impl PartialOrd for Precedence<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
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
                    let set = RuleSet::compile(list, key, compiling.at(key))?;
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
        let mut cursor = Cursor { tree: self, live: Live::default(), best: None, depth: 1 };
        cursor.enter(Some(&0).filter(|_| !self.governed.is_empty()));
        cursor
    }
}

/// One path with its rules while the tree is built.
struct Entry<'k> {
    segments: Vec<Segment>,
    precedence: Precedence<'k>,
    set: RuleSet,
    /// The entry and rule whose values these rules are for.
    values_of: Option<(usize, usize)>,
}

/// Adds an entry, and one for the values of each `eachValue` rule in it: those stand at `path.*`, but count only below
/// values that the rule really governs.
fn collect<'k>(
    entries: &mut Vec<Entry<'k>>,
    segments: Vec<Segment>,
    precedence: Precedence<'k>,
    mut set: RuleSet,
    values_of: Option<(usize, usize)>,
) {
    let (own, key) = (entries.len(), precedence.key);
    let inner = set.take_each_value_rules();
    let below = || segments.iter().cloned().chain([Segment::Star]).collect::<Vec<_>>();
    let inner: Vec<_> = inner.into_iter().map(|(rule, values)| (rule, values, below())).collect();
    entries.push(Entry { segments, precedence, set, values_of });
    for (rule, values, below) in inner {
        let precedence = Precedence { of_each_value: true, ..Precedence::of(&below, key) };
        collect(entries, below, precedence, values, Some((own, rule)));
    }
}

/// A place in a document, and the rules that are in force there.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'t> {
    tree: &'t RuleTree,
    live: Live,
    best: Option<u32>,
    depth: usize,
}

/// Which rules of which tree govern a value.
pub(crate) type InForce = (*const (), Option<u32>);

/// The items of an array: mostly the same rules govern all of them, and are looked up once.
pub(crate) struct Items<'c, 't> {
    array: &'c Cursor<'t>,
    any: Option<Cursor<'t>>,
}

impl<'t> Items<'_, 't> {
    /// At the item at `index`.
    pub(crate) fn at(&self, index: usize) -> Cow<'_, Cursor<'t>> {
        match &self.any {
            Some(any) => Cow::Borrowed(any),
            None => Cow::Owned(self.array.index(index)),
        }
    }
}

/// The rules that govern a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'t> {
    pub(crate) set: &'t RuleSet,
    /// Do they stand at a parent of the value?
    pub(crate) cascaded: bool,
}

impl<'t> Cursor<'t> {
    /// At the member called `name`.
    pub(crate) fn field(&self, name: &str) -> Self {
        let index = name.bytes().all(|byte| byte.is_ascii_digit()).then(|| name.parse::<usize>().ok()).flatten();
        self.step(&[name], index)
    }

    /// At a member that rules may call by either of two names.
    pub(crate) fn either_field(&self, name: &str, other: &str) -> Self {
        if name == other { self.field(name) } else { self.step(&[name, other], None) }
    }

    /// At the item at `index`.
    pub(crate) fn index(&self, index: usize) -> Self {
        self.step(&[], Some(index))
    }

    /// At any item, if the rules make no difference between them.
    fn any_item(&self) -> Option<Self> {
        let differ = |&at: &u32| {
            let node = &self.tree.nodes[at as usize];
            node.numeric_field || !node.indexes.is_empty()
        };
        // No rule speaks of an index that large, so this is what every item sees.
        (!self.live.as_slice().iter().any(differ)).then(|| self.index(usize::MAX))
    }

    /// At the items of an array, one after the other.
    pub(crate) fn items(&self) -> Items<'_, 't> {
        Items { array: self, any: self.any_item() }
    }

    fn step(&self, names: &[&str], index: Option<usize>) -> Self {
        let mut child = Self { tree: self.tree, live: Live::default(), best: self.best, depth: self.depth + 1 };
        for &at in self.live.as_slice() {
            let node = &self.tree.nodes[at as usize];
            for name in names {
                child.enter(node.fields.get(name));
            }
            if let (true, true, Some(index)) = (names.is_empty(), node.numeric_field, index) {
                child.enter(node.fields.get(index.to_string().as_str()));
            }
            if let Some(index) = index {
                child.enter(node.indexes.get(&index));
                child.enter(node.star_index.as_ref());
            }
            child.enter(node.star.as_ref());
        }
        child
    }

    fn enter(&mut self, node: Option<&u32>) {
        let Some(&node) = node else { return };
        self.live.push(node);
        self.best = self.best.max(self.tree.nodes[node as usize].rank);
    }

    /// This place as a value of the `eachValue` rule number `rule` of the rules that govern its `parent`.
    pub(crate) fn value_of(mut self, parent: &Self, rule: usize) -> Self {
        let each_value =
            parent.best.and_then(|best| self.tree.governed[best as usize].each_value.get(rule).copied().flatten());
        self.best = self.best.max(each_value);
        self
    }

    /// What tells this cursor from others at the same place.
    pub(crate) fn in_force(&self) -> InForce {
        (std::ptr::from_ref(self.tree).cast(), self.best)
    }

    /// The rules in force here.
    pub(crate) fn rules(&self) -> Option<Rules<'t>> {
        let ranked = &self.tree.governed[self.best? as usize];
        Some(Rules { set: &ranked.set, cascaded: ranked.length < self.depth })
    }

    /// The rules that stand exactly here.
    pub(crate) fn exact_rules(&self) -> Option<&'t RuleSet> {
        self.rules().filter(|rules| !rules.cascaded).map(|rules| rules.set)
    }
}

/// The trie nodes that a place corresponds to: literally and by wildcards. Seldom more than four.
#[derive(Debug, Clone, Default)]
struct Live {
    few: [u32; 4],
    count: usize,
    many: Vec<u32>,
}

impl Live {
    fn push(&mut self, node: u32) {
        if self.many.is_empty() && self.count < self.few.len() {
            self.few[self.count] = node;
        } else {
            if self.many.is_empty() {
                self.many.extend_from_slice(&self.few);
            }
            self.many.push(node);
        }
        self.count += 1;
    }

    fn as_slice(&self) -> &[u32] {
        if self.many.is_empty() { &self.few[..self.count] } else { &self.many }
    }
}

#[cfg(test)]
mod tests;
