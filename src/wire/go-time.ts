// Moments as records keep them: fifteen bytes as Go writes them (spec/raft.md, section 2), so that what others wrote stays as it
// was, zone and all.

const BYTES = 15;
const VERSION = 1;
const EPOCH_SECONDS = 62_135_596_800;
/** UTC, called so. */
const ZONE = -1;
const NS_PER_MS = 1e6;

function goTime(secondsSinceYearOne: number, nanoseconds: number): Uint8Array {
  const bytes = Buffer.alloc(BYTES);
  bytes[0] = VERSION;
  bytes.writeBigInt64BE(BigInt(secondsSinceYearOne), 1);
  bytes.writeUInt32BE(nanoseconds, 9);
  bytes.writeInt16BE(ZONE, 13);
  return Uint8Array.from(bytes);
}

/** Go's zero time: never, or not said. */
export const NO_TIME: Uint8Array = goTime(0, 0);

/** Milliseconds since 1970. */
export function goTimeOf(ms: number): Uint8Array {
  const seconds = Math.floor(ms / 1000);
  return goTime(seconds + EPOCH_SECONDS, Math.floor(ms - seconds * 1000) * NS_PER_MS);
}

/** Milliseconds since 1970; null: never, or it is no time. */
export function msOfGoTime(bytes: Uint8Array | null): number | null {
  if (bytes === null || bytes.length < BYTES || bytes[0] !== VERSION) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const seconds = Number(view.getBigInt64(1));
  const nanoseconds = view.getUint32(9);
  if (seconds === 0 && nanoseconds === 0) return null;
  return (seconds - EPOCH_SECONDS) * 1000 + nanoseconds / NS_PER_MS;
}
