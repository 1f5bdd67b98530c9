// Which program is the server: the setting, the one that came with the extension, the one on PATH. Nothing is downloaded.
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import * as vscode from "vscode";

const NAME = process.platform === "win32" ? "hostwise.exe" : "hostwise";

/** The path of the server's program, or undefined when there is none. */
export function findProgram(context: vscode.ExtensionContext): string | undefined {
  const configured = vscode.workspace.getConfiguration("hostwise").get<string>("server.path", "").trim();
  if (configured !== "") {
    const path = configured.startsWith("~/") ? join(homedir(), configured.slice(2)) : configured;
    return isAbsolute(path) ? path : onPath(path);
  }
  const bundled = join(context.extensionPath, "server", NAME);
  return isExecutable(bundled) ? bundled : onPath(NAME);
}

function onPath(name: string): string | undefined {
  const directories = (process.env["PATH"] ?? "").split(delimiter).filter((directory) => isAbsolute(directory));
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
