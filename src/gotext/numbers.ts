// Numbers and booleans from text as Go's strconv reads them, with its error texts.

import { quote } from './quote.js';

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);
/** A literal of any base with Go's rules for underscores: only between digits, or between prefix and digit. */
const BASED = /^(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;

function failure(name: string, text: string, why: 'invalid syntax' | 'value out of range'): Parsed<never> {
  return { ok: false, error: `strconv.${name}: parsing ${quote(text)}: ${why}` };
}

/** strconv.ParseBool. */
export function parseGoBool(text: string): Parsed<boolean> {
  if (TRUE.has(text)) return { ok: true, value: true };
  if (FALSE.has(text)) return { ok: true, value: false };
  return failure('ParseBool', text, 'invalid syntax');
}

/** The magnitude of an unsigned literal, or null when it is none. Base 0 takes Go's prefixes and underscores. */
function magnitude(text: string, base: 0 | 10): bigint | null {
  if (base === 10) return /^[0-9]+$/.test(text) ? BigInt(text) : null;
  if (!BASED.test(text)) return null;
  const digits = text.replaceAll('_', '');
  return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
}

function narrow(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

// Longer texts can only be out of range or padded with zeros; BigInt() of megabytes of digits would hold the thread.
const MAX_LITERAL = 200;

function tooLong(text: string, base: 0 | 10): 'invalid syntax' | 'value out of range' | null {
  if (text.length <= MAX_LITERAL) return null;
  return (base === 10 ? /^[+-]?[0-9]+$/ : /^[+-]?[0-9a-fA-FxXoO_]+$/).test(text)
    ? 'value out of range'
    : 'invalid syntax';
}

/** strconv.ParseUint. The value is a bigint only above 2^53 - 1. */
export function parseGoUint(text: string, bits: 8 | 16 | 32 | 64 = 64, base: 0 | 10 = 10): Parsed<number | bigint> {
  const refused = tooLong(text, base);
  if (refused !== null) return failure('ParseUint', text, refused);
  const value = magnitude(text, base);
  if (value === null) return failure('ParseUint', text, 'invalid syntax');
  if (value >= 1n << BigInt(bits)) return failure('ParseUint', text, 'value out of range');
  return { ok: true, value: narrow(value) };
}

/** strconv.ParseInt; `name` is `Atoi` where Go's code calls that. The value is a bigint only when it isn't safe. */
export function parseGoInt(
  text: string,
  bits: 8 | 16 | 32 | 64 = 64,
  base: 0 | 10 = 10,
  name: 'ParseInt' | 'Atoi' = 'ParseInt',
): Parsed<number | bigint> {
  const refused = tooLong(text, base);
  if (refused !== null) return failure(name, text, refused);
  const signed = text.startsWith('-') || text.startsWith('+');
  const absolute = magnitude(signed ? text.slice(1) : text, base);
  if (absolute === null) return failure(name, text, 'invalid syntax');
  const limit = 1n << BigInt(bits - 1);
  const value = text.startsWith('-') ? -absolute : absolute;
  if (value >= limit || value < -limit) return failure(name, text, 'value out of range');
  return { ok: true, value: narrow(value) };
}

/** strconv.ParseFloat, 64 bits; decimal forms, infinities and NaN (hexadecimal floats are refused). */
export function parseGoFloat(text: string): Parsed<number> {
  const word = text.toLowerCase();
  if (/^[+-]?inf(?:inity)?$/.test(word)) return { ok: true, value: word.startsWith('-') ? -Infinity : Infinity };
  if (word === 'nan') return { ok: true, value: Number.NaN };
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) {
    return failure('ParseFloat', text, 'invalid syntax');
  }
  const value = Number(text);
  return Number.isFinite(value) ? { ok: true, value } : failure('ParseFloat', text, 'value out of range');
}
