//! `letterform status`

use std::time::Duration;

use anyhow::bail;
use clap::ValueEnum;

use super::{
    Exit, failure, files,
    output::OutputArgs,
    stderr::{error, note},
    targets::{Scope, TargetArgs},
};
use crate::{
    accounts::Accounts,
    escape::{shell_word, visible},
    inventory::Inventory,
    letter::{DesiredLetter, ExistingLetters},
    render::{
        markdown,
        style::{self, paint},
        text,
    },
    run::{self, Connect as _, Run, RunError, ServiceConfig},
    signature::Facts,
    status::{Move, Outlook, Status},
    usage::Depth,
    wording::counted,
};

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show this letter only; repeatable
    #[arg(long = "letter", value_name = "NAME")]
    letters: Vec<String>,
    /// When to check the qualification of each signature, which takes one request a signature
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    details: Details,
    /// Print the calls that move signatures to their letters' successors, as a shell script
    #[arg(long, conflicts_with_all = ["wait", "format"])]
    hand_over: bool,
    /// Wait until no signature is under review; with --letter, until these letters have passed or
    /// been refused
    #[arg(
        long,
        value_name = "MINUTES",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "60",
        value_parser = clap::value_parser!(u32).range(1..=10_080)
    )]
    wait: Option<u32>,
    /// Exit with 3 if a signature was refused or can't be used, with 2 if one is under review
    #[arg(long)]
    detailed_exitcode: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    targets: TargetArgs,
}

/// When single signatures are asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Details {
    /// In accounts with up to 100 signatures
    #[default]
    Auto,
    /// In every account
    Always,
    /// Never
    Never,
}

/// What is declared for an account, and the account.
type Declared = (Vec<DesiredLetter>, Scope);

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let targets = args.targets.resolve()?;
    // The calls name no account: those of several would be one script for the wrong credentials.
    let targets = if args.hand_over { targets.only()? } else { targets };
    let options = targets.accounts.good().map(|scope| aliyun_options(&scope.service)).next().unwrap_or_default();
    let bound = Duration::from_secs(60 * u64::from(args.wait.unwrap_or_default()));
    let statuses = targets.run(async |run, scopes| {
        let declared = run.each(scopes, async |scope| Ok((scope.declarations.load_if_any()?, scope))).await?;
        let look = async || run.each(declared.as_ref(), async |declared| args.look(run, declared).await).await;
        run::until(bound, look, |seen| args.wait.is_none() || args.is_settled(seen)).await
    })?;
    args.check_names(&statuses)?;
    let exit = args.exit(&statuses);
    args.print(statuses, &options)?;
    Ok(exit)
}

impl Args {
    /// Looks once what became of an account's letters.
    async fn look(&self, run: &Run<'_>, (desired, scope): &Declared) -> Result<Status, RunError> {
        let target = scope.target();
        let (today, soon) = (scope.declarations.today(), scope.declarations.expiring_days());
        let status = |existing: &ExistingLetters, facts: &Facts| {
            let place = (scope.account.clone(), scope.service.label());
            Status::new(place, &Inventory::new(desired, existing, today), facts, soon)
        };
        let further = |existing: &ExistingLetters, facts: &Facts| {
            let moves = if self.hand_over { status(existing, facts).moves } else { Vec::new() };
            moves
                .into_iter()
                .filter(|planned| planned.ready)
                .map(|planned| planned.signature.raw().to_owned())
                .collect()
        };
        let survey = run.survey(&target, self.depth(), further).await?;
        Ok(status(&survey.existing.letters, &survey.facts))
    }

    fn depth(&self) -> Depth {
        match self.details {
            // Nothing but the letters and the signatures decides what is to be moved.
            _ if self.hand_over => Depth::Signatures,
            Details::Auto => Depth::Few,
            Details::Always => Depth::All,
            Details::Never => Depth::Signatures,
        }
    }

    /// Whether nothing is waited for any more. What can't be read is not waited for.
    fn is_settled(&self, statuses: &Accounts<Status>) -> bool {
        let waiting: Vec<&str> = self.waiting(statuses);
        if !waiting.is_empty() {
            let names: Vec<_> = waiting.iter().map(|name| visible(name)).collect();
            note!("{} {}", paint(style::STRONG, "waiting for:"), names.join(", "));
        }
        waiting.is_empty()
    }

    fn waiting<'a>(&self, statuses: &'a Accounts<Status>) -> Vec<&'a str> {
        statuses.good().filter(|status| status.is_known()).flat_map(|status| status.waiting(&self.letters)).collect()
    }

    /// Refuses names that no account has.
    fn check_names(&self, statuses: &Accounts<Status>) -> anyhow::Result<()> {
        let is_there = |name: &str| statuses.good().any(|status| status.letters.iter().any(|other| other.name == name));
        match self.letters.iter().find(|name| !is_there(name)) {
            Some(name) if !statuses.any_failed() => {
                bail!("no letter named {name} is declared or exists; `letterform list` shows them all")
            }
            _ => Ok(()),
        }
    }

    fn print(&self, statuses: Accounts<Status>, options: &str) -> anyhow::Result<()> {
        let shown = statuses.map(|status| self.shown(status));
        if self.hand_over {
            return print_calls(&shown, options);
        }
        self.output.print(|| text::status(&shown), || shown.to_document(), |comment| markdown::status(&shown, comment))
    }

    /// The status of the letters that were asked for.
    fn shown(&self, status: Status) -> Status {
        if self.letters.is_empty() { status } else { status.only(&self.letters) }
    }

    fn exit(&self, statuses: &Accounts<Status>) -> Exit {
        let unknown = statuses.good().any(|status| !status.is_known());
        if statuses.any_failed() || (unknown && (self.detailed_exitcode || self.wait.is_some())) {
            return Exit::Failed;
        }
        if self.detailed_exitcode {
            return match statuses.good().map(|status| self.shown(status.clone()).outlook()).max() {
                Some(Outlook::Refused) => Exit::Refused,
                Some(Outlook::UnderWay) => Exit::UnderWay,
                Some(Outlook::Settled) | None => Exit::Done,
            };
        }
        if let Some(minutes) = self.wait
            && !self.waiting(statuses).is_empty()
        {
            let minutes = counted(minutes as usize, "minute");
            error!("not settled after {minutes}");
            return Exit::Failed;
        }
        Exit::Done
    }
}

/// The calls that move signatures, as a script.
fn print_calls(statuses: &Accounts<Status>, options: &str) -> anyhow::Result<()> {
    let moves: Vec<Move> = statuses.good().flat_map(|status| &status.moves).cloned().collect();
    statuses.good().flat_map(|status| &status.not_known).for_each(failure::not_known);
    if moves.is_empty() {
        note!("Nothing to move: no signature names a letter that has a registered successor.");
        return Ok(());
    }
    files::print(text::hand_over(&moves, options).as_bytes())
}

/// Options of the Alibaba Cloud CLI with which it asks the same account.
fn aliyun_options(service: &ServiceConfig) -> String {
    let profile = service.access.profile.as_ref().map(|profile| format!(" --profile {}", shell_word(profile)));
    let region = service.region.as_ref().map(|named| format!(" --region {}", named.region));
    profile.into_iter().chain(region).collect()
}
