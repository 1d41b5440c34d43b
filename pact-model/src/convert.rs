//! Converts pacts to other versions of the specification, and says what is lost on the way.
//!
//! There is one model for all versions, so converting is mostly a matter of what an older version cannot say. [`Pact::losses`]
//! lists that, each thing with its place and a sentence; [`Pact::convert`] refuses to lose anything; [`Pact::convert_lossy`]
//! leaves out what the specification's own rules for downgrading leave out. [`Pact::write`] is as lenient as that.
//!
//! What is known to be lost is found by looking for it, which gives good sentences. That nothing is forgotten is found out by doing
//! it: each interaction is written in the version, read again, and compared with itself.

mod loss;
mod reduce;
#[cfg(test)]
mod tests;

pub use self::loss::{ConversionError, Effect, Loss};

use crate::body::Body;
use crate::content_type::ContentType;
use crate::difference::differences;
use crate::interaction::{Interaction, Kind};
use crate::json::Json;
use crate::pact::Pact;
use crate::spec_version::SpecVersion;
use crate::write::{WriteError, v4};

pub(crate) use self::reduce::reduced;

impl Pact {
    /// What the given version cannot say of this pact; empty if nothing is lost by converting to it. Rules that are too new for the
    /// version do not count where the pact is of that version already, as some programs write them.
    ///
    /// ```
    /// use intact_pact_model::{HttpRequest, HttpResponse, Interaction, Kind, Pact, SpecVersion};
    ///
    /// let mut pact = Pact::new("Web", "Orders");
    /// pact.interactions.push(Interaction::new("a request", Kind::Http(HttpRequest::default(), HttpResponse::default())));
    /// pact.interactions[0].pending = true;
    /// assert!(pact.losses(SpecVersion::V4).is_empty());
    /// assert_eq!(
    ///     pact.losses(SpecVersion::V3)[0].to_string(),
    ///     "the interaction \"a request\": `pending` needs specification version V4; left out",
    /// );
    /// ```
    pub fn losses(&self, version: SpecVersion) -> Vec<Loss> {
        self.reduced(version).1
    }

    /// The same pact in another version, if that can say all of it.
    ///
    /// # Errors
    ///
    /// If anything would be lost, or would not be understood by programs that know nothing newer than the version.
    pub fn convert(&self, version: SpecVersion) -> Result<Self, ConversionError> {
        match self.reduced(version) {
            (pact, losses) if losses.is_empty() => Ok(pact),
            (_, losses) => Err(ConversionError::new(self, version, losses)),
        }
    }

    /// The pact in another version without what that cannot say, and a list of the things left out.
    ///
    /// # Errors
    ///
    /// If something can be neither said nor left out: an interaction of a kind that the version does not have, or a matching
    /// rule for a part that has none in the version (without it, the pact would demand more than it says).
    pub fn convert_lossy(&self, version: SpecVersion) -> Result<(Self, Vec<Loss>), ConversionError> {
        let (pact, mut losses) = self.reduced(version);
        if losses.iter().any(|loss| loss.effect == Effect::Refused) {
            losses.retain(|loss| loss.effect == Effect::Refused);
            return Err(ConversionError::new(self, version, losses));
        }
        Ok((pact, losses))
    }

    /// The pact without what the version cannot say, and what that is.
    fn reduced(&self, version: SpecVersion) -> (Self, Vec<Loss>) {
        let mut losses = Vec::new();
        let first = self.interactions.first().map(|first| first.kind.type_name());
        let mut interactions = Vec::with_capacity(self.interactions.len());
        for interaction in &self.interactions {
            let before = losses.len();
            let reduced = losses_of(interaction, version, &mut losses);
            let is_refused = losses[before..].iter().any(|loss| loss.effect == Effect::Refused);
            if version < SpecVersion::V4 && !is_refused && first != Some(interaction.kind.type_name()) {
                losses.push(Loss {
                    interaction: Some(interaction.description.clone()),
                    at: "$".to_owned(),
                    what: "a pact with messages and HTTP interactions".to_owned(),
                    since: Some(SpecVersion::V4),
                    version,
                    effect: Effect::Refused,
                });
            }
            interactions.push(reduced);
        }
        let mut frame = self.frame();
        // In an older version, this would be the list of its messages.
        if version < SpecVersion::V4 && frame.unknown.remove("messages").is_some() {
            losses.push(Loss {
                interaction: None,
                at: "$.messages".to_owned(),
                what: "a list `messages` beside the interactions".to_owned(),
                since: Some(SpecVersion::V4),
                version,
                effect: Effect::LeftOut,
            });
        }
        // Whoever reads the file understands what was in it already.
        if version >= self.version {
            losses.retain(|loss| loss.effect != Effect::NotUnderstood);
        }
        (Self { interactions, version, ..frame }, losses)
    }

