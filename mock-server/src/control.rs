//! The control server: starts, verifies and ends mock servers for whoever asks over HTTP, in any language.
//!
//! The resources and answers are those of the official stand-alone mock server, so that its clients need no change:
//! `GET` and `POST /`, `GET` and `DELETE /mockserver/{id or port}`, `POST /mockserver/{id or port}/verify`, `POST /shutdown`.
//! Answering may wait for a file lock or a server's end, so it happens away from the servers' own thread.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use intact_pact_model::file::PactFile;
use intact_pact_model::json::{Json, JsonValue, Object};
use intact_pact_model::{Pact, Query, SpecVersion};
use rand::RngExt as _;
use rand::distr::Alphanumeric;
use tokio::sync::watch;

use crate::listen::{Answer, Listening, NotHttp, Received, Unreadable};
use crate::outcome::Outcome;
use crate::server::{MockServer, Options, StartError};

/// How long the control server goes on after it was told to end, unless the request says otherwise.
const SHUTDOWN_PERIOD: Duration = Duration::from_millis(100);

/// How a control server listens, and what it does with mock servers.
#[derive(Debug, Clone)]
pub struct ControlOptions {
    address: SocketAddr,
    server_key: Option<String>,
    base_port: Option<u16>,
    output_dir: PathBuf,
}

impl Default for ControlOptions {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            server_key: None,
            base_port: None,
            output_dir: PathBuf::from("."),
        }
    }
}

impl ControlOptions {
    /// The address that it and its mock servers listen on; `127.0.0.1` unless set.
    pub fn host(mut self, host: IpAddr) -> Self {
        self.address.set_ip(host);
        self
    }

    /// Its own port; 0 (unless set) lets the operating system choose a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.address.set_port(port);
        self
    }

    /// The key that ends it; a random one unless set.
    pub fn server_key(self, key: impl Into<String>) -> Self {
        Self { server_key: Some(key.into()), ..self }
    }

    /// The port of the first mock server; the next ones get the next free ones. The operating system chooses unless set.
    pub fn base_port(self, port: u16) -> Self {
        Self { base_port: Some(port), ..self }
    }

    /// Where pact files are written when a mock server was used as its contract says; the current directory unless set.
    pub fn output_dir(self, directory: impl Into<PathBuf>) -> Self {
        Self { output_dir: directory.into(), ..self }
    }
}

/// A running control server. Dropping it ends its mock servers too, and frees all ports.
#[derive(Debug)]
pub struct ControlServer {
    listening: Listening,
    url: String,
    control: Arc<Control>,
    ending: watch::Receiver<Option<Duration>>,
}

impl ControlServer {
    /// Starts it. It is ready when this returns, and may be started anywhere, as a [`MockServer`].
    ///
    /// # Errors
    ///
    /// If the port is taken.
    pub fn start(options: ControlOptions) -> Result<Self, StartError> {
        let key = options.server_key.clone().unwrap_or_else(random_key);
        let address = options.address;
        let (end, ending) = watch::channel(None);
        let control = Arc::new(Control { options, key, servers: Mutex::default(), end });
        let answer = Arc::clone(&control);
        let limits = Options::default().limits;
        let listening = Listening::start(address, limits, None, |_| answer)
            .map_err(|source| StartError::Listen { address, source })?;
        let url = crate::listen::url_of(listening.address(), false);
        Ok(Self { listening, url, control, ending })
    }

    /// The base URL, without a slash at the end: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// The key that ends it.
    pub fn server_key(&self) -> &str {
        &self.control.key
    }

    /// Waits until somebody who knows the key asks for the end, and gives the period that requests in progress are left.
    pub async fn shut_down_requested(&self) -> Duration {
        let mut ending = self.ending.clone();
        // The sender lives as long as `self`, so an error cannot come.
        let asked = ending.wait_for(Option::is_some).await.ok().and_then(|period| *period);
        asked.unwrap_or(SHUTDOWN_PERIOD)
    }

