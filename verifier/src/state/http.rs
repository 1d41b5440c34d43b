//! Provider states set up by calling a URL of the provider.
//!
//! The protocol is that of every Pact verifier: `POST` with `{"action": "setup", "params": {…}, "state": "NAME"}`, or the same
//! as query parameters. A failing call is not tried again: the provider's answer is more useful than a minute's wait.

use std::time::Duration;

use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue};
use intact_broker_client::http::failure_reason;
use intact_broker_client::secrets::Secrets;
use intact_pact_model::ProviderState;
use intact_pact_model::content_type::ContentType;
use intact_pact_model::json::Json;
use url::Url;

use super::told::{self, StateChanger, change_json};
use super::{StateError, StateValues};
use crate::trace;

/// How a state change is told to the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StateChangeForm {
    /// As a JSON body.
    #[default]
    Body,
    /// As query parameters: `action`, `state`, and one for each parameter of the state.
    Query,
}

/// Sets up provider states by calling a URL.
#[derive(Debug, Clone)]
pub(crate) struct HttpStates {
    pub(crate) client: reqwest::Client,
    pub(crate) url: Url,
    pub(crate) form: StateChangeForm,
    pub(crate) headers: HeaderMap<HeaderValue>,
    pub(crate) timeout: Duration,
    /// What is taken out of the callback's words.
    pub(crate) secrets: Secrets,
}

/// How much of the callback's answer is read: values for one interaction.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

impl HttpStates {
    async fn call(&self, action: &str, state: &ProviderState) -> Result<StateValues, StateError> {
        // Without user name, password and query, which may hold a key.
        let shown = format!("{}{}", self.url.origin().ascii_serialization(), self.url.path());
        let failed = |what: String| StateError(format!("State change request failed: POST {shown} {what}"));
        let mut url = self.url.clone();
        let request = match self.form {
            StateChangeForm::Body => {
                let body = change_json(action, state).to_compact();
                self.client.post(url).header("Content-Type", "application/json").body(body)
            }
            StateChangeForm::Query => {
                url.query_pairs_mut()
                    .append_pair("action", action)
                    .append_pair("state", &state.name)
                    .extend_pairs(state.params.iter().map(|(name, value)| (name, value.to_text())));
                // Some servers refuse a POST that does not say how long its body is.
                self.client.post(url).header("Content-Length", "0")
            }
        };
        let mut headers = self.headers.clone();
        trace::add_to(&mut headers);
        let mut response = request.headers(headers).timeout(self.timeout).send().await.map_err(|error| {
            failed(if error.is_timeout() {
                format!("did not answer within {:?}", self.timeout)
            } else {
                format!("got no answer: {}", failure_reason(error))
            })
        })?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| failed(format!("answered {status}, then broke off: {}", failure_reason(error))))?
        {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST_ANSWER {
                return Err(failed(format!("answered {status} with more than {LARGEST_ANSWER} bytes")));
            }
        }
        if !status.is_success() {
            let said = self.secrets.excerpt(&String::from_utf8_lossy(&body), told::EXCERPT);
            let said = if said.is_empty() { String::new() } else { format!(": {said}") };
            return Err(failed(format!("answered {status}{said}")));
        }
        let content_type = response.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_json = content_type.and_then(ContentType::parse).is_some_and(|content_type| content_type.is_json());
        if !is_json || body.trim_ascii().is_empty() {
            return Ok(StateValues::new());
        }
        match Json::parse(&body).map(Json::into_owned) {
            Ok(Json::Object(values)) => Ok(values),
            Ok(_) => Ok(StateValues::new()),
            Err(error) => {
                Err(failed(format!("answered {status} with a body that says it is JSON but is not: {error}")))
            }
        }
    }
}

impl StateChanger for HttpStates {
    fn change<'a>(
        &'a self,
        action: &'static str,
        state: &'a ProviderState,
    ) -> BoxFuture<'a, Result<StateValues, StateError>> {
        Box::pin(self.call(action, state))
    }
}
