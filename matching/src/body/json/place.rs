//! Places in a JSON document: a list on the call stack, printed only when there is something to say about one.

use std::fmt::Write as _;

use intact_pact_model::path::write_field;

/// Where in the document the walk is.
pub(super) struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    step: Step<'p>,
}

enum Step<'p> {
    Root,
    Member(&'p str),
    Item(usize),
}

impl Place<'_> {
    pub(super) const ROOT: Place<'static> = Place { parent: None, step: Step::Root };

    pub(super) fn member<'p>(&'p self, name: &'p str) -> Place<'p> {
        Place { parent: Some(self), step: Step::Member(name) }
    }

    pub(super) fn item(&self, index: usize) -> Place<'_> {
        Place { parent: Some(self), step: Step::Item(index) }
    }

    /// For example `$.items[0].sku`; a member whose name is a number prints like an item.
    fn print(&self, out: &mut String) {
        if let Some(parent) = self.parent {
            parent.print(out);
        }
        match self.step {
            Step::Root => out.push('$'),
            Step::Item(index) => {
                let _ = write!(out, "[{index}]");
            }
            Step::Member(name) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) => {
                let _ = write!(out, "[{name}]");
            }
            Step::Member(name) => write_field(out, name).expect("writing to a string cannot fail"),
        }
    }

    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        self.print(&mut path);
        path
    }
}
