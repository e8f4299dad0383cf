//! A program that is run under limits, and ended with all that it started.

use std::{io, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::{Child, Command},
    time::timeout,
};

/// The most that is read of what a program prints for one scan: a page has a few ten kilobytes.
const MAX_OUTPUT: u64 = 4 << 20;
/// The most that is kept of its messages.
const MAX_MESSAGES: u64 = 16 << 10;

/// What a program printed.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) output: String,
    /// Its messages on standard error.
    pub(super) messages: String,
}

/// Why a program printed nothing of use.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProcessError {
    #[error("it can't be run: {0}")]
    Start(#[source] io::Error),
    #[error("it took longer than {} seconds", .0.as_secs_f32())]
    Slow(Duration),
    #[error("it printed more than {} MiB", MAX_OUTPUT >> 20)]
    Loud,
    #[error("{status}{}", first_line(messages))]
    Failed { status: String, messages: String },
}

/// The first line of a program's messages, behind a colon.
fn first_line(messages: &str) -> String {
    const MOST: usize = 200;
    let line = messages.lines().map(str::trim).find(|line| !line.is_empty());
    line.map(|line| format!(": {}", crate::escape::shorten(line, MOST))).unwrap_or_default()
}

/// Runs a program to its end. It has no standard input, and is ended with its group when it exceeds
/// a limit or when this future is dropped.
pub(super) async fn run(mut command: Command, time: Duration) -> Result<Printed, ProcessError> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut group = Group(command.spawn().map_err(ProcessError::Start)?);
    let (output, messages) = (group.0.stdout.take(), group.0.stderr.take());
    let finish = async {
        // What prints on must not wait for a reader.
        let (output, messages) = tokio::try_join!(read(output, MAX_OUTPUT, true), read(messages, MAX_MESSAGES, false))?;
        let status = group.0.wait().await.map_err(ProcessError::Start)?;
        if status.success() {
            return Ok(Printed { output, messages });
        }
        Err(ProcessError::Failed { status: status.to_string(), messages })
    };
    timeout(time, finish).await.unwrap_or(Err(ProcessError::Slow(time)))
}

/// Reads text to its end. Of more than the limit the rest is read and dropped, or it is an error.
async fn read(from: Option<impl AsyncRead + Unpin>, most: u64, is_limit: bool) -> Result<String, ProcessError> {
    let Some(mut from) = from else { return Ok(String::new()) };
    let mut bytes = Vec::new();
    (&mut from).take(most).read_to_end(&mut bytes).await.map_err(ProcessError::Start)?;
    if bytes.len() as u64 == most {
        if is_limit {
            return Err(ProcessError::Loud);
        }
        tokio::io::copy(&mut from, &mut tokio::io::sink()).await.map_err(ProcessError::Start)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A program in a group of its own, which ends with it.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // A program that has been waited for has no number any more: another one may have it.
        #[cfg(unix)]
        if let Some(id) = self.0.id().and_then(|id| i32::try_from(id).ok())
            && let Some(group) = rustix::process::Pid::from_raw(id)
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
