//! What is in a pact file: its text, and where the interactions stand in it.
//!
//! Each test writes the whole file anew. To read a large pact and to make its text again takes longer than the test, so the text is
//! kept as it stands in the file, and a new interaction is rendered and put into it. Even another process need not read what is in
//! the file: if it was written here, each interaction begins and ends with a line of its own, and as they are sorted, the
//! descriptions of a few of them tell where the next one belongs ([`Contents::position_of`]).
//!
//! Tests run in unoptimised builds, and this is a part of them. So nothing here loops over all of the text: what does (reading,
//! writing and moving bytes, looking for a letter) are functions of the standard library, which comes optimised.

mod layout;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;

pub(super) use self::layout::Layout;

use crate::interaction::{Interaction, Kind};
use crate::json::{Json, Object};
use crate::merge::{self, MergeConflict};
use crate::pact::Pact;
use crate::read::{ReadError, ReadErrorKind};
use crate::spec_version::SpecVersion;
use crate::write::{self, WriteError};

/// A pact whose interactions are sorted, with its text.
pub(super) struct Contents {
    /// All but the interactions.
    pact: Pact,
    /// The whole text, the same as that of [`Pact::write`].
    text: String,
    layout: Layout,
    /// V3: is it a list of messages?
    messages: bool,
    /// From where on it is another text than that which was read or written last.
    changed_from: Option<usize>,
    keys: Keys,
}

/// What is known of the keys in a text, as they stand there ([`key_line`]).
enum Keys {
    Nothing,
    /// They have been looked through once. Many processes do that only once, and need not remember them.
    Searched,
    /// All of them, and perhaps some that are gone.
    All(HashSet<String>),
}

/// A text to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change<'a> {
    pub(super) text: &'a str,
    /// Up to here, it is what was written last.
    pub(super) from: usize,
}

/// An interaction of the file.
#[derive(Debug)]
pub(super) struct Existing {
    /// Where it stands in the text.
    at: Range<usize>,
    /// What it says there: what this process still knows of an interaction must not be more than another one can read.
    pub(super) interaction: Interaction,
}

const FIRST: &str = "\n    ";
const NEXT: &str = ",\n    ";
const END: &str = "\n  ";
/// The lines that an interaction begins and ends with: nothing inside of one stands so far to the left.
const OPEN: &str = "\n    {";
const CLOSE: &str = "\n    }";
/// The beginnings of its description and its key.
const DESCRIPTION: &str = "\n      \"description\": ";
const KEY: &str = "\n      \"key\": ";
/// A letter of [`KEY`] that is rare in JSON.
const LETTER_OF_KEY: char = 'k';

impl Contents {
    /// The contents of a file that is not there yet.
    pub(super) fn new(pact: Pact) -> Result<Self, WriteError> {
        Ok(Self { changed_from: Some(0), ..Self::rendered(pact)? })
    }

    /// The contents of a file of anybody's.
    pub(super) fn of_pact(pact: Pact, text: &[u8]) -> Result<Self, WriteError> {
        let contents = Self::rendered(pact)?;
        let changed_from = (contents.text.as_bytes() != text).then_some(0);
        Ok(Self { changed_from, ..contents })
    }

    fn rendered(mut pact: Pact) -> Result<Self, WriteError> {
        let mut interactions = std::mem::take(&mut pact.interactions);
        merge::sort(&mut interactions);
        let messages = pact.version < SpecVersion::V4 && write::are_messages(&interactions, pact.version)?;
        let (mut text, after) = write::text_around(&pact, messages)?;
        let begin = text.len();
        for (at, own) in interactions.iter().enumerate() {
            text.push_str(if at == 0 { FIRST } else { NEXT });
            text.push_str(&write::interaction_text(own, pact.version)?);
        }
        if !interactions.is_empty() {
            text.push_str(END);
        }
        let layout = Layout { list: begin..text.len(), count: interactions.len() };
        text.push_str(&after);
        Ok(Self { pact, text, layout, messages, changed_from: None, keys: Keys::Nothing })
    }

