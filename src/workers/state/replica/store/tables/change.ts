// What a command changed, as typed records: watches consume them, and they are the undo log of a command that fails. The
// single writer fills one journal per command; tables write to it and to nothing else.

import type { AclAuthMethod, AclBindingRule, AclPolicy, AclRole, AclToken } from '../../../../../wire/acl/records.js';
import type { ConfigEntry } from '../../../../../wire/config-entries/entries.js';
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
} from '../../../../../wire/records.js';
import type { CheckRow, GatewayServiceRow, NodeRow, ServiceRow, SystemMetadataRow, Tombstone } from './rows.js';

/** The rows of each table. */
export interface TableRows {
  readonly nodes: NodeRow;
  readonly services: ServiceRow;
  readonly checks: CheckRow;
  readonly coordinates: CoordinateRecord;
  readonly sessions: SessionRecord;
  readonly kv: KvEntry;
  readonly tombstones: Tombstone;
  /** By prefix: the index of the deletion of everything under it. */
  readonly 'emptied-prefixes': number;
  readonly 'config-entries': ConfigEntry;
  readonly 'gateway-services': GatewayServiceRow;
  readonly 'prepared-queries': PreparedQueryRecord;
  readonly 'kind-service-names': number;
  readonly 'federation-states': FederationState;
  readonly 'system-metadata': SystemMetadataRow;
  readonly autopilot: AutopilotConfig;
  readonly 'ca-config': CaConfiguration;
  readonly 'ca-provider-state': CaProviderState;
  readonly 'ca-roots': CaRoot;
  /** Whatever each edge rests on. */
  readonly 'mesh-topology': ReadonlySet<string>;
  readonly 'acl-tokens': AclToken;
  readonly 'acl-policies': AclPolicy;
  readonly 'acl-roles': AclRole;
  readonly 'acl-binding-rules': AclBindingRule;
  readonly 'acl-auth-methods': AclAuthMethod;
  readonly 'virtual-ips': ServiceVirtualIp;
  readonly 'free-virtual-ips': FreeVirtualIp;
  /** The index table: Raft indexes by key. */
  readonly index: number;
}
export type TableName = keyof TableRows;

/** Puts a former value back without writing to the journal. */
export interface Restorable<V> {
  restore(key: string, value: V | undefined): void;
}

export interface ChangeOf<N extends TableName> {
  readonly table: N;
  readonly key: string;
  /** undefined: the row was inserted. */
  readonly before: TableRows[N] | undefined;
  /** undefined: the row was deleted. */
  readonly after: TableRows[N] | undefined;
  /** The command's Raft index. */
  readonly index: number;
  readonly source: Restorable<TableRows[N]>;
}
export type Change = { readonly [N in TableName]: ChangeOf<N> }[TableName];

function undo<N extends TableName>(change: ChangeOf<N>): void {
  change.source.restore(change.key, change.before);
}

/** The changes of the command being applied. */
export class Journal {
  #index = 0;
  #changes: Change[] = [];

  /** The Raft index of the command being applied. */
  get index(): number {
    return this.#index;
  }

  get changes(): readonly Change[] {
    return this.#changes;
  }

  begin(index: number): void {
    this.#index = index;
    if (this.#changes.length > 0) this.#changes = [];
  }

  add(change: Change): void {
    this.#changes.push(change);
  }

  /** Takes all changes since `begin` back, last first. */
  rollBack(): void {
    for (let i = this.#changes.length - 1; i >= 0; i -= 1) {
      const change = this.#changes[i];
      if (change) undo(change as ChangeOf<TableName>);
    }
    this.#changes = [];
  }
}
