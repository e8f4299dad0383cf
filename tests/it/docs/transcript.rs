//! A page, run: its files are written, its commands typed, and what is printed compared with what
//! it shows.

use std::sync::LazyLock;

use regex::Regex;

use crate::docs::{markdown::Page, session::Session};

/// What a run of a page showed.
pub(crate) struct Played {
    /// The page with what was printed.
    pub(crate) page: String,
    /// Where the page shows something else.
    pub(crate) differences: Vec<String>,
}

/// A command and what the page shows below it.
struct Step {
    /// The lines as they are written, with their prompts.
    typed: String,
    command: String,
    shown: String,
}

/// Runs a page from its top to its end.
pub(crate) fn play(page: &Page, mut session: Session) -> Played {
    let mut played = Played { page: String::new(), differences: Vec::new() };
    let mut done = 0;
    for block in &page.blocks {
        let place = format!("{}:{}", page.path.display(), block.line);
        match (block.language.as_str(), &block.file) {
            ("console", _) => {
                assert_eq!(page.source[block.range.clone()], block.text, "{place}: indented blocks are not run");
                played.page.push_str(&page.source[done..block.range.start]);
                done = block.range.end;
                for step in steps(&block.text, &place) {
                    let printed = session.run(&step.command);
                    assert!(printed.is_empty() || printed.ends_with('\n'), "{place}: no line break after {printed:?}");
                    // What a page hides or doesn't ask for must not have failed.
                    if printed.is_empty() && session.status() != "0" {
                        played
                            .differences
                            .push(format!("{place}: $ {}\nfailed, and the page does not show it", step.command));
                    }
                    let same = comparable(&printed) == comparable(&step.shown);
                    if !same {
                        let Step { command, shown, .. } = &step;
                        let text =
                            format!("{place}: $ {command}\n--- the page shows\n{shown}--- printed is\n{printed}---");
                        played.differences.push(text);
                    }
                    played.page.push_str(&step.typed);
                    played.page.push_str(if same { &step.shown } else { &printed });
                }
            }
            ("diff", Some(file)) => session.change(file, &block.text),
            (_, Some(file)) => session.write(file, &block.text),
            (_, None) => {}
        }
    }
    played.page.push_str(&page.source[done..]);
    played
}

/// The commands of a block. A line after `$ ` is a command, lines after `> ` continue it, all else
/// is what it prints.
fn steps(text: &str, place: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("$ "), line.strip_prefix("> "), steps.last_mut()) {
            (Some(command), ..) => {
                steps.push(Step { typed: line.to_owned(), command: command.to_owned(), shown: String::new() });
            }
            (None, Some(more), Some(step)) if step.shown.is_empty() => {
                step.typed.push_str(line);
                step.command.push_str(more);
            }
            (None, _, Some(step)) => step.shown.push_str(line),
            (None, _, None) => panic!("{place}: a console block begins with `$ `"),
        }
    }
    steps
}

/// What is printed, with what differs from run to run made equal: `RequestId`s, the time of day and
/// how long something took, ports, ids and numbers of a system's errors, and the order in which
/// letters were created side by side.
pub(crate) fn comparable(text: &str) -> String {
    static VARYING: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        [
            ("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", "<RequestId>"),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
            (r#"(duration\w*"?[:=] ?)\d+"#, "$1<duration>"),
            (r"\b1000\d{4}\b", "<id>"),
            (r"127\.0\.0\.1:\d{4,5}\b", "127.0.0.1:<port>"),
            (r"\(os error \d+\)", "(os error <number>)"),
        ]
        .map(|(pattern, put)| (Regex::new(pattern).unwrap(), put))
        .into()
    });
    let text =
        VARYING.iter().fold(text.to_owned(), |text, (pattern, put)| pattern.replace_all(&text, *put).into_owned());
    let (progress, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| is_progress(line));
    let mut created: Vec<&str> =
        progress.iter().map(|line| line.split_once("] ").map_or("", |(_, what)| what)).collect();
    created.sort_unstable();
    format!("{}\n--- as it went on\n{}", rest.join("\n"), created.join("\n"))
}

fn is_progress(line: &str) -> bool {
    line.strip_prefix('[').and_then(|line| line.split_once("] ")).is_some_and(|(count, _)| {
        count.split_once('/').is_some_and(|(done, all)| [done, all].iter().all(|n| n.parse::<u32>().is_ok()))
    })
}
