// The compiled module (src/wasm/assembly, built by `npm run build:wasm` next to this file). It is compiled once per
// thread, at first import, synchronously: it is about 10 KiB. Encoding, decoding and checksums each have an instance
// with its own memory.

import fs from 'node:fs';

export interface Exports {
  readonly memory: WebAssembly.Memory;
  firstFree(): number;
  setOutput(holes: number): void;
  encodeStruct(schema: number, words: number, bytes: number, target: number): number;
  encodeValue(kind: number, argument: number, words: number, bytes: number, target: number): number;
  setCache(address: number): void;
  clearCache(): void;
  scan(
    kind: number,
    argument: number,
    message: number,
    size: number,
    available: number,
    slots: number,
    most: number,
  ): number;
  prepareCrc32(address: number): void;
  crc32(seed: number, address: number, length: number): number;
  prepareCrc64(address: number): void;
  crc64(seed: bigint, address: number, length: number): bigint;
}

export const PAGE_BYTES = 65536;

/** An instance whose memory is larger than this is replaced by a new one as soon as no output waits in it. */
export const KEPT_MEMORY_BYTES = 4 * 1024 * 1024;

const compiled = new WebAssembly.Module(fs.readFileSync(new URL('lictor.wasm', import.meta.url)));

function nothing(): number {
  return 0;
}

/** `load` serves the scanner's requests for more of the message. */
export function instantiate(load: (offset: number, address: number) => number = nothing): Exports {
  return new WebAssembly.Instance(compiled, { host: { load } }).exports as Exports;
}

/** Makes the memory at least `bytes` long. */
export function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}
