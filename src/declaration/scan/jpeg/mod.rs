//! A strict reader of JPEG: it accounts for every block and every byte up to the end marker.
//!
//! Decoders show what they can of a damaged file, as a browser must. A scan that is about to be
//! registered for good has to be whole. This reader decodes the entropy-coded data of each scan
//! exactly: too little, too much, or an invalid code is damage. It keeps the mean of each 8 × 8
//! block, which gives the picture at an eighth of its size, and never the pixels themselves.

mod entropy;

use self::entropy::{Bits, Huffman, ZIGZAG_END};
use super::{
    ScanError, exif,
    thumbnail::{Thumbnail, check_dimensions},
};

/// The most scans of one picture: progressive encoders write about ten.
const MAX_SCANS: usize = 100;
/// The most padding, in bytes, between the entropy-coded data and the marker behind it.
const MAX_PADDING: usize = 3;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DHT: u8 = 0xC4;
const DRI: u8 = 0xDD;
const DAC: u8 = 0xCC;
const APP1: u8 = 0xE1;
const APP14: u8 = 0xEE;

/// One colour channel.
struct Component {
    id: u8,
    horizontal: usize,
    vertical: usize,
    quantization: usize,
    /// Blocks in a row and in a column that show something.
    blocks: (usize, usize),
    /// Blocks in a stored row, padded to whole units of interleaved scans.
    stride: usize,
    /// The first coefficient of each block, still divided by its quantization step.
    dc: Vec<i16>,
    /// The other coefficients that are not 0, a bit each. Only progressive pictures need them.
    nonzero: Vec<u64>,
    /// The precision of each coefficient so far: the bits still missing, `None` before the first
    /// scan of it.
    missing: [Option<u8>; 64],
    prediction: i32,
}

/// The header of a frame, and its components.
struct Frame {
    width: usize,
    height: usize,
    progressive: bool,
    horizontal: usize,
    vertical: usize,
    components: Vec<Component>,
}

/// The header of a scan.
struct ScanHeader {
    /// The component, its DC table, its AC table.
    components: Vec<(usize, usize, usize)>,
    start: usize,
    end: usize,
    high: u8,
    low: u8,
}

/// The tables that hold from where they stand.
#[derive(Default)]
struct Tables {
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    /// The step of the first coefficient.
    steps: [Option<u16>; 4],
    restart_interval: usize,
    /// The transform that Adobe's segment names.
    adobe: Option<u8>,
    /// The file asks viewers to turn the picture by a quarter.
    quarter_turn: bool,
}

fn damaged(what: &str) -> ScanError {
    ScanError::Broken(what.to_owned())
}

/// Reads a JPEG to its end marker.
///
/// # Errors
/// When it is damaged, has too many pixels, or is of a kind that few programs read.
pub(super) fn read(bytes: &[u8]) -> Result<Thumbnail, ScanError> {
    Reader { bytes, at: 2, tables: Tables::default(), frame: None, scans: 0 }.read()
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    tables: Tables,
    frame: Option<Frame>,
    scans: usize,
}

impl<'a> Reader<'a> {
    fn read(mut self) -> Result<Thumbnail, ScanError> {
        loop {
            match self.marker()? {
                EOI => break,
                SOI => return Err(damaged("a second picture begins inside the first")),
                0x01 | 0xD0..=0xD7 => {}
                SOS => self.scan()?,
                kind => {
                    let segment = self.segment()?;
                    self.table_or_frame(kind, segment)?;
                }
            }
        }
        let frame = self.frame.ok_or_else(|| damaged("it ends before its picture begins"))?;
        if frame.components.iter().any(|component| component.missing.iter().any(|bits| *bits != Some(0))) {
            return Err(damaged("parts of the picture are missing"));
        }
        frame.thumbnail(&self.tables)
    }

    fn marker(&mut self) -> Result<u8, ScanError> {
        let missing = || damaged("the file ends before the picture does");
        if *self.bytes.get(self.at).ok_or_else(missing)? != 0xFF {
            return Err(damaged("there are stray bytes between its parts"));
        }
        while *self.bytes.get(self.at).ok_or_else(missing)? == 0xFF {
            self.at += 1;
        }
        self.at += 1;
        Ok(self.bytes[self.at - 1])
    }

