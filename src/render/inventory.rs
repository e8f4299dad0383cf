//! Inventories as tables for people and for spreadsheets, and one letter in full.

mod csv;

use std::fmt::Write;

use anstyle::Style;

use super::{
    difference,
    style::{self, paint},
    text::{self, CONFLICT_ADVICE, signature_uses},
    unreadable,
};
use crate::{
    accounts::Accounts,
    escape::{Untrusted, shorten, visible, width},
    inventory::{Entry, Inventory, PlanAction, Presence, ScanKnowledge},
    letter::{DesiredLetter, ExistingLetter, Picture},
    plan::picture_path,
    signature::Use,
    wording::counted,
};

pub use csv::csv;

/// A letter with this many days left stands out.
const SOON: i32 = 60;

/// The widest that a column is made: what is longer is shown, and pads no other row.
const COLUMN: usize = 48;
/// The longest text of a cell, in characters: no name and no party may have more than 150.
const LONGEST: usize = 150;

/// The columns, and whether each is of numbers, which are aligned at their right.
const HEADS: [(&str, bool); 10] = [
    ("LETTER", false),
    ("ID", true),
    ("PLAN", false),
    ("STATE", false),
    ("STATUS", false),
    ("UNTIL", false),
    ("DAYS", true),
    ("SIGNATURES", true),
    ("SCAN", false),
    ("AUTHORIZER", false),
];
/// The column of what became of signatures, where that was asked for, and its place.
const REVIEWS: (usize, (&str, bool)) = (8, ("REVIEWS", false));

type Cell = (String, Style);

