//! Declarations that change while they are looked at: an editor's texts over the files of its
//! folders.
//!
//! ```text
//! edit ─ held: the letters that it touched are read again ─ pictures
//!      ─ ties: who has something in common ─ judge
//! ```
//!
//! An edit costs what it touches: the letters in its lines are read again, or what is around all of
//! them, and those are compared that have something in common and differ. What comes of it is what
//! comes of reading everything again. A picture is decoded once for each content.

mod areas;
mod held;
mod judge;
mod known;
mod place;
mod scans;
mod shift;
#[cfg(test)]
mod tests;
mod ties;
mod view;

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use self::{
    areas::Areas,
    held::{Held, Kind},
    known::Others,
    scans::Scans,
};
pub use self::{
    place::Place,
    scans::{DecodedPictures, decode_pictures},
    view::{LetterView, Placed},
};
use super::{
    Asked, Diagnostic, FileId, SourceFile, Span,
    declared::Declared,
    discover::{self, DeclarationFile},
    document::Reason,
    parallel,
    reading::Reading,
    source, workspace,
};
use crate::letter::Letter;

/// The declarations of some folders and of single files, as an editor has them.
#[derive(Debug)]
pub struct LiveDeclarations {
    areas: Areas,
    folders: Vec<PathBuf>,
    /// By their numbers; a file that is gone says nothing.
    files: Vec<Held>,
    numbers: HashMap<PathBuf, FileId>,
    /// The files in the order of their names.
    order: Vec<FileId>,
    scans: Scans,
    others: Others,
    /// How many letters were ever tied.
    tied: u64,
    /// What comparing letters has found in each file, and everything that is wrong with it, by the
    /// last look.
    compared: Vec<Vec<Diagnostic>>,
    problems: Vec<Vec<Diagnostic>>,
}

