// An editor as a language server sees it: VS Code's own library for the protocol, with open documents and a disk.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import picomatch from "picomatch";
import {
  createProtocolConnection,
  FileChangeType,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";

const PATIENCE_MS = 30_000;

const capabilities = {
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
  },
  textDocument: {
    synchronization: { dynamicRegistration: true },
    publishDiagnostics: { relatedInformation: true, versionSupport: true, codeDescriptionSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "source", "source.fixAll"] } } },
    completion: { completionItem: { snippetSupport: true } },
    hover: { contentFormat: ["markdown", "plaintext"] },
    rename: { prepareSupport: true },
  },
};

/// What VS Code calls a file: it encodes more characters than other programs do.
export const uriOf = (path) => URI.file(path).toString();
export const pathOf = (uri) => URI.parse(uri).fsPath;

export class Client {
  #documents = new Map();
  /// By paths: servers and editors encode different characters in a URI.
  #told = new Map();
  #waiting = new Set();
  #watched = [];

  /// Starts a server on these folders; `configuration` answers its questions for settings.
  static async start([command, ...args], folders = [], configuration = () => null) {
    const client = new Client(spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] }), configuration);
    const workspaceFolders = folders.map((path) => ({ uri: uriOf(path), name: path }));
    const initialize = { processId: process.pid, rootUri: workspaceFolders[0]?.uri ?? null, capabilities, workspaceFolders };
    client.capabilities = (await client.request("initialize", initialize)).capabilities;
    await client.notify("initialized", {});
    return client;
  }

  constructor(process, configuration) {
    this.process = process;
    this.exited = once(process, "exit");
    this.connection = createProtocolConnection(new StreamMessageReader(process.stdout), new StreamMessageWriter(process.stdin));
    this.connection.onNotification("textDocument/publishDiagnostics", ({ uri, diagnostics }) => {
      this.#told.set(pathOf(uri), diagnostics);
      for (const wake of this.#waiting) wake();
    });
    this.connection.onRequest("workspace/configuration", ({ items }) => items.map(configuration));
    this.connection.onRequest("client/registerCapability", ({ registrations }) => {
      for (const { method, registerOptions } of registrations) {
        if (method !== "workspace/didChangeWatchedFiles") continue;
        this.#watched.push(...registerOptions.watchers.map(({ globPattern }) => globPattern));
      }
      for (const wake of this.#waiting) wake();
    });
    this.connection.onUnhandledNotification(() => {});
    this.connection.listen();
  }

  request(method, params) {
    return this.connection.sendRequest(method, params);
  }

  notify(method, params) {
    return this.connection.sendNotification(method, params);
  }

  /// Ends the session as the protocol says, and gives the exit status.
  async end() {
    await this.request("shutdown");
    await this.notify("exit");
    const [status] = await this.exited;
    return status;
  }

  /// Waits until something is so, and looks again whenever the server said something.
  until(what) {
    return new Promise((resolve, reject) => {
      const end = (give, value) => {
        clearTimeout(patience);
        this.#waiting.delete(look);
        give(value);
      };
      const told = () => JSON.stringify([...this.#told], undefined, 1);
      const patience = setTimeout(() => end(reject, new Error(`waited in vain for ${what}\n${told()}`)), PATIENCE_MS);
      const look = () => {
        try {
          const found = what();
          if (found !== undefined && found !== false) end(resolve, found);
        } catch (error) {
          end(reject, error);
        }
      };
      this.#waiting.add(look);
      look();
      this.exited.then(() => end(reject, new Error("the server is gone")));
    });
  }

  /// What was told of a document last.
  told(uri) {
    return this.#told.get(pathOf(uri));
  }

  /// Opens a document.
  open(uri, text) {
    this.#documents.set(uri, TextDocument.create(uri, "yaml", 1, text));
    return this.notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
  }

  /// Opens a document, and gives what the server says of it first.
  judge(uri, text) {
    this.open(uri, text);
    return this.until(() => this.told(uri));
  }

  document(uri) {
    return this.#documents.get(uri);
  }

  text(uri) {
    return this.document(uri).getText();
  }

  /// The range of a part of a document, which stands there once.
  find(uri, part) {
    const [before, ...rest] = this.text(uri).split(part);
    assert.equal(rest.length, 1, `${part} stands ${rest.length} times in\n${this.text(uri)}`);
    return this.#range(uri, before.length, before.length + part.length);
  }

  #range(uri, start, end) {
    return { start: this.document(uri).positionAt(start), end: this.document(uri).positionAt(end) };
  }

  /// Makes edits in an open document, as one change.
  edit(uri, edits) {
    const document = this.document(uri);
    const text = TextDocument.applyEdits(document, edits);
    // Of several edits, each would move those after it: the last one is told first.
    const changes = edits.map(({ range, newText }) => ({ range, text: newText })).sort((a, b) => document.offsetAt(b.range.start) - document.offsetAt(a.range.start));
    const version = document.version + 1;
    this.#documents.set(uri, TextDocument.create(uri, "yaml", version, text));
    return this.notify("textDocument/didChange", { textDocument: { uri, version }, contentChanges: changes });
  }

  /// Replaces a part of an open document.
  replace(uri, part, newText) {
    return this.edit(uri, [{ range: this.find(uri, part), newText }]);
  }

  /// Does what a server's edit says, in open documents and on the disk.
  apply({ changes }) {
    for (const [uri, edits] of Object.entries(changes)) {
      const open = [...this.#documents.keys()].find((known) => pathOf(known) === pathOf(uri));
      if (open) {
        this.edit(open, edits);
      } else {
        const path = pathOf(uri);
        const document = TextDocument.create(uri, "yaml", 0, readFileSync(path, "utf8"));
        this.write(path, TextDocument.applyEdits(document, edits));
      }
    }
  }

  /// A request about a place in a document: `offset` characters into a part.
  at(method, uri, part, offset = 0, more = {}) {
    const position = this.document(uri).positionAt(this.document(uri).offsetAt(this.find(uri, part).start) + offset);
    return this.request(method, { textDocument: { uri }, position, ...more });
  }

  actions(uri, range, only) {
    return this.request("textDocument/codeAction", { textDocument: { uri }, range, context: { diagnostics: [], only } });
  }

  /// The patterns of files of which the server wants to know when they change.
  watched() {
    return this.until(() => this.#watched.length > 0 && this.#watched);
  }

  /// Tells of a file that changed on the disk, if that is what the server asked for.
  async changed(path, type = FileChangeType.Changed) {
    const globs = await this.watched();
    assert.ok(picomatch.isMatch(path.replace(/^\//, ""), globs, { dot: true }), `nobody watches ${path}`);
    return this.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: uriOf(path), type }] });
  }

  write(path, text) {
    writeFileSync(path, text);
    return this.changed(path);
  }
}
