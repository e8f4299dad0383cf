//! What a file is that is no picture of a kind that the service takes, told by its first bytes.

/// A kind of file, and what to do to get a scan of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherKind {
    /// What the file is, for a sentence that begins with "the scan is".
    pub name: &'static str,
    /// What to do.
    pub help: &'static str,
}

const CONVERT: &str = "convert it to JPEG or PNG; renaming the file does not change what it is";
const HEIC: &str = "a HEIC picture, as phones take them";
const CAMERA: &str = "convert it to JPEG, or set the phone's camera to the most compatible format";
const ARCHIVE: &str = "unpack it and give the path of the picture inside";
const EXPORT: &str = "export the signed page as JPEG or PNG";

/// A kind by the bytes at an offset.
const KINDS: &[(usize, &[u8], &str, &str)] = &[
    (0, b"%PDF-", "a PDF", "export its page as JPEG or PNG at 200 to 300 dpi, for example with `pdftoppm -png -r 200`"),
    (8, b"WEBP", "a WebP picture", CONVERT),
    (0, b"II*\0", "a TIFF picture", CONVERT),
    (0, b"MM\0*", "a TIFF picture", CONVERT),
    (0, b"II+\0", "a TIFF picture", CONVERT),
    (0, b"MM\0+", "a TIFF picture", CONVERT),
    (0, b"BM", "a BMP picture", CONVERT),
    (4, b"ftypavif", "an AVIF picture", CONVERT),
    (4, b"ftypavis", "an AVIF picture", CONVERT),
    (4, b"ftyphe", HEIC, CAMERA),
    (4, b"ftypmif1", HEIC, CAMERA),
    (4, b"ftypmsf1", HEIC, CAMERA),
    (4, b"ftyp", "a video", "take a picture of the paper instead"),
    (0, b"\0\0\0\x0CjP  ", "a JPEG 2000 picture", CONVERT),
    (0, b"\xFF\x4F\xFF\x51", "a JPEG 2000 picture", CONVERT),
    (0, b"\0\0\0\x0CJXL ", "a JPEG XL picture", CONVERT),
    (0, b"\xFF\x0A", "a JPEG XL picture", CONVERT),
    (0, b"8BPS", "a Photoshop document", CONVERT),
    (0, b"AT&TFORM", "a DjVu document", EXPORT),
    (0, b"\0\0\x01\0", "an icon", CONVERT),
    (0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an Office document", EXPORT),
    (0, b"{\\rtf", "an RTF document", EXPORT),
    (0, b"%!PS", "a PostScript document", EXPORT),
    (0, b"Rar!\x1A\x07", "a RAR archive", ARCHIVE),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7z archive", ARCHIVE),
    (0, b"\x1F\x8B", "a gzip archive", ARCHIVE),
    (257, b"ustar", "a tar archive", ARCHIVE),
];

/// How pointers of Git LFS begin; the second is from before it had that name.
const LFS: [&[u8]; 2] = [b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/"];
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What a file with this content is, when it is known.
pub(super) fn of(bytes: &[u8]) -> Option<OtherKind> {
    let kind = |name, help| Some(OtherKind { name, help });
    if bytes.is_empty() {
        return kind("an empty file", "copy or scan it again");
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return kind("nothing but zeros, as an interrupted copy leaves it", "copy or scan it again");
    }
    let line = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if LFS.iter().any(|pointer| line.starts_with(pointer)) {
        return kind(
            "a pointer of Git LFS, not the picture itself",
            "run `git lfs pull`; in GitHub Actions, set `lfs: true` for actions/checkout",
        );
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(zip(bytes));
    }
    if let Some((.., name, help)) =
        KINDS.iter().find(|(at, magic, ..)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
    {
        return kind(name, help);
    }
    text(bytes)
}

/// A ZIP by the names inside.
fn zip(bytes: &[u8]) -> OtherKind {
    let start = &bytes[..bytes.len().min(64 * 1024)];
    let holds = |name: &[u8]| start.windows(name.len()).any(|window| window == name);
    let (name, help) = if holds(b"word/") {
        ("a Word document", EXPORT)
    } else if holds(b"xl/") {
        ("an Excel workbook", EXPORT)
    } else if holds(b"ppt/") {
        ("a PowerPoint presentation", EXPORT)
    } else if holds(b"application/vnd.oasis") {
        ("an OpenDocument file", EXPORT)
    } else if holds(b"OFD.xml") {
        ("an OFD document", EXPORT)
    } else {
        ("a ZIP archive", ARCHIVE)
    };
    OtherKind { name, help }
}

fn text(bytes: &[u8]) -> Option<OtherKind> {
    let start = &bytes[..bytes.len().min(1024)];
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let begins = |word: &[u8]| start.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    let kind = |name, help| Some(OtherKind { name, help });
    if begins(b"<svg") || (begins(b"<?xml") && start.windows(4).any(|window| window == b"<svg")) {
        return kind("an SVG drawing", CONVERT);
    }
    if begins(b"<!doctype html") || begins(b"<html") || begins(b"<head") {
        return kind("a web page, perhaps an error or a login page", "download the picture itself, signed in");
    }
    if begins(b"<?xml") {
        return kind("an XML document, perhaps an error of an object store", "download the picture itself again");
    }
    if begins(b"data:image/") || begins(b"iVBORw0KGgo") || begins(b"/9j/") {
        return kind("a picture encoded as Base64 text", "decode it, for example with `base64 --decode`");
    }
    let plain = match std::str::from_utf8(start) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    let printable = start.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r'));
    (plain && printable).then_some(OtherKind { name: "a text file", help: "give the path of a picture" })
}
