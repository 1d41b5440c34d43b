//! The body that defines a webhook, and what can be wrong with it.

use http::{HeaderName, HeaderValue};
use intact_pact_model::json::{Json, Object};
use url::Url;

use crate::api::validation::{
    CANNOT_BE_BLANK, FieldErrors, IS_MISSING, MOST_ELEMENTS, MUST_BE_FILLED, TOO_MANY_ELEMENTS, TextRule,
};
use crate::config::Config;
use crate::domain::webhook::{EventName, Party, WebhookDefinition, WebhookRequest};
use crate::domain::webhook_hosts::names;
use crate::domain::webhook_template::{PLACEHOLDER, without_variables};

const MUST_BE_HASH: &str = "must be a hash";
const SEE_MORE: &str = "See /doc/webhooks#whitelist for more information.";

/// The methods that may stand in a request, before the list of allowed ones is asked.
const METHODS: [&str; 15] = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "COPY",
    "LOCK",
    "MKCOL",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "UNLOCK",
];

/// The texts of a request may be templates of any length.
const TEMPLATE: TextRule = TextRule::OPTIONAL.any_length();

/// Reads the definition of a webhook. Whether the pacticipants it names exist is for the caller to find out.
pub(crate) fn checked(object: &Object<'_>, config: &Config) -> Result<WebhookDefinition, FieldErrors> {
    let mut errors = FieldErrors::new();
    let description = text(object.get("description"), "description", TextRule::OPTIONAL, &mut errors);
    let request = checked_request(object.get("request"), config, &mut errors);
    let events = checked_events(object.get("events"), &mut errors);
    let consumer = checked_party(object.get("consumer"), "consumer", &mut errors);
    let provider = checked_party(object.get("provider"), "provider", &mut errors);
    let enabled = match object.get("enabled") {
        None => true,
        Some(Json::Bool(enabled)) => *enabled,
        Some(_) => {
            errors.add("enabled", "must be boolean");
            false
        }
    };
    match request {
        Some(request) if errors.is_empty() => {
            let description = description.filter(|text| !text.trim().is_empty());
            Ok(WebhookDefinition { description, consumer, provider, enabled, request, events })
        }
        _ => Err(errors),
    }
}

/// The text of a field, with its name joined from parts.
fn text(value: Option<&Json<'_>>, field: &str, rule: TextRule, errors: &mut FieldErrors) -> Option<String> {
    match rule.check(value) {
        Ok(text) => text.map(str::to_owned),
        Err(faults) => {
            for fault in faults {
                errors.add(field, fault);
            }
            None
        }
    }
}

fn checked_request(value: Option<&Json<'_>>, config: &Config, errors: &mut FieldErrors) -> Option<WebhookRequest> {
    let request = match value {
        None => {
            errors.add("request", IS_MISSING);
            return None;
        }
        Some(Json::Null) => {
            errors.add("request", MUST_BE_FILLED);
            return None;
        }
        Some(Json::Object(request)) if request.is_empty() => {
            errors.add("request", MUST_BE_FILLED);
            return None;
        }
        Some(Json::Object(request)) => request,
        Some(_) => {
            errors.add("request", MUST_BE_HASH);
            return None;
        }
    };
    let required = TextRule::REQUIRED.any_length();
    let url = text(request.get("url"), "request.url", required, errors);
    if let Some(fault) = url.as_deref().and_then(|url| url_fault(url, config)) {
        errors.add("request.url", fault);
    }
    let method = text(request.get("method"), "request.method", required, errors);
    if let Some(fault) = method.as_deref().and_then(|method| method_fault(method, config)) {
        errors.add("request.method", fault);
    }
    let headers = checked_headers(request.get("headers"), errors);
    let username = text(request.get("username"), "request.username", TEMPLATE, errors);
    let password = text(request.get("password"), "request.password", TEMPLATE, errors);
    let body = request.get("body").filter(|body| !body.is_null()).cloned().map(Json::into_owned);
    Some(WebhookRequest { method: method?, url: url?, headers, body, username, password })
}

/// What is wrong with an address, its variables aside.
fn url_fault(template: &str, config: &Config) -> Option<String> {
    let url = match Url::parse(&without_variables(template)) {
        Ok(url) if url.has_host() => url,
        _ => return Some("is not a valid URL eg. http://example.org".to_owned()),
    };
    let host = url.host()?;
    // What is no variable but looks like the word that stands for one has the word in the template too.
    let in_host = |text: &str| host.to_string().matches(text).count() > template.matches(text).count();
    if in_host(PLACEHOLDER) || template.split(['?', '#']).next().is_some_and(host_has_template) {
        return Some("cannot have a template parameter in the host".to_owned());
    }
    let schemes = &config.webhook_scheme_whitelist;
    if !schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case(url.scheme())) {
        return Some(format!("scheme must be {}. {SEE_MORE}", schemes.join(", ")));
    }
    let hosts = &config.webhook_host_whitelist;
    if !hosts.is_empty() && !names(hosts, &host) {
        let list: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        return Some(format!("host must be in the whitelist {}. {SEE_MORE}", list.join(", ")));
    }
    None
}

