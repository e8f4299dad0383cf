//! `letterform proofread`

use super::{
    Exit, block_on, clock,
    declarations::{DeclarationArgs, Declarations},
    ocr::{EngineArgs, until_stopped},
    output::OutputArgs,
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
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    declarations: DeclarationArgs,
    #[command(flatten)]
    workspace: WorkspaceArgs,
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
    args.output.print(|| text::proof(&proof), || proof.to_document(), |comment| markdown::proof(&proof, comment))?;
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
