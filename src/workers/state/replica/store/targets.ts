// What each read blocks on: the watchable counterparts of the index rules (spec/fsm.md, section 4). A target may wake a
// reader whose index did not move; the reader looks again and goes on waiting.

import type { EntryKind } from '../../../../wire/config-entries/entries.js';
import { entriesTarget, entryTarget } from './config-entry-reads.js';
import type { CurrentTables } from './current-tables.js';
import { hasOwnIndex } from './kv-reads.js';
import type { WatchTarget, WatchTargets } from './read-api.js';
import type { RowKey } from './tables/rows.js';
import { configEntryKey } from './tables/table-key.js';
import { FEDERATION_STATES_INDEX } from './tables/tables.js';
import { VIRTUAL_IPS_INDEX } from './virtual-ip-reads.js';
import { CA_CONFIG_INDEX } from './watches.js';

function indexTarget(key: string): WatchTarget {
  return { kind: 'index', key };
}

function rowTarget({ key }: RowKey): WatchTarget {
  return { kind: 'index', key };
}

export class Targets implements WatchTargets {
  readonly #current: CurrentTables;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  nodes(): readonly WatchTarget[] {
    return [indexTarget(this.#keys.nodesKey)];
  }

  nodeServices(node: string, found: boolean): readonly WatchTarget[] {
    const own = rowTarget(this.#catalog.nodeIndexKey(node));
    return found ? [own] : [own, indexTarget(this.#keys.nodeExtinctionKey)];
  }

  serviceNames(withNodeMeta: boolean): readonly WatchTarget[] {
    const services = indexTarget(this.#keys.servicesKey);
    return withNodeMeta ? [services, indexTarget(this.#keys.nodesKey)] : [services];
  }

  serviceInstances(service: string, found: boolean): readonly WatchTarget[] {
    const own = rowTarget(this.#catalog.serviceIndexKey(service));
    return found ? [own] : [own, ...this.#extinction(false)];
  }

  serviceHealth(service: string, found: boolean): readonly WatchTarget[] {
    const own = rowTarget(this.#catalog.serviceIndexKey(service));
    return found ? [own] : [own, ...this.#extinction(true)];
  }

  /** `names` are those of the instances in the result; a proxy of any other name may join them. */
  connectInstances(names: readonly string[]): readonly WatchTarget[] {
    const own = names.map((name) => rowTarget(this.#catalog.serviceIndexKey(name)));
    const services = indexTarget(this.#keys.servicesKey);
    return names.length > 0 ? [...own, services] : [services, ...this.#extinction(true)];
  }

  usage(): readonly WatchTarget[] {
    return [indexTarget(this.#keys.nodesKey), indexTarget(this.#keys.servicesKey)];
  }

  checks(): readonly WatchTarget[] {
    return [indexTarget(this.#keys.checksKey)];
  }

  sessions(): readonly WatchTarget[] {
    return [indexTarget('sessions')];
  }

  coordinates(): readonly WatchTarget[] {
    return [indexTarget('coordinates')];
  }

  configEntry(kind: EntryKind, name: string): readonly WatchTarget[] {
    return [indexTarget(entryTarget(configEntryKey(kind, name)))];
  }

  configEntries(kind: EntryKind): readonly WatchTarget[] {
    return [indexTarget(entriesTarget(kind))];
  }

  allConfigEntries(): readonly WatchTarget[] {
    return [indexTarget('config-entries')];
  }

  authority(): readonly WatchTarget[] {
    return [indexTarget('connect-ca-roots'), indexTarget(CA_CONFIG_INDEX)];
  }

  federationStates(): readonly WatchTarget[] {
    return [indexTarget(FEDERATION_STATES_INDEX)];
  }

  queries(): readonly WatchTarget[] {
    return [indexTarget('prepared-queries')];
  }

  virtualIps(): readonly WatchTarget[] {
    return [indexTarget(VIRTUAL_IPS_INDEX)];
  }

  aclTokens(): readonly WatchTarget[] {
    return [indexTarget('acl-tokens')];
  }

  aclPolicies(): readonly WatchTarget[] {
    return [indexTarget('acl-policies')];
  }

  aclRoles(): readonly WatchTarget[] {
    return [indexTarget('acl-roles')];
  }

  aclBindingRules(): readonly WatchTarget[] {
    return [indexTarget('acl-binding-rules')];
  }

  aclAuthMethods(): readonly WatchTarget[] {
    return [indexTarget('acl-auth-methods')];
  }

  kvKey(key: string, _found: boolean): readonly WatchTarget[] {
    return [{ kind: 'kv', key }];
  }

  kvPrefix(prefix: string): readonly WatchTarget[] {
    const own: WatchTarget = { kind: 'kv-prefix', prefix };
    // Without entries and tombstones the answer shows the tables' index, which any write moves.
    if (prefix !== '' && hasOwnIndex(this.#current.tables, prefix)) return [own];
    return [own, indexTarget('kvs'), indexTarget('tombstones')];
  }

  /** What the index of an absent service depends on: the last extinction or, before the first one, the tables. */
  #extinction(withChecks: boolean): readonly WatchTarget[] {
    const extinction = indexTarget(this.#keys.serviceExtinctionKey);
    if (this.#current.tables.index.get(this.#keys.serviceExtinctionKey) > 0) return [extinction];
    const tables = [extinction, indexTarget(this.#keys.servicesKey), indexTarget(this.#keys.nodesKey)];
    return withChecks ? [...tables, indexTarget(this.#keys.checksKey)] : tables;
  }

  get #catalog() {
    return this.#current.tables.local.catalog;
  }

  get #keys() {
    return this.#current.tables.local.indexes;
  }
}
