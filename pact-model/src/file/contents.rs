//! What is in a pact file, with its text in pieces.
//!
//! Each test writes the whole file anew. To read a large pact and to make its text again takes longer than the test, so the text
//! of every interaction is kept as it stands in the file, and only new ones are rendered. Even another process need not read
//! what is in them: in a file that was written here, interactions are found by their lines, and as they are sorted, a few of
//! them tell where the next one belongs.

use std::cell::OnceCell;
use std::io::{self, Write};
use std::ops::Range;

use memchr::memmem;

use crate::interaction::{Interaction, Kind};
use crate::json::{Json, Object};
use crate::merge::{self, MergeConflict};
use crate::pact::Pact;
use crate::read::{ReadError, ReadErrorKind};
use crate::spec_version::SpecVersion;
use crate::write::{self, WriteError};

/// A pact whose interactions are sorted, each by its text.
pub(super) struct Contents {
    /// All but the interactions.
    pact: Pact,
    /// The text that was read.
    file: String,
    /// The text before the first interaction, and that after the last.
    around: (String, String),
    pieces: Vec<Piece>,
    /// V3: is it a list of messages?
    messages: bool,
    changed: bool,
}

/// An interaction as it stands in the file.
struct Piece {
    text: Text,
    /// What it says, once somebody wanted to know.
    read: OnceCell<Box<Interaction>>,
}

enum Text {
    /// In the text that was read, from here to there.
    Read(Range<usize>),
    New(String),
}

const FIRST: &str = "\n    ";
const NEXT: &str = ",\n    ";
const END: &str = "\n  ";
/// The end of an interaction: nothing inside of one stands so far to the left.
const CLOSE: &[u8] = b"\n    }";

impl Contents {
    /// The contents of a file that is not there yet.
    pub(super) fn new(pact: Pact) -> Result<Self, WriteError> {
        let mut contents = Self::rendered(pact)?;
        contents.changed = true;
        Ok(contents)
    }

    /// The contents of a file of anybody's.
    pub(super) fn of_pact(pact: Pact, text: &[u8]) -> Result<Self, WriteError> {
        let mut contents = Self::rendered(pact)?;
        let mut own = Vec::with_capacity(text.len());
        contents.changed = contents.print(&mut own).is_err() || own != text;
        Ok(contents)
    }

    fn rendered(mut pact: Pact) -> Result<Self, WriteError> {
        let mut interactions = std::mem::take(&mut pact.interactions);
        merge::sort(&mut interactions);
        let messages = pact.version < SpecVersion::V4 && write::are_messages(&interactions, pact.version)?;
        let text = |own| Piece::new(own, pact.version);
        let pieces = interactions.iter().map(text).collect::<Result<_, _>>()?;
        let around = write::text_around(&pact, messages)?;
        Ok(Self { pact, file: String::new(), around, pieces, messages, changed: false })
    }

    /// The contents of a file that was written here, and not changed by anybody else since. `None` if it looks otherwise
    /// nevertheless.
    pub(super) fn of_own_text(text: String) -> Option<Self> {
        let end = |list: &str| text.find(list).map(|at| at + list.len());
        let interactions = end("\n  \"interactions\": [\n    {");
        let messages = interactions.is_none();
        let begin = interactions.or_else(|| end("\n  \"messages\": [\n    {"))? - 1;
        let mut pieces = Vec::new();
        let mut from = begin;
        // The file is large, and in a test build ours would be a slow search.
        for brace in memmem::find_iter(&text.as_bytes()[begin..], CLOSE) {
            let to = begin + brace + CLOSE.len();
            pieces.push(Piece { text: Text::Read(from..to), read: OnceCell::new() });
            if text[to..].starts_with("\n  ]") {
                let around = (text[..begin - FIRST.len()].to_owned(), text[to + END.len()..].to_owned());
                let pact = Pact::read(format!("{}{}", around.0, around.1).as_bytes()).ok()?.value;
                if messages && pact.version != SpecVersion::V3 {
                    // In V4, a list of this name is something that nobody knows, and the interactions are the empty list beside it.
                    return None;
                }
                return Some(Self { pact, file: text, around, pieces, messages, changed: false });
            }
            from = to + NEXT.len();
            if !text[to..].starts_with(NEXT) {
                return None;
            }
        }
        None
    }

