//! A request as a `curl` command.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{Method, Request};
use url::{Position, Url};

use intact_broker_client::secrets::{HIDDEN, is_sensitive};

/// Bodies beyond this size, and those that are no text, are not part of the command.
const LARGEST_BODY: usize = 16 * 1024;

/// The command for a shell. Credentials are left out: who runs it knows them.
pub(crate) fn command(request: &Request<Bytes>, origin: &Url) -> String {
    // From the scheme to the host without user name and password, then the request's own path.
    let host = &origin[Position::BeforeHost..Position::BeforePath];
    let mut command = format!("curl -i {}", quoted(&format!("{}://{host}{}", origin.scheme(), request.uri())));
    match *request.method() {
        Method::GET if request.body().is_empty() => {}
        Method::HEAD => command.push_str(" --head"),
        ref method => write(&mut command, "-X", method.as_str()),
    }
    for (name, value) in request.headers().iter().filter(|(name, _)| *name != "traceparent") {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = if is_sensitive(name.as_str()) { HIDDEN } else { &value };
        write(&mut command, "-H", &format!("{name}: {value}"));
    }
    let body = request.body();
    if !body.is_empty() {
        match str::from_utf8(body) {
            Ok(text) if body.len() <= LARGEST_BODY => write(&mut command, "--data-raw", text),
            _ => write(&mut command, "--data-binary", &format!("@body-of-{}-bytes", body.len())),
        }
    }
    command
}

fn write(command: &mut String, flag: &str, value: &str) {
    _ = write!(command, " {flag} {}", quoted(value));
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_pasted_and_has_no_credentials() {
        let origin = Url::parse("http://me:s3cret@localhost:8080/api").unwrap();
        let request = Request::post("/api/orders?q=it's")
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer s3cret")
            .header("traceparent", "00-1-2-01")
            .body(Bytes::from(r#"{"a": "it's"}"#))
            .unwrap();
        assert_eq!(
            command(&request, &origin),
            r#"curl -i 'http://localhost:8080/api/orders?q=it'\''s' -X 'POST' -H 'content-type: application/json' -H 'authorization: [hidden]' --data-raw '{"a": "it'\''s"}'"#
        );
        let binary = Request::get("/").body(Bytes::from_static(b"\xff")).unwrap();
        assert_eq!(
            command(&binary, &origin),
            "curl -i 'http://localhost:8080/' -X 'GET' --data-binary '@body-of-1-bytes'"
        );
    }
}
