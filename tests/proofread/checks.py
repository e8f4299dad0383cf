"""Makes papers and scans of many letters, proofreads them, changes what is declared, and proofreads them again.

Usage: checks.py PROGRAM [LETTERS] [--kind KIND]… [--keep FOLDER]
"""

import argparse
import collections
import io
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from concurrent import futures

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "papers"))

import letters as declared  # noqa: E402
import make  # noqa: E402

TEMPLATE = HERE.parent.parent / "examples" / "paper" / "example.docx"
TODAY = "2026-11-24"
KINDS = ["flatbed-150", "office", "app", "old-scanner", "turned", "flatbed-150", "office", "app", "old-scanner", "flatbed-300"]
PARTS = ["authorizer", "authorizedParty", "organizationCode", "validity"]

# What must hold, with a margin below what is measured (docs/explanation/benchmarks.md).
LEAST_FOUND = 0.95
MOST_MISSED = 0.002
LEAST_NAMED = 0.3


class Project:
    """A folder with letters, and the program run in it."""

    def __init__(self, program: str, folder: pathlib.Path) -> None:
        self.program, self.folder = program, folder
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home")}
        (folder / "home").mkdir(exist_ok=True)

    def declare(self, letters: list[dict]) -> None:
        entries = [{"name": f"授权书{i:04}", **letter, "scan": f"scans/{i:04}.jpg"} for i, letter in enumerate(letters)]
        text = json.dumps({"version": 1, "letters": entries}, ensure_ascii=False, indent=1)
        (self.folder / "letters.yaml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str, exits: tuple[int, ...] = (0,)) -> str:
        command = [self.program, *arguments]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode not in exits:
            raise SystemExit(f"{arguments} exited with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout + ("" if "json" in arguments else done.stderr)

    def proofread(self) -> list[dict]:
        arguments = ["proofread", "--today", TODAY, "--format", "json", "--ocr-timeout", "600"]
        return json.loads(self.run(*arguments, exits=(0, 1, 3)))["letters"]


def scan(job: tuple[pathlib.Path, str, str, pathlib.Path]) -> None:
    page, seal, kind_name, path = job
    kind = make.KINDS[kind_name]
    rng = np.random.default_rng([1, zlib.crc32(path.stem.encode())])
    # A PNG on the way would take longer than all the rest.
    drawn = subprocess.run(["pdftoppm", "-r", "300", "-singlefile", page], check=True, capture_output=True).stdout
    make.save(make.picture(Image.open(io.BytesIO(drawn)), seal, kind, rng), path, kind, rng)


def make_scans(project: Project, letters: list[dict], kinds: list[str]) -> None:
    """From declarations to scans: Word documents, PDF, pictures."""
    folder = project.folder
    project.run("paper", "--letters", ".", "--template", str(TEMPLATE), "--out", "papers")
    profile = f"-env:UserInstallation=file://{folder}/office"
    documents = sorted((folder / "papers").glob("*.docx"))
    office = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder / "pdf"), *map(str, documents)]
    subprocess.run(office, check=True, capture_output=True)
    pages = sorted((folder / "pdf").glob("*.pdf"))
    if len(pages) != len(letters):
        raise SystemExit(f"{len(letters)} documents became {len(pages)} pages")
    (folder / "scans").mkdir()
    jobs = [
        (page, letter["authorizer"], kinds[i % len(kinds)], folder / "scans" / f"{i:04}.jpg")
        for i, (page, letter) in enumerate(zip(pages, letters, strict=True))
    ]
    with futures.ProcessPoolExecutor() as workers:
        list(workers.map(scan, jobs))


def fields(proof: dict) -> dict[tuple, str]:
    """The verdict on each field: signatures by their order."""
    verdicts, order = {}, collections.Counter()
    for field in proof.get("fields", []):
        verdicts[field["field"], order[field["field"]]] = field["verdict"]
        order[field["field"]] += 1
    return verdicts


class Figures:
    """What was counted, and what must not be."""

    def __init__(self) -> None:
        self.counts: collections.Counter = collections.Counter()
        self.wrong: list[str] = []

    def baseline(self, proofs: list[dict], letters: list[dict], kinds: list[str]) -> None:
        for i, (proof, letter) in enumerate(zip(proofs, letters, strict=True)):
            kind = kinds[i % len(kinds)]
            if "problem" in proof:
                self.wrong.append(f"{proof['name']} ({kind}): {proof['problem']}")
                continue
            self.counts["fields"] += len(proof["fields"])
            self.counts["letters"] += 1
            amiss = [field for field in proof["fields"] if field["verdict"] != "found"]
            self.counts["letters without a false alarm"] += not amiss
            self.counts["found"] += len(proof["fields"]) - len(amiss)
            for field in amiss:
                self.counts[field["verdict"]] += 1
                value = field.get("value") or letter[field["field"]]
                print(f"  {proof['name']} ({kind}) {field['field']}: {value} read as {field.get('read')}")
            for name in proof["undeclared"]:
                self.counts["false names"] += 1
                print(f"  {proof['name']} ({kind}): {name} is no signature of the paper")

    def changes(self, before: list[dict], after: list[dict], key_of: dict[int, tuple], said: dict[int, str]) -> None:
        for i, key in key_of.items():
            if "problem" in before[i]:
                continue
            old, new = fields(before[i]), fields(after[i])
            self.counts["changes"] += 1
            if new[key] == "found":
                self.counts["missed"] += 1
                print(f"  {after[i]['name']}: {key[0]} is declared as {said[i]} and was found")
            for other in old:
                if other != key and old[other] != new[other]:
                    self.counts["other fields"] += 1
                    self.wrong.append(f"{after[i]['name']}: {other} was {old[other]} and is {new[other]} once {key[0]} is {said[i]}")


