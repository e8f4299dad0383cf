use super::*;

/// A good scan, as far as it was measured.
const GOOD: Appearance = Appearance {
    full: (1240, 1754),
    paper: 240,
    ink: 0.08,
    contrast: 0.3,
    red: 0.005,
    balance: 2.5,
    quarter_turn: false,
};

fn flaws(appearance: Appearance) -> Vec<Flaw> {
    appearance.flaws().collect()
}

#[test]
fn a_scan_is_judged_by_what_can_be_seen_of_it() {
    assert_eq!(flaws(GOOD), []);
    let nothing = Appearance { ink: 0.0, contrast: 0.0, red: 0.0, balance: -3.0, ..GOOD };
    assert_eq!(flaws(nothing), [Flaw::Blank]);
    assert_eq!(flaws(Appearance { paper: 40, ..nothing }), [Flaw::Dark]);
    assert_eq!(flaws(Appearance { full: (400, 3000), paper: 40, ..nothing }), [Flaw::TooSmall(400, 3000)]);
    assert_eq!(flaws(Appearance { contrast: 0.05, red: 0.0, ..GOOD }), [Flaw::Light]);
    assert_eq!(flaws(Appearance { red: 0.0, balance: -2.0, ..GOOD }), [Flaw::NoRed, Flaw::Sideways]);
    assert_eq!(flaws(Appearance { balance: -2.0, quarter_turn: true, ..GOOD }), []);
}

/// A thumbnail of A4 at 150 dpi, with a colour for each block.
fn thumbnail(colour: impl Fn(usize, usize) -> [u8; 3]) -> Thumbnail {
    let (width, height) = (155, 220);
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| colour(x, y)).collect();
    Thumbnail { full: (1240, 1760), width, height, pixels, quarter_turn: false }
}

/// Whether there is text at a block: lines with gaps between them and between their characters.
fn is_text(x: usize, y: usize) -> bool {
    (20..135).contains(&x) && (20..120).contains(&y) && y % 5 < 3 && x % 7 < 6
}

/// Whether there is the ring of a seal at a block.
fn is_seal(x: usize, y: usize) -> bool {
    (196..256).contains(&(x.abs_diff(90).pow(2) + y.abs_diff(150).pow(2)))
}

/// A colour in this light.
fn lit(colour: [u8; 3], light: [u32; 3]) -> [u8; 3] {
    [0, 1, 2].map(|channel| u8::try_from(u32::from(colour[channel]) * light[channel] / 255).unwrap())
}

fn paper(x: usize, y: usize) -> [u8; 3] {
    match (is_text(x, y), is_seal(x, y)) {
        (true, _) => [150; 3],
        (_, true) => [235, 140, 145],
        _ => [255; 3],
    }
}

#[test]
fn a_paper_is_good_in_uneven_and_in_warm_light() {
    let uneven = |x: usize, y: usize| [255 - u32::try_from(x + y / 2).unwrap() / 2; 3];
    for light in [&(|_, _| [255_u32, 235, 180]) as &dyn Fn(usize, usize) -> [u32; 3], &uneven] {
        let appearance = Appearance::of(&thumbnail(|x, y| lit(paper(x, y), light(x, y))));
        assert_eq!(flaws(appearance), [], "{appearance:?}");
    }
}

#[test]
fn warm_light_makes_nothing_red() {
    let grey = |x, y| paper(x, y).map(|_| paper(x, y)[1]);
    let appearance = Appearance::of(&thumbnail(|x, y| lit(grey(x, y), [255, 225, 170])));
    assert_eq!((appearance.red, flaws(appearance)), (0.0, vec![Flaw::NoRed]));
}

#[test]
fn a_table_around_the_paper_and_a_shadow_are_no_ink() {
    let empty = |x: usize, y: usize| match (x, y) {
        (3.., 12..) if x + y < 300 => [250; 3],
        (3.., 12..) => [120; 3],
        _ => [60, 45, 30],
    };
    let appearance = Appearance::of(&thumbnail(empty));
    assert_eq!((appearance.ink, flaws(appearance)), (0.0, vec![Flaw::Blank]), "{appearance:?}");
}

#[test]
fn a_quarter_turn_inverts_the_balance() {
    let upright = Appearance::of(&thumbnail(paper));
    let pixels: Vec<_> = (0..155).flat_map(|y| (0..220).map(move |x| paper(154 - y, x))).collect();
    let turned = Thumbnail { full: (1760, 1240), width: 220, height: 155, pixels, quarter_turn: false };
    let turned = Appearance::of(&turned);
    assert!(upright.balance > 1.2 && (upright.balance + turned.balance).abs() < 0.5, "{upright:?} {turned:?}");
    assert_eq!(flaws(turned), [Flaw::Sideways]);
}

#[test]
fn a_scan_of_any_size_is_looked_at() {
    for (width, height) in [(0, 0), (1, 1), (1, 9), (9, 1), (1500, 2), (2, 1500)] {
        let pixels = vec![[255, 0, 0]; width * height];
        let thumbnail = Thumbnail { full: (width * 8, height * 8), width, height, pixels, quarter_turn: false };
        assert_eq!(flaws(Appearance::of(&thumbnail)), [Flaw::TooSmall(width * 8, height * 8)]);
    }
    let large = Thumbnail {
        full: (9921, 7016),
        width: 1241,
        height: 877,
        pixels: vec![[250; 3]; 1241 * 877],
        quarter_turn: false,
    };
    assert_eq!(flaws(Appearance::of(&large)), [Flaw::Blank]);
}
