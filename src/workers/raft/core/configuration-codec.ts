// Configuration entries as bytes: msgpack `{Servers: [{Address, ID, Suffrage}, …]}` in hashicorp/raft's flavour (old raw
// strings, sorted keys; spec/raft.md sections 2 and 6), and the legacy peer list of meta.json. Written here by hand: two
// shapes, a few hundred bytes, needed where no other message encoding is.

import type { Configuration, Server, Suffrage } from './configuration.js';

const SUFFRAGES: readonly Suffrage[] = ['voter', 'nonvoter', 'staging'];
const MAX_DEPTH = 8;

export function encodeConfiguration(configuration: Configuration): Uint8Array {
  const out: number[] = [0x81];
  writeRaw(out, 'Servers');
  writeArrayHeader(out, configuration.servers.length);
  for (const server of configuration.servers) {
    out.push(0x83);
    writeRaw(out, 'Address');
    writeRaw(out, server.address);
    writeRaw(out, 'ID');
    writeRaw(out, server.id);
    writeRaw(out, 'Suffrage');
    out.push(SUFFRAGES.indexOf(server.suffrage));
  }
  return Uint8Array.from(out);
}

/** `Peers` of meta.json: the voters' addresses. */
export function encodePeers(configuration: Configuration): Uint8Array {
  const voters = configuration.servers.filter((server) => server.suffrage === 'voter');
  const out: number[] = [];
  writeArrayHeader(out, voters.length);
  for (const voter of voters) writeRaw(out, voter.address);
  return Uint8Array.from(out);
}

/** null when the bytes are no configuration. */
export function decodeConfiguration(bytes: Uint8Array): Configuration | null {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.failed || !(value instanceof Map)) return null;
  const servers = value.get('Servers') ?? [];
  if (!Array.isArray(servers)) return null;
  const parsed: Server[] = [];
  for (const server of servers) {
    if (!(server instanceof Map)) return null;
    const suffrage = SUFFRAGES[Number(server.get('Suffrage') ?? 0)];
    const id = server.get('ID') ?? '';
    const address = server.get('Address') ?? '';
    if (suffrage === undefined || typeof id !== 'string' || typeof address !== 'string') return null;
    parsed.push({ suffrage, id, address });
  }
  return { servers: parsed };
}

function writeRaw(out: number[], text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length < 32) out.push(0xa0 | bytes.length);
  else out.push(0xda, bytes.length >> 8, bytes.length & 0xff);
  out.push(...bytes);
}

function writeArrayHeader(out: number[], length: number): void {
  if (length < 16) out.push(0x90 | length);
  else out.push(0xdc, length >> 8, length & 0xff);
}

type Value = string | number | null | Value[] | Map<string, Value>;

/** Reads strings, integers, nil, arrays and maps, in any form a peer may choose; anything else is a failure. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): Value {
    const tag = this.#unsigned(1);
    if (this.failed || depth > MAX_DEPTH) return this.#fail();
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.#map(tag & 0x0f, depth);
    if (tag < 0xa0) return this.#array(tag & 0x0f, depth);
    if (tag < 0xc0) return this.#raw(tag & 0x1f);
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc4:
      case 0xcc:
        return tag === 0xcc ? this.#unsigned(1) : this.#raw(this.#unsigned(1));
      case 0xc5:
      case 0xda:
        return this.#raw(this.#unsigned(2));
      case 0xc6:
      case 0xdb:
        return this.#raw(this.#unsigned(4));
      case 0xcd:
        return this.#unsigned(2);
      case 0xce:
        return this.#unsigned(4);
      case 0xcf:
      case 0xd3:
        return this.#unsigned(4) * 2 ** 32 + this.#unsigned(4);
      case 0xd0:
        return this.#unsigned(1);
      case 0xd1:
        return this.#unsigned(2);
      case 0xd2:
        return this.#unsigned(4);
      case 0xd9:
        return this.#raw(this.#unsigned(1));
      case 0xdc:
        return this.#array(this.#unsigned(2), depth);
      case 0xde:
        return this.#map(this.#unsigned(2), depth);
      default:
        return this.#fail();
    }
  }

  #unsigned(size: 1 | 2 | 4): number {
    if (this.#at + size > this.#bytes.length) return this.#fail() ?? 0;
    const at = this.#at;
    this.#at += size;
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #raw(length: number): Value {
    if (this.#at + length > this.#bytes.length) return this.#fail();
    const text = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, length).toString('utf8');
    this.#at += length;
    return text;
  }

  #array(length: number, depth: number): Value {
    const out: Value[] = [];
    for (let i = 0; i < length && !this.failed; i += 1) out.push(this.value(depth + 1));
    return out;
  }

  #map(length: number, depth: number): Value {
    const out = new Map<string, Value>();
    for (let i = 0; i < length && !this.failed; i += 1) {
      const key = this.value(depth + 1);
      out.set(typeof key === 'string' ? key : String(key), this.value(depth + 1));
    }
    return out;
  }

  #fail(): null {
    this.failed = true;
    return null;
  }
}
