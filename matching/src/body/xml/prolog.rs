//! What comes before the root element: the XML declaration and the document type.

use std::borrow::Cow;

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// The document as the reader takes it, which knows no document types: with blanks where its own was, so that all else stays
/// in its place.
///
/// Nothing that a document type refers to is ever loaded. One with declarations of its own (`[…]`) is refused: they could
/// define entities without end.
pub(crate) fn without_doctype(text: &str) -> Result<Cow<'_, str>, String> {
    let mut rest = after_declaration(text.trim_start_matches('\u{feff}'))?.trim_start_matches(SPACE);
    while let Some(after) = after_remark(rest) {
        rest = after.trim_start_matches(SPACE);
    }
    let Some(doctype) = rest.strip_prefix("<!DOCTYPE") else { return Ok(Cow::Borrowed(text)) };
    let after = after_doctype(doctype)?;
    let (before, rest) = text.split_at(text.len() - rest.len());
    let (doctype, after) = rest.split_at(rest.len() - after.len());
    let blank: String = doctype.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    Ok(Cow::Owned([before, &blank, after].concat()))
}

/// Behind a comment or processing instruction, if the text begins with one.
fn after_remark(text: &str) -> Option<&str> {
    let (rest, end) = match text.strip_prefix("<!--") {
        Some(rest) => (rest, "-->"),
        None => (text.strip_prefix("<?")?, "?>"),
    };
    rest.split_once(end).map(|(_, after)| after)
}

/// Behind the XML declaration, if there is one: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`.
fn after_declaration(text: &str) -> Result<&str, String> {
    let declaration = text.strip_prefix("<?xml").filter(|rest| rest.starts_with(SPACE) || rest.starts_with('?'));
    let Some(declaration) = declaration else { return Ok(text) };
    let Some((inside, after)) = declaration.split_once("?>") else {
        return Err("the XML declaration is not closed".to_owned());
    };
    let Some((version, mut rest)) = setting(inside, "version") else {
        return Err("the XML declaration does not begin with a version".to_owned());
    };
    let minor = version.strip_prefix("1.").unwrap_or_default();
    if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("the XML declaration names no version of XML, but '{}'", crate::show::cut(version)));
    }
    if let Some((encoding, after)) = setting(rest, "encoding") {
        let is_name = encoding.starts_with(|c: char| c.is_ascii_alphabetic())
            && encoding.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !is_name {
            return Err(format!("the XML declaration names no encoding, but '{}'", crate::show::cut(encoding)));
        }
        rest = after;
    }
    if let Some(("yes" | "no", after)) = setting(rest, "standalone") {
        rest = after;
    }
    match rest.trim_matches(SPACE) {
        "" => Ok(after),
        unknown => Err(format!("the XML declaration cannot hold '{}'", crate::show::cut(unknown))),
    }
}

/// The value of a setting of the declaration, and what comes behind it.
fn setting<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let rest = behind_space(text)?.strip_prefix(name)?.trim_start_matches(SPACE).strip_prefix('=')?;
    quoted(rest.trim_start_matches(SPACE))
}

/// Behind the document type, from behind its `<!DOCTYPE`.
fn after_doctype(text: &str) -> Result<&str, String> {
    let malformed = || "the document type is malformed".to_owned();
    let named = behind_space(text).ok_or_else(malformed)?;
    let name_end = named.find(|c: char| SPACE.contains(&c) || "[>".contains(c)).unwrap_or(named.len());
    let (name, rest) = named.split_at(name_end);
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || "_:".contains(c))
        && name.chars().all(|c| c.is_alphanumeric() || "_:.-·".contains(c));
    if !is_name {
        return Err(malformed());
    }
    let literal = |text| Some(quoted(behind_space(text)?)?.1);
    let reference = behind_space(rest).unwrap_or_default();
    let rest = if let Some(reference) = reference.strip_prefix("SYSTEM") {
        literal(reference).ok_or_else(malformed)?
    } else if let Some(reference) = reference.strip_prefix("PUBLIC") {
        literal(reference).and_then(literal).ok_or_else(malformed)?
    } else {
        rest
    };
    let rest = rest.trim_start_matches(SPACE);
    if rest.starts_with('[') {
        return Err("the document type has declarations of its own, which could define entities without end".to_owned());
    }
    rest.strip_prefix('>').ok_or_else(malformed)
}

