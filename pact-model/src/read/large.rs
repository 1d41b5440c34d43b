//! Files that are read from their text: one interaction after the other becomes a tree, and large contents never do.
//!
//! Contents of bodies are kept as their compact text anyway. Where they are large JSON, the tree of their interaction has an empty
//! array or object in their place, and the text waits in the [`Notes`] until the reader comes there.

use std::borrow::Cow;

use crate::json::{Json, JsonText, Object};
use crate::place::{At, Notes};
use crate::spec_version::SpecVersion;

/// The lists of a pact that are not in its tree.
#[derive(Default)]
pub(super) struct Lists<'t> {
    pub(super) interactions: Option<JsonText<'t>>,
    pub(super) messages: Option<JsonText<'t>>,
}

/// An interaction or a message.
pub(super) enum Item<'j, 'a> {
    Tree(&'j Json<'a>),
    Text(JsonText<'a>),
}

/// The pact with empty lists, and the lists.
pub(super) fn outline(text: JsonText<'_>) -> (Json<'_>, Lists<'_>) {
    let mut lists = Lists::default();
    let Some(members) = text.members() else { return (text.read(), lists) };
    let root: Object<'_> = members
        .into_members()
        .map(|(name, value)| {
            let list = match &*name {
                "interactions" => &mut lists.interactions,
                "messages" => &mut lists.messages,
                _ => return (name, value.read()),
            };
            if value.items().is_none() {
                return (name, value.read());
            }
            *list = Some(value);
            (name, Json::Array(Vec::new()))
        })
        .collect();
    (Json::Object(root), lists)
}

impl<'j, 'a> Item<'j, 'a> {
    /// The items of a list: of its text, if it is not in the tree.
    pub(super) fn all(tree: &'j [Json<'a>], text: Option<JsonText<'a>>) -> Vec<Self> {
        match text.and_then(JsonText::items) {
            Some(items) => items.map(Self::Text).collect(),
            None => tree.iter().map(Self::Tree).collect(),
        }
    }

    /// The tree of an interaction.
    pub(super) fn interaction(self, version: SpecVersion, at: &At<'_>, notes: &mut Notes) -> Cow<'j, Json<'a>> {
        self.without(at, notes, |text| match (version, kind_of(text).as_deref()) {
            (SpecVersion::V4, Some("Synchronous/HTTP")) => {
                &[&["request", "body", "content"], &["response", "body", "content"]]
            }
            (SpecVersion::V4, Some("Asynchronous/Messages")) => &[&["contents", "content"]],
            (SpecVersion::V4, Some("Synchronous/Messages")) => &[&["request", "contents", "content"]],
            // What nobody knows is kept as it is.
            (SpecVersion::V4, _) => &[],
            _ => &[&["request", "body"], &["response", "body"]],
        })
    }

    /// The tree of a V3 message.
    pub(super) fn message(self, at: &At<'_>, notes: &mut Notes) -> Cow<'j, Json<'a>> {
        self.without(at, notes, |_| &[&["contents"], &["content"]])
    }

    /// The tree without what is large at the places of contents.
    fn without(
        self,
        at: &At<'_>,
        notes: &mut Notes,
        places: impl FnOnce(JsonText<'a>) -> &'static [&'static [&'static str]],
    ) -> Cow<'j, Json<'a>> {
        match self {
            Self::Tree(tree) => Cow::Borrowed(tree),
            Self::Text(text) if text.is_large() => Cow::Owned(without(text, places(text), at, notes)),
            Self::Text(text) => Cow::Owned(text.read()),
        }
    }
}

fn kind_of(interaction: JsonText<'_>) -> Option<String> {
    let kind = interaction.members()?.get_near(0, "type")?.read();
    kind.as_str().map(ToOwned::to_owned)
}

fn without<'t>(text: JsonText<'t>, places: &[&[&str]], at: &At<'_>, notes: &mut Notes) -> Json<'t> {
    if places.is_empty() || !text.is_large() {
        return text.read();
    }
    if places.iter().any(|steps| steps.is_empty()) {
        let stand_in = match text.as_str().as_bytes().first() {
            Some(b'[') => Json::Array(Vec::new()),
            Some(b'{') => Json::Object(Object::new()),
            _ => return text.read(),
        };
        notes.keep_text(at, text.to_compact());
        return stand_in;
    }
    let Some(members) = text.members() else { return text.read() };
    let members = members.into_members().map(|(name, value)| {
        let below: Vec<&[&str]> = places
            .iter()
            .filter_map(|steps| steps.split_first().filter(|(first, _)| ***first == *name).map(|(_, rest)| rest))
            .collect();
        let value = without(value, &below, &at.field(&name), notes);
        (name, value)
    });
    Json::Object(members.collect())
}
