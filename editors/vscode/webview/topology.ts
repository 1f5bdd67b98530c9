// The topology: lanes of hosts as people think of a cluster, wires between them, and what is missing where, with the reason.
import type { ShowTopology } from "../src/messages";
import type { Component, Finding, Host, LoadBalancer, Profile } from "../src/requests";
import { arrows, count, h, type IconName, icon, link, listen, render, say, search } from "./dom";
import { drawWires } from "./wires";

/** Hosts of a profile that are drawn before "more". */
const FEW = 24;

/** The lanes say these already. */
const GROUPS_OF_ROLES = ["kube_control_plane", "kube_node", "etcd", "k8s_cluster", "calico_rr", "bastion"];

type Picture = ShowTopology["inventories"][number];

interface Lane {
  id: string;
  title: string;
  icon: IconName;
  profiles: Profile[];
  /** Hosts that play this role, too, and are drawn in another lane. */
  also: Host[];
  /** What is said when nobody plays the role. */
  empty: string | undefined;
}

const root = document.getElementById("view") as HTMLElement;
const state = { query: "", everything: false, expanded: new Set<string>(), chosen: undefined as number | undefined };
let shown: ShowTopology | undefined;
/** Lane and host as they were drawn last: what is new is marked for a moment. */
let before: Set<string> | undefined;
let drawn = new Set<string>();

/** Says so at once when it begins to observe, too. */
const resized = new ResizeObserver(([entry]) => drawWires(entry?.target as HTMLElement));

function show(message: ShowTopology): void {
  if (message.active !== shown?.active) state.chosen = undefined;
  shown = message;
  before = drawn.size > 0 ? drawn : undefined;
  draw();
}

function draw(): void {
  if (shown === undefined) return;
  drawn = new Set();
  const picture = shown.inventories[state.chosen ?? shown.active ?? 0];
  if (picture === undefined) {
    render(root, nothing());
    return;
  }
  render(root, header(picture, shown), map(picture), elsewhere(picture));
  const drawnMap = root.querySelector<HTMLElement>(".map");
  resized.disconnect();
  if (drawnMap !== null) resized.observe(drawnMap);
}

function nothing(): HTMLElement {
  return h(
    "div",
    { class: "nothing" },
    icon("other"),
    h("h1", {}, "No inventory yet"),
    h("p", {}, "Open an inventory, or a folder in which group_vars stands beside one."),
  );
}

function header(picture: Picture, { inventories }: ShowTopology): HTMLElement {
  const release = picture.kubespray;
  const title =
    inventories.length > 1
      ? h(
          "select",
          {
            "aria-label": "Inventory",
            "data-key": "inventory",
            onchange: (event) => {
              state.chosen = (event.target as HTMLSelectElement).selectedIndex;
              draw();
            },
          },
          inventories.map((one) => h("option", { selected: one === picture }, one.name)),
        )
      : h("h1", {}, picture.name);
  return h(
    "header",
    {},
    h(
      "div",
      { class: "titles" },
      title,
      h(
        "p",
        { class: "summary" },
        h("span", {}, count(picture.hosts, "host")),
        release !== null && h("span", {}, `${picture.layout} layout`),
        release !== null &&
          h("span", { title: release.source }, `Kubespray ${release.version}`, h("small", {}, release.source)),
      ),
    ),
    h(
      "div",
      { class: "tools" },
      search("Find a host or a group", state, draw),
      release !== null &&
        h(
          "label",
          { class: "switch", title: "Also what no host of this cluster gets" },
          h("input", {
            type: "checkbox",
            "data-key": "everything",
            checked: state.everything,
            onchange: (event) => {
              state.everything = (event.target as HTMLInputElement).checked;
              draw();
            },
          }),
          "all components",
        ),
    ),
  );
}

