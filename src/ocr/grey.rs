//! A scan as a page in grey, as engines read best.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

use super::orientation::{self, Orientation};
use crate::{declaration::ScanFile, letter::PictureFormat};

/// The most pixels of a scan that is read: A4 at 600 dpi has 34.8 million.
const MAX_PIXELS: usize = 40_000_000;

/// A page in grey, upright: black ink is dark, and the red of a seal is nearly as bright as the
/// paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grey {
    width: usize,
    height: usize,
    /// Row by row, 255 for white.
    pixels: Vec<u8>,
}

impl Grey {
    /// Decodes a scan. What is under a red seal can be read in the red part of the light, and only
    /// there.
    ///
    /// # Errors
    /// When it can't be decoded, or is larger than a page of A4 at 600 dpi.
    pub fn of(scan: &ScanFile) -> Result<Self, String> {
        let decode = || match scan.format {
            PictureFormat::Jpeg => jpeg(&scan.bytes),
            PictureFormat::Png => png(&scan.bytes),
            PictureFormat::Gif => gif(&scan.bytes),
        };
        catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err("the decoder can't read the scan".to_owned()))
    }

    /// The longer side, in pixels.
    pub fn long_side(&self) -> usize {
        self.width.max(self.height)
    }

    /// The page with a longer side of so many pixels: each is the mean of what it covers.
    #[must_use]
    pub fn resized(&self, long_side: usize) -> Self {
        let scaled = |side: usize| (side * long_side / self.long_side().max(1)).max(1);
        self.resized_to(scaled(self.width), scaled(self.height))
    }

    fn resized_to(&self, width: usize, height: usize) -> Self {
        let row = |side: usize| move |line: usize, at: usize| line * side + at;
        let column = |line: usize, at: usize| at * width + line;
        let narrow = resampled(&self.pixels, (self.width, width), self.height, row(self.width), row(width));
        Self { width, height, pixels: resampled(&narrow, (self.height, height), width, column, column) }
    }

    /// The page under even light: paper is white in the shadow of a hand as well.
    #[must_use]
    pub fn evened(&self) -> Self {
        const CELLS: usize = 128;
        const REACH: usize = 3;
        let light = self.resized(CELLS.min(self.long_side()));
        // The brightest of the neighbourhood is paper, and what is between the neighbourhoods is
        // smooth.
        let light = light.pooled(REACH, |cells| cells.max().unwrap_or(u8::MAX));
        let mean = |cells: &mut dyn Iterator<Item = u8>| {
            let (sum, count) = cells.fold((0, 0), |(sum, count), cell| (sum + usize::from(cell), count + 1));
            u8::try_from(sum / count).unwrap_or(u8::MAX)
        };
        let light = light.pooled(1, mean).pooled(1, mean).resized_to(self.width, self.height);
        let even = |(pixel, light): (&u8, &u8)| {
            let white = u16::from(u8::MAX);
            u8::try_from(u16::from(*pixel) * white / u16::from(*light).max(1)).unwrap_or(u8::MAX)
        };
        Self { pixels: self.pixels.iter().zip(&light.pixels).map(even).collect(), ..*self }
    }

    /// Each pixel made of those in a square around it.
    fn pooled(&self, reach: usize, pool: impl Fn(&mut dyn Iterator<Item = u8>) -> u8) -> Self {
        let around = |at: usize, side: usize| at.saturating_sub(reach)..(at + reach + 1).min(side);
        let square = |x: usize, y: usize| {
            let row = |y: usize| around(x, self.width).map(move |x| self.pixels[y * self.width + x]);
            pool(&mut around(y, self.height).flat_map(row))
        };
        let pixels = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        Self { pixels: pixels.map(|(x, y)| square(x, y)).collect(), ..*self }
    }

    /// The page as a PNG, packed a little.
    pub fn to_png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let side = |side: usize| u32::try_from(side).expect("the sides of a picture are bounded");
        let mut encoder = png::Encoder::new(&mut bytes, side(self.width), side(self.height));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_compression(png::Compression::Fast);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&self.pixels));
        written.expect("a picture in memory can be written to memory");
        bytes
    }

    fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::UPRIGHT {
            return self;
        }
        let (width, height) =
            if orientation.swaps_sides() { (self.height, self.width) } else { (self.width, self.height) };
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..height {
            pixels.extend((0..width).map(|x| {
                let (from_x, from_y) = orientation.source((x, y), (self.width, self.height));
                self.pixels[from_y * self.width + from_x]
            }));
        }
        Self { width, height, pixels }
    }
}

