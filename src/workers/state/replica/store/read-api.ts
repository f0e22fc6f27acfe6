// What readers may ask of the replicated state: endpoints, DNS and the leader's duties see the store through these
// interfaces only. A read answers at once from memory with the index that Consul would show for it (spec/fsm.md,
// section 4); what a blocking query depends on is named separately, so that a plain read allocates nothing for it.

import type { AclAuthMethod, AclBindingRule, AclPolicy, AclRole, AclToken } from '../../../../wire/acl/records.js';
import type { TxnOperation, TxnResponse } from '../../../../wire/commands.js';
import type { ConfigEntry, EntryKind, EntryOf } from '../../../../wire/config-entries/entries.js';
import type { GatewayServiceRecord } from '../../../../wire/mesh/gateway-service.js';
import type {
  AutopilotConfig,
  CaConfiguration,
  CaProviderState,
  CaRoot,
  CheckRecord,
  CoordinateRecord,
  FederationState,
  KvEntry,
  NodeRecord,
  PreparedQueryRecord,
  ServiceRecord,
  ServiceVirtualIp,
  SessionRecord,
  StringMap,
} from '../../../../wire/records.js';
import type { HealthEntry, ServiceInstance } from './tables/service-group.js';
import type { CatalogUsage } from './usage.js';

export type { HealthEntry, ServiceInstance } from './tables/service-group.js';
export type { CatalogUsage } from './usage.js';

export interface ReadResult<T> {
  /** As stored, may be 0; the HTTP layer shows 1 instead. */
  readonly index: number;
  readonly value: T;
}

/** What a watch depends on: an entry of the index table, one key, or all keys with a prefix. */
export type WatchTarget =
  | { readonly kind: 'index'; readonly key: string }
  | { readonly kind: 'kv'; readonly key: string }
  | { readonly kind: 'kv-prefix'; readonly prefix: string };

/** Names are looked up without regard to case; lists come in Consul's order (node name, then service or check ID). */
export interface CatalogReads {
  nodes(nodeMeta: StringMap | null): ReadResult<readonly NodeRecord[]>;
  node(name: string): NodeRecord | undefined;
  nodeById(id: string): NodeRecord | undefined;
  nodeServices(
    node: string,
  ): ReadResult<{ readonly node: NodeRecord; readonly services: readonly ServiceRecord[] } | null>;
  /** One instance by its ID. */
  nodeService(node: string, serviceId: string): ServiceRecord | undefined;
  /** Service name → sorted distinct tags of its instances. */
  serviceNames(nodeMeta: StringMap | null): ReadResult<ReadonlyMap<string, readonly string[]>>;
  serviceInstances(service: string): ReadResult<readonly ServiceInstance[]>;
  /** Connect-capable instances of a service: native ones and its proxies. */
  connectInstances(service: string): ReadResult<readonly ServiceInstance[]>;
  serviceHealth(service: string): ReadResult<readonly HealthEntry[]>;
  connectHealth(service: string): ReadResult<readonly HealthEntry[]>;
  /** Instances of the ingress gateways that lead to a service. */
  ingressHealth(service: string): ReadResult<readonly HealthEntry[]>;
  /** Names of the services that can be reached through the mesh. */
  connectNames(): readonly string[];
  /** Names of those whose proxies, or whose entry as an ingress gateway, name the service as an upstream. */
  downstreams(service: string): readonly string[];
  nodeChecks(node: string): ReadResult<readonly CheckRecord[]>;
  serviceChecks(service: string): ReadResult<readonly CheckRecord[]>;
  checksInState(state: string): ReadResult<readonly CheckRecord[]>;
  check(node: string, checkId: string): CheckRecord | undefined;
  /** Nodes, then instances, with this address (reverse DNS); first in order. */
  byAddress(address: string): { readonly node: NodeRecord | undefined; readonly instance: ServiceInstance | undefined };
  /** Health of everything on the node as one list, for /v1/internal/ui and the leader. */
  nodeDump(node: string): {
    readonly node: NodeRecord;
    readonly services: readonly ServiceRecord[];
    readonly checks: readonly CheckRecord[];
  } | null;
  /** How much there is; costs the same whatever it is. */
  usage(): ReadResult<CatalogUsage>;
}

