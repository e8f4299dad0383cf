//! The vocabulary of the unit tests: letters with everything in order, as they are declared and as
//! the service tells them, and what a test changes of them.

use jiff::civil::Date;

use super::{
    DesiredLetter, ExistingLetter, ExistingLetters, Letter, LetterId, Picture, PictureFormat, Scan, ScanDigest,
};
use super::{SignatureName, Source};

/// A letter without its picture.
pub(crate) fn letter(name: &str) -> Letter<()> {
    let letter = Letter {
        name: name.parse().unwrap(),
        authorizer: "菜鸟网络科技有限公司".parse().unwrap(),
        authorized_party: "支付宝(中国)网络技术有限公司".parse().unwrap(),
        organization_code: "91330100799655058B".parse().unwrap(),
        validity: "2026-01-01~2026-12-31".parse().unwrap(),
        signatures: vec!["菜鸟".parse().unwrap()].try_into().unwrap(),
        picture: (),
    };
    letter.signing(&["菜鸟网络", "菜鸟裹裹"])
}

/// A letter as it is declared.
pub(crate) fn declared(name: &str) -> DesiredLetter {
    letter(name).declared("scans/a.png", b"scan")
}

/// A letter as the service tells it, with a picture that somebody else uploaded.
pub(crate) fn existing(name: &str) -> ExistingLetter {
    ExistingLetter {
        signatures: vec!["菜鸟裹裹".into(), "菜鸟网络".into()],
        state: "PASSED".into(),
        ..letter(name).existing("123456/test.jpg")
    }
}

/// Letters that can all be read. They live as long as the tests.
pub(crate) fn read(letters: &[ExistingLetter]) -> &'static ExistingLetters {
    Box::leak(Box::new(letters.to_vec().into()))
}

/// The day of the tests.
pub(crate) fn today() -> Date {
    "2026-11-24".parse().unwrap()
}

impl<P> Letter<P> {
    /// The letter with another validity.
    pub(crate) fn valid(self, validity: &str) -> Self {
        Self { validity: validity.parse().unwrap(), ..self }
    }

    /// The letter with other signatures.
    pub(crate) fn signing(self, signatures: &[&str]) -> Self {
        let signatures: Vec<SignatureName> = signatures.iter().map(|name| name.parse().unwrap()).collect();
        Self { signatures: signatures.try_into().unwrap(), ..self }
    }

    /// The letter as it is declared with a scan of this path and content.
    pub(crate) fn declared(self, path: &str, scan: &[u8]) -> DesiredLetter {
        let scan = Scan { path: path.to_owned(), digest: ScanDigest::of(scan), format: PictureFormat::Png };
        let source = Source { file: "letters.yaml".into(), line: 4 };
        DesiredLetter::new(self.with_picture(Picture::Scan(scan)), source)
    }

    /// The letter as the service tells it, the picture under this key.
    pub(crate) fn existing(&self, key: &str) -> ExistingLetter {
        ExistingLetter {
            id: Some(LetterId(7)),
            name: self.name.to_string().into(),
            authorizer: self.authorizer.to_string().into(),
            authorized_party: self.authorized_party.to_string().into(),
            organization_code: self.organization_code.to_string().into(),
            validity: self.validity.to_string().into(),
            signatures: self.signatures.iter().map(|text| text.to_string().into()).collect(),
            picture_url: Some(format!("https://bucket.example/{key}?Expires=1&Signature=secret")),
            state: "INT".into(),
            status: "VALID".into(),
        }
    }
}
