// One request on its way in: llhttp's events become offsets into the head's bytes, and strings are made only when asked
// for. A head that comes in one piece is never copied; otherwise its bytes are gathered, so that a name or value split
// over two segments is contiguous again. Parsers are pooled: an idle or waiting connection holds none.

import { GatheredBytes } from '../engine/gathered-bytes.js';
import { escapeRequestLine } from './escape-request-line.js';
import {
  allocateParser,
  errorOffset,
  execute,
  freeParser,
  httpVersion,
  INPUT_BYTES,
  INVALID_URL,
  inputStart,
  methodName,
  PAUSED_H2_UPGRADE,
  resetParser,
} from './llhttp.js';
import { PAUSED, type ParserEvents } from './recorded-events.js';
import { kept } from './shared-read.js';

const EMPTY = Buffer.alloc(0);
/** 1 for each byte that may stand in a Host. */
const HOST_BYTES = new Uint8Array(256);
for (const code of Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:%[]")) {
  HOST_BYTES[code] = 1;
}
const FIRST_HEADERS = 32;
const MAX_POOLED = 256;
/** Most heads are shorter. */
const ROOM_BYTES = 512;
/** Chunk sizes, extensions and trailers may cost this many bytes, and as many per byte of body. */
const CHUNK_OVERHEAD_BYTES = 16 * 1024;
const CHUNK_OVERHEAD_PER_BYTE = 16;
/** A target with raw bytes above ASCII is escaped and read again; further behind in the head it is refused. */
const MAX_ESCAPED_HEAD = 16 * 1024;

export class RequestParser implements ParserEvents {
  /** Status that refuses the request, 0 = none so far. */
  refusal = 0;
  /** With a refusal: the bytes to read instead, when all that is wrong is a target that isn't percent-encoded. */
  instead: Buffer | null = null;
  headComplete = false;
  complete = false;
  keepAlive = false;
  /** Bytes of the body that nobody took yet. */
  readonly untaken = new GatheredBytes();
  /** Content-Length; 0 without a body, -1 when chunked. */
  bodyLength = 0;
  /** Body bytes seen so far. */
  bodyBytes = 0;
  expectation = '';
  version = 11;

  readonly #parser = allocateParser();
  #offsets = new Int32Array(4 * FIRST_HEADERS);
  #count = 0;
  #inValue = false;
  #head: Buffer = EMPTY;
  /** For heads that have to be kept, one after the other. */
  #room: Buffer = EMPTY;
  /** Bytes gathered in an own buffer; -1 while the head is the chunk itself. */
  #gathered = -1;
  #headStart = 0;
  #targetStart = -1;
  #targetEnd = -1;
  /** Added to an address of the moment: its place in the head. */
  #delta = 0;
  #chunk: Buffer = EMPTY;
  #chunkDelta = 0;
  #overhead = 0;

  /** Takes bytes from `start` up to the end of the message or of the chunk; the result is where it stopped. */
  feed(chunk: Buffer, start: number, maxHeadBytes: number): number {
    let at = start;
    while (at < chunk.length && !this.complete && this.refusal === 0) {
      at = this.#feedPiece(chunk, at, Math.min(chunk.length, at + INPUT_BYTES), maxHeadBytes);
    }
    return at;
  }