impl LiveDeclarations {
    /// No declarations yet, on a day.
    #[must_use]
    pub fn new(asked: Asked, today: Date) -> Self {
        Self {
            areas: Areas::new(asked, today),
            folders: Vec::new(),
            files: Vec::new(),
            numbers: HashMap::new(),
            order: Vec::new(),
            scans: Scans::default(),
            others: Others::default(),
            tied: 0,
            compared: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Whether a file in a folder is one of declarations, by its name.
    #[must_use]
    pub fn is_declaration(path: &Path) -> bool {
        path.file_name().is_some_and(|name| discover::is_declaration(&name.to_string_lossy()))
    }

    /// Whether a file is one whose settings the declarations around it follow.
    #[must_use]
    pub fn is_workspace_file(path: &Path) -> bool {
        path.file_name().is_some_and(|name| name == workspace::FILE_NAME)
    }

    /// Reads everything again, as on another day.
    pub fn on_day(&mut self, today: Date) {
        if self.areas.today != today {
            self.areas.today = today;
            self.read_all_again();
        }
    }

    fn read_all_again(&mut self) {
        for held in &mut self.files {
            held.rules = self.areas.rules(&held.path);
            held.read_again();
        }
    }

    /// Looks at the workspace files again: those in the folders of declarations, and in all above
    /// up to the ones that were given.
    fn read_workspaces_again(&mut self) {
        let within = |folder: &&Path| self.folders.iter().any(|given| folder.starts_with(given));
        let mut folders: BTreeSet<PathBuf> = self.folders.iter().cloned().collect();
        for held in &self.files {
            let new = held.path.ancestors().skip(1).take_while(within).take_while(|folder| !folders.contains(*folder));
            let new: Vec<PathBuf> = new.map(Path::to_owned).collect();
            folders.extend(new);
        }
        let known = self.files.iter().filter(|held| matches!(held.kind, Kind::Workspace(_)));
        let known = known.map(|held| held.path.clone());
        let files: BTreeSet<PathBuf> =
            folders.iter().map(|folder| folder.join(workspace::FILE_NAME)).chain(known).collect();
        for file in &files {
            self.look_at_workspace(file);
        }
        self.take_workspaces();
    }

    /// Reads a workspace file as it is on the disk, or as the editor has it.
    fn look_at_workspace(&mut self, file: &Path) {
        let known = self.number(file);
        if let Some(held) = known.map(|id| &mut self.files[id.index()]).filter(|held| held.open) {
            return held.read_again();
        }
        let found = DeclarationFile { name: discover::name(file), path: file.to_owned() };
        let is_inside = self.is_inside(file);
        match discover::read(&found) {
            Ok(bytes) if is_inside => self.put_workspace(file, source::decode(FileId(0), &found.name, bytes)),
            _ if known.is_some() => self.forget(file),
            _ => {}
        }
    }

    fn put_workspace(&mut self, file: &Path, read: (SourceFile, Option<Diagnostic>)) {
        let nothing = Reading::of_nothing(read.0.name(), &self.areas.rules(file).options);
        let id = self.number(file).unwrap_or_else(|| self.put(file, nothing));
        self.files[id.index()].hold_workspace(read);
    }

    /// Lets what workspaces say hold for the declarations below their folders.
    fn take_workspaces(&mut self) {
        let inside: Vec<&Held> = self.files.iter().filter(|held| self.is_inside(&held.path)).collect();
        let workspaces = inside.into_iter().filter_map(|held| Some((held.path.parent()?, held.workspace()?)));
        let mut workspaces: Vec<_> = workspaces.collect();
        workspaces.sort_by_key(|(folder, _)| *folder);
        if self.areas.take(workspaces.into_iter()) {
            self.read_all_again();
        }
    }

    fn is_inside(&self, path: &Path) -> bool {
        self.folders.iter().any(|folder| path.starts_with(folder))
    }

    /// Adds a folder and the declarations in it.
    pub fn add_folder(&mut self, folder: &Path) {
        self.folders.push(folder.to_owned());
        self.look_at_scans_again();
        let (found, _) = discover::discover(&[folder.to_owned()]);
        let read =
            |index: usize| Reading::of_file(&found[index], Reason::Live, &self.areas.rules(&found[index].path).options);
        let mut paths = found.iter().map(|found| found.path.clone());
        let mut readings = Vec::with_capacity(found.len());
        parallel::in_order(found.len(), read, (|_: &_| 0, 0), |read| readings.push((paths.next(), read)));
        for (path, read) in readings {
            if let (Some(path), Ok(reading)) = (path, read)
                && !self.is_open(&path)
            {
                self.put(&path, reading);
            }
        }
        self.read_workspaces_again();
    }

    /// Forgets a folder and the declarations in it that no other folder has.
    pub fn remove_folder(&mut self, folder: &Path) {
        self.folders.retain(|known| known != folder);
        self.look_at_scans_again();
        let stays = |path: &Path| self.folders.iter().any(|folder| path.starts_with(folder));
        let gone: Vec<PathBuf> = self.numbers.keys().filter(|path| !stays(path)).cloned().collect();
        for path in gone {
            if !self.is_open(&path) {
                self.forget(&path);
            }
        }
        self.read_workspaces_again();
    }

    fn is_open(&self, path: &Path) -> bool {
        self.numbers.get(path).is_some_and(|id| self.files[id.index()].open)
    }

    /// Takes the text of a file as an editor has it.
    pub fn open(&mut self, path: &Path, text: String) {
        match self.numbers.get(path) {
            // Editors open a file with the text that is on the disk.
            Some(id) if self.files[id.index()].source.text() == text => {}
            _ if Self::is_workspace_file(path) => {
                let source = SourceFile::new(discover::name(path), text);
                self.put_workspace(path, source::refuse_nul(FileId(0), source));
            }
            _ => {
                let source = SourceFile::new(discover::name(path), text);
                self.put(path, Reading::of_source(source, Reason::Live, &self.areas.rules(path).options));
            }
        }
        if let Some(id) = self.numbers.get(path) {
            self.files[id.index()].open = true;
        }
        self.scans.forget_roots();
    }

    /// Puts a text in the place of some bytes of an open file's text. What it says then is known
    /// after [`Self::read`].
    pub fn edit(&mut self, file: FileId, bytes: Range<usize>, new: &str) {
        self.files[file.index()].edit(bytes, new);
    }

    /// Reads what was edited.
    pub fn read(&mut self) {
        self.files.iter_mut().filter(|held| held.changed).for_each(Held::read);
        if self.files.iter().any(|held| held.changed && matches!(held.kind, Kind::Workspace(_))) {
            self.take_workspaces();
        }
    }

    /// Takes the file as it is on the disk again.
    pub fn close(&mut self, path: &Path) {
        if let Some(id) = self.numbers.get(path) {
            self.files[id.index()].open = false;
        }
        self.scans.forget_roots();
        if Self::is_workspace_file(path) {
            self.look_at_workspace(path);
        }
        self.read_again(path);
    }

    /// Looks again at files that changed on the disk: declarations, workspace files, and pictures
    /// if others are among them.
    pub fn changed_on_disk(&mut self, paths: &[PathBuf]) {
        if !paths.iter().all(|path| Self::is_declaration(path) || Self::is_workspace_file(path)) {
            self.look_at_scans_again();
        }
        // What is wrong with one may be that a file of it is not there.
        let is_wrong = |held: &Held| matches!(held.kind, Kind::Workspace(_)) && !self.problems(held.id).is_empty();
        if paths.iter().any(|path| Self::is_workspace_file(path)) || self.files.iter().any(is_wrong) {
            self.read_workspaces_again();
        }
        for path in paths {
            self.read_again(path);
        }
    }

    fn read_again(&mut self, path: &Path) {
        let inside = self.is_inside(path);
        let known = self.numbers.contains_key(path);
        if self.is_open(path) || !Self::is_declaration(path) || !known && !inside {
            return;
        }
        let found = DeclarationFile { name: discover::name(path), path: path.to_owned() };
        match Reading::of_file(&found, Reason::Live, &self.areas.rules(path).options) {
            Ok(reading) if inside => {
                self.put(path, reading);
            }
            _ => self.forget(path),
        }
    }

    fn put(&mut self, path: &Path, reading: Reading) -> FileId {
        let next = FileId(source::saturate(self.files.len()));
        let id = *self.numbers.entry(path.to_owned()).or_insert(next);
        if let Some(known) = self.files.get_mut(id.index()) {
            known.hold(reading);
            return id;
        }
        let held = Held::new(path.to_owned(), (reading, self.areas.rules(path)), id);
        let name = |id: &FileId| self.files[id.index()].source.name();
        let index = self.order.partition_point(|other| name(other) < held.source.name());
        self.order.insert(index, id);
        self.files.push(held);
        self.compared.push(Vec::new());
        self.problems.push(Vec::new());
        id
    }

    fn forget(&mut self, path: &Path) {
        if let Some(id) = self.numbers.get(path) {
            self.files[id.index()].forget();
        }
    }

    /// The number of a file.
    #[must_use]
    pub fn number(&self, path: &Path) -> Option<FileId> {
        self.numbers.get(path).copied()
    }

    /// Whether a file is one of declarations, and not one whose settings they follow.
    #[must_use]
    pub fn has_letters(&self, file: FileId) -> bool {
        matches!(self.files[file.index()].kind, Kind::Letters)
    }

    /// A file's text.
    #[must_use]
    pub fn source(&self, file: FileId) -> &SourceFile {
        &self.files[file.index()].source
    }

    /// Where a file is.
    #[must_use]
    pub fn path(&self, file: FileId) -> &Path {
        &self.files[file.index()].path
    }

    /// Every file that was ever there, by its number.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        (0..source::saturate(self.files.len())).map(FileId)
    }

    /// The letters of a file, in the order of its lines. Those of a text that is no YAML are as
    /// they were before.
    pub fn letters_of(&self, file: FileId) -> impl Iterator<Item = LetterView<'_>> {
        self.files[file.index()].letters().map(|known| LetterView::of(&known.declared))
    }

    /// The letters that say everything but a picture, and where their names are.
    #[must_use]
    pub fn whole_letters(&self) -> Vec<(Letter<()>, FileId, Span)> {
        let whole = |letter: &Declared| Some((letter.terms()?, letter.file, letter.name()?.span));
        self.files.iter().flat_map(Held::letters).filter_map(|known| whole(&known.declared)).collect()
    }

    /// The letters, in the order of files and lines.
    pub fn letters(&self) -> impl Iterator<Item = LetterView<'_>> {
        self.files.iter().flat_map(Held::letters).map(|known| LetterView::of(&known.declared))
    }
}
