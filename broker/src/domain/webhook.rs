//! Webhooks: a request that is made when something happens to the contracts of certain pacticipants.

use std::fmt;
use std::ops::Range;

use intact_pact_model::json::JsonValue;
use url::Url;

use crate::domain::timestamp::Timestamp;
use crate::domain::webhook_template::{has_variables, without_variables};

/// What a webhook can listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventName {
    /// A pact was published, changed or not.
    ContractPublished,
    /// A pact was published that says something new.
    ContractContentChanged,
    /// A result was published.
    VerificationPublished,
    /// A result was published that is a success.
    VerificationSucceeded,
    /// A result was published that is a failure.
    VerificationFailed,
    /// A pact was published that a provider version which matters now has not verified.
    ContractRequiringVerificationPublished,
}

impl EventName {
    /// All, in the order the API lists them.
    pub(crate) const ALL: [Self; 6] = [
        Self::ContractPublished,
        Self::ContractContentChanged,
        Self::VerificationPublished,
        Self::VerificationSucceeded,
        Self::VerificationFailed,
        Self::ContractRequiringVerificationPublished,
    ];

    /// The word of the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ContractPublished => "contract_published",
            Self::ContractContentChanged => "contract_content_changed",
            Self::VerificationPublished => "provider_verification_published",
            Self::VerificationSucceeded => "provider_verification_succeeded",
            Self::VerificationFailed => "provider_verification_failed",
            Self::ContractRequiringVerificationPublished => "contract_requiring_verification_published",
        }
    }

    /// The event of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }

    /// Is it about a verification result?
    pub(crate) fn is_of_verification(self) -> bool {
        matches!(self, Self::VerificationPublished | Self::VerificationSucceeded | Self::VerificationFailed)
    }
}

/// Whose contracts a webhook is about, on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Party {
    /// The pacticipant of this name.
    Name(String),
    /// Every pacticipant with this label.
    Label(String),
}

/// A webhook.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Webhook {
    /// Its identity.
    pub(crate) uuid: String,
    /// When it was created; nothing for one that is only tried out.
    pub(crate) created_at: Option<Timestamp>,
    /// When it was last changed.
    pub(crate) updated_at: Option<Timestamp>,
    /// What can be set.
    pub(crate) definition: WebhookDefinition,
}

/// What can be set about a webhook.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WebhookDefinition {
    /// What people call it.
    pub(crate) description: Option<String>,
    /// With which consumers; any without it.
    pub(crate) consumer: Option<Party>,
    /// With which providers; any without it.
    pub(crate) provider: Option<Party>,
    /// Is it triggered at all?
    pub(crate) enabled: bool,
    /// What is sent.
    pub(crate) request: WebhookRequest,
    /// What it listens to.
    pub(crate) events: Vec<EventName>,
}

/// The request of a webhook, with template variables in its texts.
#[derive(Clone, PartialEq)]
pub(crate) struct WebhookRequest {
    /// The method, as it was given.
    pub(crate) method: String,
    /// The address.
    pub(crate) url: String,
    /// Headers, their names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// A text, or a document that is sent as JSON.
    pub(crate) body: Option<JsonValue>,
    /// The user of basic authentication.
    pub(crate) username: Option<String>,
    /// The user's password.
    pub(crate) password: Option<String>,
}

impl fmt::Debug for WebhookRequest {
    /// Without the parts that may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

/// What stands for a secret.
pub(crate) const HIDDEN: &str = "**********";

impl WebhookDefinition {
    /// What people call it: its description, or what it does.
    pub(crate) fn shown_name(&self) -> String {
        self.description.clone().unwrap_or_else(|| self.request.name())
    }

    /// Which contracts it is about, in a sentence.
    pub(crate) fn scope(&self) -> String {
        match (&self.consumer, &self.provider) {
            (None, None) => "A webhook for all pacts".to_owned(),
            (Some(consumer), None) => format!("A webhook for all pacts with consumer {}", consumer.alone()),
            (None, Some(provider)) => format!("A webhook for all pacts with provider {}", provider.alone()),
            (Some(consumer), Some(provider)) => format!(
                "A webhook for the pact between {} and {}",
                consumer.beside_other("consumers"),
                provider.beside_other("providers")
            ),
        }
    }
}

impl Party {
    fn alone(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Label(label) => format!("labeled '{label}'"),
        }
    }

