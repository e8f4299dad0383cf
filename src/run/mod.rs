//! Query, plan and apply for one account or for the accounts of a workspace: what the program and
//! the simulator drive.
//!
//! ```text
//! Target ─ connect ─ query ─ Work ─ plan ─ Prepared ─ apply ─ Report
//! ```
//!
//! A run prints nothing and reads no arguments. What happens is told to the observers of its
//! targets, and what came of each account is a value.

mod connection;
mod error;
mod invalid;
mod prepare;
mod query;
#[cfg_attr(not(feature = "emulator"), path = "no_sandbox.rs")]
mod sandbox;
mod scans;
#[cfg(test)]
mod tests;
mod usage;

use std::sync::atomic::{AtomicU64, Ordering};

use futures::{StreamExt as _, stream};
use tracing::{Instrument as _, Span};

pub use connection::{Connect, Connection, ServiceConfig, ServiceLocation};
pub use error::{ConnectError, RunError};
pub use invalid::InvalidDeclarations;
pub use prepare::{Prepared, Work};
pub use query::Existing;
pub use scans::FileScans;
pub use usage::{Survey, until};

use crate::{
    accounts::{AccountFailure, AccountResult, Accounts},
    letter::AccountName,
    retry::{Caller, Observer, RetryPolicy, Shutdown, Slots},
    service::ReadLetters,
};

/// How many accounts are worked on at once.
const SIDE_BY_SIDE: usize = 8;

/// What all accounts of one run share.
pub struct Run<'a> {
    shutdown: &'a Shutdown,
    slots: Slots,
    parallelism: usize,
    seeds: AtomicU64,
    on_failure: &'a (dyn Fn(&AccountName, &RunError) + Sync),
    on_warning: &'a (dyn Fn(&str) + Sync),
}

/// One account, or what the arguments say without a workspace.
pub struct Target<C> {
    /// The account, where there is a workspace.
    pub account: Option<AccountName>,
    /// Its service.
    pub connect: C,
    /// Who is told of its requests and letters.
    pub observer: Box<dyn Observer + Send>,
}

impl<'a> Run<'a> {
    /// A run with at most `parallelism` requests at once in all accounts together, and a seed for
    /// its jitter.
    pub fn new(parallelism: usize, seed: u64, shutdown: &'a Shutdown) -> Self {
        let parallelism = parallelism.max(1);
        Self {
            shutdown,
            slots: Slots::new(parallelism),
            parallelism,
            seeds: AtomicU64::new(seed),
            on_failure: &|_, _| {},
            on_warning: &|_| {},
        }
    }

    /// Tells of the failure of an account, and of a warning about the whole run, at once.
    #[must_use]
    pub fn telling(
        self,
        on_failure: &'a (dyn Fn(&AccountName, &RunError) + Sync),
        on_warning: &'a (dyn Fn(&str) + Sync),
    ) -> Self {
        Self { on_failure, on_warning, ..self }
    }

    /// Takes a step with each account, side by side. An account that failed before is passed over.
    ///
    /// # Errors
    /// The failure of the only account. That of an account of a workspace is a part of the result.
    pub async fn each<T, U>(
        &self,
        accounts: Accounts<T>,
        step: impl AsyncFn(T) -> Result<U, RunError>,
    ) -> Result<Accounts<U>, RunError> {
        let all = match accounts {
            Accounts::Single(one) => return step(one).await.map(Accounts::Single),
            Accounts::Workspace(all) => all,
        };
        let steps = stream::iter(all).map(async |AccountResult { account, result }| {
            let result = match result {
                Err(failure) => Err(failure),
                Ok(value) => step(value).await.map_err(|error| {
                    (self.on_failure)(&account, &error);
                    AccountFailure::from(&error)
                }),
            };
            AccountResult { account, result }
        });
        Ok(Accounts::Workspace(steps.buffered(SIDE_BY_SIDE).collect().await))
    }

    fn caller<'c, S: ReadLetters>(
        &'c self,
        service: &'c S,
        policy: RetryPolicy,
        observer: &'c dyn Observer,
    ) -> Caller<'c, S> {
        // Callers that failed together must not come back together.
        let seed = self.seeds.fetch_add(1, Ordering::Relaxed);
        Caller::new(service, policy, seed, observer, self.shutdown).within(&self.slots)
    }

    /// Opens a connection, does something with it, and closes it again if that fails.
    async fn connected<C: Connect, T>(
        &self,
        target: &Target<C>,
        step: impl AsyncFnOnce(&Connection<C::Service>) -> Result<T, RunError>,
    ) -> Result<(Connection<C::Service>, T), RunError> {
        async {
            let connection = target.connect.connect().await?;
            if let Some(warning) = connection.warning {
                (self.on_warning)(warning);
            }
            match step(&connection).await {
                Ok(value) => Ok((connection, value)),
                Err(error) => {
                    connection.close().await?;
                    Err(error)
                }
            }
        }
        .instrument(span(target.account.as_ref()))
        .await
    }
}

/// What tells the lines of the log apart when accounts are worked on side by side.
fn span(account: Option<&AccountName>) -> Span {
    account.map_or_else(Span::none, |account| tracing::debug_span!("work", account = account.as_str()))
}
