// Whole values to bytes and back. A message type byte in front of a value is the caller's.

import { decodeProblemText, EncodeError } from './errors.js';
import type { Kind } from './kinds.js';
import { DEFAULT_LIMITS, MAX_MESSAGE_BYTES } from './limits.js';
import { MsgpackReader, type ReadProblem } from './reader.js';
import { type Form, MsgpackWriter } from './writer.js';

const writers: { readonly [form in Form]: MsgpackWriter } = {
  raw: new MsgpackWriter('raw'),
  'str-bin': new MsgpackWriter('str-bin'),
};

/** What `write` writes; the bytes are the caller's own. Throws EncodeError for what can't be written. */
export function written(write: (writer: MsgpackWriter) => void, form: Form = 'raw'): Uint8Array {
  const writer = writers[form];
  // What a failed one left behind.
  writer.clear();
  write(writer);
  if (writer.byteLength > MAX_MESSAGE_BYTES) throw new EncodeError('too-large');
  return writer.take();
}

/** The value, after its message type byte when there is one. */
export function encode<T>(kind: Kind<T>, value: T, type: number | null = null): Uint8Array {
  return written((writer) => {
    if (type !== null) writer.byte(type);
    kind.write(writer, value);
  });
}

/** The same as {@link encode} in slices of a millisecond or so, for what may be long. */
export function* encodeSteps<T>(kind: Kind<T>, value: T, type: number | null = null): Generator<undefined, Uint8Array> {
  const writer = new MsgpackWriter();
  if (type !== null) writer.byte(type);
  if (kind.writeSteps === undefined) kind.write(writer, value);
  else yield* kind.writeSteps(writer, value);
  if (writer.byteLength > MAX_MESSAGE_BYTES) throw new EncodeError('too-large');
  return writer.take();
}

export interface ReadFailure {
  readonly ok: false;
  readonly problem: ReadProblem;
  /** With `truncated`: how long the bytes must be at least. */
  readonly wanted: number;
  /** Where it is: the offset, and the field, `Services[3].Port`. */
  readonly offset: number;
  readonly place: string;
}

export type Read<T> = { readonly ok: true; readonly value: T; readonly next: number } | ReadFailure;

function outcome<T>(reader: MsgpackReader, value: T): Read<T> {
  const { problem, wanted, offset, place } = reader;
  return problem === null ? { ok: true, value, next: offset } : { ok: false, problem, wanted, offset, place };
}

/** The value at `offset`; bytes behind it don't matter. Byte values in it are views of `input`. */
export function decode<T>(kind: Kind<T>, input: Uint8Array, offset = 0, limits = DEFAULT_LIMITS): Read<T> {
  const reader = new MsgpackReader(input, offset, limits);
  return outcome(reader, kind.read(reader));
}

/** The same in slices of a millisecond or so, for what may be long. */
export function* decodeSteps<T>(
  kind: Kind<T>,
  input: Uint8Array,
  offset = 0,
  limits = DEFAULT_LIMITS,
): Generator<undefined, Read<T>> {
  const reader = new MsgpackReader(input, offset, limits);
  return outcome(reader, kind.readSteps === undefined ? kind.read(reader) : yield* kind.readSteps(reader));
}

/** What is wrong, in words. */
export function readFailureText({ problem, offset, place }: ReadFailure): string {
  return decodeProblemText(problem, offset, place);
}
