// The replicated state of one server: applies committed commands in order, answers reads from memory, wakes blocking
// readers after each committed batch. One writer, no I/O, no timers.

import type { Metrics } from '../../../observe/metrics.js';
import { surprise } from '../../../observe/surprise.js';
import {
  type ApplyResult,
  type Command,
  IGNORE_UNKNOWN_FLAG,
  type OpaqueCommand,
  type TxnOperation,
  type TxnResponse,
} from '../../../wire/commands.js';
import type { AutopilotConfig, SystemMetadataEntry } from '../../../wire/records.js';
import { applyCommand, isFailure, mayIgnore, refuseOpaque } from './fsm/apply.js';
import { ApplyMetrics } from './fsm/apply-metrics.js';
import { runTxn } from './fsm/txn.js';
import { freezeTables, type StoreSnapshot } from './snapshot/snapshot-freeze.js';
import { AclTableReads } from './store/acl-reads.js';
import { AuthorityTableReads } from './store/authority-reads.js';
import { CatalogTableReads } from './store/catalog-reads.js';
import { ConfigEntryTableReads } from './store/config-entry-reads.js';
import type { CurrentTables } from './store/current-tables.js';
import { FederationStateTableReads } from './store/federation-state-reads.js';
import { KvTableReads } from './store/kv-reads.js';
import { QueryTableReads } from './store/query-reads.js';
import type {
  AclReads,
  AuthorityReads,
  CatalogReads,
  ConfigEntryReads,
  CoordinateReads,
  FederationStateReads,
  KvReads,
  QueryReads,
  SessionReads,
  StoreReads,
  VirtualIpReads,
  WatchTargets,
} from './store/read-api.js';
import { CoordinateTableReads, SessionTableReads } from './store/session-reads.js';
import type { Change } from './store/tables/change.js';
import { AUTOPILOT_KEY, Tables } from './store/tables/tables.js';
import { Targets } from './store/targets.js';
import { VirtualIpTableReads } from './store/virtual-ip-reads.js';
import { WatchList } from './store/watches.js';

export interface StateStoreOptions {
  /** Milliseconds by a clock that nobody sets; the one of lock delays. */
  readonly now?: () => number;
  /** Takes how long commands took to apply. */
  readonly metrics?: Metrics;
  /** Runs the next slice of wakes after other events had their turn. */
  readonly schedule?: (run: () => void) => void;
}

/** Follows the state inside the worker; must not write to the store while it is told. */
export interface StoreObserver {
  /** After every successful command, in order. */
  changed(changes: readonly Change[]): void;
  /** After a snapshot replaced everything. */
  restored(): void;
}

/** Commands of one type that this version could not interpret: the state lacks what they wrote. */
export interface Uninterpreted {
  readonly count: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
}

export class StateStore implements StoreReads, CurrentTables {
  readonly catalog: CatalogReads = new CatalogTableReads(this);
  readonly kv: KvReads = new KvTableReads(this);
  readonly sessions: SessionReads = new SessionTableReads(this);
  readonly coordinates: CoordinateReads = new CoordinateTableReads(this);
  readonly federationStates: FederationStateReads = new FederationStateTableReads(this);
  readonly virtualIps: VirtualIpReads = new VirtualIpTableReads(this);
  readonly configEntries: ConfigEntryReads = new ConfigEntryTableReads(this);
  readonly authority: AuthorityReads = new AuthorityTableReads(this);
  readonly acl: AclReads = new AclTableReads(this);
  readonly queries: QueryReads = new QueryTableReads(this);
  readonly targets: WatchTargets = new Targets(this);
  readonly watches: WatchList;
  readonly #now: () => number;
  readonly #metrics: ApplyMetrics | undefined;
  readonly #observers = new Set<StoreObserver>();
  readonly #uninterpreted = new Map<number, Uninterpreted>();
  #tables: Tables;
  #appliedIndex = 0;
  #generation = 0;

