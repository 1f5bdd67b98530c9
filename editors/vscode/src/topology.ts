// The topology view: asks the server for the picture and keeps it true while people type.
import * as vscode from "vscode";
import type { ShowTopology } from "./messages";
import { topologyRequest } from "./requests";
import type { Server } from "./server";
import { concerns, nameOf } from "./status";
import { openLocation, View } from "./view";

export class TopologyView implements vscode.Disposable {
  private view: View<ShowTopology> | undefined;
  private readonly subscriptions: vscode.Disposable[];
  /** Of several answers under way only the last is shown. */
  private asked = 0;
  private lastDocument: vscode.Uri | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
  ) {
    this.subscriptions = [
      server.onDidChange(() => void this.refresh()),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.follow(editor)),
    ];
  }

  open(): void {
    if (this.view !== undefined) {
      this.view.reveal();
      return;
    }
    this.lastDocument = vscode.window.activeTextEditor?.document.uri;
    const view = new View<ShowTopology>(this.context, "topology", "Topology");
    this.view = view;
    view.onDidDispose(() => {
      this.view = undefined;
    });
    view.onDidReceive((message) => {
      if (message.kind === "ready") void this.refresh();
      if (message.kind === "open") void openLocation(message.location);
      if (message.kind === "variables") {
        void vscode.commands.executeCommand("hostwise.showVariables", message.host, message.source);
      }
      if (message.kind === "compare")
        void vscode.commands.executeCommand("hostwise.compare", message.host, message.source);
    });
  }

  dispose(): void {
    this.view?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Another inventory may be meant when another file is looked at. */
  private follow(editor: vscode.TextEditor | undefined): void {
    if (editor === undefined || editor.document.uri.toString() === this.lastDocument?.toString()) return;
    this.lastDocument = editor.document.uri;
    if (this.server.inventories.length > 1) void this.refresh();
  }

  private async refresh(): Promise<void> {
    const { view, server } = this;
    const asked = ++this.asked;
    if (view === undefined || server.running === undefined) return;
    const { inventories } = await server.running.sendRequest(topologyRequest, {});
    if (asked !== this.asked || view !== this.view) return;
    const document = this.lastDocument;
    const active = inventories.findIndex(
      (inventory) => document !== undefined && inventory.sources.some((source) => concerns(source, document)),
    );
    view.show({
      kind: "topology",
      inventories: inventories.map((inventory) => ({ ...inventory, name: nameOf(inventory) })),
      active: active < 0 ? undefined : active,
    });
  }
}
