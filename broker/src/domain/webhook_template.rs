//! The variables in the texts of a webhook, `${pactbroker.…}`, and the values an event gives them.
//!
//! Values are frozen when the event happens: whatever is delivered later, and again, says what was so then.

use std::borrow::Cow;

use intact_pact_model::json::{Json, JsonValue, Object};
use url::form_urlencoded;

use crate::domain::webhook::EventName;

/// The variables, and the names under which their values are kept and logged.
const VARIABLES: &[(&str, &str)] = &[
    ("consumerName", "consumer_name"),
    ("consumerVersionNumber", "consumer_version_number"),
    ("consumerVersionBranch", "consumer_version_branch"),
    ("consumerVersionTags", "consumer_version_tags"),
    ("consumerLabels", "consumer_labels"),
    ("providerName", "provider_name"),
    ("providerVersionNumber", "provider_version_number"),
    ("providerVersionBranch", "provider_version_branch"),
    ("providerVersionTags", "provider_version_tags"),
    ("providerVersionDescriptions", "provider_version_descriptions"),
    ("providerLabels", "provider_labels"),
    ("currentlyDeployedProviderVersionNumber", "currently_deployed_provider_version_number"),
    ("pactUrl", "pact_url"),
    ("verificationResultUrl", "verification_result_url"),
    ("githubVerificationStatus", "github_verification_status"),
    ("bitbucketVerificationStatus", "bitbucket_verification_status"),
    ("azureDevOpsVerificationStatus", "azure_dev_ops_verification_status"),
    ("gitlabVerificationStatus", "gitlab_verification_status"),
    ("buildUrl", "build_url"),
    ("eventName", "event_name"),
];

const OPENING: &str = "${pactbroker.";

/// What is known of an event: the address of the broker and the values of variables.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct EventContext(Object<'static>);

impl EventContext {
    /// The context of an event at a broker that is known by `base_url`.
    pub(crate) fn new(base_url: &str, event: &str) -> Self {
        let mut values = Object::new();
        values.insert("base_url", base_url.to_owned());
        values.insert("event_name", event.to_owned());
        Self(values)
    }

    /// The same of another event.
    pub(crate) fn of_event(mut self, event: EventName) -> Self {
        self.set("event_name", event.as_str());
        self
    }

    /// Sets a value by the name it is kept under.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        debug_assert!(VARIABLES.iter().any(|(_, kept)| *kept == name), "no variable is kept as {name}");
        self.0.insert(name, value.into());
    }

    /// Sets a value if there is one.
    pub(crate) fn maybe(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// Sets the statuses that services for repositories know.
    pub(crate) fn set_statuses(&mut self, success: Option<bool>) {
        let [github, bitbucket, azure, gitlab] = match success {
            Some(true) => ["success", "SUCCESSFUL", "succeeded", "success"],
            Some(false) => ["failure", "FAILED", "failed", "failed"],
            None => ["pending", "INPROGRESS", "pending", "pending"],
        };
        self.set("github_verification_status", github);
        self.set("bitbucket_verification_status", bitbucket);
        self.set("azure_dev_ops_verification_status", azure);
        self.set("gitlab_verification_status", gitlab);
    }

    /// The address of the broker.
    pub(crate) fn base_url(&self) -> &str {
        self.0.get("base_url").and_then(Json::as_str).unwrap_or_default()
    }

    /// Everything, as JSON.
    pub(crate) fn to_json(&self) -> String {
        Json::Object(self.0.clone()).to_compact()
    }

    /// Reads what [`Self::to_json`] wrote.
    pub(crate) fn from_json(text: &str) -> Self {
        match Json::parse_owned(text.as_bytes()) {
            Ok(Json::Object(values)) => Self(values),
            _ => Self::default(),
        }
    }

    /// The value of a variable, empty if there is none; nothing if there is no such variable.
    fn value(&self, variable: &str) -> Option<&str> {
        let (_, kept) = VARIABLES.iter().find(|(name, _)| *name == variable)?;
        Some(self.0.get(kept).and_then(Json::as_str).unwrap_or_default())
    }

    /// A text with its variables replaced. Unknown ones stay.
    pub(crate) fn fill(&self, text: &str) -> String {
        replace(text, |name| self.value(name).map(Cow::Borrowed))
    }

    /// An address with its variables replaced by encoded values.
    pub(crate) fn fill_url(&self, text: &str) -> String {
        replace(text, |name| {
            self.value(name).map(|value| form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().into())
        })
    }

    /// A document with the variables in its texts and names replaced: whatever the values are, it stays a document.
    pub(crate) fn fill_document(&self, document: &JsonValue) -> JsonValue {
        match document {
            Json::String(text) => self.fill(text).into(),
            Json::Array(items) => Json::array(items.iter().map(|item| self.fill_document(item))),
            Json::Object(members) => {
                Json::object(members.iter().map(|(name, value)| (self.fill(name), self.fill_document(value))))
            }
            other => other.clone(),
        }
    }
}

