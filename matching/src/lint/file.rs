//! Where the parts of an interaction stand in the file.

use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::{
    Body, ContentType, Generators, Headers, HttpRequest, HttpResponse, Interaction, Json, Kind, MatchingRules,
    MessagePart, SpecVersion,
};

use super::{Code, Finding};

/// The file, as far as places in it depend on its form.
pub(super) struct File<'d> {
    document: &'d Json<'d>,
    version: SpecVersion,
    /// Messages of version 3 come after so many interactions.
    interactions: usize,
}

/// Who sends a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The consumer: it is played to the provider.
    Consumer,
    /// The provider: it is held against the contract.
    Provider,
}

/// A request, a response or a message.
pub(super) struct Part<'i> {
    pub(super) side: Side,
    pub(super) request: Option<&'i HttpRequest>,
    pub(super) response: Option<&'i HttpResponse>,
    pub(super) message: Option<&'i MessagePart>,
    pub(super) body: &'i Body,
    pub(super) content_type: Option<ContentType>,
    pub(super) rules: &'i MatchingRules,
    pub(super) generators: &'i Generators,
    pub(super) place: Place<'i>,
}

/// Where a part stands.
#[derive(Clone)]
pub(super) struct Place<'d> {
    file: &'d File<'d>,
    segments: Vec<Segment>,
    /// The member that holds the body.
    body: &'static str,
}

pub(super) fn field(name: &str) -> Segment {
    Segment::Field(name.to_owned())
}

impl<'d> File<'d> {
    pub(super) fn new(document: &'d Json<'d>, version: SpecVersion) -> Self {
        let interactions = document.get("interactions").and_then(Json::as_array).map_or(0, <[_]>::len);
        Self { document, version, interactions }
    }

    pub(super) fn document(&self) -> &'d Json<'d> {
        self.document
    }

    /// The place of an interaction, and what stands there.
    pub(super) fn interaction(&self, index: usize) -> (Vec<Segment>, Option<&'d Json<'d>>) {
        let (list, at) = match index.checked_sub(self.interactions) {
            None => ("interactions", index),
            Some(at) => ("messages", at),
        };
        let there = self.document.get(list).and_then(Json::as_array).and_then(|items| items.get(at));
        (vec![field(list), Segment::Index(at)], there)
    }

    fn get(&self, segments: &[Segment]) -> Option<&'d Json<'d>> {
        segments.iter().try_fold(self.document, |at, segment| match segment {
            Segment::Field(name) => at.get(name),
            Segment::Index(index) => at.as_array()?.get(*index),
            Segment::Star | Segment::StarIndex => None,
        })
    }

    /// Members that came with version 4, in a file of an older one.
    pub(super) fn newer_members(&self, index: usize, findings: &mut Vec<Finding>) {
        const OF_V4: [&str; 6] = ["type", "key", "pending", "comments", "pluginConfiguration", "interactionMarkup"];
        if self.version >= SpecVersion::V4 {
            return;
        }
        let (place, Some(interaction)) = self.interaction(index) else { return };
        let mut add = |steps: &[&str], what: String| {
            let at = place.iter().cloned().chain(steps.iter().map(|step| field(step))).collect::<Vec<_>>();
            let text = format!("{what} came with specification version V4, and the file says it is {}", self.version);
            findings.push(Finding::new(Code::NewerThanVersion, at.into(), text));
        };
        for name in OF_V4.iter().filter(|name| interaction.get(name).is_some()) {
            add(&[name], format!("`{name}`"));
        }
        for part in ["request", "response"] {
            let body = interaction.get(part).and_then(|part| part.get("body")).and_then(Json::as_object);
            let is_wrapped = body.is_some_and(|body| {
                body.contains("content")
                    && (body.contains("contentType") || body.contains("encoded"))
                    && body.names().all(|name| ["content", "contentType", "encoded", "contentTypeHint"].contains(&name))
            });
            if is_wrapped {
                add(&[part, "body"], "a body that is an object with `content` and its type".to_owned());
            }
        }
    }
}