/// One direction of a resize: `lines` lines of `from` pixels become lines of `to` pixels.
fn resampled(
    pixels: &[u8],
    (from, to): (usize, usize),
    lines: usize,
    source: impl Fn(usize, usize) -> usize,
    target: impl Fn(usize, usize) -> usize,
) -> Vec<u8> {
    const ONE: usize = 256;
    // For each new pixel the old ones that it covers, with weights that add up to `ONE`.
    let covered: Vec<Vec<(usize, usize)>> = (0..to).map(|at| weights(at, from, to, ONE)).collect();
    let mut result = vec![0; lines * to];
    for line in 0..lines {
        for (at, covered) in covered.iter().enumerate() {
            let sum: usize = covered.iter().map(|(old, weight)| usize::from(pixels[source(line, *old)]) * weight).sum();
            result[target(line, at)] = u8::try_from(sum / ONE).unwrap_or(u8::MAX);
        }
    }
    result
}

/// Which old pixels a new one covers, and by how much. An enlarged picture is drawn between the
/// centres of the old pixels.
fn weights(at: usize, from: usize, to: usize, one: usize) -> Vec<(usize, usize)> {
    if to > from {
        // The centre of the new pixel, in units of 1/(2 to) old pixels.
        let centre = ((2 * at + 1) * from).saturating_sub(to);
        let (first, rest) = (centre / (2 * to), centre % (2 * to));
        let second = rest * one / (2 * to);
        return vec![(first.min(from - 1), one - second), ((first + 1).min(from - 1), second)];
    }
    let (begin, end) = (at * from, (at + 1) * from);
    let mut weights: Vec<(usize, usize)> = (begin / to..end.div_ceil(to))
        .map(|old| (old, (end.min((old + 1) * to) - begin.max(old * to)) * one / from))
        .collect();
    let missing = one - weights.iter().map(|(_, weight)| weight).sum::<usize>();
    weights[0].1 += missing;
    weights
}

fn check_size(width: usize, height: usize) -> Result<(), String> {
    if width.saturating_mul(height) > MAX_PIXELS {
        let most = MAX_PIXELS / 1_000_000;
        return Err(format!("it has {width} × {height} pixels; at most {most} million are read: scan A4 at 300 dpi"));
    }
    if width == 0 || height == 0 { Err("it has no pixels".to_owned()) } else { Ok(()) }
}

fn in_words(error: impl std::fmt::Display) -> String {
    format!("the scan can't be decoded: {error}")
}

fn jpeg(bytes: &[u8]) -> Result<Grey, String> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(in_words)?;
    let (width, height) = decoder.dimensions().ok_or("it has no pixels")?;
    check_size(width, height)?;
    let colours = decoder.decode().map_err(in_words)?;
    let pixels = colours.chunks_exact(3).map(|pixel| pixel[0]).collect();
    let orientation = decoder.exif().map_or(Orientation::UPRIGHT, |exif| orientation::of_exif(exif));
    Ok(Grey { width, height, pixels }.upright(orientation))
}

fn png(bytes: &[u8]) -> Result<Grey, String> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(in_words)?;
    check_size(header.width as usize, header.height as usize)?;
    let mut reader = decoder.read_info().map_err(in_words)?;
    let mut colours = vec![0; reader.output_buffer_size().ok_or("it has no pixels")?];
    let frame = reader.next_frame(&mut colours).map_err(in_words)?;
    let (width, height) = (frame.width as usize, frame.height as usize);
    let channels = frame.color_type.samples();
    let has_alpha = matches!(channels, 2 | 4);
    let red = |pixel: &[u8]| if has_alpha { on_white(pixel[0], pixel[channels - 1]) } else { pixel[0] };
    Ok(Grey { width, height, pixels: colours[..frame.buffer_size()].chunks_exact(channels).map(red).collect() })
}

