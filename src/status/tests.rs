use std::collections::HashMap;

use super::*;
use crate::{
    letter::testing::{declared, existing, read, today},
    letter::{DesiredLetter, ExistingLetter, ExistingLetters, UnreadableLetter},
    signature::{Audit, Carrier, Listing, QualificationDetails, Registration, Rejection, SignatureDetails},
};

/// A signature that was applied for.
pub(crate) fn applied(name: &str, audit: Audit, letter: Option<u64>) -> AppliedSignature {
    let refusal = match audit {
        Audit::Refused => Rejection {
            reason: "印章不清晰".to_owned(),
            date: "2026-11-02 10:11:12".to_owned(),
            ..Rejection::default()
        },
        _ => Rejection::default(),
    };
    AppliedSignature {
        name: name.to_owned(),
        audit,
        order_id: Some("2005098".to_owned()),
        letter: letter.map(LetterId),
        refusal,
        kind: "通用类型".to_owned(),
    }
}

/// Facts with these signatures, and nothing else known.
pub(crate) fn facts(signatures: Vec<AppliedSignature>) -> Facts {
    Facts {
        signatures: Ok(Listing { items: signatures, complete: true }),
        details: HashMap::new(),
        not_asked: 0,
        qualifications: Ok(Listing { items: Vec::new(), complete: false }),
        qualification_details: HashMap::new(),
        unanswered: Vec::new(),
    }
}

/// A registered letter with this id, scope and last day.
pub(crate) fn letter(name: &str, id: u64, until: &str, scope: &[&str]) -> ExistingLetter {
    ExistingLetter {
        id: Some(LetterId(id)),
        validity: format!("2026-01-01~{until}").into(),
        signatures: scope.iter().map(|name| (*name).into()).collect(),
        state: "INT".into(),
        ..existing(name)
    }
}

/// A registered letter and its successor, both for three signatures.
pub(crate) fn renewed() -> [ExistingLetter; 2] {
    let scope = &["菜鸟", "裹裹", "驿站"];
    [letter("甲", 7, "2026-12-31", scope), letter("甲2029", 8, "2029-12-31", scope)]
}

/// The status of these letters, of which one that ends within 60 days ends soon.
pub(crate) fn status(declared: &[DesiredLetter], existing: &[ExistingLetter], facts: &Facts) -> Status {
    let inventory = Inventory::new(declared, read(existing), today());
    Status::new((None, "https://dysmsapi.aliyuncs.com".into()), &inventory, facts, 60)
}

fn uses(status: &Status) -> Vec<(&str, Use)> {
    status.letters[0].signatures.iter().map(|used| (used.name.raw(), used.usage)).collect()
}

fn problems<'a>(status: &'a Status, name: &str) -> &'a [SignatureProblem] {
    &status.signatures.iter().find(|signature| signature.name == name).expect(name).problems
}

const SCOPE: [&str; 6] = ["菜鸟网络", "菜鸟裹裹", "菜鸟驿站", "菜鸟速递", "菜鸟优选", "菜鸟直送"];

#[test]
fn each_signature_of_a_letter_is_told_what_became_of_it() {
    let there = [letter("甲", 7, "2028-12-31", &SCOPE), letter("乙", 8, "2028-12-31", &["菜鸟速递"])];
    let facts = facts(vec![
        applied("菜鸟网络", Audit::Passed, Some(7)),
        applied("菜鸟裹裹", Audit::Refused, Some(7)),
        applied("菜鸟驿站", Audit::Reviewing, Some(7)),
        applied("菜鸟速递", Audit::Passed, Some(8)),
        applied("菜鸟直送", Audit::Cancelled, Some(7)),
        applied("菜鸟 优选", Audit::Passed, Some(7)),
    ]);
    let status = status(&[], &there, &facts);
    let letter = status.letters.iter().find(|letter| letter.name == "甲").expect("the letter");
    let uses: Vec<_> = letter.signatures.iter().map(|used| (used.name.raw(), used.usage)).collect();
    assert_eq!(
        uses,
        [
            ("菜鸟网络", Use::Passed),
            ("菜鸟裹裹", Use::Refused),
            ("菜鸟驿站", Use::Reviewing),
            ("菜鸟速递", Use::OtherLetter),
            ("菜鸟优选", Use::None),
            ("菜鸟直送", Use::Cancelled),
        ]
    );
    let refused = &letter.signatures[1];
    assert_eq!((refused.reason.raw(), refused.date.raw()), ("印章不清晰", "2026-11-02 10:11:12"));
    assert_eq!(letter.signatures[2].order_id, Some("2005098".into()));
    assert_eq!(letter.signatures[3].letter, Some(LetterId(8)));
    assert_eq!(status.outlook(), Outlook::Refused);
}

