// The HTTP/1 parser: llhttp (Node's own) compiled to WebAssembly, as the package undici ships it. This file is the only
// one that knows the module; a contract test guards the import. llhttp's strict mode stays on: it refuses bare LF, folded
// headers, NUL, both or repeated lengths, and Transfer-Encoding it can't frame, which is what request smuggling needs.

import { createRequire } from 'node:module';
import { compileForRareUse } from '../../../../wasm/tiering.js';
import { type ParserEvents, RECORDED_FUNCTIONS, RecordedEvents, recordBytes } from './recorded-events.js';
import { recordingModule } from './recording-module.js';

interface LlhttpExports {
  readonly memory: WebAssembly.Memory;
  /** Where events are noted. */
  readonly record: WebAssembly.Global;
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
export const PAUSED_H2_UPGRADE = 23;
/** Methods llhttp knows for HTTP (the numbers above are RTSP's). */
const HTTP_METHODS = 35;
/** Longer input is given in pieces of this size. */
export const INPUT_BYTES = 64 * 1024;

function load(): LlhttpExports {
  const require = createRequire(import.meta.url);
  const name = 'undici/lib/llhttp/llhttp_simd-wasm.js';
  const code = recordingModule(require(name) as Uint8Array, RECORDED_FUNCTIONS);
  // With it the module's code as a text, three times as large as the code.
  delete require.cache[require.resolve(name)];
  return new WebAssembly.Instance(compileForRareUse(code)).exports as unknown as LlhttpExports;
}

function makeRecord(): RecordedEvents {
  const bytes = recordBytes(INPUT_BYTES);
  const address = llhttp.malloc(bytes);
  llhttp.record.value = address;
  return new RecordedEvents(llhttp.memory, address, bytes);
}

const llhttp = load();
const inputAddress = llhttp.malloc(INPUT_BYTES);
const record = makeRecord();
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
  record.begin();
  const error = llhttp.llhttp_execute(parser, inputAddress, bytes.length);
  record.tell(listener);
  return error;
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
