//! One try to deliver a webhook, and the log of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use intact_pact_model::json::Json;
use url::Url;

use crate::app::App;
use crate::correlation::CORRELATION_ID;
use crate::domain::webhook::{HIDDEN, WebhookRequest, is_secret_header, with_user_hidden};
use crate::domain::webhook_template::EventContext;
use crate::webhooks::sender::{MOST_OF_BODY, Received, SendError};

/// What a try came to.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Was it delivered?
    pub(crate) success: bool,
    /// What was sent, without secrets.
    pub(crate) request: Outgoing,
    /// What was answered.
    pub(crate) result: Result<Received, SendError>,
    /// What happened, line by line.
    pub(crate) log: Log,
}

/// A request with the values of an event in it.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    /// The method.
    pub(crate) method: String,
    /// Where to, as text: what a template makes of an address may be none.
    pub(crate) url: String,
    /// The headers in the order they are sent.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Option<String>,
}

/// Lines with the moment and a level each.
#[derive(Debug)]
pub(crate) struct Log {
    app: App,
    lines: Vec<String>,
}

impl Log {
    /// An empty log.
    pub(crate) fn new(app: &App) -> Self {
        Self { app: app.clone(), lines: Vec::new() }
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, level: &str, text: &str) {
        let line = format!("[{}] {level}: {text}", self.app.now().for_logs());
        // PostgreSQL cannot store a null character, and answers may hold anything.
        self.lines.push(line.replace('\0', "\u{fffd}"));
    }

    /// The lines so far.
    pub(crate) fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// What is being tried, for the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    /// The webhook's identity; empty for one that is not stored.
    pub(crate) uuid: &'a str,
    /// The values of template variables.
    pub(crate) context: &'a EventContext,
    /// What the log says of them.
    pub(crate) logged_context: &'a str,
    /// The identity of the request that it is a consequence of.
    pub(crate) correlation_id: Option<&'a str>,
}

/// Tries to deliver.
pub(crate) async fn attempt(app: &App, webhook: &WebhookRequest, about: About<'_>) -> Attempt {
    let mut log = Log::new(app);
    log.line("DEBUG", &format!("Webhook context {}", about.logged_context));
    let outgoing = outgoing(webhook, about.context);
    let request = outgoing.without_secrets();
    log.line("INFO", &format!("HTTP/1.1 {} {}", request.method, request.url));
    for (name, value) in &request.headers {
        log.line("INFO", &format!("{name}: {value}"));
    }
    let body = request.body.as_deref().unwrap_or_default();
    log.line("INFO", &body[..body.floor_char_boundary(MOST_OF_BODY)]);
    let result = send(app, outgoing, about.correlation_id).await;
    log_result(&mut log, app, about, &result);
    let success = result
        .as_ref()
        .is_ok_and(|received| app.config().webhook_http_code_success.contains(&received.status.as_u16()));
    Attempt { success, request, result, log }
}

async fn send(app: &App, mut outgoing: Outgoing, correlation_id: Option<&str>) -> Result<Received, SendError> {
    let config = app.config();
    let refused = |text: String| Err(SendError::Refused(text));
    let Ok(url) = Url::parse(&outgoing.url) else { return refused("this is no address".to_owned()) };
    // The settings may have become stricter since the webhook was stored.
    if !config.webhook_scheme_whitelist.iter().any(|scheme| scheme.eq_ignore_ascii_case(url.scheme())) {
        return refused(format!("the scheme {} is not allowed", url.scheme()));
    }
    if !config.webhook_http_method_whitelist.iter().any(|method| method.eq_ignore_ascii_case(&outgoing.method)) {
        return refused(format!("the method {} is not allowed", outgoing.method));
    }
    let Ok(method) = Method::from_bytes(outgoing.method.to_ascii_uppercase().as_bytes()) else {
        return refused(format!("{} is no method", outgoing.method));
    };
    // Not in the log of the delivery: it is no header of the webhook's.
    let said = outgoing.headers.iter().any(|(name, _)| name == CORRELATION_ID.as_str());
    if let Some(id) = correlation_id.filter(|_| !said) {
        outgoing.headers.push((CORRELATION_ID.to_string(), id.to_owned()));
    }
    app.sender().send(method, url, &outgoing.headers, outgoing.body).await
}

