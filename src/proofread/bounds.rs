//! Where a name ends on a paper: a part of a longer name is another name.

use super::stream::Glyph;

/// What kind of text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The company that authorizes.
    Authorizer,
    /// The company that is authorized.
    AuthorizedParty,
    /// A code of digits and letters.
    Code,
    /// A signature.
    Signature,
}

/// What stands before a party without a sign between.
const BEFORE_PARTY: [&str; 20] = [
    "授权方",
    "授权人",
    "授权单位",
    "委托方",
    "委托人",
    "委托单位",
    "受托方",
    "受托人",
    "被授权单位",
    "甲方",
    "乙方",
    "单位名称",
    "公司名称",
    "企业名称",
    "名称",
    "全称",
    "兹授权",
    "现授权",
    "授权",
    "委托",
];
/// What stands behind a party without a sign between.
const BEHIND_PARTY: [&str; 20] = [
    "在", "使用", "于", "作为", "将", "有权", "可以", "以", "对", "的", "盖章", "公章", "授权", "同意", "委托", "负责",
    "全权", "提供", "发送", "就",
];
/// What a bracket behind a party begins with, when it is no part of the name.
const REMARKS: [&str; 12] =
    ["以下", "下称", "简称", "盖章", "公章", "签章", "签字", "印章", "授权", "被授权", "甲方", "乙方"];
/// How the names of companies end.
const COMPANIES: [&str; 18] = [
    "公司",
    "店",
    "院",
    "校",
    "所",
    "厂",
    "社",
    "会",
    "中心",
    "局",
    "部",
    "馆",
    "站",
    "行",
    "集团",
    "厅",
    "室",
    "工作室",
];
/// What stands before a signature without a sign between.
const BEFORE_SIGNATURE: [&str; 9] = ["签名为", "签名是", "签名", "名称为", "使用", "包括", "分别为", "以及", "如下"];
/// What stands behind a signature without a sign between.
const BEHIND_SIGNATURE: [&str; 4] = ["等", "作为", "共", "以及"];
/// What stands between two signatures of an enumeration without a sign.
const BETWEEN: [&str; 3] = ["和", "与", "及"];

/// Whether a character can be a part of a name.
pub(super) fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || is_joint(c)
}

/// Whether a character is a part of a name between two others.
fn is_joint(c: char) -> bool {
    matches!(c, '·' | '&' | '+' | '-' | '_')
}

pub(super) fn ends_with(glyphs: &[Glyph], text: &str) -> bool {
    let count = text.chars().count();
    glyphs.len() >= count && starts_with(&glyphs[glyphs.len() - count..], text)
}

pub(super) fn starts_with(glyphs: &[Glyph], text: &str) -> bool {
    glyphs.len() >= text.chars().count() && glyphs.iter().zip(text.chars()).all(|(glyph, c)| glyph.folded == c)
}

/// Whether what stands from one place to another is a whole: nothing before it or behind it belongs
/// to it.
///
/// `known` are the signatures that are declared: an enumeration can put a word between two of them.
pub(super) fn is_whole(glyphs: &[Glyph], (from, to): (usize, usize), kind: Kind, known: &[Vec<char>]) -> bool {
    begins(glyphs, from, kind, known) && ends(glyphs, (from, to), kind, known)
}

fn begins(glyphs: &[Glyph], from: usize, kind: Kind, known: &[Vec<char>]) -> bool {
    let Some(before) = from.checked_sub(1).map(|at| glyphs[at].folded) else { return true };
    if glyphs[from].begins {
        return true;
    }
    let ahead = &glyphs[..from];
    match kind {
        Kind::Code => !before.is_ascii_alphanumeric(),
        Kind::Authorizer | Kind::AuthorizedParty => match before {
            ')' => is_behind_remark(ahead),
            before if is_of_name(before) => BEFORE_PARTY.iter().any(|text| ends_with(ahead, text)),
            _ => true,
        },
        Kind::Signature if is_of_name(before) => {
            let conjoined =
                || BETWEEN.iter().any(|text| ends_with(ahead, text) && is_behind(&ahead[..from - 1], known));
            BEFORE_SIGNATURE.iter().any(|text| ends_with(ahead, text)) || is_numbered(glyphs, from) || conjoined()
        }
        Kind::Signature => true,
    }
}

