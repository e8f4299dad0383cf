//! The text of a template as the engine reads it, with the places at which a person finds its tags.

use std::fmt::Write as _;

use minijinja::{Error, Value, context};

use super::TemplateProblem;

/// The variable that holds the parts of a Word document between its tags.
pub(super) const CHUNKS: &str = "__markup";

/// A tag of a template: `{{ … }}`, `{% … %}` or `{# … #}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// As it stands there, the marks included.
    pub text: String,
    /// Where it is, for a person.
    pub place: String,
}

/// What a tag is of a block such as `{% for … %} … {% endfor %}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockPart {
    /// A placeholder or a comment, or a statement without an end.
    None,
    Begin,
    Middle,
    End,
}

impl BlockPart {
    pub(super) fn of(tag: &str) -> Self {
        let word = keyword(tag);
        match word {
            "for" | "if" | "with" | "filter" => Self::Begin,
            "else" | "elif" => Self::Middle,
            _ if word.starts_with("end") => Self::End,
            _ => Self::None,
        }
    }
}

/// The first word of a statement, and nothing of another tag.
fn keyword(tag: &str) -> &str {
    let statement = tag.strip_prefix("{%").unwrap_or_default().trim_start_matches(['-', '+']).trim_start();
    statement.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default()
}

/// The blocks that do not end.
fn open_blocks<'t>(tags: impl Iterator<Item = &'t Tag>) -> Vec<TemplateProblem> {
    let mut open: Vec<&Tag> = Vec::new();
    for tag in tags {
        match BlockPart::of(&tag.text) {
            BlockPart::Begin => open.push(tag),
            BlockPart::End => drop(open.pop()),
            BlockPart::Middle | BlockPart::None => {}
        }
    }
    let problem = |tag: &Tag| TemplateProblem {
        place: tag.place.clone(),
        message: format!("`{}` is not closed", tag.text),
        help: Some(format!("add `{{% end{} %}}`", keyword(&tag.text))),
    };
    open.into_iter().map(problem).collect()
}

/// A template's text.
#[derive(Debug)]
pub(super) struct Source {
    jinja: String,
    /// The tags in their order, each with where it begins in `jinja`, in bytes.
    tags: Vec<(usize, Tag)>,
    chunks: Option<Value>,
    problems: Vec<TemplateProblem>,
}

/// What a Word document is made of: markup, and tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// XML that stays as it is.
    Markup(String),
    Tag(Tag),
}

impl Source {
    /// A text template, which the engine reads as it is.
    pub(super) fn text(text: &str) -> Self {
        let mut tags = Vec::new();
        let mut problems = Vec::new();
        for found in tags_in(text) {
            match found {
                TagSpan::Tag { start, end } => {
                    tags.push((start, Tag { text: text[start..end].to_owned(), place: place(text, start) }));
                }
                TagSpan::Open { start } => problems.push(unclosed(&text[start..], place(text, start))),
            }
        }
        problems.extend(open_blocks(tags.iter().map(|(_, tag)| tag)));
        Self { jinja: text.to_owned(), tags, chunks: None, problems }
    }

