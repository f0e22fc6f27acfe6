// A JSON parser with the errors of Go's encoding/json: which character was refused, and where. It is the slow path of
// json-parse.ts, taken for texts that JSON.parse refuses, for integers beyond 2^53 and for text after the first value, and the
// way of texts that are too long for one step (json-steps.ts). Iterative, because Go allows 10000 levels and a call stack does not.

import { isDigit, Scanner } from './json-tokens.js';
import type { JsonParsed, WrittenJson, WrittenParsed } from './json-value.js';

const MAX_DEPTH = 10_000;
const VALUES_PER_STEP = 256;

/** Of a text that is read in steps. */
export const TOO_MANY_VALUES = 'json: too many values';

type Container =
  | { readonly kind: 'array'; readonly value: WrittenJson[] }
  | { readonly kind: 'object'; readonly value: { [key: string]: WrittenJson }; key: string };

/** A property that may be called `__proto__`, which plain assignment would take for the prototype. */
export function setProperty<T>(target: { [key: string]: T }, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else target[key] = value;
}

/** One value that isn't a container; `undefined` after a failure. */
function scalar(scanner: Scanner, code: number): WrittenJson | undefined {
  if (code === 0x22) return scanner.string() ?? undefined;
  if (code === 0x2d || isDigit(code)) return scanner.number() ?? undefined;
  if (code === 0x74) return scanner.literal('true') ? true : undefined;
  if (code === 0x66) return scanner.literal('false') ? false : undefined;
  if (code === 0x6e) return scanner.literal('null') ? null : undefined;
  scanner.refuse('looking for beginning of value');
  return undefined;
}

/** Reads a key and its colon into `container`; false after a failure. */
function* readKey(scanner: Scanner, container: Extract<Container, { kind: 'object' }>): Generator<undefined, boolean> {
  if (scanner.peek() !== 0x22) {
    scanner.refuse('looking for beginning of object key string');
    return false;
  }
  while (scanner.readsOn()) yield;
  const key = scanner.string();
  if (key === null) return false;
  container.key = key;
  if (scanner.peek() !== 0x3a) {
    scanner.refuse('after object key');
    return false;
  }
  scanner.at++;
  return true;
}

/**
 * Parses the first value of `text`; what follows it is left to the caller, from `scanner.at` on. Without a bound of how many
 * values there may be, and a stride of the scanner, it is one step.
 */
function* firstValue(scanner: Scanner, maxValues: number): Generator<undefined, WrittenJson | undefined> {
  const stack: Container[] = [];
  for (let left = maxValues; ; left--) {
    if (left === 0) {
      scanner.failure = { kind: 'error', text: TOO_MANY_VALUES };
      return undefined;
    }
    if (left % VALUES_PER_STEP === 0) yield;
    let value: WrittenJson | undefined;
    const code = scanner.peek();
    if (code === 0x7b || code === 0x5b) {
      if (stack.length >= MAX_DEPTH) {
        scanner.failure = { kind: 'error', text: 'exceeded max depth' };
        return undefined;
      }
      scanner.at++;
      const next = scanner.peek();
      if (code === 0x7b && next !== 0x7d) {
        const container: Container = { kind: 'object', value: {}, key: '' };
        if (!(yield* readKey(scanner, container))) return undefined;
        stack.push(container);
        continue;
      }
      if (code === 0x5b && next !== 0x5d) {
        stack.push({ kind: 'array', value: [] });
        continue;
      }
      scanner.at++;
      value = code === 0x7b ? {} : [];
    } else {
      if (code === 0x22) while (scanner.readsOn()) yield;
      value = scalar(scanner, code);
    }
    if (value === undefined) return undefined;

    // The value is complete: put it into its container, and close every container that ends here.
    for (;;) {
      const container = stack[stack.length - 1];
      if (container === undefined) return value;
      if (container.kind === 'array') container.value.push(value);
      else setProperty(container.value, container.key, value);
      const mark = scanner.peek();
      if (mark === 0x2c) {
        scanner.at++;
        if (container.kind === 'object' && !(yield* readKey(scanner, container))) return undefined;
        break;
      }
      if (mark !== (container.kind === 'array' ? 0x5d : 0x7d)) {
        scanner.refuse(container.kind === 'array' ? 'after array element' : 'after object key:value pair');
        return undefined;
      }
      scanner.at++;
      value = container.value;
      stack.pop();
    }
  }
}

/** The slow, exact way: errors as Go words them, unsafe integers as bigint. */
export function scanJson(text: string, mode: 'decoder' | 'unmarshal'): JsonParsed {
  return scan(new Scanner(text, false), mode) as JsonParsed;
}

/** As {@link scanJson}, with whole numbers that are no integers to Go told apart. */
export function scanWrittenJson(text: string, mode: 'decoder' | 'unmarshal'): WrittenParsed {
  return scan(new Scanner(text, true), mode);
}

/** The first value in `text` in the mode `decoder`, in steps. */
export function* scanInSteps(
  text: string,
  { maxValues, stride }: { readonly maxValues: number; readonly stride: number },
): Generator<undefined, WrittenParsed> {
  const scanner = new Scanner(text, true, stride);
  const isEmpty = Number.isNaN(scanner.peek());
  return outcome(scanner, yield* firstValue(scanner, maxValues), isEmpty ? 'EOF' : 'unexpected EOF');
}

function scan(scanner: Scanner, mode: 'decoder' | 'unmarshal'): WrittenParsed {
  const isEmpty = Number.isNaN(scanner.peek());
  const value = firstValue(scanner, Number.POSITIVE_INFINITY).next().value;
  if (mode === 'decoder') return outcome(scanner, value, isEmpty ? 'EOF' : 'unexpected EOF');
  if (value !== undefined && !Number.isNaN(scanner.peek())) scanner.refuse('after top-level value');
  return outcome(scanner, value, 'unexpected end of JSON input');
}

function outcome({ failure }: Scanner, value: WrittenJson | undefined, atEnd: string): WrittenParsed {
  if (value !== undefined && failure === null) return { ok: true, value };
  return { ok: false, error: failure?.kind === 'error' ? failure.text : atEnd };
}
