//! A reading as one row of characters, in the form in which they are compared.

use unicode_normalization::UnicodeNormalization as _;

use super::reading::{Area, Reading};

/// The most characters of a reading: a page of A4 has about two thousand.
pub(crate) const MAX_CHARACTERS: usize = 20_000;

/// A character of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// The form in which it is compared.
    pub(super) folded: char,
    /// As it was read; `None` for the rest of a character that is compared as several.
    pub(super) raw: Option<char>,
    /// Whether a line or the cell of a table begins with it.
    pub(super) begins: bool,
    /// Whether the engine put white space before it.
    pub(super) spaced: bool,
    /// The line, counted from 0.
    pub(super) line: usize,
    confidence: Option<f32>,
    area: Option<Area>,
}

/// A page in the order in which it is read, without white space.
#[derive(Debug, Clone, Default)]
pub(super) struct Stream(pub(super) Vec<Glyph>);

/// A gap of this many heights of the line parts two cells of a table.
const CELL_GAP: f32 = 2.0;

impl Stream {
    pub(super) fn of(reading: &Reading) -> Self {
        let mut glyphs: Vec<Glyph> = Vec::new();
        for (number, line) in reading.lines.iter().enumerate() {
            let mut before: Option<Option<Area>> = None;
            for word in &line.words {
                let mut begins = before.is_none_or(|before| is_apart(before, word.area));
                let mut spaced = true;
                for raw in word.text.chars().take(MAX_CHARACTERS) {
                    if raw.is_whitespace() {
                        spaced = true;
                        continue;
                    }
                    let mut raw = Some(raw);
                    for c in raw.into_iter().nfkc().filter(|c| !c.is_whitespace() && !c.is_control()) {
                        glyphs.push(Glyph {
                            folded: fold(c),
                            raw: raw.take(),
                            begins: std::mem::take(&mut begins),
                            spaced: std::mem::take(&mut spaced),
                            line: number,
                            confidence: word.confidence,
                            area: word.area,
                        });
                    }
                }
                before = Some(word.area);
            }
        }
        glyphs.truncate(MAX_CHARACTERS);
        Self(glyphs)
    }

    /// The characters from one place to another as they were read, with spaces between Latin words
    /// alone.
    pub(super) fn raw(&self, from: usize, to: usize) -> String {
        let mut text = String::new();
        let mut last_is_latin = false;
        for (at, glyph) in self.0[from..to].iter().enumerate() {
            let Some(raw) = glyph.raw else { continue };
            if at > 0 && (glyph.spaced || glyph.begins) && last_is_latin && raw.is_ascii_alphabetic() {
                text.push(' ');
            }
            text.push(raw);
            last_is_latin = raw.is_ascii_alphabetic();
        }
        text
    }

    /// How sure the engine is of the characters from one place to another: the mean.
    pub(super) fn confidence(&self, from: usize, to: usize) -> Option<f32> {
        let known: Vec<f32> = self.0[from..to].iter().filter_map(|glyph| glyph.confidence).collect();
        #[expect(clippy::cast_precision_loss, reason = "a text on a page is short")]
        let count = known.len() as f32;
        (!known.is_empty()).then(|| known.iter().sum::<f32>() / count)
    }

    /// Where the words from one place to another are.
    pub(super) fn area(&self, from: usize, to: usize) -> Option<Area> {
        self.0[from..to].iter().filter_map(|glyph| glyph.area).reduce(Area::with)
    }

    /// Whether a cell of a table is the next one of its column; `None` when the engine does not
    /// tell places.
    pub(super) fn is_below(&self, above: (usize, usize), cell: (usize, usize)) -> Option<bool> {
        const TOLERANCE: f32 = 0.02;
        const HIGHEST_ROW: f32 = 0.06;
        let (above, cell) = (self.area(above.0, above.1)?, self.area(cell.0, cell.1)?);
        let overlaps = above.left < cell.left + cell.width && cell.left < above.left + above.width;
        let is_aligned = (above.left - cell.left).abs() < TOLERANCE;
        let is_next = (0.0..HIGHEST_ROW).contains(&(cell.top - above.top));
        Some(is_next && (overlaps || is_aligned))
    }
}

