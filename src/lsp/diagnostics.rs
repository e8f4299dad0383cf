//! Problems as the protocol has them.

use std::str::FromStr as _;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString,
    Range, Uri,
};

use super::{documents::Documents, position};
use crate::declaration::{self, Code, FileId, Severity};

/// The most problems of a file that an editor is told of: more slow it down, and nobody reads them.
const MOST: usize = 1_000;

/// The problems of a file; of too many, errors before warnings.
pub(super) fn of_file(documents: &Documents, file: FileId) -> Vec<Diagnostic> {
    let problems = documents.live.problems(file);
    let left_out = problems.len().saturating_sub(MOST);
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let mut room = [errors.min(MOST), MOST - errors.min(MOST)];
    let told = problems.iter().filter(|problem| {
        let room = &mut room[usize::from(problem.severity == Severity::Warning)];
        let is_told = *room > 0;
        *room -= usize::from(is_told);
        is_told
    });
    let mut told: Vec<Diagnostic> = told.map(|problem| diagnostic(documents, problem)).collect();
    if left_out > 0 {
        let message = format!("{left_out} more problems of this file are not listed");
        let mut more = declaration::Diagnostic::new(Code::TooManyProblems, message).help("fix the others first");
        more.severity = if errors > MOST { Severity::Error } else { Severity::Warning };
        told.push(diagnostic(documents, &more));
    }
    told
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
