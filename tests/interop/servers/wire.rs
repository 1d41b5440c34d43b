//! Requests and answers as bytes, and the official servers as processes.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::requests::Request;

/// How long a server of the official tool may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// The part of an answer that must be the same.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Answer {
    /// JSON means the same in any order and spelling.
    pub(crate) fn keep_meaning(&mut self) {
        if let Ok(json) = serde_json::from_str::<serde_json::Value>(&self.body) {
            self.body = json.to_string();
        }
    }

    /// For values made by chance: letters and digits are as good as others.
    pub(crate) fn keep_shape(&mut self) {
        for text in self.headers.values_mut().chain([&mut self.body]) {
            let of_token = |c: char| c.is_ascii_alphanumeric() || c == '.';
            let tokens = text.split_inclusive(|c| !of_token(c)).map(|token| {
                let (token, end) =
                    token.strip_suffix(|c| !of_token(c)).map_or((token, ""), |own| (own, &token[own.len()..]));
                let shape = match token {
                    "true" | "false" => "bool".to_owned(),
                    // A decimal number has its point anywhere, and no zeros after it at its end.
                    decimal if decimal.contains('.') => "decimal".to_owned(),
                    other => "x".repeat(other.len()),
                };
                shape + end
            });
            *text = tokens.collect();
        }
    }
}

/// A request without anything.
pub(crate) fn plain(method: &str, path: &str) -> Request {
    Request {
        name: path.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: None,
        chunked: false,
        path_of_contract: None,
    }
}

/// Is it a header that says something of the connection, and nothing of the contract?
pub(crate) fn is_of_connection(name: &str) -> bool {
    ["date", "connection", "keep-alive", "content-length", "transfer-encoding"].contains(&name)
}

pub(crate) fn send(port: u16, request: &Request) -> Answer {
    let mut lines = vec![format!("{} {} HTTP/1.1", request.method, request.target())];
    lines.extend(["Host: localhost".to_owned(), "Connection: close".to_owned()]);
    lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    let body = request.body.as_deref().unwrap_or_default();
    if request.chunked {
        lines.push("Transfer-Encoding: chunked".to_owned());
    } else if request.body.is_some() {
        lines.push(format!("Content-Length: {}", body.len()));
    }
    let mut bytes = format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes();
    if request.chunked {
        for chunk in body.chunks(1 + body.len() / 3) {
            bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
            bytes.extend(chunk);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
    } else {
        bytes.extend(body);
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit can be set");
    stream.write_all(&bytes).expect("the request can be sent");
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // What came until then is the answer.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
        read => read.expect("the answer can be read"),
    };
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        return Answer { status: 0, headers: BTreeMap::new(), body: answer };
    };
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if !is_of_connection(name) {
            let values = headers.entry(name.to_owned()).or_default();
            *values += if values.is_empty() { "" } else { ", " };
            *values += value;
        }
    }
    Answer { status, headers, body: body.to_owned() }
}

pub(crate) fn port_of(url: &str) -> u16 {
    url.rsplit(':').next().and_then(|port| port.trim_end_matches(')').parse().ok()).expect("a port")
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// A server of the official tool; it is ended when this is dropped.
pub(crate) struct Official(Child);

impl Official {
    pub(crate) fn start(program: &Path, arguments: &[&str], port: u16) -> Self {
        Self::start_in(&std::env::temp_dir(), program, arguments, port)
    }

    /// Starts it in a folder, for what it writes without being told where.
    pub(crate) fn start_in(folder: &Path, program: &Path, arguments: &[&str], port: u16) -> Self {
        let process = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut this = Self(process.expect("the official tool can be started"));
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = this.0.try_wait().expect("its state is known");
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "the official server does not listen: {ended:?}");
            std::thread::yield_now();
        }
        this
    }
}

impl Drop for Official {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
