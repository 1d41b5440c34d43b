//! `POST /contracts/publish`: everything about a consumer version at once.

use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use intact_pact_model::json::{Json, JsonValue, Object};

use crate::api::extract::{Submission, read_json, shortened};
use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::Links;
use crate::api::pacts::content_is_not_utf8;
use crate::api::problem::ApiError;
use crate::api::validation::{
    Checked, FieldErrors, IS_MISSING, MOST_ELEMENTS, TOO_MANY_ELEMENTS, TextRule, ruby_class,
};
use crate::app::App;
use crate::domain::content::{IdentifiedContent, identify};
use crate::domain::notice::{Notice, NoticeKind};
use crate::operations::publish_contracts::{Contract, Outcome, Publication, publish_contracts};
use crate::operations::record_pact::Refusal;

/// Publishes the contracts of a consumer version.
pub(crate) async fn publish(State(app): State<App>, links: Links, body: Submission) -> Result<Hal, ApiError> {
    if !body.says_json() {
        body.accepts_hal()?;
        return Err(ApiError::UnsupportedMediaType);
    }
    let (body, publication) = body.work(|body| Ok(checked(&body.object_if_json()?)?)).await?;
    body.accepts_hal()?;
    match publish_contracts(app.store(), app.config(), links.base(), &publication, app.now()).await? {
        Outcome::Published { notices, changes } => {
            app.wake_deliveries();
            let mut notices = notices;
            for change in &changes {
                let href = links.pact(&change.pact.consumer, &change.pact.provider, &change.pact.number);
                notices.extend(change.notices(&href, links.base()));
            }
            let pacts = changes.iter().map(|change| {
                let href = links.pact(&change.pact.consumer, &change.pact.provider, &change.pact.number);
                Link::to(href).title("Pact").name(change.pact.name())
            });
            Ok(published(&publication, &notices, pacts, &links).into())
        }
        Outcome::Refused { similar_names, changed } => {
            let refused = tokio::task::spawn_blocking(move || refused(&similar_names, &changed));
            let document = refused.await.map_err(|error| ApiError::internal(&error))?;
            Err(ApiError::Document(StatusCode::CONFLICT, document))
        }
    }
}

fn refused(similar_names: &[String], changed: &[Refusal]) -> JsonValue {
    let mut notices: Vec<Notice> =
        similar_names.iter().map(|text| Notice::new(NoticeKind::Error, text.clone())).collect();
    for refusal in changed {
        notices.push(Notice::new(NoticeKind::Error, refusal.text.clone()));
        notices.push(Notice::new(NoticeKind::Info, refusal.diff()));
    }
    let texts = similar_names.iter().chain(changed.iter().map(|refusal| &refusal.text)).cloned();
    let errors = Doc::new().with("contracts", Json::array(texts));
    Doc::new().with("notices", notice_list(&notices)).with("errors", errors).into()
}

/// Notices as the API shows them.
pub(crate) fn notice_list(notices: &[Notice]) -> JsonValue {
    list(notices.iter().map(|notice| Doc::new().with("type", notice.kind.as_str()).with("text", notice.text.clone())))
}

fn published(publication: &Publication, notices: &[Notice], pacts: impl Iterator<Item = Link>, links: &Links) -> Doc {
    let Publication { consumer, number, tags, .. } = publication;
    // Clients from before notices read the same texts as log lines.
    let logs = notices.iter().map(|notice| {
        Doc::new()
            .with("level", notice.kind.as_str())
            .with("message", notice.text.clone())
            .with("deprecationWarning", "Replaced by notices")
    });
    let owner = Doc::new().with("name", consumer.clone()).link("self", Link::to(links.pacticipant(consumer)));
    let version = Doc::new().with("number", number.clone()).link("self", links.version_link(consumer, number));
    Doc::new()
        .with("logs", list(logs))
        .with("notices", notice_list(notices))
        .embed("pacticipant", owner)
        .embed("version", version)
        .link("pb:pacticipant", Link::to(links.pacticipant(consumer)).title("Pacticipant").name(consumer.clone()))
        .link(
            "pb:pacticipant-version",
            Link::to(links.version(consumer, number)).title("Pacticipant version").name(number.clone()),
        )
        .links(
            "pb:pacticipant-version-tags",
            tags.iter().map(|tag| Link::to(links.tag(consumer, number, tag)).title("Tag").name(tag.clone())),
        )
        .links("pb:contracts", pacts)
}

fn checked(object: &Object<'_>) -> Result<Publication, FieldErrors> {
    let mut checked = Checked::new(object);
    let name = TextRule::REQUIRED.filled().name();
    let consumer = checked.text("pacticipantName", name);
    let number = checked.text("pacticipantVersionNumber", name.single_line());
    let tags = checked_tags(&mut checked);
    let branch = checked.text("branch", TextRule::OPTIONAL.name().single_line());
    let build_url = checked.text("buildUrl", TextRule::OPTIONAL.single_line());
    let mut contracts = Vec::new();
    match checked.raw("contracts") {
        None => checked.errors.add("contracts", IS_MISSING),
        Some(Json::Array(items)) if items.len() > MOST_ELEMENTS => checked.errors.add("contracts", TOO_MANY_ELEMENTS),
        Some(Json::Array(items)) => {
            let consumer = object.get("pacticipantName").and_then(Json::as_str);
            contracts = checked_contracts(items, consumer, &mut checked.errors);
        }
        Some(_) => checked.errors.add("contracts", "must be an array"),
    }
    match (consumer, number) {
        (Some(consumer), Some(number)) if checked.errors.is_empty() => {
            Ok(Publication { consumer, number, branch, tags, build_url, contracts })
        }
        _ => Err(checked.errors),
    }
}

