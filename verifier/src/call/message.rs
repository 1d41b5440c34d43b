//! Message providers: closures in this process, or asked over HTTP to produce the message that an interaction describes.
//!
//! The provider's test offers one endpoint: `POST` with `{"description": …, "providerStates": […]}`, for synchronous messages
//! also with `request`. The answer's body is the message; its metadata is base64 of a JSON object in `Pact-Message-Metadata`.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose::STANDARD};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use intact_matching::generate;
use intact_matching::{ActualMessage, Explanation, MessageMatcher, Mismatch, compare_replies, explain_replies};
use intact_pact_model::json::{Json, JsonValue, Object};
use intact_pact_model::{Interaction, Kind, MessagePart, Pact};

use super::{Answer, Origin, request};
use crate::aside;
use crate::execute::{Execution, InteractionError, Outcome, with_generated};
use crate::message::{Message, MessageRequest};
use crate::state::StateValues;

const METADATA_HEADER: &str = "Pact-Message-Metadata";

/// Base64 with or without padding: message providers in other languages write both.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Has the message of `interaction` produced, and compares it.
pub(crate) async fn verify(
    execution: &Execution<'_>,
    interaction: &Interaction,
    pact: &Pact,
    values: &StateValues,
) -> Outcome {
    let mut outcome = Outcome::default();
    match ask(execution, interaction, pact, values, &mut outcome).await {
        Ok(mismatches) => outcome.mismatches = mismatches,
        Err(error) => outcome.error = Some(error),
    }
    if let Kind::SyncMessage { request, .. } = &interaction.kind
        && (outcome.error.is_some() || !outcome.mismatches.is_empty())
    {
        outcome.warnings.extend(generate::how_to_repeat(&request.generators, &request.matching_rules));
    }
    outcome
}

async fn ask(
    execution: &Execution<'_>,
    interaction: &Interaction,
    pact: &Pact,
    values: &StateValues,
    outcome: &mut Outcome,
) -> Result<Vec<Mismatch>, InteractionError> {
    let (request, expected) = match &interaction.kind {
        Kind::AsyncMessage(message) => (None, std::slice::from_ref(message)),
        Kind::SyncMessage { request, responses } => {
            let (prepared, warnings) = with_generated(
                &generate::drawn_for(&pact.consumer, interaction),
                |context, rng| generate::message(request, context, rng),
                values,
            )?;
            outcome.warnings = warnings;
            (Some(prepared), responses.as_slice())
        }
        Kind::Http(..) | Kind::Unknown { .. } => {
            let what = format!("an interaction of the type `{}` as a message", interaction.kind.type_name());
            return Err(InteractionError::Unsupported { what });
        }
    };
    let matchers = expected
        .iter()
        .map(|expected| MessageMatcher::compile(expected, pact.version))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| InteractionError::Contract { reason: error.to_string() })?;
    let produced = match execution.producers {
        Some(produce) => {
            let question = MessageRequest {
                description: interaction.description.clone(),
                states: interaction.provider_states.clone(),
                request: request.as_ref().map(Message::of),
            };
            produce(question).await.map_err(|error| InteractionError::Producer { reason: error.to_string() })?
        }
        None => vec![over_http(execution, interaction, request.as_ref(), expected, outcome).await?],
    };
    if matchers.is_empty() {
        return Ok(Vec::new());
    }
    let secrets = execution.secrets.and(outcome.secrets.iter().cloned());
    let of_produced = produced.iter().map(|message| message.contents.len());
    let size = of_produced.chain(expected.iter().map(|message| message.contents.bytes().len())).max().unwrap_or(0);
    let compare = move || {
        let actual: Vec<_> =
            produced.iter().map(|message| ActualMessage::new(Some(&message.contents), &message.metadata)).collect();
        let mismatches = compare_replies(&matchers, &actual).into_mismatches();
        let explanation = if mismatches.is_empty() {
            Explanation::default()
        } else {
            explain_replies(&matchers, &actual, &|text| secrets.hide(text))
        };
        (mismatches, explanation)
    };
    let (mismatches, explanation) = aside::compare(size, compare).await?;
    outcome.explanation = explanation;
    Ok(mismatches)
}