fn one_table(inventory: &Inventory<'_>) -> String {
    let has_uses = inventory.entries.iter().any(|entry| entry.uses.is_some());
    let mut heads = HEADS.to_vec();
    if has_uses {
        heads.insert(REVIEWS.0, REVIEWS.1);
    }
    let row = |entry| {
        let mut cells = row(entry, inventory);
        if has_uses {
            cells.insert(REVIEWS.0, reviews(entry));
        }
        cells
    };
    let rows: Vec<Vec<Cell>> = inventory.entries.iter().map(row).collect();
    let numbers: Vec<bool> = heads.iter().map(|(_, number)| *number).collect();
    let heads: Vec<Cell> = heads.iter().map(|(head, _)| ((*head).to_owned(), style::STRONG)).collect();
    let mut out = String::new();
    if !rows.is_empty() {
        let mut widths: Vec<usize> = heads.iter().map(|(head, _)| width(head)).collect();
        for row in &rows {
            for (widest, (text, _)) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(width(text).min(COLUMN));
            }
        }
        for row in std::iter::once(&heads).chain(&rows) {
            line(&mut out, row, &widths, &numbers);
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}, as of {}.", counted(rows.len(), "letter"), inventory.today);
    if !inventory.unreadable.is_empty() {
        let _ = writeln!(out, "{} {}:", paint(style::WARNING, "warning:"), unreadable::count(inventory.unreadable));
        for line in unreadable::lines(inventory.unreadable) {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

/// Inventories as tables for a terminal, one for each account.
pub fn table(inventories: &Accounts<Inventory<'_>>) -> String {
    let all = match inventories {
        Accounts::Single(one) => return one_table(one),
        Accounts::Workspace(all) => all,
    };
    let mut out = text::each_account(all, one_table);
    let letters: usize = inventories.good().map(|inventory| inventory.entries.len()).sum();
    let all = paint(style::STRONG, "All accounts:");
    let _ = writeln!(out, "{all} {}.", counted(letters, "letter"));
    out
}

fn line(out: &mut String, row: &[Cell], widths: &[usize], numbers: &[bool]) {
    let last = row.len() - 1;
    for (index, (text, style)) in row.iter().enumerate() {
        let gap = " ".repeat(widths[index].saturating_sub(width(text)));
        let (before, after) = if numbers[index] { (gap.as_str(), "") } else { ("", gap.as_str()) };
        let after = if index == last { "" } else { after };
        let _ = write!(out, "{before}{}{after}", paint(*style, text));
        out.push_str(if index == last { "\n" } else { "  " });
    }
}

fn row(entry: &Entry<'_>, inventory: &Inventory<'_>) -> Vec<Cell> {
    let plain = |text: &str| (if text.is_empty() { "-".to_owned() } else { cell(text) }, Style::new());
    let standing = entry.standing();
    let left = entry.days_left(inventory.today);
    let until = entry.validity().map(|validity| validity.until().to_string());
    let left_style = match (left, &entry.successor) {
        (Some(..0), None) => style::CONFLICT,
        (Some(..=SOON), None) => style::WARNING,
        _ => Style::new(),
    };
    vec![
        (cell(entry.name()), style::STRONG),
        plain(&standing.id.map(|id| id.to_string()).unwrap_or_default()),
        (entry.action().as_ref().to_owned(), action_style(entry.action())),
        plain(standing.state.raw()),
        plain(standing.status.raw()),
        plain(&until.unwrap_or_default()),
        (left.map_or_else(|| "-".to_owned(), |left| left.to_string()), left_style),
        plain(&entry.signatures().len().to_string()),
        (entry.scan().as_ref().to_owned(), scan_style(entry.scan())),
        plain(entry.authorizer()),
    ]
}

/// How many signatures of a letter there are of each use, the worst first.
fn reviews(entry: &Entry<'_>) -> Cell {
    let words = [
        (Use::Refused, "refused", style::ERROR),
        (Use::Reviewing, "under review", style::WARNING),
        (Use::Passed, "passed", style::CREATE),
        (Use::OtherLetter, "with another letter", style::DIM),
        (Use::Cancelled, "cancelled", style::DIM),
        (Use::None, "not applied for", style::DIM),
        (Use::Unknown, "not known", style::DIM),
    ];
    let uses = entry.uses.as_deref().unwrap_or_default();
    let counts =
        words.map(|(usage, word, style)| (uses.iter().filter(|used| used.usage == usage).count(), word, style));
    let there = || counts.iter().filter(|(count, ..)| *count > 0);
    let text: Vec<String> = there().map(|(count, word, _)| format!("{count} {word}")).collect();
    let style = there().next().map_or(style::DIM, |(.., style)| *style);
    (if text.is_empty() { "-".to_owned() } else { text.join(", ") }, style)
}

/// A text in a cell, cut where no value that the service allows would be.
fn cell(text: &str) -> String {
    shorten(&visible(&shorten(text, LONGEST)), LONGEST)
}

fn action_style(action: PlanAction) -> Style {
    match action {
        PlanAction::Create => style::CREATE,
        PlanAction::Conflict | PlanAction::Unreadable => style::CONFLICT,
        PlanAction::Unchanged => Style::new(),
        PlanAction::Unmanaged => style::DIM,
    }
}

fn scan_style(scan: ScanKnowledge) -> Style {
    match scan {
        ScanKnowledge::Differs => style::CONFLICT,
        ScanKnowledge::Known => Style::new(),
        ScanKnowledge::Unknown | ScanKnowledge::Missing => style::DIM,
    }
}

/// Everything that is known of one letter.
pub fn details(entry: &Entry<'_>, inventory: &Inventory<'_>) -> String {
    let mut out = String::new();
    let action = entry.action();
    let _ = writeln!(
        out,
        "{}  {}\n",
        paint(style::STRONG, &visible(entry.name())),
        paint(action_style(action), meaning(action))
    );
    content(&mut out, "days left", &days_left(entry, inventory));
    if let Some(successor) = &entry.successor {
        content(&mut out, "successor", successor.raw());
    }
    content(&mut out, "scan", scan_meaning(entry.scan()));
    if let Some(uses) = &entry.uses {
        let _ = writeln!(out, "\n  {}", paint(style::STRONG, "Signatures"));
        signature_uses(&mut out, uses);
    }
    out.push('\n');
    if let Some(existing) = entry.existing() {
        registered(&mut out, existing);
    }
    if let Some(desired) = entry.desired() {
        declared(&mut out, desired);
    }
    if let Presence::Both(_, _, comparison) = &entry.presence
        && !comparison.is_equal()
    {
        let _ = writeln!(out, "  {}", paint(style::CONFLICT, "Differences (- registered, + declared)"));
        for difference in &comparison.differences {
            let _ = writeln!(out, "    {}", difference.field);
            for line in difference::lines(difference) {
                let text: String = line.pieces.iter().map(|(_, piece)| piece.as_str()).collect();
                let _ = writeln!(out, "      {} {text}", line.side.sign());
            }
        }
        let _ = writeln!(out, "\n  {CONFLICT_ADVICE}");
    }
    out
}

fn meaning(action: PlanAction) -> &'static str {
    match action {
        PlanAction::Create => "declared, and not registered: `letterform apply` creates it",
        PlanAction::Unchanged => "registered as declared",
        PlanAction::Conflict => "registered with other content than declared",
        PlanAction::Unreadable => "declared, and may be a letter of the service's answer that can't be read",
        PlanAction::Unmanaged => "registered, and not declared",
    }
}

fn scan_meaning(scan: ScanKnowledge) -> &'static str {
    match scan {
        ScanKnowledge::Known => "known",
        ScanKnowledge::Unknown => "unknown: its name does not tell what it shows, so it can't be compared",
        ScanKnowledge::Differs => "differs: another picture is registered than declared",
        ScanKnowledge::Missing => "missing: the service tells of none",
    }
}

fn days_left(entry: &Entry<'_>, inventory: &Inventory<'_>) -> String {
    let Some(validity) = entry.validity() else { return "unknown: the validity is not two dates".to_owned() };
    let today = inventory.today;
    match validity.days_left(today) {
        _ if today < validity.from() => format!("not valid before {}", validity.from()),
        -1 => "expired yesterday".to_owned(),
        left @ ..0 => format!("expired {} days ago", left.unsigned_abs()),
        0 => "the last day is today".to_owned(),
        left => left.to_string(),
    }
}

fn registered(out: &mut String, existing: &ExistingLetter) {
    let _ = writeln!(out, "  {}", paint(style::STRONG, "Registered"));
    if let Some(id) = existing.id {
        content(out, "id", &id.to_string());
    }
    content(out, "state", existing.state.raw());
    content(out, "status", existing.status.raw());
    content(out, "authorizer", existing.authorizer.raw());
    content(out, "authorizedParty", existing.authorized_party.raw());
    content(out, "organizationCode", existing.organization_code.raw());
    content(out, "validity", existing.validity.raw());
    content(out, "signatures", &joined(existing.signatures.iter().map(Untrusted::raw)));
    if let Some(url) = &existing.picture_url {
        content(out, "picture", picture_path(url).trim_start_matches('/'));
    }
    out.push('\n');
}

fn declared(out: &mut String, desired: &DesiredLetter) {
    let letter = &desired.letter;
    let place = desired.source.to_string();
    let _ = writeln!(out, "  {}  {}", paint(style::STRONG, "Declared"), paint(style::DIM, &place));
    content(out, "authorizer", letter.authorizer.as_str());
    content(out, "authorizedParty", letter.authorized_party.as_str());
    content(out, "organizationCode", letter.organization_code.as_str());
    content(out, "validity", &letter.validity.to_string());
    content(out, "signatures", &joined(letter.signatures.iter().map(AsRef::as_ref)));
    match &letter.picture {
        Picture::Scan(scan) => {
            content(out, "scan", &scan.path);
            content(out, "sha256", &scan.digest.to_string());
        }
        Picture::FileKey(key) => content(out, "fileKey", key.as_str()),
    }
    out.push('\n');
}

/// A field of a letter and what it says, whatever that is.
fn content(out: &mut String, name: &str, text: &str) {
    let _ = writeln!(out, "    {name:<18}{}", visible(text));
}

fn joined<'a>(signatures: impl Iterator<Item = &'a str>) -> String {
    signatures.collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests;
