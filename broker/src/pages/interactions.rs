//! Interactions as people read them.

use intact_pact_model::json::{Json, Object};
use intact_pact_model::{
    Body, HttpRequest, HttpResponse, Interaction, Kind, MatchingRule, MatchingRules, MessagePart, RuleList,
};

/// How much of a body is shown; the document itself has all of it.
const MOST_TEXT: usize = 50_000;

/// An interaction.
#[derive(Debug)]
pub(crate) struct InteractionShown {
    /// What happens.
    pub(crate) description: String,
    /// Its kind, unless it is the usual one.
    pub(crate) kind: Option<String>,
    /// Whether its failing does not count.
    pub(crate) pending: bool,
    /// What the provider must be prepared for.
    pub(crate) states: Vec<String>,
    /// Request and response, or messages.
    pub(crate) parts: Vec<Part>,
}

/// A request, a response or a message.
#[derive(Debug)]
pub(crate) struct Part {
    /// What it is.
    pub(crate) title: String,
    /// Method and path, or status.
    pub(crate) line: Option<String>,
    /// What `fields` are.
    pub(crate) fields_title: &'static str,
    /// Headers or metadata.
    pub(crate) fields: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Option<BodyShown>,
    /// Where more than the example is accepted, and what.
    pub(crate) rules: Vec<(String, String)>,
}

/// A body.
#[derive(Debug)]
pub(crate) struct BodyShown {
    /// Its text, or what is said in its place.
    pub(crate) text: String,
    /// Is `text` the body's own?
    pub(crate) is_text: bool,
    /// Is there more?
    pub(crate) cut: bool,
}

impl InteractionShown {
    /// Reads an interaction.
    pub(crate) fn of(interaction: &Interaction) -> Self {
        let parts = match &interaction.kind {
            Kind::Http(request, response) => vec![of_request(request), of_response(response)],
            Kind::AsyncMessage(message) => vec![of_message("Message".to_owned(), message)],
            Kind::SyncMessage { request, responses } => {
                let only = responses.len() == 1;
                let title = |at: usize| if only { "Response".to_owned() } else { format!("Response {}", at + 1) };
                let responses = responses.iter().enumerate().map(|(at, message)| of_message(title(at), message));
                std::iter::once(of_message("Request".to_owned(), request)).chain(responses).collect()
            }
            Kind::Unknown { members, .. } => vec![Part {
                title: "Definition".to_owned(),
                line: None,
                fields_title: "",
                fields: Vec::new(),
                body: Some(BodyShown::of_text(&Json::Object(members.clone()).to_pretty())),
                rules: Vec::new(),
            }],
        };
        let kind = (!matches!(interaction.kind, Kind::Http(..))).then(|| interaction.kind.type_name().to_owned());
        let states = interaction.provider_states.iter().map(|state| {
            if state.params.is_empty() {
                state.name.clone()
            } else {
                format!("{} {}", state.name, Json::Object(state.params.clone()).to_compact())
            }
        });
        Self {
            description: interaction.description.clone(),
            kind,
            pending: interaction.pending,
            states: states.collect(),
            parts,
        }
    }
}

fn of_request(request: &HttpRequest) -> Part {
    let mut line = format!("{} {}", request.method, request.path);
    let mut before = '?';
    for (name, values) in request.query.iter() {
        for value in values {
            line.push(before);
            line.push_str(name);
            if let Some(value) = value {
                line.push('=');
                line.push_str(value);
            }
            before = '&';
        }
    }
    Part {
        title: "Request".to_owned(),
        line: Some(line),
        fields_title: "Headers",
        fields: headers(&request.headers),
        body: BodyShown::of(&request.body),
        rules: rules(&request.matching_rules),
    }
}

fn of_response(response: &HttpResponse) -> Part {
    let reason = http::StatusCode::from_u16(response.status).ok().and_then(|status| status.canonical_reason());
    Part {
        title: "Response".to_owned(),
        line: Some(format!("{} {}", response.status, reason.unwrap_or_default()).trim_end().to_owned()),
        fields_title: "Headers",
        fields: headers(&response.headers),
        body: BodyShown::of(&response.body),
        rules: rules(&response.matching_rules),
    }
}

fn of_message(title: String, message: &MessagePart) -> Part {
    Part {
        title,
        line: None,
        fields_title: "Metadata",
        fields: metadata(&message.metadata),
        body: BodyShown::of(&message.contents),
        rules: rules(&message.matching_rules),
    }
}

fn headers(headers: &intact_pact_model::Headers) -> Vec<(String, String)> {
    headers.iter().map(|(name, values)| (name.to_owned(), values.join(", "))).collect()
}

fn metadata(metadata: &Object<'_>) -> Vec<(String, String)> {
    metadata.iter().map(|(name, value)| (name.to_owned(), value.to_text().into_owned())).collect()
}

impl BodyShown {
    fn of(body: &Body) -> Option<Self> {
        let said = |text: &str| Some(Self { text: text.to_owned(), is_text: false, cut: false });
        match body {
            Body::Missing => None,
            Body::Empty => said("must be empty"),
            Body::Null => said("null"),
            Body::Present(content) => match std::str::from_utf8(&content.bytes) {
                Ok(text) => Some(match Json::parse(&content.bytes) {
                    Ok(document) => Self::of_text(&document.to_pretty()),
                    Err(_) => Self::of_text(text),
                }),
                Err(_) => said(&format!("{} bytes that are not text", content.bytes.len())),
            },
        }
    }

    fn of_text(text: &str) -> Self {
        match text.char_indices().nth(MOST_TEXT) {
            Some((end, _)) => Self { text: text[..end].to_owned(), is_text: true, cut: true },
            None => Self { text: text.to_owned(), is_text: true, cut: false },
        }
    }
}

/// Each rule with its place in words.
fn rules(rules: &MatchingRules) -> Vec<(String, String)> {
    let mut shown = Vec::new();
    let mut add = |place: String, list: &RuleList| {
        if !list.is_empty() {
            let names: Vec<&str> = list.rules.iter().map(MatchingRule::name).collect();
            shown.push((place, names.join(", ")));
        }
    };
    add("method".to_owned(), &rules.method);
    add("path".to_owned(), &rules.path);
    add("status".to_owned(), &rules.status);
    for (name, named) in
        [("query", &rules.query), ("header", &rules.header), ("body", &rules.body), ("metadata", &rules.metadata)]
    {
        for (place, list) in named {
            add(format!("{name} {place}"), list);
        }
    }
    shown
}
