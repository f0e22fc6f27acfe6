// What can be subscribed to: of each topic what is read, which items it consists of, and how one item that came, changed or
// went is written into an event (spec/rpc.md, section 7).

import { listServices, type TagsByName } from '../../../methods/catalog/catalog.js';
import type { HealthEntry, ServiceNodesKind, ServiceNodesRequest } from '../../../methods/catalog/health.js';
import { instancesOf, serviceNodes } from '../../../methods/catalog/health.js';
import type { ReadMethod } from '../../../methods/contract/method.js';
import { EVERYTHING, type Narrowing } from '../../../methods/contract/narrowing.js';
import { writeFields } from '../protobuf/message.js';
import type { ProtoWriter } from '../protobuf/writer.js';
import { healthEntry } from './records.js';

/** What a topic's values consist of. */
export interface ItemRules<Value, Item> {
  readonly items: (value: Value) => Iterable<Item>;
  /** What tells it from the others. */
  readonly keyOf: (item: Item) => string;
  /** Whether nothing about it has changed. */
  readonly isSame: (a: Item, b: Item) => boolean;
  /** Its field in an event. */
  readonly field: number;
  readonly write: (writer: ProtoWriter, item: Item, isGone: boolean) => void;
}

export interface Topic<Request, Value, Item> extends ItemRules<Value, Item> {
  readonly method: ReadMethod<Request, Value>;
  /** `peer`: of another cluster; "" = this one. */
  readonly request: (subject: string, peer: string) => Request;
}

const GONE = 1;

/** The records of the store are other objects as soon as anything in them changes. */
function isSameEntry(a: HealthEntry, b: HealthEntry): boolean {
  if (a.node !== b.node || a.service !== b.service || a.checks.length !== b.checks.length) return false;
  return a.checks.every((check, i) => check === b.checks[i]);
}

function writeEntry(writer: ProtoWriter, entry: HealthEntry, isGone: boolean): void {
  writer.integer(1, isGone ? GONE : 0);
  const begun = writer.begin(2);
  if (isGone) writeName(writer, entry);
  else writeFields(writer, healthEntry, entry);
  writer.end(begun);
}

/** Of what is gone, no more than tells it from others. */
function writeName(writer: ProtoWriter, { node, service }: HealthEntry): void {
  const inNode = writer.begin(1);
  writer.text(2, node.Node);
  writer.text(9, node.PeerName);
  writer.end(inNode);
  const inService = writer.begin(2);
  writer.text(2, service.ID);
  writer.text(3, service.Service);
  writer.text(18, service.PeerName);
  writer.end(inService);
}

function health(kind: ServiceNodesKind): Topic<ServiceNodesRequest, readonly HealthEntry[], HealthEntry> {
  return {
    method: serviceNodes,
    request: (subject, peer) => ({ ...instancesOf(subject), kind, peer }),
    items: (entries) => entries,
    keyOf: ({ node, service }) => `${node.Node.toLowerCase()}\0${service.ID.toLowerCase()}`,
    isSame: isSameEntry,
    field: 10,
    write: writeEntry,
  };
}

export const serviceHealth = health('service');
export const serviceHealthConnect = health('connect');

export const serviceList: Topic<Narrowing, TagsByName, string> = {
  method: listServices,
  request: () => EVERYTHING,
  items: (names) => names.keys(),
  keyOf: (name) => name,
  isSame: () => true,
  field: 12,
  write(writer, name, isGone) {
    writer.integer(1, isGone ? GONE : 0);
    writer.text(2, name);
    writer.end(writer.begin(3));
  },
};
