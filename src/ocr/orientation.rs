//! How a camera was held: EXIF's tag `Orientation`.

/// How the pixels of a picture are turned to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Orientation {
    swaps_sides: bool,
    mirrors_x: bool,
    mirrors_y: bool,
}

impl Orientation {
    pub(super) const UPRIGHT: Self = Self { swaps_sides: false, mirrors_x: false, mirrors_y: false };

    /// What a number of the tag means. Unknown ones mean nothing.
    pub(super) const fn of_number(number: u16) -> Self {
        let (swaps_sides, mirrors_x, mirrors_y) = match number {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, false, true),
            7 => (true, true, true),
            8 => (true, true, false),
            _ => (false, false, false),
        };
        Self { swaps_sides, mirrors_x, mirrors_y }
    }

    pub(super) const fn swaps_sides(self) -> bool {
        self.swaps_sides
    }

    /// Where a pixel of the upright picture is in the stored one of that size.
    pub(super) const fn source(self, (x, y): (usize, usize), (width, height): (usize, usize)) -> (usize, usize) {
        let (x, y) = if self.swaps_sides { (y, x) } else { (x, y) };
        (if self.mirrors_x { width - 1 - x } else { x }, if self.mirrors_y { height - 1 - y } else { y })
    }
}

/// The orientation in a block of EXIF: a TIFF whose first folder has the tag. What can't be read
/// means nothing.
pub(super) fn of_exif(exif: &[u8]) -> Orientation {
    Orientation::of_number(number(exif).unwrap_or(1))
}

fn number(exif: &[u8]) -> Option<u16> {
    const ORIENTATION: u16 = 0x0112;
    const ENTRY: usize = 12;
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let is_little = match exif.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = [*exif.get(at)?, *exif.get(at + 1)?];
        Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let (first, second) = (u32::from(short(4)?), u32::from(short(6)?));
    let folder = if is_little { second << 16 | first } else { first << 16 | second };
    let folder = usize::try_from(folder).ok().filter(|folder| *folder < exif.len())?;
    let entries = usize::from(short(folder)?);
    let entry = (0..entries).map(|index| folder + 2 + index * ENTRY).find(|at| short(*at) == Some(ORIENTATION))?;
    short(entry + 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_read_in_both_orders_of_bytes() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let big = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0";
        assert_eq!(of_exif(little), Orientation::of_number(6));
        assert_eq!(of_exif(big), Orientation::of_number(8));
    }

    #[test]
    fn what_cannot_be_read_means_nothing() {
        for exif in [&b""[..], b"II", b"II*\0\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff", b"XX*\0\x08\0\0\0"] {
            assert_eq!(of_exif(exif), Orientation::UPRIGHT, "{exif:?}");
        }
    }
}