    fn beside_other(&self, role: &str) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Label(label) => format!("{role} labeled '{label}'"),
        }
    }
}

impl WebhookRequest {
    /// What it does: `POST example.org`.
    pub(crate) fn name(&self) -> String {
        request_name(&self.method, &self.url)
    }

    /// The address as the API shows it: the user and password in it are secret unless they are a template.
    pub(crate) fn shown_url(&self) -> String {
        match user_info(&self.url) {
            Some(place) if has_variables(&self.url[place.clone()]) => self.url.clone(),
            _ => with_user_hidden(&self.url),
        }
    }

    /// The password as the API shows it: a template is no secret.
    pub(crate) fn shown_password(&self) -> Option<&str> {
        self.password.as_deref().map(|password| if has_variables(password) { password } else { HIDDEN })
    }

    /// The headers as the API shows them.
    pub(crate) fn shown_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| {
            let hidden = is_secret_header(name) && !has_variables(value);
            (name.as_str(), if hidden { HIDDEN } else { value.as_str() })
        })
    }

    /// Takes over the secrets of what is replaced where only asterisks were sent, which is how they were shown.
    pub(crate) fn keep_secrets_of(&mut self, stored: &Self) {
        if self.password.as_deref().is_none_or(is_hidden) {
            self.password.clone_from(&stored.password);
        }
        if let (Some(place), Some(known)) = (user_info(&self.url), user_info(&stored.url))
            && is_hidden(&self.url[place.clone()])
        {
            self.url.replace_range(place, &stored.url[known]);
        }
        for (name, value) in &mut self.headers {
            if is_hidden(value)
                && let Some((_, known)) = stored.headers.iter().find(|(known, _)| known == name)
            {
                value.clone_from(known);
            }
        }
    }
}

/// An address with asterisks in the place of a user and password.
pub(crate) fn with_user_hidden(url: &str) -> String {
    let mut shown = url.to_owned();
    if let Some(place) = user_info(url) {
        shown.replace_range(place, HIDDEN);
    }
    shown
}

/// Where an address has its user and password: before the last `@` of what follows the scheme.
///
/// The text itself is looked at, as it may be a template. Like browsers, clients take `https:\\user@host` and
/// `https:user@host` for `https://user@host`.
fn user_info(url: &str) -> Option<Range<usize>> {
    let scheme = url.find(':')? + 1;
    let start = scheme + url[scheme..].find(|c| !matches!(c, '/' | '\\' | '\t' | '\n' | '\r'))?;
    let end = url[start..].find(['/', '\\', '?', '#']).map_or(url.len(), |length| start + length);
    let at = url[start..end].rfind('@')?;
    Some(start..start + at)
}

/// What a request does: `POST example.org`.
pub(crate) fn request_name(method: &str, url: &str) -> String {
    let url = Url::parse(&without_variables(url)).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    format!("{method} {host}")
}

/// Does a header of this name hold a secret?
pub(crate) fn is_secret_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("authorization") || name.contains("token")
}

fn is_hidden(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter == '*')
}

/// How the delivery of a triggered webhook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TriggeredStatus {
    /// It has not been tried.
    NotRun,
    /// It has been tried and will be again.
    Retrying,
    /// It was delivered.
    Success,
    /// It will not be tried again.
    Failure,
}

impl TriggeredStatus {
    /// The word of the API.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotRun => "not_run",
            Self::Retrying => "retrying",
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> WebhookRequest {
        WebhookRequest {
            method: "POST".to_owned(),
            url: "https://ci.example.org/${pactbroker.consumerName}".to_owned(),
            headers: vec![
                ("authorization".to_owned(), "Bearer abc".to_owned()),
                ("x-auth-token".to_owned(), "${pactbroker.consumerName}".to_owned()),
                ("x-user-token".to_owned(), "${user.token}".to_owned()),
                ("accept".to_owned(), "*/*".to_owned()),
            ],
            body: None,
            username: None,
            password: Some("hunter2".to_owned()),
        }
    }

