//! Declarations that change while they are looked at: an editor's texts over the files of its folders.
//!
//! Only a text that changed is read again. The rules that compare letters run again for all of them. A picture is decoded
//! once for each content.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use super::{
    Diagnostic, FileId, LoadOptions, ScanRoots, SourceFile, Span, allow,
    collector::Collector,
    discover::{self, DeclarationFile},
    document::Declared,
    letter::{Located, PictureSource},
    lint::across,
    parallel,
    pictures::{self, Outcome},
    reading::Reading,
    scan::{self, Budget},
    source,
};
use crate::letter::{Letter, SignatureName, Validity};

/// The declarations of some folders and of single files, as an editor has them.
#[derive(Debug)]
pub struct LiveDeclarations {
    options: LoadOptions,
    folders: Vec<PathBuf>,
    /// By their numbers; a file that is gone says nothing.
    files: Vec<Held>,
    numbers: HashMap<PathBuf, FileId>,
    pictures: HashMap<PathBuf, (Stamp, Arc<Outcome>)>,
    wanted: HashSet<PathBuf>,
    /// Where the scans are that were found, until something changes on the disk.
    found: HashMap<(FileId, String), PathBuf>,
}

#[derive(Debug)]
struct Held {
    path: PathBuf,
    reading: Reading,
    /// Its text is the editor's, whatever is on the disk.
    open: bool,
}

/// What tells one content of a file from another without reading it.
type Stamp = Option<(u64, SystemTime)>;

/// Pictures that were decoded, to be given back to [`LiveDeclarations::know`].
#[derive(Debug)]
pub struct DecodedPictures(Vec<(PathBuf, Stamp, Arc<Outcome>)>);

/// A value of a letter and where it stands.
pub type Placed<'a> = (&'a str, Span);

/// A letter as far as it can be read.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields of a letter")]
pub struct LetterView<'a> {
    pub file: FileId,
    /// The line of its first field.
    pub line: u32,
    pub name: Option<Placed<'a>>,
    pub authorizer: Option<Placed<'a>>,
    pub authorized_party: Option<Placed<'a>>,
    pub organization_code: Option<Placed<'a>>,
    pub validity: Option<(Validity, Span)>,
    pub signatures: Vec<Placed<'a>>,
    /// The path of its scan, as declared.
    pub scan: Option<Placed<'a>>,
}

impl LiveDeclarations {
    /// No declarations yet.
    #[must_use]
    pub fn new(options: LoadOptions) -> Self {
        Self {
            options,
            folders: Vec::new(),
            files: Vec::new(),
            numbers: HashMap::new(),
            pictures: HashMap::new(),
            wanted: HashSet::new(),
            found: HashMap::new(),
        }
    }

    /// Whether a file in a folder is one of declarations, by its name.
    #[must_use]
    pub fn is_declaration(path: &Path) -> bool {
        path.file_name().is_some_and(|name| discover::is_declaration(&name.to_string_lossy()))
    }

    /// Reads everything again, as on another day.
    pub fn on_day(&mut self, today: jiff::civil::Date) {
        if self.options.today == today {
            return;
        }
        self.options.today = today;
        let options = &self.options;
        for (held, number) in self.files.iter_mut().zip(0..) {
            let text = held.reading.source.text().as_bytes().to_vec();
            held.reading = Reading::of_bytes(held.reading.source.name(), text, options).numbered(FileId(number));
        }
    }

    /// Adds a folder and the declarations in it.
    pub fn add_folder(&mut self, folder: &Path) {
        self.found.clear();
        self.folders.push(folder.to_owned());
        let (found, _) = discover::discover(&[folder.to_owned()]);
        let options = self.options.clone();
        let read = |index: usize| Reading::of_file(&found[index], &options);
        let mut paths = found.iter().map(|found| found.path.clone());
        let mut readings = Vec::with_capacity(found.len());
        parallel::in_order(found.len(), read, (|_: &_| 0, 0), |read| readings.push((paths.next(), read)));
        for (path, read) in readings {
            if let (Some(path), Ok(reading)) = (path, read)
                && !self.numbers.get(&path).is_some_and(|id| self.files[id.index()].open)
            {
                self.put(path, reading, false);
            }
        }
    }

