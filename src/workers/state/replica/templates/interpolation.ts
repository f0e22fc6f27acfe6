// Texts with `${…}` in them, as the strings of a query template have them: what stands between the braces is one of a few
// variables, a group of the template's expression (`match(1)`), a number, or a text in quotes, which may have some in it in turn.
// `$${` stands for itself. Read once in one pass; rendering then joins texts.

export type Variable = 'name.full' | 'name.prefix' | 'name.suffix' | 'agent.segment';

/** What a text is made of, in order. */
export type Part = string | { readonly variable: Variable } | { readonly group: number };

export type Interpolation =
  | { readonly ok: true; readonly parts: readonly Part[] }
  | { readonly ok: false; readonly error: string };

const VARIABLES: ReadonlySet<string> = new Set<Variable>(['name.full', 'name.prefix', 'name.suffix', 'agent.segment']);
/** Texts in texts; nobody writes even two. */
const MOST_NESTED = 16;

const SPACE = /[ \t\r\n]*/y;
const WORD = /[a-zA-Z_][\w.-]*/y;
const DIGITS = /[0-9]+/y;
/** Up to where something begins that isn't plain text. */
const PLAIN = /[^$"\\]+/y;

const ESCAPES: { readonly [escaped: string]: string } = { n: '\n', '"': '"', '\\': '\\' };

class Malformed extends Error {}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Plain text and what is interpolated, up to the end, or within quotes up to the closing one. */
  text(parts: Part[], isQuoted: boolean, depth: number): void {
    while (this.#at < this.#text.length) {
      if (isQuoted && this.#takes('"')) return;
      if (this.#takes('$${')) parts.push('${');
      else if (this.#takes('${')) this.#expression(parts, depth);
      else if (isQuoted && this.#takes('\\')) parts.push(this.#escaped());
      else parts.push(this.#match(PLAIN) ?? this.#character());
    }
    if (isQuoted) throw this.#malformed('expected closing quote');
  }

  #expression(parts: Part[], depth: number): void {
    if (depth > MOST_NESTED) throw this.#malformed('interpolations nest too deeply');
    this.#match(SPACE);
    const word = this.#match(WORD);
    if (word !== null) parts.push(this.#called(word));
    else if (this.#takes('"')) this.text(parts, true, depth + 1);
    else parts.push(this.#match(DIGITS) ?? this.#refuseExpression());
    this.#match(SPACE);
    if (!this.#takes('}')) throw this.#malformed('expected "}"');
  }

  #called(word: string): Part {
    this.#match(SPACE);
    if (this.#takes('(')) {
      if (word !== 'match') throw this.#malformed(`unknown function called: ${word}`);
      return { group: this.#argument() };
    }
    if (VARIABLES.has(word)) return { variable: word as Variable };
    throw this.#malformed(`unknown variable accessed: ${word}`);
  }

  #argument(): number {
    this.#match(SPACE);
    const digits = this.#match(DIGITS);
    this.#match(SPACE);
    if (digits === null || !this.#takes(')')) throw this.#malformed('match: expected one whole number');
    return Number(digits);
  }

  #escaped(): string {
    const character = this.#character();
    const meant = ESCAPES[character];
    if (meant === undefined) throw this.#malformed(`invalid escape "\\${character}"`);
    return meant;
  }

  #refuseExpression(): never {
    const isOver = this.#at >= this.#text.length;
    throw this.#malformed(isOver ? 'expected "}"' : 'expected a variable, match(N), a number or a text in quotes');
  }

  #takes(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at += found[0].length;
    return found[0];
  }

  #character(): string {
    const character = this.#text.charAt(this.#at);
    this.#at += 1;
    return character;
  }

  #malformed(problem: string): Malformed {
    return new Malformed(`at character ${this.#at + 1}: ${problem}`);
  }
}

export function readInterpolation(text: string): Interpolation {
  // Most texts are plain.
  if (!text.includes('${')) return { ok: true, parts: text === '' ? [] : [text] };
  const parts: Part[] = [];
  try {
    new Scanner(text).text(parts, false, 0);
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, error: error.message };
    throw error;
  }
  return { ok: true, parts };
}
