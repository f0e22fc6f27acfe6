// Stock takes targets with raw UTF-8 (`curl …/v1/kv/schön` sends it so), llhttp doesn't. Such a request is escaped and read
// again from its start; it is rare enough for the copy.

const LF = 0x0a;
const CR = 0x0d;

/** The bytes of a request with those above ASCII in its first line percent-encoded. */
export function escapeRequestLine(bytes: Buffer): Buffer {
  let start = 0;
  while (bytes[start] === CR || bytes[start] === LF) start += 1;
  const found = bytes.indexOf(LF, start);
  const end = found < 0 ? bytes.length : found;
  let line = '';
  for (const byte of bytes.subarray(start, end)) {
    line += byte < 0x80 ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase()}`;
  }
  return Buffer.concat([Buffer.from(line, 'latin1'), bytes.subarray(end)]);
}