    /// Ends all mock servers and the control server itself.
    pub async fn finish(self) {
        self.listening.stop().await;
        let servers = std::mem::take(&mut *self.control.servers());
        // To be dropped is to wait for the port to be free, which an async task must not do.
        let _ = tokio::task::spawn_blocking(move || drop(servers)).await;
    }
}

fn random_key() -> String {
    rand::rng().sample_iter(Alphanumeric).take(16).map(char::from).collect()
}

/// Mock servers by their ids: eight hexadecimal digits.
type Servers = BTreeMap<String, Arc<MockServer>>;

#[derive(Debug)]
struct Control {
    options: ControlOptions,
    key: String,
    servers: Mutex<Servers>,
    end: watch::Sender<Option<Duration>>,
}

impl Answer for Control {
    fn answer(&self, request: Received) -> Response<Full<Bytes>> {
        let path = request.path.trim_end_matches('/');
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
        match (segments.as_slice(), method) {
            ([], "GET") => self.list(),
            ([], "POST") => self.create(&request),
            ([], _) => other_method(method, "OPTIONS, GET, HEAD, POST"),
            (["mockserver", which], "GET") => {
                self.with_server(which, |id, server| json(StatusCode::OK, &state(id, server, &server.outcome())))
            }
            (["mockserver", which], "DELETE") => self.remove(which),
            (["mockserver", _], _) => other_method(method, "OPTIONS, GET, HEAD, DELETE"),
            (["mockserver", which, "verify"], "POST") => self.with_server(which, |id, server| self.verify(id, server)),
            (["shutdown"], "POST") => self.shut_down(&request),
            (["mockserver", _, "verify"] | ["shutdown"], _) => other_method(method, "OPTIONS, POST"),
            _ => empty(StatusCode::NOT_FOUND),
        }
    }

    fn waits(&self) -> bool {
        true
    }

    fn unreadable(&self, request: &Unreadable) {
        tracing::warn!("{request}");
    }

    fn not_http(&self, what: NotHttp) {
        tracing::warn!("{what}");
    }
}

impl Control {
    fn servers(&self) -> MutexGuard<'_, Servers> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the server of this id or port.
    fn with_server(
        &self,
        which: &str,
        then: impl FnOnce(&str, &MockServer) -> Response<Full<Bytes>>,
    ) -> Response<Full<Bytes>> {
        // Nobody else shall wait while the file of this one is locked.
        let found = find(&self.servers(), which);
        match found {
            Some((id, server)) => then(&id, &server),
            None => not_found(which),
        }
    }

    fn list(&self) -> Response<Full<Bytes>> {
        let servers = self.servers();
        let states = servers.iter().map(|(id, server)| state(id, server, &server.outcome()));
        json(StatusCode::OK, &Json::object([("mockServers", Json::array(states))]))
    }

    fn create(&self, request: &Received) -> Response<Full<Bytes>> {
        if request.body.is_empty() {
            return refused("No pact json was supplied");
        }
        // As the official server; it also keeps pages of the web from starting servers with plain forms.
        if request.headers.content_type().is_none_or(|content_type| !content_type.is_json()) {
            let told = Json::object([("error", "a pact is sent as `Content-Type: application/json`")]);
            return json(StatusCode::UNSUPPORTED_MEDIA_TYPE, &told);
        }
        let wish = match Wish::of(request.query.as_deref().unwrap_or_default()) {
            Ok(wish) => wish,
            Err(reason) => return refused(reason),
        };
        let mut pact = match Pact::read(&request.body) {
            Ok(loaded) => loaded.value,
            Err(error) => return refused(format!("Failed to parse Pact JSON - {error}")),
        };
        pact.version = wish.specification.unwrap_or(pact.version);
        if pact.version == SpecVersion::V4 {
            for interaction in pact.interactions.iter_mut().filter(|one| one.as_http().is_some()) {
                interaction.transport.get_or_insert_with(|| "http".to_owned());
            }
        }
        // What could not be written at the end is better known at the beginning.
        if let Err(error) = pact.write(pact.version) {
            return refused(format!("the pact cannot be written: {error}"));
        }
        let options =
            Options::default().host(self.options.address.ip()).cors_preflight(wish.cors).keep_alive(wish.keep_alive);
        let options = match wish.secured(options) {
            Ok(options) => options,
            Err(reason) => return refused(reason),
        };
        let mut servers = self.servers();
        match self.start(Arc::new(pact), options, &servers) {
            Ok(server) => {
                let id = new_id(&servers);
                let port = u64::from(server.port());
                let warnings = server.warnings();
                servers.insert(id.clone(), Arc::new(server));
                let mut told = Object::new();
                told.insert("mockServer", Json::object([("id", Json::from(id.clone())), ("port", Json::from(port))]));
                if !warnings.is_empty() {
                    told.insert("warnings", Json::array(warnings));
                }
                let mut response = json(StatusCode::OK, &Json::Object(told));
                if let Ok(location) = HeaderValue::from_str(&format!("/mockserver/{id}")) {
                    response.headers_mut().insert(header::LOCATION, location);
                }
                response
            }
            Err(error) => refused(format!("Failed to start mock server - {error}")),
        }
    }

