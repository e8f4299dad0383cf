//! `letterform proofread`

use clap::ValueEnum;

use super::{
    Exit, block_on,
    checkout::CommentArgs,
    clock,
    declarations::{DeclarationArgs, Declarations},
    files,
    ocr::{EngineArgs, until_stopped},
    workspace::WorkspaceArgs,
};
use crate::{
    declaration::{Diagnostic, Loaded, Severity},
    letter::Picture,
    ocr,
    proofread::Proof,
    render::{markdown, text},
    run::InvalidDeclarations,
};

/// Arguments of `proofread`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    comment: CommentArgs,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    declarations: DeclarationArgs,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

/// The formats of a proof.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// For programs
    Json,
    /// For a comment on a pull request
    Markdown,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let selection = args.workspace.select(&args.declarations.paths)?;
    let declarations = selection.declarations(&args.declarations, &clock()?).into_good();
    let all: Vec<Loaded> = declarations.iter().map(Declarations::load).collect();
    if all.iter().flat_map(|loaded| &loaded.diagnostics).any(blocks) {
        let all = all.into_iter().reduce(Loaded::and).unwrap_or_default();
        return Err(InvalidDeclarations::new(all).into());
    }
    let proof = block_on(async {
        let reader = args.engine.reader().await?;
        let (mut letters, mut without_scan) = (Vec::new(), 0);
        for loaded in &all {
            let proofs = until_stopped(reader.proofread(&loaded.letters, &loaded.roots)).await?;
            letters.extend(ocr::with_problems(proofs, loaded));
            let is_uploaded = |picture: &Picture| matches!(picture, Picture::FileKey(_));
            without_scan += loaded.letters.iter().filter(|desired| is_uploaded(&desired.letter.picture)).count();
        }
        Ok(Proof { engine: reader.identity().to_owned(), letters, without_scan })
    })?;
    match args.format {
        Format::Text => files::print_styled(&text::proof(&proof))?,
        Format::Json => files::print_json(&proof.to_document())?,
        Format::Markdown => files::print_styled(&markdown::proof(&proof, &args.comment.options()))?,
    }
    Ok(exit(&proof))
}

/// Whether a problem keeps the declarations from being compared with their papers. One of a scan is
/// told with its letter.
fn blocks(diagnostic: &Diagnostic) -> bool {
    let code = diagnostic.code;
    diagnostic.severity == Severity::Error && !code.is_about_a_scan() && !code.rule().new_letters_only
}

fn exit(proof: &Proof) -> Exit {
    let summary = proof.summary();
    if summary.differs + summary.not_found > 0 {
        Exit::Differs
    } else if summary.problems > 0 {
        Exit::Failed
    } else {
        Exit::Done
    }
}
