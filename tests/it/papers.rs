//! Pictures of papers, drawn, and small: what a scan has to show, and what is wrong with those that
//! are warned of.

use std::sync::OnceLock;

/// A paper as it is drawn. The default is one that nobody would send back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paper {
    /// How bright the paper is, and how bright the text.
    pub(crate) light: (u8, u8),
    pub(crate) text: bool,
    pub(crate) seal: bool,
    pub(crate) on_its_side: bool,
    /// The shorter side in pixels.
    pub(crate) width: usize,
}

impl Default for Paper {
    fn default() -> Self {
        Self { light: (250, 60), text: true, seal: true, on_its_side: false, width: 680 }
    }
}

/// A PNG of a paper in order.
pub(crate) fn paper() -> &'static [u8] {
    static PAPER: OnceLock<Vec<u8>> = OnceLock::new();
    PAPER.get_or_init(|| Paper::default().png())
}

impl Paper {
    /// The picture as a PNG.
    pub(crate) fn png(self) -> Vec<u8> {
        let (width, height) = (self.width, self.width * 297 / 210);
        let (columns, rows) = if self.on_its_side { (height, width) } else { (width, height) };
        let mut data = Vec::with_capacity(width * height);
        for row in 0..rows {
            data.extend((0..columns).map(|column| {
                let (x, y) = if self.on_its_side { (width - 1 - row, column) } else { (column, row) };
                self.colour((x * 210 / width, y * 210 / width), (x * 840 / width, y * 840 / width))
            }));
        }
        let mut png = Vec::new();
        let (columns, rows) = (u32::try_from(columns).unwrap(), u32::try_from(rows).unwrap());
        let mut encoder = png::Encoder::new(&mut png, columns, rows);
        encoder.set_color(png::ColorType::Indexed);
        let (paper, ink) = self.light;
        encoder.set_palette([[paper; 3], [ink; 3], [210, 40, 50]].concat());
        encoder.write_header().unwrap().write_image_data(&data).unwrap();
        png
    }

    /// What is drawn at a place in millimetres, and in quarters of them: 0 nothing, 1 text, 2 the
    /// seal.
    fn colour(self, (x, y): (usize, usize), (fine_x, fine_y): (usize, usize)) -> u8 {
        let from_centre = fine_x.abs_diff(520).pow(2) + fine_y.abs_diff(800).pow(2);
        if self.seal && ((76 * 76..84 * 84).contains(&from_centre) || from_centre < 400) {
            return 2;
        }
        // Lines of 4 mm every 7 mm, of characters that are 4 mm wide and not full of ink.
        let in_text = (30..180).contains(&x) && (40..190).contains(&y) && y % 7 < 4 && fine_x % 17 < 15;
        u8::from(self.text && in_text && (fine_x / 3 + fine_y / 3) % 2 == 0)
    }
}
