// The building blocks of a schema for json-decode.ts: Go's scalar types, bytes, lists, maps, pointers, free-form values,
// durations and custom hooks.

import { parseDuration } from './duration.js';
import { DecimalNumber } from './json-decimal.js';
import type { Kind, Reading } from './json-decode.js';
import { setProperty } from './json-scan.js';
import type { WrittenJson } from './json-value.js';
import { MAX_NESTING, TOO_DEEP } from './nesting.js';

export const string: Kind<string> = {
  goType: 'string',
  zero: '',
  read(value, at) {
    if (typeof value === 'string') return value;
    at.mismatch(value, 'string');
    return '';
  },
};

export const bool: Kind<boolean> = {
  goType: 'bool',
  zero: false,
  read(value, at) {
    if (typeof value === 'boolean') return value;
    at.mismatch(value, 'bool');
    return false;
  },
};

function integer(goType: string, min: bigint, max: bigint): Kind<number> {
  const low = Number(min < BigInt(Number.MIN_SAFE_INTEGER) ? BigInt(Number.MIN_SAFE_INTEGER) : min);
  const high = Number(max > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : max);
  return {
    goType,
    zero: 0,
    read(value, at) {
      // The sum turns a negative zero into the only one that integers have.
      if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value + 0;
      at.badNumber(value, goType);
      return 0;
    },
  };
}

/** Go's int, as far as a number is exact: what lies beyond ±(2^53 - 1) is out of range. */
export const int: Kind<number> = integer('int', -(1n << 63n), (1n << 63n) - 1n);
export const int32: Kind<number> = integer('int32', -(1n << 31n), (1n << 31n) - 1n);

/** The whole range of 64 bits; a bigint only above 2^53 - 1 (wire/uint64.ts). */
export const uint64: Kind<number | bigint> = {
  goType: 'uint64',
  zero: 0,
  read(value, at) {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && !Object.is(value, -0)) return value;
    if (typeof value === 'bigint' && value >= 0n && value < 1n << 64n) return value;
    at.badNumber(value, 'uint64');
    return 0;
  },
};

/** An index of the log, which never comes near 2^53: what lies beyond is out of range. */
export const index: Kind<number> = {
  goType: 'uint64',
  zero: 0,
  read(value, at) {
    const given = uint64.read(value, at);
    if (typeof given === 'number') return given;
    at.badNumber(value, 'uint64');
    return 0;
  },
};

/** float64. */
export const float: Kind<number> = {
  goType: 'float64',
  zero: 0,
  read(value, at) {
    const number = numberOf(value);
    if (number !== null) return number;
    at.mismatch(value, 'float64');
    return 0;
  },
};

/** What any number is as a double, however it is written; null for what isn't one. */
export function numberOf(value: WrittenJson): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof DecimalNumber ? value.value : null;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** []byte: standard base64 with padding; line breaks are skipped. */
export const bytes: Kind<Uint8Array | null> = {
  goType: '[]uint8',
  zero: null,
  read(value, at) {
    if (typeof value !== 'string') {
      at.mismatch(value, '[]uint8');
      return null;
    }
    const text = value.replace(/[\r\n]/g, '');
    if (BASE64.test(text)) return Buffer.from(text, 'base64');
    const valid = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0;
    at.fail(`illegal base64 data at input byte ${valid === text.length ? valid - (valid % 4) : valid}`);
    return null;
  },
};

/** A list; an absent one and null are null, as Go's nil slice. */
export function list<T>(element: Kind<T>): Kind<readonly T[] | null> {
  const goType = `[]${element.goType}`;
  return {
    goType,
    zero: null,
    inside: { is: 'list', of: element },
    read(value, at) {
      if (!Array.isArray(value)) {
        at.mismatch(value, goType);
        return null;
      }
      // Not filled by and by: a list that grows has room for seventeen, and most have one.
      return value.map((item: WrittenJson) => (item === null ? element.zero : element.read(item, at)));
    },
  };
}

/** A map with text keys; an absent one and null are null, as Go's nil map. */
export function map<T>(element: Kind<T>): Kind<{ readonly [key: string]: T } | null> {
  const goType = `map[string]${element.goType}`;
  return {
    goType,
    zero: null,
    inside: { is: 'map', of: element },
    read(value, at) {
      if (typeof value !== 'object' || Array.isArray(value) || value instanceof DecimalNumber) {
        at.mismatch(value, goType);
        return null;
      }
      const out: { [key: string]: T } = {};
      for (const [key, item] of Object.entries(value as { readonly [key: string]: WrittenJson })) {
        setProperty(out, key, item === null ? element.zero : element.read(item, at));
      }
      return out;
    },
  };
}

/** A pointer: null when absent. */
export function pointer<T>(target: Kind<T>): Kind<T | null> {
  const { goType, inside } = target;
  return { goType, zero: null, ...(inside && { inside }), read: (value, at) => target.read(value, at) };
}

function plain(value: WrittenJson, at: Reading, depth: number): DynamicValue {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof DecimalNumber) return value.value;
  if (value === null || typeof value !== 'object') return value;
  if (depth >= MAX_NESTING) {
    at.fail(TOO_DEEP);
    return null;
  }
  if (Array.isArray(value)) return value.map((item: WrittenJson) => plain(item, at, depth + 1));
  const out: { [key: string]: DynamicValue } = {};
  for (const [key, item] of Object.entries(value)) setProperty(out, key, plain(item, at, depth + 1));
  return out;
}

/** What a free-form value decodes to: numbers are doubles, as in Go. */
export type DynamicValue =
  | null
  | boolean
  | number
  | string
  | readonly DynamicValue[]
  | { readonly [key: string]: DynamicValue };

/** interface{}: anything. */
export const dynamic: Kind<DynamicValue> = {
  goType: 'interface {}',
  zero: null,
  read: (value, at) => plain(value, at, 0),
};

/** 2^63: nanoseconds are 64 bits signed. A number that reads as this or more has no form on the wire. */
const DURATION_LIMIT = 2 ** 63;

/** Whole nanoseconds as a duration; refused where they are beyond the 292 years that a duration holds. */
export function durationOf(nanoseconds: number, value: WrittenJson, at: Reading): number {
  if (nanoseconds < DURATION_LIMIT && nanoseconds >= -DURATION_LIMIT) return nanoseconds + 0;
  at.badNumber(value, 'time.Duration');
  return 0;
}

/**
 * A duration as agent and catalog bodies take it, in nanoseconds: Go duration text, or a number of nanoseconds whose
 * fraction is dropped. Other types of value count as absent.
 */
export const duration: Kind<number> = {
  goType: 'time.Duration',
  zero: 0,
  read(value, at) {
    const number = numberOf(value);
    if (number !== null) return durationOf(Math.trunc(number), value, at);
    if (typeof value !== 'string') return 0;
    const parsed = parseDuration(value);
    if (parsed.ok) return parsed.ns;
    at.fail(parsed.error);
    return 0;
  },
};