    /// The contents of a file that was written here with this layout, and not changed by anybody else since. `None` if it looks
    /// otherwise nevertheless.
    pub(super) fn of_own_text(text: String, layout: Layout) -> Option<Self> {
        let (before, after) = (text.get(..layout.list.start)?, text.get(layout.list.end..)?);
        let messages = before.ends_with("\n  \"messages\": [");
        let begins = messages || before.ends_with("\n  \"interactions\": [");
        let list = text.get(layout.list.clone())?;
        let is_list = match layout.count {
            0 => list.is_empty(),
            _ => list.starts_with(OPEN) && list.strip_suffix(END).is_some_and(|list| list.ends_with(CLOSE)),
        };
        if !(begins && is_list && after.starts_with(']')) {
            return None;
        }
        let pact = Pact::read(format!("{before}{after}").as_bytes()).ok()?.value;
        if messages && pact.version != SpecVersion::V3 {
            // In V4, a list of this name is something that nobody knows, and the interactions are the empty list beside it.
            return None;
        }
        Some(Self { pact, text, layout, messages, changed_from: None, keys: Keys::Nothing })
    }

    /// The pact without its interactions.
    pub(super) fn pact(&self) -> &Pact {
        &self.pact
    }

    pub(super) fn len(&self) -> usize {
        self.layout.count
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The text of the file, if it is another than that which was read or written last.
    pub(super) fn change(&mut self) -> Result<Option<Change<'_>>, WriteError> {
        self.frame()?;
        Ok(self.changed_from.map(|from| Change { text: &self.text, from }))
    }

    pub(super) fn is_written(&mut self) {
        self.changed_from = None;
    }

    fn changed_at(&mut self, at: usize) {
        self.changed_from = Some(self.changed_from.map_or(at, |from| from.min(at)));
    }

    /// Makes it a pact of a later version.
    pub(super) fn upgrade(self, version: SpecVersion) -> Result<Self, ContentsError> {
        let mut interactions = Vec::with_capacity(self.layout.count);
        let Range { start: mut at, end } = self.all();
        while at < end {
            let existing = self.read(at)?;
            at = self.next_after(&existing.at)?;
            interactions.push(existing.interaction);
        }
        Ok(Self::new(Pact { interactions, version, ..self.pact })?)
    }

    pub(super) fn merge_metadata(&mut self, metadata: &Object<'static>) {
        self.pact.merge_metadata(metadata);
    }

    /// Merges what stands around the interactions of a pact.
    pub(super) fn merge_around(&mut self, pact: &Pact) {
        self.pact.merge_around(pact);
    }

    /// Brings the text around the interactions up to date.
    fn frame(&mut self) -> Result<(), WriteError> {
        let (before, after) = write::text_around(&self.pact, self.messages)?;
        let Range { start, end } = self.layout.list;
        if self.text[end..] != after {
            self.text.truncate(end);
            self.text.push_str(&after);
            self.changed_at(end);
        }
        if self.text[..start] != before {
            self.splice(0..start, &before);
            self.layout.list.start = before.len();
        }
        Ok(())
    }

    /// The interactions that give way to this one ([`merge::giving_way`]), in the order of the text.
    pub(super) fn giving_way_to(&mut self, new: &Interaction) -> Result<Vec<Existing>, ContentsError> {
        let mut candidates = Vec::new();
        for at in new.key.as_deref().map_or_else(Vec::new, |key| self.with_key(key)) {
            candidates.push(self.read(at)?);
        }
        let mut at = self.position_of(new, merge::by_identity)?;
        while at < self.all().end && self.description(at)? == new.description {
            let existing = self.read(at)?;
            if merge::by_identity(&existing.interaction, new).is_ne() {
                break;
            }
            at = self.next_after(&existing.at)?;
            candidates.push(existing);
        }
        let places = merge::giving_way(candidates.iter().map(|own| (own.at.start, &own.interaction)), new);
        candidates.sort_by_key(|own| own.at.start);
        candidates.dedup_by_key(|own| own.at.start);
        candidates.retain(|own| places.contains(&own.at.start));
        Ok(candidates)
    }

