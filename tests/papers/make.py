"""Makes scans of papers: what scanners and phones make of them, and what goes wrong.

Usage: make.py draw OUT [--count N] [--seed N]
       make.py scan OUT PAGE… [--kind KIND]… [--seal NAME] [--seed N]
       make.py kinds

`draw` draws papers, OUT/0000.png and so on at 300 dpi, not yet sealed, and OUT/letters.json with their fields.

`scan` makes a scan of each kind of each PAGE: OUT/STEM.KIND.jpg (or .png, .gif), and OUT/scans.json with the page, the kind, and
the rule that a warning must have, if any. A PAGE is a picture of A4 without a seal, or a PDF, whose first page is taken
at 300 dpi. NAME is the company on the seal; without it, it is the authorizer that letters.json beside the page names. Without
--kind, all kinds are made. The seal lies over the last lines of the text.

The same pages, kinds and seeds make the same pictures.
"""

import argparse
import dataclasses
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import zlib
from concurrent import futures

import numpy as np
from PIL import Image, ImageFilter, ImageOps

import draw

MAX_BYTES = 5 * 1024 * 1024
# Inks of seals, from orange to purple.
INKS = [(214, 36, 44), (226, 62, 50), (196, 38, 72), (222, 84, 76)]
# What a scanner's lid or a table looks like behind the paper.
TABLES = [(92, 70, 52), (60, 62, 66), (168, 160, 150), (34, 34, 36), (196, 186, 168)]


@dataclasses.dataclass(frozen=True)
class Kind:
    """How a picture is taken of a paper. Ranges are drawn from evenly."""

    dpi: tuple[int, ...] = (300,)
    sealed: bool = True
    empty: bool = False  # nothing is on the paper
    turn: float = 0.0  # at most, in degrees to either side
    quarter: int = 0  # quarters of a turn to the left
    photo: bool = False  # by a phone: perspective, a table, a shadow
    blur: tuple[float, float] = (0.0, 0.4)  # in thousandths of the width
    light: float = 0.0  # how uneven: how much is missing in the darkest corner
    paper: tuple[int, int] = (240, 253)  # how bright the paper is
    ink: tuple[float, float] = (0.0, 0.08)  # what black ink still reflects, of the paper's brightness
    tint: float = 0.01  # how far from white the light may be
    gamma: tuple[float, float] = (1.0, 1.0)
    noise: tuple[float, float] = (0.5, 2.0)
    grey: bool = False
    cleaned: bool = False  # background set to white by the scanner's software
    bilevel: bool = False
    exif: int = 1  # the orientation that the file claims; its pixels are turned so that it is true
    format: str = "jpg"
    quality: tuple[int, int] = (60, 95)
    rule: str | None = None  # the rule of which a warning is due


