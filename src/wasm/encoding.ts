// Both directions for one kind of value, made once from its schema and kept.

import type { Kind, StructKind, StructSchema } from '../wire/schema/kinds.js';
import { valueReader } from './decoder.js';
import { valueWriter } from './encoder.js';
import type { Encoding } from './output.js';
import { kindProgram } from './program.js';

export interface Codec extends Encoding {
  read(): unknown;
}

/** Its place in the image is taken at once; functions are generated when the first value is written or read. */
class GeneratedCodec implements Codec {
  readonly number: number;
  readonly argument: number;
  readonly #kind: Kind;
  #writer: ((value: unknown) => void) | null = null;
  #reader: (() => unknown) | null = null;

  constructor(kind: Kind) {
    const { number, argument } = kindProgram(kind);
    this.number = number;
    this.argument = argument;
    this.#kind = kind;
  }

  write(value: unknown): void {
    this.#writer ??= valueWriter(this.#kind);
    this.#writer(value);
  }

  read(): unknown {
    this.#reader ??= valueReader(this.#kind);
    return this.#reader();
  }
}

const codecs = new Map<Kind, Codec>();
const structKinds = new Map<StructSchema<object>, StructKind>();

export function codecOf(kind: Exclude<Kind, string>): Codec {
  const known = codecs.get(kind);
  if (known !== undefined) return known;
  const codec = new GeneratedCodec(kind);
  codecs.set(kind, codec);
  return codec;
}

export function structCodec(schema: StructSchema<object>): Codec {
  let kind = structKinds.get(schema);
  if (kind === undefined) {
    kind = { kind: 'struct', schema, nullable: false };
    structKinds.set(schema, kind);
  }
  return codecOf(kind);
}
