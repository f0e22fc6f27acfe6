// The head of a request on its way in: where its target, and the names and values of its headers, lie in its bytes; strings are
// made only when asked for. A head that comes in one piece is copied only where it is needed beyond the read; otherwise its bytes
// are gathered, so that a name or value split over two segments is contiguous again.

import { inputStart } from './llhttp.js';
import { kept } from './shared-read.js';

const EMPTY = Buffer.alloc(0);
/** 1 for each byte that may stand in a Host. */
const HOST_BYTES = new Uint8Array(256);
for (const code of Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:%[]")) {
  HOST_BYTES[code] = 1;
}
const FIRST_HEADERS = 32;
const FIRST_GATHERED_BYTES = 1024;
/** Most heads are shorter. */
const ROOM_BYTES = 512;

export class RequestHead {
  /** How many headers there are; they have numbers from 0 on. */
  count = 0;
  #offsets = new Int32Array(4 * FIRST_HEADERS);
  #inValue = false;
  #bytes: Buffer = EMPTY;
  /** For heads that have to be kept, one after the other. */
  #room: Buffer = EMPTY;
  /** Bytes gathered in an own buffer; -1 while the head is the piece itself. */
  #gathered = -1;
  /** Where it begins in its bytes, while it is the piece itself. */
  #start = 0;
  #targetStart = -1;
  #targetEnd = -1;
  /** Added to an address of the moment: its place in the bytes. */
  #delta = 0;

  // --- its bytes

  /** `piece` is what begins at `start` of the chunk, and is about to be parsed. */
  begin(chunk: Buffer, start: number, piece: Buffer): void {
    if (this.#gathered < 0) {
      this.#bytes = chunk;
      this.#start = start;
      this.#delta = start - inputStart;
      return;
    }
    const needed = this.#gathered + piece.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#gathered);
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#gathered);
    this.#delta = this.#gathered - inputStart;
    this.#gathered = needed;
  }

  /** What was gathered of it; null while it is the piece itself. */
  get gathered(): Buffer | null {
    return this.#gathered < 0 ? null : this.#bytes.subarray(0, this.#gathered);
  }

  /** The piece ended within the head: from now on it is gathered. The result is how long it is so far. */
  gather(piece: Buffer): number {
    if (this.#gathered >= 0) return this.#gathered;
    const bytes = Buffer.allocUnsafeSlow(Math.max(FIRST_GATHERED_BYTES, 2 * piece.length));
    bytes.set(piece);
    this.#moveTo(bytes, piece.length);
    return piece.length;
  }

  /** What was read is about to be overwritten; headers of this head, which is complete, may still be asked for. */
  keep(): void {
    if (this.#gathered >= 0) return;
    const length = this.completeLength();
    const bytes = this.#bytes.subarray(this.#start, this.#start + length);
    if (this.#room.length === 0) this.#room = Buffer.allocUnsafeSlow(ROOM_BYTES);
    const own = kept(bytes, this.#room);
    if (own !== bytes) this.#moveTo(own, length);
  }

  #moveTo(bytes: Buffer, length: number): void {
    this.#bytes = bytes;
    this.#gathered = length;
    const start = this.#start;
    if (start === 0) return;
    this.#targetStart -= start;
    this.#targetEnd -= start;
    for (let at = 0; at < 4 * this.count; at++) this.#offsets[at] = (this.#offsets[at] ?? 0) - start;
  }

  /** To the end of the blank line. */
  completeLength(): number {
    const last = this.count === 0 ? this.#targetEnd + 11 : (this.#offsets[4 * this.count - 1] ?? 0) + 2;
    return last + 2 - (this.#gathered < 0 ? this.#start : 0);
  }

  clear(): void {
    this.count = 0;
    this.#inValue = false;
    this.#bytes = EMPTY;
    this.#gathered = -1;
    this.#targetStart = -1;
    if (this.#offsets.length > 4 * FIRST_HEADERS) this.#offsets = new Int32Array(4 * FIRST_HEADERS);
  }

  // --- from the parser, by addresses of the moment

  foundUrl(at: number, length: number): void {
    if (this.#targetStart < 0) this.#targetStart = at + this.#delta;
    this.#targetEnd = at + this.#delta + length;
  }

  foundField(at: number, length: number): void {
    const start = at + this.#delta;
    if (this.#inValue || this.count === 0) {
      const place = 4 * this.count;
      if (place === this.#offsets.length) {
        const larger = new Int32Array(2 * place);
        larger.set(this.#offsets);
        this.#offsets = larger;
      }
      this.#offsets[place] = start;
      this.count += 1;
      this.#inValue = false;
    }
    const last = 4 * this.count;
    this.#offsets[last - 3] = start + length;
    this.#offsets[last - 2] = start + length;
    this.#offsets[last - 1] = start + length;
  }

  foundValue(at: number, length: number): void {
    const start = at + this.#delta;
    const last = 4 * this.count;
    if (!this.#inValue) {
      this.#offsets[last - 2] = start;
      this.#inValue = true;
    }
    this.#offsets[last - 1] = start + length;
  }

  // --- what stands in it

  target(): string {
    return this.#bytes.toString('latin1', this.#targetStart, this.#targetEnd);
  }

  /** First value of a header. */
  header(lowerName: string): string | undefined {
    for (let header = 0; header < this.count; header++) {
      if (this.nameLength(header) === lowerName.length && this.isNamed(header, lowerName)) return this.value(header);
    }
    return undefined;
  }

  nameLength(header: number): number {
    return this.#at(header, 1) - this.#at(header, 0);
  }

  /** Of a name as long as the header's. */
  isNamed(header: number, lowerName: string): boolean {
    const start = this.#at(header, 0);
    for (let at = 0; at < lowerName.length; at++) {
      let code = this.#bytes[start + at] ?? 0;
      if (code >= 0x41 && code <= 0x5a) code |= 0x20;
      if (code !== lowerName.charCodeAt(at)) return false;
    }
    return true;
  }

  value(header: number): string {
    return this.#bytes.toString('latin1', this.#at(header, 2), this.#valueEnd(header));
  }

  /** Whether its value has only what may stand in a Host. */
  isHost(header: number): boolean {
    const end = this.#valueEnd(header);
    for (let at = this.#at(header, 2); at < end; at++) if (HOST_BYTES[this.#bytes[at] ?? 0] === 0) return false;
    return true;
  }

  /** Without the blanks behind it. */
  #valueEnd(header: number): number {
    const start = this.#at(header, 2);
    let end = this.#at(header, 3);
    while (end > start && (this.#bytes[end - 1] === 0x20 || this.#bytes[end - 1] === 0x09)) end -= 1;
    return end;
  }

  #at(header: number, field: 0 | 1 | 2 | 3): number {
    return this.#offsets[4 * header + field] ?? 0;
  }
}
