// What the server can be asked beyond the protocol: server/REQUESTS.md in types.
import { NotificationType, RequestType, type WorkspaceEdit } from "vscode-languageclient/node";

export interface Location {
  uri: string;
  range: { start: Position; end: Position };
  /** For people: `group_vars/all.yml:2`. The extension adds it before a view gets the location. */
  label?: string;
}

interface Position {
  line: number;
  character: number;
}

export interface Release {
  version: string;
  source: string;
}

export interface Overview {
  sources: string[];
  layout: string;
  kubespray: Release | null;
  hosts: number;
}

export interface Inventory extends Overview {
  profiles: Profile[];
  loadBalancer: LoadBalancer | null;
  findings: Finding[];
}

export interface Profile {
  roles: string[];
  role: string;
  groups: string[];
  components: Component[];
  hosts: Host[];
}

export interface Host {
  name: string;
  groups: string[];
  location: Location | null;
  findings: Finding[];
}

export interface Component {
  name: string;
  state: "installed" | "not-installed" | "unknown";
  reason: string;
  because: { kind: string; name: string; value: string; location: Location | null }[];
}

export interface Finding {
  severity: "error" | "warning" | "information" | "hint";
  code: string;
  message: string;
  location: Location;
}

export interface LoadBalancer {
  kind: "external" | "kube-vip" | "local" | "none" | "unknown";
  address: string | null;
  program: string | null;
  location: Location | null;
}

export interface HostExplanation {
  host: string;
  role: string;
  layout: string;
  groups: string[];
  kubespray: Release | null;
  components: Component[];
}

export interface Origin {
  kind: string;
  group: string | null;
  location: Location | null;
}

export interface Said {
  origin: Origin;
  value: unknown;
}

export interface Variable {
  host: string;
  variable: string;
  value: unknown;
  rendered: unknown;
  known: boolean;
  unknown: string | null;
  origin: Origin;
  overridden: Said[];
  default: Said | null;
}

export interface EffectiveVariables {
  host: HostExplanation;
  variables: Variable[];
  /** The number of defaults that the inventory leaves alone, sent or not. */
  defaults: number;
}

export interface Comparison {
  left: HostExplanation;
  right: HostExplanation;
  variables: { name: string; differs: boolean | null; left: Variable | null; right: Variable | null }[];
}

export type HostRole = "control-plane" | "etcd" | "worker";

export interface AddedHost {
  name: string;
  edit: WorkspaceEdit;
}

interface OfDocument {
  textDocument?: { uri: string };
}

interface WithDefaults {
  defaults: boolean;
}

export const addHostRequest = new RequestType<
  { textDocument: { uri: string }; role: HostRole; name?: string },
  AddedHost,
  void
>("hostwise/addHost");
export const topologyRequest = new RequestType<OfDocument, { inventories: Inventory[] }, void>("hostwise/topology");
export const effectiveVariablesRequest = new RequestType<
  OfDocument & WithDefaults & { host: string },
  EffectiveVariables | null,
  void
>("hostwise/effectiveVariables");
export const compareHostsRequest = new RequestType<
  OfDocument & WithDefaults & { left: string; right: string },
  Comparison | null,
  void
>("hostwise/compareHosts");
export const inventoriesChanged = new NotificationType<{ inventories: Overview[] }>("hostwise/inventoriesChanged");
