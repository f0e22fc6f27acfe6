// Which entries of the index table a change of the catalog touches (spec/fsm.md, section 4). Keys of the local cluster
// exist twice: one shared by all peers, one of its own.

import type { Catalog } from './catalog.js';
import type { IndexTable } from './index-table.js';
import type { CheckRow, NodeRow, ServiceRow } from './rows.js';

interface KindKeys {
  readonly shared: string;
  readonly own: string;
}

export class CatalogIndex {
  readonly #index: IndexTable;
  readonly #catalog: Catalog;
  readonly nodesKey: string;
  readonly servicesKey: string;
  readonly checksKey: string;
  readonly nodeExtinctionKey: string;
  readonly serviceExtinctionKey: string;
  readonly #kinds = new Map<string, KindKeys>();

  constructor(index: IndexTable, catalog: Catalog) {
    this.#index = index;
    this.#catalog = catalog;
    this.nodesKey = `${catalog.prefix}nodes`;
    this.servicesKey = `${catalog.prefix}services`;
    this.checksKey = `${catalog.prefix}checks`;
    this.nodeExtinctionKey = `${catalog.prefix}node_last_extinction`;
    this.serviceExtinctionKey = `${catalog.prefix}service_last_extinction`;
  }

  nodeWritten(row: NodeRow): void {
    this.#nodes();
    this.#index.raiseRow(row.indexKey);
    for (const service of this.#catalog.servicesOf(row.key)) this.#service(service);
  }

  nodeDeleted(row: NodeRow): void {
    this.#nodes();
    for (const service of this.#catalog.servicesOf(row.key)) this.#service(service);
    this.#index.removeRow(row.indexKey);
    this.#index.raise(this.nodeExtinctionKey);
  }

  /** `former` is what the instance was before. Call after the row was written. */
  serviceWritten(row: ServiceRow, node: NodeRow, former: ServiceRow | undefined): void {
    this.#services();
    if (former && former.groupKey !== row.groupKey) this.#left(former);
    this.#service(row);
    this.#nodes();
    this.#index.raiseRow(node.indexKey);
  }

  /** Call after the row is gone. */
  serviceDeleted(row: ServiceRow, node: NodeRow): void {
    this.#checks();
    this.#services();
    this.#kind(row.record.Kind);
    this.#nodes();
    this.#index.raiseRow(node.indexKey);
    this.#left(row);
  }

  /** `former` is what the check was before: whose answers it is taken from has an index of its own. */
  checkWritten(row: CheckRow, former: CheckRow | undefined): void {
    this.#checks();
    this.#servicesWith(row);
    if (former && former.serviceKey !== row.serviceKey) this.#servicesWith(former);
  }

  /** `service` is undefined for a check of the node; call with the row of the check's service where it still exists. */
  checkDeleted(nodeKey: string, ofNode: boolean, service: ServiceRow | undefined): void {
    this.#checks();
    if (service) this.#service(service);
    if (!ofNode) return;
    for (const each of this.#catalog.servicesOf(nodeKey)) this.#service(each);
    this.#services();
  }

  /** The services whose answers hold the check: its own, or all of its node. */
  #servicesWith({ nodeKey, serviceKey }: CheckRow): void {
    if (serviceKey === '') {
      for (const each of this.#catalog.servicesOf(nodeKey)) this.#service(each);
      return;
    }
    const service = this.#catalog.services.get(serviceKey);
    if (service) this.#service(service);
  }

  /** An instance is no longer one of its name. */
  #left({ groupKey, indexKey }: ServiceRow): void {
    const group = this.#catalog.group(groupKey);
    if (group && group.instances.size > 0) {
      this.#index.raiseRow(indexKey);
    } else {
      this.#index.removeRow(indexKey);
      this.#index.raise(this.serviceExtinctionKey);
    }
  }

  #nodes(): void {
    this.#index.raise('nodes');
    this.#index.raise(this.nodesKey);
  }

  #services(): void {
    this.#index.raise('services');
    this.#index.raise(this.servicesKey);
  }

  #checks(): void {
    this.#index.raise('checks');
    this.#index.raise(this.checksKey);
  }

  #service(row: ServiceRow): void {
    this.#index.raiseRow(row.indexKey);
    this.#kind(row.record.Kind);
  }

  #kind(kind: string): void {
    let keys = this.#kinds.get(kind);
    if (!keys) {
      const shared = `service_kind.${kind === '' ? 'typical' : kind}`;
      keys = { shared, own: this.#catalog.prefix + shared };
      this.#kinds.set(kind, keys);
    }
    this.#index.raise(keys.shared);
    this.#index.raise(keys.own);
  }
}
