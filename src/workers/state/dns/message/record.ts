// Resource records as they wait in a resolved answer: everything encoded that doesn't depend on the place in the message.

import { addressLabel } from './address.js';
import { Name, type Tail } from './name.js';
import { Type } from './protocol.js';

const NOTHING = new Uint8Array(0);

/** One shape for all types, so that the writer's loop stays fast. */
export interface ResourceRecord {
  /** null: the name of the question, as it was spelled. */
  readonly owner: Name | null;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Data before the names, or all of it: addresses, texts, priority, weight and port. */
  readonly bytes: Uint8Array;
  /** A name in the data: target of SRV, NS, CNAME, PTR; primary server of SOA. */
  readonly target: Name | null;
  /** SOA only: the mailbox, and the numbers behind it; the serial is put in by the writer. */
  readonly soa: { readonly mailbox: Name; readonly timers: Uint8Array } | null;
}

export function addressRecord(owner: Name | null, address: Uint8Array, ttl: number): ResourceRecord {
  const type = address.length === 4 ? Type.A : Type.AAAA;
  return { owner, type, ttl, bytes: address, target: null, soa: null };
}

/** NS, CNAME or PTR. */
export function nameRecord(owner: Name | null, type: number, target: Name, ttl: number): ResourceRecord {
  return { owner, type, ttl, bytes: NOTHING, target, soa: null };
}

/** Port and weight keep their low 16 bits, as the wire has no more. */
export function srvRecord(weight: number, port: number, target: Name, ttl: number): ResourceRecord {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(1, 0);
  bytes.writeUInt16BE(weight & 0xffff, 2);
  bytes.writeUInt16BE(port & 0xffff, 4);
  return { owner: null, type: Type.SRV, ttl, bytes, target, soa: null };
}

/** TXT; text beyond 255 bytes goes on in further strings of the same record. */
export function textRecord(owner: Name | null, text: string, ttl: number): ResourceRecord {
  const raw = Buffer.from(text);
  const parts: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < raw.length; at += 255) {
    const part = raw.subarray(at, at + 255);
    parts.push(Buffer.of(part.length), part);
  }
  return { owner, type: Type.TXT, ttl, bytes: Buffer.concat(parts), target: null, soa: null };
}

export interface SoaTimers {
  readonly refreshS: number;
  readonly retryS: number;
  readonly expireS: number;
  readonly minTtlS: number;
}

/** The SOA of a zone; `domain` is the zone's name in wire form. */
export function soaRecord(domain: Uint8Array, timers: SoaTimers): ResourceRecord {
  const under = (label: string) => new Name(Buffer.concat([Buffer.of(label.length), Buffer.from(label), domain]));
  const numbers = Buffer.alloc(16);
  for (const [index, seconds] of [timers.refreshS, timers.retryS, timers.expireS, timers.minTtlS].entries()) {
    numbers.writeUInt32BE(Math.max(0, Math.min(0xffffffff, Math.floor(seconds))), index * 4);
  }
  return {
    owner: new Name(domain),
    type: Type.SOA,
    ttl: timers.minTtlS,
    bytes: NOTHING,
    target: under('ns'),
    soa: { mailbox: under('hostmaster'), timers: numbers },
  };
}

/** Wire form of `HEX.addr` labels below a tail. */
export function addressName(address: Uint8Array, tail: Tail): Name {
  const label = Buffer.from(addressLabel(address));
  return new Name(Buffer.concat([Buffer.of(label.length), label, Buffer.from('\u0004addr'), tail.wire]), tail.echoed);
}

/** The record with its names as they are spelled for a question whose name ends at `end` of `packet`. */
export function spelledAs(record: ResourceRecord, packet: Uint8Array, end: number): ResourceRecord {
  const { owner, target } = record;
  if ((owner?.echoed ?? 0) === 0 && (target?.echoed ?? 0) === 0) return record;
  return { ...record, owner: owner?.spelledAs(packet, end) ?? null, target: target?.spelledAs(packet, end) ?? null };
}

/** Bytes the record takes when no name is compressed. */
export function plainLength(record: ResourceRecord, questionNameLength: number): number {
  const owner = record.owner === null ? questionNameLength : record.owner.wire.length;
  const target = record.target === null ? 0 : record.target.wire.length;
  const soa = record.soa === null ? 0 : record.soa.mailbox.wire.length + 20;
  return owner + 10 + record.bytes.length + target + soa;
}
