// Both directions for one kind of value, made once from its schema and kept.

import type { Kind, StructKind, StructSchema } from '../wire/schema.js';
import { valueReader } from './decoder.js';
import { valueWriter } from './encoder.js';
import type { Encoding } from './output.js';
import { kindProgram } from './program.js';

export interface Codec extends Encoding {
  readonly read: () => unknown;
}

const codecs = new Map<Kind, Codec>();
const structKinds = new Map<StructSchema<object>, StructKind>();

export function codecOf(kind: Exclude<Kind, string>): Codec {
  const known = codecs.get(kind);
  if (known !== undefined) return known;
  const codec = { ...kindProgram(kind), write: valueWriter(kind), read: valueReader(kind) };
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
