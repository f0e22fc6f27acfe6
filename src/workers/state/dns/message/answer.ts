// A resolved answer before it is a message: what stays the same for everybody who asks the question, until something in
// the store that it depends on changes. Order, ID, flags and the spelling of the name come with each reply.

import type { ResourceRecord } from './record.js';

/** A record with what it brings along in the additional section. */
export interface Item {
  readonly record: ResourceRecord;
  readonly additional: readonly ResourceRecord[];
}

export interface Answer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  /** Put in another order for every reply, behind the fixed records of their section. The array is reordered in place. */
  readonly items: Item[];
  readonly itemsIn: 'answers' | 'authority';
  /** The order of the items means something: no reply puts them in another one. */
  readonly isOrdered: boolean;
  /** It may be another one for other askers: a client subnet comes back as what it holds for. */
  readonly isForSubnet: boolean;
  /** At most so many items go into a reply. */
  readonly itemLimit: number;
}

const NO_RECORDS: readonly ResourceRecord[] = [];

const EMPTY: Answer = {
  rcode: 0,
  authoritative: true,
  answers: NO_RECORDS,
  authority: NO_RECORDS,
  additional: NO_RECORDS,
  items: [],
  itemsIn: 'answers',
  isOrdered: false,
  isForSubnet: false,
  itemLimit: Number.POSITIVE_INFINITY,
};

/** An answer from the parts that differ from an empty, authoritative one without error. */
export function answer(parts: Partial<Answer>): Answer {
  return { ...EMPTY, ...parts, items: parts.items ?? [] };
}

/** About what an entry and a record take beside their own bytes: objects, names with their texts. */
const ENTRY_WEIGHT = 512;
const WEIGHT_PER_RECORD = 400;

function recordsWeight(records: readonly ResourceRecord[]): number {
  let weight = 0;
  for (const record of records) weight += WEIGHT_PER_RECORD + record.bytes.length;
  return weight;
}

/** The bytes that a kept answer takes, about. */
export function weightOf({ answers, authority, additional, items }: Answer): number {
  let weight = ENTRY_WEIGHT + recordsWeight(answers) + recordsWeight(authority) + recordsWeight(additional);
  for (const item of items) weight += WEIGHT_PER_RECORD + item.record.bytes.length + recordsWeight(item.additional);
  return weight;
}

function hasNoName({ owner, target }: ResourceRecord): boolean {
  return owner === null && target === null;
}

/** No name stands in it: each record belongs to the question's name and names no other. */
export function isNameless({ answers, authority, additional, items }: Answer): boolean {
  const isFree = ({ record, additional: beside }: Item) => hasNoName(record) && beside.every(hasNoName);
  return authority.length === 0 && answers.every(hasNoName) && additional.every(hasNoName) && items.every(isFree);
}