#[test]
fn case_counts_and_the_best_of_several_applications_is_told() {
    let there = [letter("甲", 7, "2028-12-31", &["Aliyun通信", "菜鸟"])];
    let facts = facts(vec![
        applied("aliyun通信", Audit::Passed, Some(7)),
        applied("菜鸟", Audit::Refused, Some(7)),
        applied("菜鸟", Audit::Passed, Some(7)),
    ]);
    assert_eq!(uses(&status(&[], &there, &facts)), [("Aliyun通信", Use::None), ("菜鸟", Use::Passed)]);
}

#[test]
fn what_the_service_does_not_tell_is_unknown() {
    let there = [letter("甲", 7, "2028-12-31", &["菜鸟"])];
    let mut all = facts(vec![]);
    all.signatures = Ok(Listing { items: vec![], complete: false });
    assert_eq!(uses(&status(&[], &there, &all)), [("菜鸟", Use::Unknown)]);
    let error = crate::service::ServiceError::NotSent {
        operation: crate::service::Operation::QuerySmsSignList,
        problem: "no".into(),
    };
    all.signatures = Err(NotKnown::from(&error));
    let unknown = status(&[], &there, &all);
    assert_eq!(uses(&unknown), [("菜鸟", Use::Unknown)]);
    assert!(!unknown.is_known() && unknown.letters[0].problems.is_empty());
    let other = Audit::Other("AUDIT_STATE_PAUSED".to_owned());
    let strange = status(&[], &there, &facts(vec![applied("菜鸟", other, Some(7))]));
    assert_eq!(strange.letters[0].signatures[0].audit_status, Some("AUDIT_STATE_PAUSED".into()));
    let mut nameless = there.clone();
    nameless[0].id = None;
    assert_eq!(
        uses(&status(&[], &nameless, &facts(vec![applied("菜鸟", Audit::Passed, Some(7))]))),
        [("菜鸟", Use::Unknown)]
    );
}

#[test]
fn a_letter_that_is_declared_alone_is_used_by_nothing() {
    let desired = [declared("甲")];
    let facts = facts(vec![applied("菜鸟网络", Audit::Passed, Some(3)), applied("菜鸟裹裹", Audit::Passed, None)]);
    let status = status(&desired, &[], &facts);
    assert_eq!(uses(&status), [("菜鸟网络", Use::OtherLetter), ("菜鸟裹裹", Use::OtherLetter)]);
    assert_eq!(status.letters[0].signatures[0].letter, Some(LetterId(3)));
    assert_eq!(status.letters[0].problems, []);
}

#[test]
fn a_letter_that_no_signature_names_is_unused() {
    let there = [letter("甲", 7, "2028-12-31", &["菜鸟"]), letter("乙", 8, "2028-12-31", &["裹裹"])];
    let status = status(&[], &there, &facts(vec![applied("别的", Audit::Refused, Some(8))]));
    let unused: Vec<_> = status.letters.iter().map(|letter| (letter.name.raw(), letter.problems.len())).collect();
    assert_eq!(unused, [("乙", 0), ("甲", 1)]);
    assert_eq!(status.summary().unused_letters, 1);
}

#[test]
fn what_does_not_fit_a_signature_is_told() {
    let there = [
        letter("甲", 7, "2028-12-31", &["菜鸟"]),
        letter("乙", 8, "2026-12-01", &["快完"]),
        letter("丙", 9, "2026-11-23", &["过期"]),
    ];
    let facts = facts(vec![
        applied("菜鸟", Audit::Passed, Some(7)),
        applied("快完", Audit::Passed, Some(8)),
        applied("过期", Audit::Passed, Some(9)),
        applied("不在", Audit::Passed, Some(7)),
        applied("别家", Audit::Passed, Some(1)),
        applied("取消", Audit::Cancelled, Some(1)),
        applied("自用", Audit::Refused, None),
    ]);
    let status = status(&[], &there, &facts);
    assert_eq!(problems(&status, "菜鸟"), []);
    assert_eq!(problems(&status, "快完"), [SignatureProblem::LetterEndsSoon]);
    assert_eq!(problems(&status, "过期"), [SignatureProblem::LetterExpired]);
    assert_eq!(problems(&status, "不在"), [SignatureProblem::NotInScope]);
    assert_eq!(problems(&status, "别家"), [SignatureProblem::LetterNotFound]);
    assert_eq!(problems(&status, "取消"), []);
    assert!(status.signatures.iter().all(|signature| signature.name != "自用"), "own use is nobody's letter");
}

