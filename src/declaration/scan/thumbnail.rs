//! A scan at an eighth of its size: all that is looked at of its pixels.

use super::ScanError;

/// The most pixels of a scan: A3 at 600 dpi has 69.6 million.
pub(super) const MAX_PIXELS: u64 = 80_000_000;

/// The mean colour of each 8 × 8 pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thumbnail {
    /// Width and height of the scan itself, in pixels.
    pub(crate) full: (usize, usize),
    /// Width in blocks.
    pub(crate) width: usize,
    /// Height in blocks.
    pub(crate) height: usize,
    /// Red, green and blue, row by row.
    pub(crate) pixels: Vec<[u8; 3]>,
    /// The file asks viewers to turn the picture by a quarter, as phones do.
    pub(crate) quarter_turn: bool,
}

/// Refuses a picture that is larger than a scan can be.
pub(super) fn check_dimensions(width: usize, height: usize) -> Result<(), ScanError> {
    if width as u64 * height as u64 > MAX_PIXELS {
        return Err(ScanError::TooManyPixels { width, height });
    }
    Ok(())
}

/// Adds up pixels into blocks.
pub(super) struct Shrinker {
    full: (usize, usize),
    width: usize,
    height: usize,
    sums: Vec<[u32; 4]>,
}

impl Shrinker {
    pub(super) fn new(width: usize, height: usize) -> Result<Self, ScanError> {
        check_dimensions(width, height)?;
        let (small_width, small_height) = (width.div_ceil(8), height.div_ceil(8));
        let sums = vec![[0; 4]; small_width * small_height];
        Ok(Self { full: (width, height), width: small_width, height: small_height, sums })
    }

    pub(super) fn add(&mut self, x: usize, y: usize, pixel: [u8; 3]) {
        if let Some(sum) = self.sums.get_mut(y / 8 * self.width + x / 8) {
            // Without `map` and closures: unoptimised builds, as tests are, spend their time here.
            let [red, green, blue] = pixel;
            *sum = [sum[0] + u32::from(red), sum[1] + u32::from(green), sum[2] + u32::from(blue), sum[3] + 1];
        }
    }

    pub(super) fn finish(self) -> Thumbnail {
        #[allow(clippy::cast_possible_truncation, reason = "the mean of bytes is a byte")]
        let mean = |[red, green, blue, count]: &[u32; 4]| match count {
            0 => [255; 3],
            count => [(red / count) as u8, (green / count) as u8, (blue / count) as u8],
        };
        let pixels = self.sums.iter().map(mean).collect();
        Thumbnail { full: self.full, width: self.width, height: self.height, pixels, quarter_turn: false }
    }
}
