// Reads one HTTP/1 response from a connection that carries no other: status line, the few headers a check needs, body by
// length, chunks or end of stream. Errors are Go's texts. Memory is bounded whatever the server sends: the head has a
// limit, the body is passed on piece by piece. Pure; written by hand because node:http costs three times the CPU.

import { quote } from '../../../gotext/quote.js';

export interface ResponseHead {
  readonly code: number;
  /** Code and reason as sent: `200 OK`. */
  readonly status: string;
  readonly location: string;
  readonly isGzip: boolean;
}

export interface ResponseSink {
  head(head: ResponseHead): void;
  /** A piece of the body. The bytes may be reused by the caller afterwards. */
  body(piece: Buffer): void;
  /** After this nothing more comes. `error` is null when the response was complete. */
  end(error: string | null): void;
}

/** Go stops at 10 MB; nobody's health endpoint sends a head like that, and many checks run at once. */
export const MAX_HEAD_BYTES = 65_536;
/** Size lines and trailers of chunked bodies. */
const MAX_LINE_BYTES = 4096;
const MAX_INFORMATIONAL = 5;
const BROKEN = 'net/http: HTTP/1.x transport connection broken: ';

interface Framing {
  code: number;
  status: string;
  location: string;
  isGzip: boolean;
  isChunked: boolean;
  /** -1 when unknown. */
  length: number;
}

type State = 'head' | 'counted' | 'endless' | 'size' | 'chunk' | 'chunk-end' | 'trailer' | 'done';

