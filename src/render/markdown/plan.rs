//! What is to be created, what is in conflict, and what is left alone.

use std::fmt::Write as _;

use super::{
    MANY, add_warnings, code, conflict, folded, inline, linked, listed, of_one, page::Page, place, section, strong,
};
use crate::{
    checkout::Checkout,
    letter::{DesiredLetter, Picture},
    plan::{Plan, PlannedLetter, Warning},
    render::{
        text::{CONFLICT_ADVICE, nothing_to_do},
        unreadable,
        warnings::Told,
    },
};

pub(super) fn add(page: &mut Page<'_>, plan: &Plan) {
    let account = plan.account_id.as_ref().map(|id| format!(" (account {})", inline(id.raw()))).unwrap_or_default();
    page.text(format!("Letters at `{}`{account}.\n\n", code(plan.endpoint.raw())));
    if !plan.chosen.is_all() {
        let names: Vec<&str> = plan.chosen.names().collect();
        page.text(format!("Only these letters (`--target`): {}\n\n", listed(&names)));
    }
    let checkout = &page.options.checkout;
    let conflicts = plan.letters.iter().filter_map(|letter| match letter {
        PlannedLetter::Conflict(settled, differences) => Some(conflict::declared(settled, differences, checkout)),
        _ => None,
    });
    let conflicts: Vec<String> = conflicts.collect();
    let creates: Vec<&DesiredLetter> = plan.creates().collect();
    if creates.is_empty() && conflicts.is_empty() && plan.summary().unreadable == 0 {
        page.text(format!("{}\n\n", nothing_to_do(plan)));
    }
    // What can't be taken back comes first.
    let told = Told::of(plan);
    add_creates(page, &creates, &told);
    section(page, "In conflict", &format!("{CONFLICT_ADVICE}\n\n"), conflicts);
    add_unreadable(page, plan);
    add_warnings(page, &told.rest);
    let unmanaged = plan.letters.iter().filter_map(|letter| match letter {
        PlannedLetter::Unmanaged(name, standing) => {
            let about = [&standing.state, &standing.status].map(|word| inline(word.raw())).join(" ");
            Some(format!("- {} {about}\n", strong(name.raw())))
        }
        _ => None,
    });
    folded(page, "Letters that are not declared, and left alone", "", unmanaged.collect());
}

/// The letters that can't be read, and the declared ones that may be among them.
fn add_unreadable(page: &mut Page<'_>, plan: &Plan) {
    let checkout = &page.options.checkout;
    let declared = plan.letters.iter().filter_map(|letter| match letter {
        PlannedLetter::Unreadable(undecided) => {
            let place = place(checkout, &undecided.source);
            Some(format!("- {} declared at {place}: {}\n", strong(letter.name()), inline(undecided.problem.raw())))
        }
        _ => None,
    });
    section(page, "Unreadable", &format!("{}\n\n", unreadable::ADVICE), declared.collect());
    let all: Vec<String> =
        unreadable::lines(&plan.unreadable).iter().map(|line| format!("- {}\n", inline(line))).collect();
    if !all.is_empty() {
        folded(page, "Letters that can't be read", "", all);
    }
}

/// What will be registered for good: every field of it, in as few columns as can be read side by
/// side.
fn add_creates(page: &mut Page<'_>, creates: &[&DesiredLetter], told: &Told<'_>) {
    let Some(first) = creates.first() else { return };
    let party = &first.letter.authorized_party;
    let is_common = creates.iter().all(|desired| desired.letter.authorized_party == *party);
    let mut head = String::new();
    if is_common {
        let _ = write!(head, "Authorized party: {}\n\n", inline(party.as_str()));
    }
    let column = if is_common { "" } else { " authorized party |" };
    let line = if is_common { "" } else { "---|" };
    let _ = write!(head, "| letter | authorizer |{column} validity | signatures |\n|---|---|{line}---|---|\n");
    let checkout = &page.options.checkout;
    let rows = creates
        .iter()
        .map(|desired| create(desired, is_common, checkout, told.about(desired.letter.name.as_str())))
        .collect();
    if creates.len() > MANY {
        let warned = creates.iter().filter(|desired| !told.about(desired.letter.name.as_str()).is_empty()).count();
        if warned > 0 {
            page.text(format!(
                "**{warned} of the {} letters to create have warnings**, beside them.\n\n",
                creates.len()
            ));
        }
        folded(page, "To create", &head, rows);
    } else {
        section(page, "To create", &head, rows);
    }
}

fn create(desired: &DesiredLetter, without_party: bool, checkout: &Checkout, warnings: &[&Warning]) -> String {
    let letter = &desired.letter;
    let signatures: Vec<&str> = letter.signatures.iter().map(AsRef::as_ref).collect();
    let picture = match &letter.picture {
        Picture::FileKey(key) => format!("picture {}", inline(key.as_str())),
        // The scan is what a reviewer must look at.
        Picture::Scan(scan) => {
            let folder = desired.source.file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let slash = if folder.is_empty() { "" } else { "/" };
            let address = checkout.link(&format!("{folder}{slash}{}", scan.path), None);
            format!("scan {}", linked(inline(&scan.path), address))
        }
    };
    let party = if without_party { String::new() } else { format!(" {} |", inline(letter.authorized_party.as_str())) };
    let warnings = warnings.iter().fold(String::new(), |mut out, warning| {
        let _ = write!(out, "<br><b>Warning:</b> {}", of_one(warning));
        out
    });
    format!(
        "| {}<br><sub>{}<br>{picture}</sub>{warnings} | {}<br><sub>{}</sub> |{party} {} to {} | {} |\n",
        strong(letter.name.as_str()),
        place(checkout, &desired.source),
        inline(letter.authorizer.as_str()),
        inline(letter.organization_code.as_str()),
        letter.validity.from(),
        letter.validity.until(),
        listed(&signatures),
    )
}
