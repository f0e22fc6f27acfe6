// LZW for gossip (spec/gossip.md, section 3), in an instance of the module that is its own. Memory that one large
// message blew up is given back at once.

import { type Exports, instantiate, KEPT_MEMORY_BYTES, PAGE_BYTES, reserve } from './module.js';
import { AFTER_IMAGE } from './program.js';

interface LzwExports extends Exports {
  lzwTableBytes(): number;
  prepareLzw(address: number): void;
  lzwEncode(source: number, length: number, target: number): number;
  lzwDecode(source: number, length: number, target: number, room: number): number;
}

const WORKING = AFTER_IMAGE;
const PROBLEMS = { [-1]: 'truncated', [-2]: 'invalid-code', [-3]: 'too-large' } as const;

/** The first guess at how much longer the unpacked form is; a wrong one costs another run with four times the room. */
const FIRST_RATIO = 8;

let exports = instantiate() as LzwExports;
let memory = new Uint8Array(0);
let input = 0;

/** A memory of `size` bytes behind the working space, and `input` at its start. */
function makeRoom(size: number): void {
  if (input > 0 && memory.length >= input + size) return;
  input = WORKING + exports.lzwTableBytes();
  reserve(exports.memory, input + size);
  exports.prepareLzw(WORKING);
  memory = new Uint8Array(exports.memory.buffer);
}

function trim(): void {
  if (memory.length <= KEPT_MEMORY_BYTES) return;
  exports = instantiate() as LzwExports;
  input = 0;
}

export function lzwCompress(bytes: Uint8Array): Uint8Array {
  makeRoom(bytes.length * 3 + 16);
  memory.set(bytes, input);
  const output = input + bytes.length;
  const length = exports.lzwEncode(input, bytes.length, output);
  const result = memory.slice(output, output + length);
  trim();
  return result;
}

/** `truncated`: the end code is missing. `too-large`: the output would be longer than allowed. */
export type LzwResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly problem: (typeof PROBLEMS)[keyof typeof PROBLEMS] };

/** Bytes behind the end code don't matter. `most`: longest output allowed. */
export function lzwDecompress(bytes: Uint8Array, most: number): LzwResult {
  let room = Math.min(most, Math.max(PAGE_BYTES, bytes.length * FIRST_RATIO));
  for (;;) {
    makeRoom(bytes.length + room);
    memory.set(bytes, input);
    const output = input + bytes.length;
    const length = exports.lzwDecode(input, bytes.length, output, room);
    if (length === -3 && room < most) {
      room = Math.min(most, room * 4);
      continue;
    }
    const result: LzwResult =
      length >= 0
        ? { ok: true, bytes: memory.slice(output, output + length) }
        : { ok: false, problem: PROBLEMS[length as keyof typeof PROBLEMS] };
    trim();
    return result;
  }
}
