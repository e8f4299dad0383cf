#![allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
use super::*;

fn picture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/jpeg").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn check(bytes: &[u8]) -> Result<Thumbnail, ScanError> {
    let format = PictureFormat::sniff(bytes).ok_or_else(|| ScanError::Format(kind::of(bytes)))?;
    check_pixels(&ScanFile { bytes: bytes.to_vec(), digest: ScanDigest::of(bytes), format })
}

const WHOLE: [&str; 11] = [
    "cjpeg-422.jpg",
    "cjpeg-progressive-restart.jpg",
    "cjpeg-restart.jpg",
    "cjpeg-rgb.jpg",
    "imagemagick-411.jpg",
    "jpegtran-three-scans.jpg",
    "pillow-baseline.jpg",
    "pillow-cmyk.jpg",
    "pillow-exif.jpg",
    "pillow-grey.jpg",
    "pillow-progressive.jpg",
];

#[test]
fn accepts_jpegs_of_several_encoders() {
    for name in WHOLE {
        let bytes = picture(name);
        let thumbnail = check(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(thumbnail.full, (240, 170), "{name}");
        // White paper: the channels are understood, inverted ink included.
        let corner = thumbnail.pixels[0];
        assert!(corner.iter().all(|value| *value > 225), "{name}: {corner:?}");
        let followed = [&bytes[..], b"\0\0\0trailing", &bytes[..]].concat();
        assert!(check(&followed).is_ok(), "{name}: bytes after the end are harmless");
    }
}

#[test]
fn refuses_seven_kinds_of_damage_in_a_jpeg() {
    for name in WHOLE {
        let whole = picture(name);
        let length = whole.len();
        let mut noise = whole.clone();
        (length / 2..length - 2).step_by(97).for_each(|at| noise[at] ^= 0x55);
        let zeroed = [&whole[..length / 2], &vec![0; length - length / 2]].concat();
        let hole = [&whole[..length * 2 / 3], &[0; 256], &whole[length * 2 / 3 + 256..]].concat();
        let shortened = [&whole[..length * 2 / 3], &whole[length * 2 / 3 + 1000..]].concat();
        let ended = [&whole[..length * 4 / 5], &[0xFF, 0xD9]].concat();
        let cut = whole[..length / 3].to_vec();
        let unended = whole[..length - 2].to_vec();
        let damaged = [
            ("noise", noise),
            ("zeroed", zeroed),
            ("hole", hole),
            ("shortened", shortened),
            ("ended", ended),
            ("cut", cut),
            ("no end marker", unended),
        ];
        for (damage, bytes) in damaged {
            assert!(
                matches!(check(&bytes), Err(ScanError::Broken(_))),
                "{name}, {damage}: {:?}",
                check(&bytes).is_ok()
            );
        }
    }
}

#[test]
fn any_bytes_end_in_an_answer() {
    for name in WHOLE {
        let whole = picture(name);
        // A third of the headers' bytes, and some of the picture data.
        for at in (2..700).step_by(3).chain((700..whole.len()).step_by(201)) {
            for value in [0x00, 0xFF] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let format = PictureFormat::Jpeg;
                let scan = ScanFile { digest: ScanDigest::of(b""), format, bytes };
                // Called directly: a panic would be contained by `check_pixels`.
                let _ = jpeg::read(&scan.bytes);
            }
        }
    }
}

#[test]
fn arithmetic_coding_is_not_called_damage() {
    let error = check(&picture("cjpeg-arithmetic.jpg")).unwrap_err();
    assert_eq!(error.to_string(), "the scan uses arithmetic coding, which few programs can read");
    assert_eq!(error.code(), Code::ScanFormat);
}

#[test]
fn a_decoder_that_panics_fails_its_own_scan_only() {
    let error = contained::<()>(|| panic!("index out of bounds")).unwrap_err();
    assert_eq!(error.code(), Code::ScanBroken);
}

#[test]
fn a_small_file_that_claims_many_pixels_is_refused_before_it_is_decoded() {
    let mut bytes = picture("pillow-baseline.jpg");
    let header = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    bytes[header + 5..header + 9].copy_from_slice(&[0x3E, 0x80, 0x3E, 0x80]);
    let error = check(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "the scan has 16000 × 16000 pixels; at most 80 million are allowed");
    // A3 at 600 dpi is not too large.
    assert!(thumbnail::check_dimensions(9921, 7016).is_ok());
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, width, height, &[255, 255, 255, 0, 0, 0]).unwrap();
    let pixels = vec![0; usize::from(width) * usize::from(height)];
    for _ in 0..2 {
        encoder.write_frame(&gif::Frame::from_indexed_pixels(width, height, pixels.clone(), None)).unwrap();
    }
    drop(encoder);
    bytes
}

