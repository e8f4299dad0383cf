#!/usr/bin/env python3
"""Measures the language server: keystrokes.py PROGRAM FOLDER [KEYSTROKES]

Opens the first file of a folder (see declarations.py), types into the middle of it one character at a time, and tells how
long after each one the problems of the new text come, in milliseconds.
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
    line = next(number for number in range(len(lines) // 2, len(lines)) if "authorizer:" in lines[number])
    column = len(lines[line])
    document = {"uri": file.as_uri(), "languageId": "yaml", "version": 0, "text": text}
    send("textDocument/didOpen", {"textDocument": document})
    send("workspace/symbol", {"query": "none"}, 2)
    until(lambda message: message.get("id") == 2)
    print(f"open: {(time.perf_counter() - start) * 1000:.0f} ms")
    times = []
    for version in range(1, keystrokes + 1):
        # A character that no company's name can have, and the one before it taken away: the problems are new each time.
        end = column if version == 1 else column + 1
        where = {"start": {"line": line, "character": column}, "end": {"line": line, "character": end}}
        change = {"range": where, "text": "!?"[version % 2]}
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
