// A webview panel: one script, one style sheet, nothing from elsewhere, and messages in both directions.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { FromView, ToView } from "./messages";
import type { Location } from "./requests";

export class View<To extends ToView> implements vscode.Disposable {
  private readonly panel: vscode.WebviewPanel;
  private readonly gone = new vscode.EventEmitter<void>();
  private readonly said = new vscode.EventEmitter<FromView>();

  readonly onDidDispose = this.gone.event;
  readonly onDidReceive = this.said.event;

  constructor(context: vscode.ExtensionContext, name: "topology" | "variables", title: string) {
    const dist = vscode.Uri.joinPath(context.extensionUri, "dist");
    this.panel = vscode.window.createWebviewPanel(
      `hostwise.${name}`,
      title,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, enableFindWidget: true, localResourceRoots: [dist], retainContextWhenHidden: true },
    );
    this.panel.iconPath = {
      light: vscode.Uri.joinPath(context.extensionUri, "media", "view-light.svg"),
      dark: vscode.Uri.joinPath(context.extensionUri, "media", "view-dark.svg"),
    };
    this.panel.webview.html = page(this.panel.webview, dist, name, title);
    this.panel.webview.onDidReceiveMessage((message: FromView) => this.said.fire(message));
    this.panel.onDidDispose(() => {
      this.gone.fire();
      this.gone.dispose();
      this.said.dispose();
    });
  }

  set title(title: string) {
    this.panel.title = title;
  }

  reveal(): void {
    this.panel.reveal(undefined, true);
  }

  show(message: To): void {
    void this.panel.webview.postMessage(labelled(message));
  }

  dispose(): void {
    this.panel.dispose();
  }
}

/** Opens a file at a place, beside the view that asked for it. */
export async function openLocation(location: Location): Promise<void> {
  const uri = vscode.Uri.parse(location.uri);
  const { start, end } = location.range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  const visible = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
  const viewColumn = visible?.viewColumn ?? vscode.window.visibleTextEditors[0]?.viewColumn ?? vscode.ViewColumn.One;
  await vscode.window.showTextDocument(uri, { selection, viewColumn });
}

/** A copy in which every location has words for people. */
function labelled<T>(value: T): T {
  if (Array.isArray(value)) return value.map(labelled) as T;
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, labelled(part)]));
  if ("uri" in value && "range" in value) {
    const { uri, range } = value as unknown as Location;
    copy["label"] = `${vscode.workspace.asRelativePath(vscode.Uri.parse(uri))}:${range.start.line + 1}`;
  }
  return copy as T;
}

function page(webview: vscode.Webview, dist: vscode.Uri, name: string, title: string): string {
  const nonce = randomBytes(16).toString("base64");
  const resource = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}';`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${resource(`${name}.css`)}">
</head>
<body>
<main id="view" aria-busy="true"></main>
<script nonce="${nonce}" src="${resource(`${name}.js`)}"></script>
</body>
</html>`;
}