    /// Puts an interaction in its place and takes away the `old` ones, which give way to it, as [`Pact::merge`] does.
    pub(super) fn put(&mut self, interaction: &Interaction, old: &[Existing]) -> Result<(), ContentsError> {
        let version = self.pact.version;
        if version < SpecVersion::V4 {
            let first = (self.layout.count > 0).then(|| self.read(self.all().start)).transpose()?;
            merge::check_kind(version, first.as_ref().map(|own| &own.interaction), interaction)?;
            self.messages = matches!(interaction.kind, Kind::AsyncMessage(_));
        }
        let text = write::interaction_text(interaction, version)?;
        if let [only] = old
            && self.text[only.at.clone()] == text
        {
            return Ok(());
        }
        if let (Keys::All(keys), Some(key)) = (&mut self.keys, &interaction.key) {
            keys.insert(key_line(key));
        }
        for own in old.iter().rev() {
            self.remove(own.at.clone())?;
        }
        let at = self.position_of(interaction, merge::order)?;
        self.insert(at, &text);
        Ok(())
    }

    fn remove(&mut self, at: Range<usize>) -> Result<(), ContentsError> {
        let all = self.all();
        let with_separator = if at == all {
            self.layout.list.clone()
        } else if at.start == all.start {
            at.start..self.next_after(&at)?
        } else {
            at.start - NEXT.len()..at.end
        };
        self.layout.count -= 1;
        self.splice(with_separator, "");
        Ok(())
    }

    /// Before the interaction that begins there, or after all.
    fn insert(&mut self, at: usize, text: &str) {
        let text = match self.layout.count {
            0 => format!("{FIRST}{text}{END}"),
            _ if at < self.all().end => format!("{text}{NEXT}"),
            _ => format!("{NEXT}{text}"),
        };
        self.layout.count += 1;
        self.splice(at..at, &text);
    }

    /// Puts `new` where `old` stands, in the list or before it.
    fn splice(&mut self, old: Range<usize>, new: &str) {
        self.changed_at(old.start);
        // `replace_range` goes byte by byte.
        self.text.drain(old.clone());
        self.text.insert_str(old.start, new);
        self.layout.list.end = self.layout.list.end - old.len() + new.len();
    }

    /// From the beginning of the first interaction to the end of the last.
    fn all(&self) -> Range<usize> {
        let Range { start, end } = self.layout.list;
        if self.layout.count == 0 { start..start } else { start + FIRST.len()..end - END.len() }
    }

    /// Where the interaction after this one begins; after the last one, the end of all.
    fn next_after(&self, at: &Range<usize>) -> Result<usize, ContentsError> {
        match self.all().end {
            end if at.end == end => Ok(end),
            _ if self.is_at(at.end, ",") && self.is_at(at.end + 1, OPEN) => Ok(at.end + NEXT.len()),
            _ => Err(self.odd()),
        }
    }

    /// Where the interaction begins that has the byte at `inside`, or the separator after it.
    fn begin(&self, inside: usize) -> usize {
        let first = self.all().start;
        // The whole of its first line break and indentation stands before that byte.
        let before = &self.text[self.layout.list.start..self.text.floor_char_boundary(inside + 1 - FIRST.len())];
        let begins = |(line, _): &(usize, &str)| self.is_at(self.layout.list.start + line, OPEN);
        let line = before.rmatch_indices('\n').find(begins);
        line.map_or(first, |(line, _)| self.layout.list.start + line + FIRST.len())
    }

    /// Where the interaction that begins at `begin` ends.
    fn end(&self, begin: usize) -> Result<usize, ContentsError> {
        let is_outer = |line: &usize| self.is_at(*line, FIRST) && !self.is_at(*line + FIRST.len(), " ");
        match self.lines(begin).find(is_outer) {
            Some(line) if self.is_at(line, CLOSE) => Ok(line + CLOSE.len()),
            _ => Err(self.odd()),
        }
    }

    /// The line breaks from there on.
    fn lines(&self, from: usize) -> impl Iterator<Item = usize> {
        self.text[from..self.layout.list.end].match_indices('\n').map(move |(at, _)| from + at)
    }

