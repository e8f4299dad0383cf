//! Files and standard output.

use std::{
    io::{self, Write as _},
    path::Path,
};

use anyhow::Context as _;
use tempfile::{NamedTempFile, PersistError};

/// Writes bytes to standard output as they are. A reader that has read enough (`| head`) is no error.
pub(super) fn print(bytes: &[u8]) -> anyhow::Result<()> {
    quiet_when_closed(io::stdout().lock().write_all(bytes).and_then(|()| io::stdout().flush()))
}

/// Writes a text with styles to standard output, without them where they are not wanted.
pub(super) fn print_styled(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    quiet_when_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

fn quiet_when_closed(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("standard output can't be written"),
    }
}

/// Replaces a file as a whole: whoever looks sees the old content or the new, and never a part.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_then(path, bytes, |file| file.persist(path).map(drop))
}

/// Makes a file as a whole, and fails when there is one already.
pub(super) fn create_atomically(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_then(path, bytes, |file| file.persist_noclobber(path).map(drop))
}

fn write_then(
    path: &Path,
    bytes: &[u8],
    put: impl FnOnce(NamedTempFile) -> Result<(), PersistError>,
) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        let mut file = new_file().tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(put(file)?)
    };
    write().with_context(|| format!("{} can't be written", path.display()))
}

/// A new file as any program would make it: readable by whom the umask lets.
fn new_file() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".letterform-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}
