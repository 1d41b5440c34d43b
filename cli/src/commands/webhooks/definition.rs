//! What a webhook shall be like, from flags that look like curl's.

use std::collections::BTreeMap;

use clap::builder::NonEmptyStringValueParser;
use intact_broker_client::{NewWebhook, WebhookParty, WebhookRequest};
use serde_json::value::{RawValue, to_raw_value};

use crate::error::Problem;

/// The flags of the commands that create webhooks. All but the events are curl's.
#[derive(Debug, clap::Args)]
pub(super) struct Definition {
    // Not required for clap: see `split_url_from_headers`.
    /// The URL to call
    #[arg(value_name = "URL", required_unless_present = "header")]
    url: Option<String>,
    /// The HTTP method
    #[arg(short = 'X', long, value_name = "METHOD")]
    request: String,
    /// A header to send; may be repeated, or be several with blanks between
    #[arg(short = 'H', long, value_name = "NAME: VALUE", num_args = 1..)]
    header: Vec<String>,
    /// The body to send: JSON or text, or @FILE for what is in a file
    #[arg(short = 'd', long, value_name = "BODY")]
    data: Option<String>,
    /// User name and password for basic authentication at the URL
    #[arg(long, value_name = "USER:PASSWORD")]
    user: Option<String>,
    /// What the webhook is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The team that the webhook belongs to; only PactFlow has teams
    #[arg(long, value_name = "UUID")]
    team_uuid: Option<String>,
    #[command(flatten)]
    parties: Parties,
    #[command(flatten)]
    events: Events,
}

/// Which contracts it is about.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "For which contracts (all unless given)")]
struct Parties {
    /// Those of this consumer
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "consumer_label")]
    consumer: Option<String>,
    /// Those of consumers with this label
    #[arg(long, value_name = "LABEL", value_parser = NonEmptyStringValueParser::new())]
    consumer_label: Option<String>,
    /// Those of this provider
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "provider_label")]
    provider: Option<String>,
    /// Those of providers with this label
    #[arg(long, value_name = "LABEL", value_parser = NonEmptyStringValueParser::new())]
    provider_label: Option<String>,
}

/// When it is called.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "When (at least one)")]
#[group(id = "events", required = true, multiple = true)]
struct Events {
    /// When a contract is published whose content is new
    #[arg(long)]
    contract_content_changed: bool,
    /// When a contract is published
    #[arg(long)]
    contract_published: bool,
    /// When a contract is published that a version of the provider has yet to verify
    #[arg(long)]
    contract_requiring_verification_published: bool,
    /// When a verification result is published
    #[arg(long)]
    provider_verification_published: bool,
    /// When a verification result is published that is a success
    #[arg(long)]
    provider_verification_succeeded: bool,
    /// When a verification result is published that is a failure
    #[arg(long)]
    provider_verification_failed: bool,
}

impl Events {
    fn names(&self) -> Vec<String> {
        let events = [
            (self.contract_content_changed, "contract_content_changed"),
            (self.contract_published, "contract_published"),
            (self.contract_requiring_verification_published, "contract_requiring_verification_published"),
            (self.provider_verification_published, "provider_verification_published"),
            (self.provider_verification_succeeded, "provider_verification_succeeded"),
            (self.provider_verification_failed, "provider_verification_failed"),
        ];
        events.into_iter().filter(|(wanted, _)| *wanted).map(|(_, name)| name.to_owned()).collect()
    }
}

impl Definition {
    /// What is to be sent to the broker. Reads the file of the body, if one is named.
    pub(super) fn read(mut self) -> Result<NewWebhook, Problem> {
        let url = self.split_url_from_headers()?;
        let body = self.data.as_deref().map(body).transpose()?;
        let (username, password) = match self.user.as_deref().map(|user| (user, user.split_once(':'))) {
            Some((_, Some((name, password)))) => (Some(name.to_owned()), Some(password.to_owned())),
            Some((name, None)) => (Some(name.to_owned()), None),
            None => (None, None),
        };
        let party = |name: Option<String>, label: Option<String>| {
            name.map(WebhookParty::Name).or_else(|| label.map(WebhookParty::Label))
        };
        Ok(NewWebhook {
            description: self.description,
            consumer: party(self.parties.consumer, self.parties.consumer_label),
            provider: party(self.parties.provider, self.parties.provider_label),
            events: self.events.names(),
            request: WebhookRequest {
                method: self.request,
                url,
                headers: headers(&self.header)?,
                body,
                username,
                password,
            },
            team_uuid: self.team_uuid,
        })
    }

    /// `-H` takes all that follows, as in the official tools, and so the URL, too, if that stands last.
    fn split_url_from_headers(&mut self) -> Result<String, Problem> {
        if let Some(url) = self.url.take() {
            return Ok(url);
        }
        let is_url = |text: &String| text.starts_with("http://") || text.starts_with("https://");
        let position = self.header.iter().rposition(is_url);
        position.map(|position| self.header.remove(position)).ok_or_else(|| {
            Problem::usage("which URL shall be called?")
                .hint("give it as the argument that has no flag: create-webhook URL …")
        })
    }
}

