// The lines between the lanes: who talks to whom. Decoration only; the lanes say the same in words.
import { svg } from "./dom";

interface Wire {
  from: string;
  to: string;
  kind: string;
}

const WIRES: Wire[] = [
  { from: "workers", to: "balancer", kind: "api" },
  { from: "balancer", to: "control-plane", kind: "api" },
  { from: "control-plane", to: "etcd", kind: "etcd" },
  { from: "bastion", to: "control-plane", kind: "ssh" },
];

/** Draws the wires behind the lanes of `map`, anew each time. */
export function drawWires(map: HTMLElement | null): void {
  if (map === null) return;
  map.querySelector("svg.wires")?.remove();
  const frame = map.getBoundingClientRect();
  const box = (lane: string) => map.querySelector(`[data-lane="${lane}"]`)?.getBoundingClientRect();
  const paths = WIRES.flatMap(({ from, to, kind }) => {
    const [a, b] = [box(from), box(to)];
    if (a === undefined || b === undefined) return [];
    return [svg("path", { d: path(a, b, frame), class: `wire ${kind}`, "marker-end": `url(#arrow-${kind})` })];
  });
  const markers = ["api", "etcd", "ssh"].map((kind) =>
    svg(
      "marker",
      {
        id: `arrow-${kind}`,
        viewBox: "0 0 8 8",
        refX: 7,
        refY: 4,
        markerWidth: 7,
        markerHeight: 7,
        orient: "auto-start-reverse",
      },
      svg("path", { d: "M1 1 7 4 1 7", class: `arrow ${kind}` }),
    ),
  );
  map.prepend(
    svg(
      "svg",
      { class: "wires", width: frame.width, height: frame.height, "aria-hidden": "true" },
      svg("defs", {}, ...markers),
      ...paths,
    ),
  );
}

/** From the nearest side of one box to the nearest of the other. */
function path(a: DOMRect, b: DOMRect, frame: DOMRect): string {
  if (a.right <= b.left || b.right <= a.left) {
    const isRight = a.right <= b.left;
    const [x1, x2] = isRight ? [a.right, b.left] : [a.left, b.right];
    const y = Math.max(a.top, b.top) + Math.min(46, a.height / 2, b.height / 2) - frame.top;
    return `M${x1 - frame.left} ${y}H${x2 - frame.left}`;
  }
  const isDown = a.bottom <= b.top;
  const [y1, y2] = isDown ? [a.bottom, b.top] : [a.top, b.bottom];
  const x = (Math.max(a.left, b.left) + Math.min(a.right, b.right)) / 2 - frame.left;
  return `M${x} ${y1 - frame.top}V${y2 - frame.top}`;
}
