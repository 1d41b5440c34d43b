//! HTTP on a socket: accepts connections, reads whole requests, and stops in an orderly way.
//!
//! HTTP/1.1 and HTTP/2 (prior knowledge) are told apart by their first bytes. What to answer is the business of an
//! [`Answer`]: it sees whole requests, and is told of those that could not be read, so that they are not lost in silence.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use intact_matching::ActualRequest;
use intact_pact_model::Headers;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::body::{self, GZIP, Room, Taken};
use crate::outgoing::outgoing;
use crate::runtime;
use crate::tls::TlsIdentity;

/// How long requests that are being answered may go on after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(2);
/// How many connections of a server are open at once.
const CONNECTIONS: usize = 1024;
/// How many requests a client of HTTP/2 may have open at once.
const STREAMS: u32 = 100;
/// How long the head of a request may be.
const HEAD: usize = 128 * 1024;
/// How long the port may take to be free: the servers' thread must only finish what it is comparing.
const CLOSE: Duration = Duration::from_secs(10);

/// What a server does with requests. Called on the servers' thread.
pub(crate) trait Answer: Send + Sync + 'static {
    /// Answers a request.
    fn answer(&self, request: Received) -> Response<Full<Bytes>>;

    /// Whether answering may wait for something, so that it must not happen on the servers' thread.
    fn waits(&self) -> bool {
        false
    }

    /// Hears of a request that could not be read; the client is told the same.
    fn unreadable(&self, request: &Unreadable);

    /// Hears of a connection on which nobody spoke HTTP.
    fn not_http(&self, what: NotHttp);
}

/// What came on a connection instead of HTTP.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotHttp {
    #[error("a connection sent no valid HTTP; does the client use `https`?")]
    Unintelligible,
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "servers without TLS have no handshakes"))]
    #[error(
        "a client and the server could not agree on TLS ({0}); does the client use `https`, and trust the certificate?"
    )]
    NoTls(String),
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// As sent, not decoded.
    pub(crate) path: String,
    /// As sent, not decoded.
    pub(crate) query: Option<String>,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

impl Received {
    /// As matchers take it.
    pub(crate) fn actual(&self) -> ActualRequest<'_> {
        ActualRequest {
            method: &self.method,
            path: &self.path,
            query: self.query.as_deref(),
            headers: &self.headers,
            body: Some(&self.body),
        }
    }
}

/// A request that is too large, too slow or no text where there must be text.
#[derive(Debug, Clone)]
pub(crate) struct Unreadable {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) reason: String,
    status: StatusCode,
}

/// What a server allows its clients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) body: usize,
    /// Of all bodies together that are being read or answered.
    pub(crate) bodies: usize,
    pub(crate) read: Duration,
    pub(crate) keep_alive: bool,
    /// Whether bodies that were compressed for the way (`Content-Encoding: gzip`) are unpacked.
    pub(crate) unpack: bool,
}

/// Told by the servers' thread. In a mutex only so that a server may be shared by threads; nobody ever waits for it.
type Report = Mutex<mpsc::Receiver<()>>;

/// Waits for a report, no longer than `limit`. A report that cannot come any more has the same meaning: it is over.
fn await_report(report: &mut Report, limit: Duration) {
    let _ = report.get_mut().unwrap_or_else(PoisonError::into_inner).recv_timeout(limit);
}

/// A listening socket and its connections. Dropping it frees the port and lets requests in progress finish.
#[derive(Debug)]
pub(crate) struct Listening {
    address: SocketAddr,
    /// Gone once the server was told to stop.
    stop: Option<oneshot::Sender<()>>,
    closed: Report,
    drained: Report,
    drained_async: Option<oneshot::Receiver<()>>,
}