function lanes(picture: Picture): Lane[] {
  const lane = (id: string, title: string, name: IconName, empty?: string): Lane => ({
    id,
    title,
    icon: name,
    profiles: [],
    also: [],
    empty,
  });
  const control = lane("control-plane", "Control plane", "control plane", "No host in kube_control_plane");
  const etcd = lane("etcd", "etcd", "etcd", "No host in etcd");
  const workers = lane("workers", "Workers", "worker", "No host in kube_node");
  const bastion = lane("bastion", "Bastion", "bastion");
  const others = lane("others", picture.kubespray === null ? "Hosts" : "Other hosts", "other");
  for (const profile of picture.profiles) {
    const has = (role: string) => profile.roles.includes(role);
    const isNode = has("worker") || has("route reflector");
    const home = has("control plane")
      ? control
      : isNode
        ? workers
        : has("etcd")
          ? etcd
          : has("bastion")
            ? bastion
            : others;
    home.profiles.push(profile);
    if (has("etcd") && home !== etcd) etcd.also.push(...profile.hosts);
    if (has("worker") && home !== workers) workers.also.push(...profile.hosts);
  }
  return picture.kubespray === null ? [others] : [bastion, control, etcd, workers, others];
}

function map(picture: Picture): HTMLElement {
  const present = new Set(
    picture.profiles.flatMap((profile) =>
      profile.components.filter((one) => one.state === "installed").map((one) => one.name),
    ),
  );
  const isAsked = state.query.trim() !== "";
  const found = lanes(picture).filter((lane) => {
    const n = lane.profiles.length + lane.also.length;
    return isAsked ? lane.profiles.some((profile) => fitting(profile).length > 0) : n > 0 || lane.empty !== undefined;
  });
  const sections = found.map((lane) => ({ lane, section: section(lane, present) }));
  const balancer = !isAsked && picture.loadBalancer && loadBalancer(picture.loadBalancer);
  const at = sections.findIndex(({ lane }) => lane.id === "workers");
  const all = sections.map(({ section }) => section);
  if (balancer) all.splice(at < 0 ? all.length : at, 0, balancer);
  const isStacked = sections.some(({ lane }) => lane.id === "etcd" && lane.profiles.length === 0);
  const hasBastion = sections.some(({ lane }) => lane.id === "bastion");
  return h("div", { class: `map${isStacked ? " stacked" : ""}${hasBastion ? " with-bastion" : ""}` }, all);
}

function loadBalancer(balancer: LoadBalancer): HTMLElement {
  const words = {
    external: [balancer.address ?? "address not known here", "in front of the API servers"],
    "kube-vip": [balancer.address ?? "address not known here", "virtual address on the control planes, by kube-vip"],
    local: [balancer.program ?? "proxy", "on every node, in front of the API servers"],
    none: ["none", "nothing stands before the API servers"],
    unknown: ["unknown", "depends on something that no file says"],
  }[balancer.kind];
  return h(
    "section",
    {
      class: `lane balancer ${balancer.kind}`,
      "data-lane": "balancer",
      "aria-label": `Load balancer: ${words.join(", ")}`,
    },
    h("h2", {}, icon("load balancer"), "Load balancer"),
    link(balancer.location, { class: "address", "data-key": "balancer" }, words[0] ?? ""),
    h("span", { class: "quiet" }, words[1] ?? ""),
  );
}

function section(lane: Lane, present: Set<string>): HTMLElement {
  const n = lane.profiles.reduce((sum, profile) => sum + profile.hosts.length, 0);
  const cards = lane.profiles.map((profile, index) => card(lane, profile, `${lane.id}/${index}`, present));
  const isEmpty = n + lane.also.length === 0;
  return h(
    "section",
    {
      class: `lane ${lane.id}${isEmpty ? " empty" : ""}`,
      "data-lane": lane.id,
      "aria-label": `${lane.title}, ${count(n + lane.also.length, "host")}`,
    },
    h("h2", {}, icon(lane.icon), lane.title, h("span", { class: "count" }, String(n + lane.also.length))),
    isEmpty && h("p", { class: "quiet" }, lane.empty ?? ""),
    h("div", { class: "cards" }, cards),
    lane.also.length > 0 && also(lane),
  );
}

/** Hosts of this lane that are drawn in another: each goes there. */
function also(lane: Lane): HTMLElement {
  const key = `${lane.id}/also`;
  const fits = lane.also.filter(matches);
  const few = state.expanded.has(key) ? fits : fits.slice(0, FEW);
  return h(
    "p",
    { class: "also" },
    lane.profiles.length > 0 ? "and on " : "on ",
    few.map((host) =>
      h(
        "button",
        {
          type: "button",
          class: "ghost",
          "data-key": `${key}/${host.name}`,
          title: `${host.name} is drawn in another lane`,
          onclick: () => reveal(host),
        },
        host.name,
      ),
    ),
    more(key, fits.length - few.length),
  );
}

