"""Packs a folder, and writes the archive's SHA-256 beside it in the form that sha256sum reads.

Usage: pack.py PARENT NAME ARCHIVE

The owner, the times and the order of files do not depend on the machine. The systems' own tar and zip can't all do that.
"""

import gzip
import hashlib
import pathlib
import sys
import tarfile
import zipfile

parent, name, archive = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
files = sorted(path for path in (parent / name).rglob("*") if path.is_file())


def mode(path):
    return 0o755 if path.name in ("letterform", "letterform.exe") else 0o644


if archive.suffix == ".zip":
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(parent).as_posix(), (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = mode(path) << 16
            out.writestr(entry, path.read_bytes())
else:
    with open(archive, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as out:
            for path in files:
                entry = tarfile.TarInfo(path.relative_to(parent).as_posix())
                entry.size, entry.mode = path.stat().st_size, mode(path)
                with open(path, "rb") as content:
                    out.addfile(entry, content)

digest = hashlib.sha256(archive.read_bytes()).hexdigest()
archive.with_name(archive.name + ".sha256").write_bytes(f"{digest}  {archive.name}\n".encode())
