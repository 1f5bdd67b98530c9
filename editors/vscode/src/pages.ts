// Pages of the scheme `hostwise:`: the variables of a host as a document that follows the inventory, and two of them in VS Code's own comparison.
import * as vscode from "vscode";
import { ExecuteCommandRequest } from "vscode-languageclient/node";
import type { Server } from "./server";

const SCHEME = "hostwise";
const END = ".yaml";

/** A host; `source` says of which inventory. */
export interface ChosenHost {
  host: string;
  source: string | undefined;
}

export class Pages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: vscode.Disposable[];

  readonly onDidChange = this.changed.event;

  constructor(private readonly server: Server) {
    this.subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      server.onDidChange(() => this.refresh()),
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const host = uri.path.slice(1, -END.length);
    const { running } = this.server;
    if (running === undefined) return "# hostwise is not running.\n";
    const args = uri.query === "" ? [host] : [host, uri.query];
    try {
      return await running.sendRequest(ExecuteCommandRequest.type, { command: "hostwise.variables", arguments: args });
    } catch (error) {
      return `# ${error instanceof Error ? error.message : String(error)}\n`;
    }
  }

  async open(host: ChosenHost): Promise<void> {
    await vscode.window.showTextDocument(page(host), { preview: false });
  }

  async compare(left: ChosenHost, right: ChosenHost): Promise<void> {
    await vscode.commands.executeCommand("vscode.diff", page(left), page(right), `${left.host} and ${right.host}`);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }

  private refresh(): void {
    for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === SCHEME) this.changed.fire(uri);
  }
}

function page({ host, source }: ChosenHost): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${host}${END}`, query: source ?? "" });
}
