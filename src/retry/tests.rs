use std::{collections::VecDeque, sync::Mutex};

use super::*;

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
    ServiceError::Answered {
        operation: OPERATION,
        code: "Throttling.User".to_owned(),
        message: String::new(),
        request_id: None,
        status: 429,
        retry_after: Some(Duration::from_secs(seconds)),
        clock_skew: None,
        denial: None,
    }
}

fn lost() -> ServiceError {
    ServiceError::AnswerLost { operation: OPERATION, problem: "cut".to_owned() }
}

fn failing(errors: impl IntoIterator<Item = ServiceError>) -> Failing {
    Failing(Mutex::new(errors.into_iter().collect()))
}

async fn query(caller: &Caller<'_, Failing>, purpose: Purpose) -> Result<(), ServiceError> {
    caller.query(None, &LetterFilter::default(), purpose).await.map(|_| ())
}

#[tokio::test(start_paused = true)]
async fn a_wait_past_the_deadline_is_not_waited_for_by_any_request() {
    let (service, stop) = (failing([throttled(7_200)]), Shutdown::new());
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &stop);
    let began = Instant::now();
    assert!(query(&caller, Purpose::Listing).await.is_err());
    let error = query(&caller, Purpose::Listing).await.expect_err("the pause is longer than the deadline");
    assert_eq!(error.code(), Some("Throttling.User"));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_service_asks_for_is_told_and_ends_at_a_shutdown() {
    let (service, stop, waits) = (failing([throttled(500)]), Shutdown::new(), Waits::default());
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &waits, &stop);
    let began = Instant::now();
    let second = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        query(&caller, Purpose::Listing).await
    };
    let interrupt = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        stop.request();
    };
    let (first, second, ()) = tokio::join!(query(&caller, Purpose::Listing), second, interrupt);
    assert!(first.is_err() && second.is_err());
    assert_eq!(began.elapsed(), Duration::from_secs(10));
    let told = waits.0.into_inner().unwrap();
    assert_eq!(told, [Duration::from_secs(500), Duration::from_secs(499)]);
}

#[tokio::test(start_paused = true)]
async fn a_look_up_goes_on_after_a_graceful_shutdown_and_ends_after_a_while() {
    let stop = Shutdown::new();
    stop.request();
    let service = failing([lost(), lost(), lost()]);
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &stop);
    assert!(query(&caller, Purpose::LookUp).await.is_ok(), "three failures are not the end of a look-up");

    let service = failing([throttled(120), throttled(120)]);
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &stop);
    let began = Instant::now();
    assert!(query(&caller, Purpose::LookUp).await.is_err());
    assert!(began.elapsed() <= Duration::from_secs(30), "{:?}", began.elapsed());

    let service = failing([lost()]);
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &stop);
    assert!(query(&caller, Purpose::Listing).await.is_err(), "a listing ends at once");
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_form_is_asked_for_once_more() {
    let misfit = || ServiceError::Unreadable {
        operation: OPERATION,
        status: 200,
        problem: String::new(),
        request_id: None,
        retry_after: None,
    };
    let (service, stop) = (failing((0..8).map(|_| misfit())), Shutdown::new());
    let caller = Caller::new(&service, RetryPolicy::default(), 1, &Silent, &stop);
    let began = Instant::now();
    query(&caller, Purpose::Listing).await.unwrap_err();
    assert_eq!(service.0.lock().unwrap().len(), 6);
    assert!(began.elapsed() < Duration::from_secs(1));
}
