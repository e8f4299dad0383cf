//! What is measured of a thumbnail.
//!
//! Ink is measured against the paper around it, so that uneven light, a shadow, or a table behind
//! the paper is neither ink nor darkness. Distances are in blocks of the thumbnail, and parts of
//! the longer side: that of A4 is 439 blocks at 300 dpi.

use super::Thumbnail;

/// The most blocks along the longer side that are looked at.
const MAX_SIDE: usize = 512;
/// The least that ink is darker than the paper around it, of 255. The noise of a sensor is less in
/// the mean of a block.
const INK: u8 = 7;
/// The least brightness of paper in a shadow, in hundredths of that of most of it. What is darker
/// is a table.
const PAPER: u32 = 40;
/// Darker ink counts no more for the balance, so that the lines of tables don't outweigh text.
const FULL_INK: u8 = 48;
/// The least that red ink has more of red than of green and blue, as a share of the paper's
/// brightness.
const RED: f32 = 0.1;

/// A thumbnail, and what of it is paper and ink.
pub(super) struct Picture {
    width: usize,
    height: usize,
    colours: Vec<[u8; 3]>,
    /// How bright each block is.
    light: Vec<u8>,
    /// How bright the paper is at each block.
    paper: Vec<u8>,
    /// How much darker each block is than the paper there; 0 beside the paper.
    ink: Vec<u8>,
    /// How bright most of the paper is.
    brightness: u8,
}

impl Picture {
    pub(super) fn of(thumbnail: &Thumbnail) -> Self {
        let step = thumbnail.width.max(thumbnail.height).div_ceil(MAX_SIDE).max(1);
        let (width, height) = (thumbnail.width.div_ceil(step), thumbnail.height.div_ceil(step));
        let colours = if step == 1 { thumbnail.pixels.clone() } else { shrunk(thumbnail, step) };
        let light: Vec<u8> = colours.iter().map(|colour| brightness(*colour)).collect();
        let paper = closed(&light, width, (width.max(height) / 110).max(1));
        let brightness = percentile(&paper, 75);
        let is_paper = |paper: u8| u32::from(paper) * 100 >= u32::from(brightness) * PAPER;
        let ink = paper.iter().zip(&light).map(|(paper, light)| if is_paper(*paper) { paper - light } else { 0 });
        Self { width, height, colours, ink: ink.collect(), light, paper, brightness }
    }

    /// How bright most of the paper is, of 255.
    pub(super) fn paper(&self) -> u8 {
        self.brightness
    }

    /// The share of ink.
    pub(super) fn ink(&self) -> f32 {
        self.share(self.ink.iter().filter(|ink| **ink >= INK).count())
    }

    /// By how much the darkest hundredth is darker than the paper around it, as a share of the
    /// paper's brightness.
    pub(super) fn contrast(&self) -> f32 {
        f32::from(percentile(&self.ink, 99)) / f32::from(self.brightness.max(1))
    }

    /// The share of red ink, in the light that falls on the paper.
    pub(super) fn red(&self) -> f32 {
        let bright = percentile(&self.light, 60);
        let blocks = || self.colours.iter().zip(&self.light).zip(&self.paper).zip(&self.ink);
        let mut sums = [0_u64; 3];
        for (((colour, light), _), ink) in blocks() {
            if *light >= bright && *ink < INK {
                sums.iter_mut().zip(colour).for_each(|(sum, value)| *sum += u64::from(*value));
            }
        }
        // What makes the colour of the paper grey.
        #[allow(clippy::cast_precision_loss, reason = "a share is not exact")]
        let balance = sums.map(|sum| sums.iter().sum::<u64>() as f32 / (3 * sum.max(1)) as f32);
        let is_red = |colour: &[u8; 3], paper: u8| {
            let [red, green, blue] = [0, 1, 2].map(|channel| f32::from(colour[channel]) * balance[channel]);
            red - green.max(blue) > RED * f32::from(paper)
        };
        self.share(blocks().filter(|(((colour, _), paper), ink)| **ink >= INK && is_red(colour, **paper)).count())
    }

    /// How much more ink changes from row to row than from column to column, as a power of 2.
    ///
    /// Sums along a line of text differ much from those between lines, and sums across lines are
    /// all alike. The sums are of short pieces, so that lines may rise a little, and are compared
    /// with those around them.
    pub(super) fn balance(&self) -> f32 {
        let longer = self.width.max(self.height);
        let (piece, around) = ((longer / 11).max(8), (longer / 40).max(1));
        let ink = |x: usize, y: usize| u32::from(self.ink[y * self.width + x].min(FULL_INK));
        let mut rows = 1.0;
        for left in (0..self.width).step_by(piece) {
            let columns = left..(left + piece).min(self.width);
            let sums = (0..self.height).map(|y| columns.clone().map(|x| ink(x, y)).sum());
            rows += unevenness(&sums.collect::<Vec<_>>(), around);
        }
        let mut columns = 1.0;
        for top in (0..self.height).step_by(piece) {
            let mut sums = vec![0; self.width];
            for y in top..(top + piece).min(self.height) {
                sums.iter_mut().enumerate().for_each(|(x, sum)| *sum += ink(x, y));
            }
            columns += unevenness(&sums, around);
        }
        (rows / columns).log2()
    }

