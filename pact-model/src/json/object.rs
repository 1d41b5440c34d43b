//! Objects: members in order, found fast also when there are many.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use super::Json;

/// Objects up to this size are searched from front to back, which is as fast and needs no index.
const SCAN_LIMIT: usize = 16;

/// The members of a JSON object in their order. A name occurs once; when it was given twice, the last value won.
#[derive(Debug, Clone, Default)]
pub struct Object<'a> {
    members: Vec<Member<'a>>,
    /// Only large objects have one; boxed, so that the many small ones stay small.
    by_name: Option<Box<NameIndex>>,
}

type Member<'a> = (Cow<'a, str>, Json<'a>);

/// Positions of members by the hash of their names: a table with open addressing, never more than three quarters full.
#[derive(Debug, Clone)]
struct NameIndex {
    /// Positions; a power of two.
    slots: Box<[u32]>,
}

/// A slot without a position.
const FREE: u32 = u32::MAX;

/// One key for all objects of the process: nobody outside can know which names collide.
static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl NameIndex {
    fn with_room_for(count: usize) -> Self {
        Self { slots: vec![FREE; (count + count / 3 + 1).next_power_of_two()].into() }
    }

    fn of(members: &[Member<'_>]) -> Self {
        let mut index = Self::with_room_for(members.len());
        for at in 0..members.len() {
            index.add(members, at);
        }
        index
    }

    /// Is there no room for one more?
    fn is_full(&self, count: usize) -> bool {
        count + count / 3 + 1 > self.slots.len()
    }

    /// The slot of the member called `name`, or the one where it belongs.
    fn slot(&self, members: &[Member<'_>], name: &str) -> usize {
        let mask = self.slots.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
        let mut slot = HASHES.hash_one(name) as usize & mask;
        while self.slots[slot] != FREE && members[self.slots[slot] as usize].0 != name {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn position(&self, members: &[Member<'_>], name: &str) -> Option<usize> {
        let found = self.slots[self.slot(members, name)];
        (found != FREE).then_some(found as usize)
    }

    /// Adds the member at a position, unless there is one of its name: gives back the position of that.
    fn add(&mut self, members: &[Member<'_>], at: usize) -> Option<usize> {
        let slot = self.slot(members, &members[at].0);
        if self.slots[slot] != FREE {
            return Some(self.slots[slot] as usize);
        }
        self.slots[slot] =
            u32::try_from(at).expect("a JSON document of four thousand million members does not fit into memory");
        None
    }
}

impl<'a> Object<'a> {
    /// An object without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Has it no members?
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The value of the member called `name`.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.position(name).map(|at| &self.members[at].1)
    }

    /// The value of the member called `name`.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json<'a>> {
        self.position(name).map(|at| &mut self.members[at].1)
    }

    /// The same, but looks at position `at` first: documents of one kind mostly have their members in one order.
    pub fn get_near(&self, at: usize, name: &str) -> Option<&Json<'a>> {
        match self.members.get(at) {
            Some((own, value)) if own == name => Some(value),
            _ => self.get(name),
        }
    }

    /// Is there a member called `name`?
    pub fn contains(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Sets a member: in its old place if there was one, else at the end.
    pub fn insert(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) {
        let (name, value) = (name.into(), value.into());
        if let Some(at) = self.position(&name) {
            self.members[at].1 = value;
        } else {
            self.members.push((name, value));
            self.index_last();
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Json<'a>> {
        let at = self.position(name)?;
        let (_, value) = self.members.remove(at);
        self.index_all();
        Some(value)
    }

    /// The members in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Json<'a>)> {
        self.members.iter().map(|(name, value)| (&**name, value))
    }

    /// The names in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.members.iter().map(|(name, _)| &**name)
    }

    /// The values in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Json<'a>> {
        self.members.iter().map(|(_, value)| value)
    }

    /// Puts the members into the order of their names.
    pub fn sort(&mut self) {
        self.members.sort_by(|a, b| a.0.cmp(&b.0));
        self.index_all();
    }

    fn position(&self, name: &str) -> Option<usize> {
        match &self.by_name {
            Some(index) => index.position(&self.members, name),
            None => self.members.iter().position(|(own, _)| own == name),
        }
    }

    fn index_all(&mut self) {
        self.by_name = (self.members.len() > SCAN_LIMIT).then(|| Box::new(NameIndex::of(&self.members)));
    }

    fn index_last(&mut self) {
        let count = self.members.len();
        match &mut self.by_name {
            Some(index) if !index.is_full(count) => _ = index.add(&self.members, count - 1),
            _ => self.index_all(),
        }
    }

    /// The object of these members: a repeated name keeps its first place and its last value.
    pub(super) fn from_members(mut members: Vec<Member<'a>>) -> Self {
        if members.len() <= SCAN_LIMIT {
            let mut at = 1;
            while at < members.len() {
                match members[..at].iter().position(|(name, _)| *name == members[at].0) {
                    Some(first) => members[first].1 = members.remove(at).1,
                    None => at += 1,
                }
            }
            return Self { members, by_name: None };
        }
        let mut index = NameIndex::with_room_for(members.len());
        let mut superseded = Vec::new();
        for at in 0..members.len() {
            if let Some(first) = index.add(&members, at) {
                members[first].1 = std::mem::take(&mut members[at].1);
                superseded.push(at);
            }
        }
        if superseded.is_empty() {
            return Self { members, by_name: Some(Box::new(index)) };
        }
        let (mut at, mut superseded) = (0, superseded.into_iter().peekable());
        members.retain(|_| {
            at += 1;
            superseded.next_if_eq(&(at - 1)).is_none()
        });
        let mut object = Self { members, by_name: None };
        object.index_all();
        object
    }
}

/// A repeated name keeps its first place and its last value.
impl<'a> FromIterator<(Cow<'a, str>, Json<'a>)> for Object<'a> {
    fn from_iter<I: IntoIterator<Item = (Cow<'a, str>, Json<'a>)>>(members: I) -> Self {
        Self::from_members(members.into_iter().collect())
    }
}

impl<'a> IntoIterator for Object<'a> {
    type Item = (Cow<'a, str>, Json<'a>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}

/// Members are compared by name; their order does not matter.
impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        let has = |(at, (name, value)): (usize, (&str, &Json<'_>))| other.get_near(at, name) == Some(value);
        self.len() == other.len() && self.iter().enumerate().all(has)
    }
}

impl Eq for Object<'_> {}
