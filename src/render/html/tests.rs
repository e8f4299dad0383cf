use super::*;
use crate::{inventory::tests::read, letter::ExistingLetter};

fn letter(name: &str, validity: &str) -> ExistingLetter {
    ExistingLetter {
        id: None,
        name: name.to_owned(),
        authorizer: "<img src=x onerror=alert(1)>".to_owned(),
        authorized_party: "支付宝".to_owned(),
        organization_code: "9133\"'&".to_owned(),
        validity: validity.to_owned(),
        signatures: vec!["菜鸟\u{202e}".to_owned()],
        picture_url: None,
        state: "PASSED".to_owned(),
        status: "VALID".to_owned(),
    }
}

fn page_of(letters: &[ExistingLetter], lang: Lang) -> String {
    let today = jiff::civil::date(2026, 11, 24);
    let inventory = Inventory::new(&[], read(letters), today);
    page(
        &[Section { account: None, endpoint: "https://dysmsapi.aliyuncs.com", inventory: Ok(&inventory) }],
        today,
        lang,
    )
}

#[test]
fn nothing_in_a_value_is_taken_for_markup_or_turns_the_text() {
    let page = page_of(&[letter("</script><script>alert(1)</script>", "2026-01-01~2026-12-31")], Lang::En);
    assert!(!page.contains("<img") && !page.contains("<script>alert"), "{page}");
    assert!(!page.contains('\u{202e}') && page.contains("菜鸟\\u{202e}"));
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches(" style=").count(), 0, "a style in an element would be refused by the policy");
}

#[test]
fn the_policy_allows_what_the_page_has_and_nothing_else() {
    let page = page_of(&[], Lang::Zh);
    for (begin, end) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let text = page.split_once(begin).and_then(|(_, rest)| rest.split_once(end)).expect("is there").0;
        let digest = STANDARD.encode(Sha256::digest(text.as_bytes()));
        assert!(page.contains(&format!("'sha256-{digest}'")), "{begin}");
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains(Lang::Zh.words().no_letters));
}

#[test]
fn the_same_letters_give_the_same_page() {
    let letters: Vec<_> = (0..50).map(|i| letter(&format!("委托{i}"), "2026-01-01~2027-12-31")).collect();
    assert_eq!(page_of(&letters, Lang::En), page_of(&letters, Lang::En));
    assert!(page_of(&[letter("甲", "forever")], Lang::En).contains("forever"));
}

#[test]
fn a_locale_has_a_language() {
    for (locale, lang) in
        [("zh_CN.UTF-8", Lang::Zh), ("zh-Hans", Lang::Zh), ("C", Lang::En), ("en_GB", Lang::En), ("", Lang::En)]
    {
        assert_eq!(Lang::of_locale(locale), lang, "{locale}");
    }
}
