// Re-indents compact JSON text without reading it as values, as Go's json.Indent does: `?pretty` and -dev answers.

const MAX_CACHED_DEPTH = 64;

/** The index just behind the string that opens at `at`. */
function endOfString(text: string, at: number): number {
  let end = at;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
}

/** A text that comes in pieces, which are cut between its tokens. */
export class JsonIndenter {
  readonly #indent: string;
  readonly #breaks: string[] = [];
  #depth = 0;
  /** An opening bracket at the end of a piece: it stays where it is if the next one closes it. */
  #opening = '';

  constructor(indent = '    ') {
    this.#indent = indent;
  }

  /**
   * The next piece of the text (valid JSON without white space between its parts), with each element on its own line. Empty lists
   * and objects stay `[]` and `{}`. No newline at the end.
   */
  next(piece: string): string {
    let compact = this.#opening + piece;
    this.#opening = '';
    const last = compact.charCodeAt(compact.length - 1);
    if (last === 0x7b || last === 0x5b) {
      this.#opening = compact.slice(-1);
      compact = compact.slice(0, -1);
    }
    let out = '';
    let from = 0;
    let at = 0;
    while (at < compact.length) {
      const code = compact.charCodeAt(at);
      if (code === 0x22) {
        at = endOfString(compact, at);
      } else if (code === 0x7b || code === 0x5b) {
        const next = compact.charCodeAt(at + 1);
        if (next === 0x7d || next === 0x5d) {
          at += 2;
          continue;
        }
        this.#depth++;
        out += compact.slice(from, ++at) + this.#lineBreak();
        from = at;
      } else if (code === 0x7d || code === 0x5d) {
        this.#depth--;
        out += compact.slice(from, at) + this.#lineBreak();
        from = at++;
      } else if (code === 0x2c) {
        out += compact.slice(from, ++at) + this.#lineBreak();
        from = at;
      } else if (code === 0x3a) {
        out += `${compact.slice(from, ++at)} `;
        from = at;
      } else at++;
    }
    return out + compact.slice(from);
  }

  #lineBreak(): string {
    const depth = this.#depth;
    if (depth >= MAX_CACHED_DEPTH) return `\n${this.#indent.repeat(depth)}`;
    const known = this.#breaks[depth];
    if (known !== undefined) return known;
    const made = `\n${this.#indent.repeat(depth)}`;
    this.#breaks[depth] = made;
    return made;
  }
}

/** All of a text at once; see {@link JsonIndenter.next}. */
export function indentJson(compact: string, indent?: string): string {
  return new JsonIndenter(indent).next(compact);
}