GOOD = {
    "flatbed-300": Kind(turn=0.5),
    "flatbed-150": Kind(dpi=(150,), turn=0.5),
    "office": Kind(dpi=(200,), turn=2, quality=(60, 75), cleaned=True),
    "turned": Kind(dpi=(150, 200, 300), turn=2, noise=(0.5, 3.0)),
    "old-scanner": Kind(dpi=(150, 200), turn=2, light=0.25, paper=(205, 240), ink=(0.1, 0.3), noise=(2, 5)),
    "photo": Kind(dpi=(200, 300), photo=True, turn=2, light=0.35, paper=(165, 235), tint=0.05, blur=(0.3, 0.9), noise=(1, 4)),
    "photo-warm": Kind(dpi=(200,), photo=True, turn=2, light=0.45, paper=(150, 225), tint=0.22, blur=(0.3, 0.9), noise=(1, 5)),
    "photo-chat": Kind(dpi=(120,), photo=True, turn=2, light=0.35, paper=(165, 235), tint=0.1, blur=(0.3, 0.8), quality=(60, 80)),
    "photo-exif": Kind(dpi=(200,), photo=True, turn=2, light=0.3, paper=(175, 235), tint=0.05, exif=6, noise=(1, 3)),
    "app": Kind(dpi=(150, 200), turn=1, light=0.1, cleaned=True, ink=(0.0, 0.2)),
    "png": Kind(dpi=(150, 200), turn=1, cleaned=True, noise=(0.5, 1.5), format="png"),
    "gif": Kind(dpi=(150,), turn=1, cleaned=True, noise=(0.5, 1.5), format="gif"),
}
BAD = {
    "blank": Kind(dpi=(150, 300), empty=True, turn=1, light=0.1, paper=(225, 252), rule="LF-scan-blank"),
    "blank-photo": Kind(dpi=(150, 200), empty=True, photo=True, light=0.35, paper=(170, 235), tint=0.1, rule="LF-scan-blank"),
    "blank-png": Kind(dpi=(150,), empty=True, cleaned=True, format="png", rule="LF-scan-blank"),
    "copy": Kind(dpi=(150, 200, 300), turn=2, light=0.15, grey=True, rule="LF-scan-no-red"),
    "copy-in-colour": Kind(dpi=(150, 200, 300), turn=2, light=0.15, sealed=False, paper=(220, 250), tint=0.04, rule="LF-scan-no-red"),
    "copy-photo": Kind(dpi=(150, 200), photo=True, sealed=False, light=0.35, paper=(170, 235), tint=0.06, blur=(0.3, 0.8), rule="LF-scan-no-red"),
    "copy-bilevel": Kind(dpi=(200, 300), turn=1, bilevel=True, grey=True, format="png", rule="LF-scan-no-red"),
    "small": Kind(dpi=(40, 50, 60), turn=1, rule="LF-scan-too-small"),
    "small-png": Kind(dpi=(40, 60), turn=1, cleaned=True, format="png", rule="LF-scan-too-small"),
    "left": Kind(dpi=(150, 200, 300), turn=2, quarter=1, rule="LF-scan-sideways"),
    "right": Kind(dpi=(150, 200), turn=2, quarter=3, light=0.2, rule="LF-scan-sideways"),
    "left-photo": Kind(dpi=(150, 200), photo=True, turn=2, quarter=1, light=0.35, paper=(170, 235), tint=0.08, blur=(0.3, 0.8), rule="LF-scan-sideways"),
    "dark": Kind(dpi=(150, 200), turn=1, light=0.2, paper=(40, 70), noise=(1, 4), rule="LF-scan-dark"),
    "dark-photo": Kind(dpi=(150, 200), photo=True, light=0.4, paper=(35, 65), tint=0.1, noise=(2, 5), rule="LF-scan-dark"),
    "light": Kind(dpi=(150, 200), turn=1, paper=(250, 254), ink=(0.84, 0.9), rule="LF-scan-light"),
    "light-cleaned": Kind(dpi=(150, 200), turn=1, paper=(250, 254), ink=(0.8, 0.85), cleaned=True, rule="LF-scan-light"),
}
KINDS = GOOD | BAD


def between(rng: np.random.Generator, bounds: tuple[float, float]) -> float:
    return float(rng.uniform(*bounds))


def smooth(rng: np.random.Generator, size: tuple[int, int], cells: int) -> np.ndarray:
    """A surface that changes slowly, from 0 to 1."""
    small = rng.random((cells, cells)).astype(np.float32)
    return np.clip(np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)), 0, 1)


