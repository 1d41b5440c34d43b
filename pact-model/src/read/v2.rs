//! What only V1 and V2 have: keys of flat matching rules, and the query as text.
//!
//! V1 and V1.1 are V2 without rules. Their interactions have the shape of V3 and are read by [`super::v3`].

use crate::path::{PathExpression, Segment};

use super::categories::Category;

/// The category and the name or path in it that a flat key such as `$.headers.X-Trace[0]` or `$['body']['a']` means; `None` if
/// it names no part.
pub(super) fn target(key: &str) -> Option<(Category, String)> {
    let (part, rest) = first_step(key.strip_prefix('$')?)?;
    let category = Category::of(part)?;
    let name = match category {
        Category::Method | Category::Path | Category::Status => String::new(),
        Category::Query | Category::Header => plain_name(rest)?,
        Category::Body | Category::Metadata => format!("${rest}"),
    };
    Some((category, name))
}

/// Splits `.body.a` or `['body'].a` into `body` and `.a`.
fn first_step(text: &str) -> Option<(&str, &str)> {
    if let Some(text) = text.strip_prefix('.') {
        let end = text.find(['.', '[']).unwrap_or(text.len());
        return Some(text.split_at(end));
    }
    let text = text.strip_prefix('[')?;
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let (name, rest) = text[1..].split_once(quote)?;
    Some((name, rest.strip_prefix(']')?))
}

/// The name that follows `$.query` or `$.headers`, without indexes at its end. What is no path expression (`.ids[]`) is the
/// name as it stands, and so is a dotted one (`.filter.name`).
fn plain_name(rest: &str) -> Option<String> {
    let path = format!("${rest}").parse::<PathExpression>();
    if let Ok(path) = &path
        && let Some((Segment::Field(name), rest)) = path.segments().split_first()
        && rest.iter().all(|segment| matches!(segment, Segment::Index(_) | Segment::StarIndex))
    {
        return Some(name.clone());
    }
    let mut name = rest.strip_prefix('.').unwrap_or(rest);
    while let Some(shorter) = without_index(name) {
        name = shorter;
    }
    (!name.is_empty()).then(|| name.to_owned())
}

fn without_index(name: &str) -> Option<&str> {
    let (before, index) = name.strip_suffix(']')?.rsplit_once('[')?;
    (index == "*" || (!index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()))).then_some(before)
}
