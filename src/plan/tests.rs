use super::*;
use crate::letter::{FileKey, Picture, PictureFormat, ScanDigest, ScanObject, UnreadableLetter, testing::letter};

fn declared(name: &str) -> DesiredLetter {
    letter(name).valid("2026-01-01~2029-01-01").declared("scans/a.png", b"scan")
}

/// The same letter as the service tells it.
fn existing(desired: &DesiredLetter) -> ExistingLetter {
    let end = match &desired.letter.picture {
        Picture::Scan(scan) => scan.object().to_string(),
        Picture::FileKey(key) => key.to_string(),
    };
    let existing = desired.letter.existing(&format!("123456/{end}"));
    ExistingLetter { signatures: existing.signatures.into_iter().rev().collect(), ..existing }
}

fn plan(desired: Vec<DesiredLetter>, there: &[ExistingLetter]) -> Plan {
    Plan::new(
        "https://dysmsapi.aliyuncs.com".to_owned(),
        desired,
        &there.to_vec().into(),
        "2026-11-24".parse().unwrap(),
        60,
    )
}

/// The fields that differ between the declared letter and the existing one after `change`.
fn differing(change: impl Fn(&mut ExistingLetter)) -> Vec<Field> {
    let desired = declared("委托");
    let mut there = existing(&desired);
    change(&mut there);
    match &plan(vec![desired], &[there]).letters[..] {
        [PlannedLetter::Unchanged(_)] => Vec::new(),
        [PlannedLetter::Conflict(_, differences)] => differences.iter().map(|d| d.field).collect(),
        other => panic!("one declared letter that exists: {other:?}"),
    }
}

#[test]
fn every_letter_has_one_action() {
    let (new, same, other) = (declared("新"), declared("同"), declared("异"));
    let mut changed = existing(&other);
    changed.authorizer = "别的公司".into();
    let mut stranger = existing(&declared("外"));
    stranger.state = "SOMETHING_NEW".into();
    let plan = plan(vec![new.clone(), same.clone(), other], &[stranger, changed, existing(&same)]);
    assert_eq!(plan.summary(), PlanSummary { create: 1, unchanged: 1, conflict: 1, unreadable: 0, unmanaged: 1 });
    assert_eq!(plan.letters.iter().map(PlannedLetter::name).collect::<Vec<_>>(), ["新", "同", "异", "外"]);
    assert_eq!(plan.creates().collect::<Vec<_>>(), [&new]);
    assert!(plan.warnings.is_empty());
}

#[test]
fn unmanaged_letters_come_last_by_name() {
    let there: Vec<_> = ["b", "a", "c"].map(|name| existing(&declared(name))).into();
    let plan = plan(vec![declared("z")], &there);
    assert_eq!(plan.letters.iter().map(PlannedLetter::name).collect::<Vec<_>>(), ["z", "a", "b", "c"]);
}

#[test]
fn order_of_signatures_and_white_space_are_no_difference() {
    assert!(differing(|_| ()).is_empty());
    assert!(differing(|there| there.authorizer = " 菜鸟网络科技有限公司\n".into()).is_empty());
}

#[test]
fn another_form_of_a_text_is_a_warning_and_no_conflict() {
    let forms: [fn(&mut ExistingLetter); 4] = [
        |there| there.authorized_party = "支付宝（中国） 网络技术有限公司".into(),
        |there| there.organization_code.raw_mut().make_ascii_lowercase(),
        |there| there.authorizer = "菜鸟网络\u{3000}科技有限公司".into(),
        |there| there.signatures[0] = "菜鸟 裹裹".into(),
    ];
    for change in forms {
        let desired = declared("委托");
        let mut there = existing(&desired);
        change(&mut there);
        let plan = plan(vec![desired], &[there]);
        assert!(matches!(plan.letters[..], [PlannedLetter::Unchanged(_)]), "{plan:?}");
        assert_eq!(plan.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), [WarningCode::FormDiffers]);
        assert!(plan.warnings[0].message.raw().contains("is registered as `"), "{}", plan.warnings[0].message);
    }
}

