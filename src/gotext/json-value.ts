// What JSON text is read to.

import type { DecimalNumber } from './json-decimal.js';

/** Integers that a number can't hold exactly are bigints. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** As {@link JsonValue}, with whole numbers told apart by how they are written. */
export type WrittenJson =
  | null
  | boolean
  | number
  | bigint
  | string
  | DecimalNumber
  | readonly WrittenJson[]
  | { readonly [key: string]: WrittenJson };

export type WrittenParsed =
  | { readonly ok: true; readonly value: WrittenJson }
  | { readonly ok: false; readonly error: string };

export type JsonParsed =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly error: string };
