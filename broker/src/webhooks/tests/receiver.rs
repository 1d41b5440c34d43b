//! A receiver of webhooks on a real socket, which behaves well or badly.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a receiver does with every request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Behaviour {
    /// Answers this.
    Answer(&'static str),
    /// Reads the request and never answers.
    Hang,
    /// Reads the request and closes the connection.
    Reset,
}

pub(super) const OK: Behaviour =
    Behaviour::Answer("HTTP/1.1 200 OK\r\ncontent-length: 4\r\nx-auth-token: abc\r\n\r\ndone");
pub(super) const FAILURE: Behaviour =
    Behaviour::Answer("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n");

/// Listens until it is dropped.
#[derive(Debug)]
pub(super) struct Receiver {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    behaviour: Arc<Mutex<Behaviour>>,
    listening: tokio::task::JoinHandle<()>,
}

impl Receiver {
    pub(super) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let behaviour = Arc::new(Mutex::new(behaviour));
        let (kept, current) = (Arc::clone(&requests), Arc::clone(&behaviour));
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let now = *current.lock().unwrap();
                tokio::spawn(receive(stream, Arc::clone(&kept), now));
            }
        });
        Self { port, requests, behaviour, listening }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Every request so far, the head and the body of each.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(super) fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn receive(mut stream: TcpStream, requests: Arc<Mutex<Vec<String>>>, behaviour: Behaviour) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).await.unwrap_or(0);
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                break;
            }
        }
        if read == 0 {
            return;
        }
    }
    requests.lock().unwrap().push(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"));
    match behaviour {
        Behaviour::Answer(answer) => {
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Behaviour::Hang => std::future::pending().await,
        Behaviour::Reset => drop(stream),
    }
}
