// Snappy's block format, in an instance of the module that is its own. What is unpacked is bounded by whoever asks: the length
// that a block claims is looked at before there is room for it.

import { type Exports, instantiate, KEPT_MEMORY_BYTES, reserve } from './module.js';
import { AFTER_IMAGE } from './program.js';

interface SnappyExports extends Exports {
  snappyTableBytes(): number;
  prepareSnappy(address: number): void;
  snappyEncode(source: number, length: number, target: number): number;
  snappyDecode(source: number, length: number, target: number, size: number): number;
}

const WORKING = AFTER_IMAGE;
/** Unpacking writes whole words. */
const SLACK = 8;

let exports = instantiate() as SnappyExports;
let memory = new Uint8Array(0);
let input = 0;

/** A memory of `size` bytes behind the working space, and `input` at its start. */
function makeRoom(size: number): void {
  if (input > 0 && memory.length >= input + size) return;
  input = WORKING + exports.snappyTableBytes();
  reserve(exports.memory, input + size);
  exports.prepareSnappy(WORKING);
  memory = new Uint8Array(exports.memory.buffer);
}

function trim(): void {
  if (memory.length <= KEPT_MEMORY_BYTES) return;
  exports = instantiate() as SnappyExports;
  input = 0;
}

/** May be a sixth longer than `bytes`. */
export function snappyCompress(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  makeRoom(length * 2 + Math.ceil(length / 6) + 32);
  memory.set(bytes, input);
  const output = input + length;
  const result = memory.slice(output, output + exports.snappyEncode(input, length, output));
  trim();
  return result;
}

/** What was packed, in a buffer of its own; or what is wrong. `most`: longest output allowed. */
export function snappyDecompress(bytes: Uint8Array, most: number): Uint8Array | string {
  let size = 0;
  let head = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[head];
    if (byte === undefined || head === 5) return 'packed bytes without a length';
    head += 1;
    size += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  if (size > most) return `${size} packed bytes, more than ${most}`;
  const length = bytes.length - head;
  makeRoom(length + size + SLACK);
  memory.set(bytes.subarray(head), input);
  const output = input + length;
  const isWhole = exports.snappyDecode(input, length, output, size) === size;
  const result = isWhole ? memory.slice(output, output + size) : 'packed bytes that are damaged';
  trim();
  return result;
}
