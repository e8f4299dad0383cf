//! A declared text on a page: as it is, as a part of something longer, or something like it.

use super::{
    bounds::{self, Kind, is_of_name},
    stream::{Glyph, Stream},
};

/// A declared text in the form in which it is compared.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) kind: Kind,
    pub(super) folded: Vec<char>,
}

/// From one place of a stream to another, the second not included.
pub(super) type Range = (usize, usize);

/// A text on a page that is like the declared one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Alike {
    pub(super) range: Range,
    /// From 0 to 1, where 1 is the same.
    pub(super) similarity: f32,
}

/// The share of characters that may differ in something that is like the declared text.
const MOST_DIFFERENT: f32 = 0.4;
/// The most characters by which a name is longer than the declared one that it holds.
const MOST_LONGER: usize = 16;

impl Stream {
    /// Where the text stands as a whole, for itself. `known` are the declared signatures.
    pub(super) fn find(&self, wanted: &Wanted, known: &[Vec<char>]) -> Option<Range> {
        self.occurrences(&wanted.folded).find(|range| {
            bounds::is_whole(&self.0, *range, wanted.kind, known)
                && !bounds::is_labelled_as_other(&self.0, range.0, wanted.kind)
        })
    }

    /// Where something stands that is like the text, outside what is `taken` by others.
    pub(super) fn find_alike(&self, wanted: &Wanted, taken: &[bool]) -> Option<Alike> {
        let is_free = |range: &Range| taken[range.0..range.1].iter().all(|taken| !taken);
        let is_own = |range: &Range| !bounds::is_labelled_as_other(&self.0, range.0, wanted.kind);
        if let Some(range) = self.occurrences(&wanted.folded).find(|range| is_free(range) && is_own(range)) {
            let longer = self.whole_name(range, taken);
            #[expect(clippy::cast_precision_loss, reason = "names are short")]
            let similarity = wanted.folded.len() as f32 / (longer.1 - longer.0).max(1) as f32;
            return Some(Alike { range: longer, similarity });
        }
        let alike = nearest(&self.0, &wanted.folded, taken).filter(|alike| is_own(&alike.range))?;
        let range = match wanted.kind {
            // Prose without a sign goes on behind a company.
            Kind::Authorizer | Kind::AuthorizedParty => alike.range,
            Kind::Code | Kind::Signature => self.whole_name(alike.range, taken),
        };
        Some(Alike { range, ..alike })
    }

    fn occurrences<'s>(&'s self, text: &'s [char]) -> impl Iterator<Item = Range> + 's {
        let count = text.len().max(1);
        let windows = self.0.windows(count).enumerate();
        windows
            .filter(move |(_, window)| window.iter().zip(text).all(|(glyph, c)| glyph.folded == *c))
            .map(move |(from, _)| (from, from + count))
    }

    /// The name of which something is a part.
    fn whole_name(&self, (from, to): Range, taken: &[bool]) -> Range {
        let goes_on = |at: usize| is_of_name(self.0[at].folded) && !taken[at];
        let before = (from.saturating_sub(MOST_LONGER)..from).rev();
        let before = before.take_while(|at| goes_on(*at) && !self.0[at + 1].begins).count();
        let behind = (to..self.0.len().min(to + MOST_LONGER)).take_while(|at| goes_on(*at) && !self.0[*at].begins);
        (from - before, to + behind.count())
    }
}

/// The part of the page that takes the fewest changes to become the text, if these are few enough.
///
/// Sellers' algorithm: the edit distance to every part of the page at once, in one pass over it.
fn nearest(glyphs: &[Glyph], text: &[char], taken: &[bool]) -> Option<Alike> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "names are short"
    )]
    let most = (text.len() as f32 * MOST_DIFFERENT) as usize;
    // For each length of the beginning of the text: the changes, and where on the page they begin.
    let mut column: Vec<(usize, usize)> = (0..=text.len()).map(|changes| (changes, 0)).collect();
    let mut best: Option<(usize, Range)> = None;
    for (at, glyph) in glyphs.iter().enumerate() {
        if taken[at] {
            column = (0..=text.len()).map(|changes| (changes, at + 1)).collect();
            continue;
        }
        let mut diagonal = column[0];
        column[0] = (0, at + 1);
        for (row, c) in text.iter().enumerate() {
            let replaced = (diagonal.0 + usize::from(glyph.folded != *c), diagonal.1);
            let missing = (column[row].0 + 1, column[row].1);
            let added = (column[row + 1].0 + 1, column[row + 1].1);
            diagonal = column[row + 1];
            column[row + 1] = replaced.min_by_changes(missing).min_by_changes(added);
        }
        let (changes, from) = column[text.len()];
        let is_better = best.is_none_or(|(fewest, range)| changes < fewest || changes == fewest && from == range.0);
        if changes <= most && from <= at && is_better {
            best = Some((changes, (from, at + 1)));
        }
    }
    let (changes, range) = best?;
    #[expect(clippy::cast_precision_loss, reason = "names are short")]
    let similarity = 1.0 - changes as f32 / text.len() as f32;
    Some(Alike { range, similarity })
}

trait Changes {
    fn min_by_changes(self, other: Self) -> Self;
}