#[test]
fn the_case_of_a_signature_is_a_difference() {
    let mut desired = declared("委托");
    desired.letter.signatures = vec!["Aliyun通信".parse().unwrap()].try_into().unwrap();
    let mut there = existing(&desired);
    there.signatures = vec!["aliyun通信".into()];
    assert!(matches!(plan(vec![desired], &[there]).letters[..], [PlannedLetter::Conflict(..)]));
}

#[test]
fn a_validity_in_another_form_is_no_difference() {
    assert!(differing(|there| there.validity = "2026/01/01 00:00:00 ～ 2029/01/01 23:59:59".into()).is_empty());
}

#[test]
fn a_name_that_exists_in_another_form_is_warned_of() {
    let plan = plan(vec![declared("Acme授权书")], &[existing(&declared("ACME授权书"))]);
    assert_eq!(plan.summary().create, 1);
    assert_eq!(plan.warnings[0].code, WarningCode::NameAlike);
    assert!(plan.warnings[0].message.raw().contains("`ACME授权书`"), "{}", plan.warnings[0].message);
}

#[test]
fn a_name_that_breaks_the_rules_for_new_letters_is_unchanged_when_it_exists_and_refused_when_not() {
    let old = declared("Acme Co., Ltd. V1");
    let unchanged = plan(vec![old.clone()], &[existing(&old)]);
    assert_eq!((unchanged.summary().unchanged, unchanged.check_creates()), (1, Ok(())));
    let mut other = declared("乙");
    other.letter.signatures = vec!["10086".parse().unwrap()].try_into().unwrap();
    let message = "the signature consists of digits only".to_owned();
    other.faults = vec![Arc::new(Finding { rule: "LF-signature-digits-only", message, line: 9, column: 5 })];
    let refused = plan(vec![old, declared("丙"), other], &[]).check_creates().unwrap_err().to_string();
    assert_eq!(
        refused,
        "letters.yaml:4:1: new-letter: a space is not allowed in name (letter Acme Co., Ltd. V1)\n\
         letters.yaml:9:5: LF-signature-digits-only: the signature consists of digits only (letter 乙)\n\
         the letters do not exist, and only an existing letter may break these rules"
    );
}

#[test]
fn each_field_can_differ() {
    assert_eq!(differing(|there| there.authorizer.raw_mut().push('司')), [Field::Authorizer]);
    assert_eq!(differing(|there| there.authorized_party.raw_mut().clear()), [Field::AuthorizedParty]);
    assert_eq!(differing(|there| there.organization_code.raw_mut().push('X')), [Field::OrganizationCode]);
    assert_eq!(differing(|there| there.validity = "2026-01-01~2029-01-02".into()), [Field::Validity]);
    assert_eq!(differing(|there| there.validity = "long".into()), [Field::Validity]);
    assert_eq!(differing(|there| there.signatures[0] = "菜鸟".into()), [Field::Signatures]);
    assert_eq!(
        differing(|there| there.picture_url =
            Some(format!("https://h/1/{}", ScanObject::new(ScanDigest::of(b"x"), PictureFormat::Png)))),
        [Field::Scan]
    );
}

#[test]
fn a_picture_that_cannot_be_compared_is_unknown_and_no_conflict() {
    for url in [None, Some(String::new()), Some("https://h/1/test1719383196031.jpg".to_owned())] {
        let desired = declared("委托");
        let mut there = existing(&desired);
        there.picture_url = url;
        let plan = plan(vec![desired], &[there]);
        let [PlannedLetter::Unchanged(settled)] = &plan.letters[..] else { panic!("{plan:?}") };
        assert_eq!(settled.unknown, [Field::Scan]);
        assert_eq!(plan.warnings[0].code, WarningCode::PictureUnknown);
    }
}

