// The HTTP/1 parser: llhttp (Node's own) compiled to WebAssembly, as the package undici ships it. This file is the only
// one that knows the module; a contract test guards the import. llhttp's strict mode stays on: it refuses bare LF, folded
// headers, NUL, both or repeated lengths, and Transfer-Encoding it can't frame, which is what request smuggling needs.

import { createRequire } from 'node:module';

/** What the parser of the moment is told. Positions are addresses in the module's memory. */
export interface ParserEvents {
  onUrl(at: number, length: number): void;
  onHeaderField(at: number, length: number): void;
  onHeaderValue(at: number, length: number): void;
  onHeadersComplete(shouldKeepAlive: boolean): void;
  onBody(at: number, length: number): void;
  onMessageComplete(): void;
}

interface LlhttpExports {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_reset(parser: number): void;
  llhttp_execute(parser: number, data: number, length: number): number;
  llhttp_get_error_pos(parser: number): number;
  llhttp_get_method(parser: number): number;
  llhttp_get_http_major(parser: number): number;
  llhttp_get_http_minor(parser: number): number;
  llhttp_method_name(method: number): number;
}

const TYPE_REQUEST = 1;
export const INVALID_URL = 7;
export const PAUSED = 21;
export const PAUSED_H2_UPGRADE = 23;
/** Methods llhttp knows for HTTP (the numbers above are RTSP's). */
const HTTP_METHODS = 35;
/** Longer input is given in pieces of this size. */
export const INPUT_BYTES = 64 * 1024;

let events: ParserEvents | null = null;

function load(): LlhttpExports {
  const require = createRequire(import.meta.url);
  const code = require('undici/lib/llhttp/llhttp_simd-wasm.js') as Uint8Array<ArrayBuffer>;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), {
    env: {
      wasm_on_message_begin: () => 0,
      wasm_on_status: () => 0,
      wasm_on_url: (_parser: number, at: number, length: number) => {
        events?.onUrl(at, length);
        return 0;
      },
      wasm_on_header_field: (_parser: number, at: number, length: number) => {
        events?.onHeaderField(at, length);
        return 0;
      },
      wasm_on_header_value: (_parser: number, at: number, length: number) => {
        events?.onHeaderValue(at, length);
        return 0;
      },
      wasm_on_headers_complete: (_parser: number, _status: number, _upgrade: number, keepAlive: number) => {
        events?.onHeadersComplete(keepAlive === 1);
        return 0;
      },
      wasm_on_body: (_parser: number, at: number, length: number) => {
        events?.onBody(at, length);
        return 0;
      },
      // Pausing makes execute return at the message's last byte: the next request is parsed when this one is answered.
      wasm_on_message_complete: () => {
        events?.onMessageComplete();
        return PAUSED;
      },
    },
  });
  return instance.exports as unknown as LlhttpExports;
}

const llhttp = load();
const inputAddress = llhttp.malloc(INPUT_BYTES);
let input = new Uint8Array(llhttp.memory.buffer, inputAddress, INPUT_BYTES);

const methodNames: string[] = [];
for (let method = 0; method < HTTP_METHODS; method++) methodNames.push(readText(llhttp.llhttp_method_name(method)));

function readText(address: number): string {
  if (address === 0) return '';
  const bytes = Buffer.from(llhttp.memory.buffer, address);
  return bytes.toString('latin1', 0, bytes.indexOf(0));
}

/** The address where {@link execute} puts the bytes it is given. */
export const inputStart = inputAddress;

export function allocateParser(): number {
  return llhttp.llhttp_alloc(TYPE_REQUEST);
}

export function freeParser(parser: number): void {
  llhttp.llhttp_free(parser);
}

export function resetParser(parser: number): void {
  llhttp.llhttp_reset(parser);
}

/** Runs the parser over at most {@link INPUT_BYTES}; the result is llhttp's error number, 0 = all taken. */
export function execute(parser: number, bytes: Uint8Array, listener: ParserEvents): number {
  // Allocating parsers may have grown the memory, which leaves the view without a buffer.
  if (input.byteLength === 0) input = new Uint8Array(llhttp.memory.buffer, inputAddress, INPUT_BYTES);
  input.set(bytes);
  events = listener;
  try {
    return llhttp.llhttp_execute(parser, inputAddress, bytes.length);
  } finally {
    events = null;
  }
}

/** Behind an error: how many of the bytes given were taken before it. */
export function errorOffset(parser: number): number {
  return llhttp.llhttp_get_error_pos(parser) - inputAddress;
}

export function methodName(parser: number): string {
  return methodNames[llhttp.llhttp_get_method(parser)] ?? 'UNKNOWN';
}

/** 10 for HTTP/1.0, 11 for HTTP/1.1. */
export function httpVersion(parser: number): number {
  return llhttp.llhttp_get_http_major(parser) * 10 + llhttp.llhttp_get_http_minor(parser);
}
