// What the msgpack engine and the border of text must not let through.

import type { Mutant } from '../../mutant.js';

const READER = ['unit/msgpack/reader'];
const STRUCT = ['unit/msgpack/struct', 'unit/msgpack/reader'];

export const msgpack: readonly Mutant[] = [
  {
    name: 'free-form values are written deeper than they are read',
    file: 'msgpack/any.ts',
    find: 'depth >= MAX_NESTING',
    replace: 'depth > MAX_NESTING',
    tests: READER,
  },
  {
    name: 'free-form values are read less deep than they are written',
    file: 'msgpack/any.ts',
    find: 'if (isArray(mark)) return readItems(reader, depth + 1);',
    replace: 'if (isArray(mark)) return readItems(reader, depth + 2);',
    tests: READER,
  },
  {
    name: 'request bodies nest deeper than the log can carry',
    file: 'gotext/json-kinds.ts',
    find: 'depth >= MAX_NESTING',
    replace: 'depth > MAX_NESTING',
    tests: ['unit/gotext/json-decode'],
  },
  {
    name: 'a large exponent escapes the exact reading of numbers',
    file: 'gotext/json-inexact.ts',
    find: '(next === DOT || (next | SMALL) === SMALL_E)',
    replace: 'next === DOT',
    tests: ['unit/gotext/json-inexact'],
  },
  {
    name: 'half a character gets past the border',
    file: 'gotext/json-tokens.ts',
    find: 'if (unit >= 0xd800 && unit <= 0xdfff) this.#isWellFormed = false;',
    replace: '',
    tests: ['unit/gotext/json-parse', 'unit/wasm/hostile-commands'],
  },
  {
    name: 'a length beyond the limit is waited for',
    file: 'msgpack/reader.ts',
    find: "this.problem = this.wanted > this.#most ? 'too-large' : 'truncated';",
    replace: "this.problem = 'truncated';",
    tests: READER,
  },
  {
    name: 'elements are not counted',
    file: 'msgpack/reader.ts',
    find: 'this.#elements -= Math.min(Math.max(count, 0), most);',
    replace: '',
    tests: READER,
  },
  {
    name: 'what a failed value left behind goes out with the next',
    file: 'msgpack/codec.ts',
    find: 'writer.clear();',
    replace: '',
    tests: STRUCT,
  },
  {
    name: 'a long value is tried again with every piece of it',
    file: 'msgpack/unread-bytes.ts',
    find: 'return this.#length < this.#enough ? null : this.takeAll();',
    replace: 'return this.takeAll();',
    tests: ['unit/workers/state/replica/store/snapshot-bad-input'],
  },
  {
    name: 'more than is wanted makes a value unreadable',
    file: 'msgpack/first-of.ts',
    find: 'yield* reader.skipSteps(length - wanted);',
    replace: "if (length > wanted) reader.fail('too-many-values');",
    tests: ['unit/msgpack/first-of', 'unit/main/gossip/serf/serf-limits'],
  },
  {
    name: 'what is passed over in slices is passed over in one go',
    file: 'msgpack/reader.ts',
    find: 'seen = this.#passOver(scan, seen)) yield;',
    replace: 'seen = this.#passOver(scan, seen));',
    tests: ['unit/msgpack/first-of'],
  },
  {
    name: 'an unknown field may hold the thread as long as it likes',
    file: 'msgpack/reader.ts',
    find: "if (passed.count > most) this.fail('too-many-values');",
    replace: '',
    tests: ['unit/msgpack/unknown-fields'],
  },
  {
    name: 'a node of a push/pull may hold the thread as long as it likes',
    file: 'main/gossip/wire/stream-messages.ts',
    find: 'new MsgpackReader(NOTHING, 0, LIMITS)',
    replace: 'new MsgpackReader(NOTHING, 0, DEFAULT_LIMITS)',
    tests: ['unit/main/gossip/wire/stream'],
  },
  {
    name: 'code of a struct goes on in the wrong place where a field is missing',
    file: 'msgpack/struct.ts',
    find: 'this.#readFields(reader, record, true, done, this.#always.length)',
    replace: 'this.#readFields(reader, record, true, done + 1, this.#always.length)',
    tests: ['unit/msgpack/struct-code'],
  },
  {
    name: 'code of a struct says nothing of where a field is wrong',
    file: 'msgpack/struct.ts',
    find: 'else if (last !== undefined) reader.inside(last.name);',
    replace: '',
    tests: ['unit/msgpack/struct-code'],
  },
  {
    name: 'a map of another length is read by the code of a struct',
    file: 'msgpack/reader.ts',
    find: 'if (bytes[at] !== (0x80 | pairs)) return false;',
    replace: 'if ((bytes[at] ?? 0) >> 4 !== 8) return false;',
    tests: ['unit/msgpack/struct-code'],
  },
];
