//! The program: one module a command, each wiring the library's parts with no rule of its own.
// A program prints: this is the one place that may.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod explain;
mod validate;

use std::{io::Write as _, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};

/// Letters of Authorization (授权委托书) for Alibaba Cloud SMS as code.
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
    /// When to colour what is printed (`NO_COLOR` is honoured)
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN", help_heading = "Global options")]
    pub(crate) color: ColorWhen,
    /// Say more on standard error: -v each request, -vv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub(crate) verbose: u8,
}

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
    Validate(validate::Args),
    Explain(explain::Args),
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
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Creates => 2,
            Exit::Conflict => 3,
        })
    }
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let status = ExitCode::from(u8::from(error.use_stderr()));
            let _ = error.print();
            return status;
        }
    };
    let choice = match cli.global.color {
        ColorWhen::Auto => anstream::ColorChoice::Auto,
        ColorWhen::Always => anstream::ColorChoice::Always,
        ColorWhen::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            anstream::eprintln!(
                "{}error:{} {error:#}",
                anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into())),
                anstyle::Reset
            );
            Exit::Failed.into()
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Exit> {
    let Cli { global, command } = cli;
    match command {
        Command::Validate(args) => validate::run(&args, &global),
        Command::Explain(args) => explain::run(&args, &global),
    }
}

/// Writes a command's result to standard output, in one piece and without colours where they are not wanted.
fn print(text: &str) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever reads has read enough, as `head` does.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
