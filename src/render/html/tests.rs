use super::*;
use crate::{letter::ExistingLetter, letter::testing::read};

fn letter(name: &str, validity: &str) -> ExistingLetter {
    ExistingLetter {
        id: None,
        name: name.into(),
        authorizer: "<img src=x onerror=alert(1)>".into(),
        authorized_party: "支付宝".into(),
        organization_code: "9133\"'&".into(),
        validity: validity.into(),
        signatures: vec!["菜鸟\u{202e}".into()],
        picture_url: None,
        state: "PASSED".into(),
        status: "VALID".into(),
    }
}

fn page_of(letters: &[ExistingLetter], lang: Lang) -> String {
    let today = jiff::civil::date(2026, 11, 24);
    let inventory = Inventory::new(&[], read(letters), today);
    page(
        &[Section {
            account: None,
            endpoint: Some(&"https://dysmsapi.aliyuncs.com".into()),
            inventory: Ok(&inventory),
            status: None,
        }],
        today,
        60,
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

#[test]
fn counts_agree_and_what_ends_first_leads() {
    let alone = |name: &str, validity: &str| ExistingLetter {
        authorizer: "菜鸟网络科技有限公司".into(),
        organization_code: "91330100799655058B".into(),
        signatures: vec![format!("{name}签名").into()],
        ..letter(name, validity)
    };
    let succeeded = alone("甲", "2026-01-01~2026-12-31");
    let validity = "2027-01-01~2029-12-31".to_owned();
    let successor = ExistingLetter { name: "甲二".into(), validity: validity.into(), ..succeeded.clone() };
    let letters = [
        succeeded,
        successor,
        alone("后到期", "2025-01-01~2027-01-10"),
        alone("先到期", "2025-01-01~2026-12-01"),
        alone("未到期", "2025-01-01~2027-02-10"),
    ];
    let page = page_of(&letters, Lang::En);
    assert!(page.contains("<dt>end within 60 days</dt><dd>2</dd>"), "{page}");
    assert!(page.contains("Ends within 60 days <span class=\"count\">2 letters</span>"), "{page}");
    let attention = page.split_once("attention\"").expect("the part").1;
    assert!(attention.find("先到期") < attention.find("后到期"));
    // Letters and signatures are drawn under the same years.
    assert_eq!(page.matches("class=\"axis\"").count(), 2);
}
