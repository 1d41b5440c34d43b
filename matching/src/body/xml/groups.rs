//! The children of an element, by their names.

use std::collections::HashMap;

use super::Element;

/// Elements by qualified name, in the order of their first.
pub(crate) fn by_name(children: &[Element]) -> Vec<(&str, Vec<&Element>)> {
    Groups::of(children).groups
}

/// Elements by qualified name.
pub(super) struct Groups<'e> {
    /// In the order of their first.
    pub(super) groups: Vec<(&'e str, Vec<&'e Element>)>,
    /// Where in `groups` a name is, if there are many: few are found sooner by looking at each.
    positions: HashMap<&'e str, usize>,
}

impl<'e> Groups<'e> {
    const FEW: usize = 8;

    pub(super) fn of(children: &'e [Element]) -> Self {
        let mut all = Self { groups: Vec::new(), positions: HashMap::new() };
        for child in children {
            let name = child.name.qualified.as_str();
            match all.position(name) {
                Some(at) => all.groups[at].1.push(child),
                None => all.add(name, child),
            }
        }
        all
    }

    fn add(&mut self, name: &'e str, first: &'e Element) {
        self.groups.push((name, vec![first]));
        match self.groups.len() {
            ..=Self::FEW => {}
            count if self.positions.is_empty() => {
                self.positions = self.groups.iter().map(|(name, _)| *name).zip(0..count).collect();
            }
            count => _ = self.positions.insert(name, count - 1),
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        if self.positions.is_empty() {
            self.groups.iter().position(|(own, _)| *own == name)
        } else {
            self.positions.get(name).copied()
        }
    }

    pub(super) fn called(&self, name: &str) -> Option<&[&'e Element]> {
        self.position(name).map(|at| self.groups[at].1.as_slice())
    }
}