impl Changes for (usize, usize) {
    fn min_by_changes(self, other: Self) -> Self {
        if other.0 < self.0 { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proofread::{reading::Reading, stream::folded};

    fn stream(text: &str) -> Stream {
        Stream::of(&Reading::of_output(text)[0])
    }

    fn is_found(page: &str, kind: Kind, text: &str) -> bool {
        stream(page).find(&Wanted { kind, folded: folded(text) }, &[folded("菜鸟"), folded("裹裹")]).is_some()
    }

    fn alike(page: &str, kind: Kind, text: &str) -> Option<String> {
        let stream = stream(page);
        let taken = vec![false; stream.0.len()];
        let alike = stream.find_alike(&Wanted { kind, folded: folded(text) }, &taken)?;
        Some(stream.raw(alike.range.0, alike.range.1))
    }

    #[test]
    fn a_party_is_found_behind_a_label_in_prose_and_over_a_line_break() {
        let name = "杭州菜鸟（浙江）网络有限公司";
        for page in [
            "授权方：杭州菜鸟(浙江) 网络有限公司\n",
            "授权方 杭 州 菜 鸟〈浙江》网络有限公司（盖章）",
            "兹授权杭州菜鸟（浙江）网络有限公司在发送短信时使用",
            "授权方（甲方）杭州菜鸟（浙江）网络\n有限公司，统一社会信用代码",
        ] {
            assert!(is_found(page, Kind::Authorizer, name), "{page}");
        }
    }

    #[test]
    fn a_part_of_a_longer_name_is_another_name() {
        for page in
            ["新杭州菜鸟有限公司", "杭州菜鸟有限公司杭州分公司", "杭州菜鸟有限公司（浙江）", "（中国）杭州菜鸟有限公司"]
        {
            assert!(!is_found(page, Kind::Authorizer, "杭州菜鸟有限公司"), "{page}");
        }
        assert_eq!(
            alike("授权方：新杭州菜鸟有限公司。", Kind::Authorizer, "杭州菜鸟有限公司").as_deref(),
            Some("新杭州菜鸟有限公司")
        );
        for page in ["【菜鸟网络】", "小菜鸟", "1234菜鸟", "丙和菜鸟"] {
            assert!(!is_found(page, Kind::Signature, "菜鸟"), "{page}");
        }
        assert!(!is_found("代码：91330100799655058BA", Kind::Code, "91330100799655058B"));
    }

    #[test]
    fn a_signature_is_found_in_brackets_lists_cells_and_enumerations() {
        for page in [
            "【菜鸟】",
            "签名：裹裹、菜鸟、丙",
            "2 菜鸟\n",
            "2   菜鸟   备注",
            "签名为菜鸟，",
            "①菜鸟",
            "1.菜鸟",
            "裹裹和菜鸟及裹裹",
        ] {
            assert!(is_found(page, Kind::Signature, "菜鸟"), "{page}");
        }
    }

    #[test]
    fn a_party_behind_the_label_of_the_other_is_not_the_one() {
        let page = "授权方：甲信息公司\n被授权方：乙网络公司\n";
        assert!(is_found(page, Kind::Authorizer, "甲信息公司") && is_found(page, Kind::AuthorizedParty, "乙网络公司"));
        assert!(
            !is_found(page, Kind::Authorizer, "乙网络公司") && !is_found(page, Kind::AuthorizedParty, "甲信息公司")
        );
        assert!(is_found("授权方  被授权方\n甲公司  乙公司\n", Kind::Authorizer, "甲公司"), "the heading of a table");
    }

    #[test]
    fn what_is_like_the_text_is_found_with_its_edges() {
        let page = "授权方：杭州菜乌网络有限公司\n1  菜鸟裏裏\n代码：9133010079965505BB。";
        assert_eq!(alike(page, Kind::Authorizer, "杭州菜鸟网络有限公司").as_deref(), Some("杭州菜乌网络有限公司"));
        assert_eq!(alike(page, Kind::Code, "91330100799655058B").as_deref(), Some("9133010079965505BB"));
        assert_eq!(alike(page, Kind::Signature, "圆通速递"), None);
        assert_eq!(alike(page, Kind::Signature, "顺丰"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_page_and_no_text_is_too_odd(page in ".{0,60}", text in "[^\\s]{1,8}") {
            let folded = folded(&text);
            proptest::prop_assume!(!folded.is_empty());
            let stream = stream(&page);
            let taken = vec![false; stream.0.len()];
            for kind in [Kind::Authorizer, Kind::AuthorizedParty, Kind::Code, Kind::Signature] {
                let wanted = Wanted { kind, folded: folded.clone() };
                if let Some((from, to)) = stream.find(&wanted, std::slice::from_ref(&folded)) {
                    let read: Vec<char> = stream.0[from..to].iter().map(|glyph| glyph.folded).collect();
                    proptest::prop_assert_eq!(&read, &folded);
                }
                if let Some(alike) = stream.find_alike(&wanted, &taken) {
                    proptest::prop_assert!(alike.range.0 < alike.range.1 && alike.similarity > 0.0 && alike.similarity <= 1.0);
                }
            }
        }
    }
}