fn ends(glyphs: &[Glyph], (from, to): (usize, usize), kind: Kind, known: &[Vec<char>]) -> bool {
    let Some(next) = glyphs.get(to).filter(|next| !next.begins) else { return true };
    let behind = &glyphs[to..];
    match kind {
        Kind::Code => !next.folded.is_ascii_alphanumeric(),
        Kind::Authorizer | Kind::AuthorizedParty => match next.folded {
            '(' => REMARKS.iter().any(|text| starts_with(&behind[1..], text)),
            c if is_of_name(c) => {
                COMPANIES.iter().any(|text| ends_with(&glyphs[from..to], text))
                    && BEHIND_PARTY.iter().any(|text| starts_with(behind, text))
            }
            _ => true,
        },
        Kind::Signature if is_of_name(next.folded) => {
            let conjoined = || {
                BETWEEN.iter().any(|text| {
                    let rest = &behind[1..];
                    starts_with(behind, text) && known.iter().any(|known| starts_with_folded(rest, known))
                })
            };
            BEHIND_SIGNATURE.iter().any(|text| starts_with(behind, text)) || conjoined()
        }
        Kind::Signature => true,
    }
}

fn starts_with_folded(glyphs: &[Glyph], text: &[char]) -> bool {
    glyphs.len() >= text.len() && glyphs.iter().zip(text).all(|(glyph, c)| glyph.folded == *c)
}

/// Whether one of the signatures ends here.
fn is_behind(ahead: &[Glyph], known: &[Vec<char>]) -> bool {
    known
        .iter()
        .any(|known| ahead.len() >= known.len() && starts_with_folded(&ahead[ahead.len() - known.len()..], known))
}

/// Whether nothing but the number of an enumeration stands before: `1 菜鸟`, at the beginning of a
/// line or a cell.
fn is_numbered(glyphs: &[Glyph], from: usize) -> bool {
    const DIGITS: usize = 3;
    if glyphs[from].folded.is_ascii_digit() {
        return false;
    }
    let digits = glyphs[..from].iter().rev().take_while(|glyph| glyph.folded.is_ascii_digit()).count();
    (1..=DIGITS).contains(&digits) && (from == digits || glyphs[from - digits].begins)
}

/// Whether the bracket that ends here holds a remark, such as 甲方, or the number of an
/// enumeration.
fn is_behind_remark(ahead: &[Glyph]) -> bool {
    const LENGTH: usize = 8;
    let inside = &ahead[..ahead.len() - 1];
    let Some(length) = inside.iter().rev().take(LENGTH).position(|glyph| glyph.folded == '(') else { return false };
    let inside = &inside[inside.len() - length..];
    inside.iter().all(|glyph| glyph.folded.is_ascii_digit()) || REMARKS.iter().any(|text| starts_with(inside, text))
}

/// Whether a party stands behind the label of the other one: `被授权方：` before the authorizer.
pub(super) fn is_labelled_as_other(glyphs: &[Glyph], from: usize, kind: Kind) -> bool {
    const AUTHORIZED: [&str; 6] = ["被授权方", "被授权人", "被授权单位", "受托方", "受托人", "乙方"];
    const AUTHORIZING: [&str; 6] = ["授权方", "授权人", "授权单位", "委托方", "委托人", "甲方"];
    let line = glyphs[from].line;
    let before = glyphs[..from].iter().rev().take_while(|glyph| glyph.line == line);
    let gap = before.take(2).take_while(|glyph| !is_of_name(glyph.folded)).count();
    let ahead = &glyphs[..from - gap];
    let same_line = |text: &str| {
        ends_with(ahead, text) && ahead[ahead.len() - text.chars().count()..].iter().all(|glyph| glyph.line == line)
    };
    match kind {
        Kind::Authorizer => AUTHORIZED.iter().any(|text| same_line(text)),
        Kind::AuthorizedParty => {
            let label = AUTHORIZING.iter().find(|text| same_line(text));
            label.is_some_and(|label| !ends_with(&ahead[..ahead.len() - label.chars().count()], "被"))
        }
        Kind::Code | Kind::Signature => false,
    }
}
