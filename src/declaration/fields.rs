//! Mappings read by the names of their fields, and fields that are unknown, repeated or of another
//! type.

use super::{
    Code, Edit, Fix, Safety,
    collector::FileCollector,
    diagnostic::quoted,
    source::{Span, saturate},
    tree::{Entry, Node, Value},
};
use crate::letter::Field;

/// The most entries of one mapping that are looked at. Aliases can repeat a large one at no cost to
/// who writes it.
const MAX_ENTRIES: usize = 64;

impl FileCollector<'_> {
    /// Complains about a value that is not what it must be, unless it was complained about before.
    pub(super) fn wrong_type(&mut self, expected: &str, value: &Value, span: Span) {
        if !matches!(value, Value::Refused) {
            self.report(Code::WrongType, format!("{expected}, found {}", value.kind()), span);
        }
    }

    /// Complains about a version that is not 1.
    pub(super) fn version(&mut self, node: &Node) {
        match &node.value {
            Value::Scalar(scalar) if scalar.plain && &**scalar == "1" => {}
            Value::Scalar(scalar) => {
                let message = format!("unknown version {}; this letterform reads version 1", quoted(scalar));
                self.push(self.diagnostic(Code::VersionUnknown, message, node.span).suggest("1"));
            }
            other => self.wrong_type("version: expected the number 1", other, node.span),
        }
    }

    /// Complains about a document with no version; `start` is where it begins, and `fix` adds one.
    pub(super) fn version_missing(&mut self, start: Span, fix: Option<Fix>) {
        let diagnostic = self.diagnostic(Code::VersionMissing, "missing field `version`", start);
        self.push(diagnostic.help("start it with `version: 1`").mend(fix));
    }

    /// Sorts the entries of a mapping by `known` keys, and complains about all others and about
    /// repetitions.
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
        let mut unknown: Vec<(&Entry, Option<usize>)> = Vec::new();
        let mut taken = [false; N];
        for entry in entries.iter().take(MAX_ENTRIES) {
            let Value::Scalar(key) = &entry.key.value else {
                self.wrong_type("expected the name of a field", &entry.key.value, entry.key.span);
                continue;
            };
            let Some(index) = known.iter().position(|known| **known == **key) else {
                let meant = nearest(key, known, aliases).filter(|_| **key != *"<<");
                match known.iter().position(|known| meant == Some(*known)) {
                    Some(index) => {
                        taken[index] |= misspelled[index].replace(entry).is_some();
                        unknown.push((entry, Some(index)));
                    }
                    None => unknown.push((entry, None)),
                }
                continue;
            };
            match found[index] {
                None => found[index] = Some(entry),
                Some(Entry { key: first, .. }) => {
                    let message = format!("duplicate field {}", quoted(key));
                    let first = self.place(first.span);
                    let diagnostic = self.diagnostic(Code::FieldDuplicate, message, entry.key.span);
                    self.push(diagnostic.relate(first, "first written here").help("remove one of them"));
                }
            }
        }
        for (entry, meant) in unknown {
            // A field that is there already must not be there twice.
            let free = meant.is_some_and(|index| found[index].is_none() && !taken[index]);
            self.unknown_field(&entry.key, meant.map(|index| (known[index], free)), known, aliases);
        }
        // What a misspelled field says is judged too, and is not missing.
        std::array::from_fn(|index| found[index].or(misspelled[index]))
    }

    /// Complains about a field that is not known. `meant` is the one that it probably stands for,
    /// and whether that is free.
    fn unknown_field(&mut self, key: &Node, meant: Option<(&str, bool)>, known: &[&str], aliases: &[(&str, &str)]) {
        let Value::Scalar(name) = &key.value else { return };
        if &**name == "<<" {
            let help = "write what letters share under `defaults`";
            return self.report_with_help(Code::YamlMergeKey, "merge keys are not a part of YAML 1.2", key.span, help);
        }
        let diagnostic = self.diagnostic(Code::FieldUnknown, format!("unknown field {}", quoted(name)), key.span);
        let diagnostic = match meant {
            Some((near, free)) => {
                let safety = if is_same_field(name, near, aliases) { Safety::Safe } else { Safety::Confirm };
                let fix = free.then(|| self.rename(key, near, safety)).flatten();
                diagnostic.help(format!("did you mean `{near}`?")).suggest(near).mend(fix)
            }
            None if name.contains('：') => diagnostic.help("`：` is a full-width colon; write `: ` instead"),
            None => diagnostic.help(format!("the fields here are {}", known.join(", "))),
        };
        self.push(diagnostic);
    }

    /// The fix that gives a field another name; `None` for a name that is not written as it reads.
    fn rename(&self, key: &Node, name: &str, safety: Safety) -> Option<Fix> {
        let Value::Scalar(old) = &key.value else { return None };
        let (start, end) = (key.span.start, key.span.end);
        let columns = end.column.checked_sub(start.column).filter(|_| start.line == end.line)?;
        let quotes = columns.checked_sub(saturate(old.chars().count())).filter(|quotes| matches!(quotes, 0 | 2))?;
        let span = Span::on_line(start.line, start.column + quotes / 2..end.column - quotes / 2);
        let edit = Edit { place: self.place(span), text: name.to_owned() };
        Some(Fix::new(format!("Rename the field to `{name}`"), edit, safety))
    }
}

