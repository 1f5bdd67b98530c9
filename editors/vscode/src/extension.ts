// hostwise in VS Code: the server, its state in the status bar, and two views. What is known of inventories, the server knows.
import * as vscode from "vscode";
import { addHost } from "./hosts";
import { Pages } from "./pages";
import { Server } from "./server";
import { Status } from "./status";
import { TopologyView } from "./topology";
import { VariablesView } from "./variables";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("hostwise", { log: true });
  const server = new Server(context, log);
  const status = new Status(server);
  const topology = new TopologyView(context, server);
  const pages = new Pages(server);
  const variables = new VariablesView(context, server, pages);
  const restart = async () => {
    await server.restart();
    if (server.running === undefined) status.fail("The server is not running");
  };
  const command = vscode.commands.registerCommand;
  context.subscriptions.push(
    log,
    server,
    status,
    topology,
    pages,
    variables,
    command("hostwise.showTopology", () => topology.open()),
    command("hostwise.showVariables", (host?: unknown, source?: unknown) => variables.open(text(host), text(source))),
    command("hostwise.compare", (host?: unknown, source?: unknown) => variables.compare(text(host), text(source))),
    command("hostwise.showVariablesAsText", (host?: unknown, source?: unknown) =>
      variables.openAsText(text(host), text(source)),
    ),
    command("hostwise.compareAsText", (host?: unknown, source?: unknown) =>
      variables.compareAsText(text(host), text(source)),
    ),
    command("hostwise.addHost", (role?: unknown, name?: unknown) => addHost(server, text(role), text(name))),
    command("hostwise.restartServer", restart),
    command("hostwise.showVersion", () => {
      const version = server.version;
      const words = version === undefined ? "hostwise is not running." : `hostwise ${version}`;
      return vscode.window.showInformationMessage(words);
    }),
    command("hostwise.showLog", () => log.show()),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("hostwise.server")) await restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
  );
  await restart();
}

/** An argument that is a text: from a menu comes the document instead. */
function text(argument: unknown): string | undefined {
  return typeof argument === "string" ? argument : undefined;
}
