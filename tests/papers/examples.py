"""Draws the scans of the examples: small papers that look like what they declare, and are marked as examples.

Usage: examples.py PROGRAM, which tells what the examples declare.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image, ImageDraw

import draw
import make

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
DPI = 150
# The colours of a scan that its software cleaned: paper, ink, seal, the mark, and what lies between.
COLOURS = 10


def declared(program: str, folder: pathlib.Path) -> list[dict]:
    with tempfile.TemporaryDirectory() as state:
        command = [program, "plan", folder, "--format=json", f"--sandbox={state}", "--today=2026-06-01"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["letters"]


def marked(page: Image.Image) -> Image.Image:
    """The page with the mark of an example across it, lighter than any text."""
    mark = Image.new("L", page.size, 0)
    face = draw.serif(page.width // 12, "Bold")
    ImageDraw.Draw(mark).text((page.width // 2, page.height * 3 // 4), "样本 SPECIMEN", 255, face, anchor="mm")
    mark = mark.rotate(20)
    return Image.composite(Image.new("RGB", page.size, (214, 220, 228)), page, mark)


def scan(letter: dict) -> Image.Image:
    rng = np.random.default_rng([9, *letter["name"].encode()])
    page = make.sealed(marked(draw.page(letter["desired"], rng)), letter["desired"]["authorizer"], rng)
    page = page.resize(tuple(side * DPI // 300 for side in page.size), Image.Resampling.BOX)
    return page.rotate(float(rng.uniform(-0.4, 0.4)), Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))


def main() -> None:
    for folder in ["quickstart", "agency", "accounts/retail", "accounts/travel"]:
        for letter in declared(sys.argv[1], EXAMPLES / folder):
            path = EXAMPLES / folder / pathlib.PurePath(letter["desired"]["scan"]["path"])
            image = scan(letter)
            if path.suffix == ".jpg":
                image.save(path, quality=21, optimize=True)
            else:
                image.quantize(COLOURS, Image.Quantize.FASTOCTREE).save(path, optimize=True)
            print(f"{path.relative_to(EXAMPLES.parent)}\t{path.stat().st_size}")


main()
