use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_script::{Script, UnicodeScript};

use super::{
    organization_code::{self, Flaw},
    signature,
};
use crate::{
    declaration::{
        Code, Fix, Safety,
        characters::plain_form,
        collector::FileCollector,
        refusal::within,
        source::{SourceFile, Span},
    },
    letter::Field,
};

/// Looks at a text that is a valid value of `field`.
pub(in crate::declaration) fn text(
    collector: &mut FileCollector<'_>,
    source: &SourceFile,
    field: Field,
    text: &str,
    span: Span,
) {
    if text.trim() != text {
        let diagnostic =
            collector.diagnostic(Code::SurroundingSpace, format!("{field} has white space around it"), span);
        let fix = Fix::of_value(source, collector.place(span), (text, text.trim()), Safety::Safe);
        collector.push(diagnostic.help("remove it; it is not sent").suggest(text.trim()).mend(fix));
    }
    // White space around it is told of as what it is.
    let lead = text.chars().count() - text.trim_start().chars().count();
    if let Some(alike) = look_alike(text.trim()) {
        let place = within(source, span, text, lead + alike.index..lead + alike.index + 1);
        let diagnostic = collector.diagnostic(Code::LookAlike, format!("{field} has {}", alike.what), place);
        collector.push(match alike.instead {
            Some(instead) => {
                // In another form, it may be the name of another letter.
                let same = field != Field::Name && plain_form(text) == instead.trim();
                let safety = if same { Safety::Safe } else { Safety::Confirm };
                let fix = Fix::of_value(source, collector.place(span), (text, &instead), safety);
                diagnostic.help(format!("write {field} as `{instead}`")).mend(fix)
            }
            None => diagnostic.help("write the whole word in one alphabet"),
        });
    }
    match field {
        Field::Signatures => signature::check(collector, source, text, span),
        Field::OrganizationCode => code_flaw(collector, source, text, span),
        _ => {}
    }
}

fn code_flaw(collector: &mut FileCollector<'_>, source: &SourceFile, text: &str, span: Span) {
    let lead = text.chars().count() - text.trim_start().chars().count();
    let Some(flaw) = organization_code::flaw(text.trim()) else { return };
    let (message, place) = match flaw {
        Flaw::Length(length) => {
            (format!("a Unified Social Credit Code has 18 characters, and this has {length}"), span)
        }
        Flaw::Character(c, index) => {
            let place = within(source, span, text, lead + index..lead + index + 1);
            (format!("`{c}` is in no Unified Social Credit Code"), place)
        }
        Flaw::CheckDigit { expected } => (
            format!("the last character of the organization code must be {expected} if the others are right"),
            within(source, span, text, lead + 17..lead + 18),
        ),
    };
    let fix = match flaw {
        Flaw::CheckDigit { expected } => {
            let code = text.trim();
            let fixed = format!("{}{expected}", &code[..code.len() - 1]);
            Fix::of_value(source, collector.place(span), (text, &fixed), Safety::Confirm)
        }
        _ => None,
    };
    let help = "compare it with the business licence, character by character";
    collector.push(collector.diagnostic(Code::CodeCheckDigit, message, place).help(help).mend(fix));
}

/// A character that a reader takes for another one.
struct LookAlike {
    index: usize,
    what: String,
    instead: Option<String>,
}

fn look_alike(text: &str) -> Option<LookAlike> {
    if text.chars().all(|c| c.is_ascii() || matches!(c, '\u{4E00}'..='\u{9FFF}')) {
        return None;
    }
    if let Some((index, c)) = text.chars().enumerate().find(|(_, c)| is_compatibility_form(*c)) {
        let what = format!("`{c}` (U+{:04X}), another form of `{}`", u32::from(c), plain(c));
        let instead = text.chars().map(|c| if is_compatibility_form(c) { plain(c) } else { c.to_string() }).collect();
        return Some(LookAlike { index, what, instead: Some(instead) });
    }
    if !is_nfc(text) {
        let composed: String = text.nfc().collect();
        let index = text.chars().zip(composed.chars()).position(|(a, b)| a != b).unwrap_or(0);
        let what = "an accent that is a character of its own (decomposed Unicode)".to_owned();
        return Some(LookAlike { index, what, instead: Some(composed) });
    }
    if !text.chars().any(|c| c.script() == Script::Latin) {
        return None;
    }
    let foreign = |c: char| matches!(c.script(), Script::Cyrillic | Script::Greek | Script::Cherokee);
    let (index, c) = text.chars().enumerate().find(|(_, c)| foreign(*c))?;
    let what = format!("the {} letter `{c}` (U+{:04X}) among Latin ones", c.script().full_name(), u32::from(c));
    Some(LookAlike { index, what, instead: None })
}

/// Whether a character is only another form of a common one. Full-width brackets are common in
/// Chinese names.
fn is_compatibility_form(c: char) -> bool {
    !c.is_ascii()
        && !matches!(c, '（' | '）')
        && !std::iter::once(c).eq(std::iter::once(c).nfkc())
        && std::iter::once(c).eq(std::iter::once(c).nfc())
        || matches!(c, '\u{F900}'..='\u{FAFF}')
}

fn plain(c: char) -> String {
    std::iter::once(c).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_told_from_ordinary_text() {
        for ordinary in ["菜鸟网络", "阿里·巴巴（杭州）【集团】", "Société", "VIP会员", "Москва", "〇号"]
        {
            assert!(look_alike(ordinary).is_none(), "{ordinary}");
        }
        for (text, instead) in [
            ("ＶＩＰ会员", Some("VIP会员")),
            ("会员１", Some("会员1")),
            ("Socie\u{301}te", Some("Sociéte")),
            ("\u{F9DD}国", Some("利国")),
            ("Аcme", None),
        ] {
            assert_eq!(look_alike(text).expect(text).instead.as_deref(), instead, "{text}");
        }
    }
}
