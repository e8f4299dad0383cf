//! Files that a command writes, and standard output.
//!
//! Everything that an option names is written here, so that one set of rules holds: `-` is standard
//! output, links are followed, a file that exists keeps its mode, owner and hard links, devices and
//! FIFOs are written into, and a file is old or new and never a part.

use std::{
    fs::{self, File, Metadata},
    io::{self, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::Context as _;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::{escape, render::json};

/// How long a FIFO may be without a reader, or a reader without reading.
const READER: Duration = Duration::from_secs(10);
/// The most symbolic links that lead to a file, as on Linux.
const LINKS: usize = 40;

/// Writes bytes for programs to standard output as they are. A closed pipe (`| head`) is not an
/// error.
pub(super) fn print(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    finish(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Writes a value to standard output as JSON, piece by piece.
pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    finish(json::write_pretty(&mut out, value).and_then(|()| out.flush()))
}

/// Writes workflow commands, which a runner is meant to obey, to standard output.
pub(super) fn print_commands(text: &str) -> anyhow::Result<()> {
    print(text.as_bytes())
}

/// Writes a text for people to standard output, with its styles where they are wanted. No line of
/// it begins with what a CI runner obeys.
pub(super) fn print_styled(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    finish(out.write_all(escape::disarmed(text).as_bytes()).and_then(|()| out.flush()))
}

/// What became of writing to standard output.
pub(super) fn finish(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("can't write to standard output"),
    }
}

/// Whether an option's value names standard output.
pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Writes a file as a whole: a reader sees the old content or the new one.
///
/// What is not a regular file is written into.
pub(super) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if is_stdout(path) {
        return print(bytes);
    }
    write_to(path, bytes).with_context(|| format!("can't write {}", path.display()))
}

/// Writes a file as a whole, and fails when a file is there already.
pub(super) fn create(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if is_stdout(path) || !is_in_the_way(path) && path.exists() {
        return write(path, bytes);
    }
    let write = || -> io::Result<()> {
        let file = filled(folder_of(path), bytes)?;
        file.persist_noclobber(path)?;
        Ok(())
    };
    write().with_context(|| format!("can't write {}", path.display()))
}

/// Whether writing to the path would replace something. A device or a FIFO is not replaced.
pub(super) fn is_in_the_way(path: &Path) -> bool {
    if is_stdout(path) {
        return false;
    }
    match fs::metadata(path) {
        Ok(there) => there.is_file() || there.is_dir(),
        // A link that leads nowhere is in the way too.
        Err(_) => fs::symlink_metadata(path).is_ok(),
    }
}

/// Opens a file to append to, made when it is missing. A FIFO must have a reader, now and for each
/// line.
pub(super) fn append(path: &Path) -> io::Result<Box<dyn Write + Send>> {
    if is_stdout(path) {
        return Ok(Box::new(io::stdout()));
    }
    let there = fs::metadata(path).ok();
    if let Some(standard) = there.as_ref().and_then(Standard::of) {
        return Ok(Box::new(standard));
    }
    let path = path.to_owned();
    let mut options = File::options();
    options.append(true).create(true);
    if there.is_none_or(|there| there.is_file()) {
        return Ok(Box::new(options.open(path)?));
    }
    Ok(Box::new(Patient::open(move || options.open(path))?))
}

fn write_to(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::Error::other("it is a folder")),
        Ok(there) => {
            if let Some(mut standard) = Standard::of(&there) {
                return standard.write_all(bytes).and_then(|()| standard.flush());
            }
            if !there.is_file() {
                let path = path.to_owned();
                let mut file = within(READER, move || File::options().write(true).open(path))??;
                return file.write_all(bytes);
            }
            replace(&destination(path)?, &there, bytes)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = destination(path)?;
            filled(folder_of(&path), bytes)?.persist(&path)?;
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Replaces a regular file, which keeps its mode, owner and hard links.
fn replace(path: &Path, there: &Metadata, bytes: &[u8]) -> io::Result<()> {
    if there.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only; make it writable first"));
    }
    // What can't be opened for writing must not be replaced either, whatever the rights of its
    // folder.
    let file = File::options().read(true).write(true).open(path).or_else(|error| match error.kind() {
        // A file may be for writing alone.
        io::ErrorKind::PermissionDenied => File::options().write(true).open(path),
        _ => Err(error),
    })?;
    if has_one_name(there)
        && let Ok(new) = filled(folder_of(path), bytes)
        && keeps_owner(new.as_file(), there)
    {
        new.as_file().set_permissions(there.permissions())?;
        match new.persist(path) {
            Ok(_) => return Ok(()),
            // A file that is mounted by itself can't be replaced.
            Err(error) if is_mounted(&error.error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    overwrite(file, there.len(), bytes)
}

/// Writes over a file's content where it lies. What goes beyond the old end is written first: when
/// the disk is full, the file is cut to what it was.
fn overwrite(mut file: File, old: u64, bytes: &[u8]) -> io::Result<()> {
    let middle = usize::try_from(old).map_or(bytes.len(), |old| old.min(bytes.len()));
    let (head, tail) = bytes.split_at(middle);
    let extend = |file: &mut File| -> io::Result<()> {
        file.seek(SeekFrom::Start(middle as u64))?;
        file.write_all(tail)?;
        file.sync_data()
    };
    if !tail.is_empty()
        && let Err(error) = extend(&mut file)
    {
        file.set_len(old)?;
        return Err(error);
    }
    file.seek(SeekFrom::Start(0))?;
    file.write_all(head)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}

/// A file without a name yet, with the content on the disk.
fn filled(folder: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".letterform-");
    // A new file has the mode that any program would give it: the umask decides.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path at the end of symbolic links, there or not.
fn destination(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = folder_of(&path).join(target),
            // Not a link.
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

fn is_mounted(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices)
}

#[cfg(unix)]
fn has_one_name(file: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(file) == 1
}

#[cfg(not(unix))]
fn has_one_name(_: &Metadata) -> bool {
    true
}

/// Whether the new file has the owner and the group of the old one, or takes them.
#[cfg(unix)]
fn keeps_owner(new: &File, old: &Metadata) -> bool {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let Ok(made) = new.metadata() else { return false };
    (made.uid(), made.gid()) == (old.uid(), old.gid()) || fchown(new, Some(old.uid()), Some(old.gid())).is_ok()
}

#[cfg(not(unix))]
fn keeps_owner(_: &File, _: &Metadata) -> bool {
    true
}

/// A standard stream that a path leads to, such as `/dev/stdout`, or the file to which a shell has
/// sent it.
enum Standard {
    #[cfg(unix)]
    Out,
    #[cfg(unix)]
    Error,
}

impl Standard {
    #[cfg(unix)]
    fn of(there: &Metadata) -> Option<Self> {
        use std::os::{
            fd::{AsFd as _, BorrowedFd},
            unix::fs::MetadataExt as _,
        };
        // A device such as a terminal may be opened by its name as well.
        let is = |stream: BorrowedFd<'_>| {
            let stream = stream.try_clone_to_owned().and_then(|stream| File::from(stream).metadata());
            stream.is_ok_and(|stream| (stream.dev(), stream.ino()) == (there.dev(), there.ino()))
        };
        if is(io::stdout().as_fd()) {
            return Some(Self::Out);
        }
        is(io::stderr().as_fd()).then_some(Self::Error)
    }

    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Option<Self> {
        None
    }
}

impl Write for Standard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match *self {
            #[cfg(unix)]
            Self::Out => io::stdout().write(bytes),
            #[cfg(unix)]
            Self::Error => io::stderr().write(bytes),
            #[cfg(not(unix))]
            _ => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match *self {
            #[cfg(unix)]
            Self::Out => io::stdout().flush(),
            #[cfg(unix)]
            Self::Error => io::stderr().flush(),
            #[cfg(not(unix))]
            _ => Ok(()),
        }
    }
}

/// Runs what may block for ever on a thread of its own, and waits for so long.
fn within<T: Send + 'static>(time: Duration, block: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let (sender, done) = mpsc::channel();
    thread::Builder::new().name("writer".to_owned()).spawn(move || sender.send(block()))?;
    done.recv_timeout(time).map_err(|_| unread(time))
}

fn unread(time: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("no program has read from it for {} s", time.as_secs()))
}

