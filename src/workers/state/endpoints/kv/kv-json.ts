// A key/value entry as HTTP shows it. The text of an entry is made once and kept with it: entries never change.

import { bytesJson, quoteJson } from '../../../../gotext/json-encode.js';
import { nullable, optional, record } from '../../../../gotext/json-shape.js';
import type { KvRequestEntry } from '../../../../wire/commands.js';

export const kvEntryShape = record('KvEntry', {
  LockIndex: 'uint64',
  Key: 'string',
  Flags: 'uint64',
  Value: nullable('base64'),
  Session: optional('string'),
  CreateIndex: 'integer',
  ModifyIndex: 'integer',
});

/** Entries larger than this are not kept as text: they would double the store. */
const MAX_KEPT_VALUE = 4096;
/** As a list of one, which most reads answer, in one piece. */
const kept = new WeakMap<KvRequestEntry, string>();

function render(entry: KvRequestEntry): string {
  const session = entry.Session === '' ? '' : `"Session":${quoteJson(entry.Session)},`;
  const value = entry.Value === null || entry.Value.byteLength === 0 ? 'null' : bytesJson(entry.Value);
  return [
    `[{"LockIndex":${entry.LockIndex},"Key":${quoteJson(entry.Key)},"Flags":${entry.Flags},"Value":${value},${session}`,
    `"CreateIndex":${entry.CreateIndex},"ModifyIndex":${entry.ModifyIndex}}]`,
  ].join('');
}

export function kvEntryJson(entry: KvRequestEntry): string {
  return kvListOfOneJson(entry).slice(1, -1);
}

export function kvListOfOneJson(entry: KvRequestEntry): string {
  const known = kept.get(entry);
  if (known !== undefined) return known;
  const json = render(entry);
  if (entry.Value === null || entry.Value.byteLength <= MAX_KEPT_VALUE) kept.set(entry, json);
  return json;
}
