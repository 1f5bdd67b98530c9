// What the extension and its views say to each other.
import type { Comparison, EffectiveVariables, Inventory, Location } from "./requests";

export type FromView =
  | { kind: "ready" }
  | { kind: "open"; location: Location }
  | { kind: "variables"; host: string; source: string | undefined }
  | { kind: "compare"; host: string; source: string | undefined }
  | { kind: "pick"; side: "left" | "right" }
  | { kind: "defaults"; shown: boolean }
  | { kind: "alone" };

export interface ShowTopology {
  kind: "topology";
  inventories: (Inventory & { name: string })[];
  /** Index of the inventory that the active editor belongs to. */
  active: number | undefined;
}

export type ShowVariables =
  | { kind: "variables"; inventory: string; of: EffectiveVariables }
  | { kind: "comparison"; inventory: string; of: Comparison }
  | { kind: "gone"; host: string };

export type ToView = ShowTopology | ShowVariables;
