import { isAbsolute, join } from "node:path";

/** What a search for the program depends on. */
export interface Machine {
  readonly windows: boolean;
  readonly home: string;
  /** The variable PATH. */
  readonly path: string;
  readonly isProgram: (file: string) => boolean;
}

/** Where the program is, or why it can't be started. */
export type Search =
  | { readonly found: string }
  | { readonly missing: string }
  | { readonly relative: string };

const NAME = "letterform";

/**
 * Finds the program: the configured one, or the first on PATH, or cargo's.
 *
 * The result is absolute, and relative entries of PATH are skipped: a repository must not bring the
 * program that its own folder is opened with.
 */
export function findProgram(configured: string, machine: Machine): Search {
  const wanted = expandHome(configured.trim(), machine.home);
  if (/[/\\]/.test(wanted)) {
    if (!isAbsolute(wanted)) return { relative: wanted };
    return machine.isProgram(wanted) ? { found: wanted } : { missing: wanted };
  }
  const name = wanted || NAME;
  const folders = machine.path
    .split(machine.windows ? ";" : ":")
    .filter((folder) => isAbsolute(folder));
  const cargo = join(machine.home, ".cargo", "bin");
  const file = machine.windows && !name.toLowerCase().endsWith(".exe") ? `${name}.exe` : name;
  const found = [...folders, cargo].map((folder) => join(folder, file)).find(machine.isProgram);
  return found === undefined ? { missing: name } : { found };
}

function expandHome(path: string, home: string): string {
  return path === "~" || /^~[/\\]/.test(path) ? join(home, path.slice(1)) : path;
}
