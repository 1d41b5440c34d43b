//! Bodies that are far too large.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::Database;
use crate::http::port_of;
use crate::support::RunningBroker;

const MEGABYTE: usize = 1024 * 1024;
/// How much is sent.
const SIZE: usize = 100 * MEGABYTE;
/// How much more memory than before the broker may ever have had.
const SPARE: usize = 24 * MEGABYTE;

#[test]
fn bodies_of_a_hundred_megabytes_are_refused_without_being_kept() {
    let database = Database::sqlite();
    let few: &[_] = &[("INTACT_BROKER_MAX_BODY_SIZE", "4194304")];
    // The one is refused by the limit that there is unless another is set.
    for (length, variables) in
        [(format!("Content-Length: {SIZE}"), &[][..]), ("Transfer-Encoding: chunked".to_owned(), few)]
    {
        let broker = database.try_broker(variables);
        let broker = broker.unwrap_or_else(|output| panic!("the broker does not start: {output:?}"));
        let before = most_memory(&broker);
        for (method, path) in [
            ("POST", "/contracts/publish"),
            ("PUT", "/pacts/provider/Orders/consumer/Web/version/1"),
            ("POST", "/webhooks"),
        ] {
            let answer = send(&broker, &format!("{method} {path}"), &length);

            assert!(answer.starts_with("HTTP/1.1 413 "), "{length}: {answer}");
            assert!(answer.contains(r#"{"error":"The request body is larger than the "#), "{answer}");
        }
        if let (Some(before), Some(after)) = (before, most_memory(&broker)) {
            assert!(after < before + SPARE, "{length}: {} MB more", (after - before) / MEGABYTE);
        }
    }
}

/// Sends zeros, and gives the answer.
fn send(broker: &RunningBroker, request: &str, length: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{}", port_of(&broker.url))).expect("the broker listens");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a time limit");
    let head = "HTTP/1.1\r\nHost: broker\r\nConnection: close\r\nContent-Type: application/json";
    stream.write_all(format!("{request} {head}\r\n{length}\r\n\r\n").as_bytes()).expect("the broker reads");
    let zeros = vec![b'0'; MEGABYTE];
    for _ in 0..SIZE / MEGABYTE {
        if length.contains("chunked") {
            stream.write_all(format!("{MEGABYTE:x}\r\n").as_bytes()).expect("the broker reads");
        }
        stream.write_all(&zeros).expect("the broker reads to the end");
        if length.contains("chunked") {
            stream.write_all(b"\r\n").expect("the broker reads");
        }
    }
    if length.contains("chunked") {
        stream.write_all(b"0\r\n\r\n").expect("the broker reads");
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is text");
    answer
}

/// The most memory that the process ever had, where the system tells.
fn most_memory(broker: &RunningBroker) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", broker.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: usize = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024)
}
