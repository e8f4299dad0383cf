use super::*;
use crate::letter::testing::{declared, existing, read, today};

fn inventory_of<T>(desired: &[DesiredLetter], there: &[ExistingLetter], show: impl Fn(&Inventory<'_>) -> T) -> T {
    show(&Inventory::new(desired, read(there), today()))
}

/// The inventory as one of the only account.
fn single_of<T>(
    desired: &[DesiredLetter],
    there: &[ExistingLetter],
    show: impl Fn(&Accounts<Inventory<'_>>) -> T,
) -> T {
    show(&Accounts::Single(Inventory::new(desired, read(there), today())))
}

/// The text without its styles.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn columns_are_aligned_whatever_the_script() {
    let mut broken = existing("a\u{1b}[31mb");
    broken.validity = "long".into();
    broken.state = String::new().into();
    let mut ended = existing("Ended letter");
    ended.validity = "2025-01-01~2026-11-20".into();
    ended.status = "INVALID".into();
    let text = single_of(&[declared("菜鸟公司授权书")], &[broken, ended], |inventory| plain(&table(inventory)));
    insta::assert_snapshot!(text, @r##"
    LETTER          ID  PLAN       STATE   STATUS   UNTIL       DAYS  SIGNATURES  SCAN     AUTHORIZER
    菜鸟公司授权书   -  create     -       -        2026-12-31    37           2  known    菜鸟网络科技有限公司
    Ended letter     7  unmanaged  PASSED  INVALID  2026-11-20    -4           2  unknown  菜鸟网络科技有限公司
    a\u{1b}[31mb     7  unmanaged  -       VALID    -              -           2  unknown  菜鸟网络科技有限公司

    3 letters, as of 2026-11-24.
    "##);
}

#[test]
fn no_letters_make_no_table() {
    assert_eq!(single_of(&[], &[], table), "0 letters, as of 2026-11-24.\n");
}

#[test]
fn csv_is_quoted_and_holds_no_formula() {
    let mut hostile = existing("=HYPERLINK(\"x\",\"y\")");
    hostile.authorizer = "甲\n乙".into();
    let text = single_of(&[declared("菜鸟公司授权书")], &[hostile], csv);
    assert!(text.lines().all(|line| text.contains(&format!("{line}\r\n"))));
    let text = text.strip_prefix('\u{feff}').expect("a mark for Excel");
    insta::assert_snapshot!(text.replace('\r', ""), @r##"
    name,action,id,state,status,authorizer,authorizedParty,organizationCode,from,to,daysLeft,signatureCount,signatures,scan,successor,file,line
    菜鸟公司授权书,create,,,,菜鸟网络科技有限公司,支付宝(中国)网络技术有限公司,91330100799655058B,2026-01-01,2026-12-31,37,2,菜鸟网络、菜鸟裹裹,known,,letters.yaml,4
    "'=HYPERLINK(""x"",""y"")",unmanaged,7,PASSED,VALID,甲\n乙,支付宝(中国)网络技术有限公司,91330100799655058B,2026-01-01,2026-12-31,37,2,菜鸟裹裹、菜鸟网络,unknown,,,
    "##);
}

#[test]
fn no_cell_of_csv_is_a_formula_a_number_or_a_command() {
    let cell_of = |name: &str| {
        let there = ExistingLetter { name: name.into(), ..existing("甲") };
        let text = single_of(&[], &[there], csv);
        let line = text.lines().nth(1).expect("a letter").to_owned();
        line.split_once(",unmanaged,").expect("the action").0.to_owned()
    };
    for formula in ["=1", " =1", "\u{3000}=1", "＝1", " ＋1", "－1", "＠a", "-1", "+1", "@a"] {
        assert_eq!(cell_of(formula), format!("'{formula}"));
    }
    for number in ["914403001922038216", "1210000040000E25", "007", "1-2", "2026年3月1日", "1.5"] {
        assert_eq!(cell_of(number), format!("\"=\"\"{number}\"\"\""));
    }
    assert_eq!(cell_of("  ::stop-commands::x"), "\"  ::stop-commands::x\"");
    for text in ["91330100799655058B", "菜鸟1", "1号店", "E25"] {
        assert_eq!(cell_of(text), text);
    }
}

#[test]
fn one_long_name_pads_no_other_row() {
    let long = existing(&"长".repeat(10_000));
    let text = single_of(&[declared("菜鸟公司授权书")], &[long], |inventory| plain(&table(inventory)));
    let widths: Vec<usize> = text.lines().map(width).collect();
    assert!(widths[0] < 150 && widths[1] < 150 && widths[2] < 500, "{widths:?}");
    // What the service allows is shown whole.
    let name = "长".repeat(100);
    let text = single_of(&[], &[existing(&name)], |inventory| plain(&table(inventory)));
    assert!(text.contains(&name));
}

#[test]
fn one_letter_is_shown_with_both_its_sides_and_what_differs() {
    let mut there = existing("菜鸟公司授权书");
    there.signatures = vec!["菜鸟网络".into()];
    let text = inventory_of(&[declared("菜鸟公司授权书")], &[there], |inventory| {
        plain(&details(&inventory.entries[0], inventory))
    });
    insta::assert_snapshot!(text, @"
    菜鸟公司授权书  registered with other content than declared

        days left         37
        scan              unknown: its name does not tell what it shows, so it can't be compared

      Registered
        id                7
        state             PASSED
        status            VALID
        authorizer        菜鸟网络科技有限公司
        authorizedParty   支付宝(中国)网络技术有限公司
        organizationCode  91330100799655058B
        validity          2026-01-01~2026-12-31
        signatures        菜鸟网络
        picture           123456/test.jpg

      Declared  letters.yaml:4
        authorizer        菜鸟网络科技有限公司
        authorizedParty   支付宝(中国)网络技术有限公司
        organizationCode  91330100799655058B
        validity          2026-01-01~2026-12-31
        signatures        菜鸟网络、菜鸟裹裹
        scan              scans/a.png
        sha256            59ad1b2fc74287ded1bba7af67765d23ad4a49f1ae51902cc2ed3f8ebee96cfa

      Differences (- registered, + declared)
        signatures
            菜鸟网络
          + 菜鸟裹裹

      A registered letter can't be changed by any call. Declare what is registered, or declare the new content under a new name.
    ");
}

#[test]
fn days_left_are_told_in_words_where_a_number_would_mislead() {
    let told = |validity: &str| {
        let there = ExistingLetter { validity: validity.into(), ..existing("甲") };
        inventory_of(&[], &[there], |inventory| days_left(&inventory.entries[0], inventory))
    };
    assert_eq!(told("2026-01-01~2026-11-26"), "2");
    assert_eq!(told("2026-01-01~2026-11-24"), "the last day is today");
    assert_eq!(told("2026-01-01~2026-11-22"), "expired 2 days ago");
    assert_eq!(told("2026-01-01~2026-11-23"), "expired yesterday");
    assert_eq!(told("2027-01-01~2028-11-22"), "not valid before 2027-01-01");
    assert!(told("?").starts_with("unknown"));
}
