//! The program: one module a command, each wiring the library's parts with no rule of its own.
// A program prints: this is the one place that may.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod accounts;
mod apply;
mod checkout;
mod completions;
mod declarations;
mod doctor;
#[cfg(feature = "emulator")]
mod emulator;
mod explain;
mod failure;
mod files;
mod import;
mod interrupt;
mod journal;
#[cfg(not(all(feature = "emulator", feature = "report")))]
mod left_out;
mod list;
mod logging;
mod lsp;
mod man;
mod ocr;
mod only;
mod output;
mod paper;
mod plan;
mod progress;
mod proofread;
mod renew;
#[cfg(feature = "report")]
mod report;
mod schema;
mod service;
mod show;
mod status;
mod stderr;
mod step_summary;
mod successors;
mod targets;
mod tracked;
mod validate;
mod variables;
mod workspace;

use std::{
    io::{self, Write as _},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context as _;
use clap::{
    Parser, Subcommand, ValueEnum,
    error::{ContextKind, ContextValue},
};

#[cfg(not(feature = "emulator"))]
use self::left_out::emulator;
#[cfg(not(feature = "report"))]
use self::left_out::report;
use crate::{
    clock::{Clock, ShiftedClock, SystemClock},
    escape::visible,
};

/// Letters of Authorization (授权委托书) for Alibaba Cloud SMS as code.
///
/// Letters are declared in YAML. `plan` shows what is missing at the service or differs, `apply`
/// uploads the scans and creates what is missing. A letter is known by its name: nothing is created
/// twice, and there is no state file.
#[derive(Debug, Parser)]
#[command(name = "letterform", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Global {
    /// When to use colours (`NO_COLOR` is honoured)
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t = ColorWhen::Auto,
        value_name = "WHEN",
        help_heading = "Global options"
    )]
    pub(crate) color: ColorWhen,
    /// Print no notes and no progress; results, warnings and errors stay
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// Log more on standard error: -v requests, -vv everything; `RUST_LOG` is honoured
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub(crate) verbose: u8,
    /// Log format
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Global options")]
    pub(crate) log_format: logging::LogFormat,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check declarations against every offline rule
    Validate(validate::Args),
    /// Show which letters are missing, differ, or are not declared
    Plan(plan::Args),
    /// Upload the scans and create what is missing
    Apply(apply::Args),
    /// Check declarations, credentials and network, and suggest fixes
    Doctor(doctor::Args),
    /// List the accounts of the workspace, also as a CI matrix
    Accounts(accounts::Args),
    #[cfg_attr(not(feature = "emulator"), command(hide = true))]
    Emulator(emulator::Args),
    /// List declared and registered letters
    List(list::Args),
    /// Show one letter in full
    Show(show::Args),
    /// Write an HTML report of expiry, signatures and conflicts
    #[cfg_attr(not(feature = "report"), command(hide = true))]
    Report(report::Args),
    /// Show what became of each letter's signatures: passed, under review, refused
    Status(status::Args),
    /// Write declarations for the letters that exist
    Import(import::Args),
    /// Declare the successor of a letter beside it
    Renew(renew::Args),
    /// Fill in the paper of each letter from a template, to be signed and stamped
    Paper(paper::Args),
    /// Read scans by OCR and compare them with their declarations
    Proofread(proofread::Args),
    /// Run the language server
    Lsp(lsp::Args),
    /// Explain a rule, with a right and a wrong example
    Explain(explain::Args),
    /// Print a JSON schema
    Schema(schema::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print a manual page, or write all of them
    Man(man::Args),
}

/// How a command ended, as its exit status tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done.
    Done,
    /// 1: an error, already shown.
    Failed,
    /// 2: letters would be created (`plan --detailed-exitcode` alone).
    Creates,
    /// 3: a conflict.
    Conflict,
    /// 3: a paper does not say what is declared (`proofread`).
    Differs,
    /// 2: a signature is under review (`status --detailed-exitcode`).
    UnderWay,
    /// 3: a signature was refused or can't be used (`status --detailed-exitcode`).
    Refused,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Creates | Exit::UnderWay => 2,
            Exit::Conflict | Exit::Refused | Exit::Differs => 3,
        })
    }
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            return usage(&shown_safely(error)).into();
        }
    };
    let choice = match cli.global.color {
        ColorWhen::Auto => anstream::ColorChoice::Auto,
        ColorWhen::Always => anstream::ColorChoice::Always,
        ColorWhen::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    if cli.global.quiet {
        stderr::be_quiet();
    }
    if !logging::start(&cli.global) {
        stderr::allow_line();
    }
    match interrupt::watch().and_then(|()| run(&cli)) {
        Ok(exit) => exit.into(),
        Err(error) => {
            failure::show(error.as_ref());
            Exit::Failed.into()
        }
    }
}

/// Prints help, the version, or what is wrong with the arguments.
fn usage(error: &clap::Error) -> Exit {
    if error.use_stderr() {
        let _ = error.print();
        return Exit::Failed;
    }
    match files::finish(error.print().and_then(|()| io::stdout().flush())) {
        Ok(()) => Exit::Done,
        Err(problem) => {
            failure::show(problem.as_ref());
            Exit::Failed
        }
    }
}

/// The error with the arguments that it quotes made safe to show: a CI job may have them from
/// somewhere else.
fn shown_safely(mut error: clap::Error) -> clap::Error {
    let quoted: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(visible(text).into_owned()))),
            _ => None,
        })
        .collect();
    for (kind, value) in quoted {
        error.insert(kind, value);
    }
    error
}

fn run(cli: &Cli) -> anyhow::Result<Exit> {
    match &cli.command {
        Command::Validate(args) => validate::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Apply(args) => apply::run(args),
        Command::Accounts(args) => accounts::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Emulator(args) => emulator::run(args),
        Command::List(args) => list::run(args),
        Command::Show(args) => show::run(args),
        Command::Report(args) => report::run(args),
        Command::Status(args) => status::run(args),
        Command::Import(args) => import::run(args),
        Command::Renew(args) => renew::run(args),
        Command::Paper(args) => paper::run(args),
        Command::Proofread(args) => proofread::run(args),
        Command::Lsp(args) => lsp::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}

/// The clock of this process: the machine's, or one that starts at `LETTERFORM_NOW` (for rehearsals
/// and tests).
fn clock() -> anyhow::Result<Arc<dyn Clock>> {
    const VARIABLE: &str = "LETTERFORM_NOW";
    match variables::of_process(VARIABLE) {
        None => Ok(Arc::new(SystemClock)),
        Some(text) => {
            let start = text.parse().with_context(|| {
                format!(
                    "{VARIABLE} is {text:?}, which is not a valid time; write it like 2026-11-24T08:00:00Z, or unset it"
                )
            })?;
            Ok(Arc::new(ShiftedClock::starting_at(start)))
        }
    }
}

/// Runs a command's asynchronous part.
fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the asynchronous runtime did not start")?;
    let result = runtime.block_on(future);
    // What still runs (a reader waiting for a line, say) is not waited for.
    runtime.shutdown_background();
    result
}
