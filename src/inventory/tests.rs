use super::*;
use crate::letter::{
    PictureFormat, ScanDigest,
    testing::{declared, existing, read, today},
};

fn names(inventory: &Inventory<'_>) -> Vec<String> {
    inventory.entries.iter().map(|entry| entry.name().to_owned()).collect()
}

#[test]
fn every_letter_declared_or_existing_is_there_once() {
    let desired = [declared("乙"), declared("甲")];
    let mut twin = existing("甲");
    twin.authorizer = "别的公司".into();
    let there = [existing("丁"), twin, existing("甲"), existing("丙")];
    let inventory = Inventory::new(&desired, read(&there), today());
    let actions: Vec<_> = inventory.entries.iter().map(|entry| (entry.name(), entry.action())).collect();
    assert_eq!(
        actions,
        [
            ("乙", PlanAction::Create),
            ("甲", PlanAction::Unchanged),
            ("丁", PlanAction::Unmanaged),
            ("丙", PlanAction::Unmanaged),
            ("甲", PlanAction::Unmanaged),
        ]
    );
    assert_eq!(inventory.only("甲").entries.len(), 2);
}

#[test]
fn what_is_registered_counts() {
    let desired = [declared("甲")];
    let mut there = [existing("甲")];
    there[0].validity = "2026-01-01~2029-12-31".into();
    there[0].signatures = vec![" 菜鸟 ".into(), "菜鸟".into()];
    let inventory = Inventory::new(&desired, read(&there), today());
    let entry = &inventory.entries[0];
    assert_eq!(entry.action(), PlanAction::Conflict);
    assert_eq!(entry.signatures(), ["菜鸟"]);
    assert_eq!(entry.days_left(today()), Some(1133));
    there[0].validity = "long".into();
    assert_eq!(Inventory::new(&desired, read(&there), today()).entries[0].days_left(today()), None);
}

#[test]
fn a_scan_is_known_when_its_digest_is() {
    let digest = |bytes| ScanObject::new(ScanDigest::of(bytes), PictureFormat::Png);
    let scan = |declare: bool, url: Option<String>| {
        let desired = [declared("甲")];
        let mut there = [existing("甲")];
        there[0].picture_url = url;
        Inventory::new(if declare { &desired } else { &[] }, read(&there), today()).entries[0].scan()
    };
    let ours = Some(format!("https://h/1/{}", digest(b"scan")));
    let other = Some(format!("https://h/1/{}", digest(b"other")));
    let foreign = Some("https://h/1/test.jpg".to_owned());
    assert_eq!(scan(true, ours.clone()), ScanKnowledge::Known);
    assert_eq!(scan(true, other), ScanKnowledge::Differs);
    assert_eq!(scan(true, foreign.clone()), ScanKnowledge::Unknown);
    assert_eq!(scan(true, None), ScanKnowledge::Missing);
    assert_eq!(scan(false, ours), ScanKnowledge::Known);
    assert_eq!(scan(false, foreign), ScanKnowledge::Unknown);
    assert_eq!(Inventory::new(&[declared("甲")], read(&[]), today()).entries[0].scan(), ScanKnowledge::Known);
}

#[test]
fn a_successor_is_found_on_whichever_side() {
    let mut old = existing("甲");
    old.picture_url = None;
    let mut new = declared("甲2027");
    new.letter.validity = "2026-11-24~2029-11-23".parse().unwrap();
    let mut registered = existing("甲2026");
    registered.validity = "2026-06-01~2027-12-31".into();
    let (desired, there) = ([new], [old, registered]);
    let inventory = Inventory::new(&desired, read(&there), today());
    let successors: Vec<_> =
        inventory.entries.iter().map(|entry| entry.successor.as_ref().map(Untrusted::raw)).collect();
    assert_eq!(names(&inventory), ["甲2027", "甲", "甲2026"]);
    assert_eq!(successors, [None, Some("甲2027"), Some("甲2027")]);
}

