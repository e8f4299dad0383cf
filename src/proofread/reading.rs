//! What an engine read from a page: lines of words, each with its place and with how sure the
//! engine is.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// One reading of a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The lines, in the order in which the engine reads them.
    pub lines: Vec<Line>,
}

/// A line of a page, or of a cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its words, from left to right. White space says nothing: engines put it between any two
    /// Chinese characters.
    pub words: Vec<Word>,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// What it says.
    pub text: String,
    /// How sure the engine is, from 0 to 1, when it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// Where it is, when the engine tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
}

/// A part of a page. All numbers are shares of the width and the height of the picture, from its
/// upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Area {
    /// Where it begins, from the left edge.
    pub left: f32,
    /// Where it begins, from the upper edge.
    pub top: f32,
    /// Its width.
    pub width: f32,
    /// Its height.
    pub height: f32,
}

impl Area {
    /// The smallest part that holds both.
    pub(super) fn with(self, other: Self) -> Self {
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        let right = (self.left + self.width).max(other.left + other.width);
        let bottom = (self.top + self.height).max(other.top + other.height);
        Self { left, top, width: right - left, height: bottom - top }
    }
}

/// The first column of the heading of Tesseract's TSV.
const HEADING: &str = "level\tpage_num\t";

impl Reading {
    /// The readings in what an engine printed: one for each page of Tesseract's TSV, or one of
    /// plain text.
    pub fn of_output(text: &str) -> Vec<Self> {
        let text = text.trim_start_matches('\u{feff}');
        if text.starts_with(HEADING) { of_tsv(text) } else { vec![of_text(text)] }
    }

    /// How many characters were read, white space not counted.
    pub(crate) fn length(&self) -> usize {
        let words = self.lines.iter().flat_map(|line| &line.words);
        words.map(|word| word.text.chars().filter(|c| !c.is_whitespace()).count()).sum()
    }
}

fn of_text(text: &str) -> Reading {
    let word = |text: &str| Word { text: text.to_owned(), confidence: None, area: None };
    // Two spaces or a tab part the cells of a table.
    let words = |line: &str| {
        let cells = line.split('\t').flat_map(|part| part.split("  ")).map(str::trim);
        cells.filter(|cell| !cell.is_empty()).map(word).collect::<Vec<_>>()
    };
    let lines = text.lines().map(|line| Line { words: words(line) });
    Reading { lines: lines.filter(|line| !line.words.is_empty()).collect() }
}

/// A row of the table that Tesseract prints:
/// `level page block paragraph line word left top width height conf text`.
struct Row<'t> {
    level: u32,
    /// Page, block, paragraph and line.
    line: [u32; 4],
    /// Left, top, width and height in pixels.
    place: [f32; 4],
    confidence: f32,
    text: &'t str,
}

impl<'t> Row<'t> {
    fn read(line: &'t str) -> Option<Self> {
        let mut columns = line.splitn(12, '\t');
        let mut number = || columns.next()?.parse::<u32>().ok();
        let (level, page) = (number()?, number()?);
        let line = [page, number()?, number()?, number()?];
        number()?;
        #[expect(clippy::cast_precision_loss, reason = "pictures have far fewer pixels than a float has integers")]
        let place = [number()? as f32, number()? as f32, number()? as f32, number()? as f32];
        let confidence = columns.next()?.parse().ok()?;
        Some(Self { level, line, place, confidence, text: columns.next().unwrap_or_default().trim() })
    }
}

/// The pages of a table. A row that can't be read is passed over.
fn of_tsv(text: &str) -> Vec<Reading> {
    const PAGE: u32 = 1;
    const WORD: u32 = 5;
    let mut pages: Vec<(Reading, [f32; 2])> = Vec::new();
    let mut page_of: HashMap<u32, usize> = HashMap::new();
    let mut last = None;
    for row in text.lines().skip(1).filter_map(Row::read) {
        let page = *page_of.entry(row.line[0]).or_insert_with(|| {
            pages.push((Reading::default(), [0.0; 2]));
            pages.len() - 1
        });
        let (reading, size) = &mut pages[page];
        if row.level == PAGE {
            *size = [row.place[2], row.place[3]];
        }
        if row.level != WORD || row.text.is_empty() {
            continue;
        }
        if last.replace(row.line) != Some(row.line) {
            reading.lines.push(Line::default());
        }
        let word = Word {
            text: row.text.to_owned(),
            confidence: (0.0..=100.0).contains(&row.confidence).then_some(row.confidence / 100.0),
            area: area(row.place, *size),
        };
        reading.lines.last_mut().expect("a line was begun").words.push(word);
    }
    pages.into_iter().map(|(reading, _)| reading).collect()
}

/// A part of a page of that size; `None` where the size is not known or the part lies outside.
fn area([left, top, width, height]: [f32; 4], [page_width, page_height]: [f32; 2]) -> Option<Area> {
    let inside = page_width > 0.0 && page_height > 0.0 && left + width <= page_width && top + height <= page_height;
    let area = Area {
        left: left / page_width,
        top: top / page_height,
        width: width / page_width,
        height: height / page_height,
    };
    inside.then_some(area)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TSV: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
                       1\t1\t0\t0\t0\t0\t0\t0\t1000\t2000\t-1\t\n\
                       5\t1\t1\t1\t1\t1\t100\t200\t50\t20\t96.5\t授权\n\
                       5\t1\t1\t1\t1\t2\t160\t200\t50\t20\t90\t方:\n\
                       5\t1\t1\t1\t2\t1\t100\t300\t5000\t20\t300\t菜鸟\n\
                       nonsense\n\
                       1\t2\t0\t0\t0\t0\t0\t0\t500\t1000\t-1\t\n\
                       5\t2\t1\t1\t1\t1\t0\t0\t5\t5\t50\t 甲 \n";

    fn texts(reading: &Reading) -> Vec<Vec<&str>> {
        reading.lines.iter().map(|line| line.words.iter().map(|word| word.text.as_str()).collect()).collect()
    }

    #[test]
    fn a_table_is_lines_of_words_page_by_page() {
        let readings = Reading::of_output(TSV);
        assert_eq!(
            readings.iter().map(texts).collect::<Vec<_>>(),
            [vec![vec!["授权", "方:"], vec!["菜鸟"]], vec![vec!["甲"]]]
        );
        let word = &readings[0].lines[0].words[0];
        assert_eq!(word.confidence, Some(0.965));
        assert_eq!(word.area, Some(Area { left: 0.1, top: 0.1, width: 0.05, height: 0.01 }));
        let beyond = &readings[0].lines[1].words[0];
        assert_eq!((beyond.confidence, beyond.area), (None, None), "what can't be is not known");
    }

    #[test]
    fn plain_text_is_lines_of_cells() {
        let [reading] = &Reading::of_output("\u{feff}授权方： 甲\r\n\n1    菜鸟\t裹裹\n")[..] else {
            panic!("one page")
        };
        assert_eq!(texts(reading), [vec!["授权方： 甲"], vec!["1", "菜鸟", "裹裹"]]);
        assert_eq!(reading.lines[0].words[0].confidence, None);
    }

    #[test]
    fn rubbish_is_no_reading_of_anything() {
        for rubbish in
            ["", "\n\n", "level\tpage_num\t\n1\t2\n", "level\tpage_num\t\n5\t1\t1\t1\t1\t1\t-1\t0\t0\t0\t0\tx\n"]
        {
            assert_eq!(Reading::of_output(rubbish).iter().map(Reading::length).sum::<usize>(), 0, "{rubbish:?}");
        }
    }
}