    fn share(&self, blocks: usize) -> f32 {
        #[allow(clippy::cast_precision_loss, reason = "a share is not exact")]
        let share = blocks as f32 / self.ink.len().max(1) as f32;
        share
    }
}

fn brightness([red, green, blue]: [u8; 3]) -> u8 {
    let sum = u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29;
    u8::try_from(sum / 256).unwrap_or(u8::MAX)
}

/// The thumbnail with the mean of each `step` × `step` blocks in their place.
fn shrunk(thumbnail: &Thumbnail, step: usize) -> Vec<[u8; 3]> {
    let mean = |left: usize, top: usize| {
        let (right, bottom) = ((left + step).min(thumbnail.width), (top + step).min(thumbnail.height));
        let rows = (top..bottom).map(|y| &thumbnail.pixels[y * thumbnail.width..][left..right]);
        let (mut sums, mut count) = ([0_u32; 3], 0);
        for colour in rows.flatten() {
            sums.iter_mut().zip(colour).for_each(|(sum, value)| *sum += u32::from(*value));
            count += 1;
        }
        sums.map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX))
    };
    let tops = (0..thumbnail.height).step_by(step);
    tops.flat_map(|top| (0..thumbnail.width).step_by(step).map(move |left| (left, top)))
        .map(|(left, top)| mean(left, top))
        .collect()
}

/// How bright the paper is: `light` with what is dark and at most `2 × radius` wide filled in from
/// around it, as text and lines are.
///
/// It is dark around the picture, so that a strip of table at its edge is nothing narrow.
fn closed(light: &[u8], width: usize, radius: usize) -> Vec<u8> {
    let Some(height) = light.len().checked_div(width) else { return Vec::new() };
    let (wide, high) = (width + 4 * radius, height + 4 * radius);
    let inside = |row: usize| {
        let start = (row + 2 * radius) * wide + 2 * radius;
        start..start + width
    };
    let mut field = vec![0; wide * high];
    for (row, line) in light.chunks_exact(width).enumerate() {
        field[inside(row)].copy_from_slice(line);
    }
    field = spread(&spread(&field, 1, radius, u8::max), wide, radius, u8::max);
    field = spread(&spread(&field, 1, radius, u8::min), wide, radius, u8::min);
    let mut paper = Vec::with_capacity(light.len());
    (0..height).for_each(|row| paper.extend_from_slice(&field[inside(row)]));
    paper
}

/// The largest or smallest of each value and the `radius` ones to either side of it that are `step`
/// apart.
fn spread(field: &[u8], step: usize, radius: usize, extreme: impl Fn(u8, u8) -> u8) -> Vec<u8> {
    let mut out = field.to_vec();
    for distance in (1..=radius).map(|steps| steps * step) {
        let (before, after) = (&field[..field.len() - distance], &field[distance..]);
        out[distance..].iter_mut().zip(before).for_each(|(value, other)| *value = extreme(*value, *other));
        out.iter_mut().zip(after).for_each(|(value, other)| *value = extreme(*value, *other));
    }
    out
}

/// How far sums are from the mean of those around them, squared and added up.
fn unevenness(sums: &[u32], around: usize) -> f32 {
    let mut before = Vec::with_capacity(sums.len() + 1);
    before.push(0);
    before.extend(sums.iter().scan(0, |total, sum| {
        *total += sum;
        Some(*total)
    }));
    #[allow(clippy::cast_precision_loss, reason = "a measure is not exact")]
    let distance = |(index, sum): (usize, &u32)| {
        let (start, end) = (index.saturating_sub(around), (index + around + 1).min(sums.len()));
        *sum as f32 - (before[end] - before[start]) as f32 / (end - start) as f32
    };
    sums.iter().enumerate().map(distance).map(|distance| distance * distance).sum()
}

/// The least value that `percent` of a hundred values don't exceed; 0 of none.
fn percentile(values: &[u8], percent: usize) -> u8 {
    let mut counts = [0_usize; 256];
    for value in values {
        counts[usize::from(*value)] += 1;
    }
    let wanted = values.len() * percent / 100;
    let mut seen = 0;
    let reached = counts.iter().position(|count| {
        seen += count;
        seen > 0 && seen >= wanted
    });
    reached.and_then(|value| u8::try_from(value).ok()).unwrap_or(0)
}
