//! `--journal FILE`: every request and what became of every letter, written as it happens.

use std::{
    borrow::Cow,
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use serde::Serialize;

use super::{files, stderr::warning};
use crate::{
    clock::Clock,
    escape::{Untrusted, visible},
    letter::AccountName,
    render::json,
    retry::{Attempt, AttemptResult, Event, Observer},
    service::{Operation, Outcome, ServiceError},
};

/// An observer that writes one line of JSON for each thing that happens.
///
/// Each line is handed to the system at once, whole: what a run did is there to read even when it
/// was killed. A journal that can't be written any more is told of once and stops no run.
pub(super) struct Journal<W> {
    clock: Arc<dyn Clock>,
    account: Option<AccountName>,
    writer: Mutex<Option<W>>,
}

impl Journal<Box<dyn Write + Send>> {
    /// A journal at the end of the file, which is made if it is not there.
    ///
    /// Several accounts may write to one file: each line is written at once and tells its account.
    pub(super) fn open(
        path: &Path,
        clock: &Arc<dyn Clock>,
        endpoint: &Untrusted,
        account: Option<&AccountName>,
    ) -> anyhow::Result<Self> {
        let file = files::append(path).with_context(|| format!("can't write the journal {}", path.display()))?;
        Ok(Self::new(file, clock, endpoint, account))
    }
}

impl<W: Write> Journal<W> {
    fn new(writer: W, clock: &Arc<dyn Clock>, endpoint: &Untrusted, account: Option<&AccountName>) -> Self {
        let journal = Self { clock: Arc::clone(clock), account: account.cloned(), writer: Mutex::new(Some(writer)) };
        let generator = concat!("letterform ", env!("CARGO_PKG_VERSION"));
        journal.write(Entry::Run { generator, endpoint: endpoint.to_string() });
        journal
    }

    fn write(&self, event: Entry<'_>) {
        let account = self.account.as_ref().map(AccountName::as_str);
        let line = Line { time: format!("{:.3}", self.clock.now()), account, event };
        let line = json::line(&line);
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(problem)) = writer.as_mut().map(|writer| write_whole(writer, &line)) {
            *writer = None;
            warning!("the journal can't be written any more: {problem}; the run goes on without it");
        }
    }
}

fn write_whole(writer: &mut impl Write, line: &str) -> io::Result<()> {
    writer.write_all(line.as_bytes())?;
    writer.flush()
}

/// A line of the journal.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(title = "Journal")]
pub(super) struct Line<'a> {
    /// When it happened, to the millisecond.
    #[schemars(extend("format" = "date-time"))]
    time: String,
    #[serde(flatten)]
    event: Entry<'a>,
    /// The account of the workspace, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
}

/// What happened. Texts of the service are made safe to show: support tickets are read by people.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(tag = "event", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Entry<'a> {
    /// The run began.
    Run {
        /// The program and its version.
        generator: &'static str,
        /// The endpoint.
        endpoint: String,
    },
    /// A request was made.
    Request {
        /// The operation of the service.
        #[schemars(with = "String")]
        operation: Operation,
        /// The letter for whose sake it was made.
        #[serde(skip_serializing_if = "Option::is_none")]
        letter: Option<Cow<'a, str>>,
        /// Which attempt of the same operation for the same letter it was, from 1.
        attempt: u32,
        /// From sending to answer, in milliseconds.
        duration_ms: u64,
        /// What came of it.
        outcome: RequestOutcome,
        /// The id of the request, when the service told one.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        /// The service's code, when it refused.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// What went wrong.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// Work on a letter began.
    Began {
        /// The letter.
        letter: Cow<'a, str>,
    },
    /// A request waits before it is sent.
    Waiting {
        /// The operation of the service.
        #[schemars(with = "String")]
        operation: Operation,
        /// The letter for whose sake it is made.
        #[serde(skip_serializing_if = "Option::is_none")]
        letter: Option<Cow<'a, str>>,
        /// How long it waits, in milliseconds.
        duration_ms: u64,
        /// The service's code for the failure that it follows.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The failure that it follows.
        error: String,
    },
    /// What became of a letter is known.
    #[serde(rename = "settled")]
    Finished {
        /// The letter.
        letter: Cow<'a, str>,
        /// `created`, `unchanged`, `conflict`, `failed`, `unknown` or `skipped`.
        outcome: &'static str,
        /// The service's code, or one of the program's own.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// Why it was not created.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// The id of the request that failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
}

/// What is known of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum RequestOutcome {
    /// The service did it.
    Done,
    /// The service refused it.
    Refused,
    /// It was sent, and is not done.
    NotDone,
    /// It was not sent.
    NotSent,
    /// It may be done.
    Unknown,
}