/// Are there variables in a text?
pub(crate) fn has_variables(text: &str) -> bool {
    text.find(OPENING).is_some_and(|at| text[at..].contains('}'))
}

/// What stands for a variable where its value is not known.
pub(crate) const PLACEHOLDER: &str = "placeholder";

/// A text with a word in the place of each variable, known or not.
pub(crate) fn without_variables(text: &str) -> String {
    replace(text, |_| Some(Cow::Borrowed(PLACEHOLDER)))
}

fn replace<'v>(text: &str, value: impl Fn(&str) -> Option<Cow<'v, str>>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(OPENING) {
        let Some(length) = rest[at..].find('}') else { break };
        let variable = &rest[at..=at + length];
        filled.push_str(&rest[..at]);
        filled.push_str(&value(&variable[OPENING.len()..length]).unwrap_or(Cow::Borrowed(variable)));
        rest = &rest[at + length + 1..];
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> EventContext {
        let mut context = EventContext::new("http://broker", "contract_published");
        context.set("consumer_name", "A \"B\"&${pactbroker.eventName}");
        context
    }

    #[test]
    fn variables_are_replaced_once_unknown_ones_stay_and_missing_ones_are_empty() {
        assert_eq!(
            context().fill(
                "${pactbroker.consumerName}|${pactbroker.pactVersionSha}|${pactbroker.pactUrl}|${x}|${pactbroker.e"
            ),
            "A \"B\"&${pactbroker.eventName}|${pactbroker.pactVersionSha}||${x}|${pactbroker.e"
        );
    }

    #[test]
    fn values_in_addresses_are_encoded() {
        assert_eq!(
            context().fill_url("http://h/?c=${pactbroker.consumerName}"),
            "http://h/?c=A+%22B%22%26%24%7Bpactbroker.eventName%7D"
        );
    }

    #[test]
    fn values_cannot_break_a_document() {
        let document = Json::object([("c", Json::array(["${pactbroker.consumerName}"]))]);

        assert_eq!(context().fill_document(&document).to_compact(), r#"{"c":["A \"B\"&${pactbroker.eventName}"]}"#);
    }

    #[test]
    fn a_context_is_read_as_it_was_written() {
        let mut context = context();
        context.set_statuses(Some(false));

        assert_eq!(EventContext::from_json(&context.to_json()), context);
        assert_eq!(context.fill("${pactbroker.bitbucketVerificationStatus}"), "FAILED");
        assert_eq!(context.base_url(), "http://broker");
    }

    #[test]
    fn variables_are_recognised() {
        assert!(has_variables("x ${pactbroker.anything} y"));
        assert!(!has_variables("${user.x}"));
        assert!(!has_variables("} ${pactbroker.x"));
        assert_eq!(without_variables("http://${pactbroker.x}/"), "http://placeholder/");
    }
}
