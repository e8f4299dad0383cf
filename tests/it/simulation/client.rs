//! One client: a plan and its apply with the real engine, perhaps interrupted.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use letterform::{
    apply::{ReadScans, Report, ScanProblem, apply},
    letter::{DesiredLetter, Scan, Source},
    plan::{Plan, staleness},
    retry::{Caller, Purpose, RetryPolicy, Shutdown},
    service::{LetterFilter, ServiceError, WriteLetters},
};
use rand::{RngExt, rngs::StdRng};

use crate::simulation::{
    broken::{Broken, Guard},
    declarations::OTHER_SCAN,
    service::SimService,
    witness::Degree,
};

const ENDPOINT: &str = "https://dysmsapi.example";

/// What a client is to do, and how it is disturbed.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) declared: Vec<DesiredLetter>,
    pub(crate) parallelism: usize,
    pub(crate) seed: u64,
    pub(crate) starts: Duration,
    pub(crate) interruption: Interruption,
    /// Saves the plan, and applies it this much later.
    pub(crate) saved_for: Option<Duration>,
    /// Whether a scan changes between plan and apply.
    pub(crate) scan_changes: bool,
}

/// How a client is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interruption {
    Never,
    /// It is asked to stop.
    Asked(Duration),
    /// It is asked to stop, and asked again after a while.
    AskedTwice(Duration, Duration),
    /// Its process ends after so many steps, wherever it is (`kill -9`).
    Killed(u32),
}

/// How a client came to its end.
#[derive(Debug)]
pub(crate) enum Ending {
    Reported(Report),
    PlanFailed,
    Stale,
    Killed,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Reported(report) = self else { return fmt::Debug::fmt(self, f) };
        f.write_str("reported")?;
        report.letters.iter().try_for_each(|letter| write!(f, ", {} {:?}", letter.planned.name(), letter.outcome))
    }
}

impl Job {
    /// A job that nothing disturbs.
    pub(crate) fn undisturbed(declared: Vec<DesiredLetter>, seed: u64) -> Self {
        let (starts, interruption) = (Duration::ZERO, Interruption::Never);
        Self { declared, parallelism: 4, seed, starts, interruption, saved_for: None, scan_changes: false }
    }

    pub(crate) fn draw(rng: &mut StdRng, declared: Vec<DesiredLetter>) -> Self {
        let some_time = |rng: &mut StdRng| {
            let longest = if rng.random_bool(0.5) { 500 } else { 30_000 };
            Duration::from_millis(rng.random_range(0..longest))
        };
        let interruption = match rng.random_range(0..10) {
            0 => Interruption::Asked(some_time(rng)),
            1 | 2 => Interruption::AskedTwice(some_time(rng), some_time(rng)),
            3 | 4 => Interruption::Killed(rng.random_range(0..50)),
            _ => Interruption::Never,
        };
        Self {
            declared,
            parallelism: rng.random_range(1..9),
            seed: rng.random(),
            starts: if rng.random_bool(0.5) { Duration::ZERO } else { some_time(rng) },
            interruption,
            saved_for: rng.random_bool(0.2).then(|| some_time(rng)),
            scan_changes: rng.random_bool(0.05),
        }
    }
}

/// The scans of a job; their content is their path.
struct Scans {
    changed: bool,
}

impl ReadScans for Scans {
    async fn read(&self, _: &Source, scan: &Scan) -> Result<Bytes, ScanProblem> {
        if self.changed && scan.path == OTHER_SCAN {
            return Err(ScanProblem(format!("{} has changed since the plan was made", scan.path)));
        }
        Ok(Bytes::copy_from_slice(scan.path.as_bytes()))
    }
}

/// Runs a client to its end.
pub(crate) async fn run(service: &SimService, guard: Option<Guard>, job: &Job) -> Ending {
    tokio::time::sleep(job.starts).await;
    let stop = Shutdown::new();
    let unheard = Shutdown::new();
    let heard = if guard == Some(Guard::Stop) { &unheard } else { &stop };
    let broken = Broken { guard, service };
    let work = killed_after(job.interruption, work(&broken, service, job, heard));
    let interrupt = async {
        if let Interruption::Asked(after) | Interruption::AskedTwice(after, _) = job.interruption {
            tokio::time::sleep(after).await;
            service.witness.stop(Degree::Soft);
            stop.request();
        }
        if let Interruption::AskedTwice(_, after) = job.interruption {
            tokio::time::sleep(after).await;
            service.witness.stop(Degree::Hard);
            stop.request();
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        biased;
        () = interrupt => unreachable!("it never ends"),
        ending = work => ending,
    }
}

async fn work(broken: &Broken<'_>, service: &SimService, job: &Job, stop: &Shutdown) -> Ending {
    let caller = Caller::new(broken, RetryPolicy::default(), job.seed, &*service.witness, stop);
    // An apply ends itself when it is told to end at once; a plan has nothing to report and is dropped.
    let planned = tokio::select! {
        biased;
        () = stop.forced() => return Ending::PlanFailed,
        planned = reviewed_plan(&caller, job) => planned,
    };
    match planned {
        Ok(Some(plan)) => {
            let scans = Scans { changed: job.scan_changes };
            Ending::Reported(apply(plan, &caller, &scans, stop, job.parallelism).await)
        }
        Ok(None) => Ending::Stale,
        Err(_) => Ending::PlanFailed,
    }
}

/// The plan that is to be applied; `None` when it was saved and turns out to be stale.
async fn reviewed_plan<S: WriteLetters>(caller: &Caller<'_, S>, job: &Job) -> Result<Option<Plan>, ServiceError> {
    let mut plan = plan(caller, &job.declared).await?;
    if let Some(wait) = job.saved_for {
        let saved = serde_json::to_vec(&plan.to_saved_document()).expect("a plan is texts and numbers");
        tokio::time::sleep(wait).await;
        plan = Plan::from_saved(&saved).expect("a saved plan can be read back");
        let existing = caller.query(None, &LetterFilter::default(), Purpose::Listing).await?;
        if !staleness(&plan, ENDPOINT, &existing.value).is_empty() {
            return Ok(None);
        }
    }
    Ok(Some(plan))
}

/// What is to be done for these declarations, as far as one query shows.
pub(crate) async fn plan<S: WriteLetters>(
    caller: &Caller<'_, S>,
    declared: &[DesiredLetter],
) -> Result<Plan, ServiceError> {
    let existing = caller.query(None, &LetterFilter::default(), Purpose::Listing).await?;
    let today = "2026-11-24".parse().expect("a day");
    Ok(Plan::new(ENDPOINT.to_owned(), declared.to_vec(), &existing.value, today, 60))
}

/// Drops the work where it is once it was polled so many times.
async fn killed_after(interruption: Interruption, work: impl Future<Output = Ending>) -> Ending {
    let Interruption::Killed(mut polls) = interruption else { return work.await };
    let mut work = pin!(work);
    poll_fn(|context| {
        if polls == 0 {
            return Poll::Ready(Ending::Killed);
        }
        polls -= 1;
        work.as_mut().poll(context)
    })
    .await
}
