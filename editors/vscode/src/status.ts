// The language status item: which release is meant and how many hosts are known.
import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import type { Overview } from "./requests";
import { selector } from "./selector";
import type { Server } from "./server";

export class Status implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.item = vscode.languages.createLanguageStatusItem("hostwise", selector([]));
    this.item.name = "hostwise";
    this.item.text = "hostwise";
    this.item.busy = true;
    this.item.command = { command: "hostwise.showTopology", title: "Show Topology" };
    this.subscriptions = [
      this.item,
      server.onDidChange(() => this.show()),
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Says why there is nothing to show. */
  fail(reason: string): void {
    this.item.busy = false;
    this.item.text = "hostwise";
    this.item.detail = reason;
    this.item.severity = vscode.LanguageStatusSeverity.Error;
  }

  private show(): void {
    const { text, detail } = words(this.server.inventories, vscode.window.activeTextEditor?.document.uri);
    this.item.busy = false;
    this.item.severity = vscode.LanguageStatusSeverity.Information;
    this.item.text = text;
    this.item.detail = detail;
  }
}

/** The words for a document: those of its inventory, or of all. */
export function words(inventories: Overview[], document: vscode.Uri | undefined): { text: string; detail: string } {
  const of = inventories.filter(
    (inventory) => document !== undefined && inventory.sources.some((source) => concerns(source, document)),
  );
  const shown = of.length > 0 ? of : inventories;
  const [first] = shown;
  if (first === undefined) return { text: "hostwise: no inventory", detail: "" };
  const hosts = shown.reduce((sum, inventory) => sum + inventory.hosts, 0);
  const counted = hosts === 1 ? "1 host" : `${hosts} hosts`;
  if (shown.length > 1) return { text: `${counted} in ${shown.length} inventories`, detail: "" };
  if (first.kubespray === null) return { text: counted, detail: "no group of Kubespray" };
  return {
    text: `Kubespray ${first.kubespray.version} · ${counted}`,
    detail: `${first.layout} layout, ${first.kubespray.source}`,
  };
}

/** Whether a document is the source, lies in it, or in the variables beside it. */
export function concerns(source: string, document: vscode.Uri): boolean {
  const path = vscode.Uri.parse(source).path;
  const inside = (directory: string) => document.path.startsWith(`${directory}/`);
  return (
    path === document.path ||
    inside(path) ||
    ["group_vars", "host_vars"].some((name) => inside(`${dirname(path)}/${name}`))
  );
}

/** A short name for an inventory: `separate/hosts.yaml`. */
export function nameOf(inventory: Overview): string {
  const [source] = inventory.sources;
  if (source === undefined) return "inventory";
  const path = vscode.Uri.parse(source).path;
  return `${basename(dirname(path))}/${basename(path)}`;
}
