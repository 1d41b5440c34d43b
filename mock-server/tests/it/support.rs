//! Contracts in a line, and a client that blocks.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use intact_mock_server::{MockServer, Options};
use intact_pact_model::{Body, ContentType, HttpRequest, HttpResponse, Interaction, Kind, Pact, ProviderState, Query};

/// A pact of these interactions.
pub(crate) fn pact(interactions: impl IntoIterator<Item = Interaction>) -> Pact {
    let mut pact = Pact::new("order-service", "product-service");
    pact.interactions.extend(interactions);
    pact
}

/// `expecting("a request", "GET /products?page=1", 200)`
pub(crate) fn expecting(description: &str, request: &str, status: u16) -> Interaction {
    let (method, target) = request.split_once(' ').expect("method and target");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = HttpRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        query: Query::parse(query),
        ..HttpRequest::default()
    };
    Interaction::new(description, Kind::Http(request, HttpResponse { status, ..HttpResponse::default() }))
}

/// Changes to an interaction, in a chain.
pub(crate) trait With: Sized {
    fn parts(&mut self) -> (&mut HttpRequest, &mut HttpResponse);

    fn with_request(mut self, change: impl FnOnce(&mut HttpRequest)) -> Self {
        change(self.parts().0);
        self
    }

    fn with_response(mut self, change: impl FnOnce(&mut HttpResponse)) -> Self {
        change(self.parts().1);
        self
    }

    fn expecting_json(self, body: &str) -> Self {
        self.with_request(|request| request.body = json(body))
    }

    fn expecting_header(self, name: &str, value: &str) -> Self {
        self.with_request(|request| request.headers.append_line(name, value))
    }

    fn answering_json(self, body: &str) -> Self {
        self.with_response(|response| response.body = json(body))
    }

    fn answering_header(self, name: &str, value: &str) -> Self {
        self.with_response(|response| response.headers.append(name, [value.to_owned()]))
    }
}

impl With for Interaction {
    fn parts(&mut self) -> (&mut HttpRequest, &mut HttpResponse) {
        let Kind::Http(request, response) = &mut self.kind else { panic!("an HTTP interaction") };
        (request, response)
    }
}

pub(crate) fn given(state: &str, mut interaction: Interaction) -> Interaction {
    interaction.provider_states.push(ProviderState::named(state));
    interaction
}

pub(crate) fn json(body: &str) -> Body {
    Body::new(body.to_owned(), Some(ContentType::json()))
}

pub(crate) fn start(interactions: impl IntoIterator<Item = Interaction>) -> MockServer {
    MockServer::start(pact(interactions), Options::default()).expect("a free port")
}

/// Sends a request and reads the answer, blocking the thread. `request` is head and body; the length of the body is added.
pub(crate) fn call(address: SocketAddr, request: &str) -> String {
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let mut lines = head.lines();
    let mut text = format!("{} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n", lines.next().expect("a request line"));
    for line in lines {
        text.push_str(line.trim());
        text.push_str("\r\n");
    }
    if !body.is_empty() {
        text = format!("{text}Content-Length: {}\r\n", body.len());
    }
    text.push_str("\r\n");
    text.push_str(body);
    send(address, text.as_bytes())
}

/// Sends bytes and reads until the server closes the connection.
pub(crate) fn send(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.write_all(bytes).expect("the server reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the server answers");
    // The date is the only thing that changes.
    let answer = String::from_utf8_lossy(&answer).replace("\r\n", "\n");
    let without_date = answer.lines().filter(|line| !line.starts_with("date: "));
    without_date.collect::<Vec<_>>().join("\n")
}

/// The answer without its length, which changes with every word of an explanation.
pub(crate) fn without_length(answer: &str) -> String {
    answer.lines().filter(|line| !line.starts_with("content-length: ")).collect::<Vec<_>>().join("\n")
}

/// The status line's number.
pub(crate) fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no HTTP answer: {answer}"))
}

/// An HTTP client with the features of real ones.
#[expect(clippy::disallowed_methods, reason = "a client as users have it, not ours")]
pub(crate) fn http_client(build: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder) -> reqwest::Client {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.3")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    build(reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy()).build().expect("a client")
}

/// A client that trusts this certificate alone.
#[cfg(feature = "tls")]
#[expect(clippy::disallowed_methods, reason = "a client as users have it, not ours")]
pub(crate) fn https_client(certificate: &str, only_http_1: bool) -> reqwest::Client {
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate")).expect("it is usable");
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols =
        if only_http_1 { vec![b"http/1.1".to_vec()] } else { vec![b"h2".to_vec(), b"http/1.1".to_vec()] };
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().expect("a client")
}
