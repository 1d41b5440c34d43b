//! Requests as bytes, so that nothing is added to them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Sends a request to a port of this machine and gives the whole answer.
pub(crate) fn exchange(port: &str, request_line: &str, headers: &[&str]) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("the server listens");
    let headers: String = headers.iter().flat_map(|header| [header, "\r\n"]).collect();
    let request = format!("{request_line} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).expect("the request can be sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is text");
    answer
}

/// The status of the answer to a request.
pub(crate) fn status(port: &str, request_line: &str) -> String {
    exchange(port, request_line, &[]).split(' ').nth(1).expect("a status").to_owned()
}

/// The port in a URL of this machine.
pub(crate) fn port_of(url: &str) -> String {
    url.rsplit(':').next().expect("a port").to_owned()
}
