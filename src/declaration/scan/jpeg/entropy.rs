//! Entropy-coded data of a JPEG: bits, Huffman codes, and the coefficients of a block.

use super::damaged;
use crate::declaration::ScanError;

/// The last coefficient of a block.
pub(super) const ZIGZAG_END: usize = 63;

/// A canonical Huffman table.
pub(super) struct Huffman {
    /// By the next 9 bits: the length of the code that they begin with, 0 when it is longer, and
    /// its value.
    short: Vec<(u8, u8)>,
    /// By length: the first code, the number of codes, and the index of its value.
    long: [(u32, u32, usize); 17],
    values: Vec<u8>,
}

const SHORT: u32 = 9;

impl Huffman {
    /// The table of so many codes of each length; `None` when there are more codes than bits allow.
    pub(super) fn new(counts: &[u8; 16], values: &[u8]) -> Option<Self> {
        let mut table = Self { short: vec![(0, 0); 1 << SHORT], long: [(0, 0, 0); 17], values: values.to_vec() };
        let (mut code, mut index) = (0_u32, 0);
        for (length, count) in (1_u32..).zip(counts.iter().map(|count| u32::from(*count))) {
            if code + count > 1 << length {
                return None;
            }
            table.long[length as usize] = (code, count, index);
            for _ in 0..count {
                if length <= SHORT {
                    let start = (code << (SHORT - length)) as usize;
                    let length = u8::try_from(length).ok()?;
                    table.short[start..start + (1 << (SHORT - u32::from(length)))].fill((length, values[index]));
                }
                (code, index) = (code + 1, index + 1);
            }
            code <<= 1;
        }
        Some(table)
    }
}

/// Reads bits up to the next marker.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    buffer: u64,
    count: u32,
}

