use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::future::join_all;

use super::*;
use crate::{
    letter::{PictureFormat, ScanDigest},
    service::Tell,
};

const OPERATION: Operation = Operation::QuerySmsAuthorizationLetter;

/// A service that fails as told, then answers.
struct Failing(Mutex<VecDeque<ServiceError>>);

impl ReadLetters for Failing {
    async fn query(&self, _: &LetterFilter) -> Result<Answer<ExistingLetters>, ServiceError> {
        match self.0.lock().unwrap().pop_front() {
            Some(error) => Err(error),
            None => Ok(Answer { value: ExistingLetters::default(), request_id: None }),
        }
    }
}

/// Keeps how long the waits are that it is told of.
#[derive(Default)]
struct Waits(Mutex<Vec<Duration>>);

impl Observer for Waits {
    fn event(&self, event: &Event<'_>) {
        if let Event::Waiting(wait) = event {
            self.0.lock().unwrap().push(wait.duration);
        }
    }
}

fn throttled(seconds: u64) -> ServiceError {
    ServiceError::answered(OPERATION, 429, "Throttling.User", "", Some(Duration::from_secs(seconds)))
}

fn lost() -> ServiceError {
    ServiceError::AnswerLost { operation: OPERATION, problem: "cut".into() }
}

fn failing(errors: impl IntoIterator<Item = ServiceError>) -> Failing {
    Failing(Mutex::new(errors.into_iter().collect()))
}

async fn query(caller: &Caller<'_, Failing>, purpose: Purpose) -> Result<(), ServiceError> {
    caller.query(None, &LetterFilter::default(), purpose).await.map(|_| ())
}

#[tokio::test(start_paused = true)]
async fn a_wait_past_the_deadline_is_not_waited_for_by_any_request() {
    let (service, shutdown) = (failing([throttled(7_200)]), Shutdown::new());
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &shutdown);
    let began = Instant::now();
    assert!(query(&caller, Purpose::Listing).await.is_err());
    let error = query(&caller, Purpose::Listing).await.expect_err("the pause is longer than the deadline");
    assert!(error.has_code("Throttling.User"));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_service_asks_for_is_told_and_ends_at_a_shutdown() {
    let (service, shutdown, waits) = (failing([throttled(500)]), Shutdown::new(), Waits::default());
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &waits, &shutdown);
    let began = Instant::now();
    let second = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        query(&caller, Purpose::Listing).await
    };
    let interrupt = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        shutdown.request();
    };
    let (first, second, ()) = tokio::join!(query(&caller, Purpose::Listing), second, interrupt);
    assert!(first.is_err() && second.is_err());
    assert_eq!(began.elapsed(), Duration::from_secs(10));
    let told = waits.0.into_inner().unwrap();
    assert_eq!(told, [Duration::from_secs(500), Duration::from_secs(499)]);
}

#[tokio::test(start_paused = true)]
async fn a_look_up_goes_on_after_a_graceful_shutdown_and_ends_after_a_while() {
    let shutdown = Shutdown::new();
    shutdown.request();
    let service = failing([lost(), lost(), lost()]);
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &shutdown);
    assert!(query(&caller, Purpose::LookUp).await.is_ok(), "three failures are not the end of a look-up");

    let service = failing([throttled(120), throttled(120)]);
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &shutdown);
    let began = Instant::now();
    assert!(query(&caller, Purpose::LookUp).await.is_err());
    assert!(began.elapsed() <= Duration::from_secs(30), "{:?}", began.elapsed());

    let service = failing([lost()]);
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &shutdown);
    assert!(query(&caller, Purpose::Listing).await.is_err(), "a listing ends at once");
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_form_is_asked_for_once_more() {
    let misfit = || ServiceError::Unreadable {
        operation: OPERATION,
        status: 200,
        problem: "".into(),
        request_id: None,
        retry_after: None,
    };
    let (service, shutdown) = (failing((0..8).map(|_| misfit())), Shutdown::new());
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &shutdown);
    let began = Instant::now();
    query(&caller, Purpose::Listing).await.unwrap_err();
    assert_eq!(service.0.lock().unwrap().len(), 6);
    assert!(began.elapsed() < Duration::from_secs(1));
}

/// A line that carries two uploads at once; more than that all stall.
#[derive(Default)]
struct SlowLine {
    busy: AtomicUsize,
    stalled: AtomicUsize,
}

impl ReadLetters for SlowLine {
    async fn query(&self, _: &LetterFilter) -> Result<Answer<ExistingLetters>, ServiceError> {
        Ok(Answer { value: ExistingLetters::default(), request_id: None })
    }
}

impl WriteLetters for SlowLine {
    async fn upload(&self, object: ScanObject, _: Bytes, _: &Tell<'_>) -> Result<FileKey, ServiceError> {
        self.busy.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(40)).await;
        let crowded = self.busy.load(Ordering::SeqCst) > 2;
        if crowded {
            tokio::time::sleep(Duration::from_secs(30)).await;
            self.stalled.fetch_add(1, Ordering::SeqCst);
        }
        self.busy.fetch_sub(1, Ordering::SeqCst);
        if crowded {
            let problem = "no progress for 30 s".into();
            return Err(ServiceError::Stalled { operation: Operation::PostObject, problem });
        }
        Ok(FileKey::of_object(&format!("1/{object}")).expect("a key"))
    }

    async fn create(&self, _: &NewLetter<FileKey>) -> Result<Answer<Option<LetterId>>, ServiceError> {
        unreachable!("nothing is created")
    }
}

/// Uploads 48 scans of two accounts, at most 16 at once; says how many did not arrive.
async fn upload_all(callers: [Caller<'_, SlowLine>; 2]) -> usize {
    let uploads = callers.iter().flat_map(|caller| {
        (0..24).map(async move |number: u8| {
            let object = ScanObject::new(ScanDigest::of(&[number]), PictureFormat::Png);
            caller.upload("委托", object, Bytes::new()).await
        })
    });
    join_all(uploads).await.iter().filter(|result| result.is_err()).count()
}

#[tokio::test(start_paused = true)]
async fn uploads_that_time_out_lower_how_many_run_at_once_in_all_accounts() {
    let (shutdown, slots, service) = (Shutdown::new(), Slots::new(16), SlowLine::default());
    let caller = |seed| Caller::new(&service, RetryPolicy::default(), seed, &Silent, &shutdown);
    assert_eq!(upload_all([caller(0), caller(1)]).await, 48, "all at once, they stall until each is given up");
    service.stalled.store(0, Ordering::SeqCst);
    assert_eq!(upload_all([caller(2).within(&slots), caller(3).within(&slots)]).await, 0);
    let stalled = service.stalled.load(Ordering::SeqCst);
    assert!((16..96).contains(&stalled), "{stalled} uploads of 48 scans stalled");
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_waits_for_others_ends_its_wait_at_a_shutdown() {
    let (shutdown, slots, service) = (Shutdown::new(), Slots::new(8), SlowLine::default());
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &shutdown).within(&slots);
    let problem = "".into();
    let error = ServiceError::Stalled { operation: Operation::PostObject, problem };
    slots.uploads.enter().await.end(Some(&error));
    let _the_only_one = slots.uploads.enter().await;
    let interrupt = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        shutdown.request();
    };
    let object = ScanObject::new(ScanDigest::of(b"a"), PictureFormat::Png);
    let (result, ()) = tokio::join!(caller.upload("委托", object, Bytes::new()), interrupt);
    assert!(matches!(result, Err(Held::Stopped)), "{result:?}");
}
