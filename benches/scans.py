#!/usr/bin/env python3
"""Writes declarations with a scan each, for measuring apply: scans.py COUNT FOLDER"""

import os
import struct
import sys
import zlib


def png(i: int) -> bytes:
    """A PNG of 8 KB that differs from all others."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(bytes([0, i & 255, i >> 8 & 255, 0]))
    text = b"Comment\0" + bytes(8000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", text) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def main() -> None:
    count, folder = int(sys.argv[1]), sys.argv[2]
    os.makedirs(f"{folder}/scans", exist_ok=True)
    with open(f"{folder}/letters.yaml", "w", encoding="utf-8") as letters:
        letters.write("version: 1\ndefaults:\n  authorizedParty: 杭州信使网络科技有限公司\nletters:\n")
        for i in range(count):
            with open(f"{folder}/scans/{i}.png", "wb") as scan:
                scan.write(png(i))
            letters.write(
                f"  - name: 委托书{i}号\n    authorizer: 苏州听雨茶业有限公司\n    organizationCode: 91320500MA1N8K3Q5C\n"
                f"    validity: 2026-03-01~2028-02-28\n    signatures: [听雨{i}]\n    scan: scans/{i}.png\n"
            )


main()
