// Which documents are the server's: by path, so that other YAML is left to its own servers, whatever language id another extension gives it.
import * as vscode from "vscode";

const EXTENSIONS = ["", ".yml", ".yaml", ".ini", ".toml", ".cfg"];
const PLAYBOOKS = [
  "cluster",
  "playbook",
  "recover-control-plane",
  "remove-node",
  "reset",
  "scale",
  "site",
  "upgrade-cluster",
];

const PATTERNS = [
  "**/{group_vars,host_vars}/**",
  ...EXTENSIONS.flatMap((extension) => [`**/*hosts*${extension}`, `**/*inventory*${extension}`]),
  "**/{inventory,inventories}/**/*.{yml,yaml,ini,toml}",
  "**/{playbooks,roles,tasks,handlers}/**/*.{yml,yaml}",
  "**/tests/files/*.{yml,yaml}",
  `**/{${PLAYBOOKS.join(",")}}.{yml,yaml}`,
  "**/{ansible.cfg,galaxy.yml,hostwise.toml}",
];

/** The documents of the server; `sources` are inventories that it found under other names. */
export function selector(sources: Iterable<string>): { scheme: string; pattern: string }[] {
  const found = [...sources].map((source) => vscode.Uri.parse(source).fsPath.replaceAll("\\", "/"));
  return [...PATTERNS, ...found].map((pattern) => ({ scheme: "file", pattern }));
}

/** Those of `sources` that are open and not served yet. */
export function unserved(sources: Iterable<string>, served: vscode.DocumentSelector): string[] {
  const known = new Set([...sources].map((source) => vscode.Uri.parse(source).toString()));
  const open = vscode.workspace.textDocuments.filter((document) => known.has(document.uri.toString()));
  return open
    .filter((document) => vscode.languages.match(served, document) === 0)
    .map((document) => document.uri.toString());
}
