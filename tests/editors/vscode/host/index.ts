// Runs inside VS Code's extension host: what the extension does, exactly. Bundled by ../host.mjs; `run` is what VS Code calls.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";

const SENTENCE = "etcd-only in separate mode: nerdctl not installed here";
const PATIENCE = 30_000;

const folder = () => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail("no folder");
const file = (name: string) => vscode.Uri.file(join(folder(), name));
const hosts = () => file("hosts.yaml");

/** The value once there is one; waits for a condition, the limit only turns a wrong program into a failure. */
async function until<T>(what: string, get: () => T | undefined | false | PromiseLike<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 25))) {
    const value = await get();
    if (value !== undefined && value !== false) return value;
  }
  return assert.fail(`timed out waiting for ${what}`);
}

const findings = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).map((finding) => finding.message);
/** This finding and no other: what an earlier text gave is gone. */
const shows = (message: string) => until(message, () => findings(hosts()).join("\n") === message);
const silent = () => until("no finding", () => findings(hosts()).length === 0);

/** The position of a text, behind another one. */
function position(document: vscode.TextDocument, text: string, behind = ""): vscode.Position {
  const at = document.getText().indexOf(text, document.getText().indexOf(behind));
  assert.ok(at >= 0, `no ${text} in ${document.fileName}`);
  return document.positionAt(at);
}

async function edit(make: (edit: vscode.WorkspaceEdit, document: vscode.TextDocument) => void): Promise<void> {
  const document = await vscode.workspace.openTextDocument(hosts());
  const change = new vscode.WorkspaceEdit();
  make(change, document);
  assert.ok(await vscode.workspace.applyEdit(change));
}