def sealed(page: Image.Image, name: str, rng: np.random.Generator) -> Image.Image:
    """The page with a seal over the last lines of its text, on the side where they are."""
    dark = np.asarray(page.convert("L").reduce(8)) < 200
    rows = np.flatnonzero(dark.any(axis=1))
    bottom = int(rows[-1]) * 8 if len(rows) else page.height * 3 // 4
    last = dark[max(0, bottom // 8 - page.height // 96) : bottom // 8 + 1].any(axis=0)
    columns = np.flatnonzero(last)
    left = int(columns[0]) * 8 if len(columns) else page.width // 2
    seal = draw.seal(name, rng)
    x = left + round(page.width * between(rng, (0.12, 0.3)))
    y = bottom - round(page.height * between(rng, (0.01, 0.05)))
    x = min(max(x, seal.width // 2), page.width - seal.width // 2)
    y = min(max(y, seal.height // 2), page.height - seal.height // 2)
    ink = tuple(int(np.clip(value + rng.integers(-18, 19), 0, 255)) for value in INKS[int(rng.integers(len(INKS)))])
    strength = between(rng, (0.6, 1.0))
    return draw.stamp(page, seal.point(lambda value: round(value * strength)), (x, y), ink)


def turned(image: Image.Image, kind: Kind, rng: np.random.Generator) -> Image.Image:
    """On the glass of a scanner, not quite straight."""
    angle = between(rng, (-kind.turn, kind.turn))
    return image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))


def photographed(image: Image.Image, kind: Kind, rng: np.random.Generator) -> Image.Image:
    """On a table, seen by a phone that is not quite above it."""
    width, height = image.size
    frame = (round(width * between(rng, (1.02, 1.2))), round(height * between(rng, (1.02, 1.15))))
    left, top = (frame[0] - width) / 2, (frame[1] - height) / 2
    corners = [(left, top), (left, top + height), (left + width, top + height), (left + width, top)]
    angle, shift = math.radians(between(rng, (-kind.turn, kind.turn))), width * 0.02
    centre = (frame[0] / 2, frame[1] / 2)
    seen = []
    for x, y in corners:
        dx, dy = x - centre[0], y - centre[1]
        x, y = centre[0] + dx * math.cos(angle) - dy * math.sin(angle), centre[1] + dx * math.sin(angle) + dy * math.cos(angle)
        seen.append((x + between(rng, (-shift, shift)), y + between(rng, (-shift, shift))))
    flat = [(0, 0), (0, height), (width, height), (width, 0)]
    rows, right = [], []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    matrix = np.linalg.solve(np.array(rows), np.array(right))
    table = TABLES[int(rng.integers(len(TABLES)))]
    perspective = (frame, Image.Transform.PERSPECTIVE, tuple(matrix))
    seen = image.transform(*perspective, Image.Resampling.BICUBIC, fillcolor=table)
    # The grain of wood, to either side.
    length = frame[0] // 4
    grain = np.repeat(rng.normal(0, 6, (1, length)).astype(np.float32), frame[1] // 4, axis=0)
    grain = Image.fromarray(grain).rotate(90 * int(rng.integers(2)), expand=True).resize(frame, Image.Resampling.BICUBIC)
    wood = np.clip(np.array(table, dtype=np.float32) + np.asarray(grain)[..., None], 0, 255).astype(np.uint8)
    outside = Image.new("L", image.size, 0).transform(*perspective, fillcolor=255)
    return Image.composite(Image.fromarray(wood), seen, outside)


def lit(image: Image.Image, kind: Kind, rng: np.random.Generator) -> Image.Image:
    """What the sensor makes of it: ink, light, noise. Everything is done in place, as pictures are large."""
    pixels = np.array(image, dtype=np.float32)
    reflected = between(rng, kind.ink)
    pixels *= (1 - reflected) / 255
    pixels += reflected
    small = tuple(math.ceil(side / 8) for side in image.size)
    light = 1 - kind.light * smooth(rng, small, 3)
    if kind.photo and rng.random() < 0.6:  # the shadow of a hand
        light *= 1 - 0.35 * np.clip(smooth(rng, small, 4) * 8 - 4, 0, 1)
    paper = between(rng, kind.paper)
    # Software that cleans makes the brightest white.
    light *= 255 / (1 - kind.light * 0.6) * 1.04 if kind.cleaned else paper
    pixels *= np.asarray(Image.fromarray(light).resize(image.size, Image.Resampling.BILINEAR))[..., None]
    tint = between(rng, (0, kind.tint))
    pixels *= np.array([1, 1 - tint * 0.5, 1 - tint], dtype=np.float32)
    if kind.cleaned:
        np.minimum(pixels, 255, out=pixels)
    # Noise of a tile that is laid out over the picture.
    tile = rng.standard_normal((512, 512, 3), dtype=np.float32) * between(rng, kind.noise)
    for y in range(0, image.height, 512):
        for x in range(0, image.width, 512):
            part = pixels[y : y + 512, x : x + 512]
            part += tile[: part.shape[0], : part.shape[1]]
    np.clip(pixels, 0, 255, out=pixels)
    return Image.fromarray(pixels.astype(np.uint8))


def picture(page: Image.Image, name: str, kind: Kind, rng: np.random.Generator) -> Image.Image:
    """The picture that is taken of a page of 300 dpi."""
    if kind.empty:
        page = Image.new("RGB", page.size, (255, 255, 255))
    elif kind.sealed:
        page = sealed(page, name, rng)
    dpi = int(rng.choice(kind.dpi))
    image = page if dpi == 300 else page.resize(tuple(side * dpi // 300 for side in page.size), Image.Resampling.BOX)
    image = image.rotate(90 * kind.quarter, expand=True)
    image = photographed(image, kind, rng) if kind.photo else turned(image, kind, rng)
    blur = between(rng, kind.blur) * image.width / 1000
    if blur > 0.3:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    image = lit(image, kind, rng)
    if kind.grey:
        image = ImageOps.grayscale(image)
    if kind.bilevel:
        image = image.point(lambda value: 255 if value > 150 else 0).convert("1")
    return image.transpose(Image.Transpose.ROTATE_90) if kind.exif == 6 else image


def save(image: Image.Image, path: pathlib.Path, kind: Kind, rng: np.random.Generator) -> None:
    """Writes the picture, smaller where the service would not take it."""
    quality = int(rng.integers(kind.quality[0], kind.quality[1] + 1))
    while True:
        if kind.format == "jpg":
            exif = Image.Exif()
            exif[0x0112] = kind.exif
            options = {"exif": exif} if kind.exif != 1 else {}
            image.save(path, quality=quality, progressive=bool(rng.random() < 0.2), **options)
        elif kind.format == "gif":
            image.quantize(256, Image.Quantize.FASTOCTREE).save(path)
        else:
            image.save(path)
        if path.stat().st_size <= MAX_BYTES:
            return
        if kind.format == "jpg" and quality > 60:
            quality -= 10
        else:
            image = image.reduce(2)


def opened(page: pathlib.Path) -> Image.Image:
    if page.suffix.lower() != ".pdf":
        return Image.open(page).convert("RGB")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", "300", "-f", "1", "-singlefile", "-png", page, f"{folder}/page"], check=True)
        return Image.open(f"{folder}/page.png").convert("RGB")


def scans_of(page: pathlib.Path, name: str, kinds: list[str], seed: int, out: pathlib.Path) -> list[dict]:
    image, made = opened(page), []
    for kind_name in kinds:
        kind = KINDS[kind_name]
        rng = np.random.default_rng([seed, zlib.crc32(page.stem.encode()), zlib.crc32(kind_name.encode())])
        path = out / f"{page.stem}.{kind_name}.{kind.format}"
        save(picture(image, name, kind, rng), path, kind, rng)
        made.append({"file": path.name, "page": page.stem, "kind": kind_name, "rule": kind.rule})
    return made


def seal_of(page: pathlib.Path) -> str:
    fields = page.parent / "letters.json"
    known = json.loads(fields.read_text(encoding="utf-8")) if fields.exists() else {}
    return known.get(page.stem, {}).get("authorizer", "某某有限公司")


def scan(options: argparse.Namespace) -> None:
    kinds = options.kind or list(KINDS)
    options.out.mkdir(parents=True, exist_ok=True)
    made = []
    with futures.ProcessPoolExecutor() as workers:
        jobs = [
            workers.submit(scans_of, page, options.seal or seal_of(page), kinds, options.seed, options.out)
            for page in options.page
        ]
        for job in jobs:
            made += job.result()
    text = json.dumps(made, ensure_ascii=False, indent=1)
    (options.out / "scans.json").write_text(text + "\n", encoding="utf-8")


def draw_papers(options: argparse.Namespace) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    letters = {}
    for index in range(options.count):
        rng = np.random.default_rng([options.seed, index])
        stem = f"{index:04}"
        letters[stem] = draw.letter(rng)
        draw.page(letters[stem], rng).save(options.out / f"{stem}.png", compress_level=1)
    text = json.dumps(letters, ensure_ascii=False, indent=1)
    (options.out / "letters.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    drawing = commands.add_parser("draw")
    drawing.add_argument("out", type=pathlib.Path)
    drawing.add_argument("--count", type=int, default=10)
    scanning = commands.add_parser("scan")
    scanning.add_argument("out", type=pathlib.Path)
    scanning.add_argument("page", type=pathlib.Path, nargs="+")
    scanning.add_argument("--kind", action="append", choices=KINDS)
    scanning.add_argument("--seal")
    for command in (drawing, scanning):
        command.add_argument("--seed", type=int, default=1)
    commands.add_parser("kinds")
    options = parser.parse_args()
    if options.command == "draw":
        draw_papers(options)
    elif options.command == "scan":
        scan(options)
    else:
        for name, kind in KINDS.items():
            sys.stdout.write(f"{name}\t{kind.rule or ''}\n")


if __name__ == "__main__":
    main()