function reveal(host: Host): void {
  const button = root.querySelector<HTMLElement>(`.host[data-host="${CSS.escape(host.name)}"] .name`);
  button?.scrollIntoView({ block: "center" });
  button?.focus();
}

/** The hosts of a profile that are looked for. */
function fitting(profile: Profile): Host[] {
  const query = state.query.trim().toLowerCase();
  const isWhole = profile.groups.some((group) => group.toLowerCase().includes(query));
  return isWhole ? profile.hosts : profile.hosts.filter(matches);
}

function matches(host: Host): boolean {
  const query = state.query.trim().toLowerCase();
  return (
    query === "" ||
    host.name.toLowerCase().includes(query) ||
    host.groups.some((group) => group.toLowerCase().includes(query))
  );
}

function card(lane: Lane, profile: Profile, key: string, present: Set<string>): HTMLElement | undefined {
  const fits = fitting(profile);
  if (fits.length === 0) return undefined;
  // What needs attention comes first; the order of the inventory is kept otherwise.
  const ordered = [...fits].sort((a, b) => Number(b.findings.length > 0) - Number(a.findings.length > 0));
  const few = state.expanded.has(key) ? ordered : ordered.slice(0, FEW);
  const isOne = profile.hosts.length === 1;
  return h(
    "article",
    {
      class: `card${isOne ? " one" : ""}`,
      "aria-label": isOne ? (profile.hosts[0]?.name ?? "") : count(profile.hosts.length, "host"),
    },
    !isOne &&
      h(
        "p",
        { class: "role" },
        h("strong", {}, count(profile.hosts.length, "host")),
        profile.role === "" ? "" : ` · ${profile.role}`,
      ),
    h(
      "div",
      { class: "hosts" },
      few.map((host) => tile(lane, host)),
      more(key, ordered.length - few.length),
    ),
    isOne && profile.roles.length > 1 && h("p", { class: "role" }, profile.role),
    messages(profile),
    components(profile, key, present),
    groups(profile),
  );
}

function tile(lane: Lane, host: Host): HTMLElement {
  const key = `${lane.id}/${host.name}`;
  drawn.add(key);
  const isFresh = before !== undefined && !before.has(key);
  const source = shown?.inventories[state.chosen ?? shown.active ?? 0]?.sources[0];
  return h(
    "div",
    { class: `host${isFresh ? " fresh" : ""}`, "data-host": host.name },
    link(host.location, { class: "name", "data-key": key }, host.name),
    badges(host.findings, key),
    h(
      "span",
      { class: "actions" },
      h(
        "button",
        {
          type: "button",
          "data-key": `${key}/variables`,
          title: `Effective variables of ${host.name}`,
          "aria-label": `Effective variables of ${host.name}`,
          onclick: () => say({ kind: "variables", host: host.name, source }),
        },
        icon("variables"),
      ),
      h(
        "button",
        {
          type: "button",
          "data-key": `${key}/compare`,
          title: `Compare ${host.name} with another host`,
          "aria-label": `Compare ${host.name} with another host`,
          onclick: () => say({ kind: "compare", host: host.name, source }),
        },
        icon("compare"),
      ),
    ),
  );
}

const SEVERITIES = ["error", "warning", "information", "hint"] as const;

/** One badge for each severity, with the number of findings; it goes to the first. */
function badges(findings: Finding[], key: string): (HTMLElement | undefined)[] {
  return SEVERITIES.map((severity) => {
    const of = findings.filter((finding) => finding.severity === severity);
    const [first] = of;
    if (first === undefined) return undefined;
    const words = of.map((finding) => finding.message).join("\n");
    return link(
      first.location,
      {
        class: `badge ${severity}`,
        "data-key": `${key}/${severity}`,
        title: words,
        "aria-label": `${count(of.length, severity)}: ${words}`,
      },
      icon(severity),
      of.length > 1 ? String(of.length) : "",
    );
  });
}

function more(key: string, n: number): HTMLElement | undefined {
  const isExpanded = state.expanded.has(key);
  if (n <= 0 && !isExpanded) return undefined;
  const toggle = () => {
    if (isExpanded) state.expanded.delete(key);
    else state.expanded.add(key);
    draw();
  };
  const words = isExpanded ? "fewer" : `${n.toLocaleString("en")} more`;
  return h(
    "button",
    { type: "button", class: "more", "data-key": `${key}/more`, "aria-expanded": String(isExpanded), onclick: toggle },
    words,
  );
}