    /// Starts a server on the first free port from the base port on, if there is one.
    fn start(&self, pact: Arc<Pact>, options: Options, servers: &Servers) -> Result<MockServer, StartError> {
        let Some(base) = self.options.base_port else { return MockServer::start(pact, options) };
        let taken = |port: u16| servers.values().any(|server| server.port() == port);
        let mut ports = (base..=u16::MAX).filter(|port| !taken(*port)).peekable();
        loop {
            // After the last port, the system may still know one.
            let port = ports.next().unwrap_or_default();
            match MockServer::start(Arc::clone(&pact), options.clone().port(port)) {
                Err(StartError::Listen { source, .. })
                    if source.kind() == std::io::ErrorKind::AddrInUse && ports.peek().is_some() => {}
                result => return result,
            }
        }
    }

    fn verify(&self, id: &str, server: &MockServer) -> Response<Full<Bytes>> {
        let outcome = server.outcome();
        let failed = |mismatches: JsonValue, error: Option<String>| {
            let mut body = Object::new();
            if let Some(error) = error {
                body.insert("error", error);
            }
            body.insert("mockServer", state(id, server, &outcome));
            body.insert("mismatches", mismatches);
            json(StatusCode::UNPROCESSABLE_ENTITY, &Json::Object(body))
        };
        if !outcome.is_satisfied() {
            return failed(outcome.results(), None);
        }
        let pact = server.pact();
        match PactFile::in_dir(&self.options.output_dir, &pact.consumer, &pact.provider).merge(pact) {
            Ok(written) => {
                tracing::info!("the contract is in {}", written.path.display());
                empty(StatusCode::NO_CONTENT)
            }
            Err(error) => failed(Json::Array(Vec::new()), Some(error.to_string())),
        }
    }

    fn remove(&self, which: &str) -> Response<Full<Bytes>> {
        let mut servers = self.servers();
        let removed = find(&servers, which).and_then(|(id, _)| servers.remove(&id));
        drop(servers);
        match removed {
            // Gone with the value; its port is free when the answer is sent.
            Some(_) => empty(StatusCode::NO_CONTENT),
            None => not_found(which),
        }
    }

    fn shut_down(&self, request: &Received) -> Response<Full<Bytes>> {
        let given = request.headers.get("authorization").and_then(|values| values.first()?.strip_prefix("Bearer "));
        if !given.is_some_and(|given| is_same_secret(given, &self.key)) {
            return empty(StatusCode::FORBIDDEN);
        }
        let body = Json::parse(&request.body).ok();
        let period = body.as_ref().and_then(|body| body.get("period")?.as_u64());
        self.end.send_replace(Some(period.map_or(SHUTDOWN_PERIOD, Duration::from_millis)));
        empty(StatusCode::NO_CONTENT)
    }
}

/// What the query of a creation asks for.
struct Wish {
    cors: bool,
    keep_alive: bool,
    tls: bool,
    specification: Option<SpecVersion>,
}

