#!/usr/bin/env python3
"""Measures the language server: keystrokes.py PROGRAM FOLDER [KEYSTROKES [KIND]]

Opens the first file of a folder (see declarations.py), types into the middle of it one character at a time, and tells how
long after each one the problems of the new text come, in milliseconds. KIND is what is typed:

value   (the default) one character after the other at the end of a company's name, each a problem
quote   a quotation mark before the name, which leaves all that follows unreadable, and takes it away again
line    a line before the name, which moves all that follows, and takes it away again
head    a character in the defaults, on which all letters depend
"""

import json
import pathlib
import statistics
import subprocess
import sys
import time


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
    text = file.read_text(encoding="utf-8")
    lines = text.split("\n")
    middle = 0 if kind == "head" else len(lines) // 2
    field = "authorizedParty: " if kind == "head" else "authorizer: "
    line = next(number for number in range(middle, len(lines)) if field in lines[number])
    column = lines[line].index(field) + len(field) if kind == "quote" else len(lines[line])
    # What is typed by turns; the problems are new each time.
    new = {"value": "!?", "head": "!?", "quote": ['"', ""], "line": ["!\n", ""]}[kind]
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
