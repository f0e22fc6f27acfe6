// The state as of one moment, in constant time: clones of the tables that a snapshot stream is written from while writes go on.

import type { AclAuthMethod, AclBindingRule, AclPolicy, AclRole, AclToken } from '../../../../wire/acl/records.js';
import type { ConfigEntry } from '../../../../wire/config-entries/entries.js';
import type {
  AutopilotConfig,
  CaConfiguration,
  CaProviderState,
  CaRoot,
  CoordinateRecord,
  FederationState,
  FreeVirtualIp,
  KvEntry,
  PreparedQueryRecord,
  ServiceVirtualIp,
  SessionRecord,
} from '../../../../wire/records.js';
import type { PartialCommand } from '../chunks/kept-chunks.js';
import type { FrozenIndex } from '../store/tables/index-table.js';
import type { OrderedMap } from '../store/tables/ordered-map.js';
import type { CheckRow, NodeRow, ServiceRow, SystemMetadataRow, Tombstone } from '../store/tables/rows.js';
import { AUTOPILOT_KEY, CA_CONFIG_KEY, type Tables } from '../store/tables/tables.js';
import { INDEXED_TABLES } from './snapshot-order.js';

export interface FrozenCatalog {
  readonly nodes: OrderedMap<NodeRow>;
  readonly services: OrderedMap<ServiceRow>;
  readonly checks: OrderedMap<CheckRow>;
}

export interface FrozenAcl {
  readonly tokens: OrderedMap<AclToken>;
  readonly policies: OrderedMap<AclPolicy>;
  readonly roles: OrderedMap<AclRole>;
  readonly bindingRules: OrderedMap<AclBindingRule>;
  readonly authMethods: OrderedMap<AclAuthMethod>;
}

export interface StoreSnapshot {
  /** The Raft index of the last command in it. */
  readonly index: number;
  /** What the stream's header says: the highest index of a table. */
  readonly lastIndex: number;
  readonly catalogs: readonly FrozenCatalog[];
  readonly coordinates: OrderedMap<CoordinateRecord>;
  readonly sessions: OrderedMap<SessionRecord>;
  readonly kv: OrderedMap<KvEntry>;
  readonly tombstones: OrderedMap<Tombstone>;
  readonly acl: FrozenAcl;
  readonly queries: OrderedMap<PreparedQueryRecord>;
  readonly autopilot: AutopilotConfig | undefined;
  readonly configEntries: OrderedMap<ConfigEntry>;
  readonly caRoots: OrderedMap<CaRoot>;
  readonly caProviderState: OrderedMap<CaProviderState>;
  readonly caConfig: CaConfiguration | undefined;
  readonly federationStates: OrderedMap<FederationState>;
  readonly systemMetadata: OrderedMap<SystemMetadataRow>;
  readonly virtualIps: OrderedMap<ServiceVirtualIp>;
  readonly freeVirtualIps: OrderedMap<FreeVirtualIp>;
  readonly indexTable: FrozenIndex;
  /** Commands of which parts are still to come, all of one term. */
  readonly chunks: { readonly term: number; readonly operations: readonly PartialCommand[] };
  /** Records of uninterpreted types with their type byte, by type. */
  readonly preserved: ReadonlyMap<number, readonly Uint8Array[]>;
}

export function freezeTables(tables: Tables, appliedIndex: number): StoreSnapshot {
  return {
    index: appliedIndex,
    lastIndex: Math.max(0, ...INDEXED_TABLES.map((name) => tables.index.get(name))),
    catalogs: tables.catalogs().map(({ catalog }) => ({
      nodes: catalog.nodes.rows.clone(),
      services: catalog.services.rows.clone(),
      checks: catalog.checks.rows.clone(),
    })),
    coordinates: tables.coordinates.rows.clone(),
    sessions: tables.sessions.sessions.rows.clone(),
    kv: tables.kv.entries.rows.clone(),
    tombstones: tables.kv.tombstones.rows.clone(),
    acl: {
      tokens: tables.acl.tokens.rows.clone(),
      policies: tables.acl.policies.rows.clone(),
      roles: tables.acl.roles.rows.clone(),
      bindingRules: tables.acl.bindingRules.rows.clone(),
      authMethods: tables.acl.authMethods.rows.clone(),
    },
    queries: tables.queries.queries.rows.clone(),
    autopilot: tables.autopilot.get(AUTOPILOT_KEY),
    configEntries: tables.configEntries.rows.clone(),
    caRoots: tables.caRoots.rows.clone(),
    caProviderState: tables.caProviderState.rows.clone(),
    caConfig: tables.caConfig.get(CA_CONFIG_KEY),
    federationStates: tables.federationStates.rows.clone(),
    systemMetadata: tables.systemMetadata.rows.clone(),
    virtualIps: tables.virtualIps.rows.clone(),
    freeVirtualIps: tables.freeVirtualIps.rows.clone(),
    indexTable: tables.index.freeze(),
    chunks: { term: tables.chunks.term, operations: tables.chunks.freeze() },
    preserved: tables.preserved,
  };
}
