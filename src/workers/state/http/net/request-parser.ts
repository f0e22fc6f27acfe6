// One request on its way in: llhttp's events become a head (request-head.ts) and a body, judged by what llhttp leaves to its
// user. Parsers are pooled: an idle or waiting connection holds none.

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
import { RequestHead } from './request-head.js';
import { kept } from './shared-read.js';

const EMPTY = Buffer.alloc(0);
const MAX_POOLED = 256;
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
  readonly #head = new RequestHead();
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
    if (inHead) this.#head.begin(chunk, start, bytes);
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
    let headLength = 0;
    if (inHead) {
      headLength = this.headComplete ? this.#head.completeLength() : this.#head.gather(bytes);
      if (headLength > maxHeadBytes) this.refusal = 431;
      else if (this.headComplete && this.refusal === 0) this.#judgeHead();
    }
    const bodyRaw = this.headComplete ? Math.max(0, stop - start - headLength) : 0;
    this.#overhead += bodyRaw - (this.bodyBytes - bodyBefore);
    if (this.#overhead > CHUNK_OVERHEAD_BYTES + CHUNK_OVERHEAD_PER_BYTE * this.bodyBytes) this.refusal = 400;
    return stop;
  }

  /** The byte at `stop` of the piece from `start` to `end` is not ASCII. */
  #escape(chunk: Buffer, start: number, stop: number, end: number): void {
    const { gathered } = this.#head;
    if ((gathered === null ? stop - start : gathered.length - (end - stop)) > MAX_ESCAPED_HEAD) return;
    const bytes = gathered === null ? chunk.subarray(start) : Buffer.concat([gathered, chunk.subarray(end)]);
    const escaped = escapeRequestLine(bytes);
    // The byte stands behind the first line (`GET htt\n\xb2`): nothing would change, again and again.
    if (escaped.length > bytes.length) this.instead = escaped;
  }

  /** What was read is about to be overwritten; headers may still be asked for. */
  keepHead(): void {
    if (this.headComplete) this.#head.keep();
  }

  /** What llhttp leaves to its user (RFC 9112, sections 3.2 and 6). */
  #judgeHead(): void {
    this.version = httpVersion(this.#parser);
    if (this.version !== 10 && this.version !== 11) {
      this.refusal = 505;
      return;
    }
    const head = this.#head;
    let hosts = 0;
    let hostIsFit = true;
    for (let header = 0; header < head.count; header++) {
      const length = head.nameLength(header);
      if (length === 4 && head.isNamed(header, 'host')) {
        hosts += 1;
        hostIsFit = head.isHost(header);
      } else if (length === 6 && head.isNamed(header, 'expect')) {
        if (this.version === 11) this.expectation = head.value(header).toLowerCase();
      } else if (length === 14 && head.isNamed(header, 'content-length')) {
        this.bodyLength = Number(head.value(header));
        if (!Number.isSafeInteger(this.bodyLength)) this.refusal = 400;
      } else if (length === 17 && head.isNamed(header, 'transfer-encoding')) {
        // Only chunked is understood, and nothing in HTTP/1.0: a proxy in front may frame the body differently.
        if (this.version === 10) this.refusal = 400;
        else if (head.value(header).toLowerCase() !== 'chunked') this.refusal = 501;
        this.bodyLength = -1;
      }
    }
    if (hosts > 1 || (hosts === 0 && this.version === 11) || !hostIsFit) this.refusal = 400;
  }

  /** First value of a header. */
  header(lowerName: string): string | undefined {
    return this.#head.header(lowerName);
  }

  target(): string {
    return this.#head.target();
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
    this.#head.clear();
    this.#chunk = EMPTY;
    this.#overhead = 0;
  }

  free(): void {
    freeParser(this.#parser);
  }

  onUrl(at: number, length: number): void {
    this.#head.foundUrl(at, length);
  }

  /** Behind the head they are trailers. */
  onHeaderField(at: number, length: number): void {
    if (!this.headComplete) this.#head.foundField(at, length);
  }

  onHeaderValue(at: number, length: number): void {
    if (!this.headComplete) this.#head.foundValue(at, length);
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