const tests: [string, () => Promise<void>][] = [
  [
    "the sentence stands at instance-3 in the etcd group when the file is opened",
    async () => {
      const document = await vscode.workspace.openTextDocument(hosts());
      await vscode.window.showTextDocument(document);
      await shows(SENTENCE);
      const [finding, ...others] = vscode.languages.getDiagnostics(hosts());
      assert.ok(finding !== undefined && others.length === 0);
      assert.equal(finding.severity, vscode.DiagnosticSeverity.Information);
      assert.equal(finding.source, "hostwise");
      assert.equal(document.getText(finding.range), "instance-3");
      assert.deepEqual(finding.range.start, position(document, "instance-3", "etcd:"));
    },
  ],
  [
    "files are told from others by their path, whatever language id they have",
    async () => {
      assert.equal((await vscode.workspace.openTextDocument(hosts())).languageId, "ansible", "another extension claims it");
      const other = await vscode.workspace.openTextDocument(file("other.yml"));
      assert.equal(other.languageId, "yaml");
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", other.uri, new vscode.Position(0, 1));
      assert.deepEqual(hovers, []);
    },
  ],
  [
    "hover says what the host becomes",
    async () => {
      const document = await vscode.workspace.openTextDocument(hosts());
      const at = position(document, "instance-3", "etcd:");
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", hosts(), at);
      const text = hovers.flatMap((hover) => hover.contents.map((part) => (part as vscode.MarkdownString).value)).join("\n");
      for (const part of ["**instance-3**: etcd-only in separate layout", "nerdctl", "not in k8s_cluster"]) {
        assert.ok(text.includes(part), `${part} in\n${text}`);
      }
    },
  ],
  [
    "inlay hints name the roles",
    async () => {
      const all = new vscode.Range(0, 0, 1000, 0);
      const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>("vscode.executeInlayHintProvider", hosts(), all);
      const labels = hints.map((hint) => hint.label);
      assert.ok(["control plane", "worker", "etcd-only"].every((label) => labels.includes(label)), labels.join());
    },
  ],
  [
    "code lenses say how large a group is",
    async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", hosts(), 100);
      const titles = lenses.map((lens) => lens.command?.title);
      assert.ok(titles.includes("3 hosts") && titles.includes("1 host; separate layout"), titles.join());
    },
  ],
  [
    "typed into kube_node, the sentence goes, and comes back",
    async () => {
      await edit((change, document) => {
        const line = position(document, "instance-2", "kube_node:").line + 1;
        change.insert(hosts(), new vscode.Position(line, 0), "        instance-3:\n");
      });
      await silent();
      await vscode.window.showTextDocument(hosts());
      await vscode.commands.executeCommand("undo");
      await shows(SENTENCE);
    },
  ],
  [
    "completion offers the hosts that a group lacks",
    async () => {
      await edit((change, document) => {
        const line = position(document, "instance-2", "kube_node:").line + 1;
        change.insert(hosts(), new vscode.Position(line, 0), "        inst\n");
      });
      const document = await vscode.workspace.openTextDocument(hosts());
      const at = position(document, "inst\n").translate(0, 4);
      const list = await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", hosts(), at);
      const labels = list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
      assert.ok(labels.includes("instance-3") && !labels.includes("instance-2"), labels.join());
      await vscode.commands.executeCommand("undo");
      await shows(SENTENCE);
    },
  ],
  [
    "positions hold behind wide characters",
    async () => {
      await edit((change, document) => {
        const at = position(document, "instance-3:", "etcd:");
        change.replace(hosts(), new vscode.Range(at, at.translate(0, 11)), "instance-3: {é€😀: \"a}");
      });
      const broken = await until("a syntax error", () =>
        vscode.languages.getDiagnostics(hosts()).find((finding) => codeOf(finding) === "yaml-syntax"),
      );
      const document = await vscode.workspace.openTextDocument(hosts());
      assert.equal(document.getText(new vscode.Range(broken.range.start, broken.range.start.translate(0, 2))), '"a');
      await vscode.commands.executeCommand("undo");
      await shows(SENTENCE);
    },
  ],
  [
    "a change from outside is seen",
    async () => {
      const engine = file("group_vars/all/engine.yml").fsPath;
      writeFileSync(engine, "container_manager: crio\n");
      await shows(SENTENCE.replace("nerdctl", "crictl"));
      rmSync(engine);
      await shows(SENTENCE);
    },
  ],
  [
    "settings count at once",
    async () => {
      const settings = vscode.workspace.getConfiguration("hostwise");
      await settings.update("rules", { "component-not-installed": "warning" }, vscode.ConfigurationTarget.Global);
      await until("a warning", () =>
        vscode.languages.getDiagnostics(hosts()).some((finding) => finding.severity === vscode.DiagnosticSeverity.Warning),
      );
      await settings.update("rules", undefined, vscode.ConfigurationTarget.Global);
      await until("an information", () =>
        vscode.languages.getDiagnostics(hosts()).some((finding) => finding.severity === vscode.DiagnosticSeverity.Information),
      );
    },
  ],
  [
    "the server restarts, and the findings come again",
    async () => {
      await vscode.commands.executeCommand("hostwise.restartServer");
      await shows(SENTENCE);
    },
  ],
  [
    "a quick fix is applied and saved",
    async () => {
      const owner = file("group_vars/all/owner.yml");
      writeFileSync(owner.fsPath, "kube_owner: kube\n");
      const document = await vscode.workspace.openTextDocument(owner);
      const finding = await until("a finding with a fix", () =>
        vscode.languages.getDiagnostics(owner).find((found) => codeOf(found) === "cilium-kube-owner"),
      );
      const kind = vscode.CodeActionKind.QuickFix.value;
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        "vscode.executeCodeActionProvider",
        owner,
        finding.range,
        kind,
        5,
      );
      const fix = actions.find((action) => action.title === "Set kube_owner to root");
      assert.ok(fix?.edit !== undefined, actions.map((action) => action.title).join());
      assert.ok(await vscode.workspace.applyEdit(fix.edit));
      await until("no finding", () => vscode.languages.getDiagnostics(owner).length === 0);
      assert.ok(await document.save());
      assert.equal(readFileSync(owner.fsPath, "utf8"), "kube_owner: root\n");
      rmSync(owner.fsPath);
    },
  ],
  [
    "names lead to where they are defined, and are found",
    async () => {
      const document = await vscode.workspace.openTextDocument(hosts());
      const at = position(document, "instance-3", "etcd:");
      const definitions = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
        "vscode.executeDefinitionProvider",
        hosts(),
        at,
      );
      assert.ok(definitions.length > 0);
      const references = await vscode.commands.executeCommand<vscode.Location[]>("vscode.executeReferenceProvider", hosts(), at);
      assert.equal(references.length, 2);
      const outline = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider", hosts());
      const names = (symbols: vscode.DocumentSymbol[]): string[] => symbols.flatMap(({ name, children }) => [name, ...names(children)]);
      assert.ok(["all", "kube_node", "instance-3"].every((name) => names(outline).includes(name)), names(outline).join());
      const found = await vscode.commands.executeCommand<vscode.SymbolInformation[]>("vscode.executeWorkspaceSymbolProvider", "instance-3");
      assert.ok(found.some((symbol) => symbol.name === "instance-3"));
    },
  ],
  [
    "a host is added by its role, and refactorings are offered",
    async () => {
      await vscode.window.showTextDocument(hosts());
      await vscode.commands.executeCommand("hostwise.addHost", "worker", "instance-9");
      const document = await vscode.workspace.openTextDocument(hosts());
      await until("the host", () => document.getText().includes("instance-9"));
      assert.ok(position(document, "instance-9", "kube_node:").line > position(document, "kube_node:").line);
      await vscode.commands.executeCommand("undo");
      await shows(SENTENCE);
      const at = position(document, "etcd:");
      const kind = vscode.CodeActionKind.RefactorRewrite.value;
      const range = new vscode.Range(at, at);
      const offered = await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", hosts(), range, kind, 9);
      const titles = offered.map((action) => action.title);
      assert.ok(titles.includes("Add a worker") && titles.includes("Convert to INI"), titles.join());
      const convert = offered.find((action) => action.title === "Convert to INI");
      assert.ok(convert?.edit !== undefined && convert.edit.size > 0, "the edit came when it was asked for");
    },
  ],
  [
    "both views open",
    async () => {
      const labels = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map((tab) => tab.label));
      await vscode.commands.executeCommand("hostwise.showTopology");
      await until("the topology", () => labels().includes("Topology"));
      await vscode.commands.executeCommand("hostwise.showVariables", "instance-3", hosts().toString());
      await until("the variables", () => labels().includes("Variables of instance-3"));
    },
  ],
  [
    "the variables of a host are a document that follows, and two are compared",
    async () => {
      await vscode.commands.executeCommand("hostwise.showVariablesAsText", "instance-3", hosts().toString());
      const page = await until("the page", () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "hostwise"));
      assert.equal(page.languageId, "yaml");
      await until("its text", () => page.getText().includes("# Variables of instance-3: etcd-only in separate layout"));
      const extra = file("group_vars/all/extra.yml");
      writeFileSync(extra.fsPath, "from_outside: 'yes {{ 1 + 1 }}'\n");
      await until("the new variable", () => page.getText().includes("from_outside: yes 2"));
      rmSync(extra.fsPath);
      await until("the page as it was", () => !page.getText().includes("from_outside"));
      const compared = vscode.commands.executeCommand("hostwise.compareAsText", "instance-1", hosts().toString());
      await until("the choice", async () => {
        await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
        return vscode.window.tabGroups.all.some((group) =>
          group.tabs.some(({ input }) => input instanceof vscode.TabInputTextDiff && input.original.path === "/instance-1.yaml"),
        );
      });
      await compared;
    },
  ],
];

function codeOf(finding: vscode.Diagnostic): string | number | undefined {
  return typeof finding.code === "object" ? finding.code.value : finding.code;
}

export async function run(): Promise<void> {
  let passed = 0;
  for (const [name, test] of tests) {
    try {
      await test();
      console.log(`ok ${++passed} - ${name}`);
    } catch (error) {
      // Later tests build upon this one.
      console.error(`not ok - ${name}: ${error instanceof Error ? error.stack : String(error)}`);
      console.log(`${passed} passed, 1 failed`);
      throw error;
    }
  }
  console.log(`${passed} passed, 0 failed`);
}
