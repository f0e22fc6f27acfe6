// JSON put down as UTF-8 where it is wanted, byte for byte what JSON.stringify says of the same value. A text of its own for each
// operation, one of a group of them and its bytes were three copies and most of the garbage of a registration.

const FIRST_BYTES = 4 * 1024;
/** Longer texts are left to JSON.stringify, which looks at many characters at once. */
const MAX_BY_HAND = 512;
/** Of a value inside others: deeper ones are left to JSON.stringify, which knows when it runs out of stack. */
const MAX_DEPTH = 8;
/** Of a character of JavaScript in UTF-8, at most. */
const CHARACTER_BYTES = 3;
/** Texts up to this length are given the room that they need at most. */
const SHORT = 64 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const FIRST_PRINTABLE = 0x20;
const LAST_OF_ONE_BYTE = 0x7f;

/** Whole numbers beyond 2^53 in a free-form proxy configuration; everything that reads it sees doubles. */
function json(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Not always with this function, because it makes stringify several times slower.
    return JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? Number(member) : member));
  }
}

/** Picks members of a record and writes them. */
export type Members<T> = (record: T, out: JsonBytes) => void;

/**
 * The members of a record that differ from those of `zero`; values that came from a zero record are the same object. Code is made for
 * it, of our own names alone: going through thirty members by name took a third of what a registration costs.
 */
export function membersUnlike<T extends object>(zero: T): Members<T> {
  const zeros = Object.values(zero) as readonly unknown[];
  const names = Object.keys(zero).map((name) => Buffer.from(`,${JSON.stringify(name)}:`));
  const members = Object.keys(zero).map((name, at) => {
    const isConstant = zeros[at] === null || typeof zeros[at] !== 'object';
    const absent = isConstant ? JSON.stringify(zeros[at]) : `zeros[${at}]`;
    return `if ((member = record.${name}) !== ${absent} && member !== undefined) out.member(names[${at}], member);`;
  });
  const source = `return (record, out) => { let member; ${members.join('\n')} };`;
  return new Function('zeros', 'names', source)(zeros, names) as Members<T>;
}

export class JsonBytes {
  #bytes: Buffer;
  #end: number;
  readonly #start: number;

  /** Leaves `headroom` bytes in front. `room` is written to as long as it is large enough: nobody else may. */
  constructor(headroom: number, room: Buffer | null) {
    this.#bytes = room ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
    this.#start = headroom;
    this.#end = headroom;
  }

  /** Of what was written. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** What was written, behind its headroom. A view: nothing more may be written while it is in use. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }

  /** All of its memory, for another one when this one isn't used any more. */
  get room(): Buffer {
    return this.#bytes;
  }

  /** Takes back what was written behind the first `length` bytes. */
  cut(length: number): void {
    this.#end = this.#start + length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#end] = value;
    this.#end += 1;
  }

  /** JSON text that was made elsewhere. */
  json(text: string): void {
    const { length } = text;
    this.#reserve(length <= SHORT ? length * CHARACTER_BYTES : Buffer.byteLength(text));
    this.#end += this.#bytes.write(text, this.#end);
  }

  /** One of an object's members; `name` is what stands before the value, with the comma. For {@link object}. */
  member(name: Uint8Array, value: unknown): void {
    this.#raw(name);
    this.value(value);
  }

  object<T>(record: T, members: Members<T>): void {
    const begins = this.#end;
    members(record, this);
    // Each member has a comma in front.
    if (this.#end === begins) this.byte(OPENING_BRACE);
    else this.#bytes[begins] = OPENING_BRACE;
    this.byte(CLOSING_BRACE);
  }

  /** Strings, numbers, booleans, null, and lists and plain objects of them. What has no form in JSON is null. */
  value(value: unknown, depth = 0): void {
    if (typeof value === 'string') this.text(value);
    else if (typeof value !== 'object' || value === null) this.#constant(value);
    else if (depth === MAX_DEPTH) this.json(json(value));
    else if (Array.isArray(value)) this.#list(value, depth);
    else this.#map(value as { readonly [key: string]: unknown }, depth);
  }

  text(value: string): void {
    const { length } = value;
    if (length > MAX_BY_HAND) {
      this.json(JSON.stringify(value));
      return;
    }
    this.#reserve(length + 2);
    const bytes = this.#bytes;
    let end = this.#end;
    bytes[end++] = QUOTE;
    for (let at = 0; at < length; at += 1) {
      const code = value.charCodeAt(at);
      if (code < FIRST_PRINTABLE || code > LAST_OF_ONE_BYTE || code === QUOTE || code === BACKSLASH) {
        this.json(JSON.stringify(value));
        return;
      }
      bytes[end++] = code;
    }
    bytes[end++] = QUOTE;
    this.#end = end;
  }

  /** As text that is never quoted. */
  #constant(value: unknown): void {
    if (typeof value === 'boolean') this.#ascii(value ? 'true' : 'false');
    else {
      const number = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
      this.#ascii(Number.isFinite(number) ? String(number) : 'null');
    }
  }

  #list(list: readonly unknown[], depth: number): void {
    this.byte(OPENING_BRACKET);
    for (let at = 0; at < list.length; at += 1) {
      if (at > 0) this.byte(COMMA);
      this.value(list[at], depth + 1);
    }
    this.byte(CLOSING_BRACKET);
  }

  #map(map: { readonly [key: string]: unknown }, depth: number): void {
    let next = OPENING_BRACE;
    for (const key in map) {
      const value = map[key];
      if (value === undefined) continue;
      this.byte(next);
      next = COMMA;
      this.text(key);
      this.byte(COLON);
      this.value(value, depth + 1);
    }
    if (next === OPENING_BRACE) this.byte(OPENING_BRACE);
    this.byte(CLOSING_BRACE);
  }

  #ascii(text: string): void {
    const { length } = text;
    this.#reserve(length);
    for (let at = 0; at < length; at += 1) this.#bytes[this.#end + at] = text.charCodeAt(at);
    this.#end += length;
  }

  #raw(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length);
    const out = this.#bytes;
    for (let at = 0; at < length; at += 1) out[this.#end + at] = bytes[at] as number;
    this.#end += length;
  }

  #reserve(more: number): void {
    const needed = this.#end + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#end);
    this.#bytes = grown;
  }
}
