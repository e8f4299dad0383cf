use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// The SHA-256 of a scan's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScanDigest([u8; 32]);

impl ScanDigest {
    /// The digest of a scan that is in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for ScanDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ScanDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScanDigest({self})")
    }
}

impl FromStr for ScanDigest {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut digest = [0; 32];
        hex::decode_to_slice(text, &mut digest)?;
        Ok(Self(digest))
    }
}

impl serde::Serialize for ScanDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ScanDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The formats of pictures that the service takes, told by a file's first bytes and never by its
/// name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ScanFormat", description = "")]
#[allow(missing_docs, reason = "each is the name of a format")]
pub enum PictureFormat {
    #[serde(rename = "jpg")]
    Jpeg,
    Png,
    Gif,
}

impl PictureFormat {
    /// The format of the picture that begins with these bytes; 8 of them are enough.
    pub fn sniff(start: &[u8]) -> Option<Self> {
        match start {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            _ => None,
        }
    }

    /// The ending of an object's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
        }
    }
}

/// The content-addressed name under which a scan is uploaded:
/// `letterform-<32 hex digits>.<jpg|png|gif>`.
///
/// The name tells what the picture holds, so a later plan can compare a scan with what is
/// registered, with no state kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScanObject {
    prefix: [u8; 16],
    format: PictureFormat,
}

impl ScanObject {
    const START: &str = "letterform-";

    /// The object of a scan with this digest and format.
    pub fn new(digest: ScanDigest, format: PictureFormat) -> Self {
        let mut prefix = [0; 16];
        prefix.copy_from_slice(&digest.0[..16]);
        Self { prefix, format }
    }

    /// The object of that name, `None` when it is not one of ours. An upload policy may put
    /// something before and behind the name that we choose.
    pub fn from_name(name: &str) -> Option<Self> {
        let (_, ours) = name.rsplit_once(Self::START)?;
        let (digits, extension) = ours.split_once('.')?;
        let format = [PictureFormat::Jpeg, PictureFormat::Png, PictureFormat::Gif].into_iter().find(|format| {
            extension
                .strip_prefix(format.extension())
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        })?;
        let mut prefix = [0; 16];
        hex::decode_to_slice(digits, &mut prefix).ok()?;
        Some(Self { prefix, format })
    }

    /// The format of the picture.
    pub const fn format(self) -> PictureFormat {
        self.format
    }

    /// Whether a scan with this digest is what the object holds.
    pub fn holds(self, digest: ScanDigest) -> bool {
        digest.0.starts_with(&self.prefix)
    }
}

impl fmt::Display for ScanObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}.{}", Self::START, hex::encode(self.prefix), self.format.extension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_by_its_content() {
        let digest = ScanDigest::of(b"abc");
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let object = ScanObject::new(digest, PictureFormat::Png);
        assert_eq!(object.to_string(), "letterform-ba7816bf8f01cfea414140de5dae2223.png");
        assert_eq!(ScanObject::from_name(&object.to_string()), Some(object));
        assert!(object.holds(digest) && !object.holds(ScanDigest::of(b"abd")));
        let framed = format!("scan-{object}.jpg");
        assert_eq!(ScanObject::from_name(&framed), Some(object));
        for other in
            ["test1719383196031.jpg", "letterform-ba78.png", "letterform-ba7816bf8f01cfea414140de5dae2223.webp"]
        {
            assert_eq!(ScanObject::from_name(other), None, "{other}");
        }
    }

    #[test]
    fn a_format_is_told_by_the_first_bytes() {
        assert_eq!(PictureFormat::sniff(b"\x89PNG\r\n\x1a\nrest"), Some(PictureFormat::Png));
        assert_eq!(PictureFormat::sniff(b"GIF89a"), Some(PictureFormat::Gif));
        assert_eq!(PictureFormat::sniff(&[0xFF, 0xD8, 0xFF, 0xE0]), Some(PictureFormat::Jpeg));
        assert_eq!(PictureFormat::sniff(b"<svg"), None);
    }
}
