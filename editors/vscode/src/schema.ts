import { type ExtensionContext, extensions, Uri, workspace } from "vscode";
import { isDeclaration } from "./files";

/** What the YAML extension offers to others. */
interface YamlExtension {
  registerContributor(
    scheme: string,
    requestSchema: (resource: string) => string | undefined,
    requestContent: (uri: string) => Promise<string>,
  ): boolean;
}

const YAML_EXTENSION = "redhat.vscode-yaml";
const SCHEME = "letterform";
const LETTERS = `${SCHEME}://schema/letters`;
/** Allows everything: the server tells what is wrong, and nothing is told twice. */
const NONE = `${SCHEME}://schema/none`;

/**
 * Gives the YAML extension, if there is one, the schema of declarations while no server runs, and an
 * empty one while it does.
 */
export async function offerSchema(
  context: ExtensionContext,
  serverRuns: () => boolean,
): Promise<void> {
  const extension = extensions.getExtension<YamlExtension | undefined>(YAML_EXTENSION);
  const yaml = await extension?.activate();
  const schemaOf = (resource: string) => {
    if (!isDeclaration(resource)) return undefined;
    return serverRuns() ? NONE : LETTERS;
  };
  const content = async (uri: string) => {
    if (uri !== LETTERS) return "{}";
    const file = Uri.joinPath(context.extensionUri, "schema", "letters.schema.json");
    return new TextDecoder().decode(await workspace.fs.readFile(file));
  };
  yaml?.registerContributor?.(SCHEME, schemaOf, content);
}
