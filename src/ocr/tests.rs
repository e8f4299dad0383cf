//! Engines that do not behave: each is a script of a shell.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use std::{os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use super::{Engine as _, EngineError, Grey, OcrCommand, process::ProcessError};
use crate::{
    declaration::ScanFile,
    letter::{PictureFormat, ScanDigest},
};

/// A page of one white pixel.
fn page() -> Grey {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[255]).unwrap();
    Grey::of(&ScanFile { digest: ScanDigest::of(&bytes), format: PictureFormat::Png, bytes }).unwrap()
}

#[allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
fn script(folder: &Path, text: &str) -> String {
    let path = folder.join("engine.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

async fn read(text: &str, arguments: &str, time: Duration) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    let engine = OcrCommand::find(&format!("{} {arguments}", script(folder.path(), text)), time).unwrap();
    let readings = engine.read(&page()).await?;
    Ok(readings
        .iter()
        .flat_map(|reading| &reading.lines)
        .flat_map(|line| &line.words)
        .map(|word| word.text.clone())
        .collect())
}

const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn an_engine_gets_the_picture_last_or_where_it_is_wanted() {
    assert_eq!(read("head -c 8 \"$1\" | od -An -c | tr -d ' '", "", LONG).await.unwrap(), ["211PNG\\r\\n032\\n"]);
    assert_eq!(read("echo \"$#\" \"$1\" \"$3\"; test -f \"$2\"", "--in {} 'a b'", LONG).await.unwrap(), ["3 --in a b"]);
}

#[tokio::test]
async fn an_engine_that_hangs_is_ended_with_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    // A reader of the pipe sees its end when the last writer is gone: the child of the engine among
    // them.
    let reader = tokio::process::Command::new("cat").arg(&pipe).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let text = format!("(exec 3> '{}'; echo begun >&3; exec sleep 1000) & wait", pipe.display());
    let problem = read(&text, "", Duration::from_millis(300)).await.unwrap_err();
    assert!(problem.contains("took longer than 0.3 seconds"), "{problem}");
    let ended = tokio::time::timeout(Duration::from_secs(60), reader.wait_with_output()).await;
    assert!(ended.is_ok(), "the child of the engine lives on");
}

#[tokio::test]
async fn an_engine_that_prints_on_and_on_is_ended() {
    let problem = read("exec yes 菜鸟", "", LONG).await.unwrap_err();
    assert!(problem.contains("printed more than 4 MiB"), "{problem}");
    let words = read("yes noise | head -c 3000000 >&2; echo 菜鸟", "", LONG).await.unwrap();
    assert_eq!(words, ["菜鸟"], "messages are read and dropped");
}

#[tokio::test]
async fn an_engine_that_dies_is_told_of_with_its_first_message() {
    let problem = read("echo >&2; echo 'no model' >&2; echo more >&2; exit 3", "", LONG).await.unwrap_err();
    assert!(problem.contains("exit status: 3: no model") && !problem.contains("more"), "{problem}");
    let killed = read("kill -9 $$", "", LONG).await.unwrap_err();
    assert!(killed.contains("signal: 9"), "{killed}");
}

#[tokio::test]
async fn what_is_no_text_is_read_as_far_as_it_goes() {
    let words = read("printf '\\377\\376菜鸟\\000\\033[31m'", "", LONG).await.unwrap();
    assert!(words[0].contains("菜鸟"), "{words:?}");
}

#[test]
fn a_command_that_is_none_is_told_of_before_any_scan() {
    let find = |line| OcrCommand::find(line, LONG).unwrap_err();
    assert!(matches!(find("'unclosed"), EngineError::Command(..)));
    assert!(matches!(find("  "), EngineError::Command(..)));
    assert!(matches!(find("no-such-engine-anywhere {}"), EngineError::Missing { .. }));
    assert!(matches!(find("/no/such/engine"), EngineError::Missing { .. }));
    assert_eq!(ProcessError::Loud.to_string(), "it printed more than 4 MiB");
}
