// Writes to the catalog that go in one transaction. Thousands of services at once, one command each, cost a client agent a call for
// each, and the servers a Raft entry. A group is no more than a part of a round: where anything in it is refused, each of its writes
// goes again by itself, with the outcome that it has alone.

import type { TxnOperation } from '../../../../wire/commands.js';
import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import { NO_CHECK_DEFINITION, NO_PROXY } from '../../records/zero-values.js';
import type { Groupable, Write } from './write.js';

/** Services of a group: half a millisecond of a server's turn. */
const MAX_WRITES = 64;
/** Of a command as it is written, where more can go by itself: half of what a Raft entry should have (raft's SuggestedMaxDataSize). */
export const MAX_BYTES = 256 * 1024;
/** What a record takes at most beside its texts and lists: the names of its fields, numbers, an empty proxy, the node's name. */
const RECORD_BYTES = 1_024;
/** What any text or pair takes beside its own bytes. */
const TEXT_BYTES = 8;
/** Of a character of JavaScript in UTF-8, at most. */
const CHARACTER_BYTES = 3;

export class WriteGroup {
  readonly token: string;
  readonly writes: Write[] = [];
  #bytes = 0;

  constructor(token: string) {
    this.token = token;
  }

  /** Whether a write of so many bytes may go along. */
  takes(token: string, bytes: number): boolean {
    return token === this.token && this.writes.length < MAX_WRITES && this.#bytes + bytes <= MAX_BYTES;
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
      operations.push(operation({ Verb, Node: node, Service: service }, null));
      for (const check of checks) operations.push(operation(null, { Verb, Check: check }));
    }
    return operations;
  }
}

function operation(Service: TxnOperation['Service'], Check: TxnOperation['Check']): TxnOperation {
  return { KV: null, Node: null, Service, Check, Session: null, Intention: null };
}

function textBytes(text: string): number {
  return TEXT_BYTES + CHARACTER_BYTES * text.length;
}

function tagBytes(tags: readonly string[] | null): number {
  let bytes = 0;
  if (tags !== null) for (const tag of tags) bytes += textBytes(tag);
  return bytes;
}

/** Of a check as it is written, at most; it brings its service's tags along. */
export function checkBytes({
  Node,
  Output,
  Notes,
  Name,
  CheckID,
  ServiceID,
  ServiceName,
  ServiceTags,
}: CheckRecord): number {
  const texts = Node.length + Output.length + Notes.length + Name.length;
  const names = CheckID.length + ServiceID.length + ServiceName.length;
  return RECORD_BYTES + CHARACTER_BYTES * (texts + names) + tagBytes(ServiceTags);
}

function serviceBytes({ ID, Service, Address, SocketPath, Tags, Meta, TaggedAddresses, Ports }: ServiceRecord): number {
  const texts = ID.length + Service.length + Address.length + SocketPath.length;
  let bytes = RECORD_BYTES + CHARACTER_BYTES * texts + tagBytes(Tags);
  for (const key in Meta) bytes += textBytes(key) + textBytes(Meta[key] ?? '');
  for (const key in TaggedAddresses)
    bytes += 2 * TEXT_BYTES + textBytes(key) + textBytes(TaggedAddresses[key]?.Address ?? '');
  for (const { Name } of Ports ?? []) bytes += 4 * TEXT_BYTES + textBytes(Name);
  return bytes;
}

/**
 * What it takes at most; null where it goes alone: it is as large as a group may be, or that can't be told at a glance, as with
 * free-form configuration.
 */
export function groupedBytes({ service, checks }: Groupable): number | null {
  if (service.Proxy !== NO_PROXY || service.Locality !== null) return null;
  let bytes = serviceBytes(service);
  for (const check of checks) {
    // What an agent registers has none: its own definition isn't the catalog's business.
    if (check.Definition !== NO_CHECK_DEFINITION) return null;
    bytes += checkBytes(check);
  }
  return bytes > MAX_BYTES ? null : bytes;
}
