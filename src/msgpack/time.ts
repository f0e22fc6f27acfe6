// A moment as Go writes it in binary: version, seconds since the year 1, nanoseconds, zone (spec/raft.md, section 2).

import type { Kind } from './kinds.js';

const BYTES = 15;
const VERSION = 1;
const EPOCH_SECONDS = 62_135_596_800n;
const BILLION = 1_000_000_000n;
/** Minutes east of UTC: what stock servers send, whose clocks have a zone that is UTC but not called so. */
const OFFSET = 0;
/** Says that the zone is UTC. */
const UTC_OFFSET = -1;

/** Nanoseconds since 1970; what is read may be of any zone. */
function timeWith(offset: number): Kind<bigint> {
  return {
    zero: -EPOCH_SECONDS * BILLION,
    isEmpty: (value) => value === -EPOCH_SECONDS * BILLION,
    write(writer, value) {
      const sinceYearOne = value + EPOCH_SECONDS * BILLION;
      const bytes = Buffer.alloc(BYTES);
      bytes[0] = VERSION;
      bytes.writeBigInt64BE(BigInt.asIntN(64, sinceYearOne / BILLION), 1);
      bytes.writeUInt32BE(Number(sinceYearOne % BILLION), 9);
      bytes.writeInt16BE(offset, 13);
      writer.binary(bytes);
    },
    read(reader) {
      const bytes = reader.binary();
      if (bytes === null) return -EPOCH_SECONDS * BILLION;
      if (bytes.length < BYTES || bytes[0] !== VERSION) {
        reader.fail();
        return -EPOCH_SECONDS * BILLION;
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      return (view.getBigInt64(1) - EPOCH_SECONDS) * BILLION + BigInt(view.getUint32(9));
    },
  };
}

export const time = timeWith(OFFSET);

/** As moments stand in the replicated state. */
export const utcTime = timeWith(UTC_OFFSET);
