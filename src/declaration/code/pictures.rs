//! Rules on scans: the local pictures that apply uploads.

use super::Rule;
use crate::declaration::Severity::Error;

pub(super) const SCAN_PATH: Rule = Rule {
    code: "LF-scan-path",
    severity: Error,
    title: "a scan is not a relative path",
    reason: "A scan is a path relative to the file that declares it, with `/` between its parts, so that it means \
             the same on every machine.",
    parameter: Some("AuthorizationLetterPic"),
    good: "scan: scans/cainiao.png",
    bad: "scan: /home/me/scans/cainiao.png",
};

pub(super) const SCAN_OUTSIDE: Rule = Rule {
    code: "LF-scan-outside",
    severity: Error,
    title: "a scan lies outside the folders that were given",
    reason: "A scan must lie inside the folder of a PATH argument (for a file: its own folder), after symbolic \
             links are followed. Otherwise a pull request could upload any file of the machine that applies it. \
             Move the picture, or give a folder that holds both.",
    parameter: Some("AuthorizationLetterPic"),
    good: "scan: scans/cainiao.png",
    bad: "scan: ../../private/passport.png",
};

pub(super) const SCAN_MISSING: Rule = Rule {
    code: "LF-scan-missing",
    severity: Error,
    title: "a scan does not exist",
    reason: "The path is looked up from the folder of the file that declares it, and not from the folder in which \
             the program runs. Case matters.",
    parameter: Some("AuthorizationLetterPic"),
    good: "scan: scans/cainiao.png",
    bad: "scan: scans/caniao.png",
};

pub(super) const SCAN_UNREADABLE: Rule = Rule {
    code: "LF-scan-unreadable",
    severity: Error,
    title: "a scan cannot be read",
    reason: "It is a folder, a device or a pipe and no file, or the operating system refused to let it be read.",
    parameter: Some("AuthorizationLetterPic"),
    good: "scan: scans/cainiao.png",
    bad: "scan: scans",
};

pub(super) const SCAN_TOO_LARGE: Rule = Rule {
    code: "LF-scan-too-large",
    severity: Error,
    title: "a scan is larger than 5 MB or has too many pixels",
    reason: "The service takes pictures of at most 5 MB (5 × 1024 × 1024 bytes). A picture that would need more \
             than 256 MiB once it is unpacked is refused too, because it could not be checked. Scan in grey at \
             200 to 300 dpi, or save as JPEG of a lower quality.",
    parameter: Some("AuthorizationLetterPic"),
    good: "scan: scans/cainiao.png",
    bad: "scan: scans/huge.png",
};

pub(super) const SCAN_FORMAT: Rule = Rule {
    code: "LF-scan-format",
    severity: Error,
    title: "a scan is neither JPEG nor PNG nor GIF",
    reason: "The content decides, and not the file's name: a PDF or HEIC file that is named .jpg stays what it \
             is. Convert it to JPEG or PNG.",
    parameter: Some("AuthorizationLetterPic"),
    good: "scan: scans/cainiao.png",
    bad: "scan: scans/document.jpg",
};

pub(super) const SCAN_BROKEN: Rule = Rule {
    code: "LF-scan-broken",
    severity: Error,
    title: "a scan is damaged",
    reason: "The file begins as a picture and cannot be decoded, probably because it was cut short. A reviewer \
             could not open it either. Copy or scan it again.",
    parameter: Some("AuthorizationLetterPic"),
    good: "scan: scans/cainiao.png",
    bad: "scan: scans/truncated.png",
};