    /// A part of a Word document. Markup reaches the engine by reference, so that none of it can be
    /// taken for a tag.
    pub(super) fn pieces(pieces: Vec<Piece>, mut problems: Vec<TemplateProblem>) -> Self {
        let mut jinja = String::new();
        let mut tags = Vec::new();
        let mut chunks = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Markup(markup) => {
                    let _ = writeln!(jinja, "{{{{- {CHUNKS}[{}] -}}}}", chunks.len());
                    chunks.push(Value::from_safe_string(markup));
                }
                Piece::Tag(tag) => {
                    tags.push((jinja.len(), tag.clone()));
                    jinja.push_str(&trimming(&tag.text));
                    jinja.push('\n');
                }
            }
        }
        problems.extend(open_blocks(tags.iter().map(|(_, tag)| tag)));
        Self { jinja, tags, chunks: Some(Value::from(chunks)), problems }
    }

    /// What the engine reads.
    pub(super) fn jinja(&self) -> &str {
        &self.jinja
    }

    /// What was wrong before the engine saw it.
    pub(super) fn problems(&self) -> Vec<TemplateProblem> {
        self.problems.clone()
    }

    /// The values with what this template needs besides.
    pub(super) fn with_chunks(&self, values: &Value) -> Value {
        match &self.chunks {
            Some(chunks) => context! { __markup => chunks, ..values.clone() },
            None => values.clone(),
        }
    }

    /// Where a variable is first used: the number of the tag, and its place.
    pub(super) fn place_of(&self, name: &str) -> (usize, String) {
        let uses = |(_, tag): &(usize, Tag)| names_in(&tag.text).any(|found| found == name);
        let last = name.rsplit('.').next().unwrap_or(name);
        let mentions = |(_, tag): &(usize, Tag)| tag.text.contains(last);
        let index = self.tags.iter().position(uses).or_else(|| self.tags.iter().position(mentions));
        index.map_or((usize::MAX, "the template".to_owned()), |index| (index, self.tags[index].1.place.clone()))
    }

    /// An error of the engine, with its place in the template.
    pub(super) fn problem(&self, error: &Error) -> TemplateProblem {
        let line = error.line().unwrap_or(1);
        let offset = error.range().map_or_else(|| line_start(&self.jinja, line), |range| range.start);
        let tag = self.tags.iter().rev().find(|(start, _)| *start <= offset).map(|(_, tag)| tag);
        let place =
            if self.chunks.is_none() { Some(place(&self.jinja, offset)) } else { tag.map(|tag| tag.place.clone()) };
        let what = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        let message = tag.map_or_else(|| what.clone(), |tag| format!("{what} in `{}`", tag.text));
        TemplateProblem { place: place.unwrap_or_else(|| "the template".to_owned()), message, help: None }
    }
}

/// A tag that is found in a text, or the beginning of one that does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagSpan {
    /// From this byte to before that one.
    Tag { start: usize, end: usize },
    /// The tag that begins at this byte does not end.
    Open { start: usize },
}

/// The tags of a text in their order. Nothing is looked for behind one that does not end.
pub(super) fn tags_in(text: &str) -> Vec<TagSpan> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('{').map(|index| at + index) {
        let Some(close) = text[start..].get(..2).and_then(closing) else {
            at = start + 1;
            continue;
        };
        let Some(end) = text[start + 2..].find(close).map(|index| start + 2 + index + close.len()) else {
            found.push(TagSpan::Open { start });
            break;
        };
        found.push(TagSpan::Tag { start, end });
        at = end;
    }
    found
}

fn closing(open: &str) -> Option<&'static str> {
    match open {
        "{{" => Some("}}"),
        "{%" => Some("%}"),
        "{#" => Some("#}"),
        _ => None,
    }
}

/// A tag that does not end, told with its beginning.
pub(super) fn unclosed(rest: &str, place: String) -> TemplateProblem {
    let start: String = rest.chars().take(20).take_while(|c| *c != '\n').collect();
    let close = rest.get(..2).and_then(closing).unwrap_or("}}");
    TemplateProblem {
        place,
        message: format!("`{}` is not closed", start.trim_end()),
        help: Some(format!("add `{close}`")),
    }
}

/// The tag without the white space around it, which is the engine's source and not the document's.
fn trimming(tag: &str) -> String {
    let (open, close) = (&tag[..2], &tag[tag.len() - 2..]);
    let inner = tag[2..tag.len() - 2].trim_matches(['-', '+']);
    format!("{open}-{inner}-{close}")
}

/// The names in a tag, with the names after their dots.
fn names_in(tag: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    tag.split(move |c| !part(c)).filter(|name| !name.is_empty())
}

fn line_start(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
}

/// The line and the column of a byte, in characters counted from 1.
fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}
