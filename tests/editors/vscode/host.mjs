// host.mjs EXTENSION PROGRAM WORKSPACE OUTPUT: runs host/index.ts inside VS Code's extension host, with the unpacked extension and, beside it, another
// one that claims the language id "ansible".
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openWindow, startServer } from "./driver.mjs";

const [extension, program, workspace, output] = process.argv.slice(2).map((path) => resolve(path));
const here = import.meta.dirname;
mkdirSync(output, { recursive: true });
const tests = join(output, "host-tests.js");
const built = spawnSync(join(extension, "node_modules/.bin/esbuild"), [
  join(here, "host/index.ts"),
  ...["--bundle", "--platform=node", "--format=cjs", "--target=node20", "--external:vscode", "--log-level=warning", `--outfile=${tests}`],
]);
if (built.status !== 0) throw new Error(`esbuild: ${built.stderr}`);
const other = join(output, "claims-ansible.vsix");
const vsce = [join(extension, "node_modules/@vscode/vsce/vsce"), "package", "--allow-missing-repository", "--skip-license", "--out", other];
const packed = spawnSync(process.execPath, vsce, { cwd: join(here, "claims-ansible") });
if (packed.status !== 0) throw new Error(`vsce: ${packed.stderr}`);
writeFileSync(join(workspace, "other.yml"), "web: {image: nginx}\n");

// A built VS Code takes tests from its address only with this switch.
const server = await startServer({
  state: join(output, "state"),
  vsix: [other],
  machine: { "hostwise.server.path": program },
  options: ["--vscode-option", "enable-smoke-test-driver"],
});
let window;
let code = 1;
try {
  const done = new Promise((finish, fail) => {
    const prepare = async (page) => {
      await page.exposeFunction("codeAutomationLog", (_, parts) => {
        const words = parts.join(" ");
        // VS Code says more than the tests do.
        if (/^(ok|not ok|\d+ passed)/.test(words)) console.log(words);
      });
      await page.exposeFunction("codeAutomationExit", finish);
    };
    const payload = [
      ["extensionDevelopmentPath", server.remote(extension)],
      ["extensionTestsPath", server.remote(tests)],
      ["skipWelcome", "true"],
    ];
    openWindow(server, { folder: workspace, payload, prepare }).then((opened) => {
      window = opened;
    }, fail);
    setTimeout(() => fail(new Error("the tests did not end")), 240_000).unref();
  });
  code = await done;
} catch (error) {
  console.error(error);
  await window?.page.screenshot({ path: join(output, "failure.png") }).catch(() => {});
} finally {
  await window?.close().catch(() => {});
  server.stop();
}
process.exit(code);