    fn definition(consumer: Option<Party>, provider: Option<Party>) -> WebhookDefinition {
        WebhookDefinition { description: None, consumer, provider, enabled: true, request: request(), events: vec![] }
    }

    #[test]
    fn secrets_are_hidden_unless_they_are_templates() {
        let request = request();
        let shown: Vec<_> = request.shown_headers().map(|(_, value)| value).collect();

        assert_eq!(shown, [HIDDEN, "${pactbroker.consumerName}", HIDDEN, "*/*"]);
        assert_eq!(request.shown_password(), Some(HIDDEN));
        assert!(!format!("{:?}", definition(None, None)).contains("hunter2"));
    }

    #[test]
    fn secrets_that_come_back_hidden_are_kept() {
        let mut changed = request();
        changed.password = None;
        changed.headers = vec![
            ("authorization".to_owned(), "***".to_owned()),
            ("x-user-token".to_owned(), "new".to_owned()),
            ("x-other".to_owned(), "*".to_owned()),
        ];

        changed.keep_secrets_of(&request());

        let values: Vec<_> = changed.headers.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["Bearer abc", "new", "*"]);
        assert_eq!(changed.password.as_deref(), Some("hunter2"));
    }

    #[test]
    fn users_and_passwords_in_addresses_are_hidden_however_they_are_written() {
        for (url, shown) in [
            ("https://bob:hunter2@ci.example.org/x?a=b@c", "https://**********@ci.example.org/x?a=b@c"),
            ("https://t0ken@ci.example.org", "https://**********@ci.example.org"),
            ("https://bob:p@ss@ci.example.org#f", "https://**********@ci.example.org#f"),
            ("https:\\\\bob:x@ci.example.org/", "https:\\\\**********@ci.example.org/"),
            ("https:bob:x@ci.example.org/", "https:**********@ci.example.org/"),
            ("https:/\t/bob:x@ci.example.org/", "https:/\t/**********@ci.example.org/"),
            (
                "https://${pactbroker.consumerName}@ci.example.org/",
                "https://${pactbroker.consumerName}@ci.example.org/",
            ),
            ("https://ci.example.org/a@b", "https://ci.example.org/a@b"),
            ("https://ci.example.org?a@b", "https://ci.example.org?a@b"),
            ("", ""),
        ] {
            let request = WebhookRequest { url: url.to_owned(), ..request() };
            assert_eq!(request.shown_url(), shown);
            // Hidden for us, found by those who send.
            let sent = Url::parse(&without_variables(shown)).ok();
            assert_eq!(sent.as_ref().is_some_and(|sent| !sent.username().is_empty()), shown.contains("@ci"), "{shown}");

            let mut changed = WebhookRequest { url: shown.replace("ci.", "cd."), ..request.clone() };
            changed.keep_secrets_of(&request);
            assert_eq!(changed.url, url.replace("ci.", "cd."));
        }
    }

    #[test]
    fn a_webhook_says_which_contracts_it_is_about() {
        let name = |name: &str| Some(Party::Name(name.to_owned()));
        let label = |label: &str| Some(Party::Label(label.to_owned()));
        for (consumer, provider, sentence) in [
            (None, None, "A webhook for all pacts"),
            (name("C"), None, "A webhook for all pacts with consumer C"),
            (None, label("l"), "A webhook for all pacts with provider labeled 'l'"),
            (name("C"), name("P"), "A webhook for the pact between C and P"),
            (label("a"), label("b"), "A webhook for the pact between consumers labeled 'a' and providers labeled 'b'"),
        ] {
            assert_eq!(definition(consumer, provider).scope(), sentence);
        }
    }

    #[test]
    fn a_webhook_without_a_description_is_named_by_what_it_does() {
        assert_eq!(definition(None, None).shown_name(), "POST ci.example.org");
    }

    #[test]
    fn events_are_found_by_the_names_they_have() {
        for event in EventName::ALL {
            assert_eq!(EventName::named(event.as_str()), Some(event));
        }
        assert_eq!(EventName::named("nope"), None);
    }
}
