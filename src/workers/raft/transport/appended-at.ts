// When a leader appended an entry: Go's binary form of a time, 15 bytes, on the wire (spec/raft.md, section 2); newer senders may
// use msgpack's timestamp in its place. Milliseconds of UTC here, and what a time has beyond that.

import { bytes, type Kind } from '../../../msgpack/kinds.js';
import type { EntryRun, TimeRest } from '../core/entry.js';

export const TIME_BYTES = 15;
/** Seconds from the year 1 to 1970. */
const UNIX_EPOCH_SECONDS = 62_135_596_800;

const UTC = -1;

export function writeTime(into: Buffer, { appendedAtMs: unixMs, appendedAtRest: rest }: EntryRun): void {
  const seconds = unixMs === 0 ? 0 : Math.floor(unixMs / 1000) + UNIX_EPOCH_SECONDS;
  writeParts(into, seconds, (unixMs % 1000) * 1_000_000 + (rest?.nanoseconds ?? 0), rest?.zoneMinutes ?? UTC);
}

/** `seconds` since the year 1. */
function writeParts(into: Buffer, seconds: number, nanoseconds: number, zoneMinutes: number): void {
  into[0] = 1;
  into.writeUInt32BE(Math.floor(seconds / 2 ** 32), 1);
  into.writeUInt32BE(seconds % 2 ** 32, 5);
  into.writeUInt32BE(nanoseconds, 9);
  into.writeInt16BE(zoneMinutes, 13);
}

interface ReadTime {
  readonly appendedAtMs: number;
  readonly appendedAtRest?: TimeRest;
}

const NO_TIME: ReadTime = { appendedAtMs: 0 };
const NANOSECONDS = 1_000_000_000;

/** {@link NO_TIME} where the time isn't given in a form that is known: it means nothing to the protocol. */
export function readTime(bytes: Uint8Array | null): ReadTime {
  if (bytes === null || bytes.length < TIME_BYTES || bytes[0] !== 1) return NO_TIME;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const seconds = view.getUint32(1) * 2 ** 32 + view.getUint32(5) - UNIX_EPOCH_SECONDS;
  const fraction = view.getUint32(9);
  const appendedAtMs = seconds * 1000 + Math.floor(fraction / 1_000_000);
  if (appendedAtMs <= 0 || fraction >= NANOSECONDS || !Number.isSafeInteger(appendedAtMs)) return NO_TIME;
  const rest = { nanoseconds: fraction % 1_000_000, zoneMinutes: view.getInt16(13) };
  return rest.nanoseconds === 0 && rest.zoneMinutes === UTC ? { appendedAtMs } : { appendedAtMs, appendedAtRest: rest };
}

/** Go's binary form, in whatever form it came; null for what is no time. */
export const goTime: Kind<Uint8Array | null> = {
  ...bytes,
  read: (reader) => (isExtension(reader.peek()) ? timestamp(reader.skipped()) : reader.binary()),
};

const TIMESTAMP_TYPE = 0xff;
const EXT8 = 0xc7;

function isExtension(mark: number): boolean {
  return (mark >= EXT8 && mark <= 0xc9) || (mark >= 0xd4 && mark <= 0xd8);
}

/** msgpack's timestamp, of 4, 8 or 12 bytes. */
function timestamp(value: Uint8Array): Uint8Array | null {
  const at = value[0] === EXT8 ? 3 : 2;
  if (value[at - 1] !== TIMESTAMP_TYPE) return null;
  const view = new DataView(value.buffer, value.byteOffset + at, value.length - at);
  switch (view.byteLength) {
    case 4:
      return goTimeOf(view.getUint32(0), 0);
    case 8:
      return goTimeOf((view.getUint32(0) & 3) * 2 ** 32 + view.getUint32(4), view.getUint32(0) >>> 2);
    case 12:
      return goTimeOf(Number(view.getBigInt64(4)), view.getUint32(0));
    default:
      return null;
  }
}

function goTimeOf(unixSeconds: number, nanoseconds: number): Uint8Array | null {
  const seconds = unixSeconds + UNIX_EPOCH_SECONDS;
  if (seconds < 0 || !Number.isSafeInteger(seconds)) return null;
  const time = Buffer.alloc(TIME_BYTES);
  writeParts(time, seconds, nanoseconds, UTC);
  return time;
}
