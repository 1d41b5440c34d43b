//! What a server shows to clients that want to know whom they talk to: a certificate, made on the spot or brought along.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// A certificate and its private key. Clients may speak HTTP/2 or HTTP/1.1, as they negotiate.
#[derive(Clone)]
pub struct TlsIdentity {
    certificate: String,
    acceptor: TlsAcceptor,
}

impl std::fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsIdentity").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

/// A certificate or key that is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the certificate and its key cannot be used: {0}")]
pub struct TlsError(String);

impl TlsIdentity {
    /// A new self-signed certificate for `localhost`, `127.0.0.1` and `::1`.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn generate() -> Result<Self, TlsError> {
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).map_err(unusable)?;
        Self::from_pem(&cert.pem(), &signing_key.serialize_pem())
    }

    /// A certificate (with those of its issuers, if there are any) and its private key, as PEM.
    ///
    /// # Errors
    ///
    /// If one of them is no PEM, or they do not belong together.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, TlsError> {
        let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(unusable)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(unusable)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { certificate: certificate.to_owned(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// The certificate as PEM, for clients to trust.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate
    }

    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }
}

fn unusable(error: impl std::fmt::Display) -> TlsError {
    TlsError(error.to_string())
}
