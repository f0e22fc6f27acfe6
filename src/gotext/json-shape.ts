// What a JSON value looks like, as data: for what is shown, as `Kind` is for what is read. Documents are made from it, and tests
// hold recorded answers against it.

type Scalar = 'string' | 'boolean' | 'integer' | 'uint64' | 'number' | 'base64' | 'duration' | 'any';

export interface Fields {
  readonly [name: string]: JsonShape | Optional;
}

export interface RecordShape {
  readonly record: string;
  readonly fields: Fields;
}

/** A field that is left out when it is empty. */
export interface Optional {
  readonly optional: JsonShape;
}

export type JsonShape =
  | Scalar
  | RecordShape
  | { readonly list: JsonShape }
  | { readonly map: JsonShape }
  | { readonly nullable: JsonShape }
  | { readonly either: readonly JsonShape[] };

/** `name` is unique: one of that name stands in the documents. */
export function record(name: string, fields: Fields): RecordShape {
  return { record: name, fields };
}

export function listOf(list: JsonShape): JsonShape {
  return { list };
}

export function mapOf(map: JsonShape): JsonShape {
  return { map };
}

export function nullable(shape: JsonShape): JsonShape {
  return { nullable: shape };
}

export function optional(shape: JsonShape): Optional {
  return { optional: shape };
}

/** What is asked for decides which of them it is. */
export function either(...shapes: readonly JsonShape[]): JsonShape {
  return { either: shapes };
}