#[test]
fn filters_narrow_down_and_combine() {
    let desired = [declared("甲")];
    let mut late = existing("乙");
    late.validity = "2026-01-01~2029-12-31".into();
    late.signatures = vec!["Aliyun".into()];
    late.authorizer = "杭州信使网络科技有限公司".into();
    let mut ended = existing("丙");
    ended.validity = "2025-01-01~2026-11-23".into();
    ended.status = "INVALID".into();
    ended.authorizer = "苏州听雨茶业有限公司".into();
    let there = [late, ended];
    let listed = |filter: Filter| names(&Inventory::new(&desired, read(&there), today()).filtered(&filter));
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(listed(Filter::default()), ["甲", "丙", "乙"]);
    assert_eq!(listed(Filter { expiring: Some(37), ..Filter::default() }), ["甲"]);
    assert_eq!(listed(Filter { expiring: Some(36), ..Filter::default() }), [""; 0]);
    assert_eq!(listed(Filter { signature: some("Aliyun"), ..Filter::default() }), ["乙"]);
    assert_eq!(listed(Filter { signature: some("aliyun"), ..Filter::default() }), [""; 0]);
    assert_eq!(listed(Filter { authorizer: some("有限公司"), state: some("invalid"), ..Filter::default() }), ["丙"]);
    assert_eq!(listed(Filter { state: some("create"), ..Filter::default() }), ["甲"]);
    assert_eq!(listed(Filter { state: some("PASSED"), signature: some("菜鸟网络"), ..Filter::default() }), ["丙"]);
}

#[test]
fn a_letter_with_a_successor_does_not_count_as_expiring() {
    let mut new = declared("甲2");
    new.letter.validity = "2026-11-24~2029-11-23".parse().unwrap();
    let (desired, there) = ([declared("甲"), new], []);
    let filter = Filter { expiring: Some(60), ..Filter::default() };
    assert_eq!(names(&Inventory::new(&desired, read(&there), today()).filtered(&filter)), [""; 0]);
    assert_eq!(names(&Inventory::new(&desired[..1], read(&there), today()).filtered(&filter)), ["甲"]);
}

#[test]
fn sorting_keeps_the_order_of_what_is_equal() {
    let there: Vec<ExistingLetter> =
        [("a", "2026-01-01~2029-12-31", 1), ("b", "?", 3), ("c", "2026-01-01~2026-12-31", 1)]
            .into_iter()
            .map(|(name, validity, signatures)| ExistingLetter {
                validity: validity.into(),
                signatures: (0..signatures).map(|i| format!("菜鸟{i}").into()).collect(),
                authorizer: format!("{}公司", 9 - signatures).into(),
                ..existing(name)
            })
            .collect();
    let by = |key| names(&Inventory::new(&[], read(&there), today()).sorted(key));
    assert_eq!(by(SortKey::Declaration), ["a", "b", "c"]);
    assert_eq!(by(SortKey::Expiry), ["c", "a", "b"]);
    assert_eq!(by(SortKey::Signatures), ["b", "a", "c"]);
    assert_eq!(by(SortKey::Authorizer), ["b", "a", "c"]);
}

#[test]
fn a_mistyped_name_is_suggested() {
    let desired = [declared("菜鸟公司授权书"), declared("听雨茶业授权书2026"), declared("Acme")];
    let inventory = Inventory::new(&desired, read(&[]), today());
    assert_eq!(inventory.suggestions("菜鸟公司受权书"), ["菜鸟公司授权书"]);
    assert_eq!(inventory.suggestions("听雨茶业"), ["听雨茶业授权书2026"]);
    assert_eq!(inventory.suggestions("acme"), ["Acme"]);
    assert_eq!(inventory.suggestions("别的"), [""; 0]);
}

#[test]
fn json_says_what_is_known_and_no_query_of_an_address() {
    let (desired, there) =
        ([declared("甲")], [existing("甲"), ExistingLetter { validity: "?".into(), ..existing("乙") }]);
    let json = serde_json::to_string(&Inventory::new(&desired, read(&there), today()).to_document()).unwrap();
    assert!(!json.contains("secret"), "{json}");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["today"], "2026-11-24");
    let first = &value["letters"][0];
    assert_eq!(
        (&first["action"], &first["daysLeft"], &first["scan"]),
        (&"unchanged".into(), &37.into(), &"unknown".into())
    );
    assert_eq!(first["source"]["line"], 4);
    assert!(value["letters"][1]["daysLeft"].is_null() && value["letters"][1]["validity"].is_null());
}
