"""Draws what is on a paper: the text of a letter, and the seal of a company.

The wording is our own, not that of the official form. Lengths are in millimetres of A4.
"""

import functools
import math
import subprocess

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

A4 = (210, 297)
MM = 25.4
PLACES = ["杭州", "上海", "苏州", "深圳", "成都", "武汉", "呼和浩特", "石家庄", "厦门", "青岛"]
NAMES = ["听雨", "半山", "一路通", "和安", "青梧", "云栖", "麦田", "远行", "百味", "小满", "松果", "知新", "长风"]
TRADES = ["网络科技", "信息技术", "茶业", "物流", "书店", "餐饮管理", "医疗科技", "旅行社", "文化传媒", "教育咨询"]
DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def pixels(millimetres: float, dpi: int) -> int:
    return round(millimetres * dpi / MM)


@functools.cache
def font_file(family: str, style: str) -> tuple[str, int]:
    """The file of a font and the number of the face in it, as fontconfig finds them."""
    found = subprocess.run(
        ["fc-match", "-f", "%{file}\t%{index}\t%{family}", f"{family}:style={style}:lang=zh-cn"],
        check=True, capture_output=True, text=True,
    ).stdout.split("\t")
    if family not in found[2]:
        raise SystemExit(f"there is no font {family}; install it with: apt-get install fonts-noto-cjk fontconfig")
    return found[0], int(found[1]) & 0xFFFF


@functools.cache
def font(family: str, style: str, size: int) -> ImageFont.FreeTypeFont:
    file, index = font_file(family, style)
    return ImageFont.truetype(file, size, index=index)


def serif(size: int, style: str = "Regular") -> ImageFont.FreeTypeFont:
    return font("Noto Serif CJK SC", style, size)


