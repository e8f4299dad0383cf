use std::{fmt, sync::Arc};

use reqwest::Certificate;
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// Additional trusted root certificates, such as that of a company's proxy.
#[derive(Clone, Default)]
pub struct Roots(Arc<[Certificate]>);

/// Why a file of root certificates can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootsError {
    /// There is no certificate in it.
    #[error("no certificate found; expected PEM, with -----BEGIN CERTIFICATE----- before each certificate")]
    Empty,
    /// It holds private keys and no certificate.
    #[error("no certificate found, but a private key; name the file with the root certificate")]
    Key,
    /// It isn't text in UTF-8 or UTF-16.
    #[error("not a text file; convert the certificate to PEM, with `openssl x509 -inform der -in FILE -out root.pem`")]
    Binary,
    /// Certificates in it are damaged.
    #[error("{}; replace or remove {}", damaged(.0), if .0.len() == 1 { "it" } else { "them" })]
    Damaged(Vec<DamagedCertificate>),
}

/// A certificate that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedCertificate {
    /// Its number in the file, from 1.
    pub number: usize,
    /// The line where it begins, from 1.
    pub line: usize,
}

fn damaged(certificates: &[DamagedCertificate]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> =
        certificates.iter().take(SHOWN).map(|one| format!("certificate {} (line {})", one.number, one.line)).collect();
    let more = certificates.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more} can't be read", shown.join(", "))
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

impl Roots {
    /// Reads the certificates of a PEM file, which may begin with a byte order mark.
    pub fn from_pem(pem: &[u8]) -> Result<Self, RootsError> {
        let text = decode(pem).ok_or(RootsError::Binary)?;
        let (mut certificates, mut damaged) = (Vec::new(), Vec::new());
        let mut store = RootCertStore::empty();
        for (index, (start, _)) in text.match_indices(BEGIN).enumerate() {
            let rest = &text[start..];
            // A certificate that doesn't end must not swallow the next one.
            let next = rest[BEGIN.len()..].find(BEGIN).map_or(rest.len(), |next| next + BEGIN.len());
            let block = rest[..next].find(END).map(|end| &rest[..end + END.len()]);
            let read = block.and_then(|block| {
                let der = CertificateDer::from_pem_slice(block.as_bytes()).ok()?;
                let certificate = Certificate::from_der(&der).ok()?;
                store.add(der).ok()?;
                Some(certificate)
            });
            match read {
                Some(certificate) => certificates.push(certificate),
                None => damaged
                    .push(DamagedCertificate { number: index + 1, line: text[..start].matches('\n').count() + 1 }),
            }
        }
        if !damaged.is_empty() {
            Err(RootsError::Damaged(damaged))
        } else if !certificates.is_empty() {
            Ok(Self(certificates.into()))
        } else if text.contains("PRIVATE KEY-----") {
            Err(RootsError::Key)
        } else {
            Err(RootsError::Empty)
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Certificate> {
        self.0.iter().cloned()
    }
}

/// The text of a file as Windows editors write it: UTF-8 or UTF-16, with a byte order mark or, for
/// UTF-8, without.
fn decode(bytes: &[u8]) -> Option<String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        // Comments between certificates may be in any encoding.
        _ if bytes.contains(&0) => None,
        _ => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roots({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> String {
        rcgen::generate_simple_self_signed(vec!["a.test".to_owned()]).expect("made").cert.pem()
    }

    fn read(bytes: &[u8]) -> Result<usize, RootsError> {
        Roots::from_pem(bytes).map(|roots| roots.0.len())
    }

    #[test]
    fn reads_certificates_as_editors_save_them() {
        let pem = certificate();
        assert_eq!(read(pem.as_bytes()), Ok(1));
        assert_eq!(read(format!("\u{feff}{pem}\n# two\r\n{}", certificate()).as_bytes()), Ok(2));
        let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
        };
        assert_eq!(read(&wide(&pem, u16::to_le_bytes)), Ok(1));
        assert_eq!(read(&wide(&pem, u16::to_be_bytes)), Ok(1));
    }

    #[test]
    fn names_each_damaged_certificate() {
        let pem = certificate();
        let broken = format!("{BEGIN}\nAAAA\n{END}\n");
        let at = |number, line| DamagedCertificate { number, line };
        assert_eq!(read(format!("{broken}{pem}").as_bytes()), Err(RootsError::Damaged(vec![at(1, 1)])));
        let cut = format!("# a\n{BEGIN}\nAAAA\n{pem}{broken}");
        let lines = 4 + pem.lines().count();
        let error = read(cut.as_bytes()).expect_err("damaged");
        assert_eq!(error, RootsError::Damaged(vec![at(1, 2), at(3, lines)]));
        assert!(error.to_string().starts_with("certificate 1 (line 2), certificate 3 "), "{error}");
        assert_eq!(read(b"nothing"), Err(RootsError::Empty));
        assert_eq!(read(b"-----BEGIN PRIVATE KEY-----\n"), Err(RootsError::Key));
        assert_eq!(read(b"0\x82\x01\x00"), Err(RootsError::Binary));
    }
}
