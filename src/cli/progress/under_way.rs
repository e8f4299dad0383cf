//! Requests that take long.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    escape::{shorten, visible},
    letter::AccountName,
    service::Operation,
};

/// How long a request takes before somebody who looks at a terminal wonders.
const LONG: Duration = Duration::from_secs(1);
/// How long it takes before that is worth a line that stays, as in the log of a CI job.
const VERY_LONG: Duration = Duration::from_secs(5);
/// The most characters of a letter's name in the line: it has to fit on a terminal.
const NAME: usize = 20;

/// The requests that are under way. The time is passed in.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    requests: Vec<Request>,
    /// The operations that were told of in a line that stays.
    noted: Vec<Operation>,
}

/// A request, and since when it is under way.
#[derive(Debug)]
struct Request {
    operation: Operation,
    account: Option<AccountName>,
    letter: Option<String>,
    since: Instant,
}

impl UnderWay {
    /// A request is being made.
    pub(super) fn sent(
        &mut self,
        account: Option<&AccountName>,
        operation: Operation,
        letter: Option<&str>,
        now: Instant,
    ) {
        let (account, letter) = (account.cloned(), letter.map(str::to_owned));
        self.requests.push(Request { operation, account, letter, since: now });
    }

    /// Such a request no longer is.
    pub(super) fn returned(&mut self, account: Option<&AccountName>, operation: Operation, letter: Option<&str>) {
        let is_it = |request: &Request| {
            request.operation == operation && request.account.as_ref() == account && request.letter.as_deref() == letter
        };
        if let Some(index) = self.requests.iter().position(is_it) {
            self.requests.remove(index);
        }
    }

    /// What takes long, for a line that goes away.
    pub(super) fn line(&self, now: Instant) -> Option<String> {
        let long = || self.requests.iter().filter(|request| now.duration_since(request.since) >= LONG);
        let first = long().next()?;
        let seconds = now.duration_since(first.since).as_secs();
        let others = long().count() - 1;
        let more = if others > 0 { format!(", and {others} more") } else { String::new() };
        Some(format!("{} ({seconds} s){more}", first.doing()))
    }

    /// What takes very long and was not told of before, for a line that stays: one for each
    /// operation.
    pub(super) fn note(&mut self, now: Instant) -> Option<String> {
        let is_new = |request: &&Request| {
            now.duration_since(request.since) >= VERY_LONG && !self.noted.contains(&request.operation)
        };
        let request = self.requests.iter().find(is_new)?;
        let note = format!("still {} ({} s)", request.doing(), now.duration_since(request.since).as_secs());
        self.noted.push(request.operation);
        Some(note)
    }
}

impl Request {
    /// What is being done, in words.
    fn doing(&self) -> String {
        let account = self.account.as_ref().map(|account| format!(" of {account}")).unwrap_or_default();
        let letter = self.letter.as_deref().map(|letter| visible(&shorten(letter, NAME)).into_owned());
        match (self.operation, letter) {
            (Operation::PostObject | Operation::GetQualificationOssInfo, Some(letter)) => {
                format!("uploading the scan of {letter}")
            }
            (Operation::CreateSmsAuthorizationLetter, Some(letter)) => format!("creating {letter}"),
            (Operation::QuerySmsAuthorizationLetter, Some(letter)) => format!("looking up {letter}"),
            (Operation::QuerySmsAuthorizationLetter, None) => format!("querying letters{account}"),
            (Operation::QuerySmsSignList | Operation::GetSmsSign, _) => format!("querying signatures{account}"),
            (Operation::QuerySmsQualificationRecord | Operation::QuerySingleSmsQualification, _) => {
                format!("querying qualifications{account}")
            }
            (operation, None) => format!("waiting for {operation}{account}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: Operation = Operation::QuerySmsAuthorizationLetter;

    #[tokio::test(start_paused = true)]
    async fn what_is_quick_is_not_told_of() {
        let mut under_way = UnderWay::default();
        let start = Instant::now();
        under_way.sent(None, QUERY, None, start);
        assert_eq!(under_way.line(start + Duration::from_millis(999)), None);
        assert_eq!(under_way.note(start + Duration::from_millis(4_999)), None);
        under_way.returned(None, QUERY, None);
        let later = start + Duration::from_secs(60);
        assert_eq!((under_way.line(later), under_way.note(later)), (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn the_line_tells_of_the_oldest_request_and_counts_the_others() {
        let mut under_way = UnderWay::default();
        let start = Instant::now();
        under_way.sent(None, QUERY, None, start);
        assert_eq!(under_way.line(start + Duration::from_secs(1)).as_deref(), Some("querying letters (1 s)"));
        under_way.sent(None, Operation::PostObject, Some("甲"), start);
        under_way.sent(None, Operation::PostObject, Some("乙"), start + Duration::from_secs(1));
        let line = |under_way: &UnderWay| under_way.line(start + Duration::from_secs(3));
        assert_eq!(line(&under_way).as_deref(), Some("querying letters (3 s), and 2 more"));
        under_way.returned(None, QUERY, None);
        assert_eq!(line(&under_way).as_deref(), Some("uploading the scan of 甲 (3 s), and 1 more"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_stays_is_written_once_for_each_operation() {
        let mut under_way = UnderWay::default();
        let start = Instant::now();
        let account: AccountName = "零售".parse().expect("a name");
        under_way.sent(Some(&account), QUERY, None, start);
        under_way.sent(None, Operation::PostObject, Some("甲"), start);
        under_way.sent(None, Operation::PostObject, Some("乙"), start);
        let notes: Vec<String> =
            (0..600).filter_map(|second| under_way.note(start + Duration::from_secs(second))).collect();
        assert_eq!(notes, ["still querying letters of 零售 (5 s)", "still uploading the scan of 甲 (6 s)"]);
    }
}
