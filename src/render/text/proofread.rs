//! What papers say, as text for a terminal.

use std::fmt::Write;

use super::{FIELD_WIDTH, INDENT, counted, field, headline};
use crate::{
    escape::{visible, width},
    letter::Field,
    proofread::{FieldProof, LetterProof, Paper, Pieces, Proof, ProofSummary, Verdict, marked},
    render::style::{self, paint},
};

/// What papers say.
pub fn proof(proof: &Proof) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} {}\n", paint(style::STRONG, "Scans read by"), visible(&proof.engine));
    for letter in &proof.letters {
        of_letter(&mut out, letter);
    }
    let summary = proof.summary();
    let _ = writeln!(out, "{} {}.", paint(style::STRONG, "Proofread:"), counts(summary));
    if summary.differs + summary.not_found + summary.undeclared > 0 {
        out.push_str("Compare these fields with the scans: engines misread single characters. A registered letter can't be changed.\n");
    }
    out
}

fn counts(summary: ProofSummary) -> String {
    counted(&[
        (summary.found, if summary.found == 1 { "field found" } else { "fields found" }, style::CREATE),
        (summary.differs, if summary.differs == 1 { "differs" } else { "differ" }, style::WARNING),
        (summary.not_found, "not found", style::ERROR),
        (summary.undeclared, "undeclared", style::WARNING),
        (
            summary.problems,
            if summary.problems == 1 { "scan can't be read" } else { "scans can't be read" },
            style::ERROR,
        ),
        (summary.without_scan, "without a scan", style::DIM),
    ])
}

fn of_letter(out: &mut String, letter: &LetterProof) {
    let scan = letter.scan.as_ref().map(|scan| visible(scan).into_owned()).unwrap_or_default();
    let (sign, style) = match &letter.outcome {
        Ok(_) if letter.is_good() => ('+', style::CREATE),
        Ok(paper) if paper.fields.iter().all(|field| field.verdict != Verdict::NotFound) => ('~', style::WARNING),
        _ => ('x', style::ERROR),
    };
    headline(out, sign, style, &letter.name, Some(&letter.source), &scan);
    match &letter.outcome {
        Err(problem) => {
            let _ = writeln!(out, "{INDENT}{}", visible(problem));
        }
        Ok(paper) if letter.is_good() => {
            let _ = writeln!(out, "{INDENT}all {} fields found", paper.fields.len());
        }
        Ok(paper) => of_paper(out, paper),
    }
    out.push('\n');
}

fn of_paper(out: &mut String, paper: &Paper) {
    for proof in &paper.fields {
        let value =
            if proof.field == Field::Signatures { format!("{} ", visible(&proof.declared)) } else { String::new() };
        let verdict = match proof.verdict {
            Verdict::Found => paint(style::CREATE, "found"),
            Verdict::Differs => paint(style::WARNING, "differs"),
            Verdict::NotFound => paint(style::ERROR, "not found"),
        };
        field(out, proof.field.as_str(), format!("{value}{verdict}{}", paint(style::DIM, &place(proof))).trim_end());
        match (&proof.read, proof.verdict) {
            (Some(read), _) => side_by_side(out, &proof.declared, read),
            (None, Verdict::NotFound) if proof.field != Field::Signatures => {
                let _ =
                    writeln!(out, "{}declared  {}", " ".repeat(INDENT.len() + FIELD_WIDTH), visible(&proof.declared));
            }
            _ => {}
        }
    }
    for name in &paper.undeclared {
        field(out, "not declared", &format!("{} {}", visible(name), paint(style::WARNING, "is listed on the paper")));
    }
}

/// Where something was read, and how sure the engine is.
fn place(proof: &FieldProof) -> String {
    let line = proof.place.map(|place| format!("line {}", place.line));
    let confidence = proof.confidence.map(|confidence| format!("{:.0} %", confidence * 100.0));
    let parts: Vec<String> = line.into_iter().chain(confidence).collect();
    if parts.is_empty() { String::new() } else { format!("  {}", parts.join(", ")) }
}

/// Both texts, with marks under the characters that differ.
fn side_by_side(out: &mut String, declared: &str, read: &str) {
    let (of_declared, of_read) = marked(declared, read);
    for (label, pieces) in [("declared  ", of_declared), ("read      ", of_read)] {
        let indent = " ".repeat(INDENT.len() + FIELD_WIDTH);
        let text: String = pieces.iter().map(|(_, text)| visible(text)).collect();
        let _ = writeln!(out, "{indent}{label}{text}");
        if pieces.iter().any(|(marked, _)| *marked) {
            let _ = writeln!(out, "{indent}{}{}", " ".repeat(label.len()), paint(style::WARNING, &marks(&pieces)));
        }
    }
}

/// Marks that stand under the pieces that differ, whatever the widths of the characters.
fn marks(pieces: &Pieces) -> String {
    let mark = |(marked, text): &(bool, String)| if *marked { "^" } else { " " }.repeat(width(&visible(text)));
    pieces.iter().map(mark).collect::<String>().trim_end().to_owned()
}
