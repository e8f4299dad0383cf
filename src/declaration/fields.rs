//! Mappings read by the names of their fields, and fields that are unknown, repeated or of another type.

use super::{
    Code,
    collector::FileCollector,
    diagnostic::quoted,
    source::Span,
    tree::{Entry, Node, Value},
};

/// The most entries of one mapping that are looked at. Aliases can repeat a large one at no cost to who writes it.
const MAX_ENTRIES: usize = 64;

impl FileCollector<'_> {
    /// Complains about a value that is not what it must be, unless it was complained about before.
    pub(super) fn wrong_type(&mut self, must: &str, value: &Value, span: Span) {
        if !matches!(value, Value::Refused) {
            self.report(Code::WrongType, format!("{must}, and is {}", value.kind()), span);
        }
    }

    /// Complains about a version that is not 1.
    pub(super) fn version(&mut self, node: &Node) {
        match &node.value {
            Value::Scalar(scalar) if scalar.plain && &**scalar == "1" => {}
            Value::Scalar(scalar) => {
                let message = format!("this letterform reads version 1, and not {}", quoted(scalar));
                self.push(self.diagnostic(Code::VersionUnknown, message, node.span).suggest("1"));
            }
            other => self.wrong_type("version must be the number 1", other, node.span),
        }
    }

    /// Complains about a document with no version; `start` is where it begins.
    pub(super) fn version_missing(&mut self, start: Span) {
        let help = "begin it with `version: 1`";
        self.report_with_help(Code::VersionMissing, "the document has no version", start, help);
    }

    /// Sorts the entries of a mapping by `known` keys, and complains about all others and about repetitions.
    ///
    /// `aliases` are other words for known keys, for a suggestion.
    pub(super) fn entries<'n, const N: usize>(
        &mut self,
        entries: &'n [Entry],
        known: &[&str; N],
        aliases: &[(&str, &str)],
    ) -> [Option<&'n Entry>; N] {
        let mut found: [Option<&'n Entry>; N] = [None; N];
        let mut misspelled = found;
        if let Some(entry) = entries.get(MAX_ENTRIES) {
            let message = format!("{} fields are too many for one mapping", entries.len());
            self.report(Code::FieldUnknown, message, entry.key.span);
        }
        for entry in entries.iter().take(MAX_ENTRIES) {
            let Value::Scalar(key) = &entry.key.value else {
                self.wrong_type("a field's name must be a text", &entry.key.value, entry.key.span);
                continue;
            };
            let Some(index) = known.iter().position(|known| **known == **key) else {
                let meant = self.unknown_field(key, entry.key.span, known, aliases);
                if let Some(index) = known.iter().position(|known| meant == Some(*known)) {
                    misspelled[index] = Some(entry);
                }
                continue;
            };
            match found[index] {
                None => found[index] = Some(entry),
                Some(Entry { key: first, .. }) => {
                    let message = format!("{} is there twice", quoted(key));
                    let first = self.place(first.span);
                    let diagnostic = self.diagnostic(Code::FieldDuplicate, message, entry.key.span);
                    self.push(diagnostic.relate(first, "first written here").help("remove one of them"));
                }
            }
        }
        // What a misspelled field says is judged too, and is not missing.
        std::array::from_fn(|index| found[index].or(misspelled[index]))
    }

    /// Complains about a field, and tells which known one is probably meant.
    fn unknown_field<'k>(
        &mut self,
        key: &str,
        span: Span,
        known: &[&'k str],
        aliases: &[(&str, &'k str)],
    ) -> Option<&'k str> {
        if key == "<<" {
            let help = "write what letters share under `defaults`";
            self.report_with_help(Code::YamlMergeKey, "merge keys are not a part of YAML 1.2", span, help);
            return None;
        }
        let diagnostic = self.diagnostic(Code::FieldUnknown, format!("there is no field {}", quoted(key)), span);
        let meant = nearest(key, known, aliases);
        let diagnostic = match meant {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).suggest(near),
            None if key.contains('：') => diagnostic.help("`：` is a full-width character: write `: ` in its place"),
            None => diagnostic.help(format!("the fields here are {}", known.join(", "))),
        };
        self.push(diagnostic);
        meant
    }
}

/// The known key that a misspelled or translated one probably stands for.
fn nearest<'k>(key: &str, known: &[&'k str], aliases: &[(&str, &'k str)]) -> Option<&'k str> {
    const LONGEST: usize = 64;
    if key.len() > LONGEST {
        return None;
    }
    let plain =
        |text: &str| text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect();
    let wanted: String = plain(key);
    let names = known.iter().map(|name| (*name, *name)).chain(aliases.iter().copied());
    let scored = names.map(|(name, field)| (strsim::damerau_levenshtein(&plain(name), &wanted), field));
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    scored.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, field)| field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Field;

    #[test]
    fn a_misspelled_field_is_recognised() {
        let known = Field::ALL.map(Field::as_str);
        let aliases = Field::ALL.map(|field| (field.parameter(), field.as_str()));
        for (key, field) in [
            ("authorisedParty", Some("authorizedParty")),
            ("organization_code", Some("organizationCode")),
            ("ProxyAuthorization", Some("authorizedParty")),
            ("signature", Some("signatures")),
            ("filekey", Some("fileKey")),
            ("colour", None),
        ] {
            assert_eq!(nearest(key, &known, &aliases), field, "{key}");
        }
    }
}
