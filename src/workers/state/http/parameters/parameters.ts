// The kinds of parameters that a row of the endpoint table declares: what a value must be, what an absent one means, and what is
// answered to a bad one. A handler gets the values; `docs/openapi.json` and the hostile calls are made from the same rows.

import { parseDuration } from '../../../../gotext/duration.js';
import { parseGoBool, parseGoInt, parseGoUint } from '../../../../gotext/numbers.js';
import type { StringMap } from '../../../../wire/records.js';
import type { Uint64 } from '../../../../wire/uint64.js';
import type { Reply } from '../message/reply.js';
import type { ParameterSource } from '../message/request.js';

export type ParameterType =
  | 'flag'
  | 'text'
  | 'texts'
  | 'pairs'
  | 'boolean'
  | 'integer'
  | 'uint64'
  | 'duration'
  | { readonly oneOf: readonly string[] };

/** What refuses a call, told apart from any value by its class. */
export class Refused {
  readonly reply: Reply;

  constructor(reply: Reply) {
    this.reply = reply;
  }
}

export interface Parameter<T> {
  readonly in: 'query' | 'header';
  readonly type: ParameterType;
  /** One sentence for the documents. */
  readonly about: string;
  /** What an absent one gives; `read` gives this very value for it. */
  readonly absent: T;
  readonly isRequired: boolean;
  /** `name` as the row has it; a header's in lower case. */
  read(source: ParameterSource, name: string): T | Refused;
}

export type Parameters = { readonly [name: string]: Parameter<unknown> };
export type Values<P extends Parameters> = {
  readonly [N in keyof P]: P[N] extends Parameter<infer T> ? T : never;
};

const NONE: readonly string[] = [];
const IN_QUERY = { in: 'query', isRequired: false } as const;

/** True when the parameter is there, whatever its value. */
export function flag(about: string): Parameter<boolean> {
  return { ...IN_QUERY, type: 'flag', about, absent: false, read: ({ query }, name) => query.has(name) };
}

/** True when the parameter has a value that isn't empty. */
export function filledFlag(about: string): Parameter<boolean> {
  return { ...IN_QUERY, type: 'text', about, absent: false, read: ({ query }, name) => query.first(name) !== '' };
}

/** "" when absent: an empty value and none are the same. */
export function anyText(about: string): Parameter<string> {
  return { ...IN_QUERY, type: 'text', about, absent: '', read: ({ query }, name) => query.first(name) };
}

/** Null when absent: an empty value is one. */
export function presentText(about: string): Parameter<string | null> {
  const read = ({ query }: ParameterSource, name: string) => (query.has(name) ? query.first(name) : null);
  return { ...IN_QUERY, type: 'text', about, absent: null, read };
}

/** All values that aren't empty. */
export function texts(about: string): Parameter<readonly string[]> {
  const read = ({ query }: ParameterSource, name: string): readonly string[] => {
    const all = query.all(name);
    return all.length === 0 ? NONE : all.filter((value) => value !== '');
  };
  return { ...IN_QUERY, type: 'texts', about, absent: NONE, read };
}

/** Any number of `key:value`; without a colon the value is empty. */
export function pairs(about: string): Parameter<StringMap | null> {
  const read = ({ query }: ParameterSource, name: string): StringMap | null => {
    const all = query.all(name);
    if (all.length === 0) return null;
    return Object.fromEntries(
      all.map((pair) => {
        const colon = pair.indexOf(':');
        return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
      }),
    );
  };
  return { ...IN_QUERY, type: 'pairs', about, absent: null, read };
}

/** The reply to a value that can't be read: `error` is Go's text, `given` the value. */
export type BadValue = (error: string, given: string) => Reply;

/** Go's words for true and false; `empty` is what a parameter without a value means, null = it is a bad value. */
export function boolean(about: string, empty: boolean | null, bad: BadValue): Parameter<boolean> {
  const read = ({ query }: ParameterSource, name: string): boolean | Refused => {
    if (!query.has(name)) return false;
    const given = query.first(name);
    if (given === '' && empty !== null) return empty;
    const parsed = parseGoBool(given);
    return parsed.ok ? parsed.value : new Refused(bad(parsed.error, given));
  };
  return { ...IN_QUERY, type: 'boolean', about, absent: false, read };
}

/** 64 bits unsigned, in decimal; null when absent. An empty value is a bad one. */
export function uint64(about: string, bad: BadValue): Parameter<Uint64 | null> {
  const read = ({ query }: ParameterSource, name: string): Uint64 | null | Refused => {
    if (!query.has(name)) return null;
    const given = query.first(name);
    const parsed = parseGoUint(given);
    return parsed.ok ? parsed.value : new Refused(bad(parsed.error, given));
  };
  return { ...IN_QUERY, type: 'uint64', about, absent: null, read };
}

/** As {@link uint64}, where an empty value counts as absent and an absent one as 0. */
export function uint64OrZero(about: string, bad: BadValue): Parameter<Uint64> {
  const read = ({ query }: ParameterSource, name: string): Uint64 | Refused => {
    const given = query.first(name);
    if (given === '') return 0;
    const parsed = parseGoUint(given);
    return parsed.ok ? parsed.value : new Refused(bad(parsed.error, given));
  };
  return { ...IN_QUERY, type: 'uint64', about, absent: 0, read };
}

/** Go's int in decimal, within these bounds; 0 when absent or empty. */
export function integer(
  about: string,
  [low, high]: readonly [number, number],
  bad: BadValue,
  outside: Reply,
): Parameter<number> {
  const read = ({ query }: ParameterSource, name: string): number | Refused => {
    const given = query.first(name);
    if (given === '') return 0;
    const parsed = parseGoInt(given, 64, 10, 'Atoi');
    if (!parsed.ok) return new Refused(bad(parsed.error, given));
    return parsed.value < low || parsed.value > high ? new Refused(outside) : Number(parsed.value);
  };
  return { ...IN_QUERY, type: 'integer', about, absent: 0, read };
}

const NANOSECONDS_PER_MS = 1e6;

/** Milliseconds; 0 when absent or empty. */
export function duration(about: string, bad: BadValue): Parameter<number> {
  const read = ({ query }: ParameterSource, name: string): number | Refused => {
    const given = query.first(name);
    if (given === '') return 0;
    const parsed = parseDuration(given);
    return parsed.ok ? parsed.ns / NANOSECONDS_PER_MS : new Refused(bad(parsed.error, given));
  };
  return { ...IN_QUERY, type: 'duration', about, absent: 0, read };
}

/** One of these words, whatever their case; `absent` when there is none or an empty one. */
export function choice<T>(
  about: string,
  words: ReadonlyMap<string, T>,
  absent: T,
  bad: (given: string) => Reply,
): Parameter<T> {
  const read = ({ query }: ParameterSource, name: string): T | Refused => {
    const given = query.first(name);
    if (given === '') return absent;
    return words.get(given.toLowerCase()) ?? new Refused(bad(given));
  };
  return { ...IN_QUERY, type: { oneOf: [...words.keys()] }, about, absent, read };
}

/** Without it the call is refused. */
export function required<T>(parameter: Parameter<T>, missing: Reply): Parameter<T> {
  const read = (source: ParameterSource, name: string): T | Refused =>
    source.query.has(name) ? parameter.read(source, name) : new Refused(missing);
  return { ...parameter, isRequired: true, read };
}

/** "" when absent. */
export function header(about: string): Parameter<string> {
  const read = (source: ParameterSource, name: string): string => source.header(name.toLowerCase()) ?? '';
  return { in: 'header', isRequired: false, type: 'text', about, absent: '', read };
}
