//! Objects: members in order, found fast also when there are many.

use std::borrow::Cow;

use super::Json;

/// Objects up to this size are searched from front to back, which is as fast and needs no index.
const SCAN_LIMIT: usize = 16;

/// The members of a JSON object in their order. A name occurs once; when it was given twice, the last value won.
#[derive(Debug, Clone, Default)]
pub struct Object<'a> {
    members: Vec<(Cow<'a, str>, Json<'a>)>,
    /// Only large objects have one; boxed, so that the many small ones stay small.
    by_name: Option<Box<NameIndex>>,
}

/// Positions of members sorted by their names.
#[derive(Debug, Clone)]
struct NameIndex(Vec<u32>);

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
        let Some(index) = &self.by_name else {
            return self.members.iter().position(|(own, _)| own == name);
        };
        let at = index.0.binary_search_by(|&at| self.members[at as usize].0.as_ref().cmp(name)).ok()?;
        Some(index.0[at] as usize)
    }

    fn index_all(&mut self) {
        self.by_name = (self.members.len() > SCAN_LIMIT).then(|| {
            let mut order: Vec<u32> = (0..self.count()).collect();
            order.sort_by(|&a, &b| self.members[a as usize].0.cmp(&self.members[b as usize].0));
            Box::new(NameIndex(order))
        });
    }

    fn index_last(&mut self) {
        let last = self.count() - 1;
        match &mut self.by_name {
            None => self.index_all(),
            Some(index) => {
                let name = &self.members[last as usize].0;
                let at = index.0.partition_point(|&at| self.members[at as usize].0 < *name);
                index.0.insert(at, last);
            }
        }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.members.len())
            .expect("a JSON document of four thousand million members does not fit into memory")
    }
}

/// A repeated name keeps its first place and its last value.
impl<'a> FromIterator<(Cow<'a, str>, Json<'a>)> for Object<'a> {
    fn from_iter<I: IntoIterator<Item = (Cow<'a, str>, Json<'a>)>>(members: I) -> Self {
        let mut members: Vec<_> = members.into_iter().collect();
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
        let mut object = Self { members, by_name: None };
        object.index_all();
        let order = object.by_name.take().map(|index| index.0).unwrap_or_default();
        // The sort is stable, so equal names stand in their order: the last of a run has the value, the first the place.
        let mut superseded = vec![false; object.members.len()];
        let mut repeated = false;
        for (start, &first) in order.iter().enumerate() {
            let first = first as usize;
            if superseded[first] {
                continue;
            }
            let mut last = first;
            for &next in &order[start + 1..] {
                if object.members[next as usize].0 != object.members[first].0 {
                    break;
                }
                superseded[next as usize] = true;
                last = next as usize;
            }
            if last != first {
                repeated = true;
                object.members[first].1 = std::mem::take(&mut object.members[last].1);
            }
        }
        if repeated {
            let mut superseded = superseded.into_iter();
            object.members.retain(|_| !superseded.next().unwrap_or(false));
            object.index_all();
        } else {
            object.by_name = Some(Box::new(NameIndex(order)));
        }
        object
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
        self.len() == other.len() && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

impl Eq for Object<'_> {}
