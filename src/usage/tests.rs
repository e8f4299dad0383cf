use std::sync::Mutex;

use tokio::time::{Duration, Instant};

use super::*;
use crate::{
    retry::{RetryPolicy, Shutdown, Silent},
    service::Operation,
    signature::{Page, Rejection},
};

/// A service with these signatures, whose answers take a while and may change or fail.
struct Service<F> {
    latency: Duration,
    calls: Mutex<Vec<(Operation, u32)>>,
    /// The page and the total of the n-th call for signatures.
    page: F,
}

fn named(name: String) -> AppliedSignature {
    AppliedSignature {
        name,
        audit: Audit::Passed,
        order_id: None,
        letter: None,
        refusal: Rejection::default(),
        kind: String::new(),
    }
}

/// The page of a list of so many.
fn page_of(total: usize, page: u32) -> Page<AppliedSignature> {
    let start = (page as usize - 1) * Page::<()>::SIZE;
    let items = (start..total.min(start + Page::<()>::SIZE)).map(|number| named(format!("签名{number}"))).collect();
    Page { items, total: Some(total as u64) }
}

fn error(code: &str, operation: Operation) -> ServiceError {
    ServiceError::answered(operation, 400, code, "", None)
}

impl<F> Service<F>
where
    F: Fn(usize, u32) -> Result<Page<AppliedSignature>, ServiceError> + Sync,
{
    fn new(page: F) -> Self {
        Self { latency: Duration::from_millis(100), calls: Mutex::default(), page }
    }

    /// Notes a call and says how many of its kind went before.
    fn note(&self, operation: Operation, page: u32) -> usize {
        let mut calls = self.calls.lock().expect("no panic");
        calls.push((operation, page));
        calls.iter().filter(|(other, _)| *other == operation).count() - 1
    }

    fn calls(&self, operation: Operation) -> usize {
        self.calls.lock().expect("no panic").iter().filter(|(other, _)| *other == operation).count()
    }

    async fn read(&self, depth: Depth) -> Facts {
        let stop = Shutdown::new();
        let caller = Caller::new(self, RetryPolicy::brief(), 1, &Silent, &stop);
        Reader::new(&caller, 8).facts(depth).await
    }
}

impl<F> ReadSignatures for Service<F>
where
    F: Fn(usize, u32) -> Result<Page<AppliedSignature>, ServiceError> + Sync,
{
    async fn signatures(&self, page: u32) -> Result<Answer<Page<AppliedSignature>>, ServiceError> {
        let number = self.note(Operation::QuerySmsSignList, page);
        tokio::time::sleep(self.latency).await;
        (self.page)(number, page).map(|value| Answer { value, request_id: None })
    }

    async fn signature(&self, _: &str) -> Result<Answer<Option<SignatureDetails>>, ServiceError> {
        self.note(Operation::GetSmsSign, 0);
        tokio::time::sleep(self.latency).await;
        Ok(Answer { value: Some(SignatureDetails::default()), request_id: None })
    }

    async fn qualifications(&self, page: u32) -> Result<Answer<Page<Qualification>>, ServiceError> {
        self.note(Operation::QuerySmsQualificationRecord, page);
        tokio::time::sleep(self.latency).await;
        Err(error("NoPermission", Operation::QuerySmsQualificationRecord))
    }

    async fn qualification(&self, _: QualificationId) -> Result<Answer<Option<QualificationDetails>>, ServiceError> {
        self.note(Operation::QuerySingleSmsQualification, 0);
        Ok(Answer { value: None, request_id: None })
    }
}

