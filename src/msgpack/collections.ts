// Lists and maps. Read or written in slices they give the thread back every now and then, also between the elements of lists
// within lists.

import { setProperty } from '../gotext/json-scan.js';
import type { Kind } from './kinds.js';
import type { MsgpackReader } from './reader.js';
import type { MsgpackWriter } from './writer.js';

/** Longest list or map taken in where its kind names no other limit. */
const MOST_ELEMENTS = 65536;

/** Tells the reader that its problem is in this element. */
function inElement(reader: MsgpackReader, part: string | number): void {
  const shown = typeof part === 'string' && part.length > 40 ? `${part.slice(0, 40)}…` : part;
  reader.inside(`[${shown}]`);
}

function readElement<T>(of: Kind<T>, reader: MsgpackReader, part: string | number): T {
  const element = of.read(reader);
  if (reader.problem !== null) inElement(reader, part);
  return element;
}

/** For elements that may be long themselves; a generator for each of many short ones would cost more than reading them. */
function* readLongElement<T>(of: Kind<T>, reader: MsgpackReader, part: string | number): Generator<undefined, T> {
  const element = of.readSteps === undefined ? of.read(reader) : yield* of.readSteps(reader);
  if (reader.problem !== null) inElement(reader, part);
  return element;
}

function* writeLongElement<T>(of: Kind<T>, writer: MsgpackWriter, element: T): Generator<undefined, void> {
  if (of.writeSteps === undefined) of.write(writer, element);
  else yield* of.writeSteps(writer, element);
}

/** The header's count, or null for nil; a larger one than `most` is refused. */
function checked(reader: MsgpackReader, count: number | null, most: number): number | null {
  if (count !== null && count > most) reader.fail('too-many-values');
  return count;
}

/** Null is Go's nil slice. `most`: a longer one is refused. */
export function list<T>(of: Kind<T>, most = MOST_ELEMENTS): Kind<readonly T[] | null> {
  return {
    zero: null,
    isEmpty: (value) => value === null || value.length === 0,
    write(writer, value) {
      if (value === null) writer.nil();
      else writer.array(value.length);
      for (const element of value ?? []) of.write(writer, element);
    },
    read(reader) {
      const length = checked(reader, reader.array(), most);
      if (length === null) return null;
      const elements: T[] = [];
      for (let i = 0; i < length && reader.problem === null; i += 1) elements.push(readElement(of, reader, i));
      return elements;
    },
    *readSteps(reader) {
      const length = checked(reader, reader.array(), most);
      if (length === null) return null;
      const isLong = of.readSteps !== undefined;
      const elements: T[] = [];
      for (let i = 0; i < length && reader.problem === null; i += 1) {
        elements.push(isLong ? yield* readLongElement(of, reader, i) : readElement(of, reader, i));
        if (reader.isSliceOver()) yield;
      }
      return elements;
    },
    *writeSteps(writer, value) {
      if (value === null) writer.nil();
      else writer.array(value.length);
      const isLong = of.writeSteps !== undefined;
      for (const element of value ?? []) {
        if (isLong) yield* writeLongElement(of, writer, element);
        else of.write(writer, element);
        if (writer.isSliceOver()) yield;
      }
    },
  };
}

/** How a map is held here. */
interface Holding<M, T> {
  make(): M;
  put(into: M, key: string, element: T): void;
  size(value: M): number;
  pairs(value: M): Iterable<readonly [string, T]>;
}

function pairsOf<M, T>(holding: Holding<M, T>, of: Kind<T>, most: number): Kind<M | null> {
  return {
    zero: null,
    isEmpty: (value) => value === null || holding.size(value) === 0,
    write(writer, value) {
      if (value === null) {
        writer.nil();
        return;
      }
      writer.map(holding.size(value));
      for (const [key, element] of holding.pairs(value)) {
        writer.text(key);
        of.write(writer, element);
      }
    },
    read(reader) {
      const length = checked(reader, reader.map(), most);
      if (length === null) return null;
      const pairs = holding.make();
      for (let i = 0; i < length && reader.problem === null; i += 1) {
        const key = reader.text();
        const element = of.read(reader);
        if (reader.problem !== null) inElement(reader, key);
        holding.put(pairs, key, element);
      }
      return pairs;
    },
    *readSteps(reader) {
      const length = checked(reader, reader.map(), most);
      if (length === null) return null;
      const isLong = of.readSteps !== undefined;
      const pairs = holding.make();
      for (let i = 0; i < length && reader.problem === null; i += 1) {
        const key = reader.text();
        holding.put(pairs, key, isLong ? yield* readLongElement(of, reader, key) : readElement(of, reader, key));
        if (reader.isSliceOver()) yield;
      }
      return pairs;
    },
    *writeSteps(writer, value) {
      if (value === null) {
        writer.nil();
        return;
      }
      writer.map(holding.size(value));
      const isLong = of.writeSteps !== undefined;
      for (const [key, element] of holding.pairs(value)) {
        writer.text(key);
        if (isLong) yield* writeLongElement(of, writer, element);
        else of.write(writer, element);
        if (writer.isSliceOver()) yield;
      }
    },
  };
}

/** A Go map with text keys. Read into a Map: keys come from the network, and `__proto__` is a name like any other. */
export function mapOf<T>(of: Kind<T>, most = MOST_ELEMENTS): Kind<ReadonlyMap<string, T> | null> {
  const holding: Holding<ReadonlyMap<string, T>, T> = {
    make: () => new Map<string, T>(),
    put: (into, key, element) => (into as Map<string, T>).set(key, element),
    size: (value) => value.size,
    pairs: (value) => value,
  };
  return pairsOf(holding, of, most);
}

/** The same as an object, which is what records have. */
export function objectOf<T>(of: Kind<T>, most = MOST_ELEMENTS): Kind<{ readonly [key: string]: T } | null> {
  const holding: Holding<{ readonly [key: string]: T }, T> = {
    make: () => ({}),
    put: (into, key, element) => setProperty(into as { [key: string]: T }, key, element),
    size: (value) => Object.keys(value).length,
    pairs: (value) => Object.entries(value),
  };
  return pairsOf(holding, of, most);
}
