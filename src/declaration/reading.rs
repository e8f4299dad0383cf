//! One file of declarations, read as far as it can be judged by itself.

use super::{
    Diagnostic, FileId, LoadOptions, SourceFile,
    collector::Collector,
    discover::{self, DeclarationFile},
    document::Declared,
    letter::Reader,
    lint::value::Calendar,
    source, yaml,
};

/// What one file says, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) source: SourceFile,
    pub(super) letters: Vec<Declared>,
    /// The problems that show without any other file.
    pub(super) problems: Collector,
}

impl Reading {
    /// Reads a file, or says why it can't be read.
    pub(super) fn of_file(found: &DeclarationFile, options: &LoadOptions) -> Result<Self, Box<Diagnostic>> {
        discover::read(found).map(|bytes| Self::of_bytes(&found.name, bytes, options))
    }

    /// Reads the bytes of a file. Until it is [`Self::numbered`], it is the first of all files.
    pub(super) fn of_bytes(name: &str, bytes: Vec<u8>, options: &LoadOptions) -> Self {
        let mut problems = Collector::new(options.lints.clone());
        let (source, problem) = source::decode(FIRST, name, bytes);
        let letters = match problem {
            Some(problem) => {
                problems.push(problem);
                Vec::new()
            }
            None => letters(&source, &mut problems, options),
        };
        Self { source, letters, problems }
    }

    /// A file that says nothing, and about which there is nothing to say.
    pub(super) fn of_nothing(name: &str, options: &LoadOptions) -> Self {
        let problems = Collector::new(options.lints.clone());
        Self { source: SourceFile::new(name, ""), letters: Vec::new(), problems }
    }

    /// The same as the file of another number.
    pub(super) fn numbered(mut self, id: FileId) -> Self {
        if id != FIRST {
            self.problems.renumber(|_| id);
            self.letters.iter_mut().for_each(|letter| letter.file = id);
        }
        self
    }
}

const FIRST: FileId = FileId(0);

fn letters(source: &SourceFile, problems: &mut Collector, options: &LoadOptions) -> Vec<Declared> {
    let mut letters = Vec::new();
    let mut collector = problems.for_file(FIRST);
    let Some(documents) = yaml::parse(source, &mut collector, yaml::Limits::USUAL) else { return letters };
    let calendar = Calendar { today: options.today, expiring_days: options.expiring_days };
    let mut reader = Reader { source, collector, calendar };
    if documents.is_empty() {
        reader.empty();
    }
    for document in documents {
        reader.document(document, &mut letters);
    }
    letters
}
