//! Open texts, and the declarations that they are a part of.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use lsp_types::{Location, Uri};
use url::Url;

use super::position;
use crate::declaration::{FileId, LiveDeclarations, Span};

/// The texts that are open, and the declarations with them.
pub(super) struct Documents {
    pub(super) live: LiveDeclarations,
    /// Texts that are open, by their paths.
    open: HashMap<PathBuf, Text>,
}

struct Text {
    uri: Uri,
    version: i32,
    content: String,
}

impl Documents {
    pub(super) fn new(live: LiveDeclarations) -> Self {
        Self { live, open: HashMap::new() }
    }

    /// Opens a text. One that is no file of declarations is left alone.
    pub(super) fn open(&mut self, uri: &Uri, version: i32, text: String) {
        let Some(path) = path_of(uri).filter(|path| LiveDeclarations::is_declaration(path)) else { return };
        self.live.open(&path, &text);
        self.open.insert(path, Text { uri: uri.clone(), version, content: text });
    }

    /// Makes changes in an open text, one after the other.
    pub(super) fn change(&mut self, uri: &Uri, version: i32, changes: Vec<lsp_types::TextDocumentContentChangeEvent>) {
        let Some(path) = path_of(uri) else { return };
        let Some(open) = self.open.get_mut(&path) else { return };
        open.version = version;
        for change in changes {
            position::change(&mut open.content, change.range, &change.text);
        }
        self.live.open(&path, &open.content);
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

/// The path of a file that an editor names.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    Url::parse(uri.as_str()).ok()?.to_file_path().ok()
}

/// An editor's name of a path; relative paths have none.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    Uri::from_str(Url::from_file_path(path).ok()?.as_str()).ok()
}
