use std::fmt::Write as _;

use super::shown::{Show, Shown};
use crate::{
    checkout::Checkout,
    declaration::{Diagnostic, Loaded, Location},
    escape::visible,
};

/// The diagnostics as workflow commands, which GitHub shows at the lines of a pull request. Files
/// are named from the root of the repository, as GitHub looks for them there.
pub fn github(loaded: &Loaded, checkout: &Checkout, show: Show) -> String {
    let mut out = String::new();
    let shown = Shown::of(loaded, show);
    for diagnostic in &shown.diagnostics {
        mark(&mut out, diagnostic, loaded, checkout);
    }
    if let Some(rest) = shown.rest() {
        let _ = writeln!(out, "::notice title=letterform::{}", data(&rest));
    }
    out
}

fn mark(out: &mut String, diagnostic: &Diagnostic, loaded: &Loaded, checkout: &Checkout) {
    let name = |place: Location| checkout.name(loaded.files[place.file.index()].name());
    let _ = write!(out, "::{} ", diagnostic.severity);
    if let Some(place) = diagnostic.place {
        let (start, end) = (place.span.start, place.span.end);
        let _ = write!(out, "file={},line={}", property(&name(place)), start.line);
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
        let line = related.place.span.start.line;
        format!("{}: {}:{line}", related.label, name(related.place))
    });
    let help = diagnostic.help.as_ref().map(|help| format!("help: {help}"));
    for line in related.chain(help) {
        let _ = write!(out, "%0A{}", data(&line));
    }
    out.push('\n');
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
    use crate::declaration::Code;

    #[test]
    fn a_text_cannot_become_a_command_of_its_own() {
        let diagnostics = vec![Diagnostic::new(Code::PathMissing, "100%\r\n::set-env name=x::y")];
        let loaded = Loaded { diagnostics, ..Loaded::default() };
        let marks = github(&loaded, &Checkout::default(), Show::All);
        assert_eq!(marks, "::error title=LF-path-missing::100%25\\r\\n::set-env name=x::y\n");
    }
}