    /// Forgets a folder and the declarations in it that no other folder has.
    pub fn remove_folder(&mut self, folder: &Path) {
        self.found.clear();
        self.folders.retain(|known| known != folder);
        let stays = |path: &Path| self.folders.iter().any(|folder| path.starts_with(folder));
        let gone: Vec<PathBuf> = self.numbers.keys().filter(|path| !stays(path)).cloned().collect();
        for path in gone {
            if !self.files[self.numbers[&path].index()].open {
                self.forget(&path);
            }
        }
    }

    /// Takes the text of a file as an editor has it.
    pub fn open(&mut self, path: &Path, text: &str) {
        let reading = Reading::of_bytes(&discover::name(path), text.as_bytes().to_vec(), &self.options);
        self.put(path.to_owned(), reading, true);
    }

    /// Takes the file as it is on the disk again.
    pub fn close(&mut self, path: &Path) {
        if let Some(id) = self.numbers.get(path) {
            self.files[id.index()].open = false;
        }
        self.changed_on_disk(path);
    }

    /// Looks again at a file that changed on the disk, and at the pictures whose content is another now.
    pub fn changed_on_disk(&mut self, path: &Path) {
        self.found.clear();
        self.pictures.retain(|picture, (stamp, _)| *stamp == stamp_of(picture));
        self.read_again(path);
    }

    fn read_again(&mut self, path: &Path) {
        let known = self.numbers.get(path).map(|id| self.files[id.index()].open);
        let inside = || self.folders.iter().any(|folder| path.starts_with(folder));
        if known == Some(true) || !Self::is_declaration(path) || known.is_none() && !inside() {
            return;
        }
        let found = DeclarationFile { name: discover::name(path), path: path.to_owned() };
        match Reading::of_file(&found, &self.options) {
            Ok(reading) if inside() => self.put(path.to_owned(), reading, false),
            _ => self.forget(path),
        }
    }

    fn put(&mut self, path: PathBuf, reading: Reading, open: bool) {
        let next = FileId(source::saturate(self.files.len()));
        let id = *self.numbers.entry(path.clone()).or_insert(next);
        let held = Held { path, reading: reading.numbered(id), open };
        match self.files.get_mut(id.index()) {
            Some(known) => *known = held,
            None => self.files.push(held),
        }
    }

    fn forget(&mut self, path: &Path) {
        if let Some(id) = self.numbers.get(path) {
            let held = &mut self.files[id.index()];
            held.reading = Reading::of_nothing(held.reading.source.name(), &self.options).numbered(*id);
        }
    }

    /// The number of a file.
    #[must_use]
    pub fn number(&self, path: &Path) -> Option<FileId> {
        self.numbers.get(path).copied()
    }