  #feedPiece(chunk: Buffer, start: number, end: number, maxHeadBytes: number): number {
    const bytes = start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
    const inHead = !this.headComplete;
    if (inHead) this.#startPiece(chunk, start, bytes);
    this.#chunk = chunk;
    this.#chunkDelta = start - inputStart;
    const bodyBefore = this.bodyBytes;
    const error = execute(this.#parser, bytes, this);
    let stop = end;
    if (error !== 0) {
      stop = start + errorOffset(this.#parser);
      if (!(error === PAUSED && this.complete)) this.refusal = error === PAUSED_H2_UPGRADE ? 505 : 400;
      if (error === INVALID_URL && (chunk[stop] ?? 0) >= 0x80) this.#escape(chunk, start, stop, end);
    }
    const headLength = this.#headLength(start, bytes.length);
    if (inHead) {
      if (headLength > maxHeadBytes) this.refusal = 431;
      else if (!this.headComplete) this.#gather(bytes, start);
      else if (this.refusal === 0) this.#judgeHead();
    }
    const bodyRaw = inHead ? (this.headComplete ? Math.max(0, stop - start - headLength) : 0) : stop - start;
    this.#overhead += bodyRaw - (this.bodyBytes - bodyBefore);
    if (this.#overhead > CHUNK_OVERHEAD_BYTES + CHUNK_OVERHEAD_PER_BYTE * this.bodyBytes) this.refusal = 400;
    return stop;
  }

  /** The byte at `stop` of the piece from `start` to `end` is not ASCII. */
  #escape(chunk: Buffer, start: number, stop: number, end: number): void {
    const isGathered = this.#gathered >= 0;
    if ((isGathered ? this.#gathered - (end - stop) : stop - start) > MAX_ESCAPED_HEAD) return;
    const bytes = isGathered
      ? Buffer.concat([this.#head.subarray(0, this.#gathered), chunk.subarray(end)])
      : chunk.subarray(start);
    const escaped = escapeRequestLine(bytes);
    // The byte stands behind the first line (`GET htt\n\xb2`): nothing would change, again and again.
    if (escaped.length > bytes.length) this.instead = escaped;
  }

  #startPiece(chunk: Buffer, start: number, bytes: Uint8Array): void {
    if (this.#gathered < 0) {
      this.#head = chunk;
      this.#headStart = start;
      this.#delta = start - inputStart;
      return;
    }
    const needed = this.#gathered + bytes.length;
    if (needed > this.#head.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#head.length));
      this.#head.copy(larger, 0, 0, this.#gathered);
      this.#head = larger;
    }
    this.#head.set(bytes, this.#gathered);
    this.#delta = this.#gathered - inputStart;
    this.#gathered = needed;
  }

  /** The piece ended within the head: from now on it is gathered. */
  #gather(bytes: Buffer, start: number): void {
    if (this.#gathered >= 0) return;
    this.#head = Buffer.allocUnsafeSlow(Math.max(1024, 2 * bytes.length));
    this.#head.set(bytes);
    this.#gathered = bytes.length;
    this.#shift(start);
  }

  #shift(start: number): void {
    if (start === 0) return;
    this.#targetStart -= start;
    this.#targetEnd -= start;
    for (let at = 0; at < 4 * this.#count; at++) this.#offsets[at] = (this.#offsets[at] ?? 0) - start;
  }

  /** What was read is about to be overwritten; headers may still be asked for. */
  keepHead(): void {
    if (!this.headComplete || this.#gathered >= 0) return;
    const start = this.#headStart;
    const length = this.#headLength(start, 0);
    const head = this.#head.subarray(start, start + length);
    if (this.#room.length === 0) this.#room = Buffer.allocUnsafeSlow(ROOM_BYTES);
    const own = kept(head, this.#room);
    if (own === head) return;
    this.#head = own;
    this.#gathered = length;
    this.#shift(start);
  }

  /** Bytes of the head so far, its only piece being of `pieceBytes`; of a finished one to the blank line. */
  #headLength(start: number, pieceBytes: number): number {
    const origin = this.#gathered < 0 ? start : 0;
    if (!this.headComplete) return this.#gathered < 0 ? pieceBytes : this.#gathered;
    const last = this.#count === 0 ? this.#targetEnd + 11 : (this.#offsets[4 * this.#count - 1] ?? 0) + 2;
    return last + 2 - origin;
  }

  /** What llhttp leaves to its user (RFC 9112, sections 3.2 and 6). */
  #judgeHead(): void {
    this.version = httpVersion(this.#parser);
    if (this.version !== 10 && this.version !== 11) {
      this.refusal = 505;
      return;
    }
    let hosts = 0;
    let hostIsFit = true;
    for (let header = 0; header < this.#count; header++) {
      const length = this.#at(header, 1) - this.#at(header, 0);
      if (length === 4 && this.#isNamed(header, 'host')) {
        hosts += 1;
        hostIsFit = this.#isHost(header);
      } else if (length === 6 && this.#isNamed(header, 'expect')) {
        if (this.version === 11) this.expectation = this.#value(header).toLowerCase();
      } else if (length === 14 && this.#isNamed(header, 'content-length')) {
        this.bodyLength = Number(this.#value(header));
        if (!Number.isSafeInteger(this.bodyLength)) this.refusal = 400;
      } else if (length === 17 && this.#isNamed(header, 'transfer-encoding')) {
        // Only chunked is understood, and nothing in HTTP/1.0: a proxy in front may frame the body differently.
        if (this.version === 10) this.refusal = 400;
        else if (this.#value(header).toLowerCase() !== 'chunked') this.refusal = 501;
        this.bodyLength = -1;
      }
    }
    if (hosts > 1 || (hosts === 0 && this.version === 11) || !hostIsFit) this.refusal = 400;
  }

  #at(header: number, field: 0 | 1 | 2 | 3): number {
    return this.#offsets[4 * header + field] ?? 0;
  }

  #isNamed(header: number, lowerName: string): boolean {
    const start = this.#at(header, 0);
    for (let at = 0; at < lowerName.length; at++) {
      let code = this.#head[start + at] ?? 0;
      if (code >= 0x41 && code <= 0x5a) code |= 0x20;
      if (code !== lowerName.charCodeAt(at)) return false;
    }
    return true;
  }

  /** Without the blanks behind it. */
  #valueEnd(header: number): number {
    const start = this.#at(header, 2);
    let end = this.#at(header, 3);
    while (end > start && (this.#head[end - 1] === 0x20 || this.#head[end - 1] === 0x09)) end -= 1;
    return end;
  }

  #value(header: number): string {
    return this.#head.toString('latin1', this.#at(header, 2), this.#valueEnd(header));
  }

  #isHost(header: number): boolean {
    const end = this.#valueEnd(header);
    for (let at = this.#at(header, 2); at < end; at++) if (HOST_BYTES[this.#head[at] ?? 0] === 0) return false;
    return true;
  }

  /** First value of a header. */
  header(lowerName: string): string | undefined {
    for (let header = 0; header < this.#count; header++) {
      if (this.#at(header, 1) - this.#at(header, 0) === lowerName.length && this.#isNamed(header, lowerName)) {
        return this.#value(header);
      }
    }
    return undefined;
  }

  target(): string {
    return this.#head.toString('latin1', this.#targetStart, this.#targetEnd);
  }

  method(): string {
    return methodName(this.#parser);
  }

  /** Ready for another message. */
  reset(): void {
    resetParser(this.#parser);
    this.refusal = 0;
    this.instead = null;
    this.headComplete = false;
    this.complete = false;
    if (this.untaken.length > 0) this.untaken.clear();
    this.bodyLength = 0;
    this.bodyBytes = 0;
    this.expectation = '';
    this.#count = 0;
    this.#inValue = false;
    this.#head = EMPTY;
    this.#chunk = EMPTY;
    this.#gathered = -1;
    this.#targetStart = -1;
    this.#overhead = 0;
    if (this.#offsets.length > 4 * FIRST_HEADERS) this.#offsets = new Int32Array(4 * FIRST_HEADERS);
  }

  free(): void {
    freeParser(this.#parser);
  }

  onUrl(at: number, length: number): void {
    if (this.#targetStart < 0) this.#targetStart = at + this.#delta;
    this.#targetEnd = at + this.#delta + length;
  }

  onHeaderField(at: number, length: number): void {
    if (this.headComplete) return;
    const start = at + this.#delta;
    if (this.#inValue || this.#count === 0) {
      const place = 4 * this.#count;
      if (place === this.#offsets.length) {
        const larger = new Int32Array(2 * place);
        larger.set(this.#offsets);
        this.#offsets = larger;
      }
      this.#offsets[place] = start;
      this.#count += 1;
      this.#inValue = false;
    }
    const last = 4 * this.#count;
    this.#offsets[last - 3] = start + length;
    this.#offsets[last - 2] = start + length;
    this.#offsets[last - 1] = start + length;
  }

  onHeaderValue(at: number, length: number): void {
    if (this.headComplete) return;
    const start = at + this.#delta;
    const last = 4 * this.#count;
    if (!this.#inValue) {
      this.#offsets[last - 2] = start;
      this.#inValue = true;
    }
    this.#offsets[last - 1] = start + length;
  }

  onHeadersComplete(shouldKeepAlive: boolean): void {
    this.headComplete = true;
    this.keepAlive = shouldKeepAlive;
  }

  onBody(at: number, length: number): void {
    const start = at + this.#chunkDelta;
    this.bodyBytes += length;
    // Only the first piece stays the view it is.
    if (this.untaken.length > 0) this.untaken.add(this.#chunk, start, start + length);
    else this.untaken.add(kept(this.#chunk.subarray(start, start + length)));
  }

  onMessageComplete(): void {
    this.complete = true;
  }
}

const pool: RequestParser[] = [];

export function acquireParser(): RequestParser {
  return pool.pop() ?? new RequestParser();
}

export function releaseParser(parser: RequestParser): void {
  if (pool.length >= MAX_POOLED) {
    parser.free();
    return;
  }
  parser.reset();
  pool.push(parser);
}
