// CRC-64 of state.bin as hashicorp/raft's meta.json has it: ECMA polynomial, reflected, all ones in and out (spec/raft.md
// section 13). Kept as two 32-bit halves, eight bytes a round with eight tables, because a snapshot may have gigabytes and
// BigInt arithmetic allocates on each step.

const POLYNOMIAL_HIGH = 0xc96c5795 | 0;
const POLYNOMIAL_LOW = 0xd7870f42 | 0;
const SLICES = 8;

/** `table[slice * 256 + byte]`, halves apart. */
const HIGH = new Int32Array(SLICES * 256);
const LOW = new Int32Array(SLICES * 256);

for (let byte = 0; byte < 256; byte += 1) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry) {
      high ^= POLYNOMIAL_HIGH;
      low ^= POLYNOMIAL_LOW;
    }
  }
  HIGH[byte] = high;
  LOW[byte] = low;
}
for (let at = 256; at < SLICES * 256; at += 1) {
  const high = HIGH[at - 256] ?? 0;
  const low = LOW[at - 256] ?? 0;
  HIGH[at] = (high >>> 8) ^ (HIGH[low & 0xff] ?? 0);
  LOW[at] = ((low >>> 8) | (high << 24)) ^ (LOW[low & 0xff] ?? 0);
}

/** Runs over any number of chunks. */
export class Crc64 {
  #high = -1;
  #low = -1;

  update(bytes: Uint8Array): void {
    const whole = bytes.length - (bytes.length % SLICES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let high = this.#high;
    let low = this.#low;
    let at = 0;
    for (; at < whole; at += SLICES) {
      low ^= view.getInt32(at, true);
      high ^= view.getInt32(at + 4, true);
      const a = 1792 + (low & 0xff);
      const b = 1536 + ((low >>> 8) & 0xff);
      const c = 1280 + ((low >>> 16) & 0xff);
      const d = 1024 + (low >>> 24);
      const e = 768 + (high & 0xff);
      const f = 512 + ((high >>> 8) & 0xff);
      const g = 256 + ((high >>> 16) & 0xff);
      const h = high >>> 24;
      low = of(LOW, a) ^ of(LOW, b) ^ of(LOW, c) ^ of(LOW, d) ^ of(LOW, e) ^ of(LOW, f) ^ of(LOW, g) ^ of(LOW, h);
      high =
        of(HIGH, a) ^ of(HIGH, b) ^ of(HIGH, c) ^ of(HIGH, d) ^ of(HIGH, e) ^ of(HIGH, f) ^ of(HIGH, g) ^ of(HIGH, h);
    }
    for (; at < bytes.length; at += 1) {
      const index = (low ^ view.getUint8(at)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ of(LOW, index);
      high = (high >>> 8) ^ of(HIGH, index);
    }
    this.#high = high;
    this.#low = low;
  }

  /** Eight bytes, big-endian. */
  digest(): Uint8Array {
    const out = Buffer.alloc(8);
    out.writeInt32BE(~this.#high, 0);
    out.writeInt32BE(~this.#low, 4);
    return out;
  }
}

function of(table: Int32Array, index: number): number {
  return table[index] ?? 0;
}
