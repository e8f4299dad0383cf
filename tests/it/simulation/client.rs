//! One client: a plan and its apply with the real engine, perhaps interrupted.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use letterform::{
    accounts::Accounts,
    apply::{ReadScans, Report, ScanProblem},
    letter::{DesiredLetter, Scan, Source},
    plan::Plan,
    retry::{Event, Observer, Shutdown},
    run::{Connect, ConnectError, Connection, Run, RunError, Target, Work},
};
use rand::{RngExt, rngs::StdRng};

use crate::simulation::{
    broken::{Broken, Guard},
    declarations::OTHER_SCAN,
    history::{Degree, History},
    service::SimService,
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
#[derive(Clone, Copy)]
struct Scans {
    changed: bool,
}

/// The service without the guard, as the engine reaches it.
#[derive(Clone, Copy)]
pub(crate) struct SimConnection<'a>(pub(crate) &'a SimService, pub(crate) Option<Guard>);

impl<'a> Connect for SimConnection<'a> {
    type Service = Broken<'a>;

    fn label(&self) -> letterform::escape::Untrusted {
        ENDPOINT.into()
    }

    async fn connect(&self) -> Result<Connection<Broken<'a>>, ConnectError> {
        Ok(Connection::new(Broken { guard: self.1, service: self.0 }, self.label()))
    }
}

/// The history as the engine tells it.
struct Watcher(Arc<History>);

impl Observer for Watcher {
    fn event(&self, event: &Event<'_>) {
        self.0.event(event);
    }
}

impl SimConnection<'_> {
    fn target(self) -> Target<Self> {
        Target { account: None, connect: self, observer: Box::new(Watcher(Arc::clone(&self.0.history))) }
    }
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
    let work = killed_after(job.interruption, work(SimConnection(service, guard), job, heard));
    let interrupt = async {
        if let Interruption::Asked(after) | Interruption::AskedTwice(after, _) = job.interruption {
            tokio::time::sleep(after).await;
            service.history.stop(Degree::Soft);
            stop.request();
        }
        if let Interruption::AskedTwice(_, after) = job.interruption {
            tokio::time::sleep(after).await;
            service.history.stop(Degree::Hard);
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

async fn work(connection: SimConnection<'_>, job: &Job, shutdown: &Shutdown) -> Ending {
    let run = Run::new(job.parallelism, job.seed, shutdown);
    let scans = Scans { changed: job.scan_changes };
    // An apply ends itself when it is told to end at once; a plan has nothing to report and is
    // dropped.
    let prepared = tokio::select! {
        biased;
        () = shutdown.forced() => return Ending::PlanFailed,
        prepared = async { run.prepare(connection.target(), reviewed(&run, connection, job).await?, scans).await } => prepared,
    };
    match prepared {
        Ok(prepared) => {
            let reports = run.each(Accounts::Single(&prepared), async |prepared| Ok(run.apply(prepared).await)).await;
            let report = reports.expect("an apply reports its failures").into_good().remove(0);
            Ending::Reported(report)
        }
        Err(RunError::Stale(_)) => Ending::Stale,
        Err(_) => Ending::PlanFailed,
    }
}

/// What is to be applied: the declarations, or a plan of them that was saved for a while.
async fn reviewed(run: &Run<'_>, connection: SimConnection<'_>, job: &Job) -> Result<Work, RunError> {
    let Some(wait) = job.saved_for else { return Ok(declared(&job.declared)) };
    let plan = plan(run, connection, &job.declared).await?;
    let saved = serde_json::to_vec(&plan.to_saved_document()).expect("a plan is texts and numbers");
    tokio::time::sleep(wait).await;
    Ok(Work::Saved(Plan::from_saved(&saved).expect("a saved plan can be read back")))
}

/// What is to be done for these declarations, as far as one query shows.
pub(crate) async fn plan(
    run: &Run<'_>,
    connection: SimConnection<'_>,
    letters: &[DesiredLetter],
) -> Result<Plan, RunError> {
    run.prepare(connection.target(), declared(letters), Scans { changed: false }).await?.close().await
}

fn declared(letters: &[DesiredLetter]) -> Work {
    let today = "2026-11-24".parse().expect("a day");
    Work::of_letters(letters.to_vec(), today, 60)
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
