//! `letterform man`

use std::{fs, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::{Command, CommandFactory as _};
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};

use super::{Cli, Exit, files};

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Command of the page [default: the page of the program]
    command: Option<String>,
    /// Write all pages into this folder, as packages need them: letterform.1, letterform-plan.1 …
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let program = program();
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
        for command in commands(&program).chain([&program]) {
            let (name, page) = page(command)?;
            files::write(&folder.join(name), &page)?;
        }
        return Ok(Exit::Done);
    }
    let command = match &args.command {
        None => &program,
        Some(name) => named(&program, name)?,
    };
    files::print(&page(command)?.1)?;
    Ok(Exit::Done)
}

/// The program as the pages describe it: `help` tells what they tell.
fn program() -> Command {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    program
}

fn commands(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|command| !command.is_hide_set())
}

fn named<'a>(program: &'a Command, name: &str) -> anyhow::Result<&'a Command> {
    if let Some(command) = commands(program).find(|command| command.get_name() == name) {
        return Ok(command);
    }
    let names: Vec<&str> = commands(program).map(Command::get_name).collect();
    bail!("unknown command {name:?}; the commands are {}", names.join(", "))
}

/// The name of a page's file, and the page.
fn page(command: &Command) -> anyhow::Result<(String, Vec<u8>)> {
    let is_program = command.get_name() == "letterform";
    let man = Man::new(command.clone());
    let name = man.get_filename();
    // A page says no date, so that a version's pages are the same bytes wherever they are made. The
    // blank keeps the date's place.
    let title = name.trim_end_matches(".1").to_uppercase();
    let man = man.title(title).date(" ").source(concat!("letterform ", env!("CARGO_PKG_VERSION"))).manual("letterform");
    let mut page = Vec::new();
    man.render(&mut page)?;
    if is_program { program_sections() } else { command_sections() }.to_writer(&mut page)?;
    Ok((name, page))
}

fn program_sections() -> Roff {
    let mut roff = Roff::new();
    section(
        &mut roff,
        "EXIT STATUS",
        &[
            ("0", "Done: a plan was made, or everything declared exists as declared."),
            ("1", "An error, invalid declarations and wrong usage included."),
            ("2", "Of plan --detailed-exitcode: letters would be created."),
            ("3", "A conflict: with plan --detailed-exitcode, or left after apply."),
        ],
    );
    section(
        &mut roff,
        "ENVIRONMENT",
        &[
            (
                "ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET, ALIBABA_CLOUD_SECURITY_TOKEN",
                "Credentials.",
            ),
            ("HTTPS_PROXY, NO_PROXY", "The proxy, and what is asked without it."),
            ("RUST_LOG", "What is logged, more finely than -v tells it."),
            ("NO_COLOR", "When set, nothing is coloured."),
            ("LETTERFORM_NOW", "Another time than the clock's, to rehearse: 2026-11-24T00:00:00Z."),
        ],
    );
    section(
        &mut roff,
        "FILES",
        &[
            ("letters.yaml, *.letters.yaml", "Declarations."),
            ("letterform.yaml", "The workspace: several accounts and their letters."),
            ("~/.aliyun/config.json, ~/.alibabacloud/credentials", "Credentials, as the official tools keep them."),
            (".letterform/sandbox", "What was created with --sandbox."),
        ],
    );
    roff
}

fn command_sections() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]).text([bold("letterform"), roman("(1) for exit status, environment and files")]);
    roff
}

fn section(roff: &mut Roff, title: &str, entries: &[(&str, &str)]) {
    roff.control("SH", [title]);
    for (term, text) in entries {
        roff.control("TP", []).text([bold(*term)]).text([roman(*text)]);
    }
}
