// Writes replies with compression as Consul's do (spec/dns.md, section 3): owner names, and the names inside SOA, NS,
// CNAME and PTR become pointers to any equal earlier suffix, case included; SRV targets stand in full, yet later names
// point into them. One writer is reused for all replies; the result is copied out at its final size.

import type { Name } from './name.js';
import { CLASS_IN, HEADER_LENGTH, OPTION_SUBNET, Type } from './protocol.js';
import type { Edns, Query } from './query.js';
import type { ResourceRecord } from './record.js';

/** Longest message, and the longest place a pointer can name. */
const MAX_MESSAGE = 65_535;
const MAX_POINTER = 0x3fff;

/** What goes into one reply, in order. */
export interface Reply {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionAvailable: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  readonly edns: Edns | null;
  /** A client subnet comes back with its own length as the scope, else with 0. */
  readonly isForSubnet: boolean;
}

export class MessageWriter {
  readonly #buffer = Buffer.allocUnsafeSlow(MAX_MESSAGE + 1024);
  readonly #names = new Map<string, number>();
  #at = 0;
  #compress = true;
  #serial = 0;
  /** Where the last message has the serial of its SOA record; -1 when it has none. */
  serialOffset = -1;

  /** Length of the message written last, or -1 when it would not fit 65,535 bytes. */
  write(query: Query, reply: Reply, compress: boolean, serial: number): number {
    this.#compress = compress;
    this.#serial = serial;
    this.serialOffset = -1;
    this.#names.clear();
    const { packet, questionEnd } = query;
    const buffer = this.#buffer;
    packet.copy(buffer, 0, 0, questionEnd);
    writeFlags(buffer, packet, reply);
    const additionalCount = reply.additional.length + (reply.edns === null ? 0 : 1);
    buffer.writeUInt16BE(1, 4);
    buffer.writeUInt16BE(reply.answers.length, 6);
    buffer.writeUInt16BE(reply.authority.length, 8);
    buffer.writeUInt16BE(additionalCount, 10);
    this.#at = questionEnd;
    if (compress && needsNames(reply)) this.#rememberQuestion(packet, questionEnd);
    const isWhole =
      this.#records(reply.answers, query) &&
      this.#records(reply.authority, query) &&
      this.#records(reply.additional, query);
    if (!isWhole) return -1;
    if (reply.edns !== null) this.#option(reply.edns, reply.isForSubnet);
    return this.#at <= MAX_MESSAGE ? this.#at : -1;
  }

  /** A copy of the first `length` bytes of what was written. */
  take(length: number): Buffer {
    const out = Buffer.allocUnsafe(length);
    this.#buffer.copy(out, 0, 0, length);
    return out;
  }