    fn is_at(&self, at: usize, text: &str) -> bool {
        self.text.as_bytes()[at..].starts_with(text.as_bytes())
    }

    /// The interaction that begins there.
    fn read(&self, begin: usize) -> Result<Existing, ContentsError> {
        let at = begin..self.end(begin)?;
        let list = if self.messages { "messages" } else { "interactions" };
        let (text, version) = (&self.text[at.clone()], self.pact.version.as_str());
        let alone = format!(
            r#"{{"consumer":{{"name":"a"}},"provider":{{"name":"b"}},"{list}":[{text}],"metadata":{{"pactSpecification":{{"version":"{version}"}}}}}}"#
        );
        // Exactly one: what is taken away for another must not be more.
        let [interaction] =
            <[Interaction; 1]>::try_from(Pact::read(alone.as_bytes())?.value.interactions).map_err(|_| self.odd())?;
        Ok(Existing { at, interaction })
    }

    /// A text that is not laid out as ours.
    fn odd(&self) -> ContentsError {
        let list = if self.messages { "messages" } else { "interactions" };
        ReadError { at: "$".to_owned(), interaction: None, kind: ReadErrorKind::Missing(list) }.into()
    }

    /// The description of the interaction that begins there, for which not all of it has to be read.
    fn description(&self, begin: usize) -> Result<Cow<'_, str>, ContentsError> {
        let mut lines = self.lines(begin);
        let found = lines.find(|line| self.is_at(*line, DESCRIPTION) || self.is_at(*line, CLOSE));
        if let Some(line) = found.filter(|line| self.is_at(*line, DESCRIPTION))
            && let Some(end) = lines.next()
        {
            let value = &self.text[line + DESCRIPTION.len()..end];
            if let Ok(Json::String(description)) = Json::parse(value.strip_suffix(',').unwrap_or(value).as_bytes()) {
                return Ok(description);
            }
        }
        Ok(Cow::Owned(self.read(begin)?.interaction.description))
    }

    /// Where the first interaction begins that does not come before `other` in this order, which begins with the description; the
    /// end of all if there is none. Looks at the interaction in the middle of the text, then in the middle of one half, and so on.
    fn position_of(
        &self,
        other: &Interaction,
        order: fn(&Interaction, &Interaction) -> Ordering,
    ) -> Result<usize, ContentsError> {
        let Range { start: mut low, end: mut high } = self.all();
        while low < high {
            let middle = self.begin(low.midpoint(high));
            let compared = match self.description(middle)?.as_ref().cmp(&other.description) {
                Ordering::Equal => order(&self.read(middle)?.interaction, other),
                different => different,
            };
            if compared.is_lt() {
                low = self.next_after(&(middle..self.end(middle)?))?;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Where interactions with this key begin.
    fn with_key(&mut self, key: &str) -> Vec<usize> {
        let line = key_line(key);
        match &self.keys {
            Keys::All(keys) if !keys.contains(&line) => return Vec::new(),
            Keys::Searched => self.keys = Keys::All(self.key_lines().map(|(_, line)| line.to_owned()).collect()),
            Keys::Nothing => self.keys = Keys::Searched,
            Keys::All(_) => {}
        }
        self.key_lines().filter(|(_, own)| **own == line).map(|(at, _)| self.begin(at)).collect()
    }

    /// The lines with a key, and where they are.
    fn key_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let Range { start, end } = self.layout.list;
        let letter = KEY.find(LETTER_OF_KEY).expect("it is a letter of this text");
        let letters = self.text[start..end].match_indices(LETTER_OF_KEY).map(move |(at, _)| start + at);
        let keys = letters.filter_map(move |at| at.checked_sub(letter)).filter(|at| self.is_at(*at, KEY));
        keys.filter_map(move |at| Some((at, self.text[at + 1..end].lines().next()?)))
    }
}

/// The line with a key.
fn key_line(key: &str) -> String {
    format!("{}{},", &KEY[1..], Json::from(key).to_compact())
}

/// Contents that cannot be what is wanted of them.
#[derive(Debug, thiserror::Error)]
pub(super) enum ContentsError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Merge(#[from] MergeConflict),
}