export interface KvReads {
  get(key: string): ReadResult<KvEntry | null>;
  list(prefix: string): ReadResult<readonly KvEntry[]>;
  /** Keys with the prefix; with a separator, cut after its first occurrence behind the prefix, distinct. */
  keys(prefix: string, separator: string): ReadResult<readonly string[]>;
  /** True while a lock of this key must be refused because of a lock delay (local clock, not replicated). */
  lockDelayed(key: string): boolean;
  /** How many entries there are. */
  readonly count: number;
}

export interface SessionReads {
  session(id: string): ReadResult<SessionRecord | null>;
  list(): ReadResult<readonly SessionRecord[]>;
  ofNode(node: string): ReadResult<readonly SessionRecord[]>;
}

export interface CoordinateReads {
  list(): ReadResult<readonly CoordinateRecord[]>;
  ofNode(node: string): ReadResult<readonly CoordinateRecord[]>;
}

/** All indexes are that of the whole table. */
export interface ConfigEntryReads {
  /** Names are looked up without regard to case. */
  get<K extends EntryKind>(kind: K, name: string): ReadResult<EntryOf<K> | null>;
  /** All of a kind, by name. */
  list<K extends EntryKind>(kind: K): ReadResult<readonly EntryOf<K>[]>;
  /** What a gateway leads to, by service and port; with an index of its own. */
  gatewayServices(gateway: string): ReadResult<readonly GatewayServiceRecord[]>;
  /** Of all gateways. */
  allGatewayServices(): ReadResult<readonly GatewayServiceRecord[]>;
  /** All, by kind and name. */
  all(): ReadResult<readonly ConfigEntry[]>;
}

export interface AuthorityState {
  /** "" before there is an authority. */
  readonly trustDomain: string;
  readonly roots: readonly CaRoot[];
}

export interface AuthorityReads {
  /** What everybody may see of it; the same object until it changes. */
  state(): ReadResult<AuthorityState>;
  /** Undefined until a leader has written one. */
  readonly config: CaConfiguration | undefined;
  /** What roots must be given that are to take the place of the present ones. */
  readonly rootsIndex: number;
  readonly activeRoot: CaRoot | undefined;
  /** Of all configurations that there were: keys in the clear. */
  providerStates(): readonly CaProviderState[];
}

/** What a name or an ID stands for. */
export type QueryResolution =
  | {
      readonly kind: 'found';
      readonly stored: PreparedQueryRecord;
      /** What is to be executed: of a template what it is for this name. The same object for the same name, as a rule. */
      readonly query: PreparedQueryRecord;
      /** Characters that were made for this name alone; 0 where nothing was. */
      readonly madeLength: number;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly error: string };

export interface QueryReads {
  query(id: string): ReadResult<PreparedQueryRecord | null>;
  /** By ID. */
  list(): ReadResult<readonly PreparedQueryRecord[]>;
  /** By ID, by exact name, then by the template with the longest name that this one begins with. */
  resolve(idOrName: string, segment: string): QueryResolution;
}

/** All indexes are that of the whole table. */
export interface FederationStateReads {
  get(datacenter: string): ReadResult<FederationState | null>;
  /** By datacenter. */
  list(): ReadResult<readonly FederationState[]>;
}

export interface VirtualIpReads {
  /** null: the service has none. `peer`: "" for this cluster. */
  find(service: string, peer: string): ReadResult<ServiceVirtualIp | null>;
}

