use std::fmt::Write as _;

use crate::{declaration::Loaded, escape::visible};

/// The diagnostics as workflow commands, which GitHub shows at the lines of a pull request.
pub fn github(loaded: &Loaded) -> String {
    let files = &loaded.files;
    let mut out = String::new();
    for diagnostic in &loaded.diagnostics {
        let _ = write!(out, "::{} ", diagnostic.severity);
        if let Some(place) = diagnostic.place {
            let (start, end) = (place.span.start, place.span.end);
            let _ = write!(out, "file={},line={}", property(files[place.file.index()].name()), start.line);
            // GitHub refuses columns when a stretch has more than one line.
            if start.line == end.line {
                let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
            } else {
                let _ = write!(out, ",endLine={}", end.line);
            }
            out.push(',');
        }
        let _ = write!(out, "title={}::{}", property(diagnostic.code.as_str()), data(&diagnostic.message));
        let related = diagnostic.related.iter().map(|related| {
            let start = related.place.span.start;
            format!("{}: {}:{}", related.label, files[related.place.file.index()].name(), start.line)
        });
        let help = diagnostic.help.as_ref().map(|help| format!("help: {help}"));
        for line in related.chain(help) {
            let _ = write!(out, "%0A{}", data(&line));
        }
        out.push('\n');
    }
    out
}

fn data(text: &str) -> String {
    visible(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::{Code, Diagnostic, ScanRoots};

    #[test]
    fn a_text_cannot_become_a_command_of_its_own() {
        let diagnostics = vec![Diagnostic::new(Code::PathMissing, "100%\r\n::set-env name=x::y")];
        let loaded =
            Loaded { letters: vec![], diagnostics, allowed: vec![], files: vec![], roots: ScanRoots::default() };
        assert_eq!(github(&loaded), "::error title=LF-path-missing::100%25\\r\\n::set-env name=x::y\n");
    }
}
