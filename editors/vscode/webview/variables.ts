// The effective variables: what holds on a host, the line that says so, what it beats; or two hosts side by side.
import type { ShowVariables } from "../src/messages";
import type { HostExplanation, Origin, Variable } from "../src/requests";
import { count, h, icon, link, listen, render, say, search } from "./dom";

const DEFAULT = "kubespray-default";
const ROLE = "role-vars";
/** Characters of a value that are shown before it is opened. */
const SHORT = 160;

const root = document.getElementById("view") as HTMLElement;
const state = { query: "", defaults: false, differences: true, opened: new Set<string>() };
let shown: ShowVariables | undefined;

function draw(): void {
  if (shown === undefined) return;
  if (shown.kind === "gone") {
    const words = `${shown.host} is in no inventory`;
    render(
      root,
      h(
        "div",
        { class: "nothing" },
        icon("other"),
        h("h1", {}, words),
        h("p", {}, "It comes back here when it is written again."),
      ),
    );
  } else if (shown.kind === "variables") {
    alone(shown);
  } else {
    sideBySide(shown);
  }
}

function alone({ inventory, of }: Extract<ShowVariables, { kind: "variables" }>): void {
  const set = of.variables.filter((variable) => isSet(variable));
  const candidates = state.defaults ? of.variables : set;
  const fits = candidates.filter((variable) => matches(variable));
  const head = h(
    "header",
    {},
    h("div", { class: "titles" }, h("h1", {}, of.host.host), summary(of.host, inventory)),
    h(
      "div",
      { class: "tools" },
      search("Find by name, value or file", state, draw),
      toggle("defaults", "defaults of the release", of.defaults),
      action("Another host", "other", () => say({ kind: "pick", side: "left" })),
      action("Compare", "compare", () => say({ kind: "pick", side: "right" })),
    ),
  );
  const rows = fits.map((variable) =>
    h(
      "tr",
      { class: isSet(variable) ? "" : "default" },
      h("th", { scope: "row" }, variable.variable),
      h("td", {}, value(variable)),
      h("td", {}, origin(variable.origin, `${variable.variable}/origin`)),
      h("td", {}, beaten(variable)),
    ),
  );
  render(root, head, table(["Variable", "Value", "From", "Beats"], rows, fits.length, candidates.length));
}

function sideBySide({ inventory, of }: Extract<ShowVariables, { kind: "comparison" }>): void {
  const candidates = of.variables
    .filter((one) => state.defaults || isSet(one.left) || isSet(one.right))
    .filter((one) => !state.differences || one.differs !== false);
  const fits = candidates.filter(
    ({ left, right }) => (left !== null && matches(left)) || (right !== null && matches(right)),
  );
  const head = h(
    "header",
    {},
    h(
      "div",
      { class: "titles" },
      h("h1", {}, of.left.host, h("span", { class: "versus" }, " and "), of.right.host),
      h("p", { class: "summary" }, h("span", {}, inventory), h("span", {}, of.left.role), h("span", {}, of.right.role)),
    ),
    h(
      "div",
      { class: "tools" },
      search("Find by name, value or file", state, draw),
      toggle("differences", "only differences"),
      toggle("defaults", "defaults of the release"),
      action("Another host", "other", () => say({ kind: "pick", side: "right" })),
      action(`Only ${of.left.host}`, "variables", () => say({ kind: "alone" })),
    ),
  );
  const side = (variable: Variable | null) =>
    variable === null
      ? h("td", { class: "absent" }, "not set")
      : h("td", {}, value(variable), origin(variable.origin, `${variable.host}/${variable.variable}/origin`));
  const rows = fits.map(({ name, differs, left, right }) => {
    const kind = differs === true ? "differs" : differs === null ? "unclear" : "";
    const words = differs === true ? "differs" : differs === null ? "not known whether it differs" : "equal";
    return h("tr", { class: kind, title: words }, h("th", { scope: "row" }, name), side(left), side(right));
  });
  render(
    root,
    head,
    differences(of.left, of.right),
    table(["Variable", of.left.host, of.right.host], rows, fits.length, candidates.length),
  );
}

/** Groups and components that only one of the hosts has. */
function differences(left: HostExplanation, right: HostExplanation): HTMLElement | false {
  const only = (a: string[], b: string[]) => a.filter((name) => !b.includes(name));
  const installed = (host: HostExplanation) =>
    host.components.filter((one) => one.state === "installed").map((one) => one.name);
  const parts = [left, right].map((host) => {
    const other = host === left ? right : left;
    const [groups, components] = [only(host.groups, other.groups), only(installed(host), installed(other))];
    if (groups.length + components.length === 0) return undefined;
    return h(
      "p",
      {},
      h("strong", {}, `Only ${host.host}`),
      groups.length > 0 && h("span", {}, `in ${groups.join(", ")}`),
      components.length > 0 && h("span", {}, `gets ${components.join(", ")}`),
    );
  });
  return parts.some((part) => part !== undefined) && h("div", { class: "only" }, parts);
}

function summary(host: HostExplanation, inventory: string): HTMLElement {
  const isKubespray = host.kubespray !== null;
  return h(
    "p",
    { class: "summary" },
    isKubespray && h("span", {}, host.role),
    h("span", {}, inventory),
    host.groups.length > 0 && h("span", {}, `in ${host.groups.join(", ")}`),
  );
}

function toggle(name: "defaults" | "differences", words: string, n?: number): HTMLElement | false {
  if (n === 0) return false;
  return h(
    "label",
    { class: "switch" },
    h("input", {
      type: "checkbox",
      "data-key": name,
      checked: state[name],
      onchange: (event) => {
        state[name] = (event.target as HTMLInputElement).checked;
        // The extension then asks for them, too, or no longer.
        if (name === "defaults") say({ kind: "defaults", shown: state.defaults });
        else draw();
      },
    }),
    n === undefined ? words : `${words} (${n})`,
  );
}

