// JSON text that may be too long to be made in one go: a list of a large catalog has tens of megabytes. What stays short is one
// text. Of anything longer the beginning is made, and the rest follows piece by piece while it is sent (piecewise-body.ts).

/** Characters of a text that is made at once; well under a millisecond of work. */
const AT_ONCE = 256 * 1024;
/** Characters of each further piece. */
const PIECE_LENGTH = 64 * 1024;

/** Compact JSON, cut between its tokens. What it is made of must not change meanwhile. */
export class JsonPieces {
  #first: string | null;
  readonly #rest: Iterator<string>;

  constructor(first: string, rest: Iterator<string>) {
    this.#first = first;
    this.#rest = rest;
  }

  /** The next piece; null behind the last. */
  next(): string | null {
    const first = this.#first;
    if (first !== null) {
      this.#first = null;
      return first;
    }
    let piece = '';
    while (piece.length < PIECE_LENGTH) {
      const { done, value } = this.#rest.next();
      if (done === true) return piece === '' ? null : piece;
      piece += value;
    }
    return piece;
  }
}

/** The list of the items. `atOnce`: how many characters are made in one go. */
export function listText<T>(items: readonly T[], element: (item: T) => string, atOnce = AT_ONCE): string | JsonPieces {
  let text = '[';
  for (let at = 0; at < items.length; at += 1) {
    text += (at === 0 ? '' : ',') + element(items[at] as T);
    if (text.length > atOnce) return new JsonPieces(text, restOfList(items, at + 1, element));
  }
  return `${text}]`;
}

function* restOfList<T>(items: readonly T[], from: number, element: (item: T) => string): Generator<string> {
  for (let at = from; at < items.length; at += 1) yield `,${element(items[at] as T)}`;
  yield ']';
}

/** What the parts come to, one behind the other; each is short and cut between tokens. */
export function joinedText(parts: Iterator<string>): string | JsonPieces {
  let text = '';
  for (let part = parts.next(); part.done !== true; part = parts.next()) {
    text += part.value;
    if (text.length > AT_ONCE) return new JsonPieces(text, parts);
  }
  return text;
}

/** The texts of the items with commas between them, as parts of a list or an object. */
export function* elements<T>(items: Iterable<T>, element: (item: T) => string): Generator<string> {
  let comma = '';
  for (const item of items) {
    yield comma + element(item);
    comma = ',';
  }
}
