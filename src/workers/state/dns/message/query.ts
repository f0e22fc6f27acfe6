// Reads a DNS packet as far as this server needs it: header, one question, and the OPT record (spec/dns.md, section 3).
// Runs for every packet, so it looks at each byte once, keeps no objects but its result, and never throws.

import { HEADER_LENGTH, OPTION_SUBNET, Opcode, Rcode, Type } from './protocol.js';

/** EDNS of a question. */
export interface Edns {
  readonly udpSize: number;
  /** The data of the client-subnet option, or null. */
  readonly subnet: Uint8Array | null;
}

export interface Query {
  readonly kind: 'query';
  /** Where the answer's question section comes from: header and question of the packet, names uncompressed. */
  readonly packet: Buffer;
  /** Index behind name, type and class of the question. */
  readonly questionEnd: number;
  readonly type: number;
  readonly hasUpperCase: boolean;
  readonly edns: Edns | null;
}

/** What becomes of a packet. `refusal`: a header with this code is all the answer. */
export type ReadPacket = Query | { readonly kind: 'ignore' } | { readonly kind: 'refusal'; readonly rcode: number };

const IGNORE: ReadPacket = { kind: 'ignore' };
const FORMERR: ReadPacket = { kind: 'refusal', rcode: Rcode.FORMERR };
const NOTIMP: ReadPacket = { kind: 'refusal', rcode: Rcode.NOTIMP };
const REFUSED: ReadPacket = { kind: 'refusal', rcode: Rcode.REFUSED };

const MAX_NAME = 255;
/** Family, two prefix lengths, an IPv6 address. */
const MAX_SUBNET = 20;
const MAX_POINTERS = 126;

/** Index behind a name, which may end in a pointer; -1 when it is cut or malformed. Pointers aren't followed. */
function skipName(packet: Buffer, at: number): number {
  let index = at;
  for (;;) {
    const length = packet[index];
    if (length === undefined) return -1;
    if (length === 0) return index + 1;
    if (length >= 0xc0) return index + 2 <= packet.length ? index + 2 : -1;
    if (length >= 0x40) return -1;
    index += length + 1;
    if (index - at >= MAX_NAME) return -1;
  }
}

/** The whole name at `at`, pointers followed; null when it is malformed. */
function expandName(packet: Buffer, at: number): Buffer | null {
  const parts: Buffer[] = [];
  let total = 1;
  let index = at;
  for (let pointers = 0; pointers <= MAX_POINTERS; ) {
    const length = packet[index];
    if (length === undefined) return null;
    if (length === 0) return Buffer.concat([...parts, Buffer.of(0)]);
    if (length >= 0xc0) {
      const low = packet[index + 1];
      if (low === undefined) return null;
      index = ((length & 0x3f) << 8) | low;
      pointers++;
      continue;
    }
    total += length + 1;
    if (length >= 0x40 || total > MAX_NAME || index + length >= packet.length) return null;
    parts.push(packet.subarray(index, index + length + 1));
    index += length + 1;
  }
  return null;
}

/** What the records behind the question say. */
interface Sections {
  readonly edns: Edns | null;
}

function readOptions(packet: Buffer, from: number, end: number): Uint8Array | null | 'malformed' {
  let subnet: Uint8Array | null = null;
  let at = from;
  while (at < end) {
    if (at + 4 > end) return 'malformed';
    const code = packet.readUInt16BE(at);
    const length = packet.readUInt16BE(at + 2);
    at += 4;
    if (at + length > end) return 'malformed';
    if (code === OPTION_SUBNET) {
      if (length < 4 || length > MAX_SUBNET) return 'malformed';
      subnet = new Uint8Array(packet.subarray(at, at + length));
    }
    at += length;
  }
  return subnet;
}

function readSections(packet: Buffer, from: number, count: number): Sections | null {
  let edns: Edns | null = null;
  let at = from;
  for (let index = 0; index < count; index++) {
    // Counts may promise more than there is; what is there must be whole.
    if (at === packet.length) break;
    const header = skipName(packet, at);
    if (header === -1 || header + 10 > packet.length) return null;
    const type = packet.readUInt16BE(header);
    const end = header + 10 + packet.readUInt16BE(header + 8);
    if (end > packet.length) return null;
    if (type === Type.OPT && edns === null) {
      const subnet = readOptions(packet, header + 10, end);
      if (subnet === 'malformed') return null;
      edns = { udpSize: packet.readUInt16BE(header + 2), subnet };
    }
    at = end;
  }
  return { edns };
}

function hasUpperCase(packet: Buffer, end: number): boolean {
  for (let at = HEADER_LENGTH; at < end; at++) {
    const byte = packet[at] ?? 0;
    if (byte >= 0x41 && byte <= 0x5a) return true;
  }
  return false;
}

/** The question when its name contains a pointer: the packet is rewritten with the name in full. */
function readCompressed(packet: Buffer, nameEnd: number): ReadPacket {
  const name = expandName(packet, HEADER_LENGTH);
  if (name === null) return FORMERR;
  const rest = Buffer.concat([packet.subarray(0, HEADER_LENGTH), name, packet.subarray(nameEnd)]);
  return readQuestion(rest, HEADER_LENGTH + name.length, packet, nameEnd);
}

function readQuestion(packet: Buffer, nameEnd: number, original: Buffer, originalNameEnd: number): ReadPacket {
  const questionEnd = nameEnd + 4;
  if (questionEnd > packet.length) return FORMERR;
  const records = packet.readUInt16BE(6) + packet.readUInt16BE(8) + packet.readUInt16BE(10);
  let edns: Edns | null = null;
  if (records > 0) {
    const sections = readSections(original, originalNameEnd + 4, records);
    if (sections === null) return FORMERR;
    edns = sections.edns;
  }
  return {
    kind: 'query',
    packet,
    questionEnd,
    type: ((packet[nameEnd] ?? 0) << 8) | (packet[nameEnd + 1] ?? 0),
    hasUpperCase: hasUpperCase(packet, nameEnd),
    edns,
  };
}

export function readPacket(packet: Buffer): ReadPacket {
  if (packet.length < HEADER_LENGTH) return IGNORE;
  const flags = packet[2] ?? 0;
  if ((flags & 0x80) !== 0) return IGNORE;
  const opcode = (flags >> 3) & 0xf;
  if (opcode !== Opcode.QUERY && opcode !== Opcode.NOTIFY) return NOTIMP;
  const isCountOk =
    packet.readUInt16BE(4) === 1 &&
    packet.readUInt16BE(6) <= 1 &&
    packet.readUInt16BE(8) <= 1 &&
    packet.readUInt16BE(10) <= 2;
  if (!isCountOk) return FORMERR;
  if (packet.length === HEADER_LENGTH) return REFUSED;
  const nameEnd = skipName(packet, HEADER_LENGTH);
  if (nameEnd === -1) return FORMERR;
  if (packet[nameEnd - 1] !== 0 || isPointerAt(packet, nameEnd)) return readCompressed(packet, nameEnd);
  return readQuestion(packet, nameEnd, packet, nameEnd);
}

/** A name's last two bytes may be a pointer whose second byte is 0; walk the labels to tell it from a root label. */
function isPointerAt(packet: Buffer, nameEnd: number): boolean {
  if ((packet[nameEnd - 2] ?? 0) < 0xc0) return false;
  let at = HEADER_LENGTH;
  while (at < nameEnd) {
    const length = packet[at] ?? 0;
    if (length >= 0xc0) return true;
    at += length + 1;
  }
  return false;
}
