//! Where in the text a value of a document begins, for those who show the text to people.
//!
//! Trees do not carry positions, because hardly anybody asks for them. Who does asks for all at once: one pass over the text finds them.

use crate::path::{PathExpression, Segment};

use super::Json;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

/// Where the values begin that the paths name, in the order of the paths. For what is not there it is the nearest value around it.
///
/// The text is one that was read before ([`Json::parse`]); of any other the beginning is given.
///
/// ```
/// use intact_pact_model::json::positions;
///
/// let found = positions(b"{\n  \"a\": [1, 2]\n}", &["$.a[1]".parse()?, "$.a[7]".parse()?]);
/// assert_eq!((found[0].line, found[0].column), (2, 12));
/// assert_eq!((found[1].line, found[1].column), (2, 8), "of the array");
/// # Ok::<(), intact_pact_model::path::PathError>(())
/// ```
pub fn positions(text: &[u8], paths: &[PathExpression]) -> Vec<Position> {
    let mut wanted = Wanted { nodes: vec![Node::default()] };
    let ends: Vec<usize> = paths.iter().map(|path| wanted.add(path)).collect();
    let mut scan = Scan { text, at: 0, wanted: &mut wanted };
    if text.starts_with(b"\xef\xbb\xbf") {
        scan.at = 3;
    }
    let _ = scan.value(Some(0), 0);
    let offsets: Vec<usize> = ends.into_iter().map(|end| wanted.offset(end)).collect();
    in_lines(text, &offsets)
}

/// The paths as a tree.
struct Wanted {
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    parent: usize,
    children: std::collections::HashMap<Segment, usize>,
    offset: Option<usize>,
}

impl Wanted {
    fn add(&mut self, path: &PathExpression) -> usize {
        let mut at = 0;
        for segment in path.segments() {
            let new = self.nodes.len();
            let next = *self.nodes[at].children.entry(segment.clone()).or_insert(new);
            if next == new {
                self.nodes.push(Node { parent: at, ..Node::default() });
            }
            at = next;
        }
        at
    }

    fn offset(&self, mut at: usize) -> usize {
        loop {
            match self.nodes[at].offset {
                Some(offset) => return offset,
                None if at == 0 => return 0,
                None => at = self.nodes[at].parent,
            }
        }
    }
}

struct Scan<'t, 'w> {
    text: &'t [u8],
    at: usize,
    wanted: &'w mut Wanted,
}

impl Scan<'_, '_> {
    /// Walks over the value that begins here; `None` where the text is not as it should be.
    fn value(&mut self, node: Option<usize>, depth: usize) -> Option<()> {
        self.space();
        if let Some(node) = node {
            self.wanted.nodes[node].offset = Some(self.at);
        }
        match self.text.get(self.at)? {
            b'{' | b'[' if depth > super::parse::MAX_DEPTH => None,
            b'{' => self.parts(b'}', |scan, _| {
                let start = scan.at;
                scan.string()?;
                let below = node.and_then(|node| scan.member(node, start));
                scan.space();
                scan.at += 1;
                scan.value(below, depth + 1)
            }),
            b'[' => self.parts(b']', |scan, index| {
                let children = node.map(|node| &scan.wanted.nodes[node].children);
                let below = children.and_then(|children| children.get(&Segment::Index(index)).copied());
                scan.value(below, depth + 1)
            }),
            b'"' => self.string(),
            _ => {
                let start = self.at;
                while self.text.get(self.at).is_some_and(|byte| !b",]} \t\r\n".contains(byte)) {
                    self.at += 1;
                }
                (self.at > start).then_some(())
            }
        }
    }

