// The variables view: one host, or two side by side.
import * as vscode from "vscode";
import type { ShowVariables } from "./messages";
import type { ChosenHost, Pages } from "./pages";
import { compareHostsRequest, effectiveVariablesRequest, type Host, topologyRequest } from "./requests";
import type { Server } from "./server";
import { nameOf } from "./status";
import { openLocation, View } from "./view";

/** Which hosts are shown; `source` says of which inventory. */
interface Shown {
  left: string;
  right: string | undefined;
  source: string | undefined;
}

export class VariablesView implements vscode.Disposable {
  private view: View<ShowVariables> | undefined;
  private shown: Shown | undefined;
  private asked = 0;
  /** Whether the defaults of the release are shown: they are most of what could be sent. */
  private defaults = false;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
    private readonly pages: Pages,
  ) {
    this.subscription = server.onDidChange(() => void this.refresh());
  }

  /** Shows a host: the one that is given, the one under the cursor, or one that is chosen. */
  async open(host?: string, source?: string): Promise<void> {
    const chosen = await this.oneHost(host, source);
    if (chosen !== undefined) this.show({ left: chosen.host, right: undefined, source: chosen.source });
  }

  /** Shows two hosts, the first of which may be given. */
  async compare(host?: string, source?: string): Promise<void> {
    const chosen = await this.twoHosts(host, source);
    if (chosen !== undefined)
      this.show({ left: chosen.left.host, right: chosen.right.host, source: chosen.left.source });
  }

  /** The same as a document. */
  async openAsText(host?: string, source?: string): Promise<void> {
    const chosen = await this.oneHost(host, source);
    if (chosen !== undefined) await this.pages.open(chosen);
  }

  /** The same as a comparison of two documents. */
  async compareAsText(host?: string, source?: string): Promise<void> {
    const chosen = await this.twoHosts(host, source);
    if (chosen !== undefined) await this.pages.compare(chosen.left, chosen.right);
  }

  dispose(): void {
    this.view?.dispose();
    this.subscription.dispose();
  }

  private async oneHost(host: string | undefined, source: string | undefined): Promise<ChosenHost | undefined> {
    const under = host === undefined ? await this.underCursor() : { host, source };
    return under ?? (await this.choose("Whose variables?", undefined));
  }

  private async twoHosts(
    host: string | undefined,
    source: string | undefined,
  ): Promise<{ left: ChosenHost; right: ChosenHost } | undefined> {
    const left = host === undefined ? await this.choose("The first of two hosts", undefined) : { host, source };
    if (left === undefined) return undefined;
    const right = await this.choose(`Compare ${left.host} with`, left.source, left.host);
    return right === undefined ? undefined : { left, right: { ...right, source: left.source } };
  }

  private show(shown: Shown): void {
    this.shown = shown;
    const title = shown.right === undefined ? `Variables of ${shown.left}` : `${shown.left} and ${shown.right}`;
    if (this.view !== undefined) {
      this.view.title = title;
      this.view.reveal();
      void this.refresh();
      return;
    }
    const view = new View<ShowVariables>(this.context, "variables", title);
    this.view = view;
    this.defaults = false;
    view.onDidDispose(() => {
      this.view = undefined;
    });
    view.onDidReceive(async (message) => {
      if (message.kind === "ready") await this.refresh();
      if (message.kind === "open") await openLocation(message.location);
      if (message.kind === "alone" && this.shown !== undefined) this.show({ ...this.shown, right: undefined });
      if (message.kind === "pick") await this.pick(message.side);
      if (message.kind === "defaults") {
        this.defaults = message.shown;
        await this.refresh();
      }
    });
  }

  private async pick(side: "left" | "right"): Promise<void> {
    const { shown } = this;
    if (shown === undefined) return;
    const chosen = await this.choose(side === "left" ? "Whose variables?" : `Compare ${shown.left} with`, shown.source);
    if (chosen !== undefined) this.show({ ...shown, [side]: chosen.host });
  }

  private async refresh(): Promise<void> {
    const { view, shown, server } = this;
    const asked = ++this.asked;
    if (view === undefined || shown === undefined || server.running === undefined) return;
    const of = shown.source === undefined ? {} : { textDocument: { uri: shown.source } };
    const inventory = server.inventories.find(
      (known) => shown.source === undefined || known.sources.includes(shown.source),
    );
    const name = inventory === undefined ? "" : nameOf(inventory);
    let message: ShowVariables = { kind: "gone", host: shown.left };
    if (shown.right !== undefined) {
      const answer = await server.running.sendRequest(compareHostsRequest, {
        ...of,
        defaults: this.defaults,
        left: shown.left,
        right: shown.right,
      });
      if (answer !== null) message = { kind: "comparison", inventory: name, of: answer };
    } else {
      const answer = await server.running.sendRequest(effectiveVariablesRequest, {
        ...of,
        defaults: this.defaults,
        host: shown.left,
      });
      if (answer !== null) message = { kind: "variables", inventory: name, of: answer };
    }
    if (asked === this.asked && view === this.view) view.show(message);
  }

  /** The host whose name the cursor stands on, in the inventory of that file. */
  private async underCursor(): Promise<ChosenHost | undefined> {
    const [editor, word] = [vscode.window.activeTextEditor, wordUnderCursor()];
    if (editor === undefined || word === undefined || this.server.running === undefined) return undefined;
    const textDocument = { uri: editor.document.uri.toString() };
    const { inventories } = await this.server.running.sendRequest(topologyRequest, { textDocument });
    const has = (host: Host) => host.name === word;
    const found = inventories.find((inventory) => inventory.profiles.some((profile) => profile.hosts.some(has)));
    return found && { host: word, source: found.sources[0] };
  }

  /** A host of the inventories; the one under the cursor comes first. */
  private async choose(title: string, source: string | undefined, without?: string): Promise<ChosenHost | undefined> {
    if (this.server.running === undefined) {
      void vscode.window.showInformationMessage("hostwise is not running.");
      return undefined;
    }
    const { inventories } = await this.server.running.sendRequest(topologyRequest, {});
    const of = inventories.filter((inventory) => source === undefined || inventory.sources.includes(source));
    const items = of.flatMap((inventory) =>
      inventory.profiles.flatMap((profile) =>
        profile.hosts
          .filter((host) => host.name !== without)
          .map((host) => ({
            label: host.name,
            description: inventory.kubespray === null ? "" : profile.role,
            detail: of.length > 1 ? nameOf(inventory) : "",
            source: inventory.sources[0],
          })),
      ),
    );
    const under = wordUnderCursor();
    items.sort((a, b) => Number(b.label === under) - Number(a.label === under));
    const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: "Host", matchOnDescription: true });
    return chosen === undefined ? undefined : { host: chosen.label, source: chosen.source };
  }
}

function wordUnderCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  const range = editor?.document.getWordRangeAtPosition(editor.selection.active, /[\w.-]+/);
  return range === undefined ? undefined : editor?.document.getText(range);
}
