//! The letters that clients declare: a few names, each in a few variants.

use std::collections::BTreeSet;

use letterform::{
    emulator::ledger::StoredLetter,
    letter::{DesiredLetter, FileKey, Letter, Picture, PictureFormat, Scan, ScanDigest, ScanObject, Source},
};
use rand::{RngExt, rngs::StdRng};

use crate::simulation::world::{MadeLetter, START_PATH};

/// The names that are in play.
const NAMES: [&str; 24] = [
    "授权甲",
    "授权乙",
    "授权丙",
    "授权丁",
    "授权戊",
    "授权己",
    "授权庚",
    "授权辛",
    "授权壬",
    "授权癸",
    "授权子",
    "授权丑",
    "授权寅",
    "授权卯",
    "授权辰",
    "授权巳",
    "授权午",
    "授权未",
    "授权申",
    "授权酉",
    "授权戌",
    "授权亥",
    "Letter23",
    "Letter24",
];

/// How many variants a letter has. The first two are the same letter, written in two ways.
pub(crate) const VARIANTS: usize = 7;

/// The key of a picture that was uploaded before the schedule began.
pub(crate) const UPLOADED: &str = "123456/uploaded.jpg";

/// The path of the scan that only one variant has.
pub(crate) const OTHER_SCAN: &str = "scans/other.png";

/// A letter by its number among the names, in one of its variants.
pub(crate) fn letter(index: usize, variant: usize) -> Letter<Picture> {
    let scan = |path: &str| {
        let path = path.to_owned();
        Picture::Scan(Scan { digest: ScanDigest::of(path.as_bytes()), path, format: PictureFormat::Png })
    };
    let mut signatures = vec!["菜鸟网络", "菜鸟裹裹"];
    if variant == 1 {
        signatures.reverse();
    }
    if variant == 5 {
        signatures = vec!["菜鸟驿站"];
    }
    let either = |of: usize, other: &'static str, usual: &'static str| if variant == of { other } else { usual };
    Letter {
        name: NAMES[index].parse().expect("a name"),
        authorizer: either(2, "杭州菜鸟物流信息科技有限公司", "菜鸟网络科技有限公司").parse().expect("a party"),
        authorized_party: "支付宝(中国)网络技术有限公司".parse().expect("a party"),
        organization_code: either(5, "91330110MA27XYZ00X", "91330100799655058B").parse().expect("a code"),
        validity: either(3, "2026-01-01~2028-01-01", "2026-01-01~2029-01-01").parse().expect("a validity"),
        signatures: signatures
            .into_iter()
            .map(|signature| signature.parse().expect("a signature"))
            .collect::<Vec<_>>()
            .try_into()
            .expect("one or two"),
        picture: match variant {
            4 => scan(OTHER_SCAN),
            6 => Picture::FileKey(UPLOADED.parse().expect("a key")),
            // Every third letter shares a scan with others.
            _ => scan(&format!("scans/{}.png", index / 3)),
        },
    }
}

/// The key under which the service holds a letter's picture.
pub(crate) fn key_of(picture: &Picture) -> FileKey {
    match picture {
        Picture::FileKey(key) => key.clone(),
        Picture::Scan(scan) => format!("{START_PATH}/{}", scan.object()).parse().expect("a key"),
    }
}

/// The folder of names that a policy fixes.
const FIXED: &str = "fixed/";

/// The key of an uploaded picture: the one that the policy of a client fixes, or one that tells the
/// content.
pub(crate) fn key_under_policy(fixed_for: Option<usize>, object: ScanObject) -> FileKey {
    let key = match fixed_for {
        Some(client) => format!("{FIXED}{client}.png"),
        None => format!("{START_PATH}/{object}"),
    };
    key.parse().expect("a key")
}

/// Whether a policy fixes this key, so that it does not tell the picture's content.
pub(crate) fn is_fixed(key: &str) -> bool {
    key.starts_with(FIXED)
}

/// Whether a letter that is sent is the declared one, to the last character.
pub(crate) fn same_as_declared(declared: &Letter<Picture>, sent: &Letter<FileKey>) -> bool {
    let key = match &declared.picture {
        Picture::Scan(_) if is_fixed(sent.picture.as_str()) => sent.picture.clone(),
        picture => key_of(picture),
    };
    declared.clone().with_picture(key) == *sent
}

/// Whether all but the picture is what is declared. This is not the program's own comparison: the
/// two check each other.
pub(crate) fn texts_are_as_declared(declared: &Letter<Picture>, stored: &StoredLetter) -> bool {
    let wanted: BTreeSet<&str> = declared.signatures.iter().map(AsRef::as_ref).collect();
    let there: BTreeSet<&str> = stored.signatures.iter().map(AsRef::as_ref).collect();
    declared.name.as_str() == &*stored.name
        && declared.authorizer.as_str() == &*stored.authorizer
        && declared.authorized_party.as_str() == &*stored.authorized_party
        && declared.organization_code.as_str() == &*stored.organization_code
        && declared.validity == stored.validity
        && wanted == there
}

/// Whether a letter that was made is what is declared, with the very picture.
pub(crate) fn is_exactly_as_declared(declared: &Letter<Picture>, made: &MadeLetter) -> bool {
    texts_are_as_declared(declared, &made.letter) && key_of(&declared.picture) == made.picture
}

/// Whether a letter that exists is what is declared, as far as its picture can be compared: a scan
/// with a picture that this program did not upload can't.
pub(crate) fn is_as_declared(declared: &Letter<Picture>, made: &MadeLetter) -> bool {
    let key = &*made.letter.file_key;
    let incomparable = matches!(declared.picture, Picture::Scan(_)) && (key == UPLOADED || is_fixed(key));
    let same_key = key_of(&declared.picture).as_str() == key;
    (same_key || incomparable) && texts_are_as_declared(declared, &made.letter)
}

/// How the declarations of the clients of one schedule relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// All declare the same letters.
    Same,
    /// Each declares some of the same letters.
    Overlapping,
    /// Each declares some of the same names, with content of its own.
    Contradicting,
}

/// The letters that exist before the schedule begins.
pub(crate) fn draw_earlier(rng: &mut StdRng) -> Vec<Letter<Picture>> {
    let some = rng.random_bool(0.6);
    let names = (0..NAMES.len()).filter(|_| some);
    names
        .filter_map(|index| {
            let variant = if rng.random_bool(0.5) { 0 } else { rng.random_range(1..VARIANTS) };
            rng.random_bool(0.15).then(|| letter(index, variant))
        })
        .collect()
}

/// What each of `clients` declares.
pub(crate) fn draw(rng: &mut StdRng, clients: usize) -> Vec<Vec<DesiredLetter>> {
    let relation = match rng.random_range(0..3) {
        0 => Relation::Same,
        1 => Relation::Overlapping,
        _ => Relation::Contradicting,
    };
    let names = if rng.random_bool(0.1) { NAMES.len() } else { rng.random_range(1..6) };
    let mut draw_one = || -> Vec<DesiredLetter> {
        let mut letters = Vec::new();
        for index in 0..names {
            if relation != Relation::Same && rng.random_bool(0.3) {
                continue;
            }
            let variant = match relation {
                Relation::Contradicting if rng.random_bool(0.5) => rng.random_range(0..VARIANTS),
                _ => rng.random_range(0..2),
            };
            let source = Source { file: "letters.yaml".into(), line: letters.len() + 1 };
            letters.push(DesiredLetter::new(letter(index, variant), source));
        }
        letters
    };
    (0..clients).map(|_| draw_one()).collect()
}
