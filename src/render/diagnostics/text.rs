use std::fmt::Write as _;

use anstyle::{AnsiColor, Reset, Style};

use super::{
    shown::{Show, Shown},
    snippet::snippet,
};
use crate::{
    declaration::{Code, Diagnostic, Loaded, Location, Origin, Severity, SourceFile},
    escape::{visible, width},
    wording::counted,
};

const BOLD: Style = Style::new().bold();
const BLUE: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Blue)));
const CYAN: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));

fn style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
    };
    BOLD.fg_color(Some(color.into()))
}

/// The diagnostics as people read them, each with its source line, coloured: print it through
/// `anstream`, which takes the colours out where they are not wanted.
pub fn text(loaded: &Loaded, show: Show) -> String {
    let mut out = String::new();
    let shown = Shown::of(loaded, show);
    for diagnostic in &shown.diagnostics {
        write(&mut out, diagnostic, &loaded.files).expect("writing to a string never fails");
    }
    if let Some(rest) = shown.rest() {
        let _ = writeln!(out, "{rest}\n");
    }
    out
}

fn write(out: &mut String, diagnostic: &Diagnostic, files: &[SourceFile]) -> std::fmt::Result {
    let color = style(diagnostic.severity);
    let Diagnostic { code, severity, message, .. } = diagnostic;
    writeln!(out, "{color}{severity}[{code}]{Reset}{BOLD}: {}{Reset}", visible(message))?;
    let places = diagnostic.place.iter().chain(diagnostic.related.iter().map(|related| &related.place));
    let gutter = places.map(|place| place.span.start.line).max().map_or(0, |line| line.to_string().len());
    if let Some(place) = diagnostic.place {
        write_place(out, files, place, gutter, ("-->", '^', color), "")?;
    }
    for related in &diagnostic.related {
        write_place(out, files, related.place, gutter, ("-->", '-', BLUE), &related.label)?;
    }
    let help = diagnostic.help.as_deref();
    let suggestion = diagnostic.suggestion.as_deref().filter(|text| !help.is_some_and(|help| help.contains(*text)));
    let suggestion = suggestion.map(|text| format!("write `{text}`"));
    for help in help.into_iter().chain(suggestion.as_deref()) {
        writeln!(out, "{:gutter$} {BLUE}={Reset} {CYAN}help{Reset}: {}", "", visible(help))?;
    }
    out.push('\n');
    Ok(())
}

fn write_place(
    out: &mut String,
    files: &[SourceFile],
    place: Location,
    gutter: usize,
    (arrow, mark, color): (&str, char, Style),
    label: &str,
) -> std::fmt::Result {
    let file = &files[place.file.index()];
    let start = place.span.start;
    let name = visible(file.name());
    writeln!(out, "{:gutter$}{BLUE}{arrow}{Reset} {name}:{}:{}", "", start.line, start.column)?;
    let Some(snippet) = snippet(file, place.span) else { return Ok(()) };
    let marks = mark.to_string().repeat(snippet.marked);
    let marks = format!("{}{color}{marks}", " ".repeat(snippet.indent));
    writeln!(out, "{:gutter$} {BLUE}|{Reset}", "")?;
    writeln!(out, "{BLUE}{:>gutter$} |{Reset} {}", start.line, snippet.line)?;
    let label = if label.is_empty() { String::new() } else { format!(" {}", visible(label)) };
    writeln!(out, "{:gutter$} {BLUE}|{Reset} {marks}{label}{Reset}", "")
}

/// The last line, which says how it went.
pub fn summary(loaded: &Loaded) -> String {
    let (errors, warnings) = (loaded.count(Severity::Error), loaded.count(Severity::Warning));
    let checked = format!("{} in {}", counted(loaded.letters.len(), "letter"), counted(loaded.files.len(), "file"));
    let counts = match (errors, warnings) {
        (0, 0) => format!("{checked}: all good\n"),
        (0, _) => format!("{checked}: {}\n", counted(warnings, "warning")),
        (_, 0) => format!("{}\n", counted(errors, "error")),
        _ => format!("{}, {}\n", counted(errors, "error"), counted(warnings, "warning")),
    };
    let mut errors = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    match errors.find(|error| error.code.rule().new_letters_only) {
        Some(Diagnostic { code, .. }) => {
            format!(
                "{counts}Where a letter exists already, allow the rule on its line: # letterform: allow {code} reason\n"
            )
        }
        None => counts,
    }
}

/// The explanation of a rule.
pub fn rule(code: Code) -> String {
    let rule = code.rule();
    let color = style(rule.severity);
    let mut out = format!("{color}{}[{code}]{Reset}{BOLD}: {}{Reset}\n\n", rule.severity, rule.title);
    for paragraph in rule.reason.split("\n\n") {
        for line in wrapped(&paragraph.replace('\n', " "), 78) {
            out.push_str(&line);
            out.push('\n');
        }
        out.push('\n');
    }
    let source = format!("Source: {}", rule.provenance());
    for line in wrapped(&source, 78) {
        let _ = writeln!(out, "{line}");
    }
    if let Some(parameter) = rule.parameter {
        let _ = writeln!(out, "Parameter: {parameter}");
    }
    for (title, example) in [("Right", rule.good), ("Wrong", rule.bad)] {
        let _ = write!(out, "\n{BOLD}{title}{Reset}\n");
        for line in example.lines() {
            let _ = writeln!(out, "    {line}");
        }
    }
    if rule.new_letters_only {
        let _ = write!(out, "\nWhere the letter exists, allow it on that line, with a reason:\n");
        let _ = writeln!(out, "    # letterform: allow {code} reason");
    } else if rule.severity == Severity::Warning {
        let _ = write!(out, "\nTo silence it on one line, give a reason:\n    # letterform: allow {code} reason\n");
    }
    out
}

/// All rules, one a line. Rules that letterform adds are marked.
pub fn rules() -> String {
    let mut out = String::new();
    for code in Code::ALL {
        let rule = code.rule();
        let mark = if rule.origin == Origin::Letterform { '+' } else { ' ' };
        let severity = rule.severity.to_string();
        let _ = writeln!(out, "{}{severity:<8}{Reset}{mark} {code:<25}{}", style(rule.severity), rule.title);
    }
    out.push_str("\n+ added by letterform; all others are documented by Alibaba Cloud\n");
    out
}

fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a line from the start");
        if line.is_empty() {
            line.push_str(word);
        } else if width(line) + 1 + width(word) <= columns {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
