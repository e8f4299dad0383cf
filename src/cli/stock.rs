//! What is declared and what exists, for one account or for those of a workspace.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use jiff::civil::Date;
use tracing::Instrument as _;

use super::{existing, failure, logging, plan::SIDE_BY_SIDE, workspace::Target};
use crate::{
    accounts::{AccountResult, Accounts},
    clock::Clock,
    inventory::Inventory,
    letter::{AccountName, DesiredLetter, ExistingLetters},
    retry::Shutdown,
};

/// What is declared and what exists.
pub(super) struct Stock {
    /// The account, where there is a workspace.
    pub(super) account: Option<AccountName>,
    /// Where the letters that exist are.
    pub(super) endpoint: String,
    today: Date,
    desired: Vec<DesiredLetter>,
    existing: ExistingLetters,
}

impl Stock {
    /// Letter by letter.
    pub(super) fn inventory(&self) -> Inventory<'_> {
        Inventory::new(&self.desired, &self.existing, self.today)
    }
}

/// The stock of one account, or of what the arguments say.
pub(super) async fn of(target: &Target, clock: &Arc<dyn Clock>) -> anyhow::Result<Stock> {
    let stop = Shutdown::new();
    take(target, clock, &stop).await
}

/// The stocks of all accounts, taken side by side. Why one has none is shown at once.
pub(super) async fn of_all(targets: &[Target], clock: &Arc<dyn Clock>) -> anyhow::Result<Accounts<Stock>> {
    let stop = Shutdown::new();
    let stop = &stop;
    let stocks = stream::iter(targets.iter().filter_map(|target| Some((target.account.clone()?, target)))).map(
        |(account, target)| async move {
            let result = take(target, clock, stop).await.map_err(|error| failure::of_account(&account, &error));
            AccountResult { account, result }
        },
    );
    Ok(Accounts(stocks.buffered(SIDE_BY_SIDE).collect().await))
}

async fn take(target: &Target, clock: &Arc<dyn Clock>, stop: &Shutdown) -> anyhow::Result<Stock> {
    let declarations = &target.declarations;
    let desired = tokio::task::block_in_place(|| declarations.load_if_any())?;
    let span = logging::span(target.account.as_ref());
    let existing =
        existing::ask(&target.service, Arc::clone(clock), stop, existing::Whose::Any).instrument(span).await?;
    Ok(Stock {
        account: target.account.clone(),
        endpoint: existing.endpoint,
        today: declarations.today(),
        desired,
        existing: existing.letters,
    })
}
