use anstream::adapter::strip_str;

use super::*;
use crate::{
    letter::LetterId,
    signature::{Audit, QualificationId, SignatureDetails},
    status::tests::{applied, facts, letter, renewed, status as status_of},
};

fn plain(status: &Status) -> String {
    strip_str(&super::one_status(status)).to_string()
}

#[test]
fn a_letter_tells_what_became_of_each_signature() {
    let there = [
        letter("甲", 7, "2028-12-31", &["菜鸟网络", "菜鸟裹裹", "菜鸟驿站", "菜鸟速递", "菜鸟优选"]),
        letter("乙", 8, "2026-12-01", &["快完"]),
    ];
    let status = status_of(
        &[],
        &there,
        &facts(vec![
            applied("菜鸟网络", Audit::Passed, Some(7)),
            applied("菜鸟裹裹", Audit::Refused, Some(7)),
            applied("菜鸟驿站", Audit::Reviewing, Some(7)),
            applied("菜鸟速递", Audit::Passed, Some(100)),
        ]),
    );
    insta::assert_snapshot!(plain(&status));
}

#[test]
fn nothing_from_outside_is_obeyed() {
    let evil = "\u{1b}[31m\n::error::\u{202e}";
    let there = [letter(evil, 7, "2026-12-01", &[evil]), letter("乙", 8, "2029-12-01", &[evil])];
    let mut refused = applied(evil, Audit::Refused, Some(7));
    refused.refusal.reason = evil.to_owned();
    refused.order_id = Some(evil.to_owned());
    let mut all = facts(vec![refused]);
    let details = SignatureDetails { remark: evil.to_owned(), usage: evil.to_owned(), ..SignatureDetails::default() };
    all.details.insert(evil.to_owned(), details);
    let status = status_of(&[], &there, &all);
    let script = hand_over(&status.moves, "");
    for text in [plain(&status), script] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
    }
}

#[test]
fn the_calls_that_move_signatures_are_ready_to_run_but_for_marked_gaps() {
    let there = renewed();
    let mut all = facts(vec![
        applied("菜鸟", Audit::Passed, Some(7)),
        applied("裹裹", Audit::Reviewing, Some(7)),
        applied("驿站", Audit::Refused, Some(7)),
    ]);
    let details = SignatureDetails {
        qualification: Some(QualificationId(42)),
        letter: Some(LetterId(7)),
        remark: "it's for $(notices)".to_owned(),
        usage: "已注册商标名称".to_owned(),
        trademark: Some(5),
        ..SignatureDetails::default()
    };
    all.details.insert("菜鸟".to_owned(), details);
    insta::assert_snapshot!(hand_over(&status_of(&[], &there, &all).moves, " --profile ops"));
}
