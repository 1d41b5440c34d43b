//! Form posts: compared like query parameters, with the rules of the body.

use intact_pact_model::Query;

use crate::comparison::{Flow, Sink};
use crate::mismatch::{Location, Mismatch, Reason};
use crate::parts::parameters::{self, Called};
use crate::parts::values::ValueRules;
use crate::rule_tree::{Cursor, RuleTree};

pub(crate) fn compare<S: Sink>(expected: &[u8], actual: &[u8], rules: &RuleTree, sink: &mut S) -> Flow {
    let Ok(expected) = str::from_utf8(expected) else {
        if expected == actual {
            return Flow::Continue(());
        }
        return sink.mismatch(|| {
            let text = "Failed to parse the expected body: 'a form post is UTF-8 text'";
            Mismatch::new(Location::Body("$".to_owned()), Reason::Unparsable, text)
        });
    };
    // As servers read it: what is no text takes nothing from the fields beside it.
    let actual = &String::from_utf8_lossy(actual);
    let root = rules.cursor();
    let rules_of = |name: &str, count: usize| rules_of(&root, name, count);
    parameters::compare(&Query::parse(expected), &Query::parse(actual), &Called::FORM, rules_of, sink)
}

/// The rules for a parameter that came with so many values.
pub(crate) fn rules_of<'t>(root: &Cursor<'t>, name: &str, count: usize) -> ValueRules<'t> {
    let parameter = root.field(name);
    let at = (0..count).filter_map(|index| Some((index, parameter.index(index).exact_rules()?)));
    let rules = parameter.rules();
    ValueRules {
        whole: rules.map(|rules| rules.set),
        cascaded: rules.is_some_and(|rules| rules.cascaded),
        at: at.collect(),
    }
}