/** Tokens and what they are made of. IDs and names are looked up without regard to case, secrets are not. */
export interface AclReads {
  /** Another object after each change of a token, policy or role: what was compiled of them is true while it is the same. */
  readonly version: object;
  /**
   * By its secret, at the cost of a hash that is seeded anew in each process: how long it takes tells nothing of a secret that
   * is alike. Its links are as they were when it was stored. One whose time is up is found until it is reaped.
   */
  aclToken(secret: string): AclToken | undefined;
  aclTokenByAccessor(accessor: string): ReadResult<AclToken | null>;
  /** The same with its links as they are now. */
  current(token: AclToken): AclToken;
  /** By secret. */
  tokens(): ReadResult<readonly AclToken[]>;
  /** At most so many of those whose time is up, longest ago first. */
  expiredTokens(nowMs: number, isLocal: boolean, most: number): readonly AclToken[];
  /** Milliseconds since 1970; null: no token ends. */
  nextExpirationMs(isLocal: boolean): number | null;
  aclPolicy(id: string): ReadResult<AclPolicy | null>;
  aclPolicyByName(name: string): ReadResult<AclPolicy | null>;
  /** By ID, as the roles and the binding rules. */
  policies(): ReadResult<readonly AclPolicy[]>;
  aclRole(id: string): ReadResult<AclRole | null>;
  aclRoleByName(name: string): ReadResult<AclRole | null>;
  roles(): ReadResult<readonly AclRole[]>;
  bindingRule(id: string): ReadResult<AclBindingRule | null>;
  /** `authMethod`: "" for those of all. */
  bindingRules(authMethod: string): ReadResult<readonly AclBindingRule[]>;
  authMethod(name: string): ReadResult<AclAuthMethod | null>;
  /** By name. */
  authMethods(): ReadResult<readonly AclAuthMethod[]>;
  /** The command that made the first token, or took its place; 0: none has. */
  readonly bootstrapIndex: number;
}

/** What each read blocks on; the counterparts of the read methods. `found` tells whether the read had a result. */
export interface WatchTargets {
  nodes(): readonly WatchTarget[];
  nodeServices(node: string, found: boolean): readonly WatchTarget[];
  serviceNames(withNodeMeta: boolean): readonly WatchTarget[];
  serviceInstances(service: string, found: boolean): readonly WatchTarget[];
  serviceHealth(service: string, found: boolean): readonly WatchTarget[];
  connectInstances(names: readonly string[]): readonly WatchTarget[];
  usage(): readonly WatchTarget[];
  checks(): readonly WatchTarget[];
  sessions(): readonly WatchTarget[];
  coordinates(): readonly WatchTarget[];
  configEntry(kind: EntryKind, name: string): readonly WatchTarget[];
  configEntries(kind: EntryKind): readonly WatchTarget[];
  allConfigEntries(): readonly WatchTarget[];
  authority(): readonly WatchTarget[];
  federationStates(): readonly WatchTarget[];
  queries(): readonly WatchTarget[];
  virtualIps(): readonly WatchTarget[];
  aclTokens(): readonly WatchTarget[];
  aclPolicies(): readonly WatchTarget[];
  aclRoles(): readonly WatchTarget[];
  aclBindingRules(): readonly WatchTarget[];
  aclAuthMethods(): readonly WatchTarget[];
  kvKey(key: string, found: boolean): readonly WatchTarget[];
  kvPrefix(prefix: string): readonly WatchTarget[];
}

/** Wakes waiting readers after a committed batch was applied, in slices. */
export interface Watches {
  /** Calls `wake` once, at the next change of any target (or a restore of the store); the result takes the watch back. */
  watch(targets: readonly WatchTarget[], wake: () => void): () => void;
  readonly waiting: number;
}

export interface StoreReads {
  readonly catalog: CatalogReads;
  readonly kv: KvReads;
  readonly sessions: SessionReads;
  readonly coordinates: CoordinateReads;
  readonly federationStates: FederationStateReads;
  readonly virtualIps: VirtualIpReads;
  readonly configEntries: ConfigEntryReads;
  readonly acl: AclReads;
  readonly authority: AuthorityReads;
  readonly queries: QueryReads;
  readonly targets: WatchTargets;
  readonly watches: Watches;
  /** Answers a transaction of reads alone, without the log; one that writes leaves no trace. */
  readTransaction(operations: readonly TxnOperation[]): TxnResponse;
  /** An entry of the index table; 0 when absent. */
  index(key: string): number;
  /** Index of the last applied command. */
  readonly appliedIndex: number;
  /** Undefined until a leader has written one. */
  readonly autopilotConfig: AutopilotConfig | undefined;
  /** Raised by every restore: caches keyed by index must not outlive it. */
  readonly generation: number;
}
