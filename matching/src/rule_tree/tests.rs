use std::cmp::Reverse;

use intact_pact_model::MatchingRule;
use intact_pact_model::rules::EachRule;
use proptest::prelude::*;

use super::*;

fn compile(keys: &[&str]) -> RuleTree {
    let rules = keys.iter().map(|key| ((*key).to_owned(), RuleList::of(MatchingRule::Integer))).collect();
    RuleTree::compile(&rules, Compiling::category("body")).expect("rules that do not nest")
}

/// A step of a value's path.
#[derive(Debug, Clone)]
enum Fragment {
    Key(&'static str),
    Item(usize),
}

impl Fragment {
    fn text(&self) -> String {
        match self {
            Self::Key(key) => (*key).to_owned(),
            Self::Item(index) => index.to_string(),
        }
    }
}

fn found<'t>(tree: &'t RuleTree, value: &[Fragment]) -> Option<(&'t str, bool)> {
    let cursor = value.iter().fold(tree.cursor(), |cursor, fragment| match fragment {
        Fragment::Key(key) => cursor.field(key),
        Fragment::Item(index) => {
            let item = cursor.items().at(*index).into_owned();
            assert_eq!(item.in_force(), cursor.index(*index).in_force(), "one after the other or one alone");
            item
        }
    });
    cursor.rules().map(|rules| (rules.set.key.as_str(), rules.cascaded))
}

/// The weight of one step against one fragment, as the specification tells it.
fn weight(step: &Segment, fragment: &str) -> u64 {
    match step {
        Segment::Field(name) if name == fragment => 2,
        Segment::Index(index) if fragment.parse() == Ok(*index) => 2,
        Segment::Star => 1,
        Segment::StarIndex if fragment.parse::<usize>().is_ok() => 1,
        _ => 0,
    }
}

/// The governing key, found by asking each expression.
fn scan<'k>(keys: &[&'k str], value: &[Fragment]) -> Option<(&'k str, bool)> {
    let fragments: Vec<String> = value.iter().map(Fragment::text).collect();
    let candidates = keys.iter().filter_map(|key| {
        let path: PathExpression = key.parse().expect("a path");
        let steps = path.segments();
        let fits = steps.len() <= fragments.len();
        let product: u64 =
            2 * steps.iter().zip(&fragments).map(|(step, fragment)| weight(step, fragment)).product::<u64>();
        let wildcards: Vec<usize> =
            (0..steps.len()).filter(|at| matches!(steps[*at], Segment::Star | Segment::StarIndex)).collect();
        let length = steps.len() + 1;
        (fits && product > 0).then(|| {
            let order = (product * length as u64, Reverse(wildcards.len()), length, wildcards, Reverse(*key));
            (order, *key, steps.len() < fragments.len())
        })
    });
    candidates.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, key, cascaded)| (key, cascaded))
}

#[test]
fn the_most_exact_path_governs_and_shorter_ones_cascade() {
    use Fragment::{Item, Key};
    for (keys, value, governing) in [
        (&["$"][..], &[][..], Some(("$", false))),
        (&["$"], &[Key("a"), Item(0)], Some(("$", true))),
        (&["$.a", "$.a.*"], &[Key("a"), Key("b")], Some(("$.a.*", false))),
        (&["$.a.b", "$.a.*", "$.*.b"], &[Key("a"), Key("b")], Some(("$.a.b", false))),
        // Two wildcards weigh less than the literal above them: 2·1·1·3 = 6 against 2·2·2 = 8.
        (&["$.a", "$.*.*"], &[Key("a"), Key("b")], Some(("$.a", true))),
        // 2·2·1·3 on both sides: the later wildcard wins.
        (&["$.*.b", "$.a.*"], &[Key("a"), Key("b")], Some(("$.a.*", false))),
        (&["$.a[*]", "$.a.*"], &[Key("a"), Item(3)], Some(("$.a.*", false))),
        (&["$.a[*]"], &[Key("a"), Key("b")], None),
        (&["$.a[*]"], &[Key("a"), Key("7")], Some(("$.a[*]", false))),
        (&["$.a[1]"], &[Key("a"), Key("1")], Some(("$.a[1]", false))),
        (&["$.a['1']"], &[Key("a"), Item(1)], Some(("$.a['1']", false))),
        (&["$.a[*].b"], &[Key("a")], None),
        (&["$['a b']", "b"], &[Key("a b")], Some(("$['a b']", false))),
        (&["$['a']", "$.a"], &[Key("a")], Some(("$.a", false))),
        (&[], &[], None),
    ] {
        let tree = compile(keys);
        assert_eq!(found(&tree, value), governing, "{keys:?} for {value:?}");
        assert_eq!(scan(keys, value), governing, "{keys:?} for {value:?}");
    }
}

#[test]
fn rules_for_each_value_govern_only_below_their_rule() {
    let each = |rule| MatchingRule::EachValue(EachRule { rules: vec![rule], ..EachRule::default() });
    let mut rules = IndexMap::new();
    rules.insert("$.a".to_owned(), RuleList::of(each(each(MatchingRule::Integer))));
    rules.insert("$.a.x".to_owned(), RuleList::of(MatchingRule::Null));
    let tree = RuleTree::compile(&rules, Compiling::category("body")).expect("rules that nest a little");
    let name = |cursor: &Cursor<'_>| cursor.rules().map(|rules| rules.set.rules[0].name().to_owned());

    let parent = tree.cursor().field("a");
    assert_eq!(name(&parent).as_deref(), Some("eachValue"));
    let value = parent.field("b").value_of(&parent, 0);
    assert_eq!(name(&value).as_deref(), Some("eachValue"));
    assert_eq!(name(&value.field("c").value_of(&value, 0)).as_deref(), Some("integer"));
    // What is written out is more exact.
    assert_eq!(name(&parent.field("x").value_of(&parent, 0)).as_deref(), Some("null"));
    // Nobody asked for the values here.
    assert!(parent.field("b").rules().is_some_and(|rules| rules.cascaded));
}

#[test]
fn very_long_paths_are_ranked_without_overflow() {
    let long = format!("$.{}", vec!["a"; 300].join("."));
    let longer = format!("{long}.b");
    let tree = compile(&[&long, &longer]);
    let mut cursor = tree.cursor();
    for _ in 0..300 {
        cursor = cursor.field("a");
    }
    assert_eq!(cursor.field("b").rules().map(|rules| rules.set.key.len()), Some(longer.len()));
    assert_eq!(cursor.field("c").rules().map(|rules| rules.set.key.len()), Some(long.len()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(2000)))]

    #[test]
    fn the_trie_finds_what_a_scan_finds(
        keys in proptest::collection::vec(proptest::collection::vec(proptest::sample::select(vec![".a", ".b", "['1']", "[0]", "[1]", "[*]", ".*", "['01']"]), 0..4), 0..8),
        value in proptest::collection::vec(prop_oneof![
            prop_oneof![Just("a"), Just("b"), Just("c"), Just("1"), Just("01")].prop_map(Fragment::Key),
            (0..3_usize).prop_map(Fragment::Item),
        ], 0..5),
    ) {
        let keys: Vec<String> = keys.into_iter().map(|steps| format!("${}", steps.concat())).collect();
        let mut keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        keys.sort_unstable();
        keys.dedup();
        let tree = compile(&keys);
        prop_assert_eq!(found(&tree, &value), scan(&keys, &value));
    }
}
