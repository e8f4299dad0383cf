// As much of VS Code's API as the extension and its client library touch, and what a test sees of it in `seen`.
// What nobody here asks for is a function that gives something to be disposed of.
const { URI } = require("vscode-uri");

class Disposable {
  constructor(dispose = () => {}) {
    this.dispose = dispose;
  }
  static from(...all) {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
}

class EventEmitter {
  #listeners = new Set();
  event = (listener, self) => {
    const bound = self ? listener.bind(self) : listener;
    this.#listeners.add(bound);
    return new Disposable(() => this.#listeners.delete(bound));
  };
  fire(value) {
    return Promise.all([...this.#listeners].map((listener) => listener(value)));
  }
  dispose() {
    this.#listeners.clear();
  }
}

class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: () => new Disposable() };
  cancel() {}
  dispose() {}
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(...ends) {
    const [start, end] = ends.length === 4 ? [new Position(ends[0], ends[1]), new Position(ends[2], ends[3])] : ends;
    Object.assign(this, { start, end });
  }
}

class CodeActionKind {
  static Empty = new CodeActionKind("");
  constructor(value) {
    this.value = value;
  }
  append(part) {
    return new CodeActionKind(this.value ? `${this.value}.${part}` : part);
  }
}

/// What was shown, registered and told.
const seen = { diagnostics: new Map(), messages: [], commands: new Map(), providers: new Map(), opened: [], logged: [] };
/// What the test decides: settings, folders, documents, the button that is pressed.
const world = { settings: {}, folders: [], documents: [], found: [], extensions: {}, press: () => undefined };
const events = { settings: new EventEmitter(), opened: new EventEmitter() };

const logOf = (level) => (line) => seen.logged.push(`${level}: ${line}`);
const outputChannel = () => ({
  name: "letterform",
  logLevel: 3,
  onDidChangeLogLevel: () => new Disposable(),
  ...Object.fromEntries(["append", "appendLine", "trace", "debug", "info", "warn", "error"].map((level) => [level, logOf(level)])),
  show: () => {},
  dispose: () => {},
});

const diagnosticCollection = () => ({
  set: (uri, all) => {
    seen.diagnostics.set(uri.toString(), all ?? []);
    seen.changed?.();
  },
  delete: (uri) => seen.diagnostics.delete(uri.toString()),
  clear: () => seen.diagnostics.clear(),
  forEach: () => {},
  dispose: () => seen.diagnostics.clear(),
});

const message = (text, ...buttons) => {
  const texts = buttons.filter((button) => typeof button === "string");
  seen.messages.push(text);
  return Promise.resolve(world.press(text, texts));
};

/// An object whose missing members are classes, which can be called as functions, too.
const lenient = (known) =>
  new Proxy(known, {
    get: (target, name) => {
      if (!(name in target) && typeof name === "string") {
        target[name] = /^on[A-Z]/.test(name)
          ? () => new Disposable()
          : /^register/.test(name)
            ? (...provider) => (seen.providers.set(name, provider), new Disposable())
            : class extends Disposable {};
      }
      return target[name];
    },
  });

const configuration = (section) => ({
  get: (name, otherwise) => world.settings[`${section}.${name}`] ?? otherwise,
  has: (name) => `${section}.${name}` in world.settings,
});

const vscode = lenient({
  version: "1.91.0",
  Disposable,
  EventEmitter,
  CancellationTokenSource,
  CodeActionKind,
  Position,
  Range,
  Uri: Object.assign(URI, { joinPath: (uri, ...parts) => require("vscode-uri").Utils.joinPath(uri, ...parts) }),
  l10n: { t: (text, ...values) => text.replace(/\{(\d)\}/g, (_, index) => values[index]) },
  env: { appName: "stub", language: "en", openExternal: async (uri) => seen.opened.push(uri.toString()) },
  commands: {
    registerCommand: (name, run) => (seen.commands.set(name, run), new Disposable(() => seen.commands.delete(name))),
    executeCommand: async (...command) => seen.opened.push(command.join(" ")),
  },
  extensions: { getExtension: (id) => world.extensions[id] },
  window: lenient({
    createOutputChannel: outputChannel,
    showErrorMessage: message,
    showWarningMessage: message,
    showInformationMessage: message,
    withProgress: (_, task) => task({ report: () => {} }),
    visibleTextEditors: [],
    tabGroups: { all: [], onDidChangeTabs: () => new Disposable() },
  }),
  workspace: lenient({
    get workspaceFolders() {
      return world.folders;
    },
    get textDocuments() {
      return world.documents;
    },
    notebookDocuments: [],
    getConfiguration: configuration,
    findFiles: async () => world.found,
    onDidChangeConfiguration: events.settings.event,
    onDidOpenTextDocument: events.opened.event,
    fs: { readFile: (uri) => require("node:fs/promises").readFile(uri.fsPath) },
  }),
  languages: lenient({
    createDiagnosticCollection: diagnosticCollection,
    match: ([{ language }], document) => (document.languageId === language ? 10 : 0),
  }),
});

module.exports = vscode;
module.exports.test = { seen, world, events };