    fn segment(&mut self) -> Result<&'a [u8], ScanError> {
        let cut = || damaged("the file ends before the picture does");
        let length = self.bytes.get(self.at..self.at + 2).ok_or_else(cut)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        if length < 2 {
            return Err(damaged("a segment has no length"));
        }
        let segment = self.bytes.get(self.at + 2..self.at + length).ok_or_else(cut)?;
        self.at += length;
        Ok(segment)
    }

    fn table_or_frame(&mut self, kind: u8, segment: &[u8]) -> Result<(), ScanError> {
        match kind {
            DQT => self.tables.quantization(segment),
            DHT => self.tables.huffman(segment),
            DRI if segment.len() == 2 => {
                self.tables.restart_interval = usize::from(u16::from_be_bytes([segment[0], segment[1]]));
                Ok(())
            }
            APP14 if segment.len() >= 12 && segment.starts_with(b"Adobe") => {
                self.tables.adobe = Some(segment[11]);
                Ok(())
            }
            APP1 => {
                let exif = segment.strip_prefix(b"Exif\0\0");
                self.tables.quarter_turn |= exif.is_some_and(exif::is_quarter_turn);
                Ok(())
            }
            DAC | 0xC9..=0xCB | 0xCD..=0xCF => Err(ScanError::Unsupported("arithmetic coding")),
            0xC3 => Err(ScanError::Unsupported("lossless JPEG")),
            0xC5..=0xC7 => Err(ScanError::Unsupported("hierarchical JPEG")),
            0xC0..=0xC2 if self.frame.is_some() => Err(damaged("it has two headers")),
            0xC0..=0xC2 => {
                self.frame = Some(Frame::parse(segment, kind == 0xC2)?);
                Ok(())
            }
            0xE0..=0xFE => Ok(()),
            _ => Err(damaged("it has an invalid marker")),
        }
    }

    fn scan(&mut self) -> Result<(), ScanError> {
        self.scans += 1;
        if self.scans > MAX_SCANS {
            return Err(ScanError::Unsupported("more than 100 passes over the picture"));
        }
        let segment = self.segment()?;
        let frame = self.frame.as_mut().ok_or_else(|| damaged("its picture begins before its header"))?;
        let header = ScanHeader::parse(segment, frame)?;
        let mut bits = Bits::new(&self.bytes[self.at..]);
        frame.decode(&header, &self.tables, &mut bits)?;
        self.at += bits.finish(MAX_PADDING)?;
        Ok(())
    }
}

impl Tables {
    fn quantization(&mut self, mut segment: &[u8]) -> Result<(), ScanError> {
        while let [head, rest @ ..] = segment {
            let (wide, index) = (head >> 4, usize::from(head & 15));
            let length = if wide == 0 { 64 } else { 128 };
            if wide > 1 || index > 3 || rest.len() < length {
                return Err(damaged("a quantization table is invalid"));
            }
            let step = if wide == 0 { u16::from(rest[0]) } else { u16::from_be_bytes([rest[0], rest[1]]) };
            self.steps[index] = Some(step);
            segment = &rest[length..];
        }
        Ok(())
    }

    fn huffman(&mut self, mut segment: &[u8]) -> Result<(), ScanError> {
        let invalid = || damaged("a Huffman table is invalid");
        while let [head, rest @ ..] = segment {
            let (class, index) = (head >> 4, usize::from(head & 15));
            let counts: &[u8; 16] = rest.first_chunk().ok_or_else(invalid)?;
            let total: usize = counts.iter().map(|count| usize::from(*count)).sum();
            let values = rest.get(16..16 + total).ok_or_else(invalid)?;
            let table = Huffman::new(counts, values).ok_or_else(invalid)?;
            let slot = if class == 0 { self.dc.get_mut(index) } else { self.ac.get_mut(index) };
            *slot.filter(|_| class < 2).ok_or_else(invalid)? = Some(table);
            segment = &rest[16 + total..];
        }
        Ok(())
    }
}

impl Frame {
    fn parse(segment: &[u8], progressive: bool) -> Result<Self, ScanError> {
        let invalid = || damaged("its header is invalid");
        let [precision, h1, h2, w1, w2, count, list @ ..] = segment else { return Err(invalid()) };
        if *precision == 12 {
            return Err(ScanError::Unsupported("12 bits a channel"));
        }
        let height = usize::from(u16::from_be_bytes([*h1, *h2]));
        let width = usize::from(u16::from_be_bytes([*w1, *w2]));
        if height == 0 {
            return Err(ScanError::Unsupported("a height that stands behind the picture"));
        }
        if *precision != 8 || width == 0 || !matches!(count, 1..=4) || list.len() != usize::from(*count) * 3 {
            return Err(invalid());
        }
        check_dimensions(width, height)?;
        let factors = list.chunks_exact(3).map(|c| (usize::from(c[1] >> 4), usize::from(c[1] & 15)));
        if factors.clone().any(|(h, v)| !(1..=4).contains(&h) || !(1..=4).contains(&v)) {
            return Err(invalid());
        }
        let horizontal = factors.clone().map(|(h, _)| h).max().unwrap_or(1);
        let vertical = factors.map(|(_, v)| v).max().unwrap_or(1);
        let mut frame = Self { width, height, progressive, horizontal, vertical, components: Vec::new() };
        for c in list.chunks_exact(3) {
            frame.components.push(frame.component(c[0], usize::from(c[1] >> 4), usize::from(c[1] & 15), c[2])?);
        }
        Ok(frame)
    }