impl<'i> Part<'i> {
    /// The parts of an interaction.
    pub(super) fn all(file: &'i File<'i>, index: usize, interaction: &'i Interaction) -> Vec<Self> {
        let (segments, _) = file.interaction(index);
        let place =
            |steps: &[Segment], body| Place { file, segments: segments.iter().chain(steps).cloned().collect(), body };
        match &interaction.kind {
            Kind::Http(request, response) => vec![
                Self {
                    side: Side::Consumer,
                    request: Some(request),
                    response: None,
                    message: None,
                    body: &request.body,
                    content_type: request.content_type(),
                    rules: &request.matching_rules,
                    generators: &request.generators,
                    place: place(&[field("request")], "body"),
                },
                Self {
                    side: Side::Provider,
                    request: None,
                    response: Some(response),
                    message: None,
                    body: &response.body,
                    content_type: response.content_type(),
                    rules: &response.matching_rules,
                    generators: &response.generators,
                    place: place(&[field("response")], "body"),
                },
            ],
            Kind::AsyncMessage(message) => vec![Self::message(message, Side::Provider, place(&[], "contents"))],
            Kind::SyncMessage { request, responses } => {
                let request = Self::message(request, Side::Consumer, place(&[field("request")], "contents"));
                let responses = responses.iter().enumerate().map(|(at, response)| {
                    let place = place(&[field("response"), Segment::Index(at)], "contents");
                    Self::message(response, Side::Provider, place)
                });
                std::iter::once(request).chain(responses).collect()
            }
            Kind::Unknown { .. } => Vec::new(),
        }
    }

    fn message(message: &'i MessagePart, side: Side, place: Place<'i>) -> Self {
        Self {
            side,
            request: None,
            response: None,
            message: Some(message),
            body: &message.contents,
            content_type: message.content_type(),
            rules: &message.matching_rules,
            generators: &message.generators,
            place,
        }
    }

    pub(super) fn headers(&self) -> Option<&'i Headers> {
        self.request.map(|request| &request.headers).or_else(|| self.response.map(|response| &response.headers))
    }

    /// The body as a JSON document, if it is one.
    pub(super) fn json(&self) -> Option<Json<'i>> {
        let content = self.body.content()?;
        self.content_type.as_ref().filter(|own| own.is_json())?;
        Json::parse(&content.bytes).ok()
    }

    pub(super) fn version(&self) -> SpecVersion {
        self.place.file.version
    }
}

impl Place<'_> {
    /// The place of a member of the part, or of what is in it.
    pub(super) fn member(&self, steps: &[&str]) -> PathExpression {
        self.with(steps.iter().map(|step| field(step)))
    }

    /// The place in the body.
    pub(super) fn in_body(&self, steps: &[Segment]) -> PathExpression {
        let mut before = vec![field(self.body)];
        let wrapped = self.file.version >= SpecVersion::V4;
        before.extend(wrapped.then(|| field("content")));
        self.with(before.into_iter().chain(steps.iter().cloned()))
    }

    /// The place of a matching rule; `key` is empty for categories without.
    pub(super) fn rule(&self, category: &str, key: &str) -> PathExpression {
        let at = self.segments.iter().cloned().chain([field("matchingRules")]).collect::<Vec<_>>();
        let rules = self.file.get(&at).and_then(Json::as_object);
        let is_flat = rules.is_some_and(|rules| rules.names().next().is_some_and(|name| name.starts_with('$')));
        if is_flat {
            let flat = match category {
                "body" => format!("$.body{}", key.strip_prefix('$').unwrap_or(key)),
                "header" => format!("$.headers.{key}"),
                "query" => format!("$.query.{key}"),
                other => format!("$.{other}"),
            };
            return self.member(&["matchingRules", &flat]);
        }
        self.keyed("matchingRules", category, key)
    }

    /// The place of a generator.
    pub(super) fn generator(&self, category: &str, key: &str) -> PathExpression {
        self.keyed("generators", category, key)
    }

    fn keyed(&self, list: &str, category: &str, key: &str) -> PathExpression {
        if key.is_empty() { self.member(&[list, category]) } else { self.member(&[list, category, key]) }
    }

    fn with(&self, steps: impl IntoIterator<Item = Segment>) -> PathExpression {
        self.segments.iter().cloned().chain(steps).collect::<Vec<_>>().into()
    }
}
