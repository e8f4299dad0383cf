//! A letter in conflict: what is registered and what is declared, as a diff.

use std::fmt::Write as _;

use super::html;
use crate::{
    checkout::Checkout,
    plan::{Difference, Matched, Standing},
    render::difference::{self, Side},
};

/// How many lines that both sides have are shown between those that differ.
const SAME: usize = 6;

/// A conflict that the plan knows.
pub(super) fn declared(matched: &Matched, differences: &[Difference], checkout: &Checkout) -> String {
    let (source, Standing { id, state, status }) = (&matched.source, &matched.standing);
    let place = html(&format!("{}:{}", checkout.name(&source.file), source.line));
    let place = match checkout.link(&source.file, Some(source.line)) {
        Some(address) => format!("<a href=\"{address}\">{place}</a>"),
        None => place,
    };
    let id = id.map(|id| format!("id {id}")).unwrap_or_default();
    let standing = [&id, state.raw(), status.raw()].into_iter().filter(|text| !text.is_empty()).map(html);
    let about: Vec<String> = std::iter::once(format!("declared at {place}")).chain(standing).collect();
    folded(matched.name.as_str(), &about.join(" · "), differences)
}

/// A conflict that was found while applying.
pub(super) fn found(name: &str, differences: &[Difference]) -> String {
    folded(name, "", differences)
}

/// `about` is HTML already.
fn folded(name: &str, about: &str, differences: &[Difference]) -> String {
    let mut out = format!("<details><summary><b>{}</b> {about}</summary>\n\n", html(name));
    let diff = diff(differences);
    let fence = "`".repeat(longest_run_of_backticks(&diff).max(2) + 1);
    let _ = write!(out, "{fence}diff\n{diff}{fence}\n\n</details>\n");
    out
}

pub(super) fn diff(differences: &[Difference]) -> String {
    let mut diff = String::new();
    for difference in differences {
        let _ = writeln!(diff, "@@ {} @@", difference.field);
        let lines = difference::lines(difference);
        let same = lines.iter().filter(|line| line.side == Side::Both).count();
        let mut shown = 0;
        for line in lines {
            if line.side == Side::Both {
                shown += 1;
                if shown > SAME {
                    continue;
                }
            }
            let text: String = line.pieces.iter().map(|(_, piece)| piece.as_str()).collect();
            let _ = writeln!(diff, "{}{text}", line.side.sign());
        }
        if same > SAME {
            let _ = writeln!(diff, " … and {} more on both sides", same - SAME);
        }
    }
    diff
}

pub(super) fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