#[test]
fn a_letter_that_ends_soon_does_not_fail_a_nightly_job() {
    let there = [letter("乙", 8, "2026-12-01", &["快完"])];
    let ending = |audit| status(&[], &there, &facts(vec![applied("快完", audit, Some(8))])).outlook();
    assert_eq!(ending(Audit::Passed), Outlook::Settled);
    assert_eq!(ending(Audit::Reviewing), Outlook::UnderWay);
    assert_eq!(ending(Audit::Refused), Outlook::Refused);
}

#[test]
fn a_signature_for_a_third_party_without_a_letter_says_which_covers_it() {
    let there = [letter("甲", 7, "2028-12-31", &["菜鸟"]), letter("丙", 9, "2026-11-23", &["菜鸟"])];
    let mut all = facts(vec![applied("菜鸟", Audit::Passed, None), applied("外面", Audit::Passed, None)]);
    let third = SignatureDetails { third_party: Some(true), ..SignatureDetails::default() };
    all.details.insert("外面".to_owned(), third.clone());
    let status_of = |facts: &Facts| status(&[], &there, facts);
    let told = status_of(&all);
    assert_eq!(problems(&told, "菜鸟"), [SignatureProblem::WithoutLetter]);
    assert_eq!(problems(&told, "外面"), [SignatureProblem::WithoutLetter]);
    let covered = &told.signatures.iter().find(|signature| signature.name == "菜鸟").expect("it").covered_by;
    assert_eq!(covered, &["甲"]);
    all.details.insert("菜鸟".to_owned(), SignatureDetails { third_party: Some(false), ..third });
    assert!(status_of(&all).signatures.iter().all(|signature| signature.name != "菜鸟"));
}

/// Facts of one signature of letter 7 with this qualification.
fn qualified(qualification: Option<Qualification>, code: &str) -> Facts {
    let mut all = facts(vec![applied("菜鸟", Audit::Passed, Some(7))]);
    let details = SignatureDetails {
        third_party: Some(true),
        qualification: Some(QualificationId(42)),
        carriers: vec![Carrier { operator: "telecom".to_owned(), registration: Registration::Failed }],
        ..SignatureDetails::default()
    };
    all.details.insert("菜鸟".to_owned(), details);
    all.qualifications = Ok(Listing { items: qualification.into_iter().collect(), complete: true });
    let details = QualificationDetails { organization_code: code.into(), validity: "2020-01-01~2026-11-23".to_owned() };
    all.qualification_details.insert(QualificationId(42), details);
    all
}

#[test]
fn the_qualification_of_a_signature_is_held_against_its_letter() {
    let there = [letter("甲", 7, "2028-12-31", &["菜鸟"])];
    let qualification = Qualification {
        id: QualificationId(42),
        company: "菜鸟网络科技有限公司".to_owned(),
        approved: true,
        own_use: Some(false),
    };
    let of = |qualification: Option<Qualification>, code: &str| {
        let status = status(&[], &there, &qualified(qualification, code));
        (problems(&status, "菜鸟").to_vec(), status.letters[0].problems.clone())
    };
    let good = "91330100799655058b";
    let (found, of_letter) = of(Some(qualification.clone()), good);
    assert_eq!(found, [SignatureProblem::QualificationExpired, SignatureProblem::RegistrationFailed]);
    assert_eq!(of_letter, []);
    let (found, of_letter) = of(Some(qualification.clone()), "91310115MA1H7XWQ3K");
    assert_eq!(found[0], SignatureProblem::CodeDiffers);
    assert_eq!(of_letter, [LetterProblem::NoQualification]);
    let refused = Qualification { approved: false, own_use: Some(true), ..qualification };
    let (found, of_letter) = of(Some(refused), good);
    assert_eq!(found[..2], [SignatureProblem::QualificationNotApproved, SignatureProblem::QualificationOwnUse]);
    assert_eq!(of_letter, [LetterProblem::NoQualification]);
    let (found, _) = of(None, good);
    assert_eq!(found, [SignatureProblem::QualificationNotFound, SignatureProblem::RegistrationFailed]);
}

