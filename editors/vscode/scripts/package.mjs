// package.mjs [TARGET PROGRAM] [--out FILE]: a .vsix. With a target of vsce (linux-x64, darwin-arm64, ...) it holds the program; without, it is universal
// and needs the program on PATH or in the settings.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const args = process.argv.slice(2);
const at = args.indexOf("--out");
const out = at >= 0 ? args.splice(at, 2)[1] : undefined;
const [target, program] = args;
const server = join(root, "server");

rmSync(server, { recursive: true, force: true });
if (target) {
  if (!program) throw new Error(`package.mjs: the program for ${target} is missing`);
  const bundled = join(server, target.startsWith("win32") ? "hostwise.exe" : "hostwise");
  mkdirSync(server);
  cpSync(program, bundled, { dereference: true });
  chmodSync(bundled, 0o755);
}
try {
  execFileSync(
    process.execPath,
    [
      join(root, "node_modules/@vscode/vsce/vsce"),
      "package",
      "--no-dependencies",
      "--skip-license",
      ...(target ? ["--target", target] : []),
      ...(out ? ["--out", out] : []),
    ],
    { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
  );
} finally {
  rmSync(server, { recursive: true, force: true });
}
