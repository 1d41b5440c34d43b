//! Pacticipants: applications that consume or provide.

use crate::domain::id::PacticipantId;
use crate::domain::timestamp::Timestamp;

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Pacticipant {
    /// Its row.
    pub(crate) id: PacticipantId,
    /// Its name, unique.
    pub(crate) name: String,
    /// Its name for people.
    pub(crate) display_name: Option<String>,
    /// The branch that counts when none is named.
    pub(crate) main_branch: Option<String>,
    /// Where its source is.
    pub(crate) repository_url: Option<String>,
    /// The repository's name.
    pub(crate) repository_name: Option<String>,
    /// The repository's organisation or group.
    pub(crate) repository_namespace: Option<String>,
    /// When it was first heard of.
    pub(crate) created_at: Timestamp,
    /// When its attributes last changed.
    pub(crate) updated_at: Timestamp,
}

/// What can be set about a pacticipant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// Its name for people.
    pub(crate) display_name: Option<String>,
    /// The branch that counts when none is named.
    pub(crate) main_branch: Option<String>,
    /// Where its source is.
    pub(crate) repository_url: Option<String>,
    /// The repository's name.
    pub(crate) repository_name: Option<String>,
    /// The repository's organisation or group.
    pub(crate) repository_namespace: Option<String>,
}

impl Pacticipant {
    /// What is set now.
    pub(crate) fn attributes(&self) -> Attributes {
        Attributes {
            display_name: self.display_name.clone(),
            main_branch: self.main_branch.clone(),
            repository_url: self.repository_url.clone(),
            repository_name: self.repository_name.clone(),
            repository_namespace: self.repository_namespace.clone(),
        }
    }
}

/// The name for people made of a name for programs: `order-api` becomes `Order Api`.
pub(crate) fn display_name_of(name: &str) -> String {
    let mut shown = String::with_capacity(name.len() + 4);
    for word in words(name) {
        if !shown.is_empty() {
            shown.push(' ');
        }
        let mut letters = word.chars();
        shown.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        shown.push_str(letters.as_str());
    }
    if shown.is_empty() { name.to_owned() } else { shown }
}

/// The words of a name: divided at spaces, `-`, `_`, `.` and where a lower-case letter or digit meets an upper-case one, or an
/// upper-case one begins a new word (`HTTPServer` is `HTTP`, `Server`).
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (i, &letter) in letters.iter().enumerate() {
        if letter.is_whitespace() || "-_.".contains(letter) {
            words.push(String::new());
            continue;
        }
        let before = i.checked_sub(1).map(|before| letters[before]);
        let next_is_small = letters.get(i + 1).is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_ascii_digit() || (before.is_uppercase() && next_is_small)
            });
        if begins {
            words.push(String::new());
        }
        words.last_mut().expect("there is always a word being made").push(letter);
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_for_people_has_words_with_capitals() {
        for (name, shown) in [
            ("foo-bar_baz", "Foo Bar Baz"),
            ("order-api", "Order Api"),
            ("OrderService", "Order Service"),
            ("HTTPServer", "HTTP Server"),
            ("Order API", "Order API"),
            ("a.b", "A B"),
            ("--", "--"),
        ] {
            assert_eq!(display_name_of(name), shown, "{name}");
        }
    }
}