    /// A file's text.
    #[must_use]
    pub fn source(&self, file: FileId) -> &SourceFile {
        &self.files[file.index()].reading.source
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

    /// The problems, by all rules. A picture that was not decoded yet has none; see [`Self::wanted_pictures`].
    pub fn problems(&mut self) -> Vec<Diagnostic> {
        let mut collector = Collector::new(self.options.lints.clone());
        for held in &self.files {
            collector.absorb(held.reading.problems.clone());
        }
        let letters: Vec<&Declared> = self.files.iter().flat_map(|held| &held.reading.letters).collect();
        let paths: Vec<&Path> = self.files.iter().map(|held| held.path.as_path()).collect();
        let sources: Vec<&SourceFile> = self.files.iter().map(|held| &held.reading.source).collect();
        let (known, wanted, found) = (&self.pictures, &mut self.wanted, &mut self.found);
        let decode = |files: &[PathBuf]| {
            let look_up = |file: &PathBuf| {
                let outcome = known.get(file).map(|(_, outcome)| Arc::clone(outcome));
                if outcome.is_none() {
                    wanted.insert(file.clone());
                }
                outcome
            };
            files.iter().map(look_up).collect()
        };
        let open = self.files.iter().filter(|held| held.open).map(|held| held.path.clone());
        let roots = ScanRoots::of(&self.folders.iter().cloned().chain(open).collect::<Vec<_>>());
        let real = |letter: &Declared, scan: &str| {
            let declared = (letter.file, scan.to_owned());
            if let Some(real) = found.get(&declared) {
                return Ok(real.clone());
            }
            let real = scan::resolve(paths[letter.file.index()], scan, &roots)?;
            found.insert(declared, real.clone());
            Ok(real)
        };
        let pictures = pictures::resolve(&mut collector, &letters, (&sources, &paths), &roots, (real, decode));
        let pictured: Vec<_> = letters.iter().copied().zip(pictures.iter().map(Option::as_ref)).collect();
        across::letters(&mut collector, &pictured);
        allow::apply(&mut collector, sources.iter().copied());
        collector.finish()
    }

    /// The pictures that the problems depend on and that nobody has decoded yet, each named once.
    pub fn wanted_pictures(&mut self) -> Vec<PathBuf> {
        let mut wanted: Vec<PathBuf> = self.wanted.drain().collect();
        wanted.sort();
        wanted
    }

    /// Takes over what became of pictures.
    pub fn know(&mut self, pictures: DecodedPictures) {
        self.pictures.extend(pictures.0.into_iter().map(|(path, stamp, outcome)| (path, (stamp, outcome))));
    }

    /// The letters of a file, in the order of its lines.
    pub fn letters_of(&self, file: FileId) -> impl Iterator<Item = LetterView<'_>> {
        self.files[file.index()].reading.letters.iter().map(view)
    }

    /// The letters that say everything but a picture, and where their names are.
    #[must_use]
    pub fn whole_letters(&self) -> Vec<(Letter<()>, FileId, Span)> {
        let whole = |letter: &Declared| Some((letter.terms()?, letter.file, letter.name.as_ref()?.span));
        self.files.iter().flat_map(|held| &held.reading.letters).filter_map(whole).collect()
    }

    /// The letters, in the order of files and lines.
    pub fn letters(&self) -> impl Iterator<Item = LetterView<'_>> {
        self.files.iter().flat_map(|held| &held.reading.letters).map(view)
    }
}

/// Decodes pictures, on all cores. This takes a while, so that it belongs on a thread of its own.
#[must_use]
pub fn decode_pictures(files: Vec<PathBuf>) -> DecodedPictures {
    let stamps: Vec<Stamp> = files.iter().map(|file| stamp_of(file)).collect();
    let outcomes = pictures::read_all(&files, &mut Budget::default());
    DecodedPictures(files.into_iter().zip(stamps).zip(outcomes).map(|((file, stamp), o)| (file, stamp, o)).collect())
}

fn stamp_of(file: &Path) -> Stamp {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

fn view(letter: &Declared) -> LetterView<'_> {
    fn placed<'a, T>(located: &'a Located<T>, text: impl FnOnce(&'a T) -> &'a str) -> Placed<'a> {
        (text(&located.value), located.span)
    }
    let content = letter.content.as_deref();
    let signatures = content.map(|content| &content.signatures.value);
    LetterView {
        file: letter.file,
        line: letter.line,
        name: letter.name.as_ref().map(|name| placed(name, |name| name.as_str())),
        authorizer: content.map(|content| placed(&content.authorizer, |party| party.as_str())),
        authorized_party: content.map(|content| placed(&content.authorized_party, |party| party.as_str())),
        organization_code: content.map(|content| placed(&content.organization_code, |code| code.as_str())),
        validity: content.map(|content| (content.validity.value, content.validity.span)),
        signatures: signatures.map_or_else(Vec::new, |signatures| {
            signatures.names.iter().map(SignatureName::as_str).zip(signatures.spans.iter().copied()).collect()
        }),
        scan: letter.picture.as_ref().and_then(|picture| match &picture.value {
            PictureSource::Scan(path) => Some((&**path, picture.span)),
            PictureSource::FileKey(_) => None,
        }),
    }
}
