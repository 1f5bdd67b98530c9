// A host more: asks for its role and its name, and applies what the server makes of that.
import * as vscode from "vscode";
import { addHostRequest, type HostRole } from "./requests";
import type { Server } from "./server";
import { nameOf } from "./status";

const ROLES: { label: string; description: string; role: HostRole }[] = [
  { label: "Worker", description: "kube_node", role: "worker" },
  { label: "Control plane node", description: "kube_control_plane", role: "control-plane" },
  { label: "Etcd member", description: "etcd", role: "etcd" },
];

/** Adds a host to the inventory of the active editor, or to one that is chosen. What is not given is asked for. */
export async function addHost(server: Server, givenRole?: string, givenName?: string): Promise<void> {
  const client = server.running;
  if (client === undefined) {
    void vscode.window.showInformationMessage("hostwise is not running.");
    return;
  }
  const source = await chooseSource(server);
  if (source === undefined) return;
  const role =
    ROLES.find((known) => known.role === givenRole) ??
    (await vscode.window.showQuickPick(ROLES, { title: "Add a Host", placeHolder: "Role" }));
  if (role === undefined) return;
  const params = { textDocument: { uri: source }, role: role.role };
  try {
    const suggested = await client.sendRequest(addHostRequest, params);
    const name =
      givenName ??
      (await vscode.window.showInputBox({ title: `Add a Host: ${role.label}`, prompt: "Name", value: suggested.name }));
    if (name === undefined) return;
    const added = await client.sendRequest(addHostRequest, { ...params, name });
    const edit = await client.protocol2CodeConverter.asWorkspaceEdit(added.edit);
    if (edit !== undefined && (await vscode.workspace.applyEdit(edit)))
      await vscode.window.showTextDocument(vscode.Uri.parse(source));
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}

/** The source of an inventory that the active editor shows; else the first source of one that is chosen. */
async function chooseSource(server: Server): Promise<string | undefined> {
  const shown = vscode.window.activeTextEditor?.document.uri.toString();
  const inventories = server.inventories.filter((inventory) => inventory.kubespray !== null);
  const own = inventories
    .flatMap((inventory) => inventory.sources)
    .find((source) => vscode.Uri.parse(source).toString() === shown);
  if (own !== undefined) return own;
  const items = inventories.map((inventory) => ({ label: nameOf(inventory), source: inventory.sources[0] }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage("There is no inventory for Kubespray here.");
    return undefined;
  }
  const chosen =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { title: "Add a Host", placeHolder: "Inventory" });
  return chosen?.source;
}