impl Wish {
    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
    fn secured(&self, options: Options) -> Result<Options, String> {
        debug_assert!(!self.tls, "such a wish was refused");
        Ok(options)
    }

    /// The options, with a certificate if that is wanted.
    #[cfg(feature = "tls")]
    fn secured(&self, options: Options) -> Result<Options, String> {
        if !self.tls {
            return Ok(options);
        }
        let identity = crate::tls::TlsIdentity::generate().map_err(|error| error.to_string())?;
        Ok(options.tls(identity))
    }

    fn of(query: &str) -> Result<Self, String> {
        let query = Query::parse(query);
        let value = |name: &str| query.get(name).and_then(|values| values.first()?.as_deref());
        let tls = value("tls") == Some("true");
        if tls && cfg!(not(feature = "tls")) {
            return Err("this server was built without TLS".to_owned());
        }
        let specification = match value("specification").filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => {
                Some(SpecVersion::parse(text).ok_or_else(|| format!("`{text}` is no version of the specification"))?)
            }
        };
        let keep_alive = value("keepAlive") != Some("false");
        Ok(Self { cors: value("cors") == Some("true"), keep_alive, tls, specification })
    }
}

fn find(servers: &Servers, which: &str) -> Option<(String, Arc<MockServer>)> {
    let by_id = servers.iter().find(|(id, _)| id.eq_ignore_ascii_case(which));
    let found = by_id.or_else(|| {
        let port: u16 = which.parse().ok()?;
        servers.iter().find(|(_, server)| server.port() == port)
    });
    found.map(|(id, server)| (id.clone(), Arc::clone(server)))
}

fn new_id(servers: &Servers) -> String {
    loop {
        let id = format!("{:08X}", rand::rng().random::<u32>());
        // All digits could be a port.
        if !servers.contains_key(&id) && id.contains(|letter: char| letter.is_ascii_alphabetic()) {
            return id;
        }
    }
}

/// Compares in a time that does not tell how much of it was right.
fn is_same_secret(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn state(id: &str, server: &MockServer, outcome: &Outcome) -> JsonValue {
    let count = |count: usize| Json::from(u64::try_from(count).unwrap_or(u64::MAX));
    let by_path = outcome.requests_by_path.iter().map(|(path, times)| (path.clone(), count(*times)));
    let mut metrics = Object::new();
    metrics.insert("requests", count(outcome.requests));
    metrics.insert("requests_by_path", Json::object(by_path));
    let mut state = Object::new();
    state.insert("address", server.address().to_string());
    state.insert("id", id.to_owned());
    state.insert("metrics", Json::Object(metrics));
    state.insert("port", u64::from(server.port()));
    state.insert("provider", outcome.provider.clone());
    state.insert("scheme", server.url().split(':').next().unwrap_or_default().to_owned());
    state.insert("status", if outcome.is_satisfied() { "ok" } else { "error" });
    Json::Object(state).into_owned()
}

fn json(status: StatusCode, body: &Json<'_>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_compact()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

fn refused(reason: impl Into<String>) -> Response<Full<Bytes>> {
    json(StatusCode::UNPROCESSABLE_ENTITY, &Json::object([("error", reason.into())]))
}

fn not_found(which: &str) -> Response<Full<Bytes>> {
    json(StatusCode::NOT_FOUND, &Json::object([("error", format!("there is no mock server `{which}`"))]))
}

/// The answer to methods that a resource does not have, and to browsers that ask which it has.
fn other_method(method: &str, allowed: &'static str) -> Response<Full<Bytes>> {
    let is_question = method == "OPTIONS";
    let mut response = empty(if is_question { StatusCode::NO_CONTENT } else { StatusCode::METHOD_NOT_ALLOWED });
    let mut add = |name: HeaderName, value| response.headers_mut().insert(name, HeaderValue::from_static(value));
    if is_question {
        add(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        add(header::ACCESS_CONTROL_ALLOW_METHODS, allowed);
        add(header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type");
    } else {
        add(header::ALLOW, allowed);
    }
    response
}
