//! A proof as warnings of a plan.

use super::{FieldProof, LetterProof, Verdict};
use crate::plan::{Warning, WarningCode};

impl LetterProof {
    /// What a reviewer of a plan should know of the letter's paper.
    pub fn warnings(&self) -> Vec<Warning> {
        let warning = |message: String| Warning::new(WarningCode::Paper, &*self.name, message);
        let paper = match &self.outcome {
            Ok(paper) => paper,
            Err(problem) => return vec![warning(format!("the scan can't be proofread: {problem}"))],
        };
        let fields = paper.fields.iter().filter_map(FieldProof::message);
        let undeclared = paper
            .undeclared
            .iter()
            .map(|name| format!("the paper lists the signature `{name}`, which is not declared"));
        fields.chain(undeclared).map(warning).collect()
    }
}

impl FieldProof {
    /// What is not on the paper as it is declared.
    fn message(&self) -> Option<String> {
        let Self { field, declared, .. } = self;
        match (self.verdict, &self.read) {
            (Verdict::Found, _) => None,
            (Verdict::Differs, Some(read)) => {
                Some(format!("{field}: `{declared}` is declared, and `{read}` was read on the paper"))
            }
            _ => Some(format!("{field}: `{declared}` was not found on the paper")),
        }
    }
}