fn headers(given: &[String]) -> Result<BTreeMap<String, String>, Problem> {
    let read = |header: &String| match header.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        // A token that lost its name must not be shown.
        _ => Err(Problem::usage("a --header has no name").hint("write it as --header 'Name: value'")),
    };
    given.iter().map(read).collect()
}

/// JSON as it is written, and everything else as text.
fn body(given: &str) -> Result<Box<RawValue>, Problem> {
    let read;
    let text = match given.strip_prefix('@') {
        Some(file) => {
            read = std::fs::read_to_string(file)
                .map_err(|error| Problem::usage(format!("the body cannot be read from {file}: {error}")))?;
            &read
        }
        None => given,
    };
    let as_json = serde_json::from_str::<Box<RawValue>>(text.trim());
    as_json.or_else(|_| to_raw_value(text)).map_err(|error| Problem::usage(format!("the body cannot be sent: {error}")))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        definition: Definition,
    }

    fn sent(arguments: &[&str]) -> Result<String, String> {
        let command = Command::try_parse_from(["test"].iter().chain(arguments)).map_err(|error| error.to_string())?;
        let new = command.definition.read().map_err(|problem| problem.to_string())?;
        Ok(serde_json::to_string(&new).expect("JSON"))
    }

    #[test]
    fn every_flag_has_its_place_in_the_body() {
        let arguments = [
            "http://ci/build",
            "-X",
            "POST",
            "-H",
            "A: b:c",
            "D:e",
            "-d",
            r#"{"z":1.10,"a":[]}"#,
            "--user",
            "me:s:3",
            "--consumer",
            "Web",
            "--provider-label",
            "shop",
            "--description",
            "build",
            "--team-uuid",
            "t",
            "--contract-content-changed",
            "--contract-published",
            "--contract-requiring-verification-published",
            "--provider-verification-published",
            "--provider-verification-succeeded",
            "--provider-verification-failed",
        ];
        insta::assert_snapshot!(sent(&arguments).unwrap(), @r#"{"description":"build","consumer":{"name":"Web"},"provider":{"label":"shop"},"events":[{"name":"contract_content_changed"},{"name":"contract_published"},{"name":"contract_requiring_verification_published"},{"name":"provider_verification_published"},{"name":"provider_verification_succeeded"},{"name":"provider_verification_failed"}],"request":{"method":"POST","url":"http://ci/build","headers":{"A":"b:c","D":"e"},"body":{"z":1.10,"a":[]},"username":"me","password":"s:3"},"teamUuid":"t"}"#);
    }

    #[test]
    fn a_webhook_needs_no_more_than_url_method_and_event() {
        let least = sent(&["http://ci", "-X", "GET", "--contract-published"]).unwrap();
        assert_eq!(least, r#"{"events":[{"name":"contract_published"}],"request":{"method":"GET","url":"http://ci"}}"#);
    }

    #[test]
    fn bodies_are_json_or_text_or_from_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("body.json");
        std::fs::write(&file, "\n{ \"a\": 1 }\n").expect("a file");
        let from_file = format!("@{}", file.display());
        let body = |data: &str| body(data).map(|raw| raw.get().to_owned()).map_err(|problem| problem.to_string());
        for (data, expected) in [
            (r#"{"a": ${x}}"#, r#""{\"a\": ${x}}""#),
            (r#"{"b":1,"a":"${x}"}"#, r#"{"b":1,"a":"${x}"}"#),
            ("a=1&b=2", r#""a=1&b=2""#),
            ("", r#""""#),
            (from_file.as_str(), r#"{ "a": 1 }"#),
        ] {
            assert_eq!(body(data).as_deref(), Ok(expected), "{data}");
        }
        assert!(body("@/no/such/file").unwrap_err().starts_with("the body cannot be read from /no/such/file: "));
    }

    #[test]
    fn the_url_may_stand_behind_the_headers() {
        let behind = sent(&["-X", "POST", "--contract-published", "-H", "A: b", "C: d", "https://ci/build"]).unwrap();
        assert!(behind.contains(r#""url":"https://ci/build","headers":{"A":"b","C":"d"}}"#), "{behind}");
    }

    #[test]
    fn what_cannot_be_a_webhook_is_refused_before_anything_is_sent() {
        for (arguments, expected) in [
            (&["http://ci", "-X", "POST"][..], "--contract-content-changed|"),
            (&["http://ci", "--contract-published"], "--request <METHOD>"),
            (&["-X", "POST", "--contract-published"], "<URL>"),
            (&["-X", "POST", "--contract-published", "-H", "A: b"], "which URL shall be called?"),
            (&["http://ci", "-X", "POST", "--contract-published", "-H", "s3cret"], "a --header has no name"),
            (&["http://ci", "-X", "POST", "--contract-published", "--consumer", ""], "a value is required"),
            (
                &["http://ci", "-X", "POST", "--contract-published", "--consumer", "A", "--consumer-label", "b"],
                "cannot be used with",
            ),
        ] {
            let refused = sent(arguments).expect_err("a refusal");
            assert!(refused.contains(expected) && !refused.contains("s3cret"), "{arguments:?}: {refused}");
        }
    }
}
