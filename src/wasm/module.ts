// The compiled modules (src/wasm/assembly, built by `npm run build:wasm` next to this file). They are compiled once per
// thread, synchronously: the one that scans with its first use, the other, of about 10 KiB, at first import. Each use has an
// instance with its own memory.

import fs from 'node:fs';

export interface Exports {
  readonly memory: WebAssembly.Memory;
  firstFree(): number;
  setOutput(holes: number): void;
  encodeStruct(schema: number, words: number, bytes: number, target: number): number;
  encodeValue(kind: number, argument: number, words: number, bytes: number, target: number): number;
  prepareCrc32(address: number): void;
  crc32(seed: number, address: number, length: number): number;
  prepareCrc64(address: number): void;
  crc64(seed: bigint, address: number, length: number): bigint;
}

export interface ScanningExports {
  readonly memory: WebAssembly.Memory;
  firstFree(): number;
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
}

export const PAGE_BYTES = 65536;

/** An instance whose memory is larger than this is replaced by a new one as soon as no output waits in it. */
export const KEPT_MEMORY_BYTES = 4 * 1024 * 1024;

const compiled = new WebAssembly.Module(fs.readFileSync(new URL('lictor.wasm', import.meta.url)));
let scanning: WebAssembly.Module | null = null;

export function instantiate(): Exports {
  return new WebAssembly.Instance(compiled).exports as Exports;
}

/** `load` serves the scanner's requests for more of the message. */
export function instantiateScanning(load: (offset: number, address: number) => number): ScanningExports {
  scanning ??= new WebAssembly.Module(fs.readFileSync(new URL('scanning.wasm', import.meta.url)));
  return new WebAssembly.Instance(scanning, { host: { load } }).exports as ScanningExports;
}

/** Makes the memory at least `bytes` long. */
export function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}
