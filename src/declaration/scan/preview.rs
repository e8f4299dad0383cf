//! A small picture of a scan, to look at.

use super::{ScanError, ScanFile, Thumbnail};

/// The most bytes of a preview.
pub const MAX_PREVIEW_BYTES: usize = 22 * 1024;
/// The longest side of a preview, in pixels.
const MAX_SIDE: usize = 320;
/// The shortest that is tried: below, nothing is to be seen.
const MIN_SIDE: usize = 32;

/// A scan as a PNG of at most 22 KiB. It takes as long as decoding the scan.
///
/// # Errors
/// When the scan is none that can be used.
pub fn preview(scan: &ScanFile) -> Result<Vec<u8>, ScanError> {
    let thumbnail = super::check_pixels(scan)?;
    let longest = thumbnail.width.max(thumbnail.height).min(MAX_SIDE);
    let mut sides = std::iter::successors(Some(longest), |side| Some(side * 3 / 4).filter(|side| *side >= MIN_SIDE));
    let smallest = || png(&thumbnail, longest.min(MIN_SIDE));
    let fitting = sides.find_map(|side| Some(png(&thumbnail, side)).filter(|png| png.len() <= MAX_PREVIEW_BYTES));
    Ok(fitting.unwrap_or_else(smallest))
}

/// A PNG whose longer side has at most so many pixels.
fn png(thumbnail: &Thumbnail, side: usize) -> Vec<u8> {
    let longest = thumbnail.width.max(thumbnail.height).max(1);
    let side = side.min(longest);
    let scaled = |length: usize| (length * side / longest).max(1);
    let (width, height) = (scaled(thumbnail.width), scaled(thumbnail.height));
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        let rows = y * thumbnail.height / height..((y + 1) * thumbnail.height).div_ceil(height);
        for x in 0..width {
            let columns = x * thumbnail.width / width..((x + 1) * thumbnail.width).div_ceil(width);
            pixels.extend(mean(thumbnail, rows.clone(), columns));
        }
    }
    encoded(&pixels, width, height)
}

/// The mean colour of a rectangle, in steps that the eye hardly sees and that pack well.
fn mean(thumbnail: &Thumbnail, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> [u8; 3] {
    let mut sums = [0_u32; 3];
    let mut count = 0;
    for y in rows {
        for pixel in &thumbnail.pixels[y * thumbnail.width..][columns.clone()] {
            sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u32::from(*value));
            count += 1;
        }
    }
    let stepped = |sum: u32| ((sum / count.max(1) + 8) / 17 * 17).min(255);
    sums.map(|sum| u8::try_from(stepped(sum)).unwrap_or(u8::MAX))
}

fn encoded(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let [width, height] = [width, height].map(|side| u32::try_from(side).expect("a preview is small"));
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(pixels));
    written.expect("pixels of that size are written to memory");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thumbnail(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 3]) -> Thumbnail {
        let pixels = (0..width * height).map(|index| pixel(index % width, index / width)).collect();
        Thumbnail { full: (width * 8, height * 8), width, height, pixels, quarter_turn: false }
    }

    fn decoded(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.width, info.height, pixels)
    }

    #[test]
    fn a_preview_keeps_proportions_and_colours() {
        let seal = |x: usize, _: usize| if x < 50 { [255, 0, 0] } else { [255, 255, 255] };
        let (width, height, pixels) = decoded(&png(&thumbnail(100, 400, seal), 200));
        assert_eq!((width, height), (50, 200));
        assert_eq!((&pixels[..3], &pixels[147..150]), (&[255, 0, 0][..], &[255, 255, 255][..]));
        assert_eq!(decoded(&png(&thumbnail(1, 1, |_, _| [0, 0, 0]), 200)).2, [0, 0, 0]);
    }
}
