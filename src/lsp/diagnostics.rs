//! Problems as the protocol has them.

use std::{collections::BTreeMap, str::FromStr as _};

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString,
    Range, Uri,
};

use super::{documents::Documents, position};
use crate::declaration::{self, Code, FileId, Severity};

/// The problems of each file, every file included.
pub(super) fn by_file(
    documents: &Documents,
    problems: &[declaration::Diagnostic],
) -> BTreeMap<FileId, Vec<Diagnostic>> {
    let mut by_file: BTreeMap<FileId, Vec<Diagnostic>> = documents.live.files().map(|id| (id, Vec::new())).collect();
    for problem in problems {
        if let Some(place) = problem.place {
            by_file.entry(place.file).or_default().push(diagnostic(documents, problem));
        }
    }
    by_file
}

/// One problem; the help is a part of what is said.
pub(super) fn diagnostic(documents: &Documents, problem: &declaration::Diagnostic) -> Diagnostic {
    let range =
        problem.place.map_or(Range::default(), |place| position::range(documents.live.source(place.file), place.span));
    let message = match &problem.help {
        Some(help) => format!("{}\n{help}", problem.message),
        None => problem.message.clone(),
    };
    let related = problem.related.iter().filter_map(|related| {
        let location = documents.location(related.place.file, related.place.span)?;
        Some(DiagnosticRelatedInformation { location, message: related.label.to_string() })
    });
    let related: Vec<_> = related.collect();
    let page = problem.code.rule().url().and_then(|url| Uri::from_str(&url).ok());
    Diagnostic {
        range,
        severity: Some(match problem.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(problem.code.as_str().to_owned())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some("letterform".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: (problem.code == Code::AllowUnused).then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}
