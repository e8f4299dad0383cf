use super::*;
use crate::letter::testing::letter;

const OPTIONS: ImportOptions<'static> = ImportOptions { schema: "letters.schema.json" };

/// A letter as the service tells it, with a picture of its own.
fn existing(name: &str) -> ExistingLetter {
    let letter = letter(name).valid("2026-01-01~2029-01-01");
    ExistingLetter { state: "PASSED".into(), ..letter.existing(&format!("123456/{}.jpg", name.len())) }
}

#[test]
fn what_letters_of_one_party_agree_on_is_written_once() {
    let mut other = existing("乙");
    other.signatures = vec!["123456".into()];
    let imported = import(&vec![other, existing("丙")].into(), OPTIONS);
    assert_eq!((imported.declared, imported.refused), (2, vec![]));
    insta::assert_snapshot!(imported.text, @r#"
    # yaml-language-server: $schema=letters.schema.json
    version: 1
    defaults:
      authorizer: 菜鸟网络科技有限公司
      authorizedParty: 支付宝(中国)网络技术有限公司
      organizationCode: "91330100799655058B"
    letters:
      - name: 丙
        validity: 2026-01-01~2029-01-01
        signatures: [菜鸟网络, 菜鸟裹裹]
        fileKey: "123456/3.jpg"

      - name: 乙
        validity: 2026-01-01~2029-01-01
        # letterform: allow LF-signature-digits-only it exists
        signatures: ["123456"]
        fileKey: "123456/3.jpg"
    "#);
}

#[test]
fn each_authorized_party_has_a_document_of_its_own() {
    let mut other = existing("乙");
    other.authorized_party = "杭州信使网络科技有限公司".into();
    let imported = import(&vec![existing("甲"), other].into(), OPTIONS);
    insta::assert_snapshot!(imported.text, @r#"
    # yaml-language-server: $schema=letters.schema.json
    version: 1
    letters:
      - name: 甲
        authorizer: 菜鸟网络科技有限公司
        authorizedParty: 支付宝(中国)网络技术有限公司
        organizationCode: "91330100799655058B"
        validity: 2026-01-01~2029-01-01
        signatures: [菜鸟网络, 菜鸟裹裹]
        fileKey: "123456/3.jpg"
    ---
    version: 1
    letters:
      - name: 乙
        authorizer: 菜鸟网络科技有限公司
        authorizedParty: 杭州信使网络科技有限公司
        organizationCode: "91330100799655058B"
        validity: 2026-01-01~2029-01-01
        signatures: [菜鸟网络, 菜鸟裹裹]
        fileKey: "123456/3.jpg"
    "#);
}

#[test]
fn a_letter_that_breaks_a_rule_is_kept_as_a_comment_that_says_why() {
    let mut broken = existing("菜鸟-授权书");
    broken.validity = "long # letterform: allow".into();
    broken.signatures.push("【菜\n鸟】".into());
    broken.picture_url = None;
    let imported = import(&vec![broken].into(), OPTIONS);
    assert_eq!((imported.declared, imported.refused.len(), imported.refused[0].obstacles.len()), (0, 1, 3));
    insta::assert_snapshot!(imported.text, @r##"
    # yaml-language-server: $schema=letters.schema.json
    version: 1
    letters: []
      # This letter exists, and can't be declared as it is:
      # ! validity is not of the form YYYY-MM-DD~YYYY-MM-DD
      # ! `【` (U+3010) is not allowed in signatures
      # ! the service tells no address of its picture; declare it with `scan`, the picture on your disk
      # - name: 菜鸟-授权书
      #   authorizer: 菜鸟网络科技有限公司
      #   authorizedParty: 支付宝(中国)网络技术有限公司
      #   organizationCode: "91330100799655058B"
      #   validity: "long # letterform\x3A allow"
      #   signatures: [菜鸟网络, 菜鸟裹裹, "【菜\n鸟】"]
    "##);
}

#[test]
fn a_letter_whose_name_no_new_letter_can_have_is_declared_as_it_is() {
    let mut old = existing("Acme Trading Co., Ltd. V1");
    old.authorizer = "Acme Trading Co., Ltd.".into();
    let imported = import(&vec![old].into(), OPTIONS);
    assert_eq!(imported.declared, 1, "{}", imported.text);
    insta::assert_snapshot!(imported.text, @r#"
    # yaml-language-server: $schema=letters.schema.json
    version: 1
    letters:
      # letterform: allow LF-name-character it exists
      - name: "Acme Trading Co., Ltd. V1"
        # letterform: allow LF-party-character it exists
        authorizer: "Acme Trading Co., Ltd."
        authorizedParty: 支付宝(中国)网络技术有限公司
        organizationCode: "91330100799655058B"
        validity: 2026-01-01~2029-01-01
        signatures: [菜鸟网络, 菜鸟裹裹]
        fileKey: "123456/25.jpg"
    "#);
}

#[test]
fn a_comment_stands_above_each_line_that_breaks_a_rule_for_new_letters() {
    let mut broken = existing("菜鸟-授权书");
    broken.organization_code = "９133 01".into();
    broken.signatures = (0..30).map(|index| format!("菜鸟裹裹{index}").into()).collect();
    broken.signatures[3] = "10086".into();
    let mut other = existing("乙");
    other.organization_code = broken.organization_code.clone();
    other.signatures = vec!["тест".into(), "测试".into(), "тесто".into()];
    let imported = import(&vec![broken, other].into(), OPTIONS);
    let comments: Vec<(&str, &str)> = imported
        .text
        .lines()
        .zip(imported.text.lines().skip(1))
        .filter(|(line, _)| line.contains("# letterform:"))
        .map(|(line, next)| (line.trim(), next.trim()))
        .collect();
    let signatures = "signatures: [тест, 测试, тесто]";
    assert_eq!(
        comments,
        [
            ("# letterform: allow LF-code-character it exists", "organizationCode: \"９133 01\""),
            ("# letterform: allow LF-signature-script it exists", "# letterform: allow LF-test-word it exists"),
            ("# letterform: allow LF-test-word it exists", signatures),
            ("# letterform: allow LF-name-character it exists", "- name: 菜鸟-授权书"),
            ("# letterform: allow LF-signature-digits-only it exists", "- \"10086\""),
        ],
        "{}",
        imported.text
    );
}

#[test]
fn an_account_without_letters_gives_a_file_without_letters() {
    let imported = import(&ExistingLetters::default(), OPTIONS);
    assert_eq!(imported.text, "# yaml-language-server: $schema=letters.schema.json\nversion: 1\nletters: []\n");
}

#[test]
fn of_two_letters_with_one_name_one_is_declared() {
    let mut twin = existing("甲");
    twin.authorizer = "甲公司".into();
    let imported = import(&vec![existing("甲"), twin].into(), OPTIONS);
    assert_eq!(imported.declared, 1);
    assert_eq!(imported.refused[0].obstacles, [Obstacle::NameTaken]);
}

#[test]
fn white_space_and_repetitions_are_no_obstacle_as_they_are_no_difference() {
    let mut loose = existing("甲");
    loose.authorizer = " 菜鸟网络科技有限公司\n".into();
    loose.signatures = vec![" 菜鸟网络".into(), "菜鸟网络".into()];
    assert_eq!(import(&vec![loose].into(), OPTIONS).declared, 1);
}

#[test]
fn a_picture_that_would_compare_as_another_is_an_obstacle() {
    let mut spaced = existing("甲");
    spaced.picture_url = Some("https://bucket.example/123456/a.jpg%20".to_owned());
    assert_eq!(
        import(&vec![spaced].into(), OPTIONS).refused[0].obstacles,
        [Obstacle::Unequal(crate::letter::Field::FileKey)]
    );
}

#[test]
fn no_query_of_a_signed_address_is_written() {
    let mut broken = existing("菜鸟-授权书");
    broken.picture_url = Some("https://bucket.example/扫描.jpg?Signature=secret".to_owned());
    for letter in [broken, existing("甲")] {
        assert!(!import(&vec![letter].into(), OPTIONS).text.contains("Signature="));
    }
}

#[test]
fn files_are_named_for_authorizers_and_never_collide() {
    let by = |authorizer: &str| ExistingLetter { authorizer: authorizer.into(), ..existing("甲") };
    let long = "字".repeat(150);
    let letters =
        ["../../etc/passwd", "", "Acme Ltd", "ACME ltd", "菜鸟(杭州)", &long, &format!("{long}。"), "a\u{202e}b"]
            .map(by);
    let names: Vec<String> = import_by_authorizer(&letters, OPTIONS).into_iter().map(|(name, _)| name).collect();
    let short = "字".repeat(50);
    let mut expected = [
        "authorizer.letters.yaml".to_owned(),
        "etc-passwd.letters.yaml".to_owned(),
        "ACME-ltd.letters.yaml".to_owned(),
        "Acme-Ltd-2.letters.yaml".to_owned(),
        "a-b.letters.yaml".to_owned(),
        format!("{short}.letters.yaml"),
        format!("{short}-2.letters.yaml"),
        "菜鸟(杭州).letters.yaml".to_owned(),
    ];
    expected.sort();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    assert!(names.iter().all(|name| name.len() <= 255));
}