    fn component(&self, id: u8, horizontal: usize, vertical: usize, table: u8) -> Result<Component, ScanError> {
        let (units_x, units_y) = self.units();
        let blocks = (
            (self.width * horizontal).div_ceil(self.horizontal * 8),
            (self.height * vertical).div_ceil(self.vertical * 8),
        );
        if table > 3 {
            return Err(damaged("its header is invalid"));
        }
        Ok(Component {
            id,
            horizontal,
            vertical,
            quantization: usize::from(table),
            blocks,
            stride: units_x * horizontal,
            dc: vec![0; units_x * horizontal * units_y * vertical],
            nonzero: if self.progressive { vec![0; units_x * horizontal * units_y * vertical] } else { Vec::new() },
            missing: [None; 64],
            prediction: 0,
        })
    }

    /// Units of an interleaved scan in a row and in a column.
    fn units(&self) -> (usize, usize) {
        (self.width.div_ceil(self.horizontal * 8), self.height.div_ceil(self.vertical * 8))
    }

    fn decode(&mut self, header: &ScanHeader, tables: &Tables, bits: &mut Bits) -> Result<(), ScanError> {
        let units = match header.components[..] {
            [(index, ..)] => self.components[index].blocks,
            _ => self.units(),
        };
        let mut pass = Pass { header, tables, progressive: self.progressive, eob_run: 0 };
        let mut restart = 0;
        for unit in 0..units.0 * units.1 {
            if tables.restart_interval > 0 && unit > 0 && unit % tables.restart_interval == 0 {
                if pass.eob_run > 0 {
                    return Err(damaged("its picture data is corrupt"));
                }
                bits.restart(restart, MAX_PADDING)?;
                restart = (restart + 1) % 8;
                self.components.iter_mut().for_each(|component| component.prediction = 0);
            }
            self.unit(&mut pass, unit % units.0, unit / units.0, bits)?;
        }
        if pass.eob_run > 0 {
            return Err(damaged("its picture data is corrupt"));
        }
        for component in &mut self.components {
            component.prediction = 0;
        }
        for (index, ..) in &header.components {
            self.components[*index].missing[header.start..=header.end].fill(Some(header.low));
        }
        Ok(())
    }

    fn unit(&mut self, pass: &mut Pass, x: usize, y: usize, bits: &mut Bits) -> Result<(), ScanError> {
        if let [(index, dc, ac)] = pass.header.components[..] {
            let component = &mut self.components[index];
            let block = y * component.stride + x;
            return pass.block(component, block, dc, ac, bits);
        }
        for (index, dc, ac) in &pass.header.components {
            let component = &mut self.components[*index];
            for row in 0..component.vertical {
                for column in 0..component.horizontal {
                    let block = (y * component.vertical + row) * component.stride + x * component.horizontal + column;
                    pass.block(component, block, *dc, *ac, bits)?;
                }
            }
        }
        Ok(())
    }

    /// The picture at an eighth of its size, from the mean of each block.
    fn thumbnail(&self, tables: &Tables) -> Result<Thumbnail, ScanError> {
        let (width, height) = (self.width.div_ceil(8), self.height.div_ceil(8));
        let mut steps = [0; 4];
        for (step, component) in steps.iter_mut().zip(&self.components) {
            *step = tables.steps[component.quantization].ok_or_else(|| damaged("a quantization table is missing"))?;
        }
        let ids: Vec<u8> = self.components.iter().map(|component| component.id).collect();
        let rgb = tables.adobe == Some(0) || (tables.adobe.is_none() && ids == *b"RGB");
        let columns = |component: &Component| -> Vec<usize> {
            let column = |x: usize| (x * component.horizontal / self.horizontal).min(component.blocks.0 - 1);
            (0..width).map(column).collect()
        };
        // Divided once a column and once a row: there are many blocks.
        let columns: Vec<Vec<usize>> = self.components.iter().map(columns).collect();
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let row = |component: &Component| {
                let row = (y * component.vertical / self.vertical).min(component.blocks.1 - 1);
                row * component.stride
            };
            let rows: Vec<&[i16]> = self.components.iter().map(|component| &component.dc[row(component)..]).collect();
            for x in 0..width {
                let mut means = [0; 4];
                for (((mean, row), columns), step) in means.iter_mut().zip(&rows).zip(&columns).zip(steps) {
                    *mean = (i32::from(row[columns[x]]) * i32::from(step) + 4) / 8 + 128;
                }
                pixels.push(colour(means, self.components.len(), rgb));
            }
        }
        let quarter_turn = tables.quarter_turn;
        Ok(Thumbnail { full: (self.width, self.height), width, height, pixels, quarter_turn })
    }
}