    /// The pact without its interactions.
    pub(super) fn pact(&self) -> &Pact {
        &self.pact
    }

    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Would another text be written than the one that was read or written last?
    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }

    pub(super) fn is_written(&mut self) {
        self.changed = false;
    }

    /// Makes it a pact of a later version.
    pub(super) fn upgrade(self, version: SpecVersion) -> Result<Self, ContentsError> {
        let read = |piece| self.read(piece).cloned();
        let interactions = self.pieces.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self::new(Pact { interactions, version, ..self.pact })?)
    }

    pub(super) fn merge_metadata(&mut self, metadata: &Object<'static>) -> Result<(), WriteError> {
        self.pact.merge_metadata(metadata);
        self.frame()
    }

    /// Merges what stands around the interactions of a pact.
    pub(super) fn merge_around(&mut self, pact: &Pact) -> Result<(), WriteError> {
        self.pact.merge_around(pact);
        self.frame()
    }

    fn frame(&mut self) -> Result<(), WriteError> {
        let around = write::text_around(&self.pact, self.messages)?;
        self.changed |= around != self.around;
        self.around = around;
        Ok(())
    }

    /// The interaction with the same identity, if there is one.
    pub(super) fn find(&self, interaction: &Interaction) -> Result<Option<&Interaction>, ContentsError> {
        self.position_of(interaction)?.map(|at| self.interaction(at)).transpose()
    }

    /// Puts an interaction in its place, as [`Pact::merge`] does.
    pub(super) fn put(&mut self, interaction: &Interaction) -> Result<(), ContentsError> {
        let first = self.pieces.first().map(|piece| self.read(piece)).transpose()?;
        merge::check_kind(self.pact.version, first, interaction)?;
        let piece = Piece::new(interaction, self.pact.version)?;
        if let Some(old) = self.position_of(interaction)? {
            if self.text(&self.pieces[old]) == self.text(&piece) {
                return Ok(());
            }
            self.pieces.remove(old);
        }
        let at = self.partition_point(|own| merge::order(own, interaction).is_lt())?;
        self.pieces.insert(at, piece);
        self.changed = true;
        self.messages = self.pact.version < SpecVersion::V4 && matches!(interaction.kind, Kind::AsyncMessage(_));
        Ok(self.frame()?)
    }

    /// Writes the text of the file, the same as that of [`Pact::write`].
    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(self.around.0.as_bytes())?;
        // What stood together in the file is written together.
        let mut together = 0..0;
        for (at, piece) in self.pieces.iter().enumerate() {
            match &piece.text {
                Text::Read(own) if at > 0 && own.start == together.end + NEXT.len() => together.end = own.end,
                text => {
                    out.write_all(self.file[together].as_bytes())?;
                    out.write_all(if at == 0 { FIRST } else { NEXT }.as_bytes())?;
                    together = match text {
                        Text::Read(own) => own.clone(),
                        Text::New(text) => {
                            out.write_all(text.as_bytes())?;
                            0..0
                        }
                    };
                }
            }
        }
        out.write_all(self.file[together].as_bytes())?;
        if !self.pieces.is_empty() {
            out.write_all(END.as_bytes())?;
        }
        out.write_all(self.around.1.as_bytes())
    }

    fn text<'s>(&'s self, piece: &'s Piece) -> &'s str {
        match &piece.text {
            Text::Read(range) => &self.file[range.clone()],
            Text::New(text) => text,
        }
    }

    /// What the text of the piece says, whoever wrote it: what this process still knows of an interaction must not be more than
    /// another one can read.
    fn read<'p>(&self, piece: &'p Piece) -> Result<&'p Interaction, ContentsError> {
        if let Some(read) = piece.read.get() {
            return Ok(read);
        }
        let list = if self.messages { "messages" } else { "interactions" };
        let (text, version) = (self.text(piece), self.pact.version.as_str());
        let alone = format!(
            r#"{{"consumer":{{"name":"a"}},"provider":{{"name":"b"}},"{list}":[{text}],"metadata":{{"pactSpecification":{{"version":"{version}"}}}}}}"#
        );
        let pact = Pact::read(alone.as_bytes())?.value;
        let missing = || ReadError { at: "$".to_owned(), interaction: None, kind: ReadErrorKind::Missing(list) };
        let read = pact.interactions.into_iter().next().ok_or_else(missing)?;
        Ok(piece.read.get_or_init(|| Box::new(read)))
    }

    fn interaction(&self, at: usize) -> Result<&Interaction, ContentsError> {
        self.read(&self.pieces[at])
    }

    /// How many interactions there are before the first that does not satisfy `is_before`.
    fn partition_point(&self, is_before: impl Fn(&Interaction) -> bool) -> Result<usize, ContentsError> {
        let (mut low, mut high) = (0, self.pieces.len());
        while low < high {
            let middle = low.midpoint(high);
            if is_before(self.interaction(middle)?) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    fn position_of(&self, interaction: &Interaction) -> Result<Option<usize>, ContentsError> {
        if let Some(key) = &interaction.key {
            let member = format!("\n      \"key\": {},", Json::from(key.as_str()).to_compact());
            let member = memmem::Finder::new(&member);
            for (at, piece) in self.pieces.iter().enumerate() {
                if member.find(self.text(piece).as_bytes()).is_none() {
                    continue;
                }
                if merge::is_same(self.read(piece)?, interaction) {
                    return Ok(Some(at));
                }
            }
        }
        let begin = self.partition_point(|own| merge::by_identity(own, interaction).is_lt())?;
        for at in begin..self.pieces.len() {
            let own = self.interaction(at)?;
            if merge::by_identity(own, interaction).is_ne() {
                break;
            }
            if merge::is_same(own, interaction) {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

impl Piece {
    fn new(interaction: &Interaction, version: SpecVersion) -> Result<Self, WriteError> {
        Ok(Self { text: Text::New(write::interaction_text(interaction, version)?), read: OnceCell::new() })
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HttpRequest, HttpResponse};
    use crate::message::MessagePart;

    fn text(contents: &Contents) -> String {
        let mut text = Vec::new();
        contents.print(&mut text).expect("memory takes all");
        String::from_utf8(text).expect("text")
    }

    fn http(description: &str) -> Interaction {
        Interaction::new(description, Kind::Http(HttpRequest::default(), HttpResponse::default()))
    }

    fn message(description: &str) -> Interaction {
        Interaction::new(description, Kind::AsyncMessage(MessagePart::default()))
    }

    fn pact(version: SpecVersion, interactions: Vec<Interaction>) -> Pact {
        let mut pact = Pact { interactions, version, ..Pact::new("\n  \"interactions\": []", "\n    }\n  ]\n") };
        pact.metadata.insert("messages", Json::Array(Vec::new()));
        pact
    }

    #[test]
    fn the_text_from_pieces_is_the_text_of_the_whole() {
        for version in [SpecVersion::V4, SpecVersion::V3, SpecVersion::V2, SpecVersion::V1] {
            for count in [0, 1, 3] {
                for make in [http, message] {
                    if make("").as_http().is_none() && version < SpecVersion::V3 {
                        continue;
                    }
                    let all: Vec<Interaction> = (0..count).map(|at| make(&format!("{at} \n    }},\n    {{"))).collect();
                    let whole = pact(version, all.clone()).write(version).expect("can be said").to_pretty();
                    let at_once = Contents::new(pact(version, all.clone())).expect("can be said");
                    assert_eq!(text(&at_once), whole, "{count} in {version}");

                    let mut one_by_one = Contents::new(pact(version, Vec::new())).expect("can be said");
                    for interaction in all.iter().rev() {
                        one_by_one.put(interaction).expect("can be said");
                        let again = Contents::of_own_text(text(&one_by_one)).expect("our own text");
                        assert_eq!(text(&again), text(&one_by_one));
                        assert_eq!((again.len(), again.is_changed()), (one_by_one.len(), false));
                    }
                    assert_eq!(text(&one_by_one), whole);
                }
            }
        }
    }

    #[test]
    fn interactions_are_found_by_key_or_identity_without_reading_all() {
        let keyed = |description: &str, key: &str| Interaction { key: Some(key.to_owned()), ..http(description) };
        let all = vec![http("a"), keyed("b", "1\n"), keyed("b", "2"), http("c"), http("d"), http("e"), http("f")];
        let contents = Contents::new(pact(SpecVersion::V4, all)).expect("can be said");
        let contents = Contents::of_own_text(text(&contents)).expect("our own text");
        let found = |wanted: &Interaction| {
            let found = contents.find(wanted).expect("readable");
            found.map(|own| own.description.clone())
        };
        assert_eq!(found(&http("a")).as_deref(), Some("a"));
        assert_eq!(found(&http("b")).as_deref(), Some("b"));
        assert_eq!(found(&keyed("other", "1\n")).as_deref(), Some("b"));
        assert_eq!(found(&keyed("a", "3")).as_deref(), Some("a"), "one of them has no key");
        assert_eq!(found(&http("f")).as_deref(), Some("f"));
        for unknown in [keyed("b", "3"), http("bb"), message("a")] {
            assert_eq!(found(&unknown), None);
        }
        assert!(contents.pieces.iter().filter(|piece| piece.read.get().is_none()).count() >= 1);
    }

    #[test]
    fn what_is_no_text_of_ours_is_not_taken_for_it() {
        let ours = text(&Contents::new(pact(SpecVersion::V4, vec![http("a")])).expect("can be said"));
        assert!(Contents::of_own_text(ours.clone()).is_some());
        for text in ["", "{}", "{\n  \"interactions\": [\n    {", &ours.replace("  ", " "), &ours[..ours.len() - 3]] {
            assert!(Contents::of_own_text(text.to_owned()).is_none(), "{text}");
        }
    }

    #[test]
    fn foreign_messages_of_a_v4_file_are_not_taken_for_its_interactions() {
        let mut pact = pact(SpecVersion::V4, Vec::new());
        pact.metadata = Object::new();
        pact.unknown.insert("messages", Json::array([Json::object([("description", "foreign")])]));
        let text = text(&Contents::new(pact).expect("can be said"));
        assert!(text.contains("\n  \"messages\": [\n    {"), "{text}");
        assert!(Contents::of_own_text(text).is_none());
    }
}