    fn parts(&mut self, end: u8, mut part: impl FnMut(&mut Self, usize) -> Option<()>) -> Option<()> {
        self.at += 1;
        for index in 0.. {
            self.space();
            if *self.text.get(self.at)? == end {
                break;
            }
            part(self, index)?;
            self.space();
            if *self.text.get(self.at)? == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Some(())
    }

    /// The node of the member whose name begins at `start` and ends here, if anybody wants it.
    fn member(&self, node: usize, start: usize) -> Option<usize> {
        let children = &self.wanted.nodes[node].children;
        if children.is_empty() {
            return None;
        }
        let Ok(Json::String(name)) = Json::parse(&self.text[start..self.at]) else { return None };
        children.get(&Segment::Field(name.into_owned())).copied()
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.text.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    fn space(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }
}

fn in_lines(text: &[u8], offsets: &[usize]) -> Vec<Position> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|index| offsets[*index]);
    let mut positions = vec![Position { line: 1, column: 1 }; offsets.len()];
    // A byte order mark is no character of the first line.
    let mut seen = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let (mut line, mut column) = (1, 1);
    for index in order {
        let offset = offsets[index].clamp(seen, text.len());
        for byte in &text[seen..offset] {
            match byte {
                b'\n' => (line, column) = (line + 1, 1),
                // The bytes after the first one of a character.
                0x80..=0xbf => {}
                _ => column += 1,
            }
        }
        seen = offset;
        positions[index] = Position { line, column };
    }
    positions
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str, path: &str) -> (usize, usize) {
        let found = positions(text.as_bytes(), &[path.parse().expect("a path")])[0];
        (found.line, found.column)
    }

    #[test]
    fn values_are_found_where_they_begin() {
        let text = "{\"a\":1,\n \"ü\": {\"b\\u0041\" : [ true,\n\t\"x\\\"]\" , null ] } }";
        for (path, place) in [
            ("$", (1, 1)),
            ("$.a", (1, 6)),
            ("$['ü']", (2, 7)),
            ("$['ü'].bA", (2, 20)),
            ("$['ü'].bA[1]", (3, 2)),
            ("$['ü'].bA[2]", (3, 11)),
            ("$['ü'].bA[2].c", (3, 11)),
            ("$.nowhere.b", (1, 1)),
        ] {
            assert_eq!(at(text, path), place, "{path}");
        }
        assert_eq!(at("\u{feff}\n{\"a\":1}", "$.a"), (2, 6));
        assert_eq!(at("\u{feff}{\"a\":1}", "$.a"), (1, 6));
    }

    /// One by one, each from the beginning of the text.
    fn counted(text: &str, offset: usize) -> Position {
        let before = text[..offset].trim_start_matches('\u{feff}');
        let in_line = before.rsplit('\n').next().unwrap_or_default();
        Position { line: before.matches('\n').count() + 1, column: in_line.chars().count() + 1 }
    }

    #[test]
    fn many_places_in_one_line_are_counted_on_from_each_other() {
        for (head, between) in [("", ","), ("\u{feff}", ", "), ("", ",\n")] {
            let items: Vec<String> = (0..500).map(|item| format!("{{\"ü{item}\":\"€😀\"}}")).collect();
            let text = format!("{head}[{}]", items.join(between));
            let paths: Vec<PathExpression> =
                (0..500).rev().map(|item| format!("$[{item}]['ü{item}']").parse().expect("a path")).collect();
            let expected: Vec<Position> = (0..500)
                .rev()
                .map(|item| {
                    counted(&text, text.find(&format!("ü{item}\":")).expect("there") + format!("ü{item}\":").len())
                })
                .collect();
            assert_eq!(positions(text.as_bytes(), &paths), expected);
        }
    }

    proptest! {
        #[test]
        fn any_text_has_some_position_for_any_path(text in "[\\[\\]{}\",:a1 \\\\\n]{0,40}", path in "\\$(\\.a|\\[1\\]){0,4}") {
            let found = positions(text.as_bytes(), &[path.parse().unwrap()]);
            prop_assert!(found[0].line >= 1 && found[0].column >= 1);
        }
    }
}
