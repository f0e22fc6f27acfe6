// llhttp's module, changed before it is compiled. As it is shipped it calls JavaScript for everything it finds in a request. For
// each kind of such a call V8 makes a wrapper with its optimizing compiler, at every start: two megabytes of that compiler's
// pages and ten milliseconds that nothing else of an agent's start needs. So what the module imports is defined in it: it notes
// what it is told in a record in memory, which is read when the parser comes back (recorded-events.ts).
//
// Functions that are imported have the first numbers, so definitions put before all others have the same, and nothing that calls
// them changes. The format is WebAssembly's (core specification, "Binary Format").

import type { RecordedFunction } from './recorded-events.js';

const HEADER_BYTES = 8;
const SECTION = { imports: 2, functions: 3, globals: 6, exports: 7, code: 10 };
const FUNCTION = 0;
const GLOBAL = 3;
const I32 = 0x7f;
const MUTABLE = 1;
const END = 0x0b;
/** The name under which the address of the record is exported: a global that the user sets. */
const RECORD = 'record';

function number(value: number): readonly number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** Of a part of the module, from its beginning. */
class Reader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  rest(): Uint8Array {
    return this.take(this.bytes.length - this.at);
  }

  name(): string {
    return Buffer.from(this.take(this.number())).toString('latin1');
  }
}

interface Definition {
  readonly type: number;
  readonly recorded: RecordedFunction;
}

/** The functions that the module imports, in their order. */
function definitionsFor(section: Uint8Array, functions: ReadonlyMap<string, RecordedFunction>): readonly Definition[] {
  const reader = new Reader(section);
  const definitions: Definition[] = [];
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.name();
    const name = reader.name();
    const recorded = functions.get(name);
    if (reader.number() !== FUNCTION || recorded === undefined) throw new Error(`llhttp imports ${name}`);
    definitions.push({ type: reader.number(), recorded });
  }
  return definitions;
}

/** `record` is the number of the global. The record begins with the address of the next event and the end of the room for it. */
function body({ parameters, event, answer }: RecordedFunction, record: number): readonly number[] {
  const constant = (value: number): readonly number[] => [0x41, ...number(value)];
  const get = (local: number): readonly number[] => [0x20, ...number(local)];
  const place = get(parameters);
  const globalRecord = [0x23, ...number(record)];
  const load = (offset: number): readonly number[] => [0x28, 2, offset];
  const store = (offset: number): readonly number[] => [0x36, 2, offset];
  const noted =
    event === null
      ? []
      : [
          ...[...globalRecord, ...load(0), 0x22, ...number(parameters)],
          // if (place >= end) unreachable
          ...[...globalRecord, ...load(4), 0x4f, 0x04, 0x40, 0x00, END],
          ...[...place, ...constant(event.kind), ...store(0)],
          ...event.values.flatMap((parameter, at) => [...place, ...get(parameter), ...store(4 * (at + 1))]),
          ...[...globalRecord, ...place, ...constant(12), 0x6a, ...store(0)],
        ];
  const locals = [1, 1, I32];
  const code = [...locals, ...noted, ...constant(answer), END];
  return [...number(code.length), ...code];
}

/** A list of `more` and of what the section has; both begin with a count. */
function joined(section: Uint8Array, count: number, more: readonly number[], isFirst: boolean): Uint8Array {
  const reader = new Reader(section);
  const total = Buffer.from(number(reader.number() + count));
  const rest = reader.rest();
  return Buffer.concat(isFirst ? [total, Buffer.from(more), rest] : [total, rest, Buffer.from(more)]);
}

/**
 * The module with `functions`, by name, in the place of its imports. Throws when it imports anything else, or lacks a part: it is
 * not the one that this was written for.
 */
export function recordingModule(
  code: Uint8Array,
  functions: ReadonlyMap<string, RecordedFunction>,
): Uint8Array<ArrayBuffer> {
  const reader = new Reader(code);
  const parts: Uint8Array[] = [reader.take(HEADER_BYTES)];
  let definitions: readonly Definition[] = [];
  let record = -1;
  const changes = new Map<number, (section: Uint8Array) => Uint8Array>([
    [
      SECTION.functions,
      (section) =>
        joined(
          section,
          definitions.length,
          definitions.flatMap(({ type }) => number(type)),
          true,
        ),
    ],
    [
      SECTION.globals,
      (section) => {
        record = new Reader(section).number();
        return joined(section, 1, [I32, MUTABLE, 0x41, 0, END], false);
      },
    ],
    [
      SECTION.exports,
      (section) => joined(section, 1, [RECORD.length, ...Buffer.from(RECORD), GLOBAL, ...number(record)], false),
    ],
    [
      SECTION.code,
      (section) =>
        joined(
          section,
          definitions.length,
          definitions.flatMap((one) => body(one.recorded, record)),
          true,
        ),
    ],
  ]);
  while (!reader.isAtEnd) {
    const id = reader.number();
    const section = reader.take(reader.number());
    if (id === SECTION.imports) {
      definitions = definitionsFor(section, functions);
      continue;
    }
    const change = changes.get(id);
    const changed = change === undefined ? section : change(section);
    changes.delete(id);
    parts.push(Buffer.from([id, ...number(changed.length)]), changed);
  }
  if (definitions.length !== functions.size || changes.size > 0) throw new Error('llhttp is not made as it was');
  return new Uint8Array(Buffer.concat(parts));
}
