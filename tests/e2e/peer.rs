//! Somebody at the other end of a socket who writes down what is asked and answers as told, with TLS if need be.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A broker without anything, whatever is asked of it.
pub(crate) const EMPTY_BROKER: &str = r#"{"_links":{"pb:environments":{"href":"/environments"},
    "pb:pacticipants":{"href":"/pacticipants"},"pb:publish-contracts":{"href":"/contracts/publish"}},
    "_embedded":{"environments":[],"pacticipants":[]}}"#;

/// How long a test waits for a question.
const PATIENCE: Duration = Duration::from_mins(1);

/// One who answers every request of HTTP in the same way. Its thread ends with the process.
pub(crate) struct Peer {
    address: SocketAddr,
    heard: Mutex<mpsc::Receiver<String>>,
}

/// The answer of a status and a document.
pub(crate) fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/hal+json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

impl Peer {
    /// Answers with this text.
    pub(crate) fn answering(answer: String) -> Self {
        Self::start(Some(answer), Some)
    }

    /// Hears what is asked, and never says anything.
    pub(crate) fn silent() -> Self {
        Self::start(None, Some)
    }

    /// Speaks TLS with this certificate.
    pub(crate) fn with_tls(answer: String, config: Arc<ServerConfig>) -> Self {
        Self::start(Some(answer), move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("the settings are good");
            Some(StreamOwned::new(connection, stream))
        })
    }

    fn start<S: Read + Write + Send + 'static>(
        answer: Option<String>,
        accept: impl Fn(TcpStream) -> Option<S> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let (send, heard) = mpsc::channel();
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(mut stream) = accept(stream) else { continue };
                let Some(head) = head(&mut stream) else { continue };
                let _ = send.send(head);
                match &answer {
                    Some(answer) => _ = stream.write_all(answer.as_bytes()).and_then(|()| stream.flush()),
                    None => kept.push(stream),
                }
            }
        });
        Self { address, heard: Mutex::new(heard) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits for the next question.
    pub(crate) fn next(&self) -> String {
        self.heard.lock().expect("no test has panicked").recv_timeout(PATIENCE).expect("a question")
    }

    /// What was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.heard.lock().expect("no test has panicked").try_iter().collect()
    }
}

/// What stands before the body; nothing if the connection broke, as when a certificate is not believed.
fn head(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => bytes.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// An authority, and what it has signed for a server on this machine and for a client. All of it in PEM.
pub(crate) struct Authority {
    pub(crate) certificate: String,
    pub(crate) client: String,
    server: (rustls::pki_types::CertificateDer<'static>, Vec<u8>),
    root: rustls::pki_types::CertificateDer<'static>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = rcgen::CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = || rcgen::KeyPair::generate().expect("a key");
        let authority = rcgen::CertifiedIssuer::self_signed(params, key()).expect("a certificate");
        let signed = |key: &rcgen::KeyPair| {
            let params =
                rcgen::CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("names");
            params.signed_by(key, &authority).expect("a certificate")
        };
        let (server, client) = (key(), key());
        Self {
            certificate: authority.pem(),
            client: format!("{}{}", signed(&client).pem(), client.serialize_pem()),
            server: (signed(&server).der().clone(), server.serialize_der()),
            root: authority.der().clone(),
        }
    }

    /// The settings of a server, which may ask its clients for a certificate.
    pub(crate) fn server(&self, asks_for_certificate: bool) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("the provider has them");
        let config = if asks_for_certificate {
            let mut roots = RootCertStore::empty();
            roots.add(self.root.clone()).expect("a certificate of an authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            config.with_client_cert_verifier(verifier.expect("a root"))
        } else {
            config.with_no_client_auth()
        };
        let (certificate, key) = &self.server;
        let key = PrivatePkcs8KeyDer::from(key.clone());
        Arc::new(config.with_single_cert(vec![certificate.clone()], key.into()).expect("the key is the certificate's"))
    }
}