#[test]
fn a_signature_that_hangs_on_a_letter_with_a_successor_is_to_be_moved() {
    let there = renewed();
    let mut all = facts(vec![
        applied("菜鸟", Audit::Passed, Some(7)),
        applied("裹裹", Audit::Reviewing, Some(7)),
        applied("驿站", Audit::Passed, Some(8)),
    ]);
    let details = SignatureDetails {
        qualification: Some(QualificationId(42)),
        remark: "通知".to_owned(),
        files: vec!["1/a.png".to_owned()],
        ..SignatureDetails::default()
    };
    all.details.insert("菜鸟".to_owned(), details);
    let status = status(&[], &there, &all);
    assert_eq!(problems(&status, "菜鸟"), [SignatureProblem::LetterEndsSoon, SignatureProblem::LetterHasSuccessor]);
    let moves: Vec<_> = status.moves.iter().map(|planned| (planned.signature.raw(), planned.ready)).collect();
    assert_eq!(moves, [("菜鸟", true), ("裹裹", false)]);
    let planned = &status.moves[0];
    assert_eq!((planned.from.id, planned.to.id, &planned.gaps[..]), (LetterId(7), LetterId(8), &["SignSource"][..]));
    let json = serde_json::to_value(planned).expect("JSON");
    let expected = serde_json::json!({
        "SignName": "菜鸟", "AuthorizationLetterId": "8", "ThirdParty": "true", "QualificationId": "42", "SignType": "1",
        "Remark": "通知", "MoreData": "[\"1/a.png\"]"
    });
    assert_eq!(json["parameters"], expected);
    assert_eq!(status.moves[1].parameters, []);
}

#[test]
fn a_successor_that_is_only_declared_takes_nothing_over_yet() {
    let there = [letter("甲", 7, "2026-12-31", &["菜鸟网络", "菜鸟裹裹"])];
    let mut next = declared("甲2029");
    next.letter.validity = "2026-11-24~2029-12-31".parse().expect("a validity");
    let status = status(&[next], &there, &facts(vec![applied("菜鸟网络", Audit::Passed, Some(7))]));
    assert_eq!(status.letters[1].successor, Some("甲2029".into()));
    assert_eq!((status.moves.len(), problems(&status, "菜鸟网络")), (0, &[SignatureProblem::LetterEndsSoon][..]));
}

#[test]
fn named_letters_are_waited_for_until_they_are_decided_and_others_while_something_is_under_way() {
    let there = [
        letter("甲", 7, "2028-12-31", &["菜鸟", "裹裹"]),
        letter("乙", 8, "2028-12-31", &["驿站"]),
        letter("丙", 9, "2028-12-31", &["速递"]),
    ];
    let status = status(
        &[],
        &there,
        &facts(vec![
            applied("菜鸟", Audit::Passed, Some(7)),
            applied("裹裹", Audit::Reviewing, Some(7)),
            applied("驿站", Audit::Refused, Some(8)),
        ]),
    );
    let names = ["甲", "乙", "丙"].map(str::to_owned);
    assert_eq!(status.waiting(&[]), ["甲"]);
    assert_eq!(status.waiting(&names), ["丙", "甲"]);
    let only = status.only(&names[1..2]);
    assert_eq!((only.letters.len(), only.signatures.len(), only.waiting(&names).len()), (1, 1, 0));
}

#[test]
fn a_letter_that_can_not_be_read_is_no_reason_to_say_that_something_is_missing() {
    let desired = [declared("甲")];
    let unreadable = UnreadableLetter { position: 1, name: Some("甲".into()), problem: "?".into() };
    let existing = ExistingLetters { letters: Vec::new(), unreadable: vec![unreadable] };
    let inventory = Inventory::new(&desired, &existing, today());
    let facts = facts(vec![applied("菜鸟网络", Audit::Passed, Some(3))]);
    let status = Status::new((None, String::new().into()), &inventory, &facts, 60);
    assert_eq!(uses(&status), [("菜鸟网络", Use::Unknown), ("菜鸟裹裹", Use::None)]);
    assert_eq!(status.letters[0].problems, [LetterProblem::Unreadable]);
    assert_eq!(problems(&status, "菜鸟网络"), []);
}