  constructor({ now = () => performance.now(), metrics, schedule }: StateStoreOptions = {}) {
    this.#now = now;
    this.#metrics = metrics && new ApplyMetrics(metrics);
    this.watches = new WatchList(schedule);
    this.#tables = new Tables(now);
  }

  /** The tables, for the store's own modules; everybody else uses the reads. */
  get tables(): Tables {
    return this.#tables;
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  get generation(): number {
    return this.#generation;
  }

  /** By type byte without flag. Not empty: this server's state differs from one that interprets them. */
  get uninterpreted(): ReadonlyMap<number, Uninterpreted> {
    return this.#uninterpreted;
  }

  get autopilotConfig(): AutopilotConfig | undefined {
    return this.#tables.autopilot.get(AUTOPILOT_KEY);
  }

  index(key: string): number {
    return this.#tables.index.get(key);
  }

  systemMetadata(key: string): SystemMetadataEntry | undefined {
    return this.#tables.systemMetadata.get(key);
  }

  /** Applies the command at a Raft index. A failed one changes nothing. Readers wait for {@link flush}. */
  apply(index: number, command: Command | OpaqueCommand): ApplyResult {
    this.#appliedIndex = index;
    if (command.type === 'opaque') return this.#applyOpaque(index, command);
    if (!this.#metrics) return this.#applyKnown(index, command);
    const startedMs = performance.now();
    const result = this.#applyKnown(index, command);
    this.#metrics.observe(command, performance.now() - startedMs);
    return result;
  }

  /** The result ends it. */
  observe(observer: StoreObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Notes that everything through `index` is applied, where the last entries carried no command. */
  advance(index: number): void {
    if (index > this.#appliedIndex) this.#appliedIndex = index;
  }

  /** Wakes the readers that the commands applied since the last call concern. Call it outside of any HTTP cork. */
  flush(): void {
    this.watches.flush();
  }

  /** Answers a transaction of reads alone, without the log; one that writes leaves no trace. */
  readTransaction(operations: readonly TxnOperation[]): TxnResponse {
    const { journal, lockDelays } = this.#tables;
    journal.begin(this.#appliedIndex);
    const response = runTxn(this.#tables, operations);
    journal.rollBack();
    lockDelays.discard();
    return response;
  }

  /** The state as of now, in constant time; writes go on while it is streamed. */
  snapshot(): StoreSnapshot {
    return freezeTables(this.#tables, this.#appliedIndex);
  }

  /** Empty tables with this store's clock, for a restore to fill. */
  makeTables(): Tables {
    return new Tables(this.#now);
  }

  /** Puts restored tables in place of the present ones and wakes every reader. */
  replaceTables(tables: Tables, appliedIndex: number): void {
    this.#tables = tables;
    this.#appliedIndex = appliedIndex;
    this.#generation += 1;
    this.#uninterpreted.clear();
    this.watches.noteAll();
    for (const observer of this.#observers) observer.restored();
    this.flush();
  }

  #applyKnown(index: number, command: Command): ApplyResult {
    const { journal, lockDelays } = this.#tables;
    journal.begin(index);
    const result = applyCommand(this.#tables, command);
    if (isFailure(result)) {
      journal.rollBack();
      lockDelays.discard();
      return result;
    }
    lockDelays.commit();
    this.watches.note(journal.changes);
    for (const observer of this.#observers) {
      try {
        observer.changed(journal.changes);
      } catch (error) {
        // The command is applied, whatever they make of it.
        surprise(error);
      }
    }
    return result;
  }

  #applyOpaque(index: number, command: OpaqueCommand): ApplyResult {
    if (!mayIgnore(command)) {
      const type = command.typeByte & ~IGNORE_UNKNOWN_FLAG;
      const known = this.#uninterpreted.get(type);
      this.#uninterpreted.set(type, {
        count: (known?.count ?? 0) + 1,
        firstIndex: known?.firstIndex ?? index,
        lastIndex: index,
      });
    }
    return refuseOpaque(command);
  }
}
