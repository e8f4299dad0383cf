import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { promisify } from "node:util";
import { type LogOutputChannel, l10n, workspace } from "vscode";
import { LanguageClient, RevealOutputChannelOn } from "vscode-languageclient/node";
import { DECLARATIONS, WORKSPACE } from "./files";
import { findProgram, type Machine } from "./program";

/** Why there is no server, in words for the user. */
export class NoServer extends Error {}

const ANSWER_WITHIN_MS = 10_000;

/** The server of this window: started, stopped, and started again, one step at a time. */
export class Server {
  #client: LanguageClient | undefined;
  #steps: Promise<void> = Promise.resolve();

  constructor(private readonly log: LogOutputChannel) {}

  get runs(): boolean {
    return this.#client?.isRunning() ?? false;
  }

  /** Starts the server, or another one when one runs already. Throws `NoServer` if there can be none. */
  start(): Promise<void> {
    return this.#next(async () => {
      await this.#end();
      const client = newClient(await usableProgram(), this.log);
      this.#client = client;
      await client.start();
    });
  }

  stop(): Promise<void> {
    return this.#next(() => this.#end());
  }

  #next(step: () => Promise<void>): Promise<void> {
    const done = this.#steps.then(step);
    this.#steps = done.catch(() => {});
    return done;
  }

  async #end(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    // One that never came up, or crashed, has nothing to stop.
    await client?.dispose().catch(() => {});
  }
}

function newClient(program: string, log: LogOutputChannel): LanguageClient {
  return new LanguageClient(
    "letterform",
    "letterform",
    { command: program, args: ["lsp"] },
    {
      documentSelector: [DECLARATIONS, WORKSPACE].map((pattern) => ({
        scheme: "file",
        language: "yaml",
        pattern,
      })),
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
    },
  );
}

/** The path of a program that has a language server. */
async function usableProgram(): Promise<string> {
  const configured = workspace.getConfiguration("letterform").get<string>("path", "");
  const search = findProgram(configured, thisMachine());
  if ("relative" in search) {
    throw new NoServer(
      l10n.t(
        "letterform.path is {0}; expected an absolute path or the name of a program.",
        search.relative,
      ),
    );
  }
  if ("missing" in search) {
    throw new NoServer(
      configured.trim()
        ? l10n.t(
            "{0}, the value of letterform.path, was not found or can't be run.",
            search.missing,
          )
        : l10n.t("letterform was not found on PATH or in ~/.cargo/bin."),
    );
  }
  try {
    await promisify(execFile)(search.found, ["lsp", "--help"], { timeout: ANSWER_WITHIN_MS });
  } catch {
    throw new NoServer(
      l10n.t("{0} has no language server. Install a newer version of letterform.", search.found),
    );
  }
  return search.found;
}

function thisMachine(): Machine {
  const windows = process.platform === "win32";
  const isProgram = (file: string) => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  };
  return { windows, home: homedir(), path: process.env.PATH ?? "", isProgram };
}
