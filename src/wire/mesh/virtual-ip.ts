// Virtual addresses of services (spec/fsm.md, section 11). Rows hold an offset, as an IPv4-mapped address of 16 bytes; what
// clients see is that many above 240.0.0.0.

const BYTES = 16;
const MAPPED_PREFIX = 10;
/** The last offset that is given out: 15.255.255.254. */
export const LAST_OFFSET = 0x0f_ff_ff_fe;
const FIRST_VISIBLE = 0xf0_00_00_00;

/** As rows have it. */
export function offsetBytes(offset: number): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  bytes.fill(0xff, MAPPED_PREFIX, MAPPED_PREFIX + 2);
  new DataView(bytes.buffer).setUint32(BYTES - 4, offset);
  return bytes;
}

/** Of a row that others wrote; 0 where there is none. Four bytes are an address, too. */
export function offsetOf(bytes: Uint8Array | null): number {
  if (bytes === null || (bytes.length !== BYTES && bytes.length !== 4)) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 4);
}

/** The address that clients see. */
export function visibleAddress(bytes: Uint8Array | null): string {
  const address = (FIRST_VISIBLE + offsetOf(bytes)) >>> 0;
  return [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.');
}
