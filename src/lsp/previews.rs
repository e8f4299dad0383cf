//! Small pictures of scans, each decoded once for each content.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use crate::{
    declaration::scan::{MAX_PREVIEW_BYTES, ScanFile, preview, read_file},
    letter::ScanDigest,
};

/// The previews that were asked for last. Clones share them.
#[derive(Debug, Default, Clone)]
pub(super) struct Previews(Arc<Mutex<VecDeque<(ScanDigest, Preview)>>>);

/// A picture, once it was decoded; `None` when it can't be.
type Preview = Arc<OnceLock<Option<Vec<u8>>>>;

/// How many are kept, each of at most 22 KiB.
const MAX: usize = 100;
const _: () = assert!(MAX * MAX_PREVIEW_BYTES < 4 * 1024 * 1024, "previews take less than 4 MiB");

impl Previews {
    /// The preview of a scan, as a PNG; `None` for a file that is no scan.
    ///
    /// Decoding takes a while. Who asks for a picture that is being decoded waits for that.
    pub(super) fn of(&self, scan: &Path) -> Option<Vec<u8>> {
        self.decoded(&read_file(scan).ok()?, |scan| preview(scan).ok())
    }

    fn decoded(&self, scan: &ScanFile, decode: impl FnOnce(&ScanFile) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
        self.kept(scan.digest).get_or_init(|| decode(scan)).clone()
    }

    /// The place of a preview, as the one that was asked for last.
    fn kept(&self, digest: ScanDigest) -> Preview {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(known, _)| *known == digest).and_then(|index| kept.remove(index));
        let preview = known.map(|(_, preview)| preview).unwrap_or_default();
        kept.push_back((digest, Arc::clone(&preview)));
        if kept.len() > MAX {
            kept.pop_front();
        }
        preview
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::letter::PictureFormat;

    fn scan(content: usize) -> ScanFile {
        let bytes = content.to_be_bytes().to_vec();
        ScanFile { digest: ScanDigest::of(&bytes), bytes, format: PictureFormat::Png }
    }

    #[test]
    fn each_content_is_decoded_once_as_long_as_it_is_kept() {
        let (previews, decoded) = (Previews::default(), Cell::new(0));
        let show = |content: usize| {
            previews.clone().decoded(&scan(content), |scan| {
                decoded.set(decoded.get() + 1);
                (content != 7).then(|| scan.bytes.clone())
            })
        };
        for _ in 0..3 {
            assert_eq!(show(1), Some(scan(1).bytes));
            assert_eq!(show(7), None, "a damaged one is not decoded again either");
        }
        assert_eq!(decoded.get(), 2);
        for other in 100..100 + MAX - 1 {
            show(1);
            show(other);
        }
        assert_eq!(previews.0.lock().unwrap().len(), MAX);
        assert_eq!(decoded.get(), 2 + MAX - 1, "what is shown again and again stays");
        show(7);
        assert_eq!(decoded.get(), 2 + MAX, "what nobody asked for makes room");
    }
}
