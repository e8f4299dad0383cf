use super::{Paper, Reading, Verdict, compare};
use crate::{
    letter::testing::declared,
    letter::{Field, Letter, Picture},
};

fn letter(signatures: &[&str]) -> Letter<Picture> {
    Letter {
        authorizer: "杭州菜鸟网络科技（浙江）有限公司".parse().unwrap(),
        authorized_party: "支付宝(中国)网络技术有限公司".parse().unwrap(),
        organization_code: "91330100MA2GQ0UL1X".parse().unwrap(),
        validity: "2026-01-01~2028-12-31".parse().unwrap(),
        signatures: signatures.iter().map(|name| name.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap(),
        ..declared("菜鸟").letter
    }
}

/// A page as an engine reads it from a good scan.
const PAGE: &str = "短信签名授权书 〈示例)\n授权方: 杭州菜鸟网络科技《浙江) 有限公司\n统一社会信用代码: 91330100MA2GQOULIX\n\
                    被授权方:支付宝(中国)网络技术有限公司\n授权方同意被授权方在发送短信时使用下表所列的短信签名。\n\
                    序号     短信签名\n1      菜鸟网络\n2      菜鸟裹裹\n\n本授权自2026年1月1日起至2028年12 月31 日止有效\n日期: 年 月 日\n";

fn read(letter: &Letter<Picture>, pages: &[&str]) -> Paper {
    let readings: Vec<Reading> = pages.iter().flat_map(|page| Reading::of_output(page)).collect();
    compare(letter, &readings).expect("a page")
}

/// The fields that were not found as declared, with what was read.
fn amiss(paper: &Paper) -> Vec<(Field, &str, Verdict, Option<&str>)> {
    let amiss = paper.fields.iter().filter(|field| field.verdict != Verdict::Found);
    amiss.map(|field| (field.field, field.declared.as_str(), field.verdict, field.read.as_deref())).collect()
}

#[test]
fn everything_that_is_declared_is_found_on_its_paper() {
    let paper = read(&letter(&["菜鸟网络", "菜鸟裹裹"]), &[PAGE]);
    assert_eq!(amiss(&paper), []);
    assert_eq!(paper.fields.len(), 6);
    assert_eq!(paper.fields[0].place.unwrap().line, 2);
    assert!(paper.undeclared.is_empty());
}

type Change = fn(&mut Letter<Picture>);

#[test]
fn each_field_that_is_changed_is_the_one_that_is_reported() {
    let good = letter(&["菜鸟网络", "菜鸟裹裹"]);
    let changes: [(Field, Change, Option<&str>); 6] = [
        (
            Field::Authorizer,
            |letter| letter.authorizer = "杭州菜鸟网络科技（浙江）有限责任公司".parse().unwrap(),
            Some("杭州菜鸟网络科技《浙江)有限公司"),
        ),
        (
            Field::AuthorizedParty,
            |letter| letter.authorized_party = "付宝(中国)网络技术有限公司".parse().unwrap(),
            Some("支付宝(中国)网络技术有限公司"),
        ),
        (
            Field::OrganizationCode,
            |letter| letter.organization_code = "91330100MA2GQ0UL7X".parse().unwrap(),
            Some("91330100MA2GQOULIX"),
        ),
        (
            Field::Validity,
            |letter| letter.validity = "2026-01-01~2028-12-30".parse().unwrap(),
            Some("2026-01-01~2028-12-31"),
        ),
        (Field::Signatures, |letter| letter.signatures = sign(&["菜鸟网络", "菜鸟裹果"]), Some("菜鸟裹裹")),
        (Field::Signatures, |letter| letter.signatures = sign(&["菜鸟网络", "圆通速递"]), None),
    ];
    for (field, change, expected) in changes {
        let mut letter = good.clone();
        change(&mut letter);
        let paper = read(&letter, &[PAGE]);
        let [(found, _, verdict, read)] = amiss(&paper)[..] else { panic!("{field}: {:?}", amiss(&paper)) };
        assert_eq!((found, read), (field, expected));
        assert_eq!(verdict, if expected.is_some() { Verdict::Differs } else { Verdict::NotFound });
    }
}

fn sign(names: &[&str]) -> crate::letter::Signatures {
    letter(names).signatures
}

#[test]
fn a_signature_that_is_not_declared_is_named() {
    let paper = read(&letter(&["菜鸟网络"]), &[PAGE, PAGE]);
    assert_eq!((amiss(&paper).len(), &paper.undeclared[..]), (0, &["菜鸟裹裹".to_owned()][..]));
}

#[test]
fn what_one_of_the_readings_has_is_on_the_paper() {
    let first = PAGE.replace("菜鸟裹裹", "菜乌训右").replace("2GQOULIX", "2GQ0OULIX");
    let second = PAGE.replace("浙江", "浙汇");
    let paper = read(&letter(&["菜鸟网络", "菜鸟裹裹"]), &[&first, &second]);
    assert_eq!(amiss(&paper), []);
    assert!(paper.undeclared.is_empty(), "{:?}", paper.undeclared);
}

#[test]
fn parties_that_are_exchanged_are_not_found() {
    let page = PAGE.replace("被授权方:", "甲:").replace("授权方: ", "被授权方:").replace("甲:", "授权方: ");
    let paper = read(&letter(&["菜鸟网络", "菜鸟裹裹"]), &[&page]);
    let fields: Vec<Field> = amiss(&paper).iter().map(|(field, ..)| *field).collect();
    assert_eq!(fields, [Field::Authorizer, Field::AuthorizedParty]);
}

#[test]
fn the_name_of_a_company_is_no_signature() {
    let page = PAGE.replace("1      菜鸟网络\n", "1      \n");
    let paper = read(&letter(&["菜鸟网络", "菜鸟裹裹"]), &[&page]);
    assert_eq!(amiss(&paper), [(Field::Signatures, "菜鸟网络", Verdict::NotFound, None)]);
}

#[test]
fn a_page_that_cannot_be_read_has_a_problem_and_no_fields() {
    let letter = letter(&["菜鸟网络"]);
    for blank in ["", "  \n", "-\n|\n"] {
        let problem = compare(&letter, &Reading::of_output(blank)).unwrap_err();
        assert!(problem.contains("no text was recognised"), "{problem}");
    }
    let rubbish = "level\tpage_num\t\n1\t1\t0\t0\t0\t0\t0\t0\t1000\t1400\t-1\t\n5\t1\t1\t1\t1\t1\t1\t1\t2\t2\t31\t事于口讶二一五寺并昌内\n";
    let problem = compare(&letter, &Reading::of_output(rubbish)).unwrap_err();
    assert!(problem.contains("can't be read"), "{problem}");
    let endless = "字".repeat(20_001);
    assert!(compare(&letter, &Reading::of_output(&endless)).is_err());
    assert!(compare(&letter, &[]).is_err());
}
