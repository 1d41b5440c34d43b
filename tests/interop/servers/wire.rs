//! Requests and answers as bytes, and the official servers as processes.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
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

/// A request without anything.
pub(crate) fn plain(method: &str, path: &str) -> Request {
    Request {
        name: path.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: None,
    }
}

pub(crate) fn send(port: u16, request: &Request) -> Answer {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let mut lines = vec![format!("{} {}{query} HTTP/1.1", request.method, request.path)];
    lines.extend(["Host: localhost".to_owned(), "Connection: close".to_owned()]);
    lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(request.body.iter().map(|body| format!("Content-Length: {}", body.len())));
    let mut bytes = format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes();
    bytes.extend(request.body.iter().flatten());
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit can be set");
    stream.write_all(&bytes).expect("the request can be sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the answer can be read");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    // Those of the connection say nothing about the contract.
    let of_connection = ["date", "connection", "content-length", "transfer-encoding"];
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if !of_connection.contains(&name) {
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
