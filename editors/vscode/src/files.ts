/** Names of declarations, as the program finds them in a folder. */
export const DECLARATIONS = "**/{letters,*.letters}.{yaml,yml}";

/** Names of workspace files. */
export const WORKSPACE = "**/letterform.yaml";

/** Whether a path or a URI names a file of declarations. */
export function isDeclaration(path: string): boolean {
  return /(?:^|\/)(?:[^/]*\.)?letters\.ya?ml$/.test(path);
}