  #rememberQuestion(packet: Buffer, questionEnd: number): void {
    const text = packet.toString('latin1', HEADER_LENGTH, questionEnd - 4);
    for (let at = 0; ; ) {
      const length = text.charCodeAt(at);
      if (length === 0 || Number.isNaN(length)) return;
      this.#names.set(text.slice(at), HEADER_LENGTH + at);
      at += length + 1;
    }
  }

  #records(records: readonly ResourceRecord[], query: Query): boolean {
    for (const record of records) {
      this.#record(record, query);
      if (this.#at > MAX_MESSAGE) return false;
    }
    return true;
  }

  #record(record: ResourceRecord, query: Query): void {
    const buffer = this.#buffer;
    if (record.owner === null) this.#questionName(query);
    else this.#name(record.owner, this.#compress);
    let at = this.#at;
    buffer[at++] = record.type >> 8;
    buffer[at++] = record.type & 0xff;
    buffer[at++] = 0;
    buffer[at++] = CLASS_IN;
    const { ttl, bytes } = record;
    buffer[at++] = ttl >>> 24;
    buffer[at++] = (ttl >>> 16) & 0xff;
    buffer[at++] = (ttl >>> 8) & 0xff;
    buffer[at++] = ttl & 0xff;
    const lengthAt = at;
    at += 2;
    for (let index = 0; index < bytes.length; index++) buffer[at++] = bytes[index] ?? 0;
    this.#at = at;
    if (record.target !== null) this.#name(record.target, this.#compress && record.type !== Type.SRV);
    if (record.soa !== null) {
      this.#name(record.soa.mailbox, this.#compress);
      this.serialOffset = this.#at;
      buffer.writeUInt32BE(this.#serial, this.#at);
      buffer.set(record.soa.timers, this.#at + 4);
      this.#at += 4 + record.soa.timers.length;
    }
    const length = this.#at - lengthAt - 2;
    buffer[lengthAt] = length >> 8;
    buffer[lengthAt + 1] = length & 0xff;
  }

  #questionName(query: Query): void {
    const buffer = this.#buffer;
    // The root has no pointer to itself: it is shorter.
    if (this.#compress && query.packet[HEADER_LENGTH] !== 0) {
      buffer[this.#at++] = 0xc0;
      buffer[this.#at++] = HEADER_LENGTH;
      return;
    }
    this.#at += query.packet.copy(buffer, this.#at, HEADER_LENGTH, query.questionEnd - 4);
  }

  #name(name: Name, compress: boolean): void {
    const buffer = this.#buffer;
    const { wire, starts, suffixes } = name;
    const from = this.#at;
    let length = wire.length;
    let pointer = -1;
    if (this.#compress) {
      for (let index = 0; index < suffixes.length; index++) {
        const suffix = suffixes[index] ?? '';
        const start = starts[index] ?? 0;
        const known = this.#names.get(suffix);
        if (known !== undefined) {
          if (!compress) continue;
          length = start;
          pointer = known;
          break;
        }
        if (from + start <= MAX_POINTER) this.#names.set(suffix, from + start);
      }
    }
    for (let index = 0; index < length; index++) buffer[from + index] = wire[index] ?? 0;
    this.#at = from + length;
    if (pointer !== -1) {
      buffer[this.#at++] = 0xc0 | (pointer >> 8);
      buffer[this.#at++] = pointer & 0xff;
    }
  }

  /** OPT: the size that was asked with, version 0, no flags. */
  #option(edns: Edns, isForSubnet: boolean): void {
    const buffer = this.#buffer;
    const at = this.#at;
    buffer[at] = 0;
    buffer.writeUInt16BE(Type.OPT, at + 1);
    buffer.writeUInt16BE(edns.udpSize, at + 3);
    buffer.writeUInt32BE(0, at + 5);
    const { subnet } = edns;
    buffer.writeUInt16BE(subnet === null ? 0 : subnet.length + 4, at + 9);
    this.#at = at + 11;
    if (subnet === null) return;
    buffer.writeUInt16BE(OPTION_SUBNET, this.#at);
    buffer.writeUInt16BE(subnet.length, this.#at + 2);
    buffer.set(subnet, this.#at + 4);
    buffer[this.#at + 7] = isForSubnet ? (subnet[2] ?? 0) : 0;
    this.#at += 4 + subnet.length;
  }
}

/** Whether any name is written out that could be compressed; plain addresses of the question need no table. */
function needsNames(reply: Reply): boolean {
  if (reply.authority.length > 0) return true;
  for (const record of reply.answers) if (record.owner !== null || record.target !== null) return true;
  for (const record of reply.additional) if (record.owner !== null || record.target !== null) return true;
  return false;
}

/** The two flag bytes of a reply that echoes its question. */
function writeFlags(
  buffer: Buffer,
  packet: Buffer,
  reply: Pick<Reply, 'rcode' | 'authoritative' | 'truncated' | 'recursionAvailable'>,
): void {
  buffer[2] = 0x80 | (reply.authoritative ? 0x04 : 0) | (reply.truncated ? 0x02 : 0);
  buffer[3] = (reply.recursionAvailable ? 0x80 : 0) | reply.rcode;
  repeatFlags(buffer, packet);
}

const OPCODE = 0x78;
const RECURSION_DESIRED = 0x01;
const CHECKING_DISABLED = 0x10;

/** Puts in what a reply repeats of the question: the opcode and, for an ordinary query, RD and CD. */
export function repeatFlags(reply: Buffer, packet: Buffer): void {
  const asked = packet[2] ?? 0;
  const isQuery = (asked & OPCODE) === 0;
  const high = (reply[2] ?? 0) & ~(OPCODE | RECURSION_DESIRED);
  const low = (reply[3] ?? 0) & ~CHECKING_DISABLED;
  reply[2] = high | (asked & OPCODE) | (isQuery ? asked & RECURSION_DESIRED : 0);
  reply[3] = low | (isQuery ? (packet[3] ?? 0) & CHECKING_DISABLED : 0);
}

/** A header alone: for packets whose question can't be echoed. */
export function headerReply(packet: Buffer, rcode: number): Buffer {
  const out = Buffer.alloc(HEADER_LENGTH);
  out[0] = packet[0] ?? 0;
  out[1] = packet[1] ?? 0;
  out[2] = 0x80 | ((packet[2] ?? 0) & (OPCODE | RECURSION_DESIRED));
  out[3] = rcode;
  return out;
}
