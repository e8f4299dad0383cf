//! Inventories as comma-separated values, for spreadsheets.

use std::fmt::Write as _;

use crate::{
    accounts::Accounts,
    escape::{Untrusted, visible},
    inventory::{Entry, Inventory},
};

const CSV_HEADS: &str = "name,action,id,state,status,authorizer,authorizedParty,organizationCode,from,to,daysLeft,\
                         signatureCount,signatures,scan,successor,file,line";

/// The byte order mark. Without it, Excel takes the file for one in the code page of the system,
/// which is GBK in China.
const MARK: char = '\u{FEFF}';

/// Inventories as comma-separated values (RFC 4180) with a line of heads, as Excel opens them
/// rightly. Those of a workspace have the account in the first column. What became of the
/// signatures, where that was asked for, is in the last one.
pub fn csv(inventories: &Accounts<Inventory<'_>>) -> String {
    let has_uses = inventories.good().flat_map(|inventory| &inventory.entries).any(|entry| entry.uses.is_some());
    let heads = if has_uses { format!("{CSV_HEADS},uses\r\n") } else { format!("{CSV_HEADS}\r\n") };
    let first = if matches!(inventories, Accounts::Workspace(_)) { "account," } else { "" };
    let mut out = format!("{MARK}{first}{heads}");
    for (account, result) in inventories.each() {
        let start = account.map(|account| format!("{},", field(account.as_str()))).unwrap_or_default();
        if let Ok(inventory) = result {
            rows(&mut out, &start, inventory, has_uses);
        }
    }
    out
}

/// What became of each signature: `菜鸟网络: passed、菜鸟裹裹: refused`.
fn uses(entry: &Entry<'_>) -> String {
    let uses = entry.uses.iter().flatten().map(|used| format!("{}: {}", used.name.raw(), used.usage.as_ref()));
    uses.collect::<Vec<_>>().join("、")
}

fn rows(out: &mut String, start: &str, inventory: &Inventory<'_>, has_uses: bool) {
    for entry in &inventory.entries {
        let standing = entry.standing();
        let validity = entry.validity();
        let signatures = entry.signatures();
        let source = entry.source();
        let optional = |text: Option<String>| text.unwrap_or_default();
        let mut fields = vec![
            field(entry.name()),
            entry.action().as_ref().to_owned(),
            optional(standing.id.map(|id| id.to_string())),
            field(standing.state.raw()),
            field(standing.status.raw()),
            field(entry.authorizer()),
            field(entry.authorized_party()),
            field(entry.organization_code()),
            optional(validity.map(|validity| validity.from().to_string())),
            optional(validity.map(|validity| validity.until().to_string())),
            optional(entry.days_left(inventory.today).map(|left| left.to_string())),
            signatures.len().to_string(),
            field(&signatures.join("、")),
            entry.scan().as_ref().to_owned(),
            field(entry.successor.as_ref().map_or("", Untrusted::raw)),
            field(source.map_or("", |source| &source.file)),
            optional(source.map(|source| source.line.to_string())),
        ];
        if has_uses {
            fields.push(field(&uses(entry)));
        }
        let _ = write!(out, "{start}{}\r\n", fields.join(","));
    }
}

/// A text in a cell: quoted where it must be, and never a formula or a number to a spreadsheet or a
/// command to a CI system.
fn field(text: &str) -> String {
    let text = visible(text);
    if looks_like_number(&text) {
        return format!("\"=\"\"{text}\"\"\"");
    }
    let start = text.trim_start();
    let guard = if start.starts_with(FORMULA) { "'" } else { "" };
    if text.contains(['"', ',']) || start.starts_with(':') {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

/// What begins a formula, and its full-width forms, which an input method writes and some
/// spreadsheets take for the same.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Whether a spreadsheet would take a text for a number or a date, and so change it: of a code of
/// 18 digits it keeps 15, `1210000040000E25` is a power of ten to it, and `1-2` a day.
fn looks_like_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || "eE.,-/:% 年月日".contains(c))
}
