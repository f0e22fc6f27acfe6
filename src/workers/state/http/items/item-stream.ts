// A body of many items, taken as it comes: which of the two forms it has, and the items of each piece, decoded one by one as they are
// asked for. The client is read no faster than pieces are asked for (body-stream.ts).

import { type DecodeOptions, decodeWholeJson, type Kind } from '../../../../gotext/json-decode.js';
import { parseWrittenJson } from '../../../../gotext/json-parse.js';
import { surprise } from '../../../../observe/surprise.js';
import type { BodyPieces } from '../message/body-stream.js';
import { text } from '../message/reply.js';
import { Refused } from '../parameters/parameters.js';
import {
  ArraySplitter,
  Broken,
  type Cut,
  LineSplitter,
  refusedByte,
  type Splitter,
  skipBlanks,
} from './item-splitter.js';

/** An array of items, or one a line. */
export type ItemForm = 'array' | 'lines';

/** `bytes`: how long its text was. `error` is null where a bug of ours kept it from being read. */
export type Item<T> =
  | { readonly ok: true; readonly value: T; readonly bytes: number }
  | { readonly ok: false; readonly error: string | null };

interface ItemRules {
  readonly options: DecodeOptions;
  readonly errorPrefix: string;
  readonly maxItemBytes: number;
}

export const LINES_TYPE = 'application/x-ndjson';
const ARRAY_BEGINS = 0x5b;
const OBJECT_BEGINS = 0x7b;
const CUT = new Broken('unexpected EOF');
const AT_END = 'unexpected end of JSON input';

export class ItemStream<T> {
  readonly #kind: Kind<T>;
  readonly #rules: ItemRules;
  readonly #saysLines: boolean;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #splitter: Splitter | null = null;
  /** Read while the form was looked for. */
  #first: Uint8Array | null = null;
  #isOver = false;
  /** The client was gone before the end. */
  #isCut = false;

  constructor(kind: Kind<T>, rules: ItemRules, pieces: BodyPieces, contentType: string) {
    this.#kind = kind;
    this.#rules = rules;
    this.#saysLines = contentType.split(';', 1)[0]?.trim().toLowerCase() === LINES_TYPE;
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Known with the first byte that isn't blank, or by the Content-Type. To be asked first. */
  async form(): Promise<ItemForm | Refused> {
    let first: Uint8Array | null = null;
    while (first === null && !this.#saysLines) {
      const piece = await this.#piece();
      if (piece === null) return this.#refused(this.#isCut ? 'unexpected EOF' : 'EOF');
      const begins = skipBlanks(piece);
      if (begins < piece.length) first = piece.subarray(begins);
    }
    const byte = first?.[0];
    if (byte !== undefined && byte !== ARRAY_BEGINS && byte !== OBJECT_BEGINS) {
      return this.#refused(refusedByte(byte, 'looking for beginning of value'));
    }
    const form = byte === ARRAY_BEGINS ? 'array' : 'lines';
    const { maxItemBytes } = this.#rules;
    this.#splitter = form === 'array' ? new ArraySplitter(maxItemBytes) : new LineSplitter(maxItemBytes);
    this.#first = first;
    return form;
  }

  /**
   * The items that the next piece makes whole; null behind the last one. Of a body that is cut, what isn't whole is no item: the last
   * one says so, for a client that has only closed its side.
   */
  async next(): Promise<Iterable<Item<T>> | null> {
    const splitter = this.#splitter;
    if (splitter === null || this.#isOver) return null;
    const piece = this.#first ?? (splitter.isOver ? null : await this.#piece());
    this.#first = null;
    if (piece !== null) return this.#items(splitter, splitter.feed(piece));
    this.#isOver = true;
    if (this.#isCut) return this.#items(splitter, [CUT]);
    await this.#pieces.return?.();
    const last = splitter.end();
    return last === null ? null : this.#items(splitter, [last]);
  }

  async #piece(): Promise<Uint8Array | null> {
    try {
      const { done, value } = await this.#pieces.next();
      return done === true ? null : value;
    } catch {
      this.#isCut = true;
      return null;
    }
  }

  #refused(error: string): Refused {
    // Whatever else comes isn't wanted.
    this.#isOver = true;
    void this.#pieces.return?.();
    return new Refused(text(400, this.#rules.errorPrefix + error));
  }

  *#items(splitter: Splitter, cuts: Iterable<Cut>): Generator<Item<T>> {
    for (const cut of cuts) {
      let item: Item<T> = { ok: false, error: null };
      try {
        item = this.#item(splitter, cut);
      } catch (error) {
        // It costs this item alone.
        surprise(error);
      }
      yield item;
    }
  }

  #item(splitter: Splitter, cut: Cut): Item<T> {
    const { options, errorPrefix, maxItemBytes } = this.#rules;
    if (cut === 'too long') return { ok: false, error: `Item too large, max size: ${maxItemBytes} bytes` };
    if (cut instanceof Broken) return { ok: false, error: errorPrefix + cut.text };
    const source = Buffer.from(cut.buffer, cut.byteOffset, cut.byteLength).toString();
    const decoded = decodeWholeJson(source, this.#kind, options);
    if (!decoded.ok) return { ok: false, error: errorPrefix + inPlace(decoded.error, source, splitter.surroundings) };
    return { ok: true, value: decoded.value, bytes: cut.byteLength };
  }
}

/** What Go says of an element where it stands, in its array. */
function inPlace(error: string, source: string, [before, behind]: Splitter['surroundings']): string {
  if (before === '') return error;
  if (error !== AT_END) return error.replace(/after top-level value$/, 'after array element');
  // A word or a number that isn't whole: what comes next is refused.
  const there = parseWrittenJson(before + source + behind);
  return there.ok ? error : there.error;
}
