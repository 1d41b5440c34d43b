//! What the broker tells people beside the data: notices of publishing and of can-i-deploy.
//!
//! Clients print the texts as they are and colour them by their kind. The notices of pacts for verification are of another
//! form, because each belongs to an outcome that is not known yet: see [`super::verification_notice`].

/// How a notice is meant; clients choose a colour by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoticeKind {
    /// A detail.
    Debug,
    /// Worth knowing.
    Info,
    /// All is well.
    Success,
    /// Something should be changed, but the answer stands.
    Warning,
    /// What to do next.
    Prompt,
    /// A reason for saying no.
    Error,
}

impl NoticeKind {
    /// The word for it in the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Prompt => "prompt",
            Self::Error => "error",
        }
    }
}

/// One text for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// How it is meant.
    pub(crate) kind: NoticeKind,
    /// What is said; may have several lines.
    pub(crate) text: String,
}

impl Notice {
    /// A notice of `kind`.
    pub(crate) fn new(kind: NoticeKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// `'a', 'b' and 'c'` with quotes around each name, as the texts list branches and tags.
pub(crate) fn quoted_list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    sentence_list(names.into_iter().map(|name| format!("'{name}'")))
}

/// `a, b and c`.
pub(crate) fn sentence_list(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    match items.pop() {
        None => String::new(),
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} and {last}", items.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(quoted_list(["a"]), "'a'");
        assert_eq!(quoted_list(["a", "b"]), "'a' and 'b'");
        assert_eq!(quoted_list(["a", "b", "c"]), "'a', 'b' and 'c'");
        assert_eq!(quoted_list([]), "");
    }
}