/** Header texts arrive as bytes; Go shows them as UTF-8. */
function asText(latin1: string): string {
  return /[\x80-\xff]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString('utf8') : latin1;
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

export class ResponseReader {
  readonly #sink: ResponseSink;
  readonly #hasBody: boolean;
  #state: State = 'head';
  #pending = '';
  #searched = 0;
  #remaining = 0;
  #informational = 0;
  #sawStatusLine = false;
  #received = false;

  /** @param method HEAD has no body whatever the headers say. */
  constructor(method: string, sink: ResponseSink) {
    this.#sink = sink;
    this.#hasBody = method !== 'HEAD';
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Takes bytes from the connection; keeps none of `bytes` itself. */
  push(bytes: Buffer): void {
    this.#received ||= bytes.length > 0;
    let rest = bytes;
    while (rest.length > 0 && this.#state !== 'done') rest = this.#step(rest);
  }

  /** The server has closed its side. */
  close(): void {
    if (this.#state === 'done') return;
    if (this.#state === 'endless') this.#end(null);
    else if (!this.#received) this.#end('EOF');
    else if (this.#state === 'head') this.#end(`${BROKEN}unexpected EOF`);
    else this.#end('unexpected EOF');
  }

  #end(error: string | null): void {
    this.#state = 'done';
    this.#pending = '';
    this.#sink.end(error);
  }

  #step(bytes: Buffer): Buffer {
    switch (this.#state) {
      case 'head':
        return this.#head(bytes);
      case 'endless':
        this.#sink.body(bytes);
        return bytes.subarray(bytes.length);
      case 'counted':
      case 'chunk':
        return this.#counted(bytes);
      default:
        return this.#line(bytes);
    }
  }

  #counted(bytes: Buffer): Buffer {
    const taken = Math.min(this.#remaining, bytes.length);
    this.#remaining -= taken;
    this.#sink.body(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    if (this.#remaining === 0) {
      if (this.#state === 'chunk') this.#state = 'chunk-end';
      else this.#end(null);
    }
    return bytes.subarray(taken);
  }

  /** Chunk sizes, the line breaks behind chunks, trailers. */
  #line(bytes: Buffer): Buffer {
    const at = bytes.indexOf(0x0a);
    this.#pending += bytes.toString('latin1', 0, at === -1 ? bytes.length : at);
    if (this.#pending.length > MAX_LINE_BYTES) {
      this.#end('http: chunk header line too long');
      return bytes.subarray(bytes.length);
    }
    if (at === -1) return bytes.subarray(bytes.length);
    const line = withoutReturn(this.#pending);
    this.#pending = '';
    if (this.#state === 'size') this.#size(line);
    else if (this.#state === 'chunk-end') {
      if (line === '') this.#state = 'size';
      else this.#end('malformed chunked encoding');
    } else if (line === '') this.#end(null);
    return bytes.subarray(at + 1);
  }

  #size(line: string): void {
    const digits = line.split(';', 1)[0]?.trim() ?? '';
    if (!/^[0-9a-fA-F]{1,12}$/.test(digits)) {
      this.#end(digits === '' ? 'empty hex number for chunk length' : 'invalid byte in chunk length');
      return;
    }
    this.#remaining = Number.parseInt(digits, 16);
    this.#state = this.#remaining === 0 ? 'trailer' : 'chunk';
  }

  #head(bytes: Buffer): Buffer {
    const before = this.#pending.length;
    this.#pending += bytes.toString('latin1');
    if (!this.#sawStatusLine) {
      const lineEnd = this.#pending.indexOf('\n', Math.max(0, before - 1));
      if (lineEnd !== -1) {
        this.#sawStatusLine = true;
        const error = statusLineError(withoutReturn(this.#pending.slice(0, lineEnd)));
        if (error !== null) return this.#refuse(bytes, error);
        this.#searched = lineEnd;
      }
    }
    const end = this.#sawStatusLine ? this.#findHeadEnd() : -1;
    if ((end === -1 ? this.#pending.length : end) > MAX_HEAD_BYTES) {
      this.#end(`net/http: server response headers exceeded ${MAX_HEAD_BYTES} bytes; aborted`);
      return bytes.subarray(bytes.length);
    }
    if (end === -1) return bytes.subarray(bytes.length);
    const text = this.#pending.slice(0, end);
    this.#pending = '';
    this.#searched = 0;
    this.#sawStatusLine = false;
    const parsed = parseHead(text);
    if (typeof parsed === 'string') return this.#refuse(bytes, parsed);
    this.#begin(parsed);
    return bytes.subarray(end - before);
  }

  #refuse(bytes: Buffer, error: string): Buffer {
    this.#end(BROKEN + error);
    return bytes.subarray(bytes.length);
  }

  /** Index just behind the empty line, -1 when it hasn't come. Go ends lines with or without CR. */
  #findHeadEnd(): number {
    const text = this.#pending;
    for (;;) {
      const at = text.indexOf('\n', this.#searched);
      if (at === -1) return -1;
      if (text.charCodeAt(at + 1) === 0x0a) return at + 2;
      if (text.charCodeAt(at + 1) === 0x0d && text.charCodeAt(at + 2) === 0x0a) return at + 3;
      // The decision needs two more characters.
      if (at + 2 >= text.length) {
        this.#searched = at;
        return -1;
      }
      this.#searched = at + 1;
    }
  }

  #begin(framing: Framing): void {
    const { code, status, location, isGzip } = framing;
    if (code >= 100 && code < 200 && code !== 101) {
      this.#informational += 1;
      if (this.#informational > MAX_INFORMATIONAL) this.#end('net/http: too many 1xx informational responses');
      return;
    }
    this.#sink.head({ code, status, location, isGzip });
    // The sink may have seen enough and let go of the reader.
    const isBodiless = !this.#hasBody || code === 204 || code === 304 || code === 101;
    if (isBodiless || (!framing.isChunked && framing.length === 0)) this.#end(null);
    else if (framing.isChunked) this.#state = 'size';
    else if (framing.length > 0) {
      this.#remaining = framing.length;
      this.#state = 'counted';
    } else this.#state = 'endless';
  }
}

function statusLineError(line: string): string | null {
  const space = line.indexOf(' ');
  if (space === -1) return `malformed HTTP response ${quote(asText(line))}`;
  const status = line.slice(space + 1).replace(/^ +/, '');
  const code = status.split(' ', 1)[0] ?? '';
  if (!/^\d{3}$/.test(code)) return `malformed HTTP status code ${quote(asText(code))}`;
  const version = line.slice(0, space);
  if (!/^HTTP\/\d\.\d$/.test(version)) return `malformed HTTP version ${quote(asText(version))}`;
  return null;
}

function parseHead(text: string): Framing | string {
  const lines = text.split('\n');
  const statusLine = withoutReturn(lines[0] ?? '');
  const status = asText(statusLine.slice(statusLine.indexOf(' ') + 1).replace(/^ +/, ''));
  const framing: Framing = {
    code: Number(status.slice(0, 3)),
    status,
    location: '',
    isGzip: false,
    isChunked: false,
    length: -1,
  };
  for (let at = 1; at < lines.length; at++) {
    const line = withoutReturn(lines[at] ?? '');
    if (line === '') break;
    // A continued header can't be one of those that matter here, or the server sends what HTTP has forbidden since 2014.
    if (line.charCodeAt(0) === 0x20 || line.charCodeAt(0) === 0x09) {
      if (at === 1) return `malformed MIME header initial line: ${asText(line)}`;
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === -1) return `malformed MIME header: missing colon: ${quote(asText(line))}`;
    const error = readHeader(framing, line, colon);
    if (error !== null) return error;
  }
  if (framing.isChunked) framing.length = -1;
  return framing;
}

function readHeader(framing: Framing, line: string, colon: number): string | null {
  // Only these lengths can match; most headers are skipped without being copied.
  if (colon !== 8 && colon !== 14 && colon !== 16 && colon !== 17) return null;
  const name = line.slice(0, colon).toLowerCase();
  const value = line.slice(colon + 1).trim();
  if (name === 'location') {
    if (framing.location === '') framing.location = asText(value);
  } else if (name === 'content-length') {
    if (!/^\d{1,15}$/.test(value)) return `bad Content-Length ${quote(asText(value))}`;
    const length = Number(value);
    if (framing.length !== -1 && framing.length !== length) {
      return `http: message cannot contain multiple Content-Length headers; got ["${framing.length}" "${length}"]`;
    }
    framing.length = length;
  } else if (name === 'content-encoding') {
    framing.isGzip = value.toLowerCase() === 'gzip';
  } else if (name === 'transfer-encoding') {
    if (value.toLowerCase() !== 'chunked') return `unsupported transfer encoding: ${quote(asText(value))}`;
    framing.isChunked = true;
  }
  return null;
}
