use std::{collections::HashSet, fmt, sync::Arc};

use crate::{
    declaration::{Loaded, Severity},
    escape::visible,
    letter::Finding,
    plan::RefusedCreates,
    wording::counted,
};

/// Declarations with errors, which can't be planned or applied.
#[derive(Debug)]
pub struct InvalidDeclarations {
    loaded: Box<Loaded>,
    /// The letters that can't be created, when that is what is wrong.
    refused: Option<RefusedCreates>,
}

impl InvalidDeclarations {
    /// What was loaded, good and bad.
    pub fn new(loaded: Loaded) -> Self {
        Self { loaded: Box::new(loaded), refused: None }
    }

    /// Letters that can't be created, with the rules that they break as errors, allowed ones too.
    pub(super) fn refused(mut loaded: Loaded, refused: RefusedCreates) -> Self {
        let mut places = HashSet::new();
        for letter in &refused.0 {
            let place = |fault: &Arc<Finding>| (&*letter.source.file, fault.line, fault.column, fault.rule);
            places.extend(letter.faults.iter().map(place));
        }
        let mut all = std::mem::take(&mut loaded.diagnostics);
        all.append(&mut loaded.allowed);
        all.retain(|diagnostic| {
            diagnostic.place.is_some_and(|place| {
                let (file, start) = (loaded.files[place.file.index()].name(), place.span.start);
                let (line, column) = (start.line as usize, start.column as usize);
                places.contains(&(file, line, column, diagnostic.code.as_str()))
            })
        });
        for diagnostic in &mut all {
            diagnostic.severity = Severity::Error;
        }
        all.sort_by_key(|diagnostic| diagnostic.place);
        loaded.diagnostics = all;
        Self { loaded: Box::new(loaded), refused: Some(refused) }
    }

    /// Whether letters that do not exist yet break rules for new letters, which shows only when
    /// they are compared.
    pub fn is_refusal(&self) -> bool {
        self.refused.is_some()
    }

    /// What was loaded, with every problem and its place.
    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// The same, to keep.
    pub fn into_loaded(self) -> Loaded {
        *self.loaded
    }
}

impl fmt::Display for InvalidDeclarations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = counted(self.loaded.count(Severity::Error), "error");
        let Some(RefusedCreates(refused)) = &self.refused else {
            return write!(f, "the declarations have {errors}; `letterform validate` shows them all");
        };
        let letters = match &refused[..] {
            [one] => format!("the letter {} does", visible(one.name.as_str())),
            many => format!("{} letters do", many.len()),
        };
        write!(f, "{errors}: {letters} not exist yet, and a new letter must follow these rules; nothing was created")
    }
}

impl std::error::Error for InvalidDeclarations {}