#[test]
fn a_file_key_is_compared_with_the_end_of_the_path() {
    let with_key = |key: &str| {
        let mut desired = declared("委托");
        desired.letter.picture = Picture::FileKey(FileKey::try_from(key).unwrap());
        desired
    };
    let there = existing(&with_key("123456/a.jpg"));
    let action = |key: &str| plan(vec![with_key(key)], std::slice::from_ref(&there)).letters.remove(0);
    assert!(matches!(action("123456/a.jpg"), PlannedLetter::Unchanged(_)));
    assert!(matches!(action("a.jpg"), PlannedLetter::Unchanged(_)));
    assert!(matches!(action("6/a.jpg"), PlannedLetter::Conflict(..)));
}

#[test]
fn of_two_letters_with_one_name_the_equal_one_settles_the_declaration() {
    let desired = declared("委托");
    let mut other = existing(&desired);
    other.authorizer.raw_mut().push('司');
    let plan = plan(vec![desired.clone()], &[other, existing(&desired)]);
    assert!(matches!(plan.letters[..], [PlannedLetter::Unchanged(_)]));
    assert_eq!(plan.warnings[0].code, WarningCode::NameNotUnique);
}

#[test]
fn validity_warns_before_it_is_too_late() {
    let warning = |validity: &str| {
        let mut desired = declared("委托");
        desired.letter.validity = validity.parse().unwrap();
        plan(vec![desired], &[]).warnings.first().map(|warning| warning.code)
    };
    assert_eq!(warning("2026-01-01~2029-01-01"), None);
    assert_eq!(warning("2026-01-01~2027-01-23"), Some(WarningCode::ExpiresSoon));
    assert_eq!(warning("2026-01-01~2027-01-24"), None);
    assert_eq!(warning("2026-01-01~2026-11-24"), Some(WarningCode::ExpiresSoon));
    assert_eq!(warning("2026-01-01~2026-11-23"), Some(WarningCode::Expired));
    assert_eq!(warning("2026-11-25~2028-11-23"), Some(WarningCode::NotYetValid));
}

#[test]
fn a_letter_with_a_declared_successor_is_not_warned_of() {
    let mut old = declared("甲");
    old.letter.validity = "2026-01-01~2026-12-31".parse().unwrap();
    let mut new = declared("甲2026");
    new.letter.validity = "2026-11-24~2029-11-23".parse().unwrap();
    let codes = |desired| plan(desired, &[]).warnings.iter().map(|warning| warning.code).collect::<Vec<_>>();
    assert_eq!(codes(vec![old.clone()]), [WarningCode::ExpiresSoon]);
    assert_eq!(codes(vec![old, new]), []);
}

#[test]
fn a_saved_plan_reads_back_as_the_same_plan() {
    let (new, same, other) = (declared("新"), declared("同"), declared("异"));
    let mut keyed = declared("键");
    keyed.letter.picture = Picture::FileKey(FileKey::try_from("123456/a.jpg").unwrap());
    let mut changed = existing(&other);
    changed.validity = "?".into();
    changed.signatures.clear();
    let there = [existing(&same), changed, existing(&declared("外"))];
    let plan = plan(vec![new, keyed, same, other], &there);
    let json = serde_json::to_vec(&plan.to_saved_document()).unwrap();
    assert_eq!(Plan::from_saved(&json).unwrap(), plan);
}

#[test]
fn a_saved_plan_that_was_changed_is_refused() {
    let plan = plan(vec![declared("新")], &[]);
    let json = serde_json::to_string(&plan.to_saved_document()).unwrap();
    let read = |json: String| Plan::from_saved(json.as_bytes()).unwrap_err().to_string();
    assert!(read("{}".to_owned()).starts_with("it is no saved plan"));
    assert!(read(json.replace("\"formatVersion\":1", "\"formatVersion\":2")).contains("version is 2"));
    assert!(read(json.replacen("新", "旧", 1)).contains("contradict"));
    assert!(read(json.replace("菜鸟网络科技有限公司", "123")).contains("digits alone"));
    let printed = serde_json::to_string(&plan.to_document()).unwrap();
    assert!(read(printed).contains("no preconditions"));
}

