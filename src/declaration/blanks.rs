//! Templates of missing fields, to be filled in: in lines, in braces, and in JSON.

use super::{
    Edit, FileId, Fix, Location, Safety, SourceFile, Span,
    source::{Position, saturate},
};

/// A mapping to which fields can be added.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blanks<'a> {
    pub(super) source: &'a SourceFile,
    pub(super) file: FileId,
    /// The place of the mapping.
    pub(super) mapping: Span,
}

impl Blanks<'_> {
    /// The fix that adds fields before the first one.
    pub(super) fn before(self, missing: &[&str], first: Span) -> Option<Fix> {
        let text = if self.in_braces() {
            let quoted = self.is_quoted(first);
            missing.iter().flat_map(|field| [in_braces(field, quoted), ", ".to_owned()]).collect()
        } else {
            let before = self.before_on_line(first.start);
            if !before.chars().all(|c| matches!(c, ' ' | '-')) {
                return None;
            }
            let next = self.source.line_end().to_owned() + &" ".repeat(before.len());
            missing.iter().flat_map(|field| [in_lines(field), next.clone()]).collect()
        };
        Some(self.adding(missing, first.start, text))
    }

    /// The fix that adds fields behind a value.
    pub(super) fn after(self, missing: &[&str], value: Span) -> Option<Fix> {
        if self.in_braces() {
            let quoted = self.source.text()[..self.source.offset(value.start)].trim_end().ends_with("\":");
            let text = missing.iter().flat_map(|field| [", ".to_owned(), in_braces(field, quoted)]).collect();
            return Some(self.adding(missing, value.end, text));
        }
        let line = self.source.line(value.start.line);
        let before = self.before_on_line(value.start);
        let name = before.trim_start_matches([' ', '-']);
        let after = line.get(self.source.offset(value.end).checked_sub(self.source.line_start(value.end.line))?..)?;
        let alone = after.trim().is_empty() || after.trim_start().starts_with('#');
        if !name.starts_with("name:") || !alone || value.start.line != value.end.line {
            return None;
        }
        let next = self.source.line_end().to_owned() + &" ".repeat(before.len() - name.len());
        let text = missing.iter().flat_map(|field| [next.clone(), in_lines(field)]).collect();
        let at = Position { line: value.end.line, column: saturate(line.chars().count() + 1) };
        Some(self.adding(missing, at, text))
    }

    fn in_braces(self) -> bool {
        self.source.text()[self.source.offset(self.mapping.start)..].starts_with('{')
    }

    fn is_quoted(self, key: Span) -> bool {
        self.source.text()[self.source.offset(key.start)..].starts_with('"')
    }

    fn before_on_line(&self, at: Position) -> &str {
        &self.source.text()[self.source.line_start(at.line)..self.source.offset(at)]
    }

    fn adding(self, missing: &[&str], at: Position, text: String) -> Fix {
        let place = Location { file: self.file, span: Span { start: at, end: at } };
        Fix::new(format!("Add {}", missing.join(", ")), Edit { place, text }, Safety::Confirm)
    }
}

/// A field with nothing in it; of a version, there is one.
fn in_lines(field: &str) -> String {
    if field == "version" { "version: 1".to_owned() } else { format!("{field}:") }
}

fn in_braces(field: &str, quoted: bool) -> String {
    match (field, quoted) {
        ("version", false) => "version: 1".to_owned(),
        ("version", true) => "\"version\": 1".to_owned(),
        (_, false) => format!("{field}: "),
        (_, true) => format!("\"{field}\": \"\""),
    }
}

#[cfg(test)]
mod tests {
    use crate::declaration::{
        Code, Diagnostic, LoadOptions, SourceFile, document::Reason, edit::applied, reading::Reading,
    };

    fn problems(text: &str) -> (SourceFile, Vec<Diagnostic>) {
        let options = LoadOptions::new(jiff::civil::date(2026, 6, 1));
        let Reading { source, problems, .. } =
            Reading::of_bytes(("f", text.as_bytes().to_vec()), Reason::Once, &options);
        (source, problems.finish())
    }

    /// The text with the template for the first problem of this code.
    fn filled(text: &str, code: Code) -> String {
        let (source, problems) = problems(text);
        let problem = problems.iter().find(|problem| problem.code == code).expect(text);
        let fix = problem.fix.as_deref().expect(text);
        applied(&source, [&fix.edits[..]].into_iter()).0
    }

    #[test]
    fn a_template_is_written_as_what_is_around_it() {
        const REST: &str = "organizationCode: a, validity: b, signatures: [c], fileKey: 1/a.jpg}";
        for (code, text, expected) in [
            (Code::VersionMissing, "# c\nletters: []\n", "# c\nversion: 1\nletters: []\n".to_owned()),
            (Code::VersionMissing, "# c\r\nletters: []\r\n", "# c\r\nversion: 1\r\nletters: []\r\n".to_owned()),
            (Code::VersionMissing, "{letters: []}", "{version: 1, letters: []}".to_owned()),
            (Code::VersionMissing, "{\"letters\": []}", "{\"version\": 1, \"letters\": []}".to_owned()),
            (
                Code::PictureMissing,
                "letters:\n  - name: 甲 # n\n    authorizer: 乙\n",
                "letters:\n  - name: 甲 # n\n    scan:\n    authorizer: 乙\n".to_owned(),
            ),
            (
                Code::FieldMissing,
                &format!("letters: [{{name: 甲, authorizer: 乙, {REST}]"),
                format!("letters: [{{name: 甲, authorizedParty: , authorizer: 乙, {REST}]"),
            ),
            (
                Code::PictureMissing,
                "{\"letters\": [{\"name\": \"甲\"}]}",
                "{\"letters\": [{\"name\": \"甲\", \"scan\": \"\"}]}".to_owned(),
            ),
            (
                Code::PictureMissing,
                "letters:\n  - authorizer: 乙\n",
                "letters:\n  - scan:\n    authorizer: 乙\n".to_owned(),
            ),
        ] {
            let text = filled(text, code);
            assert_eq!(text, expected);
            // Nothing is missing any more but what was missing besides.
            assert!(
                problems(&text).1.iter().all(|problem| problem.code != code || code == Code::FieldMissing),
                "{text}"
            );
        }
    }
}
