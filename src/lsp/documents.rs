//! Open texts, and the declarations that they are a part of.

use std::{
    collections::HashMap,
    ops::Range,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use lsp_types::{Location, Position, TextDocumentContentChangeEvent, Uri};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

use super::position;
use crate::declaration::{FileId, LiveDeclarations, SourceFile, Span};

/// The texts that are open, and the declarations with them.
pub(super) struct Documents {
    pub(super) live: LiveDeclarations,
    /// Texts that are open, by their paths.
    open: HashMap<PathBuf, Text>,
}

struct Text {
    uri: Uri,
    version: i32,
    /// Whether it begins with a byte order mark, which no declaration has.
    marked: bool,
}

const MARK: char = '\u{FEFF}';

impl Text {
    /// A new text without its mark.
    fn bare(&mut self, text: String) -> String {
        let bare = text.strip_prefix(MARK).map(str::to_owned);
        self.marked = bare.is_some();
        bare.unwrap_or(text)
    }
}

impl Documents {
    pub(super) fn new(live: LiveDeclarations) -> Self {
        Self { live, open: HashMap::new() }
    }

    /// Opens a text. One that is neither declarations nor a workspace is left alone.
    pub(super) fn open(&mut self, uri: &Uri, version: i32, text: &str) {
        let is_known =
            |path: &Path| LiveDeclarations::is_declaration(path) || LiveDeclarations::is_workspace_file(path);
        let Some(path) = path_of(uri).filter(|path| is_known(path)) else { return };
        let bare = text.strip_prefix(MARK);
        self.live.open(&path, bare.unwrap_or(text).to_owned());
        self.open.insert(path, Text { uri: uri.clone(), version, marked: bare.is_some() });
    }

    /// Makes changes in an open text, one after the other.
    pub(super) fn change(&mut self, uri: &Uri, version: i32, changes: &[TextDocumentContentChangeEvent]) {
        let Some(path) = path_of(uri) else { return };
        let (Some(open), Some(file)) = (self.open.get_mut(&path), self.live.number(&path)) else { return };
        open.version = version;
        for change in changes {
            let source = self.live.source(file);
            let (bytes, new) = match change.range {
                // What begins before the mark may take it away, or put something before it.
                Some(range) if open.marked && range.start == Position::default() => {
                    let marked = SourceFile::new("", format!("{MARK}{}", source.text()));
                    let mut whole = marked.text().to_owned();
                    whole.replace_range(position::bytes(&marked, range), &change.text);
                    difference(source.text(), open.bare(whole))
                }
                Some(range) => {
                    let range = if open.marked { position::without_mark(range) } else { range };
                    (position::bytes(source, range), change.text.clone())
                }
                None => difference(source.text(), open.bare(change.text.clone())),
            };
            self.live.edit(file, bytes, &new);
            if !open.marked && self.live.source(file).text().starts_with(MARK) {
                open.marked = true;
                self.live.edit(file, 0..MARK.len_utf8(), "");
            }
        }
    }

    pub(super) fn close(&mut self, uri: &Uri) {
        if let Some(path) = path_of(uri)
            && self.open.remove(&path).is_some()
        {
            self.live.close(&path);
        }
    }

    pub(super) fn file(&self, uri: &Uri) -> Option<FileId> {
        self.live.number(&path_of(uri)?)
    }

    /// The editor's name of a file.
    pub(super) fn uri(&self, file: FileId) -> Option<Uri> {
        let path = self.live.path(file);
        self.open.get(path).map(|open| open.uri.clone()).or_else(|| uri_of(path))
    }

    /// The version of a text, when it is open.
    pub(super) fn version(&self, file: FileId) -> Option<i32> {
        self.open.get(self.live.path(file)).map(|open| open.version)
    }

    pub(super) fn location(&self, file: FileId, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(file)?, range: position::range(self.live.source(file), span) })
    }
}

/// The bytes of an old text that are others in a new one, and what is in their place.
fn difference(old: &str, mut new: String) -> (Range<usize>, String) {
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let start: usize = old.chars().zip(new.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let backwards = old_rest.chars().rev().zip(new_rest.chars().rev());
    let end: usize = backwards.take_while(same).map(|(c, _)| c.len_utf8()).sum();
    new.truncate(new.len() - end);
    new.drain(..start);
    (start..old.len() - end, new)
}

/// The path of a file that an editor names.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    Url::parse(uri.as_str()).ok()?.to_file_path().ok()
}

/// What the paths of URLs have as it is, and a URI (RFC 3986) can't.
const NOT_IN_URIS: &AsciiSet = &CONTROLS.add(b'[').add(b']').add(b'^').add(b'|').add(b'\\');

/// An editor's name of a path; relative paths have none.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    let url = Url::from_file_path(path).ok()?;
    Uri::from_str(&utf8_percent_encode(url.as_str(), NOT_IN_URIS).to_string()).ok()
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use proptest::prelude::*;

    use super::*;

    #[cfg(unix)]
    proptest! {
        #[test]
        fn every_path_has_a_name_that_leads_back(name in "[^/\0]{1,12}") {
            prop_assume!(name != "." && name != "..");
            let path = Path::new("/letters").join(name);
            let uri = uri_of(&path);
            prop_assert_eq!(uri.as_ref().and_then(path_of), Some(path), "{:?}", uri);
        }
    }

    #[cfg(unix)]
    #[test]
    fn brackets_in_the_name_of_a_folder_are_encoded() {
        let uri = uri_of(Path::new("/app/[tenant]/授权 (2026)|^.yaml")).unwrap();
        assert_eq!(uri.as_str(), "file:///app/%5Btenant%5D/%E6%8E%88%E6%9D%83%20(2026)%7C%5E.yaml");
    }

    #[test]
    fn a_new_text_differs_from_the_old_one_in_the_middle() {
        for (old, new, bytes, middle) in [
            ("甲乙丙", "甲丁丙", 3..6, "丁"),
            ("aa", "aaa", 2..2, "a"),
            ("aaa", "aa", 2..3, ""),
            ("", "甲", 0..0, "甲"),
            ("甲", "甲", 3..3, ""),
        ] {
            assert_eq!(difference(old, new.to_owned()), (bytes, middle.to_owned()), "{old} {new}");
        }
    }
}
