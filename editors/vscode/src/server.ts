// The server's process and the client that speaks with it.
import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, type StaticFeature } from "vscode-languageclient/node";
import { findProgram } from "./program";
import { inventoriesChanged, type Overview } from "./requests";
import { selector, unserved } from "./selector";

/** Announces what the server offers beyond the protocol. */
const ANNOUNCEMENT: StaticFeature = {
  fillClientCapabilities(capabilities) {
    capabilities.experimental = { hostwise: { inventoriesChanged: true } };
  },
  initialize() {},
  getState: () => ({ kind: "static" }),
  clear() {},
};

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private known: Overview[] = [];
  /** Inventories under names that no pattern covers. */
  private readonly extraSources = new Set<string>();
  private readonly changed = new vscode.EventEmitter<Overview[]>();
  private restarts = Promise.resolve();

  /** The inventories changed, or what is derived from them did. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** What is running; undefined when nothing is. */
  get running(): LanguageClient | undefined {
    return this.client?.isRunning() ? this.client : undefined;
  }

  get inventories(): Overview[] {
    return this.known;
  }

  get version(): string | undefined {
    return this.client?.initializeResult?.serverInfo?.version;
  }

  /** Stops what runs and starts anew; one after the other. */
  restart(): Promise<void> {
    this.restarts = this.restarts.then(async () => {
      await this.stop();
      await this.start();
    });
    return this.restarts;
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.known = [];
    await vscode.commands.executeCommand("setContext", "hostwise.running", false);
    await client?.dispose().catch((error: unknown) => this.log.warn(`stopping: ${String(error)}`));
  }

  dispose(): void {
    this.changed.dispose();
    void this.stop();
  }

  private async start(): Promise<void> {
    const command = findProgram(this.context);
    if (command === undefined) {
      this.log.error("the program hostwise was found neither in hostwise.server.path nor in the extension nor on PATH");
      void this.tellMissing();
      return;
    }
    this.log.info(`starting ${command}`);
    const documents = selector(this.extraSources);
    const executable = { command, args: ["server", "--stdio"] };
    const client = new LanguageClient("hostwise", "hostwise", executable, {
      documentSelector: documents,
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: serverSettings(),
      // Makes the client say that settings changed; the server then asks for them.
      synchronize: { configurationSection: "hostwise" },
      middleware: {
        workspace: {
          configuration: (params) =>
            params.items.map((item) => (item.section === "hostwise" ? serverSettings() : null)),
        },
      },
    });
    client.registerFeature(ANNOUNCEMENT);
    client.onNotification(inventoriesChanged, ({ inventories }) => this.tell(inventories, documents));
    this.client = client;
    try {
      await client.start();
      await vscode.commands.executeCommand("setContext", "hostwise.running", true);
    } catch (error) {
      this.log.error(`${command} did not start: ${String(error)}`);
      void vscode.window.showErrorMessage(`hostwise did not start: ${String(error)}`, "Show Log").then((answer) => {
        if (answer !== undefined) this.log.show();
      });
    }
  }

  private tell(inventories: Overview[], served: vscode.DocumentSelector): void {
    this.known = inventories;
    this.changed.fire(inventories);
    const unknown = unserved(
      inventories.flatMap((inventory) => inventory.sources),
      served,
    ).filter((source) => !this.extraSources.has(source));
    if (unknown.length > 0) {
      for (const source of unknown) this.extraSources.add(source);
      void this.restart();
    }
  }

  private async tellMissing(): Promise<void> {
    const answer = await vscode.window.showErrorMessage(
      "The program hostwise was not found. Install it with cargo install --locked --path server, or say where it is.",
      "Open Settings",
    );
    if (answer !== undefined)
      await vscode.commands.executeCommand("workbench.action.openSettings", "hostwise.server.path");
  }
}

/** The section `hostwise` without what is meant for the extension alone. */
function serverSettings(): Record<string, unknown> {
  const {
    server: _server,
    trace: _trace,
    ...settings
  } = { ...vscode.workspace.getConfiguration("hostwise") } as Record<string, unknown>;
  const written = Object.entries(settings).filter(([, value]) => value !== null && typeof value !== "function");
  return Object.fromEntries(written);
}