fn behind_space(text: &str) -> Option<&str> {
    text.strip_prefix(SPACE).map(|rest| rest.trim_start_matches(SPACE))
}

/// What stands in the quotes that the text begins with, and what comes behind them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| "\"'".contains(*c))?;
    text[1..].split_once(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_type_without_declarations_becomes_blank() {
        for doctype in [
            "<!DOCTYPE order>",
            "<!DOCTYPE\norder >",
            "<!DOCTYPE p:order SYSTEM \"x.dtd\">",
            "<!DOCTYPE order SYSTEM '[\">' >",
            "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\"\r\n 'http://www.w3.org/TR/xhtml1/[é].dtd'>",
        ] {
            for before in ["", "\u{feff}", "<?xml version='1.0'?>\n", "<!-- <!DOCTYPE a [ --><?p [<!DOCTYPE a ?> "] {
                let text = format!("{before}{doctype}<order>[]</order>");
                let read = without_doctype(&text).expect("a harmless document type");
                assert_eq!(read.len(), text.len());
                assert_eq!(read.lines().count(), text.lines().count());
                let blank = read.strip_prefix(before).and_then(|rest| rest.strip_suffix("<order>[]</order>"));
                assert_eq!(blank.map(str::trim), Some(""), "{text}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_a_document_type_stays() {
        for text in [
            "<a/>",
            "<!-- <!DOCTYPE a [<!ENTITY b 'c'>]> --><a/>",
            "<a><![CDATA[<!DOCTYPE a [ ]>]]></a>",
            "<a b='<!DOCTYPE a>'/>",
            "<?xml-stylesheet href='[]'?><a/>",
            "<!doctype a><a/>",
            "<!-- not closed",
        ] {
            assert_eq!(without_doctype(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_document_type_with_declarations_is_refused() {
        for text in [
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
            "<!DOCTYPE a[]><a/>",
            "<!DOCTYPE a SYSTEM 'x.dtd' [<!ENTITY % b SYSTEM 'file:///etc/passwd'> %b;]><a/>",
            "<?xml version=\"1.0\"?><!-- ]> --><!DOCTYPE a PUBLIC 'a' \"b\"[ ]><a/>",
        ] {
            let found = without_doctype(text).expect_err("declarations");
            assert_eq!(found, "the document type has declarations of its own, which could define entities without end");
        }
        for text in [
            "<!DOCTYPE>",
            "<!DOCTYPEa>",
            "<!DOCTYPE a",
            "<!DOCTYPE a SYSTEM>",
            "<!DOCTYPE a SYSTEM 'b>",
            "<!DOCTYPE a PUBLIC 'b'>",
            "<!DOCTYPE 'a'>",
            "<!DOCTYPE a 'b'>",
        ] {
            assert_eq!(without_doctype(text), Err("the document type is malformed".to_owned()), "{text}");
        }
    }

    #[test]
    fn the_declaration_must_be_one() {
        for inside in [
            " version=\"1.0\"",
            " version = '1.1' ",
            "\n\tversion='1.0' encoding=\"UTF-8\"",
            " version='1.0' encoding='latin1' standalone='no'",
            " version='1.0' standalone='yes'\n",
        ] {
            let text = format!("<?xml{inside}?><a/>");
            assert_eq!(without_doctype(&text).as_deref(), Ok(&*text));
        }
        for (inside, why) in [
            ("", "does not begin with a version"),
            (" ", "does not begin with a version"),
            (" encoding='UTF-8'", "does not begin with a version"),
            (" version=1.0", "does not begin with a version"),
            (" version='77'", "names no version of XML, but '77'"),
            (" version=''", "names no version of XML, but ''"),
            (" version='1.'", "names no version of XML, but '1.'"),
            (" version='1.0' encoding=''", "names no encoding, but ''"),
            (" version='1.0' standalone='maybe'", "cannot hold 'standalone='maybe''"),
            (" version='1.0' standalone='no' encoding='UTF-8'", "cannot hold 'encoding='UTF-8''"),
            (" version='1.0'encoding='UTF-8'", "cannot hold 'encoding='UTF-8''"),
        ] {
            let text = format!("<?xml{inside}?><a/>");
            assert_eq!(without_doctype(&text), Err(format!("the XML declaration {why}")), "{text}");
        }
        assert_eq!(without_doctype("<?xml version='1.0'"), Err("the XML declaration is not closed".to_owned()));
    }
}