#[test]
fn a_gif_is_read_to_its_end() {
    let whole = gif(40, 30);
    assert_eq!(check(&whole).unwrap().pixels, vec![[255; 3]; 20]);
    for length in [20, whole.len() / 2, whole.len() - 8] {
        assert!(matches!(check(&whole[..length]), Err(ScanError::Broken(_))), "{length}");
    }
}

fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 16, 16);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[200, 0, 0, 0].repeat(256)).unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn a_transparent_png_is_white_paper() {
    let whole = png();
    assert_eq!(check(&whole).unwrap().pixels, vec![[255; 3]; 4]);
    assert!(matches!(check(&whole[..whole.len() - 8]), Err(ScanError::Broken(_))));
}

#[test]
fn rows_of_an_interlaced_png_find_their_lines() {
    for (width, height) in [(16, 16), (1, 1), (3, 5), (17, 9)] {
        let mut seen = vec![0; width * height];
        let rows = [(0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2)]
            .iter()
            .filter(|(x, _, y, _)| *x < width && *y < height)
            .map(|(_, _, y, step)| (height - y).div_ceil(*step))
            .sum();
        for row in 0..rows {
            let (x, step, y) = raster::adam7(width, height, row);
            (x..width).step_by(step).for_each(|x| seen[y * width + x] += 1);
        }
        assert!(seen.iter().all(|count| *count == 1), "{width} × {height}");
    }
}

#[test]
fn a_folder_of_bombs_is_met_early_and_an_honest_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, length: usize, width: u16, height: u16| {
        let path = folder.path().join(name);
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.resize(length, 0);
        fs::write(&path, bytes).unwrap();
        path
    };
    let bomb = write("bomb.gif", 48_000, 8900, 8900);
    let mut budget = Budget::default();
    assert!((0..50).filter(|_| budget.admits(&bomb)).count() <= 4);
    // A4 in black and white at 600 dpi, a hundred kilobytes each.
    let page = write("page.gif", 100_000, 4960, 7016);
    let mut budget = Budget::default();
    assert!((0..1000).all(|_| budget.admits(&page)));
}

#[test]
fn a_file_is_named_by_its_first_bytes() {
    let docx = [b"PK\x03\x04".as_slice(), &[0; 26], b"word/document.xml"].concat();
    for (bytes, name) in [
        (b"%PDF-1.7\n".as_slice(), "a PDF"),
        (b"", "an empty file"),
        (b"\0\0\0\0", "nothing but zeros, as an interrupted copy leaves it"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "a pointer of Git LFS, not the picture itself"),
        (b"\xEF\xBB\xBFversion https://hawser.github.com/spec/v1\n", "a pointer of Git LFS, not the picture itself"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "a WebP picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC picture, as phones take them"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "an AVIF picture"),
        (b"II*\0\x08\0", "a TIFF picture"),
        (b"MM\0*\0\0", "a TIFF picture"),
        (b"BM\x36\0\0\0", "a BMP picture"),
        (b"\xEF\xBB\xBF<!DOCTYPE html>", "a web page, perhaps an error or a login page"),
        (b"<?xml version='1.0'?><Error>", "an XML document, perhaps an error of an object store"),
        (b"<svg xmlns=", "an SVG drawing"),
        (b"PK\x03\x04\0\0", "a ZIP archive"),
        (&docx, "a Word document"),
        ("扫描件".as_bytes(), "a text file"),
    ] {
        assert_eq!(kind::of(bytes).map(|kind| kind.name), Some(name));
    }
    assert_eq!(kind::of(b"\x01\x02\x03\x80"), None);
}

#[test]
fn a_near_name_is_suggested() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("scans")).unwrap();
    fs::write(folder.path().join("scans/Cainiao.png"), "").unwrap();
    fs::write(folder.path().join("scans/授权书.jpg"), "").unwrap();
    let near = |declared: &str| nearby::near(&folder.path().join(declared), declared);
    assert_eq!(near("scans/cainiao.jpg").as_deref(), Some("scans/Cainiao.png"));
    assert_eq!(near("scans/caniao.png").as_deref(), Some("scans/Cainiao.png"));
    assert_eq!(near("scan/Cainiao.png").as_deref(), Some("scans/Cainiao.png"));
    assert_eq!(near("scans/授权書.jpg").as_deref(), Some("scans/授权书.jpg"));
    assert_eq!(near("scans/unrelated.png"), None);
}