    /// Everything but the interactions.
    fn frame(&self) -> Self {
        Self {
            consumer: self.consumer.clone(),
            provider: self.provider.clone(),
            interactions: Vec::new(),
            metadata: self.metadata.clone(),
            unknown: self.unknown.clone(),
            version: self.version,
        }
    }
}

impl Interaction {
    /// What the given version cannot say of this interaction, as [`Pact::losses`] has it for all; with all rules that are too new.
    pub fn losses(&self, version: SpecVersion) -> Vec<Loss> {
        let mut losses = Vec::new();
        losses_of(self, version, &mut losses);
        losses
    }
}

/// Adds what the version cannot say, and gives the interaction without it.
fn losses_of(interaction: &Interaction, version: SpecVersion, losses: &mut Vec<Loss>) -> Interaction {
    let mut reduced = reduced(interaction, version, losses);
    let mut lose = |at: &str, what: String, since: Option<SpecVersion>| {
        let effect = if since.is_some() { Effect::LeftOut } else { Effect::Refused };
        let interaction = Some(interaction.description.clone());
        losses.push(Loss { interaction, at: at.to_owned(), what, since, version, effect });
    };
    let v4_only = Some(SpecVersion::V4);
    let id = reduced.id.take();
    let alone = Pact { interactions: vec![reduced], version, ..Pact::new("", "") };
    let written = alone.write(version).map(|document| Pact::from_json(&document).map(|loaded| loaded.value));
    let mut reduced = alone.interactions.into_iter().next().expect("one was put in");
    match written {
        Ok(Ok(mut again)) => {
            if let Some(mut again) = again.interactions.pop() {
                compare_bodies(&reduced, &mut again, &mut |at, what| lose(at, what, v4_only));
                for difference in differences(&v4::interaction(&reduced), &v4::interaction(&again)) {
                    let what =
                        format!("the exact value at {} (there and back again: {})", difference.at, difference.what);
                    lose(&difference.at, what, v4_only);
                }
            }
        }
        Ok(Err(error)) => lose(&error.at, format!("what could not be read again ({})", error.kind), None),
        Err(WriteError::TooDeep { .. }) => lose("$", "an interaction that nests so deeply".to_owned(), None),
        // Found before.
        Err(WriteError::Mixed { .. } | WriteError::Kind { .. } | WriteError::Rule { .. }) => {}
    }
    reduced.id = id;
    reduced
}

/// Compares bodies by their bytes and types, and makes them the same, so that no difference is reported twice.
fn compare_bodies(one: &Interaction, again: &mut Interaction, lose: &mut impl FnMut(&str, String)) {
    let mut compare = |at: &str, one: (&Body, Option<ContentType>), other: (&mut Body, Option<ContentType>)| {
        let is_json = one.1.as_ref().is_some_and(ContentType::is_json);
        let same = match (one.0, &*other.0) {
            (Body::Present(one), Body::Present(other)) => {
                let hint = |content: &crate::body::Content| content.hint;
                if hint(one) != hint(other) {
                    lose(&format!("{at}.contentTypeHint"), "a hint whether the body is text or binary".to_owned());
                }
                one.bytes == other.bytes || (is_json && is_same_document(&one.bytes, &other.bytes))
            }
            (one, other) => one == other,
        };
        if !same {
            lose(&format!("{at}.content"), "a body whose bytes nothing else tells to be encoded".to_owned());
        } else if one.1 != other.1 {
            lose(&format!("{at}.contentType"), "the type of a body that no header or metadata names".to_owned());
        }
        one.0.clone_into(other.0);
    };
    match (&one.kind, &mut again.kind) {
        (Kind::Http(request, response), Kind::Http(other_request, other_response)) => {
            let (of_request, of_response) = (other_request.content_type(), other_response.content_type());
            compare("$.request.body", (&request.body, request.content_type()), (&mut other_request.body, of_request));
            compare(
                "$.response.body",
                (&response.body, response.content_type()),
                (&mut other_response.body, of_response),
            );
        }
        (Kind::AsyncMessage(part), Kind::AsyncMessage(other)) => {
            let of_other = other.content_type();
            compare("$.contents", (&part.contents, part.content_type()), (&mut other.contents, of_other));
        }
        // Only V4 has these, and it says all of them.
        _ => {}
    }
}

fn is_same_document(one: &[u8], other: &[u8]) -> bool {
    matches!((Json::parse(one), Json::parse(other)), (Ok(one), Ok(other)) if one == other)
}
