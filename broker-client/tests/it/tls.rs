//! Certificates: unknown ones are refused, extra ones trusted, and all accepted only on demand.

use std::sync::Arc;

use intact_broker_client::{BrokerClient, BrokerClientBuilder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/hal+json\r\nContent-Length: 33\r\nConnection: close\r\n\r\n\
                      {\"_links\":{\"self\":{\"href\":\"/x\"}}}";

/// A broker's index over TLS, and its certificate in PEM.
async fn server() -> (BrokerClientBuilder, String) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust us goes away; that is what the tests are about.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(ANSWER.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (BrokerClient::builder(url).retries(0), certified.cert.pem())
}

#[tokio::test]
async fn an_unknown_certificate_is_refused_with_a_hint() {
    let (client, _) = server().await;
    let error = client.build().unwrap().index().await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(error.hint().unwrap().contains("--ssl-certificate"), "{error}");
}

#[tokio::test]
async fn a_certificate_that_is_given_is_trusted() {
    let (client, certificate) = server().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate).unwrap();
    client.ca_certificate(file.path()).build().unwrap().index().await.unwrap();
}

#[tokio::test]
async fn any_certificate_is_accepted_if_that_is_wanted() {
    let (client, _) = server().await;
    client.skip_tls_verification(true).build().unwrap().index().await.unwrap();
}

#[test]
fn a_file_without_a_certificate_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for content in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "rubbish"] {
        std::fs::write(file.path(), content).unwrap();
        let error = BrokerClient::builder("https://b").ca_certificate(file.path()).build().unwrap_err();
        assert!(error.to_string().contains("cannot be used"), "{content}: {error}");
    }
}