/// Asks the provider's endpoint for messages.
async fn over_http(
    execution: &Execution<'_>,
    interaction: &Interaction,
    request: Option<&MessagePart>,
    expected: &[MessagePart],
    outcome: &mut Outcome,
) -> Result<Message, InteractionError> {
    if expected.len() > 1 {
        let what = format!("{} response messages; a provider over HTTP can give one", expected.len());
        return Err(InteractionError::Unsupported { what });
    }
    let mut question = Object::new();
    question.insert("description", interaction.description.clone());
    if !interaction.provider_states.is_empty() {
        let states = interaction.provider_states.iter().map(|state| {
            let mut told = Object::new();
            told.insert("name", state.name.clone());
            if !state.params.is_empty() {
                told.insert("params", Json::Object(state.params.clone()));
            }
            Json::Object(told)
        });
        question.insert("providerStates", Json::array(states));
    }
    if let Some(request) = request {
        question.insert("request", message_json(request));
    }
    let usual = if request.is_some() { ["message", "sync-message"] } else { ["message", "async-message"] };
    let origin = execution.endpoints.for_message(interaction.transport.as_deref(), &usual);
    let request = request_for(&question, origin, execution.headers)?;
    let expected_body = expected.first().map_or(&[][..], |expected| expected.contents.bytes());
    let answer = execution.call(origin, request, expected_body, outcome).await?;
    if !StatusCode::from_u16(answer.status).is_ok_and(|status| status.is_success()) {
        // The producer said that it could not produce, whatever the body looks like.
        return Err(InteractionError::Answer {
            reason: format!("the message could not be fetched: status {}", answer.status),
        });
    }
    let metadata = metadata_of(&answer)?;
    Ok(Message { contents: answer.body, metadata })
}

fn request_for(
    question: &Object<'static>,
    origin: &Origin,
    custom: &HeaderMap,
) -> Result<Request<Bytes>, InteractionError> {
    let path = if origin.base_path.is_empty() { "/" } else { &origin.base_path };
    let uri = Uri::try_from(path)
        .map_err(|error| InteractionError::Request { reason: format!("`{path}` is not a path: {error}") })?;
    let mut request = Request::new(Bytes::from(Json::Object(question.clone()).to_compact()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request::add_custom(request.headers_mut(), custom);
    Ok(request)
}

/// The answer's content type, covered by what the metadata header says.
fn metadata_of(answer: &Answer) -> Result<Object<'static>, InteractionError> {
    let mut metadata = Object::new();
    if let Some(content_type) = answer.headers.get(CONTENT_TYPE) {
        metadata.insert("contentType", String::from_utf8_lossy(content_type.as_bytes()).into_owned());
    }
    let Some(header) = answer.headers.get(METADATA_HEADER) else { return Ok(metadata) };
    let unusable = |why: String| InteractionError::Answer { reason: format!("its header `{METADATA_HEADER}` {why}") };
    let decoded =
        LENIENT.decode(header.as_bytes().trim_ascii()).map_err(|error| unusable(format!("is not base64: {error}")))?;
    match Json::parse(&decoded).map(Json::into_owned) {
        Ok(Json::Object(entries)) => {
            for (name, value) in entries {
                metadata.insert(name, value);
            }
            Ok(metadata)
        }
        Ok(other) => Err(unusable(format!("holds {} and not an object", other.kind()))),
        Err(error) => Err(unusable(format!("does not hold JSON: {error}"))),
    }
}

/// A message as V4 pact files write it.
fn message_json(message: &MessagePart) -> JsonValue {
    let mut json = Object::new();
    if let Some(content) = message.contents.content() {
        let content_type = message.content_type();
        let is_json = content_type.as_ref().is_some_and(intact_pact_model::ContentType::is_json);
        let document = if is_json { Json::parse(&content.bytes).ok().map(Json::into_owned) } else { None };
        let (value, encoded) = match (document, str::from_utf8(&content.bytes)) {
            (Some(document), _) => (document, Json::from(false)),
            (None, Ok(text)) => (Json::from(text.to_owned()), Json::from(false)),
            (None, Err(_)) => (Json::from(STANDARD.encode(&content.bytes)), Json::from("base64")),
        };
        let mut contents = Object::new();
        contents.insert("content", value);
        contents.insert("contentType", content_type.map_or(Json::Null, |own| Json::from(own.to_string())));
        contents.insert("encoded", encoded);
        json.insert("contents", contents);
    }
    json.insert("metadata", message.metadata.clone());
    Json::Object(json)
}
