//! Providers over TLS: unknown certificates are refused, extra ones trusted, and all accepted only on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use intact_verifier::{Verdict, VerifierBuilder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::support::{self, report, verifying};

/// A provider and state callback that answers everything with 200, over TLS.
struct Provider {
    url: String,
    certificate: tempfile::NamedTempFile,
    answered: Arc<AtomicUsize>,
}

impl Provider {
    async fn start() -> Self {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .expect("a certificate with its key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let certificate = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(certificate.path(), certified.cert.pem()).expect("a file");
        let answered = Arc::new(AtomicUsize::new(0));
        let count = answered.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Who does not trust us goes away; that is what the tests are about.
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
                let _ = stream.shutdown().await;
            }
        });
        Self { url, certificate, answered }
    }

    fn verification(&self) -> VerifierBuilder {
        verifying(&support::get("/")).provider_url(&self.url).state_change_url(format!("{}/states", self.url))
    }
}

#[tokio::test]
async fn an_unknown_certificate_is_refused_and_named_as_the_cause() {
    let provider = Provider::start().await;
    let verification = verifying(&support::get("/")).provider_url(&provider.url);
    let report = report(verification).await;
    assert_eq!(report.verdict(), Verdict::Unavailable);
    let error = report.pacts[0].interactions[0].errors[0].to_string();
    assert!(error.starts_with("the provider cannot be reached at https://localhost:"), "{error}");
    assert!(error.contains("certificate"), "{error}");
    assert_eq!(provider.answered.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_certificate_that_is_given_is_trusted_by_requests_and_state_changes() {
    let provider = Provider::start().await;
    for platform_roots in [true, false] {
        let verification =
            provider.verification().ca_certificate(provider.certificate.path()).platform_roots(platform_roots);
        let report = report(verification).await;
        assert!(report.is_success(), "{report:?}");
    }
    assert_eq!(provider.answered.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn any_certificate_is_accepted_if_that_is_wanted() {
    let provider = Provider::start().await;
    let report = report(provider.verification().skip_tls_verification(true)).await;
    assert!(report.is_success(), "{report:?}");
}

#[tokio::test]
async fn another_certificate_is_still_refused_beside_one_that_is_trusted() {
    let (provider, other) = (Provider::start().await, Provider::start().await);
    let report = report(provider.verification().ca_certificate(other.certificate.path())).await;
    assert_eq!(report.interactions().filter(|interaction| interaction.is_success()).count(), 0);
    assert_eq!(provider.answered.load(Ordering::SeqCst), 0);
}

#[test]
fn a_certificate_file_that_is_none_is_refused_before_anything_is_sent() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let verification = || verifying(&support::get("/")).provider_url("https://localhost");
    let error = verification().ca_certificate(file.path()).build().expect_err("no certificate");
    assert!(
        error.to_string().ends_with("cannot be used: it holds no certificate")
            || error.to_string().contains("cannot be used"),
        "{error}"
    );
    let error = verification().platform_roots(false).build().expect_err("nobody is trusted");
    assert!(error.to_string().contains("no certificate is trusted"), "{error}");
}
