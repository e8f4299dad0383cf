#!/usr/bin/env python3
"""Measures the language server: keystrokes.py PROGRAM FOLDER [KEYSTROKES [KIND]]

Opens the first file of a folder (see declarations.py), types into it one character at a time, and
tells how long after each one the problems of the new text come, in milliseconds. KIND is what is
typed:

value    (the default) a character at the end of a company's name in the middle, each a problem
quote    a quotation mark before that name, which leaves all that follows unreadable, and takes it
         away again
line     a line before that name, which moves all that follows, and takes it away again
head     a character in a default, which all letters have
without  a `#` before that default, so that all letters miss the field, and takes it away again
comment  a character in a comment above all letters
open     a quotation mark before the default, and takes it away again
foot     a character in a default that stands below all letters
anchor   a character in a default that has an anchor, which one letter of a hundred repeats
flow     as value, with all letters written as JSON, each on a line
"""

import json
import pathlib
import statistics
import subprocess
import sys
import time


DEFAULT = "authorizedParty: "
# Where it is typed, and what by turns; the problems are new each time.
KINDS = {
    "value": ("authorizer: ", "!?"),
    "quote": ("authorizer: ", ['"', ""]),
    "line": ("authorizer: ", ["!\n", ""]),
    "head": (DEFAULT, "!?"),
    "without": (DEFAULT, ["#", ""]),
    "comment": ("# letterform: ", ["!", "!!"]),
    "open": (DEFAULT, ['"', ""]),
    "foot": (DEFAULT, "!?"),
    "anchor": (DEFAULT, "!?"),
    "flow": ('"authorizer": "', "!?"),
}


def prepared(text: str, kind: str) -> str:
    """The text that a kind of typing needs."""
    head, letters = text.split("letters:\n")
    if kind == "comment":
        return f"# letterform: \n{text}"
    if kind == "foot":
        return "version: 1\nletters:\n" + letters + head.removeprefix("version: 1\n")
    if kind == "anchor":
        each = letters.split("  - ")
        each[1::100] = ["authorizedParty: *a\n    " + letter for letter in each[1::100]]
        return head.replace(DEFAULT, DEFAULT + "&a ") + "letters:\n" + "  - ".join(each)
    if kind == "flow":
        return in_json(head, letters)
    return text


def in_json(head: str, letters: str) -> str:
    def fields(lines: str) -> str:
        pairs = [line.strip().split(": ") for line in lines.strip().splitlines()]
        listed = lambda value: json.dumps(value[1:-1].split(", ") if value.startswith("[") else value, ensure_ascii=False)
        return "{" + ", ".join(f'"{field}": {listed(value)}' for field, value in pairs) + "}"

    each = ",\n".join(fields(letter) for letter in letters.split("  - ")[1:])
    return f'{{"version": 1, "defaults": {fields(head.split("defaults:")[1])}, "letters": [\n{each}\n]}}\n'


def main() -> None:
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    keystrokes = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    kind = sys.argv[4] if len(sys.argv) > 4 else "value"
    server = subprocess.Popen([program, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(method: str, params: object, number: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        body = json.dumps(message if number is None else message | {"id": number}).encode()
        server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        server.stdin.flush()

    def receive() -> dict:
        length = 0
        while (line := server.stdout.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(server.stdout.read(length))

    def until(wanted) -> dict:
        while not wanted(message := receive()):
            pass
        return message

    start = time.perf_counter()
    workspace = [{"uri": folder.as_uri(), "name": "letters"}]
    send("initialize", {"capabilities": {}, "workspaceFolders": workspace}, 1)
    until(lambda message: message.get("id") == 1)
    send("initialized", {})
    file = sorted(folder.glob("*.letters.yaml"))[0]
    text = prepared(file.read_text(encoding="utf-8"), kind)
    mark, new = KINDS[kind]
    lines = text.split("\n")
    middle = len(lines) // 2 if mark not in (DEFAULT, "# letterform: ") else 0
    line = next(number for number in range(middle, len(lines)) if mark in lines[number])
    column = lines[line].index(mark) + (0 if kind == "without" else len(mark))
    if kind in ("value", "line", "head", "comment", "foot", "anchor"):
        column = len(lines[line])
    document = {"uri": file.as_uri(), "languageId": "yaml", "version": 0, "text": text}
    send("textDocument/didOpen", {"textDocument": document})
    send("workspace/symbol", {"query": "none"}, 2)
    until(lambda message: message.get("id") == 2)
    print(f"open: {(time.perf_counter() - start) * 1000:.0f} ms")
    times = []
    for version in range(1, keystrokes + 1):
        text = new[(version - 1) % 2]
        end = {"line": line, "character": column}
        if version > 1:
            gone = new[version % 2]
            end = {"line": line + gone.count("\n"), "character": 0 if "\n" in gone else column + len(gone)}
        change = {"range": {"start": {"line": line, "character": column}, "end": end}, "text": text}
        document = {"uri": file.as_uri(), "version": version}
        begun = time.perf_counter()
        send("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        until(lambda message, version=version: message.get("params", {}).get("version") == version)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    print(f"keystroke: median {statistics.median(times):.1f} ms, 95 % {times[int(len(times) * 0.95)]:.1f} ms")
    send("shutdown", None, 3)
    until(lambda message: message.get("id") == 3)
    send("exit", None)
    server.wait()


main()
