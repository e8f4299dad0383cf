//! PNG and GIF: decoded row by row to their last byte, in memory for a few rows.

use std::io::Cursor;

use super::{
    ScanError, exif,
    thumbnail::{Shrinker, Thumbnail},
};

fn broken(error: impl std::fmt::Display) -> ScanError {
    ScanError::Broken(error.to_string())
}

/// The pixels that decoding costs, by the first bytes of the file; `None` for a JPEG, whose cost is
/// bounded by its length.
pub(super) fn pixels(start: &[u8]) -> Option<u64> {
    match start {
        [0x89, b'P', b'N', b'G', ..] => {
            let (width, height) = (start.get(16..20)?, start.get(20..24)?);
            let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            Some(number(width).saturating_mul(number(height)))
        }
        [b'G', b'I', b'F', _, _, _, w1, w2, h1, h2, ..] => {
            Some(u64::from(u16::from_le_bytes([*w1, *w2])) * u64::from(u16::from_le_bytes([*h1, *h2])))
        }
        _ => None,
    }
}

/// Reads a PNG to its end. Colour profiles and texts are not unpacked.
pub(super) fn png(bytes: &[u8]) -> Result<Thumbnail, ScanError> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(broken)?;
    let (width, height) = (header.width as usize, header.height as usize);
    let mut shrinker = Shrinker::new(width, height)?;
    let mut reader = decoder.read_info().map_err(broken)?;
    let channels = reader.output_color_type().0.samples();
    let mut line = 0;
    while let Some(row) = reader.next_interlaced_row().map_err(broken)? {
        let (x, step_x, y) = match row.interlace() {
            png::InterlaceInfo::Null(_) => (0, 1, line),
            png::InterlaceInfo::Adam7(_) => adam7(width, height, line),
        };
        line += 1;
        for (i, pixel) in row.data().chunks_exact(channels).enumerate() {
            shrinker.add(x + i * step_x, y, on_white(pixel));
        }
    }
    reader.finish().map_err(broken)?;
    let exif = reader.info().exif_metadata.as_deref();
    Ok(Thumbnail { quarter_turn: exif.is_some_and(exif::is_quarter_turn), ..shrinker.finish() })
}

/// The colour of a pixel of one to four channels, on white paper where it is transparent.
fn on_white(pixel: &[u8]) -> [u8; 3] {
    let over = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
    };
    match *pixel {
        [grey] => [grey; 3],
        [grey, alpha] => [over(grey, alpha); 3],
        [red, green, blue] => [red, green, blue],
        [red, green, blue, alpha, ..] => [over(red, alpha), over(green, alpha), over(blue, alpha)],
        [] => [255; 3],
    }
}

/// Of a row of an interlaced PNG, counted over all passes: its first column, the step between
/// columns, its line.
pub(super) fn adam7(width: usize, height: usize, mut row: usize) -> (usize, usize, usize) {
    const PASSES: [(usize, usize, usize, usize); 7] =
        [(0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2)];
    for (x, step_x, y, step_y) in PASSES {
        if x >= width || y >= height {
            continue;
        }
        let lines = (height - y).div_ceil(step_y);
        if row < lines {
            return (x, step_x, y + row * step_y);
        }
        row -= lines;
    }
    (0, 1, height)
}

/// Reads the first frame of a GIF, and passes over the others to its end.
pub(super) fn gif(bytes: &[u8]) -> Result<Thumbnail, ScanError> {
    let mut decoder = gif::DecodeOptions::new().read_info(Cursor::new(bytes)).map_err(broken)?;
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    let mut shrinker = Shrinker::new(width, height)?;
    let frame = decoder.next_frame_info().map_err(broken)?.ok_or_else(|| broken("it holds no picture"))?;
    let (left, top, columns, rows) =
        (usize::from(frame.left), usize::from(frame.top), usize::from(frame.width), usize::from(frame.height));
    let (interlaced, clear) = (frame.interlaced, frame.transparent);
    if left + columns > width || top + rows > height {
        return Err(broken("its picture is larger than it says"));
    }
    let palette = decoder.palette().map_err(broken)?.to_vec();
    let mut row = vec![0; columns];
    for line in 0..rows {
        if columns > 0 && !decoder.fill_buffer(&mut row).map_err(broken)? {
            return Err(broken("its picture data ends early"));
        }
        let y = top + if interlaced { gif_line(rows, line) } else { line };
        for (x, index) in row.iter().enumerate() {
            let colour = palette.get(usize::from(*index) * 3..usize::from(*index) * 3 + 3);
            let colour = match colour {
                Some([red, green, blue]) if clear != Some(*index) => [*red, *green, *blue],
                _ => [255; 3],
            };
            shrinker.add(left + x, y, colour);
        }
    }
    let mut rest = gif::DecodeOptions::new();
    rest.skip_frame_decoding(true);
    let mut rest = rest.read_info(Cursor::new(bytes)).map_err(broken)?;
    while rest.next_frame_info().map_err(broken)?.is_some() {}
    Ok(shrinker.finish())
}

/// The line of an interlaced GIF's row.
fn gif_line(height: usize, mut row: usize) -> usize {
    for (start, step) in [(0_usize, 8), (4, 8), (2, 4), (1, 2)] {
        let lines = height.saturating_sub(start).div_ceil(step);
        if row < lines {
            return start + row * step;
        }
        row -= lines;
    }
    height
}
