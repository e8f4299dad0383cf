//! The normal form of a text: what is left when width, spaces and case no longer count.
//!
//! The service may store a text in another form than it was sent in. Two texts with one normal form
//! mean the same.

use unicode_normalization::UnicodeNormalization as _;

/// The normal form of a party's name or a signature: half-width characters and no white space. Case
/// counts.
pub fn normal_form(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// The normal form of a letter's name or an organization code: as [`normal_form`], in lower case.
pub fn folded_form(text: &str) -> String {
    normal_form(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_and_spaces_do_not_count() {
        assert_eq!(normal_form("支付宝（中国） 网络"), normal_form("支付宝(中国)网络"));
        assert_eq!(normal_form("ＶＩＰ\u{3000}会员"), "VIP会员");
        assert_ne!(normal_form("Aliyun通信"), normal_form("aliyun通信"));
    }

    #[test]
    fn case_does_not_count_in_names_and_codes() {
        assert_eq!(folded_form("91330100799655058b"), folded_form("９１330100799655058B"));
        assert_ne!(folded_form("91330100799655058B"), folded_form("91330100799655058C"));
    }
}
