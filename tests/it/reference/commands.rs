//! The reference of commands, from the declaration of the arguments.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use clap::{Arg, ArgAction, Command, CommandFactory as _};
use letterform::cli::Cli;

use crate::reference::{cell, generated_page};

/// The heading of the options that clap puts under none.
const OWN: &str = "";

/// What is said once, of options that several commands share. In the order of the page.
const SHARED: [(&str, &str); 5] = [
    ("Declarations", "How declarations are judged."),
    ("Workspace", "Which accounts of a [workspace file](workspace.md) are meant."),
    (
        "Service",
        "Which service is asked, by whom and how. As `--sandbox` takes an optional folder, write it last or as `--sandbox=DIR`.",
    ),
    (
        "Proofreading",
        "What reads scans, and how. [Proofread a scan](../how-to/proofread.md) says what a command has to do.",
    ),
    ("Global options", "Every command takes them."),
];

/// A row of a table: an option and what is said of it.
type Row = (String, String);

#[test]
fn generated_reference_of_commands_is_the_command_line() {
    let mut program = Cli::command();
    program.build();
    let commands: Vec<Command> =
        program.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect();
    let shared = shared_options(&commands);
    let mut page = "# Commands\n\n".to_owned();
    let about = program.get_long_about().or(program.get_about()).expect("the program says what it is").to_string();
    write!(
        page,
        "{about}\n\n`letterform help COMMAND`, or `--help` after a command, tells the same in a terminal, and `letterform man` as a manual page. `--version` prints the version.\n\n"
    )
    .unwrap();
    page.push_str("| command | what it does |\n|---|---|\n");
    for command in &commands {
        let name = command.get_name();
        writeln!(page, "| [`{name}`](#letterform-{name}) | {} |", cell(&about_of(command))).unwrap();
    }
    for command in &commands {
        describe(&mut page, command, &format!("letterform {}", command.get_name()), &shared);
    }
    page.push_str("\n## Options that several commands have\n");
    for (heading, meaning) in SHARED {
        write!(page, "\n### {heading}\n\n{meaning}\n\n").unwrap();
        table(&mut page, &shared[heading]);
    }
    generated_page("docs/reference/commands.md", &page);
}

fn about_of(command: &Command) -> String {
    command.get_about().unwrap_or_else(|| panic!("{} says what it does", command.get_name())).to_string()
}

/// The options below a shared heading that all commands with that heading have, or all but one that
/// names it otherwise.
fn shared_options(commands: &[Command]) -> BTreeMap<&'static str, Vec<Row>> {
    let rows_of = |heading: &str| -> Vec<Vec<Row>> {
        commands.iter().map(|command| rows(command, heading)).filter(|rows| !rows.is_empty()).collect()
    };
    SHARED
        .into_iter()
        .map(|(heading, _)| {
            let all = rows_of(heading);
            let common = |row: &&Row| all.iter().filter(|rows| rows.contains(row)).count() * 2 > all.len();
            let longest =
                all.iter().max_by_key(|rows| rows.iter().filter(common).count()).expect("the heading is used");
            (heading, longest.iter().filter(common).cloned().collect())
        })
        .collect()
}

fn describe(page: &mut String, command: &Command, name: &str, shared: &BTreeMap<&'static str, Vec<Row>>) {
    let usage = command.clone().render_usage().to_string();
    let usage: String = usage.trim_start_matches("Usage:").lines().flat_map(|line| [line.trim(), "\n"]).collect();
    write!(page, "\n## {name}\n\n{}.\n\n```text\n{usage}```\n", about_of(command)).unwrap();
    let mut own = rows(command, OWN);
    let mut links = Vec::new();
    let mut without = BTreeSet::new();
    for heading in headings(command) {
        let here = rows(command, &heading);
        let Some(common) = shared.get(heading.as_str()) else {
            own.extend(here);
            continue;
        };
        links.push(format!("[{heading}](#{})", heading.to_lowercase().replace(' ', "-")));
        own.extend(here.iter().filter(|row| !common.contains(row)).cloned());
        without.extend(common.iter().filter(|row| !here.contains(row)).map(|(option, _)| option.clone()));
    }
    // What has no dashes comes first, as people look for it there.
    own.sort_by_key(|(argument, _)| argument.contains("--"));
    if !own.is_empty() {
        page.push('\n');
        table(page, &own);
    }
    if !links.is_empty() {
        let without: Vec<String> = without.into_iter().collect();
        let but = if without.is_empty() { String::new() } else { format!(", without {}", without.join(", ")) };
        write!(page, "\nAnd the options under {}{but}.\n", links.join(", ")).unwrap();
    }
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        describe(page, inner, &format!("{name} {}", inner.get_name()), shared);
    }
}

