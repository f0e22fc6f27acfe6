// The number that is shown as the hash of a config entry: of what the entry says, whenever it was written. Each server makes its
// own; nobody compares them.

import { encode } from '../msgpack/codec.js';
import { entryKind } from '../msgpack/config-entries.js';
import type { ConfigEntry } from '../wire/config-entries/entries.js';
import { type Uint64, uint64 } from '../wire/uint64.js';
import { Crc64 } from './crc.js';

/** What an entry is made of, without what each write gives it anew. Throws EncodeError. */
export function entryContent(entry: ConfigEntry): Uint8Array {
  return encode(entryKind(entry.Kind), { ...entry, Hash: 0, CreateIndex: 0, ModifyIndex: 0 });
}

export function contentHash(content: Uint8Array): Uint64 {
  return uint64(new Crc64().update(content).digest());
}
