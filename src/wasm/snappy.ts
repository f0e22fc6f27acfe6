// Snappy's block format, in an instance of the module that is its own. What is unpacked is bounded by whoever asks: the length
// that a block claims is looked at before there is room for it.

import type { Exports } from './module.js';
import { Workspace } from './workspace.js';

interface SnappyExports extends Exports {
  snappyTableBytes(): number;
  prepareSnappy(address: number): void;
  snappyEncode(source: number, length: number, target: number): number;
  snappyDecode(source: number, length: number, target: number, size: number): number;
}

/** Unpacking writes whole words. */
const SLACK = 8;

const space = new Workspace<SnappyExports>((exports, address) => {
  exports.prepareSnappy(address);
  return exports.snappyTableBytes();
});

/** May be a sixth longer than `bytes`. */
export function snappyCompress(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  return space.run(bytes, length + Math.ceil(length / 6) + 32, (exports, memory, input, output) =>
    memory.slice(output, output + exports.snappyEncode(input, length, output)),
  );
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
  return space.run(bytes.subarray(head), size + SLACK, (exports, memory, input, output) => {
    const isWhole = exports.snappyDecode(input, length, output, size) === size;
    return isWhole ? memory.slice(output, output + size) : 'packed bytes that are damaged';
  });
}