impl Listening {
    /// Binds and starts to answer. Needs no runtime around it, and does not block one.
    pub(crate) fn start(
        address: SocketAddr,
        limits: Limits,
        tls: Option<TlsIdentity>,
        answer: impl FnOnce(SocketAddr) -> Arc<dyn Answer>,
    ) -> io::Result<Self> {
        let runtime = runtime::handle()?;
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let (report_closed, closed) = mpsc::channel();
        let (report_drained, drained) = mpsc::channel();
        let (report_drained_async, drained_async) = oneshot::channel();
        let answer = answer(address);
        runtime.spawn(async move {
            let (open, connections) = accept(listener, limits, tls, answer, stopped).await;
            // Nobody listens to these reports after a server was merely dropped.
            let _ = report_closed.send(());
            if timeout(DRAIN, open.shutdown()).await.is_err() {
                tracing::debug!(%address, "connections were cut off: they did not end in time");
            }
            drop(connections);
            let _ = report_drained.send(());
            let _ = report_drained_async.send(());
        });
        Ok(Self {
            address,
            stop: Some(stop),
            closed: Mutex::new(closed),
            drained: Mutex::new(drained),
            drained_async: Some(drained_async),
        })
    }

    /// Where it listens, with the real port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Frees the port and waits for the requests in progress.
    pub(crate) async fn stop(mut self) {
        self.stop = None;
        if let Some(drained) = self.drained_async.take() {
            // An error means that the servers' thread is gone, and every connection with it.
            let _ = drained.await;
        }
    }

    /// As [`stop`](Self::stop), blocking the thread.
    pub(crate) fn stop_blocking(mut self) {
        self.stop = None;
        await_report(&mut self.drained, CLOSE + DRAIN);
    }
}

/// The base URL of a server that listens there, without a slash at the end.
pub(crate) fn url_of(mut address: SocketAddr, is_tls: bool) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    format!("{}://{address}", if is_tls { "https" } else { "http" })
}

impl Drop for Listening {
    fn drop(&mut self) {
        if self.stop.take().is_some() {
            // The port must be free when the value is gone; that takes the other thread a moment.
            await_report(&mut self.closed, CLOSE);
        }
    }
}

