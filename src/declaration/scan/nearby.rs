//! The name that was meant when a scan is not found.

use std::{fs, path::Path};

/// The most entries of a folder that are looked at.
const MAX_ENTRIES: usize = 10_000;

/// The path of a picture beside the missing one whose name is near, as it would be declared.
///
/// `missing` is the path on this machine, `declared` the path as it stands in the declaration.
pub(super) fn near(missing: &Path, declared: &str) -> Option<String> {
    let name = missing.file_name()?.to_str()?;
    let folder = missing.parent()?;
    let (parent, _) = declared.rsplit_once('/').map_or(("", declared), |(parent, name)| (parent, name));
    let beside = |name: &str| if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") };
    if folder.is_dir() {
        return nearest(folder, name, false).map(|name| beside(&name));
    }
    // The folder is missing as well: one with a near name may hold the file.
    let near = nearest(folder.parent()?, folder.file_name()?.to_str()?, true)?;
    let found = folder.parent()?.join(&near).join(name);
    let above = parent.rsplit_once('/').map(|(above, _)| format!("{above}/")).unwrap_or_default();
    found.is_file().then(|| format!("{above}{near}/{name}"))
}

/// The entry of a folder whose name is nearest, if it is near at all.
fn nearest(folder: &Path, name: &str, folders: bool) -> Option<String> {
    let entries = fs::read_dir(folder).ok()?.take(MAX_ENTRIES).filter_map(Result::ok);
    let names = entries
        .filter(|entry| fs::metadata(entry.path()).is_ok_and(|found| found.is_dir() == folders))
        .filter_map(|entry| entry.file_name().into_string().ok());
    let scored = names.filter_map(|other| distance(name, &other).map(|distance| (distance, other)));
    scored.min().map(|(_, other)| other)
}

/// How far two names are apart, in tenths of an edit; `None` when they are not near.
fn distance(name: &str, other: &str) -> Option<usize> {
    let plain = |name: &str| {
        use unicode_normalization::UnicodeNormalization as _;
        name.nfkc().collect::<String>().to_lowercase().replace([' ', '_'], "-")
    };
    let (name, other) = (plain(name), plain(other));
    if name == other {
        return Some(0);
    }
    let stem = |name: &str| name.rsplit_once('.').map_or_else(|| name.to_owned(), |(stem, _)| stem.to_owned());
    let (name_stem, other_stem) = (stem(&name), stem(&other));
    if name_stem == other_stem {
        return Some(1);
    }
    let length = name_stem.chars().count().max(other_stem.chars().count());
    let edits = strsim::osa_distance(&name_stem, &other_stem);
    (edits * 3 <= length.max(3)).then_some(edits * 10)
}
