"""Letters that nobody has, and what can be wrong with them: the same for the same seed."""

import numpy as np

# What the names of companies and signatures are made of.
PLACES = ["杭州", "上海", "北京", "深圳", "广州", "成都", "武汉", "南京", "苏州", "厦门", "青岛", "西安", "天津", "长沙", "宁波", "福州"]
CHARACTERS = list(
    "华中天海云山水木金石风雨雪花月星光明春夏秋冬东西南北方圆平安和顺达通远大新高正同心"
    "美好福乐康健宝贝乡城市江河湖田园林森松竹梅青红蓝白黑米茶果麦马牛羊龙鸟鱼虎知文书学"
    "思想创造科技信息数字联合力量品味道家居美食旅行快速便利恒永久长城宏图志远见智慧先"
)
MIDDLES = ["（中国）", "(浙江)", "（华东）", "（集团）"]
TRADES = ["网络科技", "信息技术", "文化传媒", "教育咨询", "餐饮管理", "医疗器械", "电子商务", "物流", "食品", "软件", "酒店管理", "旅行社"]
FORMS = ["有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司"]
ENDINGS = ["", "", "商城", "会员", "优选", "之家", "快递", "服务", "科技", "旗舰店"]
LATIN = ["ABC", "VIP", "HUAXIN", "Tianma", "Cafe", "NEXT"]
CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# What can't be told apart on paper, and so is never the only change: the table of the program.
ALIKE = ["0Oo〇", "1Il丨", "未末", "土士", "己已巳", "日曰"]


def pick(rng: np.random.Generator, values: list) -> str:
    return str(values[int(rng.integers(len(values)))])


def word(rng: np.random.Generator, least: int, most: int) -> str:
    return "".join(pick(rng, CHARACTERS) for _ in range(int(rng.integers(least, most + 1))))


def company(rng: np.random.Generator) -> str:
    middle = pick(rng, MIDDLES) if rng.random() < 0.2 else ""
    return pick(rng, PLACES) + word(rng, 2, 3) + middle + pick(rng, TRADES) + pick(rng, FORMS)


def signature(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.1:
        return pick(rng, LATIN) + word(rng, 2, 3)
    if kind < 0.15:
        return word(rng, 2, 3) + str(int(rng.integers(2, 1000)))
    return word(rng, 2, 4) + pick(rng, ENDINGS)


def checked(body: str) -> str:
    """A unified social credit code with its check digit."""
    total = sum(CODE.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + CODE[-total % 31]


def code(rng: np.random.Generator) -> str:
    return checked("91" + word_of(rng, "0123456789", 6) + "MA" + word_of(rng, CODE, 7))


def word_of(rng: np.random.Generator, characters: str, count: int) -> str:
    return "".join(characters[int(i)] for i in rng.integers(0, len(characters), count))


def letter(rng: np.random.Generator) -> dict:
    year, month, day = int(rng.integers(2025, 2027)), int(rng.integers(1, 11)), int(rng.integers(1, 29))
    years = int(rng.integers(2, 4))
    signatures = []
    for _ in range(int(rng.integers(1, 9))):
        name = signature(rng)
        # One name within another is another matter.
        if all(name not in other and other not in name for other in signatures):
            signatures.append(name)
    return {
        "authorizer": company(rng),
        "authorizedParty": company(rng),
        "organizationCode": code(rng),
        "validity": {"from": f"{year}-{month:02}-{day:02}", "to": f"{year + years}-{month:02}-{day:02}"},
        "signatures": signatures,
    }


def letters(count: int) -> list[dict]:
    """Letters with names of their own: `validate` warns of a signature that two companies authorize."""
    made, seen = [], set()
    for i in range(count):
        one = letter(np.random.default_rng([1, i]))
        one["signatures"] = [name for name in one["signatures"] if name not in seen]
        seen.update(one["signatures"])
        made.append(one)
    return made


def is_same(a: str, b: str) -> bool:
    return a == b or any(a in alike and b in alike for alike in ALIKE)


def other(rng: np.random.Generator, c: str) -> str:
    characters = CODE if c in CODE else CHARACTERS
    while True:
        new = pick(rng, list(characters))
        if not is_same(c, new) and new.lower() != c.lower():
            return new


def changed(rng: np.random.Generator, text: str) -> str:
    """The text with one character replaced, left out or added, at any place but a bracket."""
    places = [i for i, c in enumerate(text) if c not in "（）()"]
    at = places[int(rng.integers(len(places)))]
    kind = int(rng.integers(3)) if len(text) > 3 else 0
    if kind == 0:
        return text[:at] + other(rng, text[at]) + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    return text[:at] + other(rng, text[at]) + text[at:]


def changed_code(rng: np.random.Generator, text: str) -> str:
    """Another code whose check digit is right: as somebody has it who copied the wrong one."""
    at = 8 + int(rng.integers(9))
    return checked(text[:at] + other(rng, text[at]) + text[at + 1 : -1])


def changed_validity(rng: np.random.Generator, validity: dict) -> dict:
    part = ["from", "to"][int(rng.integers(2))]
    year, month, day = (int(number) for number in validity[part].split("-"))
    kind = int(rng.integers(3))
    year += -1 if kind == 0 else 0
    month = month % 10 + 1 if kind == 1 else month
    day = day % 28 + 1 if kind == 2 else day
    return {**validity, part: f"{year}-{month:02}-{day:02}"}
