//! What `doctor` found out, as text for a terminal.

use std::fmt::Write;

use super::style::{self, paint};
use crate::{
    doctor::{Check, CheckVerdict, Examination},
    escape::visible,
};

/// The column in which what was found begins.
const COLUMN: usize = 18;

/// The checks of each account, with a tick or a cross.
pub fn text(examinations: &[Examination]) -> String {
    let mut out = String::new();
    for Examination { account, checks } in examinations {
        if let Some(account) = account {
            let _ = writeln!(out, "{} {account}", paint(style::STRONG, "Account"));
        }
        for check in checks {
            line(&mut out, check);
        }
        out.push('\n');
    }
    let sick = examinations.iter().filter(|examination| !examination.is_healthy()).count();
    out.push_str(match (sick, examinations.len()) {
        (0, _) => "Everything is ready for `letterform plan`.\n",
        (_, 1) => "Fix the first ✗, then run `letterform doctor` again.\n",
        _ => "Fix the first ✗ of each account, then run `letterform doctor` again.\n",
    });
    out
}

fn line(out: &mut String, check: &Check) {
    let (sign, style) = match check.verdict {
        CheckVerdict::Ok => ('✓', style::CREATE),
        CheckVerdict::Warning => ('!', style::WARNING),
        CheckVerdict::Failed => ('✗', style::ERROR),
        CheckVerdict::Skipped => ('-', style::DIM),
    };
    let sign = paint(style, &sign.to_string());
    let mut found = check.found.iter().map(|line| visible(line));
    let _ = writeln!(out, "  {sign} {:<14}{}", check.subject.as_ref(), found.next().unwrap_or_default());
    for more in found {
        let _ = writeln!(out, "{:COLUMN$}{}", "", paint(style::DIM, &more));
    }
    if let Some(id) = &check.request_id {
        let _ = writeln!(out, "{:COLUMN$}RequestId {id}", "");
    }
    if let Some(help) = &check.help {
        let _ = writeln!(out, "{:COLUMN$}{} {}", "", paint(style::STRONG, "help:"), visible(help));
    }
}
