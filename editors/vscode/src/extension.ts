import {
  commands,
  type ExtensionContext,
  env,
  l10n,
  type TextDocument,
  Uri,
  window,
  workspace,
} from "vscode";
import { DECLARATIONS, isDeclaration } from "./files";
import { offerSchema } from "./schema";
import { NoServer, Server } from "./server";

const INSTALL = "https://github.com/example/letterform/blob/main/docs/install.md";

let server: Server | undefined;

/** Called by VS Code once a YAML file is opened, or a folder with declarations. */
export async function activate(context: ExtensionContext): Promise<void> {
  const log = window.createOutputChannel("letterform", { log: true });
  const own = new Server(log);
  server = own;
  context.subscriptions.push(
    log,
    commands.registerCommand("letterform.restart", () => startServer(own)),
    commands.registerCommand("letterform.showLog", () => log.show()),
  );
  const declarations = whenDeclarationsAreThere(context, () => begin(context, own));
  await offerSchema(context, () => own.runs);
  await declarations;
}

/** Starts the server, and again with each change of its settings. */
function begin(context: ExtensionContext, own: Server): Promise<void> {
  const settings = ["letterform.enable", "letterform.path"];
  const changed = workspace.onDidChangeConfiguration((change) => {
    if (settings.some((setting) => change.affectsConfiguration(setting))) void startServer(own);
  });
  context.subscriptions.push(changed);
  return startServer(own);
}

/** Called by VS Code when the window closes. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** Runs something once: at once if there are declarations, else when the first one is opened. */
async function whenDeclarationsAreThere(
  context: ExtensionContext,
  run: () => Promise<void>,
): Promise<void> {
  const one = ({ uri }: TextDocument) => uri.scheme === "file" && isDeclaration(uri.path);
  if (
    workspace.textDocuments.some(one) ||
    (await workspace.findFiles(DECLARATIONS, undefined, 1)).length
  ) {
    return run();
  }
  const opened = workspace.onDidOpenTextDocument((document) => {
    if (!one(document)) return;
    opened.dispose();
    void run();
  });
  context.subscriptions.push(opened);
}

/** Starts the server, or stops it if that is what the settings say; tells the user if it can't be. */
async function startServer(own: Server): Promise<void> {
  if (!workspace.getConfiguration("letterform").get("enable", true)) return own.stop();
  try {
    await own.start();
  } catch (error) {
    // The client tells of other errors itself.
    if (error instanceof NoServer) void explain(error.message);
  }
}

async function explain(message: string): Promise<void> {
  const install = l10n.t("How to Install");
  const settings = l10n.t("Open Settings");
  const chosen = await window.showErrorMessage(message, install, settings);
  if (chosen === install) await env.openExternal(Uri.parse(INSTALL));
  if (chosen === settings) {
    await commands.executeCommand("workbench.action.openSettings", "letterform.path");
  }
}