fn gif(bytes: &[u8]) -> Result<Grey, String> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(in_words)?;
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    check_size(width, height)?;
    let frame = decoder.read_next_frame().map_err(in_words)?.ok_or("it has no pixels")?;
    let (left, top, columns) = (usize::from(frame.left), usize::from(frame.top), usize::from(frame.width));
    let mut pixels = vec![u8::MAX; width * height];
    for (line, row) in frame.buffer.chunks_exact(4 * columns.max(1)).enumerate() {
        let start = (top + line) * width + left;
        let shown = pixels.get_mut(start..start + columns).ok_or("its picture is larger than it says")?;
        shown.iter_mut().zip(row.chunks_exact(4)).for_each(|(shown, pixel)| *shown = on_white(pixel[0], pixel[3]));
    }
    Ok(Grey { width, height, pixels })
}

fn on_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::ScanDigest;

    fn scan(bytes: Vec<u8>) -> ScanFile {
        let format = PictureFormat::sniff(&bytes).expect("a picture");
        ScanFile { digest: ScanDigest::of(&bytes), format, bytes }
    }

    #[test]
    fn a_page_keeps_its_pixels_as_a_png() {
        let grey = Grey { width: 3, height: 2, pixels: vec![0, 50, 100, 150, 200, 255] };
        assert_eq!(Grey::of(&scan(grey.to_png())), Ok(grey));
    }

    #[test]
    fn a_red_seal_is_bright_and_ink_on_it_is_dark() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 3, 1);
        encoder.set_color(png::ColorType::Rgba);
        let pixels = [220, 40, 40, 255, 20, 10, 10, 255, 0, 0, 0, 0];
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        assert_eq!(Grey::of(&scan(bytes)).unwrap().pixels, [220, 20, 255]);
    }

    #[test]
    fn a_smaller_page_has_the_means_and_a_larger_one_what_is_between() {
        let grey = Grey { width: 4, height: 2, pixels: vec![0, 100, 200, 200, 0, 100, 200, 200] };
        assert_eq!(grey.resized(2), Grey { width: 2, height: 1, pixels: vec![50, 200] });
        assert_eq!(grey.resized(4), grey);
        let larger = grey.resized(8);
        assert_eq!((larger.width, larger.height), (8, 4));
        assert_eq!(larger.pixels[..8], [0, 25, 75, 125, 175, 200, 200, 200]);
        assert_eq!(grey.resized(3).pixels.len(), 3);
    }

    #[test]
    fn paper_in_a_shadow_becomes_white_and_ink_stays_dark() {
        let (width, height) = (400, 600);
        let light = |x: usize| 120 + 100 * x / width;
        let pixel = |(x, y): (usize, usize)| if y % 40 < 6 && x % 50 < 25 { light(x) / 4 } else { light(x) };
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(pixel);
        let grey = Grey { width, height, pixels: pixels.map(|pixel| u8::try_from(pixel).unwrap()).collect() };
        let even = grey.evened();
        let (dark, white): (Vec<u8>, Vec<u8>) = even.pixels.iter().partition(|pixel| **pixel < 128);
        assert!(dark.iter().all(|pixel| *pixel < 75) && white.iter().all(|pixel| *pixel > 225));
    }

    #[test]
    fn a_page_is_turned_as_its_camera_says() {
        let grey = Grey { width: 2, height: 1, pixels: vec![1, 2] };
        let turned = |number| grey.clone().upright(Orientation::of_number(number)).pixels;
        assert_eq!((turned(1), turned(3), turned(6), turned(8)), (vec![1, 2], vec![2, 1], vec![1, 2], vec![2, 1]));
        assert_eq!(grey.clone().upright(Orientation::of_number(6)).height, 2);
    }

    #[test]
    fn what_is_no_picture_is_an_error() {
        for bytes in [&b"\x89PNG\r\n\x1a\n"[..], b"GIF89a", b"\xFF\xD8\xFF\xE0", b"\xFF\xD8\xFF\xD9"] {
            assert!(Grey::of(&scan(bytes.to_vec())).is_err(), "{bytes:?}");
        }
    }
}
