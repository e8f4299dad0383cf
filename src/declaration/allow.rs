//! Comments that silence a warning, or a rule for new letters where the letter exists:
//! `# letterform: allow LF-… reason`.

use std::collections::HashMap;

use super::{
    Code, Diagnostic, FileId, Location, Severity,
    collector::Collector,
    source::{SourceFile, Span, saturate},
};

const MARK: &str = "letterform:";

/// A comment that silences `code` on one line.
#[derive(Debug)]
struct Allow {
    code: Code,
    place: Location,
    used: bool,
}

/// Silences in `collector` what comments are about, and adds what is wrong with the comments.
pub(super) fn apply<'f>(collector: &mut Collector, files: impl Iterator<Item = (FileId, &'f SourceFile)>) {
    let mut allows: HashMap<(FileId, u32), Vec<Allow>> = HashMap::new();
    let mut complaints = Vec::new();
    for (id, file) in files {
        for (place, words) in comments(id, file) {
            match parse(words) {
                Ok(code) => {
                    let line = target(file, place.span.start.line);
                    allows.entry((id, line)).or_default().push(Allow { code, place, used: false });
                }
                Err(message) => complaints.push(
                    Diagnostic::new(Code::AllowMalformed, message)
                        .at(place)
                        .help("write it as `# letterform: allow LF-validity-short reason`, with a reason of your own"),
                ),
            }
        }
    }
    collector.silence(|diagnostic| {
        let Some(place) = diagnostic.place else { return false };
        let here = allows.get_mut(&(place.file, place.span.start.line));
        let allow = here.and_then(|here| here.iter_mut().find(|allow| allow.code == diagnostic.code));
        allow.map(|allow| allow.used = true).is_some()
    });
    let unused = allows.into_values().flatten().filter(|allow| !allow.used && !collector.is_off(allow.code));
    complaints.extend(unused.map(|allow| {
        let message = format!("{} has nothing to silence here", allow.code);
        Diagnostic::new(Code::AllowUnused, message).at(allow.place).help("remove the comment")
    }));
    for diagnostic in complaints {
        collector.push(diagnostic);
    }
}

/// The comments that speak to this program, one a line, with the words after its name.
fn comments(id: FileId, file: &SourceFile) -> impl Iterator<Item = (Location, &str)> {
    let lines = if file.text().contains(MARK) { saturate(file.line_count()) } else { 0 };
    (1..=lines).filter_map(move |number| {
        let line = file.line(number);
        let mark = line.find(MARK)?;
        let before = line[..mark].trim_end().strip_suffix('#')?;
        if !before.is_empty() && !before.ends_with([' ', '\t']) {
            return None;
        }
        let start = saturate(before.chars().count() + 1);
        let end = saturate(line.trim_end().chars().count() + 1);
        Some((Location { file: id, span: Span::on_line(number, start..end) }, &line[mark + MARK.len()..]))
    })
}

/// The line that a comment is about: its own, or the next one with content when it has a line to
/// itself.
fn target(file: &SourceFile, line: u32) -> u32 {
    let bare = |line: u32| {
        let text = file.line(line).trim_start();
        text.is_empty() || text.starts_with('#')
    };
    if !bare(line) {
        return line;
    }
    (line + 1..=saturate(file.line_count())).find(|line| !bare(*line)).unwrap_or(line)
}

fn parse(words: &str) -> Result<Code, String> {
    let mut words = words.split_whitespace();
    match words.next() {
        Some("allow") => {}
        _ => return Err("the comment has no `allow`".to_owned()),
    }
    let name = words.next().ok_or("the comment names no rule")?;
    let code: Code = name.parse().map_err(|error: super::UnknownCode| error.to_string())?;
    if code.rule().severity == Severity::Error && !code.rule().new_letters_only {
        return Err(format!("{code} is an error and cannot be silenced"));
    }
    if words.next().is_none() {
        return Err("the comment gives no reason".to_owned());
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_names_a_warning_and_a_reason() {
        assert_eq!(parse(" allow LF-validity-short 试用"), Ok(Code::ValidityShort));
        assert_eq!(parse(" allow LF-name-character of the console"), Ok(Code::NameCharacter));
        for (words, part) in [
            ("deny LF-x", "no `allow`"),
            ("allow", "no rule"),
            ("allow LF-validity-shrt x", "did you mean LF-validity-short?"),
            ("allow LF-name-duplicate x", "cannot be silenced"),
            ("allow LF-validity-short", "no reason"),
        ] {
            let error = parse(words).expect_err(words);
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_comment_is_about_its_own_line_or_the_next_with_content() {
        let text =
            "# letterform: allow LF-expired a\n# more\n\na: 1 # letterform: allow LF-expired b\nb: 'x#letterform: y'\n";
        let file = SourceFile::new("f", text);
        let found: Vec<_> = comments(FileId(0), &file)
            .map(|(place, words)| (place.span.start, target(&file, place.span.start.line), words))
            .collect();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].0.column, found[0].1, found[0].2), (1, 4, " allow LF-expired a"));
        assert_eq!((found[1].0.column, found[1].1, found[1].2), (6, 4, " allow LF-expired b"));
    }
}