fn corrupt() -> ScanError {
    damaged("its picture data is corrupt")
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, buffer: 0, count: 0 }
    }

    fn fill(&mut self) {
        while self.count <= 48 {
            let byte = match self.bytes[self.at.min(self.bytes.len())..] {
                [0xFF, 0x00, ..] => {
                    self.at += 2;
                    0xFF
                }
                [0xFF, ..] | [] => return,
                [byte, ..] => {
                    self.at += 1;
                    byte
                }
            };
            self.buffer = self.buffer << 8 | u64::from(byte);
            self.count += 8;
        }
    }

    /// The next bits, at most 16.
    pub(super) fn take(&mut self, count: u32) -> Result<u32, ScanError> {
        if self.count < count {
            self.fill();
            if self.count < count {
                return Err(damaged("its picture data ends early"));
            }
        }
        self.count -= count;
        Ok(u32::try_from(self.buffer >> self.count & ((1 << count) - 1)).unwrap_or(0))
    }

    fn symbol(&mut self, table: &Huffman) -> Result<u8, ScanError> {
        if self.count < 16 {
            self.fill();
        }
        if self.count >= SHORT {
            let next = usize::try_from(self.buffer >> (self.count - SHORT) & ((1 << SHORT) - 1)).unwrap_or(0);
            let (length, value) = table.short[next];
            if length > 0 {
                self.count -= u32::from(length);
                return Ok(value);
            }
        }
        let mut code = 0;
        for (first, count, index) in &table.long[1..] {
            code = code << 1 | self.take(1)?;
            if code >= *first && code - first < *count {
                return Ok(table.values[index + (code - first) as usize]);
            }
        }
        Err(corrupt())
    }

    /// The difference of a block's mean to the one before.
    pub(super) fn difference(&mut self, table: &Huffman) -> Result<i32, ScanError> {
        let size = u32::from(self.symbol(table)?);
        if size > 11 {
            return Err(corrupt());
        }
        let value = i32::try_from(self.take(size)?).unwrap_or(0);
        Ok(if size > 0 && value < 1 << (size - 1) { value - (1 << size) + 1 } else { value })
    }

    /// The other coefficients of a block, all at once: a band in which every block ends by itself.
    pub(super) fn sequential(&mut self, table: &Huffman) -> Result<(), ScanError> {
        let (mut nonzero, mut eob_run) = (0, 0);
        self.first(table, (1, ZIGZAG_END), &mut nonzero, &mut eob_run)?;
        if eob_run > 0 { Err(corrupt()) } else { Ok(()) }
    }

    /// The first bits of a band of coefficients.
    pub(super) fn first(
        &mut self,
        table: &Huffman,
        (start, end): (usize, usize),
        nonzero: &mut u64,
        eob_run: &mut u32,
    ) -> Result<(), ScanError> {
        if *eob_run > 0 {
            *eob_run -= 1;
            return Ok(());
        }
        let mut k = start;
        while k <= end {
            let symbol = self.symbol(table)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            match (run, size) {
                (15, 0) => k += 16,
                (_, 0) => {
                    *eob_run = (1 << run) - 1 + self.take(u32::from(symbol >> 4))?;
                    return Ok(());
                }
                (_, 1..=10) if k + run <= end => {
                    self.take(size)?;
                    *nonzero |= 1 << (k + run);
                    k += run + 1;
                }
                _ => return Err(corrupt()),
            }
        }
        // A run of zeros may end the band, and not lead past it.
        if k > end + 1 { Err(corrupt()) } else { Ok(()) }
    }

    /// The next bit of a band of coefficients.
    pub(super) fn refine(
        &mut self,
        table: &Huffman,
        (start, end): (usize, usize),
        nonzero: &mut u64,
        eob_run: &mut u32,
    ) -> Result<(), ScanError> {
        let mut k = start;
        if *eob_run == 0 {
            while k <= end {
                let symbol = self.symbol(table)?;
                let (mut run, size) = (u32::from(symbol >> 4), symbol & 15);
                match size {
                    0 if run < 15 => {
                        *eob_run = (1 << run) + self.take(run)?;
                        break;
                    }
                    0 => {}
                    1 => drop(self.take(1)?),
                    _ => return Err(corrupt()),
                }
                // Over the coefficients that are known already, a bit each, and so many zeros.
                loop {
                    if k > end {
                        // Only a run of zeros may end with the band.
                        return if size == 0 && run == 0 { Ok(()) } else { Err(corrupt()) };
                    }
                    if *nonzero >> k & 1 == 1 {
                        self.take(1)?;
                    } else if run == 0 {
                        break;
                    } else {
                        run -= 1;
                    }
                    k += 1;
                }
                *nonzero |= u64::from(size) << k;
                k += 1;
            }
        }
        if *eob_run > 0 {
            let mut left = if k > end { 0 } else { (*nonzero & band(k, end)).count_ones() };
            while left > 0 {
                let bits = left.min(16);
                self.take(bits)?;
                left -= bits;
            }
            *eob_run -= 1;
        }
        Ok(())
    }

    /// Passes the restart marker of this number.
    pub(super) fn restart(&mut self, number: u8, padding: usize) -> Result<(), ScanError> {
        let marker = self.finish(padding)?;
        match self.bytes.get(marker..marker + 2) {
            Some([0xFF, found]) if *found == 0xD0 + number => {}
            _ => return Err(damaged("a restart marker is missing")),
        }
        *self = Self { at: marker + 2, ..Self::new(self.bytes) };
        Ok(())
    }

    /// Where the marker behind the data begins, in bytes from the start of the data.
    ///
    /// Bits that fill the last byte are left, and zeros of some encoders; whole codes are not.
    pub(super) fn finish(&mut self, padding: usize) -> Result<usize, ScanError> {
        let start = self.at - self.buffered_bytes();
        let rest = &self.bytes[start.min(self.bytes.len())..];
        let zeros = rest.iter().take(padding + 1).take_while(|byte| **byte == 0).count();
        let after = &rest[zeros..];
        let fill = after.iter().take_while(|byte| **byte == 0xFF).count();
        match after.get(fill) {
            _ if zeros > padding => Err(corrupt()),
            Some(0) => Err(corrupt()),
            Some(_) if fill > 0 => Ok(start + zeros + fill - 1),
            Some(_) => Err(corrupt()),
            None => Err(damaged("the file ends before the picture does")),
        }
    }

    /// The bytes of the file that whole buffered bytes take: an `FF` takes two.
    fn buffered_bytes(&self) -> usize {
        (0..self.count / 8).map(|i| if self.buffer >> (8 * i) & 0xFF == 0xFF { 2 } else { 1 }).sum()
    }
}

/// The bits from `first` to `last`.
fn band(first: usize, last: usize) -> u64 {
    (u64::MAX << first) & (u64::MAX >> (ZIGZAG_END - last))
}
