use std::{collections::HashMap, path::Path};

use futures::{StreamExt as _, stream};
use jiff::civil::Date;
use tracing::Instrument as _;

use super::{Connect, Connection, InvalidDeclarations, Run, RunError, Target, query::all_letters, span};
use crate::{
    apply::{self, ReadScans, Report},
    declaration::Loaded,
    letter::{DesiredLetter, Picture, Scan, ScanDigest},
    plan::{Chosen, Plan, Staleness, other_account, other_endpoint, staleness},
    retry::RetryPolicy,
};

/// What is to be done for one account.
#[derive(Debug)]
pub enum Work {
    /// Letters that are declared, to be compared with what exists.
    Declared {
        /// The letters, and the files that they stand in.
        loaded: Box<Loaded>,
        /// The day by which validities are judged.
        today: Date,
        /// Warn of letters that end within this many days.
        expiring_days: u32,
        /// The letters to plan: all, or some of them.
        chosen: Chosen,
    },
    /// A plan that was saved, and must still hold.
    Saved(Plan),
}

impl Work {
    /// The letters that are declared.
    pub fn declared(&self) -> &[DesiredLetter] {
        match self {
            Self::Declared { loaded, .. } => &loaded.letters,
            Self::Saved(_) => &[],
        }
    }

    /// Leaves those of these letters that are declared here, and says whether there are any. A
    /// saved plan stays as it is.
    pub fn narrow(&mut self, names: &Chosen) -> bool {
        let Self::Declared { loaded, chosen, .. } = self else { return true };
        match names.of_these(loaded.letters.iter().map(|desired| &desired.letter.name)) {
            Some(here) => *chosen = here,
            None => return false,
        }
        true
    }

    /// Letters that stand in no file.
    pub fn of_letters(letters: Vec<DesiredLetter>, today: Date, expiring_days: u32) -> Self {
        let loaded = Loaded { letters, ..Loaded::default() };
        Self::Declared { loaded: Box::new(loaded), today, expiring_days, chosen: Chosen::default() }
    }
}

/// A plan, and the connection over which it is applied.
pub struct Prepared<C: Connect, R> {
    /// What is to be done.
    pub plan: Plan,
    pub(super) target: Target<C>,
    pub(super) connection: Connection<C::Service>,
    scans: R,
    is_saved: bool,
}

impl Run<'_> {
    /// Asks for the letters that exist, and makes the plan or checks that the saved one still
    /// holds.
    ///
    /// # Errors
    /// When there is no connection or no good answer, when a letter to create breaks a rule for new
    /// letters, or when the saved plan is stale.
    pub async fn prepare<C: Connect, R: ReadScans>(
        &self,
        target: Target<C>,
        mut work: Work,
        scans: R,
    ) -> Result<Prepared<C, R>, RunError> {
        if let Work::Saved(plan) = &work
            && let Some(reason) = other_endpoint(plan, &target.connect.label())
        {
            return Err(RunError::Stale(vec![reason]));
        }
        if let Work::Declared { loaded, .. } = &mut work {
            // The answer to the query is as large as they are.
            loaded.forget_other_lines();
        }
        let is_saved = matches!(work, Work::Saved(_));
        let planned =
            self.connected(&target, async |connection| self.plan_at(connection, &target, work, &scans).await).await;
        let (connection, plan) = planned?;
        Ok(Prepared { plan, target, connection, scans, is_saved })
    }

    async fn plan_at<C: Connect>(
        &self,
        connection: &Connection<C::Service>,
        target: &Target<C>,
        work: Work,
        scans: &impl ReadScans,
    ) -> Result<Plan, RunError> {
        let caller = self.first_caller(connection, target);
        let (existing, account_id) = tokio::join!(all_letters(&caller), connection.account_id());
        let existing = existing?;
        match work {
            Work::Declared { mut loaded, today, expiring_days, chosen } => {
                let letters = std::mem::take(&mut loaded.letters);
                let plan = Plan::new(connection.endpoint.clone(), letters, &existing, today, expiring_days);
                let plan = plan.only(chosen);
                if let Err(refused) = plan.check_creates() {
                    return Err(InvalidDeclarations::refused(*loaded, refused).into());
                }
                let shown = plan.creates().flat_map(DesiredLetter::warnings);
                match loaded.warnings_besides(shown) {
                    0 => {}
                    1 => (self.on_warning)("the declarations have 1 other warning; `letterform validate` shows it"),
                    others => {
                        let message = "other warnings; `letterform validate` shows them";
                        (self.on_warning)(&format!("the declarations have {others} {message}"));
                    }
                }
                Ok(plan.of_account(target.account.clone()).of_caller(account_id))
            }
            Work::Saved(plan) => {
                let mut reasons = Vec::from_iter(other_account(&plan, &account_id));
                reasons.extend(staleness(&plan, &connection.endpoint, &existing));
                reasons.extend(self.changed_scans(&plan, scans).await);
                if reasons.is_empty() { Ok(plan) } else { Err(RunError::Stale(reasons)) }
            }
        }
    }

    /// The letters whose scans changed since the plan was made. A scan that several letters share
    /// is read once.
    async fn changed_scans(&self, plan: &Plan, scans: &impl ReadScans) -> Vec<Staleness> {
        let distinct: HashMap<ScanKey<'_>, _> = plan.creates().filter_map(scan_of).collect();
        let read = stream::iter(distinct).map(async |(key, (desired, scan))| {
            let problem = scans.read(&desired.source, scan).await.err()?;
            Some((key, problem.0))
        });
        let read = read.buffer_unordered(self.parallelism).filter_map(std::future::ready);
        let changed: HashMap<ScanKey<'_>, String> = read.collect().await;
        let stale = plan.creates().filter_map(scan_of).filter_map(|(key, (desired, _))| {
            let (name, problem) = (desired.letter.name.as_str().into(), changed.get(&key)?.as_str().into());
            Some(Staleness::ScanChanged { name, problem })
        });
        stale.collect()
    }

    /// Does what a plan says, and nothing else.
    pub async fn apply<C: Connect, R: ReadScans>(&self, prepared: &Prepared<C, R>) -> Report {
        let Prepared { plan, target, connection, scans, is_saved } = prepared;
        let caller = self.caller(&connection.service, RetryPolicy::default(), &*target.observer);
        let report = apply::apply(plan.clone(), &caller, scans, self.shutdown, self.parallelism);
        let report = report.instrument(span(target.account.as_ref())).await;
        Report { from_saved_plan: *is_saved, ..report }
    }
}

/// What makes two scans of a plan the same one: the folder of the declaring file, the path, and the
/// content.
type ScanKey<'a> = (Option<&'a Path>, &'a str, ScanDigest);

/// A letter to create that has a scan.
fn scan_of(desired: &DesiredLetter) -> Option<(ScanKey<'_>, (&DesiredLetter, &Scan))> {
    let Picture::Scan(scan) = &desired.letter.picture else { return None };
    Some(((desired.source.folder(), &scan.path, scan.digest), (desired, scan)))
}

impl<C: Connect, R> Prepared<C, R> {
    /// The plan, to be added to, and the scans.
    pub fn plan_and_scans(&mut self) -> (&mut Plan, &R) {
        (&mut self.plan, &self.scans)
    }

    /// Ends the connection, and gives the plan.
    ///
    /// # Errors
    /// When the state of a sandbox can't be written.
    pub async fn close(self) -> Result<Plan, RunError> {
        self.connection.close().await?;
        Ok(self.plan)
    }
}
