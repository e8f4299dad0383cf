use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use tokio::time::{Duration, sleep};

use super::*;
use crate::{
    apply::{ReadScans, ScanProblem},
    escape::Untrusted,
    letter::testing::{declared, today},
    letter::{ExistingLetters, FileKey, LetterId, NewLetter, Picture, Scan, ScanObject, Source},
    retry::Silent,
    service::{Answer, LetterFilter, Operation, ServiceError, Tell, WriteLetters},
};

/// An account that takes a second for each request, and counts those under way in all accounts.
#[derive(Clone, Default)]
struct Slow {
    under_way: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    fails: bool,
}

impl Slow {
    async fn request<T>(&self, value: T) -> Result<Answer<T>, ServiceError> {
        let under_way = self.under_way.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(under_way, Ordering::Relaxed);
        sleep(Duration::from_secs(1)).await;
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        if self.fails {
            let (operation, problem) = (Operation::QuerySmsAuthorizationLetter, "no route".into());
            return Err(ServiceError::NotSent { operation, problem });
        }
        Ok(Answer { value, request_id: None })
    }
}

impl ReadLetters for Slow {
    async fn query(&self, _: &LetterFilter) -> Result<Answer<ExistingLetters>, ServiceError> {
        self.request(ExistingLetters::default()).await
    }
}

impl WriteLetters for Slow {
    async fn upload(&self, object: ScanObject, _: Bytes, _: &Tell<'_>) -> Result<FileKey, ServiceError> {
        let key = format!("123456/{object}");
        Ok(self.request(FileKey::try_from(key.as_str()).expect("a key")).await?.value)
    }

    async fn create(&self, _: &NewLetter<FileKey>) -> Result<Answer<Option<LetterId>>, ServiceError> {
        self.request(Some(LetterId(1))).await
    }
}

impl Connect for Slow {
    type Service = Self;

    fn label(&self) -> Untrusted {
        "https://dysmsapi.example".into()
    }

    async fn connect(&self) -> Result<Connection<Self>, ConnectError> {
        Ok(Connection::new(self.clone(), self.label()))
    }
}

struct NoScans;

impl ReadScans for NoScans {
    async fn read(&self, _: &Source, scan: &Scan) -> Result<Bytes, ScanProblem> {
        Err(ScanProblem(format!("{} has changed", scan.path)))
    }
}

/// The letters of one account, each with a picture that is uploaded.
fn work(count: usize) -> Work {
    let letters = (0..count).map(|number| {
        let mut desired = declared(&format!("委托{number}"));
        desired.letter.picture = Picture::FileKey("123456/a.png".try_into().expect("a key"));
        desired
    });
    Work::of_letters(letters.collect(), today(), 60)
}

fn target(account: &str, slow: &Slow) -> Target<Slow> {
    Target { account: account.parse().ok(), connect: slow.clone(), observer: Box::new(Silent) }
}

fn workspace<T>(names: &[&str], make: impl Fn(&str) -> T) -> Accounts<T> {
    let all = names.iter().map(|name| AccountResult { account: name.parse().expect("a name"), result: Ok(make(name)) });
    Accounts::Workspace(all.collect())
}

#[tokio::test(start_paused = true)]
async fn parallelism_bounds_the_requests_of_all_accounts_together() {
    let (shutdown, slow) = (Shutdown::new(), Slow::default());
    let run = Run::new(3, 1, &shutdown);
    let targets = workspace(&["a", "b", "c", "d"], |name| target(name, &slow));
    let prepared =
        run.each(targets, async |target| run.prepare(target, work(5), NoScans).await).await.expect("planned");
    assert_eq!(slow.most.load(Ordering::Relaxed), 3, "the queries of four accounts");
    let reports = run.each(prepared.as_ref(), async |prepared| Ok(run.apply(prepared).await)).await.expect("applied");
    assert_eq!(slow.most.load(Ordering::Relaxed), 3, "the creates of four accounts");
    assert_eq!(reports.summary().created, 20);
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_one_account_is_told_at_once_and_leaves_the_others_alone() {
    let (shutdown, told) = (Shutdown::new(), AtomicUsize::new(0));
    let tell = |account: &AccountName, error: &RunError| {
        assert_eq!((account.as_str(), error.service().is_some()), ("b", true));
        told.fetch_add(1, Ordering::Relaxed);
    };
    let run = Run::new(8, 1, &shutdown).telling(&tell, &|_| {});
    let targets = workspace(&["a", "b"], |name| target(name, &Slow { fails: name == "b", ..Slow::default() }));
    let plans = run.each(targets, async |target| run.prepare(target, work(1), NoScans).await?.close().await).await;
    let plans = plans.expect("an account of a workspace fails alone");
    assert_eq!((plans.summary().create, plans.failed().count(), told.into_inner()), (1, 1, 1));
    let failure = plans.failed().next().expect("one failed").1;
    assert!(failure.message.raw().contains("no route"), "{failure:?}");
}

#[tokio::test(start_paused = true)]
async fn a_changed_scan_makes_a_saved_plan_stale_for_each_letter_that_has_it() {
    let (shutdown, slow) = (Shutdown::new(), Slow::default());
    let run = Run::new(8, 1, &shutdown);
    let letters = vec![declared("甲"), declared("乙")];
    let declared = Work::of_letters(letters, today(), 60);
    let plan =
        run.prepare(target("a", &slow), declared, NoScans).await.expect("planned").close().await.expect("closed");
    let stale = run.prepare(target("a", &slow), Work::Saved(plan), NoScans).await.err().expect("stale");
    assert!(["甲", "乙"].iter().all(|name| stale.to_string().contains(name)), "{stale}");
}