/** What the findings of the hosts say, each sentence once. */
function messages(profile: Profile): HTMLElement | false {
  const by = new Map<string, { finding: Finding; hosts: string[] }>();
  for (const host of profile.hosts.filter(matches)) {
    for (const finding of host.findings) {
      const known = by.get(finding.message) ?? { finding, hosts: [] };
      known.hosts.push(host.name);
      by.set(finding.message, known);
    }
  }
  if (by.size === 0) return false;
  const rows = [...by.values()].map(({ finding, hosts }) =>
    h(
      "li",
      { class: finding.severity },
      icon(finding.severity),
      link(
        finding.location,
        { class: "message", "data-key": `message/${finding.message}/${hosts[0]}`, title: finding.code },
        finding.message,
      ),
      profile.hosts.length > 1 &&
        h("span", { class: "quiet" }, hosts.length > 1 ? count(hosts.length, "host") : (hosts[0] ?? "")),
    ),
  );
  return h("ul", { class: "messages" }, rows);
}

function components(profile: Profile, key: string, present: Set<string>): HTMLElement | false {
  const of = (state: Component["state"]) => profile.components.filter((component) => component.state === state);
  // What an operator misses is what others of this cluster have, on hosts that Kubespray makes something of.
  const isOfCluster = profile.roles.some((role) => role !== "bastion");
  const missing = of("not-installed").filter(
    (component) => state.everything || (isOfCluster && present.has(component.name)),
  );
  const installed = of("installed").map((component) => chip(component, key));
  const parts = [
    installed.length > 0 && h("p", { class: "chips", role: "group", "aria-label": "Installed" }, installed),
    reasons("not-installed", missing, key),
    reasons("unknown", of("unknown"), key),
  ];
  return parts.some((part) => part !== false) && h("div", { class: "components" }, parts);
}

/** Components that are not there, or not known to be, each reason once. */
function reasons(kind: "not-installed" | "unknown", components: Component[], key: string): HTMLElement | false {
  if (components.length === 0) return false;
  const by = new Map<string, Component[]>();
  for (const component of components) by.set(component.reason, [...(by.get(component.reason) ?? []), component]);
  const rows = [...by].map(([reason, of]) =>
    h(
      "div",
      {},
      h(
        "dt",
        { class: "chips" },
        of.map((component) => chip(component, key)),
      ),
      h("dd", {}, reason),
    ),
  );
  return h("dl", { class: kind, "aria-label": kind === "unknown" ? "Not known" : "Not installed" }, rows);
}

function chip(component: Component, key: string): HTMLElement {
  const decided = component.because.map((because) => `${because.name}: ${because.value}`);
  const location = component.because.find((because) => because.location !== null)?.location ?? null;
  const words = { installed: "installed", "not-installed": "not installed", unknown: "not known" }[component.state];
  return link(
    location,
    {
      class: `chip ${component.state}`,
      "data-key": `${key}/${component.name}`,
      "data-component": component.name,
      title: [`${words}: ${component.reason}`, ...decided].join("\n"),
      "aria-label": `${component.name}, ${words}`,
    },
    component.name,
  );
}

function groups(profile: Profile): HTMLElement | false {
  const own = profile.groups.filter((group) => !GROUPS_OF_ROLES.includes(group));
  return own.length > 0 && h("p", { class: "groups quiet" }, "in ", own.join(", "));
}

/** Findings that are about no single host. */
function elsewhere(picture: Picture): HTMLElement | false {
  if (picture.findings.length === 0) return false;
  const rows = picture.findings.map((finding) =>
    h(
      "li",
      { class: finding.severity },
      icon(finding.severity),
      link(
        finding.location,
        { class: "message", "data-key": `message/${finding.message}`, title: finding.code },
        finding.message,
      ),
      h("span", { class: "quiet" }, finding.location.label ?? ""),
    ),
  );
  return h("section", { class: "elsewhere" }, h("h2", {}, "About the inventory"), h("ul", { class: "messages" }, rows));
}

arrows(root, ".hosts, .also", ".name, .ghost");
listen(show);
