//! `--journal FILE`: every request and what became of every letter, written as it happens.

use std::{
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::{files, stderr::tell};
use crate::{
    clock::Clock,
    escape::visible,
    letter::AccountName,
    render::{
        json,
        style::{self, paint},
    },
    retry::{Attempt, AttemptResult, Event, Observer, Wait},
    service::{Outcome, ServiceError},
};

/// An observer that writes one line of JSON for each thing that happens.
///
/// Each line is handed to the system at once, whole: what a run did is there to read even when it was killed. A journal
/// that can't be written any more is told of once and stops no run.
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
        endpoint: &str,
        account: Option<&AccountName>,
    ) -> anyhow::Result<Self> {
        let file = files::append(path).with_context(|| format!("can't write the journal {}", path.display()))?;
        Ok(Self::new(file, clock, endpoint, account))
    }
}

impl<W: Write> Journal<W> {
    fn new(writer: W, clock: &Arc<dyn Clock>, endpoint: &str, account: Option<&AccountName>) -> Self {
        let journal = Self { clock: Arc::clone(clock), account: account.cloned(), writer: Mutex::new(Some(writer)) };
        let generator = concat!("letterform ", env!("CARGO_PKG_VERSION"));
        journal.write("run", &json!({"generator": generator, "endpoint": visible(endpoint)}));
        journal
    }

    fn write(&self, event: &str, details: &Value) {
        let mut line = Map::new();
        line.insert("time".to_owned(), format!("{:.3}", self.clock.now()).into());
        line.insert("event".to_owned(), event.into());
        if let Some(account) = &self.account {
            line.insert("account".to_owned(), account.as_str().into());
        }
        let details = details.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        line.extend(details.map(|(name, value)| (name.clone(), value.clone())));
        let line = json::line(&line);
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(problem)) = writer.as_mut().map(|writer| write_whole(writer, &line)) {
            *writer = None;
            let warning = paint(style::WARNING, "warning:");
            tell!("{warning} the journal can't be written any more: {problem}; the run goes on without it");
        }
    }
}

fn write_whole(writer: &mut impl Write, line: &str) -> io::Result<()> {
    writer.write_all(line.as_bytes())?;
    writer.flush()
}

impl<W: Write + Send> Observer for Journal<W> {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Attempted(attempt) => self.write("request", &request(attempt)),
            Event::Began { letter } => self.write("began", &json!({"letter": visible(letter)})),
            Event::Waiting(wait) => self.write("waiting", &waiting(wait)),
            Event::Settled { letter, outcome, problem } => {
                let details = json!({
                    "letter": visible(letter),
                    "outcome": outcome,
                    "code": problem.map(|problem| visible(problem.code)),
                    "error": problem.map(|problem| visible(problem.message)),
                    "requestId": problem.and_then(|problem| problem.request_id).map(|id| visible(&id.0)),
                });
                self.write("settled", &details);
            }
        }
    }
}

/// A wait as the journal tells it.
fn waiting(wait: &Wait<'_>) -> Value {
    json!({
        "operation": wait.operation,
        "letter": wait.letter.map(visible),
        "durationMs": u64::try_from(wait.duration.as_millis()).unwrap_or(u64::MAX),
        "code": wait.error.code().map(visible),
        "error": visible(&wait.error.to_string()),
    })
}

/// A request as the journal tells it. Texts of the service are made safe to show: support tickets are read by people.
fn request(attempt: &Attempt<'_>) -> Value {
    let (outcome, request_id, error) = match attempt.result {
        AttemptResult::Answered(id) => ("done", id, None),
        AttemptResult::Failed(error @ (ServiceError::NotSent { .. } | ServiceError::NotSigned { .. })) => {
            ("not-sent", None, Some(error))
        }
        AttemptResult::Failed(error) => (word(error.outcome()), error.request_id(), Some(error)),
    };
    json!({
        "operation": attempt.operation,
        "letter": attempt.letter.map(visible),
        "attempt": attempt.attempt,
        "durationMs": u64::try_from(attempt.duration.as_millis()).unwrap_or(u64::MAX),
        "outcome": outcome,
        "requestId": request_id.map(|id| visible(&id.0)),
        "code": error.and_then(ServiceError::code).map(visible),
        "error": error.map(|error| visible(&error.to_string()).into_owned()),
    })
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Refused => "refused",
        Outcome::NotDone => "not-done",
        Outcome::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::service::{Operation, RequestId};

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            "2026-11-24T04:00:00Z".parse().unwrap()
        }
    }

    fn journal<W: Write>(writer: W) -> Journal<W> {
        let clock: Arc<dyn Clock> = Arc::new(Noon);
        Journal::new(writer, &clock, "https://dysmsapi.aliyuncs.com", None)
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
            code: "SignNotMatchRegex".to_owned(),
            message: "no\u{1b}[31m".to_owned(),
            request_id: Some(RequestId("R2".to_owned())),
            status: 400,
            retry_after: None,
            clock_skew: None,
            denial: None,
        };
        let lost = ServiceError::AnswerLost {
            operation: Operation::QuerySmsAuthorizationLetter,
            problem: "the connection was cut".to_owned(),
        };
        let done = RequestId("R1".to_owned());
        journal.event(&Event::Began { letter: "授权" });
        journal.event(&attempt(Operation::PostObject, 1, AttemptResult::Answered(Some(&done))));
        journal.event(&attempt(Operation::CreateSmsAuthorizationLetter, 2, AttemptResult::Failed(&refusal)));
        journal.event(&attempt(Operation::QuerySmsAuthorizationLetter, 3, AttemptResult::Failed(&lost)));
        journal.event(&Event::Settled { letter: "授权", outcome: "failed", problem: None });
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
