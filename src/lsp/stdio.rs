//! Messages over standard input and output. Whatever comes in is bounded before it is kept.

use std::{
    io::{self, BufRead, BufReader, BufWriter, Read as _},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use lsp_server::{Connection, Message};

use crate::escape;

/// The longest message, in bytes: the largest file of declarations with every character escaped.
const MAX_MESSAGE: u64 = 256 * 1024 * 1024;
/// The longest line of a message's header, in bytes.
const MAX_LINE: u64 = 4096;
/// How many lines a message's header has at most.
const MAX_LINES: usize = 32;

/// Why no message can be read any more.
#[derive(Debug, thiserror::Error)]
pub enum Garbled {
    /// A header is something else.
    #[error("expected a header such as `Content-Length: 120`, found `{}`", escape::visible(.0))]
    NotAHeader(String),
    /// A header has no end.
    #[error("a header has lines without end")]
    EndlessHeader,
    /// Where a message ends is not said.
    #[error("a message has no `Content-Length`")]
    NoLength,
    /// Where a message ends is said in no number.
    #[error("`Content-Length` is `{}`; expected a number of bytes", escape::visible(.0))]
    InvalidLength(String),
    /// A message is larger than the texts that the server reads.
    #[error("`Content-Length` is {0}; messages have at most {max} MiB", max = MAX_MESSAGE / 1024 / 1024)]
    TooLong(u64),
    /// A message has fewer bytes than it says.
    #[error("the input ends within a message")]
    Cut,
    /// A message is none of the protocol.
    #[error("a message is not JSON-RPC")]
    NotJsonRpc(#[source] serde_json::Error),
    /// The input can't be read.
    #[error("the input can't be read")]
    Unreadable(#[from] io::Error),
}

/// The threads that read and write.
#[derive(Debug)]
pub struct Stdio {
    garbled: Arc<Mutex<Option<Garbled>>>,
    writer: JoinHandle<io::Result<()>>,
}

impl Stdio {
    /// A connection over standard input and output.
    #[must_use]
    pub fn connect() -> (Connection, Self) {
        let (to_session, receiver) = crossbeam_channel::bounded::<Message>(0);
        let (sender, from_session) = crossbeam_channel::bounded::<Message>(0);
        let garbled = Arc::default();
        let why = Arc::clone(&garbled);
        // It waits for the editor, whatever else has ended, and so is never waited for.
        thread::spawn(move || {
            if let Err(reason) = forward(BufReader::new(io::stdin()), |message| to_session.send(message).is_ok()) {
                *lock(&why) = Some(reason);
            }
            drop(to_session);
        });
        let writer = thread::spawn(move || {
            let mut output = BufWriter::new(io::stdout());
            from_session.into_iter().try_for_each(|message| message.write(&mut output))
        });
        (Connection { sender, receiver }, Self { garbled, writer })
    }

    /// Why no message could be read any more, if that is why the session ended.
    #[must_use]
    pub fn take_garbled(&self) -> Option<Garbled> {
        lock(&self.garbled).take()
    }

    /// Waits until the last message is written, once the connection is dropped.
    ///
    /// # Errors
    /// When the editor does not take it.
    pub fn finish(self) -> io::Result<()> {
        self.writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer of messages has panicked")))
    }
}

fn lock(garbled: &Mutex<Option<Garbled>>) -> MutexGuard<'_, Option<Garbled>> {
    garbled.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads messages up to the end of the input, to `exit`, or to where nobody wants more.
fn forward(mut input: impl BufRead, mut wanted: impl FnMut(Message) -> bool) -> Result<(), Garbled> {
    while let Some(message) = read(&mut input)? {
        let is_exit = matches!(&message, Message::Notification(notification) if notification.method == "exit");
        if !wanted(message) || is_exit {
            break;
        }
    }
    Ok(())
}

/// The next message; `None` at the end of the input.
fn read(input: &mut impl BufRead) -> Result<Option<Message>, Garbled> {
    let Some(length) = header(input)? else { return Ok(None) };
    // Memory is taken as bytes come, and not as they are announced.
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Err(Garbled::Cut);
    }
    serde_json::from_slice(&body).map(Some).map_err(Garbled::NotJsonRpc)
}

/// The length of the next message; `None` at the end of the input.
fn header(input: &mut impl BufRead) -> Result<Option<u64>, Garbled> {
    let mut length = None;
    for index in 0..MAX_LINES {
        let mut line = Vec::new();
        input.take(MAX_LINE).read_until(b'\n', &mut line)?;
        let line = String::from_utf8_lossy(&line);
        let Some(text) = line.strip_suffix('\n') else {
            return match line.len() as u64 {
                0 if index == 0 => Ok(None),
                MAX_LINE.. => Err(Garbled::EndlessHeader),
                _ => Err(Garbled::Cut),
            };
        };
        let text = text.trim_end_matches('\r');
        if text.is_empty() {
            return length.map(Some).ok_or(Garbled::NoLength);
        }
        let (name, value) = text.split_once(':').ok_or_else(|| Garbled::NotAHeader(text.to_owned()))?;
        if name.eq_ignore_ascii_case("Content-Length") {
            let value = value.trim();
            let bytes: u64 = value.parse().map_err(|_| Garbled::InvalidLength(value.to_owned()))?;
            length = Some(if bytes <= MAX_MESSAGE { bytes } else { return Err(Garbled::TooLong(bytes)) });
        }
    }
    Err(Garbled::EndlessHeader)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXIT: &str = r#"{"jsonrpc":"2.0","method":"exit"}"#;

    fn methods(input: &[u8]) -> Result<Vec<String>, String> {
        let mut methods = Vec::new();
        let forwarded = forward(input, |message| {
            let Message::Notification(notification) = message else { panic!("a notification") };
            methods.push(notification.method);
            true
        });
        forwarded.map(|()| methods).map_err(|reason| reason.to_string())
    }

    #[test]
    fn messages_are_read_up_to_exit() {
        let length = EXIT.len();
        let first = r#"{"jsonrpc":"2.0","method":"甲"}"#;
        let input = format!(
            "Content-Length: {}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n{first}\
             content-length:{length}\n\n{EXIT}no message",
            first.len()
        );
        assert_eq!(methods(input.as_bytes()), Ok(vec!["甲".to_owned(), "exit".to_owned()]));
        assert_eq!(methods(b""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_message_is_told() {
        for (input, reason) in [
            ("hello\n", "expected a header such as `Content-Length: 120`, found `hello`"),
            ("\r\n", "a message has no `Content-Length`"),
            ("Content-Length: many\r\n\r\n", "`Content-Length` is `many`; expected a number of bytes"),
            ("Content-Length: -1\r\n\r\n", "`Content-Length` is `-1`; expected a number of bytes"),
            ("Content-Length: 99999999999\r\n\r\n", "`Content-Length` is 99999999999; messages have at most 256 MiB"),
            ("Content-Length: 99\r\n\r\n{}", "the input ends within a message"),
            ("Content-Length", "the input ends within a message"),
            ("Content-Length: 2\r\n\r\n{}", "a message is not JSON-RPC"),
            (&"a".repeat(5000), "a header has lines without end"),
            (&"a: b\n".repeat(99), "a header has lines without end"),
        ] {
            assert_eq!(methods(input.as_bytes()), Err(reason.to_owned()), "{input:.40}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_in_ends_in_an_answer(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = forward(&bytes[..], |_| true);
        }
    }
}
