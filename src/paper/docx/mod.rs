//! A Word document as a template.
//!
//! The archive is read into memory and never unpacked into a folder. Parts without text go along as
//! they are.

mod markup;
mod tags;

use std::io::{Cursor, Read as _, Write as _};

use minijinja::Value;
use zip::{ZipArchive, ZipWriter, result::ZipError};

use self::markup::Markup;
use super::{Escape, MAX_TEMPLATE, Part, Source, TemplateError, TemplateProblem};

/// A document whose parts with text are templates.
#[derive(Debug)]
pub(super) struct Document {
    archive: Vec<u8>,
    /// The parts with text, by their names in the archive.
    parts: Vec<(String, Part)>,
}

impl Document {
    /// The document and the mistakes in its placeholders. Its text may unpack to `max_text` bytes.
    pub(super) fn read(bytes: &[u8], max_text: u64) -> Result<(Self, Vec<TemplateProblem>), TemplateError> {
        let mut archive = open(bytes)?;
        let mut budget = max_text;
        let mut parts = Vec::new();
        let mut problems = Vec::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).map_err(|error| broken(&error))?;
            let name = file.name().map_err(|error| broken(&error))?.into_owned();
            let Some(place) = part_in_words(&name) else { continue };
            let mut text = String::new();
            let read = file.by_ref().take(budget + 1).read_to_string(&mut text);
            read.map_err(|error| TemplateError::NotDocx(format!("{name} can't be read ({error})")))?;
            budget = budget.checked_sub(text.len() as u64).ok_or(TemplateError::TextTooLarge)?;
            let markup = Markup::read(&text).map_err(|error| TemplateError::NotDocx(format!("{name}: {error}")))?;
            let (pieces, wrong) = tags::pieces(&markup, &place);
            let (part, more) = Part::new(Source::pieces(pieces, wrong), Escape::Word);
            problems.extend(more);
            parts.push((name, part));
        }
        if !parts.iter().any(|(name, _)| name == "word/document.xml") {
            return Err(TemplateError::NotDocx("it has no word/document.xml".to_owned()));
        }
        Ok((Self { archive: bytes.to_vec(), parts }, problems))
    }

    /// The parts with text.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().map(|(_, part)| part)
    }

    /// The document with the values in it. Its other parts, and the times of all, are those of the
    /// template.
    pub(super) fn fill(&self, values: &Value) -> Result<Vec<u8>, TemplateProblem> {
        let mut archive = open(&self.archive).expect("the archive was read before");
        let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(self.archive.len())));
        for index in 0..archive.len() {
            let file = archive.by_index_raw(index).expect("the entry was read before");
            let name = file.name().expect("the name was read before").into_owned();
            let Some((_, part)) = self.parts.iter().find(|(of, _)| *of == name) else {
                out.raw_copy_file(file).expect("memory takes what is written");
                continue;
            };
            let options = file.options();
            drop(file);
            let text = part.fill(values)?;
            out.start_file(name, options).expect("memory takes what is written");
            out.write_all(text.as_bytes()).expect("memory takes what is written");
        }
        Ok(out.finish().expect("memory takes what is written").into_inner())
    }
}

fn open(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, TemplateError> {
    debug_assert!(bytes.len() <= MAX_TEMPLATE);
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        let what = "it is an old .doc file, or locked with a password; save it as .docx without one";
        return Err(TemplateError::NotDocx(what.to_owned()));
    }
    ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))
}

fn broken(error: &ZipError) -> TemplateError {
    TemplateError::NotDocx(error.to_string())
}

/// What the part with this name is for a person, if it has text.
fn part_in_words(name: &str) -> Option<String> {
    let stem = name.strip_prefix("word/")?.strip_suffix(".xml")?;
    match stem.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "document" => Some("the document".to_owned()),
        "header" => Some("a header".to_owned()),
        "footer" => Some("a footer".to_owned()),
        "footnotes" => Some("the footnotes".to_owned()),
        "endnotes" => Some("the endnotes".to_owned()),
        _ => None,
    }
}