/// Whether a word stands in another cell than the one before it. Words of plain text are cells.
fn is_apart(before: Option<Area>, area: Option<Area>) -> bool {
    match (before, area) {
        // Heights are shares of the height of a page, which is about 1.4 times its width.
        (Some(before), Some(area)) => {
            let gap = area.left - (before.left + before.width);
            gap > CELL_GAP * before.height.min(area.height) * 1.4
        }
        _ => true,
    }
}

/// The characters of a declared text in the form in which they are compared.
pub(super) fn folded(text: &str) -> Vec<char> {
    text.nfkc().filter(|c| !c.is_whitespace()).map(fold).collect()
}

/// The form of a character in which it is compared, after widths no longer count.
///
/// Characters have one form that a reader of a print could not tell apart either: those of one
/// shape in several scripts, small and capital letters of one shape, and Chinese characters that
/// differ in the length of a stroke alone. Nothing else is taken for the same.
pub(super) fn fold(c: char) -> char {
    match c {
        // Brackets of any kind: engines mix them up.
        '(' | '〈' | '《' | '【' | '〔' | '[' | '{' | '「' | '『' | '⟨' => '(',
        ')' | '〉' | '》' | '】' | '〕' | ']' | '}' | '」' | '』' | '⟩' => ')',
        '0' | 'O' | 'o' | '〇' | '○' | '◯' => '0',
        '1' | 'I' | 'l' | '丨' => '1',
        '•' | '・' | '∙' | '⋅' | '●' => '·',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | 'ー' => '-',
        '、' | '﹑' => '、',
        '。' | '｡' => '。',
        'C' | 'K' | 'P' | 'S' | 'U' | 'V' | 'W' | 'X' | 'Z' => c.to_ascii_lowercase(),
        // Of one shape in several scripts.
        'ニ' => '二',
        'ロ' | '囗' => '口',
        'カ' => '力',
        'タ' => '夕',
        'エ' => '工',
        'ハ' => '八',
        'ト' => '卜',
        // The length of a stroke.
        '末' => '未',
        '士' => '土',
        '已' | '巳' => '己',
        '曰' => '日',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        folded(a) == folded(b)
    }

    #[test]
    fn what_a_reader_takes_for_the_same_is_the_same() {
        for (a, b) in [
            ("支付宝（中国）网络", "支付宝 (中国) 网络"),
            ("９１３３０１００ＭＡ", "91330100MA"),
            ("MA2GQ0UL1X", "MA2GQOULIX"),
            ("未来土地", "末来士地"),
            ("阿里·巴巴", "阿里•巴巴"),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn what_a_reader_can_tell_apart_differs() {
        for (a, b) in [
            ("菜鸟", "菜乌"),
            ("浙江", "浙汇"),
            ("裹", "裏"),
            ("B", "8"),
            ("a", "A"),
            ("5", "S"),
            ("天猫(中国)", "天猫中国"),
        ] {
            assert!(!same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn cells_are_parted_and_words_of_a_line_are_not() {
        let tsv = "level\tpage_num\t\n1\t1\t0\t0\t0\t0\t0\t0\t1000\t1400\t-1\t\n\
                   5\t1\t1\t1\t1\t1\t100\t200\t20\t20\t90\t1\n5\t1\t1\t1\t1\t2\t300\t200\t40\t20\t90\t菜鸟\n\
                   5\t1\t1\t1\t1\t3\t350\t200\t40\t20\t70\t网络\n";
        let stream = Stream::of(&Reading::of_output(tsv)[0]);
        assert_eq!(stream.0.iter().map(|glyph| glyph.begins).collect::<Vec<_>>(), [true, true, false, false, false]);
        assert_eq!(stream.raw(1, 5), "菜鸟网络");
        assert!((stream.confidence(1, 5).unwrap() - 0.8).abs() < 1e-6);
    }
}
