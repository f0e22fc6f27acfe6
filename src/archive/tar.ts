// The little of tar that a snapshot archive is made of: plain files with short names, one header of 512 bytes each
// (POSIX ustar, as Go's archive/tar writes it). Everything else a tar can hold is refused, so that no header can name a
// path, a link or a size that somebody would have to believe. General libraries gather extended headers of any length in
// memory, which an archive from anybody mustn't make us do.

export const BLOCK_BYTES = 512;

const NAME_BYTES = 100;
const SIZE_OFFSET = 124;
const SIZE_BYTES = 12;
const CHECKSUM_OFFSET = 148;
const CHECKSUM_BYTES = 8;
const TYPE_OFFSET = 156;
const MAGIC_OFFSET = 257;
const DEVICES_OFFSET = 329;
const REGULAR = 0x30;
/** The greatest size that eleven octal digits hold. */
const MAX_OCTAL = 8 ** 11 - 1;

export interface TarEntry {
  readonly name: string;
  readonly size: number;
}

export type ParsedHeader =
  | { readonly kind: 'file'; readonly entry: TarEntry }
  | { readonly kind: 'end' }
  | { readonly kind: 'bad'; readonly problem: string };

/** The header of a regular file, mode 0600, of nobody. */
export function tarHeader(name: string, size: number, unixSeconds: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(name, 0, 'latin1');
  header.write('0000600\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  writeSize(header, size);
  header.write(`${octal(unixSeconds, 11)}\0`, 136, 'latin1');
  header[TYPE_OFFSET] = REGULAR;
  header.write('ustar\x0000', MAGIC_OFFSET, 'latin1');
  header.write('0000000\x000000000\0', DEVICES_OFFSET, 'latin1');
  header.write(`${octal(checksumOf(header), 6)}\0 `, CHECKSUM_OFFSET, 'latin1');
  return header;
}

/** Zeros up to the next block. */
export function paddingAfter(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

/** Two blocks of zeros end a tar. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK_BYTES);
}

export function parseHeader(header: Buffer): ParsedHeader {
  if (header.every((byte) => byte === 0)) return { kind: 'end' };
  const stored = header.toString('latin1', CHECKSUM_OFFSET, CHECKSUM_OFFSET + CHECKSUM_BYTES);
  if (octalValue(stored) !== checksumOf(header)) return { kind: 'bad', problem: 'archive/tar: invalid tar header' };
  const type = header[TYPE_OFFSET];
  const name = textAt(header, 0, NAME_BYTES);
  if (type !== REGULAR && type !== 0) return { kind: 'bad', problem: `unexpected file "${name}" in snapshot` };
  const size = sizeOf(header);
  if (size === null) return { kind: 'bad', problem: 'archive/tar: invalid tar header' };
  return { kind: 'file', entry: { name, size } };
}

/** Sizes that octal digits can't hold are written in binary, with the first bit set. */
function writeSize(header: Buffer, size: number): void {
  if (size <= MAX_OCTAL) {
    header.write(`${octal(size, 11)}\0`, SIZE_OFFSET, 'latin1');
    return;
  }
  header[SIZE_OFFSET] = 0x80;
  header.writeBigUInt64BE(BigInt(size), SIZE_OFFSET + 4);
}

function sizeOf(header: Buffer): number | null {
  const first = header[SIZE_OFFSET] ?? 0;
  if ((first & 0x80) === 0) return octalValue(header.toString('latin1', SIZE_OFFSET, SIZE_OFFSET + SIZE_BYTES));
  const isLong = first !== 0x80 || header.readUIntBE(SIZE_OFFSET + 1, 3) !== 0;
  const size = header.readBigUInt64BE(SIZE_OFFSET + 4);
  return isLong || size > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(size);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function octalValue(text: string): number | null {
  const digits = /^[ ]*([0-7]+)[ \0]*$/.exec(text)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 8);
}

/** The checksum's own place counts as blanks. */
function checksumOf(header: Buffer): number {
  let sum = CHECKSUM_BYTES * 0x20;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    if (at < CHECKSUM_OFFSET || at >= CHECKSUM_OFFSET + CHECKSUM_BYTES) sum += header[at] ?? 0;
  }
  return sum;
}

function textAt(header: Buffer, start: number, length: number): string {
  const end = header.indexOf(0, start);
  return header.toString('latin1', start, end < 0 || end > start + length ? start + length : end);
}