fn table(page: &mut String, rows: &[Row]) {
    page.push_str("| argument | meaning |\n|---|---|\n");
    for (argument, meaning) in rows {
        writeln!(page, "| {argument} | {meaning} |").unwrap();
    }
}

/// The headings of a command's options, as they come.
fn headings(command: &Command) -> Vec<String> {
    let mut headings: Vec<String> = Vec::new();
    for heading in shown(command).filter_map(Arg::get_help_heading) {
        if !headings.iter().any(|known| known == heading) {
            headings.push(heading.to_owned());
        }
    }
    headings
}

fn shown(command: &Command) -> impl Iterator<Item = &Arg> {
    let told_by_all = |arg: &&Arg| !["help", "version"].contains(&arg.get_id().as_str()) && !arg.is_hide_set();
    command.get_arguments().filter(told_by_all)
}

fn rows(command: &Command, heading: &str) -> Vec<Row> {
    let args = shown(command).filter(|arg| arg.get_help_heading().unwrap_or(OWN) == heading);
    args.map(|arg| (cell(&syntax(arg)), cell(&meaning(arg)))).collect()
}

/// How an argument is written.
fn syntax(arg: &Arg) -> String {
    let values = arg.get_value_names().unwrap_or_default();
    let value = values.first().map_or_else(|| arg.get_id().to_string().to_uppercase(), ToString::to_string);
    let many = arg.get_num_args().is_some_and(|range| range.max_values() > 1);
    let Some(long) = arg.get_long() else {
        return format!("`{value}`{}", if many { "…" } else { "" });
    };
    let short = arg.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
    let takes = arg.get_action().takes_values();
    let optional = arg.get_num_args().is_some_and(|range| range.min_values() == 0);
    match (takes, optional) {
        (false, _) => format!("{short}`--{long}`"),
        (true, false) => format!("{short}`--{long} {value}`"),
        (true, true) if arg.is_require_equals_set() => format!("{short}`--{long}[={value}]`"),
        (true, true) => format!("{short}`--{long} [{value}]`"),
    }
}

/// What an argument is for, what it takes, and what holds without it.
fn meaning(arg: &Arg) -> String {
    let help = arg.get_help().unwrap_or_else(|| panic!("--{} says what it is for", arg.get_id())).to_string();
    // Some defaults are decided later than by clap: the help says them in clap's form.
    let (help, told) = match help.split_once(" [default: ") {
        Some((help, default)) => (help.to_owned(), Some(default.trim_end_matches(']').to_owned())),
        None => (help, None),
    };
    let default = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).next();
    let mut text = sentence(&help);
    let values = arg.get_possible_values();
    let values: Vec<_> =
        values.iter().filter(|value| !value.is_hide_set() && arg.get_action().takes_values()).collect();
    let each = values.iter().map(|value| match value.get_help() {
        Some(help) => format!("`{}`: {}", value.get_name(), help.to_string().to_lowercase_first()),
        None => format!("`{}`", value.get_name()),
    });
    let each: Vec<String> = each.collect();
    if !each.is_empty() {
        write!(text, "<br>{}", each.join("<br>")).unwrap();
    }
    if arg.get_action().takes_values() {
        match (default, told) {
            (Some(default), _) => write!(text, "<br>Default: `{default}`").unwrap(),
            (None, Some(told)) if told.contains(' ') => write!(text, "<br>Default: {told}").unwrap(),
            (None, Some(told)) => write!(text, "<br>Default: `{told}`").unwrap(),
            (None, None) if arg.is_required_set() => text.push_str("<br>Required"),
            (None, None) => {}
        }
    }
    if matches!(arg.get_action(), ArgAction::Append) && arg.get_long().is_some() {
        text.push_str("<br>May be given more than once");
    }
    if let Some(variable) = arg.get_env() {
        write!(text, "<br>Variable: `{}`", variable.to_string_lossy()).unwrap();
    }
    text
}

fn sentence(text: &str) -> String {
    // A word in angle brackets would be taken for HTML.
    text.replace('<', "&lt;").replace(" (repeatable)", "")
}

trait LowercaseFirst {
    fn to_lowercase_first(&self) -> String;
}

impl LowercaseFirst for String {
    /// With a small first letter, unless the word is a name such as SARIF, GitHub or JSON.
    fn to_lowercase_first(&self) -> String {
        let word = self.split_whitespace().next().unwrap_or_default();
        if word.chars().skip(1).any(char::is_uppercase) || ["English", "Chinese"].contains(&word) {
            return self.clone();
        }
        let mut chars = self.chars();
        chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
    }
}