/// Accepts connections until told to stop, then closes the socket.
async fn accept(
    listener: TcpListener,
    limits: Limits,
    tls: Option<TlsIdentity>,
    answer: Arc<dyn Answer>,
    mut stopped: oneshot::Receiver<()>,
) -> (GracefulShutdown, JoinSet<()>) {
    let open = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let room = Arc::new(Room::of(limits.bodies));
    // Its end tells those that have not begun to speak HTTP; the others hear of it from `open`.
    let (_until_stopped, stopping) = watch::channel(());
    let next = async || {
        // Further clients wait in the operating system's queue.
        let place = Arc::clone(&places).acquire_owned().await;
        (listener.accept().await, place)
    };
    loop {
        tokio::select! {
            (accepted, place) = next() => match accepted {
                Ok((stream, _)) => {
                    let connection = Connection {
                        limits,
                        room: Arc::clone(&room),
                        tls: tls.clone(),
                        answer: Arc::clone(&answer),
                        watcher: open.watcher(),
                        stopping: stopping.clone(),
                    };
                    connections.spawn(async move {
                        connection.serve(stream).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    // Most likely no file handles are left; trying again at once would only burn the processor.
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = &mut stopped => return (open, connections),
        }
    }
}

/// What one connection needs.
struct Connection {
    limits: Limits,
    room: Arc<Room>,
    tls: Option<TlsIdentity>,
    answer: Arc<dyn Answer>,
    watcher: Watcher,
    stopping: watch::Receiver<()>,
}

impl Connection {
    async fn serve(mut self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut stopping = self.stopping.clone();
        let limit = self.limits.read;
        // Browsers open connections in advance; such a one must neither stay for ever nor hold up the end.
        let speaks = tokio::select! {
            biased;
            ready = timeout(limit, stream.readable()) => matches!(ready, Ok(Ok(()))),
            _ = stopping.changed() => false,
        };
        if !speaks {
            return;
        }
        match self.tls.take() {
            None => self.speak_http(stream).await,
            #[cfg(not(feature = "tls"))]
            Some(never) => match never {},
            #[cfg(feature = "tls")]
            Some(tls) => {
                let secured = tokio::select! {
                    biased;
                    secured = timeout(limit, tls.accept(stream)) => secured,
                    _ = stopping.changed() => return,
                };
                match secured {
                    Ok(Ok(stream)) => self.speak_http(stream).await,
                    Ok(Err(error)) => {
                        tracing::info!(%error, "a client and the server could not agree on TLS");
                        self.answer.not_http(NotHttp::NoTls(error.to_string()));
                    }
                    Err(_) => tracing::debug!("a client did not finish its TLS handshake in time"),
                }
            }
        }
    }

    async fn speak_http(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self { limits, room, answer, watcher, .. } = self;
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.read)
            .keep_alive(limits.keep_alive)
            .max_buf_size(HEAD)
            .half_close(true);
        // A client that is gone without a word is noticed by the pings.
        http.http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(limits.read)
            .keep_alive_timeout(limits.read)
            .max_concurrent_streams(STREAMS);
        let hearer = Arc::clone(&answer);
        let service = service_fn(move |request| {
            let (answer, room) = (Arc::clone(&answer), Arc::clone(&room));
            async move {
                let (method, version) = (request.method().clone(), request.version());
                let response = respond(request, limits, room, answer).await;
                Ok::<_, Infallible>(outgoing(&method, version, response))
            }
        });
        let connection = watcher.watch(http.serve_connection(TokioIo::new(stream), service).into_owned());
        if let Err(error) = connection.await {
            if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse) {
                hearer.not_http(NotHttp::Unintelligible);
            }
            // Clients that hang up are no news to a test.
            tracing::debug!(error, "a connection ended early");
        }
    }
}

async fn respond(
    request: Request<Incoming>,
    limits: Limits,
    room: Arc<Room>,
    answer: Arc<dyn Answer>,
) -> Response<Full<Bytes>> {
    // The room that the body takes is free when the answer is made.
    let mut taken = room.taken();
    match read(request, limits, &mut taken).await {
        Ok(received) if answer.waits() => {
            let answered = tokio::task::spawn_blocking(move || answer.answer(received)).await;
            answered.unwrap_or_else(|error| {
                tracing::error!(%error, "a request could not be answered");
                let mut response = Response::new(Full::default());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            })
        }
        Ok(received) => answer.answer(received),
        Err(unreadable) => {
            answer.unreadable(&unreadable);
            let mut response = Response::new(Full::from(format!("{unreadable}\n")));
            *response.status_mut() = unreadable.status;
            response
                .headers_mut()
                .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("text/plain; charset=utf-8"));
            if unreadable.status != StatusCode::INTERNAL_SERVER_ERROR {
                // The rest of the body was not read, so the connection cannot be used again.
                response.headers_mut().insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
            }
            response
        }
    }
}

async fn read(request: Request<Incoming>, limits: Limits, taken: &mut Taken) -> Result<Received, Unreadable> {
    let (head, body) = request.into_parts();
    let method = head.method.as_str().to_owned();
    let path = head.uri.path().to_owned();
    let unreadable = |(status, reason)| Unreadable { method: method.clone(), path: path.clone(), reason, status };

    let body = body::read(body, limits, taken).await.map_err(unreadable)?;
    let mut headers = Headers::default();
    for (name, value) in &head.headers {
        let Ok(text) = str::from_utf8(value.as_bytes()) else {
            let reason = format!("the value of the header `{name}` is not UTF-8 text");
            return Err(unreadable((StatusCode::INTERNAL_SERVER_ERROR, reason)));
        };
        headers.append_line(name.as_str(), text);
    }
    let encoded =
        headers.get("content-encoding").is_some_and(|encoding| matches!(encoding, [only] if body::is_gzip(only)));
    let body = if limits.unpack && encoded && body.starts_with(&GZIP) {
        body::unpacked(&body, limits.body, taken).map_err(unreadable)?
    } else {
        body
    };
    // HTTP/2 has no Host header; contracts are written without knowing that.
    if head.version == Version::HTTP_2
        && headers.get("host").is_none()
        && let Some(authority) = head.uri.authority()
    {
        headers.append_line("host", authority.as_str());
    }
    Ok(Received { method, path, query: head.uri.query().map(ToOwned::to_owned), headers, body })
}
