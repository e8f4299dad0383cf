use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::*;
use crate::{
    letter::{
        ExistingLetter, ExistingLetters, FileKey, Letter, LetterId, NewLetter, ScanObject, UnreadableLetter,
        testing::letter,
    },
    plan::PlanSummary,
    retry::{RetryPolicy, Silent},
    service::{Answer, LetterFilter, Operation, ReadLetters, RequestId, ServiceError, Tell},
};

/// What a scripted service does with a create.
#[derive(Clone, Copy)]
enum Create {
    /// Creates the letter and says so.
    Works,
    /// Creates the letter, and the answer is lost.
    CommitsAndCuts,
    /// The request is lost.
    Cuts,
    /// There are no credentials at the moment.
    IsNotSigned,
    /// Somebody else creates the same letter first.
    IsOvertaken,
    /// Somebody else creates another letter of that name first.
    IsOvertakenByAnother,
    /// Says that the name exists, and no query shows it.
    RepeatsUnseen,
    /// Is throttled.
    IsThrottled,
    /// Is refused for good.
    IsRefused,
    /// Is refused, as every create of the caller is.
    IsDenied,
    /// Creates the letter, and answers with a code or a page that is not documented.
    CommitsAndAnswers(&'static str, u16),
    /// Answers with a code or a page that is not documented.
    Answers(&'static str, u16),
}

/// A service that follows a script and then works; it asserts that no create follows an unknown
/// outcome without a query.
#[derive(Default)]
struct Scripted {
    creates: Mutex<VecDeque<Create>>,
    letters: Mutex<Vec<ExistingLetter>>,
    /// Letters that each answer to a query shows, and that can't be read.
    unreadable: Vec<UnreadableLetter>,
    uploads: Mutex<Vec<String>>,
    in_doubt: Mutex<bool>,
    calls: Mutex<Vec<Operation>>,
}

impl Scripted {
    fn new(script: impl IntoIterator<Item = Create>) -> Self {
        Self { creates: Mutex::new(script.into_iter().collect()), ..Self::default() }
    }

    fn commit(&self, letter: &Letter<FileKey>, authorizer: &str) -> LetterId {
        let mut letters = self.letters.lock().unwrap();
        let id = LetterId(letters.len() as u64 + 1);
        letters.push(ExistingLetter {
            id: Some(id),
            authorizer: authorizer.into(),
            ..letter.existing(letter.picture.as_str())
        });
        id
    }

    /// An answer with a code, or a page when there is none.
    fn answer(code: &str, status: u16) -> ServiceError {
        if code.is_empty() {
            return ServiceError::Unreadable {
                operation: Operation::CreateSmsAuthorizationLetter,
                status,
                problem: "a page".into(),
                request_id: None,
                retry_after: None,
            };
        }
        let mut error = Self::refusal(code);
        if let ServiceError::Answered { status: of_error, .. } = &mut error {
            *of_error = status;
        }
        error
    }

    fn refusal(code: &str) -> ServiceError {
        ServiceError::Answered {
            operation: Operation::CreateSmsAuthorizationLetter,
            code: code.into(),
            message: "no".into(),
            request_id: Some(RequestId("R".into())),
            status: 400,
            retry_after: None,
            clock_skew: None,
            denial: None,
        }
    }
}

impl ReadLetters for Scripted {
    async fn query(&self, _: &LetterFilter) -> Result<Answer<ExistingLetters>, ServiceError> {
        self.calls.lock().unwrap().push(Operation::QuerySmsAuthorizationLetter);
        *self.in_doubt.lock().unwrap() = false;
        let letters = self.letters.lock().unwrap().clone();
        let value = ExistingLetters { letters, unreadable: self.unreadable.clone() };
        Ok(Answer { value, request_id: Some(RequestId("Q".into())) })
    }
}

impl WriteLetters for Scripted {
    async fn upload(&self, object: ScanObject, _: Bytes, _: &Tell<'_>) -> Result<FileKey, ServiceError> {
        let key = format!("123456/{object}");
        self.uploads.lock().unwrap().push(key.clone());
        // Others are uploaded at the same time.
        tokio::task::yield_now().await;
        Ok(FileKey::try_from(key.as_str()).unwrap())
    }

    async fn create(&self, letter: &NewLetter<FileKey>) -> Result<Answer<Option<LetterId>>, ServiceError> {
        let operation = Operation::CreateSmsAuthorizationLetter;
        self.calls.lock().unwrap().push(operation);
        assert!(!*self.in_doubt.lock().unwrap(), "a create after an unknown outcome, with no look in between");
        let lost = || {
            *self.in_doubt.lock().unwrap() = true;
            ServiceError::AnswerLost { operation, problem: "cut".into() }
        };
        let act = self.creates.lock().unwrap().pop_front().unwrap_or(Create::Works);
        let exists = self.letters.lock().unwrap().iter().any(|there| there.name == letter.name.as_str());
        match act {
            _ if exists => Err(Self::refusal("AuthorizationLetterNameRepeat")),
            Create::Works => {
                let id = self.commit(letter, letter.authorizer.as_str());
                Ok(Answer { value: Some(id), request_id: Some(RequestId("C".into())) })
            }
            Create::CommitsAndCuts => {
                self.commit(letter, letter.authorizer.as_str());
                Err(lost())
            }
            Create::Cuts => Err(lost()),
            Create::IsNotSigned => Err(ServiceError::NotSigned { operation, problem: "STS is away".into() }),
            Create::IsOvertaken => {
                self.commit(letter, letter.authorizer.as_str());
                Err(Self::refusal("AuthorizationLetterNameRepeat"))
            }
            Create::IsOvertakenByAnother => {
                self.commit(letter, "别的公司");
                Err(Self::refusal("AuthorizationLetterNameRepeat"))
            }
            Create::RepeatsUnseen => Err(Self::refusal("AuthorizationLetterNameRepeat")),
            Create::IsThrottled => Err(Self::refusal("Throttling.User")),
            Create::IsRefused => Err(Self::refusal("SignNotMatchRegex")),
            Create::IsDenied => Err(Self::refusal("isp.RAM_PERMISSION_DENY")),
            Create::CommitsAndAnswers(code, status) => {
                self.commit(letter, letter.authorizer.as_str());
                *self.in_doubt.lock().unwrap() = true;
                Err(Self::answer(code, status))
            }
            Create::Answers(code, status) => {
                *self.in_doubt.lock().unwrap() = true;
                Err(Self::answer(code, status))
            }
        }
    }
}

struct Scans;

impl ReadScans for Scans {
    async fn read(&self, _: &Source, scan: &Scan) -> Result<Bytes, ScanProblem> {
        match scan.path.as_str() {
            "changed.png" => Err(ScanProblem("changed.png has changed".to_owned())),
            _ => Ok(Bytes::from_static(b"scan")),
        }
    }
}

fn desired(name: &str, path: &str) -> DesiredLetter {
    letter(name).valid("2026-01-01~2029-01-01").signing(&["菜鸟网络"]).declared(path, path.as_bytes())
}

async fn run(service: &Scripted, letters: Vec<DesiredLetter>) -> Report {
    let stop = Shutdown::new();
    let caller = Caller::new(service, RetryPolicy::default(), 1, &Silent, &stop);
    let there = service.letters.lock().unwrap().clone();
    let plan = Plan::new("https://e".to_owned(), letters, &there.into(), "2026-11-24".parse().unwrap(), 60);
    apply(plan, &caller, &Scans, &stop, 4).await
}

/// What becomes of one letter against this script, and the operations that it took.
async fn settled(script: &[Create]) -> (LetterOutcome, Vec<Operation>) {
    let service = Scripted::new(script.iter().copied());
    let mut report = run(&service, vec![desired("委托", "a.png")]).await;
    let created = service.letters.lock().unwrap().len();
    assert!(created <= 1, "{created} letters of one name");
    let calls = service.calls.lock().unwrap().clone();
    (report.letters.remove(0).outcome, calls)
}

fn created(id: u64, request: &str, confirmed_by: Confirmation) -> LetterOutcome {
    let request_id = Some(RequestId(request.into()));
    LetterOutcome::Created { id: Some(LetterId(id)), request_id, confirmed_by }
}

const C: Operation = Operation::CreateSmsAuthorizationLetter;
const Q: Operation = Operation::QuerySmsAuthorizationLetter;

#[tokio::test(start_paused = true)]
async fn a_missing_letter_is_created_with_its_scan() {
    let service = Scripted::new([]);
    let report = run(&service, vec![desired("一", "a.png"), desired("二", "a.png"), desired("三", "b.png")]).await;
    assert_eq!(report.summary().created, 3);
    assert_eq!(service.uploads.lock().unwrap().len(), 2, "a shared scan is uploaded once");
    let again = run(&service, vec![desired("一", "a.png"), desired("二", "a.png"), desired("三", "b.png")]).await;
    assert_eq!((again.summary().unchanged, again.summary().created), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn a_letter_that_breaks_a_rule_for_new_letters_is_never_sent() {
    let service = Scripted::new([]);
    let mut broken = desired("二", "b.png");
    broken.letter.signatures = vec!["菜鸟测试".parse().unwrap()].try_into().unwrap();
    let report = run(&service, vec![desired("一", "a.png"), broken]).await;
    assert!(
        matches!(&report.letters[1].outcome, LetterOutcome::Failed { error: failure } if failure.code == "RuleBroken")
    );
    assert_eq!((report.summary().created, service.uploads.lock().unwrap().len()), (1, 1));
    assert_eq!(service.calls.lock().unwrap().iter().filter(|call| **call == C).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_up_before_anything_else() {
    let (outcome, calls) = settled(&[Create::CommitsAndCuts]).await;
    assert_eq!(outcome, created(1, "Q", Confirmation::Lookup));
    assert_eq!(calls, [C, Q]);
    let (outcome, calls) = settled(&[Create::Cuts, Create::Works]).await;
    assert_eq!(outcome, created(1, "C", Confirmation::Answer));
    assert_eq!(calls, [C, Q, Q, Q, C]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_exists_is_looked_up() {
    let (outcome, _) = settled(&[Create::IsOvertaken]).await;
    assert_eq!(outcome, LetterOutcome::Unchanged { id: Some(LetterId(1)) });
    let (outcome, _) = settled(&[Create::IsOvertakenByAnother]).await;
    assert!(matches!(outcome, LetterOutcome::Conflict { differences, .. } if differences.len() == 1));
    let (outcome, calls) = settled(&[Create::RepeatsUnseen]).await;
    assert!(
        matches!(outcome, LetterOutcome::Failed { error: failure } if failure.message.raw().contains("no query shows it"))
    );
    assert_eq!(calls, [C, Q, Q, Q]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_exists_in_another_form_is_named() {
    let service = Scripted::new([Create::RepeatsUnseen]);
    service
        .letters
        .lock()
        .unwrap()
        .push(ExistingLetter { name: "ＡＣＭＥ 授权书".into(), ..Default::default() });
    let report = run(&service, vec![desired("Acme授权书", "a.png")]).await;
    let failure = report.letters[0].outcome.failure().unwrap();
    assert!(failure.message.raw().contains("the letter `ＡＣＭＥ 授权书` exists"), "{}", failure.message);
    assert!(failure.help.as_ref().unwrap().raw().contains("declare it as `ＡＣＭＥ 授权书`"), "{failure:?}");
}

#[tokio::test(start_paused = true)]
async fn throttling_is_waited_out_and_a_refusal_is_final() {
    let (outcome, calls) = settled(&[Create::IsThrottled; 3]).await;
    assert_eq!(outcome, created(1, "C", Confirmation::Answer));
    assert_eq!(calls, [C, C, C, C]);
    let (outcome, calls) = settled(&[Create::IsRefused]).await;
    assert!(matches!(outcome, LetterOutcome::Failed { error: failure } if failure.code == "SignNotMatchRegex"));
    assert_eq!(calls, [C]);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_answers_is_given_up_in_the_end() {
    let (outcome, calls) = settled(&[Create::Cuts; 100]).await;
    assert!(matches!(outcome, LetterOutcome::Unknown { error: failure } if failure.code == "AnswerLost"));
    assert_eq!(calls.iter().filter(|operation| **operation == C).count(), 8);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_documented_is_looked_up() {
    for (code, status) in [
        ("isp.BUSY", 200),
        ("SystemBusy", 400),
        ("UnknownError", 400),
        ("InvalidSomething", 403),
        ("SignNotMatchRegex", 500),
        ("ThrottlingOfAnotherKind", 400),
        ("", 400),
        ("", 404),
        ("", 408),
        ("", 425),
        ("", 429),
        ("", 499),
        ("", 200),
    ] {
        let (outcome, calls) = settled(&[Create::CommitsAndAnswers(code, status)]).await;
        assert_eq!(outcome, created(1, "Q", Confirmation::Lookup), "{code}@{status}");
        assert_eq!(calls, [C, Q], "{code}@{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stays_unknown_ends_as_may_exist_after_a_few_attempts() {
    for (code, status, creates) in [("isp.NEW", 400, 3), ("", 404, 2)] {
        let (outcome, calls) = settled(&[Create::Answers(code, status); 9]).await;
        assert!(
            matches!(&outcome, LetterOutcome::Unknown { error: failure } if failure.message.raw().contains("may exist")),
            "{outcome:?}"
        );
        assert_eq!(calls.iter().filter(|operation| **operation == C).count(), creates, "{code}@{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_caller_stops_the_run_after_the_first_few() {
    let service = Scripted::new([Create::IsDenied; 40]);
    let letters = (0..40).map(|i| desired(&format!("委托{i}"), "a.png")).collect();
    let report = run(&service, letters).await;
    let summary = report.summary();
    assert!((1..=4).contains(&summary.failed) && summary.failed + summary.skipped == 40, "{summary:?}");
    assert!(report.was_refused() && !report.may_continue());
    let last = &report.letters[39].outcome;
    assert_eq!(*last, LetterOutcome::Skipped { reason: SkipReason::RefusedForAll });
    let json = serde_json::to_value(report.to_document()).unwrap();
    assert_eq!(json["letters"][39]["reason"], "refused-for-all");
    assert!(json["letters"][0]["error"]["help"].as_str().unwrap().contains("dysms:CreateSmsAuthorizationLetter"));
}

#[tokio::test(start_paused = true)]
async fn one_failure_stops_no_other_letter() {
    let service = Scripted::new([]);
    let report = run(&service, vec![desired("一", "changed.png"), desired("二", "a.png")]).await;
    let outcomes: Vec<_> = report.letters.iter().map(|letter| letter.outcome.as_ref()).collect();
    assert_eq!(outcomes, ["failed", "created"]);
}

#[tokio::test(start_paused = true)]
async fn once_stopped_nothing_new_is_begun() {
    let service = Scripted::new([]);
    let stop = Shutdown::new();
    stop.request();
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &stop);
    let plan = Plan::new(
        "https://e".to_owned(),
        vec![desired("一", "a.png")],
        &ExistingLetters::default(),
        "2026-11-24".parse().unwrap(),
        60,
    );
    assert_eq!(plan.summary(), PlanSummary { create: 1, ..PlanSummary::default() });
    let report = tokio::time::timeout(Duration::from_secs(1), apply(plan, &caller, &Scans, &stop, 4)).await.unwrap();
    assert_eq!(report.summary().skipped, 1);
    assert!(report.was_interrupted() && service.calls.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_report_is_the_plan_with_outcomes() {
    let report = run(&Scripted::new([]), vec![desired("一", "a.png")]).await;
    let json = serde_json::to_value(report.to_document()).unwrap();
    assert_eq!(json["summary"]["created"], 1);
    let letter = &json["letters"][0];
    assert_eq!(
        (&letter["name"], &letter["action"], &letter["outcome"]),
        (&"一".into(), &"create".into(), &"created".into())
    );
    assert_eq!((&letter["id"], &letter["requestId"]), (&1.into(), &"C".into()));
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_shows_what_cannot_be_read_leaves_the_create_in_doubt() {
    for (name, may_exist) in [(None, true), (Some("委托"), true), (Some("别的"), false)] {
        let unreadable = UnreadableLetter { position: 2, name: name.map(Into::into), problem: "p".into() };
        let service = Scripted { unreadable: vec![unreadable], ..Scripted::new([Create::Cuts]) };
        let report = run(&service, vec![desired("委托", "a.png")]).await;
        let creates = service.calls.lock().unwrap().iter().filter(|call| **call == C).count();
        match &report.letters[0].outcome {
            LetterOutcome::Unknown { error: failure } if may_exist => {
                assert!(failure.message.raw().contains("letter 2 of the answer"), "{failure:?}");
                assert_eq!(creates, 1);
            }
            LetterOutcome::Created { .. } if !may_exist => assert_eq!(creates, 2),
            other => panic!("{name:?}: {other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_are_away_for_a_moment_stop_no_run() {
    let service = Scripted::new([Create::IsNotSigned; 3]);
    let report = run(&service, (0..8).map(|i| desired(&format!("委托{i}"), "a.png")).collect()).await;
    assert_eq!(report.summary().created, 8, "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn credentials_that_stay_away_stop_the_run() {
    let service = Scripted::new(vec![Create::IsNotSigned; 1_000]);
    let report = run(&service, (0..40).map(|i| desired(&format!("委托{i}"), "a.png")).collect()).await;
    let summary = report.summary();
    assert!((1..=4).contains(&summary.failed) && summary.failed + summary.skipped == 40, "{summary:?}");
    assert!(report.was_refused(), "{report:?}");
    let sent = service.calls.lock().unwrap().iter().filter(|call| **call == C).count();
    assert!(sent <= 4 * 8, "{sent} attempts");
}

/// A scan in memory, which counts those that are.
struct Held<'a>(&'a AtomicUsize);

impl AsRef<[u8]> for Held<'_> {
    fn as_ref(&self) -> &[u8] {
        static LARGEST: [u8; 5 << 20] = [0; 5 << 20];
        &LARGEST
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn scans_in_memory_are_bounded_whatever_the_parallelism() {
    static NOW: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    struct Large;
    impl ReadScans for Large {
        async fn read(&self, _: &Source, _: &Scan) -> Result<Bytes, ScanProblem> {
            MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            Ok(Bytes::from_owner(Held(&NOW)))
        }
    }
    let (service, stop) = (Scripted::new([]), Shutdown::new());
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &stop);
    let letters = (0..300).map(|i| desired(&format!("委托{i}"), &format!("{i}.png"))).collect();
    let existing = ExistingLetters::default();
    let plan = Plan::new("https://e".to_owned(), letters, &existing, "2026-11-24".parse().unwrap(), 60);
    let report = apply(plan, &caller, &Large, &stop, 256).await;
    assert_eq!(report.summary().created, 300);
    // 64 MiB hold 12 scans of 5 MiB.
    assert_eq!((NOW.load(Ordering::SeqCst), MOST.load(Ordering::SeqCst)), (0, 12));
}
