// What both views need of the page: elements in one expression, icons, messages, and a rendering that keeps focus and scroll.
import type { FromView, ToView } from "../src/messages";
import type { Location } from "../src/requests";

declare function acquireVsCodeApi(): {
  postMessage(message: FromView): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const api = acquireVsCodeApi();

export function say(message: FromView): void {
  api.postMessage(message);
}

/** Shows what the extension sends, from the first message on. */
export function listen<M extends ToView>(show: (message: M) => void): void {
  window.addEventListener("message", (event: MessageEvent<M>) => show(event.data));
  say({ kind: "ready" });
}

type Child = Node | string | undefined | false | Child[];
type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

/** An element; `onclick` and its like are listeners, undefined and false attributes are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element: Node, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (typeof child === "string") element.appendChild(document.createTextNode(child));
    else if (child instanceof Node) element.appendChild(child);
  }
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag: string, attributes: Record<string, string | number>, ...children: Node[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

const ICONS = {
  "control plane":
    "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1v4.2M8 10.8V15M1 8h4.2M10.8 8H15M3.05 3.05l2.97 2.97M9.98 9.98l2.97 2.97M12.95 3.05 9.98 6.02M6.02 9.98l-2.97 2.97",
  etcd: "M2.5 4c0-1.4 2.5-2.5 5.5-2.5s5.5 1.1 5.5 2.5-2.5 2.5-5.5 2.5S2.5 5.4 2.5 4ZM2.5 4v8c0 1.4 2.5 2.5 5.5 2.5s5.5-1.1 5.5-2.5V4M2.5 8c0 1.4 2.5 2.5 5.5 2.5s5.5-1.1 5.5-2.5",
  worker: "M8 1.5 14 4.75v6.5L8 14.5l-6-3.25v-6.5L8 1.5ZM2 4.75 8 8l6-3.25M8 8v6.5",
  "load balancer":
    "M8 1.5v4M8 5.5 3 10v2.5M8 5.5l5 4.5v2.5M8 5.5v7M1.5 12.5h3v2h-3zM6.5 12.5h3v2h-3zM11.5 12.5h3v2h-3z",
  bastion:
    "M8 1.5 13.5 3.5v4.2c0 3.2-2.3 5.6-5.5 6.8-3.2-1.2-5.5-3.6-5.5-6.8V3.5L8 1.5ZM6 7.5V6.2a2 2 0 1 1 4 0v1.3M5.5 7.5h5v3.5h-5z",
  other: "M2 2.5h12v4.5H2zM2 9h12v4.5H2zM4.5 4.75h.01M4.5 11.25h.01",
  variables:
    "M5.5 2C3.6 2 4.3 6 3.6 7.1 3.3 7.7 2.5 8 2 8c.5 0 1.3.3 1.6.9C4.3 10 3.6 14 5.5 14M10.5 2c1.9 0 1.2 4 1.9 5.1.3.6 1.1.9 1.6.9-.5 0-1.3.3-1.6.9-.7 1.1 0 5.1-1.9 5.1",
  compare: "M2 2.5h4.5v11H2zM9.5 2.5H14v11H9.5zM3.7 5.5h1.1M3.7 8h1.1M11.2 5.5h1.1M11.2 10.5h1.1",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3 14 14",
  error: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM5.5 5.5l5 5M10.5 5.5l-5 5",
  warning: "M8 2 14.5 13.5h-13L8 2ZM8 6.3v3.6M8 11.6v.1",
  information: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 7.3v4M8 4.8v.1",
  hint: "M8 1.8a4.3 4.3 0 0 0-2.4 7.9v1.8h4.8V9.7A4.3 4.3 0 0 0 8 1.8ZM6.2 14h3.6",
} as const;

export type IconName = keyof typeof ICONS;

/** Drawn in the colour of the text around it; says nothing to a screen reader. */
export function icon(name: IconName): SVGElement {
  const stroke = {
    fill: "none",
    stroke: "currentColor",
    "stroke-width": 1.2,
    "stroke-linejoin": "round",
    "stroke-linecap": "round",
  };
  return svg(
    "svg",
    {
      viewBox: "0 0 16 16",
      width: 16,
      height: 16,
      class: `icon icon-${name.replace(" ", "-")}`,
      "aria-hidden": "true",
    },
    svg("path", { d: ICONS[name], ...stroke }),
  );
}

/** A field whose text is kept in `state`; `draw` shows what fits. */
export function search(words: string, state: { query: string }, draw: () => void): HTMLElement {
  return h(
    "label",
    { class: "search" },
    icon("search"),
    h("input", {
      type: "search",
      "data-key": "search",
      placeholder: words,
      "aria-label": words,
      value: state.query,
      oninput: (event) => {
        state.query = (event.target as HTMLInputElement).value;
        draw();
      },
    }),
  );
}

/** Something that goes to a line; plain words where there is no line. */
export function link(location: Location | null, attributes: Attributes, ...children: Child[]): HTMLElement {
  if (location === null) return h("span", attributes, ...children);
  const where = `Go to ${location.label ?? "its line"}`;
  const title = typeof attributes["title"] === "string" ? `${attributes["title"]}\n${where}` : where;
  return h(
    "button",
    { type: "button", ...attributes, title, onclick: () => say({ kind: "open", location }) },
    ...children,
  );
}

export function count(n: number, one: string, many = `${one}s`): string {
  return n === 1 ? `1 ${one}` : `${n.toLocaleString("en")} ${many}`;
}

/** Replaces what is in `root`; what has the same `data-key` keeps focus, caret and scroll. */
export function render(root: HTMLElement, ...children: Child[]): void {
  const active = document.activeElement;
  const key = active?.getAttribute("data-key");
  const caret = active instanceof HTMLInputElement && active.type === "search" ? active.selectionStart : null;
  const { scrollX, scrollY } = window;
  root.replaceChildren();
  append(root, children);
  root.removeAttribute("aria-busy");
  if (key !== null && key !== undefined) {
    const again = root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    again?.focus({ preventScroll: true });
    if (again instanceof HTMLInputElement && caret !== null) again.setSelectionRange(caret, caret);
  }
  window.scrollTo(scrollX, scrollY);
}

/** The arrow keys move between the elements of `selector` that are in the same `group`. */
export function arrows(root: HTMLElement, group: string, selector: string): void {
  root.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const focused = (event.target as HTMLElement).closest<HTMLElement>(selector);
    const around = focused?.closest(group);
    if (step === undefined || focused === null || around === null || around === undefined) return;
    const all = [...around.querySelectorAll<HTMLElement>(selector)];
    const next = all[all.indexOf(focused) + step];
    if (next === undefined) return;
    next.focus();
    event.preventDefault();
  });
}
