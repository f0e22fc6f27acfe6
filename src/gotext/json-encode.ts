// JSON text as Go's encoding/json writes it: HTML-safe escapes, map keys in byte order, bytes as base64. Callers join the
// pieces themselves (a record caches its text), so everything here gives or takes compact text.

import { compareUtf8 } from './utf8-order.js';

const SPECIAL = /["\\<>&\u0000-\u001f\u2028\u2029\ud800-\udfff]/;
const HTML = /[<>&\u2028\u2029]/g;
const LONE = /\\u(d[89a-f][0-9a-f]{2})/;
const HTML_ESCAPES: { readonly [character: string]: string } = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** Escapes character by character; needed only where JSON.stringify left a lone surrogate. */
function quoteLone(text: string): string {
  let out = '';
  for (const character of text) {
    const rune = character.codePointAt(0) ?? 0;
    out += rune >= 0xd800 && rune <= 0xdfff ? '\\ufffd' : JSON.stringify(character).slice(1, -1);
  }
  return `"${out}"`;
}

/** `text` as a JSON string. */
export function quoteJson(text: string): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  let quoted = JSON.stringify(text);
  if (LONE.test(quoted)) quoted = quoteLone(text);
  return quoted.replace(HTML, (character) => HTML_ESCAPES[character] ?? character);
}

/** A number; finite. JavaScript's and Go's shortest forms agree but for negative zero. */
export function numberJson(value: number | bigint): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

const MAX_INT64 = (1n << 63n) - 1n;

const MAX_UINT64 = (1n << 64n) - 1n;

function inFull(value: number, most: bigint): string {
  if (Number.isSafeInteger(value)) return String(value);
  const exact = BigInt(value);
  return String(exact > most ? most : exact);
}

/** An int64 in full; a number that rounded up to 2^63 is the largest there is. */
export function int64Json(value: number): string {
  return inFull(value, MAX_INT64);
}

/** A uint64 in full; a number that rounded up to 2^64 is the largest there is. */
export function uint64Json(value: number): string {
  return inFull(value, MAX_UINT64);
}

/** []byte: base64, nil is null. */
export function bytesJson(value: Uint8Array | null): string {
  if (value === null) return 'null';
  return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
}

/** A list from its elements' texts; nil is null. */
export function listJson<T>(list: readonly T[] | null, element: (value: T) => string): string {
  if (list === null) return 'null';
  let out = '[';
  for (let index = 0; index < list.length; index++) {
    out += (index === 0 ? '' : ',') + element(list[index] as T);
  }
  return `${out}]`;
}

/** A map with its keys in byte order; nil is null. */
export function mapJson<T>(map: { readonly [key: string]: T } | null, element: (value: T) => string): string {
  if (map === null) return 'null';
  const keys = Object.keys(map);
  if (keys.length > 1) keys.sort(compareUtf8);
  let out = '{';
  for (const key of keys) {
    out += `${out.length === 1 ? '' : ','}${quoteJson(key)}:${element(map[key] as T)}`;
  }
  return `${out}}`;
}

/** A free-form value: objects are Go maps. Recursive: what decoded it bounds the depth (json-kinds.ts). */
export function dynamicJson(value: unknown): string {
  if (typeof value === 'string') return quoteJson(value);
  if (typeof value === 'number' || typeof value === 'bigint') return numberJson(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === null || value === undefined) return 'null';
  if (value instanceof Uint8Array) return bytesJson(value);
  if (Array.isArray(value)) return listJson(value as readonly unknown[], dynamicJson);
  return mapJson(value as { readonly [key: string]: unknown }, dynamicJson);
}
