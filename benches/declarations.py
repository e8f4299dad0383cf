#!/usr/bin/env python3
"""Writes declarations to measure with: declarations.py LETTERS FILES FOLDER"""

import pathlib
import sys

HEAD = "version: 1\ndefaults:\n  authorizedParty: 支付宝(中国)网络技术有限公司\nletters:\n"
LETTER = """  - name: 授权书{i:06d}
    authorizer: 菜鸟网络科技{i:06d}有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~2029-01-01
    signatures: [菜鸟{i:06d}, 裹裹{i:06d}, 驿站{i:06d}]
    fileKey: 123456/test{i}.jpg
"""


def main() -> None:
    letters, files, folder = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    each = letters // files
    for file in range(files):
        numbers = range(file * each, (file + 1) * each)
        text = HEAD + "".join(LETTER.format(i=i) for i in numbers)
        (folder / f"customer{file:04d}.letters.yaml").write_text(text, encoding="utf-8")


main()
