//! Lists that lack a variant of `arrayContains`: the item that comes nearest to it, and what that one lacks.

use std::sync::LazyLock;

use intact_pact_model::Json;

use crate::body::json::compare_below;
use crate::comparison::{Flow, Sink};
use crate::mismatch::Mismatch;
use crate::rule::Asks;
use crate::rule_tree::RuleTree;

use super::{JsonParts, Pair, count};
use crate::explanation::visible::{self, WIDEST, visible};
use crate::explanation::{Finding, Row};

/// So many items of a list are looked at,
const MOST_ITEMS: usize = 1000;
/// for so many variants,
const MOST_VARIANTS: usize = 50;
/// of which so many that are missing are shown.
const SHOWN: usize = 3;

impl<'b> JsonParts<'b> {
    /// If the pair is a list under `arrayContains`, shows for variants that are missing what came nearest. Tells whether there
    /// is one.
    pub(super) fn show_variants(&self, path: &str, pair: &Pair<'b>, finding: &mut Finding) -> bool {
        let (Some(Json::Array(expected)), Some(Json::Array(actual))) = (pair.expected, pair.actual) else {
            return false;
        };
        let variants = pair.exact().and_then(|rules| {
            rules.set.rules.iter().find_map(|rule| match &rule.asks {
                Asks::ArrayContains(variants) => Some(variants),
                _ => None,
            })
        });
        let Some(variants) = variants else { return false };
        let by_equality: &'static RuleTree = &NO_RULES;
        let variants: Vec<(usize, &'b RuleTree)> = match variants.as_slice() {
            [] => (0..expected.len()).map(|index| (index, by_equality)).collect(),
            some => some.iter().map(|variant| (variant.index, &variant.rules)).collect(),
        };
        let mut shown = 0;
        for (index, rules) in variants.into_iter().take(MOST_VARIANTS) {
            let Some(example) = expected.get(index) else { continue };
            if shown == SHOWN {
                break;
            }
            let cursor = rules.cursor();
            let nearest = actual
                .iter()
                .take(MOST_ITEMS)
                .enumerate()
                .map(|(at, item)| (self.distance(example, item, &cursor), at))
                .min();
            if matches!(nearest, Some((0, _))) {
                continue;
            }
            shown += 1;
            let Some((_, at)) = nearest else {
                finding.hint("the list is empty");
                continue;
            };
            let inner = Pair { expected: Some(example), actual: actual.get(at), cursor };
            finding.excerpt.push(Row::same(
                format!("variant {index}"),
                format!("{}[{at}], the nearest", visible(&visible::shown(path, WIDEST, self.hide))),
            ));
            let inside = self.deepest(inner);
            if inside.is_collection() {
                self.show_collection(&inside, false, finding);
            } else {
                self.show_value(&inside, "the nearest item", finding);
            }
        }
        if actual.len() > MOST_ITEMS {
            finding.hint(format!("the nearest was looked for in the first {}", count(MOST_ITEMS, "item")));
        }
        shown > 0
    }

    /// In how many places an item is not like the variant. A value of another kind is farther away than any other.
    fn distance(&self, example: &Json<'_>, item: &Json<'_>, cursor: &crate::rule_tree::Cursor<'_>) -> usize {
        let mut count = Count(0);
        let _ = compare_below(example, item, cursor, self.strict, &mut count);
        let same_kind = std::mem::discriminant(example) == std::mem::discriminant(item);
        if count.0 > 0 && !same_kind { MOST_DIFFERENCES + 1 } else { count.0 }
    }

    /// The only member or item in which a pair differs, if it differs in no other.
    fn deepest(&self, pair: Pair<'b>) -> Pair<'b> {
        let mut pair = pair;
        loop {
            let children = pair.children(self.strict, self.hide);
            if children.iter().any(|child| self.differs(child)) {
                return pair;
            }
            let mut failing = children.into_iter().filter(|child| match (child.pair.expected, child.pair.actual) {
                (Some(expected), Some(actual)) => !self.fits(expected, actual, &child.pair.cursor),
                _ => false,
            });
            match (failing.next(), failing.next()) {
                (Some(only), None) if only.pair.is_collection() => pair = only.pair,
                _ => return pair,
            }
        }
    }
}

/// For variants that are compared by equality.
static NO_RULES: LazyLock<RuleTree> = LazyLock::new(RuleTree::default);

/// More differences make no difference.
const MOST_DIFFERENCES: usize = 1000;

/// Counts mismatches.
struct Count(usize);

impl Sink for Count {
    const WANTS_ALL: bool = true;

    fn mismatch(&mut self, _make: impl FnOnce() -> Mismatch) -> Flow {
        self.0 += 1;
        if self.0 < MOST_DIFFERENCES { Flow::Continue(()) } else { Flow::Break(()) }
    }

    fn part(&mut self, _matched: bool) {}
}