#[test]
fn a_plan_is_stale_when_the_world_has_moved_on() {
    let desired = declared("新");
    let plan = plan(vec![desired.clone()], &[]);
    assert!(staleness(&plan, &"https://dysmsapi.aliyuncs.com".into(), &ExistingLetters::default()).is_empty());
    let reasons = staleness(&plan, &"https://dysmsapi.us-east-1.aliyuncs.com".into(), &vec![existing(&desired)].into());
    assert!(matches!(reasons[..], [Staleness::OtherEndpoint { .. }, Staleness::Exists { .. }]));
}

fn unreadable(name: Option<&str>) -> UnreadableLetter {
    UnreadableLetter { position: 3, name: name.map(Into::into), problem: "duplicate field `State`".into() }
}

#[test]
fn a_letter_that_cannot_be_read_stops_what_depends_on_it_alone() {
    let (new, same) = (declared("新"), declared("同"));
    let actions = |name: Option<&str>| {
        let there = ExistingLetters { letters: vec![existing(&same)], unreadable: vec![unreadable(name)] };
        let desired = vec![new.clone(), same.clone()];
        let plan = Plan::new("https://e".to_owned(), desired, &there, "2026-11-24".parse().unwrap(), 60);
        let saved = serde_json::to_vec(&plan.to_saved_document()).unwrap();
        assert_eq!(Plan::from_saved(&saved).unwrap(), plan, "it is saved whole");
        let summary = plan.summary();
        (summary.create, summary.unreadable, summary.unchanged)
    };
    assert_eq!(actions(Some("外")), (1, 0, 1), "the letter of another name");
    assert_eq!(actions(Some("新")), (0, 1, 1), "the letter of that name");
    assert_eq!(actions(Some("同")), (1, 0, 1), "a letter that is seen is not in doubt");
    assert_eq!(actions(None), (0, 1, 1), "a letter that may be any");
}

#[test]
fn a_saved_plan_is_stale_when_what_it_creates_may_exist() {
    let plan = plan(vec![declared("新")], &[]);
    for (name, stale) in [(Some("新"), true), (None, true), (Some("外"), false)] {
        let there = ExistingLetters { letters: Vec::new(), unreadable: vec![unreadable(name)] };
        let reasons = staleness(&plan, &"https://dysmsapi.aliyuncs.com".into(), &there);
        assert_eq!(matches!(reasons[..], [Staleness::MayExist { .. }]), stale, "{reasons:?}");
    }
}

#[test]
fn a_saved_plan_with_a_field_that_is_not_known_is_refused_at_every_level() {
    let (new, same, other) = (declared("新"), declared("同"), declared("异"));
    let mut changed = existing(&other);
    changed.authorizer = "别的公司".into();
    let there = [existing(&same), changed, existing(&declared("外"))];
    let saved = plan(vec![new, same, other], &there).to_saved_document();
    let saved = serde_json::to_value(saved).unwrap();
    let mut objects = Vec::new();
    pointers(&saved, "", &mut objects);
    assert!(objects.len() > 15, "{objects:?}");
    for pointer in objects {
        let mut foreign = saved.clone();
        foreign.pointer_mut(&pointer).unwrap()["destroy"] = true.into();
        let error = Plan::from_saved(foreign.to_string().as_bytes()).expect_err(&pointer).to_string();
        assert!(error.contains("unknown field") && error.contains("destroy"), "{pointer}: {error}");
    }
    let mut both = saved;
    both["letters"][0]["desired"]["fileKey"] = "1/a.png".into();
    let error = Plan::from_saved(both.to_string().as_bytes()).expect_err("two pictures").to_string();
    assert!(error.contains("unknown field `letters[0].desired.fileKey`"), "{error}");
}

/// The pointers of all objects of a document.
fn pointers(value: &serde_json::Value, at: &str, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            found.push(at.to_owned());
            fields.iter().for_each(|(name, value)| pointers(value, &format!("{at}/{name}"), found));
        }
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| pointers(item, &format!("{at}/{i}"), found));
        }
        _ => {}
    }
}
