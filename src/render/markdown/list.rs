//! A list of letters, as a part of an issue or of a page.

use super::{
    CommentOptions, inline, listed,
    page::{Page, Part},
    place, strong,
};
use crate::{
    accounts::Accounts,
    inventory::{Entry, Filter, Inventory},
    render::unreadable,
    wording::counted,
};

/// The letters that a filter let through, as tables.
pub fn list(inventories: &Accounts<Inventory<'_>>, filter: &Filter, options: &CommentOptions) -> String {
    let mut page = Page::new(format!("### {}\n\n", title(filter)), options);
    super::add_failures(&mut page, inventories);
    for (account, result) in inventories.each() {
        match (account, result) {
            (_, Err(_)) => {}
            (None, Ok(inventory)) => add(&mut page, "Letters", inventory),
            (Some(account), Ok(inventory)) => {
                page.text(format!("#### {}\n\n", inline(account.as_str())));
                add(&mut page, &format!("Letters of {account}"), inventory);
            }
        }
    }
    page.finish()
}

fn title(filter: &Filter) -> String {
    let all = Filter { expiring: None, ..filter.clone() } == Filter::default();
    match filter.expiring {
        Some(1) if all => "Ends within 1 day, with no successor".to_owned(),
        Some(days) if all => format!("Ends within {days} days, with no successor"),
        _ => "Letters".to_owned(),
    }
}

fn add(page: &mut Page<'_>, title: &str, inventory: &Inventory<'_>) {
    let unread: Vec<String> =
        unreadable::lines(inventory.unreadable).iter().map(|line| format!("- {}\n", inline(line))).collect();
    page.part(Part {
        title: "Unreadable".to_owned(),
        head: "Letters that can't be read:\n\n".to_owned(),
        items: unread,
        foot: "\n",
    });
    if inventory.entries.is_empty() {
        page.text(format!("No letters, as of {}.\n\n", inventory.today));
        return;
    }
    let rows: Vec<String> = inventory.entries.iter().map(|entry| row(page, entry, inventory)).collect();
    page.text(format!("{}, as of {}.\n\n", counted(rows.len(), "letter"), inventory.today));
    page.part(Part {
        title: title.to_owned(),
        head: "| letter | id | plan | until | days | authorizer | signatures |\n|---|--:|---|---|--:|---|---|\n"
            .to_owned(),
        items: rows,
        foot: "\n",
    });
}

fn row(page: &Page<'_>, entry: &Entry<'_>, inventory: &Inventory<'_>) -> String {
    let place = entry.source().map(|source| format!("<br><sub>{}</sub>", place(&page.options.checkout, source)));
    let until = entry.validity().map(|validity| validity.until().to_string());
    let id = entry.standing().id.map(|id| id.to_string());
    let left = entry.days_left(inventory.today).map(|left| left.to_string());
    format!(
        "| {}{} | {} | {} | {} | {} | {} | {} |\n",
        strong(entry.name()),
        place.unwrap_or_default(),
        id.unwrap_or_default(),
        entry.action().as_ref(),
        until.unwrap_or_default(),
        left.unwrap_or_default(),
        inline(entry.authorizer()),
        listed(&entry.signatures()),
    )
}
