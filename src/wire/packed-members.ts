// Changes of a pool's members as they cross to the state worker: names in one list, numbers in another, and in one piece the
// bytes that a member sent of itself. To copy an object for each member, with the names of its fields, takes three times as
// long, and to make texts of the bytes several times; main, which has the pools, shall do neither for ten thousand members.

import type { PoolName } from './gossip-pools.js';

/** What a member says of its versions. */
const VERSION_BYTES = 6;
const NUMBERS_A_MEMBER = 5;

/** A member as the pool knows it, everything but its name and status as on the wire. */
export interface ToldMember {
  readonly name: string;
  /** 4 or 16 bytes. */
  readonly ip: Uint8Array;
  readonly port: number;
  /** The tags, 512 bytes at most. */
  readonly meta: Uint8Array;
  /** Protocol minimum, maximum, current; the same of the delegate. Null when the member didn't say. */
  readonly versionBytes: Uint8Array | null;
  /** A value of MEMBER_STATUS. */
  readonly status: number;
}

/** What happened in a pool since the last message: new or changed members, and names of those that are forgotten. */
export interface ToldChanges {
  readonly pool: PoolName;
  readonly changed: readonly ToldMember[];
  readonly removed: readonly string[];
}

export interface PackedChanges {
  readonly pool: PoolName;
  readonly names: readonly string[];
  /** Of each member its port, its status, and how many of {@link bytes} are address, metadata and versions. */
  readonly numbers: Uint16Array;
  readonly bytes: Uint8Array;
  readonly removed: readonly string[];
}

/** What is more than versions in it says nothing to us. */
function versionLength({ versionBytes }: ToldMember): number {
  return Math.min(versionBytes?.length ?? 0, VERSION_BYTES);
}

export function packChanges({ pool, changed, removed }: ToldChanges): PackedChanges {
  const names: string[] = [];
  const numbers = new Uint16Array(changed.length * NUMBERS_A_MEMBER);
  let size = 0;
  for (const member of changed) size += member.ip.length + member.meta.length + versionLength(member);
  const bytes = new Uint8Array(size);
  let number = 0;
  let at = 0;
  for (const member of changed) {
    const { name, ip, port, meta, versionBytes, status } = member;
    const versions = versionLength(member);
    names.push(name);
    numbers[number++] = port;
    numbers[number++] = status;
    numbers[number++] = ip.length;
    numbers[number++] = meta.length;
    numbers[number++] = versions;
    bytes.set(ip, at);
    at += ip.length;
    bytes.set(meta, at);
    at += meta.length;
    // By hand: a view of so few bytes costs more than they do.
    for (let i = 0; i < versions; i += 1) bytes[at++] = versionBytes?.[i] ?? 0;
  }
  return { pool, names, numbers, bytes, removed };
}

/** Byte values are views of the message. */
export function unpackChanges({ pool, names, numbers, bytes, removed }: PackedChanges): ToldChanges {
  let at = 0;
  const take = (length: number): Uint8Array => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const changed = names.map((name, i): ToldMember => {
    const number = i * NUMBERS_A_MEMBER;
    const ip = take(numbers[number + 2] ?? 0);
    const meta = take(numbers[number + 3] ?? 0);
    const versions = take(numbers[number + 4] ?? 0);
    return {
      name,
      ip,
      port: numbers[number] ?? 0,
      meta,
      versionBytes: versions.length === 0 ? null : versions,
      status: numbers[number + 1] ?? 0,
    };
  });
  return { pool, changed, removed };
}
