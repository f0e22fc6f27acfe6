// All tables of the replicated state, with the journal that every change goes through. Writes are functions over this;
// there is exactly one writer.

import { KeptChunks } from '../../chunks/kept-chunks.js';
import { AclTables } from './acl-tables.js';
import { Catalog } from './catalog.js';
import { CatalogIndex } from './catalog-index.js';
import { Journal } from './change.js';
import { GatewayServiceTable } from './gateway-service-table.js';
import { IndexTable } from './index-table.js';
import { KvTables } from './kv-tables.js';
import { LockDelays } from './lock-delay.js';
import { QueryTable } from './query-table.js';
import { SessionTable } from './session-table.js';
import { Table } from './table.js';

export interface PeerCatalog {
  readonly catalog: Catalog;
  readonly indexes: CatalogIndex;
}

/** Of the whole table, in the index table. */
export const FEDERATION_STATES_INDEX = 'federation-states';
/** Key of the only row of the autopilot table. */
export const AUTOPILOT_KEY = 'config';
/** Keys of the free virtual addresses, in the order of a snapshot: the one that was freed last, and the highest ever given. */
export const FREED_KEY = '0-freed';
export const COUNTER_KEY = '1-counter';

/** Key of the only row of the table of the certificate authority's configuration. */
export const CA_CONFIG_KEY = 'config';

export class Tables {
  readonly journal = new Journal();
  readonly index = new IndexTable(this.journal);
  readonly local: PeerCatalog;
  readonly #peers = new Map<string, PeerCatalog>();
  readonly kv = new KvTables(this.journal);
  readonly sessions = new SessionTable(this.journal);
  readonly queries = new QueryTable(this.journal);
  /** By node and segment. */
  readonly coordinates = new Table('coordinates', this.journal);
  /** By kind and service name; the value is the index of the insert. */
  readonly kindServiceNames = new Table('kind-service-names', this.journal);
  /** By datacenter. */
  readonly federationStates = new Table('federation-states', this.journal);
  readonly systemMetadata = new Table('system-metadata', this.journal);
  /** By kind and name. */
  readonly configEntries = new Table('config-entries', this.journal);
  readonly acl = new AclTables(this.journal);
  readonly gatewayServices = new GatewayServiceTable(this.journal);
  readonly autopilot = new Table('autopilot', this.journal);
  readonly caConfig = new Table('ca-config', this.journal);
  /** By ID, as the roots. */
  readonly caProviderState = new Table('ca-provider-state', this.journal);
  readonly caRoots = new Table('ca-roots', this.journal);
  /** By upstream and downstream. */
  readonly meshTopology = new Table('mesh-topology', this.journal);
  /** By ID. */
  readonly peerings = new Table('peerings', this.journal);
  /** By the peer's name. */
  readonly peeringTrustBundles = new Table('peering-trust-bundles', this.journal);
  /** By the peering's ID. */
  readonly peeringSecrets = new Table('peering-secrets', this.journal);
  /** By peer and service name. */
  readonly virtualIps = new Table('virtual-ips', this.journal);
  readonly freeVirtualIps = new Table('free-virtual-ips', this.journal);
  readonly lockDelays: LockDelays;
  readonly chunks = new KeptChunks();
  /** Snapshot records of types that are not interpreted, with their type byte, by type: written back as they came. */
  #preserved = new Map<number, Uint8Array[]>();

  constructor(now: () => number) {
    this.lockDelays = new LockDelays(now);
    this.local = this.#makeCatalog('');
  }

  get preserved(): ReadonlyMap<number, readonly Uint8Array[]> {
    return this.#preserved;
  }

  preserve(type: number, record: Uint8Array): void {
    const known = this.#preserved.get(type);
    if (known) known.push(record);
    else this.#preserved.set(type, [record]);
  }

  /** Drops what was preserved of a type; a snapshot that is being written still has it. */
  forget(type: number): void {
    if (this.#preserved.has(type)) this.#preserved = new Map([...this.#preserved].filter(([kept]) => kept !== type));
  }

  /** The catalog of a peer ("" for the local cluster), made when it is first written to. */
  catalogOf(peer: string): PeerCatalog {
    if (peer === '') return this.local;
    const key = peer.toLowerCase();
    let known = this.#peers.get(key);
    if (!known) {
      known = this.#makeCatalog(peer);
      this.#peers.set(key, known);
    }
    return known;
  }

  /** Without making one. */
  findCatalog(peer: string): PeerCatalog | undefined {
    return peer === '' ? this.local : this.#peers.get(peer.toLowerCase());
  }

  /** The local catalog first, then those of peers by name. */
  catalogs(): readonly PeerCatalog[] {
    const peers = [...this.#peers.keys()].sort();
    return [this.local, ...peers.flatMap((peer) => this.#peers.get(peer) ?? [])];
  }

  #makeCatalog(peer: string): PeerCatalog {
    const catalog = new Catalog(peer, this.journal);
    return { catalog, indexes: new CatalogIndex(this.index, catalog) };
  }
}