fn listing(facts: &Facts) -> &Listing<AppliedSignature> {
    facts.signatures.as_ref().expect("a list")
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_signatures_cost_their_pages_and_no_more() {
    let service = Service::new(|_, page| Ok(page_of(10_000, page)));
    let began = Instant::now();
    let facts = service.read(Depth::Few).await;
    let (took, pages, parallelism) = (began.elapsed(), 200, 8);
    assert_eq!((listing(&facts).items.len(), listing(&facts).complete, facts.not_asked), (10_000, true, 10_000));
    assert_eq!((service.calls(Operation::QuerySmsSignList), service.calls(Operation::GetSmsSign)), (pages, 0));
    let ideal = service.latency * u32::try_from(pages).expect("few") / parallelism;
    assert!(took <= ideal.mul_f64(1.2), "{took:?} of {ideal:?}");
}

#[tokio::test(start_paused = true)]
async fn a_few_signatures_are_asked_for_one_by_one_and_what_is_refused_is_told() {
    let service = Service::new(|_, page| Ok(page_of(7, page)));
    let facts = service.read(Depth::Few).await;
    assert_eq!((facts.details.len(), facts.not_asked), (7, 0));
    let refused: Vec<_> = facts.not_known().collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].operation, Operation::QuerySmsQualificationRecord);
    assert!(refused[0].help.as_ref().is_some_and(|help| help.raw().contains("dysms:QuerySmsQualificationRecord")));
    assert_eq!(service.calls(Operation::QuerySmsQualificationRecord), 1, "a refusal is not asked about twice");
}

#[tokio::test(start_paused = true)]
async fn a_signature_that_vanishes_from_an_earlier_page_is_noticed_and_none_is_lost() {
    // During the first round one is cancelled: what was first on page 2 moves to page 1, which was
    // read before.
    let service = Service::new(|number, page| {
        let total = if number == 0 { 120 } else { 119 };
        let skipped = usize::from(number > 0);
        let start = (page as usize - 1) * 50;
        let items = (0..120).skip(skipped).skip(start).take(50).map(|number| named(format!("签名{number}"))).collect();
        Ok(Page { items, total: Some(total) })
    });
    let facts = service.read(Depth::Signatures).await;
    assert_eq!((listing(&facts).items.len(), listing(&facts).complete), (119, true));
    assert!(listing(&facts).items.iter().any(|signature| signature.name == "签名50"));
    assert_eq!(service.calls(Operation::QuerySmsSignList), 6);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_never_rests_is_read_three_times_and_said_to_be_incomplete() {
    let service = Service::new(|number, page| Ok(page_of(60 + number, page)));
    let facts = service.read(Depth::Signatures).await;
    assert_eq!(service.calls(Operation::QuerySmsSignList), 6);
    assert!(!listing(&facts).complete && listing(&facts).items.len() > 60);
}

#[tokio::test(start_paused = true)]
async fn a_total_that_is_not_true_ends_where_the_pages_end() {
    let lies = Service::new(|_, page| Ok(Page { total: Some(u64::MAX), ..page_of(60, page) }));
    let facts = lies.read(Depth::Signatures).await;
    assert_eq!((listing(&facts).items.len(), listing(&facts).complete), (60, false));
    assert!(lies.calls(Operation::QuerySmsSignList) <= 3 * (2 + 8), "{:?}", lies.calls);
    let silent = Service::new(|_, page| Ok(Page { total: None, ..page_of(120, page) }));
    let facts = silent.read(Depth::Signatures).await;
    assert_eq!((listing(&facts).items.len(), listing(&facts).complete), (120, true));
    let deaf = Service::new(|_, _| Ok(Page { total: Some(500), ..page_of(500, 1) }));
    assert_eq!(listing(&deaf.read(Depth::Signatures).await).items.len(), 50);
}

#[tokio::test(start_paused = true)]
async fn throttled_pages_are_asked_for_again_until_all_are_there() {
    let service = Service::new(|number, page| {
        if number % 3 == 1 {
            Err(error("Throttling.User", Operation::QuerySmsSignList))
        } else {
            Ok(page_of(1_000, page))
        }
    });
    let facts = service.read(Depth::Signatures).await;
    assert_eq!((listing(&facts).items.len(), listing(&facts).complete), (1_000, true));
}

#[tokio::test(start_paused = true)]
async fn a_refused_list_of_signatures_is_not_known() {
    let service = Service::new(|_, _| Err(error("NoPermission", Operation::QuerySmsSignList)));
    let facts = service.read(Depth::Few).await;
    assert_eq!(facts.signatures.expect_err("refused").code, Some("NoPermission".into()));
    assert_eq!(service.calls(Operation::QuerySmsSignList), 1);
}