fn checked_tags(checked: &mut Checked<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for (index, tag) in checked.array("tags").unwrap_or_default().iter().enumerate() {
        match TextRule::REQUIRED.filled().name().check(Some(tag)) {
            Ok(tag) => names.extend(tag.map(str::to_owned)),
            Err(faults) => {
                for fault in faults {
                    checked.errors.add_at("tags", index, fault);
                }
            }
        }
    }
    names
}

/// The contracts, if nothing is wrong with them. Schema messages of all come before rule messages.
fn checked_contracts(items: &[Json<'_>], pacticipant: Option<&str>, errors: &mut FieldErrors) -> Vec<Contract> {
    for (index, item) in items.iter().enumerate() {
        check_schema(item, index, errors);
    }
    let mut contracts = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let content = check_rules(item, pacticipant, index, errors);
        let provider = item.get("providerName").and_then(Json::as_str);
        if let (Some(content), Some(provider)) = (content, provider) {
            let merge = item.get("onConflict").and_then(Json::as_str) == Some("merge");
            contracts.push(Contract { provider: provider.to_owned(), content, merge });
        }
    }
    contracts
}

fn check_schema(item: &Json<'_>, index: usize, errors: &mut FieldErrors) {
    if !matches!(item, Json::Object(_)) {
        errors.add_at("contracts", index, "must be a hash");
        return;
    }
    let name = TextRule::REQUIRED.filled().name();
    for (property, rule) in [
        ("consumerName", name),
        ("providerName", name),
        ("content", TextRule::REQUIRED.filled().any_length()),
        ("contentType", TextRule::REQUIRED),
        ("specification", TextRule::REQUIRED),
    ] {
        for fault in rule.check(item.get(property)).err().unwrap_or_default() {
            errors.add_property("contracts", index, property, fault);
        }
    }
    for (property, value, text) in [
        ("contentType", "application/json", "must be one of: application/json"),
        ("specification", "pact", "must be one of: pact"),
    ] {
        if item.get(property).is_some_and(|given| given.as_str() != Some(value))
            && !errors.has("contracts", Some(index), Some(property))
        {
            errors.add_property("contracts", index, property, text);
        }
    }
    if let Some(on_conflict) = item.get("onConflict")
        && !matches!(on_conflict.as_str(), Some("overwrite" | "merge"))
    {
        errors.add_property("contracts", index, "onConflict", "must be one of: overwrite, merge");
    }
}

/// The content of a contract, or what is wrong with it.
fn check_rules(
    item: &Json<'_>,
    pacticipant: Option<&str>,
    index: usize,
    errors: &mut FieldErrors,
) -> Option<IdentifiedContent> {
    let Json::Object(_) = item else { return None };
    let text = |name: &str| item.get(name).and_then(Json::as_str);
    let mut content = None;
    let decoded = text("content").filter(|content| !content.is_empty()).map(|content| STANDARD.decode(content));
    match decoded {
        None | Some(Err(_)) => {
            errors.add_at("contracts", index, "is not valid Base64");
            if item.get("contentType").is_some() {
                errors.add_at("contracts", index, "content could not be parsed as application/json");
            }
        }
        Some(Ok(bytes)) => {
            if let Some(fault) = content_is_not_utf8(&bytes) {
                errors.add_at("contracts", index, fault);
            } else {
                match read_json(&bytes) {
                    Err(_) => errors.add_at("contracts", index, "content could not be parsed as application/json"),
                    Ok(Json::Object(pact)) => {
                        check_names(&pact, item, index, errors);
                        match identify(&bytes) {
                            Ok(identified) => content = Some(identified),
                            Err(error) => errors.add_at("contracts", index, error.to_string()),
                        }
                    }
                    Ok(other) => errors.add_at(
                        "contracts",
                        index,
                        format!("parsed content was expected to be a Hash but was a {}", ruby_class(&other)),
                    ),
                }
            }
        }
    }
    if let (Some(consumer), Some(pacticipant)) = (text("consumerName"), pacticipant)
        && consumer != pacticipant
    {
        let fault = format!("consumerName ('{consumer}') must match pacticipantName ('{pacticipant}')");
        errors.add_at("contracts", index, fault);
    }
    content
}

fn check_names(pact: &Object<'_>, item: &Json<'_>, index: usize, errors: &mut FieldErrors) {
    for (role, property) in [("consumer", "consumerName"), ("provider", "providerName")] {
        let within = pact.get(role).and_then(|role| role.get("name")).filter(|within| !within.is_null());
        let given = item.get(property).and_then(Json::as_str);
        if let (Some(within), Some(given)) = (within, given)
            && within.as_str() != Some(given)
        {
            let within = within.to_text();
            let fault = format!(
                "{role} name in contract content ('{}') must match {property} in contract params ('{given}')",
                shortened(&within)
            );
            errors.add_at("contracts", index, fault);
        }
    }
}

#[cfg(test)]
mod tests;
