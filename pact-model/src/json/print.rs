//! Document to text.

use std::fmt::Write as _;

use super::Json;

impl Json<'_> {
    /// The text without white space.
    pub fn to_compact(&self) -> String {
        let mut text = String::new();
        self.append_compact(&mut text);
        text
    }

    /// Writes the text without white space at the end of another.
    pub fn append_compact(&self, text: &mut String) {
        self.print(text, None);
    }

    /// The text indented by two spaces, as pact files are written; without a line break at the end.
    pub fn to_pretty(&self) -> String {
        let mut text = String::new();
        self.print(&mut text, Some(0));
        text
    }

    pub(super) fn print(&self, out: &mut String, level: Option<usize>) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(number) => out.push_str(number.as_str()),
            Self::String(text) => print_string(text, out),
            Self::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    separate(out, at, level);
                    item.print(out, level.map(|level| level + 1));
                }
                close(out, items.is_empty(), level, ']');
            }
            Self::Object(object) => {
                out.push('{');
                for (at, (name, value)) in object.iter().enumerate() {
                    separate(out, at, level);
                    print_string(name, out);
                    out.push_str(if level.is_some() { ": " } else { ":" });
                    value.print(out, level.map(|level| level + 1));
                }
                close(out, object.is_empty(), level, '}');
            }
        }
    }
}

fn separate(out: &mut String, at: usize, level: Option<usize>) {
    if at > 0 {
        out.push(',');
    }
    if let Some(level) = level {
        indent(out, level + 1);
    }
}

fn close(out: &mut String, empty: bool, level: Option<usize>, bracket: char) {
    if let (false, Some(level)) = (empty, level) {
        indent(out, level);
    }
    out.push(bracket);
}

fn indent(out: &mut String, level: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", level));
}

/// Escapes only what JSON demands, so that text stays readable.
fn print_string(text: &str, out: &mut String) {
    out.push('"');
    // Most texts are plain, and that is seen many bytes at a time.
    if text.bytes().filter(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')).count() == 0 {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0x00..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        plain = at + 1;
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}