function action(words: string, name: Parameters<typeof icon>[0], run: () => void): HTMLElement {
  return h(
    "button",
    { type: "button", class: "action", "data-key": `action/${words}`, onclick: run },
    icon(name),
    words,
  );
}

function table(heads: string[], rows: HTMLElement[], n: number, of: number): HTMLElement {
  const words = n === of ? count(n, "variable") : `${n} of ${count(of, "variable")}`;
  return h(
    "div",
    { class: "list" },
    h("p", { class: "quiet", role: "status" }, words),
    n > 0 &&
      h(
        "table",
        { class: heads.length === 3 ? "two" : "one" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heads.map((head) => h("th", { scope: "col" }, head)),
          ),
        ),
        h("tbody", {}, rows),
      ),
  );
}

/** Whether the inventory says something of it; else it is the release's alone. */
function isSet(variable: Variable | null): boolean {
  if (variable === null) return false;
  return variable.overridden.length > 0 || ![DEFAULT, ROLE].includes(variable.origin.kind);
}

function matches(variable: Variable): boolean {
  const query = state.query.trim().toLowerCase();
  if (query === "") return true;
  const texts = [
    variable.variable,
    text(variable.value),
    text(variable.rendered),
    variable.origin.location?.label ?? "",
    variable.origin.group ?? "",
  ];
  return texts.some((part) => part.toLowerCase().includes(query));
}

/** The value as it is on the host, and below it the template that it came from. */
function value(variable: Variable): HTMLElement {
  const written = text(variable.value);
  const key = `${variable.host}/${variable.variable}`;
  if (!variable.known) {
    const reason = (variable.unknown ?? "unknown").replace(/^unknown \((.*)\)$/, "$1");
    const isTemplate = variable.value !== null && written.includes("{{");
    return h(
      "div",
      { class: "value unknown" },
      h("span", {}, `unknown: ${reason}`),
      isTemplate && h("code", { class: "written" }, written),
    );
  }
  const rendered = text(variable.rendered);
  const kind = typeof variable.rendered;
  return h(
    "div",
    { class: `value ${variable.rendered === null ? "null" : kind}` },
    long(rendered, key),
    rendered !== written && h("code", { class: "written", title: "as written" }, written),
  );
}

/** A value that may be long: opened by a press. */
function long(words: string, key: string): HTMLElement[] {
  const isOpen = state.opened.has(key);
  if (words.length <= SHORT && !words.includes("\n")) return [h("code", {}, words === "" ? "''" : words)];
  const [line = ""] = words.split("\n");
  const flip = () => {
    if (isOpen) state.opened.delete(key);
    else state.opened.add(key);
    draw();
  };
  const short = line.length > SHORT ? `${line.slice(0, SHORT)}…` : `${line} …`;
  return [
    isOpen ? h("pre", {}, words) : h("code", {}, short),
    h(
      "button",
      { type: "button", class: "flip", "data-key": `${key}/flip`, "aria-expanded": String(isOpen), onclick: flip },
      isOpen ? "less" : "all of it",
    ),
  ];
}

/** As people read it: in one line when it is short, else over several. */
function text(of: unknown): string {
  if (typeof of === "string") return of;
  if (of === undefined) return "";
  const short = flow(of);
  return short.length <= 80 ? short : JSON.stringify(of, null, 2);
}

/** In the flow style of YAML, near enough for reading. */
function flow(of: unknown): string {
  if (Array.isArray(of)) return `[${of.map(flow).join(", ")}]`;
  if (typeof of === "object" && of !== null) {
    return `{${Object.entries(of)
      .map(([key, part]) => `${key}: ${flow(part)}`)
      .join(", ")}}`;
  }
  return typeof of === "string" && /^[\w./@-][\w./:@ -]*$/.test(of) ? of : JSON.stringify(of);
}

/** For whom a step of precedence speaks, where the file does not say it. */
const KINDS: Record<string, string> = {
  "inventory-all": "all hosts, in the inventory",
  "inventory-group": "in the inventory",
  "group-vars-all": "all hosts",
  "playbook-group-vars-all": "all hosts, beside the playbook",
  "group-vars": "",
  "playbook-group-vars": "beside the playbook",
  "inventory-host": "this host, in the inventory",
  "host-vars": "this host",
  "playbook-host-vars": "this host, beside the playbook",
  [DEFAULT]: "default of Kubespray",
  [ROLE]: "set by a role of Kubespray, over the inventory",
};

function origin(of: Origin, key: string): HTMLElement {
  const group = of.group !== null && of.group !== "all" ? `group ${of.group}` : "";
  const words = [group, KINDS[of.kind] ?? of.kind].filter((part) => part !== "").join(", ");
  if (of.location === null) return h("div", { class: "origin" }, h("span", { class: "quiet" }, words));
  return h(
    "div",
    { class: "origin" },
    link(of.location, { class: "place", "data-key": key }, of.location.label ?? "its line"),
    h("span", { class: "quiet" }, words),
  );
}

function beaten(variable: Variable): HTMLElement[] {
  const all = variable.default === null ? variable.overridden : [...variable.overridden, variable.default];
  return all.map(({ origin: from, value: lost }, index) =>
    h(
      "div",
      { class: "beaten" },
      h("del", {}, h("code", {}, text(lost).slice(0, SHORT))),
      origin(from, `${variable.variable}/beaten/${index}`),
    ),
  );
}

listen((message: ShowVariables) => {
  shown = message;
  draw();
});