fn log_result(log: &mut Log, app: &App, about: About<'_>, result: &Result<Received, SendError>) {
    let more = format!(
        "configure the webhook_host_whitelist property. See {}/doc/webhooks#whitelist for more information.",
        about.context.base_url()
    );
    let open = !app.config().webhook_host_whitelist.is_empty();
    match result {
        Ok(received) if open => {
            let reason = received.status.canonical_reason().unwrap_or_default();
            log.line("INFO", format!("HTTP/1.1 {} {reason}", received.status.as_u16()).trim_end());
            for (name, value) in received.shown_headers() {
                log.line("INFO", &format!("{name}: {value}"));
            }
            log.line("INFO", &received.body);
        }
        Ok(_) => {
            let text = "For security purposes, the response details are not logged. To enable response logging,";
            log.line("INFO", &format!("{text} {more}"));
        }
        Err(error) if open => {
            log.line("ERROR", &format!("Error executing webhook {} {} - {error}", about.uuid, error.kind()));
        }
        Err(_) => {
            let text = "For security purposes, the error details are not logged. To enable error logging,";
            log.line("ERROR", &format!("Error executing webhook {}. {text} {more}", about.uuid));
        }
    }
}

impl Received {
    /// The headers without secrets.
    pub(crate) fn shown_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        shown(&self.headers)
    }
}

impl Outgoing {
    fn without_secrets(&self) -> Self {
        let headers = shown(&self.headers).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { method: self.method.clone(), url: with_user_hidden(&self.url), headers, body: self.body.clone() }
    }
}

fn shown(headers: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), if is_secret_header(name) { HIDDEN } else { value.as_str() }))
}

/// The request of a webhook for an event.
fn outgoing(webhook: &WebhookRequest, context: &EventContext) -> Outgoing {
    let mut headers = vec![("accept".to_owned(), "*/*".to_owned())];
    headers.push(("user-agent".to_owned(), concat!("Pact Broker v", env!("CARGO_PKG_VERSION")).to_owned()));
    let configured: Vec<(String, String)> =
        webhook.headers.iter().map(|(name, value)| (name.clone(), context.fill(value))).collect();
    // What belongs to the connection is not the webhook's to say.
    let ours = ["host", "content-length", "transfer-encoding", "connection"];
    headers.retain(|(name, _)| configured.iter().all(|(other, _)| other != name));
    headers.extend(configured.into_iter().filter(|(name, _)| !ours.contains(&name.as_str())));
    if let Some(username) = &webhook.username {
        let password = webhook.password.as_deref().unwrap_or_default();
        let credentials = STANDARD.encode(format!("{}:{}", context.fill(username), context.fill(password)));
        headers.retain(|(name, _)| name != "authorization");
        headers.push(("authorization".to_owned(), format!("Basic {credentials}")));
    }
    let url = context.fill_url(&webhook.url);
    if let Ok(url) = Url::parse(&url)
        && let Some(host) = url.host_str()
    {
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        headers.push(("host".to_owned(), host));
    }
    let body = webhook.body.as_ref().map(|body| match body {
        Json::String(text) => context.fill(text),
        document => context.fill_document(document).to_compact(),
    });
    if !webhook.method.eq_ignore_ascii_case("get") || body.is_some() {
        let length = body.as_deref().map_or(0, str::len);
        headers.push(("content-length".to_owned(), length.to_string()));
    }
    Outgoing { method: webhook.method.to_ascii_uppercase(), url, headers, body }
}
