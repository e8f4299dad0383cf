//! A server on a loopback port that answers requests with what a test tells it to.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What the server does with a request, once it has read all of it.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Sends these bytes and keeps the connection.
    Say(Vec<u8>),
    /// Sends these bytes and closes the connection.
    SayAndClose(Vec<u8>),
    /// Says nothing, ever.
    Hang,
}

impl Step {
    /// An answer with a JSON body.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::with_headers(status, "content-type: application/json\r\n", body)
    }

    /// An answer with these bytes for a body.
    pub(crate) fn bytes(status: u16, body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", body.len());
        Self::Say([head.as_bytes(), body].concat())
    }

    /// An answer with these headers, each ended by `\r\n`.
    pub(crate) fn with_headers(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Say(format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes())
    }
}

/// The server. It stops when it is dropped.
pub(crate) struct Scripted {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Scripted {
    /// Takes the steps one by one, a step a request; closes the connection when none is left.
    pub(crate) async fn serve(steps: impl IntoIterator<Item = Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("an address");
        let steps = Arc::new(Mutex::new(steps.into_iter().collect::<VecDeque<_>>()));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let task = tokio::spawn({
            let (requests, connections) = (Arc::clone(&requests), Arc::clone(&connections));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    connections.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(converse(stream, Arc::clone(&steps), Arc::clone(&requests)));
                }
            }
        });
        Self { address, requests, connections, task }
    }

    /// The origin of its URLs.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that came, each as it stood on the wire.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

impl Scripted {
    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(mut stream: TcpStream, steps: Arc<Mutex<VecDeque<Step>>>, requests: Arc<Mutex<Vec<String>>>) {
    while let Some(request) = read_request(&mut stream).await {
        requests.lock().expect("no panic").push(request);
        let step = steps.lock().expect("no panic").pop_front();
        match step {
            Some(Step::Say(bytes)) => stream.write_all(&bytes).await.expect("a reader"),
            Some(Step::SayAndClose(bytes)) => {
                // The reader may be gone before the end, when it was told too much.
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Some(Step::Hang) => std::future::pending().await,
            None => return,
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text[..end]
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
                .unwrap_or(0);
            let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("it was found") + 4;
            if bytes.len() >= head + length {
                return Some(text.into_owned());
            }
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            // A greeting of TLS, which this server does not speak.
            Ok(_) if bytes.is_empty() && buffer[0] == 0x16 => return None,
            Ok(n) if n > 0 => bytes.extend_from_slice(&buffer[..n]),
            _ => return None,
        }
    }
}