/// Is there a variable between the user and the path of an address?
fn host_has_template(address: &str) -> bool {
    let authority = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = authority.split(['/', '\\']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().contains("${")
}

fn method_fault(method: &str, config: &Config) -> Option<String> {
    let is = |other: &&str| method.eq_ignore_ascii_case(other);
    if !METHODS.iter().any(is) {
        return Some("is not a recognised HTTP method".to_owned());
    }
    let allowed = &config.webhook_http_method_whitelist;
    if allowed.iter().map(String::as_str).any(|other| is(&other)) {
        return None;
    }
    Some(match allowed.as_slice() {
        [one] => format!("must be {one}. {SEE_MORE}"),
        several => format!("must be one of {}. {SEE_MORE}", several.join(", ")),
    })
}

fn checked_headers(value: Option<&Json<'_>>, errors: &mut FieldErrors) -> Vec<(String, String)> {
    const FIELD: &str = "request.headers";
    let headers = match value {
        None | Some(Json::Null) => return Vec::new(),
        Some(Json::Object(headers)) if headers.len() > MOST_ELEMENTS => {
            errors.add(FIELD, TOO_MANY_ELEMENTS);
            return Vec::new();
        }
        Some(Json::Object(headers)) => headers,
        Some(_) => {
            errors.add(FIELD, MUST_BE_HASH);
            return Vec::new();
        }
    };
    let mut checked: Vec<(String, String)> = Vec::new();
    for (name, value) in headers.iter() {
        let known = HeaderName::try_from(name);
        match (known, value.as_str()) {
            (Err(_), _) => errors.add(FIELD, "has a name that no header can have"),
            (Ok(_), None) => errors.add(FIELD, "must have strings as values"),
            (Ok(_), Some(text)) if HeaderValue::from_bytes(text.as_bytes()).is_err() => {
                errors.add(FIELD, "has a value that no header can have");
            }
            (Ok(name), Some(text)) => {
                checked.retain(|(other, _)| other != name.as_str());
                checked.push((name.to_string(), text.to_owned()));
            }
        }
    }
    checked
}

fn checked_events(value: Option<&Json<'_>>, errors: &mut FieldErrors) -> Vec<EventName> {
    let items = match value {
        None | Some(Json::Null) => return vec![EventName::ContractContentChanged],
        Some(Json::Array(items)) => items,
        Some(_) => {
            errors.add("events", "must be an array");
            return Vec::new();
        }
    };
    if items.is_empty() {
        errors.add("events", "size cannot be less than 1");
    }
    if items.len() > MOST_ELEMENTS {
        errors.add("events", TOO_MANY_ELEMENTS);
        return Vec::new();
    }
    let mut events = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Json::Object(item) = item else {
            errors.add_at("events", index, MUST_BE_HASH);
            continue;
        };
        match item.get("name").and_then(Json::as_str).and_then(EventName::named) {
            Some(event) if events.contains(&event) => {}
            Some(event) => events.push(event),
            None => {
                let names = EventName::ALL.map(EventName::as_str).join(", ");
                errors.add_property("events", index, "name", format!("must be one of: {names}"));
            }
        }
    }
    events
}

fn checked_party(value: Option<&Json<'_>>, role: &str, errors: &mut FieldErrors) -> Option<Party> {
    let party = match value {
        None | Some(Json::Null) => return None,
        Some(Json::Object(party)) => party,
        Some(_) => {
            errors.add(role, MUST_BE_HASH);
            return None;
        }
    };
    let before = errors.iter().count();
    let name = text(party.get("name"), &format!("{role}.name"), TextRule::OPTIONAL, errors);
    let label = text(party.get("label"), &format!("{role}.label"), TextRule::OPTIONAL, errors);
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    match (filled(name), filled(label)) {
        _ if errors.iter().count() > before => {}
        (Some(name), None) => return Some(Party::Name(name)),
        (None, Some(label)) => return Some(Party::Label(label)),
        (None, None) => errors.add(format!("{role}.name"), CANNOT_BE_BLANK),
        (Some(_), Some(_)) => {
            errors.add(format!("{role}.label"), "name and label cannot be provided at the same time");
        }
    }
    None
}
