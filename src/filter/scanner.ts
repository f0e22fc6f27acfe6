// The terminals of the filter grammar over one text, and the record of failures: the farthest place any alternative
// reached, with all that could have stood there, and the mistakes that have a text of their own (spec/filter.md, section 3).

/** Mistakes that are reported; finding the line and column of each costs a walk over the text. */
const MAX_MISTAKES = 8;
const BLANK = '[ \\t\\r\\n]';

/** Words as they are shown. There are few, and each is missed at many places. */
const quoted = new Map<string, string>();

function quotedWord(word: string): string {
  let shown = quoted.get(word);
  if (shown === undefined) {
    shown = JSON.stringify(word);
    quoted.set(word, shown);
  }
  return shown;
}

/** Where a rule ended. */
export type End = number;

/** `1:9 (8)`: line and column in characters from 1, offset in bytes from 0. A line break counts as column 0 of its next line. */
export function describePosition(text: string, at: number): string {
  let line = 1;
  let column = 0;
  let index = 0;
  for (const character of text) {
    if (index > at) break;
    if (character === '\n') {
      line++;
      column = 0;
    } else column++;
    index += character.length;
  }
  if (at >= text.length) column++;
  return `${line}:${column} (${Buffer.byteLength(text.slice(0, at))})`;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

export class Scanner {
  readonly text: string;
  #farthest = 0;
  /** Some of them more than once. */
  #expected: string[] = [];
  readonly #mistakes = new Set<string>();

  constructor(text: string) {
    this.text = text;
  }

  /** Notes that `wanted` was looked for at `at` and isn't there. */
  miss(at: number, wanted: string): null {
    if (at < this.#farthest) return null;
    if (at > this.#farthest) {
      this.#farthest = at;
      this.#expected = [];
    }
    this.#expected.push(wanted);
    return null;
  }

  /** Notes a mistake that has its own text. It makes the whole expression fail, whatever else matches. */
  mistake(at: number, rule: string, text: string): null {
    if (this.#mistakes.size < MAX_MISTAKES)
      this.#mistakes.add(`${describePosition(this.text, at)}: rule "${rule}": ${text}`);
    return null;
  }

  /** The error of the whole expression; null when it is `complete` and no mistake was noted. */
  error(complete: boolean): string | null {
    if (this.#mistakes.size > 0) return [...this.#mistakes].join('\n');
    if (complete) return null;
    const expected = new Set(this.#expected);
    const wanted = [...expected].filter((item) => item !== 'EOF').sort();
    if (expected.has('EOF')) wanted.push('EOF');
    const last = wanted.pop() ?? 'EOF';
    const list = wanted.length === 0 ? last : `${wanted.join(', ')} or ${last}`;
    return `${describePosition(this.text, this.#farthest)}: no match found, expected: ${list}`;
  }

  literal(at: number, word: string): End | null {
    if (this.text.startsWith(word, at)) return at + word.length;
    return at < this.#farthest ? null : this.miss(at, quotedWord(word));
  }

  /** One character of a class, whose pattern is sticky. `name` is how the class is shown. */
  oneOf(at: number, pattern: RegExp, name: string): End | null {
    pattern.lastIndex = at;
    return pattern.test(this.text) ? at + 1 : this.miss(at, name);
  }

  /** As many characters of a class as there are, also none. The pattern is sticky, and matches as many. */
  many(at: number, pattern: RegExp, name: string): End {
    pattern.lastIndex = at;
    const end = pattern.test(this.text) ? pattern.lastIndex : at;
    this.miss(end, name);
    return end;
  }

  /** `_?`: white space, if any. */
  optionalBlanks(at: number): End {
    let end = at;
    while (isBlank(this.text.charCodeAt(end))) end++;
    this.miss(end, BLANK);
    return end;
  }

  /** `_`: at least one white space character. */
  blanks(at: number): End | null {
    const end = this.optionalBlanks(at);
    return end === at ? null : end;
  }

  /** Words with white space around and between them, as `_ "not" _ "in" _`. */
  words(at: number, words: readonly string[]): End | null {
    let end = this.blanks(at);
    for (const word of words) {
      if (end === null) return null;
      end = this.literal(end, word);
      if (end !== null) end = this.blanks(end);
    }
    return end;
  }

  end(at: number): End | null {
    return at >= this.text.length ? at : this.miss(at, 'EOF');
  }
}
