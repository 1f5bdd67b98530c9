// VS Code (as code-server) in Chromium: starts both with local state alone, and reads the screen as a person does. Waits are for what is on the
// screen; keys are pressed again when the widget they should open does not show, because a key pressed while focus moves is lost.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
/** What setup-vscode made. */
const prefix = process.env.VSCODE;
const PATIENCE = Number(process.env.PATIENCE ?? 60_000);

const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-default-apps",
  "--disable-dev-shm-usage",
  "--lang=en-US",
  // Nothing but loopback is resolved.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

const freePort = () =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/**
 * Installs the .vsix files into a fresh state and serves. `options` are those of VS Code, `machine` are settings
 * that only count on the machine where the extensions run.
 */
export async function startServer({ state, vsix = [], options = [], settings = {}, machine = {} }) {
  rmSync(state, { recursive: true, force: true });
  mkdirSync(join(state, "user/User"), { recursive: true });
  writeFileSync(join(state, "config.yaml"), "");
  const fixed = JSON.parse(readFileSync(join(here, "settings.json"), "utf8"));
  writeFileSync(join(state, "user/User/settings.json"), JSON.stringify({ ...fixed, ...settings }));
  mkdirSync(join(state, "user/Machine"));
  writeFileSync(join(state, "user/Machine/settings.json"), JSON.stringify(machine));
  const entry = join(prefix, "vscode/node_modules/code-server/out/node/entry.js");
  const common = ["--config", join(state, "config.yaml"), "--user-data-dir", join(state, "user"), "--extensions-dir", join(state, "extensions")];
  const run = (name, args) => {
    const log = openSync(join(state, name), "a");
    return spawn(join(prefix, "node/bin/node"), [entry, ...common, ...args], {
      stdio: ["ignore", log, log],
      detached: true,
      // No marketplace, and nothing outside the state.
      env: {
        ...process.env,
        EXTENSIONS_GALLERY: "{}",
        XDG_CONFIG_HOME: join(state, "xdg"),
        XDG_DATA_HOME: join(state, "xdg"),
        XDG_CACHE_HOME: join(state, "xdg"),
      },
    });
  };
  for (const file of vsix) {
    const code = await new Promise((resolve) => run("install.log", ["--force", "--install-extension", file]).on("exit", resolve));
    if (code !== 0) throw new Error(`${file} was not installed: ${readFileSync(join(state, "install.log"), "utf8")}`);
  }
  const port = await freePort();
  const program = run("server.log", [
    ...["--bind-addr", `127.0.0.1:${port}`, "--auth", "none", "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"],
    ...["--disable-getting-started-override", "--disable-proxy", "--ignore-last-opened", ...options],
  ]);
  const url = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + PATIENCE; ; ) {
    try {
      if ((await fetch(`${url}/healthz`)).ok) break;
    } catch {
      // Not up yet.
    }
    if (Date.now() > end) throw new Error(`code-server did not start: ${readFileSync(join(state, "server.log"), "utf8")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const stop = () => {
    try {
      process.kill(-program.pid, "SIGTERM");
    } catch {
      // Gone already.
    }
  };
  return { url, port, state, stop, remote: (path) => `vscode-remote://127.0.0.1:${port}${path}` };
}

/** A browser window on a folder; `payload` are VS Code's own commands for its start. */
export async function openWindow(server, { folder, payload, width = 1280, height = 800, prepare = async () => {} }) {
  const profile = mkdtempSync(join(tmpdir(), "hostwise-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    viewport: { width, height },
    locale: "en-US",
    args: CHROMIUM_FLAGS,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(PATIENCE);
  const outside = [];
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    // What views load has an address of VS Code's own, which its service worker answers from the disk.
    const isOwn = hostname === "127.0.0.1" || hostname.endsWith(".vscode-resource.vscode-cdn.net");
    if (protocol.startsWith("http") && !isOwn) outside.push(request.url());
  });
  await prepare(page);
  await page.goto(`${server.url}/?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return new Window(page, outside, close);
}

class Window {
  constructor(page, outside, close) {
    Object.assign(this, { page, outside, close });
  }

  key(name) {
    return this.page.keyboard.press(name);
  }

  /** Presses keys until something shows. */
  async press(keys, locator) {
    for (let attempt = 1; ; attempt++) {
      for (const key of keys) await this.key(key);
      try {
        await locator.first().waitFor({ timeout: 4000 + 1000 * attempt });
        return;
      } catch (error) {
        if (attempt === 8) throw error;
        await this.key("Escape");
      }
    }
  }

  /** Runs a command by its title in the palette. */
  async command(title) {
    await this.quickInput(["F1"], `>${title}`, title);
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** Opens a quick input by keys, or waits for one, and types. It closes when something else takes the focus meanwhile: then once more. */
  async ask(keys, text) {
    const input = this.page.locator(".quick-input-widget input.input");
    for (let attempt = 1; ; attempt++) {
      if (keys.length > 0) await this.press(keys, input);
      else await input.waitFor();
      try {
        await input.fill(text, { timeout: 3000 });
        return;
      } catch (error) {
        if (attempt === 5) throw error;
      }
    }
  }

  /** Opens a quick input by keys, types, and takes the row that fits. */
  async quickInput(keys, text, row) {
    await this.ask(keys, text);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: row }).first().waitFor();
    await this.key("Enter");
  }

  async openFile(path, name) {
    await this.quickInput(["Control+p"], path, name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  }

  /** Puts the cursor somewhere; `column` in UTF-16 units. */
  async goTo(line, column) {
    await this.ask(["Control+g"], `:${line}:${column}`);
    await this.key("Enter");
    await this.page.locator(".part.statusbar .statusbar-item", { hasText: `Ln ${line},` }).waitFor();
  }

  /** The hover at the cursor once it has these words: its parts come one by one. */
  async hover(words) {
    const hover = this.page.locator(".monaco-hover:not(.hidden)", { hasText: words }).first();
    await this.press(["Control+k", "Control+i"], hover);
    return hover.innerText();
  }

  /** The inside of a view of the extension. */
  view(index = 0) {
    return this.page.frameLocator("iframe.webview").nth(index).frameLocator("iframe#active-frame");
  }

  /** The rows of the Problems panel. */
  async problems() {
    const panel = this.page.locator(".markers-panel");
    if (!(await panel.first().isVisible())) await this.press(["Control+Shift+M"], panel);
    return this.page.locator(".markers-panel .monaco-list-row").allInnerTexts();
  }
}

export function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
