//! How servers' certificates are checked.
//!
//! The ring provider is passed explicitly, so that no process-wide default is needed or installed: a library must not
//! decide that for its users. The platform's root certificates are loaded at the first TLS handshake and not before,
//! because most clients talk plain HTTP to a service on the same machine, and because a container without any root
//! certificates must still be able to do that.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::http::{ClientCertificate, HttpClientError, HttpOptions};

/// The TLS settings that `options` ask for.
pub(crate) fn client_config(options: &HttpOptions) -> Result<ClientConfig, HttpClientError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut extra_roots = Vec::new();
    for file in &options.ca_certificates {
        extra_roots.extend(read_certificates(file)?);
    }
    let verifier: Arc<dyn ServerCertVerifier> = if options.skip_tls_verification {
        Arc::new(AcceptAnyCertificate { provider: Arc::clone(&provider) })
    } else if !options.platform_roots {
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(extra_roots);
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().map_err(|_| {
            HttpClientError::Tls("no certificate is trusted: name the file of one, or trust the platform's".to_owned())
        })?
    } else {
        Arc::new(DeferredPlatformRoots { provider: Arc::clone(&provider), extra_roots, verifier: OnceLock::new() })
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| HttpClientError::Tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match &options.client_certificate {
        None => config.with_no_client_auth(),
        Some(ClientCertificate { certificate, key }) => {
            let unusable =
                |file: &Path, reason: String| HttpClientError::ClientCertificate { file: file.into(), reason };
            let private = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(key, error.to_string()))?;
            let chain = CertificateDer::pem_file_iter(certificate)
                .and_then(Iterator::collect)
                .map_err(|error| unusable(certificate, error.to_string()))?;
            config.with_client_auth_cert(chain, private).map_err(|error| unusable(certificate, error.to_string()))?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, HttpClientError> {
    let unusable = |reason: String| HttpClientError::Certificate { file: file.to_owned(), reason };
    let content = std::fs::read(file).map_err(|error| unusable(error.to_string()))?;
    let certificates = if content.windows(11).any(|window| window == b"-----BEGIN ") {
        CertificateDer::pem_slice_iter(&content)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unusable(error.to_string()))?
    } else {
        vec![CertificateDer::from(content)]
    };
    if certificates.is_empty() {
        return Err(unusable("it holds no certificate".to_owned()));
    }
    // Found out here, with the file's name, instead of at the first handshake without it.
    let mut roots = rustls::RootCertStore::empty();
    for certificate in &certificates {
        roots.add(certificate.clone()).map_err(|error| unusable(error.to_string()))?;
    }
    Ok(certificates)
}

#[derive(Debug)]
struct DeferredPlatformRoots {
    provider: Arc<CryptoProvider>,
    extra_roots: Vec<CertificateDer<'static>>,
    verifier: OnceLock<Result<Verifier, rustls::Error>>,
}

impl DeferredPlatformRoots {
    fn verifier(&self) -> Result<&Verifier, rustls::Error> {
        self.verifier
            .get_or_init(|| platform_verifier(self.extra_roots.clone(), Arc::clone(&self.provider)))
            .as_ref()
            .map_err(Clone::clone)
    }
}

#[cfg(not(target_os = "android"))]
fn platform_verifier(
    extra_roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, rustls::Error> {
    Verifier::new_with_extra_roots(extra_roots, provider)
}

#[cfg(target_os = "android")]
fn platform_verifier(
    _: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, rustls::Error> {
    Verifier::new(provider)
}

impl ServerCertVerifier for DeferredPlatformRoots {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.verifier()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What `--skip-ssl-verification` asks for: whoever answers is believed to be the server.
#[derive(Debug)]
struct AcceptAnyCertificate {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AcceptAnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
