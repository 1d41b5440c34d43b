//! What is refused before a document is read, because reading it would take much more than its size: the reader compares
//! each attribute of an element with all others, and copies all namespaces in scope for each element that declares one.

use intact_pact_model::json::MAX_DEPTH;

/// Attributes of one element, declarations of namespaces among them.
const MOST_ATTRIBUTES: usize = 1_000;

/// Declarations of namespaces that are in scope at one place.
const MOST_NAMESPACES: usize = 250;

/// Looks at the tags alone. Text that is no XML may pass here; the reader finds that out.
pub(super) fn check(text: &str) -> Result<(), String> {
    let mut rest = text;
    // For each open element: the namespaces in scope.
    let mut open: Vec<usize> = Vec::new();
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let skipped = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")].iter().find_map(|(begin, end)| {
            rest.strip_prefix(begin).map(|rest| rest.split_once(end).map_or("", |(_, rest)| rest))
        });
        if let Some(after) = skipped {
            rest = after;
            continue;
        }
        if rest.starts_with('/') {
            open.pop();
            continue;
        }
        let tag = Tag::read(rest);
        rest = tag.after;
        if tag.attributes > MOST_ATTRIBUTES {
            return Err(format!("an element has more than {MOST_ATTRIBUTES} attributes"));
        }
        let namespaces = open.last().copied().unwrap_or_default() + tag.namespaces;
        if namespaces > MOST_NAMESPACES {
            return Err(format!("more than {MOST_NAMESPACES} namespaces are declared around one element"));
        }
        if !tag.is_empty {
            open.push(namespaces);
        }
        if open.len() > MAX_DEPTH {
            return Err(format!("elements nest deeper than {MAX_DEPTH} levels"));
        }
    }
    Ok(())
}

/// What counts of a start tag.
struct Tag<'t> {
    attributes: usize,
    namespaces: usize,
    is_empty: bool,
    after: &'t str,
}

impl<'t> Tag<'t> {
    /// Reads from behind the `<`.
    fn read(text: &'t str) -> Self {
        let mut tag = Self { attributes: 0, namespaces: 0, is_empty: false, after: "" };
        let mut quote = None;
        let mut before = b' ';
        let mut name_start = 0;
        for (at, byte) in text.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) => quote = Some(open).filter(|open| byte != *open),
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => {
                    tag.attributes += 1;
                    tag.namespaces += usize::from(text[name_start..].starts_with("xmlns"));
                }
                (None, b'>') => {
                    tag.is_empty = before == b'/';
                    tag.after = &text[at + 1..];
                    break;
                }
                (None, b' ' | b'\t' | b'\r' | b'\n') => name_start = at + 1,
                (None, _) => {}
            }
            before = byte;
        }
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_take_too_long_is_refused() {
        let attributes = |count: usize| (0..count).map(|at| format!(" a{at}='>'")).collect::<Vec<_>>().concat();
        let namespaces = |count: usize| (0..count).map(|at| format!(" xmlns:n{at}=\"u\"")).collect::<Vec<_>>().concat();
        assert_eq!(check(&format!("<a{}/>", attributes(1_000))), Ok(()));
        assert_eq!(
            check(&format!("<a{}/>", attributes(1_001))),
            Err("an element has more than 1000 attributes".to_owned())
        );
        assert_eq!(check(&format!("<a{0}><b{0}/><b{0}/></a>", namespaces(125))), Ok(()));
        assert_eq!(
            check(&format!("<a{0}><b{0}/></a>", namespaces(126))),
            Err("more than 250 namespaces are declared around one element".to_owned())
        );
        assert_eq!(check(&"<a>".repeat(100_000)), Err("elements nest deeper than 256 levels".to_owned()));
        assert_eq!(check(&"<a></a><b/>".repeat(1_000)), Ok(()));
        assert_eq!(check("<!-- <a><a> --><![CDATA[<a>]]><?p <a>?><a b='<' c=\"/\">x</a>"), Ok(()));
    }
}
