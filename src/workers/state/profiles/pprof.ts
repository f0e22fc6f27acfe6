// Profiles in the form that `go tool pprof` and others read: profile.proto of github.com/google/pprof, compressed with gzip.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ProtoWriter } from '../rpc/grpc/protobuf/writer.js';

const compress = promisify(gzip);

/** What a number of a sample counts, as `samples` in `count`. */
export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/** A function, or something that stands in the place of one. `line`: from 1 on; 0: none. */
export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export interface Sample {
  /** Innermost first. */
  readonly stack: readonly Frame[];
  /** One for each of the profile's types. */
  readonly values: readonly number[];
  readonly thread: string;
}

export interface Profile {
  readonly types: readonly ValueType[];
  readonly samples: readonly Sample[];
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly durationMs: number;
  /** One sample in so much of this. */
  readonly period: { readonly type: ValueType; readonly every: number };
}

const NANOSECONDS_PER_MS = 1e6;
const THREAD = 'thread';

/** Numbers for things as they come up, from `first` on. */
class Numbers {
  readonly #numbers = new Map<string, number>();
  readonly #first: number;

  constructor(first: number) {
    this.#first = first;
  }

  /** `isNew`: it had none before. */
  of(key: string): { readonly number: number; readonly isNew: boolean } {
    const known = this.#numbers.get(key);
    if (known !== undefined) return { number: known, isNew: false };
    const number = this.#first + this.#numbers.size;
    this.#numbers.set(key, number);
    return { number, isNew: true };
  }

  get keys(): Iterable<string> {
    return this.#numbers.keys();
  }
}

class Encoder {
  readonly #writer = new ProtoWriter();
  readonly #texts = new Numbers(0);
  readonly #locations = new Numbers(1);

  constructor() {
    // The first text of a profile is the empty one.
    this.#text('');
  }

  encode({ types, samples, startedMs, durationMs, period }: Profile): Buffer {
    const writer = this.#writer;
    for (const type of types) this.#valueType(1, type);
    for (const sample of samples) this.#sample(sample);
    writer.integer(9, startedMs * NANOSECONDS_PER_MS);
    writer.integer(10, durationMs * NANOSECONDS_PER_MS);
    this.#valueType(11, period.type);
    writer.integer(12, period.every);
    // Last, when all are known.
    for (const text of this.#texts.keys) writer.textChoice(6, text);
    return writer.copy(0);
  }

  #text(text: string): number {
    return this.#texts.of(text).number;
  }

  #valueType(field: number, { type, unit }: ValueType): void {
    const begun = this.#writer.begin(field);
    this.#writer.integer(1, this.#text(type));
    this.#writer.integer(2, this.#text(unit));
    this.#writer.end(begun);
  }

  #sample({ stack, values, thread }: Sample): void {
    const writer = this.#writer;
    const locations = stack.map((frame) => this.#location(frame));
    const begun = writer.begin(2);
    for (const location of locations) writer.choice(1, location);
    for (const value of values) writer.choice(2, value);
    const label = writer.begin(3);
    writer.integer(1, this.#text(THREAD));
    writer.integer(2, this.#text(thread));
    writer.end(label);
    writer.end(begun);
  }

  /** Each function has one location, and both the same number. */
  #location({ name, file, line }: Frame): number {
    const { number, isNew } = this.#locations.of(`${line} ${name}\n${file}`);
    if (!isNew) return number;
    const writer = this.#writer;
    const location = writer.begin(4);
    writer.integer(1, number);
    const place = writer.begin(4);
    writer.integer(1, number);
    writer.integer(2, line);
    writer.end(place);
    writer.end(location);
    const described = writer.begin(5);
    writer.integer(1, number);
    writer.integer(2, this.#text(name));
    writer.integer(3, this.#text(name));
    writer.integer(4, this.#text(file));
    writer.integer(5, line);
    writer.end(described);
    return number;
  }
}

export function encodeProfile(profile: Profile): Promise<Buffer> {
  return compress(new Encoder().encode(profile));
}