/// Red, green and blue of what the channels say.
fn colour(means: [i32; 4], channels: usize, rgb: bool) -> [u8; 3] {
    let byte = |value: i32| u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX);
    let [a, b, c, d] = means;
    if channels < 3 {
        return [byte(a); 3];
    }
    let three = if rgb {
        [a, b, c]
    } else {
        // The factors of JFIF, in parts of 256.
        let (b, c) = (b - 128, c - 128);
        [a + (359 * c + 128) / 256, a - (88 * b + 183 * c + 128) / 256, a + (454 * b + 128) / 256]
    };
    // Four channels are ink, stored inverted as Adobe does: 255 is none.
    if channels == 4 { three.map(|value| byte(value * d / 255)) } else { three.map(byte) }
}

impl ScanHeader {
    fn parse(segment: &[u8], frame: &Frame) -> Result<Self, ScanError> {
        let invalid = || damaged("the header of a pass is invalid");
        let (count, rest) = segment.split_first().ok_or_else(invalid)?;
        let count = usize::from(*count);
        if !(1..=4).contains(&count) || rest.len() != count * 2 + 3 {
            return Err(invalid());
        }
        let mut components: Vec<(usize, usize, usize)> = Vec::with_capacity(count);
        for pair in rest[..count * 2].chunks_exact(2) {
            let index = frame.components.iter().position(|component| component.id == pair[0]).ok_or_else(invalid)?;
            let (dc, ac) = (usize::from(pair[1] >> 4), usize::from(pair[1] & 15));
            if components.iter().any(|(other, ..)| *other == index) || dc > 3 || ac > 3 {
                return Err(invalid());
            }
            components.push((index, dc, ac));
        }
        let [start, end, precision] = rest[count * 2..] else { return Err(invalid()) };
        let (start, end, high, low) = if frame.progressive {
            (usize::from(start), usize::from(end), precision >> 4, precision & 15)
        } else {
            (0, ZIGZAG_END, 0, 0)
        };
        let header = Self { components, start, end, high, low };
        if header.is_valid(frame) { Ok(header) } else { Err(invalid()) }
    }

    fn is_valid(&self, frame: &Frame) -> bool {
        let band = self.start <= self.end
            && self.end <= ZIGZAG_END
            && (!frame.progressive || (self.start == 0) == (self.end == 0))
            && (self.start == 0 || self.components.len() == 1)
            && self.low <= 13
            && (self.high == 0 || self.high == self.low + 1);
        if !band {
            return false;
        }
        // A pass either begins a coefficient, or adds the next bit to it.
        self.components.iter().all(|(index, ..)| {
            let expected = (self.high > 0).then_some(self.high);
            frame.components[*index].missing[self.start..=self.end].iter().all(|missing| *missing == expected)
        })
    }
}

/// One pass over the picture.
struct Pass<'a> {
    header: &'a ScanHeader,
    tables: &'a Tables,
    progressive: bool,
    /// Blocks that follow and have no more coefficients in this band.
    eob_run: u32,
}

impl Pass<'_> {
    fn block(
        &mut self,
        component: &mut Component,
        block: usize,
        dc: usize,
        ac: usize,
        bits: &mut Bits,
    ) -> Result<(), ScanError> {
        let missing = || damaged("a Huffman table is missing");
        let header = self.header;
        if header.start == 0 && header.high == 0 {
            let table = self.tables.dc[dc].as_ref().ok_or_else(missing)?;
            component.prediction += bits.difference(table)?;
            let step = i32::from(self.tables.steps[component.quantization].unwrap_or(1));
            // The mean of a block lies between black and white; encoders may round by a step.
            if (component.prediction << header.low).saturating_mul(step).abs() > 2048 + step * 2 {
                return Err(damaged("its picture data is corrupt"));
            }
            component.dc[block] = i16::try_from(component.prediction << header.low).unwrap_or(i16::MAX);
        } else if header.start == 0 {
            let bit = i16::try_from(bits.take(1)?).unwrap_or(0);
            component.dc[block] |= bit << header.low;
        }
        if header.end == 0 {
            return Ok(());
        }
        let table = self.tables.ac[ac].as_ref().ok_or_else(missing)?;
        if !self.progressive {
            return bits.sequential(table);
        }
        let band = (header.start, header.end);
        let nonzero = &mut component.nonzero[block];
        if header.high == 0 {
            bits.first(table, band, nonzero, &mut self.eob_run)
        } else {
            bits.refine(table, band, nonzero, &mut self.eob_run)
        }
    }
}
