//! Walking down the tree together with a document: which rules are in force at a value.

use std::borrow::Cow;

use crate::rule::RuleSet;
use crate::rule_tree::RuleTree;

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
    pub(super) fn at_root(tree: &'t RuleTree) -> Self {
        let mut cursor = Self { tree, live: Live::default(), best: None, depth: 1 };
        cursor.enter(Some(&0).filter(|_| !tree.governed.is_empty()));
        cursor
    }

    /// At the member called `name`.
    pub(crate) fn field(&self, name: &str) -> Self {
        self.step(&[name], as_index(name))
    }

    /// Are there rules for the member called `name`, or for what is in it, that call it by its name?
    pub(crate) fn names(&self, name: &str) -> bool {
        let index = as_index(name);
        self.live.as_slice().iter().any(|&at| {
            let node = &self.tree.nodes[at as usize];
            node.fields.get(name).is_some() || index.is_some_and(|index| node.indexes.contains_key(&index))
        })
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

    /// The rules in force here; none below an `eachValue` that holds none.
    pub(crate) fn rules(&self) -> Option<Rules<'t>> {
        let ranked = &self.tree.governed[self.best? as usize];
        let cascaded = ranked.length < self.depth;
        (!ranked.set.rules.is_empty()).then_some(Rules { set: &ranked.set, cascaded })
    }

    /// The rules that stand exactly here.
    pub(crate) fn exact_rules(&self) -> Option<&'t RuleSet> {
        self.rules().filter(|rules| !rules.cascaded).map(|rules| rules.set)
    }
}

/// A name that is a number can name an item, and the other way round.
fn as_index(name: &str) -> Option<usize> {
    name.bytes().all(|byte| byte.is_ascii_digit()).then(|| name.parse().ok()).flatten()
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
