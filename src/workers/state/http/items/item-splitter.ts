// A body of many JSON values, cut into the bytes of each as they come: one a line (NDJSON), or the elements of one array. How the
// bytes were cut on their way changes nothing. What is kept is one unfinished item, and of one that is too long nothing.

import { quoteCharacter } from '../../../../gotext/quote.js';
import { GatheredBytes } from '../engine/gathered-bytes.js';

/** The bytes of an item, which may be a view; why there is no item; or why no further one can be found. */
export type Cut = Uint8Array | 'too long' | Broken;

/** The last cut of a body whose items can't be told apart from here on. */
export class Broken {
  /** As Go's encoding/json has it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface Splitter {
  /** No further item comes, whatever bytes do. */
  readonly isOver: boolean;
  /** Of the item that was cut last: what stands before and behind it, so that an error names the character that Go would meet. */
  readonly surroundings: readonly [before: string, behind: string];
  /** The items that are whole with these bytes, which stay valid. To be taken to the end before anything else is asked. */
  feed(bytes: Uint8Array): Iterable<Cut>;
  /** The body is over: what is left of it. */
  end(): Cut | null;
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BLANK = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

export function isBlank(byte: number | undefined): boolean {
  return byte === BLANK || byte === NEWLINE || byte === RETURN || byte === TAB;
}

/** Where the first byte that isn't blank stands; the length if there is none. */
export function skipBlanks(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && isBlank(bytes[at])) at += 1;
  return at;
}

/** Go looks at bytes: of a character beyond ASCII it names the first. */
export function refusedByte(byte: number, where: string): string {
  return `invalid character ${quoteCharacter(byte)} ${where}`;
}

/** The item at hand, which came so far in one piece or in several. */
class Unfinished {
  readonly #maxBytes: number;
  readonly #gathered = new GatheredBytes();
  #isTooLong = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  get isEmpty(): boolean {
    return this.#gathered.length === 0 && !this.#isTooLong;
  }

  /** Takes bytes that don't end it. True when it has become too long with them. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#isTooLong || start === end) return false;
    if (this.#gathered.length + end - start > this.#maxBytes) {
      this.#isTooLong = true;
      this.#gathered.clear();
      return true;
    }
    this.#gathered.add(bytes, start, end);
    return false;
  }

  /** With its last bytes; null if it was too long before, which was said then. The next one begins. */
  finish(bytes: Uint8Array, start: number, end: number): Uint8Array | 'too long' | null {
    if (this.add(bytes, start, end)) {
      this.#isTooLong = false;
      return 'too long';
    }
    if (this.#isTooLong) {
      this.#isTooLong = false;
      return null;
    }
    return this.#gathered.take();
  }
}

const NOTHING = new Uint8Array(0);

/** One item a line; lines of blanks are none. A line that is wrong spoils no other. */
export class LineSplitter implements Splitter {
  readonly isOver = false;
  readonly surroundings = ['', ''] as const;
  readonly #line: Unfinished;

  constructor(maxItemBytes: number) {
    this.#line = new Unfinished(maxItemBytes);
  }

  *feed(bytes: Uint8Array): Generator<Cut> {
    let start = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, start)) {
      const cut = this.#line.finish(bytes, start, at);
      start = at + 1;
      if (cut !== null && !isBlankItem(cut)) yield cut;
    }
    if (this.#line.add(bytes, start, bytes.length)) yield 'too long';
  }

  end(): Cut | null {
    const cut = this.#line.finish(NOTHING, 0, 0);
    return cut === null || isBlankItem(cut) ? null : cut;
  }
}

function isBlankItem(cut: Uint8Array | 'too long'): boolean {
  return typeof cut !== 'string' && skipBlanks(cut) === cut.length;
}

/**
 * The elements of one array: what stands between the commas of its own level. An element that is wrong in itself spoils no other;
 * what is wrong between them is the end. What follows the array is not looked at, as in a body of one value.
 */
export class ArraySplitter implements Splitter {
  #isOver = false;
  readonly #element: Unfinished;
  #hasBegun = false;
  #hadElement = false;
  /** Anything but blanks has been seen of the element at hand. */
  #isInElement = false;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;

  constructor(maxItemBytes: number) {
    this.#element = new Unfinished(maxItemBytes);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get surroundings(): readonly [before: string, behind: string] {
    return ['[', this.#isOver ? ']' : ','];
  }

  *feed(bytes: Uint8Array): Generator<Cut> {
    let start = 0;
    for (let at = 0; at < bytes.length && !this.#isOver; at += 1) {
      const byte = bytes[at] ?? 0;
      if (this.#isInText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isInText = false;
        continue;
      }
      if (!this.#isInElement) {
        start = at;
        if (isBlank(byte)) continue;
        if (!this.#hasBegun) {
          this.#hasBegun = true;
          if (byte !== OPENING_BRACKET) yield this.#broken(byte, 'looking for beginning of value');
          continue;
        }
        if (byte === CLOSING_BRACKET && !this.#hadElement) {
          this.#isOver = true;
          continue;
        }
        if (byte === CLOSING_BRACKET || byte === COMMA || byte === CLOSING_BRACE) {
          yield this.#broken(byte, 'looking for beginning of value');
          continue;
        }
        this.#isInElement = true;
      }
      if (byte === QUOTE) this.#isInText = true;
      else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) this.#depth += 1;
      else if (this.#depth > 0) {
        if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) this.#depth -= 1;
      } else if (byte === COMMA || byte === CLOSING_BRACKET) {
        const cut = this.#element.finish(bytes, start, at);
        this.#isInElement = false;
        this.#hadElement = true;
        this.#isOver = byte === CLOSING_BRACKET;
        if (cut !== null) yield cut;
      } else if (byte === CLOSING_BRACE) {
        if (this.#element.add(bytes, start, at)) yield 'too long';
        yield this.#broken(byte, 'after array element');
      }
    }
    if (this.#isInElement && !this.#isOver && this.#element.add(bytes, start, bytes.length)) yield 'too long';
  }

  end(): Cut | null {
    if (this.#isOver) return null;
    this.#isOver = true;
    return new Broken(this.#hasBegun ? 'unexpected EOF' : 'EOF');
  }

  #broken(byte: number, where: string): Broken {
    this.#isOver = true;
    return new Broken(refusedByte(byte, where));
  }
}
