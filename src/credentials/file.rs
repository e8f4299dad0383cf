//! Files with secrets, read within bounds: no pipe that never ends, no file that fills the memory.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{
    ProviderError,
    error::{absent, unusable},
};

/// The largest configuration file that is read, in bytes.
pub(super) const MAX_CONFIG: u64 = 16 << 20;
/// The largest token of an identity provider that is read, in bytes.
pub(super) const MAX_TOKEN: u64 = 256 << 10;

/// The text of a regular file of at most `limit` bytes.
pub(super) async fn read(path: &Path, limit: u64) -> Result<Zeroizing<String>, ProviderError> {
    let path: PathBuf = path.to_owned();
    tokio::task::spawn_blocking(move || read_blocking(&path, limit))
        .await
        .unwrap_or_else(|_| Err(unusable("can't be read")))
}

/// The same, without a runtime.
pub(super) fn read_blocking(path: &Path, limit: u64) -> Result<Zeroizing<String>, ProviderError> {
    let failed = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => absent("no such file"),
        _ => unusable(&format!("can't be read: {error}")),
    };
    // Opening a pipe waits for its other end.
    let kind = std::fs::metadata(path).map_err(|error| failed(&error))?;
    if !kind.is_file() {
        return Err(unusable("not a regular file"));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    let file = File::open(path).map_err(|error| failed(&error))?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > limit {
        return Err(unusable(&format!("larger than {} KiB", limit >> 10)));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(unusable("not valid UTF-8")),
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_a_regular_file_of_sensible_size() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        assert_eq!(read_blocking(&path, 4), Err(absent("no such file")));
        assert_eq!(read_blocking(folder.path(), 4), Err(unusable("not a regular file")));
        for (content, found) in [(&b"1234"[..], Ok("1234")), (b"12345", Err("larger than")), (b"\xff", Err("UTF-8"))] {
            std::fs::write(&path, content).expect("written");
            match (read_blocking(&path, 4), found) {
                (Ok(text), Ok(expected)) => assert_eq!(&**text, expected),
                (Err(problem), Err(part)) => assert!(problem.to_string().contains(part), "{problem}"),
                (other, _) => panic!("{other:?}"),
            }
        }
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        assert_eq!(read_blocking(&pipe, 4), Err(unusable("not a regular file")));
    }
}
