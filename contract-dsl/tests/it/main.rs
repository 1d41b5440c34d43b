//! Contract tests, as their authors write them.

mod accepting;
mod bodies;
mod building;
mod examples;
mod files;
mod messaging;
mod refusing;
mod running;
mod uploads;

/// An async client, as users have it.
fn http_client() -> reqwest::Client {
    http_client_that_trusts(rustls::RootCertStore::empty())
}

#[expect(clippy::disallowed_methods, reason = "a client as users have it, not ours")]
fn http_client_that_trusts(roots: rustls::RootCertStore) -> reqwest::Client {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().expect("a client")
}
