//! What papers say, as a comment.

use super::{CommentOptions, folded, inline, page::Page, place, section, strong};
use crate::{
    letter::Field,
    proofread::{FieldProof, LetterProof, Pieces, Proof, Verdict, marked},
};

/// The mark by which a later run finds its comment, which is not that of a plan.
const MARKER: &str = "<!-- letterform proofread -->";

/// What papers say.
pub fn proof(proof: &Proof, options: &CommentOptions) -> String {
    let summary = proof.summary();
    let title = format!(
        "{} found, {} differ, {} not found, {} undeclared, {} unreadable",
        summary.found, summary.differs, summary.not_found, summary.undeclared, summary.problems
    );
    let mut page = Page::new(format!("{MARKER}\n## letterform proofread: {title}\n\n"), options);
    page.text(format!("Scans read by {}.\n\n", inline(&proof.engine)));
    let letter = |letter: &LetterProof| {
        format!("{}<br><sub>{}</sub>", strong(&letter.name), place(&options.checkout, &letter.source))
    };
    let problems = proof.letters.iter().filter_map(|of| {
        let problem = of.outcome.as_ref().err()?;
        Some(format!("| {} | {} |\n", letter(of), inline(problem)))
    });
    section(&mut page, "Scans that can't be read", "| letter | problem |\n|---|---|\n", problems.collect());
    let rows = proof.letters.iter().flat_map(|of| {
        let fields = of.outcome.iter().flat_map(|paper| &paper.fields);
        let fields = fields.filter(|field| field.verdict != Verdict::Found).map(of_field);
        let undeclared = of.outcome.iter().flat_map(|paper| &paper.undeclared);
        let undeclared = undeclared.map(|name| format!("{} | not declared | {}", Field::Signatures, inline(name)));
        fields.chain(undeclared).map(|row| format!("| {} | {row} |\n", letter(of))).collect::<Vec<_>>()
    });
    let head = "| letter | field | declared | read |\n|---|---|---|---|\n";
    section(&mut page, "Fields to compare with the scan", head, rows.collect());
    let good = proof.letters.iter().filter(|letter| letter.is_good());
    let good = good.map(|letter| format!("- {}\n", inline(&letter.name)));
    folded(&mut page, "Papers that say what is declared", "", good.collect());
    page.finish()
}

fn of_field(proof: &FieldProof) -> String {
    let (declared, read) = match &proof.read {
        Some(read) => marked(&proof.declared, read),
        None => (vec![(false, proof.declared.clone())], Pieces::new()),
    };
    let confidence = proof.confidence.map(|confidence| format!(" ({:.0} %)", confidence * 100.0)).unwrap_or_default();
    let read = if read.is_empty() { "not found".to_owned() } else { shown(&read) + &confidence };
    format!("{} | {} | {read}", proof.field, shown(&declared))
}

/// A text whose marked characters stand out.
fn shown(pieces: &Pieces) -> String {
    let piece = |(marked, text): &(bool, String)| if *marked { strong(text) } else { inline(text) };
    pieces.iter().map(piece).collect()
}