/// Whether a name is a field's own in another style, or the service's parameter for it. A picture
/// is another thing there.
fn is_same_field(name: &str, field: &str, aliases: &[(&str, &str)]) -> bool {
    let parameter = |(alias, of): &(&str, &str)| *of == field && alias.is_ascii() && alias.eq_ignore_ascii_case(name);
    styleless(name) == styleless(field) || field != Field::Scan.as_str() && aliases.iter().any(parameter)
}

/// A name without what tells its style: case, `_`, `-` and spaces.
fn styleless(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Words by which people and forms call the fields, beside the service's parameters.
const WORDS: &[(&str, Field)] = &[
    ("名称", Field::Name),
    ("授权书名称", Field::Name),
    ("授权书", Field::Name),
    ("委托书名称", Field::Name),
    ("授权委托书名称", Field::Name),
    ("授权方", Field::Authorizer),
    ("授权人", Field::Authorizer),
    ("委托方", Field::Authorizer),
    ("委托人", Field::Authorizer),
    ("授权公司", Field::Authorizer),
    ("授权方名称", Field::Authorizer),
    ("委托方名称", Field::Authorizer),
    ("被授权方", Field::AuthorizedParty),
    ("被授权人", Field::AuthorizedParty),
    ("受托方", Field::AuthorizedParty),
    ("受托人", Field::AuthorizedParty),
    ("被委托方", Field::AuthorizedParty),
    ("代理方", Field::AuthorizedParty),
    ("被授权方名称", Field::AuthorizedParty),
    ("统一社会信用代码", Field::OrganizationCode),
    ("社会信用代码", Field::OrganizationCode),
    ("信用代码", Field::OrganizationCode),
    ("组织机构代码", Field::OrganizationCode),
    ("机构代码", Field::OrganizationCode),
    ("有效期", Field::Validity),
    ("授权有效期", Field::Validity),
    ("授权期限", Field::Validity),
    ("授权书有效期", Field::Validity),
    ("期限", Field::Validity),
    ("签名", Field::Signatures),
    ("短信签名", Field::Signatures),
    ("签名范围", Field::Signatures),
    ("授权签名", Field::Signatures),
    ("签名列表", Field::Signatures),
    ("SignScope", Field::Signatures),
    ("SignName", Field::Signatures),
    ("sign", Field::Signatures),
    ("扫描件", Field::Scan),
    ("图片", Field::Scan),
    ("授权书图片", Field::Scan),
    ("授权书照片", Field::Scan),
    ("附件", Field::Scan),
    ("文件", Field::Scan),
    ("proxy", Field::AuthorizedParty),
    ("expDate", Field::Validity),
    ("creditCode", Field::OrganizationCode),
    ("uscc", Field::OrganizationCode),
];

/// The other names of the fields: the service's parameters, and the usual words.
pub(super) fn other_names() -> Vec<(&'static str, &'static str)> {
    let parameters = Field::ALL.into_iter().filter(|field| *field != Field::FileKey);
    let parameters = parameters.map(|field| (field.parameter(), field.as_str()));
    parameters.chain(WORDS.iter().map(|(word, field)| (*word, field.as_str()))).collect()
}

/// The field that one of its other names stands for.
pub(super) fn means(word: &str) -> Option<&'static str> {
    let same = |name: &str| name.eq_ignore_ascii_case(word);
    other_names().into_iter().find(|(name, _)| same(name)).map(|(_, field)| field)
}

/// The known key that a misspelled or translated one probably stands for.
fn nearest<'k>(key: &str, known: &[&'k str], aliases: &[(&str, &'k str)]) -> Option<&'k str> {
    const LONGEST: usize = 64;
    if key.len() > LONGEST {
        return None;
    }
    let wanted = styleless(key);
    let names = known.iter().map(|name| (*name, *name)).chain(aliases.iter().copied());
    let scored = names.map(|(name, field)| (strsim::damerau_levenshtein(&styleless(name), &wanted), field));
    // A Chinese word of a few characters is near to many others.
    let allowed = if wanted.is_ascii() { (wanted.chars().count() / 3).clamp(1, 4) } else { wanted.chars().count() / 4 };
    scored.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, field)| field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_field_is_recognised() {
        let known = Field::ALL.map(Field::as_str);
        let aliases = other_names();
        for (key, field) in [
            ("authorisedParty", Some("authorizedParty")),
            ("organization_code", Some("organizationCode")),
            ("ProxyAuthorization", Some("authorizedParty")),
            ("signature", Some("signatures")),
            ("filekey", Some("fileKey")),
            ("委托方", Some("authorizer")),
            ("授权方", Some("authorizer")),
            ("被授权方", Some("authorizedParty")),
            ("签名", Some("signatures")),
            ("统一社会信用代码", Some("organizationCode")),
            ("有效期", Some("validity")),
            ("AuthorizationLetterPic", Some("scan")),
            ("colour", None),
            ("颜色", None),
        ] {
            assert_eq!(nearest(key, &known, &aliases), field, "{key}");
        }
    }
}
