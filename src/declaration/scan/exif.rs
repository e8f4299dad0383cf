//! The one thing that is read of Exif data: whether viewers are to turn the picture by a quarter.

const ORIENTATION: u16 = 0x0112;

/// Whether Exif data, from its TIFF header on, names an orientation whose rows are columns (5 to
/// 8).
pub(super) fn is_quarter_turn(exif: &[u8]) -> bool {
    orientation(exif).is_some_and(|orientation| (5..=8).contains(&orientation))
}

/// The value of the tag for the orientation. Whatever is not well-formed has none.
fn orientation(exif: &[u8]) -> Option<u16> {
    let little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let bytes: [u8; 4] = exif.get(4..8)?.try_into().ok()?;
    let directory = if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
    let directory = usize::try_from(directory).ok()?;
    let entries = usize::from(short(directory)?);
    let at = |entry: usize| directory.checked_add(2 + 12 * entry);
    let entry = (0..entries).filter_map(at).find(|entry| short(*entry) == Some(ORIENTATION))?;
    // A value of two bytes stands in the entry itself, behind its tag, type and count.
    short(entry.checked_add(8)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exif(orientation: u16) -> Vec<u8> {
        let mut bytes = b"MM\0*\0\0\0\x08\0\x02\x01\x0F\0\x02\0\0\0\x04abc\0\x01\x12\0\x03\0\0\0\x01".to_vec();
        bytes.extend(orientation.to_be_bytes());
        bytes.extend([0; 6]);
        bytes
    }

    #[test]
    fn the_orientation_is_read_in_both_byte_orders() {
        assert_eq!(orientation(&exif(6)), Some(6));
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0";
        assert_eq!(orientation(little), Some(8));
        assert!(is_quarter_turn(little) && is_quarter_turn(&exif(5)) && !is_quarter_turn(&exif(3)));
    }

    #[test]
    fn broken_data_has_no_orientation() {
        let whole = exif(6);
        for length in 0..whole.len() - 6 {
            assert!(!is_quarter_turn(&whole[..length]), "{length}");
        }
        assert_eq!(orientation(b"II*\0\xFF\xFF\xFF\xFF"), None);
        assert_eq!(orientation(b"II*\0\x08\0\0\0\xFF\xFF"), None);
    }
}
