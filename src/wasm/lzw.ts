// LZW for gossip (spec/gossip.md, section 3), in an instance of the module that is its own.

import { type Exports, PAGE_BYTES } from './module.js';
import { Workspace } from './workspace.js';

interface LzwExports extends Exports {
  lzwTableBytes(): number;
  prepareLzw(address: number): void;
  lzwEncode(source: number, length: number, target: number): number;
  lzwDecode(source: number, length: number, target: number, room: number): number;
}

const PROBLEMS = { [-1]: 'truncated', [-2]: 'invalid-code', [-3]: 'too-large' } as const;

/** The first guess at how much longer the unpacked form is; a wrong one costs another run with four times the room. */
const FIRST_RATIO = 8;

const space = new Workspace<LzwExports>((exports, address) => {
  exports.prepareLzw(address);
  return exports.lzwTableBytes();
});

export function lzwCompress(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  return space.run(bytes, length * 2 + 16, (exports, memory, input, output) =>
    memory.slice(output, output + exports.lzwEncode(input, length, output)),
  );
}

/** `truncated`: the end code is missing. `too-large`: the output would be longer than allowed. */
export type LzwResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly problem: (typeof PROBLEMS)[keyof typeof PROBLEMS] };

/** Bytes behind the end code don't matter. `most`: longest output allowed. */
export function lzwDecompress(bytes: Uint8Array, most: number): LzwResult {
  let room = Math.min(most, Math.max(PAGE_BYTES, bytes.length * FIRST_RATIO));
  for (;;) {
    const result = space.run(bytes, room, (exports, memory, input, output): LzwResult => {
      const length = exports.lzwDecode(input, bytes.length, output, room);
      if (length >= 0) return { ok: true, bytes: memory.slice(output, output + length) };
      return { ok: false, problem: PROBLEMS[length as keyof typeof PROBLEMS] };
    });
    if (result.ok || result.problem !== 'too-large' || room >= most) return result;
    room = Math.min(most, room * 4);
  }
}
