"""Holds the lints of scans against papers whose faults are known.

Usage: measure.py PROGRAM SCANS [--distribution]

SCANS is what `make.py scan` wrote. Each kind of scan has the rule that a warning is due for, or none. Prints how often what was due
was said and what else was said; with --distribution, the least and the most of every measure too. Fails when a good scan is
warned of, or a bad one is not.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys

MEASURES = ["paper", "ink", "contrast", "red", "balance"]


def declare(folder: pathlib.Path, files: list[str]) -> None:
    lines = ["version: 1", "letters:"]
    for index, file in enumerate(files):
        lines.append(
            f"  - {{name: 委托书{index}号, authorizer: 苏州听雨茶业有限公司, authorizedParty: 杭州信使网络科技有限公司, "
            f"organizationCode: 91320500MA1N8K3Q5C, validity: 2026-03-01~2028-02-28, signatures: [听雨{index}], scan: {file}}}"
        )
    (folder / "letters.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def validated(program: str, folder: pathlib.Path, files: list[str]) -> tuple[dict, dict]:
    """The rules of which each file is warned, and its measures."""
    declare(folder, files)
    command = [program, "validate", "-vv", "--log-format=json", "--format=json", "--today=2026-06-01", "letters.yaml"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={"HOME": os.environ["HOME"]})
    said = collections.defaultdict(list)
    for diagnostic in json.loads(run.stdout)["diagnostics"]:
        if diagnostic["code"].startswith("LF-scan-"):
            said[files[diagnostic["line"] - 3]].append(diagnostic["code"])
    measures = {}
    for line in run.stderr.splitlines():
        fields = json.loads(line)["fields"] if line.startswith("{") else {}
        if "balance" in fields:
            measures[pathlib.PurePath(fields["scan"]).name] = fields
    return said, measures


def main() -> None:
    program, folder = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    scans = json.loads((folder / "scans.json").read_text(encoding="utf-8"))
    said, measures = validated(program, folder, [scan["file"] for scan in scans])
    kinds = collections.defaultdict(list)
    for scan in scans:
        kinds[scan["kind"], scan["rule"]].append(scan["file"])
    totals = collections.Counter()
    print(f"{'kind':16} {'due':18} {'scans':>5} {'said':>5}  also said")
    for (kind, rule), files in kinds.items():
        hits = sum(rule in said[file] for file in files)
        others = collections.Counter(code for file in files for code in said[file] if code != rule)
        also = ", ".join(f"{code} {count}" for code, count in sorted(others.items()))
        print(f"{kind:16} {rule or '-':18} {len(files):5} {hits if rule else '-':>5}  {also}")
        group = "bad" if rule else "good"
        totals[group] += len(files)
        totals["missed"] += sum(not said[file] for file in files) if rule else 0
        totals["false"] += 0 if rule else sum(bool(said[file]) for file in files)
    if "--distribution" in sys.argv:
        print(f"\n{'kind':16} {'shorter side':>14} " + " ".join(f"{measure:>18}" for measure in MEASURES))
        for (kind, _), files in kinds.items():
            sides = [min(measures[file]["width"], measures[file]["height"]) for file in files]
            spans = []
            for measure in MEASURES:
                values = [float(measures[file][measure]) for file in files]
                spans.append(f"{min(values):.4g} to {max(values):.4g}")
            print(f"{kind:16} {f'{min(sides)} to {max(sides)}':>14} " + " ".join(f"{span:>18}" for span in spans))
    print(
        f"\n{totals['good']} good scans, {totals['false']} of them warned of; "
        f"{totals['bad']} bad scans, {totals['missed']} of them not warned of"
    )
    sys.exit(1 if totals["false"] or totals["missed"] else 0)


main()