def change_each(project: Project, letters: list[dict], before: list[dict], figures: Figures) -> None:
    """Changes each field in turn, of all letters at once: their scans were read already."""
    most = max(len(letter["signatures"]) for letter in letters)
    for part, order in [(part, 0) for part in PARTS] + [("signatures", i) for i in range(most)]:
        rng = np.random.default_rng([2, zlib.crc32(part.encode()), order])
        new, key_of, said = [], {}, {}
        for i, letter in enumerate(letters):
            value = letter[part]
            if part == "signatures":
                if order >= len(value):
                    new.append(letter)
                    continue
                changed = declared.changed(rng, value[order])
                if changed in value:
                    new.append(letter)
                    continue
                value = [*value[:order], changed, *value[order + 1 :]]
            elif part == "organizationCode":
                value = declared.changed_code(rng, value)
            elif part == "validity":
                value = declared.changed_validity(rng, value)
            else:
                value = declared.changed(rng, value)
            key_of[i], said[i] = (part, order), str(value)
            new.append({**letter, part: value})
        project.declare(new)
        figures.changes(before, project.proofread(), key_of, said)


def leave_one_out(project: Project, letters: list[dict], figures: Figures) -> None:
    """Declares all signatures of a paper but the last."""
    left_out = {i: letter["signatures"][-1] for i, letter in enumerate(letters) if len(letter["signatures"]) > 1}
    project.declare(
        [{**letter, "signatures": letter["signatures"][:-1]} if i in left_out else letter for i, letter in enumerate(letters)]
    )
    for i, proof in enumerate(project.proofread()):
        if i in left_out and "problem" not in proof:
            self_same = proof["undeclared"] == [left_out[i]]
            figures.counts["left out"] += 1
            figures.counts["named"] += self_same
            if proof["undeclared"] and not self_same:
                figures.counts["named as misread"] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("letters", type=int, nargs="?", default=200)
    parser.add_argument("--kind", action="append", choices=make.GOOD, help="of scans; without it, all that a scanner makes")
    parser.add_argument("--keep", type=pathlib.Path, help="the folder to work in, whose scans are used when they are there")
    options = parser.parse_args()
    kinds = options.kind or KINDS
    letters = declared.letters(options.letters)
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.keep or pathlib.Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        check(Project(options.program, folder), letters, kinds)


def check(project: Project, letters: list[dict], kinds: list[str]) -> None:
    figures = Figures()
    project.declare(letters)
    started = time.monotonic()
    if not (project.folder / "scans").exists():
        make_scans(project, letters, kinds)
    print(f"{len(letters)} scans made in {time.monotonic() - started:.0f} s")
    said = project.run("validate", "--today", TODAY, "--expiring-days", "10")
    if "warning" in said:
        figures.wrong.append(f"validate warns:\n{said}")
    started, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    before = project.proofread()
    elapsed, now = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    print(f"{len(letters)} scans read in {elapsed:.0f} s, {cpu / len(letters):.2f} s of CPU time a page")
    figures.baseline(before, letters, kinds)
    started = time.monotonic()
    if project.proofread() != before:
        figures.wrong.append("the second run says something else than the first")
    print(f"{len(letters)} scans looked up in {time.monotonic() - started:.1f} s")
    change_each(project, letters, before, figures)
    leave_one_out(project, letters, figures)
    for name, count in sorted(figures.counts.items()):
        print(f"{count:6} {name}")
    judge(figures)


def judge(figures: Figures) -> None:
    counts, wrong = figures.counts, figures.wrong
    if counts["found"] < LEAST_FOUND * counts["fields"]:
        wrong.append(f"{counts['found']} of {counts['fields']} fields were found")
    if counts["missed"] > MOST_MISSED * counts["changes"]:
        wrong.append(f"{counts['missed']} of {counts['changes']} changes were missed")
    if counts["false names"]:
        wrong.append(f"{counts['false names']} names are on no paper")
    if counts["named"] < LEAST_NAMED * counts["left out"]:
        wrong.append(f"{counts['named']} of {counts['left out']} signatures that were left out were named")
    if wrong:
        raise SystemExit("\n".join(["wrong:", *wrong[:40]]))
    print("proofread: all checks passed")


if __name__ == "__main__":
    main()