/// What may have a reader that reads no more, such as a FIFO. Writing to it fails after a time, and
/// does not block.
struct Patient {
    lines: mpsc::Sender<Vec<u8>>,
    written: mpsc::Receiver<io::Result<()>>,
    time: Duration,
}

impl Patient {
    fn open(open: impl FnOnce() -> io::Result<File> + Send + 'static) -> io::Result<Self> {
        Self::over(within(READER, open)??, READER)
    }

    fn over(mut file: impl Write + Send + 'static, time: Duration) -> io::Result<Self> {
        let (lines, to_write) = mpsc::channel::<Vec<u8>>();
        let (done, written) = mpsc::channel();
        thread::Builder::new().name("writer".to_owned()).spawn(move || {
            for line in to_write {
                if done.send(file.write_all(&line)).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { lines, written, time })
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        self.lines.send(bytes.to_vec()).map_err(|_| gone())?;
        match self.written.recv_timeout(self.time) {
            Ok(result) => result.map(|()| bytes.len()),
            Err(mpsc::RecvTimeoutError::Timeout) => Err(unread(self.time)),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(gone()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_fifo_without_a_reader_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let open = {
            let path = path.clone();
            move || File::options().append(true).open(path)
        };
        let error = within(Duration::from_millis(1), open).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(error.to_string().contains("no program has read from it"), "{error}");
        // Lets the thread end that still waits.
        drop(File::open(path).unwrap());
    }

    #[test]
    fn a_reader_that_reads_no_more_is_not_waited_for() {
        struct Stuck(mpsc::Receiver<()>);
        impl Write for Stuck {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let _ = self.0.recv();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (release, stuck) = mpsc::channel();
        let mut writer = Patient::over(Stuck(stuck), Duration::from_millis(1)).unwrap();
        assert_eq!(writer.write(b"line\n").unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(release);
    }

    #[test]
    fn content_is_overwritten_where_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for new in ["", "a", "much longer than before", "shorter"] {
            let file = File::options().write(true).create(true).truncate(false).open(&path).unwrap();
            let old = file.metadata().unwrap().len();
            overwrite(file, old, new.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), new);
        }
    }
}
