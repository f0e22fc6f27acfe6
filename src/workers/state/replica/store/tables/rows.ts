// Stored rows that hold more than their record: what is needed again and again beside it (table keys, index keys), so that
// no hot path builds a string twice.

import type { GatewayServiceRecord } from '../../../../../wire/mesh/gateway-service.js';
import type { CheckRecord, NodeRecord, ServiceRecord, SystemMetadataEntry } from '../../../../../wire/records.js';

/** The key of a node's or a service's entry. */
export interface RowKey {
  /** In lower case. */
  readonly key: string;
  /** With the name as given. */
  readonly spelled: string;
}

export interface NodeRow {
  /** Key in the nodes table. */
  readonly key: string;
  /** Key of its entry in the index table: `peer.~:node.NAME`. */
  readonly indexKey: RowKey;
  readonly record: NodeRecord;
}

export interface ServiceRow {
  /** Key in the services table: node and service ID. */
  readonly key: string;
  readonly nodeKey: string;
  /** Key of its name's entry in the index table: `peer.~:service.NAME`. */
  readonly indexKey: RowKey;
  /** Key of the group of its name. */
  readonly groupKey: string;
  /** Key of the group it serves as a Connect instance (its own or its proxy's destination); "" for none. */
  readonly connectKey: string;
  readonly record: ServiceRecord;
}

export interface CheckRow {
  /** Key in the checks table: node and check ID. */
  readonly key: string;
  readonly nodeKey: string;
  /** Key of the service's row; "" for a check of the node. */
  readonly serviceKey: string;
  /** Key of the group of its service's name; "" for a check of the node. */
  readonly groupKey: string;
  readonly record: CheckRecord;
}

/** A deleted KV key or prefix. */
export interface Tombstone {
  readonly Key: string;
  readonly Index: number;
}

export type SystemMetadataRow = SystemMetadataEntry;

export interface GatewayServiceRow {
  readonly key: string;
  readonly record: GatewayServiceRecord;
}