impl<W: Write + Send> Observer for Journal<W> {
    fn event(&self, event: &Event<'_>) {
        self.write(match event {
            // What came of it is one line, with how long it took.
            Event::Sent { .. } | Event::Returned { .. } => return,
            Event::Attempted(attempt) => request(attempt),
            Event::Began { letter } => Entry::Began { letter: visible(letter) },
            Event::Waiting(wait) => Entry::Waiting {
                operation: wait.operation,
                letter: wait.letter.map(visible),
                duration_ms: milliseconds(wait.duration),
                code: wait.error.code().map(ToString::to_string),
                error: wait.error.to_string(),
            },
            Event::Finished { letter, outcome, failure } => Entry::Finished {
                letter: visible(letter),
                outcome,
                code: failure.map(|failure| failure.code.to_string()),
                error: failure.map(|failure| failure.message.to_string()),
                request_id: failure.and_then(|failure| failure.request_id.as_ref()).map(ToString::to_string),
            },
        });
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A request as the journal tells it.
fn request<'a>(attempt: &Attempt<'a>) -> Entry<'a> {
    let (outcome, request_id, error) = match attempt.result {
        AttemptResult::Answered(id) => (RequestOutcome::Done, id, None),
        AttemptResult::Failed(error @ (ServiceError::NotSent { .. } | ServiceError::NotSigned { .. })) => {
            (RequestOutcome::NotSent, None, Some(error))
        }
        AttemptResult::Failed(error) => (outcome(error), error.request_id(), Some(error)),
    };
    Entry::Request {
        operation: attempt.operation,
        letter: attempt.letter.map(visible),
        attempt: attempt.attempt,
        duration_ms: milliseconds(attempt.duration),
        outcome,
        request_id: request_id.map(ToString::to_string),
        code: error.and_then(ServiceError::code).map(ToString::to_string),
        error: error.map(ToString::to_string),
    }
}

fn outcome(error: &ServiceError) -> RequestOutcome {
    match error.outcome() {
        Outcome::Refused => RequestOutcome::Refused,
        Outcome::NotDone => RequestOutcome::NotDone,
        Outcome::Unknown => RequestOutcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::Value;

    use super::*;
    use crate::service::RequestId;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            "2026-11-24T04:00:00Z".parse().unwrap()
        }
    }

    fn journal<W: Write>(writer: W) -> Journal<W> {
        let clock: Arc<dyn Clock> = Arc::new(Noon);
        Journal::new(writer, &clock, &"https://dysmsapi.aliyuncs.com".into(), None)
    }

    fn attempt(operation: Operation, number: u64, result: AttemptResult<'_>) -> Event<'_> {
        let duration = Duration::from_millis(12);
        Event::Attempted(Attempt { number, operation, letter: Some("授权"), attempt: 1, duration, result })
    }

    #[test]
    fn a_line_is_written_for_each_thing_that_happens() {
        let journal = journal(Vec::new());
        let refusal = ServiceError::Answered {
            operation: Operation::CreateSmsAuthorizationLetter,
            code: "SignNotMatchRegex".into(),
            message: "no\u{1b}[31m".into(),
            request_id: Some(RequestId("R2".into())),
            status: 400,
            retry_after: None,
            clock_skew: None,
            denial: None,
        };
        let lost = ServiceError::AnswerLost {
            operation: Operation::QuerySmsAuthorizationLetter,
            problem: "the connection was cut".into(),
        };
        let done = RequestId("R1".into());
        journal.event(&Event::Began { letter: "授权" });
        journal.event(&attempt(Operation::PostObject, 1, AttemptResult::Answered(Some(&done))));
        journal.event(&attempt(Operation::CreateSmsAuthorizationLetter, 2, AttemptResult::Failed(&refusal)));
        journal.event(&attempt(Operation::QuerySmsAuthorizationLetter, 3, AttemptResult::Failed(&lost)));
        journal.event(&Event::Finished { letter: "授权", outcome: "failed", failure: None });
        let written = String::from_utf8(journal.writer.into_inner().unwrap().unwrap()).unwrap();
        insta::assert_snapshot!(written.replace(env!("CARGO_PKG_VERSION"), "[version]"));
        for line in written.lines() {
            serde_json::from_str::<Value>(line).expect(line);
        }
    }

    #[test]
    fn a_disk_that_is_full_stops_no_run() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let journal = journal(Full);
        journal.event(&Event::Began { letter: "授权" });
        assert!(journal.writer.into_inner().unwrap().is_none());
    }
}