def code(rng: np.random.Generator) -> str:
    """A unified social credit code with a valid check digit."""
    body = "91" + "".join(DIGITS[i] for i in rng.integers(0, 10, 6))
    body += "MA" + "".join(DIGITS[i] for i in rng.integers(0, len(DIGITS), 7))
    total = sum(DIGITS.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + DIGITS[-total % 31]


def letter(rng: np.random.Generator) -> dict:
    """The fields of a letter, as `letters.yaml` has them, but for its name and its scan."""

    def company() -> tuple[str, str]:
        name = str(rng.choice(NAMES))
        form = str(rng.choice(["有限公司", "有限公司", "有限责任公司", "股份有限公司"]))
        return name, f"{rng.choice(PLACES)}{name}{rng.choice(TRADES)}{form}"

    (own, authorizer), (_, party) = company(), company()
    year, month, years = int(rng.integers(2025, 2027)), int(rng.integers(1, 11)), int(rng.integers(1, 4))
    endings = list(rng.permutation(["", "旗舰店", "会员", "之家", "优选", "服务", "商城", "物流"]))
    return {
        "authorizer": authorizer,
        "authorizedParty": party,
        "organizationCode": code(rng),
        "validity": {"from": f"{year}-{month:02}-01", "to": f"{year + years}-{month:02}-01"},
        "signatures": [own + ending for ending in endings[: int(rng.integers(1, 6))]],
    }


def chinese_date(date: str) -> str:
    year, month, day = (int(part) for part in date.split("-"))
    return f"{year}年{month}月{day}日"


def page(letter: dict, rng: np.random.Generator, dpi: int = 300) -> Image.Image:
    """The paper of a letter, black on white, before it is sealed: one of several layouts."""
    size = float(rng.choice([10.5, 12, 12, 14]))
    writer = Writer(dpi, size, float(rng.choice([1.4, 1.6, 2.0])))
    valid = f"{chinese_date(letter['validity']['from'])}至{chinese_date(letter['validity']['to'])}"
    writer.centred("授权委托书", 22 if size < 14 else 26)
    rows = [
        ("委托方（授权方）", letter["authorizer"]), ("统一社会信用代码", letter["organizationCode"]),
        ("受托方（被授权方）", letter["authorizedParty"]), ("授权有效期", valid),
    ]
    layout = int(rng.integers(0, 3))
    if layout == 0:
        for label, value in rows:
            writer.text(f"{label}：{value}")
    elif layout == 1:
        writer.table([*rows, ("短信签名", "、".join(letter["signatures"]))])
    writer.text(
        f"兹委托{letter['authorizedParty']}在{valid}期间，代表{letter['authorizer']}办理短信服务中签名的申请与使用，"
        "并就下列短信签名作出授权。受托方应当在授权范围内使用，不得转授权。",
        indent=2,
    )
    if layout == 2:
        writer.table([(f"签名{i}", name) for i, name in enumerate(letter["signatures"], 1)])
        writer.text(f"统一社会信用代码：{letter['organizationCode']}")
    else:
        writer.text("授权使用的签名：" + "、".join(f"【{name}】" for name in letter["signatures"]), indent=2)
    if rng.random() < 0.5:
        writer.text("受托方使用上述签名发送的短信内容由受托方负责，由此产生的争议由双方协商解决，与短信服务的提供者无关。", indent=2)
    writer.gap(2)
    for line in [f"授权方（盖章）：{letter['authorizer']}", "法定代表人（签字）：", f"日期：{chinese_date(letter['validity']['from'])}"]:
        writer.text(line, left=float(rng.choice([0, 60])) if size < 14 else 0)
    writer.signature(rng)
    return writer.image.convert("RGB")


class Writer:
    """Sets text on a page from its top to its bottom."""

    def __init__(self, dpi: int, size: float, spacing: float) -> None:
        self.dpi, self.margin = dpi, pixels(28, dpi)
        self.size, self.spacing = round(size * dpi / 72), spacing
        self.image = Image.new("L", (pixels(A4[0], dpi), pixels(A4[1], dpi)), 255)
        self.draw = ImageDraw.Draw(self.image)
        self.y = pixels(30, dpi)

    def gap(self, lines: float) -> None:
        self.y += round(self.size * self.spacing * lines)

    def centred(self, text: str, points: float) -> None:
        face = serif(round(points * self.dpi / 72), "Bold")
        self.draw.text((self.image.width // 2, self.y), text, 15, face, anchor="ma")
        self.y += round(face.size * 2)

    def lines(self, text: str, width: int) -> list[str]:
        face, lines = serif(self.size), [""]
        for c in text:
            if face.getlength(lines[-1] + c) > width and c not in "，。、：）】":
                lines.append("")
            lines[-1] += c
        return lines

    def text(self, text: str, indent: int = 0, left: float = 0) -> None:
        x = self.margin + pixels(left, self.dpi)
        for line in self.lines("\u3000" * indent + text, self.image.width - self.margin - x):
            self.draw.text((x, self.y), line, 25, serif(self.size))
            self.gap(1)

    def table(self, rows: list[tuple[str, str]]) -> None:
        self.gap(0.4)
        left, right = self.margin, self.image.width - self.margin
        middle, pad, line = left + pixels(45, self.dpi), self.size // 2, max(1, self.dpi // 100)
        top = self.y
        for label, value in rows:
            self.draw.line((left, self.y, right, self.y), 0, line)
            cell = self.y + pad
            self.draw.text((left + pad, cell), label, 25, serif(min(self.size, self.dpi // 6)))
            for text in self.lines(value, right - middle - 2 * pad):
                self.draw.text((middle + pad, cell), text, 25, serif(self.size))
                cell += round(self.size * 1.3)
            self.y = cell + pad
        self.draw.line((left, self.y, right, self.y), 0, line)
        for x in (left, middle, right):
            self.draw.line((x, top, x, self.y), 0, line)
        self.gap(1)

    def signature(self, rng: np.random.Generator) -> None:
        """A name in handwriting, behind the last line but one."""
        x, y = self.margin + self.size * 10, self.y - 2 * round(self.size * self.spacing)
        step = self.size
        for _ in range(2):
            points = [(x + float(dx) * step, y + float(dy) * step) for dx, dy in rng.uniform(-0.3, 1.3, (7, 2))]
            self.draw.line(points, 60, max(2, self.dpi // 90), joint="curve")
            x += round(step * 1.5)


def seal(name: str, rng: np.random.Generator, dpi: int = 300) -> Image.Image:
    """A round seal, as how much red ink there is: 255 is full. It is worn, and not quite upright."""
    outer = pixels(float(rng.uniform(38, 44)), dpi)
    scale, side = 2, outer * 2
    image = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(image)
    ring = round(side * 0.028)
    draw.ellipse((ring, ring, side - ring, side - ring), outline=255, width=ring)
    centre, radius = side / 2, side * 0.395
    star = [
        (centre + r * math.sin(math.pi * i / 5), centre - r * math.cos(math.pi * i / 5))
        for i, r in ((i, side * (0.155 if i % 2 == 0 else 0.06)) for i in range(10))
    ]
    draw.polygon(star, fill=255)
    face = serif(round(side * min(0.115, 1.55 / max(len(name), 8))), "Bold")
    span = min(280, 21 * len(name))
    for i, c in enumerate(name):
        angle = -span / 2 + span * (i + 0.5) / len(name)
        glyph = Image.new("L", (face.size * 2, face.size * 2), 0)
        ImageDraw.Draw(glyph).text((face.size, face.size), c, 255, face, anchor="mm")
        glyph = glyph.rotate(-angle, Image.Resampling.BICUBIC)
        at = (
            round(centre + radius * math.sin(math.radians(angle)) - face.size),
            round(centre - radius * math.cos(math.radians(angle)) - face.size),
        )
        image.paste(255, (*at, at[0] + glyph.width, at[1] + glyph.height), glyph)
    image = image.rotate(float(rng.uniform(-25, 25)), Image.Resampling.BICUBIC).reduce(scale)
    # Ink that the paper did not take: fine grain, and larger faint parts.
    grain = Image.fromarray((rng.random(image.size[::-1]) * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(dpi / 200))
    grain = grain.point(lambda value: 255 if value > 118 else 150)
    parts = Image.fromarray((rng.random((5, 5)) * 110 + 145).astype(np.uint8)).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(ImageChops.multiply(image, grain), parts)


def stamp(page: Image.Image, seal: Image.Image, centre: tuple[int, int], ink: tuple[int, int, int]) -> Image.Image:
    """The page with a seal on it. What is printed stays visible below the ink."""
    layer = Image.new("L", page.size, 0)
    layer.paste(seal, (centre[0] - seal.width // 2, centre[1] - seal.height // 2))
    inked = ImageChops.multiply(page, Image.new("RGB", page.size, ink))
    return Image.composite(inked, page, layer)
