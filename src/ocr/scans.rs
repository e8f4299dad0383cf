//! The scans of letters, each read once, on all cores.

use std::{collections::HashMap, num::NonZero, thread};

use futures::{StreamExt as _, stream};

use super::{Cache, Engine, Grey};
use crate::{
    declaration::{Diagnostic, Loaded, ScanFile, ScanRoots, scan},
    letter::{DesiredLetter, Picture, Scan, ScanDigest},
    proofread::{LetterProof, Paper, Reading, compare},
};

/// A letter and its scan.
type WithScan<'l> = (&'l DesiredLetter, &'l Scan);

/// Proofreads the letters that have a scan, in their order. `told` hears how many were, each time.
///
/// Scans are as the declarations were loaded with, whole and of a format that is known. One that
/// was changed since is not read.
pub async fn proofread<'l>(
    letters: impl IntoIterator<Item = &'l DesiredLetter>,
    roots: &ScanRoots,
    engine: &impl Engine,
    cache: Option<&Cache>,
    told: impl Fn(usize),
) -> Vec<LetterProof> {
    let with_scan = letters.into_iter().filter_map(|letter| match &letter.letter.picture {
        Picture::Scan(scan) => Some((letter, scan)),
        Picture::FileKey(_) => None,
    });
    let letters: Vec<WithScan<'_>> = with_scan.collect();
    let mut by_scan: HashMap<ScanDigest, Vec<usize>> = HashMap::new();
    for (index, (_, scan)) in letters.iter().enumerate() {
        by_scan.entry(scan.digest).or_default().push(index);
    }
    let mut scans: Vec<Vec<usize>> = by_scan.into_values().collect();
    scans.sort_unstable();
    let read = stream::iter(&scans).map(async |of_scan| {
        let readings = readings(letters[of_scan[0]], roots, engine, cache).await;
        told(of_scan.len());
        let proof = |index: &usize| (*index, proof_of(letters[*index], readings.as_deref()));
        of_scan.iter().map(proof).collect::<Vec<_>>()
    });
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let mut proofs: Vec<(usize, LetterProof)> =
        read.buffer_unordered(cores).map(stream::iter).flatten().collect().await;
    proofs.sort_unstable_by_key(|(index, _)| *index);
    proofs.into_iter().map(|(_, proof)| proof).collect()
}

fn proof_of((desired, scan): WithScan<'_>, readings: Result<&[Reading], &String>) -> LetterProof {
    LetterProof {
        name: desired.letter.name.to_string(),
        source: desired.source.clone(),
        scan: Some(scan.path.clone()),
        outcome: readings.map_err(Clone::clone).and_then(|readings| compare(&desired.letter, readings)),
    }
}

/// What an engine reads on a scan, or has read on it.
async fn readings(
    (desired, scan): WithScan<'_>,
    roots: &ScanRoots,
    engine: &impl Engine,
    cache: Option<&Cache>,
) -> Result<Vec<Reading>, String> {
    if let Some(kept) = cache.and_then(|cache| cache.get(engine.identity(), scan.digest)) {
        return Ok(kept);
    }
    let (file, path, roots, digest) = (desired.source.file.clone(), scan.path.clone(), roots.clone(), scan.digest);
    let page = tokio::task::spawn_blocking(move || Grey::of(&unchanged(&file, &path, &roots, digest)?)).await;
    let page = page.map_err(|error| format!("the scan can't be decoded: {error}"))??;
    let readings = engine.read(&page).await?;
    if let Some(cache) = cache {
        cache.put(engine.identity(), scan.digest, &readings);
    }
    Ok(readings)
}

/// The scan with the bytes that were checked when it was declared.
fn unchanged(file: &str, path: &str, roots: &ScanRoots, digest: ScanDigest) -> Result<ScanFile, String> {
    let scan = scan::read(file, path, roots).map_err(|error| format!("{error}; {}", error.help()))?;
    if scan.digest == digest {
        Ok(scan)
    } else {
        Err("the scan was changed meanwhile; run the command again".to_owned())
    }
}

/// The proofs, with those letters among them whose scans can't be used at all.
pub fn with_problems(mut proofs: Vec<LetterProof>, loaded: &Loaded) -> Vec<LetterProof> {
    let of_scans: Vec<(&Diagnostic, &str, usize, String)> = loaded
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code.is_about_a_scan())
        .filter_map(|diagnostic| {
            let place = diagnostic.place?;
            let file = &loaded.files[place.file.index()];
            let line = file.line(place.span.start.line);
            let (from, to) = (place.span.start.column as usize - 1, place.span.end.column as usize - 1);
            let path: String = line.chars().skip(from).take(to.saturating_sub(from)).collect();
            let path = path.trim_matches(['"', '\'']).to_owned();
            Some((diagnostic, file.name(), place.span.start.line as usize, path))
        })
        .collect();
    proofs.extend(loaded.unpictured.iter().map(|(letter, source)| {
        let own = of_scans.iter().filter(|(_, file, line, _)| **file == *source.file && *line >= source.line);
        let own = own.min_by_key(|(_, _, line, _)| *line);
        let problem = own.map_or("the scan can't be used", |(diagnostic, ..)| diagnostic.message.as_str());
        LetterProof {
            name: letter.name.to_string(),
            source: source.clone(),
            scan: own.map(|(.., path)| path.clone()).filter(|path| !path.is_empty()),
            outcome: Err::<Paper, _>(problem.to_owned()),
        }
    }));
    proofs.sort_by(|a, b| a.source.cmp(&b.source));
    proofs
}
