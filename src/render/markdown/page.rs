//! A comment that never grows over the limit: when there is too much, each part gives up the same,
//! and it is told how much.

use std::fmt::Write as _;

use super::CommentOptions;

/// The most characters that a comment on GitHub takes.
pub const LIMIT: usize = 65_536;

/// What is kept free for the line that says how much was left out.
const RESERVE: usize = 1_000;

/// Entries of one kind, with what stands before and after them.
pub(super) struct Part {
    /// What the entries are called when some are left out: of the same ones in all accounts, the
    /// number is told once.
    pub(super) title: String,
    pub(super) head: String,
    pub(super) items: Vec<String>,
    pub(super) foot: &'static str,
}

impl Part {
    fn length(&self) -> usize {
        length(&self.head) + length(self.foot) + self.items.iter().map(|item| length(item)).sum::<usize>()
    }
}

pub(super) struct Page<'o> {
    headline: String,
    parts: Vec<Part>,
    pub(super) options: &'o CommentOptions,
}

impl<'o> Page<'o> {
    pub(super) fn new(headline: String, options: &'o CommentOptions) -> Self {
        Self { headline, parts: Vec::new(), options }
    }

    /// Adds a text.
    pub(super) fn text(&mut self, text: String) {
        self.parts.push(Part { title: "Headings".to_owned(), head: String::new(), items: vec![text], foot: "" });
    }

    /// Adds entries, if there are any.
    pub(super) fn part(&mut self, part: Part) {
        if !part.items.is_empty() {
            self.parts.push(part);
        }
    }

    pub(super) fn finish(self) -> String {
        let lengths: Vec<usize> = self.parts.iter().map(Part::length).collect();
        let limit = self.options.limit;
        let room = limit.saturating_sub(length(&self.headline));
        let fits = lengths.iter().sum::<usize>() <= room;
        let share = if fits { usize::MAX } else { fair_share(&lengths, room.saturating_sub(RESERVE)) };
        let mut out = self.headline;
        let mut left_out: Vec<(String, usize)> = Vec::new();
        for part in self.parts {
            let missing = part.items.len() - add(&mut out, &part, share);
            match left_out.iter_mut().find(|(title, _)| *title == part.title) {
                _ if missing == 0 => {}
                Some((_, count)) => *count += missing,
                None => left_out.push((part.title, missing)),
            }
        }
        if !left_out.is_empty() {
            out.push_str(&shortened(&left_out, limit));
        }
        out
    }
}

/// Adds what fits into a share of the page, and tells how many entries did. One that is too long
/// for it leaves the others alone.
fn add(out: &mut String, part: &Part, share: usize) -> usize {
    let mut room = share.saturating_sub(length(&part.head) + length(part.foot));
    let mut fitting: Vec<&str> = Vec::new();
    for item in &part.items {
        if let Some(left) = room.checked_sub(length(item)) {
            room = left;
            fitting.push(item);
        }
    }
    if !fitting.is_empty() {
        out.push_str(&part.head);
        out.extend(fitting.iter().copied());
        out.push_str(part.foot);
    }
    fitting.len()
}

/// How long each part may be, so that all fit: what the short ones leave is for the long ones.
fn fair_share(lengths: &[usize], room: usize) -> usize {
    let mut sorted = lengths.to_vec();
    sorted.sort_unstable();
    let mut room = room;
    for (index, length) in sorted.iter().enumerate() {
        let share = room / (sorted.len() - index);
        if *length > share {
            return share;
        }
        room -= length;
    }
    usize::MAX
}

fn shortened(left_out: &[(String, usize)], limit: usize) -> String {
    let told: Vec<String> = left_out.iter().map(|(title, count)| format!("{count} of “{title}”")).collect();
    let mut out = String::new();
    let _ = writeln!(
        out,
        "\n**Shortened**: left out are {}, as a comment holds {limit} characters. `--format json` has them all.",
        told.join(", ")
    );
    out
}

/// How many characters a comment's limit counts.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(title: &str, items: Vec<String>) -> Part {
        Part { title: title.to_owned(), head: format!("### {title}\n\n"), items, foot: "\n" }
    }

    #[test]
    fn a_comment_never_grows_over_the_limit_and_short_parts_stay_whole() {
        let many: Vec<String> = (0..10_000).map(|i| format!("- 字{i}字字字字字字\n")).collect();
        let options = CommentOptions::default();
        let mut page = Page::new("# many\n\n".to_owned(), &options);
        page.part(part("One", many.clone()));
        page.part(part("Few", vec!["- few\n".to_owned()]));
        page.part(part("Two", many));
        let text = page.finish();
        assert!(length(&text) <= LIMIT && length(&text) > LIMIT - 2 * RESERVE, "{}", length(&text));
        assert!(text.contains("- few\n") && text.contains("of “One”") && text.contains("of “Two”"));
    }

    #[test]
    fn what_fits_is_left_as_it_is() {
        let options = CommentOptions::default();
        let mut page = Page::new("# some\n\n".to_owned(), &options);
        let items: Vec<String> = (0..1_000).map(|i| format!("- {i:050}\n")).collect();
        let all = items.concat();
        page.part(part("Some", items));
        assert_eq!(page.finish(), format!("# some\n\n### Some\n\n{all}\n"));
    }

    #[test]
    fn an_entry_that_is_too_long_leaves_the_others_alone() {
        let options = CommentOptions::default();
        let mut page = Page::new(String::new(), &options);
        page.part(part("Some", vec!["x".repeat(LIMIT), "- small\n".to_owned()]));
        let text = page.finish();
        assert!(text.contains("- small") && text.contains("1 of “Some”"), "{text}");
    }

    #[test]
    fn the_limit_can_be_lower() {
        let options = CommentOptions { limit: 5_000, ..CommentOptions::default() };
        let mut page = Page::new("# some\n\n".to_owned(), &options);
        page.part(part("Some", vec!["- 字𠮷\n".to_owned(); 10_000]));
        let text = page.finish();
        assert!(length(&text) <= 5_000 && text.contains("holds 5000 characters"), "{}", length(&text));
    }

    #[test]
    fn many_parts_never_grow_over_the_limit() {
        let options = CommentOptions::default();
        let mut page = Page::new(String::new(), &options);
        for i in 0..400 {
            page.text(format!("## account {i}\n\n"));
            page.part(part("Same", vec!["y".repeat(300); 3]));
        }
        let text = page.finish();
        assert!(length(&text) <= LIMIT && text.contains("of “Same”"), "{}", length(&text));
    }
}
