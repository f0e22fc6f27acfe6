// Writes to the catalog that go in one transaction. Thousands of services at once, one command each, cost a client agent a call for
// each, and the servers a Raft entry. A group is no more than a part of a round: where anything in it is refused, each of its writes
// goes again by itself, with the outcome that it has alone.

import type { TxnOperation } from '../../../../wire/commands.js';
import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import { NO_PROXY } from '../../records/zero-values.js';
import type { Write } from './round-writes.js';

/** Services of a group: half a millisecond of a server's turn. */
const MAX_WRITES = 64;
/** Of its operations, roughly: far below what a Raft entry may have. */
const MAX_BYTES = 256 * 1024;
/** What a record takes beside its long texts. */
const RECORD_BYTES = 400;

/** What a write does, for who does many in one. */
export interface Groupable {
  readonly token: string;
  readonly service: ServiceRecord;
  readonly checks: readonly CheckRecord[];
}

const NO_OPERATION: TxnOperation = {
  KV: null,
  Node: null,
  Service: null,
  Check: null,
  Session: null,
  Intention: null,
};

export class WriteGroup {
  readonly token: string;
  readonly writes: Write[] = [];
  #bytes = 0;

  constructor(token: string) {
    this.token = token;
  }

  get isFull(): boolean {
    return this.writes.length >= MAX_WRITES || this.#bytes >= MAX_BYTES;
  }

  add(write: Write, bytes: number): void {
    this.writes.push(write);
    this.#bytes += bytes;
  }

  operations(node: string): readonly TxnOperation[] {
    const operations: TxnOperation[] = [];
    for (const { groupable, isRemoval } of this.writes) {
      if (groupable === null) continue;
      const { service, checks } = groupable;
      const Verb = isRemoval ? 'delete' : 'set';
      operations.push({ ...NO_OPERATION, Service: { Verb, Node: node, Service: service } });
      for (const check of checks) operations.push({ ...NO_OPERATION, Check: { Verb, Check: check } });
    }
    return operations;
  }
}

/** Roughly what it takes; null where that can't be told at a glance, as with free-form configuration: such a write goes alone. */
export function roughBytes({ service, checks }: Groupable): number | null {
  if (service.Proxy !== NO_PROXY) return null;
  let bytes = RECORD_BYTES + service.ID.length + service.Service.length + service.Address.length;
  for (const tag of service.Tags ?? []) bytes += tag.length;
  for (const key in service.Meta ?? {}) bytes += key.length + (service.Meta?.[key]?.length ?? 0);
  for (const { Output, Notes, Name, CheckID, Definition } of checks) {
    if (Definition.Header !== null || Definition.ScriptArgs !== null) return null;
    bytes += RECORD_BYTES + Output.length + Notes.length + Name.length + CheckID.length;
    bytes += Definition.HTTP.length + Definition.Body.length;
  }
  return bytes > MAX_BYTES ? null : bytes;
}
